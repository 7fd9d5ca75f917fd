"""Any bytes in a file of tables give findings or an error, never a traceback."""

from __future__ import annotations

import contextlib
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg.errors import ArchivePkgError
from archive_pkg.tables import (
    annotate,
    check,
    draft_map,
    package_files,
    read_tables,
    write_template,
)

if TYPE_CHECKING:
    from pathlib import Path

QUIET = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=20)

PIECES = st.lists(
    st.sampled_from(
        [b"id", b"letter", b"title", b",", b";", b"\t", b'"', b"\n", b"\r\n", b"\r", b"\0", b"\xff",
         b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\xa9", b" ", b"'=", b"1960", b"parts", b"\x1f"]
    )
    | st.binary(max_size=4),
    max_size=30,
).map(b"".join)  # fmt: skip


def tried(path: Path) -> None:
    """Read a file in every way; findings and our own errors are allowed."""
    report = None
    with contextlib.suppress(ArchivePkgError):
        report = check(path)
        assert all(str(finding.location) for finding in report)
    with contextlib.suppress(ArchivePkgError):
        records, reported = read_tables(path)
        assert reported.ok or not records
    with contextlib.suppress(ArchivePkgError):
        text = draft_map(path)
        path.with_name("drafted.yaml").write_text(text, encoding="utf-8")
        read_tables(path, mapping=path.with_name("drafted.yaml"))
    with contextlib.suppress(ArchivePkgError):
        annotate(path, report or [], path.with_name("out.xlsx"), replace=True)


@given(PIECES)
@QUIET
def test_any_bytes_as_csv_give_a_report_or_a_known_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bad") / "letters.csv"
    path.write_bytes(data)
    tried(path)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.sampled_from(
    ["letters", "x.csv", "utf-8", "nonsense", "string", "..", "name"]
), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["resources", "name", "path", "schema", "fields", "type", "encoding",
                     "constraints", "pattern", "primaryKey", "foreignKeys", "reference"]),
    inner, max_size=5), max_leaves=20))  # fmt: skip
@QUIET
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_any_json_as_a_descriptor_gives_a_report_or_a_known_error(
    tmp_path_factory: pytest.TempPathFactory, tree: object
) -> None:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "x.csv").write_text("name,b\n1,2\n")
    (folder / "datapackage.json").write_text(json.dumps({"resources": [tree, tree]}))
    tried(folder / "datapackage.json")
    (folder / "datapackage.json").write_text(
        json.dumps({"resources": [{"name": "x", "path": "x.csv", "schema": tree}]})
    )
    tried(folder / "datapackage.json")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(path)
    return path


@given(st.data())
@settings(QUIET, max_examples=6)
def test_a_workbook_with_changed_bytes_gives_a_report_or_a_known_error(
    tmp_path_factory: pytest.TempPathFactory, template: Path, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("bad") / "letters.xlsx"
    with zipfile.ZipFile(template) as good, zipfile.ZipFile(path, "w") as bad:
        spoilt = data.draw(st.sampled_from(good.namelist()))
        for name in good.namelist():
            part = good.read(name)
            if name == spoilt:
                place = data.draw(st.integers(0, len(part)))
                gone = data.draw(st.integers(0, 200))
                part = part[:place] + data.draw(st.binary(max_size=3)) + part[place + gone :]
            bad.writestr(name, part)
    tried(path)


def test_an_empty_package_is_valid(tmp_path: Path) -> None:
    for name, content in package_files([], "none").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert list(check(tmp_path)) == []
