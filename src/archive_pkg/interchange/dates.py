"""Express EDTF dates in formats that have only days and ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.dates.edtf_string import Edtf
    from archive_pkg.records.models import WrittenDate

_PLAIN = re.compile(r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")


def plain(text: str) -> str | None:
    """Return the date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, without its qualifiers.

    A time of day is dropped. Returns None for intervals, sets, seasons, unspecified digits and
    years outside 1 to 9999.
    """
    bare = text.rstrip("?~%").partition("T")[0]
    return bare if _PLAIN.fullmatch(bare) else None


def is_exact(date: Edtf) -> bool:
    """Return whether `plain` expresses the date completely."""
    return plain(date) == date


def extremes(date: Edtf) -> tuple[str | None, str | None]:
    """Return the first and last possible day, or the two ends of an interval as written."""
    first = date.earliest.isoformat() if date.earliest else None
    last = date.latest.isoformat() if date.latest else None
    if date.is_interval:
        left, _, right = date.partition("/")
        return plain(left) or first, plain(right) or last
    return first, last


def edtf_of(date: WrittenDate | None) -> str | None:
    """Return the date in EDTF; None if there is none or it is open."""
    return str(date.edtf) if date and date.edtf else None


def tei(date: Edtf | None) -> dict[str, str]:
    """Return the date as TEI's attributes (att.datable.w3c), with `cert` if it is in doubt.

    An interval has `from` and `to`, as in EDTF. A vague date has `notBefore` and `notAfter`. A date
    that these cannot express has no attributes, nor has one without EDTF.
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


def w3cdtf(date: Edtf) -> str | None:
    """Return the date for DataCite: W3CDTF, or a range of two dates (RKMS-ISO8601)."""
    when = plain(date)
    if when:
        return when
    first, last = extremes(date)
    return f"{first or ''}/{last or ''}" if first or last else None
