"""Describe records in tables, for the CSV formats of archival systems.

A format puts each kind of content into a column of its own. The levels of the archive become rows
above the documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg import csv_text
from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.dates import extremes, is_exact, plain
from archive_pkg.interchange.exporting import ead
from archive_pkg.interchange.exporting.ead_levels import arrange
from archive_pkg.names import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archive_pkg.interchange.exporting.ead_levels import Component
    from archive_pkg.records.models import HoldingLevel, Record

_PARTS = "summary, originals, copies, notes"
_FIELDS = {
    "id": "id",
    "version": "notes",
    "supersedes": "notes",
    "identifiers": "identifiers",
    "type": "genre",
    "title": "title",
    "variant_titles": "notes",
    "authors": "creators, notes",
    "sender": "creators",
    "signatories": "names, notes",
    "recipients": "names, notes",
    "copies_to": "names, notes",
    "participants.agent": "names, notes",
    "participants.part": "notes",
    "date.edtf": "first, last, notes",
    "date.as_written": "date",
    "date.calendar": "notes",
    "date.note": "notes",
    **dict.fromkeys(derived_facts.PARTICULARS, "notes"),
    "extent": "extent",
    "place.name": "places, notes",
    "classification": "notes",
    "summary.text": "summary",
    "summary.author": "summary",
    "subjects.term": "subjects",
    "mentioned_agents": "names",
    "mentioned_places.name": "places",
    **dict.fromkeys(
        (
            f"parts.{name}"
            for name in (
                "kind", "title", "held", "file", "media_type", "made_from", "part_of", "about",
                "made_by", "made.edtf", "method", "note",
            )
        ),
        _PARTS,
    ),
    "parts.languages": f"language, {_PARTS}",
    "parts.access.status": "access",
    "parts.access.until.edtf": "access",
    "parts.access.rule": "access",
    **dict.fromkeys(derived_facts.NOTES, "notes"),
    "enclosures.title": "contents",
    **dict.fromkeys(derived_facts.ITEMS, "contents"),
    **dict.fromkeys(derived_facts.RELATIONS, "relations"),
    "holdings": "originals, notes",
    "custody": "custody",
    "donor": "donor",
    "publications": "publications",
    "rights": "rights",
    "agents.name": "creators, names",
    "agents.role": "notes",
    **dict.fromkeys(
        (f"events.{name}" for name in
         ("type", "date", "agents", "objects", "sources", "outcome", "detail")),
        "sources",
    ),
    "evidence": "sources",
}  # fmt: skip
"""The kinds of content with each field of a record."""


class Row(NamedTuple):
    """A row: a level of an archive, or a document.

    Attributes:
        content: The level or the document.
        id: The id of the row.
        parent: The id of the row above; empty for the top.
        depth: The number of rows above.
        repository: The archive; empty if it is not known.
        levels: The levels of the archive that only the document has.
    """

    content: Component | Record
    id: str
    parent: str
    depth: int
    repository: str
    levels: Sequence[HoldingLevel] = ()


def mapping(columns: Mapping[str, str]) -> dict[str, str]:
    """Return where a format puts each field of a record.

    Args:
        columns: The column for each kind of content.
    """
    return {
        field: ", ".join(dict.fromkeys(columns[kind] for kind in kinds.split(", ")))
        for field, kinds in _FIELDS.items()
    }


def arranged(records: Sequence[Record]) -> Iterator[Row]:
    """Yield the levels of the archives and the documents below them, each after its parent."""
    top = arrange(records)
    taken = {record.id for record in records}
    waiting = [(top, "", "", 0)]
    while waiting:
        component, parent, above, depth = waiting.pop()
        repository = component.repository or above
        wanted = slug(" ".join((parent, component.title))) or "level"
        names = (wanted if not n else f"{wanted}-{n}" for n in range(len(taken) + 1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield Row(component, name, parent, depth, repository)
        for record, levels in component.items:
            kept = record.holdings[0].repository if record.holdings else ""
            yield Row(record, record.id, name, depth + 1, kept, levels)
        waiting += [
            (inner, name, repository, depth + 1) for inner in reversed(component.inner.values())
        ]


def contents(record: Record) -> dict[str, list[str]]:
    """Return the description of a document by the kinds of its content."""
    parts: dict[str, list[str]] = {}
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        section = ead.part_section(part, bonds[part.id])
        parts.setdefault(section, []).append(ead.part_in_words(record, part))
    people = [*derived_facts.persons(record), *derived_facts.participants(record)]
    people += derived_facts.addressees(record)
    creators = [one.name for one in derived_facts.creators(record)]
    mentioned = derived_facts.agents(record, record.mentioned_agents)
    names = dict.fromkeys(one.name for one in (*(one.agent for one in people), *mentioned))
    places = [*([record.place] if record.place else ()), *record.mentioned_places]
    kept = derived_facts.kept_at(record)
    first, last = _days(record)
    return {
        "id": [record.id],
        "title": [record.title],
        "date": [record.date.as_written or record.date.words] if record.date else [],
        "first": [first] if first else [],
        "last": [last] if last else [],
        "creators": creators,
        "names": [name for name in names if name not in creators],
        "genre": [record.document_type.label],
        "extent": [record.extent] if record.extent else [],
        "language": derived_facts.languages(record),
        "summary": [*ead.summary_words(record), *parts.get("scopecontent", ())],
        "contents": [
            *(f"Enclosed: {title}" for title in derived_facts.enclosed(record)),
            *derived_facts.items(record),
        ],
        "subjects": [subject.term for subject in record.subjects],
        "places": list(dict.fromkeys(place.name for place in places)),
        "access": list(derived_facts.restrictions(record)),
        "rights": list(ead.rights_words(record)),
        "custody": [record.custody] if record.custody else [],
        "donor": [f"Acquired from {record.agent(record.donor).name}."] if record.donor else [],
        "originals": [*kept[:1], *parts.get("originalsloc", ())],
        "copies": parts.get("altformavail", []),
        "relations": list(derived_facts.labelled_relations(record)),
        "publications": derived_facts.published_in(record),
        "notes": [
            *(f"Author: {one.name}" for one in derived_facts.agents(record, record.authors)),
            *(f"{one.role[0].upper()}{one.role[1:]}: {one.agent.name}" for one in people),
            *_notes(record),
            *ead.classification_words(record),
            *parts.get("odd", ()),
        ],
        "sources": [*ead.events_in_words(record), *derived_facts.evidence_words(record)],
    }


def _notes(record: Record) -> Iterator[str]:
    for title in record.variant_titles:
        yield f"Other title: {title}"
    if record.place:
        yield f"Place of writing: {record.place.name}"
    if record.version > 1 or record.supersedes:
        yield ead.version_in_words(record)
    date = record.date
    if date and date.edtf and not is_exact(date.edtf):
        yield f"Date in EDTF: {date.edtf}"
    if date and date.calendar:
        yield f"Calendar of the date: {date.calendar}"
    yield from ead.remarks_on(record)
    for agent in record.agents:
        if agent.role:
            yield f"{agent.name}: {agent.role}"


def _days(record: Record) -> tuple[str | None, str | None]:
    """Return the first and last year, month or day of the date, if a table can have them."""
    if record.date is None or record.date.edtf is None:
        return None, None
    day = plain(record.date.edtf)
    if day:
        return day, day
    first, last = extremes(record.date.edtf)
    return first, last


def table(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a CSV file with the columns of the header; a row without a value has an empty cell."""
    lines = [csv_text.line(header)]
    lines += (csv_text.line(row.get(name, "") for name in header) for row in rows)
    return "".join(lines).encode()


def joined(values: Iterable[str]) -> str:
    """Return the values of a cell with `|` between them; a `|` in a value becomes `/`."""
    return "|".join(re.sub(r"\s*\|\s*", " / ", value) for value in values)
