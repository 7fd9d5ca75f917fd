"""Test that files without a checksum are errors in packages, and are named in other bags."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archive_pkg.bags import create
from archive_pkg.bags.archives.serializing import pack
from archive_pkg.packages import states, verify
from program import Run

PACKAGE = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"
WITHOUT = "package-tagmanifest-missing"
UNLISTED = "package-tag-file-unlisted"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGE, tmp_path / PACKAGE.name))


def codes(package: Path) -> set[str]:
    return {finding.code for finding in verify(package).report.errors}


def drop(*patterns: str) -> Callable[[Path], None]:
    def spoil(package: Path) -> None:
        for pattern in patterns:
            for path in package.glob(pattern):
                path.unlink()

    return spoil


def unlist(package: Path) -> None:
    manifest = package / "tagmanifest-sha256.txt"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if "premis.xml" not in line))


def add(package: Path) -> None:
    (package / "notes.txt").write_text("not listed")


def rename_us(package: Path) -> None:
    drop("tagmanifest-*")(package)
    info = package / "bag-info.txt"
    info.write_text(info.read_text().replace("archive-pkg", "another-program"))


def spoil_the_record(package: Path) -> None:
    drop("tagmanifest-*")(package)
    (package / "data" / "record.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (drop("tagmanifest-*"), WITHOUT),
        (drop("tagmanifest-*", "bag-info.txt", "metadata/premis.xml"), WITHOUT),
        (drop("tagmanifest-sha256.txt"), WITHOUT),
        (rename_us, WITHOUT),
        (spoil_the_record, WITHOUT),
        (unlist, UNLISTED),
        (add, UNLISTED),
    ],
)
def test_a_package_with_files_that_no_checksum_covers_is_refused(
    run: Run, package: Path, tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(package)
    assert code in codes(package)
    assert run("verify", package).returncode == 3
    done = run("deposit", package, "--to", f"file:{tmp_path / 'drop'}")
    assert done.returncode in (3, 4), done
    assert not list((tmp_path / "drop").glob("*/*"))
    assert run("audit", "run", tmp_path).returncode == 3


def test_a_packed_package_without_tag_manifests_is_refused(package: Path, tmp_path: Path) -> None:
    drop("tagmanifest-*")(package)
    for kind in ("tar", "tgz", "zip"):
        pack(package, tmp_path / f"{package.name}.{kind}")
        assert codes(tmp_path / f"{package.name}.{kind}") == {WITHOUT}


def test_signature_files_are_not_reported_as_unlisted(package: Path) -> None:
    (package / "signatures").mkdir()
    (package / "signatures" / "tagmanifest-sha512.txt.sig").write_text("not a signature")
    assert UNLISTED not in codes(package)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "record.json").write_text(json.dumps({"id": 7, "metadata": {}}))
    create(source, tmp_path / "theirs", info=[("Bagging-Date", "2020-01-02")])
    return tmp_path / "theirs"


def test_files_of_other_bags_that_no_checksum_covers_are_named(run: Run, theirs: Path) -> None:
    dated = "(the package was made on 2020-01-02, according to bag-info.txt)"
    assert states(verify(theirs))[0] == f"All files match the package's checksums {dated}."
    drop("tagmanifest-*")(theirs)
    found = verify(theirs)
    assert found.ok
    assert found.verdict.uncovered == [
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
    ]
    assert states(found)[0] == (
        f"The files with checksums have not changed {dated}. "
        "No checksum covers bag-info.txt, bagit.txt, manifest-sha256.txt and 1 more."
    )
    assert "no checksum covers bag-info.txt" in run("bag", "verify", theirs).stdout


def test_files_listed_only_with_unknown_algorithms_count_as_uncovered(theirs: Path) -> None:
    drop("tagmanifest-*")(theirs)
    (theirs / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (theirs / "data" / "more.txt").write_text("more")
    (theirs / "manifest-blake9.txt").write_text(f"{'0' * 64}  data/more.txt\n")
    (theirs / "tagmanifest-blake9.txt").write_text(f"{'0' * 64}  bagit.txt\n")
    uncovered = verify(theirs).verdict.uncovered
    assert {"data/more.txt", "bagit.txt"} <= set(uncovered)
    assert "data/record.json" not in uncovered


def test_hints_name_the_file_to_list_and_the_folder_to_remove(package: Path) -> None:
    (package / "note.txt").write_text("note")
    (package / ".archive-pkg").mkdir()
    (package / ".archive-pkg/index.sqlite").write_text("index")
    hints = {finding.location.path: finding.hint for finding in verify(package).report.errors}
    command = f"archive-pkg bag update {package} --include note.txt"
    assert hints["note.txt"] == f"Remove the file, or list it: {command}"
    assert hints[".archive-pkg/index.sqlite"].startswith("Remove the folder .archive-pkg")
