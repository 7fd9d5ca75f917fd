"""Who does bulk work: this process, several of its own, or a Dask cluster.

All are `concurrent.futures.Executor`s; the rest of the house does not know which one it has.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from archive_pkg.errors import StorageError, UsageError
from archive_pkg.fixity import cpus
from archive_pkg.logs import logger, shown
from archive_pkg.storage import log_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
_log = logger(__name__)

_ORDERS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
# Records and documents are many objects and hardly a circle: looking for circles after each seven
# hundred, as Python does unless told, takes a tenth of the time.
_SELDOM = (50_000, 20, 100)
_DEATH = 0.8
"""Seconds to wait for killed workers; a worker that waits for a dead disk does not die."""
_PR_SET_PDEATHSIG = 1
_IOPRIO_WHO_PROCESS = 1
_IOPRIO_IDLE = 3 << 13
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}


_NONE_BEGAN = "the processes that were to do the work ended before they began"
_BEGIN_ANEW = (
    'in a script of your own, call it under `if __name__ == "__main__":`, for each process reads '
    "the script anew; otherwise memory was too small: use fewer jobs"
)


class WorkerLostError(Exception):
    """Whoever did a piece of work died over it, as when a process runs out of memory."""


class Crew(Protocol):
    """Those who do the work."""

    @property
    def width(self) -> int:
        """How many pieces may be under way at a time, so that nobody waits for work."""

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """Have a piece done."""

    def result(self, future: Future[T]) -> T:
        """What came of it.

        Raises:
            WorkerLostError: Who worked on it died.
            StorageError: There is nobody to work on anything.
            Exception: What the work raised.
        """

    def kill(self) -> None:
        """End everybody now, whatever they are doing. Only `close` may follow."""

    def close(self) -> None:
        """Let what is under way end, and end everybody."""


def crew_for(jobs: int | None, executor: str = "", *, gentle: bool = False) -> Crew:
    """The crew that options ask for.

    Args:
        jobs: Processes; as many as there are processors when None. With 1, this one does it.
        executor: The address of a cluster, `dask:tcp://host:8786`; empty for this machine.
        gentle: Whether to take only processor and disk time that nobody else wants.

    Raises:
        UsageError: There is no such executor, or it is not installed.
        StorageError: The cluster does not answer.
    """
    if executor:
        kind, _, address = executor.partition(":")
        if kind != "dask" or not address:
            raise UsageError(f"{executor} is no executor", "write dask:tcp://HOST:8786")
        return _DaskCrew(address)
    wanted = jobs or cpus()
    return _Processes(wanted, gentle) if wanted > 1 else Alone(gentle)


class Alone:
    """This process, doing each piece when it is handed in."""

    width = 1

    def __init__(self, gentle: bool = False) -> None:
        if gentle:
            be_gentle()

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        """See `Crew`."""
        future: Future[T] = Future()
        try:
            future.set_result(work(piece))
        except Exception as error:
            future.set_exception(error)
        return future

    def result(self, future: Future[T]) -> T:
        """See `Crew`."""
        return future.result()

    def kill(self) -> None:
        """See `Crew`."""

    def close(self) -> None:
        """See `Crew`."""


@dataclass
class _Processes:
    """Processes of this machine; a pool that lost one is replaced by a new pool."""

    jobs: int
    gentle: bool
    _pool: ProcessPoolExecutor | None = field(default=None, init=False)
    _sign_of_life: Future[int] = field(default_factory=Future, init=False)

    @property
    def width(self) -> int:
        return self.jobs + 1

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        # Processes are started here, and none of them may be hit before it has settled in.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ORDERS)
        try:
            if self._pool is None:
                # Forking a process that has threads is not safe, and the server that forks instead
                # is killed with its process group, so that nobody could end in an orderly way.
                self._pool = ProcessPoolExecutor(
                    self.jobs, get_context("spawn"), _begin, (os.getpid(), self.gentle, shown())
                )
                _log.info("starting up to %d worker processes", self.jobs)
                self._sign_of_life = self._pool.submit(os.getpid)
            return self._pool.submit(work, piece)
        except BrokenExecutor as error:
            failed: Future[T] = Future()
            failed.set_exception(error)
            return failed
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def result(self, future: Future[T]) -> T:
        try:
            return future.result()
        except (BrokenExecutor, MemoryError) as error:
            # Who has no memory left to say what came of it is no better than who has died.
            if self._pool is not None:
                _log.info("a worker process ended before its work; starting new ones")
                self._pool.shutdown(wait=False)
                self._pool = None
            if self._sign_of_life.exception():
                raise StorageError(_NONE_BEGAN, _BEGIN_ANEW) from error
            raise WorkerLostError(str(error)) from error

    def kill(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        workers = list(pool._processes.values())  # Python 3.14 has kill_workers()
        for worker in workers:
            worker.kill()
        end = time.monotonic() + _DEATH
        for worker in workers:  # what they staged is removed next
            worker.join(max(0.0, end - time.monotonic()))
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _begin(parent: int, gentle: bool, log: tuple[bool, Path | None] | None) -> None:
    """Make this process a worker: its parent alone decides when it ends, or its parent's death.

    A scheduler or a terminal sends its signals to every process of a run. Only the first is to act
    on them, so that what is under way is finished and told.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ORDERS)
    threading.Thread(target=_obey, args=(parent,), daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)
    gc.set_threshold(*_SELDOM)
    if log:
        log_to(*log)
    if gentle:
        be_gentle()


def _obey(parent: int) -> None:
    """Wait for the parent's own order to end, which the pool gives when another worker has died."""
    while signal.sigwaitinfo(_ORDERS).si_pid != parent:
        pass
    os._exit(1)


def be_gentle() -> None:
    """Take processor and disk time only when nobody else wants it."""
    with contextlib.suppress(OSError):
        os.nice(19)
    number = _IOPRIO_SET.get(os.uname().machine)
    if sys.platform == "linux" and number is not None:
        ctypes.CDLL(None).syscall(number, _IOPRIO_WHO_PROCESS, 0, _IOPRIO_IDLE)


def _collecting_seldom(work: Callable[[Any], T], piece: Any) -> T:
    """Have a piece done by a worker that may be others', too, and is left as it was."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        return work(piece)
    finally:
        gc.set_threshold(*before)


class _DaskCrew:
    """The workers of a Dask cluster, which share this machine's storage."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError(
                "Dask is not installed", "install it with: pip install 'archive-pkg[dask]'"
            ) from error
        try:
            self._client = Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise StorageError(
                f"no Dask scheduler answers at {address}", "is it running, and reachable from here?"
            ) from error
        if not self._client.nthreads():
            self._client.wait_for_workers(1)
        self._executor = self._client.get_executor(pure=False, retries=0)

    @property
    def width(self) -> int:
        return 1 + max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, work: Callable[[Any], T], piece: Any) -> Future[T]:
        future: Future[T] = self._executor.submit(_collecting_seldom, work, piece)
        return future

    def result(self, future: Future[T]) -> T:
        from distributed.scheduler import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            raise WorkerLostError(str(error)) from error

    def kill(self) -> None:
        # The cluster drops what has not begun. Nobody can end a thread of its workers.
        self._executor.shutdown(wait=False)

    def close(self) -> None:
        self._executor.shutdown()
        self._client.close()
