"""Run work on many subjects in batches. A failure does not stop the others."""

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
    "The worker process died twice on this subject, most often because it ran out of memory. "
    "Everything else was done. Use fewer jobs, or a machine with more memory.",
)

FEW = 32
"""Up to this number of subjects, the work is done in this process, which is faster."""
ROUNDS = 4
"""The number of batches for each worker if there are few subjects."""


_GRACE = 0.5
"""Seconds in which running work can finish after an interruption.

A command ends 1.8 seconds after a signal. A busy disk needs most of that to remove staged files.
"""


@dataclass(slots=True)
class Done:
    """The result of work on one subject.

    Attributes:
        path: The subject, as the caller named it or as it was found.
        outcome: The outcome in a word or two, such as "built"; "failed" after an error.
        status: The exit status for it.
        findings: The findings.
        error: The message and the hint of an error; both are empty if there was none.
        details: More values for the command's report.
        fatal: Whether all other subjects would fail, too, because the disk is full.
    """

    path: str
    outcome: str
    status: int = 0
    findings: list[Finding] = field(default_factory=list)
    error: tuple[str, str] = ("", "")
    details: dict[str, Any] = field(default_factory=dict)
    fatal: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the result for a line of a report, or for the output of `--json`."""
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
    """Work on a batch of subjects, which runs in any process and can be pickled.

    Returns one `Done` per subject, in order. Errors of a subject become its `Done`.
    """

    def __call__(self, batch: Sequence[S], /) -> list[Done]:
        """Do the work."""


NOT_BEGUN = "not-begun"
"""The outcome of a subject that was not started because work had to stop."""

BUG = 1


def failed(path: object, error: ArchivePkgError) -> Done:
    """Return the `Done` of a subject that failed with an error."""
    findings = list(getattr(error, "report", ()))
    message = (error.message, error.hint)
    full = isinstance(error, storage.FullError)
    return Done(str(path), "failed", error.exit_status, findings, message, fatal=full)


def guarded(path: object, do: Callable[[], R]) -> R | Done:
    """Return the result of a function for one subject; turn an exception into a failed `Done`."""
    try:
        with storage.storage_errors(f"working on {path}"):
            return do()
    except ArchivePkgError as error:
        return failed(path, error)
    except MemoryError:
        return failed(path, StorageError(f"{path}: not enough memory", "Use fewer jobs."))
    except Exception as error:  # one letter must not stop the others
        last = traceback.extract_tb(error.__traceback__)[-1]
        message = f"a bug: {type(error).__name__}: {error} ({last.name}, line {last.lineno})"
        return Done(str(path), "failed", BUG, error=(message, "please report it"))


def run(
    work: Work[S],
    subjects: Iterable[S],
    take: Callable[[S, Done], None],
    *,
    executor: Callable[[], Executor],
    batch: int = FEW,
    few: int = FEW,
    rounds: int = ROUNDS,
) -> None:
    """Run work on all subjects.

    Subjects are read from the iterable as they are needed. After an interruption, results that
    arrive within half a second are used. Then the workers are killed, and the interruption is
    raised again. If a subject reports that the disk is full, no more subjects are started.

    Args:
        work: The work.
        subjects: The subjects.
        take: Called in this process with each subject and its result.
        executor: Returns the executor. It is not called if there are few subjects.
        batch: The most subjects that a worker gets at a time. If there are fewer for each worker,
            they are divided into several batches for each, so that progress is seen.
        few: Up to this number of subjects, this process does the work itself.
        rounds: The number of batches for each worker that are read ahead.

    Raises:
        FullError: The disk is full, and not everything was done.
        Exception: Any exception that `subjects` or `take` raises.
    """
    stream = iter(subjects)
    first = list(islice(stream, few))
    more = list(islice(stream, 1))
    chosen = executor() if more else InProcess()
    width = chosen.width * rounds
    batches = _batches(chain(first, more, stream), batch if more else 1, width)
    _BatchRun(work, take, chosen).all(batches)


def _batches(stream: Iterator[S], size: int, width: int) -> Iterator[list[S]]:
    ahead = list(islice(stream, width * size))
    size = max(1, len(ahead) // width)
    stream = chain(ahead, stream)
    while some := list(islice(stream, size)):
        yield some


class _BatchRun:
    """One run of work with an executor."""

    def __init__(self, work: Work[S], take: Callable[[S, Done], None], executor: Executor) -> None:
        self._work = work
        self._report = take
        self._executor = executor
        self._fatal: Done | None = None
        self._running: dict[Future[list[Done]], list[Any]] = {}
        self._lost: deque[list[Any]] = deque()

    def all(self, batches: Iterator[list[Any]]) -> None:
        try:
            while self._advance(batches):
                if self._fatal:
                    message, hint = self._fatal.error
                    raise storage.FullError(f"{message}; the rest was not started", hint)
        except Exception:
            self._end()
            raise
        except BaseException:
            self._break_off()
            raise
        self._end()

    def _advance(self, batches: Iterator[list[Any]]) -> bool:
        """Start a batch for each idle worker, and collect results; return False at the end."""
        if not self._lost:
            for batch in islice(batches, self._executor.width - len(self._running)):
                self._start(batch)
        if self._running:
            self._collect()
        elif self._lost:
            self._retry(self._lost.popleft())
        else:
            return False
        return True

    def _take(self, subject: Any, done: Done) -> None:
        if done.fatal:
            self._fatal = done
        self._report(subject, done)

    def _start(self, batch: list[Any]) -> None:
        self._running[self._executor.submit(self._work, batch)] = batch

    def _collect(self) -> None:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            batch = self._running.pop(future)
            try:
                results = self._executor.result(future)
            except WorkerLostError:
                self._lost.append(batch)
            else:
                for subject, result in zip(batch, results, strict=True):
                    self._take(subject, result)

    def _retry(self, batch: list[Any]) -> None:
        """Run a lost batch again alone; halve it until the fatal subject is found."""
        self._start(batch)
        self._collect()
        if not self._lost or self._lost[-1] is not batch:
            return
        self._lost.pop()
        if len(batch) > 1:
            half = len(batch) // 2
            self._lost.extendleft((batch[half:], batch[:half]))
            return
        message = "the worker process died, most often because it ran out of memory"
        finding = WORKER_LOST.at(
            Location(str(batch[0])), message, "Use fewer jobs, or more memory."
        )
        self._take(batch[0], Done(str(batch[0]), "failed", 5, [finding], (message, finding.hint)))

    def _end(self) -> None:
        """Wait for the running batches and collect their results, without starting new ones."""
        try:
            self._finish(None)
        except BaseException as error:
            if not isinstance(error, Exception):
                self._executor.kill()
            raise
        finally:
            self._executor.close()

    def _break_off(self) -> None:
        """Collect results that arrive within `_GRACE`, and kill the workers."""
        try:
            self._finish(_GRACE)
        finally:
            # Even without running batches: a signal can come after a batch was given to a
            # worker and before it was noted here.
            self._executor.kill()
            self._executor.close()

    def _finish(self, seconds: float | None) -> None:
        for future in [each for each in self._running if each.cancel()]:
            del self._running[future]
        done, _ = wait(self._running, seconds)
        for future in done:
            batch = self._running.pop(future)
            if future.exception() is None:
                for subject, result in zip(batch, future.result(), strict=True):
                    self._take(subject, result)
