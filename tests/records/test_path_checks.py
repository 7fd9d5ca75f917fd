"""What commands say about a path of the wrong kind."""

from __future__ import annotations

import errno
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive_pkg.drafting import letters_in
from archive_pkg.errors import UsageError
from archive_pkg.records import path_checks
from archive_pkg.records.path_checks import Wanted, refusal
from archive_pkg.records.saving import upgrade_record

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Make one path of each kind."""
    for name in ("empty", "letters", "records/a", "packages/p/data", "plain"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "letters/b.txt").write_text("Dear Sir,")
    (tmp_path / "plain/scan.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "records/a/record.yaml").write_text("id: a\ntitle: A\ntype: letter\n")
    (tmp_path / "packages/p/bagit.txt").write_text(DECLARATION)
    (tmp_path / "packages/p/data/record.json").write_text('{"id": "p", "title": "P"}')
    receipt = {"target": "file:x", "package": "p", "fingerprint": "0"}
    (tmp_path / "receipt.json").write_text(json.dumps(receipt))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("p/bagit.txt", DECLARATION)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "wanted", "message", "hint"),
    [
        ("empty", "record", "is an empty folder, not a record", "Name the folder of a record."),
        ("empty", "package", "is an empty folder, not a package", "Name the folder of a package."),
        ("plain", "package", "is an ordinary folder, not a package",
         "Name the folder of a package."),
        ("plain", "letter", "contains no letters", "Name a text, or a folder with letters."),
        ("plain", "collection", "contains no packages", "Name a collection: a folder of packages."),
        ("letters", "record", "is an ordinary folder, not a record",
         "Draft a record from this file: archive-pkg draft letters/b.txt"),
        ("letters/b.txt", "package", "is a text, not a package", "Name the folder of a package."),
        ("plain/scan.jpg", "collection", "is an image (JPEG), not a collection",
         "Name a collection: a folder of packages."),
        ("records/a", "package", "is a record, not a package",
         "Build a package from it: archive-pkg build records/a --out packages"),
        ("records", "collection", "is a folder of records, not a collection",
         "Build packages from them: archive-pkg build records --out packages"),
        ("records", "record", "is a folder of records, not a record",
         "Name a record in it, such as records/a"),
        ("packages", "record", "is a folder of packages, not a record",
         "Name a package in it, such as packages/p"),
        ("packages/p", "record", "is a package, not a record",
         "Name the record that it was built from."),
        ("packages/p", "letter", "is a package, not a letter",
         "Name a text, or a folder with letters."),
        ("packages/p/data/record.json", "package",
         "is part of the package packages/p, not a package", "Name the package: packages/p"),
        ("p.zip", "package", "is a zip archive with a bag in it, not a package",
         "Unpack it first: archive-pkg bag unpack p.zip p"),
        ("receipt.json", "record", "is the receipt of a deposit, not a record",
         "Name the package that was deposited."),
    ],
)  # fmt: skip
def test_the_refusal_of_a_path_says_what_the_path_is(
    name: str,
    wanted: Wanted,
    message: str,
    hint: str,
    places: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(places)
    assert refusal(Path(name), wanted) == (f"{name} {message}", hint)


def test_a_folder_with_several_letters_is_drafted_as_a_whole(places: Path) -> None:
    (places / "letters/c.txt").write_text("Dear Madam,")
    hint = f"Draft records from its letters: archive-pkg draft {places / 'letters'}"
    assert refusal(places / "letters", "record")[1] == hint


def test_the_files_of_a_package_are_not_letters(places: Path) -> None:
    (places / "packages/p/data/letter.txt").write_text("Dear Sir,")
    assert list(letters_in([places])) == [places / "letters/b.txt"]


def test_the_record_in_a_package_is_not_upgraded(places: Path) -> None:
    record = places / "packages/p/data/record.json"
    before = record.read_bytes()
    with pytest.raises(UsageError, match=r"part of the package .*, which must not change"):
        upgrade_record(record)
    assert record.read_bytes() == before


def test_an_unreadable_folder_is_reported_as_unreadable_not_as_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(self: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, "no", str(self))

    monkeypatch.setattr(Path, "iterdir", closed)
    assert "is a folder that cannot be read" in refusal(tmp_path, "record")[0]


def test_a_large_file_is_refused_without_examining_its_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_checks, "_LARGEST", 10)
    (tmp_path / "large.zip").write_bytes(b"PK\x03\x04" + b"\0" * 20)
    assert "is a file of an unknown kind" in refusal(tmp_path / "large.zip", "record")[0]
