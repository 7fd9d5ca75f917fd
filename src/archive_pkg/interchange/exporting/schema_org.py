"""Write schema.org in JSON-LD.

The document type says which type of schema.org a document is; correspondence is a `Message`. The
talk or session that a document records is an `Event`. The graph is flat, and each thing has an
`@id`, because RO-Crate, which contains the same things, requires this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address, licence_address
from archive_pkg.interchange.dates import edtf_of
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import classification_in_words, shelfmark
from archive_pkg.records.vocabularies.identifiers import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Part, Place, Record, Subject
    from archive_pkg.records.vocabularies.identifiers import Identifier

LETTER = "#letter"
_HOLDING = "#holding"
_MARKING = "#marking"
_SUMMARY = "#summary"
_RECORDED = "#recorded"

Thing = dict[str, Any]

_ADDITIONAL_TYPES = {
    "software": "https://schema.org/SoftwareApplication",
    "family": "http://id.loc.gov/ontologies/bibframe/Family",
}
"""The types of agents that are neither persons nor organizations."""

MAPPING = {
    "id": "identifier",
    "version": "version",
    "identifiers": "identifier",
    "type": "@type, genre",
    "title": "name",
    "variant_titles": "alternateName",
    "authors": "creator",
    "sender": "sender (of messages), creator",
    "signatories": "contributor",
    "recipients": "recipient (of messages), contributor",
    "copies_to": "ccRecipient (of messages), contributor",
    "participants.agent": "contributor; recordedAt, attendee",
    "recorded.kind": "recordedAt, name",
    "recorded.edtf": "recordedAt, startDate",
    "recorded.place.name": "recordedAt, location",
    "recorded.place.identifiers": "recordedAt, location, @id (the first)",
    "date.edtf": "dateCreated",
    "date.as_written": "temporal",
    "received.edtf": "dateReceived (of messages), description",
    "place.name": "locationCreated",
    "place.identifiers": "locationCreated, @id (the first)",
    "classification.as_written": "comment",
    "classification.caveats": "comment",
    "classification.scheme": "comment",
    "classification.level": "comment",
    "classification.history.action": "comment",
    "classification.history.date.edtf": "comment",
    "classification.history.by": "comment",
    "classification.history.level": "comment",
    "classification.history.note": "comment",
    "summary.text": "abstract",
    "summary.author": "subjectOf, creator",
    "subjects.term": "about",
    "subjects.identifier.scheme": "about, inDefinedTermSet",
    "subjects.identifier.value": "about, termCode",
    "mentioned_agents": "mentions",
    "mentioned_places.name": "mentions",
    "mentioned_places.identifiers": "mentions, @id (the first)",
    "parts.kind": "workExample, genre",
    "parts.title": "name",
    "parts.file": "encoding, contentUrl",
    "parts.sha256": "encoding, sha256",
    "parts.media_type": "encoding, encodingFormat",
    "parts.languages": "inLanguage",
    "parts.access.status": "workExample, conditionsOfAccess",
    "parts.access.until.edtf": "workExample, conditionsOfAccess",
    "parts.access.rule": "workExample, conditionsOfAccess",
    "parts.made_from": "translationOfWork, isBasedOn",
    "parts.part_of": "isPartOf, hasPart",
    "parts.about": "about, subjectOf",
    "parts.made_by": "translator, creator, creditText",
    "parts.made.edtf": "dateCreated",
    "parts.note": "description",
    "parts.method": "creditText",
    "translation_notes.kind": "comment",
    "translation_notes.at": "comment (the words alone)",
    "translation_notes.text": "comment",
    "translation_notes.rendering": "comment",
    "translation_notes.original": "comment",
    "translation_notes.romanized": "comment",
    "enclosures.title": "messageAttachment (of messages), hasPart; name, alternateName",
    "holdings": "holdingArchive, itemLocation",
    "custody": "description",
    "donor": "description",
    "publications": "citation",
    "rights.statement": "copyrightNotice",
    "rights.licence": "license",
    "rights.holder": "copyrightHolder",
    "agents.name": "name",
    "agents.kind": "@type",
    "agents.role": "jobTitle, disambiguatingDescription",
    "agents.as_written": "alternateName",
    "agents.version": "softwareVersion",
    "agents.identifiers": "@id, identifier",
    "agents.note": "description",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in schema.org's vocabulary."""
    [record] = records
    graph = merged([*things(record, context), *files(record, context)])
    return to_json({"@context": "https://schema.org", "@graph": graph})


def merged(graph: Iterable[Thing]) -> list[Thing]:
    """Return the things of a graph, merged so that each `@id` has one entry.

    Agents or places with the same identifier become one thing, which has the values of all of them.
    """
    found: dict[str, Thing] = {}
    for thing in graph:
        known = found.setdefault(thing["@id"], thing)
        for key, value in thing.items():
            if known.setdefault(key, value) != value:
                values = _listed(known[key])
                known[key] = [*values, *(one for one in _listed(value) if one not in values)]
    return list(found.values())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def things(record: Record, context: ExportContext) -> Iterator[Thing]:
    """Yield the letter and all things that the record describes, except its files."""
    yield _letter(record, context)
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        yield _part(record, part, bonds[part.id], context)
    yield from _remarks(record, context)
    yield from _recorded(record)
    for agent in record.agents:
        yield _agent(agent)
    for number, place in enumerate(_places(record), 1):
        yield {"@id": place_id(place, number), "@type": "Place", "name": place.name}
    for number, subject in enumerate(record.subjects, 1):
        yield from _subject(subject, number)
    for enclosure in record.enclosures:
        if enclosure.part is None:
            yield {
                "@id": f"#enclosure-{enclosure.id}",
                "@type": "CreativeWork",
                "name": enclosure.title,
            }
    if record.rights and record.rights.licence:
        licence = record.rights.licence
        yield {"@id": _licence_id(licence), "@type": "CreativeWork", "name": licence}
    for name, number in _archives(record).items():
        yield {"@id": _holding_id(number), "@type": "ArchiveOrganization", "name": name}


def _remarks(record: Record, context: ExportContext) -> Iterator[Thing]:
    if record.summary and record.summary.author:
        yield {
            "@id": _SUMMARY,
            "@type": "CreativeWork",
            "genre": "summary",
            "about": _ref(letter_id(record, context)),
            "text": record.summary.text,
            "creator": _agents(record, [record.summary.author]),
        }
    if record.classification:
        words = f"Marked: {classification_in_words(record)}"
        yield {"@id": _MARKING, "@type": "Comment", "text": words}
    for note, words in derived_facts.note_words(record):
        yield {"@id": f"#note-{note}", "@type": "Comment", "text": words}


def _recorded(record: Record) -> Iterator[Thing]:
    """Yield the talk or session that the document records, with its place."""
    event = record.recorded
    if event is None:
        return
    place = event.place
    where = (first_address(place.identifiers) or f"{_RECORDED}-place") if place else None
    yield _without_empty(
        {
            "@id": _RECORDED,
            "@type": "Event",
            "name": (event.kind or "event").capitalize(),
            "startDate": edtf_of(event),
            "location": _ref(where) if where else None,
            "attendee": _agents(record, [one.agent for one in record.participants]),
        }
    )
    if place and where:
        yield {"@id": where, "@type": "Place", "name": place.name}


def _subject(subject: Subject, number: int) -> Iterator[Thing]:
    known = subject.identifier
    if known:
        terms = f"#scheme-{known.scheme}"
        yield {
            "@id": subject_id(known, number),
            "@type": "DefinedTerm",
            "name": subject.term,
            "termCode": known.value,
            "inDefinedTermSet": _ref(terms),
        }
        yield {"@id": terms, "@type": "DefinedTermSet", "name": SCHEMES[known.scheme].name}


def files(record: Record, context: ExportContext, kind: str = "MediaObject") -> Iterator[Thing]:
    """Yield the held files as things of a type, `MediaObject` or RO-Crate's `File`."""
    for path in record.files:
        parts = [part for part in record.parts if part.file == path]
        facts = context.files.get(path)
        yield _without_empty(
            {
                "@id": file_id(path, context),
                "@type": kind,
                "name": path,
                "contentSize": str(facts.size) if facts else None,
                "encodingFormat": next((p.media_type for p in parts if p.media_type), None),
                "sha256": context.digests(record, path).get("sha256"),
                "encodesCreativeWork": [_ref(part_id(part.id)) for part in parts],
            }
        )


def letter_id(record: Record, context: ExportContext) -> str:
    """Return the `@id` of the letter: the web address of its page, or `#letter`."""
    return context.addresses.get(record.id, LETTER)


def file_id(path: str, context: ExportContext) -> str:
    """Return the `@id` of a file: its address relative to the export."""
    return quote(f"{context.folder}{path}")


def part_id(name: str) -> str:
    """Return the `@id` of a part."""
    return f"#part-{name}"


def agent_id(agent: Agent) -> str:
    """Return the `@id` of an agent: its address in an authority file, or one with its own id."""
    return first_address(agent.identifiers) or f"#agent-{agent.id}"


def place_id(place: Place, number: int) -> str:
    """Return the `@id` of a place: its address in an authority file, or one with its number."""
    return first_address(place.identifiers) or f"#place-{number}"


def subject_id(identifier: Identifier, number: int) -> str:
    """Return the `@id` of a subject: its address in a vocabulary, or one with its number."""
    return first_address([identifier]) or f"#subject-{number}"


def _licence_id(licence: str) -> str:
    return licence_address(licence) or "#licence"


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}


def _without_empty(thing: Thing) -> Thing:
    return {key: value for key, value in thing.items() if value}


def _agents(record: Record, names: Sequence[str]) -> list[dict[str, str]]:
    return [_ref(agent_id(agent)) for agent in derived_facts.agents(record, names)]


def _places(record: Record) -> list[Place]:
    return [*([record.place] if record.place else []), *record.mentioned_places]


def _archives(record: Record) -> dict[str, int]:
    """Return the archives that keep copies, each with its number."""
    names = dict.fromkeys(holding.repository for holding in record.holdings)
    return {name: number for number, name in enumerate(names, 1)}


def _holding_id(number: int) -> str:
    return _HOLDING if number == 1 else f"{_HOLDING}-{number}"


def _letter(record: Record, context: ExportContext) -> Thing:
    rights = record.rights
    places = [_ref(place_id(place, number)) for number, place in enumerate(_places(record), 1)]
    here, mentioned = (places[:1], places[1:]) if record.place else ([], places)
    kind = record.document_type.schema_org
    is_message = kind == "Message"
    hands = [one.agent for one in derived_facts.persons(record) if one.is_own]
    hands += [one.agent for one in derived_facts.participants(record)]
    # Only a message has recipients in schema.org, so other documents have them as contributors.
    hands += [] if is_message else [one.agent for one in derived_facts.addressees(record)]
    bonds = derived_facts.bonds(record)

    def bound(bond: derived_facts.Bond) -> list[dict[str, str]]:
        return [_ref(part_id(part.id)) for part in record.parts if bonds[part.id] == bond]

    listed = (part_id(e.part) if e.part else f"#enclosure-{e.id}" for e in record.enclosures)
    sent_with = [
        part_id(part.id)
        for part in record.parts
        if part.kind == "enclosure" and bonds[part.id] == "part"
    ]
    enclosed = list(dict.fromkeys([*listed, *sent_with]))
    contained = dict.fromkeys([*enclosed, *(one["@id"] for one in bound("part"))])
    return _without_empty(
        {
            "@id": letter_id(record, context),
            "@type": [kind, "ArchiveComponent"],
            "name": record.title,
            "alternateName": list(record.variant_titles),
            "identifier": [record.id, *(item.uri or item.value for item in record.identifiers)],
            "version": str(record.version),
            "genre": record.document_type.label,
            "creator": _agents(record, (*record.authors, *record.sender)),
            "sender": _agents(record, record.sender) if is_message else [],
            "contributor": [_ref(name) for name in dict.fromkeys(map(agent_id, hands))],
            "recipient": _agents(record, record.recipients) if is_message else [],
            "ccRecipient": _agents(record, record.copies_to) if is_message else [],
            "dateCreated": edtf_of(record.date),
            "temporal": record.date.as_written if record.date else None,
            "dateReceived": edtf_of(record.received) if is_message else None,
            "recordedAt": _ref(_RECORDED) if record.recorded else None,
            "locationCreated": here,
            "abstract": record.summary.text if record.summary else None,
            "about": [
                _ref(subject_id(subject.identifier, number)) if subject.identifier else subject.term
                for number, subject in enumerate(record.subjects, 1)
            ],
            "mentions": [*_agents(record, record.mentioned_agents), *mentioned],
            "inLanguage": derived_facts.main_language(record),
            "workExample": bound("version"),
            "hasPart": [_ref(name) for name in contained],
            "subjectOf": [*bound("about"), *([_ref(_SUMMARY)] if _is_signed(record) else [])],
            "comment": [
                *([_ref(_MARKING)] if record.classification else []),
                *(_ref(f"#note-{note.id}") for note in record.translation_notes),
            ],
            "messageAttachment": [_ref(name) for name in enclosed] if is_message else [],
            "holdingArchive": [_ref(_holding_id(n)) for n in _archives(record).values()],
            "itemLocation": [shelfmark(one) for one in record.holdings if one.levels],
            "description": "\n".join(_provenance(record)),
            "citation": derived_facts.published_in(record),
            "copyrightNotice": rights.statement if rights else None,
            "license": _ref(_licence_id(rights.licence)) if rights and rights.licence else None,
            "copyrightHolder": _agents(record, [rights.holder])
            if rights and rights.holder
            else None,
        }
    )


def _provenance(record: Record) -> Iterator[str]:
    if record.received and record.document_type.schema_org != "Message":
        yield f"Received: {record.received.words}"
    if record.custody:
        yield f"Custody: {record.custody}"
    if record.donor:
        yield f"Donor: {record.agent(record.donor).name}"


def _is_signed(record: Record) -> bool:
    return record.summary is not None and record.summary.author is not None


def _part(record: Record, part: Part, bond: derived_facts.Bond, context: ExportContext) -> Thing:
    letter = _ref(letter_id(record, context))
    sources, wholes, about = (
        [_ref(part_id(name)) for name in names]
        for names in (part.made_from, part.part_of, part.about)
    )
    called = derived_facts.part_title(record, part)
    listed = dict.fromkeys(item.title for item in record.enclosures if item.part == part.id)
    translation = part.kind == "translation"
    programs = {agent.id for agent in record.agents if agent.kind == "software"}
    makers = _agents(record, [name for name in part.made_by if name not in programs])
    return _without_empty(
        {
            "@id": part_id(part.id),
            "@type": "CreativeWork",
            "name": called,
            "alternateName": [title for title in listed if title != called],
            "genre": part.kind,
            "exampleOfWork": letter if bond == "version" else None,
            "isPartOf": [letter, *wholes] if bond == "part" else wholes,
            "about": about or ([letter] if bond == "about" else []),
            "inLanguage": list(part.languages),
            "translationOfWork" if translation else "isBasedOn": sources,
            "translator" if translation else "creator": makers,
            "dateCreated": edtf_of(part.made),
            "creditText": derived_facts.method_words(record, part),
            "description": part.note,
            "conditionsOfAccess": derived_facts.access_words(part),
            "encoding": _ref(file_id(part.file, context)) if part.file else None,
        }
    )


def _agent(agent: Agent) -> Thing:
    title = "jobTitle" if agent.kind == "person" else "disambiguatingDescription"
    # RO-Crate requires the web address of a SoftwareApplication, which is seldom known. schema.org
    # has no type for a family. Both become a Thing with an additional type.
    kind = {"person": "Person", "organization": "Organization"}.get(agent.kind, "Thing")
    return _without_empty(
        {
            "@id": agent_id(agent),
            "@type": kind,
            "additionalType": _ADDITIONAL_TYPES.get(agent.kind),
            "name": agent.name,
            "alternateName": agent.as_written,
            title: agent.role,
            "softwareVersion": agent.version,
            "description": agent.note,
            "identifier": [item.uri or item.value for item in agent.identifiers],
        }
    )
