"""Work that fails, in a module that a worker loads quickly."""

from __future__ import annotations

import os

from archive_pkg.collection.bulk.running import Done


def _good(batch: list[int]) -> list[Done]:
    return [Done(str(number), "good") for number in batch]


def dying(batch: list[int]) -> list[Done]:
    """End as the kernel ends a process that takes too much memory, over 70."""
    if 70 in batch:
        os._exit(137)
    return _good(batch)


def speechless(batch: list[int]) -> list[Done]:
    """Fail at 70, as where there is no memory left to say what came of the work."""
    if 70 in batch:
        raise MemoryError
    return _good(batch)


def filling(batch: list[int]) -> list[Done]:
    """Find the disk full at 3."""
    full = Done("3", "failed", 5, error=("the disk is full", ""), fatal=True)
    return [full if number == 3 else Done(str(number), "good") for number in batch]
