"""`archive-pkg check`."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Jobs,
    bulk_answering,
    executor_from,
)
from archive_pkg.cli.language import translated
from archive_pkg.cli.output import Json, Quiet, file_for
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.errors import UsageError
from archive_pkg.messages import _, plural
from archive_pkg.reports import Severity, counted

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
            help="Records (files or folders) or tables (.xlsx, .csv, datapackage.json, folders)."
        ),
    ],
    files: Annotated[
        Path | None,
        typer.Option(
            help="For tables: the folder with the letters' files [default: the table's folder]."
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            help="For tables: the encoding of CSV files that are not UTF-8, such as windows-1251."
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="For tables: the file that maps the columns to fields [default: FILE.map.yaml].",
        ),
    ] = None,
    annotated: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="OUT",
            help="For tables: write a copy with the findings next to the cells.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an existing OUT.")] = False,
    jobs: Jobs = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    executor: Executor = "",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List everything that is wrong with records or tables, with the place of each finding.

    Example: archive-pkg check records/1960-07-18-cpsu-to-sed
    """
    from archive_pkg import collection
    from archive_pkg.records.file_kinds import side_file
    from archive_pkg.reports import Location
    from archive_pkg.tables import is_tables, subjects
    from archive_pkg.texts.letter_files import LOCK_FILE

    locks = {path: kind for path in paths if (kind := side_file(path.name))}
    tables = [subject for path in paths if is_tables(path) for subject in subjects(path)]
    records = [path for path in paths if not (is_tables(path) or path in locks)]
    if annotated and (len(tables) != 1 or records):
        raise UsageError(
            _("--annotate works with one table"), _("Check the other inputs separately.")
        )
    inside = [file for path in tables if path.is_dir() for file in path.rglob("*")]
    with (
        bulk_answering(
            "check",
            report,
            metrics=metrics,
            as_json=as_json,
            quiet=quiet,
            files=[annotated],
            subjects=[*tables, *inside],
        ) as answer,
        collection.marking_duplicate_ids() as marked,
    ):
        for path, kind in locks.items():
            message = _("left out, because it is {kind}", kind=kind)
            found = [LOCK_FILE.at(Location(str(path)), message)]
            answer.take(collection.Done(str(path), "left out", findings=found))
        records_found, _few = answer.ahead(collection.find_records(records, answer.take), _lines)
        collection.run(
            collection.ForEach(collection.check_one),
            records_found,
            lambda _path, done: answer.take(marked(done)),
            executor=executor_from(jobs, executor),
        )
        totals: dict[str, object] = {}
        for path in tables:
            do = partial(_checked, path, files, encoding, mapping, annotated, replace=replace)
            done = collection.guarded(path, do)
            answer.take(done)
            if not done.error[0]:
                written = done.details.get("annotated", "")
                said = f"; {written} was written" if written else ""
                totals[str(path)] = f"{_totals(done) or 'no findings'}{said}"
        answer.closing(totals)


def _totals(done: Done) -> str:
    numbers = Counter(finding.severity for finding in done.findings)
    return ", ".join(
        translated(
            plural("{n:,} piece of advice", "{n:,} pieces of advice", number)
            if severity is Severity.ADVICE
            else counted(number, str(severity))
        )
        for severity in Severity
        if (number := numbers[severity])
    )


def _lines(done: Done) -> Iterator[str]:
    counts = _totals(done)
    verdict = _("not valid") if done.status else _("valid")
    if counts:
        verdict = _("{outcome}; {counts}", outcome=verdict, counts=counts)
    yield _("{path}: {outcome}", path=done.path, outcome=verdict)
    if "annotated" in done.details:
        yield _(
            "{details}: written, with the findings next to the cells",
            details=done.details["annotated"],
        )


def _checked(
    path: Path,
    files: Path | None,
    encoding: str | None,
    mapping: Path | None,
    annotated: Path | None,
    *,
    replace: bool,
) -> Done:
    """Check a table and, if asked, write a copy with the findings."""
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
            check_files=check_record,
            progress=progress,
        )
    done = checked(path, report)
    if annotated:
        suffix = path.suffix if path.suffix.lower() in (".xlsx", ".xlsm") else ".csv"
        with file_for(annotated, suffix) as out:
            tables.annotate(path, report, out, encoding=encoding, replace=replace)
        done.details["annotated"] = str(annotated)
    return done
