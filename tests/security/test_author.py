"""The author of a table, document or XML file cannot hang the program or fill its memory."""

from __future__ import annotations

import gc
import io
import json
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document

from archive_pkg.bags import profiles
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.interchange import importing
from archive_pkg.interchange.importing.imported_record import ImportedDraft
from archive_pkg.interchange.importing.watched_xml import Held, XmlSource
from archive_pkg.limits import VARIABLE
from archive_pkg.packages.checking.runner import examine
from archive_pkg.packages.page.parts import _titles
from archive_pkg.packages.parts_diagram import _rows
from archive_pkg.packages.signatures.signers import read_allowed_signers
from archive_pkg.packages.signatures.timestamps import read_certificates
from archive_pkg.parsing import OverLimitError, read_json
from archive_pkg.records import Record
from archive_pkg.reports import Report
from archive_pkg.tables import check
from archive_pkg.tables.lists.mapping import read_mapping
from archive_pkg.tables.reading.csv_files import read_csv
from archive_pkg.tables.reading.workbooks import read_workbook
from archive_pkg.texts.letter_files import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TEI = "http://www.tei-c.org/ns/1.0"


def workbook(path: Path, rows: str, sheets: int = 1) -> Path:
    """A workbook whose sheets all are one part with these rows."""
    from openpyxl import Workbook

    made = io.BytesIO()
    book = Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    book.save(made)
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = sheet.encode() if "/worksheets/" in name else before.read(name)
            after.writestr(name, part)
    return path


def cell(ref: str, text: str = "x") -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "id")}{cell("B1", "title")}</row>'


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (f'<row r="2000000000">{cell("A2000000000")}</row>', "a cell in row 2000000000"),
        (f'<row r="-1">{cell("A1")}</row>', "a cell in row -1"),
        (f'<row r="2">{cell("XFE2")}</row>', "column 16385"),
        (f'<row r="2">{cell("Z" * 4000 + "2")}</row>', "column"),
        (f'<row r="{"9" * 5000}">{cell("A1")}</row>', "cannot be read as a workbook"),
        (f'<row r="400">{cell("XFD400")}</row>', "extends to cell XFD400"),
        (f'<row r="1048576">{cell("XFD1048576")}</row>', "extends to cell XFD1048576"),
        (f'<row r="2">{"<c/>" * 40}</row>', "XML tags"),
    ],
)
def test_a_sheet_with_cells_beyond_the_limits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, message: str
) -> None:
    if message == "XML tags":
        monkeypatch.setenv(VARIABLE, "workbook-cells=6")
    sheets, report = read_workbook(workbook(tmp_path / "list.xlsx", HEAD + rows))
    assert not sheets
    [finding] = report.errors
    assert message in finding.message


def test_cells_without_a_value_do_not_count_towards_the_limits(tmp_path: Path) -> None:
    far = "".join(f'<row r="{n}"><c r="XFD{n}" s="0"/></row>' for n in range(2, 3000))
    [sheet], report = read_workbook(workbook(tmp_path / "list.xlsx", HEAD + far))
    assert report.ok
    assert (sheet.header, sheet.size) == (["id", "title"], 0)


def test_a_stray_cell_in_a_far_row_is_read(tmp_path: Path) -> None:
    stray = f'<row r="20000">{cell("A20000", "last")}</row>'
    [sheet], _ = read_workbook(workbook(tmp_path / "list.xlsx", HEAD + stray))
    blocks = list(sheet.blocks())
    assert blocks[-1].rows[-1] == ["last", ""]
    assert blocks[-1].start + len(blocks[-1].rows) - 1 == 20000


def test_the_cells_of_all_sheets_count_towards_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "list.xlsx", HEAD, sheets=20)
    assert len(read_workbook(path)[0]) == 20
    monkeypatch.setenv(VARIABLE, "workbook-cells=30")
    sheets, report = read_workbook(path)
    assert not sheets
    assert "ARCHIVE_PKG_LIMITS=workbook-cells=NUMBER" in report.errors[0].hint


def test_a_workbook_that_is_too_large_when_unpacked_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "workbook-size=20000")
    path = workbook(tmp_path / "list.xlsx", HEAD + " " * 200_000)
    assert {finding.code for finding in read_workbook(path)[1]} == {"tables-workbook-unsafe"}


@pytest.mark.parametrize(
    "text",
    [
        "id,title\n1," + "x" * 300 + "\n",
        "id,title\n1" + ",x" * 300 + "\n",
        'id,title\n1,"' + '\n","\n' * 300 + '"\n',
    ],
)
def test_a_csv_file_with_a_row_or_cell_over_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(VARIABLE, "table-row=500,table-cell=200")
    path = tmp_path / "list.csv"
    path.write_text(text)
    sheet = read_csv(path)
    list(sheet.blocks())
    assert {finding.code for finding in sheet.report} == {"tables-csv-broken"}
    assert "ARCHIVE_PKG_LIMITS=table-" in sheet.report.errors[0].hint


def test_a_row_of_exactly_the_limit_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,title\n1," + "x" * 7 + "\n")
    monkeypatch.setenv(VARIABLE, "table-row=10")
    assert [block.rows for block in read_csv(path).blocks()] == [[["1", "x" * 7]]]


def test_a_table_of_letters_without_an_id_column_gets_a_report(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("title\nid\n")
    assert isinstance(check(tmp_path / "letters.csv"), Report)


def test_each_cell_of_a_word_table_is_read_once_even_if_it_spans_many_columns(
    tmp_path: Path,
) -> None:
    document = Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text = "one", "two", "three"
    table.cell(0, 0)._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 300_000_000
    document.save(str(tmp_path / "span.docx"))
    assert read_source(tmp_path / "span.docx").text == "one\ttwo\n\nthree\n"


def odt(path: Path, body: str) -> Path:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr(
            "content.xml",
            f'<o:document-content xmlns:o="{office}" xmlns:text="{TEXT}"><o:body><o:text>{body}'
            "</o:text></o:body></o:document-content>",
        )
    return path


@pytest.mark.parametrize(
    "setting", ["document-text=5000", "document-size=4000", "xml-markup=100", ""]
)
def test_a_document_over_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    path = odt(tmp_path / "s.odt", "<text:p>A" + '<text:s text:c="1000"/>' * 200 + "</text:p>")
    monkeypatch.setenv(VARIABLE, setting)
    if not setting:
        assert read_source(path).text == "A\n"
        return
    with pytest.raises(InvalidError) as caught:
        read_source(path)
    assert [finding.code for finding in caught.value.report] == ["letter-file-too-large"]
    assert setting.partition("=")[0] in caught.value.hint


def test_a_text_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "document-text=100")
    (tmp_path / "letter.txt").write_text("Dear Comrades,\n" * 10)
    with pytest.raises(InvalidError, match="has 150 characters"):
        read_source(tmp_path / "letter.txt")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (f'<!DOCTYPE TEI [<!ENTITY l0 "ha">{LAUGHS}]><TEI xmlns="{TEI}">&l8;</TEI>', ""),
        (f'<!DOCTYPE TEI [<!ENTITY l0 "ha">{LAUGHS}]><TEI xmlns="{TEI}" n="&l8;"/>', ""),
        (f'<TEI xmlns="{TEI}">' + "<p>" * 5000, "import-not-xml"),
        (f'<TEI xmlns="{TEI}">' + "<p/>" * 300_000, "import-too-large"),
        (f'<TEI xmlns="{TEI}"' + "".join(f' a{n}=""' for n in range(300_000)), "import-too-large"),
        (f'<?xml version="1.0" encoding="UTF-7"?>+ADw-TEI xmlns="{TEI}"/>', "import-not-xml"),
        ("", "import-not-xml"),
    ],
)
def test_xml_with_entities_or_too_much_markup_is_refused(
    monkeypatch: pytest.MonkeyPatch, document: str, code: str
) -> None:
    monkeypatch.setenv(VARIABLE, "xml-markup=250000")
    with pytest.raises(InvalidError) as caught:
        importing.read(document.encode(), "letter.xml")
    codes = {finding.code for finding in caught.value.report}
    assert codes <= {code} if code else codes <= {"import-has-entities", "import-not-xml"}


@pytest.mark.parametrize("setting", ["json-size=30", "json-values=9"])
def test_json_over_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(VARIABLE, setting)
    with pytest.raises(OverLimitError) as caught:
        read_json("[" + "0," * 20 + "0]")
    assert setting.partition("=")[0] in caught.value.hint


def test_files_that_are_read_completely_have_a_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "list.map.yaml"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    for read in (
        read_mapping,
        read_allowed_signers,
        read_certificates,
        profiles.load_profile,
        load_vocabulary,
    ):
        with pytest.raises(StorageError, match="314572800 bytes") as caught:
            read(path)
        assert "ARCHIVE_PKG_LIMITS=file-size" in caught.value.hint, read


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200 + "]" * 200,
        '{"a":' * 101 + "1" + "}" * 101,
        '["\\"[", ' + "[" * 100 + "]" * 101,
        "[[" * 9**5,
    ],
)
def test_json_that_is_nested_too_deeply_is_refused(text: str) -> None:
    for data in (text, text.encode()):
        with pytest.raises(OverLimitError, match="more than the limit of 100"):
            read_json(data)
    assert read_json('["' + "[" * 500 + '\\"", ' + "[]," * 200 + "1]")[-1] == 1


def test_blank_rows_before_a_stray_cell_give_one_finding(tmp_path: Path) -> None:
    head = HEAD.replace("</row>", f"{cell('C1', 'type')}</row>")
    stray = f'<row r="3000">{cell("A3000", "last")}</row>'
    report = check(workbook(tmp_path / "letters.xlsx", head + stray))
    blank = [finding for finding in report if finding.code == "tables-row-blank"]
    assert [finding.message for finding in blank] == ["2998 rows are blank, up to row 2999"]


def spans(number: int) -> dict[str, Any]:
    """Return a record of many parts with the same title, each a span of one file."""
    parts = [
        {
            "id": f"p{each}",
            "kind": "translation",
            "file": "a.txt",
            "media_type": "text/plain",
            "span": {"start": 0, "end": 1},
            **({"made_from": [f"p{each + 1}"]} if each + 1 < number else {}),
        }
        for each in range(number)
    ]
    return {"id": "x", "type": "letter", "title": "x", "parts": parts}


def check_spans(folder: Path, number: int) -> Callable[[], object]:
    (folder / "a.txt").write_text("text")
    (folder / "record.json").write_text(json.dumps(spans(number)))
    return lambda: examine(folder / "record.json")


def call_parts(folder: Path, number: int) -> Callable[[], object]:
    record = Record.model_validate(spans(number))
    return lambda: _titles(record)


def lay_out_parts(folder: Path, number: int) -> Callable[[], object]:
    record = Record.model_validate(spans(number))
    return lambda: _rows(record)


def add_to_a_draft(folder: Path, number: int) -> Callable[[], object]:
    draft = ImportedDraft(XmlSource(b"<TEI/>", "letter.xml"), "letter", "Letter", "letter")

    def add() -> None:
        for each in range(5 * number):
            draft.add("mentioned_agents", f"a{each}")

    return add


def look_for_references(folder: Path, number: int) -> Callable[[], object]:
    marks = "".join(f'<ref target="#i{each}"/>' for each in range(number))
    source = XmlSource(f"<TEI>{marks}</TEI>".encode(), "letter.xml")
    held = Held("\n".join(f"a long line of words {each}" for each in range(40 * number)))
    return lambda: list(source.unread([source.root], held))


@pytest.mark.parametrize(
    "prepared", [check_spans, call_parts, lay_out_parts, add_to_a_draft, look_for_references]
)
def test_eight_times_the_input_takes_about_eight_times_as_long(
    prepared: Callable[[Path, int], Callable[[], object]], tmp_path: Path
) -> None:
    def seconds(number: int) -> float:
        folder = tmp_path / str(number)
        folder.mkdir()
        work = prepared(folder, number)
        taken = []
        gc.disable()  # it would also search the objects of earlier tests
        try:
            for _ in range(2):  # another process may slow down one run
                begun = time.process_time()
                work()
                taken.append(time.process_time() - begun)
        finally:
            gc.enable()
        return min(taken)

    seconds(10)  # the first call imports modules
    assert seconds(1600) < 20 * seconds(200) + 0.1  # quadratic work takes 64 times as long
