"""Verify packages and prepare them for sending: every file with its size and digest, or a zip."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import threading
import zipfile
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from archive_pkg import fixity, storage
from archive_pkg.bags import Bag
from archive_pkg.deposits.receipts import name_fault
from archive_pkg.errors import ArchivePkgError, DepositError, InvalidError
from archive_pkg.messages import _
from archive_pkg.packages import Package, Verification, open_package, verify
from archive_pkg.packages.access.redaction import Outgoing, seen_by
from archive_pkg.packages.opening import has_package_form, require_bag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.receipts import Receipt
    from archive_pkg.records import Record

NO_RECORD = "Deposit it into storage: an OCFL root, a folder, SFTP, WebDAV or S3."
BLOCK = 1 << 20
_LARGE = 64 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One file as it is sent.

    Attributes:
        path: The file's path in the package, "data/record.json", or the name of a zip or page.
        size: The size in bytes.
        sha256: The SHA-256 of the file.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A package that is ready to be sent; `confirm` raises an error if it is not valid.

    The digests come from the package's manifests, against which the bytes are verified. Files that
    no manifest lists (signatures, tag manifests) are read for their digests.

    Attributes:
        folder: The package's folder.
        letter: The package's record; None for a bag that was not made from a record.
        items: Every file, by path; signatures included.
        fingerprint: SHA-256 over the paths and digests of all files; with the identifier it
            identifies this version of the package.
        payload_oxum: Octets and number of payload files (RFC 8493, 2.2.2).
        bag: The package's bag as it was read.
        mode: The widest permissions that a copy of it may have.
        find_earlier: Returns the receipts of `earlier`.
        page: Makes the HTML page of the package; None if no page is wanted.
        tick: Called after each block that was sent, with the block's size in bytes.
        confirm: Waits for the verification to end; raises InvalidError if the package is not valid.
            Does nothing if the package was verified before.
    """

    folder: Path
    letter: Record | None
    items: tuple[Item, ...]
    fingerprint: str
    payload_oxum: str
    bag: Bag
    mode: int = 0o777
    find_earlier: Callable[[], tuple[Receipt, ...]] = field(default=tuple, compare=False)
    page: Callable[[], bytes] | None = field(default=None, compare=False)
    tick: Callable[[int], None] = field(default=lambda count: None, compare=False)
    confirm: Callable[[], None] = field(default=lambda: None, compare=False)
    _known: dict[str, dict[str, str]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @property
    def record(self) -> Record:
        """The package's record.

        Raises:
            DepositError: The bag has no record.
        """
        if self.letter is None:
            raise DepositError(_("{folder} has no record", folder=self.folder), NO_RECORD)
        return self.letter

    @property
    def opened(self) -> Package:
        """The package as `open_package` returns it."""
        return Package(self.folder, self.bag.info, self.record)

    @property
    def outgoing(self) -> Outgoing:
        """What the public may see of the record today, and the withheld parts."""
        return seen_by(self.record, "public", self.opened.parts)

    @property
    def identifier(self) -> str:
        """The package's identifier: its record's id, or the folder's name of any other bag."""
        return self.letter.id if self.letter else self.folder.absolute().name

    @property
    def earlier(self) -> tuple[Receipt, ...]:
        """Receipts of the package's earlier deposits in the same repository, oldest first."""
        return self.find_earlier()

    @property
    def left_out(self) -> tuple[str, ...]:
        """A sentence about empty folders, which are not sent; empty if there are none."""
        empty = self.bag.listing.empty
        named = ", ".join(empty[:3]) + (f" and {len(empty) - 3} more" if len(empty) > 3 else "")
        return (f"empty folders are not sent: {named}",) if empty else ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.items)

    @contextlib.contextmanager
    def confirming(self) -> Iterator[None]:
        """Run a block that sends the package, then wait until the package is verified.

        Raises:
            InvalidError: The package is not valid. This replaces a DepositError of the block.
        """
        try:
            yield
        except DepositError:
            self.confirm()
            raise
        self.confirm()

    def open(self, item: Item, opened: storage.RecentFolder | None = None) -> BinaryIO:
        """Open a file of the package without following links.

        Args:
            item: The file.
            opened: The package's folder, if many files of it are opened.

        Raises:
            StorageError: The file cannot be read.
        """
        with storage.storage_errors(_("reading {path}", path=item.path)):
            return storage.open_beneath(opened or self.folder, item.path)

    def digests(self, algorithm: str) -> dict[str, str]:
        """Return every file's digest by path, from the manifests if they have the algorithm."""
        if algorithm not in self._known:
            paths = [item.path for item in self.items]
            self._known[algorithm] = _digests(self.folder, self.bag, algorithm, paths)
        return self._known[algorithm]

    def zipped(self, path: Path) -> tuple[Item, str]:
        """Write the package as a zip with one folder in it; the same package gives the same bytes.

        Nothing is compressed, so that the bytes do not depend on the version of a library.

        Returns:
            The zip as an item, and its MD5, which some repositories state.

        Raises:
            DepositError: A file changed since the package was verified.
            StorageError: A file cannot be read, or the zip cannot be written.
        """
        name = f"{self.identifier}.zip"
        with storage.storage_errors(_("writing {path}", path=path)), path.open("wb") as raw:
            hashing = HashingWriter(raw)
            with zipfile.ZipFile(hashing, "w", zipfile.ZIP_STORED) as archive:
                for item in self.items:
                    entry = zipfile.ZipInfo(f"{self.identifier}/{item.path}", (1980, 1, 1, 0, 0, 0))
                    entry.create_system = 3
                    entry.external_attr = 0o100644 << 16
                    entry.file_size = item.size
                    with self.open(item) as source, archive.open(entry, "w") as target:
                        check = VerifiedReader(source, item)
                        while block := check.read(BLOCK):
                            target.write(block)
            raw.flush()
            os.fsync(raw.fileno())
        item = Item(name, hashing.count, hashing.sha256.hexdigest())
        return item, hashing.md5.hexdigest()


class HashingWriter(io.RawIOBase):
    """Writes to a file and hashes the written bytes. It cannot seek, so zips are streamed."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.count = 0

    def write(self, data: object) -> int:
        """Write all bytes, and return their number."""
        view = memoryview(data)  # type: ignore[arg-type]
        self._target.write(view)
        self.sha256.update(view)
        self.md5.update(view)
        self.count += len(view)
        return len(view)

    def writable(self) -> bool:
        """Return True."""
        return True


class VerifiedReader:
    """Reads a file that is being sent, and fails if it differs from the verified file.

    Args:
        source: The file.
        item: The expected size and digest.
        tick: Called with the size of each block that is read.
        digest: Whether to compare the digest, too. Callers that read back every byte that arrived
            need not; then only the size is compared.
    """

    def __init__(
        self,
        source: BinaryIO,
        item: Item,
        tick: Callable[[int], None] = lambda count: None,
        *,
        digest: bool = True,
    ) -> None:
        self._source = source
        self._item = item
        self._tick = tick
        self._count = 0
        self._sha256 = hashlib.sha256() if digest else None

    def read(self, size: int = BLOCK) -> bytes:
        """Return the next bytes; at the end, compare the complete file.

        Raises:
            StorageError: The file cannot be read.
            DepositError: The file has changed since the package was verified.
        """
        with storage.storage_errors(_("reading {path}", path=self._item.path)):
            # One byte more than expected, to notice a file that grew.
            block = self._source.read(min(size, self._item.size - self._count + 1))
        if self._sha256:
            self._sha256.update(block)
        self._count += len(block)
        self._tick(len(block))
        if (not block or self._count >= self._item.size) and not self._is_unchanged():
            raise DepositError(
                _("{path} changed while the package was being sent", path=self._item.path),
                _("Stop the other program, verify the package, and deposit it again."),
            )
        return block

    def _is_unchanged(self) -> bool:
        return self._count == self._item.size and (
            self._sha256 is None or self._sha256.hexdigest() == self._item.sha256
        )

    def skip(self, count: int) -> None:
        """Skip bytes that were sent before; digest them if the digest is to be compared.

        Raises:
            StorageError: The file cannot be read.
            DepositError: The file has changed since the package was verified.
        """
        if self._sha256 is None:
            self._source.seek(count)
            self._count = count
            return
        tick, self._tick = self._tick, lambda count: None
        while count and (block := self.read(min(BLOCK, count))):
            count -= len(block)
        self._tick = tick

    def __iter__(self) -> VerifiedReader:
        return self

    def __next__(self) -> bytes:
        block = b"" if self._count == self._item.size > 0 else self.read()
        if not block:
            raise StopIteration
        return block


def limited(blocks: Iterable[bytes], most: int, what: str) -> Iterator[bytes]:
    """Yield blocks that a repository returns, up to a number of bytes in total.

    Args:
        blocks: The blocks.
        most: The number of bytes.
        what: The name of the file, for the message.

    Raises:
        DepositError: The blocks have more bytes.
    """
    count = 0
    for block in blocks:
        count += len(block)
        if count > most:
            raise DepositError(
                _("{what}: the repository gives more than {most} bytes", what=what, most=most),
                _("Reading was stopped."),
            )
        yield block


def sha256_of(blocks: Iterable[bytes]) -> str:
    """Return the SHA-256 of all blocks together."""
    hashing = hashlib.sha256()
    for block in blocks:
        hashing.update(block)
    return hashing.hexdigest()


def pack(
    package: Path, tick: Callable[[int], None] = lambda count: None, *, copy_early: bool = False
) -> Transfer:
    """Verify a package, or any other bag, and prepare it for sending.

    Args:
        package: Its folder.
        tick: Called after each block that is sent, with the block's size in bytes.
        copy_early: Whether the package may be copied before it is verified; the caller must not
            use the copy before the transfer's `confirm` returns. This is done only if one large
            file has most of the bytes: one processor digests it while another copies it.

    Raises:
        InvalidError: The package is not valid; the error's report has the findings.
        StorageError: The package cannot be read.
    """
    require_bag(package)
    if fault := name_fault(package.absolute().name):
        raise InvalidError(
            _(
                "{package}: the folder's name {fault}, so the bag cannot be deposited under it",
                package=package,
                fault=fault,
            ),
            _("Rename the folder."),
        )
    if copy_early and _has_one_large_file(package):
        with contextlib.suppress(ArchivePkgError):  # verifying reports what is wrong
            letter = open_package(package).record if has_package_form(package) else None
            transfer = _transfer(package, letter, Bag.open(package), tick)
            return replace(transfer, confirm=_verifying(package))
    verification = _verified(package)
    letter, bag = verification.record, verification.verdict.bag
    if letter is None and has_package_form(package):
        letter = open_package(package).record
    return _transfer(package, letter, bag or Bag.open(package), tick)


def _transfer(
    package: Path, letter: Record | None, bag: Bag, tick: Callable[[int], None]
) -> Transfer:
    paths = sorted(bag.listing.files)
    digests = _digests(package, bag, "sha256", paths)
    with storage.storage_errors(_("reading {package}", package=package)):
        found = [os.stat(os.path.join(package, path)) for path in paths]  # noqa: PTH116, PTH118 - hot
        mode = storage.widest_mode(package.stat(), *found)
    items = tuple(
        Item(path, status.st_size, digests[path]) for path, status in zip(paths, found, strict=True)
    )
    oxum = next(iter(bag.values("Payload-Oxum")), "")
    return Transfer(package, letter, items, fingerprint(digests), oxum, bag, mode, tick=tick)


def _verified(package: Path) -> Verification:
    verification = verify(package)
    if not verification.ok:
        raise InvalidError(
            _("{package} is not valid and was not deposited", package=package),
            report=verification.report,
        )
    return verification


def _verifying(package: Path) -> Callable[[], None]:
    """Start verifying a package; return a function that waits for the end and raises any error."""
    outcome: Future[Verification] = Future()

    def work() -> None:
        try:
            outcome.set_result(_verified(package))
        except BaseException as error:
            outcome.set_exception(error)

    # A caller that stops sending does not wait for this to end.
    threading.Thread(target=work, daemon=True).start()
    return lambda: (outcome.result(), None)[1]


def _has_one_large_file(package: Path) -> bool:
    with storage.storage_errors(_("reading {package}", package=package)):
        sizes = [
            os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - hot
            for folder, __, names in os.walk(package)
            for name in names
        ]
    return max(sizes, default=0) > max(_LARGE, sum(sizes) // 2)


def fingerprint(digests: Mapping[str, str]) -> str:
    """Return the SHA-256 over the sorted paths of a package's files, each with its SHA-256."""
    listing = json.dumps(sorted(digests.items()), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(listing.encode()).hexdigest()


def fingerprint_of(folder: Path) -> str:
    """Return the fingerprint of a package's folder, reading every byte."""
    paths = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    return fingerprint(_read(folder, "sha256", paths))


def _digests(folder: Path, bag: Bag, algorithm: str, paths: list[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for manifests in (bag.manifests, bag.tag_manifests):
        if algorithm in manifests:
            known |= manifests[algorithm].hex()
    missing = [path for path in paths if path not in known]
    known |= _read(folder, algorithm, missing)
    return {path: known[path] for path in paths}


def _read(folder: Path, algorithm: str, paths: list[str]) -> dict[str, str]:
    found = {}
    for path in paths:
        with (
            storage.storage_errors(_("reading {path}", path=path)),
            storage.open_beneath(folder, path) as file,
        ):
            found[path] = fixity.digest(file, [algorithm])[algorithm]
    return found
