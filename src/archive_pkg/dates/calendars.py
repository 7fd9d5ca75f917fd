"""Convert days of other calendars to the Gregorian calendar.

The calendars are the Julian ("old style") and the French Republican.
"""

from __future__ import annotations

import datetime

_OFFSET = 308
"""Difference between the day numbers of `gregorian` and the ordinals of `datetime.date`."""

_DAY = datetime.timedelta(days=1)
_FIRST_REPUBLICAN_DAY = datetime.date(1792, 9, 22)
LAST_REPUBLICAN_DAY = datetime.date(1805, 12, 31)
COMPLEMENTARY = 13
"""Number of the Republican "month" of the five or six complementary days."""


def gregorian(year: int, month: int, day: int) -> datetime.date | None:
    """Return the Gregorian date of a Julian date.

    The year begins on 1 January. The Gregorian date is proleptic before October 1582. The result is
    None if the Julian date does not exist or is after the year 9998, or if the Gregorian date is
    before the year 1.
    """
    if not (1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= julian_days(year, month)):
        return None
    # Count years from March, so that a leap day is the last day of its year.
    since_march, months = year - (month < 3), (month - 3) % 12
    days = 365 * since_march + since_march // 4 + (153 * months + 2) // 5 + day
    return datetime.date.fromordinal(days - _OFFSET) if days > _OFFSET else None


def julian_days(year: int, month: int) -> int:
    """Return the number of days of a Julian month."""
    if month == 2:
        return 29 if year % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


def republican(year: int, month: int, day: int) -> datetime.date | None:
    """Return the Gregorian date of a French Republican date, or None if it does not exist.

    The calendar was in use from the year I to 10 nivôse XIV. Its leap years III, VII and XI have a
    sixth complementary day.
    """
    days = (6 if year % 4 == 3 else 5) if month == COMPLEMENTARY else 30
    if not (1 <= year <= 14 and 1 <= month <= COMPLEMENTARY and 1 <= day <= days):
        return None
    since = 365 * (year - 1) + year // 4 + 30 * (month - 1) + day - 1
    found = _FIRST_REPUBLICAN_DAY + since * _DAY
    return found if found <= LAST_REPUBLICAN_DAY else None
