"""Pack a bag's folder into an archive with reproducible bytes, and unpack archives of bags."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import tarfile
import zipfile
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from archive_pkg.bags.archives.archive import SUFFIXES, stem
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_archive
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.name_checks import check_names
from archive_pkg.bags.verifying import verify
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.fixity import BLOCK
from archive_pkg.messages import _
from archive_pkg.storage import (
    Staging,
    missing,
    mode_of,
    refuse_existing,
    storage_errors,
    system,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.bags.bag import Bag
    from archive_pkg.bags.verifying import Verdict
    from archive_pkg.paths import StrPath

_EPOCH = date(1980, 1, 1)
"""The earliest date that zip can write, and the default."""
_LEVEL = 6
_FIRST = ("bagit.txt", "bag-info.txt")


def pack(
    bag: StrPath,
    destination: StrPath,
    *,
    on: date | None = None,
    replace: bool = False,
    wait: float = 0,
) -> Verdict:
    """Write a bag's folder as one archive (serialization: BagIt 0.97, 4; not in RFC 8493).

    The folder is verified first, and the archive before it is renamed to its destination. The bytes
    depend only on the bag, the date and the destination's name: members are in a fixed order (tag
    files first, so that a stream's digests are known before its payload), without owners, with
    modes 644 or 755. A zip stores members uncompressed. The bytes of a .tgz or .tar.zst also depend
    on the version of the compressor.

    Args:
        bag: The folder of a valid bag.
        destination: The archive: .zip, .tar, .tgz or .tar.gz (.tar.zst with the extra `zstd`).
        on: The members' date; None means Bagging-Date or, without one, 1980-01-01.
        replace: Whether an existing destination may be replaced.
        wait: Seconds to wait for another run that uses the destination.

    Returns:
        The verdict on the archive.

    Raises:
        UsageError: The destination's suffix is unknown, zstandard is not installed, or the bag is
            a file.
        InvalidError: The bag is not valid, or changes while it is packed.
        StorageError: Reading or writing fails, the destination exists, or another run uses it.
    """
    bag, destination = Path(bag), Path(destination)
    if bag.is_file():
        raise UsageError(
            _("{bag} is a file, not the folder of a bag", bag=bag), _("Name the folder of a bag.")
        )
    kind = destination.name[len(stem(destination.name)) :].lower()
    if kind not in SUFFIXES:
        raise UsageError(
            _("{name} does not have an archive's suffix", name=destination.name),
            _("Use one of {suffixes}.", suffixes=", ".join(SUFFIXES)),
        )
    if not replace:
        refuse_existing(destination)
    verdict = verify(bag)
    if not verdict.valid:
        raise InvalidError(
            _("{bag} is not valid; nothing was written", bag=bag), report=verdict.report
        )
    moment = on or _bagging_date(verdict.bag) or _EPOCH
    top = stem(destination.name)
    with Staging(destination, wait=wait) as staging:
        made = staging.path / destination.name
        with (
            storage_errors(_("writing {destination}", destination=destination)),
            Folder(bag) as folder,
        ):
            if kind == ".zip":
                _write_zip(folder, made, top, moment)
            else:
                with made.open("xb") as file, _compressor(file, kind) as stream:
                    _write_tar(folder, stream, top, moment)
        packed = verify(made, named=destination)
        if not packed.valid:
            raise InvalidError(_("{bag} changed while it was packed", bag=bag), "", packed.report)
        if verdict.bag is not None:
            staging.mode = mode_of(bag, *(bag / path for path in verdict.bag.listing.files))
        staging.commit(replace=replace, item=made)
    return packed


def write_zip(bag: Bag, made: Path) -> None:
    """Write the zip that `pack` makes of a bag in a folder, without verifying or syncing anything.

    Args:
        bag: The bag, which has just been verified.
        made: The new file. Its name without the suffix is the folder's name in the zip.

    Raises:
        StorageError: Reading or writing fails.
    """
    with storage_errors(_("writing {made}", made=made)), Folder(Path(bag.path)) as folder:
        _write_zip(folder, made, stem(made.name), _bagging_date(bag) or _EPOCH)


def unpack(
    archive: StrPath, destination: StrPath, *, replace: bool = False, wait: float = 0
) -> Verdict:
    """Write a serialized bag as a folder (BagIt 0.97, 4; not in RFC 8493).

    The archive is verified first, and the folder before it is renamed to its destination. Only
    regular files inside the bag are written.

    Args:
        archive: A valid serialized bag.
        destination: The bag's folder. Its parent must exist.
        replace: Whether an existing destination may be replaced.
        wait: Seconds to wait for another run that uses the destination.

    Returns:
        The verdict on the folder.

    Raises:
        InvalidError: The archive is not a valid bag, changes while it is unpacked, or has names
            that this system cannot hold.
        StorageError: Reading or writing fails, the destination exists, or another run uses it.
        UsageError: The archive is a folder.
    """
    archive, destination = Path(archive), Path(destination)
    if archive.is_dir():
        raise UsageError(
            _("{archive} is a folder, not an archive", archive=archive),
            _("Name a .zip, .tar or .tgz."),
        )
    if not replace:
        refuse_existing(destination)
    if not os.path.lexists(archive):
        raise missing(archive)
    verdict = verify(archive)
    if not verdict.valid:
        raise InvalidError(
            _("{archive} is not valid; nothing was written", archive=archive), report=verdict.report
        )
    with Staging(destination, wait=wait) as staging:
        # If the archive can no longer be read, the verification below finds missing files.
        with (
            storage_errors(_("writing {destination}", destination=destination)),
            contextlib.suppress(BadArchiveError),
            open_archive(archive) as tree,
        ):
            listing = tree.listing()
            _refuse_names(archive, [*listing.files, *listing.empty])
            for path in listing.folders:
                (staging.path / path).mkdir()
            for path, chunks in tree.contents(listing.files):
                with (staging.path / path).open("xb") as file:
                    for chunk in chunks:
                        file.write(chunk)
        unpacked = verify(staging.path, named=destination)
        if not unpacked.valid:
            raise InvalidError(
                _("{archive} changed while it was unpacked", archive=archive), "", unpacked.report
            )
        with storage_errors(_("reading {archive}", archive=archive)):
            staging.mode = mode_of(archive)
        staging.commit(replace=replace)
    return unpacked


def _refuse_names(archive: Path, paths: list[str]) -> None:
    """Refuse names that the system cannot hold, before anything is written."""
    if not system.LIMITS_NAMES:
        return
    report = check_names(paths, portable=True)
    if report.errors:
        raise InvalidError(
            _("{archive} has names that Windows cannot hold; nothing was written", archive=archive),
            _("Verify or read the archive as it is, or unpack it on Linux, macOS or WSL."),
            report,
        )


def _bagging_date(bag: Bag | None) -> date | None:
    for value in bag.values("Bagging-Date") if bag else []:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            with contextlib.suppress(ValueError):
                return max(_EPOCH, date.fromisoformat(value))
    return None


def _in_order(folder: Folder) -> list[tuple[str, bool]]:
    """Return paths and whether each is a folder: tag files before the payload."""
    listing = folder.listing()
    entries = [(path, True) for path in listing.folders] + [(path, False) for path in listing.files]

    def rank(entry: tuple[str, bool]) -> tuple[bool, int, str]:
        path, __ = entry
        first = _FIRST.index(path) if path in _FIRST else len(_FIRST)
        return (path == "data" or path.startswith("data/"), first, path)

    return sorted(entries, key=rank)


def _write_tar(folder: Folder, stream: BinaryIO, top: str, on: date) -> None:
    seconds = int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp())
    with tarfile.open(
        fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK
    ) as archive:

        def header(path: str) -> tarfile.TarInfo:
            info = tarfile.TarInfo(f"{top}/{path}".rstrip("/"))
            info.mtime = seconds
            return info

        for path, is_folder in [("", True), *_in_order(folder)]:
            info = header(path)
            if is_folder:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
                continue
            with folder.open(path) as file:
                status = os.fstat(file.fileno())
                info.size, info.mode = status.st_size, _mode(status)
                archive.addfile(info, file)


def _write_zip(folder: Folder, made: Path, top: str, on: date) -> None:
    with zipfile.ZipFile(made, "x", zipfile.ZIP_STORED) as archive:
        for path, is_folder in [("", True), *_in_order(folder)]:
            name = f"{top}/{path}".rstrip("/") + ("/" if is_folder else "")
            info = zipfile.ZipInfo(name, (on.year, on.month, on.day, 0, 0, 0))
            info.create_system = 3  # Unix: readers use the modes
            if is_folder:
                info.external_attr = (stat.S_IFDIR | 0o755) << 16 | 0x10
                archive.writestr(info, b"")
                continue
            with folder.open(path) as file:
                status = os.fstat(file.fileno())
                info.external_attr = (stat.S_IFREG | _mode(status)) << 16
                info.file_size = status.st_size
                with archive.open(info, "w") as member:
                    while block := file.read(BLOCK):
                        member.write(block)


def _mode(status: os.stat_result) -> int:
    return 0o755 if status.st_mode & stat.S_IXUSR else 0o644


@contextlib.contextmanager
def _compressor(file: BinaryIO, kind: str) -> Iterator[BinaryIO]:
    if kind == ".tar":
        yield file
    elif kind == ".tar.zst":
        try:
            import zstandard
        except ImportError as error:
            raise UsageError(
                _("writing .tar.zst needs the zstandard library"),
                _("Install it: pip install 'archive-pkg[zstd]'"),
            ) from error
        with zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False) as writer:
            yield writer
    else:
        packer = _Gzip(file)
        yield cast("BinaryIO", packer)
        packer.finish()


class _Gzip(io.RawIOBase):
    """A gzip stream whose header does not record a date or system."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
        self._check = self._size = 0
        file.write(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._check = zlib.crc32(data, self._check)
        self._size += len(data)
        self._file.write(self._packer.compress(data))
        return len(data)

    def finish(self) -> None:
        self._file.write(self._packer.flush())
        self._file.write(self._check.to_bytes(4, "little"))
        self._file.write((self._size & 0xFFFFFFFF).to_bytes(4, "little"))
