"""Write the Correspondence Metadata Interchange Format: who wrote to whom, when and where.

A file holds one letter or many. CMIF describes correspondence only, so `export` leaves out records
of other documents. Dates are years, months or days, and `cert="low"` marks a date in doubt. A
correspondent who is not known has the name "Unknown", as CMIF prescribes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.addresses import first_address, licence_address
from archive_pkg.interchange.dates import tei as date_attributes
from archive_pkg.interchange.markup import Element, escaped, fit, put, root, say, serialize, text_of
from archive_pkg.names import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Record, WrittenDate

NAMESPACE = "http://www.tei-c.org/ns/1.0"
UNKNOWN = "Unknown"
FILE = "cmif.xml"
"""The name of the file."""
_PLACEHOLDER = "#archive-pkg-letters"
"""A text that `joined` replaces with the name of the source, or with the letters."""

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
    "place.name": "correspAction sent, placeName",
    "place.identifiers": "placeName ref (the first that has an address)",
    "agents.name": "persName, orgName",
    "agents.kind": "persName, orgName (person, organization)",
    "agents.identifiers": "persName ref, orgName ref (the first that has an address)",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the letters in CMIF."""
    title = records[0].title if len(records) == 1 else f"{len(records)} letters"
    source = source_name(record.id for record in records)
    site = context.project.settings.base_url
    document, profile = _frame(title, source, context, f"{site.rstrip('/')}/" if site else "")
    for record in records:
        _letter(profile, record, f"#{source}", context)
    return serialize(document)


def source_name(ids: Iterable[str]) -> str:
    """Return an `xml:id` for the edition that holds the letters, derived from their ids."""
    return f"edition-{uuid5(NAMESPACE_URL, ' '.join(ids))}"


def fragment(record: Record, context: ExportContext) -> bytes:
    """Return one letter in CMIF, for `joined`."""
    profile = root(NAMESPACE, "profileDesc")
    profile.line = "\n      "
    return text_of(_letter(profile, record, _PLACEHOLDER, context)).lstrip().encode()


def joined(
    title: str,
    source: str,
    fragments: Iterable[bytes],
    context: ExportContext,
    base: str = "",
) -> Iterator[bytes]:
    """Yield the pieces of a file of many letters, so that only one letter is in memory at a time.

    Args:
        title: The title of the file.
        source: The `source_name` of the letters.
        fragments: The result of `fragment` for each letter.
        context: What exports need besides the records.
        base: The web address of the folder that will hold the file. It ends in "/"; "" if
            unknown.
    """
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
    editor.append(escaped(fit(context.publisher or UNKNOWN)))
    if settings.contact.email:
        say(editor, "email", settings.contact.email)
    publication = put(description, "publicationStmt")
    say(publication, "publisher", context.publisher or UNKNOWN)
    say(publication, "idno", f"{base}{FILE}", type="url")
    say(publication, "date", when=context.made)
    availability = put(publication, "availability")
    if licence := settings.licence:
        say(availability, "licence", licence, target=licence_address(licence))
    if settings.rights_statement or not licence:
        say(availability, "p", settings.rights_statement)
    # The format has no word for an edition that is neither online nor printed.
    edition = put(put(description, "sourceDesc"), "bibl", xml_id=source, type="online")
    edition.line = ""
    edition.append(escaped(fit(title)))
    if base:
        edition.append(", ")
        say(edition, "ref", base, target=base)
    profile = put(header, "profileDesc")
    say(put(put(document, "text"), "body"), "p")
    return document, profile


def _letter(profile: Element, record: Record, source: str, context: ExportContext) -> Element:
    address = context.addresses.get(record.id) or first_address(record.identifiers)
    letter = put(profile, "correspDesc", key=record.id, ref=address, source=source)
    sent = put(letter, "correspAction", type="sent")
    _names(sent, derived_facts.senders(record))
    if record.place:
        say(sent, "placeName", record.place.name, ref=first_address(record.place.identifiers))
    _date(sent, record.date)
    received = put(letter, "correspAction", type="received")
    _names(received, derived_facts.agents(record, record.recipients))
    _date(received, record.received)
    if record.copies_to:
        copies = put(letter, "correspAction", type="received", subtype="copy")
        _names(copies, derived_facts.agents(record, record.copies_to))
    return letter


def _names(action: Element, agents: Sequence[Agent]) -> None:
    known = [agent for agent in agents if not is_unknown(agent.name)]
    for agent in known:
        tag = "persName" if agent.kind in ("person", "family") else "orgName"
        say(action, tag, agent.name, ref=first_address(agent.identifiers))
    if not known:
        say(action, "persName", UNKNOWN)


def _date(action: Element, date: WrittenDate | None) -> None:
    attributes = date_attributes(date.edtf if date else None)
    if attributes:
        say(action, "date", **attributes)
