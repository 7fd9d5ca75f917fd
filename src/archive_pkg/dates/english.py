"""Put EDTF dates into English words, for titles, pages and messages."""

from __future__ import annotations

import re

from archive_pkg.dates.written.words import MONTH_NAMES

_PARTS = dict(enumerate(("spring", "summer", "autumn", "winter"), start=21))


def in_words(edtf: str) -> str:
    """Return a date in words: "18 July 1960", "winter 1933", "about 1912", "1943 or earlier".

    A date that has no usual words is returned unchanged, such as a century with unknown digits, a
    day with a time, or a date with only one uncertain part.
    """
    if edtf[:1] in ("[", "{") and edtf[-1:] in ("]", "}"):
        return _set(edtf[1:-1].split(","), "or" if edtf[0] == "[" else "and") or edtf
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
        said = f"{year[:3]}0s" if month is None else ""
    elif month is None:
        said = year
    elif 1 <= int(month) <= len(MONTH_NAMES):
        said = f"{MONTH_NAMES[int(month) - 1]} {year}"
        said = f"{int(day)} {said}" if day else said
    else:
        said = f"{_PARTS[int(month)]} {year}" if int(month) in _PARTS and not day else ""
    if not said:
        return ""
    about = "about " if mark in ("~", "%") and mark else ""
    return f"{about}{said}{' (uncertain)' if mark in ('?', '%') and mark else ''}"


def _interval(first: str, last: str) -> str:
    start, end = _single(first), _single(last)
    match first, last:
        case ("..", _) if end:
            return f"{end} or earlier"
        case (_, "..") if start:
            return f"{start} or later"
        case ("", _) if end:
            return f"unknown date to {end}"
        case (_, "") if start:
            return f"{start} to unknown date"
    return f"{start} to {end}" if start and end else ""


def _set(members: list[str], joint: str) -> str:
    said: list[str] = []
    for member in members:
        first, dots, last = member.strip().partition("..")
        if not dots:
            said.append(_single(first))
        elif first and last:
            ends = (_single(first), _single(last))
            said.append(f"between {ends[0]} and {ends[1]}" if all(ends) else "")
        else:
            end = _single(first or last)
            said.append(f"{end} or {'later' if first else 'earlier'}" if end else "")
    return f" {joint} ".join(said) if all(said) else ""
