"""Many works that wait for the disk together: one sync for all of them, not several for each.

A work is a generator. Wherever it must not go on before something is durable it yields what that
is; when it is resumed, it is. One by itself has just that synced; of several, each goes on to where
it has to wait, and then one sync of the file system serves them all.
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
    """Something that has to be durable: where it is, and what makes it so by itself."""

    path: Path
    sync: Callable[[Path], None] = storage.sync_tree


Steps: TypeAlias = Generator[Sequence[Unsynced], None, T]
"""A work that says what has to be durable before it goes on."""


def alone(work: Steps[T]) -> T:
    """Take one work to its end; whatever ends it is raised."""
    (outcome,) = together([work])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def together(works: Sequence[Steps[T]], at_once: int = 1) -> list[T | Exception]:
    """Take works to their ends; what each came to, or what ended it, which leaves the others be.

    Where a sync fails, it fails for all who wait for it. An interruption ends all of them.

    Args:
        works: The works.
        at_once: How many take their steps at a time, each in a thread.
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
        except Exception as error:  # it is the caller's to tell what it means
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
    """Make all of it durable; what went wrong."""
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
