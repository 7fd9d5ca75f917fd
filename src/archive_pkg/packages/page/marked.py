"""A text cut at every place where a quote or note begins or ends, for marking it up.

Quotes overlap and nest as they please, and HTML's elements must not. So a text becomes a row of
segments, each with everything that covers it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that covers a stretch of a text.

    Attributes:
        start: Offset of its first character, in code points.
        end: Offset behind its last.
        name: What it is called on the page; a statement's or a note's.
    """

    start: int
    end: int
    name: str


class Segment(NamedTuple):
    """A stretch of text under the same marks throughout.

    Attributes:
        text: Its characters.
        names: The marks that cover it.
        begins: Those among them that begin with it.
    """

    text: str
    names: tuple[str, ...]
    begins: tuple[str, ...]


class Line(NamedTuple):
    """A line of a text, which in letters is a paragraph.

    Attributes:
        segments: What it consists of; none for a blank line.
        role: What it is in the letter, where a statement covers the whole of it: "salutation".
        start: Offset of its first character, in code points.
    """

    segments: tuple[Segment, ...]
    role: str = ""
    start: int = 0


def marked_lines(
    text: str, start: int, end: int, marks: Iterable[Mark], roles: Sequence[str] = ()
) -> list[Line]:
    """A stretch of a text as lines of segments.

    Args:
        text: The whole text, in whose offsets the marks are.
        start: Where the stretch begins.
        end: Where it ends.
        marks: What covers it, in any order.
        roles: The marks that make a line what it is, where they cover all of it.
    """
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    opens: dict[int, list[str]] = defaultdict(list)
    closes: dict[int, list[str]] = defaultdict(list)
    for mark in inside:
        opens[max(mark.start, start)].append(mark.name)
        closes[min(mark.end, end)].append(mark.name)
    cuts = sorted({start, end, *opens, *closes, *_line_ends(text, start, end)})
    lines: list[Line] = []
    row: list[Segment] = []
    begun = start
    standing: dict[str, int] = {}
    for here, there in itertools.pairwise(cuts):
        for name in closes.get(here, ()):
            standing[name] -= 1
            if not standing[name]:
                del standing[name]
        begins: tuple[str, ...] = ()
        if here in opens:
            begins = tuple(dict.fromkeys(name for name in opens[here] if name not in standing))
            for name in opens[here]:
                standing[name] = standing.get(name, 0) + 1
        piece = text[here:there]
        if bare := piece.rstrip("\r\n"):
            row.append(Segment(bare, tuple(standing), begins))
        if piece.endswith(("\n", "\r")):
            lines.append(_line(row, roles, begun))
            row, begun = [], there
    if row:
        lines.append(_line(row, roles, begun))
    return lines


def _line_ends(text: str, start: int, end: int) -> Iterator[int]:
    here = start
    for line in text[start:end].splitlines(keepends=True):
        here += len(line)
        if line.endswith(("\n", "\r")):
            yield here


def _line(row: Sequence[Segment], roles: Sequence[str], start: int) -> Line:
    words = [segment for segment in row if segment.text.strip()]
    if not words:
        return Line((), start=start)
    if not words[0].names:
        return Line(tuple(row), start=start)
    role = next((name for name in roles if all(name in word.names for word in words)), "")
    return Line(tuple(row), role, start)
