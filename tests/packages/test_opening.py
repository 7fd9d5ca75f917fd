"""Test that packages are opened, and that bags are verified together with their records."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import bagit
import pytest

from archive_pkg import bags
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages import open_package, verify
from archive_pkg.packages.result_sentences import states


def rebag(package: Path) -> None:
    """Write new manifests after a change, as a forger would."""
    for algorithm in ("sha256", "sha512"):
        payload = sorted(p for p in (package / "data").rglob("*") if p.is_file())
        _write(package, f"manifest-{algorithm}.txt", payload, algorithm)
    octets = sum(p.stat().st_size for p in (package / "data").rglob("*") if p.is_file())
    info = (package / "bag-info.txt").read_text().splitlines()
    count = len([p for p in (package / "data").rglob("*") if p.is_file()])
    info = [f"Payload-Oxum: {octets}.{count}" if x.startswith("Payload-Oxum") else x for x in info]
    (package / "bag-info.txt").write_text("\n".join(info) + "\n")
    tags = [p for p in package.iterdir() if p.is_file() and not p.name.startswith("tagmanifest")]
    for algorithm in ("sha256", "sha512"):
        _write(package, f"tagmanifest-{algorithm}.txt", sorted(tags), algorithm)


def _write(package: Path, name: str, files: list[Path], algorithm: str) -> None:
    (package / name).write_text(
        "".join(
            f"{hashlib.new(algorithm, file.read_bytes()).hexdigest()}  "
            f"{file.relative_to(package).as_posix()}\n"
            for file in files
        )
    )


def test_an_opened_package_has_its_record_and_parts(package: Path) -> None:
    opened = open_package(package)
    assert opened.record.title == "Letter, CC CPSU to CC SED, 18 July 1960"
    assert opened.packaged_on == "2026-11-24"
    assert (opened.parts / "letter-1960-07-18.txt").is_file()


def test_a_changed_letter_makes_the_bag_invalid(package: Path) -> None:
    text = package / "data/parts/letter-1960-07-18.txt"
    text.write_bytes(text.read_bytes().replace(b"1500", b"1600"))
    verification = verify(package)
    assert verification.verdict.complete
    assert not verification.verdict.valid
    assert any("letter-1960-07-18.txt" in str(f.location) + f.message for f in verification.report)


@pytest.mark.parametrize("change", ["insert", "shorten", "encode", "remove", "link"])
def test_the_hint_for_a_damaged_file_is_to_restore_it_from_another_copy(
    change: str, package: Path
) -> None:
    text = package / "data/parts/letter-1960-07-18.txt"
    data = text.read_bytes()
    text.unlink()
    if change == "link":
        text.symlink_to(package / "bagit.txt")
    elif change != "remove":
        text.write_bytes(
            {"insert": b"Very " + data, "shorten": data[:200], "encode": data + b"\xfc"}[change]
        )
    report = verify(package).report
    hints = {f.hint for f in report if f.code.startswith(("part-", "text-", "quote-", "span-"))}
    assert hints == {"Restore the file from another copy of the package."}


def test_a_change_with_new_manifests_contradicts_the_record(package: Path) -> None:
    text = package / "data/parts/letter-1960-07-18.txt"
    text.write_bytes(text.read_bytes().replace(b"18 July 1960", b"19 July 1960"))
    rebag(package)
    verification = verify(package)
    assert verification.verdict.valid
    assert not verification.ok
    assert {"part-changed", "quote-moved"} <= {f.code for f in verification.report}


def test_tables_that_differ_from_the_record_are_reported(package: Path) -> None:
    path = package / "data/record.json"
    record = json.loads(path.read_bytes())
    record["title"] = "Another title"
    path.write_text(json.dumps(record))
    rebag(package)
    assert "tables-disagree" in {f.code for f in verify(package).report}


@pytest.mark.parametrize("gone", ["datapackage.json", "tables/letters.csv"])
def test_missing_tables_in_a_package_of_another_version_are_reported(
    gone: str, package: Path
) -> None:
    # Other versions describe the columns in other words, so the tables are read.
    described = package / "data/datapackage.json"
    described.write_text(described.read_text().replace("The scheme", "Its scheme"))
    rebag(package)
    assert verify(package).verdict.valid
    (package / "data" / gone).unlink()
    assert "payload-file-missing" in {f.code for f in verify(package).report}


def test_an_ordinary_bag_can_be_verified_but_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "record.json").write_text("{}")
    bagit.make_bag(str(folder), checksums=["sha256"])
    verification = verify(folder)
    assert verification.ok
    assert verification.record is None
    with pytest.raises(InvalidError, match="has the expected form"):
        open_package(folder)


def test_opening_or_verifying_a_missing_path_raises_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        verify(tmp_path / "nothing")
    with pytest.raises(StorageError):
        open_package(tmp_path / "nothing")


def test_a_package_of_an_earlier_format_verifies_and_opens(tmp_path: Path) -> None:
    """Version 0.1 wrote this package, with `of` in the record and tables."""
    archive = Path(__file__).parents[1] / "fixtures/packages/format-1.tar.gz"
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    [folder] = tmp_path.iterdir()
    assert b'"of"' in (folder / "data/record.json").read_bytes()
    verification = verify(folder)
    assert verification.ok, list(verification.report)
    record = open_package(folder).record
    assert record.part("note-to-prc").part_of == ("original",)
    assert record.part("summary").about == ("letter",)
    assert record.part("letter").made_from == ("original",)


def test_a_package_of_format_2_verifies_and_opens(tmp_path: Path) -> None:
    archive = Path(__file__).parents[1] / "fixtures/packages/format-2.tar.gz"
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    [folder] = tmp_path.iterdir()
    assert b'"format": 2' in (folder / "data/record.json").read_bytes()
    verification = verify(folder)
    assert verification.ok, list(verification.report)
    [holding] = open_package(folder).record.holdings
    assert [(level.name, level.value) for level in holding.levels] == [
        ("fonds", "f. 5"),
        ("file", "op. 49, d. 327"),
        ("folio", "l. 3"),
    ]


@pytest.mark.parametrize("name", ["letter.txt", "letter.zip", "empty", "no-bag"])
def test_a_path_that_is_not_a_package_is_reported_as_not_a_package(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if "." in name:
        path.write_text("Dear Comrades")
    else:
        path.mkdir()
    if name == "no-bag":
        (path / "letter.txt").write_text("Dear Comrades")
    verification = verify(path)
    assert not verification.ok
    assert states(verification) == ["This is not a package or bag."]
    if name == "letter.zip":
        (finding,) = verification.report
        assert finding.message == "has the name of a zip archive, but not its content"


def test_a_truncated_tar_is_not_called_unsigned(package: Path, tmp_path: Path) -> None:
    """Its signatures may have been in the missing part."""
    archive = tmp_path / "a.tar"
    bags.pack(package, archive)
    archive.write_bytes(archive.read_bytes()[:20_000])
    assert states(verify(archive)) == [
        "Files or manifests are missing, added, changed or damaged: see the errors."
    ]


def test_the_result_for_a_truncated_zip_is_that_nothing_was_checked(tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04" + b"\0" * 600)
    assert states(verify(tmp_path / "cut.zip")) == [
        "It could not be read, so nothing in it was checked."
    ]


def test_the_result_for_a_package_without_bagit_txt_is_that_files_are_missing(
    package: Path,
) -> None:
    (package / "bagit.txt").unlink()
    assert states(verify(package))[0].startswith("Files or manifests are missing")


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_the_hint_names_the_folder_of_a_bag_that_is_too_deep_in_an_archive(
    form: str, package: Path, tmp_path: Path
) -> None:
    package.rename(tmp_path / "out" / "letter")
    (tmp_path / "in").mkdir()
    (tmp_path / "out").rename(tmp_path / "in" / "packages")
    archive = shutil.make_archive(str(tmp_path / "sent"), form, tmp_path / "in")
    report = verify(Path(archive)).report
    hints = [finding.hint for finding in report]
    assert "The bag is in packages/letter/ in the archive. Archive that folder alone." in hints
    assert not any("same name" in hint for hint in hints)
