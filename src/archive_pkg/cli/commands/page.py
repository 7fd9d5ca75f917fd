"""`archive-pkg page`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.audience import Audience, say_seen
from archive_pkg.cli.commands.build import parse_date
from archive_pkg.cli.language import project_for_pages
from archive_pkg.cli.output import Json, Quiet, answering, mode_for, write_file
from archive_pkg.messages import _, within


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(page)


def page(
    path: Annotated[Path, typer.Argument(help="A record's file or folder, or a package.")],
    output: Annotated[
        Path, typer.Option("--out", "-o", help="The HTML file to write; - is standard output.")
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            help="The day of the check [default: today]. A future day does not lift a restriction "
            "early.",
        ),
    ] = None,
    audience: Audience = "public",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a page of a letter: its text next to its record, each statement linked to its words.

    The page is one HTML file for any browser. It leaves out what the public may not see today and
    says so. Use --audience internal to show everything.

    Example: archive-pkg page packages/1960-07-18-cpsu-to-sed -o letter.html
    """
    from archive_pkg.packages import verify
    from archive_pkg.packages.access.leaks import refuse_traces
    from archive_pkg.packages.access.redaction import seen_by
    from archive_pkg.packages.opening import read_record_or_package
    from archive_pkg.packages.page import letter_page

    with (
        answering("page", as_json=as_json, quiet=quiet, files=[output]) as answer,
        answer.about(path) as result,
    ):
        day = parse_date(on) or datetime.now(UTC).date()
        record, folder, package = read_record_or_package(path)
        verification = verify(package.path) if package else None
        if verification:
            answer.found(result, verification.report)
        outgoing = seen_by(record, audience, folder, day)
        with within(project_for_pages().language):
            html = letter_page(
                outgoing.record,
                folder,
                verification=verification,
                checked_on=day.isoformat(),
                is_cut=outgoing.is_cut,
            )
        refuse_traces(outgoing, folder, {"the page": html}, "no page was written")
        write_file(output, html.encode(), mode=mode_for(audience, path))
        result["page"] = str(output)
        damaged = verification is not None and not verification.ok
        answer.say(
            _(
                "{output}: written, but the package is not valid. Open the page in any browser.",
                output=output,
            )
            if damaged
            else _("{output}: written. Open the page in any browser.", output=output)
        )
        say_seen(answer, result, path, outgoing)
