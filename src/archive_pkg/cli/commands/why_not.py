"""`archive-pkg why-not`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive_pkg.cli.audience import Audience
from archive_pkg.cli.commands.build import Tags, parse_tags
from archive_pkg.cli.output import Json, Quiet, answering


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why-not")(why_not)


def why_not(
    paths: Annotated[list[Path], typer.Argument(help="Records, or packages as they are.")],
    target: Annotated[
        str, typer.Option("--target", help="A repository's name, or the file of a BagIt profile.")
    ],
    tags: Tags = None,
    audience: Audience = "internal",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say all that keeps a letter from being accepted somewhere, and what to do about it.

    Example: archive-pkg why-not records/1960-07-18-cpsu-to-sed --target aptrust
    """
    from archive_pkg.packages.targets import find_target
    from archive_pkg.packages.targets import why_not as reasons

    chosen = find_target(target)
    given = parse_tags(tags)
    with answering("why-not", as_json=as_json, quiet=quiet) as answer:
        for path in paths:
            with answer.about(path) as result:
                report = reasons(path, chosen, given, audience)
                result["acceptable"] = report.ok
                answer.found(result, report)
                if report.ok:
                    answer.say(f"{path}: nothing that is known keeps it from {chosen.title}")
