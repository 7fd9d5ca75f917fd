"""Put EDTF dates into words of the current language, for titles, pages and messages."""

from __future__ import annotations

import re

from archive_pkg.dates.written.words import MONTH_NAMES
from archive_pkg.messages import _, term

PARTS = dict(enumerate(("spring", "summer", "autumn", "winter"), start=21))


def in_words(edtf: str) -> str:
    """Return a date in words: "18 July 1960", "winter 1933", "about 1912", "1943 or earlier".

    A date that has no usual words is returned unchanged, such as a century with unknown digits, a
    day with a time, or a date with only one uncertain part.
    """
    if edtf[:1] in ("[", "{") and edtf[-1:] in ("]", "}"):
        return _set(edtf[1:-1].split(","), _("or") if edtf[0] == "[" else _("and")) or edtf
    if "/" in edtf:
        return _interval(*edtf.split("/", 1)) or edtf
    return _single(edtf) or edtf


def _single(edtf: str) -> str:
    """Return a single date in words, or "" if it has no usual words."""
    found = re.fullmatch(r"(\d{3}[\dX])(?:-(\d\d))?(?:-(\d\d))?([?~%]?)", edtf)
    if found is None:
        return ""
    year, month, day, mark = found.groups()
    if year.endswith("X"):
        said = _("{year}s", year=year[:3] + "0") if month is None else ""
    elif month is None:
        said = year
    elif 1 <= int(month) <= len(MONTH_NAMES):
        said = _day_or_month(year, MONTH_NAMES[int(month) - 1], int(day or 0))
    elif int(month) in PARTS and not day:
        said = _("{season} {year}", season=term("season", PARTS[int(month)]), year=year)
    else:
        return ""
    if said and mark in ("~", "%") and mark:
        said = _("about {date}", date=said)
    return _("{date} (uncertain)", date=said) if said and mark in ("?", "%") and mark else said


def _day_or_month(year: str, month: str, day: int) -> str:
    """Return a day, or a month if the day is 0. Some languages decline its name or write "1st"."""
    if not day:
        return _("{month} {year}", month=term("month", month), year=year)
    of_day = term("month of a day", month)
    if day == 1:
        return _("1 {month} {year}", month=of_day, year=year)
    return _("{day} {month} {year}", day=day, month=of_day, year=year)


def _interval(first: str, last: str) -> str:
    start, end = _single(first), _single(last)
    match first, last:
        case ("..", _) if end:
            return _("{date} or earlier", date=end)
        case (_, "..") if start:
            return _("{date} or later", date=start)
        case ("", _) if end:
            return _("unknown date to {date}", date=end)
        case (_, "") if start:
            return _("{date} to unknown date", date=start)
    return _("{start} to {end}", start=start, end=end) if start and end else ""


def _set(members: list[str], joint: str) -> str:
    said: list[str] = []
    for member in members:
        first, dots, last = member.strip().partition("..")
        if not dots:
            said.append(_single(first))
        elif first and last:
            ends = (_single(first), _single(last))
            between = _("between {start} and {end}", start=ends[0], end=ends[1])
            said.append(between if all(ends) else "")
        else:
            end = _single(first or last)
            text = _("{date} or later", date=end) if first else _("{date} or earlier", date=end)
            said.append(text if end else "")
    return f" {joint} ".join(said) if all(said) else ""
