"""Find bodies, persons and places of the vocabulary in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import NamedEntity, Vocabulary

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CAPITAL = re.compile(r"[A-ZÄÖÜÉА-Я](?<!\w.)[^\W_]*")
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Dd]er|[Dd]ie|[Dd]as|[Ll]e|[Ll]a) $")
_LINE_END = re.compile(r"[\r\n]\s*[\r\n]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text.

    Attributes:
        known: The body, person or place in the vocabulary.
        start: The offset of the first character, including an article before the name.
        end: The offset after the last character.
    """

    known: NamedEntity
    start: int
    end: int


def find_mentions(
    text: str, vocabulary: Vocabulary, start: int = 0, end: int | None = None
) -> list[Mention]:
    """Return the longest names in a range of a text, in order, without overlaps.

    A name in capitals ("SED", "UN") is found only in capitals. Any other name must begin with a
    capital.
    """
    found: list[Mention] = []
    stop = len(text) if end is None else end
    place = start
    for match in _CAPITAL.finditer(text, start, stop):
        if match.start() < place:
            continue
        lengths = vocabulary.name_lengths.get(match.group().casefold())
        if not lengths:
            continue
        one = _longest(text, match.start(), stop, lengths, vocabulary)
        if one is not None:
            found.append(one)
            place = one.end
    return found


def _longest(
    text: str, start: int, stop: int, lengths: tuple[int, ...], vocabulary: Vocabulary
) -> Mention | None:
    """Return the longest name that begins at an offset; None if there is none."""
    ends: list[int] = []
    words: list[str] = []
    for match in islice(_WORD.finditer(text, start, stop), lengths[0]):
        words.append(match.group().casefold().replace("’", "'"))
        ends.append(match.end())
    for length in lengths:
        if length > len(ends):
            continue
        known = vocabulary.agents.get(" ".join(words[:length]))
        if known is None or _LINE_END.search(text, start, ends[length - 1]):
            continue
        written = text[start : ends[length - 1]]
        if length == 1 and known.is_abbreviation(written.upper()) and not written.isupper():
            continue
        article = _ARTICLE.search(text, max(0, start - 5), start)
        return Mention(known, article.start() if article else start, ends[length - 1])
    return None
