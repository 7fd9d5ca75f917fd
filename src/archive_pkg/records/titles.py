"""Make titles in the form of documentary editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import in_english

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMES = 3


@in_english
def title_from_parts(
    kind: str, senders: str, recipients: str, edtf: str | None, as_written: str | None = None
) -> str:
    """Return a title: "Letter, Anna Lind to Carl Moe, 18 July 1960".

    Args:
        kind: The type of the document.
        senders: The names of the senders; may be empty.
        recipients: The names of the recipients; may be empty.
        edtf: The date; None if it is not known.
        as_written: The words of the date, which tell open dates apart.
    """
    title = type_of_title(kind)
    if senders and recipients:
        title += f", {senders} to {recipients}"
    elif senders or recipients:
        title += f" from {senders}" if senders else f" to {recipients}"
    day = (edtf or "").partition("T")[0]  # without the time
    if day:
        return f"{title}, {in_words(day)}"
    return f"{title}, “{as_written}”" if as_written else title


def type_of_title(kind: str) -> str:
    """Return the words for a type of document with which a title begins."""
    return "Document" if kind == "other" else kind.replace("-", " ").capitalize()


def joined_names(names: Sequence[str]) -> str:
    """Return the first three names: "Anna Lind and Carl Moe"."""
    others = ["others"] if len(names) > _MOST_NAMES else []
    return " and ".join([*names[:_MOST_NAMES], *others])
