"""Read bags in tar archives, compressed or not.

Several processes read the members of a plain tar. A compressed tar is read as a stream from its
start, and only once if its manifests come before its payload.
"""

from __future__ import annotations

import io
import os
import zlib
from typing import TYPE_CHECKING

from archive_pkg.bags import manifests, names
from archive_pkg.bags.archives import tar_headers
from archive_pkg.bags.archives.archive import Archive, Member, feed_chunks
from archive_pkg.bags.archives.findings import DAMAGED, MEMBER_LINK, MEMBER_SPECIAL, BadArchiveError
from archive_pkg.bags.archives.tar_headers import TarEntry
from archive_pkg.bags.digesting import UNREAD, Digesting, Piece
from archive_pkg.fixity import ALGORITHMS, BLOCK, digest, new_hash
from archive_pkg.messages import _
from archive_pkg.reports import Location, Report
from archive_pkg.storage import system

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.bags.digesting import Tick

    Unpacker = Callable[[int], Iterator[bytes]]

_MOST_KEPT = 128 * 1024 * 1024
"""Bytes of tag files kept from the first reading. Others are read again when they are needed."""
_SMALL = 1024 * 1024
"""Tag files in folders, such as signatures, are kept up to this size."""
_GUESS = ("sha256", "sha512")


class Tar(Archive):
    """An uncompressed tar."""

    kind = "tar"

    def scan(self) -> None:
        """Read the headers and skip the data."""
        for entry in tar_headers.entries(_FileSource(self.descriptor)):
            _take(self, entry)

    def names(self) -> Iterator[str]:
        """Yield the names of the members in the order of the archive."""
        return (entry.path for entry in tar_headers.entries(_FileSource(self.descriptor)))

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes."""
        source = _FileSource(self.descriptor, member.place)
        segments = [*member.segments] or [(0, member.size)]
        entry = TarEntry(member.path, "file", member.size, member.place, segments)
        return tar_headers.contents(entry, source.read)


class PackedTar(Archive):
    """A compressed tar, which is one stream.

    The scan keeps tag files and digests payload files with the algorithms of the manifests read so
    far, or with a guess if there were none. Anything else needs a second reading.
    """

    def __init__(self, path: Path, kind: str, unpack: Unpacker) -> None:
        super().__init__(path)
        self.kind = kind
        self._unpack = unpack
        self._kept: dict[str, bytes] = {}
        self._digests: dict[str, dict[str, bytes]] = {}

    def scan(self) -> None:
        """Read the stream once."""
        algorithms: set[str] = set()
        kept = 0
        for source, entry in self._entries():
            member = _take(self, entry)
            if member is None:
                continue
            inner = member.path.partition("/")[2]
            chunks = tar_headers.contents(entry, source.read)
            is_small_tag_file = not inner.startswith("data/") and member.size <= _SMALL
            if ("/" in inner and not is_small_tag_file) or kept + member.size > _MOST_KEPT:
                self._digests[member.path] = _digest(chunks, algorithms or set(_GUESS))
                continue
            kept += member.size
            self._kept[member.path] = b"".join(chunks)
            manifest = manifests.empty_manifest(inner, Report())
            if manifest and not manifest.of_tags and manifest.algorithm in ALGORITHMS:
                algorithms.add(manifest.algorithm)

    def names(self) -> Iterator[str]:
        """Yield the names of the members in the order of the archive."""
        return (entry.path for __, entry in self._entries())

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes, kept or read again."""
        if member.path in self._kept:
            yield self._kept[member.path]
            return
        for __, chunks in self._again({member.path}):
            yield from chunks
            return

    def contents(self, files: Sequence[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield paths and bytes of members in the order of the stream."""
        for path, chunks in self._again({self.top + path for path in files}):
            yield path[len(self.top) :], chunks

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Use the digests of the first reading, and read again for missing ones."""
        names_ = list(algorithms)
        self._complete(files, names_)
        return super().digesting(files, names_, 1)

    def digest_large(self, path: str, algorithms: Sequence[str], tick: Tick) -> Piece:
        """Return the known digests of one member."""
        piece = Piece()
        found = self._digests.get(self.top + path, {})
        complete = all(name in found for name in algorithms)
        size = self.members[self.top + path].size if complete else UNREAD
        if not complete:
            piece.findings.append(DAMAGED.at(Location(path), _("cannot be read")))
        tick(1, max(size, 0))
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
        for path, chunks in self._again(left.keys()):
            found = self._digests.setdefault(path, {})
            found.update(_digest(chunks, left[path]))

    def _again(self, wanted: Container[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Read the stream again and yield the first member of each wanted path."""
        for source, entry in self._entries():
            path = names.straighten(entry.path)
            member = self.members.get(path) if path in wanted else None
            if member and entry.kind == "file" and entry.place == member.place:
                yield path, tar_headers.contents(entry, source.read)

    def _entries(self) -> Iterator[tuple[_StreamSource, TarEntry]]:
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        source = _StreamSource(self._unpack(self.descriptor), self.refuse_bomb)
        for entry in tar_headers.entries(source):
            yield source, entry


def _take(archive: Archive, entry: TarEntry) -> Member | None:
    """Add a member to the archive. Return it if it is a regular file with an allowed name."""
    if entry.kind == "folder":
        archive.add_folder(entry.path)
    elif entry.kind == "link":
        archive.note(
            MEMBER_LINK, entry.path, _("is a link"), _("Replace the link with the file itself.")
        )
    elif entry.kind == "file":
        dense = len(entry.segments) == 1 and entry.segments[0] == (0, entry.size)
        segments = () if dense else entry.segments
        member = Member(entry.path, entry.size, entry.place, segments=segments)
        return member if archive.add(member) else None
    else:
        archive.note(MEMBER_SPECIAL, entry.path, _("is a device or FIFO"), _("Remove it."))
    return None


def _digest(chunks: Iterator[bytes], algorithms: set[str]) -> dict[str, bytes]:
    hashes = {name: new_hash(name) for name in algorithms}
    feed_chunks(chunks, list(hashes.values()), lambda files, size: None)
    return {name: hash_.digest() for name, hash_ in hashes.items()}


class _FileSource:
    """The bytes of an uncompressed archive from an offset on."""

    def __init__(self, descriptor: int, place: int = 0) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self.place = place

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        data = system.read_at(self._descriptor, size, self.place)
        self.place += len(data)
        return data

    def skip(self, size: int) -> None:
        """Skip bytes. Raises BadArchiveError if there are fewer."""
        self.place += size
        if self.place > self._size:
            raise BadArchiveError(DAMAGED, "cannot be read as tar to its end: it ends too early")


class _StreamSource:
    """The unpacked bytes of a compressed archive, up to the limits."""

    def __init__(self, unpacked: Iterator[bytes], refuse_bomb: Callable[[int], None]) -> None:
        self._unpacked = unpacked
        self._refuse_bomb = refuse_bomb
        self._rest = memoryview(b"")
        self._given = 0
        self.place = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        pieces = []
        while size and self._fill():
            pieces.append(bytes(self._rest[:size]))
            self._rest = self._rest[size:]
            size -= len(pieces[-1])
            self.place += len(pieces[-1])
        return b"".join(pieces)

    def skip(self, size: int) -> None:
        """Skip bytes. Raises BadArchiveError if there are fewer."""
        while size:
            if not self._fill():
                raise BadArchiveError(DAMAGED, "cannot be read to its end: it ends too early")
            count = min(size, len(self._rest))
            self._rest = self._rest[count:]
            size -= count
            self.place += count

    def _fill(self) -> bool:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._unpacked, b""))
            except (EOFError, zlib.error) as error:
                raise BadArchiveError(DAMAGED, f"cannot be unpacked to its end: {error}") from error
            self._given += len(self._rest)
            self._refuse_bomb(self._given)
        return bool(self._rest)


def gunzip(descriptor: int) -> Iterator[bytes]:
    """Yield the unpacked bytes of a gzip file, also with several members."""
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
    """Yield the unpacked bytes of a zstandard file."""
    import zstandard

    file = io.FileIO(descriptor, closefd=False)
    try:
        yield from zstandard.ZstdDecompressor().read_to_iter(file, write_size=4 * BLOCK)
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error
