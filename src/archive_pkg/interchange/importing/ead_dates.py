"""Read the dates in the levels of finding aids (EAD3, EAD 2002)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.dates.written.reader import read_date
from archive_pkg.interchange.importing.dates import before_christ, dated, edtf, normal
from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import fit, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

NOTED = ("calendar", "era", "certainty", "unitdatetype", "type", "label")
"""The attributes of a date that go into its note."""
_ABOUT = ("approximate", "circa", "ca", "ca.", "approx", "inferred")


def said_dates(source: XmlSource, level: Element) -> Iterator[dict[str, Any]]:
    """Yield the dates that a level states in its `did`."""
    for element in (*source.all(level, "did/*"), *source.all(level, "did/unittitle/unitdate")):
        if local(element) == "unitdate":
            said = _plain(source, element)
            yield from [said] if said else []
        elif local(element) == "unitdatestructured":
            yield from _structured(source, element)


_OWN = ("Date in EDTF: ", "Date: ")


def own_date(source: XmlSource, item: Element) -> dict[str, Any] | None:
    """Return the date of an item in a finding aid that this program wrote; None if it has none."""
    elements = [e for e in source.all(item, "did/*") if local(e).startswith("unitdate")]
    if not elements:
        return None
    remarks: dict[str, str] = {}
    for element in (*source.all(item, "did/didnote"), *source.all(item, "odd/p")):
        words = text_of(element) or ""
        for start in _OWN:
            if words.startswith(start) and start not in remarks:
                remarks[start] = words.removeprefix(start)
                source.mark_all_used(element)
    [date, *_] = elements
    source.mark_all_used(date)
    single = next(iter(source.all(date, ".//datesingle")), date)
    ends = [e.get("standarddate") for e in source.all(date, "daterange/*")]
    written = text_of(date) or ""
    stated = remarks.get(_OWN[0], "") or single.get("standarddate") or single.get("normal")
    if not stated and ends:
        stated = "/".join(filter(None, ends)) if all(ends) else written
    said = optional("edtf", edtf(stated or written))
    said |= optional("as_written", written if written != said.get("edtf") else None)
    said |= optional("calendar", date.get("calendar"))
    return said | optional("note", remarks.get(_OWN[1]))


def date_remarks(element: Element) -> str | None:
    """Return the attributes of a date that go into its note; None if there are none."""
    said = []
    for name in NOTED:
        value = fit(element.get(name))
        if value and value not in ("gregorian", "ce"):
            said.append(f"{name}: {value}")
    return "; ".join(said) or None


def is_undated(words: str) -> bool:
    """Return whether words say that an item has no date."""
    read = read_date(words)
    return read is not None and read.rule == "undated"


def _noted(source: XmlSource, element: Element, said: dict[str, Any]) -> dict[str, Any]:
    """Return a date with its calendar, certainty and similar attributes in its note."""
    source.mark_used((element, f"@{name}") for name in NOTED)
    note = date_remarks(element)
    notes = "; ".join(filter(None, (said.get("note"), note)))
    return said | optional("note", notes)


def _plain(source: XmlSource, element: Element) -> dict[str, Any] | None:
    certainty = (element.get("certainty") or "").casefold()
    words = source.words(element)
    more: dict[str, Any] = {
        "about": certainty in _ABOUT,
        "doubtful": bool(certainty) and certainty not in (*_ABOUT, "certain"),
        "words": words,
        "calendar": element.get("calendar"),
    }
    if element.get("era") == "bce" and not before_christ(words or ""):
        more["words"] = f"{words} BCE" if words else None
    said = normal(element.get("normal"), **more) if element.get("normal") else dated(**more)
    if said is None:
        return None
    if element.get("normal"):
        source.attribute(element, "normal")
    return _noted(source, element, said)


def _structured(source: XmlSource, structured: Element) -> Iterator[dict[str, Any]]:
    """Yield the dates of a `unitdatestructured`."""
    calendar = structured.get("calendar")
    for single in source.all(structured, ".//datesingle"):
        words = source.words(single)
        limits = (single.get("notbefore"), single.get("notafter"))
        when = single.get("standarddate")
        said = dated(when=when, words=words, calendar=calendar) if when else None
        read: tuple[str, ...] = ("standarddate",)
        if said is None and (when is None or not before_christ(words or "")):
            said = dated(between=limits, words=words, calendar=calendar)
            read = ("notbefore", "notafter") if any(limits) else ()
            if said is None:
                said, read = dated(words=words, calendar=calendar), ()
        if said:
            source.mark_used((single, f"@{name}") for name in read)
            if said.get("as_written") == said["edtf"]:
                said.pop("as_written")
            yield _noted(source, structured, said)
    for spread in source.all(structured, ".//daterange"):
        ends = [end for name in ("fromdate", "todate") for end in source.all(spread, name)[:1]]
        words = " – ".join(filter(None, map(source.words, ends))) or None
        dates = {local(end): _end(end) for end in ends}
        span = (dates.get("fromdate"), dates.get("todate"))
        # Only an empty end is open. Text or attributes without a date make the range unreadable.
        is_read = all(dates[local(end)] or not (text_of(end) or end.attrib) for end in ends)
        said = dated(span=span, words=words, calendar=calendar) if is_read else None
        if said:
            for end in ends:
                source.attribute(end, "standarddate")
            yield _noted(source, structured, said)


def _end(end: Element) -> str | None:
    read = read_date(text_of(end) or "")
    return end.get("standarddate") or (read.edtf if read else None)
