"""Other resources of a data package are checked safely against their own schemas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg.tables import check

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.reports import Report

FIELDS = [
    {"name": "number", "type": "integer", "constraints": {"required": True}},
    {"name": "archive", "type": "string", "constraints": {"pattern": "[A-Z]+|none"}},
    {"name": "parent", "type": "integer"},
]


def checked(folder: Path, rows: str, **schema: Any) -> Report:
    (folder / "boxes.csv").write_text("number,archive,parent\n" + rows)
    described = {"fields": FIELDS} | schema
    resource = {"name": "boxes", "path": "boxes.csv", "schema": described}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    return check(folder / "datapackage.json")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("rows", "schema", "expected"),
    [
        ("1,A,\n2,none,1\n", {}, []),
        ("x,A,\n", {}, [("tables-cell-invalid", "A2")]),
        (",A,\n", {}, [("tables-cell-invalid", "A2")]),
        ("1,AnoneB,\n", {}, [("tables-cell-invalid", "B2")]),
        ("1,A,\n1,A,\n", {"primaryKey": "number"}, [("tables-not-unique", "A3")]),
        ("1,A,\n2,A,\n", {"uniqueKeys": [["archive"]]}, [("tables-not-unique", "B3")]),
        (
            "1,A,\n2,A,7\n",
            {
                "foreignKeys": [
                    {"fields": ["parent"], "reference": {"resource": "", "fields": ["number"]}}
                ]
            },
            [("tables-no-parent", "C3")],
        ),
    ],
)
def test_cells_and_keys_are_validated_with_the_schema_of_their_table(
    tmp_path: Path, rows: str, schema: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    report = checked(tmp_path, rows, **schema)
    assert [(finding.code, finding.location.cell) for finding in report] == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pattern_with_nested_repetition_is_matched_quickly(tmp_path: Path) -> None:
    fields = [{"name": "number", "type": "string", "constraints": {"pattern": "(a+)+$"}}]
    (tmp_path / "boxes.csv").write_text("number\n" + "a" * 5000 + "!\n")
    resource = {"name": "boxes", "path": "boxes.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    started = time.process_time()
    assert [finding.code for finding in check(tmp_path)] == ["tables-cell-invalid"]
    assert time.process_time() - started < 60


def test_plugins_of_frictionless_in_the_working_folder_are_not_imported(tmp_path: Path) -> None:
    (tmp_path / "frictionless_trap.py").write_text("open('sprung', 'w').close()\n")
    rows = [{"name": "boxes", "path": "boxes.csv", "schema": {"fields": FIELDS}}]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": rows}))
    (tmp_path / "boxes.csv").write_text("number,archive,parent\nx,A,\n")
    code = "from archive_pkg.tables import check; print(*[f.code for f in check('.')])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["tables-cell-invalid"]
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("schema", ["https://example.org/schema.json", "../schema.json"])
def test_a_schema_at_a_url_or_outside_the_folder_is_refused(tmp_path: Path, schema: str) -> None:
    (tmp_path / "boxes.csv").write_text("number\n1\n")
    resource = {"name": "boxes", "path": "boxes.csv", "schema": schema}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    assert [finding.code for finding in check(tmp_path)] == ["tables-path-unsafe"]
