"""Split a text wherever a quote or note begins or ends, to mark it up in HTML.

Quotes can overlap, but elements in HTML cannot. So a text is split into segments, each with the
names of all highlights that cover it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Highlight:
    """A quote or note that covers a span of a text.

    Attributes:
        start: Offset of its first character, in code points.
        end: Offset after its last character.
        name: The id of the statement or note on the page.
    """

    start: int
    end: int
    name: str


class Segment(NamedTuple):
    """A span of text with the same highlights throughout.

    Attributes:
        text: Its characters.
        names: The names of the highlights that cover it.
        begins: The names of the highlights that begin at its start.
    """

    text: str
    names: tuple[str, ...]
    begins: tuple[str, ...]


class MarkedLine(NamedTuple):
    """A line of a text.

    Attributes:
        segments: Its segments; none for a blank line.
        role: The role of the highlight that covers the complete line, such as "salutation".
        start: Offset of its first character, in code points.
    """

    segments: tuple[Segment, ...]
    role: str = ""
    start: int = 0

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(segment.text for segment in self.segments)


def marked_lines(
    text: str, start: int, end: int, marks: Iterable[Highlight], roles: Sequence[str] = ()
) -> list[MarkedLine]:
    """Return a span of a text as lines of segments.

    Args:
        text: The complete text.
        start: The offset at which the span begins.
        end: The offset at which it ends.
        marks: The highlights, in any order.
        roles: The names of highlights that give a line its role if they cover all of it.
    """
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    opens: dict[int, list[str]] = defaultdict(list)
    closes: dict[int, list[str]] = defaultdict(list)
    for mark in inside:
        opens[max(mark.start, start)].append(mark.name)
        closes[min(mark.end, end)].append(mark.name)
    cuts = sorted({start, end, *opens, *closes, *_line_ends(text, start, end)})
    lines: list[MarkedLine] = []
    row: list[Segment] = []
    begun = start
    active: dict[str, int] = {}
    for here, there in itertools.pairwise(cuts):
        for name in closes.get(here, ()):
            active[name] -= 1
            if not active[name]:
                del active[name]
        begins: tuple[str, ...] = ()
        if here in opens:
            begins = tuple(dict.fromkeys(name for name in opens[here] if name not in active))
            for name in opens[here]:
                active[name] = active.get(name, 0) + 1
        piece = text[here:there]
        if not row and not active and piece.endswith(("\n", "\r")):  # most lines; faster
            bare = piece.rstrip("\r\n")
            segments = (Segment(bare, (), ()),) if bare.strip() else ()
            lines.append(MarkedLine(segments, start=here))
            begun = there
            continue
        if bare := piece.rstrip("\r\n"):
            row.append(Segment(bare, tuple(active), begins))
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


def _line(row: Sequence[Segment], roles: Sequence[str], start: int) -> MarkedLine:
    words = [segment for segment in row if segment.text.strip()]
    if not words:
        return MarkedLine((), start=start)
    if not words[0].names:
        return MarkedLine(tuple(row), start=start)
    role = next((name for name in roles if all(name in word.names for word in words)), "")
    return MarkedLine(tuple(row), role, start)
