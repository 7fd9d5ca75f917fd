"""The checks for Frictionless find exactly what the models refuse."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg.records import load_record
from archive_pkg.tables import package_files
from archive_pkg.tables.checking.frictionless_import import import_frictionless
from archive_pkg.tables.checking.row_validation import row_faults
from archive_pkg.tables.schema.columns import tables
from archive_pkg.tables.writing.data_package import table_schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GOOD = {
    "letters": {"id": "a", "type": "letter", "title": "A"},
    "agents": {"letter": "a", "id": "ann", "name": "Ann", "kind": "person"},
    "parts": {"letter": "a", "id": "p", "kind": "scan", "file": "p.tif"},
    "enclosures": {"letter": "a", "id": "e", "title": "E"},
    "events": {"letter": "a", "id": "e", "type": "creation"},
    "participants": {"letter": "a", "agent": "ann"},
    "items": {"letter": "a", "id": "i", "title": "I"},
    "relations": {"letter": "a", "kind": "reply-to", "title": "R"},
    "holdings": {"letter": "a", "repository": "H"},
    "publications": {"letter": "a", "citation": "C"},
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
"""A valid row of each table."""

ODD = [
    "", " ", "x", "X y", "-1", "0", "1", "007", "+1", "1e3", "9" * 19, "true", "TRUE", "false",
    "1960", "1960-13", "Q42", "wikidata:Q42", "gnd:1", "local:1 [note]", "\x07", "a\x07b",
    "closed", "open", "../x", "con", "a/b.txt", "рус", "en", "russian", "ab" * 32, "AB" * 32,
    "a;b", "a; ;b", "ann\n", "sha256:" + "ab" * 32, "quoted", "inferred", "summary", "title",
    "x" * 300,
]  # fmt: skip


def rows_of(table: str, rows: Iterable[dict[str, str]]) -> tuple[Any, list[Any]]:
    """Return a check that is ready for some rows, and the rows as Frictionless reads them."""
    frictionless = import_frictionless()
    from archive_pkg.tables.checking.frictionless_checks import RowCheck

    schema = table_schema(tables()[table]) | {"foreignKeys": [], "primaryKey": []}
    names = [column.name for column in tables()[table].columns]
    resource = frictionless.Resource(
        name=table,
        data=lambda: iter([names, *([row.get(name, "") for name in names] for row in rows)]),
        schema=frictionless.Schema.from_descriptor(schema),
    )
    check = RowCheck()
    check.connect(resource)
    with resource:
        check.validate_start()
        return check, list(resource.row_stream)


@pytest.mark.parametrize("table", GOOD)
def test_the_row_check_finds_the_faults_that_the_model_finds(table: str) -> None:
    """Change one column of one row at a time."""
    good = GOOD[table]
    assert set(tables()) == set(GOOD)
    changed = [
        good | {column.name: value}
        for column in tables()[table].columns
        for value in ODD
        if column.name != "letter"
    ]
    check, rows = rows_of(table, [good, *changed])
    for row, cells in zip(rows, [good, *changed], strict=True):
        found = [
            (fault.column, fault.message)
            for fault in check.faults(row.row_number, row.cells, row.errors)
        ]
        filled = {name: value for name, value in cells.items() if value}
        wanted = [(name, message) for name, _, message, _ in row_faults(tables()[table], filled)]
        assert found == wanted, cells
        unknown = {e.field_name for e in row.errors if e.type != "blank-row"} - {
            n for n, _ in found
        }
        assert not unknown, (cells, row.errors)


@pytest.mark.parametrize(
    ("table", "change", "good"),
    [
        ("parts", {"held": "false", "file": ""}, True),
        ("parts", {"held": "false"}, False),
        ("parts", {"held": "false", "file": "", "sha256": "ab" * 32}, False),
        ("parts", {"span.start": "0", "span.end": "1"}, True),
        ("parts", {"span.start": "1", "span.end": "1"}, False),
        ("parts", {"span.start": "2"}, False),
        ("translation_notes", {"at.end": "5"}, False),
        ("translation_notes", {"at.start": "2", "at.end": "5"}, True),
        ("translation_notes", {"at.start": ""}, False),
        ("evidence", {"basis": "inferred"}, False),
        ("evidence", {"basis": "inferred", "rule": "r"}, True),
        ("evidence", {"at.end": "9"}, False),
        ("letters", {"date.note": "n"}, False),
        ("letters", {"date.note": "n", "date.as_written": "in May"}, True),
        ("letters", {"place.as_written": "Kiev"}, False),
        ("letters", {"place.as_written": "Kiev", "place.name": "Kyiv"}, True),
    ],
)
def test_the_row_check_applies_the_rules_of_the_model_for_a_complete_row(
    table: str, change: dict[str, str], good: bool
) -> None:
    check, rows = rows_of(table, [GOOD[table] | change])
    row = rows[0]
    assert (list(check.faults(row.row_number, row.cells, row.errors)) == []) == good


def test_frictionless_finds_the_checks_by_their_types(letter: Path, tmp_path: Path) -> None:
    """Run in a separate process, since the plugins of Frictionless stay loaded."""
    for name, data in package_files([load_record(letter)], "letters").items():
        text = data.decode()
        if name.endswith("letters.csv"):
            text = text.replace(",1960-07-18,", ",1960-13-18,")
        if name.endswith("parts.csv"):
            text = text.replace("note-to-prc", "note-to-pcr", 1)
        if name.endswith("agents.csv"):
            text = text.replace("N. Khrushchev", " N. Khrushchev")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    code = """
import sys, warnings
warnings.simplefilter("ignore")
from frictionless import Check, Checklist, Package
types = ("archive-row", "archive-text", "archive-reference", "archive-letter")
checks = [Check.from_descriptor({"type": name}) for name in types]
report = Package("datapackage.json").validate(Checklist(checks=checks))
for task in report.tasks:
    for error in task.errors:
        print(task.name, error.row_number, error.field_name)
report.to_json()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "letters 2 date.edtf",
        "enclosures 2 part",
        "agents 3 name",
        "evidence 21 field",
    ]
