"""Read the components of a date at a position in a text: its day, month and year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.dates.written import words
from archive_pkg.dates.written.meanings import Choice, Point
from archive_pkg.dates.written.tokens import END, date_tokens

if TYPE_CHECKING:
    from archive_pkg.dates.written.month_names import MonthNames
    from archive_pkg.dates.written.readings import DateConventions
    from archive_pkg.dates.written.tokens import DateToken

FIRST_YEAR, LAST_YEAR = 1000, 2100
_USUAL_PIVOT = 2000
_UNITS = re.compile("[年月년월]")
_AHEAD = 8
"""The number of empty tokens after the last, so that readers can look ahead."""


class Year(NamedTuple):
    """The years that a number in a text can mean, and the position after the number."""

    end: int
    years: tuple[int, ...]
    short: bool = False
    dual: int = 0


NO_YEAR = Year(-1, ())


class ComponentReader:
    """Reads components of dates anywhere in a text."""

    def __init__(
        self, text: str, names: MonthNames, conventions: DateConventions, whole: bool
    ) -> None:
        """Split the text.

        Args:
            text: A field or a line.
            names: Names of the months.
            conventions: The conventions of its dates.
            whole: Whether the text is a field with one date, in which a year alone is a date.
        """
        self.text, self.names, self.conventions, self.whole = text, names, conventions, whole
        tokens = date_tokens(text)
        self.count = len(tokens)
        self._tokens = tokens + [END] * _AHEAD
        self._words = [token.word for token in self._tokens]
        self.has_units = bool(_UNITS.search(text))

    def at(self, position: int) -> DateToken:
        """Return the token at a position; an empty one before the first and after the last."""
        return self._tokens[position]

    def word(self, position: int) -> str:
        """Return the casefolded characters of a token; "#" for a number."""
        return self._words[position]

    def doubted(self, start: int, end: int) -> bool:
        """Return whether a question mark follows a token from `start` up to `end`."""
        return any(token.doubt for token in self._tokens[start:end])

    def clear_doubt(self, start: int, end: int) -> None:
        """Ignore the question marks after some tokens, because they stand for digits."""
        for token in self._tokens[start:end]:
            token.doubt = False

    def gap(self, position: int, signs: str = ".,", others: frozenset[str] = frozenset()) -> int:
        """Return the first position without an apostrophe or any of the signs and other words."""
        while (word := self._words[position]) and (word in signs or word in "'’" or word in others):
            position += 1
        return position

    def touches(self, position: int) -> bool:
        """Return whether a token directly follows the one before it, without a space."""
        return self.at(position).start == self.at(position - 1).end

    def number(self, position: int, most: int) -> int:
        """Return a number of one or two figures, from 1 to `most`; 0 if there is none."""
        token = self.at(position)
        return token.value if 0 < token.digits <= 2 and 1 <= token.value <= most else 0

    def is_cited(self, position: int) -> bool:
        """Return whether a word such as "No." precedes a number."""
        before = position - 2 if self.word(position - 1) == "." else position - 1
        return self.word(before) in words.CITED

    def language(self, position: int) -> str:
        """Return the language of a month's name if only one fits, or an empty string."""
        languages = self.names.languages.get(self.word(position), frozenset())
        return next(iter(languages)) if len(languages) == 1 else ""

    def point(
        self,
        year: Year,
        month: int | None,
        day: int | None,
        rule: str,
        *,
        end: int = -1,
        language: str = "",
        year_first: bool = False,
    ) -> Point:
        """Return the point of a date; it ends at `end` or after the year, whichever is later."""
        given = [Choice(one, month, day, rule) for one in year.years or (None,)]
        return Point(
            max(end, year.end),
            tuple(one for one in given if one.exists),
            short_year=year.short,
            dual=year.dual,
            language=language,
            year_first=year_first,
            impossible=tuple(one for one in given if not one.exists),
        )

    # Years and days

    def year(self, position: int, *, dual: bool = True) -> Year:
        """Read a year, such as `1960`, `1704/5`, `904`, `60`; NO_YEAR if there is none."""
        token = self.at(position)
        value, end = token.value, position + 1
        if not token.digits or self._is_time(position):
            return NO_YEAR
        if token.digits == 4:
            if not FIRST_YEAR <= value <= LAST_YEAR:
                return NO_YEAR
            second = self.at(position + 2)
            follows = self.word(end) == "/" and self.touches(end) and self.touches(end + 1)
            goes_on = self.word(position + 3) in ("/", ".") and self.at(position + 4).digits
            if dual and follows and second.digits in (1, 2, 4) and not goes_on:
                last = value + 1
                if second.value == last % 10**second.digits and second.value != value:
                    return Year(position + 3, (value,), dual=last)
            return Year(end, (value,))
        pivot = self.conventions.pivot
        if token.digits == 3 and value >= 700:
            return Year(end, (1000 + value,) if pivot else (1000 + value, value))
        if token.digits != 2:
            return NO_YEAR
        return Year(end, self.centuries(value), short=True)

    def centuries(self, short: int) -> tuple[int, ...]:
        """Return the years that two figures can mean."""
        pivot = self.conventions.pivot or _USUAL_PIVOT
        year = pivot // 100 * 100 + short
        year = year if year < pivot else year - 100
        if not self.conventions.pivot:
            return year, year - 100
        return (year,) if year >= self.conventions.since else (year + 100, year)

    def _is_time(self, position: int) -> bool:
        """Return whether a number belongs to a time of day: `1945 hours`, `19:23`, `6 p.m.`."""
        after = self.word(position + 1)
        if after in words.CLOCK or self.word(position - 1) == ":":
            return True
        if (
            after in ("a", "p")
            and self.word(position + 2) == "."
            and self.word(position + 3) == "m"
        ):
            return True
        more = self.at(position + 2).digits == 2 and self.touches(position + 2)
        return more and (
            after == ":" or (after == "." and self.word(position + 3) in {*words.CLOCK, "a", "p"})
        )

    def year_after(self, end: int, signs: str, others: frozenset[str] = frozenset()) -> Year:
        """Read the year that follows a day or a month's name; NO_YEAR if there is none."""
        position = self.gap(end, signs, others)
        year = self.year(position)
        if self.word(position) == "(" and self.word(position + 2) == ")":
            year = self.year(position + 1)
            return year._replace(end=position + 3) if year.years and not year.short else NO_YEAR
        if not year.short:
            return year
        if self.at(year.end - 1).start - self.at(end - 1).end > 3:
            return NO_YEAR
        if self.word(self.gap(year.end, ".", words.OF)) in self.names.months:
            return NO_YEAR  # "12 June, 24 June 1855"
        if (
            not self.whole
            and position == end
            and self.text[self.at(year.end).start :][:1].islower()
        ):
            return NO_YEAR  # "5 May 12 divisions"
        return year

    def day(self, position: int) -> tuple[int, int]:
        """Return a day, or 0 if there is none, and the position after it.

        The first day of a month can be written "I." or "Ier".
        """
        day = self.number(position, 31)
        end = position + 1
        if self.word(position) == "ier" or (
            self.word(position) == "i" and self.word(end) in (".", "°")
        ):
            day = 1
        while day and (
            self.word(end) in words.ORDINALS
            or (self.word(end) in ("-", ".") and self.word(end + 1) in words.ORDINALS)
        ):
            end += 1
        return day, end

    def roman(self, position: int) -> int:
        """Return the month of a Roman numeral; 0 if it has none or its letters differ in case."""
        token = self.at(position)
        raw = self.text[token.start : token.end]
        month = words.ROMAN.get(token.word, 0)
        return month if month <= 12 and (raw.isupper() or raw.islower()) else 0
