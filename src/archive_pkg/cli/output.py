"""Print the results of commands, and end them with their exit status.

A command prints lines for people as it works. With `--json` it prints one document at its end:
`{"command", "status", "results": [{"path", …, "findings": […], "error"}]}`.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from archive_pkg.cli.counting import CountedProgress
from archive_pkg.cli.language import message_language, translated
from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.messages import _, plural, term, within
from archive_pkg.reports import Severity
from archive_pkg.storage import (
    NotRegularError,
    describe,
    left_out,
    storage_errors,
    unreadable,
    write_output,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.cli.run_reports import RunReport
    from archive_pkg.collection import Done
    from archive_pkg.reports import Finding

Json = Annotated[bool, typer.Option("--json", help="Write one JSON document to standard output.")]
STANDARD_OUTPUT = "-"
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")]

S = TypeVar("S")

FEW = 8
"""The results for up to this many subjects are printed one by one; those for more are grouped."""

_EXAMPLES = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.ADVICE: 3}
"""Up to this many findings of one kind are printed about a subject; `--json` gives all."""
_PLACES = 10
_PLACES_IN_FILE = 3
"""Up to this many places of one finding are printed, if they are in several files or in one."""
_VARIABLE = re.compile(r"“[^”]*”|\d[\d./:-]*")
"""What can differ between findings of one kind: quoted words, numbers and dates."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
# Exit statuses, gravest first: a bug, storage, deposits, invalid input, wrong usage.
_GRAVITY = (1, 5, 4, 3, 2, 0)


class Answer:
    """The results of a command, and its exit status.

    Attributes:
        status: The gravest exit status so far.
        as_json: Whether to print one JSON document.
        quiet: Whether to print only errors.
        err: Whether to print findings to standard error, because standard output has a document.
        taken: Whether standard output is reserved for the bytes of a file.
        run_report: Gets each result, too.
        grouped: Whether there are so many subjects that findings are printed together at the end.
    """

    def __init__(
        self,
        command: str,
        *,
        as_json: bool,
        quiet: bool = False,
        err: bool = False,
        taken: bool = False,
        run_report: RunReport | None = None,
    ) -> None:
        self.command = command
        self.err = err or taken
        self.taken = taken
        self.as_json = as_json
        self.quiet = quiet
        self.run_report = run_report
        self.status = 0
        self.results: list[dict[str, Any]] = []
        self.grouped = False
        self._line = CountedProgress(shown=False)
        self._held: list[Finding] = []

    def each(self, subjects: Sequence[S]) -> Iterator[S]:
        """Yield subjects, and show in a terminal how many are done.

        If there are many, their findings are printed together after the last one.
        """
        self.grouped = len(subjects) > FEW
        line = self._line = CountedProgress(len(subjects), shown=not self.quiet)
        for done, subject in enumerate(subjects):
            line.show(done)
            yield subject
        line.clear()
        held, self._held, self.grouped = self._held, [], False
        self.show(held, "", by_code=True)

    @contextmanager
    def about(self, path: object) -> Iterator[dict[str, Any]]:
        """Collect the result for one subject. Report an error about it and continue."""
        result: dict[str, Any] = {"path": str(path), "findings": []}
        self.results.append(result)
        before, self.status = self.status, 0
        try:
            with storage_errors(f"working on {path}"):
                yield result
        except ArchivePkgError as error:
            self.failed(result, error)
        finally:
            status = self.status
            self.worsen(before)
        if self.run_report is not None:
            outcome = "failed" if status else "done"
            line = {"path": result["path"], "outcome": outcome, "status": status} | result
            self.run_report.add(result["path"], outcome, line)

    def failed(self, result: dict[str, Any], error: ArchivePkgError) -> None:
        """Report an error, then the findings that caused it, errors first."""
        listed = list(findings_of(error))
        result["error"] = {"message": error.message, "hint": error.hint}
        self.worsen(error.exit_status)
        path = result.get("path", "")
        if path and path not in error.message:  # each log line must name its subject
            error = ArchivePkgError(
                _("{path}: {message}", path=path, message=error.message), error.hint
            )
        self._line.clear()
        complain(error, [one for one in listed if one.severity is Severity.ERROR])
        self.found(result, listed)

    def noted(self, done: Done) -> None:
        """Report an item that a search could not include."""
        result: dict[str, Any] = {"path": done.path, "findings": []}
        self.results.append(result)
        self.found(result, done.findings)
        self.worsen(done.status)

    def unreadable(self, error: OSError) -> None:
        """Report a folder or file that a search cannot read, or a link that it does not follow."""
        path = os.fsdecode(error.filename or "")
        result: dict[str, Any] = {"path": path, "findings": []}
        self.results.append(result)
        if isinstance(error, NotRegularError):
            self.found(result, [left_out(path, str(error.strerror))])
            return
        self.failed(result, unreadable(path, error))

    def found(
        self, result: dict[str, Any], findings: Iterable[Finding], *, together: bool = False
    ) -> None:
        """Report findings. An error among them makes the status at least 3.

        Args:
            result: The result for their subject.
            findings: The findings.
            together: Whether to print them after the last subject, even if there are few.
        """
        listed = list(findings)
        result["findings"] += [finding.as_json() for finding in listed]
        if any(finding.severity is Severity.ERROR for finding in listed):
            self.worsen(3)
        subject = result.get("path", "")
        if self.grouped or together:
            self._held += [
                one
                if one.location.path
                else replace(one, location=replace(one.location, path=subject))
                for one in listed
            ]
        else:
            self.show(listed, subject)

    def show(self, findings: Iterable[Finding], subject: str, *, by_code: bool = False) -> None:
        """Print findings for people: errors, then warnings, then advice.

        Findings that say the same are one. Of findings that differ only in quoted words and
        numbers, or of all with one code (`by_code`), the first ones are printed; see `_EXAMPLES`.
        """
        if self.as_json:
            return
        alike: dict[tuple[str, str], dict[tuple[str, str], list[Finding]]] = {}
        for finding in sorted(findings, key=lambda one: list(Severity).index(one.severity)):
            if finding.severity is Severity.ERROR or not self.quiet:
                shape = "" if by_code else _VARIABLE.sub("…", finding.message)
                group = alike.setdefault((finding.code, shape), {})
                group.setdefault((finding.message, finding.hint), []).append(finding)
        printed: list[tuple[list[Finding], int]] = []
        for group in alike.values():
            same = list(group.values())
            most = _EXAMPLES[same[0][0].severity]
            printed += [(one, 0) for one in same[:most]]
            printed[-1] = printed[-1][0], sum(map(len, same[most:]))
        for (one, more), after in zip_longest(printed, printed[1:]):
            first = one[0]
            following = after[0][0] if after else None
            repeated = following and (following.code, following.hint) == (first.code, first.hint)
            print_finding(one, subject=subject, err=self.err, with_hint=bool(more or not repeated))
            if more:
                text = plural(
                    "and {n:,} more like this [{code}], see --json",
                    "and {n:,} more like this [{code}], see --json",
                    more,
                    code=first.code,
                )
                typer.echo(f"         {translated(text)}", err=self.err)

    def say(self, text: str = "", *, bold: bool = False) -> None:
        """Print a line for people, unless `--json` or `--quiet` is given."""
        if not (self.as_json or self.quiet):
            self._line.clear()
            text = clean(translated(text))
            shown = typer.style(text, bold=True) if bold else text
            typer.echo(shown, err=self.taken)

    def say_of_one(self, text: str) -> None:
        """Print a line about one subject, unless there are many."""
        if not self.grouped:
            self.say(text)

    def worsen(self, status: int) -> None:
        """Set the status to a new one if the new one is graver."""
        self.status = min(self.status, status, key=_GRAVITY.index)


@contextmanager
def answering(
    command: str,
    *,
    as_json: bool = False,
    quiet: bool = False,
    err: bool = False,
    report: Path | None = None,
    metrics: Path | None = None,
    files: Sequence[Path | None] = (),
    subjects: Sequence[Path] = (),
) -> Iterator[Answer]:
    """Collect the results of a command, then print the JSON document and exit with its status.

    Args:
        command: The name of the command.
        as_json: See `Answer`.
        quiet: See `Answer`.
        err: See `Answer`.
        report: The file for one line per result; "-" is standard output.
        metrics: The file for figures about the run.
        files: Other output files; one of them may be "-", standard output.
        subjects: Input files that must not be overwritten, besides records and packages.
    """
    taken = takes_output([report, metrics, *files], as_json=as_json, subjects=subjects)
    run_report = None
    if report is not None or metrics is not None:
        from archive_pkg.cli.run_reports import RunReport

        run_report = RunReport(command, report, metrics)
    answer = Answer(
        command, as_json=as_json, quiet=quiet, err=err, taken=taken, run_report=run_report
    )
    try:
        yield answer
    except ArchivePkgError as error:
        result: dict[str, Any] = {"findings": []}
        answer.results.append(result)
        answer.failed(result, error)
    except BaseException as error:
        answer.status = getattr(error, "exit_status", 1)
        raise
    finally:
        if run_report is not None:
            run_report.end(answer.status)
    if as_json:
        document = {"command": command, "status": answer.status, "results": answer.results}
        typer.echo(json_text(document, indent=2))
    if answer.status:
        raise typer.Exit(answer.status)


def takes_output(
    files: Sequence[Path | None], *, as_json: bool, subjects: Sequence[Path] = ()
) -> bool:
    """Return whether one of the files is "-", standard output.

    Raises:
        UsageError: More than one needs standard output, or one must not be overwritten; see
            `refuse_output`.
    """
    for file in files:
        if file is not None and str(file) != STANDARD_OUTPUT:
            from archive_pkg.packages.output_protection import refuse_output

            refuse_output(file, subjects)
    wanted = sum(str(file) == STANDARD_OUTPUT for file in files) + as_json
    if wanted > 1:
        raise UsageError("standard output can take only one document", "Write the others to files.")
    return bool(wanted) and not as_json


def mode_for(audience: str, *sources: Path) -> int:
    """Return the permissions for an output: those of its sources at most, unless it is public."""
    from archive_pkg.packages.output_protection import source_mode

    if audience == "public":
        return 0o777
    with storage_errors("reading permissions"):
        return source_mode(*sources)


def write_file(path: Path, data: bytes, *, replace: bool = True, mode: int = 0o777) -> None:
    """Write an output file; "-" is standard output.

    Args:
        path: The file.
        data: Its bytes.
        replace: Whether to replace an existing file.
        mode: Its permissions before the umask; see `mode_for`.

    Raises:
        DestinationExistsError: The file exists, and `replace` is not set.
        StorageError: The file cannot be written.
    """
    if str(path) == STANDARD_OUTPUT:
        emit(data)
    else:
        write_output(path, data, replace=replace, mode=mode)


@contextmanager
def file_for(path: Path, suffix: str) -> Iterator[Path]:
    """Yield the file to write. For "-", yield a temporary one and copy it to standard output.

    Args:
        path: The output file.
        suffix: The suffix of the temporary file.
    """
    if str(path) != STANDARD_OUTPUT:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, f"output{suffix}")
        yield made
        emit(made.read_bytes())


def no_stream(folder: Path | None) -> Path | None:
    """Return a folder to write to. Refuse "-", a file, and a folder in a package."""
    if str(folder) == STANDARD_OUTPUT:
        raise UsageError(
            "a folder cannot be written to standard output", "Name a folder, such as ./out."
        )
    if folder is not None:
        if folder.is_file():
            raise StorageError(f"{folder} is a file, not a folder", "Name a folder.")
        from archive_pkg.packages.output_protection import refuse_in_package

        refuse_in_package(folder)
    return folder


def print_finding(
    group: Sequence[Finding], *, subject: str = "", err: bool = False, with_hint: bool = True
) -> None:
    """Print findings for people that differ only in their places: places, message, code and hint.

    Args:
        group: The findings; see `_PLACES`.
        subject: The path that they are about. It is printed unless the place begins with it.
        err: Whether to print to standard error.
        with_hint: Whether to print the hint. A repeated hint is printed once.
    """
    finding = group[0]
    severity = translated(term("severity", str(finding.severity)))
    head = typer.style(f"{severity:8}", fg=_COLOURS[finding.severity], bold=True)
    in_one_file = all(one.location.path == finding.location.path for one in group)
    most = _PLACES_IN_FILE if in_one_file else _PLACES
    places = [_place(one, subject) for one in group[:most]]
    if len(group) > most:
        more = plural("and {n:,} more, see --json", "and {n:,} more, see --json", len(group) - most)
        places.append(translated(more))
    code = typer.style(f"[{finding.code}]", dim=True)
    typer.echo(f"{head} {places[0]}" if places[0] else head.rstrip(), err=err)
    for place in places[1:]:
        typer.echo(f"         {place}", err=err)
    message = _DIGEST.sub(r"\1…", translated(finding.message))
    typer.echo(f"         {_indented(message)} {code}", err=err)
    if finding.hint and with_hint:
        typer.echo(f"         → {_indented(_sentence(translated(finding.hint)))}", err=err)


_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")
"""A checksum. In messages for people, its beginning is enough."""


def _place(finding: Finding, subject: str) -> str:
    """Return the place of a finding, after the subject unless the place begins with it."""
    with within(message_language()):
        place = str(finding.location)
    if subject not in (".", finding.location.path):
        beneath = finding.location.path.startswith(subject.rstrip("/") + "/")
        place = place if beneath else ": ".join(filter(None, (subject, place)))
    return _indented(place)


def _sentence(hint: str) -> str:
    """Return a hint with a capital letter first, unless it begins with a name or a command."""
    first = hint.partition(" ")[0]
    return hint[:1].upper() + hint[1:] if first.rstrip(",:").isalpha() else hint


def _indented(text: str) -> str:
    """Indent the lines of a string, so that none looks like a line of the program's own."""
    return clean(text).replace("\n", "\n         ")


def warn(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(clean(translated(text)), err=True)


def findings_of(error: ArchivePkgError) -> Iterable[Finding]:
    """Return the findings that caused an error."""
    return getattr(error, "report", None) or ()


def complain(error: ArchivePkgError, listed: Sequence[Finding] = ()) -> None:
    """Print an error to standard error, without the finding that is printed after it.

    Args:
        error: The error. Its message may end in its first finding.
        listed: The errors that are printed after it.
    """
    message, hint = error.message, error.hint
    for first in listed[:1]:
        if (cause := f": {first.location}: {first.message}") in message:
            message = message.partition(cause)[0]
        hint = "" if hint == first.hint else hint
    typer.echo(
        typer.style(f"{translated(term('severity', 'error'))}: ", fg="red", bold=True)
        + clean(translated(message)),
        err=True,
    )
    if hint:
        typer.echo(f"       → {clean(_sentence(translated(hint)))}", err=True)


_STEERING = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters that move the cursor, break or reverse a line, or cannot be encoded in UTF-8."""


def clean(text: str, *, lines: bool = False) -> str:
    """Escape the characters of a string that could control a terminal or reverse a line.

    File names and tag values can come from anyone.

    Args:
        text: The text.
        lines: Whether to keep line breaks and tabs.
    """
    kept = "\xad\u200c\u200d\n\t" if lines else "\xad\u200c\u200d"  # scripts need the joiners
    return _STEERING.sub(
        lambda found: found[0] if found[0] in kept else found[0].encode("unicode_escape").decode(),
        text,
    )


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON with control characters escaped and other scripts readable."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not is_utf8, indent=indent)
    return _STEERING.sub(lambda found: found[0] if found[0] == "\n" else _escaped(found[0]), text)


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1]


class OutputError(Exception):
    """Standard output cannot be written. The cause is the error of the operating system.

    It is not an OSError, so that no command handles it as an error of its own files.
    """


class _Output(io.TextIOWrapper):
    def write(self, text: str) -> int:
        with _output_errors():
            return super().write(text)

    def flush(self) -> None:
        with _output_errors():
            super().flush()


class _Errors(io.TextIOWrapper):
    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):  # there is nowhere left to report it
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(str(error)) from error


def ready_streams() -> None:
    """Replace the standard streams by ones that raise OutputError.

    A stream that the caller closed gets a file descriptor; otherwise the next file to be opened
    would get its number, and the printed text. Writing to a closed standard output fails.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free number
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - a descriptor
    sys.stdout = _replaced(sys.stdout, 1, _Output)
    sys.stderr = _replaced(sys.stderr, 2, _Errors)


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("–—−", "-"),
        "…": "...", "→": "->", "×": "x", "·": "*", "•": "*", "≤": "<=", "≥": ">=", "\N{NBSP}": " ",
    }
)  # fmt: skip
_PLAIN_ERRORS = "archive-pkg-plain"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return a plain form of signs that an encoding lacks, and escapes for letters."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error(_PLAIN_ERRORS, _plain)


def _replaced(stream: Any, number: int, kind: type[io.TextIOWrapper]) -> io.TextIOWrapper:
    encoding, lines = "utf-8", False
    if stream is None:
        buffer = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    else:
        encoding, lines, buffer = stream.encoding, stream.line_buffering, stream.detach()
    return kind(buffer, encoding, _PLAIN_ERRORS, line_buffering=lines)


def emit(data: bytes) -> None:
    """Write a document to standard output."""
    with _output_errors():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def output_failed(error: OutputError) -> int:
    """Say that standard output cannot be written, and return the exit status."""
    cause = error.__cause__
    with contextlib.suppress(OSError):  # buffered text must not fail again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if not isinstance(cause, OSError) or cause.errno == errno.EPIPE:
        return 141  # the reader has ended, as `head` does
    closed = ("it is closed", "")
    meaning, hint = closed if cause.errno == errno.EBADF else describe(cause)
    complain(StorageError(f"standard output cannot be written: {meaning}", hint))
    return StorageError.exit_status
