"""`archive-pkg tables`: convert records to CSV files, workbooks and data packages, and back."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.audience import Audience, say_seen
from archive_pkg.cli.counting import progress_wanted
from archive_pkg.cli.help import Commands
from archive_pkg.cli.output import (
    Json,
    Quiet,
    answering,
    clean,
    file_for,
    mode_for,
    no_stream,
    write_file,
)
from archive_pkg.cli.project import current_project
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.tables.checking.validation import Progress

app = Commands(
    no_args_is_help=True,
    help="Convert records to tables and back: CSV files, workbooks, data packages.",
)

_PATIENCE = 1.0
"""Seconds after which a progress bar appears."""

Replace = Annotated[bool, typer.Option("--replace", help="Replace an existing file or folder.")]
Encoding = Annotated[
    str | None,
    typer.Option(help="The encoding of CSV files that are not UTF-8, such as windows-1251."),
]


@app.command()
def export(
    records: Annotated[
        list[Path], typer.Argument(help="Records (files or folders), or folders of records.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder, or the workbook (FILE.xlsx or -), to write.")
    ],
    replace: Replace = False,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write records as tables: a data package of CSV files, or a workbook.

    Parts that the public may not see today are left out, and their record is written as
    <id>-public. To edit your own records as tables, use --audience internal.

    Example: archive-pkg tables export records --out letters.xlsx
    """
    from archive_pkg.packages.access.leaks import refuse_traces
    from archive_pkg.packages.access.redaction import public, seen_by
    from archive_pkg.records import load_record, record_file
    from archive_pkg.records.path_checks import refusal
    from archive_pkg.tables import export_records

    with answering("tables export", as_json=as_json, quiet=quiet, files=[out]) as answer:
        loaded = []
        mode = 0o777
        for path in _records(records):
            with answer.about(path) as result:
                record = load_record(path)
                folder = record_file(path)[0].parent
                outgoing = seen_by(record, audience, folder)
                if outgoing.is_cut:
                    refuse_traces(outgoing, folder, {}, "nothing was written")
                    record = public(record, outgoing.withheld, folder)
                say_seen(answer, result, path, outgoing)
                loaded.append(record)
                mode &= mode_for(audience, path)
        if answer.status == 0 and not loaded:
            raise UsageError(*refusal(records[0], "record"))
        if answer.status == 0:
            with answer.about(out) as result, file_for(out, ".xlsx") as file:
                made = export_records(loaded, file, replace=replace, mode=mode)
                result["records"] = len(loaded)
                answer.say(f"{made}: {counted(len(loaded), 'record')} written")


@app.command("import")
def import_(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A workbook, CSV file, datapackage.json or folder."),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the records.", callback=no_stream)
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--map", help="The file that maps the columns to fields [default: FILE.map.yaml]."
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option(
            help="The folder with the letters' files, which are copied next to their records. "
            "Without it, no files are copied."
        ),
    ] = None,
    encoding: Encoding = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace existing records that differ.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Create records from tables. If the tables have errors, nothing is written.

    Example: archive-pkg tables import letters.xlsx --files scans --out records
    """
    from archive_pkg.collection.agents import with_registered_agents
    from archive_pkg.tables import read_tables, register_for, write_records

    with (
        answering("tables import", as_json=as_json, quiet=quiet) as answer,
        answer.about(path) as result,
    ):
        register, about_register = register_for(out)
        with showing_progress(str(path)) as progress:
            records, report = read_tables(
                path,
                mapping=mapping,
                encoding=encoding,
                files=files,
                progress=progress,
                project=current_project(),
                register=register,
            )
        if register and report.ok:
            records, found = with_registered_agents(records, register, str(path))
            report.extend(found)
        report.extend(about_register)
        answer.found(result, report)
        if not report.ok:
            errors = counted(len(report.errors), "error")
            answer.say(_("{path}: {errors}; nothing was written", path=path, errors=errors))
            return
        with showing_progress(str(out)) as progress:
            written, same = write_records(
                records, out, files=files, replace=replace, progress=progress
            )
        result |= {"records": written, "unchanged": same}
        counts = Counter(finding.code for finding in report)
        said = [f"{counted(written, 'record')} written"]
        if same:
            said.append(f"{same:,} unchanged")
        if files:
            result["files"] = sum(len(record.files) for record in records)
            said.append(f"{counted(result['files'], 'file')}")
        if without := counts["tables-row-without-file"]:
            said.append(f"{counted(without, 'record')} without a file")
        if others := counts["tables-row-left-out"]:
            said.append(f"{counted(others, 'row')} left out")
        answer.say(f"{out}: {', '.join(said)}")


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    replace: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write an empty workbook to fill in, with help for each column, choices and an example.

    Example: archive-pkg tables template letters.xlsx
    """
    from archive_pkg.tables import write_template

    with (
        answering("tables template", as_json=as_json, quiet=quiet, files=[out]) as answer,
        answer.about(out),
        file_for(out, ".xlsx") as file,
    ):
        write_template(file, replace=replace)
        answer.say(
            f"{out}: template written; fill it in, then run: archive-pkg check {quote(str(out))}"
        )


@app.command("map")
def map_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook or CSV file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write [default: FILE.map.yaml].")
    ] = None,
    encoding: Encoding = None,
    replace: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draft a map from the columns of your own list of letters to fields, for you to review.

    Example: archive-pkg tables map letters.csv
    """
    from archive_pkg.storage import DestinationExistsError
    from archive_pkg.tables import draft_map
    from archive_pkg.tables.reading.sources import MAP_ENDING

    with (
        answering(
            "tables map", as_json=as_json, quiet=quiet, files=[out], subjects=[path]
        ) as answer,
        answer.about(path) as res,
    ):
        target = out or path.with_name(path.name + MAP_ENDING)
        drafted = draft_map(path, encoding=encoding)
        if target.exists() and not replace:
            hint = _("Review it, or write a new draft with --replace.")
            raise DestinationExistsError(_("{path} already exists", path=target), hint)
        write_file(target, drafted.encode(), mode=mode_for("internal", path))
        res["map"] = str(target)
        command = f"archive-pkg check {quote(str(path))}"
        text = _(
            "{target}: drafted; review it, then run: {command}", target=target, command=command
        )
        answer.say(text)


@contextmanager
def showing_progress(what: str) -> Iterator[Progress | None]:
    """Show a progress bar in a terminal if the work takes longer than a second."""
    if not progress_wanted():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)
    started = time.monotonic()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(clean(what), visible=False)

        def show(done: int, total: int | None) -> None:
            visible = time.monotonic() - started > _PATIENCE
            bar.update(task, completed=done, total=total, visible=visible)

        yield show


def _records(paths: list[Path]) -> Iterator[Path]:
    """Yield the records at the paths, and those in the subfolders of a folder without a record."""
    from archive_pkg.records import NAMES

    for path in paths:
        inner = sorted(path.iterdir()) if path.is_dir() else []
        if not inner or any(file.name in NAMES for file in inner):
            yield path
        else:
            yield from (entry for entry in inner if any((entry / name).is_file() for name in NAMES))
