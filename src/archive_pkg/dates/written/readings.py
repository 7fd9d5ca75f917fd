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
        edtf: The date in EDTF; empty if the words say that there is none, or stay open.
        rule: The rule that read it: "written-date", "between", "excel-serial".
        sure: 2 for a date written out, 1 if a rule had to choose, 0 if it stays open.
        note: Further information: the day in another calendar, or that it is a postmark.
        readings: The possible dates of words that stay open.
        calendar: "julian" or "republican" if the words have the day in that calendar.
        short_year: Whether the century is not written.
        language: The language of the month's name, if only one fits.
        as_written: The words.
        start: Offset of their first character in the text.
        end: Offset after their last.
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
        """Whether a person must decide, because there are several readings or no such day."""
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
        pivot: A two-digit year falls in the hundred years before this one; None if nothing says
            which century it is.
        epoch_1904: Whether a workbook counts its days from 1904.
        year_spans: The signs, `-` or `/`, with which 1911/12 is two years.
        year_months: The signs with which it is a year and a month.
    """

    month_first: bool | None = None
    pivot: int | None = None
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


def each(read: DateReading, change: Callable[[DateReading], DateReading]) -> DateReading:
    """Change a reading, or every reading of an open one."""
    if read.readings:
        return replace(read, readings=tuple(map(change, read.readings)))
    return change(read) if read.edtf else read


def joined(*notes: str) -> str:
    """Join notes that are not empty."""
    return "; ".join(note for note in notes if note)


def is_edtf(text: str) -> bool:
    """Whether a text is a date in EDTF."""
    try:
        Edtf(text)
    except ValueError:
        return False
    return True
