"""Split a decoded text into lines and blocks with offsets in code points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container

# A longer line is prose, whatever it begins with.
LONGEST_FORMULA = 160
# The number of characters that are searched at the beginning, and at the end, of a long text.
WINDOW = 60_000
# The length of the longest line in a text with hard line breaks. Longer lines are paragraphs.
WIDEST = 120
_LINE = re.compile(r"\S[^\r\n]*")


class Line(NamedTuple):
    """A line without its line ending and surrounding white space.

    Attributes:
        start: The offset of the first character that is not white space, in code points.
        end: The offset after the last character that is not white space.
        text: The characters between these offsets.
        block: The number of the block, from 0. Blank lines divide a text into blocks.
        first: Whether the line is the first of its block.
        last: Whether the line is the last of its block.
    """

    start: int
    end: int
    text: str
    block: int
    first: bool
    last: bool

    @property
    def alone(self) -> bool:
        """Whether the line is the only one of its block."""
        return self.first and self.last

    @property
    def is_short(self) -> bool:
        """Whether the line can be a formula (a salutation, a dateline) rather than prose."""
        return len(self.text) <= LONGEST_FORMULA


def windows(text: str) -> list[tuple[int, int]]:
    """Return the ranges to search: the complete text, or its beginning and end if it is long."""
    if len(text) <= 2 * WINDOW:
        return [(0, len(text))]
    first = text.rfind("\n", 0, WINDOW) + 1 or WINDOW
    last = text.find("\n", len(text) - WINDOW)
    return [(0, first), (last if last >= 0 else len(text) - WINDOW, len(text))]


def _line_ends(text: str) -> int:
    """Return the number of line endings in white space. CR LF, CR and LF each count as one."""
    return max(text.count("\n"), text.count("\r"))


def _number_blocks(lines: list[tuple[int, int, str, int]]) -> list[tuple[int, int, str, int]]:
    """Number the blocks of a text without blank lines, in which each line becomes a block.

    If the text has hard line breaks, the line after a line of full width belongs to the same block.
    """
    lengths = sorted(len(words) for _, _, words, _ in lines)
    width = lengths[len(lengths) * 9 // 10]
    wrapped = 40 <= width <= WIDEST
    numbered, block = [], 0
    for number, (begin, end, words, _) in enumerate(lines):
        before = lines[number - 1][2] if number else ""
        if number and not (wrapped and len(before) >= width * 4 // 5):
            block += 1
        numbered.append((begin, end, words, block))
    return numbered


def split_lines(text: str) -> list[Line]:
    """Return the non-blank lines of a text in order.

    Blank lines separate blocks. Offsets refer to `text` with its original line endings. If a
    text is longer than two windows, only its beginning and end are returned.
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
        found = _number_blocks(found)
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


def without_lines(lines: list[Line], removed: Container[int]) -> list[Line]:
    """Return the lines that are not removed. Removed lines separate blocks as blank lines do."""
    kept: list[Line] = []
    block = -1
    for number, line in enumerate(lines):
        if number in removed:
            continue
        first = line.first or number - 1 in removed
        last = line.last or number + 1 in removed
        block += first
        kept.append(line._replace(block=block, first=first, last=last))
    return kept
