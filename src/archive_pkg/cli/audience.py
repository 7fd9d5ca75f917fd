"""The option `--audience` of everything that shows or writes documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.cli.output import Answer
    from archive_pkg.packages.access import Withheld

Audience = Annotated[
    Literal["public", "internal"],
    typer.Option(
        "--audience",
        help="Who will see it: the public, without what is withheld today; or internal, with "
        "everything.",
    ),
]


def say_withheld(
    answer: Answer, result: dict[str, object], gone: Mapping[str, Withheld], how: str = ""
) -> None:
    """Say which parts are withheld, by which rule, and with which option everything is there."""
    result["withheld"] = {name: one.rule for name, one in gone.items()}
    for name, one in gone.items():
        answer.say(f"  withheld: {name}, {one.sentence}")
    if gone and how:
        answer.say(f"  {how}")
