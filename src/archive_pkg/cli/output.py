"""What the commands print, and with which status they end.

Each command answers once: for people, line by line as it goes; with `--json`, as one document
`{"command", "status", "results": [{"path", …, "findings": […], "error"}]}` at its end.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.errors import ArchivePkgError
from archive_pkg.reports import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.reports import Finding

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
# Of several outcomes the gravest counts: a bug, storage, deposits, invalid input, wrong usage.
_GRAVITY = (1, 5, 4, 3, 2, 0)


class Answer:
    """What a command has to say, and the status it will end with.

    Attributes:
        status: The gravest exit status so far.
        as_json: Whether the answer is one JSON document.
        quiet: Whether only errors are printed.
        err: Whether findings go to standard error, where standard output has a document.
    """

    def __init__(
        self, command: str, *, as_json: bool, quiet: bool = False, err: bool = False
    ) -> None:
        self.command = command
        self.err = err
        self.as_json = as_json
        self.quiet = quiet
        self.status = 0
        self.results: list[dict[str, Any]] = []

    @contextmanager
    def about(self, path: object) -> Iterator[dict[str, Any]]:
        """One of the command's subjects; an error with it is told, and the command goes on."""
        result: dict[str, Any] = {"path": str(path), "findings": []}
        self.results.append(result)
        try:
            yield result
        except ArchivePkgError as error:
            self.failed(result, error)

    def failed(self, result: dict[str, Any], error: ArchivePkgError) -> None:
        """Tell an error, with the findings that led to it."""
        report = getattr(error, "report", None)
        if report is not None:
            self.found(result, report)
        result["error"] = {"message": error.message, "hint": error.hint}
        self.worsen(error.exit_status)
        complain(error)

    def found(self, result: dict[str, Any], findings: Iterable[Finding]) -> None:
        """Tell findings; an error among them makes the status 3 at least."""
        for finding in findings:
            result["findings"].append(finding.as_json())
            is_error = finding.severity is Severity.ERROR
            if is_error:
                self.worsen(3)
            if not self.as_json and (is_error or not self.quiet):
                print_finding(finding, err=self.err)

    def say(self, text: str = "", *, bold: bool = False) -> None:
        """Print a line for people; nothing with `--json` or `--quiet`."""
        if not (self.as_json or self.quiet):
            typer.echo(typer.style(clean(text), bold=True) if bold else clean(text))

    def worsen(self, status: int) -> None:
        """Keep the graver of this status and the one so far."""
        self.status = min(self.status, status, key=_GRAVITY.index)


@contextmanager
def answering(
    command: str, *, as_json: bool = False, quiet: bool = False, err: bool = False
) -> Iterator[Answer]:
    """Let a command answer, then end it with its status."""
    answer = Answer(command, as_json=as_json, quiet=quiet, err=err)
    try:
        yield answer
    except ArchivePkgError as error:
        complain(error)
        answer.results.append({"error": {"message": error.message, "hint": error.hint}})
        answer.worsen(error.exit_status)
    if as_json:
        document = {"command": command, "status": answer.status, "results": answer.results}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    if answer.status:
        raise typer.Exit(answer.status)


def print_finding(finding: Finding, *, subject: str = "", err: bool = False) -> None:
    """A finding as a person reads it: how grave, where, what is wrong, what would be right.

    Args:
        finding: The finding.
        subject: What it is about, where there are many and its place does not say so itself.
        err: Whether it goes to standard error.
    """
    colour = _COLOURS[finding.severity]
    head = typer.style(f"{finding.severity!s:8}", fg=colour, bold=True)
    place = str(finding.location)
    if not place.startswith(subject):
        place = f"{subject}: {place}" if place else subject
    place = clean(place)
    code = typer.style(f"[{finding.code}]", dim=True)
    typer.echo(f"{head} {place}" if place else head.rstrip(), err=err)
    typer.echo(f"         {clean(finding.message)} {code}", err=err)
    if finding.hint:
        typer.echo(f"         → {clean(finding.hint)}", err=err)


def complain(error: ArchivePkgError) -> None:
    """An error, on standard error."""
    typer.echo(typer.style("error: ", fg="red", bold=True) + clean(error.message), err=True)
    if error.hint:
        typer.echo(f"       → {clean(error.hint)}", err=True)


def clean(text: str) -> str:
    """Text safe to print: what would steer a terminal, or turn its line round, stands escaped.

    File names and tag values come from strangers.
    """
    return "".join(
        sign
        if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
        else _named(sign)
        for sign in text
    )


def _named(sign: str) -> str:
    # Joiners and soft hyphens are part of ordinary writing.
    if sign in "\u00ad\u200c\u200d":
        return sign
    return sign.encode("unicode_escape").decode()


def progress_wanted() -> bool:
    """Whether somebody is looking: progress shows in a terminal and never in a pipe."""
    return sys.stderr.isatty()
