"""Work that fails, in a module that a worker loads quickly."""

from __future__ import annotations

import os
from collections.abc import Sequence

from archive_pkg.collection.bulk.running import Done


def _good(batch: Sequence[int]) -> list[Done]:
    return [Done(str(number), "good") for number in batch]


def dying(batch: Sequence[int]) -> list[Done]:
    """End the process at numbers over 70, as the kernel does when memory is short."""
    if 70 in batch:
        os._exit(137)
    return _good(batch)


def speechless(batch: Sequence[int]) -> list[Done]:
    """Fail at 70, as a worker does that has no memory left to report its result."""
    if 70 in batch:
        raise MemoryError
    return _good(batch)


def filling(batch: Sequence[int]) -> list[Done]:
    """Report a full disk at 3."""
    full = Done("3", "failed", 5, error=("the disk is full", ""), fatal=True)
    return [full if number == 3 else Done(str(number), "good") for number in batch]
