"""Dates as people write them are read in the same way in a field and in a text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from archive_pkg.dates.reader import find_dates, read_date
from archive_pkg.dates.readings import DateReading

TABLE = Path(__file__).with_name("written_dates.tsv")


class Row(NamedTuple):
    text: str
    language: str
    reads: str
    rule: str
    sure: str
    note: str
    where: str


def rows() -> list[Row]:
    lines = TABLE.read_text("utf-8").splitlines()
    return [Row(*line.split("\t")) for line in lines if not line.startswith("#")]


def shown(read: DateReading | None) -> tuple[str, str, str, str]:
    if read is None:
        return "no", "", "", ""
    readings = read.readings or (read,)
    without = "undated" if read.rule == "undated" else "open"
    notes = " / ".join(dict.fromkeys(one.note for one in readings if one.note))
    reads = read.edtf or " | ".join(one.edtf for one in read.readings) or without
    return reads, read.rule, str(read.sure), notes


def test_each_written_date_of_the_table_is_read_in_a_field() -> None:
    wrong = [
        f"{row.text}: {found}, not {row[2:6]}"
        for row in rows()
        if row.where != "text" and (found := shown(read_date(row.text))) != row[2:6]
    ]
    assert not wrong, "\n".join(wrong)


def test_each_written_date_of_the_table_is_found_in_a_text() -> None:
    wrong = []
    for row in rows():
        if row.where == "field":
            continue
        line = f"Moscow, {row.text}"
        found = [shown(one) for one in find_dates(line)]
        expected = [(row.reads, row.sure)] if row.reads != "no" else []
        if [(one[0], one[2]) for one in found] != expected:
            wrong.append(f"{row.text}: {found}, not {expected}")
    assert not wrong, "\n".join(wrong)
