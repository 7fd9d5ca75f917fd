"""Any bag is judged rightly, and everything that is wrong with it is told with its place."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from archive_pkg import bags
from archive_pkg.reports import Severity
from official import official


def test_the_conformance_suite_is_judged_rightly() -> None:
    cases = [path for path in official("bagit-suite").glob("v*/*/*") if path.is_dir()]
    assert len(cases) > 30
    for case in cases:
        verdict = bags.verify(case)
        assert verdict.valid == (case.parent.name == "valid"), (case, list(verdict.report))


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"one\n")
    (source / "sub/b.txt").write_bytes(b"two\n")
    bags.create(source, tmp_path / "bag", info=[("Bagging-Date", "2026-11-24")])
    return tmp_path / "bag"


def seal(bag: Path) -> None:
    """Write the tag manifests anew, so that only what a test breaks is broken."""
    for algorithm in ("sha256", "sha512"):
        lines = [
            f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in sorted(bag.glob("*.txt"))
            if not path.name.startswith("tagmanifest")
        ]
        (bag / f"tagmanifest-{algorithm}.txt").write_text("".join(lines))


def codes(bag: Path, least: Severity = Severity.ERROR) -> set[str]:
    return {finding.code for finding in bags.verify(bag).report.of(least)}


def test_a_good_bag_is_complete_and_valid(bag: Path) -> None:
    verdict = bags.verify(bag, second_opinion=True)
    assert verdict.complete
    assert verdict.valid
    assert list(verdict.report) == []
    assert (verdict.files, verdict.size) == (2, 8)


def test_a_changed_byte_is_complete_but_not_valid(bag: Path) -> None:
    (bag / "data/a.txt").write_bytes(b"onE\n")
    verdict = bags.verify(bag)
    assert verdict.complete
    assert not verdict.valid
    (finding,) = verdict.report
    assert finding.code == "payload-digest-mismatch"
    assert finding.location.path == "data/a.txt"


def test_a_missing_and_an_unlisted_file_are_both_named(bag: Path) -> None:
    (bag / "data/a.txt").rename(bag / "data/A.txt")
    verdict = bags.verify(bag)
    assert not verdict.complete
    said = {(finding.code, finding.location.path) for finding in verdict.report}
    assert said == {
        ("payload-file-missing", "data/a.txt"),
        ("payload-file-unlisted", "data/A.txt"),
    }
    assert "'data/A.txt'" in verdict.report.findings[0].hint


def test_from_1_0_on_every_manifest_lists_every_file(bag: Path) -> None:
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text().splitlines(keepends=True)[0])
    seal(bag)
    assert codes(bag) == {"payload-file-unlisted"}
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    seal(bag)
    assert codes(bag) == set()


@pytest.mark.parametrize(
    "path",
    ["../outside", "/etc/passwd", "data/../../x", "~/x", "~root/x", "C:/x", "C:\\x", "\\\\h\\x"],
)
@pytest.mark.parametrize("kind", ["manifest", "tagmanifest"])
def test_unsafe_paths_are_findings_and_never_opened(bag: Path, path: str, kind: str) -> None:
    name = bag / f"{kind}-sha256.txt"
    text = name.read_text() + f"{'0' * 64}  {path}\n"
    if kind == "manifest":
        name.write_text(text)
        seal(bag)
    else:
        name.write_text(text)
    assert codes(bag) == {"manifest-path-unsafe"}


def test_links_are_findings_and_never_followed(bag: Path) -> None:
    (bag / "data/a.txt").unlink()
    (bag / "data/a.txt").symlink_to(bag.parent / "source/a.txt")
    (bag / "data/folder").symlink_to(bag.parent / "source")
    os.mkfifo(bag / "data/fifo")
    verdict = bags.verify(bag, second_opinion=True)
    said = {(finding.code, finding.location.path) for finding in verdict.report.errors}
    assert said >= {
        ("file-is-link", "data/a.txt"),
        ("file-is-link", "data/folder"),
        ("file-is-special", "data/fifo"),
        ("payload-file-missing", "data/a.txt"),
    }
    assert "second-opinion-not-asked" in codes(bag, Severity.ADVICE) | {
        finding.code for finding in verdict.report
    }


def test_something_that_is_no_bag_is_told_so(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == {"bag-unreadable"}
    assert codes(tmp_path) == {"declaration-missing", "manifest-missing", "payload-folder-missing"}
