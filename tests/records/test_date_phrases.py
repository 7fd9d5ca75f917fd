"""Dates as people write them in a field of their own, whole, to EDTF."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.records.date_phrases import (
    LONGEST,
    DateHabits,
    from_serial,
    habits_of,
    read_date,
)
from archive_pkg.records.dates import Edtf


@pytest.mark.parametrize(
    ("written", "edtf"),
    [
        ("1960-07-18", "1960-07-18"),
        ("18.7.1960", "1960-07-18"),
        ("18. Juli 1960", "1960-07-18"),
        ("Monday, July 18th, 1960", "1960-07-18"),
        ("18 июля 1960 г.", "1960-07-18"),
        ("18.VII.1960", "1960-07-18"),
        ("1960/07/18", "1960-07-18"),
        ("19600718", "1960-07-18"),
        ("7/18/1960", "1960-07-18"),
        ("18/7/60", "1960-07-18"),
        ("4/5/1960", "[1960-04-05,1960-05-04]"),
        ("1960-07-18 00:00:00", "1960-07-18"),
        ("22115", "1960-07-18"),
        ("July 1960", "1960-07"),
        ("7/1960", "1960-07"),
        ("Sommer 1960", "1960-22"),
        ("Winter 1959/60", "1959-24"),
        ("1960?", "1960?"),
        ("[1960]", "1960"),
        ("[July 1960?]", "1960-07?"),
        ("ca. 1960", "1960~"),
        ("wohl um 1960", "1960%"),
        ("1960s", "196X"),
        ("60er Jahre", "196X"),
        ("19. Jh.", "18XX"),
        ("196?", "196X"),
        ("zwischen 1959 und 1961", "[1959..1961]"),
        ("between 1 and 5 July 1960", "[1960-07-01..1960-07-05]"),
        ("1960 or 1961", "[1960,1961]"),
        ("before 1960", "[..1959]"),
        ("nach dem 31.12.1959", "[1960-01-01..]"),
        ("spätestens 1960", "[..1960]"),
        ("1959–61", "1959/1961"),
        ("3.–5.7.1960", "1960-07-03/1960-07-05"),
        ("Juli/August 1960", "1960-07/1960-08"),
        ("from March to May 1960", "1960-03/1960-05"),
        ("n.d.", ""),
        ("o. D.", ""),
    ],
)
def test_a_habit_is_read(written: str, edtf: str) -> None:
    read = read_date(written)
    assert read is not None
    assert read.edtf == edtf


@pytest.mark.parametrize("written", ["", "soon", "32.1.1960", "1960-13", "Letter 12", "4 July"])
def test_what_is_no_whole_date_is_not_read(written: str) -> None:
    assert read_date(written) is None


def test_the_column_tells_the_order_of_day_and_month() -> None:
    assert habits_of(["4/5/1960", "7/18/1960"]).month_first is True
    assert habits_of(["4/5/1960", "18/7/1960"]).month_first is False
    assert habits_of(["4/5/1960"]).month_first is None
    assert habits_of(["13/5/1960", "5/13/1960"]).month_first is None
    read = read_date("4/5/1960", DateHabits(month_first=True))
    assert read is not None
    assert (read.edtf, read.rule, read.sure) == ("1960-04-05", "month-and-day", 1)


def test_the_column_tells_the_century() -> None:
    read = read_date("3.4.12", habits_of(["5.6.1914"]))
    assert read is not None
    assert (read.edtf, read.sure) == ("1912-04-03", 1)


def test_serials_count_as_excel_does_with_a_day_that_never_was() -> None:
    days = {number: from_serial(number) for number in (1, 59, 60, 61, 22115)}
    assert {number: day and day.edtf for number, day in days.items()} == {
        1: "1900-01-01",
        59: "1900-02-28",
        60: None,
        61: "1900-03-01",
        22115: "1960-07-18",
    }
    later = from_serial(20653, epoch_1904=True)
    assert later is not None
    assert later.edtf == "1960-07-18"


PIECES = "18 7 . / - – 1960 60 July juli or between und and ca. ? [ ] before s"
WORDS = st.lists(
    st.sampled_from(
        [
            "18",
            "7",
            ".",
            "/",
            "-",
            "–",
            "1960",
            "60",
            "July",
            "juli",
            "or",
            "between",
            "und",
            "and",
            "ca.",
            "?",
            "[",
            "]",
            "before",
            "s",
        ]
    )
    | st.text(max_size=3),
    max_size=14,
)


@given(WORDS, st.sampled_from(["", " "]))
def test_whatever_is_read_is_edtf(words: list[str], joint: str) -> None:
    read = read_date(joint.join(words))
    assert read is None or not read.edtf or Edtf(read.edtf)


@pytest.mark.parametrize("sign", ["(", "1-", "zwischen ", "ca. ", "1 ", "a", "?", "bis "])
def test_no_text_takes_long(sign: str) -> None:
    started = time.process_time()
    read_date((sign * LONGEST)[:LONGEST])
    assert time.process_time() - started < 1
