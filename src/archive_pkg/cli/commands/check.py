"""`archive-pkg check`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import Executor, Jobs, ReportFile, executor_from, telling
from archive_pkg.cli.output import Json, Quiet, file_for
from archive_pkg.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.collection import Done


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Records, their files or folders; tables: .xlsx, .csv, datapackage.json, folders."
        ),
    ],
    files: Annotated[
        Path | None,
        typer.Option(help="Tables: the folder of the letters' files; otherwise that of the table."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Tables: the encoding of CSV files that are not UTF-8, such as cp1251."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--map", help="Tables: what the columns of a list mean; otherwise FILE.map.yaml."
        ),
    ] = None,
    annotated: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="OUT",
            help="Tables: write the file again as OUT, findings beside the cells.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="OUT may be there already.")] = False,
    jobs: Jobs = None,
    report: ReportFile = None,
    executor: Executor = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say everything that is wrong with records or tables, each finding with its place.

    Example: archive-pkg check records/1960-07-18-cpsu-to-sed
    Example: archive-pkg check letters.xlsx --annotate letters-checked.xlsx
    """
    from archive_pkg import collection
    from archive_pkg.tables import is_tables, subjects

    tables = [subject for path in paths if is_tables(path) for subject in subjects(path)]
    records = [path for path in paths if not is_tables(path)]
    if annotated and (len(tables) != 1 or records):
        raise UsageError("--annotate is for one table at a time", "check the others by themselves")
    inside = [file for path in tables if path.is_dir() for file in path.rglob("*")]
    with (
        telling(
            "check",
            report,
            as_json=as_json,
            quiet=quiet,
            files=[annotated],
            subjects=[*tables, *inside],
        ) as told,
        collection.finding_twins() as marked,
    ):
        found, _ = told.ahead(collection.find_records(records, told.take), _lines)
        collection.run(
            collection.Each(collection.check_one),
            found,
            lambda _, done: told.take(marked(done)),
            executor=executor_from(jobs, executor),
        )
        for path in tables:
            do = partial(_checked, path, files, encoding, mapping, annotated, replace=replace)
            told.take(collection.guarded(path, do))


def _lines(done: Done) -> Iterator[str]:
    if not done.status:
        yield f"{done.path}: sound{_count_of_rest(len(done.findings))}"
    if "annotated" in done.details:
        yield f"{done.details['annotated']}: the findings stand beside the cells"


def _checked(
    path: Path,
    files: Path | None,
    encoding: str | None,
    mapping: Path | None,
    annotated: Path | None,
    *,
    replace: bool,
) -> Done:
    """Check a table, and write it again with the findings where that is wanted."""
    from archive_pkg import tables
    from archive_pkg.cli.commands.tables import showing_progress
    from archive_pkg.collection.bulk.operations import checked
    from archive_pkg.packages import check_record

    with showing_progress(str(path)) as progress:
        report = tables.check(
            path,
            mapping=mapping,
            encoding=encoding,
            files=files,
            look=check_record,
            progress=progress,
        )
    done = checked(path, report)
    if annotated:
        suffix = path.suffix if path.suffix.lower() in (".xlsx", ".xlsm") else ".csv"
        with file_for(annotated, suffix) as out:
            tables.annotate(path, report, out, encoding=encoding, replace=replace)
        done.details["annotated"] = str(annotated)
    return done


def _count_of_rest(number: int) -> str:
    return f", with {number} remark{'' if number == 1 else 's'}" if number else ""
