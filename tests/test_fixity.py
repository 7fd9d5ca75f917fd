"""Digests agree with hashlib, however the bytes come."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import io
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg import fixity
from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")
SIZES = [0, 1, fixity.BLOCK - 1, fixity.BLOCK, 1 << 20, (5 << 20) + 3]


@pytest.fixture(autouse=True)
def threads_of_the_runner_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of xdist has a thread of its own, and nothing would ever be forked."""
    listed = os.listdir
    theirs = {*listed("/proc/self/task")} - {str(os.getpid())}

    def others(path: Any = ".") -> list[str]:
        found = listed(path)
        return [name for name in found if name not in theirs] if path == _TASKS else found

    monkeypatch.setattr(os, "listdir", others)


_TASKS = "/proc/self/task"


def expected(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "sha512": hashlib.sha512(data).hexdigest()}


@pytest.mark.parametrize("size", SIZES)
def test_bytes_files_and_streams_agree(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    names = ["sha256", "sha512"]
    assert fixity.digest(data, names) == expected(data)
    assert fixity.digest(path, names) == expected(data)
    assert fixity.digest(io.BytesIO(data), names) == expected(data)


def test_a_descriptor_is_read_from_its_place_and_left_open(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"xyz")
    with (tmp_path / "f").open("rb", buffering=0) as file:
        file.read(1)
        assert fixity.digest(file.fileno(), ["sha256", "sha512"]) == expected(b"yz")
        file.seek(1)
        assert fixity.digest(file, ["sha256", "sha512"]) == expected(b"yz")


class OnlyRead:
    """A stream that can do nothing else."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


def test_a_stream_that_can_only_be_read_is_digested() -> None:
    data = os.urandom(fixity.BLOCK + 1)
    assert fixity.digest(OnlyRead(data), ["sha256", "sha512"]) == expected(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [5, (2 << 20) + 3])
def test_progress_adds_up(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_bytes(bytes(size))
    with (tmp_path / "f").open("rb", buffering=0) as file:
        for source in (io.BytesIO(bytes(size)), tmp_path / "f", file.fileno()):
            told: list[int] = []
            fixity.digest(source, ["sha256", "sha512"], told.append)
            assert sum(told) == size


def test_one_byte_beyond_the_limit_is_read_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 9)
    for limit, got in ((None, 9), (20, 9), (9, 9), (8, 9), (4, 5), (0, 1)):
        with (tmp_path / "f").open("rb", buffering=0) as file:
            assert fixity.feed(fixity.reader(file.fileno(), limit), []) == got


class Slow:
    """A hash that takes its first bytes only when it is let."""

    def __init__(self, start: threading.Event) -> None:
        self.start, self.taken = start, b""

    def update(self, data: memoryview) -> None:
        self.start.wait(0.05)
        self.taken += data[:1]

    def digest(self) -> bytes:
        return self.taken

    copy = digest


def test_no_buffer_is_filled_again_before_every_hash_has_taken_it() -> None:
    overrun = threading.Event()
    slow = [Slow(overrun), Slow(overrun)]
    reads = 0

    def read_into(block: memoryview) -> int:
        nonlocal reads
        if reads == 14:
            return 0
        block[0] = reads
        reads += 1
        if reads == 4 + fixity._RING + 1:  # four in one thread, then one for each buffer
            overrun.set()
        return len(block)

    assert fixity.feed(read_into, [hashlib.md5(), *slow]) == 14 * fixity.BLOCK  # type: ignore[list-item]
    assert [each.taken for each in slow] == [bytes(range(14))] * 2


def test_algorithms_are_named_as_in_manifests_and_the_weak_ones_known() -> None:
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


def test_an_unknown_algorithm_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"crc32[\s\S]*sha512"):
        fixity.digest(b"", ["crc32"])


@pytest.mark.parametrize("size", SIZES)
def test_copies_are_digested_as_they_are_made(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "from").write_bytes(data)
    told: list[int] = []
    source = os.open(tmp_path / "from", os.O_RDONLY)
    target = os.open(tmp_path / "to", os.O_RDWR | os.O_CREAT)
    count, digests = fixity.copy_and_digest(source, target, ["sha256", "sha512"], told.append)
    os.close(source)
    os.close(target)
    assert (tmp_path / "to").read_bytes() == data
    assert count == sum(told) == size
    assert {name: digest.hex() for name, digest in digests.items()} == expected(data)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_sharing_blocks_that_fails_for_good_is_an_error(
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


def test_where_blocks_are_shared_the_copy_is_what_is_read(
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


def test_a_source_that_grows_is_not_copied_for_ever(tmp_path: Path) -> None:
    (tmp_path / "from").write_bytes(b"x" * 10)

    def grow(_: int) -> None:
        with (tmp_path / "from").open("ab") as file:
            file.write(b"y" * 5)

    grow(0)
    with (tmp_path / "from").open("rb", buffering=0) as source, (tmp_path / "to").open("w+b") as to:
        size, _ = fixity.copy_and_digest(source.fileno(), to.fileno(), ["md5"], grow)
    assert size == 15 + 1


def test_every_byte_is_written_however_few_the_system_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda target, data: write(target, data[:2]))
    with (tmp_path / "f").open("wb") as file:
        fixity.write_all(file.fileno(), b"seven b")
    assert (tmp_path / "f").read_bytes() == b"seven b"


def square(index: int, tick: Callable[[int, int], None]) -> int:
    tick(1, index)
    if index == 999:
        raise ValueError("no")
    return index * index


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("threads", [False, True])
def test_work_is_spread_and_all_of_it_comes_back(jobs: int, threads: bool) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    if threads:  # then forking is not safe, and not done
        other.start()
    told: list[tuple[int, int]] = []
    try:
        got = dict(fixity.spread(square, 50, jobs=jobs, tick=lambda *done: told.append(done)))
    finally:
        stop.set()
    assert got == {index: index * index for index in range(50)}
    assert sorted(told) == [(1, index) for index in range(50)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_piece_raises_is_raised(jobs: int) -> None:
    with pytest.raises(ValueError, match="no"):
        list(fixity.spread(square, 1000, jobs=jobs))


def test_pieces_of_a_worker_that_died_are_done_again() -> None:
    here = os.getpid()

    def die_elsewhere(index: int, tick: Callable[[int, int], None]) -> int:
        if os.getpid() != here and index == 7:
            os._exit(9)
        return index

    assert dict(fixity.spread(die_elsewhere, 20, jobs=2)) == {i: i for i in range(20)}


def where(index: int, tick: Callable[[int, int], None]) -> int:
    return os.getpid()


@pytest.fixture
def no_child_stays() -> Iterator[None]:
    before = _children()
    yield
    assert _children() <= before


def _children() -> set[str]:
    """The processes that this one has begun and not seen end."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_processes_are_forked_only_where_no_other_thread_runs(no_child_stays: None) -> None:
    assert os.getpid() not in dict(fixity.spread(where, 4, jobs=2)).values()
    assert set(dict(fixity.spread(where, 1, jobs=2)).values()) == {os.getpid()}
    assert set(dict(fixity.spread(where, 4, jobs=1)).values()) == {os.getpid()}
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert set(dict(fixity.spread(where, 4, jobs=2)).values()) == {os.getpid()}
    finally:
        stop.set()
        other.join()


def test_where_threads_cannot_be_counted_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", fail)
    found = set(dict(fixity.spread(where, 4, jobs=2)).values())
    monkeypatch.undo()
    assert found == {os.getpid()}


def test_what_fails_in_a_worker_is_raised_and_not_tried_again(no_child_stays: None) -> None:
    here = os.getpid()

    def fail_elsewhere(index: int, tick: Callable[[int, int], None]) -> int:
        if os.getpid() != here:
            raise OSError(errno.EIO, "no")
        return index

    with pytest.raises(OSError, match="no"):
        list(fixity.spread(fail_elsewhere, 4, jobs=2))


def test_a_large_result_comes_back_whole(no_child_stays: None) -> None:
    got = dict(fixity.spread(lambda index, tick: bytes([index]) * (3 << 20), 3, jobs=2))
    assert got == {index: bytes([index]) * (3 << 20) for index in range(3)}


def test_workers_end_when_nobody_wants_their_results(no_child_stays: None) -> None:
    started = time.monotonic()
    with fixity.Workers(lambda index, tick: time.sleep(60), 2, jobs=2) as workers:
        pass
    workers.__exit__()  # by then another process may have the number of one of them
    results = fixity.spread(lambda index, tick: time.sleep(60 * index), 3, jobs=2)
    assert next(results) == (0, None)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 50, "they were not waited for"


def test_workers_end_when_one_cannot_be_made(
    no_child_stays: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = os.fork
    made: list[int] = []

    def second_fails() -> int:
        if made:
            raise OSError(errno.EAGAIN, "no more processes")
        made.append(child := fork())
        return child

    monkeypatch.setattr(os, "fork", second_fails)
    with pytest.raises(OSError, match="no more processes"):
        fixity.Workers(lambda index, tick: time.sleep(60), 4, jobs=2)


def test_workers_do_not_outlive_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    def ending(index: int, tick: Callable[[int, int], None]) -> tuple[int, object, object]:
        asked = ctypes.c_int()
        ctypes.CDLL(None).prctl(2, ctypes.byref(asked))  # PR_GET_PDEATHSIG
        return asked.value, signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        got = dict(fixity.spread(ending, 2, jobs=2))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert set(got.values()) == {(signal.SIGKILL, signal.SIG_DFL, signal.SIG_DFL)}
    monkeypatch.setattr(os, "getppid", lambda: 1)  # the parent died before that was asked for
    assert set(dict(fixity.spread(where, 4, jobs=2)).values()) == {os.getpid()}


def test_as_many_workers_as_processors_and_no_more_than_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forks: list[int] = []
    fork = os.fork

    def counted() -> int:
        child = fork()
        if child:
            forks.append(child)
        return child

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(fixity, "cpus", lambda: 3)
    for pieces, jobs, workers in ((5, None, 3), (2, None, 2), (5, 4, 4)):
        forks.clear()
        assert len(dict(fixity.spread(where, pieces, jobs=jobs))) == pieces
        assert len(forks) == workers


def test_processors_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 7})
    assert fixity.cpus() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert fixity.cpus() == 1


@pytest.mark.parametrize(("said", "heads"), [("1\n", True), ("0\n", False), (None, False)])
@pytest.mark.parametrize("above", [False, True])
def test_a_disk_with_heads_is_known_by_its_queue(
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
        fixity, "Path", lambda path: Path(str(path).replace("/sys/dev/block", str(tmp_path)))
    )
    fixity._has_heads.cache_clear()
    assert fixity.rotates(tmp_path) == heads
    fixity._has_heads.cache_clear()
    assert not fixity.rotates(tmp_path / "none")


def test_more_pieces_than_the_pipe_takes() -> None:
    assert len(dict(fixity.spread(lambda index, tick: index, 9000, jobs=2))) == 9000
