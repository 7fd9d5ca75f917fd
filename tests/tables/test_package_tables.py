"""A catalogue survives the round trip through a Data Package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError
from archive_pkg.records import load_record
from archive_pkg.records.models import Record
from archive_pkg.tables import package_files, read_records, stream_records, tables_hold
from strategies import records

ROOT = Path(__file__).parents[2]


CATALOGUES = st.lists(records(), max_size=3, unique_by=lambda record: record.id)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "datapackage.json"


@given(CATALOGUES)
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=10)
def test_records_survive_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Record]
) -> None:
    files = package_files(catalogue, "some letters")
    assert files == package_files(catalogue, "some letters")
    path = write(tmp_path_factory.mktemp("catalogue"), files)
    assert list(stream_records(path)) == read_records(path) == catalogue


# Frictionless takes its time for each table, not for each row.
@given(st.lists(records(), min_size=3, max_size=6, unique_by=lambda record: record.id))
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=2)
@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_the_package_valid(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Record]
) -> None:
    from frictionless import Package, Resource

    path = write(tmp_path_factory.mktemp("catalogue"), package_files(catalogue, "letters"))
    report = Package(str(path)).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert isinstance(Package(str(path)).resources[0], Resource)


def test_a_package_of_one_letter_says_what_it_is_and_who_made_it() -> None:
    person = {"kind": "person"}
    raw = {
        "id": "a",
        "type": "letter",
        "title": "Letter to Anna",
        "sender": ["karl"],
        "signatories": ["karl"],
        "summary": {"text": "The books came."},
        "rights": {"statement": "Free.", "licence": "CC-BY-4.0"},
        "parts": [{"id": "en", "kind": "translation", "held": False, "made_by": ["eva", "mt"]}],
        "agents": [
            {"id": "karl", "name": "Karl Frei"} | person,
            {"id": "eva", "name": "Eva Stein"} | person,
            {"id": "mt", "name": "Translator 3", "kind": "software"},
        ],
    }
    record = Record.model_validate(raw)
    descriptor = json.loads(package_files([record], "a")["datapackage.json"])
    del descriptor["resources"]
    assert descriptor == {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "a",
        "title": "Letter to Anna",
        "description": "The books came.",
        "licenses": [{"name": "CC-BY-4.0"}],
        "contributors": [
            {"title": "Karl Frei", "roles": ["sender", "signatory"]},
            {"title": "Eva Stein", "roles": ["translator"]},
        ],
    }
    assert "title" not in json.loads(package_files([record] * 2, "a")["datapackage.json"])


def test_empty_tables_are_left_out_except_letters() -> None:
    files = package_files([], "Nothing Yet")
    assert set(files) == {"datapackage.json", "tables/letters.csv"}
    descriptor = json.loads(files["datapackage.json"])
    assert descriptor["name"] == "nothing-yet"
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert files["tables/letters.csv"].startswith("\ufeffid,version,".encode())


def test_writing_tables_imports_no_large_library() -> None:
    code = (
        "import sys; from archive_pkg.tables import package_files; package_files([], 'x');"
        "print([name for name in ('frictionless', 'openpyxl', 'polars') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../outside.csv", "tables-path-unsafe"),
        ("/etc/passwd", "tables-path-unsafe"),
        ("https://example.org/letters.csv", "tables-path-unsafe"),
        ("link/letters.csv", "tables-path-unsafe"),
        ("C:\\letters.csv", "tables-path-unsafe"),
        ("nowhere.csv", "tables-file-missing"),
    ],
)
def test_an_unsafe_or_missing_path_is_refused(tmp_path: Path, path: str, code: str) -> None:
    (tmp_path / "outside.csv").write_text("id\n")
    home = tmp_path / "home"
    home.mkdir()
    (home / "link").symlink_to(tmp_path)
    descriptor = {"resources": [{"name": "letters", "path": path}]}
    (home / "datapackage.json").write_text(json.dumps(descriptor))
    with pytest.raises(InvalidError) as caught:
        read_records(home / "datapackage.json")
    assert [finding.code for finding in caught.value.report] == [code]


def test_tables_hold_finds_changed_and_additional_cells(tmp_path: Path) -> None:
    record = load_record(ROOT / "records" / "1960-07-18-cpsu-to-sed")
    path = write(tmp_path, package_files([record], "letters"))
    text = (tmp_path / "tables/agents.csv").read_text()
    (tmp_path / "tables/agents.csv").write_text(text.replace("\n", "\r\n"))
    assert tables_hold(record, path)
    (tmp_path / "tables/agents.csv").write_text(text.replace("N. Khrushchev", "N. Khrushchew"))
    assert not tables_hold(record, path)
    (tmp_path / "tables/agents.csv").write_text(text.replace("\n", ",x\n"))
    assert not tables_hold(record, path)
