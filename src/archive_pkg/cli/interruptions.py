"""End the program when a signal asks it to: ctrl-C, a scheduler, a terminal that closes."""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LIMIT = 1.8
"""Seconds after a signal until a bulk command ends without tidying up."""

_AGAIN = 0.05
"""Seconds until an interruption that Python dropped is raised again."""

_bulk = False
_abandoned = "unfinished work was abandoned. Run the same command again."
_interrupted = 0


class Interrupted(BaseException):
    """A signal asked the program to end: SIGINT (ctrl-C), SIGTERM or SIGHUP.

    Not a KeyboardInterrupt, which typer would take for itself. Nothing in the library catches it;
    what was staged is removed on its way up.

    Attributes:
        exit_status: The status with which the program ends.
        left: What is said of the work that was under way.
    """

    left = "nothing was left half done"

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number
        self._unsaid = _thread.allocate_lock()

    def unsaid(self) -> bool:
        """Return True once, to the thread that asks first: that one says what is left."""
        return self._unsaid.acquire(blocking=False)


def listen() -> None:
    """Raise Interrupted in the main thread when a signal asks the program to end."""
    atexit.register(_leave)  # first, so that it runs after what other modules register
    sys.unraisablehook = _interrupt_again
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks
            signal.signal(number, _interrupt)


def say_if_abandoned(words: str) -> None:
    """Say this of the work under way where the command ends without tidying up."""
    global _abandoned
    _abandoned = words


def expect_bulk() -> None:
    """From now on, end within two seconds of a signal, whatever is under way.

    Tidying up can wait for a thread that sends a large file, for a disk that does not answer, or
    for a reader of standard output. Bulk commands resume what a killed run has left.
    """
    global _bulk
    _bulk = True


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # A second signal must not break off the tidying up after the first.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    interruption = Interrupted(number)
    if _bulk:
        global _interrupted
        _interrupted = number
        # Not a Thread: the lock that it takes may be held by what the signal interrupted.
        _thread.start_new_thread(_abandon, (interruption,))
        interruption.left = _abandoned
    raise interruption


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise an interruption again that Python dropped, as it does in callbacks and finalizers."""
    if isinstance(unraisable.exc_value, Interrupted):
        signal.signal(signal.SIGALRM, partial(_interrupt_after_alarm, unraisable.exc_value))
        signal.setitimer(signal.ITIMER_REAL, _AGAIN)
    else:
        sys.__unraisablehook__(unraisable)


def _interrupt_after_alarm(
    interruption: Interrupted, number: int, frame: FrameType | None
) -> NoReturn:
    raise interruption


def _leave() -> None:
    """Skip the end of the interpreter, which takes seconds after a Dask client was used."""
    if _interrupted:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(128 + _interrupted)


def _abandon(interruption: Interrupted) -> None:
    """End the program. On Linux its workers are killed with it."""
    time.sleep(_LIMIT)
    os.set_blocking(2, False)
    try:
        if interruption.unsaid():
            os.write(2, f"interrupted; {_abandoned}\n".encode())
    finally:
        os._exit(interruption.exit_status)
