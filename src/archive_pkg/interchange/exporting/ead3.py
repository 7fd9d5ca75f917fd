"""Write Encoded Archival Description, EAD3 1.1.1, in which the letter is an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import licence_address
from archive_pkg.interchange.dates import extremes, plain
from archive_pkg.interchange.markup import Element, put, root, say, serialize
from archive_pkg.records.display import classification_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Part, Place, Record, WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier

NAMESPACE = "http://ead3.archivists.org/schema/"

_NAMES = {"person": "persname", "organization": "corpname", "family": "famname"}

_NO_DATE = {"", ".."}
"""The ends of an interval that are not dates: an unknown end and an open end."""

_PARTS = "originalsloc, altformavail, scopecontent, odd"

MAPPING = {
    "id": "recordid, unitid",
    "version": "maintenanceevent, eventdescription",
    "supersedes": "maintenanceevent, eventdescription",
    "identifiers": "unitid",
    "type": "controlaccess, genreform",
    "title": "titleproper, unittitle",
    "variant_titles": "unittitle",
    "authors": "origination",
    "sender": "origination",
    "signatories": "origination",
    "recipients": "controlaccess",
    "copies_to": "controlaccess",
    "participants.agent": "controlaccess",
    "participants.part": "controlaccess, relator",
    "date.edtf": "unitdatestructured",
    "date.as_written": "datesingle, fromdate",
    "date.note": "didnote",
    **dict.fromkeys(derived_facts.PARTICULARS, "didnote"),
    "extent": "physdesc",
    "place.name": "controlaccess, geogname",
    "place.identifiers": "geogname, identifier",
    "classification": "odd",
    "summary.text": "scopecontent",
    "summary.author": "scopecontent",
    "subjects": "controlaccess, subject",
    "mentioned_agents": "controlaccess",
    "mentioned_places.name": "controlaccess, geogname",
    "mentioned_places.identifiers": "geogname, identifier",
    "parts.kind": _PARTS,
    "parts.title": _PARTS,
    "parts.held": _PARTS,
    "parts.file": _PARTS,
    "parts.media_type": _PARTS,
    "parts.languages": f"langmaterial (for the letter and its enclosures), {_PARTS}",
    "parts.access.status": "accessrestrict",
    "parts.access.until.edtf": "accessrestrict",
    "parts.access.rule": "accessrestrict",
    "parts.made_from": _PARTS,
    "parts.part_of": _PARTS,
    "parts.about": _PARTS,
    "parts.made_by": _PARTS,
    "parts.made.edtf": _PARTS,
    "parts.method": _PARTS,
    "parts.note": _PARTS,
    **dict.fromkeys(derived_facts.NOTES, "didnote"),
    "enclosures.title": "scopecontent",
    **dict.fromkeys(derived_facts.ITEMS, "scopecontent"),
    **dict.fromkeys(derived_facts.RELATIONS, "relatedmaterial"),
    "holdings.repository": "repository",
    "holdings.levels": "unitid",
    "holdings.note": "didnote",
    "custody": "custodhist",
    "donor": "acqinfo",
    "publications": "bibliography, bibref",
    "rights": "userestrict",
    "agents.name": "part",
    "agents.kind": "persname, corpname, famname (person, organization, family)",
    "agents.role": "part",
    "agents.identifiers": "identifier, source (the first)",
    "events.type": "processinfo",
    "events.date": "processinfo",
    "events.agents": "processinfo",
    "events.objects": "processinfo",
    "events.sources": "processinfo",
    "events.outcome": "processinfo",
    "events.detail": "processinfo",
}
"""The elements and attributes of EAD3 that each field of a record is written to."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in EAD3."""
    [record] = records
    ead = root(NAMESPACE, "ead")
    _control(ead, record, context)
    description = put(ead, "archdesc", level="item")
    _identification(put(description, "did"), record)
    _context(description, record)
    _headings(put(description, "controlaccess"), record)
    return serialize(ead)


def _control(ead: Element, record: Record, context: ExportContext) -> None:
    control = put(ead, "control")
    say(control, "recordid", record.id)
    titles = put(put(control, "filedesc"), "titlestmt")
    say(titles, "titleproper", record.title)
    say(control, "maintenancestatus", value="revised" if record.supersedes else "new")
    settings = context.project.settings
    agency = put(control, "maintenanceagency")
    if settings.institution and context.publisher == settings.institution.name:
        say(agency, "agencycode", settings.institution.isil)
    say(agency, "agencyname", context.publisher or "Unknown")
    if settings.licence or settings.rights_statement:
        declared = put(control, "rightsdeclaration")
        if licence := settings.licence:
            say(declared, "citation", licence, href=licence_address(licence))
        if settings.rights_statement:
            say(put(declared, "descriptivenote"), "p", settings.rights_statement)
    event = put(put(control, "maintenancehistory"), "maintenanceevent")
    say(event, "eventtype", value="created")
    say(event, "eventdatetime", context.made or "", standarddatetime=context.made)
    say(event, "agenttype", value="machine")
    say(event, "agent", context.software)
    replaced = f", which replaces {record.supersedes}" if record.supersedes else ""
    say(event, "eventdescription", f"Made from version {record.version} of the record{replaced}.")


def _identification(did: Element, record: Record) -> None:
    say(did, "unitid", record.id, localtype="record")
    for identifier in record.identifiers:
        say(did, "unitid", identifier.value, localtype=identifier.scheme)
    for title in (record.title, *record.variant_titles):
        say(did, "unittitle", title)
    if record.date:
        _date(did, record.date)
    for names, role in (
        (record.authors, "author"),
        (record.sender, "sender"),
        (record.signatories, "signatory"),
    ):
        for agent in derived_facts.agents(record, names):
            _name(put(did, "origination", label=role), agent)
    for holding in record.holdings[:1]:
        repository = put(put(did, "repository"), "corpname")
        say(repository, "part", holding.repository)
        for level in holding.levels:
            say(did, "unitid", level.value, localtype="level", label=level.name)
    if tags := derived_facts.languages(record):
        material = put(did, "langmaterial")
        for tag in tags:
            say(material, "language", tag, langcode=tag)
    if record.extent:
        say(did, "physdesc", record.extent)
    for words in _remarks(record):
        say(did, "didnote", words)


def _date(did: Element, date: WrittenDate) -> None:
    """Add a date or a range. EAD3 allows EDTF in the attributes for standard dates."""
    if date.edtf is None:
        say(did, "unitdate", date.words)
        return
    parent = put(did, "unitdatestructured")
    if date.edtf.is_interval:
        both = put(parent, "daterange")
        first, last = (None if end in _NO_DATE else end for end in date.edtf.split("/"))
        say(both, "fromdate", date.as_written or str(date.edtf), standarddate=first)
        say(both, "todate", standarddate=last)
        return
    vague = plain(date.edtf) is None
    first, last = extremes(date.edtf) if vague else (None, None)
    say(
        parent,
        "datesingle",
        date.as_written or str(date.edtf),
        standarddate=str(date.edtf),
        notbefore=first,
        notafter=last,
    )


def _name(parent: Element, agent: Agent, relator: str | None = None) -> None:
    identified = _identified(*agent.identifiers[:1])
    name = put(parent, _NAMES.get(agent.kind, "name"), **identified, relator=relator)
    say(name, "part", agent.name)
    if agent.role:
        say(name, "part", agent.role, localtype="role")


def _identified(identifier: Identifier | None = None) -> dict[str, str]:
    return {"identifier": identifier.value, "source": identifier.scheme} if identifier else {}


def _remarks(record: Record) -> Iterator[str]:
    date = record.date
    # EAD3 cannot express whether an end without a date is open or unknown.
    if date and date.edtf and date.as_written and not _NO_DATE.isdisjoint(date.edtf.split("/")):
        yield f"Date in EDTF: {date.edtf}"
    if date and date.note:
        yield f"Date: {date.note}"
    yield from derived_facts.labelled_particulars(
        record, ("mentioned", "places_mentioned", "extent")
    )
    for copy in derived_facts.kept_at(record)[1:]:
        yield f"Another copy: {copy}"
    for holding in record.holdings[:1]:
        if holding.note:
            yield f"Copy described: {holding.note}"
    for _, words in derived_facts.note_words(record):
        yield f"Translation note: {words}"


def _context(description: Element, record: Record) -> None:
    _paragraphs(description, "accessrestrict", derived_facts.restrictions(record))
    _paragraphs(description, "userestrict", _rights(record))
    _paragraphs(description, "custodhist", [record.custody] if record.custody else [])
    if record.donor:
        words = f"Acquired from {record.agent(record.donor).name}."
        _paragraphs(description, "acqinfo", [words])
    descriptions: dict[str, list[str]] = {}
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        descriptions.setdefault(_section(part, bonds[part.id]), []).append(
            _part_in_words(record, part)
        )
    enclosed = [f"Enclosed: {title}" for title in derived_facts.enclosed(record)]
    for kind, contents in (
        ("summary", _summary(record)),
        ("enclosures", enclosed),
        ("items", derived_facts.items(record)),
        ("parts", descriptions.get("scopecontent", ())),
    ):
        _paragraphs(description, "scopecontent", contents, localtype=kind)
    _paragraphs(description, "relatedmaterial", derived_facts.labelled_relations(record))
    _paragraphs(description, "originalsloc", descriptions.get("originalsloc", ()))
    _paragraphs(description, "altformavail", descriptions.get("altformavail", ()))
    _paragraphs(description, "odd", [*_classification(record), *descriptions.get("odd", ())])
    if record.publications:
        published = put(description, "bibliography")
        for citation in derived_facts.published_in(record):
            say(published, "bibref", citation)
    _paragraphs(description, "processinfo", _events(record))


def _paragraphs(
    parent: Element, name: str, paragraphs: Iterable[str], localtype: str | None = None
) -> None:
    written = list(paragraphs)
    if written:
        section = put(parent, name, localtype=localtype)
        for words in written:
            say(section, "p", words)


def _classification(record: Record) -> Iterator[str]:
    classification = record.classification
    if classification is None:
        return
    language = f" (classification in {classification.language})" if classification.language else ""
    yield f"Marked: {classification_in_words(record)}{language}"
    for change in classification.history:
        words = (change.date.as_written, change.date.note) if change.date else ()
        if any(words):
            yield f"Classification {change.action}: {'; '.join(filter(None, words))}"


def _rights(record: Record) -> Iterator[str]:
    if record.rights:
        yield record.rights.statement
        if record.rights.licence:
            yield f"Licence: {record.rights.licence}"
        if record.rights.holder:
            yield f"Rights holder: {record.agent(record.rights.holder).name}"


def _summary(record: Record) -> Iterator[str]:
    if record.summary:
        yield record.summary.text
        if record.summary.author:
            yield f"Summary by {record.agent(record.summary.author).name}."


def _section(part: Part, bond: derived_facts.Bond) -> str:
    """Return the name of the element that describes a part."""
    match bond:
        case "version" if part.kind != "original":
            return "altformavail"
        case "version" if not part.held:
            return "originalsloc"
        case "part" | "about":
            return "scopecontent"
        case _:
            return "odd"


def _part_in_words(record: Record, part: Part) -> str:
    relations = (("made from", part.made_from), ("part of", part.part_of), ("about", part.about))
    words = [
        f"{part.kind}: {derived_facts.part_title(record, part)}",
        "" if part.held or part.is_withheld else "not held",
        f"file {part.file}" if part.file else "",
        part.media_type or "",
        f"in {', '.join(part.languages)}" if part.languages else "",
        *(f"{relation}: {_titles(record, names)}" for relation, names in relations if names),
        f"by {record.names(part.made_by)}" if part.made_by else "",
        str(part.made.edtf) if part.made else "",
        part.method or "",
        part.note or "",
    ]
    return "; ".join(word for word in words if word)


def _titles(record: Record, names: Sequence[str]) -> str:
    return "; ".join(derived_facts.part_title(record, record.part(name)) for name in names)


def _events(record: Record) -> Iterator[str]:
    for event in record.events:
        date = event.date
        words = [
            event.type,
            str(date.edtf) if date else "",
            date.as_written or "" if date else "",
            date.note or "" if date else "",
            f"by {record.names(event.agents)}" if event.agents else "",
            *(
                f"{relation}: {_titles(record, names)}"
                for relation, names in (("from", event.sources), ("concerns", event.objects))
                if names
            ),
            event.outcome or "",
            event.detail or "",
        ]
        yield "; ".join(word for word in words if word)


def _headings(access: Element, record: Record) -> None:
    form = put(access, "genreform")
    say(form, "part", record.document_type.label)
    for names, relator in (
        (record.recipients, "recipient"),
        (record.copies_to, "copy"),
        (record.mentioned_agents, None),
    ):
        for agent in derived_facts.agents(record, names):
            _name(access, agent, relator)
    for one in record.participants:
        _name(access, record.agent(one.agent), " ".join(one.part))
    if record.place:
        _place(access, record.place, "place of writing")
    for place in record.mentioned_places:
        _place(access, place, None)
    for subject in record.subjects:
        heading = put(access, "subject", **_identified(subject.identifier))
        say(heading, "part", subject.term)


def _place(access: Element, place: Place, relator: str | None) -> None:
    name = put(access, "geogname", **_identified(*place.identifiers[:1]), relator=relator)
    say(name, "part", place.name)
