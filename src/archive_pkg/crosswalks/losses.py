"""What a format cannot hold of a record: told before anybody finds it missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from archive_pkg.crosswalks.dates import is_exact
from archive_pkg.records.dates import Edtf
from archive_pkg.records.models import Evidence, Quote, Record, Span
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archive_pkg.crosswalks.formats import Format

FIELD_LOST = Code(
    "crosswalk-field-lost",
    Severity.ADVICE,
    "The record states something for which the format has no place.",
)
DATE_COARSENED = Code(
    "crosswalk-date-coarsened",
    Severity.ADVICE,
    "The format knows years, months and days; a date that says more is written as near as it can.",
)
CHARACTER_REPLACED = Code(
    "crosswalk-character-replaced",
    Severity.ADVICE,
    "XML cannot hold some characters; U+FFFD stands in their place (in TEI's text inside a `g`).",
    "XML 1.0, 2.2",
)

_WHOLE = (Quote, Span, Evidence)
"""Models that a format holds as one thing, or not at all."""
_IDENTIFIER_NOTES = ("identifiers.note", "identifier.note")
"""Remarks on identifiers, which formats that take an identifier do not take with it."""
_INTERNAL = frozenset(
    {"agents.id", "parts.id", "translation_notes.id", "enclosures.id", "events.id"}
)
"""Names that only tie a record together."""


def leaves(value: Any, kind: str = "", place: str = "") -> Iterator[tuple[str, str, Any]]:
    """All that a record states: the field without the items' names, its place, its value."""
    if isinstance(value, BaseModel) and not isinstance(value, _WHOLE):
        for name in type(value).model_fields:
            below = getattr(value, name)
            path = f"{kind}.{name}" if kind else name
            if below not in (None, ()) and path not in _INTERNAL:
                yield from leaves(below, path, f"{place}.{name}" if place else name)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, item in enumerate(value):
            yield from leaves(item, kind, f"{place}.{getattr(item, 'id', index)}")
    else:
        yield kind, place, value


def fields() -> Iterator[str]:
    """Every field that a record can state, in the models' order."""
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
    return next((model for model in inner if model is not None), None)


def place_of(mapping: Mapping[str, str], field: str) -> str | None:
    """Where a format puts a field; None where it has no place for it."""
    if field.endswith(_IDENTIFIER_NOTES):
        return mapping.get(field)
    while field not in mapping:
        field, dot, _ = field.rpartition(".")
        if not dot:
            return None
    return mapping[field]


def lost_whole(mapping: Mapping[str, str], field: str) -> str:
    """The field, or the whole it belongs to where the format has nothing of that."""
    steps = field.split(".")
    wholes = (".".join(steps[:count]) for count in range(1, len(steps)))
    known = [f"{name}." for name in mapping]
    return next(
        (whole for whole in wholes if not any(name.startswith(f"{whole}.") for name in known)),
        field,
    )


def losses(chosen: Format, record: Record, texts: Mapping[str, str] | None = None) -> Report:
    """What of a record a format cannot hold: one finding for each field, date and text.

    Args:
        chosen: The format.
        record: The record.
        texts: The texts that go into the document, by the part's id.
    """
    report = Report()
    mapping = chosen.mapping
    lost: dict[str, list[str]] = {}
    for kind, place, value in leaves(record):
        at = Location(field=place)
        if place_of(mapping, kind) is None:
            whole = lost_whole(mapping, kind)
            if whole == kind or whole not in lost:
                lost.setdefault(whole, []).append(place)
        elif isinstance(value, Edtf) and chosen.dates == "days" and not is_exact(value):
            report.add(DATE_COARSENED.at(at, f"{chosen.title} does not know all that {value} says"))
        elif chosen.is_xml and _is_hostile(value):
            report.add(_replaced(at, chosen))
    for kind, places in lost.items():
        times = f" ({len(places)} times)" if len(places) > 1 else ""
        message = f"{chosen.title} has no place for {kind}{times}"
        report.add(FIELD_LOST.at(Location(field=places[0]), message))
    if chosen.name == "tei":
        for part, text in (texts or {}).items():
            if _is_hostile(text):
                report.add(_replaced(Location(field=f"parts.{part}"), chosen))
    return report


def _is_hostile(value: object) -> bool:
    from archive_pkg.crosswalks.markup import HOSTILE

    return bool(HOSTILE.search(str(value)))


def _replaced(at: Location, chosen: Format) -> Any:
    return CHARACTER_REPLACED.at(at, f"{chosen.title} cannot hold a character of this text")
