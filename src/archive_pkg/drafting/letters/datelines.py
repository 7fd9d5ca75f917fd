"""Read datelines: lines with the date and place of a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg.dates.written.reader import read_date
from archive_pkg.dates.written.readings import DateReading
from archive_pkg.drafting.language import dates_on
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

LONGEST = 110
# The largest number of words in a place before a year without day and month, and between dates.
MOST_WORDS = 3
_CLOCK = re.compile(
    r"\d{1,2}(?::\d\d)?\s?[ap]\.?\s?m\.?|\d{4}Z|noon|midnight|mitternachts?|midi|minuit",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(r"(?:No|Nr|N°)\.?\s?\d{1,7}\s+|\d{4,5}\s+")
_PART = re.compile(r"[,;\n]|(?<=[a-zäöüßéè]{2})\.\s")
_COMPASS = frozenset(
    {"n", "s", "w", "o", "e", "nw", "no", "sw", "so", "s.w", "n.w", "c", "w.c", "e.c"}
)
_ROMAN = frozenset([
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV",
    "XVI", "XVII", "XVIII", "XIX", "XX", "XXI",
])  # fmt: skip
_STREETS = (
    "strasse", "straße", "str", "gasse", "platz", "weg", "street", "avenue", "road", "allee",
)  # fmt: skip
_GAP = re.compile(r"\S[ \u00a0\t]{4,}")
_STRIP = " ,.;:–—-[]()"
_FILED = re.compile(r"[A-Z]:[A-Z\d]|[A-Z]\d{2}")  # "AA:M100, February 1942" is a file
# "PARIS, 15 No vembre 1917.": a dateline with a misspelt month.
_MISWRITTEN = re.compile(
    r"[^\W\d_][^,\d]{2,40}, (?:le )?\d{1,2} ?[^\W\d_][\w ]{2,14} (1[5-9]\d\d|20\d\d)\W*"
)
_PLACE_AND_YEARS = re.compile(
    r"(?:(?P<place>[^\W\d][^,;:\d]{1,40}), )?"
    r"(?P<date>[^,;:\d]{0,14}(?:1\d|20)\d\d\b[^,;:]{0,16}?)\.?"
)


_RECEIVED = re.compile(
    r"[\[(]*(?:Received|Rec[’']d|Eingegangen|Eingang|Reçu|Прин[ая]та?|Принято|Получен[ао]?"
    r"|Поступил[ао]?|Otrzymano|Wpłynęło|Došlo|Obdrženo|Érkezett|Primit[ăa]?|Recebid[oa])\b"
)
_LOCATIVE = re.compile(r"(?:[VW]e?|Во?|У) [^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class Dateline:
    """A line with the date of the letter and perhaps its place.

    Attributes:
        line: The number of the line.
        date: The date; None if the line says that the letter is undated.
        place: The start and the end of the place's name in the text; None if there is no place.
        undated: Whether the line says that the letter is undated.
    """

    line: int
    date: DateReading | None
    place: tuple[int, int] | None
    undated: bool = False


def _ends_name(piece: str) -> bool:
    """Return whether the name of a place ends before a word, such as a house number."""
    return any(c.isdigit() or c in "#(/" for c in piece) or piece.strip(".,") in _ROMAN


def _name_in(part: str, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the start and the end of a place's name in one part of an address; None if none."""
    if _LOCATIVE.match(part.lstrip()):
        return None  # "V Praze" does not have the name of the town
    gaps = [gap.end() for gap in _GAP.finditer(part.rstrip())]  # "T          Bern"
    dash = part.rfind(" – ")
    start = dash + 3 if dash > 0 and part[dash + 3 :].strip(_STRIP) else 0
    start = max([start, *gaps])
    skipped = _NUMBER_FIRST.match(part[start:].lstrip())
    start += len(part[start:]) - len(part[start:].lstrip())
    if skipped:
        start += skipped.end()
    pieces = [(m.start(), m.end(), m.group()) for m in re.finditer(r"\S+", part[start:])]
    kept: list[tuple[int, int, str]] = []
    for begin, end, piece in pieces:
        word = piece.strip(_STRIP).casefold()
        small = piece.islower() or (piece.casefold() == "d." and end < 4)
        if not kept and (
            not word
            or (word in vocabulary.words["next to dates"] and small)
            or word in vocabulary.weekdays
        ):
            continue
        if kept and _ends_name(piece):
            break
        kept.append((start + begin, start + end, piece))
    while kept and (
        kept[-1][2].strip(_STRIP).casefold() in {*vocabulary.words["next to dates"], ""}
        or kept[-1][2].strip(_STRIP).casefold() in vocabulary.weekdays
        or (
            len(kept) > 1
            and kept[-1][2].strip(_STRIP).casefold() in _COMPASS
            and not _initials(kept)
        )
    ):
        kept.pop()
    if not kept or len(kept) > 6:
        return None
    begin, end = kept[0][0], kept[-1][1]
    name = part[begin:end]
    begin += len(name) - len(name.lstrip(_STRIP))
    end -= len(name) - len(name.rstrip(_STRIP))
    if (
        begin >= end
        or not part[begin].isupper()
        or end - begin < 2
        or any(c.isdigit() for c in part[begin:end])
        or part[begin:end] in _ROMAN
    ):
        return None
    if any(vocabulary.offices.at([word]) for word in words_of(part[begin:end])):
        return None  # a person's title begins an address
    if part[begin:end].casefold().endswith(_STREETS) and len(kept) == 1:
        return None
    return begin, end


def _initials(kept: list[tuple[int, int, str]]) -> bool:
    """Return whether a name ends with two initials ("Cedarhurst N. Y.")."""
    return len(kept) > 2 and len(kept[-2][2].strip(".")) == 1


def find_place(text: str, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the start and the end of a place's name in the words next to a date; None if none.

    In "Berlin-Friedenau, Taunusstr. 1." the name is the first part. In "Houston, Texas," it is both
    parts, because the second is a region in the vocabulary.
    """
    found: tuple[int, int] | None = None
    begin = 0
    for end in [m.start() for m in _PART.finditer(text)] + [len(text)]:
        part = text[begin:end]
        if part.strip(_STRIP) and found is not None:
            bare = part.strip(_STRIP)
            at = begin + part.index(bare)
            region = vocabulary.forms["regions"].matches(words_of(bare))
            if region and text[found[1] : at].strip(" .") == ",":
                return found[0], at + len(bare)
            return found
        if part.strip(_STRIP):
            street = part.endswith("g") and text[end : end + 3].strip(". ")[:1].isdigit()
            one = None if street else _name_in(part, vocabulary)  # "Frankg. 1" is a street
            if one is not None:
                found = (begin + one[0], begin + one[1])
            elif not all(
                w in vocabulary.weekdays or w in vocabulary.words["next to dates"] or w.isdigit()
                for w in words_of(part)
            ):
                return None
        begin = end + 1
    return found


def _is_too_long(text: str) -> bool:
    """Return whether the words next to a date are more than a place, a street and a weekday."""
    small = sum(1 for w in text.split() if w[:1].islower() and len(w.strip(".,")) > 3)
    return len(words_of(text)) > 9 or small > 2


def _shift(place: tuple[int, int] | None, by: int) -> tuple[int, int] | None:
    return None if place is None else (place[0] + by, place[1] + by)


def _period(text: str, vocabulary: Vocabulary) -> list[DateReading]:
    """Read a line that has only a place and years, such as "Vienna, 1911/12" or "[1911]".

    The result is empty for any other line.
    """
    found = _PLACE_AND_YEARS.fullmatch(text)
    if found is None:
        return []
    place, written = found["place"], found["date"]
    if place and (find_place(place, vocabulary) is None or len(place.split()) > MOST_WORDS):
        return []
    read = read_date(written)
    marked = written[0] == "[" or written[0].isalpha()
    if read is None or not (place or marked):
        return []
    return [replace(read, sure=min(read.sure, 1), start=found.start("date"), end=found.end("date"))]


# '("New Times," No. 10, May 1952)'
_CITED = re.compile(r"\(?[\"“„«][^\W\d][^\"”“»]*[\"”“»].{0,60}\d.{0,20}$")


def is_citation(text: str) -> bool:
    """Return whether a line cites a publication by its title in quotation marks."""
    return _CITED.match(text) is not None


def is_receipt_stamp(text: str) -> bool:
    """Return whether a line says when the document arrived."""
    return _RECEIVED.match(text) is not None


def read_dateline(
    number: int, line: Line, vocabulary: Vocabulary, conventions: TextConventions
) -> Dateline | None:
    """Read a dateline; return None for any other line.

    A dateline can also have a place, a day of the week, a time, and a street with a number, but no
    sentence.
    """
    text = line.text
    if len(text) > LONGEST or is_receipt_stamp(text) or is_citation(text):
        return None
    words = words_of(text)
    if len(words) <= 6 and vocabulary.forms["undated"].within(words) >= 0:
        place = find_place(text[: text.find(",")], vocabulary) if "," in text else None
        return Dateline(number, None, _shift(place, line.start), undated=True)
    if not any(c.isdigit() or c in "年月" for c in text):
        return None
    dates = dates_on(text, vocabulary, conventions.pivot) or _period(text, vocabulary)
    if not dates:
        year = _MISWRITTEN.fullmatch(text)
        if year is None:
            return None
        start, end = year.span(1)
        dates = [DateReading(year[1], "year-alone", 0, start=start, end=end)]
    before, after = text[: dates[0].start], text[dates[-1].end :]
    between = text[dates[0].end : dates[-1].start]
    if (
        _FILED.search(before)
        or len(words_of(between)) > MOST_WORDS
        or _is_too_long(before)
        or _is_too_long(_CLOCK.sub(" ", after))
    ):
        return None
    if dates[0].sure == 0 and len(words_of(before)) + len(words_of(after)) > 5:
        return None
    place = find_place(
        before if dates[0].rule != "year-alone" else text[: text.index(",")], vocabulary
    )
    if place is None and not _CLOCK.search(after):
        skipped = len(after) - len(after.lstrip(" .,;:–—-])'"))
        later = find_place(after[skipped:], vocabulary)
        place = _shift(later, dates[-1].end + skipped)
    return Dateline(number, dates[0], _shift(place, line.start))
