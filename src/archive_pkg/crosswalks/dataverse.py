"""Dataverse's JSON for its native API: the citation block of one dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.crosswalks import datacite, views
from archive_pkg.crosswalks.dates import extremes, plain
from archive_pkg.crosswalks.json_text import to_json
from archive_pkg.records.wording import marking_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.crosswalks.setting import Setting
    from archive_pkg.records.dates import Edtf
    from archive_pkg.records.models import Agent, Record

SUBJECT = "Arts and Humanities"
"""The subject, of Dataverse's own list, unless another is given."""

MAPPING = {
    "id": "otherId",
    "identifiers": "otherId",
    "title": "title",
    "variant_titles": "alternativeTitle",
    "sender": "author",
    "signatories": "contributor",
    "date.edtf": "timePeriodCovered",
    "summary.text": "dsDescription",
    "summary.author": "contributor",
    "subjects.term": "keyword",
    "parts.made_by": "contributor",
    "classification.as_written": "notesText",
    "classification.caveats": "notesText",
    "classification.scheme": "notesText",
    "classification.level": "notesText",
    "classification.history.action": "notesText",
    "classification.history.date.edtf": "notesText",
    "classification.history.by": "notesText",
    "classification.history.level": "notesText",
    "classification.history.note": "notesText",
    "recipients": "contributor",
    "copies_to": "contributor",
    "translation_notes.kind": "notesText",
    "translation_notes.at": "notesText (the words alone)",
    "translation_notes.text": "notesText",
    "translation_notes.rendering": "notesText",
    "translation_notes.original": "notesText",
    "translation_notes.romanized": "notesText",
    "type": "kindOfData",
    "publications": "publication",
    "custody": "originOfSources",
    "rights.statement": "termsOfUse",
    "agents.name": "authorName, contributorName",
}


def write(records: Sequence[Record], setting: Setting) -> bytes:
    """The body of a request that makes a dataset."""
    [record] = records
    return to_json({"datasetVersion": describe(record, setting)})


def describe(record: Record, setting: Setting) -> dict[str, Any]:
    """The record as a version of a dataset."""
    fields = [field for field in _fields(record, setting) if field["value"] not in (None, "", [])]
    version: dict[str, Any] = {
        "metadataBlocks": {"citation": {"displayName": "Citation Metadata", "fields": fields}}
    }
    if record.rights:
        version["termsOfUse"] = record.rights.statement
    return version


def _fields(record: Record, setting: Setting) -> Iterator[dict[str, Any]]:
    yield _one("title", record.title)
    yield _many("alternativeTitle", list(record.variant_titles))
    yield _compounds(
        "otherId",
        [
            _group(("otherIdAgency", agency), ("otherIdValue", value))
            for agency, value in (
                ("record", record.id),
                *((item.scheme, item.value) for item in record.identifiers),
            )
        ],
    )
    yield _compounds("author", [_author(agent) for agent in views.creators(record)] or [_nobody()])
    contact = _group(
        ("datasetContactName", setting.given.get("Contact-Name")),
        ("datasetContactEmail", setting.given.get("Contact-Email")),
    )
    yield _compounds("datasetContact", [contact] if contact else [])
    summary = record.summary.text if record.summary else datacite.UNKNOWN
    yield _compounds("dsDescription", [_group(("dsDescriptionValue", summary))])
    subject = setting.given.get("Subject", SUBJECT)
    yield {
        "typeName": "subject",
        "multiple": True,
        "typeClass": "controlledVocabulary",
        "value": [subject],
    }
    yield _compounds("keyword", [_group(("keywordValue", s.term)) for s in record.subjects])
    yield _compounds(
        "publication", [_group(("publicationCitation", words)) for words in record.publications]
    )
    marking = [f"Marked: {marking_in_words(record)}"] if record.classification else []
    notes = [*marking, *(words for _, words in views.note_words(record))]
    yield _one("notesText", "\n".join(notes))
    yield _compounds(
        "contributor",
        [
            _group(("contributorName", f"{agent.name} ({role})"))
            for agent, role, _ in (*views.persons(record), *views.addressees(record))
        ],
    )
    date = record.date.edtf if record.date else None
    yield _compounds("timePeriodCovered", [_period(date)] if date else [])
    yield _many("kindOfData", [views.TYPE_NAMES[record.type]])
    yield _one("originOfSources", record.custody)


def _author(agent: Agent) -> dict[str, Any]:
    return _group(("authorName", agent.name))


def _nobody() -> dict[str, Any]:
    return _group(("authorName", datacite.UNKNOWN))


def _period(date: Edtf) -> dict[str, Any]:
    day = plain(date)
    first, last = (day, day) if day else extremes(date)
    return _group(("timePeriodCoveredStart", first), ("timePeriodCoveredEnd", last))


def _one(name: str, value: str | None) -> dict[str, Any]:
    return {"typeName": name, "multiple": False, "typeClass": "primitive", "value": value}


def _many(name: str, value: list[str]) -> dict[str, Any]:
    return {"typeName": name, "multiple": True, "typeClass": "primitive", "value": value}


def _compounds(name: str, value: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "typeName": name,
        "multiple": True,
        "typeClass": "compound",
        "value": [item for item in value if item],
    }


def _group(*pairs: tuple[str, str | None]) -> dict[str, Any]:
    return {name: _one(name, value) for name, value in pairs if value}
