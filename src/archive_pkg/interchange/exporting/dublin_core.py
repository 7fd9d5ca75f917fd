"""Write simple Dublin Core in the form that OAI-PMH harvests (oai_dc)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.markup import XSI, Element, label, root, say, serialize
from archive_pkg.records.display import classification_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"

MAPPING = {
    "id": "identifier",
    "supersedes": "relation",
    "identifiers": "identifier",
    "type": "type",
    "title": "title",
    "variant_titles": "title",
    "authors": "creator",
    "sender": "creator",
    "signatories": "contributor",
    "recipients": "contributor",
    "copies_to": "contributor",
    "participants.agent": "contributor",
    "participants.part": "contributor",
    "date.edtf": "date",
    "place.name": "description (coverage is for what the letter is about)",
    **dict.fromkeys(derived_facts.CLASSIFICATION, "description"),
    "summary.text": "description",
    "summary.author": "contributor",
    "subjects.term": "subject",
    "mentioned_places.name": "description",
    "parts.kind": "relation (for a translation: its original)",
    "parts.title": "relation (for a translation: its original; also enclosures)",
    "parts.media_type": "format",
    "parts.languages": "language (of the letter and its enclosures)",
    "parts.access.status": "rights",
    "parts.access.until.edtf": "rights",
    "parts.access.rule": "rights",
    "parts.made_from": "relation (isVersionOf, of a translation)",
    "parts.part_of": "relation, has part (of the document)",
    "parts.made_by": "contributor",
    **dict.fromkeys(derived_facts.NOTES, "description"),
    "enclosures.title": "relation, has part",
    **dict.fromkeys(derived_facts.PARTICULARS, "description"),
    **dict.fromkeys(derived_facts.ITEMS, "relation"),
    **dict.fromkeys(derived_facts.RELATIONS, "relation"),
    "holdings": "source",
    "custody": "description (the 15 elements have no provenance)",
    "donor": "contributor",
    "publications": "relation",
    "rights.statement": "rights",
    "rights.licence": "rights",
    "rights.holder": "rights",
    "agents.name": "creator, contributor",
}


TERMS = MAPPING | {
    "variant_titles": "alternative",
    "summary.text": "abstract",
    "custody": "provenance",
    "place.name": "description",
    "parts.access.status": "accessRights",
    "parts.access.until.edtf": "accessRights",
    "parts.access.rule": "accessRights",
}
"""Where each field goes in DCMI Metadata Terms, which refine the 15 elements."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in oai_dc."""
    [record] = records
    return serialize(element(record, context))


def element(record: Record, context: ExportContext, within: Element | None = None) -> Element:
    """Return the record as an `oai_dc:dc` element, as a root or as a child of `within`."""
    document = root(OAI_DC, "dc", {"oai_dc": OAI_DC, "dc": DC, "xsi": XSI}, within)
    label(document, xsi_schemaLocation=f"{OAI_DC} {OAI_DC[:-1]}.xsd")
    document.prefix = "dc:"
    for name, value in values(record, context):
        say(document, name, value)
    return document


def values(record: Record, context: ExportContext) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the elements in document order."""
    yield "identifier", record.id
    for identifier in record.identifiers:
        yield "identifier", identifier.uri or identifier.value
    for title in (record.title, *record.variant_titles):
        yield "title", title
    for agent in derived_facts.creators(record):
        yield "creator", agent.name
    for agent, role, _ in (
        *derived_facts.contributions(record),
        *derived_facts.participants(record),
        *derived_facts.addressees(record),
    ):
        yield "contributor", f"{agent.name} ({role})"
    if record.donor:
        yield "contributor", f"{record.agent(record.donor).name} (donor)"
    if context.publisher:
        yield "publisher", context.publisher
    if record.date:
        yield "date", record.date.words
    for subject in record.subjects:
        yield "subject", subject.term
    yield from (("description", words) for words in _descriptions(record))
    yield "type", "Text"
    yield "type", record.document_type.label
    for media_type in dict.fromkeys(p.media_type for p in record.parts if p.media_type):
        yield "format", media_type
    for tag in derived_facts.languages(record):
        yield "language", tag
    yield from (("source", words) for words in derived_facts.kept_at(record))
    yield from (("relation", words) for words in _relations(record))
    yield from (("rights", words) for words in _rights(record))


def terms(record: Record, context: ExportContext) -> Iterator[tuple[str, str]]:
    """Yield the elements as `values` does, but with the names of `TERMS`."""
    summary = record.summary.text if record.summary else ""
    refined = {
        ("description", summary): ("abstract", summary),
        ("description", f"Custody: {record.custody}"): ("provenance", record.custody or ""),
        **{("rights", one): ("accessRights", one) for one in derived_facts.restrictions(record)},
        **{("title", one): ("alternative", one) for one in record.variant_titles},
        ("title", record.title): ("title", record.title),
    }
    for element in values(record, context):
        yield refined.get(element, element)


def _descriptions(record: Record) -> Iterator[str]:
    if record.summary:
        yield record.summary.text
    if record.classification:
        yield f"Marked: {classification_in_words(record)}"
    for _, words in derived_facts.note_words(record):
        yield f"Translation note: {words}"
    if record.custody:
        yield f"Custody: {record.custody}"
    if record.place:
        yield f"Place of writing: {record.place.name}"
    yield from derived_facts.labelled_particulars(record)


def _relations(record: Record) -> Iterator[str]:
    if derived_facts.is_translation(record):
        for source in derived_facts.originals(record):
            yield f"Is version of: {derived_facts.part_title(record, source)} ({source.kind})"
    for title in derived_facts.contained(record):
        yield f"Has part: {title}"
    for item in derived_facts.items(record):
        yield f"Has part: {item}"
    yield from derived_facts.labelled_relations(record)
    for citation in derived_facts.published_in(record):
        yield f"Published in: {citation}"
    if record.supersedes:
        yield f"Replaces: {record.supersedes}"


def _rights(record: Record) -> Iterator[str]:
    if record.rights:
        yield record.rights.statement
        if record.rights.licence:
            yield record.rights.licence
        if record.rights.holder:
            yield f"Rights holder: {record.agent(record.rights.holder).name}"
    yield from derived_facts.restrictions(record)
