"""The quick look at whole columns: it stops what the models refuse, and nothing that is good."""

from __future__ import annotations

import pytest

from archive_pkg.tables.items import row_faults
from archive_pkg.tables.layout import tables
from archive_pkg.tables.screening import Screen
from archive_pkg.tables.sheets import Rows

GOOD = {
    "letters": {"id": "a", "type": "letter", "title": "A"},
    "agents": {"letter": "a", "id": "ann", "name": "Ann", "kind": "person"},
    "parts": {"letter": "a", "id": "p", "kind": "scan", "file": "p.tif"},
    "enclosures": {"letter": "a", "id": "e", "title": "E"},
    "events": {"letter": "a", "id": "e", "type": "creation"},
    "mentioned_places": {"letter": "a", "name": "Kyiv"},
    "subjects": {"letter": "a", "term": "Law"},
    "classification_history": {"letter": "a", "action": "declassified"},
    "translation_notes": {
        "letter": "a", "id": "n", "kind": "insertion",
        "at.part": "p", "at.start": "1", "at.end": "4", "at.exact": "abc",
    },
    "evidence": {
        "letter": "a", "field": "title", "basis": "quoted",
        "at.part": "p", "at.start": "1", "at.end": "4", "at.exact": "abc",
    },
}  # fmt: skip
"""A good row of each table."""

ODD = [
    "", " ", "x", "X y", "-1", "0", "1", "007", "1e3", "9" * 18, "9" * 19, "true", "TRUE", "false",
    "1960", "1960-13", "Q42", "wikidata:Q42", "gnd:1", "local:1 [note]", "\x07", "a\x07b",
    "closed", "open", "../x", "con", "a/b.txt", "рус", "en", "russian", "ab" * 32, "AB" * 32,
    "a;b", "a; ;b", "ann\nann", "sha256:" + "ab" * 32, "quoted", "inferred", "summary", "title",
    "x" * 300,
]  # fmt: skip


def suspects(table: str, *rows: dict[str, str]) -> set[int]:
    names = {name for row in rows for name in row}
    cells = {name: [row.get(name, "") for row in rows] for name in names}
    return Screen(tables()[table]).suspects(Rows(range(2, 2 + len(rows)), cells))


def is_good(table: str, row: dict[str, str]) -> bool:
    filled = {name: value for name, value in row.items() if value}
    return not list(row_faults(tables()[table], filled))


def test_there_is_a_good_row_of_each_table() -> None:
    assert set(GOOD) == set(tables())
    for table, row in GOOD.items():
        assert is_good(table, row), table
        assert suspects(table, row, row) == set(), table


@pytest.mark.parametrize("table", GOOD)
def test_each_value_that_the_model_refuses_is_stopped(table: str) -> None:
    """In one column of one row at a time; the row before and the row after are good."""
    good = GOOD[table]
    screen = Screen(tables()[table])
    for column in tables()[table].columns:
        for value in ODD:
            row = good | {column.name: value}
            if not is_good(table, row):
                cells = {name: [good.get(name, ""), row[name], good.get(name, "")] for name in row}
                found = screen.suspects(Rows(range(2, 5), cells))
                assert 1 in found, (column.name, value)
                assert found == {1} or column.name in UNJUDGED, (column.name, value)


UNJUDGED = ("access.status", "access.until.edtf", "access.rule")
"""Columns of which the model judges all that is filled."""


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("letters", "id", ["a", "A-1_b.c"]),
        ("letters", "version", ["1", "12", "9" * 18]),
        ("letters", "date.edtf", ["1960", "1960-07~/1961"]),
        ("letters", "received.as_written", ["in May"]),
        ("letters", "sender", ["ann", "ann; bob"]),
        ("letters", "identifiers", ["wikidata:Q42", "local:1 [note]; wikidata:Q1"]),
        ("letters", "custody", ["Kept.\nThen sold.", " kept "]),
        ("parts", "held", ["true"]),
        ("parts", "languages", ["en", "en; ru"]),
        ("parts", "sha256", ["ab" * 32]),
        ("parts", "made.edtf", ["1999"]),
        ("translation_notes", "at.prefix", [" ", "a"]),
        ("translation_notes", "language", ["ru"]),
        ("events", "date.edtf", ["1999-01-01"]),
        ("events", "outcome", ["success", "warning", "fail"]),
        ("classification_history", "date.edtf", ["1992"]),
    ],
)
def test_good_values_are_passed_without_a_closer_look(
    table: str, column: str, values: list[str]
) -> None:
    rows = [GOOD[table] | {column: value} for value in values]
    assert all(is_good(table, row) for row in rows)
    assert suspects(table, GOOD[table], *rows) == set()


@pytest.mark.parametrize(
    ("table", "change", "good"),
    [
        ("parts", {"held": "false", "file": ""}, True),
        ("parts", {"held": "false"}, False),
        ("parts", {"held": "false", "file": "", "sha256": "ab" * 32}, False),
        ("parts", {"held": "false", "file": "", "span.start": "0", "span.end": "1"}, False),
        ("parts", {"held": "true"}, True),
        ("parts", {"held": "true", "file": ""}, False),
        ("parts", {"file": ""}, False),
        ("parts", {"span.start": "0", "span.end": "1"}, True),
        ("parts", {"span.start": "1", "span.end": "1"}, False),
        ("parts", {"span.start": "2", "span.end": "1"}, False),
        ("parts", {"span.start": "2", "span.end": "10"}, True),
        ("parts", {"span.start": "2"}, False),
        ("translation_notes", {"at.end": "5"}, False),
        ("translation_notes", {"at.exact": "abcd"}, False),
        ("translation_notes", {"at.start": "2", "at.end": "5"}, True),
        ("translation_notes", {"at.start": ""}, False),
        ("translation_notes", {"at.end": "x"}, False),
        ("evidence", {"basis": "inferred"}, False),
        ("evidence", {"basis": "inferred", "rule": "r"}, True),
        ("evidence", {"basis": "supplied"}, False),
        ("evidence", {"basis": "supplied", "agent": "ann"}, True),
        ("evidence", {"basis": ""}, False),
        ("evidence", {"at.end": "9"}, False),
        ("letters", {"date.edtf": "1960"}, True),
        ("letters", {"date.note": "n"}, False),
        ("letters", {"received.note": "n"}, False),
        ("letters", {"date.note": "n", "date.as_written": "in May"}, True),
        ("letters", {"received.note": "n", "received.edtf": "1960"}, True),
        ("letters", {"place.as_written": "Kiev"}, False),
        ("letters", {"place.as_written": "Kiev", "place.name": "Kyiv"}, True),
    ],
)
def test_rules_of_a_whole_row_are_known(table: str, change: dict[str, str], good: bool) -> None:
    row = GOOD[table] | change
    assert is_good(table, row) == good
    found = suspects(table, GOOD[table], row, GOOD[table])
    assert found == (set() if good else {1})


def test_a_table_without_a_column_that_it_needs_is_looked_at_row_by_row() -> None:
    row = {"id": "a", "type": "letter"}
    assert suspects("letters", row, row) == {0, 1}
    quoted = {key: value for key, value in GOOD["evidence"].items() if key != "at.exact"}
    assert suspects("evidence", quoted, quoted) == {0, 1}


def test_a_value_is_judged_once_and_a_bad_one_each_time() -> None:
    screen = Screen(tables()["letters"])
    for _ in range(2):
        for value, wanted in (("1960", set()), ("1960-13", {0})):
            cells = {name: [cell] for name, cell in GOOD["letters"].items()}
            cells["date.edtf"] = [value]
            assert screen.suspects(Rows([2], cells)) == wanted
