"""Letters in Word, OpenDocument and TEI: read, never written, and refused when broken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from docx import Document

from archive_pkg.drafting import draft_letter, file_draft, load_vocabulary
from archive_pkg.drafting.reading import DOCX, ODT, TEI
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages import check
from archive_pkg.records import load_record

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
    filed = file_draft(draft_letter(path), load_vocabulary())
    assert path.read_bytes() == before
    record = load_record(filed.record)
    assert [part.file for part in record.parts] == ["letter.docx", "letter.text.txt"]
    report = check(filed.record)
    assert report.ok, [finding.message for finding in report]


def test_tei_says_what_its_markup_says(tmp_path: Path) -> None:
    path = tmp_path / "letter.xml"
    path.write_text(TEI_LETTER)
    draft = draft_letter(path)
    assert draft.source.media_type == TEI
    said = {one.field: (one.value, one.rule) for one in draft.statements}
    assert said["sender"] == ("Beispiel, Karl", "tei-corresp-action")
    assert said["recipient"] == ("Muster, Anna", "tei-corresp-action")
    assert said["date"] == ("1907-07-01", "tei-corresp-action")
    assert said["salutation"] == ("Liebe Anna!", "tei-salute")
    assert said["closing"] == ("Herzlich", "tei-salute")
    assert said["signatory"] == ("Dein Karl", "tei-signed")
    assert "Anmerkung" not in draft.text
    assert [(one.value, one.kind) for one in draft.of("note")] == [
        ("[komme]", "insertion"),
        ("[…]", "omission"),
    ]
    for one in draft.statements:
        if one.quote is not None:
            assert draft.text[one.quote.start : one.quote.end] == one.quote.exact


def test_entities_of_a_tei_file_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of the machine")
    attack = TEI_LETTER.replace(
        "<TEI ", f'<!DOCTYPE TEI [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<TEI ', 1
    ).replace("morgen", "&x;")
    path = tmp_path / "letter.xml"
    path.write_text(attack)
    assert "secret" not in draft_letter(path).text


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive",
        b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><text>',
        b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><text/></TEI>',
        b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><correspDesc/><correspDesc/><body/></TEI>',
    ],
)
def test_a_broken_file_is_told(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_bytes(data)
    with pytest.raises(InvalidError) as caught:
        draft_letter(path)
    assert [finding.code for finding in caught.value.report] == ["letter-file-unreadable"]


def test_a_folder_is_no_letter(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        draft_letter(tmp_path)
