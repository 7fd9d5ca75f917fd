"""Report which values of a record a format cannot hold."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.interchange.dates import is_exact
from archive_pkg.records.coherence import ID_FIELDS, reference_paths
from archive_pkg.records.models import Evidence, Quote, Record, Span
from archive_pkg.records.values import id_of
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archive_pkg.interchange.formats import Format

FIELD_LOST = Code(
    "crosswalk-field-lost",
    Severity.ADVICE,
    "The format cannot hold a field of the record.",
)
FIELD_PARTIAL = Code(
    "crosswalk-field-partial",
    Severity.ADVICE,
    "The format holds only part of a field, and some words of this record are not in the document.",
)
DATE_COARSENED = Code(
    "crosswalk-date-coarsened",
    Severity.ADVICE,
    "The format has only years, months and days. A more complex date is written as closely "
    "as possible.",
)
CHARACTER_REPLACED = Code(
    "crosswalk-character-replaced",
    Severity.ADVICE,
    "XML cannot hold some characters. They are replaced by U+FFFD (in TEI's text inside a `g`).",
    "XML 1.0, 2.2",
)
LEFT_OUT = Code(
    "crosswalk-document-left-out",
    Severity.WARNING,
    "The format describes correspondence only. A document of another type is not in the file.",
)

_WHOLE = (Quote, Span, Evidence)
"""Models that a format holds completely or not at all."""
_IDENTIFIER_NOTES = ("identifiers.note", "identifier.note")
"""Remarks on identifiers, which formats that take an identifier do not take with it."""
_IN_OTHER_WORDS = frozenset(
    {"type", "kind", "action", "status", "outcome", "made_from", "part_of", "about", "objects"}
    | {"sources"}
)
"""Fields whose values formats express in their own words."""
_CODED = frozenset({"languages", "scheme", "inputs", "outputs", "part"})
"""Fields whose values some formats write as codes or names of another list, or as a link."""
OF_AGENTS = {path.replace(".*", "") for what, path in reference_paths(Record) if what == "agent"}
"""Fields whose values are ids of agents."""
_INTERNAL = frozenset({f"{name}.id" for name, field in ID_FIELDS.items() if field == "id"})
"""Ids that only connect statements within the record."""


def leaves(value: Any, kind: str = "", place: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield all statements of a record: field without item names, place, value."""
    if isinstance(value, BaseModel) and not isinstance(value, _WHOLE):
        for name in type(value).model_fields:
            below = getattr(value, name)
            path = f"{kind}.{name}" if kind else name
            if below not in (None, ()) and path not in _INTERNAL:
                yield from leaves(below, path, f"{place}.{name}" if place else name)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, item in enumerate(value):
            yield from leaves(item, kind, f"{place}.{id_of(item) or index}")
    else:
        yield kind, place, value


def fields() -> Iterator[str]:
    """Yield every field that a record can have, in the models' order."""
    yield from _fields(Record, "")


def _fields(model: type[BaseModel], kind: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{kind}.{name}" if kind else name
        below = _model_in(field.annotation)
        if below is not None and not issubclass(below, _WHOLE):
            yield from _fields(below, path)
        elif path not in _INTERNAL:
            yield path


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(item) for item in getattr(annotation, "__args__", ()))
    return next(filter(None, inner), None)


def place_of(mapping: Mapping[str, str], field: str) -> str | None:
    """Return where a format puts a field; None if it cannot hold it."""
    if field.endswith(_IDENTIFIER_NOTES):
        return mapping.get(field)
    while field not in mapping:
        field, dot, _ = field.rpartition(".")
        if not dot:
            return None
    return mapping[field]


def lost_whole(mapping: Mapping[str, str], field: str) -> str:
    """Return the field, or the outermost field above it of which the format holds nothing."""
    steps = field.split(".")
    wholes = (".".join(steps[:count]) for count in range(1, len(steps)))
    known = [f"{name}." for name in mapping]
    return next(
        (whole for whole in wholes if not any(name.startswith(f"{whole}.") for name in known)),
        field,
    )


def left_out(chosen: Format, record: Record) -> Report:
    """Report that a format does not describe documents of the record's type."""
    report = Report()
    if not chosen.takes(record):
        message = (
            f"{chosen.title} describes correspondence only: “{record.title}” "
            f"({record.document_type.label}) is not in it"
        )
        hint = "Choose another format for it, such as tei, or correct its type."
        report.add(LEFT_OUT.at(Location(field="type"), message, hint))
    return report


def losses(
    chosen: Format,
    record: Record,
    texts: Mapping[str, str] | None = None,
    document: bytes | None = None,
) -> Report:
    """Report what a format cannot hold: one finding for each field, date and text.

    Args:
        chosen: The format.
        record: The record.
        texts: The texts that go into the document, by the part's id.
        document: The record in this format. Its words show which parts of fields it has; words
            elsewhere in it count too.
    """
    report = Report()
    mapping = chosen.mapping
    lost: dict[str, list[str]] = {}
    partial: dict[str, list[str]] = {}
    present = _words_in(chosen, document) if document else None
    for kind, place, value in leaves(record):
        at = Location(field=place)
        where = place_of(mapping, kind)
        if where is None:
            if present and place in _open_words(record) and present.issuperset(_words(value)):
                continue
            whole = lost_whole(mapping, kind)
            if whole == kind or whole not in lost:
                lost.setdefault(whole, []).append(place)
        elif isinstance(value, Edtf) and chosen.dates == "days" and not is_exact(value):
            report.add(DATE_COARSENED.at(at, f"{chosen.title} cannot express {value} completely"))
        elif chosen.is_xml and _is_hostile(value):
            report.add(_replaced(at, chosen))
        elif present and not _is_present(record, kind, value, where, present):
            partial.setdefault(kind, []).append(place)
    for kind, places in lost.items():
        message = f"{chosen.title} cannot hold {kind}{_times(places)}"
        report.add(FIELD_LOST.at(Location(field=places[0]), message))
    for kind, places in partial.items():
        message = (
            f"{chosen.title} holds only part of {kind}{_times(places)}: {place_of(mapping, kind)}"
        )
        report.add(FIELD_PARTIAL.at(Location(field=places[0]), message))
    if chosen.name == "tei":
        for part, text in (texts or {}).items():
            if _is_hostile(text):
                report.add(_replaced(Location(field=f"parts.{part}"), chosen))
    return report


def _times(places: Sequence[str]) -> str:
    return f" ({len(places)} times)" if len(places) > 1 else ""


def _open_words(record: Record) -> set[str]:
    """Return the places of words that formats write instead of an open date."""
    dates = {"date": record.date, "received": record.received}
    opened = [name for name, date in dates.items() if date and date.edtf is None]
    return {f"{name}.{field}" for name in opened for field in ("as_written", "note")}


def _is_present(record: Record, kind: str, value: Any, where: str, present: set[str]) -> bool:
    """Return whether the words of a value are in the document.

    What documents say in words of their own, such as kinds and relations, cannot be found there: it
    is present unless the format takes it under a condition, which the mapping has in brackets.
    """
    field = kind.rpartition(".")[2]
    if field in _IN_OTHER_WORDS:
        return "(" not in where
    if field in _CODED and "(" not in where:
        return True
    several = value if isinstance(value, tuple) else (value,)
    if kind in OF_AGENTS:
        several = tuple(record.agent(name).name for name in several)
    words = (one.exact if isinstance(one, Quote) else one for one in several)
    return all(
        present.issuperset(_words(one))
        for one in words
        if isinstance(one, str) and not isinstance(one, Edtf)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _words_in(chosen: Format, document: bytes) -> set[str]:
    text = document.decode()
    if chosen.is_xml:
        text = html.unescape(text)
    elif chosen.media_type.endswith("json"):
        text = json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", " ")
    return set(_words(text))


def _is_hostile(value: object) -> bool:
    from archive_pkg.interchange.markup import HOSTILE

    return bool(HOSTILE.search(str(value)))


def _replaced(at: Location, chosen: Format) -> Any:
    return CHARACTER_REPLACED.at(at, f"{chosen.title} cannot hold some characters of this text")
