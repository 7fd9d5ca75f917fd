"""Read a line of classification markings, and find its level in the vocabulary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

_SEPARATOR = re.compile(r"[;,/]|[–—-](?=\s)|\s[–—-]")
LONGEST = 120


@dataclass(frozen=True, slots=True)
class MarkingLine:
    """The meaning of a line of markings.

    Attributes:
        level: The highest level in the line; empty if the line has no level.
        explicit_none: Whether the line says that the document has no marking.
        sure: Whether the vocabulary contains every part of the line.
    """

    level: str
    explicit_none: bool = False
    sure: bool = True


def _level(part: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return the level of one part of a line, and whether the part is a marking."""
    words = words_of(part)
    phrase = " ".join(words)
    if phrase in vocabulary.levels:
        return vocabulary.levels[phrase], True
    if phrase in vocabulary.handling or phrase in vocabulary.alone:
        return "", True
    # "Top Secret Priority", "Secret and Personal", "Personal and Confidential"
    level, place = "", 0
    while place < len(words):
        if words[place] in ("and", "und", "et", "-"):
            place += 1
            continue
        for length in range(min(8, len(words) - place), 0, -1):
            some = " ".join(words[place : place + length])
            if some in vocabulary.levels:
                level = highest(level, vocabulary.levels[some], vocabulary)
                break
            if some in vocabulary.handling or some in vocabulary.alone:
                break
        else:
            return "", False
        place += length
    return level, bool(words)


def highest(one: str, other: str, vocabulary: Vocabulary) -> str:
    """Return the higher of two levels."""
    rank = {level: place for place, level in enumerate(vocabulary.order)}
    return max(one, other, key=lambda level: rank.get(level, -1))


def read_marking(line: str, vocabulary: Vocabulary) -> MarkingLine | None:
    """Read a line of markings; return None for any other line.

    Unknown code words can follow a level ("Secret; Nodis; Sandstorm").
    """
    if len(line) > LONGEST:
        return None
    line = line.rstrip(" .:").removesuffix("(not a U.S. classification)")
    if " ".join(words_of(line)) in vocabulary.unmarked:
        return MarkingLine("", explicit_none=True)
    parts = [part.strip(" .[]()") for part in _SEPARATOR.split(line)]
    parts = [part for part in parts if part]
    level, known, unknown = "", 0, 0
    for part in parts:
        found, is_marking = _level(part, vocabulary)
        if is_marking:
            known += 1
            level = highest(level, found, vocabulary)
        elif known and len(part) <= 60 and part[0].isupper():
            unknown += 1
        else:
            return None
    alone = any(" ".join(words_of(part)) in vocabulary.alone for part in parts)
    if not known or (unknown and not level) or not (level or alone):
        return None
    # A line that begins with a small letter is prose ("personal remarks").
    return (
        MarkingLine(level, sure=not unknown)
        if parts[0][0].isupper() or not parts[0][0].islower()
        else None
    )
