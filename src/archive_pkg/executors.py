"""Run work in this process, in other processes of this machine, or on a Dask cluster.

All executors have the same methods. Work on many subjects is done by spawned processes, which is
safe even if this process has threads. Digesting the files of one bag takes less time than spawning
a process, so `Spread` forks.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from concurrent.futures import BrokenExecutor, Future, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from archive_pkg.errors import StorageError, UsageError
from archive_pkg.logs import logger, shown
from archive_pkg.messages import _
from archive_pkg.storage import log_to, processes
from archive_pkg.storage.processes import cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    Tick = Callable[[int, int], None]
    Task = Callable[[int, Tick], Any]
    """Does a piece of work, given its number and a function to call with files and bytes done."""

T = TypeVar("T")
_log = logger(__name__)

# Records and documents consist of many objects with hardly any cycles. Searching for cycles after
# every 700 new objects, the default of Python 3.11, takes a tenth of the run time.
_GC_THRESHOLD = (50_000, 20, 100)
_KILL_TIMEOUT = 0.8
"""Seconds to wait for killed workers. One that waits for a disk that does not answer lives on."""

_NO_WORKER_STARTED = "the worker processes ended before they started"
_START_HINT = (
    'If your own script called this, call it under `if __name__ == "__main__":`, because each '
    "process runs the script again. Otherwise there may not be enough memory: use fewer jobs."
)


class WorkerLostError(Exception):
    """The worker process died, for example because it ran out of memory."""


class Executor(Protocol):
    """Runs pieces of work."""

    @property
    def width(self) -> int:
        """How many pieces must be under way at a time so that no worker is idle."""

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """Begin a piece."""

    def result(self, future: Future[T]) -> T:
        """Return the result of a piece.

        Raises:
            WorkerLostError: The piece's worker died.
            StorageError: No worker could be started.
            Exception: The exception that the work raised.
        """

    def kill(self) -> None:
        """End all workers now, whatever they are doing. Only `close` may follow."""

    def close(self) -> None:
        """Let the pieces under way end, drop those that have not begun, and end all workers."""


def executor_for(jobs: int | None, address: str = "", *, gentle: bool = False) -> Executor:
    """Return the executor that the options of a command choose.

    Args:
        jobs: How many processes; None means one per processor. With 1, this process does the work.
        address: The address of a cluster, `dask:tcp://host:8786`; empty for this machine.
        gentle: Whether to run at the lowest priority. A cluster ignores this.

    Raises:
        UsageError: The address does not have the form `dask:ADDRESS`, or Dask is not installed.
        StorageError: The scheduler does not answer.
    """
    if address:
        kind, __, scheduler = address.partition(":")
        if kind != "dask" or not scheduler:
            raise UsageError(
                _("{address} is not an executor", address=address), _("Write dask:tcp://HOST:8786")
            )
        return Dask(scheduler)
    wanted = jobs or cpus()
    return Processes(wanted, gentle) if wanted > 1 else InProcess(gentle)


class InProcess:
    """Does each piece in this process when it is submitted."""

    width = 1

    def __init__(self, gentle: bool = False) -> None:
        if gentle:
            processes.lower_priority()

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """See `Executor`."""
        future: Future[T] = Future()
        try:
            future.set_result(work(piece))
        except Exception as error:
            future.set_exception(error)
        return future

    def result(self, future: Future[T]) -> T:
        """See `Executor`."""
        return future.result()

    def kill(self) -> None:
        """See `Executor`."""

    def close(self) -> None:
        """See `Executor`."""


@dataclass
class Processes:
    """Does pieces in processes of this machine. If one of them dies, all are replaced.

    Attributes:
        jobs: How many processes.
        gentle: Whether the processes run at the lowest priority.
        forked: The task of forked processes, which see what this process has in memory. If None,
            processes are spawned, because forking is not safe in a process that has threads. (A
            fork server would be killed with its process group, so that workers could not finish.)
    """

    jobs: int
    gentle: bool = False
    forked: Task | None = None
    _pool: ProcessPoolExecutor | None = field(default=None, init=False)
    _sign_of_life: Future[int] = field(default_factory=Future, init=False)

    @property
    def width(self) -> int:
        """See `Executor`."""
        return self.jobs + 1

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """See `Executor`."""
        # Processes start here, and no signal may reach one before it is set up.
        with processes.stop_signals_held():
            try:
                if self._pool is None:
                    self._pool = self._start()
                    self._sign_of_life = self._pool.submit(os.getpid)
                return self._pool.submit(work, piece)
            except BrokenExecutor as error:
                failed: Future[T] = Future()
                failed.set_exception(error)
                return failed

    def _start(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        _log.info("starting up to %d worker processes", self.jobs)
        if self.forked is not None:
            begin = partial(_begin_forked, self.forked)
            return ProcessPoolExecutor(self.jobs, get_context("fork"), begin)
        return ProcessPoolExecutor(
            self.jobs, get_context("spawn"), _begin_spawned, (os.getpid(), self.gentle, shown())
        )

    def result(self, future: Future[T]) -> T:
        """See `Executor`."""
        try:
            return future.result()
        except (BrokenExecutor, MemoryError) as error:
            # A worker that runs out of memory while reporting counts as lost.
            if self._pool is not None:
                _log.info("a worker process ended before its work; starting new ones")
                self._pool.shutdown(wait=self.forked is not None)
                self._pool = None
            if self.forked is None and self._sign_of_life.exception():
                raise StorageError(_NO_WORKER_STARTED, _START_HINT) from error
            raise WorkerLostError(str(error)) from error

    def kill(self) -> None:
        """See `Executor`."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        workers = list(pool._processes.values())  # Python 3.14 has kill_workers()
        for worker in workers:
            worker.kill()
        end = time.monotonic() + _KILL_TIMEOUT
        for worker in workers:  # the caller will remove what they staged
            worker.join(max(0.0, end - time.monotonic()))
        # An interruption can leave a lock held that the pool's thread needs: do not wait for it.
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """See `Executor`."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _begin_spawned(parent: int, gentle: bool, log: tuple[bool, Path | None] | None) -> None:
    """Make this process a worker that ends when its parent says so or dies.

    A scheduler or a terminal sends signals to every process of a run. Only the parent must act on
    them, so that the work under way is finished and reported.
    """
    processes.stop_only_for(parent)
    _end_with_parent()
    gc.set_threshold(*_GC_THRESHOLD)
    if log:
        log_to(*log)
    if gentle:
        processes.lower_priority()


def _end_with_parent() -> None:
    """End this process as soon as its parent has died."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        wait = parent.join
        threading.Thread(target=lambda: (wait(), os._exit(1)), daemon=True).start()


class Dask:
    """Does pieces on the workers of a Dask cluster, which share this machine's storage."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError(
                _("Dask is not installed"), _("Install it with: pip install 'archive-pkg[dask]'")
            ) from error
        try:
            self._client = Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise StorageError(
                _("no Dask scheduler answers at {address}", address=address),
                _("Check that it is running and reachable from here."),
            ) from error
        if not self._client.nthreads():
            self._client.wait_for_workers(1)
        self._executor = self._client.get_executor(pure=False, retries=0)

    @property
    def width(self) -> int:
        """See `Executor`."""
        return 1 + max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """See `Executor`."""
        future: Future[T] = self._executor.submit(_with_fewer_collections, work, piece)
        return future

    def result(self, future: Future[T]) -> T:
        """See `Executor`."""
        from distributed.scheduler import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            raise WorkerLostError(str(error)) from error

    def kill(self) -> None:
        """See `Executor`. The cluster drops pieces that have not begun; others run to their end."""
        self._executor.shutdown(wait=False)

    def close(self) -> None:
        """See `Executor`."""
        self._executor.shutdown()
        self._client.close()


def _with_fewer_collections(work: Callable[[Any], T], piece: Any) -> T:
    """Do a piece with fewer garbage collections, then restore the setting of the shared worker."""
    before = gc.get_threshold()
    gc.set_threshold(*_GC_THRESHOLD)
    try:
        return work(piece)
    finally:
        gc.set_threshold(*before)


# --- pieces of one short work -----------------------------------------------------------------


class Spread:
    """Does the numbered pieces of a task while the caller does something else; a context manager.

    On Linux, in a process of one thread, forked processes do the pieces: they begin at once, see
    all that this process has in memory, and send back only their results. Threads would be slower
    than none: for small files, most of the time goes to the interpreter, which threads share.
    Elsewhere, or with one job, this process does the pieces when the caller asks for the results.
    """

    def __init__(
        self,
        task: Task,
        count: int,
        jobs: int | None = None,
    ) -> None:
        """Begin.

        Args:
            task: Does a piece, given its number and a function to call with files and bytes done.
            count: How many pieces.
            jobs: How many pieces to do at a time; None means one per processor.
        """
        self._task = task
        self._count = count
        workers = min(jobs or cpus(), count)
        self._processes = Processes(workers, forked=task)
        self._futures: dict[Future[Any], int] = {}
        if workers > 1 and processes.can_fork():
            self._futures = {
                self._processes.submit(_do_forked, index): index for index in range(count)
            }

    def __enter__(self) -> Spread:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they are doing."""
        if all(future.done() for future in self._futures):
            self._processes.close()
        else:
            self._processes.kill()

    def results(self, tick: Tick = lambda files, size: None) -> Iterator[tuple[int, Any]]:
        """Yield each piece's number and result, in the order in which they become ready.

        Args:
            tick: Called with files and bytes done since it was last called.

        Raises:
            Exception: The exception that a piece raised.
        """
        missing = set(range(self._count))
        for future in as_completed(self._futures):
            try:
                files, size, result = self._processes.result(future)
            except WorkerLostError:  # the piece is done again, here
                continue
            index = self._futures[future]
            missing.discard(index)
            tick(files, size)
            yield index, result
        for index in sorted(missing):
            yield index, self._task(index, tick)


_forked: Task
"""The task of a forked process."""


def _begin_forked(task: Task) -> None:
    global _forked
    _forked = task
    processes.stop_as_usual()
    _end_with_parent()


def _do_forked(index: int) -> tuple[int, int, Any]:
    """Return the files and bytes of a piece, and its result."""
    done = [0, 0]

    def count(files: int, size: int) -> None:
        done[0] += files
        done[1] += size

    result = _forked(index, count)
    return done[0], done[1], result
