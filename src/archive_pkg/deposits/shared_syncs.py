"""Run several works that wait for the disk with one sync for all, not several for each.

A work is a generator. Where it needs something to be durable before it continues, it yields that
thing, and is resumed when the thing is durable. For a single work, only that thing is synced.
Several works each run up to the place where they wait; then one sync of the file system serves all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from archive_pkg import storage
from archive_pkg.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


class Unsynced(NamedTuple):
    """Something that has to be durable: its path, and what syncs it alone."""

    path: Path
    sync: Callable[[Path], None] = storage.sync_tree


Steps: TypeAlias = Generator[Sequence[Unsynced], None, T]
"""A work that yields what has to be durable before it continues."""


def run_alone(work: Steps[T]) -> T:
    """Run one work to its end and return its result; raise what ended it."""
    (outcome,) = run_together([work])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def run_together(works: Sequence[Steps[T]], at_once: int = 1) -> list[T | Exception]:
    """Run works to their ends; return the result of each, or the error that ended it.

    An error of one does not end the others. A sync that fails, fails for all works that wait for
    it. An interruption ends all of them.

    Args:
        works: The works.
        at_once: How many run at a time, each in a thread.
    """
    outcomes: dict[int, T | Exception] = {}
    asked: dict[int, Sequence[Unsynced]] = {}

    def advance(number: int, failure: Exception | None = None) -> None:
        asked.pop(number, None)
        work = works[number]
        try:
            asked[number] = work.throw(failure) if failure else next(work)
        except StopIteration as end:
            outcomes[number] = end.value
        except Exception as error:  # the caller reports it
            outcomes[number] = error

    with ThreadPoolExecutor(at_once) as pool:
        each = map if at_once == 1 or len(works) == 1 else pool.map
        try:
            deque(each(advance, range(len(works))), 0)
            while asked:
                wanted = [one for some in asked.values() for one in some]
                failure = _synced(wanted, len(asked))
                deque(each(partial(advance, failure=failure), sorted(asked)), 0)
        finally:
            pool.shutdown(cancel_futures=True)
            for work in works:
                work.close()
    return [outcomes[number] for number in range(len(works))]


def _synced(wanted: Sequence[Unsynced], works: int) -> Exception | None:
    """Make all of it durable; return what went wrong."""
    try:
        with storage.storage_errors("making it durable"):
            if works == 1:
                for each in wanted:
                    each.sync(each.path)
            else:
                devices = {each.path.stat().st_dev: each.path for each in wanted}
                for path in devices.values():
                    storage.sync_filesystem(path)
    except StorageError as error:
        return error
    return None
