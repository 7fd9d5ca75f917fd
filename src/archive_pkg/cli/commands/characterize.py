"""`archive-pkg characterize`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.commands.build import parse_date
from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(characterize)


def characterize(
    records: Annotated[list[Path], typer.Argument(help="Records: their files or folders.")],
    on: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="The date of the events [default: today]."
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Identify file formats (PRONOM), scan for viruses, and write the results into the record.

    Example: archive-pkg characterize records/1960-07-18-cpsu-to-sed
    """
    from archive_pkg.packages.characterizing import characterize as characterize_

    with answering("characterize", as_json=as_json, quiet=quiet) as answer:
        day = parse_date(on)
        for record in records:
            with answer.about(record) as result:
                done = characterize_(record, on=day)
                result["events"] = [
                    event.model_dump(mode="json", exclude_defaults=True) for event in done.events
                ]
                for event in done.events:
                    answer.say(f"{done.file}: {event.type} of {', '.join(event.objects)}")
                    answer.say(f"  {event.detail}")
                if not done.events:
                    answer.say(f"{done.file}: is up to date; nothing was written")
                answer.found(result, done.report)
