"""Write TEI P5: the texts of a document with their zones and notes, and a header.

Only correspondence has a `correspDesc`. For other documents, the date and the place are in
`creation`, and facts that `correspDesc` would hold are notes.

Correspondents, dates and places have what the evidence says of them: `cert`, `evidence` (internal,
if it quotes the text or is inferred from it; conjecture, if it is inferred without a quote), and in
`resp` who supplied it. On dates, `cert="low"` marks a qualified date, and not a guess, and
`when-custom` is the date in EDTF if neither the text nor the other attributes are exactly that.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import address, licence_address
from archive_pkg.interchange.dates import tei_exactly
from archive_pkg.interchange.evidence_marks import strongest
from archive_pkg.interchange.exporting.tei_annotations import (
    CALENDAR,
    CERTAINTY,
    DOCUMENT,
    annotate,
)
from archive_pkg.interchange.exporting.tei_register import add_life, add_name_forms
from archive_pkg.interchange.exporting.tei_text import note_id, render
from archive_pkg.interchange.markup import Element, put, root, say, serialize
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.statement_index import StatementIndex
from archive_pkg.records.vocabularies.languages import language_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import (
        Agent,
        DateAndPlace,
        Holding,
        Part,
        Participant,
        Place,
        Record,
        RecordedEvent,
        Relation,
        TranslationNote,
        WrittenDate,
    )
    from archive_pkg.records.vocabularies.identifiers import Identifier

NAMESPACE = "http://www.tei-c.org/ns/1.0"

_NONE: Mapping[str, str] = MappingProxyType({})
_NAMES = {"person": "persName", "organization": "orgName"}

MAPPING = {
    "id": "publicationStmt, idno; correspDesc, key",
    "version": "editionStmt, edition",
    "supersedes": "revisionDesc, change",
    "identifiers": "publicationStmt, idno",
    "type": "textClass, term; div type",
    "title": "titleStmt, title",
    "variant_titles": "titleStmt, title type=alternative",
    "authors": "author; correspAction sent (where no sender is known)",
    "sender": "author; correspAction sent",
    "participants.agent": "particDesc, person",
    "participants.part": "particDesc, person, role",
    "participants.office": "particDesc, note type=office",
    "participants.side": "particDesc, note type=side",
    "recorded.kind": "settingDesc, setting, activity",
    "recorded.edtf": "settingDesc, setting, date",
    "recorded.as_written": "settingDesc, setting, date",
    "recorded.place.name": "settingDesc, setting, placeName",
    "recorded.place.identifiers": "settingDesc, setting, placeName ref, key",
    "signatories": "respStmt; closer, signed; correspAction sent (where no sender or "
    "author is known)",
    "recipients": "correspAction received; note, type=recipients",
    "copies_to": "correspAction received, subtype=copy; note, type=copies_to",
    "date.edtf": "correspAction sent, date; creation, date",
    "date.as_written": "correspAction sent, date; creation, date",
    "date.calendar": "date, calendar; calendarDesc",
    "recorded.calendar": "date, calendar; calendarDesc",
    "dispatched.calendar": "date, calendar; calendarDesc",
    "received.calendar": "date, calendar; calendarDesc",
    "enclosures.date.calendar": "date, calendar; calendarDesc",
    "date.note": "correspAction sent, note; notesStmt, note",
    "received.edtf": "correspAction received, date; notesStmt, note",
    "received.as_written": "correspAction received, date; notesStmt, note",
    "received.note": "correspAction received, note; notesStmt, note",
    "received.place.name": "correspAction received, placeName; notesStmt, note",
    "received.place.identifiers": "correspAction received, placeName ref, key; notesStmt, note",
    "place.name": "correspAction sent, placeName; creation, placeName",
    "place.identifiers": "placeName ref, key",
    "classification.as_written": "notesStmt, note",
    "classification.caveats": "notesStmt, note",
    "classification.scheme": "notesStmt, note",
    "classification.level": "notesStmt, note",
    "classification.history.action": "notesStmt, note",
    "classification.history.date.edtf": "notesStmt, note",
    "classification.history.by": "notesStmt, note",
    "classification.history.level": "notesStmt, note",
    "classification.history.note": "notesStmt, note",
    "salutation": "opener, salute (where quoted from the text)",
    "closing": "closer, salute (where quoted from the text)",
    "summary.text": "profileDesc, abstract",
    "summary.author": "abstract, resp; respStmt",
    "subjects": "textClass, keywords, term",
    "mentioned_agents": "particDesc; notesStmt, note type=mentioned",
    "mentioned_places.name": "settingDesc, place",
    "mentioned_places.as_written": "settingDesc, place",
    "mentioned_places.identifiers": "settingDesc, idno",
    "parts.kind": "div type (of texts)",
    "parts.languages": "langUsage; div xml:lang",
    "parts.file": "facsimile, graphic (of scans)",
    "parts.media_type": "facsimile, graphic, mimeType (of scans)",
    "parts.made_by": "respStmt",
    "parts.title": "availability, ab type=access; correspContext, note type=enclosure",
    "parts.access.status": "availability, ab type=access",
    "parts.access.until.edtf": "availability, ab type=access",
    "parts.access.rule": "availability, ab type=access",
    "translation_notes.kind": "the element in the text; standOff, note type",
    "translation_notes.at": "the element in the text",
    "translation_notes.text": "standOff, note",
    "translation_notes.rendering": "standOff, note, gloss",
    "translation_notes.original": "standOff, note, term",
    "translation_notes.language": "standOff, note, xml:lang",
    "translation_notes.romanized": "standOff, note, term type=romanized",
    "translation_notes.romanization": "standOff, note, note type=romanization",
    "enclosures.title": "correspContext, note type=enclosure; notesStmt, note",
    "attention": "notesStmt, note",
    "distribution": "notesStmt, note",
    "dispatched.edtf": "notesStmt, note",
    "dispatched.as_written": "notesStmt, note",
    "dispatched.note": "notesStmt, note",
    "dispatched.place.name": "notesStmt, note",
    "copy_number": "notesStmt, note",
    "filing_reference": "notesStmt, note",
    "extent": "notesStmt, note",
    "number": "notesStmt, note",
    "excerpt": "notesStmt, note",
    "enclosures.number": "note type=enclosure, num",
    "enclosures.sender": "note type=enclosure, persName, orgName",
    "enclosures.date.edtf": "note type=enclosure, date",
    "enclosures.date.as_written": "note type=enclosure, date",
    "enclosures.record": "note type=enclosure, idno",
    "dispatched.place.identifiers": "notesStmt, note, placeName ref, key",
    **dict.fromkeys(derived_facts.ITEMS, "notesStmt, note type=item"),
    **dict.fromkeys(derived_facts.RELATIONS, "notesStmt, relatedItem"),
    "holdings": "msIdentifier",
    "custody": "msDesc, provenance",
    "donor": "msDesc, acquisition",
    "publications": "sourceDesc, bibl",
    "rights.statement": "availability",
    "rights.licence": "availability, licence",
    "rights.holder": "availability, ab, type=rights-holder",
    "agents.name": "persName, orgName",
    "agents.kind": "persName, orgName, rs",
    "agents.name_parts.family": "particDesc, persName, surname",
    "agents.name_parts.given": "particDesc, persName, forename",
    "agents.name_parts.patronymic": "particDesc, persName, forename type=patronymic",
    "agents.name_parts.suffix": "particDesc, persName, genName",
    **{
        f"agents.{name}.{field}": f"particDesc, {tag} (of persons); note, date"
        for name, tag in (("born", "birth"), ("died", "death"))
        for field in ("edtf", "as_written")
    },
    "agents.affiliations": "particDesc, affiliation (of persons); note, rs",
    "agents.role": "particDesc, note type=role",
    "agents.as_written": "particDesc, persName type=as-written",
    "agents.version": "particDesc, note type=version",
    "agents.identifiers": "particDesc, idno; ref",
    "agents.note": "particDesc, note",
    "evidence": "standOff, listAnnotation, annotation",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in TEI."""
    [record] = records
    document = root(NAMESPACE, "TEI")
    # Only the header is indented, because elsewhere white space would be new text.
    document.line = ""
    header = put(document, "teiHeader")
    header.line = "\n    "
    offered = [
        one for one in derived_facts.scans(record) if context.file_addresses.get(one.id, "/")
    ]
    if scans := [one for one in offered if one.id not in context.texts]:
        facsimile = put(document, "facsimile")
        for part in scans:
            _scan(facsimile, record, part, context)
    standoff = put(document, "standOff") if record.translation_notes or record.evidence else None
    language = derived_facts.main_language(record)
    text = put(document, "text", xml_id=DOCUMENT if record.evidence else None, xml_lang=language)
    divisions: dict[str, Element] = {}
    placed = _body(put(text, "body"), record, context, divisions)
    _file(put(header, "fileDesc"), record, context)
    _profile(put(header, "profileDesc"), record, context)
    if record.supersedes:
        say(put(header, "revisionDesc"), "change", f"In place of {record.supersedes}")
    if standoff is not None:
        for note in record.translation_notes:
            _note(standoff, note, placed)
        if record.evidence:
            annotate(standoff, record, divisions, context.texts)
    return serialize(document)


def _scan(facsimile: Element, record: Record, part: Part, context: ExportContext) -> None:
    place = context.file_addresses.get(part.id, quote(f"{context.folder}{part.file}"))
    image = put(facsimile, "graphic", xml_id=f"part-{part.id}", url=place, mimeType=part.media_type)
    say(image, "desc", derived_facts.part_title(record, part))


def _body(
    body: Element, record: Record, context: ExportContext, divisions: dict[str, Element]
) -> set[str]:
    """Add the texts, keep their `div` elements, and return the `xml:id`s of the notes in them."""
    placed: set[str] = set()
    for part in derived_facts.text_parts(record):
        if part.id in context.texts:
            divisions[part.id] = division = put(
                body,
                "div",
                xml_id=f"part-{part.id}",
                type=part.kind,
                xml_lang=next(iter(part.languages), None),
            )
            placed |= render(division, record, part, context.texts[part.id])
            body.append("\n")
    if not body:
        say(put(body, "p"), "gap", reason="unavailable")
    return placed


def _file(description: Element, record: Record, context: ExportContext) -> None:
    titles = put(description, "titleStmt")
    say(titles, "title", record.title)
    for title in record.variant_titles:
        say(titles, "title", title, type="alternative")
    for agent in derived_facts.agents(record, (*record.authors, *record.sender)):
        is_sender = agent.id in record.sender and not record.document_type.correspondence
        roles = (("author", is_sender and agent.id in record.authors), ("sender", is_sender))
        role = " ".join(name for name, is_so in roles if is_so)
        add_name(put(titles, "author"), agent, role or None)
    for agent, role, _ in derived_facts.contributions(record):
        responsible = put(titles, "respStmt")
        say(responsible, "resp", role)
        add_name(responsible, agent)
    version = f"Version {record.version} of the record"
    say(put(description, "editionStmt"), "edition", version, n=str(record.version))
    _publication(put(description, "publicationStmt"), record, context)
    statement = put(description, "notesStmt")
    _notes(statement, record)
    for relation in record.relations:
        _relation(put(put(statement, "relatedItem", type=relation.kind), "bibl"), relation)
    if not statement:
        description.pop()
    _source(put(description, "sourceDesc"), record)


def _notes(statement: Element, record: Record) -> None:
    """Add the notes about the document.

    If the document is not correspondence, the notes also have facts that `correspDesc` would hold.
    """
    if record.classification:
        say(statement, "note", classification_in_words(record), type="classification")
    for kind, words in derived_facts.particulars(record):
        if kind not in ("attention", "dispatched"):
            say(statement, "note", words, type=kind)
    addressed = () if record.document_type.correspondence else ("recipients", "copies_to")
    for kind, names in (
        *((name, getattr(record, name)) for name in addressed),
        ("attention", record.attention),
        ("mentioned", record.mentioned_agents),
    ):
        if names:
            _add_names(put(statement, "note", type=kind), record, names)
    if record.dispatched:
        _occasion(put(statement, "note", type="dispatched"), record.dispatched)
    for item in record.items:
        note = put(statement, "note", xml_id=f"item-{item.id}", type="item")
        _number_and_title(note, item.number, item.title, item.record)
    if record.document_type.correspondence:
        return
    if record.date and record.date.note:
        say(statement, "note", record.date.note, type="date")
    if record.received:
        _occasion(put(statement, "note", type="received"), record.received)
    _enclosures(statement, record)


def _add_names(parent: Element, record: Record, names: Sequence[str]) -> None:
    for agent in derived_facts.agents(record, names):
        add_name(parent, agent)


def _occasion(note: Element, date: DateAndPlace) -> None:
    if date.words:
        _day(note, date)
    _place_name(note, date.place)
    if date.note:
        say(note, "note", date.note)


def _number_and_title(note: Element, number: str | None, title: str, record: str | None) -> None:
    if number:
        say(note, "num", number)
    say(note, "title", title)
    if record:
        say(note, "idno", record, type="record")


def _enclosures(parent: Element, record: Record) -> None:
    for item in record.enclosures:
        if derived_facts.enclosure_words(record, item):
            note = put(parent, "note", xml_id=f"enclosure-{item.id}", type="enclosure")
            _number_and_title(note, item.number, item.title, item.record)
            _add_names(note, record, item.sender)
            _day(note, item.date)
        else:
            say(parent, "note", item.title, xml_id=f"enclosure-{item.id}", type="enclosure")
    for title in derived_facts.enclosed(record)[len(record.enclosures) :]:
        say(parent, "note", title, type="enclosure")


def _relation(cited: Element, relation: Relation) -> None:
    if relation.title:
        say(cited, "title", relation.title)
    if relation.record:
        say(cited, "idno", relation.record, type="record")
    if relation.identifier:
        _idno(cited, relation.identifier)
        if relation.identifier.note:
            say(cited, "note", relation.identifier.note, type="identifier")
    if relation.note:
        say(cited, "note", relation.note)


def _publication(publication: Element, record: Record, context: ExportContext) -> None:
    if context.publisher:
        say(publication, "publisher", context.publisher)
    else:
        say(put(publication, "publisher"), "gap", reason="unknown")
    if context.year:
        say(publication, "date", when=f"{context.year:04}")
    say(publication, "idno", record.id, type="record")
    for identifier in record.identifiers:
        _idno(publication, identifier)
    restrictions = list(derived_facts.restrictions(record))
    if not (record.rights or restrictions):
        return
    allowed = put(publication, "availability")
    if record.rights:
        licence = record.rights.licence
        if licence:
            say(allowed, "licence", licence, target=licence_address(licence))
        say(allowed, "p", record.rights.statement)
        if record.rights.holder:
            holder = put(allowed, "ab", type="rights-holder")
            add_name(holder, record.agent(record.rights.holder))
    for words in restrictions:
        say(allowed, "ab", words, type="access")


def _idno(parent: Element, identifier: Identifier) -> None:
    say(parent, "idno", identifier.value, type=identifier.scheme)


def _held_at(identity: Element, holding: Holding) -> None:
    say(identity, "repository", holding.repository)
    for level in holding.levels:
        say(identity, "idno", level.value, type="level", n=level.name)


def _source(source: Element, record: Record) -> None:
    if record.holdings or record.custody or record.donor:
        manuscript = put(source, "msDesc")
        identity = put(manuscript, "msIdentifier")
        if record.holdings:
            _held_at(identity, record.holdings[0])
        else:
            say(put(identity, "repository"), "gap", reason="unknown")
        if record.custody or record.donor:
            history = put(manuscript, "history")
            if record.custody:
                say(history, "provenance", record.custody)
            if record.donor:
                add_name(put(history, "acquisition"), record.agent(record.donor))
    for holding in record.holdings[1:]:
        _held_at(put(put(source, "msDesc"), "msIdentifier"), holding)
    for citation in derived_facts.published_in(record):
        say(source, "bibl", citation)
    if not source:
        say(source, "p")


def _profile(profile: Element, record: Record, context: ExportContext) -> None:
    if record.summary:
        author = record.summary.author
        abstract = put(profile, "abstract", resp=f"#agent-{author}" if author else None)
        say(abstract, "p", record.summary.text)
    if calendars := _calendars(record):
        described = put(profile, "calendarDesc")
        for calendar in calendars:
            say(put(described, "calendar", xml_id=f"{CALENDAR}{calendar}"), "p", calendar)
    if record.languages:
        usage = put(profile, "langUsage")
        texts = [part for part in derived_facts.text_parts(record) if part.id in context.texts]
        here = {tag for part in texts for tag in part.languages}
        for tag in record.languages:
            # This language belongs only to parts whose texts are not in the TEI document.
            unused = "0" if texts and tag not in here else None
            say(usage, "language", language_name(tag), ident=tag, usage=unused)
    classes = put(profile, "textClass")
    say(put(classes, "keywords"), "term", record.type, type="document-type")
    if record.subjects:
        keywords = put(classes, "keywords")
        for subject in record.subjects:
            uri = address(subject.identifier.uri) if subject.identifier else None
            key = subject.identifier.value if subject.identifier else None
            say(keywords, "term", subject.term, ref=uri, key=key)
    if record.document_type.correspondence:
        _correspondence(profile, record, context)
    elif record.date or record.place:
        created = put(profile, "creation")
        statements = StatementIndex(record)
        _day(created, record.date, _marks(statements, "date"))
        _place_name(created, record.place, _marks(statements, "place"))
    if record.agents:
        _participants(put(profile, "particDesc"), record)
    if record.mentioned_places or record.recorded:
        _settings(put(profile, "settingDesc"), record)


def _settings(description: Element, record: Record) -> None:
    if record.mentioned_places:
        places = put(description, "listPlace")
        for place in record.mentioned_places:
            _place(put(places, "place"), place)
    if record.recorded:
        _recorded(put(description, "setting"), record.recorded)


def _recorded(element: Element, event: RecordedEvent) -> None:
    """Add the talk or session that the document records."""
    _place_name(element, event.place)
    if event.words:
        _day(element, event)
    say(element, "activity", event.kind or "event")


def _correspondence(parent: Element, record: Record, context: ExportContext) -> None:
    description = put(parent, "correspDesc", key=record.id, ref=context.addresses.get(record.id))
    statements = StatementIndex(record)

    def add_names(action: Element, field: str, role: str | None = None) -> None:
        for agent in derived_facts.agents(record, getattr(record, field)):
            add_name(action, agent, role, _marks(statements, f"{field}.{agent.id}"))

    sent = put(description, "correspAction", type="sent")
    fields = ("sender", "authors", "signatories")
    field = next((name for name in fields if getattr(record, name)), "sender")
    roles = {"authors": "author", "signatories": "signatory"}
    add_names(sent, field, roles.get(field))
    _place_name(sent, record.place, _marks(statements, "place"))
    _date(sent, record.date, _marks(statements, "date"))
    if not sent:
        say(sent, "name", "Unknown")
    if record.recipients or record.received:
        received = put(description, "correspAction", type="received")
        add_names(received, "recipients")
        if record.received:
            marks = _marks(statements, "received.place")
            _place_name(received, record.received.place, marks)
        _date(received, record.received, _marks(statements, "received"))
    if record.copies_to:
        copies = put(description, "correspAction", type="received", subtype="copy")
        add_names(copies, "copies_to")
    if derived_facts.enclosed(record):
        _enclosures(put(description, "correspContext"), record)


def _calendars(record: Record) -> dict[str, None]:
    """Return the calendars of the dates that have them in the header, in order."""
    sent = (one.date for one in record.enclosures)
    dates = (record.date, record.recorded, record.dispatched, record.received, *sent)
    return dict.fromkeys(date.calendar for date in dates if date and date.calendar)


def _marks(statements: StatementIndex, path: str) -> dict[str, str]:
    """Return attributes that say what a statement rests on; none without evidence."""
    found = strongest(statements, path)
    if found is None:
        return {}
    marks = {"resp": f"#agent-{found.agent}"} if found.agent else {}
    if found.confidence:
        marks["cert"] = CERTAINTY[found.confidence]
    if found.basis != "supplied":
        marks["evidence"] = "internal" if found.at else "conjecture"
    return marks


def _date(action: Element, date: WrittenDate | None, marks: Mapping[str, str]) -> None:
    _day(action, date, marks)
    if date and date.note:
        say(action, "note", date.note, type="date")


def _day(parent: Element, date: WrittenDate | None, marks: Mapping[str, str] = _NONE) -> None:
    if date:
        known = {key: value for key, value in marks.items() if value != "low"}
        attributes = known | tei_exactly(date)
        if date.calendar:
            attributes["calendar"] = f"#{CALENDAR}{date.calendar}"
        say(parent, "date", date.as_written or date.words, **attributes)


def _place_name(parent: Element, place: Place | None, marks: Mapping[str, str] = _NONE) -> None:
    if place:
        say(parent, "placeName", place.name, ref=_refs(place), key=_key(place), **marks)


def add_name(
    parent: Element, agent: Agent, role: str | None = None, marks: Mapping[str, str] | None = None
) -> None:
    """Add the name of an agent, with the web addresses of the agent's identifiers.

    Args:
        parent: The element that gets the name.
        agent: The agent.
        role: The value of `role`.
        marks: What the statement rests on. With it, the name also refers to `particDesc`.
    """
    tag = _NAMES.get(agent.kind, "name")
    kind = agent.kind if tag == "name" else None
    ref = _refs(agent)
    if marks is not None:
        ref = " ".join(filter(None, (f"#agent-{agent.id}", ref)))
    say(parent, tag, agent.name, type=kind, role=role, ref=ref, key=_key(agent), **marks or {})


def _refs(named: Agent | Place) -> str | None:
    return " ".join(filter(None, (address(item.uri) for item in named.identifiers))) or None


def _key(named: Agent | Place) -> str | None:
    """Return the value of the first local identifier, which has no web address."""
    return next((item.value for item in named.identifiers if item.scheme == "local"), None)


def _participants(description: Element, record: Record) -> None:
    persons = [agent for agent in record.agents if agent.kind in ("person", "family")]
    bodies = [agent for agent in record.agents if agent.kind in ("organization", "software")]
    present = {one.agent: one for one in record.participants}
    if persons:
        people = put(description, "listPerson")
        for agent in persons:
            tags = ("person", "persName") if agent.kind == "person" else ("personGrp", "name")
            one = present.get(agent.id)
            role = _parts(one)
            if role and agent.kind == "family":
                role = role.replace(" ", "+")  # personGrp allows one word, person a list
            entry = put(people, tags[0], xml_id=f"agent-{agent.id}", role=role)
            _agent(entry, agent, tags[1], one)
    if bodies:
        organizations = put(description, "listOrg")
        for agent in bodies:
            kind = "software" if agent.kind == "software" else None
            one = present.get(agent.id)
            body = put(
                organizations, "org", xml_id=f"agent-{agent.id}", type=kind, role=_parts(one)
            )
            _agent(body, agent, "orgName", one)


def _parts(participant: Participant | None) -> str | None:
    return " ".join(participant.part) if participant else None


def _agent(element: Element, agent: Agent, tag: str, participant: Participant | None) -> None:
    add_name_forms(element, tag, agent)
    for identifier in agent.identifiers:
        _idno(element, identifier)
    add_life(element, agent)
    for kind in ("role", "version", "note"):
        value = getattr(agent, kind)
        if value:
            say(element, "note", value, type=kind)
    for kind in ("office", "side"):
        value = getattr(participant, kind, None)
        if value:
            say(element, "note", value, type=kind)


def _place(element: Element, place: Place) -> None:
    say(element, "placeName", place.name)
    if place.as_written:
        say(element, "placeName", place.as_written, type="as-written")
    for identifier in place.identifiers:
        _idno(element, identifier)


def _note(standoff: Element, note: TranslationNote, placed: set[str]) -> None:
    place = note_id(note.id)
    end = f"{place}.end"
    element = put(
        standoff,
        "note",
        type=note.kind,
        target=f"#{place}" if place in placed else None,
        targetEnd=f"#{end}" if end in placed else None,
    )
    if note.rendering:
        say(element, "gloss", note.rendering)
    if note.original:
        say(element, "term", note.original, xml_lang=note.language)
    if note.romanized:
        say(
            element,
            "term",
            note.romanized,
            type="romanized",
            xml_lang=f"{note.language}-Latn"
            if note.language and "-" not in note.language
            else None,
        )
    if note.romanization:
        say(element, "note", note.romanization, type="romanization")
    if note.text:
        say(element, "p", note.text)
