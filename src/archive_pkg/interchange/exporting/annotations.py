"""Write the evidence and the notes of a record as W3C Web Annotations (2017), in JSON-LD.

Each piece of evidence is an annotation of the words that it quotes. Its bodies are the statement,
what the statement rests on, and the path of the statement in the record. Evidence that quotes
nothing is an annotation of the document. Notes in a text and headings of items are annotations,
too. A place in a text has two selectors, by position and by words; each is enough to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting.schema_org import file_id
from archive_pkg.interchange.json_text import to_json
from archive_pkg.records.display import FIELDS, OF_AGENTS, label, words
from archive_pkg.records.statement_index import StatementIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Evidence, Quote, Record

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_KINDS = {"person": "Person", "organization": "Organization", "software": "Software"}

STATEMENTS = (
    *(name for name in FIELDS if name != "summary"),
    *("summary.text", "summary.author", "agents.name", "agents.role"),
)
"""The fields whose values statements in words contain."""

MAPPING = {
    **dict.fromkeys(STATEMENTS, "body (of statements with evidence)"),
    "id": "id",
    "title": "AnnotationCollection, label",
    "items.at": "target",
    "evidence": "Annotation",
    "translation_notes.kind": "Annotation, body",
    "translation_notes.at": "target",
    "translation_notes.text": "Annotation, body",
    "translation_notes.rendering": "Annotation, body",
    "translation_notes.original": "Annotation, body",
    "translation_notes.romanized": "Annotation, body",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the annotations of a record, as one page of a collection."""
    [record] = records
    found = list(annotations_of(record, context))
    page = {
        "@context": CONTEXT,
        "id": f"{base(record, context)}annotations",
        "type": "AnnotationPage",
        "partOf": {
            "id": f"{base(record, context)}annotation-collection",
            "type": "AnnotationCollection",
            "label": record.title,
            "total": len(found),
        },
        "startIndex": 0,
        "items": found,
    }
    return to_json(page)


def base(record: Record, context: ExportContext) -> str:
    """Return the beginning of the identifiers of a document's annotations."""
    page = context.addresses.get(record.id)
    return f"{page}#" if page else f"arcp://name,{record.id}/"


def annotations_of(record: Record, context: ExportContext) -> Iterator[dict[str, Any]]:
    """Yield the annotations of a record, in the order of its evidence, notes and items."""
    statements = StatementIndex(record)
    start = base(record, context)
    for number, evidence in enumerate(record.evidence, 1):
        bodies = {
            "describing": _statement(record, evidence, statements),
            "commenting": derived_facts.rests_on(record, evidence),
            "tagging": evidence.field,
        }
        made = _annotation(f"{start}evidence-{number}", "describing", bodies)
        if evidence.agent:
            agent = record.agent(evidence.agent)
            kind = {"type": _KINDS[agent.kind]} if agent.kind in _KINDS else {}
            made["creator"] = {"id": f"{start}agent-{agent.id}", **kind, "name": agent.name}
        yield made | {"target": _target(record, evidence.at, context)}
    notes = dict(derived_facts.note_words(record))
    for note in record.translation_notes:
        bodies = {"commenting": notes[note.id], "tagging": f"translation_notes.{note.id}"}
        made = _annotation(f"{start}note-{note.id}", "commenting", bodies)
        yield made | {"target": _target(record, note.at, context)}
    for item in record.items:
        if item.at:
            bodies = {"describing": words(record, item), "tagging": f"items.{item.id}"}
            made = _annotation(f"{start}item-{item.id}", "describing", bodies)
            yield made | {"target": _target(record, item.at, context)}


def _annotation(name: str, motivation: str, bodies: dict[str, str]) -> dict[str, Any]:
    return {
        "id": name,
        "type": "Annotation",
        "motivation": motivation,
        "body": [
            {"type": "TextualBody", "value": value, "format": "text/plain", "purpose": purpose}
            for purpose, value in bodies.items()
        ],
    }


def _statement(record: Record, evidence: Evidence, statements: StatementIndex) -> str:
    """Return a statement in words, such as `Date: 1961-03-03 (“3 March 1961”)`."""
    field, _, rest = evidence.field.partition(".")
    name = f"{label(field)} ({rest})" if rest else label(field)
    if evidence.value:
        return f"{name}: {evidence.value} (not the value in the record)"
    value = statements.value(evidence.field)
    return f"{name}: {words(record, value, of_agents=field in OF_AGENTS, dates=str)}"


def _target(record: Record, at: Quote | None, context: ExportContext) -> Any:
    """Return the words that an annotation is about, or the document."""
    if at is None:
        return context.addresses.get(record.id) or f"{base(record, context)}document"
    file = record.part(at.part).file
    around = {"prefix": at.prefix, "suffix": at.suffix}
    return {
        "source": context.file_addresses.get(at.part)
        or (file_id(record, file, context) if file and record.id not in context.addresses else None)
        or f"{base(record, context)}part-{at.part}",
        "selector": [
            {"type": "TextPositionSelector", "start": at.start, "end": at.end},
            {"type": "TextQuoteSelector", "exact": at.exact}
            | {name: said for name, said in around.items() if said},
        ],
    }
