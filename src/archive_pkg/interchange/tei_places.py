"""Name places in the text of a TEI division, as the scheme `string-range` (TEI P5, 17.2.4).

A place is a number of characters of the division's text, from its start. The number of characters
that are not blank is the same in the division and in the plain text of its part.
"""

from __future__ import annotations

import re
from typing import NamedTuple

FORM_FEED = '<g n="U+000C">\N{REPLACEMENT CHARACTER}</g>'
"""The element for a form feed, which is blank in the plain text."""
_RANGE = re.compile(r"#string-range\(([^(),]+),([0-9]{1,9}),([0-9]{1,9})\)")
_INK = re.compile(r"[\S\x0b\x1c-\x1f]")
"""A character that is not blank. Control characters are part of the text, except form feeds."""


class TextRange(NamedTuple):
    """A range of characters, with the offset after the last one."""

    start: int
    end: int


class Characters:
    """The characters of a text that are not blank."""

    def __init__(self, text: str) -> None:
        self._offsets = [found.start() for found in _INK.finditer(text)]
        self._end = len(text)

    def range_of(self, first: int, count: int) -> TextRange:
        """Return the range of some characters that are not blank.

        Args:
            first: The number of such characters before it.
            count: The number of such characters in it.
        """
        inside = self._offsets[first : first + count]
        start = inside[0] if inside else self._end
        return TextRange(start, inside[-1] + 1 if inside else start)


def count(text: str) -> int:
    """Return the number of characters that are not blank."""
    return len(_INK.findall(text))


def pointer(name: str, place: TextRange) -> str:
    """Return the pointer to a range of characters of the element with an `xml:id`."""
    return f"#string-range({name},{place.start},{place.end - place.start})"


def read_pointer(target: str) -> tuple[str, TextRange] | None:
    """Return the `xml:id` and the range of a pointer; None if it has another form."""
    found = _RANGE.fullmatch(target)
    if found is None:
        return None
    start = int(found[2])
    return found[1], TextRange(start, start + int(found[3]))
