"""Dates as people write them are read in the same way in a field and in a text."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.dates.written.reader import find_dates, read_date
from archive_pkg.dates.written.readings import DateReading

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


def test_each_reading_of_an_open_date_has_a_rule_of_the_table() -> None:
    known = {row.rule for row in rows()}
    for row in rows():
        if " | " in row.reads and row.where != "text":
            read = read_date(row.text)
            assert read is not None, row.text
            assert {one.rule for one in read.readings} <= known, row.text


@pytest.mark.parametrize(
    ("text", "one_of", "is_open"),
    [
        ("18 July 1960", "1960-07-18", False),
        ("perhaps 1960", "1960?", False),
        ("4/5/1960", "[1960-04-05,1960-05-04]", True),
        ("4/5/60", "[1860-04-05,1860-05-04,1960-04-05,1960-05-04]", True),
        ("29.2.1900", "1900-03-13", True),
        ("31 June 1921", "", True),
        ("1911/12", "", True),
        ("n.d.", "", False),
    ],
)
def test_the_readings_of_a_date_are_written_as_one_edtf_value(
    text: str, one_of: str, is_open: bool
) -> None:
    read = read_date(text)
    assert read is not None
    assert (read.one_of, read.is_open) == (one_of, is_open)


def test_a_question_mark_in_brackets_does_not_make_a_date_supplied() -> None:
    for line, note in (("3 May 1923 [?]", ""), ("[3] May 1923", "supplied: in brackets")):
        assert [one.note for one in find_dates(line)] == [note]


MONTHS_OF = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra "
    "decembra",
    "hu": "január február március április május június július augusztus szeptember október "
    "november december",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie "
    "noiembrie decembrie",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "roman": "I II III IV V VI VII VIII IX X XI XII",
}
FORMS = {
    "de": "{d}. {m} {y}", "en": "{m} {d}, {y}", "fr": "le {d} {m} {y}", "ru": "«{d}» {m} {y} г.",
    "pl": "{d} {m} {y} r.", "cs": "{d}. {m} {y}", "sk": "{d}. {m} {y}", "hu": "{y}. {m} {d}.",
    "uk": "{d} {m} {y} року", "ro": "{d} {m} {y}", "bg": "{d} {m} {y} г.",
    "es": "{d} de {m} de {y}", "it": "{d} {m} {y}", "pt": "{d} de {m} de {y}", "nl": "{d} {m} {y}",
    "roman": "{d}.{m}.{y}",
}  # fmt: skip
FIGURES = (
    "{y}年{n}月{d}日", "{y}년 {n}월 {d}일", "{d}.{n}.{y}", "{y}-{n:02}-{d:02}",
    "{y}. {n:02}. {d:02}.", "{y}/{n}/{d}",
)  # fmt: skip


def written_in_each_way(day: datetime.date) -> list[str]:
    given = {"y": f"{day.year:04}", "n": day.month, "d": day.day}
    months = {language: names.split()[day.month - 1] for language, names in MONTHS_OF.items()}
    forms = [form.format(m=months[language], **given) for language, form in FORMS.items()]
    return forms + [form.format(**given) for form in FIGURES]


@settings(max_examples=25)
@given(st.dates(datetime.date(1500, 1, 1), datetime.date(2100, 12, 31)))
def test_each_day_is_read_back_from_each_language(day: datetime.date) -> None:
    for text in written_in_each_way(day):
        read = read_date(text)
        assert read is not None, text
        assert (read.edtf, read.sure) == (day.isoformat(), 2), text
        assert [(one.edtf, one.sure) for one in find_dates(text)] == [(day.isoformat(), 2)], text


def julian_by_counting(days: int) -> tuple[int, int, int]:
    """Return a Julian date by counting the days since 15 October 1582, which was the 5th."""
    year, month, day = 1582, 10, 5
    for _ in range(days):
        last = 28 + (year % 4 == 0) if month == 2 else 30 + (month in (1, 3, 5, 7, 8, 10, 12))
        day += 1
        if day > last:
            year, month, day = year + (month == 12), month % 12 + 1, 1
    return year, month, day


@settings(max_examples=10)
@given(st.integers(0, 130_000))
def test_a_julian_day_is_read_as_the_gregorian_day(days: int) -> None:
    day = datetime.date(1582, 10, 15) + datetime.timedelta(days=days)
    year, month, number = julian_by_counting(days)
    name = MONTHS_OF["en"].split()
    text = f"{number} {name[month - 1]} {year} ({day.day} {name[day.month - 1]} {day.year})"
    old = f"{number}. {MONTHS_OF['de'].split()[month - 1]} {year} alten Stils"
    for written in (text, old):
        [found] = find_dates(written)
        for read in (read_date(written), found):
            assert read is not None, written
            assert (read.edtf, read.sure, read.calendar) == (str(day), 1, "julian"), written
            assert f"{number} {name[month - 1]} {year} in the Julian" in read.note


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        # A month and year is not a day of the month before it.
        ("1.10.1951 - 12.1951", None),
        ("zw. 1.10.1951 u. 12.1951", None),
        ("1.10.1951 - 12. 1951", None),
        ("3.-5.1951", None),
        ("10.1951 - 12.1951", ["1951-10/1951-12"]),
        ("May 3-12 1951", ["1951-05-03/1951-05-12"]),
        ("3.-5.5.1951", ["1951-05-03/1951-05-05"]),
        # A year with a minus sign is more often an end than a year before Christ.
        ("-1934", ["../1934", "-1934"]),
        ("-0043", ["-0043"]),
    ],
)
def test_numbers_are_read_only_as_possible_days_and_years(
    text: str, readings: list[str] | None
) -> None:
    read = read_date(text)
    assert (read and ([one.edtf for one in read.readings] or [read.edtf])) == readings
