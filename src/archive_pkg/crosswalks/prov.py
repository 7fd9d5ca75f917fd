"""W3C PROV, as PROV-JSON and PROV-N: parts are entities, events activities, agents agents.

Names are those of the record, in the letter's own archive-and-package namespace (`arcp:`). PROV
knows instants only, so dates are `dcterms:date` in EDTF, and no time of day is made up. An entity
is generated once (PROV-CONSTRAINTS, 5.3): what an event does not make, or not first, it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prov.model import PROV, ProvDocument
from prov.serializers.provjson import encode_json_document

from archive_pkg.crosswalks import views
from archive_pkg.crosswalks.json_text import to_json

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
    "parts.sha256": "entity, schema:sha256",
    "parts.languages": "entity, dcterms:language",
    "parts.media_type": "entity, dcterms:format",
    "parts.of": "wasDerivedFrom",
    "parts.made_by": "wasAttributedTo",
    "parts.made.edtf": "entity, dcterms:date",
    "parts.method": "entity, dcterms:description",
    "translation_notes.kind": "entity, letter:note",
    "translation_notes.at": "entity, letter:note (the words alone)",
    "translation_notes.text": "entity, letter:note",
    "translation_notes.rendering": "entity, letter:note",
    "translation_notes.original": "entity, letter:note",
    "translation_notes.romanized": "entity, letter:note",
    "classification.history": "activity",
    "agents.name": "agent, prov:label",
    "agents.kind": "agent, prov:type",
    "agents.version": "agent, dcterms:hasVersion",
    "events.type": "activity, prov:type",
    "events.date.edtf": "activity, dcterms:date",
    "events.date.as_written": "activity, dcterms:description",
    "events.date.note": "activity, dcterms:description",
    "events.agents": "wasAssociatedWith",
    "events.objects": "wasGeneratedBy by what makes it first, otherwise used",
    "events.sources": "used",
    "events.inputs": "activity, letter:input",
    "events.outputs": "activity, letter:output",
    "events.outcome": "activity, letter:outcome",
    "events.detail": "activity, dcterms:description",
}

Attributes = list[tuple[str, object]]


def write(records: Sequence[Record], setting: Setting) -> bytes:
    """The record in PROV-JSON."""
    [record] = records
    return to_json(encode_json_document(_document(record, setting)))


def write_notation(records: Sequence[Record], setting: Setting) -> bytes:
    """The record in PROV-N."""
    [record] = records
    return f"{_document(record, setting).get_provn()}\n".encode()


def _document(record: Record, setting: Setting) -> ProvDocument:
    document = ProvDocument()
    document.add_namespace("letter", f"arcp://name,{record.id}/")
    document.add_namespace("dcterms", "http://purl.org/dc/terms/")
    document.add_namespace("schema", "https://schema.org/")
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
        _add_part(document, record, part, setting)
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


def _add_part(document: ProvDocument, record: Record, part: Part, setting: Setting) -> None:
    digest = setting.digests(record, part.file).get("sha256") if part.file else None
    told = zip(record.translation_notes, views.note_words(record), strict=True)
    notes = (words for note, (_, words) in told if note.at.part == part.id)
    document.entity(
        _part(part.id),
        _known(
            ("prov:label", part.title),
            ("dcterms:type", part.kind),
            *(("dcterms:language", tag) for tag in part.languages),
            ("dcterms:format", part.media_type),
            ("dcterms:date", _edtf(part.made)),
            ("dcterms:description", part.method),
            ("prov:location", f"{setting.folder}{part.file}" if part.file else None),
            ("schema:sha256", digest),
            *(("letter:note", words) for words in notes),
        ),
    )
    document.specializationOf(_part(part.id), _LETTER)
    for name in part.of:
        document.wasDerivedFrom(_part(part.id), _part(name))
    for name in part.made_by:
        document.wasAttributedTo(_part(part.id), _agent(name))


def _add_events(document: ProvDocument, record: Record) -> None:
    made: set[str] = set()
    for event in views.history(record):
        activity = f"letter:event/{event.id}"
        document.activity(
            activity,
            other_attributes=_known(
                ("prov:type", event.type),
                ("dcterms:date", _edtf(event.date)),
                ("dcterms:description", event.date.as_written if event.date else None),
                ("dcterms:description", event.date.note if event.date else None),
                ("dcterms:description", event.detail),
                ("letter:outcome", event.outcome),
                *(("letter:input", digest) for digest in event.inputs),
                *(("letter:output", digest) for digest in event.outputs),
            ),
        )
        for name in event.sources:
            document.used(activity, _part(name))
        # Without parts it is about the letter as a whole.
        for thing in map(_part, event.objects) if event.objects else (_LETTER,):
            if views.makes(event) and thing not in made:
                document.wasGeneratedBy(thing, activity)
                made.add(thing)
            else:
                document.used(activity, thing)
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
