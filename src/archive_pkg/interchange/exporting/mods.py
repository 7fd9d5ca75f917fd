"""Write MODS 3.8: one document, or a collection of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address, licence_address
from archive_pkg.interchange.exporting.ead import events_in_words, part_in_words
from archive_pkg.interchange.markup import XLINK, XSI, label, put, root, say, serialize
from archive_pkg.records.display import classification_in_words, shelfmark
from archive_pkg.records.vocabularies import relators

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.markup import Element
    from archive_pkg.records.models import Agent, Place, Record
    from archive_pkg.records.vocabularies.identifiers import Identifier

NAMESPACE = "http://www.loc.gov/mods/v3"
SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"
_KINDS = {"person": "personal", "organization": "corporate", "family": "family"}

MAPPING = {
    "id": "recordIdentifier",
    "version": "recordInfoNote",
    "supersedes": "recordInfoNote",
    "identifiers": "identifier, type",
    "type": "genre",
    "title": "titleInfo, title",
    "variant_titles": "titleInfo, alternative",
    **dict.fromkeys(
        ("authors", "sender", "signatories", "recipients", "copies_to"), "name, roleTerm"
    ),
    "participants.agent": "name, roleTerm",
    "participants.part": "name, roleTerm",
    "date.edtf": "dateCreated",
    "date.as_written": "dateCreated",
    "date.calendar": "note",
    "date.note": "note",
    **dict.fromkeys(derived_facts.PARTICULARS, "note"),
    "extent": "physicalDescription, extent",
    "place.name": "placeTerm",
    "place.identifiers": "placeTerm, valueURI (the first with an address)",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "note"),
    "summary.text": "abstract",
    "summary.author": "name, roleTerm",
    "subjects.term": "subject, topic",
    "subjects.identifier": "topic, authority, valueURI (with an address)",
    "mentioned_agents": "subject, name",
    "mentioned_places.name": "subject, geographic",
    "mentioned_places.identifiers": "geographic, valueURI (the first with an address)",
    **dict.fromkeys(
        (f"parts.{name}" for name in (
            "kind", "title", "held", "file", "media_type", "made_from", "part_of", "about",
            "made_by", "made.edtf", "method", "note",
        )),
        "note",
    ),
    "parts.languages": "languageTerm (for the letter and its enclosures); note",
    "parts.access.status": "accessCondition",
    "parts.access.until.edtf": "accessCondition",
    "parts.access.rule": "accessCondition",
    **dict.fromkeys(derived_facts.NOTES, "note"),
    "enclosures.title": "relatedItem, constituent",
    **dict.fromkeys(derived_facts.ITEMS, "relatedItem, constituent"),
    **dict.fromkeys(derived_facts.RELATIONS, "relatedItem"),
    "holdings": "physicalLocation, shelfLocator",
    "holdings.note": "physicalLocation, displayLabel",
    "custody": "note, ownership",
    "donor": "name, roleTerm",
    "publications": "relatedItem, isReferencedBy",
    "rights.statement": "accessCondition",
    "rights.licence": "accessCondition",
    "rights.holder": "accessCondition",
    "agents.name": "namePart, displayForm",
    "agents.name_parts.family": "namePart, family",
    "agents.name_parts.given": "namePart, given",
    "agents.name_parts.patronymic": "namePart, given",
    "agents.name_parts.suffix": "namePart, termsOfAddress",
    "agents.kind": "name, type (person, organization, family)",
    "agents.born.edtf": "namePart, type date (the year); note",
    "agents.died.edtf": "namePart, type date (the year); note",
    "agents.role": "description",
    "agents.affiliations": "affiliation",
    "agents.identifiers": "nameIdentifier",
    **dict.fromkeys(
        (f"events.{name}" for name in (
            "type", "date", "agents", "objects", "sources", "outcome", "detail",
        )),
        "note, action",
    ),
    "evidence": "recordInfoNote, evidence",
}  # fmt: skip
"""The elements and attributes of MODS that each field of a record is written to."""

_ROLES = {
    "recipient": relators.ADDRESSEE,
    "signatory": relators.SIGNER,
    "donor": "dnr",
    **relators.MAKERS,
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return one `mods`, or a `modsCollection` with several."""
    names = {None: NAMESPACE, "xlink": XLINK, "xsi": XSI}
    several = len(records) > 1
    document = root(NAMESPACE, "modsCollection" if several else "mods", names)
    label(document, xsi_schemaLocation=f"{NAMESPACE} {SCHEMA}")
    for record in records:
        mods = put(document, "mods") if several else document
        _describe(label(mods, version="3.8"), record, context)
    return serialize(document)


def _describe(mods: Element, record: Record, context: ExportContext) -> None:
    say(put(mods, "titleInfo"), "title", record.title)
    for title in record.variant_titles:
        say(put(mods, "titleInfo", type="alternative"), "title", title)
    for agent, role, code in _agents(record):
        _name(mods, record, agent, role, code)
    say(mods, "typeOfResource", "text")
    say(mods, "genre", record.document_type.label)
    _origin(mods, record)
    if tags := derived_facts.languages(record):
        for tag in tags:
            language = put(mods, "language")
            say(language, "languageTerm", tag, type="code", authority="rfc4646")
    if record.extent:
        say(put(mods, "physicalDescription"), "extent", record.extent)
    if record.summary:
        say(mods, "abstract", record.summary.text)
    for words, kind in _notes(record):
        say(mods, "note", words, type=kind)
    _subjects(mods, record)
    _related(mods, record)
    for identifier in record.identifiers:
        say(mods, "identifier", identifier.value, type=identifier.scheme)
    _locations(mods, record, context)
    _conditions(mods, record)
    info = put(mods, "recordInfo")
    if context.publisher:
        say(info, "recordContentSource", context.publisher)
    say(info, "recordIdentifier", record.id, source="archive-pkg")
    say(info, "recordOrigin", f"Made by {context.software}.")
    replaced = f", which replaces {record.supersedes}" if record.supersedes else ""
    say(info, "recordInfoNote", f"Version {record.version}{replaced}")
    for words in derived_facts.evidence_words(record):
        say(info, "recordInfoNote", words, type="evidence")


def _agents(record: Record) -> Iterator[tuple[Agent, str, str | None]]:
    """Yield each agent with the role in words and the code of the role, if it has one."""
    for names, role in ((record.authors, "author"), (record.sender, "sender")):
        for agent in derived_facts.agents(record, names):
            yield agent, role, relators.AUTHOR
    for one in derived_facts.all_contributors(record):
        code = relators.ADDRESSEE if one.role == "recipient of a copy" else _ROLES.get(one.role)
        yield one.agent, one.role, code


def _name(
    parent: Element,
    record: Record,
    agent: Agent,
    role: str | None = None,
    code: str | None = None,
) -> None:
    name = put(parent, "name", type=_KINDS.get(agent.kind))
    pieces = derived_facts.family_and_given(agent)
    if pieces:
        say(name, "namePart", pieces.family, type="family")
        say(name, "namePart", pieces.given, type="given")
        if pieces.suffix:
            say(name, "namePart", pieces.suffix, type="termsOfAddress")
        say(name, "displayForm", agent.name)
    else:
        say(name, "namePart", agent.name)
    born, died = (str(date.edtf)[:4] if date else "" for date in (agent.born, agent.died))
    if (born + died).isdecimal():
        say(name, "namePart", f"{born}-{died}", type="date")
    for body in derived_facts.agents(record, agent.affiliations):
        say(name, "affiliation", body.name)
    if role:
        terms = put(name, "role")
        say(terms, "roleTerm", role, type="text")
        if code:
            address = relators.address(code)
            say(terms, "roleTerm", code, type="code", authority="marcrelator", valueURI=address)
    if agent.role:
        say(name, "description", agent.role)
    for identifier in agent.identifiers:
        say(name, "nameIdentifier", identifier.value, type=identifier.scheme)


def _identified(identifiers: Sequence[Identifier]) -> dict[str, str | None]:
    uri = first_address(identifiers)
    if uri is None:
        return {}
    return {"authority": next(i.scheme for i in identifiers if i.uri), "valueURI": uri}


def _origin(mods: Element, record: Record) -> None:
    date, place = record.date, record.place
    if not (date or place):
        return
    origin = put(mods, "originInfo")
    if place:
        where = put(origin, "place")
        uri = first_address(place.identifiers)
        say(where, "placeTerm", place.name, type="text", valueURI=uri)
    if date and date.edtf:
        edtf = date.edtf
        doubt = "questionable" if edtf.uncertain else "approximate" if edtf.approximate else None
        qualified = {"encoding": "edtf", "keyDate": "yes", "qualifier": doubt}
        say(origin, "dateCreated", str(edtf), **qualified)
    if date and date.as_written:
        say(origin, "dateCreated", date.as_written)


def _notes(record: Record) -> Iterator[tuple[str, str | None]]:
    """Yield the notes with their types."""
    date = record.date
    if date and date.calendar:
        yield f"Calendar of the date: {date.calendar}", "date"
    if date and date.note:
        yield date.note, "date"
    if record.classification:
        yield f"Marked: {classification_in_words(record)}", "classification"
    if record.custody:
        yield record.custody, "ownership"
    known = ("mentioned", "places_mentioned", "extent")
    for words in derived_facts.labelled_particulars(record, known):
        yield words, None
    for _, words in derived_facts.note_words(record):
        yield words, "translation"
    for part in record.parts:
        yield part_in_words(record, part), "part"
    for words in events_in_words(record):
        yield words, "action"


def _subjects(mods: Element, record: Record) -> None:
    for subject in record.subjects:
        identifiers = [subject.identifier] if subject.identifier else []
        say(put(mods, "subject"), "topic", subject.term, **_identified(identifiers))
    for agent in derived_facts.agents(record, record.mentioned_agents):
        _name(put(mods, "subject"), record, agent)
    for place in record.mentioned_places:
        _geographic(put(mods, "subject"), place)


def _geographic(subject: Element, place: Place) -> None:
    say(subject, "geographic", place.name, **_identified(place.identifiers))


def _related(mods: Element, record: Record) -> None:
    for title in (*derived_facts.contained(record), *derived_facts.items(record)):
        _item(mods, title, type="constituent")
    for kind, words in derived_facts.related(record):
        _item(mods, words, displayLabel=kind)
    for citation in derived_facts.published_in(record):
        _item(mods, citation, type="isReferencedBy")


def _item(mods: Element, title: str, **kind: str) -> None:
    say(put(put(mods, "relatedItem", **kind), "titleInfo"), "title", title)


def _locations(mods: Element, record: Record, context: ExportContext) -> None:
    for holding in record.holdings:
        location = put(mods, "location")
        say(location, "physicalLocation", holding.repository, displayLabel=holding.note)
        if holding.levels:
            say(location, "shelfLocator", shelfmark(holding))
    if address := context.addresses.get(record.id) or first_address(record.identifiers):
        say(put(mods, "location"), "url", address)


def _conditions(mods: Element, record: Record) -> None:
    for words in derived_facts.restrictions(record):
        say(mods, "accessCondition", words, type="restriction on access")
    rights = record.rights
    if rights is None:
        return
    use = "use and reproduction"
    say(mods, "accessCondition", rights.statement, type=use)
    if rights.licence:
        address = licence_address(rights.licence)
        say(mods, "accessCondition", rights.licence, type=use, xlink_href=address)
    if rights.holder:
        words = f"Rights holder: {record.agent(rights.holder).name}"
        say(mods, "accessCondition", words, type=use)
