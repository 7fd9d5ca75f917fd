"""`archive-pkg why-not`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.audience import Audience
from archive_pkg.cli.commands.build import Tags, parse_tags
from archive_pkg.cli.output import Json, Quiet, answering
from archive_pkg.cli.project import current_project


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why-not")(why_not)


def why_not(
    paths: Annotated[list[Path], typer.Argument(help="Records or packages.")],
    target: Annotated[
        str, typer.Option("--target", help="The name of a target, or a BagIt profile (JSON file).")
    ],
    tags: Tags = None,
    audience: Audience = "internal",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List everything that would make a target reject a letter, and how to correct it.

    Example: archive-pkg why-not records/1960-07-18-cpsu-to-sed --target aptrust
    """
    from archive_pkg.packages.targets import find_target
    from archive_pkg.packages.targets import why_not as reasons

    given = parse_tags(tags)
    with answering("why-not", as_json=as_json, quiet=quiet) as answer:
        chosen = find_target(target, project=current_project())
        for path in paths:
            with answer.about(path) as result:
                report = reasons(path, chosen, given, audience)
                result["acceptable"] = report.ok
                verdict = "meets the known requirements of" if report.ok else "would be rejected by"
                answer.say(f"{path}: {verdict} {chosen.title}")
                answer.found(result, report)
