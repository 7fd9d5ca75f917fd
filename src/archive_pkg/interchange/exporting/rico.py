"""Write the Records in Contexts Ontology, RiC-O 1.1 (ICA-EGAD, 2025), in JSON-LD.

The document is a `Record`. Its scans and transcriptions are `Instantiation`s of it. Translations,
enclosures and summaries are records of their own, with their instantiations. A name of the graph
is the record's id in an archive-and-package namespace (`arcp:`). Each piece of evidence is a
`Relation` between the part that is quoted and the thing that the statement is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address, licence_address
from archive_pkg.interchange.dates import edtf_of
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.vocabularies.languages import language_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Evidence, Part, Place, Record, WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier

Node = dict[str, Any]

NAMESPACE = "https://www.ica.org/standards/RiC/ontology#"
_DOCUMENT = "document"
_AGENTS = {
    "person": "Person",
    "organization": "CorporateBody",
    "family": "Family",
    "software": "Mechanism",
}
_RELATIONS = {
    "reply-to": "isReplyTo",
    "enclosure-of": "isOrWasConstituentOf",
    "item-of": "isOrWasConstituentOf",
    "draft-of": "isDraftOf",
    "version-of": "hasGeneticLinkToRecordResource",
    "same-as": "isRecordResourceAssociatedWithRecordResource",
    "refers-to": "isRecordResourceAssociatedWithRecordResource",
}

MAPPING = {
    **dict.fromkeys(derived_facts.PARTICULARS, "generalDescription"),
    "id": "identifier",
    "version": "generalDescription",
    "identifiers": "hasOrHadIdentifier",
    "type": "hasDocumentaryFormType",
    "title": "title",
    "variant_titles": "title",
    "authors": "hasAuthor (of programs hasCreator)",
    "sender": "hasSender",
    "recipients": "hasAddressee",
    "signatories": "CreationRelation, creationWithRole",
    "copies_to": "OrganicProvenanceRelation, type",
    "participants.agent": "hasOrHadSubject; generalDescription",
    "participants.part": "generalDescription",
    "date.edtf": "hasCreationDate, normalizedDateValue",
    "date.as_written": "hasCreationDate, expressedDate",
    "date.calendar": "hasCreationDate, generalDescription",
    "date.note": "hasCreationDate, generalDescription",
    "place.name": "isAssociatedWithPlace, name",
    "place.as_written": "isAssociatedWithPlace, generalDescription",
    "place.identifiers": "isAssociatedWithPlace, hasOrHadIdentifier",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "generalDescription"),
    "classification.history.date": "generalDescription; Event, occurredAtDate",
    "summary.text": "scopeAndContent",
    "summary.author": "CreationRelation, creationWithRole",
    "subjects.term": "hasOrHadSubject, name",
    "subjects.identifier": "hasOrHadSubject, hasOrHadIdentifier",
    "mentioned_agents": "hasOrHadSubject",
    "mentioned_places.name": "hasOrHadSubject, name",
    "mentioned_places.as_written": "hasOrHadSubject, generalDescription",
    "mentioned_places.identifiers": "hasOrHadSubject, hasOrHadIdentifier",
    "parts.kind": "hasDocumentaryFormType, type",
    "parts.title": "title",
    "parts.file": "hasOrHadIdentifier",
    "parts.sha256": "hasOrHadIdentifier",
    "parts.media_type": "hasRepresentationType, name",
    "parts.languages": "hasOrHadLanguage, name",
    "parts.method": "productionTechnique",
    "parts.made_by": "hasCreator",
    "parts.made": "hasCreationDate",
    "parts.made_from": "isOrWasDerivedFromInstantiation",
    "parts.part_of": "hasOrHadConstituent",
    "parts.about": "hasOrHadSubject",
    "parts.access.status": "conditionsOfAccess",
    "parts.access.until.edtf": "conditionsOfAccess",
    "parts.access.rule": "conditionsOfAccess",
    "parts.note": "generalDescription",
    **dict.fromkeys(derived_facts.NOTES, "generalDescription"),
    "enclosures.title": "hasOrHadConstituent, title",
    **dict.fromkeys(derived_facts.ITEMS, "recordResourceStructure"),
    "relations.kind": "isReplyTo, isOrWasConstituentOf, isDraftOf, …; generalDescription",
    **dict.fromkeys(derived_facts.RELATIONS[1:], "generalDescription"),
    "holdings": "hasOrHadHolder, name; hasOrHadIdentifier",
    "custody": "history",
    "donor": "OrganicProvenanceRelation, type",
    "publications": "generalDescription",
    "rights.statement": "conditionsOfUse",
    "rights.licence": "conditionsOfUse",
    "rights.holder": "hasOrHadIntellectualPropertyRightsHolder",
    "agents.name": "name",
    "agents.kind": "Person, CorporateBody, Family, Mechanism",
    "agents.born": "hasBirthDate, hasBeginningDate",
    "agents.died": "hasDeathDate, hasEndDate",
    "agents.role": "generalDescription",
    "agents.affiliations": "isAgentAssociatedWithAgent",
    "agents.as_written": "generalDescription",
    "agents.version": "technicalCharacteristics (software)",
    "agents.identifiers": "hasOrHadIdentifier",
    "agents.note": "generalDescription",
    "events.type": "Event, type",
    "events.date": "Event, occurredAtDate",
    "events.agents": "Event, hasOrHadParticipant",
    "events.objects": "Event, resultsOrResultedIn of what makes, affectsOrAffected of all else",
    "events.sources": "Event, hasOrHadParticipant",
    "events.outcome": "Event, generalDescription",
    "events.detail": "Event, generalDescription",
    "evidence": "Relation, relationSource, relationCertainty",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the records as one graph."""
    graph = [_renamed(node, record.id) for record in records for node in _nodes(record, context)]
    return to_json({"@context": {"rico": NAMESPACE}, "@graph": graph})


def _renamed(value: Any, name: str) -> Any:
    """Return a node with full names, of things in the namespace of the record."""
    if isinstance(value, list):
        return [_renamed(one, name) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key if key.startswith("@") else f"rico:{key}": (
            f"rico:{inner}"
            if key == "@type"
            else inner
            if key == "@id" and ":" in inner
            else f"arcp://name,{name}/{inner}"
            if key == "@id"
            else _renamed(inner, name)
        )
        for key, inner in value.items()
    }


def _nodes(record: Record, context: ExportContext) -> Iterator[Node]:
    yield _document(record)
    yield from _parts(record, context)
    yield from map(_agent, record.agents)
    yield from _contributions(record)
    for number, event in enumerate(derived_facts.history(record), 1):
        outcome = f"Outcome: {event.outcome}" if event.outcome else None
        things = [_at(f"part/{one}") for one in event.objects]
        if not event.objects and not event.sources:
            things = [_at(_DOCUMENT)]
        verb = "resultsOrResultedIn" if derived_facts.makes(event) else "affectsOrAffected"
        users = [f"agent/{one}" for one in event.agents] + [f"part/{one}" for one in event.sources]
        yield _node(
            f"event/{number}",
            "Event",
            type=event.type,
            occurredAtDate=_date(event.date),
            hasOrHadParticipant=[*map(_at, users)],
            generalDescription=[event.detail, outcome],
            **{verb: things},
        )
    words = derived_facts.evidence_words(record)
    for number, (item, said) in enumerate(zip(record.evidence, words, strict=True), 1):
        yield _evidence(number, item, said)


def _document(record: Record) -> Node:
    rights = record.rights
    programs = [name for name in record.authors if record.agent(name).kind == "software"]
    related: dict[str, list[Node]] = {}
    for one in record.relations:
        other = first_address([one.identifier]) if one.identifier else None
        if one.record or other:
            name = f"arcp://name,{one.record}/{_DOCUMENT}" if one.record else other
            related.setdefault(_RELATIONS[one.kind], []).append({"@id": name})
    kept = [(each.repository, said) for each, said in _holdings(record)]
    licence = rights.licence if rights else None
    holders = [rights.holder] if rights and rights.holder else []
    programs += [name for name in holders if record.agent(name).kind == "software"]
    return _node(
        _DOCUMENT,
        "Record",
        title=[record.title, *record.variant_titles],
        identifier=record.id,
        hasOrHadIdentifier=[
            *map(_identifier, record.identifiers),
            *({"@type": "Identifier", "type": "holding", "textualValue": said} for _, said in kept),
        ],
        hasDocumentaryFormType=_named("DocumentaryFormType", record.document_type.label),
        hasAuthor=_agents(name for name in record.authors if name not in programs),
        hasCreator=_agents(name for name in record.authors if name in programs),
        hasSender=_agents(record.sender),
        hasAddressee=_agents(record.recipients),
        hasCreationDate=_date(record.date),
        isAssociatedWithPlace=_place(record.place),
        hasOrHadLanguage=[
            _language(tag)
            for part in record.parts
            if _content_of(record, part) == _DOCUMENT
            for tag in part.languages
        ],
        scopeAndContent=record.summary.text if record.summary else None,
        hasOrHadSubject=[
            *(
                _named("Concept", one.term, hasOrHadIdentifier=_identifier(one.identifier))
                for one in record.subjects
            ),
            *_agents((*record.mentioned_agents, *(one.agent for one in record.participants))),
            *map(_place, record.mentioned_places),
        ],
        recordResourceStructure=[*derived_facts.items(record)],
        hasOrHadConstituent=[
            *(
                _node(None, "RecordPart", title=one.title)
                for one in _enclosures_without_parts(record)
            ),
            *(_at(f"content/{part.id}") for part in _contained(record)),
        ],
        hasOrHadHolder=[
            _named("CorporateBody", name) for name in dict.fromkeys(n for n, _ in kept)
        ],
        history=record.custody,
        conditionsOfUse=[
            rights.statement if rights else None,
            licence,
            licence_address(licence) if licence else None,
            *(f"Holder: {record.agent(name).name}" for name in holders if name in programs),
        ],
        hasOrHadIntellectualPropertyRightsHolder=_agents(
            name for name in holders if name not in programs
        ),
        generalDescription=[*_descriptions(record)],
        **related,
    )


def _holdings(record: Record) -> Iterable[tuple[Any, str]]:
    return zip(record.holdings, derived_facts.kept_at(record), strict=True)


def _descriptions(record: Record) -> Iterator[str | None]:
    if record.version != 1 or record.supersedes:
        yield f"Version {record.version} of the record"
    marking = classification_in_words(record)
    yield f"Marking: {marking}" if marking else None
    known = ("mentioned", "places_mentioned", "about")
    yield from derived_facts.labelled_particulars(record, known)
    for one in derived_facts.participants(record):
        yield f"Participant: {one.agent.name} ({one.role})"
    yield from (words for _, words in derived_facts.note_words(record))
    yield from derived_facts.labelled_relations(record)
    yield from (f"Published in: {words}" for words in derived_facts.published_in(record))


def _enclosures_without_parts(record: Record) -> list[Any]:
    """Return the enclosures that are not listed as parts."""
    return [one for one in record.enclosures if not one.part]


def _contained(record: Record) -> list[Part]:
    bonds = derived_facts.bonds(record)
    return [part for part in record.parts if bonds[part.id] == "part" and not part.part_of]


def _content_of(record: Record, part: Part) -> str:
    """Return the name of the record that a part instantiates."""
    while not _is_own_record(part) and part.made_from:
        part = record.part(part.made_from[0])
    return f"content/{part.id}" if _is_own_record(part) else _DOCUMENT


def _is_own_record(part: Part) -> bool:
    return bool(part.kind in ("translation", "enclosure", "summary") or part.part_of or part.about)


def _parts(record: Record, context: ExportContext) -> Iterator[Node]:
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        digest = context.digests(record, part.file or "").get("sha256")
        names = (("file", part.file and f"{context.folder}{part.file}"), ("sha256", digest))
        is_own = _is_own_record(part)
        yield _node(
            f"part/{part.id}",
            "Instantiation",
            title=derived_facts.part_title(record, part),
            type=part.kind,
            isOrWasInstantiationOf=_at(_content_of(record, part)),
            isOrWasDerivedFromInstantiation=[_at(f"part/{one}") for one in part.made_from],
            hasOrHadIdentifier=[
                {"@type": "Identifier", "type": kind, "textualValue": value}
                for kind, value in names
                if value
            ],
            hasRepresentationType=part.media_type and _named("RepresentationType", part.media_type),
            productionTechnique=part.method,
            hasCreator=_agents(part.made_by),
            hasCreationDate=_date(part.made),
            conditionsOfAccess=derived_facts.access_words(part),
            generalDescription=part.note,
        )
        if is_own:
            about = [_at(_content_of(record, record.part(one))) for one in part.about]
            sources = [record.part(one) for one in part.made_from]
            yield _node(
                f"content/{part.id}",
                "Record",
                title=derived_facts.part_title(record, part),
                hasDocumentaryFormType=_named("DocumentaryFormType", part.kind),
                hasOrHadLanguage=[*map(_language, part.languages)],
                isOrWasConstituentOf=[
                    _at(_content_of(record, record.part(one))) for one in part.part_of
                ],
                hasOrHadSubject=about or (_at(_DOCUMENT) if bonds[part.id] == "about" else None),
                hasGeneticLinkToRecordResource=[_at(_content_of(record, one)) for one in sources]
                or (_at(_DOCUMENT) if part.kind == "translation" else None),
            )


def _agent(agent: Agent) -> Node:
    is_person = agent.kind == "person"
    note = f"As written: {agent.as_written}" if agent.as_written else None
    return _node(
        f"agent/{agent.id}",
        _AGENTS[agent.kind],
        name=agent.name,
        hasOrHadIdentifier=[*map(_identifier, agent.identifiers)],
        isAgentAssociatedWithAgent=_agents(agent.affiliations),
        generalDescription=[agent.role, note, agent.note],
        technicalCharacteristics=agent.version if agent.kind == "software" else None,
        **{
            "hasBirthDate" if is_person else "hasBeginningDate": _date(agent.born),
            "hasDeathDate" if is_person else "hasEndDate": _date(agent.died),
        },
    )


def _contributions(record: Record) -> Iterator[Node]:
    """Yield a relation for each role that has no property in the ontology."""
    made = [(name, "signatory") for name in record.signatories]
    if record.summary and record.summary.author:
        made.append((record.summary.author, "author of summary"))
    other = [(name, "recipient of a copy") for name in record.copies_to]
    other += [(record.donor, "donor")] if record.donor else []
    for number, (name, role) in enumerate((*made, *other), 1):
        is_maker = (name, role) in made
        yield _node(
            f"relation/{number}",
            "CreationRelation" if is_maker else "OrganicProvenanceRelation",
            relationHasSource=_at(_DOCUMENT),
            relationHasTarget=_at(f"agent/{name}"),
            creationWithRole=_named("RoleType", role) if is_maker else None,
            type=None if is_maker else role,
        )


def _evidence(number: int, item: Evidence, words: str) -> Node:
    kind, _, rest = item.field.partition(".")
    name = rest.partition(".")[0]
    about = {"agents": f"agent/{name}", "parts": f"part/{name}"}.get(kind) if name else None
    source = f"part/{item.at.part}" if item.at else f"agent/{item.agent}" if item.agent else None
    return _node(
        f"evidence/{number}",
        "Relation",
        type="evidence",
        relationHasSource=source and _at(source),
        relationHasTarget=_at(about or _DOCUMENT),
        relationSource=words,
        relationCertainty=item.confidence,
    )


def _node(name: str | None, kind: str, /, **values: Any) -> Node:
    """Return a node without empty and repeated values."""
    found: Node = {"@id": name, "@type": kind} if name else {"@type": kind}
    for key, value in values.items():
        several = [one for one in (value if isinstance(value, list) else [value]) if one]
        different = [one for at, one in enumerate(several) if one not in several[:at]]
        if different:
            found[key] = different if len(different) > 1 else different[0]
    return found


def _at(name: str) -> Node:
    return {"@id": name}


def _agents(names: Iterable[str]) -> list[Node]:
    return [_at(f"agent/{name}") for name in names]


def _named(kind: str, name: str, /, **values: Any) -> Node:
    return _node(None, kind, name=name, **values)


def _language(tag: str) -> Node:
    identifier = {"@type": "Identifier", "type": "BCP 47", "textualValue": tag}
    return _named("Language", language_name(tag), hasOrHadIdentifier=identifier)


def _identifier(one: Identifier | None) -> Node | None:
    if one is None:
        return None
    return _node(
        None,
        "Identifier",
        type=one.scheme,
        textualValue=one.value,
        normalizedValue=first_address([one]),
        generalDescription=one.note,
    )


def _place(place: Place | None) -> Node | None:
    if place is None:
        return None
    written = f"As written: {place.as_written}" if place.as_written else None
    identifiers = [*map(_identifier, place.identifiers)]
    return _named("Place", place.name, hasOrHadIdentifier=identifiers, generalDescription=written)


def _date(date: WrittenDate | None) -> Node | None:
    if date is None:
        return None
    calendar = f"Calendar: {date.calendar}" if date.calendar else None
    return _node(
        None,
        "Date",
        normalizedDateValue=edtf_of(date),
        expressedDate=date.as_written,
        generalDescription=[calendar, date.note],
    )
