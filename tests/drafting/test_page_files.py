"""The text of PAGE XML, ALTO and PDF files keeps its lines, regions and reading order."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from archive_pkg.drafting import draft_letter, load_vocabulary, save_draft
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages import check
from archive_pkg.packages.page import letter_page
from archive_pkg.records import Record, load_record
from archive_pkg.texts.letter_files import extracted_text, read_source
from archive_pkg.texts.page_files import ALTO, PAGE, text_of_pages
from program import Run

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"


def line(text: str, index: int | None = None) -> str:
    order = "" if index is None else f' custom="readingOrder {{index:{index};}} style {{x:1;}}"'
    return f"<TextLine{order}><TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>"


def page(content: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<PcGts xmlns="{NAMESPACE}"><Page>{content}</Page></PcGts>'.encode()
    )


def alto(content: str, order: str = "") -> bytes:
    layout = f"<Layout><Page><PrintSpace>{content}</PrintSpace></Page></Layout>"
    return f'<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">{order}{layout}</alto>'.encode()


def pdf(*lines: str) -> bytes:
    """Make a PDF of one page with the lines, or without a text layer if there are none."""
    shown = " ".join(f"({text}) Tj 0 -14 Td" for text in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {shown} ET" if lines else ""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF\n"
    return f"{made}xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


PAGES = {
    "lines and regions": (
        f"<TextRegion>{line('Dear Sir,')}{line('the pears')}</TextRegion>"
        f"<TextRegion>{line('A. Bee')}</TextRegion>",
        "Dear Sir,\nthe pears\n\nA. Bee\n",
    ),
    "reading order of the page": (
        '<ReadingOrder><OrderedGroup><RegionRefIndexed index="1" regionRef="a"/>'
        '<RegionRefIndexed index="0" regionRef="b"/></OrderedGroup></ReadingOrder>'
        f'<TextRegion id="a">{line("second")}</TextRegion>'
        f'<TextRegion id="b">{line("first")}</TextRegion>',
        "first\n\nsecond\n",
    ),
    "reading order of regions and lines": (
        f'<TextRegion custom="readingOrder {{index:1;}}">{line("d", 1)}{line("c", 0)}</TextRegion>'
        f'<TextRegion custom="readingOrder {{index:0;}}">{line("b", 1)}{line("a", 0)}</TextRegion>',
        "a\nb\n\nc\nd\n",
    ),
    "words only": (
        "<TextRegion><TextLine><Word><TextEquiv><Unicode>Dear</Unicode></TextEquiv></Word>"
        "<Word><TextEquiv><Unicode>Sir</Unicode></TextEquiv></Word></TextLine></TextRegion>",
        "Dear Sir\n",
    ),
    "first choice": (
        '<TextRegion><TextLine><TextEquiv index="1"><Unicode>Deer</Unicode></TextEquiv>'
        '<TextEquiv index="0"><Unicode>Dear</Unicode></TextEquiv></TextLine></TextRegion>',
        "Dear\n",
    ),
    "region without lines": (
        "<TextRegion><TextEquiv><Unicode>Dear Sir,\nthe pears</Unicode></TextEquiv></TextRegion>",
        "Dear Sir,\nthe pears\n",
    ),
    "regions in regions and cells": (
        f"<TextRegion>{line('a')}<TextRegion>{line('b')}</TextRegion></TextRegion>"
        f"<TableRegion><TextRegion>{line('c')}</TextRegion></TableRegion><ImageRegion/>",
        "a\n\nb\n\nc\n",
    ),
    "nothing": ("<ImageRegion/><TextRegion/>", ""),
}


@pytest.mark.parametrize("case", PAGES)
def test_the_text_of_page_xml_has_its_lines_in_reading_order(case: str) -> None:
    content, text = PAGES[case]
    assert text_of_pages(page(content), PAGE) == text


def test_the_text_of_alto_has_its_lines_and_hyphens() -> None:
    content = (
        '<TextBlock ID="b"><TextLine><String CONTENT="the"/><SP/><String CONTENT="lad"/>'
        '<HYP CONTENT="-"/></TextLine><TextLine><String CONTENT="ders"/></TextLine></TextBlock>'
        '<ComposedBlock><TextBlock ID="a"><TextLine><String CONTENT="Dear"/></TextLine>'
        "</TextBlock></ComposedBlock>"
    )
    assert text_of_pages(alto(content), ALTO) == "the lad-\nders\n\nDear\n"
    order = '<ReadingOrder><OrderedGroup><ElementRef REF="a"/></OrderedGroup></ReadingOrder>'
    assert text_of_pages(alto(content, order), ALTO) == "Dear\n\nthe lad-\nders\n"


LETTER = ("London, 4 June 1931", "Dear Sir,", "the pears are ripe.", "Yours sincerely,", "A. Bee")
FILES = {
    "letter.xml": page("".join(f"<TextRegion>{line(text)}</TextRegion>" for text in LETTER)),
    "letter.pdf": pdf(*LETTER),
}


@pytest.mark.parametrize("name", FILES)
def test_pages_are_drafted_and_their_text_is_saved(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    filed = save_draft(draft_letter(path), load_vocabulary())
    record = load_record(filed.record)
    assert str(record.date and record.date.edtf) == "1931-06-04"
    assert [part.file for part in record.parts] == [name, "letter.text.txt"]
    assert (tmp_path / "letter.text.txt").read_text().split("\n")[0] == LETTER[0]
    assert check(filed.record).ok
    assert extracted_text(FILES[name], record.parts[0].media_type) == read_source(path).text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (page("<ImageRegion/>"), "the file has no text"),
        (pdf(), "the PDF file has no text layer"),
        (b"%PDF-1.4\n", "the file cannot be opened"),
        (page("<TextRegion>").replace(b"</PcGts>", b""), "the file cannot be opened"),
        (
            page("<TextRegion/>").replace(b"<PcGts", b'<!DOCTYPE a [<!ENTITY b "c">]><PcGts'),
            "the file has no text",
        ),
    ],
)
def test_a_file_of_pages_without_text_is_refused(
    tmp_path: Path, data: bytes, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "letter.bin"
    path.write_bytes(data)
    with pytest.raises(InvalidError) as caught:
        draft_letter(path)
    [finding] = caught.value.report
    assert message in finding.message
    assert not caplog.records


def test_the_text_of_a_pdf_file_is_on_the_page_of_the_letter(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("Dear Anna,", "The monument is finished."))
    (tmp_path / "b.pdf").write_bytes(pdf())
    parts = [
        {"id": name, "kind": "scan", "file": f"{name}.pdf", "media_type": "application/pdf"}
        for name in "ab"
    ]
    record = Record.model_validate({"id": "x", "type": "letter", "title": "X", "parts": parts})
    shown = letter_page(record, tmp_path)
    assert "The monument is finished." in shown
    assert shown.count("The text was extracted from the file") == 1
    assert shown.count("Files to open") == 1


def test_a_pdf_file_needs_pypdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "letter.pdf").write_bytes(pdf(*LETTER))
    with pytest.raises(UsageError) as caught:
        draft_letter(tmp_path / "letter.pdf")
    assert "pip install 'archive-pkg[pdf]'" in caught.value.hint


def test_a_folder_is_searched_for_letters_of_every_kind(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / f"{name[-3:]}-{name}").write_bytes(data)
    words = "".join(f'<TextLine><String CONTENT="{text}"/></TextLine>' for text in LETTER)
    (folder / "b.xml").write_bytes(alto(f"<TextBlock>{words}</TextBlock>"))
    (folder / "scan.pdf").write_bytes(pdf())
    (folder / "copy.pdf").write_bytes(pdf(*LETTER))
    (folder / "copy.txt").write_text("\n".join(LETTER))
    mail = b"Message-ID: <a@example.org>\nFrom: a@example.org\n\nThe pears are ripe.\n"
    (folder / "mail.txt").write_bytes(mail)
    (folder / "mods.xml").write_bytes(b'<?xml version="1.0"?><mods></mods>')
    done = run("draft", folder, "--out", tmp_path / "records", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    drafted = {Path(one["path"]).name for one in results if one.get("written")}
    assert drafted == {"xml-letter.xml", "pdf-letter.pdf", "b.xml", "copy.txt"}
    skipped = {
        Path(one["path"]).name: found["message"]
        for one in results
        for found in one["findings"]
        if found["code"] == "draft-file-skipped"
    }
    assert skipped == {
        "scan.pdf": "not drafted, because the PDF file has no text layer",
        "copy.pdf": "not drafted, because its text is in copy.txt",
        "mail.txt": "not drafted, because this is an e-mail message, not a letter's text",
        "mods.xml": "not drafted, because this is a MODS record, not a letter's text",
    }


def test_an_empty_text_in_a_folder_is_an_error(tmp_path: Path, run: Run) -> None:
    (tmp_path / "letter.txt").write_text(" \n")
    assert run("draft", tmp_path, "--out", tmp_path / "records").returncode == 3


def test_a_pdf_file_in_a_folder_is_skipped_without_pypdf(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "letter.pdf").write_bytes(pdf(*LETTER))
    done = run("draft", tmp_path, "--out", tmp_path / "records")
    assert done.returncode == 0
    assert "not drafted, because PDF files need pypdf" in done.stdout
    assert "pip install 'archive-pkg[pdf]'" in done.stdout


def test_pdf_files_of_a_record_are_not_drafted_again(tmp_path: Path, run: Run) -> None:
    (tmp_path / "letter.txt").write_text("\n".join(LETTER))
    run("draft", tmp_path / "letter.txt")
    (tmp_path / "scan.pdf").write_bytes(pdf(*LETTER))
    done = run("draft", tmp_path, "--json")
    assert [Path(one["path"]).name for one in json.loads(done.stdout)["results"]] == ["letter.txt"]
