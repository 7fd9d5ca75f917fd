"""Write the Correspondence Metadata Interchange Format: who wrote to whom, when and where.

A file holds one letter or many. CMIF describes correspondence only, so `export` leaves out records
of other documents. Dates are years, months or days. `cert="low"` marks a date, place or person in
doubt, and `evidence="conjecture"` one that the text does not state; CMIF has no other values. A
correspondent who is not known has the name "Unknown", as CMIF prescribes. The notes are those of
version 2.

correspSearch, which collects such files, requires a publisher, a person to ask, the licence
CC BY 4.0, and the web address of the file. They are settings of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from archive_pkg.errors import UsageError
from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address
from archive_pkg.interchange.dates import tei as date_attributes
from archive_pkg.interchange.evidence_marks import strongest
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.interchange.markup import Element, escaped, fit, put, root, say, serialize, text_of
from archive_pkg.messages import in_english
from archive_pkg.names import is_unknown
from archive_pkg.records.statement_index import StatementIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Place, Record, WrittenDate

NAMESPACE = "http://www.tei-c.org/ns/1.0"
UNKNOWN = "Unknown"
FILE = "cmif.xml"
"""The name of the file."""
_PLACEHOLDER = "#archive-pkg-letters"
"""A text that `joined` replaces with the name of the source, or with the letters."""
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_LICENSED = "This file is licensed under the terms of the Creative Commons License CC-BY 4.0"

MAPPING = {
    "id": "correspDesc, key",
    "identifiers": "correspDesc, ref (the first that has an address)",
    "title": "title (of a file of one letter)",
    "sender": "correspAction sent",
    "authors": "correspAction sent (where no sender is known)",
    "signatories": "correspAction sent (where no sender or author is known)",
    "recipients": "correspAction received",
    "copies_to": "correspAction received, subtype copy",
    "date.edtf": "correspAction sent, date (as years, months, days)",
    "received.edtf": "correspAction received, date (as years, months, days)",
    "received.place.name": "correspAction received, placeName",
    "received.place.identifiers": "placeName ref (the first that has an address)",
    "place.name": "correspAction sent, placeName",
    "place.identifiers": "placeName ref (the first that has an address)",
    "mentioned_agents": "note, ref cmif:mentionsPerson, cmif:mentionsOrg",
    "mentioned_places.name": "note, ref cmif:mentionsPlace",
    "mentioned_places.identifiers": "ref target (the first that has an address)",
    "subjects.term": "note, ref cmif:mentionsSubject",
    "subjects.identifier": "ref target (if it has an address)",
    "parts.languages": "note, ref cmif:hasLanguage (of the original and its transcription)",
    "agents.name": "persName, orgName",
    "agents.kind": "persName, orgName (person, organization)",
    "agents.identifiers": "persName ref, orgName ref (the first that has an address)",
}


def missing(context: ExportContext, base: str | None) -> list[str]:
    """Return the missing settings that the file requires.

    Args:
        context: What exports need besides the records.
        base: The web address of the folder that will hold the file.
    """
    settings = context.project.settings
    licence = settings.licence
    needed = (
        ("publisher", context.publisher),
        ("contact.name", settings.contact.name),
        ("contact.email", settings.contact.email),
        ("base_url", base),
        ('licence = "CC-BY-4.0"', licence and spdx_id(licence) == "CC-BY-4.0"),
        ("the date of the file", context.made),
    )
    return [name for name, known in needed if not known]


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the letters in CMIF.

    Raises:
        UsageError: Something that correspSearch requires is not known.
    """
    base = context.project.settings.base_url or ""
    if lacking := missing(context, base):
        raise UsageError(
            f"CMIF cannot be written without {', '.join(lacking)}",
            "Set these in the project file, archive-pkg.toml. The licence is that of the "
            "descriptions; correspSearch accepts only CC BY 4.0.",
        )
    title = records[0].title if len(records) == 1 else f"{len(records)} letters"
    base = f"{base.rstrip('/')}/"
    source = source_name(base)
    document, profile = _frame(title, source, context, base)
    for record in records:
        _letter(profile, record, f"#{source}", context)
    return serialize(document)


def source_name(base: str) -> str:
    """Return an `xml:id` for the edition at a web address, which stays the same as it grows."""
    return f"edition-{uuid5(NAMESPACE_URL, base)}"


@in_english
def fragment(record: Record, context: ExportContext) -> bytes:
    """Return one letter in CMIF, for `joined`."""
    profile = root(NAMESPACE, "profileDesc")
    profile.line = "\n      "
    return text_of(_letter(profile, record, _PLACEHOLDER, context)).lstrip().encode()


def joined(
    title: str, fragments: Iterable[bytes], context: ExportContext, base: str
) -> Iterator[bytes]:
    """Yield the pieces of a file of many letters, so that only one letter is in memory at a time.

    Args:
        title: The title of the file.
        fragments: The result of `fragment` for each letter.
        context: What exports need besides the records.
        base: The web address of the folder that will hold the file. It ends in "/".
    """
    source = source_name(base)
    document, profile = _frame(title, source, context, base)
    profile.append(_PLACEHOLDER)
    head, _, tail = serialize(document).partition(_PLACEHOLDER.encode())
    yield head
    for piece in fragments:
        yield b"\n      " + piece.replace(_PLACEHOLDER.encode(), f"#{source}".encode(), 1)
    yield tail


def _frame(title: str, source: str, context: ExportContext, base: str) -> tuple[Element, Element]:
    """Return a document without letters, and the element for them."""
    document = root(NAMESPACE, "TEI")
    header = put(document, "teiHeader")
    description = put(header, "fileDesc")
    titles = put(description, "titleStmt")
    say(titles, "title", title)
    settings = context.project.settings
    editor = put(titles, "editor")
    editor.line = ""
    editor.append(escaped(fit(settings.contact.name or UNKNOWN)))
    say(editor, "email", settings.contact.email)
    publication = put(description, "publicationStmt")
    say(publication, "publisher", context.publisher)
    say(publication, "idno", f"{base}{FILE}", type="url")
    say(publication, "date", when=context.made)
    say(put(publication, "availability"), "licence", _LICENSED, target=_LICENCE)
    edition = put(put(description, "sourceDesc"), "bibl", xml_id=source, type="online")
    edition.line = ""
    edition.append(escaped(fit(f"{settings.site.title or context.publisher}, ")))
    say(edition, "ref", base, target=base)
    profile = put(header, "profileDesc")
    say(put(put(document, "text"), "body"), "p")
    return document, profile


def _letter(profile: Element, record: Record, source: str, context: ExportContext) -> Element:
    address = context.addresses.get(record.id) or first_address(record.identifiers)
    statements = StatementIndex(record)
    letter = put(profile, "correspDesc", key=record.id, ref=address, source=source)
    sent = put(letter, "correspAction", type="sent")
    fields = ("sender", "authors", "signatories")
    _names(sent, record, next((name for name in fields if getattr(record, name)), ""), statements)
    _place(sent, record.place, _doubt(statements, "place"))
    _date(sent, record.date, _doubt(statements, "date"))
    received = put(letter, "correspAction", type="received")
    _names(received, record, "recipients", statements)
    if record.received:
        _place(received, record.received.place, _doubt(statements, "received.place"))
    _date(received, record.received, _doubt(statements, "received"))
    if record.copies_to:
        copies = put(letter, "correspAction", type="received", subtype="copy")
        _names(copies, record, "copies_to", statements)
    notes = list(_statements(record, context))
    if notes:
        note = put(letter, "note")
        for term, words, target in notes:
            say(note, "ref", words, type=f"cmif:{term}", target=target)
    return letter


def _doubt(statements: StatementIndex, path: str) -> dict[str, str]:
    """Return CMIF's attributes for the confidence of a statement; none if it is not in doubt."""
    found = strongest(statements, path)
    if found is None or found.confidence not in ("guess", "probable"):
        return {}
    return {"cert": "low"} | ({} if found.basis == "quoted" else {"evidence": "conjecture"})


def _names(action: Element, record: Record, field: str, statements: StatementIndex) -> None:
    agents = derived_facts.agents(record, getattr(record, field) if field else ())
    known = [agent for agent in agents if not is_unknown(agent.name)]
    for agent in known:
        doubt = _doubt(statements, f"{field}.{agent.id}")
        say(action, _tag(agent), agent.name, ref=first_address(agent.identifiers), **doubt)
    if not known:
        say(action, "persName", UNKNOWN)


def _tag(agent: Agent) -> str:
    return "persName" if agent.kind in ("person", "family") else "orgName"


def _place(action: Element, place: Place | None, doubt: dict[str, str]) -> None:
    if place:
        say(action, "placeName", place.name, ref=first_address(place.identifiers), **doubt)


def _date(action: Element, date: WrittenDate | None, doubt: dict[str, str]) -> None:
    attributes = date_attributes(date.edtf if date else None)
    if attributes:
        say(action, "date", **attributes | doubt)


def _statements(record: Record, context: ExportContext) -> Iterator[tuple[str, str, str | None]]:
    """Yield the notes of CMIF 2 about a letter: term, words and target.

    The vocabulary is that of https://lod.academy/cmif/vocab/terms.
    """
    for agent in derived_facts.agents(record, record.mentioned_agents):
        term = "mentionsPerson" if _tag(agent) == "persName" else "mentionsOrg"
        yield term, agent.name, first_address(agent.identifiers)
    for place in record.mentioned_places:
        yield "mentionsPlace", place.name, first_address(place.identifiers)
    for subject in record.subjects:
        identified = [subject.identifier] if subject.identifier else []
        yield "mentionsSubject", subject.term, first_address(identified)
    versions = derived_facts.versions(record)
    written = [part for part in versions if part.kind in ("original", "transcription")]
    for tag in dict.fromkeys(tag for part in written for tag in part.languages):
        yield "hasLanguage", "", tag
    if any(relation.kind == "draft-of" for relation in record.relations):
        yield "hasTextBase", "", "cmif:Draft"
    if any(part.kind == "transcription" and part.is_text for part in versions):
        yield "isPublishedWith", "", "cmif:Transcription"
    if record.summary:
        yield "isPublishedWith", "", "cmif:Abstract"
    if record.id in context.tei_addresses:
        yield "isAvailableAsTEIfile", "", context.tei_addresses[record.id]
