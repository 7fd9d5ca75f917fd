"""`archive-pkg build`."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from archive_pkg.cli.bulk import Executor, Gentle, Jobs, ReportFile, executor_from, telling
from archive_pkg.cli.output import Json, Quiet, no_stream
from archive_pkg.errors import UsageError
from archive_pkg.reports import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.collection import Done
    from archive_pkg.packages import Built

Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="LABEL=VALUE",
        help="What a target asks for and no record says.",
    ),
]


def parse_tags(tags: list[str] | None) -> dict[str, str]:
    """What was given for a target, by its label. Raises UsageError."""
    given = {}
    for tag in tags or ():
        label, equals, value = tag.partition("=")
        if not equals or not label.strip() or not value.strip():
            raise UsageError(f"{tag!r} is no tag", "write --tag 'Source-Organization=An archive'")
        given[label.strip()] = value.strip()
    return given


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    records: Annotated[
        list[Path],
        typer.Argument(
            help="Records: their files or folders, folders of such folders, patterns; "
            "tables: .xlsx, letters.csv, datapackage.json."
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
            help="The date of packaging. Otherwise that of SOURCE_DATE_EPOCH, of the package "
            "already there, or today.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the package in the place of one that differs.")
    ] = False,
    audience: Annotated[
        Literal["public", "internal"],
        typer.Option(
            "--audience",
            help="public: a package called <id>-public, without what may not go out on the "
            "earlier of the date of packaging and today. internal: a package with everything.",
        ),
    ] = "internal",
    metadata: Annotated[
        str | None,
        typer.Option(
            "--metadata",
            metavar="NAMES",
            help="The documents in metadata/, separated by commas: page, and names of export "
            "formats; or all. Otherwise page,premis,datacite,tei.",
        ),
    ] = None,
    drop_signatures: Annotated[
        bool,
        typer.Option(
            "--drop-signatures", help="Replace signed ones, too; the signatures are gone."
        ),
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another build of the same package.")
    ] = 0,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            help="Make what a repository takes: aptrust, archivematica, btr, chronopolis, "
            "datacite, dataverse, eark-csip, rda, swordbagit, zenodo, or a BagIt profile's file.",
        ),
    ] = "",
    tags: Tags = None,
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            help="How the packages are laid out in the folder: flat, hashed, pair-tree. It keeps "
            "what it has been given.",
        ),
    ] = "",
    no_sync: Annotated[
        bool,
        typer.Option("--no-sync", help="Do not wait until packages are durable; of many only."),
    ] = False,
    files: Annotated[
        Path | None,
        typer.Option(help="Tables: the folder of the letters' files; otherwise that of the table."),
    ] = None,
    jobs: Jobs = None,
    report: ReportFile = None,
    executor: Executor = "",
    gentle: Gentle = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build packages: records and files to BagIt 1.0 bags, each verified before it has its name.

    Of many records, those whose package is there already, from the same record, files and options,
    are left as they are, so that a run that was stopped can be run again.

    Example: archive-pkg build records/1960-07-18-cpsu-to-sed --out packages
    """
    day = parse_date(on)
    make = _maker(target, tags, metadata)
    on_a_shelf = jobs or report or executor or gentle or files or layout or no_sync
    if target and on_a_shelf:
        raise UsageError(
            "--layout, --no-sync, --jobs, --report, --executor, --gentle and --files are for "
            "shelves, not for what a target takes",
            "leave them out, or build without --target",
        )
    from archive_pkg.collection import Options, build_many, find_sources, guarded, make_shelf
    from archive_pkg.packages.metadata import DEFAULT, chosen

    documents = DEFAULT if metadata is None else chosen(metadata)
    with telling("build", report, as_json=as_json, quiet=quiet) as told:
        if target or (not on_a_shelf and _is_one(records, out)):
            letters, _ = told.ahead(records, _lines)
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
                told.take(guarded(letter, partial(_built, make, letter)))
            return
        withheld = 0

        def take(done: Done) -> None:
            nonlocal withheld
            told.take(done)
            withheld += len(done.details.get("withheld", ()))
            if withheld:
                told.closing({"parts withheld": withheld})

        sources, _ = told.ahead(find_sources(records, files, take), _lines)
        build_many(
            sources,
            make_shelf(out, layout),
            take,
            executor=executor_from(jobs, executor, gentle=gentle),
            options=Options(
                day,
                replace=replace,
                drop_signatures=drop_signatures,
                sync=not no_sync,
                audience=audience,
                documents=documents,
            ),
            wait=wait,
        )


def _is_one(records: list[Path], out: Path) -> bool:
    """Whether this is about one letter, and a folder that is no shelf with its own layout."""
    from archive_pkg.collection.bulk.subjects import are_single, has_record
    from archive_pkg.collection.shelves import is_declared
    from archive_pkg.tables import is_tables

    single = len(records) == 1 and are_single(records, has_record) and not is_tables(records[0])
    return single and not is_declared(out)


def _maker(target: str, tags: list[str] | None, metadata: str | None) -> Callable[..., Built]:
    """Return what builds a package, a plain one or one for a target."""
    from archive_pkg.packages import build_package
    from archive_pkg.packages.targets import build_for, find_target

    if target:
        return partial(build_for, find_target(target, metadata), given=parse_tags(tags))
    if tags:
        raise UsageError("--tag says what a target asks for", "name one with --target")
    return build_package if metadata is None else partial(build_package, metadata=metadata)


def _built(make: Callable[..., Built], record: Path) -> Done:
    """Build one package where no shelf is."""
    from archive_pkg.collection import Done

    built = make(record)
    details: dict[str, Any] = {
        "package": str(built.path),
        "differences": list(built.differences),
    }
    if built.withheld:
        details["withheld"] = {name: one.sentence for name, one in built.withheld.items()}
    # Advice is for `check`; here it would hide what matters.
    findings = built.report.of(Severity.WARNING)
    return Done(str(record), built.outcome, findings=findings, details=details)


def _lines(done: Done) -> Iterator[str]:
    from archive_pkg.packages.signatures.verifying import is_signature_file

    told = done.details
    yield f"{told['package']}: {_OUTCOMES[done.outcome]}"
    for part, sentence in told.get("withheld", {}).items():
        yield f"  withheld: {part}, {sentence}"
    for name in told.get("differences", ()):
        yield f"  changed: {name}"
    if any(map(is_signature_file, told.get("differences", ()))):
        yield "  It was signed; the signatures are gone. Sign the new package again."


_OUTCOMES = {
    "built": "built and verified",
    "unchanged": "is there already, the same to the byte; nothing was done",
    "replaced": "built, verified, and put in the place of the one that was there",
}


def parse_date(text: str | None) -> date | None:
    """The day that an option names. Raises UsageError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day", "write it as 2026-11-24") from error
