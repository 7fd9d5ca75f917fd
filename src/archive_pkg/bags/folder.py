"""Read a bag's folder without ever opening anything outside it.

Every file and folder is opened from the folder above it (`storage.OpenFolder`), without following
symbolic links and without waiting on FIFOs. If a folder is swapped for a link while the bag is
read, reading fails.
"""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from archive_pkg.bags.digesting import UNREAD, Digesting, Piece
from archive_pkg.errors import StorageError
from archive_pkg.fixity import ALGORITHMS, feed, is_on_rotating_disk, new_hash, reader
from archive_pkg.limits import FOLDER_DEPTH
from archive_pkg.messages import _
from archive_pkg.reports import Code, Finding, Location, Severity
from archive_pkg.storage import describe, open_folder, system
from archive_pkg.storage.processes import cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from archive_pkg.bags.digesting import Tick
    from archive_pkg.storage import OpenFolder

_LARGE = 4 * 1024 * 1024
"""Larger files are digested after the small ones, with one thread per algorithm."""
_READ_SIZE = 64 * 1024

SYMBOLIC_LINK = Code(
    "file-is-link",
    Severity.ERROR,
    "The bag contains a symbolic link. It is not followed, because it can lead out of the bag.",
    "RFC 8493, 5.1",
)
SPECIAL = Code(
    "file-is-special",
    Severity.ERROR,
    "The bag contains a FIFO, socket or device. It is not opened.",
    "RFC 8493, 5.1",
)
UNREADABLE = Code(
    "file-unreadable",
    Severity.ERROR,
    "A file or folder of the bag cannot be read, so the bag cannot be verified.",
    "RFC 8493, 3",
)

TOO_DEEP = Code(
    "folder-too-deep",
    Severity.ERROR,
    "Folders are nested more deeply than the limit, so the bag cannot be verified.",
    "RFC 8493, 3",
)


class ChangedError(StorageError):
    """A file changed while it was being read."""


@dataclass(slots=True)
class Listing:
    """The files and folders in a bag.

    Attributes:
        files: Paths of regular files: of a folder, grouped by folder and sorted in each; of an
            archive, in its order.
        folders: Paths of folders, without the bag's own.
        empty: The folders that are empty.
        findings: Links, special files, folders that cannot be read or are too deep, and faults of
            an archive.
        truncated: Whether the bag is an archive that could not be read to its end.
    """

    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    truncated: bool = False


class Folder:
    """A bag's folder that is open for reading."""

    kind = "folder"

    def __init__(self, path: Path) -> None:
        """Open the folder. If `path` itself is a link, it is followed.

        Raises:
            OSError: The folder cannot be opened.
        """
        self.path = path
        self.root = open_folder(path)

    def close(self) -> None:
        """Close the folder."""
        self.root.close()

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listing(self) -> Listing:
        """Return all files and folders, in a stable order."""
        found = Listing()
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            if prefix.count("/") > FOLDER_DEPTH.value:
                found.findings.append(too_deep(prefix))
                continue
            try:
                below = self._list_one(prefix, found)
            except OSError as error:
                found.findings.append(_unreadable(prefix.rstrip("/"), error))
            else:
                waiting += reversed(below)
        return found

    def _list_one(self, prefix: str, found: Listing) -> list[str]:
        folders = []
        names = []
        with self.open_folder(prefix) as folder, folder.entries() as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    found.findings.append(_not_a_file(prefix + entry.name, entry.is_symlink()))
        names.sort()
        folders.sort()
        if prefix:
            found.folders.append(prefix[:-1])
            if not names and not folders:
                found.empty.append(prefix[:-1])
            found.files += [prefix + name for name in names]
        else:
            found.files += names
        return [f"{prefix}{name}/" for name in folders]

    def open_folder(self, prefix: str) -> OpenFolder:
        """Open a folder in the bag; use the result as a context manager.

        Args:
            prefix: The folder's path with "/" at the end; "" is the bag's own folder.

        Raises:
            OSError: A part of the path is not a folder, is a link, or cannot be opened.
        """
        return self.root.beneath(prefix)

    def open_descriptor(self, path: str) -> int:
        """Open a regular file of the bag and return its descriptor.

        Raises:
            OSError: The path is not a regular file, or cannot be opened.
        """
        prefix, slash, name = path.rpartition("/")
        with self.open_folder(prefix + slash) as folder:
            descriptor = folder.file(name)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(0, "it is not a regular file", path)
        return descriptor

    def open(self, path: str) -> BinaryIO:
        """Open a regular file of the bag as a binary stream.

        Raises:
            OSError: The path is not a regular file, or cannot be opened.
        """
        return io.FileIO(self.open_descriptor(path), "rb")

    def size(self, path: str) -> int:
        """Return the size of a file in bytes.

        Raises:
            OSError: The file does not exist or cannot be examined.
        """
        prefix, slash, name = path.rpartition("/")
        with self.open_folder(prefix + slash) as folder:
            return folder.status(name).st_size

    def sizes(self, paths: Sequence[str]) -> list[int]:
        """Return the sizes of files; see `size`. It is fastest if they are grouped by folder."""
        return [size for size, __ in self._stamps(paths)]

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Start computing digests; use the result as a context manager.

        On a rotating disk large files are read one at a time, and small ones by few workers.

        Args:
            files: Paths in the bag. Reading is fastest if they are grouped by folder.
            algorithms: Names of algorithms.
            jobs: How many files to read at a time; None means one per processor.
        """
        names = list(algorithms)
        spinning = is_on_rotating_disk(self.path)
        return Digesting(
            self,
            files,
            names,
            jobs=min(jobs or cpus(), 4) if spinning else jobs,
            large_jobs=1 if spinning else max(1, (jobs or cpus()) // max(1, len(names))),
        )

    def digest_piece(self, files: Sequence[str], algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest small files. Large ones are left for later."""
        piece = Piece(digests=[[] for __ in algorithms])
        blanks = [bytes(ALGORITHMS[name].length // 2) for name in algorithms]
        hashes = [
            (new_hash(name).copy, column.append)
            for name, column in zip(algorithms, piece.digests, strict=True)
        ]
        read, close, add_size = os.read, os.close, piece.sizes.append
        current: str | None = None
        folder: OpenFolder | None = None
        done = total = 0
        try:
            for path in files:
                prefix, slash, name = path.rpartition("/")
                try:
                    if prefix != current or folder is None:
                        if folder is not None:
                            folder.close()
                            folder = None
                        folder = self.open_folder(prefix + slash)
                        current = prefix
                    file = folder.file(name)
                    try:
                        # Most files fit into one read: no need to ask for their size first.
                        data: bytes | None = read(file, _READ_SIZE)
                        if not data or len(data) == _READ_SIZE:
                            data = _rest(file, path, data)
                    finally:
                        close(file)
                except OSError as error:
                    piece.findings.append(_unreadable(path, error))
                    data = None
                else:
                    if data is None:
                        piece.large.append(path)
                if data is None:
                    add_size(UNREAD)
                    for blank, column in zip(blanks, piece.digests, strict=True):
                        column.append(blank)
                    continue
                size = len(data)
                add_size(size)
                done += 1
                total += size
                for fresh, take in hashes:
                    hash_ = fresh()
                    hash_.update(data)
                    take(hash_.digest())
        finally:
            if folder is not None:
                folder.close()
        tick(done, total)
        return piece

    def digest_large(self, path: str, algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest one file, with one thread per algorithm."""
        hashes = [new_hash(name) for name in algorithms]
        piece = Piece()
        try:
            file = self.open_descriptor(path)
            try:
                system.expect_sequential_reading(file)
                size = feed(
                    reader(file, os.fstat(file).st_size), hashes, tick=lambda count: tick(0, count)
                )
            finally:
                os.close(file)
        except OSError as error:
            piece.findings.append(_unreadable(path, error))
            size = UNREAD
        else:
            tick(1, 0)
        piece.sizes.append(size)
        piece.digests = [[hash_.digest()] for hash_ in hashes]
        return piece

    def digests(
        self,
        files: Sequence[str],
        algorithms: Sequence[str],
        *,
        jobs: int | None = None,
        tick: Callable[[int, int], None] = lambda files, size: None,
    ) -> dict[str, tuple[int, tuple[bytes, ...]]]:
        """Return the size of each file, and its digests in the order of the algorithms.

        Raises:
            ChangedError: A file changes while it is read.
            StorageError: A file cannot be read.
            OSError: A file does not exist.
        """
        before = self._stamps(files)
        with self.digesting(files, algorithms, jobs) as work:
            found = work.finish(tick)
        for finding in found.findings:
            raise StorageError(f"{self.path}/{finding.location} {finding.message}", finding.hint)
        sizes = found.sizes()
        for path, size, then, now in zip(files, sizes, before, self._stamps(files), strict=True):
            if then != now or size != then[0]:
                raise ChangedError(
                    _("{path} changed while it was being read", path=self.path / path),
                    _("Wait until no other program writes to it, then run the same command again."),
                )
        return {
            path: (sizes[index], tuple(found.of(index, name) for name in algorithms))
            for index, path in enumerate(files)
        }

    def _stamps(self, files: Sequence[str]) -> list[tuple[int, int]]:
        """Return the size and modification time of each file."""
        stamps = []
        for prefix, paths in groupby(files, lambda path: path[: path.rfind("/") + 1]):
            with self.open_folder(prefix) as folder:
                for path in paths:
                    name = path[len(prefix) :]
                    status = folder.status(name)
                    stamps.append((status.st_size, status.st_mtime_ns))
        return stamps


def too_deep(path: str) -> Finding:
    """Return the finding for a path that is nested more deeply than the limit."""
    message = _("is nested in more than {value} folders", value=FOLDER_DEPTH.value)
    return TOO_DEEP.at(Location(f"{path[:80]}…"), message, FOLDER_DEPTH.hint)


def _rest(file: int, path: str, data: bytes | None) -> bytes | None:
    """Return all bytes of a file whose first bytes were read; None if it is large.

    Raises:
        OSError: The descriptor does not belong to a regular file.
    """
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a regular file", path)
    if status.st_size > _LARGE:
        return None
    pieces = [data or b""]
    while more := os.read(file, _LARGE):
        pieces.append(more)
        if len(pieces) > _LARGE // _READ_SIZE:  # the file is growing
            return None
    return b"".join(pieces)


def _not_a_file(path: str, is_link: bool) -> Finding:
    if is_link:
        return SYMBOLIC_LINK.at(
            Location(path),
            _("is a symbolic link"),
            _("Replace the link with the file itself, or remove it."),
        )
    return SPECIAL.at(Location(path), _("is a FIFO, socket or device"), _("Remove it."))


def _unreadable(path: str, error: OSError) -> Finding:
    meaning, hint = describe(error)
    return UNREADABLE.at(
        Location(path or "."), _("cannot be read: {meaning}", meaning=meaning), hint
    )
