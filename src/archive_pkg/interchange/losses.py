"""Report which values of a record an export leaves out."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.interchange.dates import extremes, is_exact, plain
from archive_pkg.records.models import Evidence, Quote, Record, Span
from archive_pkg.records.record_errors import ID_FIELDS, reference_paths
from archive_pkg.records.value_paths import id_of
from archive_pkg.records.vocabularies.identifiers import SCHEMES
from archive_pkg.records.vocabularies.languages import language_name, three_letters
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archive_pkg.interchange.formats import Format

FIELD_LOST = Code(
    "crosswalk-field-lost",
    Severity.ADVICE,
    "The document does not have a field of the record.",
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
    "The format describes only correspondence, or only documents with scans. This document is not "
    "in the file.",
)

_WHOLE = (Quote, Span, Evidence)
"""Models whose fields are not reported separately."""
_IDENTIFIER_NOTES = ("identifiers.note", "identifier.note")
"""Notes on identifiers. A format can hold an identifier without its note, so `MAPPING` must name
the notes themselves."""
_IN_OTHER_WORDS = frozenset(
    {"type", "kind", "action", "status", "outcome", "made_from", "part_of", "about", "objects"}
    | {"sources", "part"}
)
"""Fields whose values formats express in words of their own or as a link. The document cannot be
searched for these values."""
_OF_KINDS = (
    "creator", "contributor", "origination", "controlaccess", "correspAction", "name, roleTerm",
)  # fmt: skip
"""Elements that can state the kind of an agent next to the name. Free text gives only the name."""
_IN_PIECES = frozenset({"agents.name", "salutation", "closing"})
"""Fields whose words some formats reorder or interrupt, so that only the words are searched for."""
OF_AGENTS = {path.replace(".*", "") for what, path in reference_paths(Record) if what == "agent"}
"""Fields whose values are ids of agents."""
_INTERNAL = frozenset({f"{name}.id" for name, field in ID_FIELDS.items() if field == "id"})
"""Ids of items. They only connect statements within the record, so exports need not have them."""


def leaves(value: Any, kind: str = "", place: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield all statements of a record as (field, place, value).

    The field is `agents.name`, the place also names the item: `agents.khrushchev.name`.

    Args:
        value: The record; in recursion, a value in it.
        kind: The field of the value.
        place: The place of the value.
    """
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
    """Return where a format puts a field; None if it leaves out the field."""
    if field.endswith(_IDENTIFIER_NOTES):
        return mapping.get(field)
    while field not in mapping:
        field, dot, _ = field.rpartition(".")
        if not dot:
            return None
    return mapping[field]


def lost_whole(mapping: Mapping[str, str], field: str) -> str:
    """Return the outermost field that contains a lost field and is lost completely.

    If the format holds something of every field that contains it, return the lost field itself.
    """
    steps = field.split(".")
    wholes = (".".join(steps[:count]) for count in range(1, len(steps)))
    return next(
        (
            whole
            for whole in wholes
            if place_of(mapping, whole) is None
            and not any(name.startswith(f"{whole}.") for name in mapping)
        ),
        field,
    )


def left_out(chosen: Format, record: Record) -> Report:
    """Return a warning if the format does not describe documents such as the record's."""
    report = Report()
    if not chosen.takes(record):
        message = (
            f"{chosen.title} describes {chosen.limits} only: “{record.title}” "
            f"({record.document_type.label}) is not in the file"
        )
        hint = "Choose another format, such as tei, or correct the record."
        report.add(LEFT_OUT.at(Location(field="type"), message, hint))
    return report


def losses(
    chosen: Format,
    record: Record,
    texts: Mapping[str, str] | None = None,
    document: bytes | None = None,
) -> Report:
    """Report what an export leaves out.

    There is one finding for each field that is lost or held in part, for each date that the format
    cannot express, and for each value or text with characters that XML cannot hold.

    Args:
        chosen: The format.
        record: The record.
        texts: The texts in the document, by the part's id.
        document: The record in this format, in which the values are searched for. Without it, no
            field is reported as held in part.
    """
    report = Report()
    mapping = chosen.mapping
    lost: dict[str, list[str]] = {}
    partial: dict[str, list[str]] = {}
    export = _SearchedExport(chosen, document) if document else None
    named = {
        agent
        for kind, _, value in leaves(record)
        if kind in OF_AGENTS and any(one in (place_of(mapping, kind) or "") for one in _OF_KINDS)
        for agent in (value if isinstance(value, tuple) else (value,))
    }
    for kind, place, value in leaves(record):
        at = Location(field=place)
        where = place_of(mapping, kind)
        if where is None:
            if export and place in _words_without_edtf(record) and export.has_words(value):
                continue
            whole = lost_whole(mapping, kind)
            if whole == kind or whole not in lost:
                lost.setdefault(whole, []).append(place)
        elif export and (
            # If the name of an agent is lost, its kind is lost, too.
            (kind == "agents.kind" and f"{place[:-5]}.name" in partial.get("agents.name", ()))
            or not _is_present(record, kind, value, where, export)
            or (kind == "agents.kind" and "(" in where and place.split(".")[1] not in named)
            # The label of a type of the project's own does not say which type it is.
            or (kind == "type" and record.own_type and not export.has_alone(value))
        ):
            partial.setdefault(kind, []).append(place)
        elif isinstance(value, Edtf) and chosen.dates == "days" and not is_exact(value):
            if not (export and export.has(value)):
                message = f"{chosen.title} cannot express {value} completely"
                report.add(DATE_COARSENED.at(at, message))
        elif chosen.is_xml and _is_hostile(value):
            report.add(_replaced(at, chosen))
    for kind, places in lost.items():
        message = f"{chosen.title} leaves out {kind}{_times(places)}"
        report.add(FIELD_LOST.at(Location(field=places[0]), message))
    for kind, places in partial.items():
        message = (
            f"{chosen.title} holds only part of {kind}{_times(places)}: {place_of(mapping, kind)}"
        )
        report.add(FIELD_PARTIAL.at(Location(field=places[0]), message))
    for part, text in (texts or {}).items() if chosen.name == "tei" else ():
        if _is_hostile(text):
            report.add(_replaced(Location(field=f"parts.{part}"), chosen))
    return report


def _times(places: Sequence[str]) -> str:
    return f" ({len(places)} times)" if len(places) > 1 else ""


def _words_without_edtf(record: Record) -> tuple[str, ...]:
    """Return the places of the words and note of a date without EDTF.

    Some formats write them as a description, although they have no place for these fields.
    """
    opened = record.date and record.date.edtf is None
    return ("date.as_written", "date.note") if opened else ()


class _SearchedExport:
    """The text of an export, in which values of the record are searched for."""

    def __init__(self, chosen: Format, document: bytes) -> None:
        text = document.decode()
        alone = _TAGS.sub(" ", text) if chosen.is_xml else ""
        if chosen.media_type.endswith("json"):
            text = json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", " ")
            text = _DATE_PARTS.sub(_joined, text)
        elif chosen.name == "bibtex":
            text = re.sub(r"\\textasciitilde\{\}", "~", text)
            text = re.sub(r"\\text[a-z]+\{\}|\\", " ", text)
        self._days = chosen.dates == "days"
        self._text = html.unescape(text)
        words = [*_words(self._text), "", *_words(html.unescape(alone))]
        self._words, self._phrases = set(words), f" {' '.join(words)} "

    def has_words(self, text: str) -> bool:
        """Return whether all words of a string are in the document, in any order."""
        return self._words.issuperset(_words(text))

    def has_phrase(self, text: str) -> bool:
        """Return whether the words of a string are in the document, in this order."""
        return f" {' '.join(_words(text))} " in self._phrases or not _words(text)

    def has(self, text: str) -> bool:
        """Return whether a date, tag or digest is in the document, not within a longer word."""
        return re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", self._text) is not None

    def has_date(self, date: Edtf) -> bool:
        """Return whether a date is in the document.

        A date can be there in EDTF, as its two ends, or (in formats without EDTF) as days.
        """
        ends = [end for end in date.split("/") if end not in ("", "..")]
        if all(map(self.has, ends)):
            return True
        day = plain(date)
        days = (day,) if day else tuple(filter(None, extremes(date)))
        return self._days and bool(days) and all(map(self.has, days))

    def has_language(self, tag: str) -> bool:
        """Return whether a language is in the document.

        A language can be there as its tag or, alone, as its code of three letters or its name.
        """
        names = () if "-" in tag else (three_letters(tag), language_name(tag))
        return self.has(tag) or any(map(self.has_alone, names))

    def has_alone(self, text: str) -> bool:
        """Return whether a text is the whole content of an element, a field or a cell."""
        return any(f"{a}{text}{b}" in self._text for a, b in ('",', '""', "><", "{}"))

    def has_scheme(self, name: str) -> bool:
        """Return whether a scheme of identifiers is in the document.

        A scheme can be there as its name or as the beginning of its addresses. The schemes "local"
        and "url" need not be there.
        """
        scheme = SCHEMES[name]
        start = scheme.uri.partition("{}")[0]
        return (
            name in ("local", "url")
            or any(map(self.has_words, (name, scheme.name)))
            or bool(start and start in self._text)
        )


_TAGS = re.compile(r"<[^>]*>")
_DATE_PARTS = re.compile(r"\[(\d+)(?:, (\d+))?(?:, (\d+))?\]")
"""A date in CSL, `[1961, 3, 3]`."""


def _joined(date: re.Match[str]) -> str:
    year, *rest = filter(None, date.groups())
    return "-".join([f"{year:0>4}", *(f"{number:0>2}" for number in rest)])


def _is_present(record: Record, kind: str, value: Any, where: str, export: _SearchedExport) -> bool:
    """Return whether a value is in the document.

    Values of `_IN_OTHER_WORDS` count as present, unless the mapping has a condition in parentheses.
    Then only kinds of agents that the condition names count as present.
    """
    several = value if isinstance(value, tuple) else (value,)
    if kind.rpartition(".")[2] in _IN_OTHER_WORDS:
        return "(" not in where or (kind == "agents.kind" and value in where)
    return all(_is_written(record, kind, one, export) for one in several)


def _is_written(record: Record, kind: str, value: Any, export: _SearchedExport) -> bool:
    if isinstance(value, Edtf):
        return export.has_date(value)
    if isinstance(value, Quote):
        return export.has_words(value.exact)
    if kind in OF_AGENTS:
        return export.has_words(record.agent(value).name)
    if kind.endswith("languages"):
        return export.has_language(value)
    if kind.endswith(("identifier.scheme", "identifiers.scheme")):
        return export.has_scheme(value)
    if kind.startswith("events.") and kind.endswith(("inputs", "outputs")):
        return export.has(value.partition(":")[2])
    if kind in _IN_PIECES or kind.endswith((".value", "identifiers.note")):
        return export.has_words(str(value))
    said = kind if kind == "excerpt" else value  # true or false
    said = value.field if isinstance(value, Evidence) else said
    return not isinstance(said, str) or export.has_phrase(said)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _is_hostile(value: object) -> bool:
    from archive_pkg.interchange.markup import HOSTILE

    return bool(HOSTILE.search(str(value)))


def _replaced(at: Location, chosen: Format) -> Any:
    return CHARACTER_REPLACED.at(at, f"{chosen.title} cannot hold some characters of this text")
