"""Write ArchivesSpace's bulk import of archival objects as CSV.

The top of the records is the resource into which the file is imported; it is not a row. `ead` has
the name that the finding aid in EAD 2002 gives the resource. ArchivesSpace reads numbered columns
(`people_agent_header_1`) until one is empty, but not more than ten subjects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import csv_descriptions
from archive_pkg.interchange.exporting.ead_levels import Component, level_attributes
from archive_pkg.names import slug
from archive_pkg.records.vocabularies import relators
from archive_pkg.records.vocabularies.languages import bibliographic_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.interchange.exporting.csv_descriptions import Row
    from archive_pkg.records.models import Record

_CODES = "ArchivesSpace field code (please don't edit this row)"
_LABELS = {
    "ead": "EAD ID (either this or URI is *REQUIRED*)",
    "ref_id": "Ref ID",
    "title": "Title (either or Date is *REQUIRED*)",
    "unit_id": "Component Unique Identifier",
    "hierarchy": "Hierarchical Relationship *REQUIRED*",
    "level": "Description Level *REQUIRED*",
    "other_level": "Other Level",
    "publish": "Publish?",
    "restrictions_flag": "Restrictions Apply?",
    "l_lang": "Language",
    "dates_label_1": "Date(1) Label",
    "begin_1": "Date(1) Begin",
    "end_1": "Date(1) end",
    "date_type_1": "Date(1) Type  *REQUIRED*",
    "expression_1": "Date(1) expression",
    "n_accessrestrict": "Access Restrictions",
    "n_acqinfo": "Acquisition Information",
    "n_custodhist": "Custodial History",
    "n_odd": "General",
    "n_physdesc": "Physical Description",
    "n_physloc": "Physical Location",
    "n_processinfo": "Processing Information",
    "n_relatedmaterial": "Related Materials",
    "n_scopecontent": "Scope and Contents",
    "n_userestrict": "Use Restrictions",
}
"""The columns that every file has, and what ArchivesSpace's template calls them."""

_AGENTS = {"person": "people", "organization": "corporate_entities", "family": "families"}
_HEADERS = "people_agent_header, corporate_entities_agent_header, families_agent_header"
_NOTES = {
    "extent": "n_physdesc",
    "summary": "n_scopecontent",
    "access": "n_accessrestrict",
    "rights": "n_userestrict",
    "custody": "n_custodhist",
    "donor": "n_acqinfo",
    "originals": "n_physloc",
    "relations": "n_relatedmaterial",
    "sources": "n_processinfo",
}
_SUBJECTS = {"genre": "genre_form", "subjects": "topical", "places": "geographic"}
_MOST_SUBJECTS = 10

MAPPING = csv_descriptions.mapping(
    _NOTES
    | dict.fromkeys(_SUBJECTS, "subject_term")
    | dict.fromkeys(("notes", "copies", "publications", "identifiers"), "n_odd")
    | {
        "id": "ref_id",
        "contents": "n_scopecontent",
        "title": "title",
        "date": "expression_1",
        "first": "begin_1",
        "last": "end_1",
        "language": "l_lang",
        "creators": f"{_HEADERS} (creator)",
        "names": f"{_HEADERS} (contributor)",
    }
) | {"agents.kind": f"{_HEADERS} (person, organization, family)"}


def write(records: Sequence[Record], _: ExportContext) -> bytes:
    """Return the table, with a row of field names above the row of field codes."""
    top, *below = csv_descriptions.arranged(records)
    resource = slug(top.content.title) or "finding-aid"
    rows = [{"ead": resource, "hierarchy": str(row.depth), **_cells(row)} for row in below]
    numbered = sorted({name for row in rows for name in row} - _LABELS.keys(), key=_order)
    header = [_CODES, *_LABELS, *numbered]
    labels = {name: name.replace("_", " ") for name in numbered} | _LABELS | {_CODES: "Field name"}
    return csv_descriptions.table(header, [labels, *rows])


def _order(name: str) -> tuple[str, int, str]:
    start, _, number = name.rpartition("_")
    if number.isdecimal():
        return start.partition("_")[0], int(number), name
    subject, number, _ = name.split("_", 2)
    return subject, int(number), name


def _cells(row: Row) -> dict[str, str]:
    content = row.content
    if isinstance(content, Component):
        attributes = level_attributes(content.level)
        return {
            "title": content.title,
            "unit_id": content.number,
            "level": attributes["level"],
            "other_level": attributes.get("otherlevel", ""),
        }
    contents = csv_descriptions.contents(content)
    contents["summary"] += contents.pop("contents")
    subjects = [(term, kind) for name, kind in _SUBJECTS.items() for term in contents[name]]
    notes = [
        *contents["notes"],
        *contents["copies"],
        *(f"Published: {citation}" for citation in contents["publications"]),
        *(
            f"Identifier: {one.value} ({'; '.join(filter(None, (one.scheme, one.note)))})"
            for one in content.identifiers
        ),
        *(f"Heading: {term} ({kind})" for term, kind in subjects[_MOST_SUBJECTS:]),
    ]
    restricted = any(part.access and part.access.status != "open" for part in content.parts)
    return (
        {
            "ref_id": content.id,
            "title": content.title,
            "unit_id": "; ".join(level.value for level in row.levels),
            "level": "item",
            "restrictions_flag": "1" if restricted else "",
            "n_odd": "\n".join(notes),
        }
        | {column: "\n".join(contents[kind]) for kind, column in _NOTES.items()}
        | _date(contents)
        | _languages(contents["language"])
        | _agents(content)
        | {
            f"subject_{number}_{name}": value
            for number, (term, kind) in enumerate(subjects[:_MOST_SUBJECTS], 1)
            for name, value in (("term", term), ("type", kind), ("source", "local"))
        }
    )


def _date(contents: dict[str, list[str]]) -> dict[str, str]:
    first, last = "".join(contents["first"]), "".join(contents["last"])
    words = "".join(contents["date"])
    if not words:
        return {}
    single = not first or first == last
    return {
        "dates_label_1": "creation",
        "begin_1": first,
        "end_1": "" if single else last,
        "date_type_1": "single" if single else "inclusive",
        "expression_1": words,
    }


def _languages(tags: Sequence[str]) -> dict[str, str]:
    codes = list(dict.fromkeys(filter(None, map(bibliographic_code, tags))))
    return {f"l_lang_{n}" if n > 1 else "l_lang": code for n, code in enumerate(codes, 1)}


def _agents(record: Record) -> dict[str, str]:
    agents = {agent.id: (agent, "creator", "") for agent in derived_facts.creators(record)}
    people = [*derived_facts.persons(record), *derived_facts.participants(record)]
    codes = relators.MAKERS | {"signatory": relators.SIGNER}
    for agent, role, _ in people:
        agents.setdefault(agent.id, (agent, "subject", codes.get(role, "")))
    for agent, _, _ in derived_facts.addressees(record):
        agents.setdefault(agent.id, (agent, "subject", relators.ADDRESSEE))
    for agent in derived_facts.agents(record, record.mentioned_agents):
        agents.setdefault(agent.id, (agent, "subject", ""))
    cells: dict[str, str] = {}
    counts = dict.fromkeys(_AGENTS.values(), 0)
    for agent, role, relator in agents.values():
        if kind := _AGENTS.get(agent.kind):
            counts[kind] += 1
            for name, value in (("header", agent.name), ("role", role), ("relator", relator)):
                cells[f"{kind}_agent_{name}_{counts[kind]}"] = value
    return cells
