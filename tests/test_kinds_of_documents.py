"""A document of each type goes through every step; what a format leaves out is reported."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html

from archive_pkg import cli
from archive_pkg.packages import check, open_package, verify
from archive_pkg.packages.page import package_page
from archive_pkg.records import Record, load_record, read_record
from archive_pkg.records.display import FIELDS, facts
from archive_pkg.records.saving import as_yaml
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.tables.catalogue import read_records
from archive_pkg.tables.writing.data_package import package_files
from program import PUBLISHING, Run
from strategies import OWN_TYPE, TYPES, records

DOCUMENTS = Path(__file__).parent / "fixtures" / "documents"
NAMES = sorted(folder.name for folder in DOCUMENTS.iterdir())
RECORDS = {name: load_record(DOCUMENTS / name) for name in NAMES}
ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages of the set with all documents in `metadata/`."""
    folder = tmp_path_factory.mktemp("kinds") / "packages"
    words = ["build", DOCUMENTS, "--out", folder, "--date", ON, "--metadata", "all", "--quiet"]
    assert cli.run([str(word) for word in words]) == 0
    return folder


@pytest.fixture(scope="module")
def site(collection: Path) -> Path:
    """The site of the packages."""
    out = collection.parent / "site"
    assert cli.run(["site", str(collection), "--out", str(out), "--date", str(ON), "--quiet"]) == 0
    return out


def test_the_examples_have_each_type_and_one_additional_type() -> None:
    assert {record.type for record in RECORDS.values()} == {*document_types(), "aide-memoire"}


def test_the_examples_have_every_field_that_describes_a_document() -> None:
    assert {name for one in RECORDS.values() for name, _, _ in facts(one)} == set(FIELDS)


@pytest.mark.parametrize("name", NAMES)
def test_each_example_is_valid(name: str) -> None:
    assert {finding.code for finding in check(DOCUMENTS / name)} <= {"agent-without-authority"}


@pytest.mark.parametrize("name", NAMES)
def test_a_package_of_each_type_is_valid_and_contains_its_record(
    collection: Path, name: str
) -> None:
    assert verify(collection / name).ok
    packaged = open_package(collection / name).record
    assert list(facts(packaged)) == list(facts(RECORDS[name]))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_each_type_names_the_type_and_shows_all_statements(
    collection: Path, name: str
) -> None:
    record = RECORDS[name]
    page = html.fromstring(package_page(open_package(collection / name)))
    text = " ".join(html.tostring(page, method="text", encoding="unicode").split())
    kind = record.document_type.label
    assert f"Skip to the {kind[0].lower()}{kind[1:]}" in text
    for _, label, value in facts(record):
        assert label in text
        for line in value.splitlines():
            assert " ".join(line.split()) in text


@pytest.mark.parametrize("name", NAMES)
def test_records_of_each_type_are_unchanged_by_yaml_and_json(name: str) -> None:
    record = RECORDS[name]
    assert read_record(as_yaml(record).encode()) == (record, read_record(record.as_json())[1])
    assert read_record(record.as_json())[0] == record


def test_records_of_all_types_are_unchanged_by_tables(tmp_path: Path) -> None:
    given = list(RECORDS.values())
    assert _through_tables(given, tmp_path) == given


@given(records())
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=2)
def test_generated_records_of_all_types_are_unchanged_by_tables(
    tmp_path_factory: pytest.TempPathFactory, record: Record
) -> None:
    given = [
        record.model_copy(update={"id": f"r{number}", "type": kind, "own_type": None})
        if kind in document_types()
        else Record.model_validate(
            record.model_dump(mode="json", exclude_none=True)
            | {"id": f"r{number}", "type": kind, "own_type": OWN_TYPE}
        )
        for number, kind in enumerate(TYPES)
    ]
    assert _through_tables(given, tmp_path_factory.mktemp("tables")) == given


def _through_tables(given: list[Record], folder: Path) -> list[Record]:
    for name, data in package_files(given, "documents").items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return read_records(folder)


def test_cmif_leaves_out_and_reports_documents_that_are_not_correspondence(
    tmp_path: Path, run: Run
) -> None:
    project = tmp_path / "project.toml"
    project.write_text(PUBLISHING)
    words = ("--each", tmp_path / "out", "--date", ON, "--project", project)
    done = run("export", DOCUMENTS, "--to", "cmif", *words)
    assert done.returncode == 0, done
    assert "6 exported, 8 left out" in done.stdout
    assert "CMIF describes correspondence only" in done.stdout
    assert sorted(file.name.split(".")[0] for file in (tmp_path / "out").iterdir()) == [
        name for name in NAMES if RECORDS[name].document_type.correspondence
    ]


def test_exporting_only_minutes_to_cmif_is_an_error(tmp_path: Path, run: Run) -> None:
    done = run("export", DOCUMENTS / "minutes", "--to", "cmif", "--each", tmp_path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["counts"] == {"left out": 1}
    assert not list(tmp_path.iterdir())


def test_a_package_cannot_have_cmif(tmp_path: Path, run: Run) -> None:
    done = run("build", DOCUMENTS / "letter", "--out", tmp_path, "--metadata", "cmif", "--date", ON)
    assert done.returncode == 2
    assert "cmif requires its own address on the web" in done.stderr


def links(page: Path) -> dict[str, str]:
    """Return the addresses of the links on a page, by their words."""
    return {
        " ".join("".join(link.itertext()).split()): link.get("href", "")
        for link in html.parse(page).getroot().iter("a")
    }


def test_minutes_link_to_their_items_enclosures_and_records(site: Path) -> None:
    page = site / "letters" / "minutes.html"
    found = links(page)
    assert found["2. On the visit of K. Stein"] == "#q-s-items-visit"
    assert found["record resolution"] == "resolution.html"
    assert found["record report"] == "report.html"
    assert found["the enclosure"] == "#r-depths"
    names = {element.get("id") for element in html.parse(page).getroot().iter()}
    anchors = [each[1:] for each in found.values() if each.startswith("#")]
    assert set(anchors) <= names


def test_every_link_between_documents_of_a_site_has_a_page(
    tmp_path: Path, collection: Path, run: Run
) -> None:
    some = tmp_path / "packages"
    shutil.copytree(collection / "minutes", some / "minutes")
    out = tmp_path / "site"
    assert run("site", some, "--out", out, "--date", ON).returncode == 0
    assert "not on the site" in (out / "letters" / "resolution.html").read_text()
    shutil.copytree(collection / "resolution", some / "resolution")
    assert run("site", some, "--out", out, "--date", ON).returncode == 0
    assert "not on the site" not in (out / "letters" / "resolution.html").read_text()
    assert {name.stem for name in (out / "letters").iterdir()} >= {"report", "minutes"}


def test_only_pages_of_letters_and_telegrams_have_the_word_letter(site: Path) -> None:
    for page in site.glob("letters/*.html"):
        if page.stem not in ("letter", "telegram"):  # the telegram refers to the letter
            body = html.parse(page).getroot().find("body")
            words = html.tostring(body, method="text", encoding="unicode")
            assert not re.search(r"(?i)\bletters?\b", words), page
    assert "14 documents" in (site / "index.html").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_of_a_package_names_the_type_of_document(collection: Path, name: str) -> None:
    text = (collection / name / "data" / "README.txt").read_text()
    assert f"the {RECORDS[name].document_type.word}'s files, byte for byte" in text
    assert ("letter" in text) == (name == "letter")
