"""`archive-pkg check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Records: their files, or the folders they lie in.")
    ],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say everything that is wrong with records, each finding with its place.

    Example: archive-pkg check records/1960-07-18-cpsu-to-sed
    """
    from archive_pkg.packages import check_many

    with answering("check", as_json=as_json, quiet=quiet) as answer:
        for path, report in check_many(paths):
            with answer.about(path) as result:
                answer.found(result, report)
                if report.ok:
                    answer.say(f"{path}: sound{_count_of_rest(len(report))}")


def _count_of_rest(number: int) -> str:
    return f", with {number} remark{'' if number == 1 else 's'}" if number else ""
