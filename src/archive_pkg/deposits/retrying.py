"""Patience with a repository that is out of reach, or asks to be left alone for a while."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from archive_pkg.deposits.protocol import LostError
from archive_pkg.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between one attempt and the next, each a little longer by chance."""
LONGEST_WAIT = 120.0
"""Where a repository asks for more seconds than these, the run ends and says so."""

T = TypeVar("T")


def patiently(do: Callable[[], T]) -> T:
    """Do something that looks before it acts; do it again while the repository is out of reach.

    Raises:
        LostError: It stays out of reach, or asks for more patience than is reasonable.
    """
    for pause in (*PAUSES, None):
        try:
            return do()
        except LostError as error:
            wait_after(error, pause)
    raise AssertionError("the last attempt returns or raises")


def wait_after(error: LostError, pause: float | None) -> None:
    """Wait until it is time for the next attempt; raise the error where there is to be none."""
    wait = error.after if error.after is not None else pause
    if pause is None or wait is None or wait > LONGEST_WAIT:
        raise error
    _log.info("%s; trying again in %.1f s", error.message, wait)
    time.sleep(wait + random.uniform(0, wait / 4))  # noqa: S311 - jitter, no secret
