"""Pieces of work, spread over forked processes where that is safe."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg import executors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.executors import Task, Tick

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")


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


def spread(
    task: Task, count: int, jobs: int | None = None, tick: Tick = lambda files, size: None
) -> Iterator[tuple[int, Any]]:
    with executors.Spread(task, count, jobs) as pieces:
        yield from pieces.results(tick)


def square(index: int, tick: Tick) -> int:
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
        got = dict(spread(square, 50, jobs=jobs, tick=lambda *done: told.append(done)))
    finally:
        stop.set()
    assert got == {index: index * index for index in range(50)}
    assert sorted(told) == [(1, index) for index in range(50)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_piece_raises_is_raised(jobs: int) -> None:
    with pytest.raises(ValueError, match="no"):
        list(spread(square, 1000, jobs=jobs))


def test_pieces_of_a_worker_that_died_are_done_again() -> None:
    here = os.getpid()

    def die_elsewhere(index: int, tick: Tick) -> int:
        if os.getpid() != here and index == 7:
            os._exit(9)
        return index

    assert dict(spread(die_elsewhere, 20, jobs=2)) == {i: i for i in range(20)}


def where(index: int, tick: Tick) -> int:
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
    assert os.getpid() not in dict(spread(where, 4, jobs=2)).values()
    assert set(dict(spread(where, 1, jobs=2)).values()) == {os.getpid()}
    assert set(dict(spread(where, 4, jobs=1)).values()) == {os.getpid()}
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert set(dict(spread(where, 4, jobs=2)).values()) == {os.getpid()}
    finally:
        stop.set()
        other.join()


def test_where_threads_cannot_be_counted_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", fail)
    found = set(dict(spread(where, 4, jobs=2)).values())
    monkeypatch.undo()
    assert found == {os.getpid()}


def test_what_fails_in_a_worker_is_raised_and_not_tried_again(no_child_stays: None) -> None:
    here = os.getpid()

    def fail_elsewhere(index: int, tick: Tick) -> int:
        if os.getpid() != here:
            raise OSError(errno.EIO, "no")
        return index

    with pytest.raises(OSError, match="no"):
        list(spread(fail_elsewhere, 4, jobs=2))


def test_a_large_result_comes_back_whole(no_child_stays: None) -> None:
    got = dict(spread(lambda index, tick: bytes([index]) * (3 << 20), 3, jobs=2))
    assert got == {index: bytes([index]) * (3 << 20) for index in range(3)}


def test_workers_end_when_nobody_wants_their_results(no_child_stays: None) -> None:
    started = time.monotonic()
    with executors.Spread(lambda index, tick: time.sleep(60), 2, jobs=2):
        pass
    results = spread(lambda index, tick: time.sleep(60 * index), 3, jobs=2)
    assert next(results) == (0, None)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 50, "they were not waited for"


def test_signals_end_workers_whatever_this_process_does_with_them() -> None:
    def handlers(index: int, tick: Tick) -> tuple[object, ...]:
        orders = (signal.SIGINT, signal.SIGTERM)
        return *map(signal.getsignal, orders), signal.pthread_sigmask(signal.SIG_BLOCK, ())

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        got = dict(spread(handlers, 2, jobs=2))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == dict.fromkeys((0, 1), (signal.SIG_DFL, signal.SIG_DFL, set()))


def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    """What they write to ends when the last of them has ended."""
    code = (
        "import os, time; from archive_pkg.executors import Spread\n"
        "def work(index, tick): print('at work', flush=True); time.sleep(60)\n"
        "pieces = Spread(work, 3, 3)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        for _ in range(3):
            assert parent.stdout.readline() == b"at work\n"
        started = time.monotonic()
        parent.kill()
        parent.stdout.read()
        assert time.monotonic() - started < 50


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
    monkeypatch.setattr(executors, "cpus", lambda: 3)
    for pieces, jobs, workers in ((5, None, 3), (2, None, 2), (5, 4, 4)):
        forks.clear()
        assert len(dict(spread(where, pieces, jobs=jobs))) == pieces
        assert len(forks) == workers


def test_processors_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 7})
    assert executors.cpus() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert executors.cpus() == 1
