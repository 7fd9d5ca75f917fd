"""Express EDTF dates in formats that have only years, months, days and ranges of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.dates.edtf_string import Edtf
    from archive_pkg.records.models import WrittenDate

_PLAIN = re.compile(r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")


def plain(text: str) -> str | None:
    """Return a date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    A qualifier at the end (`?`, `~`, `%`) and a time of day are dropped. Returns None for
    intervals, sets, seasons, unspecified digits, qualifiers within the date and years outside 1 to
    9999.
    """
    bare = text.rstrip("?~%").partition("T")[0]
    return bare if _PLAIN.fullmatch(bare) else None


def is_exact(date: Edtf) -> bool:
    """Return whether `plain` leaves the date unchanged."""
    return plain(date) == date


def extremes(date: Edtf) -> tuple[str | None, str | None]:
    """Return the first and the last possible day of a date.

    For an interval, return its two ends as written if `plain` can express them. None stands for an
    open or unknown end, and for a day outside the range of Python's dates.
    """
    first = date.earliest.isoformat() if date.earliest else None
    last = date.latest.isoformat() if date.latest else None
    if date.is_interval:
        left, _, right = date.partition("/")
        return plain(left) or first, plain(right) or last
    return first, last


def edtf_of(date: WrittenDate | None) -> str | None:
    """Return a date in EDTF; None if there is no date, or only its words are known."""
    return str(date.edtf) if date and date.edtf else None


def tei(date: Edtf | None) -> dict[str, str]:
    """Return a date as TEI's attributes (att.datable.w3c).

    An interval gets `from` and `to`, and another date that is not a year, month or day gets
    `notBefore` and `notAfter`. A qualified date also gets `cert="low"`. The result is empty for
    None, and for a date that these attributes cannot express.
    """
    if date is None:
        return {}
    when = plain(date)
    if when:
        attributes = {"when": when}
    else:
        first, last = extremes(date)
        names = ("from_", "to") if date.is_interval else ("notBefore", "notAfter")
        attributes = {name: day for name, day in zip(names, (first, last), strict=True) if day}
    if attributes and (date.uncertain or date.approximate):
        attributes["cert"] = "low"
    return attributes


def tei_exactly(date: WrittenDate) -> dict[str, str]:
    """Return the attributes of `tei` for a date whose words or EDTF are the text of the element.

    `when-custom` is the date in EDTF if neither the text nor the other attributes are exactly that.
    """
    said = tei(date.edtf)
    words = date.as_written if date.as_written != date.edtf else None
    if date.edtf and (not said or (words and (not is_exact(date.edtf) or plain(words)))):
        said["when-custom"] = str(date.edtf)
    return said


def w3cdtf(date: Edtf) -> str | None:
    """Return a date for DataCite: in W3CDTF, or as a range of two dates (RKMS-ISO8601).

    Returns None if neither is possible.
    """
    when = plain(date)
    if when:
        return when
    first, last = extremes(date)
    return f"{first or ''}/{last or ''}" if first or last else None
