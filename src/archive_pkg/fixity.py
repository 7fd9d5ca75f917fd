"""Compute digests with several algorithms in one reading, also while copying.

Algorithms have the names that BagIt manifests use (RFC 8493, 2.4): lower-case letters and digits,
so SHA-512 is "sha512".
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.storage import open_regular, system

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Buffer = bytes | bytearray | memoryview

BLOCK = 256 * 1024
"""Bytes per read from large files."""
_BUFFERS = 8
_THREADED_FROM = 4 * BLOCK
"""From this size on, each algorithm except the first has its own thread."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A digest algorithm.

    Attributes:
        name: The name in manifests.
        length: Number of hexadecimal digits of a digest.
        weak: Whether collisions can be made, so that a match only excludes accidents.
        hashlib_name: The name in hashlib.
    """

    name: str
    length: int
    weak: bool
    hashlib_name: str


ALGORITHMS: Mapping[str, Algorithm] = {
    each.name: each
    for each in (
        Algorithm("md5", 32, True, "md5"),
        Algorithm("sha1", 40, True, "sha1"),
        Algorithm("sha224", 56, False, "sha224"),
        Algorithm("sha3224", 56, False, "sha3_224"),
        Algorithm("sha256", 64, False, "sha256"),
        Algorithm("sha3256", 64, False, "sha3_256"),
        Algorithm("sha384", 96, False, "sha384"),
        Algorithm("sha3384", 96, False, "sha3_384"),
        Algorithm("sha512", 128, False, "sha512"),
        Algorithm("sha3512", 128, False, "sha3_512"),
        Algorithm("blake2b", 128, False, "blake2b"),
        Algorithm("blake2b512", 128, False, "blake2b"),
        Algorithm("blake2s", 64, False, "blake2s"),
        Algorithm("blake2s256", 64, False, "blake2s"),
    )
}
"""The known algorithms by name."""


class Hash(Protocol):
    """A hash object of hashlib."""

    def update(self, data: Buffer, /) -> None:
        """Add bytes."""

    def digest(self) -> bytes:
        """Return the digest of all bytes so far."""

    def copy(self) -> Hash:
        """Return a copy with the same bytes."""


def new_hash(algorithm: str) -> Hash:
    """Return a new hash object.

    Raises:
        UsageError: The algorithm is unknown.
    """
    return _empty_hash(algorithm).copy()  # in a third of the time of hashlib.new


@cache
def _empty_hash(algorithm: str) -> Hash:
    try:
        name = ALGORITHMS[algorithm].hashlib_name
    except KeyError:
        known = ", ".join(ALGORITHMS)
        raise UsageError(
            _("{algorithm!r} is not a known algorithm", algorithm=algorithm),
            _("Use one of {known}.", known=known),
        ) from None
    return hashlib.new(name, usedforsecurity=False)


def digest(
    source: bytes | Path | BinaryIO | int,
    algorithms: Sequence[str],
    tick: Callable[[int], None] | None = None,
) -> dict[str, str]:
    """Return the digests of bytes, a file, a binary stream or a descriptor.

    Args:
        source: The source. A stream or descriptor is read from its position and left open.
        algorithms: Names as in manifests.
        tick: Called with the number of bytes after each block.

    Returns:
        Lower-case hexadecimal digests by algorithm.

    Raises:
        UsageError: An unknown algorithm.
        OSError: Reading fails.
    """
    hashes = [new_hash(name) for name in algorithms]
    if isinstance(source, bytes):
        for each in hashes:
            each.update(source)
    elif isinstance(source, Path):
        with open_regular(source) as file:
            feed(reader(file.fileno()), hashes, tick=tick)
    elif isinstance(source, int):
        feed(reader(source), hashes, tick=tick)
    else:
        feed(_reader_of(source), hashes, tick=tick)
    return {name: each.digest().hex() for name, each in zip(algorithms, hashes, strict=True)}


def reader(descriptor: int, limit: int | None = None) -> Callable[[memoryview], int]:
    """Return a function that reads a descriptor to its end, or to one byte after a limit."""
    read = system.reader(descriptor)
    if limit is None:
        return read
    left = limit + 1

    def read_into(block: memoryview) -> int:
        nonlocal left
        count = read(block[:left]) if left else 0
        left -= count
        return count

    return read_into


def feed(
    read_into: Callable[[memoryview], int],
    hashes: Sequence[Hash],
    *,
    write: Callable[[memoryview], object] | None = None,
    tick: Callable[[int], None] | None = None,
) -> int:
    """Read to the end, update all hashes with each block, and optionally write it.

    From a mebibyte on, each algorithm except the first has its own thread. All threads use the same
    buffers.

    Returns:
        The number of bytes.
    """
    total = 0
    block = memoryview(bytearray(BLOCK))
    while (count := read_into(block)) > 0:
        part = block[:count]
        for each in hashes:
            each.update(part)
        if write is not None:
            write(part)
        total += count
        if tick is not None:
            tick(count)
        if total >= _THREADED_FROM and len(hashes) > 1:
            return total + _feed_threads(read_into, hashes, write, tick)
    return total


def _feed_threads(
    read_into: Callable[[memoryview], int],
    hashes: Sequence[Hash],
    write: Callable[[memoryview], object] | None,
    tick: Callable[[int], None] | None,
) -> int:
    helpers = hashes[1:]
    inboxes: list[queue.SimpleQueue[memoryview | None]] = [queue.SimpleQueue() for __ in helpers]
    done: list[queue.SimpleQueue[None]] = [queue.SimpleQueue() for __ in helpers]

    def work(which: int) -> None:
        hash_, inbox, outbox = helpers[which], inboxes[which], done[which]
        while (part := inbox.get()) is not None:
            hash_.update(part)
            outbox.put(None)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(helpers))]
    for thread in threads:
        thread.start()
    buffers = [memoryview(bytearray(BLOCK)) for __ in range(_BUFFERS)]
    total = turn = 0
    try:
        while True:
            if turn >= _BUFFERS:  # wait until all threads have hashed this buffer's last content
                for outbox in done:
                    outbox.get()
            block = buffers[turn % _BUFFERS]
            count = read_into(block)
            if count <= 0:
                return total
            part = block[:count]
            for inbox in inboxes:
                inbox.put(part)
            hashes[0].update(part)
            if write is not None:
                write(part)
            total += count
            turn += 1
            if tick is not None:
                tick(count)
    finally:
        for inbox in inboxes:
            inbox.put(None)
        for thread in threads:
            thread.join()


def copy_and_digest(
    source: int,
    target: int,
    algorithms: Sequence[str],
    tick: Callable[[int], None] | None = None,
) -> tuple[int, dict[str, bytes]]:
    """Copy an open file to an empty one, and digest the copied bytes.

    If the file system can share blocks (a reflink), only the copy is read. Otherwise each block of
    the source is read once, hashed and written. If the source grows meanwhile, at most one byte
    more than its first size is copied, which is enough for the caller to notice.

    Args:
        source: Descriptor to read, from its start.
        target: Descriptor of an empty file, opened for reading and writing.
        algorithms: Names as in manifests.
        tick: Called with the number of bytes after each block.

    Returns:
        The number of bytes, and the raw digests by algorithm.

    Raises:
        OSError: Reading or writing fails.
    """
    hashes = [new_hash(name) for name in algorithms]
    if system.share_blocks(source, target):
        size = feed(reader(target), hashes, tick=tick)
    else:
        size = feed(
            reader(source, os.fstat(source).st_size),
            hashes,
            write=lambda part: write_all(target, part),
            tick=tick,
        )
    return size, {name: each.digest() for name, each in zip(algorithms, hashes, strict=True)}


def write_all(target: int, data: Buffer) -> None:
    """Write all bytes to a descriptor, in several calls if needed.

    Raises:
        OSError: Writing fails.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def _reader_of(stream: BinaryIO) -> Callable[[memoryview], int]:
    readinto = getattr(stream, "readinto", None)
    if readinto is not None:
        return lambda block: int(readinto(block) or 0)

    def read(block: memoryview) -> int:
        data = stream.read(len(block))
        block[: len(data)] = data
        return len(data)

    return read


@dataclass(slots=True)
class Tally:
    """The progress of long work.

    Attributes:
        files: Number of files done.
        size: Number of bytes done.
        all_files: Number of all files; None if unknown.
        all_size: Number of all bytes; None if unknown.
    """

    files: int = 0
    size: int = 0
    all_files: int | None = None
    all_size: int | None = None


def is_on_rotating_disk(path: Path) -> bool:
    """Return whether a path is on a rotating disk, which should read one file at a time."""
    try:
        return system.on_rotating_disk(path.stat())
    except OSError:
        return False
