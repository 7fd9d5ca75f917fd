"""Write the CSV of Islandora Workbench: a row per document, with the fields of Islandora's default.

A document with scans is paged content. A row per scan follows it, as a page with the document's id
in `parent_id`; Workbench then fills `field_member_of`.

The fields are those of the content type "Repository Item" in Islandora's starter site. Workbench
divides every value at `|`, and a name has its vocabulary in front: `relators:rcp:person:Smith`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import csv_descriptions
from archive_pkg.interchange.exporting.csv_descriptions import joined, table
from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.languages import language_called, language_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Record

_MODEL = "https://schema.org/DigitalDocument"
_PAGED = "https://schema.org/Book"
_PAGE = "http://id.loc.gov/ontologies/bibframe/part"
"""The addresses of Islandora's models: digital document, paged content and page."""
_VOCABULARIES = {"organization": "corporate_body", "family": "family"}
_CODES = relators.MAKERS | {
    "recipient": relators.ADDRESSEE,
    "signatory": relators.SIGNER,
    "donor": "dnr",
}
_COLUMNS = {
    "id": "id",
    "title": "title",
    "first": "field_edtf_date_created",
    "last": "field_edtf_date_created",
    "creators": "field_linked_agent",
    "names": "field_linked_agent, field_subjects_name",
    "identifiers": "field_identifier",
    "genre": "field_genre",
    "extent": "field_extent",
    "language": "field_language",
    "summary": "field_abstract",
    "contents": "field_table_of_contents",
    "subjects": "field_subject_general",
    "places": "field_geographic_subject",
    "rights": "field_rights",
    "date": "field_note",
    "access": "field_note",
    "custody": "field_note",
    "donor": "field_linked_agent, field_note",
    "originals": "field_note",
    "copies": "field_note",
    "relations": "field_note",
    "publications": "field_note",
    "notes": "field_note",
    "sources": "field_note",
}
_NOTES = [kind for kind, column in _COLUMNS.items() if column.endswith("field_note")]
_LABELS = {"custody": "Custody: ", "publications": "Published in: ", "date": "Date as written: "}
MAPPING = csv_descriptions.mapping(_COLUMNS) | {
    "variant_titles": "field_alt_title",
    "place.name": "field_note",
    "parts.file": "field_note; file (of pages)",
    "agents.kind": "field_linked_agent, field_subjects_name (person, corporate_body, family)",
}
HEADER = ("parent_id", "field_weight", "file", "field_model", "field_alt_title", *dict.fromkeys(
    column for columns in _COLUMNS.values() for column in columns.split(", ")
))  # fmt: skip


def write(records: Sequence[Record], _: ExportContext) -> bytes:
    """Return the table. Only pages have a `file`: other nodes are created without media."""
    return table(HEADER, (row for record in records for row in (_cells(record), *_pages(record))))


def _pages(record: Record) -> Iterator[dict[str, str]]:
    for number, part in enumerate(derived_facts.scans(record), 1):
        yield {
            "id": f"{record.id}--{part.id}",
            "parent_id": record.id,
            "field_weight": str(number),
            "file": f"{record.id}/{part.file}",
            "title": derived_facts.part_title(record, part),
            "field_model": _PAGE,
        }


def _cells(record: Record) -> dict[str, str]:
    contents = csv_descriptions.contents(record)
    if not (record.date and record.date.as_written):
        contents["date"] = []
    notes = [f"{_LABELS.get(kind, '')}{words}" for kind in _NOTES for words in contents[kind]]
    mentioned = derived_facts.agents(record, record.mentioned_agents)
    made = {column: contents[kind] for kind, column in _COLUMNS.items() if kind in contents}
    return {column: joined(values) for column, values in made.items()} | {
        "field_model": _PAGED if derived_facts.scans(record) else _MODEL,
        "field_alt_title": joined(record.variant_titles),
        "field_edtf_date_created": str((record.date and record.date.edtf) or ""),
        "field_linked_agent": joined(dict.fromkeys(_linked(record))),
        "field_subjects_name": joined(map(_name, mentioned)),
        "field_geographic_subject": joined(one.name for one in record.mentioned_places),
        "field_identifier": joined(one.uri or one.value for one in record.identifiers),
        "field_language": joined(map(_language, contents["language"])),
        "field_note": joined(notes),
    }


def _linked(record: Record) -> Iterator[str]:
    for agent in derived_facts.creators(record):
        yield f"relators:{relators.AUTHOR}:{_name(agent)}"
    for agent, role, _ in derived_facts.all_contributors(record):
        yield f"relators:{_CODES.get(role, relators.ASSOCIATED)}:{_name(agent)}"


def _name(agent: Agent) -> str:
    return f"{_VOCABULARIES.get(agent.kind, 'person')}:{agent.name}"


def _language(tag: str) -> str:
    """Return the name of a language, or its tag if the name is less specific."""
    name = language_name(tag)
    return name if name != tag and language_called(name) == tag else tag
