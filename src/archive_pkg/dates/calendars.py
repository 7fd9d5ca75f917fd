"""Convert days of the Julian calendar ("old style") to the Gregorian calendar."""

from __future__ import annotations

import datetime

_OFFSET = 308
"""Difference between the days counted here and the ordinals of `datetime.date`."""


def gregorian(year: int, month: int, day: int) -> datetime.date | None:
    """Return the Gregorian date of a Julian date, or None if the Julian date does not exist.

    The year begins on 1 January. The Gregorian date is proleptic before October 1582.
    """
    if not (1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= _days(year, month)):
        return None
    # Count years from March, so that a leap day is the last day of its year.
    since_march, months = year - (month < 3), (month - 3) % 12
    days = 365 * since_march + since_march // 4 + (153 * months + 2) // 5 + day
    return datetime.date.fromordinal(days - _OFFSET) if days > _OFFSET else None


def days_apart(day: datetime.date) -> int:
    """Return the difference of the calendars, in days, on the Julian day written like this one."""
    other = gregorian(day.year, day.month, day.day)
    return (other - day).days if other else 0


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31
