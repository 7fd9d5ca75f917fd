"""Drop folders: a package as a folder, in storage that other programs watch.

Examples are Archivematica's transfer sources. The storage does not state digests. So a package is
sent under a hidden name, read back completely, and then renamed; the rename refuses to replace.
Other programs see the complete package or nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from archive_pkg import limits, storage
from archive_pkg.deposits.repository_interface import (
    Capabilities,
    DepositPlan,
    PlannedFile,
    Status,
    Stored,
    arrivals,
)
from archive_pkg.deposits.shared_syncs import Unsynced, run_alone
from archive_pkg.deposits.transfers import Item, Transfer, VerifiedReader, limited, sha256_of
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.receipts import Arrival
    from archive_pkg.deposits.repository_interface import Expected
    from archive_pkg.deposits.shared_syncs import Steps

T = TypeVar("T")

SMALL = 64 * 1024
_BATCH = 64
"""The number of files of up to SMALL bytes that are sent together."""


class FolderStorage(Protocol):
    """Files and folders in some storage, by paths with `/` below the drop folder.

    Every method raises DepositError if the storage refuses or cannot be reached, and StorageError
    if the storage on this side fails. Several threads may call the methods at the same time.
    """

    resumes: bool
    """Whether `write` can continue at the end of a partial file."""

    width: int
    """The number of files to send at a time."""

    near: bool = False
    """Whether the storage is on a disk of this machine."""

    def list(self, path: str) -> dict[str, int] | None:
        """Return the files in and below a folder, with their sizes; None if it does not exist."""

    def make(self, paths: Sequence[str]) -> None:
        """Make folders, parents first; existing ones are left alone."""

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """Write a file from an offset on: 0, or the file's current size. Its folder exists."""

    def read(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes."""

    def secure(self, folder: str, files: Sequence[str], folders: Sequence[str]) -> Steps[bool]:
        """Sync a folder to the storage's disk; return whether that was possible.

        Args:
            folder: The folder.
            files: Its files that may not be on the disk yet, as paths from the drop folder.
            folders: All folders below it, as paths from the drop folder.
        """
        yield from ()
        return False

    def rename(self, old: str, new: str, mode: int) -> Steps[None]:
        """Rename a folder; raises TakenError if the name is taken.

        If the storage supports `secure`, the new name is on the disk when this returns.

        Args:
            old: The folder's name.
            new: The new name.
            mode: The permissions that it gets at most, if the storage has permissions.
        """

    def remove(self, path: str) -> None:
        """Remove a file, or a folder and everything in it, if it exists."""

    def send(self, path: str, source: Iterable[bytes], size: int, offset: int) -> str:
        """Write a file and read it back; return the SHA-256 of the complete file."""
        self.write(path, source, size, offset)
        return sha256_of(self.read(path))

    def send_many(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Send small files that do not exist yet; return their SHA-256.

        These files are not among the `files` of `secure`: they must be on the disk when this
        returns, unless `secure` syncs all files of its folder.
        """

        def one(path: str) -> str:
            return self.send(path, iter([files[path]]), len(files[path]), 0)

        with ThreadPoolExecutor(self.width) as pool:
            return [*pool.map(one, files)]


class ArrivalProgress:
    """The progress of a file that is sent, for a thread that reads it back at the same time.

    Use it as a context manager around the sending.
    """

    def __init__(self) -> None:
        self._arrived = 0
        self._succeeded: bool | None = None  # None while the file is being sent
        self._changed = threading.Condition()

    def __enter__(self) -> ArrivalProgress:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self._changed:
            self._succeeded = error is None
            self._changed.notify_all()

    def grow(self, offset: int) -> None:
        """Record the offset up to which the file has arrived."""
        with self._changed:
            self._arrived = offset
            self._changed.notify_all()

    def ready(self, offset: int) -> int:
        """Wait for bytes after an offset; return the offset up to which the file has arrived.

        Once the file is complete, return `sys.maxsize`.

        Raises:
            DepositError: The sending failed.
        """
        with self._changed:
            while self._succeeded is None and self._arrived <= offset:
                self._changed.wait()
            if self._succeeded is False:
                raise DepositError(_("the rest of the file is missing"))
            return sys.maxsize if self._succeeded else self._arrived


class TakenError(DepositError):
    """Something in the repository already has the name."""


class DropFolder:
    """A repository in folder storage. Subclasses choose the storage."""

    kind = "drop"
    target: str

    def __init__(self, folder: FolderStorage) -> None:
        """Use a storage."""
        self._storage = folder
        self.near = folder.near
        self.at_once = 1 if folder.near else folder.width

    def capabilities(self) -> Capabilities:
        """See `Repository`: single files, read back. The rename refuses to replace anything."""
        return Capabilities(
            packaging="folder",
            write_once=True,
            resumes=self._storage.resumes,
            open_to_all=False,
        )

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan which files go where; see `Repository`."""
        return DepositPlan(
            tuple(
                PlannedFile(item.path, item.size, f"{transfer.identifier}/{item.path}")
                for item in transfer.items
            ),
            steps=(
                f"send the files into a hidden folder, .{transfer.identifier}.….part",
                "read every file back and compare its SHA-256; ask the storage to sync to disk",
                f"rename the folder to {transfer.identifier}, unless something has that name",
            ),
        )

    def holds(self, transfer: Transfer) -> bool:
        """Return whether exactly this package is there; see `Comparing`."""
        files = self._storage.list(transfer.identifier)
        if files is None:
            return False
        self._held_unchanged(transfer, files)
        return True

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Send, read back, rename; see `Repository`."""
        return run_alone(self.steps(transfer, journal))

    def steps(self, transfer: Transfer, journal: Journal) -> Steps[Stored]:
        """Yield the steps of `deposit`; see `Stepwise`."""
        home, part = transfer.identifier, _part(transfer, journal)
        journal.begin("place", remote_id=home)
        if self._storage.list(home) is not None:
            return (yield from self._there_already(transfer))
        journal.begin("send", part=part)
        yield journal.unsynced
        try:
            with transfer.confirming():
                held, late = self._send(transfer, part)
        except InvalidError:
            self._storage.remove(part)
            raise
        durable = yield from self._secure(transfer, part, late)
        journal.done("send")
        journal.begin("rename", old=part, new=home)
        yield [Unsynced(journal.path)]
        try:
            yield from self._storage.rename(part, home, transfer.mode)
        except TakenError:
            # Another run was faster, or this run did it before it was stopped.
            stored = yield from self._there_already(transfer)
            self._storage.remove(part)
            return stored
        journal.done("rename")
        return self._stored(transfer, held, new=True, durable=durable)

    def status(self, remote_id: str, version: str) -> Status:
        """Return whether the folder exists; see `Repository`."""
        files = self._storage.list(remote_id)
        if files is not None:
            size = sum(files.values())
            return Status("stored", f"{len(files)} files, {size} bytes")
        return Status("absent", f"{self.target} has no {remote_id}")

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Read every file back; see `Repository`."""
        return self._digests(remote_id, self._held(remote_id))

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Copy the folder's files; see `Repository`."""
        files = self._held(remote_id)
        refuse_others(files, expected)
        for path in files:
            blocks = self._storage.read(f"{remote_id}/{path}")
            write_file(into, path, blocks, expected[path] if expected else None)

    def _held(self, remote_id: str) -> Mapping[str, int]:
        files = self._storage.list(remote_id)
        if files is None:
            raise DepositError(
                _("{target} no longer holds {remote_id}", target=self.target, remote_id=remote_id)
            )
        return files

    def _send(self, transfer: Transfer, part: str) -> tuple[Mapping[str, str], Iterable[str]]:
        """Send the missing files, and read back all files.

        Returns:
            The SHA-256 of the files as they arrived, by path; and the paths of the files that may
            not be on the storage's disk yet.
        """
        there = self._storage.list(part) or {}
        self._storage.make([part, *(f"{part}/{folder}" for folder in _folders(transfer))])
        known = {item.path for item in transfer.items}
        for unknown in there.keys() - known:
            self._storage.remove(f"{part}/{unknown}")
        small = [item for item in transfer.items if item.size <= SMALL and item.path not in there]
        singly = known - {item.path for item in small}
        late = set(singly)

        def one(item: Item) -> dict[str, str]:
            path = f"{part}/{item.path}"
            return {item.path: self._bring(transfer, item, path, there.get(item.path))}

        def some(items: list[Item]) -> dict[str, str]:
            held = self._bring_many(transfer, items, part)
            again = [item for item in items if held[item.path] != item.sha256]
            late.update(item.path for item in again)
            return held | {
                item.path: self._bring_again(transfer, item, f"{part}/{item.path}")
                for item in again
            }

        sent = side_by_side(
            [
                *(partial(one, item) for item in transfer.items if item.path in singly),
                *(partial(some, small[at : at + _BATCH]) for at in range(0, len(small), _BATCH)),
            ],
            self._storage.width,
        )
        held = {path: digest for each in sent for path, digest in each.items()}
        return held, late

    def _bring_many(self, transfer: Transfer, items: list[Item], part: str) -> dict[str, str]:
        """Send small files; return their SHA-256 as they arrived, by path."""
        files = {}
        for item in items:
            with transfer.open(item) as file:
                # The files that arrived are digested, so those that are sent need not be.
                source = VerifiedReader(file, item, transfer.tick, digest=False)
                files[f"{part}/{item.path}"] = source.read(SMALL + 1)
        held = self._storage.send_many(files)
        return {item.path: digest for item, digest in zip(items, held, strict=True)}

    def _bring(self, transfer: Transfer, item: Item, path: str, there: int | None) -> str:
        """Send what is missing of a file, and read the file back; return its SHA-256 there.

        Args:
            transfer: The package.
            item: The file.
            path: Its path in the storage.
            there: The number of bytes that the storage has already; None if it has no such file.
        """
        if there == item.size:
            transfer.tick(item.size)
            digest = sha256_of(self._storage.read(path))
        else:
            if there is not None and not (self._storage.resumes and 0 < there < item.size):
                self._storage.remove(path)
                there = None
            # The files that arrived are digested, so those that are sent need not be.
            digest = self._write(transfer, item, path, there or 0, digest=False)
        return digest if digest == item.sha256 else self._bring_again(transfer, item, path)

    def _bring_again(self, transfer: Transfer, item: Item, path: str) -> str:
        """Send a file that arrived changed again, checking whether the package has changed."""
        self._storage.remove(path)
        unseen = replace(transfer, tick=lambda count: None)
        if (digest := self._write(unseen, item, path, 0, digest=True)) == item.sha256:
            return digest
        self._storage.remove(path)
        raise DepositError(
            _("{path} arrived changed in {target}, twice", path=item.path, target=self.target),
            _("Nothing was stored under the package's name. Check the storage."),
        )

    def _write(
        self, transfer: Transfer, item: Item, path: str, offset: int, *, digest: bool
    ) -> str:
        with transfer.open(item) as file:
            source = VerifiedReader(file, item, transfer.tick, digest=digest)
            source.skip(offset)
            return self._storage.send(path, source, item.size, offset)

    def _held_unchanged(self, transfer: Transfer, files: Mapping[str, int]) -> dict[str, str]:
        """Return the SHA-256 of the files at the destination, which must be those of the package.

        Raises:
            TakenError: The files differ.
        """
        home = transfer.identifier
        sent = {item.path: item.size for item in transfer.items}
        held = self._digests(home, files) if files == sent else {}
        if files != sent or any(held[item.path] != item.sha256 for item in transfer.items):
            raise TakenError(
                _(
                    "{target} already has a different {home}, and nothing is ever replaced there",
                    target=self.target,
                    home=home,
                ),
                _("Move that one, or deposit into another folder."),
            )
        return held

    def _there_already(self, transfer: Transfer) -> Steps[Stored]:
        home = transfer.identifier
        held = self._held_unchanged(transfer, self._storage.list(home) or {})
        durable = yield from self._secure(transfer, home, [item.path for item in transfer.items])
        return self._stored(transfer, held, new=False, durable=durable)

    def _secure(self, transfer: Transfer, home: str, late: Iterable[str]) -> Steps[bool]:
        files, folders = (
            [f"{home}/{path}" for path in paths] for paths in (late, _folders(transfer))
        )
        return self._storage.secure(home, files, folders)

    def _stored(
        self, transfer: Transfer, held: Mapping[str, str], *, new: bool, durable: bool
    ) -> Stored:
        return Stored(
            remote_id=transfer.identifier,
            version="",
            location=transfer.identifier,
            files=arrivals(transfer.items, held),
            verified="read-back",
            new=new,
            answer={"durable": durable},
        )

    def _digests(self, folder: str, sizes: Mapping[str, int]) -> dict[str, str]:
        def digest(path: str) -> str:
            most = min(sizes[path], limits.DOWNLOAD.value)
            return sha256_of(limited(self._storage.read(f"{folder}/{path}"), most, path))

        with ThreadPoolExecutor(self._storage.width) as pool:
            return dict(zip(sizes, pool.map(digest, sizes), strict=True))


def side_by_side(works: Iterable[Callable[[], T]], width: int) -> list[T]:
    """Call functions in up to `width` threads, or a single one in this thread.

    Return their results in order.
    """
    works = list(works)
    if len(works) == 1:
        return [works[0]()]
    with ThreadPoolExecutor(width) as pool:
        return [each.result() for each in [pool.submit(work) for work in works]]


def refuse_more(count: int, target: str) -> None:
    """Refuse a repository that lists more files and folders than a package can have.

    Raises:
        DepositError: There are too many.
    """
    if count > limits.REPOSITORY_FILES.value:
        raise DepositError(
            _(
                "{target} lists more than {value} files",
                target=target,
                value=limits.REPOSITORY_FILES.value,
            ),
            limits.REPOSITORY_FILES.hint,
        )


def refuse_others(files: Collection[str], expected: Expected | None) -> None:
    """Refuse to fetch a package if its paths differ from those that were deposited.

    Raises:
        DepositError: A path differs.
    """
    if expected is None:
        return
    for path in sorted(expected.keys() ^ set(files)):
        where = "is missing" if path in expected else "was never deposited"
        raise DepositError(
            _(
                "the repository does not hold what was deposited: {path} {where}",
                path=path,
                where=where,
            )
        )


def write_file(
    folder: Path, path: str, blocks: Iterator[bytes], expected: Arrival | None = None
) -> None:
    """Write a file that a repository returns, but never outside a folder.

    Args:
        folder: The folder.
        path: The file's path in it.
        blocks: Its bytes.
        expected: The file that was deposited; None limits only the size, to `limits.DOWNLOAD`.

    Raises:
        DepositError: The path leads out of the folder, or the file is too large or differs from
            the deposited one.
        StorageError: The file cannot be written.
    """
    steps = path.split("/")
    if any(step in ("", ".", "..") for step in steps) or "\0" in path:
        raise DepositError(
            _("the repository gives a file called {path!r}, which no package has", path=path)
        )
    target = folder.joinpath(*steps)
    with storage.storage_errors(_("writing {target}", target=target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    hashing = hashlib.sha256()
    with file:
        for block in limited(blocks, expected.size if expected else limits.DOWNLOAD.value, path):
            hashing.update(block)
            with storage.storage_errors(_("writing {target}", target=target)):
                file.write(block)
    if expected and hashing.hexdigest() != expected.sha256:
        raise DepositError(
            _("{path}: the repository returned different bytes than were deposited", path=path),
            _("Nothing was kept. Check the repository, and other copies."),
        )


def _part(transfer: Transfer, journal: Journal) -> str:
    """Return the name of the hidden folder of an interrupted run, or of a new one.

    The name cannot be guessed, because other people may write into the drop folder.
    """
    begun = str((journal.begun("send") or {}).get("part"))
    if re.fullmatch(rf"\.{re.escape(transfer.identifier)}\.[0-9a-f]{{12}}\.part", begun):
        return begun
    return f".{transfer.identifier}.{secrets.token_hex(6)}.part"


def _folders(transfer: Transfer) -> list[str]:
    """Return all folders of a package, parents first."""
    found: set[str] = set()
    for item in transfer.items:
        steps = item.path.split("/")[:-1]
        found |= {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
    return sorted(found)
