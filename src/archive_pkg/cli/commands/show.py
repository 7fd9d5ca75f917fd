"""`archive-pkg show`: show a record or a package in a terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg import limits
from archive_pkg.cli.commands.verify import verdict_in_words
from archive_pkg.cli.output import Json, Quiet, answering, clean, mode_for, write_file
from archive_pkg.cli.project import current_project, project_origin
from archive_pkg.cli.trust import AllowedSigners, RevokedKeys, TimestampCa
from archive_pkg.errors import UsageError
from archive_pkg.reports import some

if TYPE_CHECKING:
    from rich.console import Console

    from archive_pkg.packages import Verification
    from archive_pkg.records import Enclosure, Event, Part, Record, TranslationNote


_SECTION_TITLES = {
    "parts": "Parts",
    "translation_notes": "Notes in the text",
    "enclosures": "Enclosures",
    "events": "Events",
}
_HEADING_FIELDS = {"title", "classification"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    path: Annotated[
        Path | None, typer.Argument(help="A record's file or folder, or a package.")
    ] = None,
    settings: Annotated[
        bool,
        typer.Option(
            "--settings", help="Show the settings of the project, and where each value comes from."
        ),
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", metavar="FILE.svg", help="Also draw the parts and their relations, as SVG."
        ),
    ] = None,
    allowed_signers: AllowedSigners = None,
    revoked: RevokedKeys = None,
    timestamp_ca: TimestampCa = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a record or a package: its fields, parts, notes and events, and its state.

    With --settings and no path, show the settings of the project.

    Example: archive-pkg show packages/1960-07-18-cpsu-to-sed
    """
    if settings or path is None:
        _show_settings(path, settings, as_json=as_json, quiet=quiet)
        return
    from archive_pkg.packages import Trust, states, verify
    from archive_pkg.packages.opening import read_record_or_package
    from archive_pkg.records.path_checks import refusal

    with (
        answering("show", as_json=as_json, quiet=quiet, files=[picture]) as answer,
        answer.about(path) as result,
    ):
        trust = Trust.read(allowed_signers, revoked, timestamp_ca)
        verification = None
        record, _, package = read_record_or_package(path)
        if package:
            verification = verify(package.path, trust=trust)
            result |= {"complete": verification.verdict.complete, "valid": verification.ok}
            result["states"] = states(verification)
        elif trust != Trust():
            message = f"{path} is a record, and only packages are signed"
            raise UsageError(message, refusal(path, "package")[1])
        result["record"] = record.as_json()
        if picture is not None:
            _draw(record, picture, path)
            result["picture"] = str(picture)
        if not (as_json or quiet or answer.taken):
            from rich.console import Console

            _print(Console(highlight=False, markup=False, soft_wrap=False), record, verification)
        if verification is not None:
            answer.found(result, verification.report)


def _show_settings(path: Path | None, wanted: bool, *, as_json: bool, quiet: bool) -> None:
    if not wanted or path is not None:
        message = "--settings does not take a path" if path else "there is nothing to show"
        raise UsageError(message, "Name a record or a package, or use --settings alone.")
    from archive_pkg.projects import in_toml

    with answering("show", as_json=as_json, quiet=quiet) as answer:
        file, how = project_origin()
        with answer.about(file or "no project file") as result:
            found = {
                name: (value, f"project file, line {line}" if line else "default")
                for name, value, line in current_project().settings_in_use()
            }
            for name in ("SOURCE_DATE_EPOCH", limits.VARIABLE):
                if name in os.environ:
                    found[name] = os.environ[name], "environment"
            result["chosen_by"] = how
            result["settings"] = {
                name: {"value": value, "from": source} for name, (value, source) in found.items()
            }
            answer.say(f"project file: {file or 'none'} ({how})")
            for name, (value, source) in found.items():
                shown = "not set" if value in (None, []) else f"{in_toml(value)} ({source})"
                answer.say(f"  {name} = {shown}")


def _draw(record: Record, picture: Path, source: Path) -> None:
    from archive_pkg.packages.parts_diagram import picture as draw

    if picture.is_file() and picture.suffix.lower() != ".svg":
        raise UsageError(
            f"{picture} exists and is not an SVG file", "Choose a name that ends in .svg."
        )
    write_file(picture, draw(record).encode(), mode=mode_for("internal", source))


def _print(console: Console, record: Record, verification: Verification | None) -> None:
    from rich.panel import Panel
    from rich.text import Text

    from archive_pkg.packages import states
    from archive_pkg.records.display import classification_in_words, words

    heading = Text(clean(record.title, lines=True), style="bold")
    if record.classification:
        marking = clean(classification_in_words(record), lines=True)
        heading.append(f"\n{marking}", style="red")
    console.print(Panel(heading, expand=False))
    _table(console, _facts(record))
    for name, title in _SECTION_TITLES.items():
        if items := getattr(record, name):
            _section(console, title)
            _table(console, [(_label(item), words(record, item)) for item in items])
    _section(console, "Evidence")
    console.print(_evidence(record))
    if verification:
        _section(console, "State")
        console.print(
            verdict_in_words(
                ok=verification.ok,
                valid=verification.verdict.valid,
                complete=verification.verdict.complete,
            ),
            style="green" if verification.ok else "bold red",
        )
        for state in states(verification):
            console.print(clean(state))


def _section(console: Console, title: str) -> None:
    console.print(f"\n{title}", style="bold")


def _table(console: Console, rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for label, value in rows:
        grid.add_row(clean(label), clean(value, lines=True))
    console.print(grid)


def _facts(record: Record) -> list[tuple[str, str]]:
    from archive_pkg.records.display import facts
    from archive_pkg.records.vocabularies.languages import language_name

    rows = [(label, value) for name, label, value in facts(record) if name not in _HEADING_FIELDS]
    if record.languages:
        rows.append(("Languages", ", ".join(map(language_name, record.languages))))
    return [*rows, ("Record", f"{record.id}, version {record.version}")]


def _label(item: Part | TranslationNote | Enclosure | Event) -> str:
    from archive_pkg.records import Event, TranslationNote

    if isinstance(item, Event):
        return str(item.date.edtf) if item.date else "?"
    return item.kind if isinstance(item, TranslationNote) else item.id


def _evidence(record: Record) -> str:
    from archive_pkg.packages.packaging_events import SOFTWARE_ID
    from archive_pkg.records.statement_index import StatementIndex, statements

    counts = dict.fromkeys(("quoted", "inferred", "supplied"), 0)
    for evidence in record.evidence:
        if evidence.agent == SOFTWARE_ID:
            counts["by archive-pkg"] = counts.get("by archive-pkg", 0) + 1
        else:
            counts[evidence.basis] += 1
    words = ", ".join(f"{number} {basis}" for basis, number in counts.items())
    known = StatementIndex(record)
    bare = [path for path in statements(record) if not known.evidence(path)]
    unsourced = (
        f"{len(bare)} without evidence: {some(bare)}" if bare else "every statement has evidence"
    )
    return f"{words}; {unsourced}"
