"""`archive-pkg build`."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from archive_pkg.cli.bulk import (
    Executor,
    Gentle,
    Jobs,
    bulk_answering,
    executor_from,
)
from archive_pkg.cli.output import Json, Quiet, no_stream
from archive_pkg.cli.project import current_project
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.collection import Done
    from archive_pkg.packages import Built
    from archive_pkg.projects import Project

Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="LABEL=VALUE",
        help="A label that the target requires and that records do not have; repeatable.",
    ),
]


def parse_tags(tags: list[str] | None) -> dict[str, str]:
    """Return the values of `--tag` by label. Raises UsageError."""
    given = {}
    for tag in tags or ():
        label, equals, value = tag.partition("=")
        if not equals or not label.strip() or not value.strip():
            raise UsageError(
                _("--tag {tag}: this is not LABEL=VALUE", tag=tag),
                _("Write it like --tag 'Source-Organization=An archive'."),
            )
        given[label.strip()] = value.strip()
    return given


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    records: Annotated[
        list[Path],
        typer.Argument(
            help="Records (files, folders, folders of them, patterns), tables (.xlsx, "
            "letters.csv, datapackage.json) or a list of letters with its map."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder for the packages.", callback=no_stream)
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            help="The date of packaging [default: SOURCE_DATE_EPOCH, the date of an existing "
            "package, or today].",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace an existing package that differs.")
    ] = False,
    audience: Annotated[
        Literal["public", "internal"],
        typer.Option(
            "--audience",
            help="internal: a package with everything. public: a package called <id>-public that "
            "leaves out what the public may not see today.",
        ),
    ] = "internal",
    metadata: Annotated[
        str | None,
        typer.Option(
            "--metadata",
            metavar="NAMES",
            help="The documents in metadata/, separated by commas: page and export formats, or "
            "all [default: the project's, or page,premis,datacite,tei].",
        ),
    ] = None,
    drop_signatures: Annotated[
        bool,
        typer.Option("--drop-signatures", help="Replace packages even if they are signed."),
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another build of the same package.")
    ] = 0,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            help="Build what a repository accepts: aptrust, archivematica, btr, chronopolis, "
            "datacite, dataverse, eark-csip, eark-sip, rda, swordbagit, zenodo, or a BagIt "
            "profile (file).",
        ),
    ] = "",
    tags: Tags = None,
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            help="The layout of a new collection: flat, hashed or pair-tree. It cannot be changed "
            "later.",
        ),
    ] = "",
    no_sync: Annotated[
        bool,
        typer.Option("--no-sync", help="With many records: do not sync each package to disk."),
    ] = False,
    files: Annotated[
        Path | None,
        typer.Option(
            help="For tables: the folder with the letters' files [default: the table's folder]."
        ),
    ] = None,
    jobs: Jobs = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    executor: Executor = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build packages from records and their files, as verified BagIt 1.0 bags.

    Packages that are already up to date are left as they are. If a run was interrupted, run the
    same command again to complete it.

    Example: archive-pkg build records/1960-07-18-cpsu-to-sed --out packages
    """
    day = parse_date(on)
    in_collection = jobs or report or executor or gentle or files or layout or no_sync
    if target and in_collection:
        raise UsageError(
            _(
                "--layout, --no-sync, --jobs, --report, --executor, --low-priority and "
                "--files do not work with --target"
            ),
            _("Leave them out, or build without --target."),
        )
    from archive_pkg.collection import Options, build_many, find_sources, guarded, make_collection
    from archive_pkg.collection.bulk.searching import LIST_READ
    from archive_pkg.packages.metadata_documents import chosen
    from archive_pkg.packages.output_protection import refuse_in_package, refuse_in_record

    refuse_in_record(out)
    refuse_in_package(out / "package")
    with bulk_answering("build", report, metrics=metrics, as_json=as_json, quiet=quiet) as answer:
        project = current_project()
        if metadata is not None:
            project = project.with_metadata(chosen(metadata))
        make = _maker(target, tags, metadata, project)
        if target or (not in_collection and _is_one(records, out)):
            letters, _few = answer.ahead(records, _lines)
            make = partial(
                make,
                out=out,
                on=day,
                replace=replace,
                drop_signatures=drop_signatures,
                audience=audience,
                wait=wait,
            )
            for letter in letters:
                answer.take(guarded(letter, partial(_built, make, letter)))
            return
        withheld = 0

        def take(done: Done) -> None:
            nonlocal withheld
            if done.outcome == LIST_READ:
                answer.found(done.findings)
                return
            answer.take(done)
            withheld += len(done.details.get("withheld", ()))
            if withheld:
                answer.closing({"parts withheld": withheld})

        sources, answer.together = answer.ahead(find_sources(records, files, take, project), _lines)
        build_many(
            sources,
            make_collection(out, layout),
            take,
            executor=executor_from(jobs, executor, gentle=gentle),
            options=Options(
                day,
                replace=replace,
                drop_signatures=drop_signatures,
                sync=not no_sync,
                audience=audience,
                project=project,
            ),
            wait=wait,
        )


def _is_one(records: list[Path], out: Path) -> bool:
    """Return whether to build one letter into a folder that does not declare a layout."""
    from archive_pkg.collection.bulk.searching import are_single, has_record
    from archive_pkg.collection.opening import is_declared
    from archive_pkg.tables import is_tables

    single = len(records) == 1 and are_single(records, has_record) and not is_tables(records[0])
    return single and not is_declared(out)


def _maker(
    target: str, tags: list[str] | None, metadata: str | None, project: Project
) -> Callable[..., Built]:
    """Return the function that builds a package, for a target if one is named."""
    from archive_pkg.packages import build_package
    from archive_pkg.packages.targets import build_for, find_target

    if target:
        chosen = find_target(target, metadata, project)
        return partial(build_for, chosen, given=parse_tags(tags))
    if tags:
        raise UsageError(_("--tag works only with --target"), _("Name a target with --target."))
    return partial(build_package, project=project)


def _built(make: Callable[..., Built], record: Path) -> Done:
    """Build one package outside a collection."""
    from archive_pkg.collection import Done

    built = make(record)
    details: dict[str, Any] = {
        "package": str(built.path),
        "differences": dict(built.differences),
    }
    if built.withheld:
        details["withheld"] = {name: one.sentence for name, one in built.withheld.items()}
    # `check` reports advice; here it would hide what matters.
    findings = built.report.of(Severity.WARNING)
    return Done(str(record), built.outcome, findings=findings, details=details)


def _lines(done: Done) -> Iterator[str]:
    from archive_pkg.packages.signatures.verifying import is_signature_file

    details = done.details
    yield _("{path}: {outcome}", path=details["package"], outcome=_OUTCOMES[done.outcome])
    for part, sentence in details.get("withheld", {}).items():
        yield _("  withheld: {part}, {sentence}", part=part, sentence=sentence)
    for name, change in details.get("differences", {}).items():
        yield f"  {change}: {name}"
    if any(map(is_signature_file, details.get("differences", ()))):
        yield _("  The old package was signed. Sign the new one again.")


_OUTCOMES = {
    "built": _("built and verified"),
    "unchanged": _("unchanged; the existing package has the same bytes"),
    "replaced": _("built and verified; it replaces the previous package"),
}


def parse_date(text: str | None) -> date | None:
    """Return the day of an option. Raises UsageError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        from archive_pkg.dates.edtf_string import why_not_a_date

        message, hint = why_not_a_date(text or "")
        raise UsageError(
            _("--date: {message}", message=message), hint or "Write it like 2026-11-24."
        ) from error
