"""`archive-pkg upgrade`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(upgrade)


def upgrade(
    records: Annotated[list[Path], typer.Argument(help="Records (files or folders).")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert records of an earlier format to the current one. Comments and style do not change.

    Example: archive-pkg upgrade records/1960-07-18-cpsu-to-sed
    """
    from archive_pkg.records.saving import upgrade_record
    from archive_pkg.records.upgrading import FORMAT

    with answering("upgrade", as_json=as_json, quiet=quiet) as answer:
        for record in records:
            with answer.about(record) as result:
                upgraded = upgrade_record(record)
                result |= {"upgraded": upgraded, "format": FORMAT}
                answer.say(
                    f"{record}: {'upgraded to' if upgraded else 'already in'} format {FORMAT}"
                )
