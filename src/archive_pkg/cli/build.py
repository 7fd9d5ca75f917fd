"""`archive-pkg build`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.errors import UsageError
from archive_pkg.reports import Severity


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    records: Annotated[
        list[Path], typer.Argument(help="Records: their files, or the folders they lie in.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder for the packages.")],
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
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another build of the same package.")
    ] = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build packages: records and files to BagIt 1.0 bags, each verified before it has its name.

    Example: archive-pkg build records/1960-07-18-cpsu-to-sed --out packages
    """
    from archive_pkg.packages import build_package

    with answering("build", as_json=as_json, quiet=quiet) as answer:
        day = parse_date(on)
        for record in records:
            with answer.about(record) as result:
                built = build_package(record, out, on=day, replace=replace, wait=wait)
                # Advice is for `check`; here it would hide what matters.
                answer.found(result, built.report.of(Severity.WARNING))
                result |= {
                    "package": str(built.path),
                    "outcome": built.outcome,
                    "differences": list(built.differences),
                }
                answer.say(f"{built.path}: {_OUTCOMES[built.outcome]}")
                for name in built.differences:
                    answer.say(f"  changed: {name}")


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
