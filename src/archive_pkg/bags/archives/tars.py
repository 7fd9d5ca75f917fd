"""Tar archives of bags, compressed or not.

A plain tar is read by several processes at once, each member at its place. A compressed one is a
stream and read from its start, once where its manifests come before its payload.
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
from archive_pkg.bags.archives.tar_headers import Entry
from archive_pkg.bags.digesting import UNREAD, Digesting, Piece
from archive_pkg.fixity import ALGORITHMS, BLOCK, digest, new_hash
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.bags.digesting import Say

    Unpacker = Callable[[int], Iterator[bytes]]

_MOST_KEPT = 128 * 1024 * 1024
"""Bytes of tag files kept from the first reading; others are read again when they are wanted."""
_SMALL = 1024 * 1024
"""Bytes of a tag file in a folder, such as a signature, that is kept as well."""
_GUESS = ("sha256", "sha512")


class Tar(Archive):
    """An uncompressed tar."""

    kind = "tar"

    def scan(self) -> None:
        """Read the headers, skipping the data."""
        for entry in tar_headers.entries(_Placed(self.descriptor)):
            _take(self, entry)

    def names(self) -> Iterator[str]:
        """The names of its members, as they are met."""
        return (entry.path for entry in tar_headers.entries(_Placed(self.descriptor)))

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A member's bytes."""
        source = _Placed(self.descriptor, member.place)
        segments = [*member.segments] or [(0, member.size)]
        entry = Entry(member.path, "file", member.size, member.place, segments)
        return tar_headers.contents(entry, source.read)


class PackedTar(Archive):
    """A compressed tar: one stream.

    While it is scanned its tag files are kept, and each payload file is digested by the
    algorithms of the manifests seen so far (or by a guess where none was). What is still wanted
    afterwards takes a second reading.
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
            manifest = manifests.describe(inner, Report())
            if manifest and not manifest.of_tags and manifest.algorithm in ALGORITHMS:
                algorithms.add(manifest.algorithm)

    def names(self) -> Iterator[str]:
        """The names of its members, as they are met."""
        return (entry.path for _, entry in self._entries())

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A member's bytes, or those of another from reading again."""
        if member.path in self._kept:
            yield self._kept[member.path]
            return
        for _, chunks in self._again({member.path}):
            yield from chunks
            return

    def contents(self, files: Sequence[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The bytes of members in the stream's order."""
        for path, chunks in self._again({self.top + path for path in files}):
            yield path[len(self.top) :], chunks

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
        for path, chunks in self._again(left.keys()):
            found = self._digests.setdefault(path, {})
            found.update(_digest(chunks, left[path]))

    def _again(self, wanted: Container[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The first member of each path that is wanted, from reading the stream again."""
        for source, entry in self._entries():
            path = names.straighten(entry.path)
            member = self.members.get(path) if path in wanted else None
            if member and entry.kind == "file" and entry.place == member.place:
                yield path, tar_headers.contents(entry, source.read)

    def _entries(self) -> Iterator[tuple[_Stream, Entry]]:
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        source = _Stream(self._unpack(self.descriptor), self.refuse_bomb)
        for entry in tar_headers.entries(source):
            yield source, entry


def _take(archive: Archive, entry: Entry) -> Member | None:
    """Note what a tar header means; the member where it is a regular file that may be read."""
    if entry.kind == "folder":
        archive.add_folder(entry.path)
    elif entry.kind == "link":
        archive.note(MEMBER_LINK, entry.path, "is a link", "Put the file itself here.")
    elif entry.kind == "file":
        whole = len(entry.segments) == 1 and entry.segments[0] == (0, entry.size)
        segments = () if whole else entry.segments
        member = Member(entry.path, entry.size, entry.place, segments=segments)
        return member if archive.add(member) else None
    else:
        archive.note(MEMBER_SPECIAL, entry.path, "is a device or FIFO", "Remove it.")
    return None


def _digest(chunks: Iterator[bytes], algorithms: set[str]) -> dict[str, bytes]:
    hashes = {name: new_hash(name) for name in algorithms}
    feed_chunks(chunks, list(hashes.values()), lambda files, size: None)
    return {name: hash_.digest() for name, hash_ in hashes.items()}


class _Placed:
    """The bytes of an uncompressed archive from a place on."""

    def __init__(self, descriptor: int, place: int = 0) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self.place = place

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        data = os.pread(self._descriptor, size, self.place)
        self.place += len(data)
        return data

    def skip(self, size: int) -> None:
        """Leave bytes out. Raises BadArchiveError when there are not as many."""
        self.place += size
        if self.place > self._size:
            raise BadArchiveError(DAMAGED, "cannot be read as tar to its end: it ends too early")


class _Stream:
    """The bytes of a compressed archive, refused where they become implausibly many."""

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
        """Leave bytes out. Raises BadArchiveError when there are not as many."""
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
