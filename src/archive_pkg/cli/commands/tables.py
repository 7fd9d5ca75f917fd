"""`archive-pkg tables`: records to CSV files, workbooks and data packages, and back."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.audience import Audience, say_seen
from archive_pkg.cli.output import (
    Json,
    Quiet,
    answering,
    clean,
    file_for,
    mode_for,
    no_stream,
    progress_wanted,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.tables.checking import Progress

app = typer.Typer(
    no_args_is_help=True,
    help="Records as tables, and back: CSV files, workbooks, data packages.",
)

MANY_ROWS = 5_000
"""From so many rows on a progress bar shows."""

Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")]
Encoding = Annotated[
    str | None,
    typer.Option(help="The encoding of CSV files that are not UTF-8, such as cp1251."),
]


@app.command()
def export(
    records: Annotated[
        list[Path], typer.Argument(help="Records, the folders they lie in, or a folder of those.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="A folder; or a workbook, if it ends in .xlsx or is -.")
    ],
    replace: Replace = False,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write records as tables: a data package of CSV files, or a workbook.

    A record with parts that the public may not see today is written as <id>-public, without them.
    To edit your own records as tables, ask for --audience internal.

    Example: archive-pkg tables export records --out letters.xlsx
    """
    from archive_pkg.packages.access.audience import public, seen_by
    from archive_pkg.packages.access.leaks import refuse_traces
    from archive_pkg.records import load_record, record_file
    from archive_pkg.tables import export_records

    with answering("tables export", as_json=as_json, quiet=quiet, files=[out]) as answer:
        loaded = []
        mode = 0o777
        for path in _records(records):
            with answer.about(path) as result:
                record = load_record(path)
                outgoing = seen_by(record, audience)
                if outgoing.is_cut:
                    folder = record_file(path)[0].parent
                    refuse_traces(outgoing, folder, {}, "nothing was written")
                    record = public(record, outgoing.withheld)
                say_seen(answer, result, path, outgoing)
                loaded.append(record)
                mode &= mode_for(audience, path)
        if answer.status == 0:
            with answer.about(out) as result, file_for(out, ".xlsx") as file:
                made = export_records(loaded, file, replace=replace, mode=mode)
                result["records"] = len(loaded)
                answer.say(f"{made}: {_letters(len(loaded))}")


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
            "--map", help="What the columns mean; otherwise FILE.map.yaml, where it is there."
        ),
    ] = None,
    encoding: Encoding = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write into records that say something else.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make records of tables; with an error in them nothing is written.

    Example: archive-pkg tables import letters.xlsx --out records
    """
    from archive_pkg.tables import read_tables, write_records

    with (
        answering("tables import", as_json=as_json, quiet=quiet) as answer,
        answer.about(path) as result,
    ):
        with showing_progress(str(path)) as progress:
            records, report = read_tables(
                path, mapping=mapping, encoding=encoding, progress=progress
            )
        answer.found(result, report)
        if report.ok:
            written, same = write_records(records, out, replace=replace)
            result |= {"records": written, "unchanged": same}
            rest = f", {same} there already and the same" if same else ""
            answer.say(f"{out}: {_letters(written)} written{rest}")


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    replace: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write an empty workbook to fill in: help on each column, choices, one example.

    Example: archive-pkg tables template letters.xlsx
    """
    from archive_pkg.tables import write_template

    with (
        answering("tables template", as_json=as_json, quiet=quiet, files=[out]) as answer,
        answer.about(out),
        file_for(out, ".xlsx") as file,
    ):
        write_template(file, replace=replace)
        answer.say(f"{out}: fill it in, then: archive-pkg check {out}")


@app.command("map")
def map_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook or CSV file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to; otherwise FILE.map.yaml.")
    ] = None,
    encoding: Encoding = None,
    replace: Replace = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draft what the columns of your own list of letters mean, to look over before importing.

    Example: archive-pkg tables map letters.csv
    """
    from archive_pkg.storage import DestinationExistsError
    from archive_pkg.tables import draft_map
    from archive_pkg.tables.sources import MAPPING_ENDING

    with (
        answering(
            "tables map", as_json=as_json, quiet=quiet, files=[out], subjects=[path]
        ) as answer,
        answer.about(path) as res,
    ):
        target = out or path.with_name(path.name + MAPPING_ENDING)
        drafted = draft_map(path, encoding=encoding)
        if target.exists() and not replace:
            hint = "look it over; --replace drafts it anew"
            raise DestinationExistsError(f"{target} exists already", hint)
        write_file(target, drafted.encode(), mode=mode_for("internal", path))
        res["map"] = str(target)
        answer.say(f"{target}: look it over, then: archive-pkg tables import {path} --out records")


@contextmanager
def showing_progress(what: str) -> Iterator[Progress | None]:
    """A progress bar from 5,000 rows on, in a terminal only."""
    if not progress_wanted():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(clean(what), visible=False)

        def show(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total, visible=(total or done) >= MANY_ROWS)

        yield show


def _records(paths: list[Path]) -> Iterator[Path]:
    """The records that paths name: a folder without a record holds folders with one."""
    from archive_pkg.records import NAMES

    for path in paths:
        inner = sorted(path.iterdir()) if path.is_dir() else []
        if not inner or any(file.name in NAMES for file in inner):
            yield path
        else:
            yield from (entry for entry in inner if any((entry / name).is_file() for name in NAMES))


def _letters(number: int) -> str:
    return f"{number} letter{'' if number == 1 else 's'}"
