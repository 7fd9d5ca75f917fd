"""Read lines of markings: levels, caveats, copy numbers, and numbers and dates next to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.dates.written.reader import find_dates
from archive_pkg.drafting.official_documents.segments import close_up
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

LONGEST_LINE = 120
MOST_SPACES = 8  # in a date
_PART = re.compile(r"\s*(?:[;,/，、]|[–—]|\s-\s|\.\s+(?=[A-ZА-Я«])|!\s+)\s*")
_PIECE = re.compile(r"\S+")
_NUMBER_WORD = r"(?:no|nos|nr|number|num|nº|n°|№|#|numer|čís|č|sz)\.?\s*:?\s*"
# A day after a number is not a part of it: "No. 7 4 May 1961".
_NO_DAY = (
    r"(?!\d{1,2}(?:st|nd|rd|th)?[\s./-]+(?:of\s)?(?:[^\W\d]{1,12}|\d{1,2})[\s./,-]+"
    r"(?:\d{4}|\d\d)(?!\d))"
)
_VALUE = rf"(?=[^\s,;]*\d)[^\s,;()\[\]]+(?:\s{_NO_DAY}(?=[^\s,;]*\d)[^\s,;()\[\]]+)?"
COPY = re.compile(
    r"(?:copy|ausfertigung|exemplar|ex|экземпляр|экз|egzemplarz|egz|exemplaire"
    r"|példány|výtisk|kopie|copia|exemplarul)\.?"
    rf"\s*(?:{_NUMBER_WORD})?\d+(?:\s*(?:of|/|von|z|из)\s*\d+(?:\s*copies)?)?"
    r"|no\.?\s?\d+\s+of\s+\d+\s+copies|\d+\.?\s*(?:ausfertigung|exemplar|exemplář|példány)"
    r"|copy\s+(?:one|two|three|four|five|six|first|second|third)",
    re.IGNORECASE,
)
COPIES = re.compile(
    r"(?:in\s)?(?:\d+|one|two|three|four|five|six|seven|eight|nine"
    r"|ten)\s+(?:copies|exemplare|ausfertigungen|exemplaires|egz\.?|экз\.?|copies "
    r"(?:were )?(?:printed|made|typed))\.?"
    r"|(?:no\.|number of) copies(?: made)?:?\s*\d+|[^\W\d]*\s?\d+ példányban",
    re.IGNORECASE,
)
# "[signature]", "(signed)", "п. п.", "/-/", "Sgd."
SIGNED = re.compile(
    r"[\[(]{1,2}(?:illegible )?(?:signature|signed|sign|podpis|подпись|signatura"
    r"|aláírás|unterschrift|sgd\.?"
    r"|sd\.?|п\.\s?п\.)[\])]{1,2}|\b(?:signed|gez\.|п\.\s?п\.)(?=\s|:)[:.]?|/[-–—]/(?=\s)"
    r"|^(?:s/d|sg?d(?:\s?/\s?[-–—]|[./:]+))(?:\s?[-–—])?(?=\s|$)",
    re.IGNORECASE,
)
IN_PARENTHESES = re.compile(r"\(\s*(?P<name>[^()\[\]]{3,40}?)\s*\)$")
NUMBER = re.compile(
    r"(?P<label>(?:(?:our|your|special|spec|cipher|code|issuing|outgoing|incoming"
    r"|registry|reg|registration|ref|исх|вх)\.?\s+){0,2})"
    rf"{_NUMBER_WORD}(?P<value>[A-ZА-Яa-z]{{0,3}}\s?{_VALUE})\.?",
    re.IGNORECASE,
)

# "removal of copies is strictly prohibited"
_NO_COPIES = re.compile(
    r"(?:[a-z]+ ){0,3}(?:copy|copies|copying|reproduction|duplication|dissemination|circulation)"
    r"(?: of [a-z ]{1,30})?(?: (?:is|are))?(?: strictly)? (?:prohibited|forbidden|not permitted)"
)


@dataclass(frozen=True, slots=True)
class Marking:
    """One marking in a line.

    Attributes:
        kind: "level", "caveat", "copy", "copies", "number", "date" or "unknown".
        start: The offset in the line.
        end: The offset after the marking.
        text: The marking as written. For "number", only the number.
        level: The level that a marking of the kind "level" means; otherwise empty.
    """

    kind: str
    start: int
    end: int
    text: str
    level: str = ""


@lru_cache(maxsize=256)  # several readers ask for those of the same line
def read_marking_line(text: str, vocabulary: Vocabulary) -> list[Marking]:
    """Return the markings of a line that has nothing but markings; an empty list for other lines.

    A line needs a level, a caveat or a copy number. It can also have numbers and dates and, after a
    level, an unknown phrase of up to five words that begins with a capital.
    """
    if len(text) > LONGEST_LINE:
        return []
    found: list[Marking] = []
    place = 0
    for gap in [*_PART.finditer(text), None]:
        begin, after = (gap.start(), gap.end()) if gap else (len(text), len(text))
        piece = text[place:begin]
        start = place + len(piece) - len(piece.lstrip(' [(*.=_-«"“'))
        end = begin - (len(piece) - len(piece.rstrip(' ])*.:=_-»"”')))
        if start < end:
            marks = _read_part(text[start:end], start, vocabulary, alone=not (found or gap))
            if not marks and found and found[-1].kind == "date" and text[start:end].isdigit():
                pass
            elif not marks:
                known = any(m.kind == "level" for m in found)
                short = end - start <= 40 and text[start:end].count(" ") < 5
                if not (known and short and text[start].isupper()):
                    return []
                marks = [Marking("unknown", start, end, text[start:end])]
            found += marks
        place = after
    if not any(m.kind in ("level", "caveat", "copy") for m in found):
        return []
    return [_with_punctuation(m, text, found) for m in found]


def _with_punctuation(mark: Marking, text: str, found: list[Marking]) -> Marking:
    """Return a marking with the parentheses around it or the exclamation mark after it."""
    if len(found) == 1 and mark.kind == "level":
        bare = text.strip()
        start = len(text) - len(text.lstrip())
        if bare[:1] == "(" and bare[-1:] == ")":
            return Marking(mark.kind, start, start + len(bare), bare, mark.level)
    if text[mark.end : mark.end + 1] == "!":
        return Marking(mark.kind, mark.start, mark.end + 1, mark.text + "!", mark.level)
    return mark


def _read_part(part: str, start: int, vocabulary: Vocabulary, *, alone: bool) -> list[Marking]:
    """Return the markings of one part of a line; an empty list if it has any other word.

    A part that is alone cannot be a date, because the line needs a marking, too.
    """
    bare = close_up(part).rstrip(".!")
    phrase = " ".join(words_of(bare))
    end = start + len(part)
    if phrase in vocabulary.levels:
        return [Marking("level", start, end, part, vocabulary.levels[phrase])]
    if is_caveat(phrase, vocabulary):
        return (
            [Marking("caveat", start, end, part)]
            if part[0].isupper() or not part[0].islower()
            else []
        )
    if COPY.fullmatch(bare):
        return [Marking("copy", start, end, part)]
    if COPIES.fullmatch(bare):
        return [Marking("copies", start, end, part)]
    number = NUMBER.fullmatch(bare)
    if number is not None:
        begin, stop = number.span("value")
        return [Marking("number", start + begin, start + stop, number.group("value"))]
    if not alone and part.count(" ") <= MOST_SPACES and any(c.isdigit() for c in part):
        dates = find_dates(part, vocabulary)
        if len(dates) == 1 and not words_of(part[: dates[0].start] + part[dates[0].end :]):
            return [Marking("date", start, end, part)]
    return _read_spaced(part, start, vocabulary)


def is_caveat(phrase: str, vocabulary: Vocabulary) -> bool:
    """Return whether words restrict copying, handling or circulation."""
    return (
        phrase in vocabulary.caveats
        or phrase in vocabulary.handling
        or phrase in vocabulary.alone
        or _NO_COPIES.fullmatch(phrase) is not None
    )


def _read_spaced(part: str, start: int, vocabulary: Vocabulary) -> list[Marking]:
    """Return markings that spaces or a word for "and" separate; an empty list if there are others.

    Examples: "Top Secret Copy No. 2", "Secret and Personal".
    """
    pieces = list(_PIECE.finditer(part))
    if not 2 <= len(pieces) <= 12:
        return []
    words = [" ".join(words_of(piece.group())) for piece in pieces]
    found: list[Marking] = []
    place = 0
    while place < len(pieces):
        if pieces[place].group().casefold() in ("and", "und", "et", "-", "и", "i"):
            place += 1
            continue
        for stop in range(min(len(pieces), place + 8), place, -1):
            if stop - place == len(pieces):
                continue
            begin, end = pieces[place].start(), pieces[stop - 1].end()
            some = part[begin:end].strip("()[]")
            begin = part.index(some, begin)
            end = begin + len(some)
            phrase = " ".join(filter(None, words[place:stop]))
            if phrase in vocabulary.levels:
                found.append(
                    Marking("level", start + begin, start + end, some, vocabulary.levels[phrase])
                )
            elif is_caveat(phrase, vocabulary):
                found.append(Marking("caveat", start + begin, start + end, some))
            elif COPY.fullmatch(some.rstrip(".")):
                found.append(Marking("copy", start + begin, start + end, some))
            elif (number := NUMBER.fullmatch(some)) is not None and found:
                at = start + begin + number.start("value")
                found.append(
                    Marking("number", at, at + len(number.group("value")), number.group("value"))
                )
            else:
                continue
            break
        else:
            return []
        place = stop
    return found if part[0].isupper() or not part[0].isalpha() else []
