"""A decoded text as lines and blocks, each with its place in code points."""

from __future__ import annotations

import re
from typing import NamedTuple

# Longer lines are prose whatever they begin with; no rule looks at one whole.
LONGEST_FORMULA = 160
# How much of a very long text is searched for forms at its beginning, and as much at its end.
WINDOW = 60_000
# The widest line that somebody breaks by hand or machine; longer ones are whole paragraphs.
WIDEST = 120
_LINE = re.compile(r"\S[^\r\n]*")


class Line(NamedTuple):
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


def windows(text: str) -> list[tuple[int, int]]:
    """The stretches of a text that are searched for forms: all of it, or beginning and end."""
    if len(text) <= 2 * WINDOW:
        return [(0, len(text))]
    first = text.rfind("\n", 0, WINDOW) + 1 or WINDOW
    last = text.find("\n", len(text) - WINDOW)
    return [(0, first), (last if last >= 0 else len(text) - WINDOW, len(text))]


def _line_ends(text: str) -> int:
    """How many lines end in some white space; CR LF, CR and LF each end one."""
    return max(text.count("\n"), text.count("\r"))


def _parted(lines: list[tuple[int, int, str, int]]) -> list[tuple[int, int, str, int]]:
    """Lines without any blank line between them, each a block of its own.

    Only where lines are broken at a width does one that reaches it go on in the next.
    """
    lengths = sorted(len(words) for _, _, words, _ in lines)
    width = lengths[len(lengths) * 9 // 10]
    wrapped = 40 <= width <= WIDEST
    parted, block = [], 0
    for number, (begin, end, words, _) in enumerate(lines):
        before = lines[number - 1][2] if number else ""
        if number and not (wrapped and len(before) >= width * 4 // 5):
            block += 1
        parted.append((begin, end, words, block))
    return parted


def lines_of(text: str) -> list[Line]:
    """The lines of a text that have something in them, in order.

    Blocks are what blank lines part. The offsets point into `text` as given: nothing is
    translated. Of a very long text only its beginning and end are cut into lines.
    """
    found: list[tuple[int, int, str, int]] = []
    block, after = -1, 0
    for start, stop in windows(text):
        for match in _LINE.finditer(text, start, stop):
            words = match.group().rstrip()
            if block < 0 or _line_ends(text[after : match.start()]) > 1:
                block += 1
            after = match.start() + len(words)
            found.append((match.start(), after, words, block))
    if block == 0 and len(found) > 3:
        found = _parted(found)
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
