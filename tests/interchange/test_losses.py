"""The mappings are true: only the fields that they list are in the documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from examples import BARE, FULL, FULL_CONTEXT, TEXT, bare, full
from places import expected

from archive_pkg.interchange import FORMATS, export, find_format
from archive_pkg.interchange.losses import fields, leaves, losses, place_of
from archive_pkg.records.models import Record

WORDS = {
    "supersedes", "title", "variant_titles", "date.as_written", "date.note",
    "received.as_written", "received.note", "place.name", "place.as_written",
    "classification.as_written", "classification.caveats", "classification.history.note",
    "classification.history.date.as_written", "classification.history.date.note",
    "classification.level", "summary.text", "subjects.term", "mentioned_places.name",
    "mentioned_places.as_written", "parts.title", "parts.method", "parts.note",
    "parts.access.rule", "parts.made.as_written", "parts.made.note", "translation_notes.text",
    "translation_notes.rendering", "translation_notes.original", "translation_notes.romanized",
    "enclosures.title", "holdings.repository", "holdings.levels.name",
    "holdings.levels.value", "custody", "publications", "rights.statement", "agents.name",
    "agents.role",
    "agents.as_written", "agents.version", "agents.note", "events.type", "events.date.as_written",
    "events.date.note", "events.detail",
}  # fmt: skip
"""Fields to which `_marked` can give unique words, so that they can be found in a document."""


def _marked(value: Any, kind: str, marks: dict[str, list[str]]) -> Any:
    """Return the record with unique words in each of the `WORDS` fields."""
    if isinstance(value, dict):
        return {
            key: _marked(item, f"{kind}.{key}" if kind else key, marks)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_marked(item, kind, marks) for item in value]
    if kind in WORDS:
        mark = f"mark{sum(map(len, marks.values())) + 1}x"
        marks.setdefault(kind, []).append(mark)
        return mark
    return value


@pytest.mark.parametrize("name", FORMATS)
def test_a_field_is_in_the_document_exactly_if_the_mapping_has_it(name: str) -> None:
    marks: dict[str, list[str]] = {}
    # Evidence stays unchanged: only TEI uses it, and only its places.
    evidence = FULL["evidence"]
    marked = _marked(copy.deepcopy(FULL | {"evidence": []}), "", marks)
    record = Record.model_validate(marked | {"evidence": evidence})
    assert set(marks) == WORDS
    written = export(name, record, FULL_CONTEXT).decode()
    mapping = find_format(name).mapping
    for kind, words in marks.items():
        found = [word for word in words if word in written]
        place = place_of(mapping, kind)
        if place is None:
            assert not found, f"{name} has {kind}, and its mapping does not say so"
        elif "with evidence" not in place:
            assert found, f"{name} has no {kind}, and its mapping says it has"


@pytest.mark.parametrize("name", FORMATS)
def test_every_entry_of_a_mapping_names_a_field_of_the_record(name: str) -> None:
    known = set(fields())
    for field in find_format(name).mapping:
        assert field in known or any(other.startswith(f"{field}.") for other in known), field


def test_the_statements_of_a_record_are_known_fields() -> None:
    assert {kind for kind, _, _ in leaves(full())} <= set(fields())


@pytest.mark.parametrize("name", ["csl", "dc"])
def test_each_loss_names_the_place_in_the_record(name: str) -> None:
    report = losses(find_format(name), full(), {}, export(name, full(), FULL_CONTEXT))
    lines = [f"{each.location.field}: {each.message} [{each.code}]" for each in report]
    assert lines == expected(f"losses-{name}")


def lost(name: str, record: Record, document: bytes) -> set[str]:
    """Return the fields that are reported as lost, without the version, which Dublin Core lacks."""
    report = losses(find_format(name), record, document=document)
    fields = {str(each.location.field) for each in report if each.code == "crosswalk-field-lost"}
    return fields - {"version"}


def test_words_of_an_open_date_are_not_lost_if_the_document_has_them_anywhere() -> None:
    words = {"as_written": "in 1956/57", "note": "or 1957"}
    opened = Record.model_validate(BARE | {"date": words})
    assert lost("sword", opened, b'["In 1956/57, or 1957"]') == set()
    assert lost("sword", opened, b'["In 1956/57"]') == {"date.note"}
    assert lost("sword", opened, b'["or 1957"]') == {"date.as_written"}
    dated = Record.model_validate(BARE | {"date": words | {"edtf": "1957"}})
    assert lost("sword", dated, b'["In 1956/57, or 1957"]') == {"date.as_written", "date.note"}


def test_words_are_found_in_any_encoding_of_a_document() -> None:
    record = Record.model_validate(BARE | {"title": "Größe & <Maß>\nИ"})
    partial = "crosswalk-field-partial"
    for name in ("dc", "csl", "bibtex", "dataverse"):
        report = losses(find_format(name), record, document=export(name, record))
        assert not [each for each in report if each.code == partial], name
    escaped = b'["x 1 gr\\u00f6\\u00dfe ma\\u00df \\u0438"]'
    assert not [
        each
        for each in losses(find_format("csl"), record, document=escaped)
        if each.code == partial
    ]


def test_escapes_are_not_words_of_a_document() -> None:
    record = Record.model_validate(BARE | {"title": "gt"})
    for document, is_partial in ((b"<dc>&gt;</dc>", True), (b"<dc>gt</dc>", False)):
        report = losses(find_format("dc"), record, document=document)
        assert ("title" in {each.location.field for each in report}) is is_partial
    report = losses(find_format("dc"), full(), document=b"<dc/>")
    assert "translation_notes.plan.at" in {each.location.field for each in report}


def test_ids_within_a_record_do_not_count_as_fields() -> None:
    assert not {name for name in fields() if name.endswith(".id")}


def test_losses_name_each_field_once() -> None:
    report = losses(find_format("cmif"), full())
    lost = [item.message for item in report if item.code == "crosswalk-field-lost"]
    assert "CMIF leaves out salutation" in lost
    assert "CMIF leaves out evidence (9 times)" in lost
    assert "CMIF leaves out translation_notes" in lost
    assert len(lost) == len(set(lost))
    assert report.ok


def test_losses_name_dates_that_lose_precision() -> None:
    report = losses(find_format("cmif"), full())
    [date] = [item for item in report if item.code == "crosswalk-date-coarsened"]
    assert date.location.field == "received.edtf"


def test_losses_name_characters_that_xml_cannot_hold() -> None:
    record = bare().model_copy(update={"title": "odd \ufffe"})
    [finding] = [
        item for item in losses(find_format("dc"), record) if item.code.endswith("-replaced")
    ]
    assert finding.location.field == "title"
    texts = {"english": TEXT + "\f"}
    report = losses(find_format("tei"), full(), texts)
    assert [f.location.field for f in report if f.code.endswith("-replaced")] == ["parts.english"]
    for name, given in (("tei", {"english": TEXT}), ("premis", texts)):
        report = losses(find_format(name), full(), given)
        assert not [f for f in report if f.code.endswith("-replaced")]


def test_a_type_of_the_project_is_lost_in_part_where_only_its_label_is_written() -> None:
    own = {"label": "Five-year plan", "like": "report", "definition": "A plan of an economy."}
    planned = Record.model_validate(BARE | {"type": "plan", "own_type": own})
    for name, is_partial in (("ead3", True), ("mods", True), ("tei", False)):
        report = losses(find_format(name), planned, {}, export(name, planned, FULL_CONTEXT))
        partial = {str(one.location.field) for one in report if one.code.endswith("field-partial")}
        assert ("type" in partial) == is_partial, name
