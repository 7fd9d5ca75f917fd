"""Workbooks are read safely, checked cell by cell and annotated."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages import build_package, verify
from archive_pkg.tables import annotate, check, read_tables, write_records, write_template

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from archive_pkg.reports import Report


def fill(sheet: Worksheet, row: int, **cells: str | int | datetime.datetime) -> None:
    """Write the given cells of a row; `date__edtf` is the column `date.edtf`."""
    names = [cell.value for cell in sheet[1]]
    for cell in sheet[row]:
        cell.value = None
    for name, value in cells.items():
        sheet.cell(row, names.index(name.replace("__", ".")) + 1, value)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Return a workbook with typical mistakes, made from the template."""
    path = tmp_path / "letters.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    letters, agents, parts = book["letters"], book["agents"], book["parts"]
    date = datetime.datetime(1960, 7, 18)
    fill(letters, 2, id="L1", type="letter", title="On specialists ", date__edtf=date)
    fill(letters, 3, id="L2", type="Telegramm", title="The Сonference", date__edtf="18.7.1960")
    fill(letters, 5, id="L2", type="letter", title='=A2&" copy"', sender="nobody")
    fill(letters, 6, id="L 3", type="letter", date__edtf=22115)
    letters.merge_cells("M2:M3")
    letters.row_dimensions[6].hidden = True
    letters["A2"].comment = Comment("mine", "Erika")
    letters["C2"].font = Font(bold=True, color="FF0000")
    fill(agents, 2, letter="L9", id="x", name="X", kind="person")
    fill(agents, 3, letter="L1", id="y", name="Y", identifiers="http://viaf.org/viaf/32011500")
    fill(parts, 2, letter="L1", id="scan", kind="scan", file="missing.tif", made_from="original")
    fill(parts, 3, letter="L1", id="original", kind="original", held="false", made_from="scan")
    fill(parts, 4, letter="L1", id="text", kind="transcription", file="here.txt")
    sums = book.create_sheet("My sums")
    sums["A1"], sums["A2"], sums["A3"] = 3, 4, "=SUM(A1:A2)"
    sums["A3"].fill = PatternFill("solid", fgColor="00FF00")
    chart = BarChart()
    chart.add_data(Reference(sums, min_col=1, min_row=1, max_row=2))
    sums.add_chart(chart, "C1")
    book.save(path)
    (tmp_path / "here.txt").write_text("here")
    return path


def reported(report: Report) -> set[tuple[str, str]]:
    return {(f.code, f"{f.location.table}!{f.location.cell}") for f in report}


def test_errors_of_a_workbook_are_reported_cell_by_cell(messy: Path) -> None:
    assert reported(check(messy)) == {
        ("tables-sheet-ignored", "My sums!"),
        ("tables-cells-merged", "letters!M2"),
        ("tables-cell-note", "letters!A2"),
        ("tables-hidden", "letters!6"),
        ("tables-date-typed", "letters!S2"),
        ("tables-formula-uncomputed", "letters!I5"),
        ("tables-space-around", "letters!I2"),
        ("record-value-wrong", "letters!E3"),
        ("tables-look-alike", "letters!I3"),
        ("record-date-invalid", "letters!S3"),
        ("tables-row-blank", "letters!4"),
        ("tables-key-taken", "letters!A5"),
        ("record-field-missing", "letters!I5"),
        ("record-reference-unknown", "letters!M5"),
        ("record-value-wrong", "letters!A6"),
        ("record-field-missing", "letters!I6"),
        ("record-date-invalid", "letters!S6"),
        ("record-reference-unknown", "agents!A2"),
        ("record-field-missing", "agents!D3"),
        ("record-value-wrong", "agents!U3"),
        ("record-parts-circle", "parts!O2"),
        ("tables-part-missing", "parts!F2"),
    }


def test_hints_of_a_workbook_say_what_to_write(messy: Path) -> None:
    hints = {f"{f.location.table}!{f.location.cell}": f.hint for f in check(messy)}
    assert hints["letters!S3"] == "Write 1960-07-18, and “18.7.1960” in date.as_written."
    assert hints["letters!S6"] == "Write 1960-07-18 if that is meant."
    assert hints["agents!U3"] == "Write viaf:32011500."


def test_letters_of_a_corrected_workbook_build_and_verify(messy: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(messy)
    letters, agents, parts = book["letters"], book["agents"], book["parts"]
    letters.unmerge_cells("M2:M3")
    fill(letters, 2, id="L1", type="letter", title="On specialists", date__edtf="1960-07-18")
    fill(letters, 3, id="L2", type="telegram", title="The Conference", sender="y")
    letters.delete_rows(4, 3)
    fill(agents, 2, letter="L2", id="y", name="Y", kind="person", identifiers="viaf:32011500")
    agents.delete_rows(3)
    fill(parts, 2, letter="L1", id="text", kind="transcription", file="here.txt")
    parts.delete_rows(3, 2)
    book.save(messy)
    assert check(messy).ok
    records, report = read_tables(messy)
    assert report.ok
    assert write_records(records, tmp_path / "records") == (2, 0)
    shutil.copy(tmp_path / "here.txt", tmp_path / "records" / "L1" / "here.txt")
    (tmp_path / "packages").mkdir()
    for name in ("L1", "L2"):
        built = build_package(
            tmp_path / "records" / name, tmp_path / "packages", on=datetime.date(2026, 11, 24)
        )
        assert verify(built.path).ok


def test_an_annotated_workbook_only_adds_colours_and_notes(messy: Path) -> None:
    out = annotate(messy, check(messy), messy.with_name("checked.xlsx"))
    before, after = openpyxl.load_workbook(messy), openpyxl.load_workbook(out)
    letters = after["letters"]
    assert letters["S3"].fill.fgColor.rgb == "FFFFC7CE"
    assert "Write 1960-07-18" in letters["S3"].comment.text
    assert letters["I2"].fill.fgColor.rgb == "FFFFEB9C"
    assert letters["A2"].comment.text.startswith("mine\n\nWARNING: the note of this cell is not")
    assert (letters["C2"].font.b, letters["C2"].font.color.rgb) == (True, "00FF0000")
    assert letters["I5"].value == '=A2&" copy"'
    last = f"sheet{len(before.sheetnames)}."
    with zipfile.ZipFile(messy) as theirs, zipfile.ZipFile(out) as ours:
        sums = [name for name in theirs.namelist() if "chart" in name or last in name]
        assert len(sums) > 1
        assert all(theirs.read(name) == ours.read(name) for name in sums)
    for name in before.sheetnames:
        cells = zip(before[name].iter_rows(), after[name].iter_rows(), strict=False)
        assert all(
            a.value == b.value for mine, its in cells for a, b in zip(mine, its, strict=False)
        )


def test_an_existing_note_is_kept_and_extended(messy: Path) -> None:
    book = openpyxl.load_workbook(messy)
    book["letters"]["S3"].comment = Comment("look this up", "Erika")
    book.save(messy)
    out = annotate(messy, check(messy), messy.with_name("checked.xlsx"))
    text = openpyxl.load_workbook(out)["letters"]["S3"].comment.text
    assert text.startswith("look this up")
    assert "Write 1960-07-18" in text


def test_a_csv_file_is_annotated_in_a_column_or_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id,type,title\na,letter,A\nb,lettre,B\n")
    report = check(path)
    rows = annotate(path, report, tmp_path / "checked.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "id,type,title,archive-pkg"
    assert rows[1] == "a,letter,A,"
    assert "Did you mean letter?" in rows[2]
    late = tmp_path / "late.csv"
    late.write_text("Our list\n" + path.read_text())
    header = annotate(late, check(late), tmp_path / "c.csv").read_text("utf-8-sig").splitlines()[0]
    assert "WARNING: the header is row 2" in header
    book = openpyxl.load_workbook(annotate(path, report, tmp_path / "checked.xlsx"))
    assert "Did you mean letter?" in book["letters"]["B3"].comment.text
    for ending in ("pdf", "xlsm"):
        with pytest.raises(UsageError, match=r"does not end in \.xlsx or \.csv"):
            annotate(path, report, tmp_path / f"checked.{ending}")


def rewritten(path: Path, change: dict[str, bytes]) -> Path:
    """Copy a workbook and replace some of its parts."""
    out = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change.pop(name, b"") or source.read(name))
        for name, data in change.items():
            target.writestr(name, data)
    return out


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    "data", [ENTITIES, ENTITIES.decode().encode("utf-16")], ids=["utf-8", "utf-16"]
)
def test_a_workbook_with_xml_entities_is_refused(tmp_path: Path, data: bytes) -> None:
    write_template(tmp_path / "letters.xlsx")
    path = rewritten(tmp_path / "letters.xlsx", {"xl/workbook.xml": data})
    assert [f.code for f in check(path)] == ["tables-workbook-unsafe"]


def test_a_workbook_above_the_size_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", f"workbook-size={16 << 20}")
    write_template(tmp_path / "letters.xlsx")
    path = rewritten(tmp_path / "letters.xlsx", {"xl/media/zeros.bin": bytes(17 << 20)})
    assert [f.code for f in check(path)] == ["tables-workbook-unsafe"]


@pytest.mark.parametrize(
    "data",
    [b"", b"id,type\n", b"PK\x03\x04torn", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)],
    ids=["empty", "csv", "torn", "xls"],
)
def test_a_file_that_is_not_a_workbook_is_reported(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "letters.xlsx"
    path.write_bytes(data)
    code = "tables-no-file" if data.startswith(b"\xd0\xcf") else "tables-workbook-broken"
    assert [f.code for f in check(path)] == [code]
    with pytest.raises(InvalidError):
        annotate(path, [], tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_a_damaged_part_is_reported(tmp_path: Path, part: str) -> None:
    write_template(tmp_path / "letters.xlsx")
    path = rewritten(tmp_path / "letters.xlsx", {part: b"<worksheet><sheetDa"})
    assert [f.code for f in check(path)] == ["tables-workbook-broken"]


def test_the_same_records_give_the_same_workbook(
    tmp_path: Path,
) -> None:
    write_template(tmp_path / "one.xlsx")
    write_template(tmp_path / "other.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as book:
        assert {member.date_time for member in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in re.sub(rb"xmlns:\w+=", b"", book.read("docProps/core.xml"))


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [("B2", "2", "tables-number-as-text"), ("I2", "#REF!", "tables-cell-error")],
)
def test_a_misleading_value_is_reported(tmp_path: Path, cell: str, value: str, code: str) -> None:
    write_template(tmp_path / "letters.xlsx")
    book = openpyxl.load_workbook(tmp_path / "letters.xlsx")
    book["letters"][cell].value = value
    book.save(tmp_path / "letters.xlsx")
    assert (code, f"letters!{cell}") in reported(check(tmp_path / "letters.xlsx"))


def test_without_openpyxl_the_hint_says_how_to_install_it(tmp_path: Path) -> None:
    write_template(tmp_path / "letters.xlsx")
    code = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from archive_pkg.errors import UsageError\n"
        "from archive_pkg.tables import check, write_template\n"
        "for act in (check, write_template):\n"
        "    try: act(sys.argv[1]); print('done')\n"
        "    except UsageError as error: print(error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "letters.xlsx")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("pip install 'archive-pkg[xlsx]'") == 2
