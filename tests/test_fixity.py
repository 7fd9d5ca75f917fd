"""Digests of all sources agree with hashlib."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from archive_pkg import fixity
from archive_pkg.errors import UsageError
from archive_pkg.storage import system

if TYPE_CHECKING:
    from typing import BinaryIO

    from archive_pkg.fixity import Buffer

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
SIZES = [0, 1, fixity.BLOCK - 1, fixity.BLOCK, 1 << 20, (5 << 20) + 3]


def expected(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "sha512": hashlib.sha512(data).hexdigest()}


@pytest.mark.parametrize("size", SIZES)
def test_bytes_files_and_streams_have_the_same_digests(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    names = ["sha256", "sha512"]
    assert fixity.digest(data, names) == expected(data)
    assert fixity.digest(path, names) == expected(data)
    assert fixity.digest(io.BytesIO(data), names) == expected(data)


def test_a_descriptor_is_read_from_its_position_and_left_open(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"xyz")
    with (tmp_path / "f").open("rb", buffering=0) as file:
        file.read(1)
        assert fixity.digest(file.fileno(), ["sha256", "sha512"]) == expected(b"yz")
        file.seek(1)
        assert fixity.digest(file, ["sha256", "sha512"]) == expected(b"yz")


class OnlyRead:
    """A stream that can only be read."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


def test_a_stream_without_a_descriptor_is_digested() -> None:
    data = os.urandom(fixity.BLOCK + 1)
    stream = cast("BinaryIO", OnlyRead(data))
    assert fixity.digest(stream, ["sha256", "sha512"]) == expected(data)


@pytest.mark.parametrize("size", [5, (2 << 20) + 3])
def test_the_reported_progress_adds_up_to_the_size(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_bytes(bytes(size))
    with (tmp_path / "f").open("rb", buffering=0) as file:
        for source in (io.BytesIO(bytes(size)), tmp_path / "f", file.fileno()):
            reported: list[int] = []
            fixity.digest(source, ["sha256", "sha512"], reported.append)
            assert sum(reported) == size


def test_reading_stops_one_byte_after_the_limit(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 9)
    for limit, got in ((None, 9), (20, 9), (9, 9), (8, 9), (4, 5), (0, 1)):
        with (tmp_path / "f").open("rb", buffering=0) as file:
            assert fixity.feed(fixity.reader(file.fileno(), limit), []) == got


class Slow:
    """A hash that waits before it takes its first bytes."""

    def __init__(self, start: threading.Event) -> None:
        self.start, self.taken = start, b""

    def update(self, data: Buffer, /) -> None:
        self.start.wait(0.05)
        self.taken += memoryview(data)[:1]

    def digest(self) -> bytes:
        return self.taken

    def copy(self) -> Slow:
        return self


def test_a_buffer_is_reused_only_after_every_hash_has_read_it() -> None:
    overrun = threading.Event()
    slow = [Slow(overrun), Slow(overrun)]
    reads = 0

    def read_into(block: memoryview) -> int:
        nonlocal reads
        if reads == 14:
            return 0
        block[0] = reads
        reads += 1
        if reads == 4 + fixity._BUFFERS + 1:  # four in one thread, then one for each buffer
            overrun.set()
        return len(block)

    assert fixity.feed(read_into, [hashlib.md5(), *slow]) == 14 * fixity.BLOCK
    assert [each.taken for each in slow] == [bytes(range(14))] * 2


def test_algorithms_have_the_names_of_manifests_and_md5_and_sha1_are_weak() -> None:
    for name, algorithm in fixity.ALGORITHMS.items():
        found = fixity.digest(b"abc", [name])[name]
        stock = hashlib.new(algorithm.hashlib_name, b"abc").hexdigest()
        assert (found, len(found)) == (stock, algorithm.length)
        assert name in (
            algorithm.hashlib_name.replace("_", ""),
            f"blake2{name[6:7]}{len(found) * 4}",
        )
    weak = {name for name, algorithm in fixity.ALGORITHMS.items() if algorithm.weak}
    assert weak == {"md5", "sha1"}


def test_the_error_for_an_unknown_algorithm_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"crc32[\s\S]*sha512"):
        fixity.digest(b"", ["crc32"])


@pytest.mark.parametrize("size", SIZES)
def test_a_copy_is_digested_while_it_is_written(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "from").write_bytes(data)
    reported: list[int] = []
    source = os.open(tmp_path / "from", os.O_RDONLY)
    target = os.open(tmp_path / "to", os.O_RDWR | os.O_CREAT)
    count, digests = fixity.copy_and_digest(source, target, ["sha256", "sha512"], reported.append)
    os.close(source)
    os.close(target)
    assert (tmp_path / "to").read_bytes() == data
    assert count == sum(reported) == size
    assert {name: digest.hex() for name, digest in digests.items()} == expected(data)


@pytest.mark.descriptors
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_an_error_of_sharing_blocks_is_raised_unless_it_is_unsupported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "ioctl", fail)
    (tmp_path / "from").write_bytes(b"one")
    with (tmp_path / "from").open("rb") as source, (tmp_path / "to").open("w+b") as target:
        with pytest.raises(OSError, match=os.strerror(number)):
            fixity.copy_and_digest(source.fileno(), target.fileno(), ["sha256"])
        number = errno.EOPNOTSUPP
        assert fixity.copy_and_digest(source.fileno(), target.fileno(), [])[0] == 3
    assert (tmp_path / "to").read_bytes() == b"one"


@pytest.mark.descriptors
def test_the_copy_is_read_if_blocks_are_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def share(target: int, call: int, source: int) -> None:
        assert call == 0x40049409  # FICLONE, from linux/fs.h
        os.pwrite(target, os.pread(source, 100, 0).upper(), 0)

    monkeypatch.setattr(fcntl, "ioctl", share)
    (tmp_path / "from").write_bytes(b"one")
    for platform, copied in (("darwin", b"one"), ("linux", b"ONE")):
        monkeypatch.setattr(sys, "platform", platform)
        with (tmp_path / "from").open("rb") as source, (tmp_path / "to").open("w+b") as target:
            size, found = fixity.copy_and_digest(source.fileno(), target.fileno(), ["sha256"])
        assert (tmp_path / "to").read_bytes() == copied
        assert (size, found["sha256"]) == (3, hashlib.sha256(copied).digest())


def test_a_growing_source_is_copied_to_one_byte_after_its_initial_size(tmp_path: Path) -> None:
    (tmp_path / "from").write_bytes(b"x" * 10)

    def grow(_: int) -> None:
        with (tmp_path / "from").open("ab") as file:
            file.write(b"y" * 5)

    grow(0)
    with (tmp_path / "from").open("rb", buffering=0) as source, (tmp_path / "to").open("w+b") as to:
        size, _ = fixity.copy_and_digest(source.fileno(), to.fileno(), ["md5"], grow)
    assert size == 15 + 1


def test_partial_writes_are_continued_until_every_byte_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda target, data: write(target, data[:2]))
    with (tmp_path / "f").open("wb") as file:
        fixity.write_all(file.fileno(), b"seven b")
    assert (tmp_path / "f").read_bytes() == b"seven b"


@pytest.mark.parametrize(("said", "heads"), [("1\n", True), ("0\n", False), (None, False)])
@pytest.mark.parametrize("above", [False, True])
def test_a_rotating_disk_is_recognized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, heads: bool, above: bool
) -> None:
    device = tmp_path / "disk" / "part"
    device.mkdir(parents=True)
    if said is not None:
        queue = (device.parent if above else device) / "queue"
        queue.mkdir()
        (queue / "rotational").write_text(said)
    number = tmp_path.stat().st_dev
    (tmp_path / f"{os.major(number)}:{os.minor(number)}").symlink_to(device)
    monkeypatch.setattr(
        system, "Path", lambda path: Path(str(path).replace("/sys/dev/block", str(tmp_path)))
    )
    system._is_rotational.cache_clear()
    assert fixity.is_on_rotating_disk(tmp_path) == heads
    system._is_rotational.cache_clear()
    assert not fixity.is_on_rotating_disk(tmp_path / "none")
