"""Days of other calendars are converted to the Gregorian calendar."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.dates.calendars import gregorian, republican


@given(st.dates(min_value=datetime.date(1, 1, 3), max_value=datetime.date(9998, 1, 1)))
def test_consecutive_julian_days_are_consecutive_gregorian_days(day: datetime.date) -> None:
    """Count day by day from a day that is known in both calendars."""
    after = day + datetime.timedelta(days=1)
    found, then = (gregorian(*one) for one in following(day))
    assert found is not None
    assert then is not None
    assert (then - found).days == 1
    assert after > day


def following(day: datetime.date) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    year, month, number = day.year, day.month, day.day
    last = 29 if month == 2 and year % 4 == 0 else calendar.monthrange(2001, month)[1]
    if number < last:
        return (year, month, number), (year, month, number + 1)
    return (year, month, number), (year + month // 12, month % 12 + 1, 1)


@pytest.mark.parametrize(
    ("julian", "day"),
    [
        ((1582, 10, 5), "1582-10-15"),
        ((1700, 2, 29), "1700-03-11"),
        ((1752, 9, 3), "1752-09-14"),
        ((1917, 10, 25), "1917-11-07"),
        ((1918, 2, 1), "1918-02-14"),
    ],
)
def test_days_of_calendar_reforms_are_converted(julian: tuple[int, int, int], day: str) -> None:
    assert gregorian(*julian) == datetime.date.fromisoformat(day)


def test_days_that_the_julian_calendar_lacks_are_not_converted() -> None:
    assert gregorian(1899, 2, 29) is None
    assert gregorian(1900, 4, 31) is None
    assert gregorian(1900, 2, 29) is not None


def test_days_after_the_end_of_a_month_are_not_converted() -> None:
    for year, month in ((1901, 2), (1901, 4), (1901, 6), (1901, 9), (1901, 11)):
        last = 28 if month == 2 else 30
        assert gregorian(year, month, last) is not None
        assert gregorian(year, month, last + 1) is None
    for month in (1, 3, 5, 7, 8, 10, 12):
        assert gregorian(1901, month, 31) is not None
        assert gregorian(1901, month, 32) is None
    assert gregorian(1904, 2, 29) == datetime.date(1904, 3, 13)
    for day in ((1901, 0, 1), (1901, 13, 1), (1901, 1, 0), (1904, 2, 30)):
        assert gregorian(*day) is None


def test_days_outside_the_years_1_to_9999_are_not_converted() -> None:
    assert gregorian(1, 1, 2) is None, "it is in the year before the year 1"
    assert gregorian(1, 1, 3) == datetime.date(1, 1, 1)
    assert gregorian(0, 12, 31) is None
    assert gregorian(9998, 12, 31) == datetime.date(9999, 3, 14)
    assert gregorian(9999, 1, 1) is None


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ((1, 1, 1), "1792-09-22"),
        ((2, 11, 9), "1794-07-27"),
        ((3, 13, 6), "1795-09-22"),
        ((8, 2, 18), "1799-11-09"),
        ((14, 4, 10), "1805-12-31"),
    ],
)
def test_days_of_the_french_republican_calendar_are_converted(
    day: tuple[int, int, int], found: str
) -> None:
    assert republican(*day) == datetime.date.fromisoformat(found)


def test_consecutive_republican_days_are_consecutive_gregorian_days() -> None:
    days = [
        (year, month, day)
        for year in range(1, 15)
        for month in range(1, 14)
        for day in range(1, 31 if month < 13 else 7 if year in (3, 7, 11) else 6)
    ]
    last = days.index((14, 4, 10))
    first = datetime.date(1792, 9, 22)
    found = [republican(*day) for day in days]
    assert found[: last + 1] == [first + datetime.timedelta(days=n) for n in range(last + 1)]
    assert set(found[last + 1 :]) == {None}
    for day in ((0, 1, 1), (15, 1, 1), (1, 0, 1), (1, 14, 1), (1, 1, 0), (1, 1, 31), (2, 13, 6)):
        assert republican(*day) is None
