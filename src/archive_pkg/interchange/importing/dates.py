"""Read the dates in imported files: normalized dates, and dates in words."""

from __future__ import annotations

import re
from typing import Any

from archive_pkg.dates.calendars import gregorian
from archive_pkg.dates.edtf_string import Edtf, somewhere_between
from archive_pkg.dates.written.reader import is_old_style, read_date
from archive_pkg.faults import Fault

_FORMS = (
    (re.compile(r"(-?[0-9]{4})([0-9]{2})([0-9]{2})"), "{}-{}-{}"),
    (re.compile(r"([0-9]{4})([0-9]{2})"), "{}-{}"),
    (re.compile(r"(-?[0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), "{}-{:0>2}-{:0>2}"),
    (re.compile(r"(-?[0-9]{4})-([0-9]{1,2})"), "{}-{:0>2}"),
)
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})$")
_TIME = re.compile(r"T(?!00:00(?::00)?$)")
_PLAIN = re.compile(r"-?[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_OPEN = "9999"


def point(text: str | None) -> str | None:
    """Return a normalized date in EDTF; None if the text is not a date.

    Compact forms (`19000101`) and single digits (`1870-5-3`) are accepted. The time of day and the
    zone are left out.
    """
    bare = _ZONE.sub("", (text or "").strip().partition("T")[0])
    for form, spelled in _FORMS:
        found = form.fullmatch(bare)
        if found:
            bare = spelled.format(*found.groups())
            break
    return edtf(bare)


def edtf(text: str) -> str | None:
    """Return the text in canonical form if it is a date in EDTF, else None."""
    try:
        return str(Edtf(text))
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
    """Return a date for a record, from the normalized values in a file, or else from its words.

    If the words or the calendar are Julian and the words have the same day as `when`, or there is
    no `when`, the Gregorian day is returned. If the words have a different day, the file has
    already converted the date. Not understood are a period with Julian days, because it is unclear
    whether the file converted it, and words with a year before Christ that differs from the
    normalized year.

    Args:
        when: A year, month or day, or a date in EDTF.
        between: Not before and not after.
        span: From and to.
        doubtful: Whether the source doubts the date.
        about: Whether the date is approximate.
        words: The date as written.
        note: A note on the date.
        calendar: The calendar that the file names, if `when` may be in it.

    Returns:
        The date; None if it is not understood. If the date was converted or was read from words
        alone, it may have a `rule`, which `ImportedDraft.state` turns into evidence.
    """
    mark = {(True, True): "%", (True, False): "?", (False, True): "~"}.get((doubtful, about), "")
    said = rule = None
    if when:
        said = (edtf(when) if _TIME.search(when) else None) or point(when)
        if said and _DAY.fullmatch(said) and _is_julian(words, calendar):
            day = _from_julian(said, words)
            if day is None:
                return None
            said, written = day
            note = "; ".join(filter(None, (written, note))) or None
            rule = "old-style-date" if written else None
        said = _marked(said, mark)
    elif any(span) or any(between):
        if _is_julian(words, calendar) and any(map(_is_day, (*span, *between))):
            return None
        said = _span(span, mark) if any(span) else _between(between, mark)
    elif words:
        read = read_date(words)
        if read and _DAY.search(read.edtf) and _names_julian(calendar):
            read = read if _has_julian_words(words) else read_date(f"{words} (O.S.)")
        said = _marked(edtf(read.edtf) if read else None, mark)
        note = "; ".join(filter(None, (read.note if read else None, note))) or None
        rule = read.rule if read else None
    if said is None or _contradicts(words, said):
        return None
    times = [
        one for one in (when, *between, *span) if one and _TIME.search(one) and one not in said
    ]
    note = "; ".join(filter(None, (note, *(f"normalized as {text}" for text in times)))) or None
    date = {"edtf": said}
    if words and words != said:
        date["as_written"] = words
    date |= {"note": note} if note else {}
    return date | ({"rule": rule} if rule and rule != "edtf" else {})


def _contradicts(words: str | None, said: str) -> bool:
    """Return whether words have a year before Christ that a date or its end does not have."""
    year = before_christ(words or "")
    return bool(year) and not re.split(r"/|\.\.", said.strip("[]"))[-1].startswith(str(year))


def _is_day(text: str | None) -> bool:
    return bool(_DAY.fullmatch(point(text) or ""))


def _is_julian(words: str | None, calendar: str | None) -> bool:
    return _names_julian(calendar) or _has_julian_words(words or "")


def _names_julian(calendar: str | None) -> bool:
    return "julian" in (calendar or "").casefold()


def _has_julian_words(words: str) -> bool:
    """Return whether words name the Julian calendar or have the day twice: “10/22 May 1870”."""
    read = read_date(words)
    return is_old_style(words) or bool(read and read.calendar == "julian")


def _from_julian(said: str, words: str | None) -> tuple[str, str] | None:
    """Return the Gregorian day of a Julian date, with a note on the Julian day.

    If the words show that the file has converted the date, return its day with an empty note. None
    if the words are not a date.
    """
    read = read_date(words or "")
    if read is None:
        return None
    year, month, day = map(int, said.split("-"))
    found = str(gregorian(year, month, day) or "")
    # From words that name the calendar, `read_date` reads the Gregorian day.
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
    """Return the EDTF year of the year before Christ in words: 43 BC is -0042. None if none."""
    found = _BEFORE_CHRIST.search(words)
    if not found or int(found[1]) < 1:
        return None
    year = int(found[1]) - 1
    return f"-{year:04}" if year else "0000"


def normal(text: str | None, **more: Any) -> dict[str, Any] | None:
    """Return the date of a `normal` attribute: one date, or two with a slash between them."""
    first, slash, last = (text or "").partition("/")
    if slash and point(first) != point(last):
        return dated(span=(first, last), **more)
    return dated(when=first, **more)


def _marked(date: str | None, mark: str) -> str | None:
    if date and mark and _PLAIN.fullmatch(date):
        return f"{date}{mark}"
    return date


def _span(ends: tuple[str | None, str | None], mark: str) -> str | None:
    said = []
    for end in ends:
        is_open = not end or end == ".." or end.startswith(_OPEN)
        date = None if is_open else point(end)
        if not is_open and not date:
            return None
        said.append(_marked(date, mark) or "..")
    return edtf("/".join(said))


def _between(ends: tuple[str | None, str | None], mark: str) -> str | None:
    first, last = point(ends[0]), point(ends[1])
    if (ends[0] and not first) or (ends[1] and not last):
        return None
    if first and first == last:
        return _marked(first, mark)
    return edtf(somewhere_between(first or "", last or ""))
