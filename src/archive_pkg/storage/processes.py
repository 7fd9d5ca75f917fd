"""Signals and processes on systems that differ."""

from __future__ import annotations

import _thread
import contextlib
import os
import select
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Any: mypy reads this module as Linux, macOS and Windows would, and each lacks something.
_os: Any = os
_signal: Any = signal
_select: Any = select

STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that ask a program to end: from ctrl-C, a scheduler or a closing terminal."""

WAITS_FOR_PIPES = hasattr(select, "poll") and hasattr(os, "writev")
"""Whether a program can wait until another one reads from a pipe or writes to it."""


def cpus() -> int:
    """Return how many processors this process may use."""
    with contextlib.suppress(AttributeError):
        return len(_os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lower_priority() -> None:
    """Run this process at the lowest priority, if the system has priorities for processes."""
    if hasattr(os, "nice"):
        _os.nice(19)


def can_fork() -> bool:
    """Return whether this process can fork safely: it has only one thread, and the system says so.

    The system lists a thread, such as one of the last pool, for a moment after it has ended.
    """
    if not hasattr(os, "fork"):
        return False
    for _ in range(10):
        try:
            if len(os.listdir("/proc/self/task")) == 1:  # noqa: PTH208 - nothing but the count
                return True
        except OSError:
            return False
        if threading.active_count() > 1:
            return False
        time.sleep(0.001)
    return False


@contextlib.contextmanager
def stop_signals_held() -> Iterator[None]:
    """Hold back the stop signals until the block ends, if the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def stop_only_for(parent: int) -> None:
    """From now on, end this process on a stop signal of its parent, and ignore those of others.

    A system that does not name the sender of a signal ends it on SIGTERM of any process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "sigwaitinfo"):
        _signal.pthread_sigmask(_signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=_wait_for_parents_order, args=(parent,), daemon=True).start()


def _wait_for_parents_order(parent: int) -> None:
    while _signal.sigwaitinfo(STOP_SIGNALS).si_pid != parent:
        pass
    os._exit(1)


def stop_as_usual() -> None:
    """From now on, end this process, which has just been forked, on stop signals."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, STOP_SIGNALS)


def interrupt_main_thread(seconds: float, handler: Callable[[int, object], object]) -> None:
    """Call a signal handler in the main thread after some seconds.

    A system without alarms calls it only when the main thread does not wait for the system.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(_signal.SIGALRM, handler)
        _signal.setitimer(_signal.ITIMER_REAL, seconds)
        return
    signal.signal(signal.SIGINT, handler)
    threading.Timer(seconds, _thread.interrupt_main).start()


def let_writing_fail(descriptor: int) -> None:
    """Let writing to a descriptor fail instead of waiting for its reader, if the system can."""
    with contextlib.suppress(AttributeError, OSError):
        _os.set_blocking(descriptor, False)


def write_pieces(descriptor: int, pieces: Sequence[bytes | memoryview]) -> int:
    """Write pieces to a pipe in one call, and return the number of bytes that it took."""
    count: int = _os.writev(descriptor, pieces)
    return count


def wait_for_pipe(descriptor: int, seconds: float, *, to_write: bool = False) -> bool:
    """Wait until a pipe can be read, or written to. Return False after some seconds."""
    poll = _select.poll()
    poll.register(descriptor, _select.POLLOUT if to_write else _select.POLLIN)
    return bool(poll.poll(seconds * 1000))
