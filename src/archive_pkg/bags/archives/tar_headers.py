"""Read the headers of tar archives (POSIX.1-2001 pax, ustar, GNU, v7) within limits.

Python's `tarfile` trusts the sizes that headers declare: it seeks backwards for a negative one,
reads a long name of any length into memory, and recurses for each extended header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archive_pkg.bags.archives.findings import BOMB, DAMAGED, BadArchiveError
from archive_pkg.fixity import BLOCK
from archive_pkg.limits import ARCHIVE_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_BLOCK = 512
_MOST_BYTES = 1 << 62
_KINDS = {b"\0": "file", b"0": "file", b"7": "file", b"S": "file", b"5": "folder"}
_KINDS |= {b"1": "link", b"2": "link"}
_PAX_LENGTH = re.compile(rb"([0-9]{1,9}) ")
_ZEROS = bytes(BLOCK)


class TarSource(Protocol):
    """The bytes of a tar archive.

    Attributes:
        place: The number of bytes that have been read or skipped.
    """

    place: int

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""

    def skip(self, size: int) -> None:
        """Skip bytes. Raises BadArchiveError if there are fewer."""


@dataclass(slots=True)
class TarEntry:
    """The description of a tar archive's member in its headers.

    Attributes:
        path: The member's name.
        kind: "file", "folder", "link" or "special".
        size: The file's size in bytes.
        place: The offset of its stored bytes in the archive.
        segments: Offset in the file and length of each stored segment: one, or more if sparse.
    """

    path: str
    kind: str
    size: int
    place: int
    segments: list[tuple[int, int]]


def is_header(block: bytes) -> bool:
    """Return whether a block is a member's header with a correct checksum."""
    if len(block) < _BLOCK:
        return False
    try:
        declared = _number(block[148:156])
    except ValueError:
        return False
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    if declared == total:
        return True
    signed = sum(byte > 127 for byte in block[:148] + block[156:])
    return declared == total - 256 * signed


def entries(source: TarSource) -> Iterator[TarEntry]:
    """Yield the members of an archive in order.

    After each one the caller can read its stored bytes from the source. Unread bytes are skipped.

    Raises:
        BadArchiveError: The archive is damaged, or a header is larger than the limit.
    """
    reader = _HeaderReader(source)
    while (entry := reader.next()) is not None:
        yield entry


def contents(entry: TarEntry, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the bytes of a member's file, with zeros in its holes.

    Args:
        entry: The member.
        read: Returns the next stored bytes, up to the given number.

    Raises:
        BadArchiveError: The stored bytes end too early.
    """
    place = 0
    for start, length in [*entry.segments, (entry.size, 0)]:
        while place < start:
            yield _ZEROS[: start - place]
            place += min(BLOCK, start - place)
        while place < start + length:
            data = read(min(BLOCK, start + length - place))
            if not data:
                raise BadArchiveError(DAMAGED, "ends too early", entry.path)
            place += len(data)
            yield data


class _HeaderReader:
    def __init__(self, source: TarSource) -> None:
        self._source = source
        self._end = 0
        self._spent = 0
        self._globals: dict[bytes, bytes] = {}

    def next(self) -> TarEntry | None:
        """Return the next member, or None at the archive's end."""
        records: dict[bytes, bytes] = dict(self._globals)
        self._spent = 0
        while (block := self._header()) is not None:
            kind = block[156:157]
            size = self._checked(block[124:136])
            if kind in (b"x", b"X"):
                records |= _pax(self._extension(size))
            elif kind == b"g":
                self._globals |= _pax(self._extension(size))
                records |= self._globals
            elif kind in (b"L", b"K"):
                text = self._extension(size).partition(b"\0")[0]
                records[b"path" if kind == b"L" else b"linkpath"] = text
            else:
                return self._entry(block, size, records)
        return None

    def _header(self) -> bytes | None:
        source = self._source
        source.skip(self._end - source.place)
        block = source.read(_BLOCK)
        if not block.strip(b"\0") and source.place:
            return None
        if not is_header(block):
            raise BadArchiveError(DAMAGED, f"has a damaged header at byte {self._end}")
        self._end = source.place
        self._spend(_BLOCK)
        return block

    def _extension(self, size: int) -> bytes:
        """Return the bytes of a header that describes the next member."""
        self._spend(size)
        data = self._source.read(size)
        if len(data) < size:
            raise BadArchiveError(DAMAGED, "ends in the middle of a header")
        self._end = self._source.place + -size % _BLOCK
        return data

    def _spend(self, size: int) -> None:
        self._spent += size
        if self._spent > ARCHIVE_HEADER.value:
            raise BadArchiveError(
                BOMB,
                f"describes one member with more than {ARCHIVE_HEADER.value} bytes of headers",
                hint=ARCHIVE_HEADER.hint,
            )

    def _checked(self, data: bytes) -> int:
        try:
            size = _number(data)
        except ValueError:
            size = -1
        return self._in_range(size)

    def _in_range(self, size: int) -> int:
        if not 0 <= size <= _MOST_BYTES:
            raise BadArchiveError(
                DAMAGED, f"declares an impossible size in a header before byte {self._source.place}"
            )
        return size

    def _decimal(self, text: bytes) -> int:
        return self._in_range(int(text) if text.isdigit() and len(text) < 20 else -1)

    def _entry(self, block: bytes, size: int, records: Mapping[bytes, bytes]) -> TarEntry:
        if b"size" in records:
            size = self._decimal(records[b"size"])
        name = records.get(b"GNU.sparse.name") or records.get(b"path") or _name(block)
        kind = _KINDS.get(block[156:157], "special")
        if kind == "file" and name.endswith(b"/"):
            kind = "folder"  # the form before POSIX
        path, place = name.decode("utf-8", "surrogateescape"), self._source.place
        entry = TarEntry(path, kind, size, place, [(0, size)])
        stored = 0 if kind in ("link", "folder") else size
        if kind == "file":
            stored = self._sparse(entry, block, records)
        entry.place = self._source.place
        self._end = entry.place + stored + -stored % _BLOCK
        return entry

    def _sparse(self, entry: TarEntry, block: bytes, records: Mapping[bytes, bytes]) -> int:
        """Read the map of a sparse file in one of GNU tar's four forms.

        Returns:
            The number of stored bytes of the file.
        """
        stored = entry.size
        if block[156:157] == b"S":
            numbers = self._old_map(block)
            entry.size = self._checked(block[483:495])
        elif records.get(b"GNU.sparse.major") == b"1":
            before = self._source.place
            numbers = self._stored_map()
            stored -= self._source.place - before
            entry.size = self._decimal(records.get(b"GNU.sparse.realsize", b""))
        elif b"GNU.sparse.map" in records:
            numbers = [
                self._decimal(each) for each in records[b"GNU.sparse.map"].split(b",") if each
            ]
            entry.size = self._decimal(records.get(b"GNU.sparse.size", b""))
        else:
            return stored
        entry.segments = list(zip(numbers[::2], numbers[1::2], strict=False))
        place = 0
        for start, length in entry.segments:
            if start < place:
                place = -1
                break
            place = start + length
        held = sum(length for _, length in entry.segments)
        if len(numbers) % 2 or held != stored or not 0 <= place <= entry.size:
            raise BadArchiveError(DAMAGED, "has a damaged map of a sparse file", entry.path)
        return stored

    def _old_map(self, block: bytes) -> list[int]:
        fields, more = block[386:482], block[482:483]
        numbers: list[int] = []
        while True:
            for at in range(0, len(fields), 24):
                if not fields[at : at + 24].strip(b"\0"):
                    break
                numbers += [self._checked(fields[at + i : at + i + 12]) for i in (0, 12)]
            if more in (b"\0", b""):
                return numbers
            block = self._extension(_BLOCK)
            fields, more = block[:504], block[504:505]

    def _stored_map(self) -> list[int]:
        """Read a map before the file's bytes: decimal numbers in lines, their count first."""
        lines: list[bytes] = []
        rest = b""
        wanted = 1
        while len(lines) < wanted:
            rest += self._extension(_BLOCK)
            *found, rest = rest.split(b"\n")
            lines += found
            if lines:
                wanted = 1 + 2 * self._decimal(lines[0])
        return [self._decimal(each) for each in lines[1:wanted]]


def _pax(data: bytes) -> dict[bytes, bytes]:
    """Return an extended header's records. A sparse map of version 0.0 is converted to 0.1."""
    found: dict[bytes, bytes] = {}
    numbers: list[bytes] = []
    place = 0
    while place < len(data) and data[place]:
        length = _PAX_LENGTH.match(data, place)
        end = place + int(length[1]) if length else 0
        key, equals, value = data[length.end() : end - 1].partition(b"=") if length else (b"",) * 3
        if not equals or data[end - 1 : end] != b"\n":
            raise BadArchiveError(DAMAGED, "has a damaged extended header")
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            numbers.append(value)
        else:
            found[key] = value
        place = end
    if numbers:
        found[b"GNU.sparse.map"] = b",".join(numbers)
    return found


def _name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _number(data: bytes) -> int:
    """Return a number in octal digits or, if its first byte is 0x80, in base 256.

    Raises:
        ValueError: The bytes are not a number, or one that is negative or too long.
    """
    if data[0] & 0x80:
        if data[0] != 0x80:
            raise ValueError
        return int.from_bytes(data[1:], "big")
    text = data.partition(b"\0")[0].strip(b" ")
    return int(text, 8) if text else 0
