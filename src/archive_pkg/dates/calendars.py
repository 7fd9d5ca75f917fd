"""Days of the Julian calendar ("old style") as days of the Gregorian one."""

from __future__ import annotations

import datetime

_OFFSET = 308
"""From days counted here to `datetime.date`'s ordinals, in which 1 is the Gregorian 1 January 1."""


def gregorian(year: int, month: int, day: int) -> datetime.date | None:
    """Return the Gregorian date of a Julian one; None where the Julian calendar has no such day.

    The year begins on 1 January. The Gregorian date is proleptic before October 1582.
    """
    if not (1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= _days(year, month)):
        return None
    # Years are counted from March, so that a leap day is the last day of its year.
    since_march, months = year - (month < 3), (month - 3) % 12
    days = 365 * since_march + since_march // 4 + (153 * months + 2) // 5 + day
    return datetime.date.fromordinal(days - _OFFSET) if days > _OFFSET else None


def days_apart(day: datetime.date) -> int:
    """How many days the calendars are apart on the Julian day that is written like this one."""
    other = gregorian(day.year, day.month, day.day)
    return (other - day).days if other else 0


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31
