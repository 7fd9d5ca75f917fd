"""Write RO-Crate 1.3: the file `ro-crate-metadata.json` at the root of a crate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.dates import is_exact, plain
from archive_pkg.interchange.exporting import schema_org
from archive_pkg.interchange.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.exporting.schema_org import Thing
    from archive_pkg.records.models import Event, Record

_STATUS: dict[str | None, dict[str, str]] = {
    "success": {"@id": "http://schema.org/CompletedActionStatus"},
    "fail": {"@id": "http://schema.org/FailedActionStatus"},
}
VERSION = "https://w3id.org/ro/crate/1.3"

MAPPING = schema_org.MAPPING | {
    "events.type": "Action, name",
    "events.date": "Action, endTime (a year, month or day); description",
    "events.agents": "Action, agent",
    "events.objects": "Action, result of what makes, object of all else",
    "events.sources": "Action, object",
    "events.outcome": "Action, actionStatus; description of a warning",
    "events.detail": "Action, description",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record as a crate's metadata."""
    [record] = records
    graph = [*_crate(record, context), *schema_org.things(record, context)]
    graph += schema_org.files(record, context, "File")
    graph += [_action(record, event, context) for event in record.events]
    return to_json({"@context": f"{VERSION}/context", "@graph": schema_org.merged(graph)})


def _crate(record: Record, context: ExportContext) -> Iterator[Thing]:
    yield {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": VERSION},
    }
    rights = record.rights
    root: Thing = {
        "@id": "./",
        "@type": "Dataset",
        "name": record.title,
        "description": record.summary.text
        if record.summary
        else f"{record.document_type.label} with its description: {record.title}",
        "identifier": record.id,
        "license": {"@id": "#rights"},
        "mainEntity": {"@id": schema_org.letter_id(record, context)},
        "hasPart": [{"@id": schema_org.file_id(record, path, context)} for path in record.files],
    }
    if context.made:
        root["datePublished"] = context.made
    if context.publisher:
        root["publisher"] = {"@id": "#publisher"}
        yield {"@id": "#publisher", "@type": "Organization", "name": context.publisher}
    yield root
    yield {
        "@id": "#rights",
        "@type": "CreativeWork",
        "name": (rights.licence if rights else None) or "Rights statement",
        "description": rights.statement if rights else "The record does not state the rights.",
    }


def _action(record: Record, event: Event, context: ExportContext) -> Thing:
    date = event.date
    words = [
        event.detail,
        f"Date: {date.edtf}" if date and not is_exact(date.edtf) else None,
        f"Date as written: {date.as_written}" if date and date.as_written else None,
        date.note if date else None,
        "Outcome: warning" if event.outcome == "warning" else None,
    ]
    makes = derived_facts.makes(event)
    sources, objects = (
        [schema_org.part_id(name) for name in names] for names in (event.sources, event.objects)
    )
    # An event without sources and objects is about the letter itself.
    concerned = objects or ([] if sources else [schema_org.letter_id(record, context)])
    action = {
        "@id": f"#event-{event.id}",
        "@type": "CreateAction" if makes else "Action",
        "name": event.type,
        "endTime": plain(date.edtf) if date else None,
        "actionStatus": _STATUS.get(event.outcome),
        "agent": [
            {"@id": schema_org.agent_id(a)} for a in derived_facts.agents(record, event.agents)
        ],
        "object": [{"@id": name} for name in (sources if makes else sources + concerned)],
        "result": [{"@id": name} for name in concerned] if makes else [],
        "description": "; ".join(filter(None, words)),
    }
    return {key: value for key, value in action.items() if value}
