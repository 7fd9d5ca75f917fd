"""Return what a spreadsheet shows for a date, a time or a number, and how precise a date is.

A spreadsheet stores every date as a number of days. A cell that shows "Jul-60" holds 1 July 1960,
so its number format, not its value, says what the user typed and saw.
"""

from __future__ import annotations

import datetime
import re

from archive_pkg.dates.written.readings import DateReading
from archive_pkg.dates.written.words import MONTH_NAMES

_TOKENS = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|y+|m+|d+|h+|s+(?:\.0+)?|.', re.IGNORECASE | re.DOTALL
)
_PADDED = re.compile(
    r'(?P<before>(?:"[^"]*"|\\.|[ ./-])*)(?P<digits>[#0]*0)(?P<percent>(?:\.0+)?%)?'
    r'(?P<after>(?:"[^"]*"|\\.|[ ./-])*)'
)
_SYSTEM_DATE = {"mm-dd-yy", "m/d/yy", "m/d/yyyy"}
"""The formats that a program shows in the usual form of the user's region."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def date_in_cell(
    value: datetime.datetime | datetime.date | datetime.time,
    number_format: str,
    *,
    epoch_1904: bool,
) -> tuple[str, DateReading] | None:
    """Return what a cell with a date shows and its reading; None if it only holds a time.

    Names of months and days are given in English, whatever the workbook's language. Midnight is
    left out: programs add it to dates.

    Args:
        value: The value from openpyxl, which returns a time for day 0.
        number_format: The cell's number format, such as `mmm-yy`.
        epoch_1904: Whether the workbook counts days from 1904.
    """
    pattern = number_format.partition(";")[0]
    tokens = _TOKENS.findall(pattern)
    has = {
        token[0].lower()
        for place, token in enumerate(tokens)
        if token[0] in "yYdDmM" and not _is_minutes(tokens, place)
    }
    if isinstance(value, datetime.time):
        if not has & {"y", "d"}:
            return None
        if not epoch_1904:
            return "0", DateReading("", "excel-day-0", 0)
        value = datetime.datetime.combine(datetime.date(1904, 1, 1), value)
    elif not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    system = pattern.lower().replace("\\", "") in _SYSTEM_DATE
    if value.time() == datetime.time():
        tokens = [token for place, token in enumerate(tokens) if not _is_time(tokens, place)]
    shown = (
        value.date().isoformat()
        if system
        else re.sub(r"^[\s,]+|[\sT,]+$", "", _shown(value, tokens))
    )
    return shown, _read(value, has, system, epoch_1904)


def text_in_cell(value: object, number_format: str) -> str | None:
    """Return what a cell with a time, a duration or a formatted whole number or percentage shows.

    Returns None for other values and formats; these are read without their format.
    """
    pattern = number_format.partition(";")[0]
    tokens = _TOKENS.findall(pattern)
    if isinstance(value, datetime.time):
        return _shown(datetime.datetime.combine(datetime.date(1900, 1, 1), value), tokens)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        sign, (minutes, rest) = "-" if seconds < 0 else "", divmod(abs(seconds), 60)
        tail = f":{rest:02}" if "s" in pattern.lower() or rest else ""
        return f"{sign}{minutes // 60}:{minutes % 60:02}{tail}"
    found = _PADDED.fullmatch(pattern)
    if not found or not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        return None
    before, after = (re.sub(r'"|\\(?=.)', "", found[name]) for name in ("before", "after"))
    if found["percent"]:
        return f"{before}{value:.{max(0, len(found['percent']) - 2)}%}{after}"
    if value != int(value):
        return None
    return f"{before}{int(value):0{found['digits'].count('0')}}{after}"


def _read(value: datetime.datetime, has: set[str], system: bool, epoch_1904: bool) -> DateReading:
    whole = DateReading(value.date().isoformat(), "excel-date")
    if not system and "y" not in has:
        return DateReading("", "excel-day-without-year", 0, readings=(whole,))
    epoch = datetime.date(1904, 1, 1) if epoch_1904 else datetime.date(1899, 12, 30)
    year = (value.date() - epoch).days
    if 1500 <= year <= 2100:
        # A year typed into a cell that is formatted as a date.
        return DateReading("", "excel-year", 0, readings=(DateReading(f"{year:04}", "year"), whole))
    if system or "d" in has:
        if value.time() == datetime.time():
            return whole
        return DateReading(value.isoformat(timespec="seconds"), "excel-date")
    return DateReading(f"{value:%Y-%m}" if "m" in has else f"{value:%Y}", "excel-date")


def _shown(value: datetime.datetime, tokens: list[str]) -> str:
    """Format a date with a number format of Office Open XML (ECMA-376, part 1, 18.8.31)."""
    half_day = any(token.upper() in ("AM/PM", "A/P") for token in tokens)
    text = ""
    for place, token in enumerate(tokens):
        low = token.lower()
        if low[0] == "m" and _is_minutes(tokens, place):
            text += f"{value.minute:0{len(low)}}"
        elif low[0] in "ymdhs":
            text += _part(value, low, half_day)
        elif low in ("am/pm", "a/p"):
            text += f"{value:%p}"[: 2 if low == "am/pm" else 1]
        elif token[0] in '"\\':
            text += token.strip('"').removeprefix("\\")
        elif token[0] not in "[_*@":
            text += token
    return text.strip()


def _is_time(tokens: list[str], place: int) -> bool:
    """Return whether a token belongs to the time of day."""
    low = tokens[place].lower()
    is_minutes = low[0] == "m" and _is_minutes(tokens, place)
    return is_minutes or low[0] in "hs:" or low in ("am/pm", "a/p")


def _is_minutes(tokens: list[str], place: int) -> bool:
    """Return whether an `m` is next to hours or seconds, and so means minutes."""
    letters = [token.lower()[0] for token in tokens if token[0].lower() in "ymdhs"]
    here = sum(token[0].lower() in "ymdhs" for token in tokens[:place])
    return "h" in letters[max(0, here - 1) : here] or "s" in letters[here + 1 : here + 2]


def _part(value: datetime.datetime, token: str, half_day: bool) -> str:
    """Format one run of the same letter: `yy`, `mmm`, `dddd`, `h`, `ss`."""
    length = len(token)
    if token[0] == "y":
        return f"{value:%Y}" if length > 2 else f"{value:%y}"
    if token[0] == "m" and length > 2:
        return MONTH_NAMES[value.month - 1][: {3: 3, 5: 1}.get(length)]
    if token[0] == "d" and length > 2:
        return _DAYS[value.weekday()][: 3 if length == 3 else None]
    numbers = {"m": value.month, "d": value.day, "h": value.hour, "s": value.second}
    number = (value.hour % 12 or 12) if half_day and token[0] == "h" else numbers[token[0]]
    return f"{number:0{min(length, 2)}}"
