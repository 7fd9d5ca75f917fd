"""Represent the possible meanings of a written date, and turn them into readings."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import NamedTuple

from archive_pkg.dates.calendars import gregorian
from archive_pkg.dates.written.readings import DateReading, joined, of_choices, open_reading
from archive_pkg.dates.written.words import MONTH_NAMES

LADY_DAY_ENDED = 1753
"""Dual years end before this one: from 1752 on, the English year began on 1 January."""


class Choice(NamedTuple):
    """One meaning of a date: a year, month and day, or some of these; or a date in EDTF."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    rule: str = "written-date"
    edtf: str = ""

    @property
    def in_edtf(self) -> str:
        """The date in EDTF, with XXXX for a missing year."""
        if self.edtf:
            return self.edtf
        year = "XXXX" if self.year is None else f"{self.year:04}"
        parts = [part for part in (self.month, self.day) if part is not None]
        return "-".join([year, *(f"{part:02}" for part in parts)])

    @property
    def date(self) -> datetime.date | None:
        """The Gregorian day; None if it does not exist."""
        try:
            return datetime.date(self.year or 0, self.month or 0, self.day or 0)
        except ValueError:
            return None

    @property
    def exists(self) -> bool:
        """Whether the calendar has this month and day."""
        if self.month is not None and not 1 <= self.month <= 12:
            return False
        if self.day is None or self.month is None:
            return True
        leap_year = 2000
        year = leap_year if self.year is None else self.year
        return 1 <= self.day <= calendar.monthrange(year, self.month)[1]


@dataclass(slots=True)
class Point:
    """A date, or a part of one, in a text.

    Attributes:
        end: The position after its last token.
        choices: Its possible meanings, without those that the calendar does not have.
        rule: The rule of the reading if there are several choices.
        sure: The highest certainty of the reading, from 0 to 2.
        short_year: Whether the century is not written.
        dual: The second year of 1704/5, or 0.
        part: Whether it needs the other part of a phrase to be a date, like the 3 in "3–5 May".
        year_first: Whether the largest unit comes first, so that a second day can share its month.
        language: The language of the month's name if only one fits, or an empty string.
        impossible: The meanings that the calendar does not have, such as 31 June.
        note: The date as written, if its calendar is not the Gregorian.
        calendar: The name of that calendar, or an empty string.
    """

    end: int
    choices: tuple[Choice, ...]
    rule: str = "century"
    sure: int = 2
    short_year: bool = False
    dual: int = 0
    part: bool = False
    year_first: bool = False
    language: str = ""
    impossible: tuple[Choice, ...] = ()
    note: str = ""
    calendar: str = ""

    @property
    def has_year(self) -> bool:
        """Whether all its meanings have a year."""
        return all(one.year is not None or one.edtf for one in self.choices)


def reading_of(point: Point) -> DateReading:
    """Return the reading of a complete point."""
    if point.dual:
        return _dual(point)
    found = [
        DateReading(
            one.in_edtf,
            one.rule,
            min(point.sure, 1 if point.short_year or point.calendar else 2),
            note=point.note,
            calendar=point.calendar,
            short_year=point.short_year,
            language=point.language,
        )
        for one in point.choices
    ]
    if not found:
        days = (one for one in point.impossible if one.year)
        return open_reading(filter(None, map(from_julian, days)), "no-such-day")
    if found[0].edtf.startswith("XXXX"):
        return DateReading(found[0].edtf, "day-without-year", 0, language=point.language)
    return of_choices(found, point.rule)


def _dual(point: Point) -> DateReading:
    """Return the reading of a date with a dual year, such as `1 March 1704/5`.

    While the English year began on 25 March, days before it were given both years.
    """
    first = point.choices[0] if point.choices else point.impossible[0]
    second = first._replace(year=point.dual)
    begins_late = point.dual < LADY_DAY_ENDED
    if first.day and begins_late and (first.month or 0, first.day) < (3, 25):
        reading = from_julian(second, "dual-year", "the year began on 25 March")
        return reading or open_reading([], "no-such-day")
    if first.day is None and first.month is not None and first.month < 3 and begins_late:
        return open_reading([DateReading(second.in_edtf, "dual-year", 1)], "dual-year")
    years = (one for one in (first, second) if one.exists)
    return open_reading((DateReading(one.in_edtf, one.rule) for one in years), "dual-year")


def year_and_short(year: int, sign: str, short: int, digits: int) -> list[Choice]:
    """Return the meanings of a year and a short number with a sign between them: `1911/12`."""
    round_ = 10**digits
    last = year - year % round_ + short
    last += round_ if year % round_ == round_ - 1 and short == 0 else 0
    choices = [Choice(edtf=f"{year:04}/{last:04}", rule="span")] if last > year else []
    if sign in "–—":
        return choices
    if last == year + 1 < LADY_DAY_ENDED:
        choices.append(Choice(last, rule="dual-year"))
    if 1 <= short <= 12:
        choices.append(Choice(year, short, None, "month-and-year"))
    if sign == "-" and digits == 2 and 21 <= short <= 24:
        choices.append(Choice(edtf=f"{year:04}-{short}", rule="season"))
    return choices


def from_julian(
    day: Choice, rule: str = "old-style-date", note: str = "", *, language: str = ""
) -> DateReading | None:
    """Return the reading of a day in the Julian calendar, or None if the day does not exist."""
    found = gregorian(day.year or 0, day.month or 0, day.day or 0)
    if found is None:
        return None
    name = MONTH_NAMES[(day.month or 1) - 1]
    note = joined(f"{day.day} {name} {day.year} in the Julian calendar", note)
    return DateReading(found.isoformat(), rule, 1, note=note, calendar="julian", language=language)
