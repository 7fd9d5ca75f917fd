"""`archive-pkg export`: bytes on standard output, words on standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from archive_pkg.packages import build_package
from archive_pkg.projects import Project
from program import Run


def test_standard_output_has_only_the_document(run: Run, letter: Path) -> None:
    done = run("export", letter, "--to", "dc", "--explain")
    assert done.returncode == 0
    assert etree.fromstring(done.stdout.encode()).tag.endswith("}dc")
    assert "Dublin Core (oai_dc) leaves out version" in done.stderr


def test_a_package_and_its_record_give_the_same_document(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    package = build_package(
        letter, tmp_path / "out", project=Project().with_metadata(["bibtex"])
    ).path
    for name in ("datacite", "dc", "csl"):
        assert (
            run("export", package, "--to", name).stdout
            == run("export", letter, "--to", name).stdout
        )
    written = (package / "metadata" / "bibtex.bib").read_text("utf-8")
    assert run("export", package, "--to", "bibtex").stdout == written


def test_an_export_does_not_overwrite_a_file_of_the_record(run: Run, letter: Path) -> None:
    before = (letter / "record.yaml").read_bytes()
    done = run("export", letter, "--to", "dc", "-o", letter / "record.yaml")
    assert done.returncode == 2
    assert (letter / "record.yaml").read_bytes() == before


def test_export_has_json_output(run: Run, letter: Path, tmp_path: Path) -> None:
    answer = json.loads(run("export", letter, "--to", "bibtex", "--explain", "--json").stdout)
    [result] = answer["results"]
    assert result["document"].startswith("@misc{")
    codes = {finding["code"] for finding in result["findings"]}
    assert codes == {"crosswalk-field-lost", "crosswalk-field-partial"}
    out = tmp_path / "letter.bib"
    assert run("export", letter, "--to", "bibtex", "-o", out, "--json").returncode == 0
    assert out.read_text(encoding="utf-8") == result["document"]


def test_failed_exports_have_their_exit_status(run: Run, letter: Path, tmp_path: Path) -> None:
    assert run("export", letter, "--to", "datacit").returncode == 2
    assert run("export", letter, letter, "--to", "datacite").returncode == 2
    assert run("export", tmp_path / "nothing", "--to", "dc").returncode == 5
    (letter / "record.yaml").write_text("id: [", encoding="utf-8")
    broken = run("export", letter, "--to", "dc")
    assert (broken.returncode, broken.stdout) == (3, "")


@pytest.mark.parametrize("each", [False, True])
def test_a_damaged_package_is_not_exported(
    run: Run, package: Path, tmp_path: Path, each: bool
) -> None:
    with (package / "bag-info.txt").open("a") as info:
        info.write("Contact-Name: X\n")
    out = ("--each", tmp_path / "each") if each else ()
    done = run("export", package, "--to", "tei", *out)
    assert (done.returncode, "<TEI" in done.stdout) == (3, False)
    assert "is not a valid package; nothing was written" in done.stderr
    assert "tag-digest-mismatch" in done.stdout + done.stderr
    assert not list(tmp_path.glob("each/*"))
    page = run("page", package, "-o", tmp_path / "page.html")
    assert (page.returncode, "written, but the package is not valid" in page.stdout) == (3, True)


def test_the_record_in_a_package_is_exported_like_its_package(run: Run, package: Path) -> None:
    for name in ("premis", "tei"):
        whole = run("export", package, "--to", name)
        assert whole.returncode == 0
        assert run("export", package / "data/record.json", "--to", name).stdout == whole.stdout
