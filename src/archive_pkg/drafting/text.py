"""A decoded text as lines and blocks, each with its place in code points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer lines are prose whatever they begin with; no rule looks at one whole.
LONGEST_FORMULA = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its line end and surrounding white space.

    Attributes:
        start: Offset of its first character that is not white space, in code points.
        end: Offset after its last character that is not white space.
        text: The characters between.
        block: Number of the block it stands in, from 0.
        first: Whether it is the first line of its block.
        last: Whether it is the last line of its block.
    """

    start: int
    end: int
    text: str
    block: int
    first: bool
    last: bool

    @property
    def alone(self) -> bool:
        """Whether the line is a block of its own."""
        return self.first and self.last

    @property
    def is_short(self) -> bool:
        """Whether it can be a formula (a salutation, a dateline) rather than prose."""
        return len(self.text) <= LONGEST_FORMULA


def _raw_lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line; CR LF, CR and LF each end one."""
    place = 0
    for piece in text.splitlines(keepends=True):
        yield place, place + len(piece)
        place += len(piece)


def lines_of(text: str) -> list[Line]:
    """The lines of a text that have something in them, in order.

    Blocks are what blank lines part. The offsets point into `text` as given: nothing is
    translated.
    """
    found: list[tuple[int, int, str, int]] = []
    block, pending = -1, True
    for start, end in _raw_lines(text):
        stripped = text[start:end].strip()
        if not stripped:
            pending = True
            continue
        if pending:
            block, pending = block + 1, False
        begin = text.index(stripped[0], start)
        found.append((begin, begin + len(stripped), stripped, block))
    return [
        Line(
            begin,
            end,
            words,
            number,
            i == 0 or found[i - 1][3] != number,
            i + 1 == len(found) or found[i + 1][3] != number,
        )
        for i, (begin, end, words, number) in enumerate(found)
    ]
