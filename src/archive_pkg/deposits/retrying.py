"""Retry requests to a repository that is out of reach or asks to wait."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from archive_pkg.deposits.repository_interface import LostError
from archive_pkg.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts, each with random jitter."""
LONGEST_WAIT = 120.0
"""If a repository asks to wait longer than this many seconds, the deposit fails."""

T = TypeVar("T")


def with_retries(do: Callable[[], T]) -> T:
    """Call a function, up to six times, until the repository can be reached; return the result.

    The function must check what an earlier attempt did before it acts.

    Raises:
        LostError: The last attempt failed, too, or the repository asks to wait longer than
            `LONGEST_WAIT`.
    """
    for pause in (*PAUSES, None):
        try:
            return do()
        except LostError as error:
            wait_after(error, pause)
    raise AssertionError("the last attempt returns or raises")


def wait_after(error: LostError, pause: float | None) -> None:
    """Wait until the next attempt; raise the error if `pause` is None or the wait is too long."""
    wait = error.after if error.after is not None else pause
    if pause is None or wait is None or wait > LONGEST_WAIT:
        raise error
    _log.info("%s; trying again in %.1f s", error.message, wait)
    time.sleep(wait + random.uniform(0, wait / 4))  # noqa: S311 - jitter, not a secret
