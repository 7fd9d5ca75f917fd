"""Test which documents are in `metadata/`, and what their page contains."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import etree, html

from archive_pkg import cli
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange import FORMATS
from archive_pkg.packages import build_package, verify
from archive_pkg.packages.building import differing
from archive_pkg.packages.metadata_documents import DEFAULT, DOCUMENTS, chosen, path_of
from archive_pkg.projects import Project
from archive_pkg.records import Record, save_record
from typed import content, elements, strings

ON = date(2026, 11, 24)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def page_of(package: Path) -> etree._Element:
    return html.fromstring((package / "metadata/page.html").read_text(encoding="utf-8"))


def test_all_means_every_document_except_those_for_other_systems() -> None:
    assert chosen("tei, page") == chosen(["page", "tei", "tei"]) == ("page", "tei")
    assert chosen(()) == ()
    targets = {name for name, one in FORMATS.items() if not one.packaged}
    assert {"sword", "atom", "invenio"} <= targets
    assert set(chosen("all")) == set(DOCUMENTS) - targets
    assert set(chosen("all,sword")) == set(DOCUMENTS) - targets | {"sword"}


@pytest.mark.parametrize("names", ["premsi", "", "tei,,dc"])
def test_an_unknown_document_is_refused_with_a_list_of_known_ones(names: str) -> None:
    with pytest.raises(UsageError, match="there is no document called") as caught:
        chosen(names)
    assert ", ".join(DOCUMENTS) in (caught.value.hint or "")
    assert ("Did you mean premis?" in (caught.value.hint or "")) == (names == "premsi")


def test_the_crate_cannot_be_chosen_because_every_package_has_it() -> None:
    with pytest.raises(UsageError, match="ro-crate is always in data/") as caught:
        chosen("tei,ro-crate")
    assert caught.value.hint == "Leave it out."


@pytest.mark.parametrize("names", [None, "all", "ead3,mets"])
def test_a_package_has_the_documents_that_its_readme_lists(
    names: str | None, letter: Path, tmp_path: Path
) -> None:
    documents = DEFAULT if names is None else chosen(names)
    built = build_package(letter, tmp_path, on=ON, project=Project().with_metadata(documents)).path
    files = {f"metadata/{file.name}" for file in (built / "metadata").iterdir()}
    assert files == set(map(path_of, documents))
    readme = (built / "data/README.txt").read_text(encoding="utf-8")
    listed = readme.partition("made from the record:")[2].partition("The parts")[0]
    assert {f"metadata/{line.split()[0]}" for line in listed.splitlines() if line} == files
    assert verify(built).ok


def test_the_readme_of_a_package_without_documents_does_not_mention_them(
    letter: Path, tmp_path: Path
) -> None:
    built = build_package(letter, tmp_path, on=ON, project=Project().with_metadata([])).path
    assert not (built / "metadata").exists()
    assert "metadata/" not in (built / "data/README.txt").read_text(encoding="utf-8")
    assert verify(built).ok


def test_one_record_and_many_are_built_with_the_same_documents(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["build", str(letter), "--date", str(ON), "--metadata", "page,dc"]
    assert cli.run([*words, "--out", str(tmp_path / "one")]) == 0
    assert cli.run([*words, "--out", str(tmp_path / "many"), "-j", "1"]) == 0
    assert differing(tmp_path / "one" / letter.name, tmp_path / "many" / letter.name) == ()
    assert cli.run([*words[:-2], "--out", str(tmp_path / "many"), "-j", "1"]) == 3
    assert "metadata/premis.xml" in capsys.readouterr().out


def test_the_page_has_no_script_and_loads_nothing(letter: Path, tmp_path: Path) -> None:
    page = page_of(build_package(letter, tmp_path, on=ON).path)
    assert not elements(page, "//script | //*[@src] | //link")
    [policy] = strings(page, "//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; img-src data: 'self'; style-src 'sha256-")
    assert "script-src 'none'" in policy
    links, files = set(strings(page, "//a/@href")), set(strings(page, "//p[@class='file']/a/@href"))
    assert files == {"../data/parts/letter-1960-07-18.txt"}
    assert links - files <= {f"#{name}" for name in strings(page, "//@id")}
    assert not elements(page, "//details[not(@open)]")  # they are printed without a script


def write_record(folder: Path, **more: object) -> Path:
    """Write a record with markup in its texts, and a scan."""
    folder.mkdir()
    (folder / "p.txt").write_text(f"{HOSTILE}\n", encoding="utf-8")
    (folder / "a scan#1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    parts = [
        {"id": "p", "kind": "original", "file": "p.txt"},
        {"id": "s", "kind": "scan", "file": "a scan#1.png", "media_type": "image/png"} | more,
    ]
    said = {"id": folder.name, "type": "letter", "title": HOSTILE, "parts": parts}
    save_record(Record.model_validate(said), folder / "record.yaml")
    return folder


def test_the_page_links_to_scans_and_shows_markup_as_text(tmp_path: Path) -> None:
    built = build_package(write_record(tmp_path / "x"), tmp_path / "out", on=ON).path
    page = page_of(built)
    [scan] = strings(page, "//img/@src")
    assert scan == "../data/parts/a%20scan%231.png"
    assert not elements(page, "//script | //*[@onerror]")
    assert HOSTILE in content(page)


def test_the_page_of_a_public_package_says_that_a_part_is_withheld(tmp_path: Path) -> None:
    shut = {"access": {"status": "closed", "rule": "a promise to the family"}}
    folder = write_record(tmp_path / "x", **shut)
    file = folder / "record.yaml"
    lost = "  - {id: lost, kind: original, held: false, access: {status: closed, rule: by law}}\n"
    file.write_text(file.read_text("utf-8").replace("parts:\n", f"parts:\n{lost}"), "utf-8")
    built = build_package(folder, tmp_path / "out", on=ON, audience="public").path
    page = page_of(built)
    assert not elements(page, "//img")
    assert "withheld, closed: a promise to the family" in content(page)
    assert "Original (lost): not held, closed: by law." in content(page)
    assert "scan#1" not in content(page)


def test_a_page_that_would_show_a_withheld_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = {"access": {"status": "closed", "rule": "a promise"}}
    folder = write_record(tmp_path / "x", **shut)
    monkeypatch.setattr(
        "archive_pkg.packages.page.letter.page_in_package", lambda *_: "see a scan#1.png"
    )
    with pytest.raises(InvalidError) as caught:
        build_package(folder, tmp_path / "out", on=ON, audience="public")
    assert caught.value.report is not None
    assert [found.location.path for found in caught.value.report] == ["metadata/page.html"]
    assert not (tmp_path / "out/x-public").exists()
