"""Each rule of a resource's own schema is checked, and a malformed schema is reported."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.tables.checking.other_resources import check_other_resources
from archive_pkg.tables.reading import csv_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TEXT = {"name": "a", "type": "string"}
NUMBER = {"name": "n", "type": "integer"}
SHELF = {"fields": [NUMBER, TEXT]}


def found(
    folder: Path, rows: str, schema: Any = None, *others: dict[str, Any], **more: str
) -> list[tuple[str, str, str, str]]:
    """Return code, place, message and hint of each finding about a table with columns n and a."""
    (folder / "shelf.csv").write_text(rows if rows[:1] == "!" else "n,a\n" + rows)
    for name, text in more.items():
        (folder / f"{name}.csv").write_text(text)
    shelf = {"name": "shelf", "path": "shelf.csv", "schema": SHELF if schema is None else schema}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [shelf, *others]}))
    return [
        (f.code.removeprefix("tables-"), str(f.location.cell or f.location.field), f.message,
         f.hint)
        for f in check_other_resources(folder / "datapackage.json", [])
    ]  # fmt: skip


def brief(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
    return [row[:2] for row in rows]


def fields(**constraints: Any) -> dict[str, Any]:
    return {"fields": [NUMBER, TEXT | {"constraints": constraints}]}


def test_only_csv_files_with_a_schema_that_were_not_checked_yet_are_checked(tmp_path: Path) -> None:
    schema = {"fields": [NUMBER]}
    for name in ("one.csv", "two.tsv", "three.CSV", "four.txt", "five.csv", "six.csv"):
        (tmp_path / name).write_text("n\nx\n")
    resources = [
        {"name": name.partition(".")[0], "path": name, "schema": schema if name[0] != "s" else {}}
        for name in ("one.csv", "two.tsv", "three.CSV", "four.txt", "five.csv", "six.csv")
    ]
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": resources}))
    report = check_other_resources(path, [str(tmp_path / "five.csv")])
    assert [(f.code, f.location.table) for f in report] == [
        ("tables-cell-invalid", name) for name in ("one", "two", "three")
    ]


def test_the_encoding_comes_from_the_user_or_the_descriptor(tmp_path: Path) -> None:
    (tmp_path / "shelf.csv").write_bytes("n,a\n1,ä\n".encode("cp1252"))
    schema = fields(enum=["ä"])
    resource = {"name": "shelf", "path": "shelf.csv", "schema": schema}
    path = tmp_path / "datapackage.json"
    for declared, given, is_read in (({}, None, False), ({}, "cp1252", True),
                                     ({"encoding": "cp1252"}, None, True)):  # fmt: skip
        path.write_text(json.dumps({"resources": [resource | declared]}))
        assert (not list(check_other_resources(path, [], encoding=given))) is is_read


def test_invalid_cells_have_their_row_and_column(tmp_path: Path) -> None:
    assert brief(found(tmp_path, "1,A\n,\nx,A\n2\ny,B,z\n")) == [
        ("cell-invalid", "A4"),
        ("cell-invalid", "A6"),
    ]
    [(_, _, message, _)] = found(tmp_path, "x,A\n")
    assert "integer" in message


def test_cells_are_checked_in_blocks_and_the_header_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "_BLOCK", 4)
    rows = "".join(f"{n},A\n" for n in range(9)) + "x,A\n"
    assert brief(found(tmp_path, rows)) == [("cell-invalid", "A11")]
    schema = {"fields": [NUMBER, TEXT | {"name": "b"}]}
    header = [row for row in found(tmp_path, rows, schema) if row[0] == "header-invalid"]
    assert brief(header) == [("header-invalid", "B1")]
    assert header[0][2].startswith("incorrect label: ")


UNIQUE = {"constraints": {"unique": True}}


def test_keys_and_unique_fields_are_checked(tmp_path: Path) -> None:
    rows = "1,A\n1,B\n2,A\n1,A\n,\n,B\n"
    for key, cells in (
        ({"primaryKey": "n"}, ["A3", "A5"]),
        ({"primaryKey": ["n", "a"]}, ["A5"]),
        ({"uniqueKeys": [["a"], "n"]}, ["B4", "B5", "B7", "A3", "A5"]),
        ({"uniqueKeys": "a"}, []),
        ({"fields": [NUMBER, TEXT | UNIQUE]}, ["B4", "B5", "B7"]),
        ({"fields": [NUMBER | UNIQUE, TEXT], "primaryKey": "n"}, ["A3", "A5"]),
        ({"primaryKey": ["n", "b"]}, []),
        ({"primaryKey": ["n", 3]}, []),
        ({"primaryKey": []}, []),
        ({"primaryKey": {"n": 1}}, []),
    ):
        reported = found(tmp_path, rows, SHELF | key)
        assert brief(reported) == [("not-unique", cell) for cell in cells], key
    assert found(tmp_path, rows, SHELF | {"primaryKey": ["n", "a"]})[0][2:] == (
        "n, a: 1, A is also in row 2",
        "This key must be unique. Correct or delete one of the rows.",
    )
    assert found(tmp_path, ",B\n,B\n,\n", SHELF | {"primaryKey": "n"}) == []


def key(fields: Any, resource: Any, there: Any) -> dict[str, Any]:
    return {"foreignKeys": [{"fields": fields, "reference": {"resource": resource,
                                                             "fields": there}}]}  # fmt: skip


BOXES = {"name": "boxes", "path": "boxes.csv", "schema": {"fields": [NUMBER, TEXT]}}


@pytest.mark.parametrize(
    ("foreign", "cells"),
    [
        (key("n", "boxes", "n"), ["A3"]),
        (key(["n", "a"], "boxes", ["n", "a"]), ["A2", "A3"]),
        (key("n", "", "a"), ["A2", "A3"]),
        (key("n", "shelf", "n"), []),
        (key("n", "crates", "n"), []),
        (key("n", ["boxes"], "n"), []),
        (key("n", "boxes", "b"), []),
        (key("b", "boxes", "n"), []),
        (key(["n", "a"], "boxes", "n"), []),
        ({"foreignKeys": ["n"]}, []),
        ({"foreignKeys": [{"fields": "n", "reference": "boxes"}]}, []),
        ({"foreignKeys": "n"}, []),
    ],
)
def test_a_foreign_key_without_its_row_is_reported(
    tmp_path: Path, foreign: dict[str, Any], cells: list[str]
) -> None:
    rows = "1,A\n7,B\n,B\n"
    reported = found(tmp_path, rows, SHELF | foreign, BOXES, boxes="n,a\n1,B\n2,A\n")
    assert brief(reported) == [("no-parent", cell) for cell in cells]
    if len(cells) == 1:
        assert reported[0][2:] == (
            "boxes does not have a row with 7",
            "Add the row to boxes, or correct the cell.",
        )


@pytest.mark.parametrize(
    ("pattern", "schema", "cells"),
    [
        ("[A-Z]+", {}, ["B3"]),
        ("A|B", {}, ["B3", "B4"]),
        ("[a-z]+", {"missingValues": ["A", "BB"]}, ["B5"]),
        ("[A-Z]+", {"missingValues": []}, ["B3", "B5"]),
        (3, {}, []),
        (None, {}, []),
    ],
)
def test_a_pattern_must_match_the_complete_cell(
    tmp_path: Path, pattern: Any, schema: dict[str, Any], cells: list[str]
) -> None:
    rows = "1,A\n2,a\n3,BB\n4,\n"
    reported = found(tmp_path, rows, fields(pattern=pattern) | schema)
    assert brief(reported) == [("cell-invalid", cell) for cell in cells]
    if cells == ["B3"]:
        assert reported[0][2] == "“a” does not match the pattern [A-Z]+"


def test_a_pattern_with_look_around_is_reported_and_not_checked(tmp_path: Path) -> None:
    number = NUMBER | {"constraints": {"pattern": "9"}}
    text = TEXT | {"constraints": {"pattern": "(?=A)A"}}
    reported = found(tmp_path, "1,A\n", {"fields": [number, text]})
    assert ("pattern-unsupported", "shelf.schema", "the pattern (?=A)A of a is not checked",
            "Write it without look-around and back-references.") in reported  # fmt: skip
    assert ("cell-invalid", "A2") in brief(reported)


def test_a_pattern_of_a_missing_column_is_not_checked(tmp_path: Path) -> None:
    schema = {"fields": [NUMBER, TEXT, {"name": "b", "constraints": {"pattern": "x"}}]}
    assert "cell-invalid" not in {code for code, *_ in found(tmp_path, "1,A\n", schema)}


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ([1], "the schema has no list of fields"),
        ({"x": 1}, "the schema has no list of fields"),
        ({"fields": "n"}, "the schema has no list of fields"),
        ({"fields": [NUMBER, "a"]}, "the schema has no list of fields"),
        ({"fields": [{"type": "string"}]}, "a field has no name"),
        ({"fields": [{"name": 3}]}, "a field has no name"),
        ({"fields": [TEXT | {"constraints": "x"}]}, "`constraints` of a is not an object"),
        (SHELF | {"missingValues": "-"}, "`missingValues` is not a list of strings"),
        (SHELF | {"missingValues": [1]}, "`missingValues` is not a list of strings"),
        ({"fields": [TEXT | {"type": "colour"}]}, "colour"),
    ],
)
def test_a_malformed_schema_is_reported_once(tmp_path: Path, schema: Any, message: str) -> None:
    [(code, place, said, _)] = found(tmp_path, "x,A\n", schema)
    assert (code, place) == ("descriptor-invalid", "shelf.schema")
    assert message in said


def test_a_constraint_that_does_not_fit_its_type_is_reported(tmp_path: Path) -> None:
    schema = {"fields": [NUMBER | {"constraints": {"minimum": "many"}}, TEXT]}
    reported = found(tmp_path, "1,A\n", schema)
    assert {code for code, *_ in reported} == {"descriptor-invalid"}


def test_a_schema_in_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "shelf.json").write_text(json.dumps(SHELF))
    assert brief(found(tmp_path, "x,A\n", "shelf.json")) == [("cell-invalid", "A2")]
    (tmp_path / "shelf.json").write_text("{")
    [(code, place, message, _)] = found(tmp_path, "x,A\n", "shelf.json")
    assert (code, place) == ("descriptor-invalid", "shelf.schema")
    assert "shelf.json is not JSON" in message
    assert brief(found(tmp_path, "x,A\n", "none.json")) == [("file-missing", "shelf.schema")]


def test_the_error_names_a_schema_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: Path) -> str:
        raise OSError(errno.EIO, "Input/output error", str(file))

    (tmp_path / "shelf.json").write_text("{}")
    monkeypatch.setattr(storage, "read_text", fail)
    with pytest.raises(StorageError, match=r"shelf\.json cannot be read: .*error"):
        found(tmp_path, "x,A\n", "shelf.json")


def test_an_empty_table_has_no_rows_to_check(tmp_path: Path) -> None:
    (tmp_path / "shelf.csv").write_text("")
    resource = {"name": "shelf", "path": "shelf.csv", "schema": SHELF | {"primaryKey": "n"}}
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": [resource]}))
    assert [f.code for f in check_other_resources(path, [])] == ["tables-empty"]
