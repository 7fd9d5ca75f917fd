"""Functions that fail, in a module that a worker loads quickly."""

from __future__ import annotations

import os
from collections.abc import Sequence

from archive_pkg.collection.bulk.running import Done


def _good(batch: Sequence[int]) -> list[Done]:
    return [Done(str(number), "good") for number in batch]


def dying(batch: Sequence[int]) -> list[Done]:
    """End the process for numbers over 70, as the kernel does when memory is short."""
    if 70 in batch:
        os._exit(137)
    return _good(batch)


def out_of_memory(batch: Sequence[int]) -> list[Done]:
    """Fail for 70 like a worker without memory for its result."""
    if 70 in batch:
        raise MemoryError
    return _good(batch)


def filling(batch: Sequence[int]) -> list[Done]:
    """Raise the error of a full disk for 3."""
    full = Done("3", "failed", 5, error=("the disk is full", ""), fatal=True)
    return [full if number == 3 else Done(str(number), "good") for number in batch]
