"""The check of a catalogue reports every error at once, with its cell and a hint."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive_pkg.errors import UsageError
from archive_pkg.packages import check_record
from archive_pkg.records import load_record
from archive_pkg.tables import check, package_files, read_records
from archive_pkg.tables.reading.sheets import column_letters
from archive_pkg.tables.schema.columns import tables
from archive_pkg.tables.writing.workbooks import write_template, write_workbook
from strategies import records

if TYPE_CHECKING:
    from archive_pkg.records.models import Record
    from archive_pkg.reports import Report

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "records" / "1960-07-18-cpsu-to-sed"

Sheets = dict[str, list[list[str]]]


CATALOGUES = st.lists(records(), max_size=2, unique_by=lambda record: record.id)


@pytest.fixture
def sheets() -> Sheets:
    """Return the tables of the first letter as rows of cells, header first."""
    files = package_files([load_record(LETTER)], "letters")
    return {
        Path(name).stem: list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        for name, data in files.items()
        if name.endswith(".csv")
    }


def put(sheets: Sheets, address: str, value: str) -> None:
    """Set a cell that is named `table!row column`."""
    table, _, place = address.partition("!")
    row, column = place.split()
    header = sheets[table][0]
    sheets[table][int(row) - 1][header.index(column)] = value


def save(folder: Path, sheets: Sheets) -> Path:
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return folder


def checked(folder: Path, sheets: Sheets) -> Report:
    return check(save(folder, sheets), files=LETTER, check_files=check_record)


def test_a_valid_catalogue_has_only_advice(tmp_path: Path, sheets: Sheets) -> None:
    report = checked(tmp_path, sheets)
    assert {str(finding.severity) for finding in report} == {"advice"}
    assert all(finding.location.table and finding.location.cell for finding in report)


@pytest.mark.parametrize(
    ("address", "value", "code", "place", "words"),
    [
        ("letters!2 type", "lettre", "record-value-wrong", "", "Did you mean letter?"),
        ("letters!2 date.edtf", "18.7.1960", "record-date-invalid", "", "1960"),
        ("letters!2 sender", "cc-cpsuu", "record-reference-unknown", "", "mean cc-cpsu?"),
        ("letters!2 title", "", "record-field-missing", "", "title"),
        (
            "letters!2 place.as_written",
            "Moskva",
            "record-field-missing",
            "place.name",
            "place.name",
        ),
        ("letters!2 version", "0", "record-value-wrong", "", "1"),
        ("letters!2 title", "The Сecret letter", "tables-look-alike", "", "U+0421"),
        ("letters!2 custody", "kept ", "tables-space-around", "", "kept"),
        ("letters!2 custody", "ke\u200bpt", "tables-invisible-character", "", "U+200B"),
        ("parts!3 sha256", "xyz", "record-value-wrong", "", "SHA-256"),
        ("parts!3 file", "../x.txt", "record-value-wrong", "", "outside"),
        ("parts!3 file", "", "record-value-wrong", "", "held: false"),
        ("parts!3 part_of", "note-to-prc; letter", "record-parts-circle", "", "circle"),
        ("parts!4 id", "letter", "tables-key-taken", "", "row 3"),
        (
            "translation_notes!2 letter",
            "1960-07-18-cpsu-to-sad",
            "record-reference-unknown",
            "",
            "sed?",
        ),
        ("parts!3 access.status", "closed", "record-value-wrong", "", "rule"),
        ("translation_notes!2 at.start", "1e3", "record-value-wrong", "", "digits"),
        ("translation_notes!2 at.end", "99", "record-value-wrong", "at.start", "span"),
        (
            "translation_notes!2 at.exact",
            "[lozhnom polozhenij]",
            "quote-moved",
            "at.start",
            "does not contain",
        ),
        ("translation_notes!2 language", "russian", "record-language-invalid", "", "ru"),
        ("evidence!2 field", "titel", "record-statement-unknown", "", "title"),
        ("evidence!2 rule", "", "record-value-wrong", "basis", "rule"),
        ("agents!2 identifiers", "Q42", "record-value-wrong", "", "scheme:value"),
        ("agents!2 identifiers", "gnd:1185618043", "record-identifier-invalid", "", ""),
    ],
)
def test_an_error_is_reported_at_its_cell(
    tmp_path: Path, sheets: Sheets, address: str, value: str, code: str, place: str, words: str
) -> None:
    put(sheets, address, value)
    findings = [f for f in checked(tmp_path, sheets) if f.code == code]
    table, _, where = address.partition("!")
    row, column = where.split()
    letters = column_letters(sheets[table][0].index(place or column))
    assert [f.location.cell for f in findings] == [f"{letters}{row}"]
    assert (findings[0].location.table, findings[0].location.field) == (table, place or column)
    assert words in findings[0].message + findings[0].hint


def test_all_errors_are_reported_at_once(tmp_path: Path, sheets: Sheets) -> None:
    put(sheets, "letters!2 type", "lettre")
    put(sheets, "letters!2 date.edtf", "1960-13")
    put(sheets, "events!2 date.edtf", "yesterday")
    put(sheets, "parts!3 part_of", "summary")  # summary is about letter
    put(sheets, "agents!2 kind", "man")
    codes = [f.code for f in checked(tmp_path, sheets)]
    assert sorted(codes) == [
        "record-date-invalid",
        "record-date-invalid",
        "record-parts-circle",
        "record-value-wrong",
        "record-value-wrong",
    ]


def test_uneven_rows_and_unknown_headers_are_reported(tmp_path: Path, sheets: Sheets) -> None:
    header = sheets["agents"][0]
    header[header.index("name")] = "Name "
    header[header.index("note")] = "remark"
    sheets["agents"].insert(2, [""] * len(header))
    sheets["agents"][3].append("too much")
    sheets["agents"][4] = sheets["agents"][4][:-2]
    found = {(f.code, f.location.cell) for f in check(save(tmp_path, sheets))}
    found.discard(("tables-files-elsewhere", "1"))
    assert found == {
        ("tables-column-nearly", "C1"),
        ("tables-column-unknown", "V1"),
        ("tables-row-blank", "3"),
        ("tables-row-ragged", "W4"),
        ("tables-row-ragged", "U5"),
    }


def test_repeated_and_empty_headers_are_reported(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("id,type,title,Type,\na,letter,A,letter,x\n")
    found = {(f.code, f.location.cell) for f in check(tmp_path)}
    assert found == {("tables-column-twice", "D1"), ("tables-column-unnamed", "E1")}


def test_an_invalid_byte_is_reported_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes("id,type,title\na,letter,Письмо\n".encode("cp1251"))
    (finding,) = check(path)
    assert finding.code == "tables-encoding-wrong"
    assert (finding.location.line, finding.location.byte) == (2, 23)
    assert "cp1251 “id,type,title" not in finding.hint
    assert "Письмо" in finding.hint
    assert check(path, encoding="cp1251").ok


def test_an_invalid_byte_in_utf_16_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes("id,type,title\na,letter,ĊĊ".encode("utf-16") + b"\x00\xdc")  # Ċ is 0A 01
    (finding,) = check(path)
    assert (finding.location.line, finding.location.byte) == (2, 52)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "punycode"])
def test_an_encoding_that_is_not_of_characters_is_unknown(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id,type,title\na,letter,A\n")
    with pytest.raises(UsageError, match=f"the encoding {encoding} is unknown"):
        check(path, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_selects_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("id;type;title\na;letter;Письмо\n", encoding=encoding)
    report = check(path)
    assert report.ok
    assert "tables-separator-other" in {finding.code for finding in report}


def test_an_unbalanced_quote_is_reported(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text('id,type,title\na,letter,"open\nb,letter,T\n')
    assert "tables-csv-broken" in {finding.code for finding in check(tmp_path)}


def test_rows_after_an_unbalanced_quote_are_not_reported_as_missing(
    tmp_path: Path, sheets: Sheets
) -> None:
    save(tmp_path, sheets)
    text = (tmp_path / "agents.csv").read_text()
    (tmp_path / "agents.csv").write_text(text.replace("\nN. ", '\n"N. ', 1) + 'x,"open\n')
    assert {f.code for f in check(tmp_path).errors} == {"tables-csv-broken"}


@given(CATALOGUES, st.randoms(use_true_random=False))
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=15)
def test_records_can_be_read_from_tables_without_errors(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Record], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("spoilt")
    for name, data in package_files(catalogue, "letters").items():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
            spoil(rows, chance)
            with (folder / Path(name).name).open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)
    letters = (folder / "letters.csv").read_text(encoding="utf-8")
    if check(folder).ok:
        assert len(read_records(folder)) == len(list(csv.reader(io.StringIO(letters)))) - 1


def test_a_letter_without_an_id_is_reported(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text("id,type,title\n,letter,T\na,letter,T\n")
    (tmp_path / "parts.csv").write_text("letter,id,kind,held\n,x,scan,false\na,y,scan,false\n")
    found = list(check(tmp_path))
    assert next(f.location.cell for f in found if f.location.table == "letters") == "A2"


ODD_CELLS = ["", " ", "x", "-1", "007", "1960-13", "true", "TRUE", "Q42", "a;b", "\x07", "closed",
             "../x", "con", "a b", "рус", "999999999999999999999", "12", "title",
             "a\nb"]  # fmt: skip


def spoil(rows: list[list[str]], chance: random.Random) -> None:
    """Change some cells, usually to the value of another cell in the table."""
    for _ in range(chance.randint(0, 6) if len(rows) > 1 else 0):
        row = chance.randrange(1, len(rows))
        place = chance.randrange(len(rows[row]))
        other = rows[chance.randrange(1, len(rows))]
        rows[row][place] = chance.choice([*ODD_CELLS, other[place % len(other)]])
    if chance.random() < 0.2:
        rows.append(list(chance.choice(rows)))


@given(CATALOGUES)
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=4)
def test_records_survive_a_round_trip_through_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Record]
) -> None:
    path = tmp_path_factory.mktemp("workbook") / "letters.xlsx"
    write_workbook(catalogue, path)
    assert read_records(path) == catalogue


def test_the_template_is_valid_and_has_every_table(tmp_path: Path) -> None:
    import openpyxl

    write_template(tmp_path / "letters.xlsx")
    assert {f.code for f in check(tmp_path / "letters.xlsx")} == {"tables-example-left"}
    assert read_records(tmp_path / "letters.xlsx") == []
    book = openpyxl.load_workbook(tmp_path / "letters.xlsx")
    assert book.sheetnames == ["About", *tables(), "Choices"]
