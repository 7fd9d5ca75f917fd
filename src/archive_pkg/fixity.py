"""Digests: many algorithms in one reading, and copies that are read only once.

Names of algorithms are those of BagIt manifests (RFC 8493, 2.4): lower case, nothing but letters
and digits, so SHA-512 is "sha512".
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import queue
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from archive_pkg.errors import UsageError
from archive_pkg.storage import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Buffer = bytes | bytearray | memoryview

BLOCK = 256 * 1024
"""Bytes read at once from large files."""
_RING = 8
_THREADED_FROM = 4 * BLOCK
"""Files at least this large have each algorithm computed by a thread of its own."""
_FICLONE = 0x40049409


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A digest algorithm.

    Attributes:
        name: Its name in manifests.
        length: Hexadecimal digits of a digest.
        weak: Whether collisions can be made, so that a match proves no more than no accident.
        hashlib_name: What hashlib calls it.
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
"""All that can be computed here, by name."""


class Hash(Protocol):
    """What hashlib's objects can do."""

    def update(self, data: Buffer, /) -> None:
        """Take more bytes."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""

    def copy(self) -> Hash:
        """Another that has taken the same bytes."""


def new_hash(algorithm: str) -> Hash:
    """A fresh hash.

    Raises:
        UsageError: When the algorithm is not known.
    """
    try:
        name = ALGORITHMS[algorithm].hashlib_name
    except KeyError:
        known = ", ".join(ALGORITHMS)
        raise UsageError(f"there is no algorithm {algorithm!r} here", f"Known: {known}.") from None
    return hashlib.new(name, usedforsecurity=False)


def digest(
    source: bytes | Path | BinaryIO | int,
    algorithms: Sequence[str],
    tick: Callable[[int], None] | None = None,
) -> dict[str, str]:
    """Digests of bytes, a file, an open binary stream or a descriptor, read once to its end.

    Args:
        source: What to read. A stream or descriptor is read from where it stands and left open.
        algorithms: Names as in manifests.
        tick: Called with the number of bytes after each block.

    Returns:
        Lower-case hexadecimal digests by algorithm.

    Raises:
        UsageError: For an unknown algorithm.
        OSError: When reading fails.
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
    """What `feed` reads from a descriptor: to its end, or one byte beyond a limit."""
    if limit is None:
        return lambda block: os.readv(descriptor, [block])
    left = limit + 1

    def read_into(block: memoryview) -> int:
        nonlocal left
        count = os.readv(descriptor, [block[:left]]) if left else 0
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
    """Read to the end, give every block to all hashes and, where given, write it.

    Small sources are hashed as they come. From a mebibyte on, each algorithm but the first has a
    thread of its own, all working from the same few buffers.

    Returns:
        How many bytes there were.
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
    inboxes: list[queue.SimpleQueue[memoryview | None]] = [queue.SimpleQueue() for _ in helpers]
    done: list[queue.SimpleQueue[None]] = [queue.SimpleQueue() for _ in helpers]

    def work(which: int) -> None:
        hash_, inbox, outbox = helpers[which], inboxes[which], done[which]
        while (part := inbox.get()) is not None:
            hash_.update(part)
            outbox.put(None)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(helpers))]
    for thread in threads:
        thread.start()
    buffers = [memoryview(bytearray(BLOCK)) for _ in range(_RING)]
    total = turn = 0
    try:
        while True:
            if turn >= _RING:  # this buffer is free once every helper has taken its last filling
                for outbox in done:
                    outbox.get()
            block = buffers[turn % _RING]
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
    """Copy one open file into another, empty one, and digest the bytes that were copied.

    Where the file system can share the blocks of the two (a reflink) the copy costs nothing, and
    the copy is what is read; elsewhere the source is read once and each block hashed and written.

    Args:
        source: Descriptor to read, from its start.
        target: Descriptor of an empty file, opened for reading and writing.
        algorithms: Names as in manifests.
        tick: Called with the number of bytes after each block.

    A source that grows meanwhile is read one byte beyond the size that it had at first, no more.

    Returns:
        The number of bytes, and the digests (raw bytes) by algorithm.

    Raises:
        OSError: When reading or writing fails.
    """
    hashes = [new_hash(name) for name in algorithms]
    if _reflink(source, target):
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
    """Write every byte to a descriptor; the system may take fewer at a time.

    Raises:
        OSError: When the system refuses.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def _reflink(source: int, target: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        return False
    return True


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
    """How far long work has come; what is not known beforehand is None.

    Attributes:
        files: Files done.
        size: Bytes done.
        all_files: Files there are.
        all_size: Bytes there are.
    """

    files: int = 0
    size: int = 0
    all_files: int | None = None
    all_size: int | None = None


def rotates(path: Path) -> bool:
    """Whether a path lies on a disk with moving heads, which should read one file at a time."""
    try:
        return _has_heads(path.stat().st_dev)
    except OSError:
        return False


@cache
def _has_heads(number: int) -> bool:
    device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    for folder in (device, device.parent):  # a partition's queue is its disk's
        with contextlib.suppress(OSError):
            return (folder / "queue/rotational").read_text().strip() == "1"
    return False
