"""Parse EDTF dates (ISO 8601-2:2019, annex A).

The parser supports levels 0 and 1, and of level 2 the sets "one of" (`[1959..1961]`), qualified
parts (`1960?-07`), unspecified digits (`156X-12-25`) and parts of a year (`1960-33`). It is written
by hand so that it can say what is wrong with a date, and takes time proportional to the length of
the text.
"""

from __future__ import annotations

import datetime
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Self

from archive_pkg.faults import Fault
from archive_pkg.messages import Message, _
from archive_pkg.reports import Code, Severity, abridged

if TYPE_CHECKING:
    from collections.abc import Iterable

DATE_INVALID = Code(
    "record-date-invalid",
    Severity.ERROR,
    "A date is not in EDTF: level 0, level 1, or a form of level 2 that records allow.",
    "ISO 8601-2:2019, annex A",
)

LONGEST = 4096
"""The maximum length of a date in characters; enough for a set of many days."""

_LONGEST_YEAR = 18
_DAY = 86_400
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# First and last month of each season (as in meteorology), quarter and longer part of a year. A
# winter belongs to the year in which it begins; 13 and 14 are January and February of the next one.
_NORTHERN = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}
_SEASONS = {
    **_NORTHERN,
    **{number + 4: months for number, months in _NORTHERN.items()},
    29: (9, 11), 30: (12, 14), 31: (3, 5), 32: (6, 8), 33: (1, 3), 34: (4, 6), 35: (7, 9),
    36: (10, 12), 37: (1, 4), 38: (5, 8), 39: (9, 12), 40: (1, 6), 41: (7, 12),
}  # fmt: skip
_QUALIFIERS = {"?": (True, False), "~": (False, True), "%": (True, True)}
# A year, month and day. Each can have a qualifier before or after it.
_QUALIFIED = re.compile(
    r"([?~%]?)(-?[0-9X]{4})([?~%]?)(?:(-)([?~%]?)([0-9X]{2})([?~%]?))?"
    r"(?:(-)([?~%]?)([0-9X]{2})([?~%]?))?"
)


class Day(NamedTuple):
    """A day of the proleptic Gregorian calendar in any year (0 is the year before year 1)."""

    year: int
    month: int
    day: int

    @property
    def number(self) -> int:
        """The day's number; 0000-03-01 is 1.

        Years begin in March, so that a leap day is the last day of its year.
        """
        year = self.year - (self.month < 3)
        return (
            365 * year
            + year // 4
            - year // 100
            + year // 400
            + (153 * ((self.month - 3) % 12) + 2) // 5
            + self.day
        )

    @property
    def date(self) -> datetime.date | None:
        """The day as a `datetime.date`; None outside the years 1 to 9999."""
        if datetime.MINYEAR <= self.year <= datetime.MAXYEAR:
            return datetime.date(*self)
        return None


class DateSpan(NamedTuple):
    """The time that a date covers.

    `first` and `last` can be None. `start` and `end` are always numbers, so that any two spans can
    be compared.

    Attributes:
        first: First possible day; None if it is open or unknown.
        last: Last possible day; None if it is open or unknown.
        start: The first second, counted as in `Day.number`; -inf if it is open or unknown.
        end: The last second, counted in the same way; inf if it is open or unknown.
        uncertain: Whether the date, or a date in it, is marked `?` or `%`.
        approximate: Whether the date, or a date in it, is marked `~` or `%`.
        precision: "second", "day", "month", "season", "year", "interval" or "set".
        masked: Whether it has unspecified digits. False for intervals and sets.
    """

    first: Day | None
    last: Day | None
    start: float
    end: float
    uncertain: bool = False
    approximate: bool = False
    precision: str = "day"
    masked: bool = False

    @classmethod
    def of(cls, first: Day, last: Day, precision: str, *, masked: bool = False) -> Self:
        """Make a span from the beginning of one day to the end of another."""
        start, end = first.number * _DAY, last.number * _DAY + _DAY - 1
        return cls(first, last, start, end, precision=precision, masked=masked)


_BEFORE = DateSpan(None, None, -math.inf, -math.inf)
_AFTER = DateSpan(None, None, math.inf, math.inf)


def _wrong(message: str, hint: str = "") -> NoReturn:
    stop = "." if hint and not hint.endswith(".") else ""  # "Write 1959/.." stays
    raise Fault(message, hint + stop, DATE_INVALID)


def _suggest(hint: Message, *dates: str) -> str:
    """Return a hint that contains dates, or "" if one of the dates is not valid."""
    try:
        for date in dates:
            parse(date)
    except Fault:
        return ""
    filled = dict(zip(hint.values, dates, strict=True))
    return _(hint.sources[0], **filled)


@lru_cache(maxsize=1024)
def parse(text: str) -> DateSpan:
    """Parse a date.

    Args:
        text: The date as records write it.

    Raises:
        Fault: The text is not such a date. The message says what is wrong, the hint what to write.
    """
    if not text:
        _wrong(_("the date is empty"), _("Leave the field out if the date is unknown"))
    if len(text) > LONGEST:
        _wrong(
            _("the date has {text} characters", text=len(text)),
            _("Use up to {longest} characters", longest=LONGEST),
        )
    if text != text.strip():
        hint = _suggest(_("Write {date}", date=""), text.strip()) or _FORMS
        _wrong(_("“{text}” has spaces around it", text=abridged(text)), hint)
    if text.startswith("["):
        return _one_of(text)
    if text.startswith("{"):
        _wrong(
            _(
                "“{text}” is an EDTF set “all of”, which records do not support",
                text=abridged(text),
            ),
            _("If only one of the dates is right, write [1960,1962]; otherwise use several fields"),
        )
    if text.count("/") == 1:
        return _interval(text)
    if "T" in text:
        return _date_and_time(text)
    return _date(text)


def _date(text: str) -> DateSpan:
    """Parse a date without time of day."""
    if not any(sign in text for sign in _QUALIFIERS):
        return _long_year(text) if text.startswith(("Y", "y")) else _calendar(text)
    bare, marks = text, ""
    if parts := _QUALIFIED.fullmatch(text):
        bare = "".join(filter(None, parts.group(2, 4, 6, 8, 10)))
        marks = "".join(filter(None, parts.group(1, 3, 5, 7, 9, 11)))
    elif text[-1] in _QUALIFIERS:
        bare, marks = text[:-1], text[-1]
    if any(sign in bare for sign in _QUALIFIERS):
        _wrong_form(text)
    uncertain, approximate = (any(_QUALIFIERS[mark][n] for mark in marks) for n in (0, 1))
    return _date(bare)._replace(uncertain=uncertain, approximate=approximate)


def _calendar(text: str) -> DateSpan:
    """Parse `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, a season, or one of these with unspecified digits."""
    sign = -1 if text.startswith("-") else 1
    parts = text[1:].split("-") if sign < 0 else text.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        _wrong_form(text)
    if not all(character in "0123456789X" for part in parts for character in part):
        _wrong_form(text)
    if sign < 0 and parts[0] == "0000":
        _wrong(
            _("“{text}”: there is no year -0000", text=abridged(text)),
            _("The year before year 1 is 0000"),
        )
    if "X" in text:
        return _masked(text, sign, parts)
    numbers = [int(part) for part in parts]
    numbers[0] *= sign
    if len(numbers) == 1:
        return _years(numbers[0], numbers[0])
    if len(numbers) == 2:
        return _month_or_season(text, *numbers)
    _check_month(text, numbers[1])
    year, month, day = numbers
    if not 1 <= day <= _days_in(year, month):
        _wrong(
            _(
                "“{text}”: there is no day {parts} in {text_2}",
                text=abridged(text),
                parts=parts[2],
                text_2=text[: -len(parts[2]) - 1],
            ),
            _("Its days are 01 to {days_in}", days_in=_days_in(year, month)),
        )
    return DateSpan.of(Day(year, month, day), Day(year, month, day), "day")


def _masked(text: str, sign: int, parts: list[str]) -> DateSpan:
    """Parse a date with unspecified digits, from its first to its last possible day."""
    if len(parts) > 1 and "X" not in parts[1]:
        if "X" in parts[0] and int(parts[1]) in _SEASONS:
            _wrong(
                _(
                    "“{text}”: a season or part of a year needs a complete year",
                    text=abridged(text),
                ),
                _("Write the year without X, or leave out what follows it"),
            )
        _check_month(text, int(parts[1]))
    low, high = sorted(sign * int(parts[0].replace("X", digit)) for digit in "09")
    first = _fitting(range(low, high + 1), parts, 1)
    last = _fitting(range(high, low - 1, -1), parts, -1)
    if first is None or last is None:
        _wrong(
            _("“{text}”: there is no such day", text=abridged(text)),
            _("Days are 01 to 31, months 01 to 12"),
        )
    precision = ("year", "month", "day")[len(parts) - 1]
    if parts[0] == "XXXX":
        return DateSpan(None, None, -math.inf, math.inf, precision=precision, masked=True)
    return DateSpan.of(first, last, precision, masked=True)


def _fitting(years: range, parts: list[str], step: int) -> Day | None:
    """Return the first day (last, if `step` is -1) of the years that fits the digits, or None."""
    month_part, day_part = [*parts[1:], "XX", "XX"][:2]
    months = [n for n in range(1, 13) if _fits(month_part, n)][::step]
    days = [n for n in range(1, 32) if _fits(day_part, n)][::step]
    return next(
        (
            Day(year, month, day)
            for year in years
            for month in months
            for day in days
            if day <= _days_in(year, month)
        ),
        None,
    )


def _fits(part: str, number: int) -> bool:
    return all(sign in ("X", digit) for sign, digit in zip(part, f"{number:02}", strict=True))


def _month_or_season(text: str, year: int, month: int) -> DateSpan:
    if month in _SEASONS:
        first, last = _SEASONS[month]
        if last > 12:
            end = Day(year + 1, last - 12, _days_in(year + 1, last - 12))
            return DateSpan.of(Day(year, first, 1), end, "season")
        return _months(year, first, last)._replace(precision="season")
    _check_month(text, month)
    return _months(year, month, month)


def _check_month(text: str, month: int) -> None:
    if month in _SEASONS:
        _wrong(
            _("“{text}”: a season or part of a year cannot have a day", text=abridged(text)),
            _("Write {text}, or the month", text=text[:-3]),
        )
    if not 1 <= month <= 12:
        _wrong(
            _("“{text}”: there is no month {month:02}", text=abridged(text), month=month),
            _(
                "Months are 01 to 12, seasons 21 (spring) to 24 (winter); the order is "
                "year-month-day"
            ),
        )


def _long_year(text: str) -> DateSpan:
    """Parse a year of more than four digits: `Y170000002`."""
    digits = text[1:].removeprefix("-")
    sign = "-" if text[1:2] == "-" else ""
    if not digits.isascii() or not digits.isdigit():
        level_two = any(letter in digits for letter in "ES")
        _wrong(
            (
                _("“{text}” is not a year (E and S are EDTF level 2)", text=abridged(text))
                if level_two
                else _("“{text}” is not a year", text=abridged(text))
            ),
            _("Write only digits after Y, as in Y17000 or Y-17000"),
        )
    if len(digits) <= 4:
        _wrong(
            _("“{text}”: Y is for years of more than four digits", text=abridged(text)),
            _suggest(_("Write {date}", date=""), f"{sign}{digits.rjust(4, '0')}") or _NO_YEAR,
        )
    if digits.startswith("0"):
        bare = digits.lstrip("0") or "0"
        right = f"Y{sign}{bare}" if len(bare) > 4 else f"{sign}{bare.rjust(4, '0')}"
        hint = _suggest(_("Write {date}", date=""), right) or _NO_YEAR
        _wrong(_("“{text}” begins its year with a zero", text=abridged(text)), hint)
    if text[0] == "y":
        hint = _suggest(_("Write {date}", date=""), f"Y{text[1:]}") or _NO_YEAR
        _wrong(_("“{text}” has a lowercase y before the year", text=abridged(text)), hint)
    if len(digits) > _LONGEST_YEAR:
        _wrong(
            _("“{text}…” is a year of {digits} digits", text=text[:12], digits=len(digits)),
            _("Use up to {longest_year} digits", longest_year=_LONGEST_YEAR),
        )
    year = int(sign + digits)
    return _years(year, year)


def _date_and_time(text: str) -> DateSpan:
    """Parse `YYYY-MM-DDThh:mm:ss`, with `Z`, with an offset from UTC, or with neither."""
    day, __, time = text.partition("T")
    span = _date(day) if day else _wrong_form(text)
    if (
        span.first is None
        or span.precision != "day"
        or span.masked
        or span.uncertain
        or span.approximate
    ):
        _wrong(
            _("“{text}”: a time of day needs a complete day before its T", text=abridged(text)),
            _("Write 1960-07-18T09:30:00"),
        )
    clock, offset = time[:8], time[8:]
    seconds = _clock(text, clock)
    ahead = 0 if offset in ("", "Z") else _offset(text, offset)
    instant = span.first.number * _DAY + seconds - ahead
    return span._replace(start=instant, end=instant, precision="second")


def _clock(text: str, clock: str) -> int:
    """Return the seconds since midnight."""
    if len(clock) != 8 or clock[2] != ":" or clock[5] != ":":
        message = _("“{text}” has no complete time after its T", text=abridged(text))
        _wrong(message, _("Write hh:mm:ss, as in 09:30:00"))
    return _hours_minutes(text, clock[:5]) + _two_digits(text, clock[6:], 59, "second")


def _offset(text: str, offset: str) -> int:
    """Return the number of seconds by which local time is ahead of UTC."""
    if offset[0] not in "+-" or len(offset) not in (3, 6) or offset[3:4] not in ("", ":"):
        _wrong(
            _("“{text}” has “{offset}” after its time", text=abridged(text), offset=offset),
            _("Remove it, or write Z or an offset from UTC such as +03 or -04:30"),
        )
    seconds = _hours_minutes(text, offset[1:] if len(offset) == 6 else f"{offset[1:]}:00")
    if offset[0] == "-" and seconds == 0:
        _wrong(
            _("“{text}”: an offset of zero cannot be negative", text=abridged(text)),
            _("Write Z, or +00:00"),
        )
    return seconds if offset[0] == "+" else -seconds


def _hours_minutes(text: str, clock: str) -> int:
    hours = _two_digits(text, clock[:2], 23, "hour")
    return 3600 * hours + 60 * _two_digits(text, clock[3:], 59, "minute")


def _two_digits(text: str, digits: str, most: int, name: str) -> int:
    if not (digits.isascii() and digits.isdigit() and int(digits) <= most):
        _wrong(
            _(
                "“{text}”: there is no {name} {digits}",
                text=abridged(text),
                name=name,
                digits=digits,
            ),
            _("Write 00 to {most}", most=most),
        )
    return int(digits)


def _interval(text: str) -> DateSpan:
    """Parse `from/to`, with `..` for an open end and nothing for an unknown one."""
    left, right = text.split("/")
    if left in ("", "..") and right in ("", ".."):
        _wrong(
            _("“{text}” is an interval without a date", text=abridged(text)),
            _("Add a beginning or an end"),
        )
    start = _BEFORE if left in ("", "..") else _interval_end(text, left)
    end = _AFTER if right in ("", "..") else _interval_end(text, right)
    if start.start > end.end:
        _wrong(
            _("“{text}” ends before it begins", text=abridged(text)),
            _("Swap the dates: {right}/{left}", right=right, left=left),
        )
    return _from_to(start, end, "interval")


def _interval_end(text: str, date: str) -> DateSpan:
    if date in ("open", "unknown"):
        right = text.replace("unknown", "").replace("open", "..")
        hint = _suggest(_("Write {date}", date=""), right) or _(
            "Write .. for an open end, nothing for an unknown one"
        )
        _wrong(_("“{text}” is in the form of the EDTF draft of 2012", text=abridged(text)), hint)
    if "T" in date:
        _wrong(
            _("“{text}”: dates in an interval cannot have a time of day", text=abridged(text)),
            _("Write days"),
        )
    if date.isdigit() and len(date) < 4:
        _wrong_form(text)
    return _date(date)


def _one_of(text: str) -> DateSpan:
    """Parse a set "one of": `[1960,1962]`, `[1959..1961]`, `[..1960]`, `[1960..]`."""
    if not text.endswith("]"):
        hint = _suggest(_("Write {date}", date=""), f"{text}]") or _("Write [1960,1962]")
        _wrong(_("“{text}” has no closing bracket", text=abridged(text)), hint)
    inner = text[1:-1]
    if any(sign in inner for sign in "[]{}"):
        _wrong(_("“{text}” has a set within a set", text=abridged(text)), _("Write [1960,1962]"))
    members = [part.removeprefix(" ") if n else part for n, part in enumerate(inner.split(","))]
    spans = [_member(text, member, n, len(members)) for n, member in enumerate(members)]
    return DateSpan(
        _first(spans),
        _last(spans),
        min(span.start for span in spans),
        max(span.end for span in spans),
        any(span.uncertain for span in spans),
        any(span.approximate for span in spans),
        "set",
    )


def _member(text: str, member: str, place: int, count: int) -> DateSpan:
    if not member:
        _wrong(
            _("“{text}” has an empty item in its set", text=abridged(text)), _("Write [1960,1962]")
        )
    if "/" in member or "T" in member:
        _wrong(
            _("“{text}”: a set cannot contain intervals or times", text=abridged(text)),
            _("Write years, months or days, and [1959..1961] for a range"),
        )
    if ".." not in member:
        return _date(member)
    left, __, right = member.partition("..")
    if not left and not right:
        _wrong(
            _("“{text}” has a range without a date", text=abridged(text)),
            _("Write [1959..1961], [..1961] or [1959..]"),
        )
    if not left and place > 0:
        _wrong(
            _("“{text}”: “{member}” comes after other dates", text=abridged(text), member=member),
            _("Put it first in the set"),
        )
    if not right and place < count - 1:
        _wrong(
            _("“{text}”: “{member}” comes before other dates", text=abridged(text), member=member),
            _("Put it last in the set"),
        )
    start, end = _range_end(text, left, _BEFORE), _range_end(text, right, _AFTER)
    if left and right and start.precision != end.precision:
        _wrong(
            _(
                "“{text}” has a range from a {precision} to a {precision_2}",
                text=abridged(text),
                precision=start.precision,
                precision_2=end.precision,
            ),
            _("Write both in the same form: [1959..1961] or [1959-11..1960-02]"),
        )
    if start.start > end.end:
        _wrong(
            _("“{text}”: “{member}” ends before it begins", text=abridged(text), member=member),
            _("Write {right}..{left}", right=right, left=left),
        )
    return _from_to(start, end)


def _from_to(start: DateSpan, end: DateSpan, precision: str = "day") -> DateSpan:
    return DateSpan(
        start.first,
        end.last,
        start.start,
        end.end,
        start.uncertain or end.uncertain,
        start.approximate or end.approximate,
        precision,
    )


def _range_end(text: str, date: str, unbounded: DateSpan) -> DateSpan:
    if not date:
        return unbounded
    span = _date(date)
    if span.masked:
        message = _("“{text}”: a range cannot have unspecified digits", text=abridged(text))
        _wrong(message, _("Write [1960..1969]"))
    return span


def _first(spans: Iterable[DateSpan]) -> Day | None:
    return min(spans, key=lambda span: span.start).first


def _last(spans: Iterable[DateSpan]) -> Day | None:
    return max(spans, key=lambda span: span.end).last


def _years(first: int, last: int) -> DateSpan:
    return DateSpan.of(Day(first, 1, 1), Day(last, 12, 31), "year")


def _months(year: int, first: int, last: int) -> DateSpan:
    return DateSpan.of(Day(year, first, 1), Day(year, last, _days_in(year, last)), "month")


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _MONTH_DAYS[month - 1]


def _wrong_form(text: str) -> NoReturn:
    """Raise a Fault for a string that is not a date, with the likely date as the hint."""
    _wrong(_("“{text}” is not a date in EDTF", text=abridged(text)), _likely(text) or _FORMS)


_FORMS = (
    "Write 1960-07-18, 1960-07 or 1960; 1960? if uncertain, 1960~ if approximate, 196X for a year "
    "of the sixties, 1959/1961 for a period, [1959..1961] for one of these years"
)

_NO_YEAR = f"Write Y and 5 to {_LONGEST_YEAR} digits, or a year of four digits without Y"


def _likely(text: str) -> str:
    """Return a hint with the date that was probably meant, or an empty string."""
    if not text.isascii() or len(text) > 40:
        return ""
    digits = text.isdigit()
    if digits and len(text) == 8:
        return _suggest(_("Write {date}", date=""), f"{text[:4]}-{text[4:6]}-{text[6:]}")
    if digits and len(text) < 4:
        return _suggest(_("A year has four digits: {date}", date=""), text.rjust(4, "0"))
    if digits:
        return _suggest(
            _("A year of more than four digits begins with Y: {date}", date=""), f"Y{text}"
        )
    if len(text) == 5 and text[:3].isdigit() and text.endswith("0s"):
        return _suggest(_("Write {date}", date=""), f"{text[:3]}X")
    if "u" in text and all(c in "0123456789u-?~" for c in text):
        return _suggest(_("Write X for unknown digits: {date}", date=""), text.replace("u", "X"))
    years = text.replace(" ", "").split("-")
    if len(years) == 2 and all(len(year) == 4 and year.isdigit() for year in years):
        period, one_of = f"{years[0]}/{years[1]}", f"[{years[0]}..{years[1]}]"
        return _suggest(
            _("Write {date} for a period, {year} for one year of it", date="", year=""),
            period,
            one_of,
        )
    for circa in ("circa ", "ca. ", "ca ", "c. ", "c."):
        rest = text.lower().removeprefix(circa)
        if rest != text.lower() and len(rest) == 4 and rest.isdigit():
            return _suggest(_("Write {date}", date=""), f"{rest}~")
    for separator in "./- ":
        parts = text.split(separator)
        if not all(part.isdigit() and len(part) in (1, 2, 4) for part in parts):
            continue
        if len(parts) == 3 and len(parts[1]) <= 2:
            if len(parts[0]) == 4 and len(parts[2]) <= 2:
                day = f"{parts[0]}-{parts[1].rjust(2, '0')}-{parts[2].rjust(2, '0')}"
                return _suggest(_("Write {date}", date=""), day)
            if len(parts[2]) == 4 and len(parts[0]) <= 2:
                one, two = int(parts[0]), int(parts[1])
                if max(one, two) > 12 or one == two:  # only one of them can be the month
                    month, day_of_month = (one, two) if two > 12 else (two, one)
                    return _suggest(
                        _("Write {date}", date=""), f"{parts[2]}-{month:02}-{day_of_month:02}"
                    )
                return f"Write year, month and day in this order: {parts[2]}-MM-DD"
        if len(parts) == 2 and len(parts[0]) == 4 and len(parts[1]) <= 2:
            return _suggest(_("Write {date}", date=""), f"{parts[0]}-{parts[1].rjust(2, '0')}")
    return ""
