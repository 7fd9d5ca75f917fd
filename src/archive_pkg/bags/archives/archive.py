"""Read serialized bags without unpacking them to disk: the base class for zip and tar."""

from __future__ import annotations

import io
import os
import shlex
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from archive_pkg import limits
from archive_pkg.bags import names
from archive_pkg.bags.archives.findings import (
    BOMB,
    DAMAGED,
    MEMBER_CLASHES,
    MEMBER_TWICE,
    MEMBER_UNSAFE,
    NO_TOP_FOLDER,
    OTHER_NAME,
    OUTSIDE,
    BadArchiveError,
)
from archive_pkg.bags.digesting import UNREAD, Digesting, Piece
from archive_pkg.bags.folder import Listing, too_deep
from archive_pkg.fixity import BLOCK, Hash, feed, new_hash
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location
from archive_pkg.storage import describe, system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from archive_pkg.bags.digesting import Tick

SUFFIXES = (".tar.gz", ".tar.zst", ".tgz", ".tar", ".zip")


@dataclass(slots=True)
class Member:
    """A member of an archive.

    Attributes:
        path: The member's name in the archive.
        size: The declared size in bytes after unpacking.
        place: The offset in the archive: of the data in a tar, of the header in a zip.
        packed: The size in the archive in bytes; 0 in a tar.
        method: The number of zip's compression method; 0 is none.
        raw_name: The name's bytes.
        segments: Offset and length of each stored segment of a sparse tar member; else empty.
    """

    path: str
    size: int
    place: int = 0
    packed: int = 0
    method: int = 0
    raw_name: bytes = b""
    segments: Sequence[tuple[int, int]] = ()


class Archive:
    """A serialized bag. Paths are relative to its top folder."""

    kind: str

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, system.READ)
        self.packed = os.fstat(self.descriptor).st_size
        self.members: dict[str, Member] = {}
        self._declared = 0
        self._named = 0
        self._listing = Listing()
        self._folders: set[str] = set()
        self.top = ""

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    @abstractmethod
    def scan(self) -> None:
        """Fill `members`, and the folders and findings of the listing."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Yield the names of the members in the order of the archive."""

    @abstractmethod
    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes."""

    def listing(self) -> Listing:
        """Return all files and folders, or those before the damage of a damaged archive."""
        try:
            self.scan()
        except BadArchiveError as error:
            self._listing.findings.append(error.finding)
            self._listing.truncated = True
        try:
            self._find_top()
        except BadArchiveError as error:
            self._listing.findings.append(error.finding)
        return self._listing

    def open(self, path: str) -> BinaryIO:
        """Open a member as a stream that can be read again from its start."""
        member = self._member(path)
        return io.BufferedReader(Unpacked(lambda: self.chunks(member)), BLOCK)

    def size(self, path: str) -> int:
        """Return a member's size in bytes."""
        return self._member(path).size

    def sizes(self, paths: Sequence[str]) -> list[int]:
        """Return the sizes of members in bytes."""
        return [self._member(path).size for path in paths]

    def digesting(
        self, files: Sequence[str], algorithms: Iterable[str], jobs: int | None = None
    ) -> Digesting:
        """Start computing digests of members; see `Folder.digesting`."""
        return Digesting(self, files, algorithms, jobs=jobs, large_jobs=1)

    def contents(self, files: Sequence[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the paths and bytes of members for unpacking."""
        for path in files:
            yield path, self.chunks(self._member(path))

    def note(self, code: Code, path: str, message: str, hint: str = "") -> None:
        """Report a finding about a member."""
        self._listing.findings.append(code.at(Location(path), message, hint))

    def add(self, member: Member) -> bool:
        """Add a regular file. Return False, with a finding, if its name is unsafe or repeated."""
        path = self._safe(member.path)
        if not path:
            return False
        if path in self.members:
            self.note(MEMBER_TWICE, path, _("is there twice"), _("Remove one of the two."))
            return False
        self._declared += member.size
        self.refuse_bomb(self._declared)
        member.path = path
        self.members[path] = member
        return True

    def add_folder(self, path: str) -> None:
        """Add a folder."""
        if safe := self._safe(path):
            self._folders.add(safe)

    def refuse_bomb(self, unpacked: int) -> None:
        """Raise BadArchiveError if the archive unpacks to more bytes than the limits allow."""
        if limits.is_bomb(unpacked, self.packed):
            limit = limits.ARCHIVE_SIZE
            if unpacked <= limit.value:
                limit = limits.ARCHIVE_RATIO
            message = _(
                "has {packed} bytes and unpacks to {unpacked} or more, so it is not read",
                packed=self.packed,
                unpacked=unpacked,
            )
            raise BadArchiveError(BOMB, message, hint=limit.hint)

    def _safe(self, path: str) -> str:
        self._named += len(path)
        for limit, count, what in (
            (limits.ARCHIVE_MEMBERS, len(self.members) + len(self._folders) + 1, "members"),
            (limits.ARCHIVE_NAMES, self._named, "bytes of names"),
        ):
            if count > limit.value:
                message = _(
                    "has more than {value} {what}, so the rest is not read",
                    value=limit.value,
                    what=what,
                )
                raise BadArchiveError(BOMB, message, hint=limit.hint)
        if why := names.unsafe(path):
            self.note(MEMBER_UNSAFE, path, _("is an unsafe name: {why}", why=why), _("Rename it."))
            return ""
        if path.count("/") > limits.FOLDER_DEPTH.value:
            self._listing.findings.append(too_deep(path))
            return ""
        return names.straighten(path.rstrip("/"))

    def _member(self, path: str) -> Member:
        try:
            return self.members[self.top + path]
        except KeyError:
            raise FileNotFoundError(2, "No such member", path) from None

    @property
    def is_named_alike(self) -> bool:
        """Whether the folder in the archive has the archive's name without its suffix."""
        return self.top.rstrip("/") == stem(self.path.name)

    def _find_top(self) -> None:
        listing = self._listing
        tops = {path.partition("/")[0] for path in self.members if "/" in path}
        tops |= {path.partition("/")[0] for path in self._folders}
        bags = [top for top in sorted(tops) if f"{top}/bagit.txt" in self.members]
        if "bagit.txt" in self.members and not bags:
            self.note(
                NO_TOP_FOLDER,
                "bagit.txt",
                _("is not in a folder"),
                _("Archive the bag's folder, not the files in it."),
            )
        elif bags or len(tops) == 1:
            top = bags[0] if bags else next(iter(tops))
            self.top = f"{top}/"
            deeper = not bags and any(path.endswith("/bagit.txt") for path in self.members)
            if not (self.is_named_alike or deeper):
                self.note(
                    OTHER_NAME,
                    "",
                    _(
                        "the folder in the archive is called {top!r}, but the archive is "
                        "called {name!r}",
                        top=top,
                        name=self.path.name,
                    ),
                    _("Give them the same name."),
                )
        elif self.members and not listing.truncated:
            self.note(NO_TOP_FOLDER, "", _("does not have a single folder for all files"))
        start = len(self.top)
        for path in self.members:
            if path.startswith(self.top):
                listing.files.append(path[start:])
            else:
                self.note(OUTSIDE, path, _("is outside the bag's folder"), _("Remove it."))
        inside = {path[start:] for path in self._folders if path.startswith(self.top)}
        full: set[str] = set()
        for path in [*listing.files, *inside]:
            while "/" in path:
                path = path.rpartition("/")[0]
                if path in full:
                    break
                full.add(path)
            if len(full) > limits.ARCHIVE_MEMBERS.value:
                message = _(
                    "has more than {value} folders, so it is not read",
                    value=limits.ARCHIVE_MEMBERS.value,
                )
                raise BadArchiveError(BOMB, message, hint=limits.ARCHIVE_MEMBERS.hint)
        for path in sorted(path for path in full | inside if self.top + path in self.members):
            self.note(
                MEMBER_CLASHES, path, _("is both a file and a folder"), _("Rename one of them.")
            )
        listing.folders = sorted(full | inside - {""})
        listing.empty = sorted(inside - full - {""})

    def digest_piece(self, files: Sequence[str], algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest some members, one after the other."""
        piece = Piece(digests=[[] for __ in algorithms])
        for path in files:
            one = self.digest_large(path, algorithms, tick)
            piece.sizes.extend(one.sizes)
            piece.findings += one.findings
            for column, digests in zip(piece.digests, one.digests, strict=True):
                column += digests
        return piece

    def digest_large(self, path: str, algorithms: Sequence[str], tick: Tick) -> Piece:
        """Digest one member, with several threads from a mebibyte on."""
        hashes = [new_hash(name) for name in algorithms]
        piece = Piece()
        size = UNREAD
        try:
            size = feed_chunks(self.chunks(self._member(path)), hashes, tick)
        except BadArchiveError as error:
            piece.findings.append(error.finding)
        except OSError as error:
            message, hint = describe(error)
            piece.findings.append(DAMAGED.at(Location(path), message, hint))
        else:
            tick(1, 0)
        piece.sizes.append(size)
        piece.digests = [[hash_.digest()] for hash_ in hashes]
        return piece


def feed_chunks(
    chunks: Iterator[bytes], hashes: Sequence[Hash], tick: Callable[[int, int], None]
) -> int:
    """Update hashes with a member's bytes, as `feed` does. Return the number of bytes."""
    first = next(chunks, b"")
    second = next(chunks, b"")
    if not second:
        for hash_ in hashes:
            hash_.update(first)
        tick(0, len(first))
        return len(first)
    rest = memoryview(first)
    ahead = second

    def read_into(block: memoryview) -> int:
        nonlocal rest, ahead
        if not rest:
            rest = memoryview(ahead or next(chunks, b""))
            ahead = b""
        count = min(len(block), len(rest))
        block[:count] = rest[:count]
        rest = rest[count:]
        return count

    return feed(read_into, hashes, tick=lambda count: tick(0, count))


class Unpacked(io.RawIOBase):
    """A stream of unpacked bytes. Seeking to its start unpacks again."""

    def __init__(self, unpack: Callable[[], Iterator[bytes]]) -> None:
        self._unpack = unpack
        self.seek(0)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True. `seek` only goes to the start."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the start. Raises OSError for any other position."""
        if offset or whence:
            raise io.UnsupportedOperation(
                "an unpacked stream can only be read again from its start"
            )
        self._pieces = self._unpack()
        self._rest = memoryview(b"")
        self._place = 0
        return 0

    def tell(self) -> int:
        """Return the number of bytes that have been read."""
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes. Raises OSError if the archive is damaged."""
        try:
            while not self._rest and (piece := next(self._pieces, None)) is not None:
                self._rest = memoryview(piece)
        except BadArchiveError as error:
            raise OSError(0, f"it {error}") from error
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._place += count
        return count


def uncompressed(descriptor: int, place: int, size: int, path: str) -> Iterator[bytes]:
    """Yield the bytes of a member that is stored uncompressed."""
    end = place + size
    while place < end:
        data = system.read_at(descriptor, min(BLOCK, end - place), place)
        if not data:
            raise BadArchiveError(DAMAGED, "ends too early", path)
        place += len(data)
        yield data


def unpack_hint(path: Path) -> str:
    """Return a hint with the command that unpacks an archive; empty if it has no known suffix."""
    name = stem(path.name)
    if name in ("", path.name):
        return ""
    words = shlex.join([str(path), str(path.with_name(name))])
    return f"Unpack it first: archive-pkg bag unpack {words}"


def stem(name: str) -> str:
    """Return an archive's name without its suffix."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


class SharedDescriptor(io.RawIOBase):
    """A stream with its own position over a descriptor that other readers use, too."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._place = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position."""
        base = (0, self._place, os.fstat(self._descriptor).st_size)[whence]
        self._place = base + offset
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes."""
        data = system.read_at(self._descriptor, len(buffer), self._place)
        count = len(data)
        buffer[:count] = data
        self._place += count
        return count
