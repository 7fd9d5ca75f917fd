"""`archive-pkg export`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive_pkg.cli.audience import Audience, say_seen
from archive_pkg.cli.bulk import (
    Executor,
    Jobs,
    bulk_answering,
    executor_from,
)
from archive_pkg.cli.commands.build import parse_date
from archive_pkg.cli.output import (
    STANDARD_OUTPUT,
    Answer,
    Json,
    Quiet,
    answering,
    emit,
    mode_for,
    no_stream,
    write_file,
)
from archive_pkg.cli.project import current_project
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg import executors
    from archive_pkg.collection import Done
    from archive_pkg.interchange import Format
    from archive_pkg.packages.metadata_documents import ExportInput
    from archive_pkg.records import Record


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Records or packages, folders of them, or patterns. Only cmif, ead3, ead2002, "
            "mods, rico, atom, archivesspace, omeka, islandora, tropy, tropy-json, csl and bibtex "
            "put several documents into one file; cmif leaves out what is not correspondence."
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="Format: datacite, datacite-json, dc, tei, cmif, ead3, ead2002, mods, premis, "
            "mets, rico, prov, ro-crate, schema-org, annotations, iiif, csl, bibtex, sword, "
            "archivematica, atom, archivesspace, omeka, islandora, tropy, tropy-json, invenio or "
            "dataverse.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file to write [default: -, standard output]."),
    ] = None,
    each: Annotated[
        Path | None,
        typer.Option(
            "--each",
            metavar="DIR",
            help="Write one file per document into this folder.",
            callback=no_stream,
        ),
    ] = None,
    jobs: Jobs = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    executor: Executor = "",
    explain: Annotated[
        bool,
        typer.Option("--explain", help="List on standard error what the document leaves out."),
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            help="For premis and mets: the ledger with the package's fixity checks [default: the "
            "ledger of its collection].",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            help="The date of the document [default: the package's date, SOURCE_DATE_EPOCH or "
            "today]. A future date does not lift a restriction early.",
        ),
    ] = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write records in another format, for repositories, editions, indexes and citations.

    The document leaves out what the public may not see today. Use --audience internal to include
    everything.

    Example: archive-pkg export records/1960-07-18-cpsu-to-sed --to datacite --explain
    """
    from archive_pkg.collection.bulk.operations import export_one, with_later_events
    from archive_pkg.collection.bulk.searching import find_letters
    from archive_pkg.interchange import find_format
    from archive_pkg.packages.building import today
    from archive_pkg.packages.metadata_documents import read_for_export

    chosen = find_format(to)
    day = parse_date(on)
    made = (day or today()).isoformat()
    project = current_project()
    if each is not None:
        do = partial(export_one, to=to, out=each, made=made, ledger=ledger)
        do = partial(do, audience=audience, on=day, project=project)
        mode = mode_for(audience, *paths)
        workers = executor_from(jobs, executor)
        _export_each(paths, chosen, each, mode, do, workers, (report, metrics), as_json, quiet)
        return
    if jobs or report or metrics or executor:
        raise UsageError(
            "--jobs, --report, --metrics and --executor work only with --each",
            "Add --each DIR or leave them out.",
        )
    into = [out] if out is not None or as_json else [Path(STANDARD_OUTPUT)]
    with answering("export", as_json=as_json, quiet=quiet, err=True, files=into) as answer:
        found: list[tuple[dict[str, Any], Record, ExportInput]] = []
        for path in find_letters(paths, answer.noted):
            with answer.about(path) as result:
                known = read_for_export(path, audience=audience, on=day, made=made, project=project)
                record = with_later_events(known.outgoing, path, to, ledger)
                found.append((result, record, known))
                say_seen(answer, result, path, known.outgoing)
        if not answer.status:
            _export_together(answer, paths, found, chosen, out, audience, explain)


def _export_together(
    answer: Answer,
    paths: list[Path],
    found: list[tuple[dict[str, Any], Record, ExportInput]],
    chosen: Format,
    out: Path | None,
    audience: str,
    explain: bool,
) -> None:
    from archive_pkg.interchange import export as write
    from archive_pkg.interchange.losses import left_out, losses
    from archive_pkg.packages.access.leaks import refuse_traces

    document = write(chosen.name, [record for _, record, _ in found], found[0][2].context)
    # With several records, the open words of one may be the withheld words of another.
    documents = {chosen.name: document.decode()} if len(found) == 1 else {}
    for result, record, known in found:
        answer.found(result, left_out(chosen, record))
        if explain and chosen.takes(record):
            answer.found(result, losses(chosen, record, known.context.texts, document))
        try:
            refuse_traces(known.outgoing, known.folder, documents, "nothing was written")
        except InvalidError as error:
            answer.failed(result, error)
    if answer.status:
        return
    if out is not None:
        write_file(out, document, mode=mode_for(audience, *paths))
        found[0][0]["output"] = str(out)
        answer.say(f"{out}: {chosen.title}, {counted(len(document), 'byte')}")
    elif answer.as_json:
        found[0][0]["document"] = document.decode()
    else:
        emit(document)


def _export_each(
    paths: list[Path],
    chosen: Format,
    folder: Path,
    mode: int,
    do: Callable[..., Done],
    workers: Callable[[], executors.Executor],
    reports: tuple[Path | None, Path | None],
    as_json: bool,
    quiet: bool,
) -> None:
    from archive_pkg import collection
    from archive_pkg.collection.bulk.operations import LEFT_OUT
    from archive_pkg.interchange.formats import none_taken
    from archive_pkg.storage import make_folder, storage_errors

    outcomes: set[str] = set()

    def take(_: Path, done: Done) -> None:
        outcomes.add(done.outcome)
        answer.take(marked(done))

    with storage_errors(f"making {folder}"):
        make_folder(folder, mode)
    with (
        bulk_answering(
            "export", reports[0], metrics=reports[1], as_json=as_json, quiet=quiet
        ) as answer,
        # Files are named after their records' ids, so two records with one id would collide.
        collection.marking_duplicate_ids() as marked,
    ):
        letters, _ = answer.ahead(collection.find_letters(paths, answer.take), _lines)
        collection.run(collection.ForEach(do), letters, take, executor=workers)
        if outcomes == {LEFT_OUT}:
            raise none_taken(chosen)


def _lines(done: Done) -> Iterator[str]:
    for part, rule in done.details.get("withheld", {}).items():
        yield f"{done.path}: withheld: {part}, {rule}"
    output = done.details.get("output")
    yield f"{done.path}: {done.outcome}" + (f", {output}" if output else "")
