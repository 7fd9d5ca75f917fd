"""Write W3C PROV as PROV-JSON (W3C Member Submission, 2013).

Parts are entities, events are activities, and agents are agents. Names are the record's ids in an
archive-and-package namespace (`arcp:`) of the record. Times in PROV need a time of day, which is
not known, so dates are `dcterms:date` in EDTF. An entity is generated at most once
(PROV-CONSTRAINTS, 5.3). If an event does not create a part, or another event has created it before,
the event uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.dates import edtf_of
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import classification_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

_DOCUMENT = "record:document"
_KINDS = {
    "person": "prov:Person",
    "organization": "prov:Organization",
    "software": "prov:SoftwareAgent",
}

_ENDS = {
    "wasAttributedTo": ("prov:entity", "prov:agent"),
    "wasAssociatedWith": ("prov:activity", "prov:agent"),
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    "wasGeneratedBy": ("prov:entity", "prov:activity"),
    "hadMember": ("prov:collection", "prov:entity"),
    "used": ("prov:activity", "prov:entity"),
}
"""The names of the two ends of each relation."""

MAPPING = {
    "id": "entity, dcterms:identifier",
    "version": "entity, schema:version",
    "title": "entity, prov:label",
    "type": "entity, dcterms:type",
    "authors": "wasAttributedTo",
    "sender": "wasAttributedTo",
    "date.edtf": "entity, dcterms:date",
    "parts.kind": "entity, dcterms:type",
    "parts.title": "entity, prov:label",
    "parts.file": "entity, prov:location",
    "parts.sha256": "entity, schema:sha256",
    "parts.languages": "entity, dcterms:language",
    "parts.media_type": "entity, dcterms:format",
    "parts.made_from": "wasDerivedFrom",
    "parts.part_of": "hadMember",
    "parts.about": "entity, schema:about",
    "parts.made_by": "wasAttributedTo",
    "parts.made.edtf": "entity, dcterms:date",
    "parts.method": "entity, dcterms:description",
    "translation_notes.kind": "entity, record:note",
    "translation_notes.at": "entity, record:note (the words alone)",
    "translation_notes.text": "entity, record:note",
    "translation_notes.rendering": "entity, record:note",
    "translation_notes.original": "entity, record:note",
    "translation_notes.romanized": "entity, record:note",
    "classification.as_written": "entity, record:marking",
    "classification.caveats": "entity, record:marking",
    "classification.scheme": "entity, record:marking",
    "classification.level": "entity, record:marking",
    "classification.history": "activity; entity, record:marking",
    "agents.name": "agent (entity if it did not make or do anything), prov:label",
    "agents.kind": "agent, prov:type",
    "agents.version": "agent, schema:softwareVersion",
    "events.type": "activity, prov:type",
    "events.date.edtf": "activity, dcterms:date",
    "events.date.as_written": "activity, dcterms:description",
    "events.date.note": "activity, dcterms:description",
    "events.agents": "wasAssociatedWith",
    "events.objects": "wasGeneratedBy by what makes it first, otherwise used",
    "events.sources": "used",
    "events.inputs": "activity, record:input",
    "events.outputs": "activity, record:output",
    "events.outcome": "activity, record:outcome",
    "events.detail": "activity, dcterms:description",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in PROV-JSON."""
    [record] = records
    return to_json(_statements(record, context))


def _statements(record: Record, context: ExportContext) -> dict[str, dict[str, Any]]:
    document = _Document(record.id)
    document.add(
        "entity",
        _DOCUMENT,
        ("prov:label", record.title),
        ("dcterms:identifier", record.id),
        ("schema:version", str(record.version)),
        ("dcterms:type", record.type),
        ("dcterms:date", edtf_of(record.date)),
        ("record:marking", classification_in_words(record)),
    )
    for name in dict.fromkeys((*record.authors, *record.sender)):
        document.relate("wasAttributedTo", _DOCUMENT, _agent(name))
    _add_parts(document, record, context)
    _add_events(document, record)
    # An agent in PROV is responsible for something. A recipient is not, and so is an entity.
    responsible = {
        ends["prov:agent"]
        for kind in ("wasAttributedTo", "wasAssociatedWith")
        for ends in document.statements.get(kind, {}).values()
    }
    for agent in record.agents:
        acts = _agent(agent.id) in responsible
        kind = _KINDS.get(agent.kind) if acts else None
        document.add(
            "agent" if acts else "entity",
            _agent(agent.id),
            ("prov:label", agent.name),
            ("prov:type", _reference(kind) if kind else agent.kind),
            ("schema:softwareVersion", agent.version),
        )
    return document.statements


class _Document:
    """A PROV-JSON document.

    Attributes:
        statements: The statements by their kind and name, in the order in which they were added.
    """

    def __init__(self, name: str) -> None:
        spaces = {
            "record": f"arcp://name,{name}/",
            "dcterms": "http://purl.org/dc/terms/",
            "schema": "https://schema.org/",
        }
        self.statements: dict[str, dict[str, Any]] = {"prefix": spaces}
        self._relations = 0

    def add(self, kind: str, name: str, *attributes: tuple[str, Any]) -> None:
        """Add an entity, activity or agent. Attributes without a value are left out."""
        values: dict[str, list[Any]] = {}
        for attribute, value in attributes:
            if value:
                values.setdefault(attribute, []).append(value)
        self.statements.setdefault(kind, {})[name] = {
            attribute: _each_once(several) for attribute, several in values.items()
        }

    def relate(self, kind: str, one: str, other: str) -> None:
        """Add a relation between two things."""
        self._relations += 1
        ends = dict(zip(_ENDS[kind], (one, other), strict=True))
        self.statements.setdefault(kind, {})[f"_:id{self._relations}"] = ends


def _add_parts(document: _Document, record: Record, context: ExportContext) -> None:
    notes = list(zip(record.translation_notes, derived_facts.note_words(record), strict=True))
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        name, bond = _part(part.id), bonds[part.id]
        about = [_part(other) for other in part.about]
        if bond == "about" and not about:
            about = [_DOCUMENT]
        digest = context.digests(record, part.file or "").get("sha256")
        document.add(
            "entity",
            name,
            ("prov:label", part.title),
            ("dcterms:type", part.kind),
            *(("dcterms:language", tag) for tag in part.languages),
            ("dcterms:format", part.media_type),
            ("dcterms:date", edtf_of(part.made)),
            ("dcterms:description", part.method),
            ("prov:location", f"{context.folder}{part.file}" if part.file else None),
            ("schema:sha256", digest),
            *(("schema:about", _reference(other)) for other in about),
            ("dcterms:relation", _reference(_DOCUMENT) if bond == "version" else None),
            *(("record:note", words) for note, (_, words) in notes if note.at.part == part.id),
        )
        wholes = [_part(other) for other in part.part_of]
        for whole in wholes or ([_DOCUMENT] if bond == "part" else []):
            document.relate("hadMember", whole, name)
        for source in part.made_from:
            document.relate("wasDerivedFrom", name, _part(source))
        for maker in part.made_by:
            document.relate("wasAttributedTo", name, _agent(maker))


def _add_events(document: _Document, record: Record) -> None:
    made: set[str] = set()
    for event in derived_facts.history(record):
        activity = f"record:event/{event.id}"
        document.add(
            "activity",
            activity,
            ("prov:type", event.type),
            ("dcterms:date", edtf_of(event.date)),
            ("dcterms:description", event.date.as_written if event.date else None),
            ("dcterms:description", event.date.note if event.date else None),
            ("dcterms:description", event.detail),
            ("record:outcome", event.outcome),
            *(("record:input", digest) for digest in event.inputs),
            *(("record:output", digest) for digest in event.outputs),
        )
        for name in event.sources:
            document.relate("used", activity, _part(name))
        # An event without sources and objects is about the letter itself.
        for thing in map(_part, event.objects) if event.objects or event.sources else (_DOCUMENT,):
            if derived_facts.makes(event) and thing not in made:
                document.relate("wasGeneratedBy", thing, activity)
                made.add(thing)
            else:
                document.relate("used", activity, thing)
        for name in event.agents:
            document.relate("wasAssociatedWith", activity, _agent(name))


def _reference(name: str) -> dict[str, str]:
    return {"$": name, "type": "xsd:QName"}


def _each_once(values: list[Any]) -> Any:
    different = [value for place, value in enumerate(values) if value not in values[:place]]
    return different if len(different) > 1 else different[0]


def _part(name: str) -> str:
    return f"record:part/{name}"


def _agent(name: str) -> str:
    return f"record:agent/{name}"
