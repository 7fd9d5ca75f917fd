"""Split lines at wide gaps, so that a row of a table is read cell by cell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.lines import Line

_GAP = re.compile(r"[ \u00a0]{4,}|\t+")
# "N o t e", "S E C R E T": letters that are spaced for emphasis.
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_] ){2,}[^\W\d_](?![^\s:.!,–-])")
_LISTED = re.compile(r"^[-–•*]\s+")


class Segment(NamedTuple):
    """A line, or a cell of a line that is a row of a table.

    Attributes:
        start: The offset of the first character in the text.
        end: The offset after the last character.
        text: The characters between these offsets.
        line: The number of the line.
        first: Whether the line is the first of its block.
        last: Whether the line is the last of its block.
    """

    start: int
    end: int
    text: str
    line: int
    first: bool
    last: bool

    @property
    def plain(self) -> str:
        """The text, with spaced words such as "N o t e" closed up."""
        return close_up(self.text)


@lru_cache(maxsize=64)  # each reader of a line asks for it
def close_up(text: str) -> str:
    """Return a string without the spaces in words such as "N o t e"."""
    return _SPACED.sub(lambda match: match.group().replace(" ", ""), text)


def cells(lines: Sequence[Line], number: int) -> list[Segment]:
    """Return the cells of a line. Most lines are one cell."""
    line = lines[number]
    found: list[Segment] = []
    place = 0
    gaps = [gap.span() for gap in _GAP.finditer(line.text)]
    for begin, end in [*gaps, (len(line.text), len(line.text))]:
        found.append(
            Segment(
                line.start + place,
                line.start + begin,
                line.text[place:begin],
                number,
                line.first,
                line.last,
            )
        )
        place = end
    return found


def without_bullet(text: str) -> str:
    """Return a string without a bullet before it."""
    return _LISTED.sub("", text)
