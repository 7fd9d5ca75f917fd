"""Imported records are written atomically: into folders, or next to their file."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from imports import INDEX, LETTER

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.interchange.importing import file_imported, file_letter, is_description, read
from archive_pkg.records import load_record
from archive_pkg.storage import DestinationExistsError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = LETTER.format(title="A letter", text="Dear Ben.")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "in" / "a.xml"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'<TEI xmlns="http://www.tei-c.org/ns/1.0"/>', True),
        (b'\xef\xbb\xbf \t\r\n<ead xmlns="http://ead3.archivists.org/schema/"/>', True),
        (b'<?xml version="1.0"?><resource xmlns="http://datacite.org/schema/kernel-4"/>', True),
        (b"<!--" + b" " * 8140 + b'--><TEI xmlns="http://www.tei-c.org/ns/1.0"/>', True),
        (b"<!--" + b" " * 8192 + b'--><TEI xmlns="http://www.tei-c.org/ns/1.0"/>', False),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', False),
        (b"Dear Ben, see http://www.tei-c.org/ns/1.0", False),
        (b"", False),
    ],
)
def test_a_description_is_recognized_by_its_beginning(data: bytes, is_one: bool) -> None:
    assert is_description(data) is is_one


def test_a_record_is_named_by_the_given_name_or_by_its_file() -> None:
    assert [imported.record.id for imported in read(TEXT.encode(), "in/a.xml")] == ["a"]
    assert [imported.record.id for imported in read(TEXT.encode(), "in/a.xml", "b")] == ["b"]


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("<alto/>", "its root element is “alto”", "Draft a record from its text: "
         "archive-pkg draft."),
        ("<TEI.2/>", "its root element is “TEI.2”", "Convert it from TEI P4 to P5."),
        ("<resource/>", "its root element is “resource”", "Convert it to DataCite kernel 4."),
        ("<letter/>", "its root element is “letter”",
         "Use TEI P5, CMIF, EAD, MODS, MARCXML, Dublin Core, DataCite 4 or Tropy's JSON-LD."),
    ],
)  # fmt: skip
def test_a_file_in_another_format_is_refused_with_what_to_do(
    text: str, what: str, hint: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        read(text.encode(), "a.xml")
    [finding] = refused.value.report
    assert finding.message == f"{what}, which cannot be imported"
    assert (finding.hint, finding.location.path) == (hint, "a.xml")


def test_a_record_gets_a_folder_with_its_files(tmp_path: Path) -> None:
    [imported] = read(TEXT.encode(), "a.xml")
    folder = tmp_path / "new" / "records" / "a"
    assert file_imported(imported, folder, mode=0o750) == folder / "record.yaml"
    assert contents(folder).keys() == {"record.yaml", "a.xml", "a.txt"}
    assert (folder / "a.txt").read_bytes() == b"Dear Ben."
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert load_record(folder) == imported.record


def test_a_file_of_a_record_may_be_in_a_folder(tmp_path: Path) -> None:
    [imported] = read(TEXT.encode(), "a.xml")
    imported.files["scans/one/1.txt"] = b"one"
    imported.files["scans/one/2.txt"] = b"two"
    file_imported(imported, tmp_path / "a")
    assert (tmp_path / "a" / "scans" / "one" / "2.txt").read_bytes() == b"two"


def test_an_existing_folder_is_replaced_only_on_request(tmp_path: Path) -> None:
    [imported] = read(TEXT.encode(), "a.xml")
    folder = tmp_path / "a"
    file_imported(imported, folder)
    (folder / "mine.txt").write_text("Mine.")
    before = contents(folder)
    with pytest.raises(DestinationExistsError) as refused:
        file_imported(imported, folder)
    assert "--replace" in refused.value.hint
    assert contents(folder) == before
    assert list(tmp_path.iterdir()) == [folder]
    file_imported(imported, folder, replace=True)
    assert "mine.txt" not in contents(folder)


def test_a_folder_of_another_kind_is_not_replaced(tmp_path: Path) -> None:
    [imported] = read(TEXT.encode(), "a.xml")
    (tmp_path / "a").write_text("Mine.")
    with pytest.raises(DestinationExistsError) as refused:
        file_imported(imported, tmp_path / "a", replace=True)
    assert "--replace" not in refused.value.hint
    assert (tmp_path / "a").read_text() == "Mine."


def test_an_error_names_the_folder_that_cannot_be_written(tmp_path: Path) -> None:
    [imported] = read(TEXT.encode(), "a.xml")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=f"making {tmp_path}/file/records"):
        file_imported(imported, tmp_path / "file" / "records" / "a")
    imported.files["a.txt/b"] = b""
    with pytest.raises(StorageError, match=f"writing {tmp_path}/a"):
        file_imported(imported, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_letter_is_written_once_next_to_its_file(letter: Path) -> None:
    filed = file_letter(letter)
    assert (filed.record, filed.changed) == (letter.parent / "record.yaml", True)
    assert contents(letter.parent).keys() == {"a.xml", "a.txt", "record.yaml"}
    assert load_record(letter.parent).title == "A letter"
    assert letter.read_text() == TEXT
    filed.record.write_text("mine")
    again = file_letter(letter)
    assert (again.record, again.changed) == (filed.record, False)
    assert filed.record.read_text() == "mine"


def test_a_record_of_a_different_letter_next_to_a_letter_is_refused(letter: Path) -> None:
    file_letter(letter)
    (letter.parent / "b.xml").write_text(TEXT.replace("Dear Ben", "Dear Eve"))
    before = contents(letter.parent)
    with pytest.raises(InvalidError) as refused:
        file_letter(letter.parent / "b.xml")
    assert "record.yaml describes a different letter (its id is “a”)" in refused.value.message
    assert "--out" in refused.value.hint
    assert contents(letter.parent) == before


def test_a_corrected_record_next_to_a_letter_is_kept(letter: Path) -> None:
    record = file_letter(letter).record
    record.write_text(record.read_text().replace("id: a\n", "id: mine\n", 1))
    assert load_record(record).id == "mine"
    assert not file_letter(letter).changed


def test_a_different_text_next_to_a_letter_is_not_overwritten(letter: Path) -> None:
    text = letter.parent / "a.txt"
    text.write_text("Mine.")
    with pytest.raises(InvalidError) as refused:
        file_letter(letter)
    assert str(text) in refused.value.message
    assert "--out" in refused.value.hint
    assert contents(letter.parent) == {"a.xml": TEXT.encode(), "a.txt": b"Mine."}
    text.write_text("Dear Ben.")
    assert file_letter(letter).changed


def test_a_letter_is_written_once_into_its_own_folder(letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    filed = file_letter(letter, out)
    assert (filed.record, filed.changed) == (out / "a" / "record.yaml", True)
    assert contents(letter.parent).keys() == {"a.xml"}
    filed.record.write_text("mine")
    again = file_letter(letter, out)
    assert (again.record, again.changed) == (filed.record, False)
    assert filed.record.read_text() == "mine"


@pytest.mark.parametrize("change", ["another text", "no text"])
def test_a_folder_with_a_different_letter_is_not_reused(
    letter: Path, tmp_path: Path, change: str
) -> None:
    file_letter(letter, tmp_path)
    text = tmp_path / "a" / "a.txt"
    if change == "no text":
        text.unlink()
    else:
        text.write_text("Mine.")
    before = contents(tmp_path / "a")
    with pytest.raises(DestinationExistsError):
        file_letter(letter, tmp_path)
    assert contents(tmp_path / "a") == before


def test_the_report_of_an_import_is_returned_with_the_letter(letter: Path, tmp_path: Path) -> None:
    letter.write_text(TEXT.replace("</titleStmt>", "<funder>A fund</funder></titleStmt>"))
    for filed in (
        file_letter(letter),
        file_letter(letter, tmp_path),
        file_letter(letter, tmp_path),
    ):
        [finding] = filed.report
        assert "A fund" in finding.message
        assert finding.location.path == str(letter)


def test_a_file_with_several_letters_is_refused(letter: Path) -> None:
    letter.write_text(INDEX.format('<correspDesc key="1"/><correspDesc key="2"/>'))
    with pytest.raises(InvalidError) as refused:
        file_letter(letter)
    assert refused.value.message == f"{letter} describes 2 letters, not one"
    assert contents(letter.parent).keys() == {"a.xml"}


def test_an_error_names_the_letter_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"{tmp_path}/a.xml does not exist"):
        file_letter(tmp_path / "a.xml")
    (tmp_path / "a.xml").mkdir()
    with pytest.raises(StorageError):
        file_letter(tmp_path / "a.xml")
