"""Pieces of work, spread over forked processes where that is safe."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Generator
from concurrent.futures import Future, wait
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from archive_pkg import executors, logs
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.storage import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.executors import Task, Tick

pytestmark = pytest.mark.usefixtures("no_descriptor_stays_open")


@pytest.fixture(autouse=True)
def threads_of_the_runner_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the second thread of xdist's workers, with which no process would be forked."""
    listed = os.listdir
    theirs = {*listed("/proc/self/task")} - {str(os.getpid())}

    def others(path: Any = ".") -> list[str]:
        found = listed(path)
        return [name for name in found if name not in theirs] if path == _TASKS else found

    monkeypatch.setattr(os, "listdir", others)


_TASKS = "/proc/self/task"


@pytest.fixture(scope="module", autouse=True)
def the_tracker_of_spawned_processes_runs() -> None:
    """Start it once, since it stays open."""
    resource_tracker.ensure_running()


def spread(
    task: Task, count: int, jobs: int | None = None, tick: Tick = lambda files, size: None
) -> Generator[tuple[int, Any], None, None]:
    with executors.Spread(task, count, jobs) as pieces:
        yield from pieces.results(tick)


def square(index: int, tick: Tick) -> int:
    tick(1, index)
    if index == 999:
        raise ValueError("no")
    return index * index


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("threads", [False, True])
def test_every_piece_of_work_has_a_result_with_any_number_of_jobs(jobs: int, threads: bool) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    if threads:  # then forking is not safe, so no process is forked
        other.start()
    reported: list[tuple[int, int]] = []
    try:
        got = dict(spread(square, 50, jobs=jobs, tick=lambda *done: reported.append(done)))
    finally:
        stop.set()
    assert got == {index: index * index for index in range(50)}
    assert sorted(reported) == [(1, index) for index in range(50)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_of_a_worker_is_raised(jobs: int) -> None:
    with pytest.raises(ValueError, match="no"):
        list(spread(square, 1000, jobs=jobs))


def test_pieces_of_a_worker_that_died_are_repeated() -> None:
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
    """Return the child processes of this process."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.descriptors
def test_processes_are_forked_only_if_no_other_thread_runs(no_child_stays: None) -> None:
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


def test_no_process_is_forked_if_threads_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", fail)
    found = set(dict(spread(where, 4, jobs=2)).values())
    monkeypatch.undo()
    assert found == {os.getpid()}


@pytest.mark.descriptors
def test_an_error_in_a_worker_is_raised_without_a_retry(no_child_stays: None) -> None:
    here = os.getpid()

    def fail_elsewhere(index: int, tick: Tick) -> int:
        if os.getpid() != here:
            raise OSError(errno.EIO, "no")
        return index

    with pytest.raises(OSError, match="no"):
        list(spread(fail_elsewhere, 4, jobs=2))


def test_a_large_result_is_returned_completely(no_child_stays: None) -> None:
    got = dict(spread(lambda index, tick: bytes([index]) * (3 << 20), 3, jobs=2))
    assert got == {index: bytes([index]) * (3 << 20) for index in range(3)}


def test_workers_are_ended_when_their_results_are_no_longer_needed(no_child_stays: None) -> None:
    started = time.monotonic()
    with executors.Spread(lambda index, tick: time.sleep(60), 2, jobs=2):
        pass
    results = spread(lambda index, tick: time.sleep(60 * index), 3, jobs=2)
    assert next(results) == (0, None)
    results.close()
    assert time.monotonic() - started < 50, "they were not waited for"


@pytest.mark.descriptors
def test_workers_use_the_default_action_of_signals() -> None:
    def handlers(index: int, tick: Tick) -> tuple[object, ...]:
        orders = (signal.SIGINT, signal.SIGTERM)
        return *map(signal.getsignal, orders), signal.pthread_sigmask(signal.SIG_BLOCK, ())

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        got = dict(spread(handlers, 2, jobs=2))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == dict.fromkeys((0, 1), (signal.SIG_DFL, signal.SIG_DFL, set()))


@pytest.mark.descriptors
def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    """The pipe to which they write ends when the last of them has ended."""
    code = (
        "import os, time; from archive_pkg.executors import Spread\n"
        "def work(index, tick): os.write(1, b'at work\\n'); time.sleep(60)\n"
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


def test_the_number_of_workers_is_limited_by_processors_and_pieces(
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
    # A worker of pytest-xdist has a second thread, which takes none of the locks used here.
    monkeypatch.setattr(processes, "can_fork", lambda: True)
    for pieces, jobs, workers in ((5, None, 3), (2, None, 2), (5, 4, 4)):
        forks.clear()
        assert len(dict(spread(where, pieces, jobs=jobs))) == pieces
        assert len(forks) == workers


def test_only_processors_available_to_this_process_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 7})
    assert processes.cpus() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processes.cpus() == 1


GC = (50_000, 20, 100)
_STATE = """(
    __import__("os").getpid(),
    __import__("os").nice(0),
    __import__("signal").getsignal(2) is __import__("signal").SIG_IGN,
    {int(each) for each in __import__("signal").pthread_sigmask(0, [])},
    __import__("gc").get_threshold(),
    __import__("logging").getLogger("archive_pkg").getEffectiveLevel(),
)"""
ORDERS = {1, 2, 15}


@pytest.fixture
def pool() -> Iterator[executors.Executor]:
    before = threading.enumerate()
    made = executors.executor_for(2)
    yield made
    made.kill()
    made.close()
    for thread in set(threading.enumerate()) - set(before):  # of pools that lost a worker
        thread.join()


def test_a_worker_has_its_settings_and_ends_when_its_parent_closes_it(
    pool: executors.Executor,
) -> None:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    worker, *state = pool.result(pool.submit(eval, _STATE))
    assert state == [os.nice(0), True, ORDERS, GC, logging.WARNING]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert worker != os.getpid()
    theirs = f"__import__('subprocess').run(['kill', '-TERM', '{worker}']).returncode"
    assert {pool.result(pool.submit(eval, theirs)) for _ in range(4)} == {0}
    lost = pool.submit(time.sleep, 60)
    while not lost.done():  # a signal that arrives while another one is pending is lost
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGTERM)
        time.sleep(0.01)
    both: list[Future[Any]] = [pool.submit(len, "late"), lost]
    for future in both:
        with pytest.raises(executors.WorkerLostError):
            pool.result(future)
    assert pool.result(pool.submit(len, "new")) == 3


def test_a_gentle_worker_has_the_lowest_priority_and_writes_to_the_log(
    tmp_path: Path, no_child_stays: None
) -> None:
    with (tmp_path / "log").open("ab") as stream:
        logs.show(True, tmp_path / "log", stream)
        pool = executors.executor_for(2, gentle=True)
        try:
            _, nice, *_ = pool.result(pool.submit(eval, _STATE))
            pool.result(
                pool.submit(eval, "__import__('logging').getLogger('archive_pkg').info('x')")
            )
        finally:
            logs.stop()
            pool.close()
    assert nice == 19
    assert '"x"' in (tmp_path / "log").read_text()


def test_closing_does_not_wait_for_killed_workers(no_child_stays: None) -> None:
    pool = executors.executor_for(2)
    pool.kill()
    futures = [pool.submit(time.sleep, 600) for _ in range(9)]
    pool.kill()
    pool.close()
    assert not wait(futures, timeout=10).not_done


def test_closing_an_executor_cancels_pending_work(no_child_stays: None) -> None:
    pool = executors.Processes(1)
    futures = [pool.submit(time.sleep, 0.05) for _ in range(40)]
    pool.close()
    assert any(future.cancelled() for future in futures)
    executors.Processes(1).close()


def test_workers_that_cannot_be_started_are_an_error(
    monkeypatch: pytest.MonkeyPatch, pool: executors.Executor
) -> None:
    monkeypatch.setattr(executors, "_begin_spawned", os.nice)  # cannot be called like this
    with pytest.raises(StorageError):
        pool.result(pool.submit(len, "text"))


def test_a_worker_without_memory_for_its_result_is_lost() -> None:
    future: Future[Any] = Future()
    future.set_exception(MemoryError())
    pool = executors.Processes(2)
    pool._sign_of_life.set_result(1)
    with pytest.raises(executors.WorkerLostError):
        pool.result(future)


def test_the_width_of_an_executor_follows_from_the_number_of_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executors, "cpus", lambda: 3)
    assert [executors.executor_for(jobs).width for jobs in (None, 1, 2, 5)] == [4, 1, 3, 6]
    assert isinstance(executors.executor_for(1), executors.InProcess)


def test_an_executor_of_one_process_works_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[int] = []
    monkeypatch.setattr(os, "nice", reported.append)
    one = executors.executor_for(1)
    assert reported == []
    assert one.result(one.submit(len, "four")) == 4
    with pytest.raises(TypeError):
        one.result(one.submit(len, 4))
    executors.executor_for(1, gentle=True)
    assert reported == [19]


@pytest.mark.parametrize("address", ["spark://x", "dask", "dask:", "tcp://x:8786"])
def test_an_executor_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="not an executor"):
        executors.executor_for(None, address)


def test_a_piece_on_a_cluster_restores_the_settings_of_the_worker() -> None:
    before = gc.get_threshold()
    assert executors._with_fewer_collections(eval, "__import__('gc').get_threshold()") == GC
    assert gc.get_threshold() == before
    with pytest.raises(TypeError):
        executors._with_fewer_collections(len, 4)
    assert gc.get_threshold() == before


@pytest.mark.descriptors
def test_a_thread_that_is_ending_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [["1", "2"], ["1", "2"], ["1"]]
    monkeypatch.setattr(os, "listdir", lambda _: listed.pop(0))
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert processes.can_fork()
    assert not listed
    listed += [["1", "2"]] * 11
    assert not processes.can_fork()
    assert len(listed) == 1
    monkeypatch.undo()


def test_no_process_is_forked_if_the_system_cannot_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert set(dict(spread(where, 4, jobs=2)).values()) == {os.getpid()}


@pytest.mark.descriptors
def test_the_progress_of_a_piece_is_added_up() -> None:
    def twice(index: int, tick: Tick) -> None:
        tick(1, 10)
        tick(2, 20)

    reported: list[tuple[int, int]] = []
    list(spread(twice, 2, jobs=2, tick=lambda *done: reported.append(done)))
    assert reported == [(3, 30)] * 2


class Cluster:
    """Records the calls to a cluster; collection/test_dask.py uses a real cluster."""

    threads: ClassVar[list[dict[str, int]]] = []
    asked: ClassVar[list[object]] = []

    def __init__(self, address: str, **settings: int) -> None:
        self.asked.append((address, settings))
        if not address.startswith("tcp://"):
            raise ValueError(address)
        if address.endswith(":1"):
            raise OSError(address)

    def nthreads(self) -> dict[str, int]:
        return self.threads.pop(0)

    def wait_for_workers(self, count: int) -> None:
        self.asked.append(("wait", count))

    def get_executor(self, **settings: object) -> Cluster:
        self.asked.append(settings)
        return self

    def submit(self, *words: Any) -> Future[Any]:
        return executors.InProcess().submit(lambda _: words[0](*words[1:]), None)

    def shutdown(self, **settings: object) -> None:
        self.asked.append(("shutdown", settings))

    def close(self) -> None:
        self.asked.append("close")


class LostError(Exception):
    pass


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    scheduler = types.SimpleNamespace(KilledWorker=LostError)
    distributed = types.SimpleNamespace(Client=Cluster, scheduler=scheduler)
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    monkeypatch.setitem(sys.modules, "distributed.scheduler", scheduler)
    Cluster.asked.clear()
    return Cluster.asked


def test_a_cluster_is_used_after_its_workers_have_started(cluster: list[object]) -> None:
    Cluster.threads[:] = [{}, {"one": 2, "other": 3}, {}]
    executor = executors.executor_for(None, "dask:tcp://host:8786")
    assert cluster == [
        ("tcp://host:8786", {"timeout": 10}),
        ("wait", 1),
        {"pure": False, "retries": 0},
    ]
    assert [executor.width, executor.width] == [6, 2]
    gc_inside = executor.submit(eval, "__import__('gc').get_threshold()")
    assert executor.result(gc_inside) == GC
    cluster.clear()
    executor.kill()
    executor.close()
    assert cluster == [("shutdown", {"wait": False}), ("shutdown", {}), "close"]
    Cluster.threads[:] = [{"one": 1}]
    executors.executor_for(None, "dask:tcp://host:8786")
    assert ("wait", 1) not in cluster


def test_a_worker_lost_by_the_cluster_is_an_error(cluster: list[object]) -> None:
    Cluster.threads[:] = [{"one": 1}]
    executor = executors.executor_for(None, "dask:tcp://host:8786")
    future: Future[Any] = Future()
    future.set_exception(LostError())
    with pytest.raises(executors.WorkerLostError):
        executor.result(future)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:1"])
def test_a_cluster_that_does_not_answer_is_an_error(cluster: list[object], address: str) -> None:
    with pytest.raises(StorageError, match=f"no Dask scheduler answers at {address}"):
        executors.executor_for(None, f"dask:{address}")


def test_without_dask_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="Dask is not installed"):
        executors.executor_for(None, "dask:tcp://host:8786")
