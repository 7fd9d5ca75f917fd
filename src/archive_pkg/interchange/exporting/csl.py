"""Write CSL-JSON for citation managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.dates import plain
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import shelfmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Record, WrittenDate

MAPPING = {
    "id": "id",
    "version": "version",
    "identifiers": "DOI, URL (the first of each)",
    "type": "type, genre",
    "title": "title",
    "number": "number",
    "authors": "author",
    "sender": "author",
    "signatories": "contributor",
    "recipients": "recipient",
    "participants.agent": "contributor",
    "date.edtf": "issued",
    "place.name": "event-place (if no talk or session is recorded)",
    "recorded.edtf": "event-date",
    "recorded.place.name": "event-place",
    "summary.text": "abstract",
    "subjects.term": "keyword",
    "parts.languages": "language (of the main text)",
    "parts.made_by": "translator, contributor (of the letter itself)",
    "holdings.repository": "archive (of the first holding)",
    "holdings.levels": "archive_collection, archive_location (of the first holding)",
    "holdings": "note (from the second holding on)",
    "publications": "note",
    "publications.editors": "editor (of the first publication with editors); note",
    "rights.statement": "note",
    "extent": "dimensions",
    **dict.fromkeys(derived_facts.RECEIPT, "annote"),
    "agents.name": "author, recipient, translator, editor, contributor, annote",
    "agents.name_parts.family": "family",
    "agents.name_parts.given": "given",
    "agents.name_parts.patronymic": "given",
    "agents.name_parts.suffix": "suffix",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the records as a list in CSL-JSON."""
    return to_json([_item(record, context) for record in records])


def _item(record: Record, context: ExportContext) -> dict[str, Any]:
    hands = [hand for hand in derived_facts.persons(record) if hand.is_own]
    others = dict.fromkeys(hand.agent for hand in hands if hand.role != "translator")
    others |= dict.fromkeys(one.agent for one in derived_facts.participants(record))
    recorded = record.recorded
    place = recorded.place if recorded else record.place
    holding = next(iter(record.holdings), None)
    top, _, below = shelfmark(holding).partition(", ") if holding else ("", "", "")
    doi = derived_facts.doi(record)
    urls = [item.value for item in record.identifiers if item.scheme == "url"]
    item = {
        "id": record.id,
        "type": record.document_type.csl,
        "genre": record.document_type.label,
        "number": record.number,
        "title": record.title,
        "author": [_name(agent) for agent in derived_facts.creators(record)],
        "recipient": [_name(agent) for agent in derived_facts.agents(record, record.recipients)],
        "translator": [_name(hand.agent) for hand in hands if hand.role == "translator"],
        "editor": [_name(agent) for agent in derived_facts.editors(record)],
        "contributor": [_name(agent) for agent in others],
        "issued": _date(record.date) if record.date else None,
        "event-date": _date(recorded) if recorded and recorded.edtf else None,
        "event-place": place.name if place else None,
        "abstract": record.summary.text if record.summary else None,
        "dimensions": record.extent,
        "keyword": ", ".join(subject.term for subject in record.subjects),
        "language": derived_facts.main_language(record),
        "archive": holding.repository if holding else None,
        "archive_collection": top,
        "archive_location": below,
        "publisher": context.publisher,
        "DOI": doi.value if doi else None,
        "URL": context.addresses.get(record.id) or next(iter(urls), None),
        "version": str(record.version),
        "note": "; ".join(_notes(record)),
        "annote": derived_facts.receipt(record),
    }
    return {key: value for key, value in item.items() if value}


def _notes(record: Record) -> Iterator[str]:
    yield from (f"Also kept at: {words}" for words in derived_facts.kept_at(record)[1:])
    yield from (f"Published in: {words}" for words in derived_facts.published_in(record))
    if record.rights:
        yield f"Rights: {record.rights.statement}"


def _name(agent: Agent) -> dict[str, str]:
    pieces = derived_facts.family_and_given(agent)
    if pieces:
        name = {"family": pieces.family, "given": pieces.given, "suffix": pieces.suffix}
        return {key: value for key, value in name.items() if value}
    return {"literal": agent.name}


def _date(date: WrittenDate) -> dict[str, Any]:
    edtf = date.edtf
    if edtf is None:
        return {"literal": date.words}
    # In CSL two dates mean a period, so a decade that contains the day is written as text.
    ends = [plain(end) for end in edtf.split("/")]
    issued: dict[str, Any] = {"literal": str(edtf)}
    if all(ends):
        issued = {"date-parts": [[int(number) for number in str(end).split("-")] for end in ends]}
    if edtf.uncertain or edtf.approximate:
        issued["circa"] = True
    return issued
