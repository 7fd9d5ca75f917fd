"""InvenioRDM's metadata for its REST API, which Zenodo takes: the body of one draft."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from archive_pkg.crosswalks import datacite, views
from archive_pkg.crosswalks.addresses import is_address
from archive_pkg.crosswalks.dates import w3cdtf
from archive_pkg.crosswalks.json_text import to_json
from archive_pkg.records.wording import marking_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.crosswalks.setting import Setting
    from archive_pkg.records.models import Agent, Record

MAPPING = {
    "id": "identifiers, other",
    "version": "version",
    "identifiers": "identifiers",
    "title": "title",
    "variant_titles": "additional_titles",
    "sender": "creators",
    "signatories": "contributors; additional_descriptions, other",
    "recipients": "contributors; additional_descriptions, other",
    "copies_to": "contributors; additional_descriptions, other",
    "date.edtf": "dates, created",
    "date.as_written": "dates, description",
    "classification.as_written": "additional_descriptions, other",
    "classification.caveats": "additional_descriptions, other",
    "classification.scheme": "additional_descriptions, other",
    "classification.level": "additional_descriptions, other",
    "classification.history.action": "additional_descriptions, other",
    "classification.history.date.edtf": "additional_descriptions, other",
    "classification.history.by": "additional_descriptions, other",
    "classification.history.level": "additional_descriptions, other",
    "classification.history.note": "additional_descriptions, other",
    "summary.text": "description",
    "summary.author": "contributors",
    "subjects.term": "subjects",
    "parts.made_by": "contributors",
    "publications": "references",
    "rights.statement": "rights, description",
    "rights.licence": "rights, id (of Creative Commons) or link",
    "agents.name": "person_or_org, name",
    "agents.kind": "person_or_org, type",
    "agents.identifiers": "person_or_org, identifiers",
}

_KNOWN_LICENCE = re.compile(r"cc0-1\.0|cc-by(?:-nc)?(?:-sa|-nd)?-[1-4]\.0")
"""Licences that every InvenioRDM knows by their id; one that it does not know, it refuses."""
_ROLES = {"translator": "translator"}
"""Roles that its vocabulary has; the others are "other", and a description says what they are."""
_IDENTIFIERS = frozenset(["orcid", "gnd", "isni"])
"""Schemes that InvenioRDM takes for people and bodies."""


def write(records: Sequence[Record], setting: Setting) -> bytes:
    """The body of a request that makes a draft."""
    [record] = records
    document: dict[str, Any] = {"metadata": describe(record, setting)}
    doi = views.doi(record)
    if doi:
        document["pids"] = {"doi": {"identifier": doi.value, "provider": "external"}}
    return to_json(document)


def describe(record: Record, setting: Setting) -> dict[str, Any]:
    """The record as InvenioRDM's metadata; what it demands and nobody knows is `:unkn` or 0000."""
    summary = record.summary.text if record.summary else ""
    metadata: dict[str, Any] = {
        "resource_type": {"id": "publication-other"},
        "title": record.title,
        "additional_titles": [
            {"title": title, "type": {"id": "alternative-title"}} for title in record.variant_titles
        ],
        "creators": [{"person_or_org": _name(agent)} for agent in views.creators(record)]
        or [{"person_or_org": {"type": "organizational", "name": datacite.UNKNOWN}}],
        "contributors": list(_contributors(record)),
        "publication_date": setting.made or datacite.NO_YEAR,
        "publisher": setting.publisher,
        "description": f"<p>{escape(summary)}</p>" if summary else None,
        "additional_descriptions": [
            {"description": escape(words), "type": {"id": "notes"}}
            for words in views.open_dates(record)
        ]
        + [{"description": escape(words), "type": {"id": "other"}} for words in _remarks(record)],
        "subjects": [{"subject": subject.term} for subject in record.subjects],
        "dates": list(_dates(record)),
        "identifiers": [
            {"identifier": record.id, "scheme": "other"},
            *(
                {"identifier": item.uri or item.value, "scheme": "url" if item.uri else "other"}
                for item in record.identifiers
                if item.scheme != "doi"
            ),
        ],
        "rights": list(_rights(record)),
        "references": [{"reference": citation} for citation in record.publications],
        "version": str(record.version),
    }
    return {key: value for key, value in metadata.items() if value}


def _name(agent: Agent) -> dict[str, Any]:
    """A person is cut into family and given name only where the record's form does so."""
    said: dict[str, Any]
    if agent.kind == "person":
        halves = views.family_and_given(agent)
        said = {"type": "personal", "family_name": halves.family if halves else agent.name}
        said |= {"given_name": halves.all_given} if halves else {}
    else:
        said = {"type": "organizational", "name": agent.name}
    known = [
        {"scheme": item.scheme, "identifier": item.value}
        for item in agent.identifiers
        if item.scheme in _IDENTIFIERS
    ]
    return said | ({"identifiers": known} if known else {})


def _contributors(record: Record) -> Iterator[dict[str, Any]]:
    hands = (*views.persons(record), *views.addressees(record))
    kinds = dict.fromkeys((agent, _ROLES.get(role, "other")) for agent, role, _ in hands)
    for agent, kind in kinds:
        yield {"person_or_org": _name(agent), "role": {"id": kind}}


def _remarks(record: Record) -> Iterator[str]:
    if record.classification:
        yield f"Marked: {marking_in_words(record)}"
    hands = (*views.persons(record), *views.addressees(record))
    roles = [f"{agent.name} ({role})" for agent, role, _ in hands if role not in _ROLES]
    if roles:
        yield f"Contributors: {'; '.join(roles)}"


def _dates(record: Record) -> Iterator[dict[str, Any]]:
    words = w3cdtf(record.date.edtf) if record.date and record.date.edtf else None
    if record.date and words:
        said = {"date": words, "type": {"id": "created"}}
        written = record.date.as_written
        yield said | ({"description": written} if written else {})


def _rights(record: Record) -> Iterator[dict[str, Any]]:
    rights = record.rights
    if rights and rights.licence and _KNOWN_LICENCE.fullmatch(rights.licence.lower()):
        yield {"id": rights.licence.lower()}
    if rights:
        link = rights.licence if rights.licence and is_address(rights.licence) else None
        said: dict[str, Any] = {"title": {"en": "Rights"}, "description": {"en": rights.statement}}
        yield said | ({"link": link} if link else {})
