"""Each fault in a row is reported at its column, with a hint that shows what to write."""

from __future__ import annotations

import pytest

from archive_pkg.tables.checking.row_validation import row_faults
from archive_pkg.tables.schema.columns import tables

GOOD = {
    "letters": {"id": "a", "type": "letter", "title": "A"},
    "agents": {"letter": "a", "id": "ann", "name": "Ann", "kind": "person"},
    "parts": {"letter": "a", "id": "p", "kind": "scan", "file": "p.tif"},
    "evidence": {
        "letter": "a", "field": "title", "basis": "quoted",
        "at.part": "p", "at.start": "1", "at.end": "4", "at.exact": "abc",
    },
}  # fmt: skip


def codes(table: str, change: dict[str, str]) -> list[tuple[str, str]]:
    """Return column and code of each fault in a good row with this change."""
    row = {name: cell for name, cell in (GOOD[table] | change).items() if cell}
    return [(column, code.code) for column, code, _, _ in row_faults(tables()[table], row)]


def faults(table: str, change: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return column, message and hint of each fault in a good row with this change."""
    row = {name: cell for name, cell in (GOOD[table] | change).items() if cell}
    found = row_faults(tables()[table], row)
    return list(dict.fromkeys((column, message, hint) for column, _, message, hint in found))


@pytest.mark.parametrize(
    ("date", "hint"),
    [
        ("18.7.1960", "Write 1960-07-18, and “18.7.1960” in date.as_written."),
        ("3/4/1960", "Write 1960-04-03 or 1960-03-04, whichever is meant."),
        ("31.2.1960", "Correct the day; it does not exist."),
        ("n.d.", "Leave the cell empty if the date is unknown."),
        ("gibberish", "Write 1960-07-18, 1960-07 or 1960; "),
    ],
)
def test_the_hint_for_a_wrong_date_says_what_to_write(date: str, hint: str) -> None:
    ((column, message, given),) = faults("letters", {"date.edtf": date})
    assert (column, message) == ("date.edtf", f"“{date}” is not a date in EDTF")
    assert given.startswith(hint)
    assert given == hint or date == "gibberish"


def test_the_hint_for_a_date_names_the_column_for_the_date_as_written() -> None:
    change = {"access.status": "closed", "access.until.edtf": "18.7.1960"}
    assert [hint for column, _, hint in faults("parts", change) if column.endswith("edtf")] == [
        "Write 1960-07-18, and “18.7.1960” in access.until.as_written."
    ]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("18 July 1960", "Write 1960-07-18."),
        ("", "The date in the Extended"),
        ("someday", "The date in the Extended"),
    ],
)
def test_the_hint_for_a_missing_date_comes_from_the_date_as_written(
    written: str, hint: str
) -> None:
    change = {"access.until.as_written": written, "access.until.note": "n"}
    found = [each for each in faults("parts", change) if each[0] == "access.until.edtf"]
    assert [message for _, message, _ in found] == [
        "access.until.edtf is empty, but other cells of its group need it"
    ]
    assert found[0][2].startswith(hint)


@pytest.mark.parametrize(
    ("table", "change", "column", "message", "hint"),
    [
        ("letters", {"type": ""}, "type",
         "the cell is empty, but every row of letters needs type",
         "The type of document: letter, telegram, memorandum, memorandum-of-conversation, minutes, "
         "report, resolution, decision, note, speech, diary-entry, message, other, or the id of a "
         "type that the record defines in own_type."),
        ("letters", {"title": ""}, "title",
         "the cell is empty, but every row of letters needs title", "The title."),
        ("agents", {"letter": ""}, "letter",
         "the cell is empty, but every row of agents needs letter",
         "The letter that this row belongs to, by its id."),
        ("letters", {"place.as_written": "x"}, "place.name",
         "place.name is empty, but other cells of its group need it",
         'The name in the language of the record, "Moscow".'),
        ("parts", {"span.start": "2"}, "span.end",
         "span.end is empty, but other cells of its group need it",
         "The offset after the last character."),
        ("evidence", {"at.part": ""}, "at.part",
         "at.part is empty, but other cells of its group need it",
         "The part whose file has the words."),
        ("parts", {"held": "false"}, "file",
         "the part has held: false, but also a file, span or digest",
         "Remove them, or write held: true."),
        ("evidence", {"basis": "inferred"}, "basis",
         "basis is inferred, but rule is missing", "Add rule: the name of the rule."),
        ("agents", {"identifiers": "https://www.wikidata.org/wiki/Q42"}, "identifiers",
         "this is not an identifier with a scheme", "Write wikidata:Q42."),
        ("agents", {"identifiers": "wikidata:x"}, "identifiers",
         "“x” is not a Wikidata identifier", "The form is Q and digits, as in Q42."),
        ("agents", {"identifiers": "Q42"}, "identifiers",
         "this is not an identifier with a scheme",
         "Write scheme:value. The schemes are viaf, gnd, isni, orcid, ror, wikidata, ulan, lcnaf, "
         "lcsh, geonames, doi, handle, ark, url, local."),
        ("agents", {"identifiers": "https://example.org"}, "identifiers",
         "this is not an identifier with a scheme", "Write url:https://example.org."),
    ],
)  # fmt: skip
def test_a_fault_is_at_its_column_with_a_hint(
    table: str, change: dict[str, str], column: str, message: str, hint: str
) -> None:
    assert faults(table, GOOD[table]) == []
    assert faults(table, change) == [(column, message, hint)]


@pytest.mark.parametrize(
    ("identifier", "hint"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "Write orcid:0000-0002-1825-0097"),
        ("http://d-nb.info/gnd/118540238", "Write gnd:118540238"),
        ("https://viaf.org/viaf/x", "Write url:https://viaf.org/viaf/x."),
        ("ftp://e.org/x", "Write scheme:value. The schemes are viaf, "),
        ("orcid.org/0000-0002-1825-0097", "Write scheme:value. The schemes are viaf, "),
    ],
)
def test_the_hint_for_an_identifier_without_a_scheme_suggests_one(
    identifier: str, hint: str
) -> None:
    ((column, message, given),) = faults("agents", {"identifiers": identifier})
    assert (column, message) == ("identifiers", "this is not an identifier with a scheme")
    assert given.startswith(hint)
    assert set(codes("agents", {"identifiers": identifier})) == {
        ("identifiers", "record-value-wrong")
    }


def test_a_fault_of_a_group_of_columns_is_reported_at_one_column() -> None:
    assert codes("letters", {"date.note": "n"}) == [("date.note", "record-value-wrong")]
    assert codes("letters", {"place.identifiers": "wikidata:Q42"}) == [
        ("place.name", "record-field-missing")
    ]
    assert codes("letters", {"type": ""}) == [("type", "record-field-missing")]
