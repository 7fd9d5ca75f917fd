"""What a written date means, and the conventions that decide between several meanings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg.dates.edtf_string import Edtf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class DateReading:
    """The date that words mean.

    Attributes:
        edtf: The date in EDTF; empty if the words say that there is no date, or if a person must
            choose between several.
        rule: The rule that read it, such as "written-date", "between" or "excel-serial".
        sure: 2 for a date written out, 1 if a rule had to choose, 0 if the date stays open.
        note: Further information, such as the day in the Julian calendar, or "postmark".
        readings: The possible dates if the date stays open.
        calendar: "julian" or "republican" if the words give the date in that calendar.
        short_year: Whether the century is not written.
        language: The language of the month's name if only one fits, or an empty string.
        as_written: The words.
        start: The offset of their first character in the text.
        end: The offset after their last character.
    """

    edtf: str
    rule: str
    sure: int = 2
    note: str = ""
    readings: tuple[DateReading, ...] = ()
    calendar: str = ""
    short_year: bool = False
    language: str = ""
    as_written: str = ""
    start: int = 0
    end: int = 0

    @property
    def is_open(self) -> bool:
        """Whether a person must decide: there are several readings, no year, or no such day."""
        return self.sure == 0

    @property
    def one_of(self) -> str:
        """The date, or the set of the possible dates; empty if EDTF cannot express it."""
        dates = sorted({one.edtf for one in self.readings})
        found = self.edtf or (f"[{','.join(dates)}]" if len(dates) > 1 else "".join(dates))
        return found if is_edtf(found) else ""


@dataclass(frozen=True, slots=True)
class DateConventions:
    """Conventions for the dates of a column or a text.

    Attributes:
        month_first: Whether the month comes first in 7/18/1960; None if that is not known.
        pivot: A two-digit year falls in the hundred years before this one. None if the century is
            not known.
        since: A two-digit year that falls before this one may be a hundred years later.
        epoch_1904: Whether a workbook counts its days from 1904.
        year_spans: The signs, such as `-` or `/`, that make 1911/12 two years.
        year_months: The signs that make 1911/12 a year and a month.
    """

    month_first: bool | None = None
    pivot: int | None = None
    since: int = 0
    epoch_1904: bool = False
    year_spans: frozenset[str] = frozenset()
    year_months: frozenset[str] = frozenset()


def open_reading(readings: Iterable[DateReading], rule: str) -> DateReading:
    """Return an open reading for words with several meanings."""
    return DateReading("", rule, 0, readings=tuple(dict.fromkeys(readings)))


def of_choices(readings: Iterable[DateReading], rule: str) -> DateReading:
    """Return the only reading, or an open one if there are several or none."""
    distinct = list({one.edtf: one for one in readings}.values())
    return distinct[0] if len(distinct) == 1 else open_reading(distinct, rule)


def change_readings(
    reading: DateReading, change: Callable[[DateReading], DateReading]
) -> DateReading:
    """Apply a change to a reading, or to every possible date of an open reading."""
    if reading.readings:
        return replace(reading, readings=tuple(map(change, reading.readings)))
    return change(reading) if reading.edtf else reading


def joined(*notes: str) -> str:
    """Join notes that are not empty."""
    return "; ".join(note for note in notes if note)


def is_edtf(text: str) -> bool:
    """Return whether a string is a date in EDTF."""
    try:
        Edtf(text)
    except ValueError:
        return False
    return True
