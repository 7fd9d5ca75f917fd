"""Dates in spreadsheets: the displayed text counts, not the stored value."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from archive_pkg.tables import draft_map, read_tables
from archive_pkg.tables.reading.excel_dates import date_in_cell, text_in_cell
from typed import present

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.dates.written.readings import DateReading

DAY = datetime.datetime(1921, 6, 7)


def shown_date(
    value: datetime.datetime | datetime.time, number_format: str, *, epoch_1904: bool = False
) -> tuple[str, DateReading]:
    """Return what a cell with a date shows, and its reading."""
    return present(date_in_cell(value, number_format, epoch_1904=epoch_1904))


@pytest.mark.parametrize(
    ("number_format", "shown", "edtf"),
    [
        ("mmm-yy", "Jun-21", "1921-06"),
        ("mmmm yyyy", "June 1921", "1921-06"),
        ("[$-407]mmmm yy;@", "June 21", "1921-06"),
        ("mm/yyyy", "06/1921", "1921-06"),
        ("yyyy", "1921", "1921"),
        ("dd.mm.yyyy", "07.06.1921", "1921-06-07"),
        ("d. mmm yy", "7. Jun 21", "1921-06-07"),
        ("dddd, d mmmm yyyy", "Tuesday, 7 June 1921", "1921-06-07"),
        ('d"." m"." yyyy', "7. 6. 1921", "1921-06-07"),
        ("mm-dd-yy", "1921-06-07", "1921-06-07"),
        ("yyyy-mm-dd h:mm", "1921-06-07", "1921-06-07"),
        ("h:mm:ss AM/PM d/m/yyyy", "7/6/1921", "1921-06-07"),
        ('yyyy\\-mm\\-dd"T"hh:mm:ss', "1921-06-07", "1921-06-07"),
        ("d-mmm", "7-Jun", ""),
    ],
)
def test_a_date_is_as_precise_as_the_number_format_shows_it(
    number_format: str, shown: str, edtf: str
) -> None:
    said, read = shown_date(DAY, number_format)
    assert (said, read.edtf) == (shown, edtf)
    assert read.is_open == (not edtf)


def test_a_time_of_day_is_read_if_the_cell_shows_it() -> None:
    moment = datetime.datetime(1921, 6, 7, 15, 4)
    shown, read = shown_date(moment, "yyyy-mm-dd h:mm AM/PM")
    assert (shown, read.edtf) == ("1921-06-07 3:04 PM", "1921-06-07T15:04:00")
    assert shown_date(moment, "d mmm yyyy mm:ss")[0] == "7 Jun 1921 04:00"
    assert date_in_cell(datetime.time(15, 4), "h:mm", epoch_1904=False) is None


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (datetime.time(9, 5), "h:mm", "9:05"),
        (datetime.time(21, 5), "hh:mm AM/PM", "09:05 PM"),
        (datetime.timedelta(hours=26, minutes=30), "[h]:mm", "26:30"),
        (datetime.timedelta(days=3), "[h]:mm:ss", "72:00:00"),
        (7, "000", "007"),
        (7.0, '"AA "00', "AA 07"),
        (12, "0\\/00", None),
        (0.25, "0%", "25%"),
        (0.125, "0.0%", "12.5%"),
        (1234.5, "#,##0.00", None),
        (3.7, "0", None),
        (7, "General", None),
        (True, "000", None),
    ],
)
def test_a_time_a_duration_and_leading_zeros_are_read_as_the_cell_shows_them(
    value: object, number_format: str, shown: str | None
) -> None:
    assert text_in_cell(value, number_format) == shown


def test_a_date_in_1905_may_be_a_year_typed_into_a_date_cell() -> None:
    typed = datetime.datetime(1905, 4, 4)  # day 1921
    shown, read = shown_date(typed, "dd.mm.yyyy")
    assert shown == "04.04.1905"
    assert [one.edtf for one in read.readings] == ["1921", "1905-04-04"]


def test_day_0_is_a_date_only_in_the_1904_system() -> None:
    zero = datetime.time()
    assert shown_date(zero, "yyyy-mm-dd", epoch_1904=True)[1].edtf == "1904-01-01"
    assert shown_date(zero, "yyyy-mm-dd")[1].is_open


def test_dates_of_a_list_are_written_as_its_cells_show_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = present(book.active)
    sheet.append(["id", "Date", "From", "Title"])
    for number, pattern in enumerate(["mmm-yy", "yyyy", "d-mmm", "yyyy-mm-dd"]):
        sheet.append([f"l{number}", DAY, "Smith, John", "#DIV/0!"])
        sheet.cell(number + 2, 2).number_format = pattern
        sheet.cell(number + 2, 4).data_type = "s"
    sheet.append(["l4", datetime.datetime(1904, 1, 1), "Smith, John", "x"])
    sheet.append(["l5", 6367, "Smith, John", "x"])  # days since 1904
    path = tmp_path / "list.xlsx"
    book.save(path)
    (tmp_path / "list.xlsx.map.yaml").write_text(draft_map(path))
    records, report = read_tables(path)
    assert report.ok, list(report.errors)
    dates = [present(record.date) for record in records]
    assert [(date.edtf, date.as_written) for date in dates] == [
        ("1921-06", "Jun-21"),
        ("1921", "1921"),
        (None, "7-Jun"),
        ("1921-06-07", "1921-06-07"),
        ("1904-01-01", "1904-01-01"),
        (None, "6367"),
    ]
    (asked,) = [f for f in report if "6367" in f.message]
    assert "1921-06-07" in asked.message
    assert records[0].title == "#DIV/0!", "a text that looks like an error is a text"
