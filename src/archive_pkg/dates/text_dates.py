"""Find dates in lines of text and convert them to EDTF.

A line is split once into numbers, words and signs, and small readers try each position in turn. No
pattern is matched against the complete line, so the time is linear in its length.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from archive_pkg.dates.month_names import MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
ROMAN = {
    name: number
    for number, name in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), start=1
    )
}
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "ter", "ten", "te", "o"})
_OF = frozenset({"of", "de", "d", "del", "di", "г"})
_DOUBT = frozenset({"?", "¿"})
_OPEN_BRACKETS = frozenset("[(<")


class MonthNames(Protocol):
    """Names of the months, in lower case."""

    @property
    def months(self) -> Mapping[str, int]:
        """The month by its name, in all languages."""

    @property
    def languages(self) -> Mapping[str, frozenset[str]]:
        """The languages of each name."""


@dataclass(frozen=True, slots=True)
class KnownMonthNames:
    """The built-in names of the months."""

    months: Mapping[str, int]
    languages: Mapping[str, frozenset[str]]


@cache
def known_month_names() -> KnownMonthNames:
    """Return the built-in names of the months."""
    months = {name: number for names in MONTHS.values() for name, number in names.items()}
    languages = {
        name: frozenset(language for language, names in MONTHS.items() if name in names)
        for name in months
    }
    return KnownMonthNames(months, languages)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line.

    Attributes:
        start: Offset of its first character in the line.
        end: Offset after its last.
        edtf: The date in EDTF.
        rule: The rule that read it.
        sure: 2 for a date written out, 1 if a rule had to choose, 0 if it stays open.
        language: The language of the month's name, if only one fits.
        style: "old" if the text says that the date is in the Julian calendar.
    """

    start: int
    end: int
    edtf: str
    rule: str
    sure: int
    language: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class _DateToken:
    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text[0].isascii() and self.text[0].isdigit()


def _cut(line: str) -> list[_DateToken]:
    return [_DateToken(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(line)]


def _year(digits: str, pivot: int) -> tuple[int, int] | None:
    """Return the year that digits mean, and its certainty.

    "904" means 1904. "04" and "94" mean the year with these digits in the hundred years before
    `pivot`.
    """
    if len(digits) == 4:
        year = int(digits)
        return (year, 2) if 1000 <= year <= 2100 else None
    if len(digits) == 3 and digits[0] in "789":
        return 1000 + int(digits), 2
    if len(digits) == 2:
        century = pivot // 100 * 100
        year = century + int(digits)
        return (year if year < pivot else year - 100), 1
    return None


def _day(day: int, month: int, year: int | None) -> bool:
    """Whether the day exists."""
    if not 1 <= month <= 12:
        return False
    leap_year = 2000
    return 1 <= day <= calendar.monthrange(leap_year if year is None else year, month)[1]


def _edtf(year: int | None, month: int, day: int | None) -> str:
    text = f"{year:04d}-{month:02d}" if year is not None else f"XXXX-{month:02d}"
    return f"{text}-{day:02d}" if day is not None else text


# Typewriters without 1 and 0 have I, l and O next to other digits. Replacing them keeps the length.
_TYPED_ONE = re.compile(r"(?<=\d)[Il](?![A-Za-z])|(?<![A-Za-z])[Il](?=\d)")
_TYPED_ZERO = re.compile(r"(?<=\d)O(?=\d)")


class _DateReader:
    """Reads a date at a position in the tokens of a line."""

    def __init__(self, line: str, vocabulary: MonthNames, pivot: int, month_first: bool) -> None:
        self.tokens: Sequence[_DateToken] = _cut(_TYPED_ZERO.sub("0", _TYPED_ONE.sub("1", line)))
        self.vocabulary = vocabulary
        self.pivot = pivot
        self.month_first = month_first
        self.doubt = False

    def text(self, place: int) -> str:
        return self.tokens[place].text.casefold() if place < len(self.tokens) else ""

    def skip(self, place: int, signs: str = ".,", words: frozenset[str] = frozenset()) -> int:
        """Return the next position after signs, brackets and words; remember a question mark."""
        while place < len(self.tokens):
            text = self.text(place)
            if text in _DOUBT:
                self.doubt = True
            elif not (text in "[]()<>'’" or text in signs or text in words):
                break
            place += 1
        return place

    def number(self, place: int, digits: int = 2) -> str:
        token = self.tokens[place] if place < len(self.tokens) else None
        return token.text if token and token.is_number and len(token.text) <= digits else ""

    def day(self, place: int) -> str:
        """Return the day's digits; the first of a month can be written "I." or "Ier"."""
        if self.text(place) == "ier" or (self.text(place) == "i" and self.text(place + 1) in "./°"):
            return "1"
        return self.number(place)

    def month(self, place: int) -> int:
        name = self.text(place)
        return self.vocabulary.months.get(name, 0)

    def year(self, place: int) -> tuple[int, int, int] | None:
        """Return the year, its certainty, and the position after it."""
        token = self.tokens[place] if place < len(self.tokens) else None
        if token is None:
            return None
        if not token.is_number:
            return None
        found = _year(token.text, self.pivot)
        return None if found is None else (found[0], found[1], place + 1)

    def finish(
        self, start: int, end: int, edtf: str, rule: str, sure: int, language: str = ""
    ) -> FoundDate:
        after = end
        while after < len(self.tokens) and self.text(after) in "[]()":
            after += 1
        if self.text(after) in _DOUBT:
            self.doubt = True
            end = after + 1
        if self.doubt:
            edtf, sure = edtf + "?", min(sure, 1)
        return FoundDate(
            self.tokens[start].start, self.tokens[end - 1].end, edtf, rule, sure, language
        )

    def language(self, place: int) -> str:
        languages = self.vocabulary.languages.get(self.text(place), frozenset())
        return next(iter(languages)) if len(languages) == 1 else ""

    def iso(self, place: int) -> FoundDate | None:
        """Read `1960-07-18`."""
        parts = [self.text(place + i) for i in range(5)]
        if (
            len(parts[0]) == 4
            and parts[1] == parts[3] == "-"
            and all(self.number(place + i, 4) for i in (0, 2, 4))
        ):
            year, month, day = int(parts[0]), int(parts[2]), int(parts[4])
            if len(parts[2]) == len(parts[4]) == 2 and _day(day, month, year):
                return self.finish(place, place + 5, _edtf(year, month, day), "iso-date", 2)
        return None

    def month_day_year(self, place: int) -> FoundDate | None:
        """Read `July 18, 1960`, `April 3/4, 1957`, `July 18`, `July 1960`."""
        month = self.month(place)
        if not month:
            return None
        name, place0 = place, place
        place = self.skip(place + 1)
        day_text = self.number(place)
        language = self.language(name)
        if not day_text:
            year = self.year(place)
            if year is not None and year[1] == 2 and len(self.text(place)) == 4:
                return self.finish(
                    place0, year[2], _edtf(year[0], month, None), "month-and-year", 2, language
                )
            return None
        day, second = int(day_text), 0
        after = place + 1
        if self.text(after) in _ORDINALS:
            after += 1
        if self.text(after) in ("/", "-", "–") and self.number(after + 1):
            second = int(self.number(after + 1))
            after += 2
        end = after
        after = self.skip(after, ".,:;")
        year = self.year(after)
        if year is None or (
            year[1] < 2 and self.tokens[after].start - self.tokens[end - 1].end > 2
        ):
            year = None
        if not _day(day, month, year[0] if year else None):
            return None
        if year is None:
            return self.finish(
                place0, end, _edtf(None, month, day), "day-without-year", 0, language
            )
        if second:
            if not _day(second, month, year[0]) or second <= day:
                return None
            both = f"{_edtf(year[0], month, day)}/{_edtf(year[0], month, second)}"
            return self.finish(place0, year[2], both, "double-date", min(1, year[1]), language)
        return self.finish(
            place0, year[2], _edtf(year[0], month, day), "written-date", year[1], language
        )

    def day_month_year(self, place: int) -> FoundDate | None:
        """Read `18 July 1960`, `17. August 1932`, `1er mai 1918`, `7 mars`."""
        day_text = self.day(place)
        if not day_text:
            return None
        start, day = place, int(day_text)
        after = place + 1
        if self.text(after) in _ORDINALS or self.text(after) in "°º":
            after += 1
        second = 0
        if (
            self.text(after) in ("/", "-", "–")
            and self.number(after + 1)
            and self.month(self.skip(after + 2))
        ):
            second, after = int(self.number(after + 1)), after + 2
        after = self.skip(after, ".,-", _OF)
        month = self.month(after)
        if not month:
            return None
        name = after
        language = self.language(name)
        end = after + 1
        after = self.skip(end, ".,-", _OF)
        year = self.year(after)
        if year is None or not _day(day, month, year[0]):
            if year is None and _day(day, month, None):
                return self.finish(
                    start, end, _edtf(None, month, day), "day-without-year", 0, language
                )
            return None
        if second and _day(second, month, year[0]) and second > day:
            both = f"{_edtf(year[0], month, day)}/{_edtf(year[0], month, second)}"
            return self.finish(start, year[2], both, "double-date", 1, language)
        return self.finish(
            start, year[2], _edtf(year[0], month, day), "written-date", year[1], language
        )

    def numbers(self, place: int) -> FoundDate | None:
        """Read `15.V.07`, `7/5 1931`, `2. 11. 904`, `16./11.05`, `30. 7.`."""
        day_text = self.day(place)
        if not day_text:
            return None
        first = int(day_text)
        signs = self.skip(place + 1, "./-–:")
        if signs == place + 1:
            return None
        roman = ROMAN.get(self.text(signs), 0)
        second_text = self.number(signs)
        second = roman or (int(second_text) if second_text else 0)
        end = signs + 1
        after = self.skip(end, "./-–:,")
        year = self.year(after)
        if (
            year is not None
            and after == end
            and self.tokens[after].start == self.tokens[end - 1].end
        ):
            year = None
        day, month, rule = first, second, "roman-month" if roman else "day-and-month"
        sure = year[1] if year else 0
        if self.month_first and not roman and _day(second, first, None):
            day, month, rule = second, first, "month-and-day"
            if second <= 12 and first != second:
                sure = 0
        if not _day(day, month, year[0] if year else None):
            return None
        if year is None:
            slashed = self.text(place + 1) == "/" and not roman
            if slashed or (not roman and self.text(end) != "."):
                return None  # "1/2" and "3.5" are more often fractions
            if self.text(signs) == "i" and self.text(place + 1) != "/":
                return None  # "2. I" more often begins a sentence
            return self.finish(place, end, _edtf(None, month, day), "day-without-year", 0)
        if rule == "month-and-day" and sure == 0:
            one = sorted((_edtf(year[0], month, day), _edtf(year[0], day, month)))
            return self.finish(place, year[2], f"[{one[0]},{one[1]}]", "day-or-month", 0)
        return self.finish(place, year[2], _edtf(year[0], month, day), rule, sure)

    def at(self, place: int) -> FoundDate | None:
        self.doubt = False
        for reader in (self.iso, self.month_day_year, self.day_month_year, self.numbers):
            found = reader(place)
            if found is not None:
                return found
            self.doubt = False
        return None


def _old_style(line: str, found: FoundDate) -> str:
    tail = line[found.end : found.end + 24].casefold()
    words = tail.replace(".", "").replace("(", " ").replace(")", " ").split()
    marks = {"os", "old", "alt", "ст"}
    return "old" if words and (words[0] in marks or words[:2] in (["o", "s"], ["a", "st"])) else ""


def find_dates(
    line: str, vocabulary: MonthNames, *, pivot: int = 1960, month_first: bool = False
) -> list[FoundDate]:
    """Find all dates in a line, from left to right.

    Args:
        line: A line of a letter.
        vocabulary: Names of the months.
        pivot: A two-digit year falls in the hundred years before this one.
        month_first: Whether the month comes first in dates of only numbers (as in the USA).
    """
    reader = _DateReader(line, vocabulary, pivot, month_first)
    found: list[FoundDate] = []
    place = 0
    while place < len(reader.tokens):
        one = reader.at(place)
        if one is None:
            place += 1
            continue
        style = _old_style(line, one)
        if style:
            one = FoundDate(
                one.start,
                one.end,
                one.edtf,
                "old-style-date",
                min(one.sure, 1),
                one.language,
                style,
            )
        found.append(one)
        while place < len(reader.tokens) and reader.tokens[place].start < one.end:
            place += 1
    return found
