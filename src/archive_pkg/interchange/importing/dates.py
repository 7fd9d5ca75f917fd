"""Read dates of imported files, normalized or in words."""

from __future__ import annotations

import calendar as calendars
import re
from typing import Any

from archive_pkg.dates.calendars import gregorian
from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.field_dates import is_old_style, read_date
from archive_pkg.faults import Fault

_FORMS = (
    (re.compile(r"(-?[0-9]{4})([0-9]{2})([0-9]{2})"), "{}-{}-{}"),
    (re.compile(r"([0-9]{4})([0-9]{2})"), "{}-{}"),
    (re.compile(r"(-?[0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), "{}-{:0>2}-{:0>2}"),
    (re.compile(r"(-?[0-9]{4})-([0-9]{1,2})"), "{}-{:0>2}"),
    (re.compile(r"--([0-9]{2})-([0-9]{2})"), "XXXX-{}-{}"),
)
_PLAIN = re.compile(r"-?[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_OPEN = "9999"


def point(text: str | None) -> str | None:
    """A year, month or day in EDTF; None where the text is none.

    Compact forms (`19000101`) and single digits (`1870-5-3`) are spelled out; the time of day and
    the zone are left off.
    """
    bare = (text or "").strip().partition("T")[0].removesuffix("Z")
    for form, spelled in _FORMS:
        found = form.fullmatch(bare)
        if found:
            bare = spelled.format(*found.groups())
            break
    return edtf(bare)


def edtf(text: str | None) -> str | None:
    """The text, if it is a date in EDTF."""
    try:
        return str(Edtf(text)) if text else None
    except Fault:
        return None


def dated(
    *,
    when: str | None = None,
    between: tuple[str | None, str | None] = (None, None),
    span: tuple[str | None, str | None] = (None, None),
    doubtful: bool = False,
    about: bool = False,
    words: str | None = None,
    note: str | None = None,
    calendar: str | None = None,
) -> dict[str, Any] | None:
    """A date for a record, from what a file has normalized or else from its words alone.

    Args:
        when: A year, month or day, or a date in EDTF.
        between: Not before and not after.
        span: From and to.
        doubtful: Whether the file is not sure.
        about: Whether it is approximate.
        words: How it is written.
        note: What else is said of it.
        calendar: The calendar that the file names, if `when` may be in it.

    Where the words or the calendar say that a day is Julian, and `when` has the same numbers, the
    date is the Gregorian day. Years before Christ that do not fit `when` are not understood.

    Returns:
        The date; None where nothing of it is understood. Of a range both ends are understood.
        A date that was read from words alone has the `rule` by which it was read, which
        `Draft.state` turns into evidence.
    """
    mark = {(True, True): "%", (True, False): "?", (False, True): "~"}.get((doubtful, about), "")
    said = rule = None
    if when:
        said = point(when)
        if said and _contradicts(words, said):
            return None
        if said and _DAY.fullmatch(said) and _is_julian(words, calendar):
            day = _from_julian(said, words)
            if day is None:
                return None
            said, written = day
            note = "; ".join(filter(None, (written, note))) or None
            rule = "old-style-date" if written else None
        said = _marked(said, mark)
    elif any(span):
        if _is_julian(words, calendar) and any(_DAY.fullmatch(end or "") for end in span):
            return None
        said = _span(span, mark)
        if said and _contradicts(words, said.partition("/")[2]):
            return None
    elif any(between):
        said = _between(between, mark)
    elif words:
        read = read_date(words)
        said = _marked(edtf(read.edtf) if read else None, mark)
        note = "; ".join(filter(None, (read.note if read else None, note))) or None
        rule = read.rule if read else None
    if said is None:
        return None
    date = {"edtf": said}
    if words and words != said:
        date["as_written"] = words
    date |= {"note": note} if note else {}
    return date | ({"rule": rule} if rule and rule != "edtf" else {})


def _contradicts(words: str | None, said: str) -> bool:
    """Return whether words have a year before Christ that a date does not have."""
    year = before_christ(words or "")
    return bool(year) and not said.startswith(str(year))


def _is_julian(words: str | None, calendar: str | None) -> bool:
    return "julian" in (calendar or "").casefold() or _has_julian_words(words or "")


def _has_julian_words(words: str) -> bool:
    """Whether words name the Julian calendar, or have a day in both: “10/22 May 1870”."""
    read = read_date(words) if "/" in words else None
    return is_old_style(words) or bool(read and read.rule == "double-date")


def _from_julian(said: str, words: str | None) -> tuple[str, str] | None:
    """The Gregorian day of a date whose words are Julian, and how it was in the Julian calendar.

    None if it is unclear whether the file has converted the date.
    """
    read = read_date(words or "")
    if read is None:
        return None
    year, month, day = map(int, said.split("-"))
    found = str(gregorian(year, month, day) or "")
    # Of words that name the calendar, the Gregorian day is read.
    as_words = found if _has_julian_words(words or "") else said
    if not found or read.edtf != as_words:
        return said, ""
    return found, f"{said} in the Julian calendar"


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BEFORE_CHRIST = re.compile(
    r"([0-9]{1,4})\s*(?:B\.? ?C\.?(?: ?E\.?)?|v\. ?(?:Chr|u\. ?Z)\.?|a\. ?C\.?|"
    r"av\. ?J\.?-?C\.?|до н\. ?э\.?)(?!\w)",
    re.IGNORECASE,
)


def before_christ(words: str) -> str | None:
    """The year of EDTF that a year before Christ is: 43 BC is -0042. None for other words."""
    found = _BEFORE_CHRIST.search(words)
    if not found or int(found[1]) < 1:
        return None
    year = int(found[1]) - 1
    return f"-{year:04}" if year else "0000"


def normal(text: str | None, **more: Any) -> dict[str, Any] | None:
    """The date of a `normal` attribute: one date, or two with a slash between them."""
    first, slash, last = (text or "").partition("/")
    if slash and point(first) != point(last):
        return dated(span=(first, last), **more)
    return dated(when=first, **more)


def between_ends(said: str) -> str | None:
    """The set of all days within a date or a range: what is known of something not dated itself."""
    first, slash, last = said.partition("/")
    if not slash:
        return edtf(said)
    return _between((first.strip("?~%"), last.strip("?~%")), "")


def _marked(date: str | None, mark: str) -> str | None:
    if date and mark and _PLAIN.fullmatch(date):
        return f"{date}{mark}"
    return date


def _span(ends: tuple[str | None, str | None], mark: str) -> str | None:
    first, last = (
        None if end is None or end.startswith(_OPEN) or end in ("", "..") else point(end)
        for end in ends
    )
    given = [bool(end) and not str(end).startswith(_OPEN) and end != ".." for end in ends]
    if given != [bool(first), bool(last)]:
        return None
    return edtf(f"{_marked(first, mark) or '..'}/{_marked(last, mark) or '..'}")


def _between(ends: tuple[str | None, str | None], mark: str) -> str | None:
    first, last = point(ends[0]), point(ends[1])
    if (ends[0] and not first) or (ends[1] and not last):
        return None
    first, last = _alike(first, last)
    if first and first == last:
        return _marked(first, mark)
    return edtf(f"[{first or ''}..{last or ''}]")


def _alike(first: str | None, last: str | None) -> tuple[str | None, str | None]:
    """Both ends as days, where one is a day and the other is not."""
    if first and last and len(first) != len(last):
        first = {4: f"{first}-01-01", 7: f"{first}-01"}.get(len(first), first)
        if len(last) == 4:
            last = f"{last}-12-31"
        elif len(last) == 7:
            year, month = int(last[:4]), int(last[5:])
            last = f"{last}-{calendars.monthrange(year, month)[1]:02}"
    return first, last
