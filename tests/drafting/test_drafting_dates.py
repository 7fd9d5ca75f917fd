"""Dates of many conventions are read as EDTF."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.reader import find_dates, read_date
from archive_pkg.drafting import record_of
from archive_pkg.drafting.draft import draft_text
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.records.models.dates import WrittenDate

VOCABULARY = load_vocabulary()


def edtf(text: str, pivot: int = 1960) -> list[str]:
    return [found.edtf for found in find_dates(text, VOCABULARY, pivot=pivot)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("18 July 1960", "1960-07-18"),
        ("Washington, September 18, 1960—6:15 p.m.", "1960-09-18"),
        ("12th September 1953.", "1953-09-12"),
        ("26 JUL 1971", "1971-07-26"),
        ("[London, July 10(?), 1955.]", "1955-07-10?"),
        ("Cairo, April 3/4, 1957—midnight", "[1957-04-03,1957-04-04]"),
        ("15.V.07", "1907-05-15"),
        ("den 7/5 1931", "1931-05-07"),
        ("Berlin d. 16./11.05", "1905-11-16"),
        ("[6.] 12. 900.", "1900-12-06"),
        ("Berlin d. I. VI. 05.", "1905-06-01"),
        ("PARIS, le 1er mai 1918", "1918-05-01"),
        ("Paris, Ier Décembre 1920.", "1920-12-01"),
        ("Paris, 3I Mars I920.", "1920-03-31"),
        ("18 июля 1960 г.", "1960-07-18"),
        ("1960-07-18", "1960-07-18"),
        ("July 1960", "1960-07"),
        ("Montag, 8. Jänner 1894", "1894-01-08"),
    ],
)
def test_a_written_date_is_read(written: str, read: str) -> None:
    assert edtf(written) == [read]


@pytest.mark.parametrize("text", ["undated", "1½ lines", "room 12", "3.5", "1/2", ""])
def test_text_without_a_day_or_month_gives_no_date(text: str) -> None:
    assert edtf(text) == []


def test_the_century_depends_on_the_pivot() -> None:
    assert edtf("7. 8. 94", pivot=1960) == ["1894-08-07"]
    assert edtf("7. 8. 94", pivot=2000) == ["1994-08-07"]


def test_a_date_in_numbers_with_an_ambiguous_month_is_left_open() -> None:
    [found] = find_dates("5/7/1960", VOCABULARY)
    assert (found.edtf, found.one_of, found.sure) == ("", "[1960-05-07,1960-07-05]", 0)


@given(st.dates(min_value=__import__("datetime").date(1000, 1, 1)))
def test_any_date_written_out_in_english_is_read(day: object) -> None:
    import datetime

    assert isinstance(day, datetime.date)
    names = "January February March April May June July August September October November December"
    month = names.split()[day.month - 1]
    if day.year <= 2100:
        assert edtf(f"{month} {day.day}, {day.year}") == [day.isoformat()]
        assert edtf(f"{day.day} {month} {day.year}") == [day.isoformat()]


@given(st.text(alphabet="0123456789./-–,() IVXabcjulymärz?[]l", max_size=60))
def test_every_date_found_is_edtf_and_within_the_text(text: str) -> None:
    for found in find_dates(text, VOCABULARY):
        assert 0 <= found.start < found.end <= len(text)
        for one in found.readings or (found,):
            if one.edtf and not one.edtf.startswith("XXXX"):
                Edtf(one.edtf)


def dated(written: str) -> WrittenDate:
    text = f"Vienna, {written}\n\nDear Sir,\n\nWe have the pears.\n\nYours sincerely,\nA. Bee\n"
    record = record_of(draft_text(text), "letter.txt")
    assert record.date is not None
    assert record.date.as_written == written
    return record.date


@pytest.mark.parametrize(
    "written",
    [
        "4 June 1931", "[1931]", "[ca. 1931]", "1931/33", "1931–32", "1931-36", "VI 1931",
        "zw. 1929 u. 1931", "4.6.1931 (Poststempel)", "1931-06-04T00:00:00+00:00",
        "4 июня (22 мая) 1915 г.", "4/16 June 1882", '"4" June 1957', "4 June [1931]",
    ],
)  # fmt: skip
def test_a_draft_and_an_import_of_a_list_read_the_same_date(written: str) -> None:
    date, read = dated(written), read_date(written)
    assert read is not None
    assert (str(date.edtf), date.note) == (read.edtf, read.note or None)


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("31 June 1931", "There is no such day."),
        ("4 June", "The text does not give the year."),
        ("76. 06. 04.", "It may be 1876-06-04 or 1976-06-04."),
        ("1911-12", "It may be 1911/1912 or 1911-12."),
        ("4/15 June 1882", "It may be 1882-06-04 or 1882-06-15."),
        ("6/4/1931", "It may be 1931-04-06 or 1931-06-04."),
    ],
)
def test_an_unclear_date_is_left_open_with_a_note_that_says_why(
    written: str, question: str
) -> None:
    date, read = dated(written), read_date(written)
    assert date.edtf is None
    assert date.note == question
    assert read is None or read.is_open or read.edtf.startswith("XXXX")


def test_a_state_named_in_the_text_decides_the_century() -> None:
    text = "Berlin, 76. 06. 04.\n\nDear Comrade Bee,\n\nThe GDR has pears.\n\nA. Bee\n"
    record = record_of(draft_text(text), "letter.txt")
    assert str(record.date and record.date.edtf) == "1976-06-04"


@pytest.mark.parametrize("line", ["1931/33", "Room 7, 1931", "Pears, ladders and 1931 nets"])
def test_a_number_without_a_place_before_it_is_not_a_dateline(line: str) -> None:
    text = f"{line}\n\nDear Sir,\n\nWe have the pears.\n\nYours sincerely,\nA. Bee\n"
    assert record_of(draft_text(text), "letter.txt").date is None
