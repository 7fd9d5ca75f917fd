"""Doing one thing to many subjects: streamed, a few batches at a time, none stopping the others."""

from __future__ import annotations

import traceback
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from archive_pkg import storage
from archive_pkg.errors import ArchivePkgError, StorageError
from archive_pkg.executors import Executor, InProcess, WorkerLostError
from archive_pkg.reports import Code, Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

S = TypeVar("S")
R = TypeVar("R")

WORKER_LOST = Code(
    "worker-lost",
    Severity.ERROR,
    "The process that worked on this subject died over it, twice: most often it had not enough "
    "memory. Everything else was done without it.",
)

FEW = 32
"""So few subjects are done by this process: to start others would take longer."""


_GRACE = 0.5
"""Seconds that work under way has to finish after an interruption.

A command ends 1.8 seconds after a signal. A busy disk needs most of that to remove what is staged.
"""


@dataclass(slots=True)
class Done:
    """What came of one subject.

    Attributes:
        path: The subject, as the caller named it or as it was found.
        outcome: In one word, "built", "valid"; "failed" where an error ended it.
        status: The exit status that it calls for.
        findings: What was found.
        error: What went wrong, and what to do; empty where nothing did.
        details: What else the command tells of it.
        fatal: Whether the same would happen to every other subject: the disk is full.
    """

    path: str
    outcome: str
    status: int = 0
    findings: list[Finding] = field(default_factory=list)
    error: tuple[str, str] = ("", "")
    details: dict[str, Any] = field(default_factory=dict)
    fatal: bool = False

    def as_json(self) -> dict[str, Any]:
        """A line of a report, and an entry of the command line's answer."""
        line: dict[str, Any] = {
            "path": self.path,
            "outcome": self.outcome,
            "findings": [finding.as_json() for finding in self.findings],
            **self.details,
        }
        if self.error[0]:
            line["error"] = {"message": self.error[0], "hint": self.error[1]}
        return line


class Work(Protocol[S]):  # type: ignore[misc]  # S is only taken
    """What is done to a batch of subjects, in whatever process; it can be pickled.

    It gives one `Done` for each subject, in their order, and raises nothing on their account.
    """

    def __call__(self, batch: Sequence[S], /) -> list[Done]:
        """Do it."""


NOT_BEGUN = "not-begun"
"""The outcome of a subject that was left alone because work had to stop."""

BUG = 1


def failed(path: object, error: ArchivePkgError) -> Done:
    """The `Done` of a subject that an error ended."""
    findings = list(getattr(error, "report", ()))
    told = (error.message, error.hint)
    full = isinstance(error, storage.FullError)
    return Done(str(path), "failed", error.exit_status, findings, told, fatal=full)


def guarded(path: object, do: Callable[[], R]) -> R | Done:
    """Do something to one subject; whatever it raises ends that subject alone."""
    try:
        with storage.storage_errors(f"working on {path}"):
            return do()
    except ArchivePkgError as error:
        return failed(path, error)
    except MemoryError:
        return failed(path, StorageError(f"{path}: memory is too small for it", "use fewer jobs"))
    except Exception as error:  # one letter that we trip over must not stop a hundred thousand
        last = traceback.extract_tb(error.__traceback__)[-1]
        told = f"a bug: {type(error).__name__}: {error} ({last.name}, line {last.lineno})"
        return Done(str(path), "failed", BUG, error=(told, "please report it"))


def run(
    work: Work[S],
    subjects: Iterable[S],
    take: Callable[[S, Done], None],
    *,
    executor: Callable[[], Executor],
    batch: int = FEW,
    few: int = FEW,
) -> None:
    """Have work done on all subjects.

    Subjects are taken from their stream as they are needed. When this is interrupted, work that
    finishes within half a second is taken, and the workers are killed, before the interruption
    goes on its way. When one of the subjects says that the disk is full, no others are begun.

    Args:
        work: What to do.
        subjects: To what.
        take: Called in this process with each subject and what came of it, as it comes.
        executor: Makes those who do it; not called where a few subjects are all there are.
        batch: How many subjects make one piece of work.
        few: Up to how many this process does by itself.

    Raises:
        FullError: The disk is full, and not everything was done.
        Exception: What `subjects` or `take` raises.
    """
    stream = iter(subjects)
    first = list(islice(stream, few))
    more = list(islice(stream, 1))
    team = executor() if more else InProcess()
    _Run(work, take, team).all(_batches(chain(first, more, stream), batch if more else 1))


def _batches(stream: Iterator[S], size: int) -> Iterator[list[S]]:
    while some := list(islice(stream, size)):
        yield some


class _Run:
    """One run of work."""

    def __init__(self, work: Work[S], take: Callable[[S, Done], None], executor: Executor) -> None:
        self._work = work
        self._tell = take
        self._executor = executor
        self._fatal: Done | None = None
        self._flying: dict[Future[list[Done]], list[Any]] = {}
        self._lost: deque[list[Any]] = deque()

    def all(self, batches: Iterator[list[Any]]) -> None:
        try:
            while self._advance(batches):
                if self._fatal:
                    message, hint = self._fatal.error
                    raise storage.FullError(f"{message}; the rest was not begun", hint)
        except Exception:
            self._end()
            raise
        except BaseException:
            self._break_off()
            raise
        self._end()

    def _advance(self, batches: Iterator[list[Any]]) -> bool:
        """Begin what there are hands for, and take what is done next; False when all is done."""
        if not self._lost:
            for batch in islice(batches, self._executor.width - len(self._flying)):
                self._start(batch)
        if self._flying:
            self._land()
        elif self._lost:
            self._retry(self._lost.popleft())
        else:
            return False
        return True

    def _take(self, subject: Any, done: Done) -> None:
        if done.fatal:
            self._fatal = done
        self._tell(subject, done)

    def _start(self, batch: list[Any]) -> None:
        self._flying[self._executor.submit(self._work, batch)] = batch

    def _land(self) -> None:
        done, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        for future in done:
            batch = self._flying.pop(future)
            try:
                results = self._executor.result(future)
            except WorkerLostError:
                self._lost.append(batch)
            else:
                for subject, result in zip(batch, results, strict=True):
                    self._take(subject, result)

    def _retry(self, batch: list[Any]) -> None:
        """Do a lost batch again with nothing beside it; halve it until the culprit is alone."""
        self._start(batch)
        self._land()
        if not self._lost or self._lost[-1] is not batch:
            return
        self._lost.pop()
        if len(batch) > 1:
            half = len(batch) // 2
            self._lost.extendleft((batch[half:], batch[:half]))
            return
        message = "the process that worked on it died; most often memory was too small"
        finding = WORKER_LOST.at(Location(str(batch[0])), message, "use fewer jobs, more memory")
        self._take(batch[0], Done(str(batch[0]), "failed", 5, [finding], (message, finding.hint)))

    def _end(self) -> None:
        """Wait for what is under way and take it; nothing new begins."""
        try:
            self._finish(None)
        except BaseException as error:
            if not isinstance(error, Exception):
                self._executor.kill()
            raise
        finally:
            self._executor.close()

    def _break_off(self) -> None:
        """Take what finishes within a moment, and kill the workers whatever they are doing."""
        try:
            self._finish(_GRACE)
        finally:
            # Even if nothing is waited for: a signal may come after a batch was handed to a
            # worker, and before it was noted here.
            self._executor.kill()
            self._executor.close()

    def _finish(self, seconds: float | None) -> None:
        for future in [each for each in self._flying if each.cancel()]:
            del self._flying[future]
        done, _ = wait(self._flying, seconds)
        for future in done:
            batch = self._flying.pop(future)
            if future.exception() is None:
                for subject, result in zip(batch, future.result(), strict=True):
                    self._take(subject, result)
