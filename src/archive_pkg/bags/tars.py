"""Tar archives of bags, compressed or not.

A plain tar is read by several processes at once, each member at its place. A compressed one is a
stream and read from its start, once where its manifests come before its payload.
"""

from __future__ import annotations

import io
import os
import tarfile
import zlib
from typing import IO, TYPE_CHECKING, Literal, cast

from archive_pkg.bags import manifests, names
from archive_pkg.bags.archives import (
    BOMB,
    DAMAGED,
    MEMBER_LINK,
    MEMBER_SPECIAL,
    Archive,
    Member,
    Shared,
    feed_chunks,
    plain,
)
from archive_pkg.bags.digesting import UNREAD, Digesting, Piece
from archive_pkg.bags.opening import BadArchiveError, Limits
from archive_pkg.fixity import ALGORITHMS, BLOCK, digest, new_hash
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.bags.digesting import Say

    Unpacker = Callable[[int], Iterator[bytes]]

_MOST_KEPT = 1024 * 1024 * 1024
_GUESS = ("sha256", "sha512")


class Tar(Archive):
    """An uncompressed tar."""

    kind = "tar"

    def scan(self) -> None:
        """Read the headers, skipping the data."""
        for archive, info in self._infos():
            _take(self, info)
            del archive
        self._look_for_more()

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A member's bytes."""
        if member.whole:
            yield from plain(self.descriptor, member.place, member.size, member.path)
            return
        for archive, info in self._infos():
            if info.isreg() and names.straighten(info.name) == member.path:
                yield from _extract(archive, info)
                return

    def _infos(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        return _tar_infos(Shared(self.descriptor), "r:")

    def _look_for_more(self) -> None:
        """Python's reader takes a damaged header for the end; the end has to be empty blocks."""
        end = max((m.place + -(-m.size // 512) * 512 for m in self.members.values()), default=0)
        block = os.pread(self.descriptor, 512, end)
        if self.members and block.strip(b"\0") and not self._is_header(end):
            raise BadArchiveError(DAMAGED, f"has a damaged header at byte {end}")

    def _is_header(self, place: int) -> bool:
        try:
            tarfile.TarInfo.frombuf(os.pread(self.descriptor, 512, place), "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeError):
            return False
        return True


class PackedTar(Archive):
    """A compressed tar: one stream.

    While it is scanned its tag files are kept, and each payload file is digested by the
    algorithms of the manifests seen so far (or by a guess where none was). What is still wanted
    afterwards takes a second reading.
    """

    def __init__(self, path: Path, limits: Limits, kind: str, unpack: Unpacker) -> None:
        super().__init__(path, limits)
        self.kind = kind
        self._unpack = unpack
        self._kept: dict[str, bytes] = {}
        self._digests: dict[str, dict[str, bytes]] = {}

    def scan(self) -> None:
        """Read the stream once."""
        algorithms: set[str] = set()
        kept = 0
        for archive, info in self._infos():
            member = _take(self, info)
            if member is None:
                continue
            inner = member.path.partition("/")[2]
            if inner.startswith("data/"):
                self._digests[member.path] = _digest(archive, info, algorithms or set(_GUESS))
                continue
            kept += member.size
            if kept > _MOST_KEPT:
                raise BadArchiveError(
                    BOMB, "has more than a gibibyte of tag files: it is not read", member.path
                )
            self._kept[member.path] = b"".join(_extract(archive, info))
            manifest = manifests.describe(inner, Report())
            if manifest and not manifest.of_tags and manifest.algorithm in ALGORITHMS:
                algorithms.add(manifest.algorithm)

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A kept member's bytes, or those of another from reading again."""
        if member.path in self._kept:
            yield self._kept[member.path]
            return
        for archive, info in self._infos():
            if info.isreg() and names.straighten(info.name) == member.path:
                yield from _extract(archive, info)
                return

    def contents(self, files: Sequence[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The bytes of members in the stream's order."""
        wanted = {self.top + path for path in files}
        for archive, info in self._infos():
            path = names.straighten(info.name)
            if info.isreg() and path in wanted:
                yield path[len(self.top) :], _extract(archive, info)

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Take the digests from the first reading; read again for what is lacking."""
        names_ = list(algorithms)
        self._complete(files, names_)
        return super().digesting(files, names_, 1)

    def digest_large(self, path: str, algorithms: Sequence[str], say: Say) -> Piece:
        """What is known of one member."""
        piece = Piece()
        found = self._digests.get(self.top + path, {})
        whole = all(name in found for name in algorithms)
        size = self.members[self.top + path].size if whole else UNREAD
        if not whole:
            piece.findings.append(DAMAGED.at(Location(path), "cannot be read"))
        say(1, max(size, 0))
        piece.sizes.append(size)
        piece.digests = [
            [found.get(name, bytes(ALGORITHMS[name].length // 2))] for name in algorithms
        ]
        return piece

    def _complete(self, files: Sequence[str], algorithms: Sequence[str]) -> None:
        left: dict[str, set[str]] = {}
        for path in files:
            inner = self.top + path
            lacking = set(algorithms) - self._digests.get(inner, {}).keys()
            if lacking and inner in self._kept:
                digests = digest(self._kept[inner], list(lacking))
                known = self._digests.setdefault(inner, {})
                known.update((name, bytes.fromhex(value)) for name, value in digests.items())
            elif lacking:
                left[inner] = lacking
        try:
            self._read_again(left)
        except BadArchiveError as error:
            self.note(DAMAGED, error.finding.location.path, error.finding.message)

    def _read_again(self, left: Mapping[str, set[str]]) -> None:
        if not left:
            return
        for archive, info in self._infos():
            path = names.straighten(info.name)
            if info.isreg() and path in left:
                found = self._digests.setdefault(path, {})
                found.update(_digest(archive, info, left[path]))

    def _infos(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        unpacked = self._unpack(self.descriptor)
        return _tar_infos(_Guarded(unpacked, self.limits, self.packed), "r|")


def _tar_infos(
    stream: io.RawIOBase, mode: Literal["r:", "r|"]
) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode=mode) as archive:
            while (info := archive.next()) is not None:
                yield archive, info
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError, OSError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise BadArchiveError(DAMAGED, f"cannot be read as tar to its end: {said}") from error


def _take(archive: Archive, info: tarfile.TarInfo) -> Member | None:
    """Note what a tar header means; the member where it is a regular file that may be read."""
    if info.isdir():
        archive.add_folder(info.name)
    elif info.issym() or info.islnk():
        archive.note(MEMBER_LINK, info.name, "is a link", "Put the file itself here.")
    elif info.isreg():
        member = Member(info.name, info.size, info.offset_data, whole=not info.issparse())
        return member if archive.add(member) else None
    else:
        archive.note(MEMBER_SPECIAL, info.name, "is a device or FIFO", "Remove it.")
    return None


def _extract(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(info)
    left = info.size
    while file is not None and left and (data := file.read(min(BLOCK, left))):
        left -= len(data)
        yield data
    if left:
        raise BadArchiveError(DAMAGED, "ends too early", info.name)


def _digest(
    archive: tarfile.TarFile, info: tarfile.TarInfo, algorithms: set[str]
) -> dict[str, bytes]:
    hashes = {name: new_hash(name) for name in algorithms}
    feed_chunks(_extract(archive, info), list(hashes.values()), lambda files, size: None)
    return {name: hash_.digest() for name, hash_ in hashes.items()}


class _Guarded(io.RawIOBase):
    """An unpacked stream that ends with an error where it gets implausibly long."""

    def __init__(self, unpacked: Iterator[bytes], limits: Limits, packed: int) -> None:
        self._unpacked = unpacked
        self._limits = limits
        self._packed = packed
        self._rest = memoryview(b"")
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            try:
                self._rest = memoryview(next(self._unpacked, b""))
            except (EOFError, zlib.error) as error:
                raise BadArchiveError(DAMAGED, f"cannot be unpacked to its end: {error}") from error
            self._given += len(self._rest)
            if self._limits.exceeded(self._given, self._packed):
                raise BadArchiveError(
                    BOMB, f"has {self._packed} bytes and unpacks to more than {self._given}"
                )
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def read(self, size: int = -1) -> bytes:
        pieces = []
        while size:
            block = bytearray(min(size, BLOCK))
            count = self.readinto(memoryview(block))
            if not count:
                break
            pieces.append(bytes(block[:count]))
            size -= count
        return b"".join(pieces)


def gunzip(descriptor: int) -> Iterator[bytes]:
    """The stream in a gzip file, whose members may be several."""
    unpack = zlib.decompressobj(31)
    pending = b""
    while pending or (pending := os.read(descriptor, BLOCK)):
        data = unpack.decompress(pending, 4 * BLOCK)
        if data:
            yield data
        pending = unpack.unconsumed_tail
        if unpack.eof:  # another gzip member may follow
            pending = unpack.unused_data or os.read(descriptor, BLOCK)
            if not pending.strip(b"\0"):
                return
            unpack = zlib.decompressobj(31)
    raise EOFError("the compressed data end too early")


def unzstd(descriptor: int) -> Iterator[bytes]:
    """The stream in a zstandard file."""
    import zstandard

    file = io.FileIO(descriptor, closefd=False)
    try:
        yield from zstandard.ZstdDecompressor().read_to_iter(file, write_size=4 * BLOCK)
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error
