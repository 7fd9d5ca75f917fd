"""Notes in brackets: what an editor, a translator or a declassifier put into the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRACKET = re.compile(r"[\[\]]")


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket in the text, the outermost of nested ones.

    Attributes:
        start: Offset of the opening bracket.
        end: Offset after the closing one.
        text: The whole, brackets included.
    """

    start: int
    end: int
    text: str


def find_brackets(text: str) -> tuple[list[Bracket], list[int]]:
    """The outermost brackets, and the offsets of brackets that have no counterpart.

    An opening bracket without its counterpart hides nothing: brackets after it are still found.
    """
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    loose: list[int] = []
    for match in _BRACKET.finditer(text):
        if match.group() == "[":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, match.end()))
        else:
            loose.append(match.start())
    loose.extend(opened)
    return [Bracket(a, b, text[a:b]) for a, b in pairs], sorted(loose)
