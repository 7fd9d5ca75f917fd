"""W3C PROV, as PROV-JSON and PROV-N: parts are entities, events activities, agents agents.

Names are those of the record, in the letter's own archive-and-package namespace (`arcp:`). PROV
knows instants only, so dates are `dcterms:date` in EDTF, and no time of day is made up.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from prov.model import PROV, ProvDocument
from prov.serializers.provjson import ProvJSONSerializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.crosswalks.setting import Setting
    from archive_pkg.records.models import Date, Part, Record

_LETTER = "letter:letter"
_KINDS = {
    "person": PROV["Person"],
    "organization": PROV["Organization"],
    "software": PROV["SoftwareAgent"],
}

MAPPING = {
    "id": "entity, dcterms:identifier",
    "version": "entity, dcterms:hasVersion",
    "title": "entity, prov:label",
    "type": "entity, dcterms:type",
    "sender": "wasAttributedTo",
    "date.edtf": "entity, dcterms:date",
    "parts.kind": "entity, dcterms:type",
    "parts.title": "entity, prov:label",
    "parts.file": "entity, prov:location",
    "parts.languages": "entity, dcterms:language",
    "parts.media_type": "entity, dcterms:format",
    "parts.of": "wasDerivedFrom",
    "parts.made_by": "wasAttributedTo",
    "parts.made.edtf": "entity, dcterms:date",
    "agents.name": "agent, prov:label",
    "agents.kind": "agent, prov:type",
    "agents.version": "agent, dcterms:hasVersion",
    "events.type": "activity, prov:type",
    "events.date.edtf": "activity, dcterms:date",
    "events.date.as_written": "activity, dcterms:description",
    "events.agents": "wasAssociatedWith",
    "events.objects": "wasGeneratedBy",
    "events.sources": "used",
    "events.outcome": "activity, letter:outcome",
    "events.detail": "activity, dcterms:description",
}

Attributes = list[tuple[str, object]]


def write(records: Sequence[Record], setting: Setting) -> bytes:
    """The record in PROV-JSON."""
    [record] = records
    # Asked by name, prov would load all of its serializers, which takes longer than the writing.
    written = StringIO()
    ProvJSONSerializer(_document(record, setting)).serialize(written, indent=2)
    return f"{written.getvalue()}\n".encode()


def write_notation(records: Sequence[Record], setting: Setting) -> bytes:
    """The record in PROV-N."""
    [record] = records
    return f"{_document(record, setting).get_provn()}\n".encode()


def _document(record: Record, setting: Setting) -> ProvDocument:
    document = ProvDocument()
    document.add_namespace("letter", f"arcp://name,{record.id}/")
    document.add_namespace("dcterms", "http://purl.org/dc/terms/")
    document.entity(
        _LETTER,
        _known(
            ("prov:label", record.title),
            ("dcterms:identifier", record.id),
            ("dcterms:hasVersion", str(record.version)),
            ("dcterms:type", record.type),
            ("dcterms:date", _edtf(record.date)),
        ),
    )
    for name in record.sender:
        document.wasAttributedTo(_LETTER, _agent(name))
    for part in record.parts:
        _add_part(document, part, setting)
    for agent in record.agents:
        document.agent(
            _agent(agent.id),
            _known(
                ("prov:label", agent.name),
                ("prov:type", _KINDS.get(agent.kind, agent.kind)),
                ("dcterms:hasVersion", agent.version),
            ),
        )
    _add_events(document, record)
    return document


def _add_part(document: ProvDocument, part: Part, setting: Setting) -> None:
    document.entity(
        _part(part.id),
        _known(
            ("prov:label", part.title),
            ("dcterms:type", part.kind),
            *(("dcterms:language", tag) for tag in part.languages),
            ("dcterms:format", part.media_type),
            ("dcterms:date", _edtf(part.made)),
            ("prov:location", f"{setting.folder}{part.file}" if part.file else None),
        ),
    )
    document.specializationOf(_part(part.id), _LETTER)
    for name in part.of:
        document.wasDerivedFrom(_part(part.id), _part(name))
    for name in part.made_by:
        document.wasAttributedTo(_part(part.id), _agent(name))


def _add_events(document: ProvDocument, record: Record) -> None:
    for event in record.events:
        activity = f"letter:event/{event.id}"
        document.activity(
            activity,
            other_attributes=_known(
                ("prov:type", event.type),
                ("dcterms:date", _edtf(event.date)),
                ("dcterms:description", event.date.as_written if event.date else None),
                ("dcterms:description", event.detail),
                ("letter:outcome", event.outcome),
            ),
        )
        for name in event.sources:
            document.used(activity, _part(name))
        for name in event.objects:
            document.wasGeneratedBy(_part(name), activity)
        for name in event.agents:
            document.wasAssociatedWith(activity, _agent(name))


def _part(name: str) -> str:
    return f"letter:part/{name}"


def _agent(name: str) -> str:
    return f"letter:agent/{name}"


def _edtf(date: Date | None) -> str | None:
    return str(date.edtf) if date else None


def _known(*attributes: tuple[str, object]) -> Attributes:
    return [(name, value) for name, value in attributes if value]
