"""Write schema.org in JSON-LD.

The document type says which type of schema.org a document is; correspondence is a `Message`. The
talk or session that a document records is an `Event`. A property for a date has only years, months
and days, as search engines require; another date is in words elsewhere. The graph is flat, and each
thing has an `@id`, because RO-Crate, which contains the same things, requires this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address, is_address, licence_address
from archive_pkg.interchange.dates import edtf_of, is_exact, plain
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import classification_in_words, shelfmark, words
from archive_pkg.records.vocabularies.identifiers import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import (
        Agent,
        Part,
        Place,
        Record,
        Relation,
        Subject,
        WrittenDate,
    )
    from archive_pkg.records.vocabularies.identifiers import Identifier

DOCUMENT = "#document"
_HOLDING = "#holding"
_MARKING = "#marking"
_SUMMARY = "#summary"
_RECORDED = "#recorded"
_PUBLICATION = "#publication"

Thing = dict[str, Any]

_ADDITIONAL_TYPES = {
    "software": "https://schema.org/SoftwareApplication",
    "family": "http://id.loc.gov/ontologies/bibframe/Family",
}
"""The types of agents that are neither persons nor organizations."""

_RELATIONS = {"enclosure-of": "isPartOf", "item-of": "isPartOf", "refers-to": "mentions"}
"""The property for each kind of relation for which schema.org has one."""

_LIVES = {
    "person": ("birthDate", "deathDate"),
    "organization": ("foundingDate", "dissolutionDate"),
}
"""The properties for the beginning and end of an agent's life or existence, by the agent's kind."""

_PRONOM = "https://www.nationalarchives.gov.uk/PRONOM/"
MAPPING = {
    **dict.fromkeys(derived_facts.PARTICULARS, "description"),
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
    "recorded.edtf": "recordedAt, startDate, endDate; description",
    "recorded.as_written": "recordedAt, description",
    "recorded.calendar": "recordedAt, description",
    "recorded.note": "recordedAt, description",
    "dispatched.edtf": "dateSent (of messages), description",
    "received.edtf": "dateReceived (of messages), description",
    "recorded.place.name": "recordedAt, location",
    "recorded.place.identifiers": "recordedAt, location, @id (the first)",
    "recorded.place.as_written": "recordedAt, location, alternateName",
    "date.edtf": "dateCreated (a year, month or day); temporal",
    "date.as_written": "temporal",
    "place.name": "locationCreated",
    "place.identifiers": "locationCreated, @id (the first)",
    "place.as_written": "locationCreated, alternateName",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "comment"),
    "summary.text": "abstract",
    "summary.author": "subjectOf, creator",
    "subjects.term": "about",
    "subjects.identifier.scheme": "about, inDefinedTermSet",
    "subjects.identifier.value": "about, termCode",
    "mentioned_agents": "mentions",
    "mentioned_places.name": "mentions",
    "mentioned_places.identifiers": "mentions, @id (the first)",
    "mentioned_places.as_written": "mentions, alternateName",
    "parts.kind": "workExample, genre",
    "parts.title": "name",
    "parts.file": "encoding, name",
    "parts.sha256": "encoding, sha256",
    "parts.media_type": "encoding, encodingFormat",
    "parts.pronom": "encoding, encodingFormat, @id",
    "parts.languages": "inLanguage",
    "parts.access.status": "workExample, conditionsOfAccess",
    "parts.access.until.edtf": "workExample, conditionsOfAccess",
    "parts.access.rule": "workExample, conditionsOfAccess",
    "parts.made_from": "translationOfWork, isBasedOn",
    "parts.part_of": "isPartOf, hasPart",
    "parts.about": "about, subjectOf",
    "parts.made_by": "translator, creator, creditText",
    "parts.made.edtf": "dateCreated (a year, month or day); description",
    "parts.note": "description",
    "parts.method": "creditText",
    **dict.fromkeys(derived_facts.NOTES, "comment"),
    "enclosures.sender": "author; description",
    "enclosures.title": "messageAttachment (of messages), hasPart; name, alternateName",
    **dict.fromkeys(derived_facts.ITEMS, "hasPart"),
    **dict.fromkeys(derived_facts.RELATIONS, "description; isPartOf, mentions"),
    "holdings": "holdingArchive, itemLocation",
    "custody": "description",
    "donor": "description",
    "publications": "publication",
    "rights.statement": "copyrightNotice",
    "rights.licence": "license",
    "rights.holder": "copyrightHolder",
    "agents.name": "name",
    "agents.kind": "@type",
    "agents.name_parts.family": "familyName",
    "agents.name_parts.given": "givenName",
    "agents.name_parts.patronymic": "additionalName",
    "agents.name_parts.suffix": "honorificSuffix",
    "agents.born.edtf": "birthDate, foundingDate; description",
    "agents.died.edtf": "deathDate, dissolutionDate; description",
    "agents.affiliations": "memberOf, description",
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
        yield _agent(record, agent)
    for number, place in enumerate(_places(record), 1):
        yield _place(place, place_id(place, number))
    for number, subject in enumerate(record.subjects, 1):
        yield from _subject(subject, number)
    for enclosure in record.enclosures:
        name = part_id(enclosure.part) if enclosure.part else f"#enclosure-{enclosure.id}"
        said = derived_facts.enclosure_words(record, enclosure)
        yield _without_empty(
            {
                "@id": name,
                "@type": "CreativeWork",
                "name": None if enclosure.part else enclosure.title,
                "author": _agents(record, enclosure.sender),
                "description": f"Enclosure: {said}" if said else None,
            }
        )
    for item in record.items:
        yield _without_empty(
            {
                "@id": f"#item-{item.id}",
                "@type": "CreativeWork",
                "name": item.title,
                "position": item.number,
                "identifier": item.record,
            }
        )
    for number, relation in enumerate(record.relations, 1):
        yield from _related(record, relation, f"#related-{number}")
    # `citation` is for works that the document itself cites.
    for number, words_of_one in enumerate(derived_facts.published_in(record), 1):
        name = f"{_PUBLICATION}-{number}"
        yield {"@id": name, "@type": "PublicationEvent", "name": words_of_one}
    if record.rights and record.rights.licence:
        licence = record.rights.licence
        thing = {"@id": _licence_id(licence), "@type": "CreativeWork", "name": licence}
        yield _without_empty(thing | {"url": licence_address(licence)})
    for name, number in _archives(record).items():
        yield {"@id": _holding_id(number), "@type": "ArchiveOrganization", "name": name}


def _related(record: Record, relation: Relation, name: str) -> Iterator[Thing]:
    """Yield the document that a relation names, if schema.org has a property for the relation."""
    if relation.kind in _RELATIONS:
        known = relation.identifier
        names = (relation.record, (known.uri or known.value) if known else None)
        yield _without_empty(
            {
                "@id": name,
                "@type": "CreativeWork",
                "name": relation.title or relation.record or words(record, known),
                "identifier": list(filter(None, names)),
            }
        )


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
    calendar = f"{event.calendar} calendar" if event.calendar else None
    edtf = edtf_of(event) or ""
    ends = [end.strip(".") for end in edtf.split("/")]
    are_days = all(end == (plain(end) or "") for end in ends)
    first, last = (*ends, "")[:2] if are_days else ("", "")
    place = event.place
    where = (first_address(place.identifiers) or f"{_RECORDED}-place") if place else None
    yield _without_empty(
        {
            "@id": _RECORDED,
            "@type": "Event",
            "name": (event.kind or "event").capitalize(),
            "startDate": first,
            "endDate": last,
            "description": _joined(
                None if are_days else edtf, event.as_written, calendar, event.note
            ),
            "location": _ref(where) if where else None,
            "attendee": _agents(record, [one.agent for one in record.participants]),
        }
    )
    if place and where:
        yield _place(place, where)


def _place(place: Place, name: str) -> Thing:
    return _without_empty(
        {"@id": name, "@type": "Place", "name": place.name, "alternateName": place.as_written}
    )


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
        formats = {f"{_PRONOM}{part.pronom}": part.pronom for part in parts if part.pronom}
        media_type = [part.media_type for part in parts if part.media_type][:1]
        for format_id, pronom in formats.items():
            yield {"@id": format_id, "@type": "WebPage", "name": f"PRONOM {pronom}"}
        yield _without_empty(
            {
                "@id": (name := file_id(record, path, context)),
                "@type": kind,
                "name": path,
                "contentUrl": name if is_address(name) else None,
                "contentSize": str(facts.size) if facts else None,
                "encodingFormat": [*media_type, *map(_ref, formats)]
                if formats
                else "".join(media_type),
                "sha256": context.digests(record, path).get("sha256"),
                "encodesCreativeWork": [_ref(part_id(part.id)) for part in parts],
            }
        )


def letter_id(record: Record, context: ExportContext) -> str:
    """Return the `@id` of the document: the web address of its page, or `#document`."""
    return context.addresses.get(record.id, DOCUMENT)


def file_id(record: Record, path: str, context: ExportContext) -> str:
    """Return the `@id` of a file: its web address if known, or else relative to the export."""
    places = [
        context.file_addresses[part.id]
        for part in record.parts
        if part.file == path and part.id in context.file_addresses
    ]
    if places:
        return next(filter(None, places), f"#{quote(path)}")
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


def _day(date: WrittenDate | None) -> str | None:
    """Return a date that is a year, month or day; None for another date."""
    return str(date.edtf) if date and date.edtf and is_exact(date.edtf) else None


def _no_day(date: WrittenDate | None, name: str = "") -> str | None:
    """Return a date that is not a year, month or day, with its name; None for other dates."""
    edtf = None if _day(date) else edtf_of(date)
    return f"{name}{edtf}" if edtf else None


def _joined(*texts: str | None) -> str:
    return "; ".join(filter(None, texts))


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
    items = (f"#item-{item.id}" for item in record.items)
    contained = dict.fromkeys([*enclosed, *(one["@id"] for one in bound("part")), *items])

    def related(bond: str) -> list[dict[str, str]]:
        return [
            _ref(f"#related-{number}")
            for number, one in enumerate(record.relations, 1)
            if _RELATIONS.get(one.kind) == bond
        ]

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
            "dateCreated": _day(record.date),
            "temporal": _joined(
                _no_day(record.date), record.date.as_written if record.date else None
            ),
            "dateSent": _day(record.dispatched) if is_message else None,
            "dateReceived": _day(record.received) if is_message else None,
            "recordedAt": _ref(_RECORDED) if record.recorded else None,
            "locationCreated": here,
            "abstract": record.summary.text if record.summary else None,
            "about": [
                _ref(subject_id(subject.identifier, number)) if subject.identifier else subject.term
                for number, subject in enumerate(record.subjects, 1)
            ],
            "mentions": [
                *_agents(record, record.mentioned_agents),
                *mentioned,
                *related("mentions"),
            ],
            "inLanguage": derived_facts.main_language(record),
            "workExample": bound("version"),
            "hasPart": [_ref(name) for name in contained],
            "isPartOf": related("isPartOf"),
            "subjectOf": [
                *bound("about"),
                *([_ref(_SUMMARY)] if _summary_has_author(record) else []),
            ],
            "comment": [
                *([_ref(_MARKING)] if record.classification else []),
                *(_ref(f"#note-{note.id}") for note in record.translation_notes),
            ],
            "messageAttachment": [_ref(name) for name in enclosed] if is_message else [],
            "holdingArchive": [_ref(_holding_id(n)) for n in _archives(record).values()],
            "itemLocation": [shelfmark(one) for one in record.holdings if one.levels],
            "description": "\n".join(_description_lines(record)),
            "publication": [
                _ref(f"{_PUBLICATION}-{n}") for n in range(1, len(record.publications) + 1)
            ],
            "copyrightNotice": rights.statement if rights else None,
            "license": _ref(_licence_id(rights.licence)) if rights and rights.licence else None,
            "copyrightHolder": _agents(record, [rights.holder])
            if rights and rights.holder
            else None,
        }
    )


def _description_lines(record: Record) -> Iterator[str]:
    is_message = record.document_type.schema_org == "Message"
    said = {"recorded", "enclosure", "mentioned", "places_mentioned", "about"}
    said |= {
        name
        for name, date in derived_facts.occasions(record)
        if is_message and derived_facts.occasion_words(date) == _day(date)
    }
    yield from derived_facts.labelled_particulars(record, said)
    yield from derived_facts.labelled_relations(record)
    if record.custody:
        yield f"Custody: {record.custody}"
    if record.donor:
        yield f"Donor: {record.agent(record.donor).name}"


def _summary_has_author(record: Record) -> bool:
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
            "dateCreated": _day(part.made),
            "creditText": derived_facts.method_words(record, part),
            "description": _joined(_no_day(part.made, "Made: "), part.note),
            "conditionsOfAccess": derived_facts.access_words(part),
            "encoding": _ref(file_id(record, part.file, context)) if part.file else None,
        }
    )


def _agent(record: Record, agent: Agent) -> Thing:
    title = "jobTitle" if agent.kind == "person" else "disambiguatingDescription"
    # RO-Crate requires the web address of a SoftwareApplication, which is seldom known. schema.org
    # has no type for a family. Both become a Thing with an additional type.
    kind = {"person": "Person", "organization": "Organization"}.get(agent.kind, "Thing")
    began, ended = _LIVES.get(agent.kind, ("", ""))
    parts = agent.name_parts
    is_other = agent.affiliations and not began
    belongs = f"Affiliated with {record.names(agent.affiliations)}" if is_other else None
    return _without_empty(
        {
            "@id": agent_id(agent),
            "@type": kind,
            "additionalType": _ADDITIONAL_TYPES.get(agent.kind),
            "name": agent.name,
            "alternateName": agent.as_written,
            "familyName": parts and parts.family,
            "givenName": parts and parts.given,
            "additionalName": parts and parts.patronymic,
            "honorificSuffix": parts and parts.suffix,
            began: _day(agent.born) if began else None,
            ended: _day(agent.died) if ended else None,
            title: agent.role,
            "memberOf": _agents(record, agent.affiliations) if began else [],
            "softwareVersion": agent.version,
            "description": _joined(
                _no_day(agent.born, "Born: ") if began else None,
                _no_day(agent.died, "Died: ") if ended else None,
                agent.note,
                belongs,
            ),
            "identifier": [item.uri or item.value for item in agent.identifiers],
        }
    )
