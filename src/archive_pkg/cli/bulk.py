"""Report the results for many subjects: one by one, or grouped at the end."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from archive_pkg.cli.counting import CountedProgress, progress_wanted
from archive_pkg.cli.interruptions import Interrupted, expect_bulk
from archive_pkg.cli.language import translated
from archive_pkg.cli.output import (
    FEW,
    Answer,
    complain,
    findings_of,
    json_text,
    print_finding,
    takes_output,
)
from archive_pkg.cli.run_reports import RunReport
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.messages import _, plural, term
from archive_pkg.reports import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archive_pkg import executors
    from archive_pkg.collection import ByteCounter, Done
    from archive_pkg.reports import Finding

S = TypeVar("S")

Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, help="Number of processes [default: one per processor]."),
]
Executor = Annotated[
    str,
    typer.Option("--executor", help="Run on a Dask cluster: dask:tcp://HOST:8786."),
]
Gentle = Annotated[
    bool,
    typer.Option(
        "--low-priority",
        help="Run at the lowest priority (nice 19), so that other programs go first.",
    ),
]
Repositories = Annotated[
    list[str] | None,
    typer.Option(
        "--repository",
        metavar="ADDRESS",
        help="A server that you trust: receipts may name it, and it may get your login; "
        "repeatable. Repositories on a local disk need not be listed.",
    ),
]
LimitRate = Annotated[
    str,
    typer.Option(
        "--limit-rate", metavar="BYTES", help="Read at most this much per second, such as 50M."
    ),
]

_EXAMPLES = 5
"""Of grouped findings, up to this many of one code are printed; `--report` has all of them."""

_COUNTED = 200_000
"""Up to this many subjects are found before the work begins, so that a terminal can show how many
there are."""


class BulkAnswer:
    """Reports the results for many subjects: one by one if they are few, grouped if many.

    Of grouped results, only counts and a few examples are kept in memory.

    Attributes:
        stopped: Whether an exception, such as an interruption, ended the work.
        if_none: The sentence to print if there were no subjects and no errors.
        together: Whether to print warnings and advice after the last result, grouped.
    """

    def __init__(
        self, answer: Answer, report: RunReport | None, meter: ByteCounter | None = None
    ) -> None:
        self._answer = answer
        self._report = report
        self._counts: dict[str, int] = {}
        self._codes: dict[str, tuple[int, list[tuple[str, Finding]]]] = {}
        self._errors: dict[str, tuple[int, list[str]]] = {}
        self._first = True
        self._about_all: list[Finding] = []
        self._held: list[Finding] = []
        self._closing: dict[str, object] = {}
        self._line = CountedProgress(shown=not answer.quiet)
        self._meter = meter
        self._lines: Callable[[Done], Iterable[str]] | None = None
        self.stopped = False
        self.if_none = ""
        self.together = False

    def ahead(
        self, subjects: Iterable[S], lines: Callable[[Done], Iterable[str]]
    ) -> tuple[Iterable[S], bool]:
        """Look ahead to decide whether to print results one by one or grouped.

        Args:
            subjects: The subjects, as they are found.
            lines: Returns the lines to print about a result.

        Returns:
            The subjects, including those that were looked at, and whether they are few.
        """
        stream = iter(subjects)
        first = list(islice(stream, FEW + 1))
        few = len(first) <= FEW
        self._lines = lines if few else None
        if progress_wanted() and not few:
            # Records of tables take more memory than paths.
            first += islice(stream, _COUNTED if isinstance(first[0], Path) else _COUNTED // 50)
        last = list(islice(stream, 1))
        self._line.total = 0 if last else len(first)
        return chain(first, last, stream), few

    def expect(self, total: int) -> None:
        """Set how many results there will be, for the progress in a terminal."""
        self._line.total = total

    def print_each(self, lines: Callable[[Done], Iterable[str]]) -> None:
        """Print results one by one, even if there are many."""
        self._lines = lines

    def take(self, done: Done) -> None:
        """Report the result for one subject. Raises StorageError if the report is not writable."""
        self._counts[done.outcome] = self._counts.get(done.outcome, 0) + 1
        if done.status:
            self._answer.worsen(done.status)
        result = done.as_json()
        line = json_text(result)
        if self._report is not None:
            self._report.add(done.path, done.outcome, result)
        if self._answer.as_json:
            typer.echo(line if self._first else "," + line)
            self._first = False
        if self._lines is not None:
            self._print(done, self._lines(done))
            return
        for finding in done.findings:
            self._count(finding, done.path)
        if done.error[0] and not any(map(_is_error, done.findings)):
            count, messages = self._errors.setdefault(done.error[1], (0, []))
            if len(messages) < _EXAMPLES:
                messages.append(done.error[0])
            self._errors[done.error[1]] = (count + 1, messages)
        self._progress()

    def _print(self, done: Done, lines: Iterable[str]) -> None:
        """Print the complete result for one subject: the outcome first, then the findings."""
        answer = self._answer
        if answer.as_json:
            return
        self._line.clear()
        if done.error[0]:
            complain(ArchivePkgError(*done.error))
        else:
            for line in lines:
                answer.say(line)
        held = [each for each in done.findings if self.together and not _is_error(each)]
        self._held += [_about(each, done.path) for each in held]
        answer.show([each for each in done.findings if each not in held], done.path)

    def take_for_subject(self, _: object, done: Done) -> None:
        """Report a result, as `take` does. The subject, the first argument, is not used."""
        self.take(done)

    def found(self, findings: Iterable[Finding]) -> None:
        """Report findings that are not about a single subject."""
        for finding in findings:
            self._about_all.append(finding)
            if _is_error(finding):
                self._answer.worsen(3)

    def closing(self, figures: dict[str, object]) -> None:
        """Set the figures to print at the end, after the counts."""
        self._closing = figures

    def _count(self, finding: Finding, subject: str) -> None:
        count, some = self._codes.setdefault(finding.code, (0, []))
        if len(some) < _EXAMPLES:
            some.append((subject, finding))
        self._codes[finding.code] = (count + 1, some)

    @property
    def summary(self) -> str:
        """The number of results for each outcome, in words."""
        counts = [
            _("{count:,} {outcome}", count=count, outcome=term("outcome of a run", outcome))
            for outcome, count in self._counts.items()
        ]
        return ", ".join(map(translated, counts)) or self.if_none or _("nothing to do")

    def end(self) -> None:
        """Print the grouped findings, then the counts and the figures."""
        answer = self._answer
        self._line.clear()
        if answer.as_json:
            rest = {
                "counts": self._counts,
                **({"summary": self._closing} if self._closing else {}),
                "findings": [finding.as_json() for finding in self._about_all],
                "status": answer.status,
            }
            typer.echo("], " + json_text(rest)[1:])
            return
        done = sum(self._counts.values())
        grouped = self._lines is None
        idle = not (done or answer.status or self.stopped)
        answer.show([*self._about_all, *self._held], "")
        groups = sorted(self._codes.items(), key=lambda group: not _is_error(group[1][1][0][1]))
        for code, (count, some) in groups:
            if _is_error(some[0][1]) or not answer.quiet:
                for subject, finding in some:
                    print_finding([finding], subject=subject, err=answer.err)
                if count > len(some):
                    left = count - len(some)
                    more = plural(
                        "and {n:,} more [{code}]", "and {n:,} more [{code}]", left, code=code
                    )
                    typer.echo(f"         {translated(more)}", err=answer.err)
        for hint, (number, messages) in self._errors.items():
            for message in messages[:-1]:
                complain(ArchivePkgError(message))
            last, left = messages[-1], number - len(messages)
            if left > 0:
                last = plural("{text} (and {n:,} more)", "{text} (and {n:,} more)", left, text=last)
            complain(ArchivePkgError(last, hint))
        if done > 1 or (done and grouped) or (idle and (grouped or self.if_none)):
            answer.say(self.summary)
        for name, value in self._closing.items():
            known = term("figure", name)
            if isinstance(value, int):
                answer.say(_("{name}: {value:,}", name=known, value=value))
            else:
                answer.say(_("{name}: {value}", name=known, value=value))

    def _progress(self) -> None:
        done = sum(self._counts.values())
        if self._meter is None:
            self._line.show(done, self.summary)
        else:
            what = self.summary if done else "sending"
            self._line.show_bytes(self._meter.total(), done, what)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Show the number of bytes sent while the block runs."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.25):
                self._progress()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _about(finding: Finding, subject: str) -> Finding:
    """Return a finding whose place names its subject."""
    place = finding.location
    if place.path.startswith(subject.rstrip("/") + "/"):
        return finding
    return replace(finding, location=replace(place, path=subject))


@contextmanager
def bulk_answering(
    command: str,
    report: Path | None,
    *,
    as_json: bool,
    quiet: bool,
    meter: ByteCounter | None = None,
    metrics: Path | None = None,
    files: Sequence[Path | None] = (),
    subjects: Sequence[Path] = (),
) -> Iterator[BulkAnswer]:
    """Report the results for many subjects, then end the command with its status.

    With `--json` the document is streamed: `{"command", "results": […], "counts", "status"}`. After
    an interruption it is still complete JSON.

    Args:
        command: The name of the command.
        report: The file for one line per result; "-" is standard output.
        as_json: See `Answer`.
        quiet: See `Answer`.
        meter: Counts the bytes that are sent, if any.
        metrics: The file for figures about the run.
        files: Other output files; see `answering`.
        subjects: Input files that must not be overwritten; see `answering`.
    """
    taken = takes_output([report, metrics, *files], as_json=as_json, subjects=subjects)
    answer = Answer(command, as_json=as_json, quiet=quiet, taken=taken)
    run_report = RunReport(command, report, metrics)
    if as_json:
        typer.echo(f'{{"command": {json.dumps(command)}, "results": [')
    bulk = BulkAnswer(answer, run_report, meter)
    try:
        with bulk.watched() if meter is not None else nullcontext():
            yield bulk
    except ArchivePkgError as error:
        findings = list(findings_of(error))
        complain(error, findings)
        bulk.found(findings)
        answer.worsen(error.exit_status)
    except BaseException as error:
        bulk.stopped = True
        if isinstance(error, Interrupted):
            answer.status = error.exit_status
        raise
    finally:
        bulk.end()
        run_report.end(1 if bulk.stopped and not answer.status else answer.status)
    sys.stdout.flush()
    if answer.status:
        raise typer.Exit(answer.status)


def executor_from(
    jobs: int | None, address: str = "", *, gentle: bool = False
) -> Callable[[], executors.Executor]:
    """Return a function that starts the executor that the options ask for."""
    from archive_pkg.executors import executor_for

    if address and jobs is not None:
        raise UsageError(
            "--jobs does not work with --executor", "Omit --jobs: the cluster decides."
        )
    expect_bulk()
    return lambda: executor_for(jobs, address, gentle=gentle)


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def parse_bytes(text: str) -> int:
    """Read a number of bytes: 50M, 1.5G. Raises UsageError."""
    bare = text.strip().lower().removesuffix("b")
    unit = bare[-1:] if bare[-1:].isalpha() else ""
    try:
        number = float(bare.removesuffix(unit)) * _UNITS[unit]
    except (ValueError, KeyError) as error:
        raise UsageError(
            f"{text!r} is not a number of bytes", "Write it like 50M or 2G."
        ) from error
    if not 1 <= number < 10**18:
        raise UsageError(f"{text!r} is too small or too large", "Write it like 50M or 2G.")
    return int(number)


def rate_of(limit: str, jobs: int | None) -> float:
    """Return the limit for each process, or 0 for no limit. Raises UsageError."""
    from archive_pkg.storage.processes import cpus

    return parse_bytes(limit) / (jobs or cpus()) if limit else 0
