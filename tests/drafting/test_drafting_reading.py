"""Letters in Word, OpenDocument and TEI files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from docx import Document

from archive_pkg.drafting import draft_letter, load_vocabulary, save_draft
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages import check
from archive_pkg.records import load_record
from archive_pkg.texts.letter_files import DOCX, ODT

if TYPE_CHECKING:
    from program import Run

PARAGRAPHS = [
    "Confidential",
    "London, May 3, 1955.",
    "Dear Mr. Murphy:",
    "Here is the paper [sic] that we spoke of.",
    "Sincerely yours,",
    "John Q. Example",
]
EXPECTED = {
    "classification": "Confidential",
    "date": "1955-05-03",
    "place": "London",
    "salutation": "Dear Mr. Murphy:",
    "recipient": "Murphy",
    "signatory": "John Q. Example",
}
TEI_LETTER = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0">
  <teiHeader><profileDesc><correspDesc>
    <correspAction type="sent">
      <persName>Beispiel, Karl</persName><placeName>Wien</placeName>
      <date when="1907-07-01">1. Juli 1907</date>
    </correspAction>
    <correspAction type="received"><persName>Muster, Anna</persName></correspAction>
  </correspDesc></profileDesc></teiHeader>
  <text><body>
    <opener><dateline>Wien, 1. 7.</dateline><salute>Liebe Anna!</salute></opener>
    <p>Ich <supplied>komme</supplied> morgen,<lb/>wenn es <gap reason="illegible"/> geht.
      <note>Anmerkung der Herausgeber</note></p>
    <closer><salute>Herzlich</salute><signed>Dein Karl</signed></closer>
  </body></text>
</TEI>
"""


def docx(path: Path) -> Path:
    document = Document()
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def odt(path: Path) -> Path:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    body = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in PARAGRAPHS)
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:text="{space}text:1.0">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODT)
        archive.writestr("content.xml", content)
    return path


@pytest.mark.parametrize(("make", "media_type"), [(docx, DOCX), (odt, ODT)])
def test_office_files_are_read_paragraph_by_paragraph(
    make: object, media_type: str, tmp_path: Path
) -> None:
    assert callable(make)
    path = make(tmp_path / "letter.bin")
    draft = draft_letter(path)
    assert draft.source.media_type == media_type
    assert {name: draft.of(name)[0].value for name in EXPECTED} == EXPECTED
    assert [one.kind for one in draft.of("note")] == ["sic"]


def test_the_record_of_a_word_file_has_the_file_and_its_text(tmp_path: Path) -> None:
    path = docx(tmp_path / "letter.docx")
    before = path.read_bytes()
    filed = save_draft(draft_letter(path), load_vocabulary())
    assert path.read_bytes() == before
    record = load_record(filed.record)
    assert [part.file for part in record.parts] == ["letter.docx", "letter.text.txt"]
    report = check(filed.record)
    assert report.ok, [finding.message for finding in report]


def test_the_hint_for_a_tei_file_is_to_import_it(tmp_path: Path) -> None:
    path = tmp_path / "letter.xml"
    path.write_text(TEI_LETTER)
    with pytest.raises(InvalidError) as caught:
        draft_letter(path)
    [finding] = caught.value.report
    assert finding.code == "letter-file-markup"
    assert "import" in finding.hint


def test_draft_and_import_make_the_same_record_from_a_tei_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letter.xml"
    path.write_text(TEI_LETTER)
    for command in ("draft", "import"):
        ended = run(command, path, "--out", tmp_path / command)
        assert ended.returncode == 0, ended.stderr
    for name in ("record.yaml", "letter.xml", "letter.txt"):
        drafted = (tmp_path / "draft" / "letter" / name).read_bytes()
        assert drafted == (tmp_path / "import" / "letter" / name).read_bytes()
    record = load_record(tmp_path / "draft" / "letter")
    text = (tmp_path / "draft" / "letter" / "letter.txt").read_text()
    assert "Anmerkung" not in text
    assert not set("[]…") & set(text)
    places = [
        *(item.at for item in record.evidence),
        *(note.at for note in record.translation_notes),
    ]
    quotes = [at for at in places if at]
    assert quotes
    for quote in quotes:
        assert text[quote.start : quote.end] == quote.exact


def test_drafting_a_tei_file_does_not_overwrite_files_in_its_folder(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "letter.xml"
    path.write_text(TEI_LETTER)
    (tmp_path / "letter.txt").write_text("My own transcript.")
    ended = run("draft", path)
    assert ended.returncode == 3
    assert "letter.txt exists" in ended.stderr
    assert (tmp_path / "letter.txt").read_text() == "My own transcript."
    (tmp_path / "letter.txt").unlink()
    assert run("draft", path).returncode == 0
    (tmp_path / "record.yaml").write_text("# mine\n")
    assert run("draft", path).returncode == 0
    assert (tmp_path / "record.yaml").read_text() == "# mine\n"


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(InvalidError) as caught:
        draft_letter(path)
    [finding] = caught.value.report
    assert finding.code == "letter-file-unreadable"
    assert finding.message == "the file cannot be opened: it is damaged or incomplete"


def test_a_folder_given_as_a_letter_raises_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        draft_letter(tmp_path)


def test_a_tei_file_named_txt_and_its_text_are_separate_files(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(TEI_LETTER)
    assert run("draft", path, "--out", tmp_path / "out").returncode == 0
    folder = tmp_path / "out" / "letter"
    names = {file.name for file in folder.iterdir()}
    assert names == {"record.yaml", "letter.txt.xml", "letter.txt.txt"}
    assert (folder / "letter.txt.xml").read_bytes() == path.read_bytes()
    assert check(folder).ok


def _workbook() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("letter.txt", "Dear Sir")
    return made.getvalue()


OTHER_FILES = {
    "a workbook": (_workbook(), "archive-pkg check"),
    "a zip archive": (_zip(), "Unpack it"),
    "an image (JPEG)": (b"\xff\xd8\xff\xe0\0\x10JFIF", "add this file to parts in the record"),
    "an e-mail message": (b"From: a@b.org\r\nMIME-Version: 1.0\r\n\r\nDear Sir", "as .txt"),
}


@pytest.mark.parametrize("kind", OTHER_FILES)
@pytest.mark.parametrize("command", ["draft", "check"])
def test_a_file_of_another_kind_is_reported_once_with_a_hint(
    run: Run, tmp_path: Path, kind: str, command: str
) -> None:
    data, what_to_do = OTHER_FILES[kind]
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    ended = run(command, path)
    assert ended.returncode == 3
    said = ended.stdout + ended.stderr
    assert said.count(f"this is {kind}, not a") == 1
    is_checked_image = command == "check" and kind.startswith("an image")
    assert ("Name a record (" if is_checked_image else what_to_do) in said
    assert "byte" not in said.lower()


def test_check_of_a_word_file_suggests_draft(run: Run, tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("Dear Sir")
    document.save(str(tmp_path / "letter.docx"))
    ended = run("check", tmp_path / "letter.docx")
    assert "this is a Word file, not a record" in ended.stdout
    assert f"archive-pkg draft {tmp_path / 'letter.docx'}" in ended.stdout


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf\n", "\u200b\n".encode()])
def test_a_blank_text_has_no_record(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "blank.txt").write_bytes(data)
    ended = run("draft", tmp_path / "blank.txt", "--out", tmp_path / "out")
    assert ended.returncode == 3
    assert "the file has no text" in ended.stdout
    assert not (tmp_path / "out").exists()


def test_a_table_is_not_drafted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id,date,sender\n1,1998-06-02,A\n")
    ended = run("draft", path)
    assert ended.returncode == 3
    assert "this is a table (CSV), not a letter's text" in ended.stdout
    assert f"archive-pkg tables map {path}" in ended.stdout
    assert not (tmp_path / "record.yaml").exists()


def test_the_lock_file_of_an_open_document_is_left_out(run: Run, tmp_path: Path) -> None:
    docx(tmp_path / "letter.docx")
    lock = tmp_path / "~$letter.docx"
    lock.write_bytes(b"\x01A" + b" " * 53 + b"\x01\0A\0" + b" \0" * 51 + b"\0" * 1)
    ended = run("draft", tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{lock}\n         left out, because it is the lock file" in ended.stdout
    assert (tmp_path / "record.yaml").exists()
    for name in ("~$letters.xlsx", "._letter.docx"):
        (tmp_path / name).write_bytes(lock.read_bytes())
    named = run("draft", tmp_path, lock, tmp_path / "~$letters.xlsx", tmp_path / "._letter.docx")
    assert named.returncode == 0, named.stdout + named.stderr
    assert named.stdout.count("the lock file of an open document") == 3
    assert "a file in which macOS keeps attributes of another file" in named.stdout
