"""Write AtoM's CSV of archival descriptions (ISAD(G), the columns of AtoM 2.8).

The levels of the archive are rows above the documents. Everything is a draft in AtoM until its user
publishes it. AtoM makes an authority record for each actor and name.

What only programs did, such as packing or computing checksums, is left out: it is preservation
metadata, for which AtoM has no column. Its events (`eventTypes`) are relations of persons and
bodies to the document, its archival history (ISAD(G) 3.2.3) is about custody, and its archivist's
note (3.7.1) about the description, to which what people did, such as a translation, is closest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import csv_descriptions
from archive_pkg.interchange.exporting.csv_descriptions import joined
from archive_pkg.interchange.exporting.ead import events_in_words
from archive_pkg.interchange.exporting.ead_levels import Component, level_attributes
from archive_pkg.reports import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.exporting.csv_descriptions import Row
    from archive_pkg.records.models import Event, HoldingLevel, Record

HEADER = (
    "legacyId", "parentId", "qubitParentSlug", "accessionNumber", "identifier", "title",
    "levelOfDescription", "extentAndMedium", "repository", "archivalHistory", "acquisition",
    "scopeAndContent", "appraisal", "accruals", "arrangement", "accessConditions",
    "reproductionConditions", "language", "script", "languageNote", "physicalCharacteristics",
    "findingAids", "locationOfOriginals", "locationOfCopies", "relatedUnitsOfDescription",
    "publicationNote", "digitalObjectPath", "digitalObjectURI", "generalNote",
    "subjectAccessPoints", "placeAccessPoints", "nameAccessPoints", "genreAccessPoints",
    "descriptionIdentifier", "institutionIdentifier", "rules", "descriptionStatus",
    "levelOfDetail", "revisionHistory", "languageOfDescription", "scriptOfDescription", "sources",
    "archivistNote", "publicationStatus", "physicalObjectName", "physicalObjectLocation",
    "physicalObjectType", "alternativeIdentifiers", "alternativeIdentifierLabels", "eventDates",
    "eventTypes", "eventStartDates", "eventEndDates", "eventActors", "eventActorHistories",
    "culture",
)  # fmt: skip
"""AtoM's columns, in the order of its example."""

_COLUMNS = {
    "id": "legacyId",
    "title": "title",
    "date": "eventDates",
    "first": "eventStartDates",
    "last": "eventEndDates",
    "creators": "eventActors",
    "identifiers": "alternativeIdentifiers",
    "genre": "genreAccessPoints",
    "names": "nameAccessPoints",
    "extent": "extentAndMedium",
    "language": "language",
    "summary": "scopeAndContent",
    "contents": "scopeAndContent",
    "subjects": "subjectAccessPoints",
    "places": "placeAccessPoints",
    "access": "accessConditions",
    "rights": "reproductionConditions",
    "custody": "archivalHistory",
    "donor": "acquisition",
    "originals": "locationOfOriginals",
    "copies": "locationOfCopies",
    "relations": "relatedUnitsOfDescription",
    "publications": "publicationNote",
    "notes": "generalNote",
    "sources": "archivistNote",
}
_SEVERAL = {
    "creators", "genre", "names", "subjects", "places", "publications", "notes", "sources",
}  # fmt: skip
"""The kinds of content whose columns can have several values. Other columns have lines."""
_LEVELS = {"recordgrp": "Record group"}

MAPPING = csv_descriptions.mapping(_COLUMNS)


def write(records: Sequence[Record], _: ExportContext) -> bytes:
    """Return the table."""
    return csv_descriptions.table(HEADER, map(_cells, csv_descriptions.arranged(records)))


def _cells(row: Row) -> dict[str, str]:
    content = row.content
    cells = _level(content) if isinstance(content, Component) else _document(content, row.levels)
    return {
        "legacyId": row.id,
        "parentId": row.parent,
        "repository": row.repository,
        "publicationStatus": "Draft",
        "culture": "en",
    } | cells


def _level(component: Component) -> dict[str, str]:
    attributes = level_attributes(component.level)
    level = attributes["level"]
    name = component.level if level == "otherlevel" else _LEVELS.get(level, level)
    ends = (component.first, component.last)
    # The dates of some documents are not those of a level with undated documents.
    is_dated = all(record.date and record.date.edtf for record in component.records)
    days = [day.isoformat() for day in ends if day and is_dated]
    dates = dict(zip(("eventStartDates", "eventEndDates"), days, strict=False))
    return dates | {
        "identifier": component.number,
        "title": component.title,
        "levelOfDescription": name.capitalize(),
        "extentAndMedium": f"{counted(len(component.records), 'item')} described",
        "eventTypes": "Creation" if dates else "",
    }


def _document(record: Record, levels: Sequence[HoldingLevel]) -> dict[str, str]:
    contents = csv_descriptions.contents(record)
    contents["summary"] += contents.pop("contents")
    told = record.model_copy(update={"events": _history(record)})
    contents["sources"] = [*events_in_words(told), *derived_facts.evidence_words(record)]
    languages = contents.pop("language")
    creators = contents["creators"]
    identifiers = record.identifiers
    dated = contents["date"] or contents["first"]
    cells = {
        _COLUMNS[kind]: joined(values) if kind in _SEVERAL else "\n".join(values)
        for kind, values in contents.items()
    }
    # Each further creator is an event without a date.
    nulls = ["NULL"] * (max(len(creators), 1) - 1)
    for column in ("eventDates", "eventStartDates", "eventEndDates"):
        cells[column] = joined([cells[column], *nulls]) if cells[column] else ""
    return cells | {
        "identifier": "; ".join(level.value for level in levels) or record.id,
        "levelOfDescription": "Item",
        "language": joined(dict.fromkeys(tag.partition("-")[0] for tag in languages)),
        "script": joined(_scripts(languages)),
        "alternativeIdentifiers": joined(
            f"{one.value} ({one.note})" if one.note else one.value for one in identifiers
        ),
        "alternativeIdentifierLabels": joined(one.scheme for one in identifiers),
        "eventTypes": joined(["Creation"] * max(len(creators), bool(dated))),
    }


def _history(record: Record) -> tuple[Event, ...]:
    """Return the events without those that only programs took part in."""
    programs = {agent.id for agent in record.agents if agent.kind == "software"}
    return tuple(
        one for one in record.events if not (one.agents and programs.issuperset(one.agents))
    )


def _scripts(tags: Iterable[str]) -> list[str]:
    subtags = [part for tag in tags for part in tag.split("-")[1:]]
    return list(dict.fromkeys(part for part in subtags if len(part) == 4 and part.isalpha()))
