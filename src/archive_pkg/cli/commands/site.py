"""`archive-pkg site`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.bulk import Jobs, bulk_answering, executor_from
from archive_pkg.cli.commands.build import parse_date
from archive_pkg.cli.counting import progress_wanted
from archive_pkg.cli.language import project_for_pages
from archive_pkg.cli.output import Json, Quiet, no_stream
from archive_pkg.cli.run_reports import MetricsFile, ReportFile
from archive_pkg.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(site)


def site(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The collection: a folder of packages.")
    ],
    output: Annotated[
        Path, typer.Option("--out", "-o", help="The folder of the site.", callback=no_stream)
    ],
    title: Annotated[
        str,
        typer.Option(
            "--title", help="The title of the site [default: the project's, or “Documents”]."
        ),
    ] = "",
    base: Annotated[
        str,
        typer.Option(
            "--base-url",
            metavar="URL",
            help="The address of the site, for the sitemap and linked data [default: the "
            "project's].",
        ),
    ] = "",
    downloads: Annotated[
        bool,
        typer.Option("--downloads", help="Verify the packages and offer them as zips."),
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="The day of publishing [default: today]."
        ),
    ] = None,
    jobs: Jobs = None,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a static site of a collection: pages to browse and search without a server.

    Parts that are not open on the day are left out. A later run writes only what has changed.

    Example: archive-pkg site packages -o public --title "The letters"
    """
    from archive_pkg.collection import open_collection
    from archive_pkg.projects import SITE_ADDRESS
    from archive_pkg.web.site.builder import build_site, count_packages

    if base and not re.fullmatch(SITE_ADDRESS, base):
        raise UsageError(
            f"{base!r} is not the address of a site", "Write it as https://example.org/letters"
        )
    day = parse_date(on) or datetime.now(UTC).date()
    collection = open_collection(directory)
    with bulk_answering("site", report, metrics=metrics, as_json=as_json, quiet=quiet) as answer:
        answer.if_none = "There are no packages. An empty site was written."
        if progress_wanted():
            answer.expect(count_packages(collection))
        made = build_site(
            collection,
            output,
            answer.take,
            executor=executor_from(jobs),
            day=day,
            title=title,
            base=base,
            downloads=downloads,
            project=project_for_pages(),
        )
        answer.closing(
            {
                "documents on the site": made.letters,
                "files": made.files,
                "new or changed": made.written,
                "removed": made.removed,
                "open": str(output / "index.html"),
            }
            | (
                {
                    "cmif.xml, which lists letters for correspSearch, was not written; set in "
                    "archive-pkg.toml": ", ".join(made.without_cmif)
                }
                if made.without_cmif
                else {}
            )
        )
