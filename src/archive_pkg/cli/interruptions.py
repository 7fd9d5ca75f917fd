"""End the program on a signal: from ctrl-C, a scheduler or a closing terminal."""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from archive_pkg.storage.processes import (
    STOP_SIGNALS,
    interrupt_main_thread,
    let_writing_fail,
)

if TYPE_CHECKING:
    from types import FrameType

_LIMIT = 1.8
"""Seconds after a signal until a bulk command ends, even if it has not cleaned up."""

_AGAIN = 0.05
"""Seconds until an interruption that Python dropped is raised again."""

_bulk = False
_abandoned = "unfinished work was abandoned. Run the same command again."
_interrupted = 0


class Interrupted(BaseException):
    """A signal asked the program to end: SIGINT (ctrl-C), SIGTERM or SIGHUP.

    It is not a KeyboardInterrupt, because typer handles that. Nothing in the library catches it;
    context managers remove staged files as it propagates.

    Attributes:
        exit_status: The exit status of the program.
        left: The words about unfinished work in the message.
    """

    left = "nothing was left incomplete"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number
        self._unsaid = _thread.allocate_lock()

    def unsaid(self) -> bool:
        """Return True only to the first caller, which then prints the message."""
        return self._unsaid.acquire(blocking=False)


def listen() -> None:
    """Raise Interrupted in the main thread when a signal asks the program to end."""
    sys.unraisablehook = _interrupt_again
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup sets it
            signal.signal(number, _interrupt)


def say_if_abandoned(words: str) -> None:
    """Set the words about unfinished work for a command that ends without cleaning up."""
    global _abandoned
    _abandoned = words


def expect_bulk() -> None:
    """From now on, end within two seconds of a signal.

    Cleaning up can hang on a thread that sends a large file, on a disk that does not respond, or on
    a reader of standard output. Bulk commands resume what an interrupted run has left.
    """
    global _bulk
    _bulk = True


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # A second signal must not interrupt the cleanup after the first.
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    interruption = Interrupted(number)
    if _bulk:
        global _interrupted
        _interrupted = number
        # Not threading.Thread: the interrupted code may hold the lock that it needs.
        _thread.start_new_thread(_abandon, (interruption,))
        interruption.left = _abandoned
    raise interruption


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise an interruption again that Python dropped, as it does in callbacks and finalizers."""
    if isinstance(unraisable.exc_value, Interrupted):
        interrupt_main_thread(_AGAIN, partial(_interrupt_after_alarm, unraisable.exc_value))
    else:
        sys.__unraisablehook__(unraisable)


def _interrupt_after_alarm(
    interruption: Interrupted, number: int, frame: FrameType | None
) -> NoReturn:
    raise interruption


def end_if_interrupted() -> None:
    """End the process now if a bulk command was interrupted, without waiting for threads.

    The thread of a process pool can wait for a lock that the interrupted code still holds. A Dask
    client takes seconds to shut down.
    """
    if _interrupted:
        try:
            atexit._run_exitfuncs()  # they remove the semaphores of process pools
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(128 + _interrupted)


def _abandon(interruption: Interrupted) -> None:
    """End the program. On Linux this kills its workers, too."""
    time.sleep(_LIMIT)
    let_writing_fail(2)
    try:
        if interruption.unsaid():
            os.write(2, f"interrupted; {_abandoned}\n".encode())
    finally:
        os._exit(interruption.exit_status)
