"""What the settings of a project change: packages, exports, sites, targets and deposits."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from archive_pkg import verify
from archive_pkg.interchange import ExportContext, export
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing
from archive_pkg.packages.targets import build_for, find_target, why_not
from archive_pkg.projects import Project, ProjectFile
from archive_pkg.records import load_record
from program import Run

ON = date(2026, 11, 24)
SETTINGS = """\
publisher = "Example University Press"
licence = "CC0-1.0"
rights_statement = "The descriptions are free to use."
base_url = "https://letters.example.org"

[institution]
name = "Example State Archive"
isil = "DE-1"
address = \"\"\"Archive Street 1,
10117 Berlin\"\"\"

[contact]
email = "reading-room@example.org"

[site]
title = "The letters of a <project>"
introduction = \"\"\"First <b>paragraph</b>.

Second paragraph.\"\"\"
imprint = "Example State Archive, Berlin"

[packages]
metadata = ["datacite", "mods"]

[targets.home]
address = "ocfl:archive"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a project file with the settings that these tests use."""
    path = tmp_path / "project" / "archive-pkg.toml"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    return path


@pytest.fixture
def project(file: Path) -> Project:
    """Load the project from `file`."""
    from archive_pkg import load_project

    return load_project(file)


def test_a_package_gets_the_metadata_documents_and_the_publisher_of_the_project(
    run: Run, letter: Path, file: Path, tmp_path: Path
) -> None:
    words = ["build", letter, "--out", tmp_path / "out", "--date", ON]
    assert run(*words, "--project", file).returncode == 0
    package = tmp_path / "out" / letter.name
    assert {each.name for each in (package / "metadata").iterdir()} == {"datacite.xml", "mods.xml"}
    assert "<publisher>Example University Press<" in (package / "metadata/datacite.xml").read_text()
    assert verify(package).ok


def test_an_option_takes_precedence_over_the_project(
    run: Run, letter: Path, file: Path, tmp_path: Path
) -> None:
    words = ["build", letter, "--out", tmp_path / "out", "--metadata", "tei", "--project", file]
    assert run(*words).returncode == 0
    assert [each.name for each in (tmp_path / "out" / letter.name / "metadata").iterdir()] == [
        "tei.xml"
    ]


def test_the_settings_that_change_a_package_are_recorded_in_it(
    letter: Path, project: Project, tmp_path: Path
) -> None:
    package = build_package(letter, tmp_path, on=ON, project=project).path
    record = load_record(package / "data/record.json")
    [detail] = [event.detail for event in record.events if event.type == "packing"]
    assert detail == (
        "Copied the files unchanged into a BagIt 1.0 bag, with documents that describe them. "
        'Settings of the project: publisher = "Example University Press"; licence = "CC0-1.0"; '
        'rights_statement = "The descriptions are free to use."; '
        'institution.name = "Example State Archive"; institution.isil = "DE-1"; '
        'institution.address = "Archive Street 1,\\n10117 Berlin"; '
        'contact.email = "reading-room@example.org"'
    )
    assert (package / "bag-info.txt").read_text().splitlines()[:3] == [
        "Source-Organization: Example State Archive",
        "Organization-Address: Archive Street 1, 10117 Berlin",
        "Contact-Email: reading-room@example.org",
    ]


def test_single_bulk_and_library_builds_with_the_same_settings_give_the_same_bytes(
    run: Run, letter: Path, file: Path, project: Project, tmp_path: Path
) -> None:
    words = ["build", letter, "--date", ON, "--project", file, "--out"]
    assert run(*words, tmp_path / "one").returncode == 0
    assert run(*words, tmp_path / "many", "-j", "1").returncode == 0
    copy = tmp_path / "copy.toml"
    # The place of the file, its comments, and settings that packages do not use do not matter.
    copy.write_text("# A comment\n" + SETTINGS.replace("https://letters", "https://other"))
    assert run(*words, tmp_path / "again", "--project", copy).returncode == 0
    made = build_package(letter, tmp_path / "library", on=ON, project=project).path
    for name in ("one", "many", "again"):
        assert differing(made, tmp_path / name / letter.name) == ()


def test_a_change_of_settings_makes_a_collection_need_a_rebuild(
    run: Run, letter: Path, file: Path, tmp_path: Path
) -> None:
    words = ["build", letter, "--date", ON, "--out", tmp_path / "many", "-j", "1"]
    assert run(*words, "--project", file).returncode == 0
    assert "unchanged" in run(*words, "--project", file).stdout
    file.write_text(SETTINGS.replace("University Press", "Press"))
    assert run(*words, "--project", file).returncode == 3
    assert run(*words, "--project", file, "--replace").returncode == 0
    package = tmp_path / "many" / letter.name
    assert ">Example Press<" in (package / "metadata/datacite.xml").read_text()


def test_settings_of_the_site_do_not_change_packages(letter: Path, tmp_path: Path) -> None:
    with_site = Project(ProjectFile.model_validate({"site": {"title": "Letters"}}))
    one = build_package(letter, tmp_path / "one", on=ON).path
    assert (
        differing(one, build_package(letter, tmp_path / "two", on=ON, project=with_site).path) == ()
    )


def test_a_target_gets_the_publisher_the_institution_and_the_contact(
    letter: Path, project: Project, tmp_path: Path
) -> None:
    for name in ("btr", "dataverse", "zenodo", "rda"):
        assert not why_not(letter, find_target(name), {}).ok
        assert why_not(letter, find_target(name, project=project), {}).ok
    target = find_target("dataverse", project=project)
    made = build_for(target, letter, tmp_path / "1", on=ON).path
    assert "reading-room@example.org" in (made / "dataset.json").read_text()
    made = build_for(target, letter, tmp_path / "2", given={"Contact-Email": "a@b.org"}, on=ON).path
    assert "a@b.org" in (made / "dataset.json").read_text()


def exported(name: str, letter: Path, project: Project) -> bytes:
    context = ExportContext(publisher=project.publisher, project=project, made="2026-11-24")
    return export(name, load_record(letter), context)


def test_exports_name_the_publisher_and_the_licence_of_the_descriptions(
    letter: Path, project: Project
) -> None:
    ead3 = exported("ead3", letter, project).decode()
    assert "<agencyname>Example University Press<" in ead3
    assert "agencycode" not in ead3  # the publisher is not the institution with the ISIL
    assert ">The descriptions are free to use.<" in ead3


def test_single_and_bulk_exports_use_the_project(
    run: Run, letter: Path, file: Path, tmp_path: Path
) -> None:
    words = ["export", letter, "--to", "datacite", "--project", file]
    assert "Example University Press" in run(*words).stdout
    assert run(*words, "--each", tmp_path / "each", "-j", "1").returncode == 0
    [made] = (tmp_path / "each").iterdir()
    assert "Example University Press" in made.read_text()


def test_a_site_shows_the_title_imprint_and_licence_of_the_project(
    run: Run, package: Path, file: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    words = ["site", package.parent, "--out", site, "-j", "1", "--project", file]
    assert run(*words).returncode == 0
    index = html.parse(site / "index.html").getroot()
    assert index.findtext(".//h1") == "The letters of a <project>"
    paragraphs = [each.text for each in index.findall(".//main/p")]
    assert paragraphs[:2] == ["First <b>paragraph</b>.", "Second paragraph."]
    [linked] = index.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(linked)["license"] == "https://spdx.org/licenses/CC0-1.0.html"
    assert json.loads(linked)["publisher"]["name"] == "Example University Press"
    for page in ("index.html", "years.html", f"letters/{package.name}.html"):
        foot = html.parse(site / page).getroot().find(".//footer").text_content()
        assert "Example State Archive, Berlin" in foot
        assert "Descriptions: The descriptions are free to use. CC0-1.0" in foot
    assert not (site / "cmif.xml").exists()
    assert "cmif.xml" not in (site / "index.html").read_text()
    assert "https://letters.example.org/years.html" in (site / "sitemap.xml").read_text()
    file.write_text(SETTINGS.replace("Berlin", "Dresden"))
    said = run(*words).stdout
    assert 'was not written; set in archive-pkg.toml: contact.name, licence = "CC-BY-4.0"' in said
    assert "Dresden" in (site / f"letters/{package.name}.html").read_text()


def test_a_package_is_deposited_into_a_target_by_its_name(
    run: Run, package: Path, file: Path
) -> None:
    done = run("deposit", package, "--to", "home", "--project", file)
    assert done.returncode == 0, done.stderr
    assert (file.parent / "archive" / "0=ocfl_1.1").exists()


def test_a_target_that_the_project_does_not_name_is_refused(
    run: Run, package: Path, file: Path
) -> None:
    done = run("deposit", package, "--to", "hom", "--project", file)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: hom is not the name of a target in {file}\n"
        "       → Use one of home, or an address such as ocfl:PATH.\n"
    )
