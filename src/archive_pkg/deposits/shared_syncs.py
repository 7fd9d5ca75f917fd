"""Run several tasks with shared syncs of the disk.

A task is a generator. When paths must be durable before it continues, it yields them, and it is
resumed when they are durable. If a single task waits, only its paths are synced. If several wait,
the file systems of their paths are synced, each once for all tasks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.messages import _

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


class Unsynced(NamedTuple):
    """A path that must become durable, and the function that syncs only this path."""

    path: Path
    sync: Callable[[Path], None] = storage.sync_tree


Steps: TypeAlias = Generator[Sequence[Unsynced], None, T]
"""A task that yields the paths that must be durable before it continues."""


def run_alone(task: Steps[T]) -> T:
    """Run one task and return its result, or raise its exception."""
    (outcome,) = run_together([task])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def run_together(tasks: Sequence[Steps[T]], at_once: int = 1) -> list[T | Exception]:
    """Run tasks, and return the result or the exception of each, in order.

    If a task fails, the others go on. If a sync fails, its error is raised in every task that
    waited for it. An interruption ends all tasks.

    Args:
        tasks: The tasks.
        at_once: The number of tasks to run at a time, each in a thread.
    """
    outcomes: dict[int, T | Exception] = {}
    waiting: dict[int, Sequence[Unsynced]] = {}

    def advance(number: int, failure: Exception | None = None) -> None:
        waiting.pop(number, None)
        task = tasks[number]
        try:
            waiting[number] = task.throw(failure) if failure else next(task)
        except StopIteration as end:
            outcomes[number] = end.value
        except Exception as error:  # the caller reports it
            outcomes[number] = error

    with ThreadPoolExecutor(at_once) as pool:
        each = map if at_once == 1 or len(tasks) == 1 else pool.map
        try:
            deque(each(advance, range(len(tasks))), 0)
            while waiting:
                unsynced = [one for paths in waiting.values() for one in paths]
                failure = _synced(unsynced, len(waiting))
                deque(each(partial(advance, failure=failure), sorted(waiting)), 0)
        finally:
            pool.shutdown(cancel_futures=True)
            for task in tasks:
                task.close()
    return [outcomes[number] for number in range(len(tasks))]


def _synced(unsynced: Sequence[Unsynced], tasks: int) -> Exception | None:
    """Sync all paths; return the error if that fails, or None."""
    try:
        with storage.storage_errors(_("making it durable")):
            if tasks == 1:
                for each in unsynced:
                    each.sync(each.path)
            else:
                devices = {each.path.stat().st_dev: each.path for each in unsynced}
                for path in devices.values():
                    storage.sync_filesystem(path)
    except StorageError as error:
        return error
    return None
