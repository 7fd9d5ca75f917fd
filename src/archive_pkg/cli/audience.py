"""The option `--audience` of commands that show or write documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archive_pkg.cli.output import Answer
    from archive_pkg.packages.access.redaction import Outgoing
    from archive_pkg.packages.access.visibility import Withheld

Audience = Annotated[
    Literal["public", "internal"],
    typer.Option(
        "--audience",
        help="Who will see the result. public: leaves out what the public may not see today. "
        "internal: includes everything.",
    ),
]
HOW = "--audience internal includes what is withheld from the public"


def say_withheld(
    answer: Answer,
    result: dict[str, object],
    withheld_parts: Mapping[str, Withheld],
    indent: str = "  ",
) -> None:
    """Print the ids of the withheld parts, each with the rule that withholds it."""
    result["withheld"] = {name: one.sentence for name, one in withheld_parts.items()}
    for name, one in withheld_parts.items():
        answer.say(
            _(
                "{indent}withheld: {name}, {sentence}",
                indent=indent,
                name=name,
                sentence=one.sentence,
            )
        )


def say_seen(answer: Answer, result: dict[str, object], path: Path, outgoing: Outgoing) -> None:
    """Print which parts a document leaves out, and the option that includes them."""
    say_withheld(answer, result, outgoing.withheld, f"{path}: ")
    if outgoing.is_cut:
        answer.say(f"  {HOW}")
