"""Dates as people write them in a field of their own, whole, to EDTF."""

from __future__ import annotations

import calendar
import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.records.calendars import gregorian
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
        ("1960-07-18 00:00:00", "1960-07-18"),
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
        ("s.a.", ""),
        ("N. N.", ""),
        ("1887/12", "1887-12"),
        ("1887/93", "1887/1893"),
        ("1887-95", "1887/1895"),
        ("1887–88", "1887/1888"),
        ("[1887/93]", "1887/1893"),
        ("7 czerwca 1921", "1921-06-07"),
        ("7. června 1921", "1921-06-07"),
        ("1921. június 7.", "1921-06-07"),
        ("7 червня 1921", "1921-06-07"),
        ("VI 1921", "1921-06"),
        ("7 VI 1921", "1921-06-07"),
        ("1921 June 7", "1921-06-07"),
        ("1921-6-7", "1921-06-07"),
        ("zw. 1886 u. 1888", "[1886..1888]"),
        ("7 June 19[21]", "1921-06-07"),
        ("7 June [1921]", "1921-06-07"),
        ("“7” June 1921", "1921-06-07"),
        ("7 June 1921 or 1922", "[1921-06-07,1922-06-07]"),
        ("7/8 June 1921", "[1921-06-07,1921-06-08]"),
    ],
)
def test_a_habit_is_read(written: str, edtf: str) -> None:
    read = read_date(written)
    assert read is not None
    assert read.edtf == edtf


@pytest.mark.parametrize("written", ["", "soon", "32.1.1960", "1960-13", "Letter 12", "4 July"])
def test_what_is_no_whole_date_is_not_read(written: str) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("written", "edtf", "note"),
    [
        ("12/24 June 1855", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("12./24. Juni 1855", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("12 (24) June 1855", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("12/24.6.1855", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("24 июня (12 июня) 1855 г.", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("30 May/11 June 1855", "1855-06-11", "30 May 1855 in the Julian calendar"),
        ("25.12.1855/6.1.1856", "1856-01-06", "25 December 1855 in the Julian calendar"),
        ("12 June 1855 O.S.", "1855-06-24", "12 June 1855 in the Julian calendar"),
        ("29 февраля 1900 г. ст. ст.", "1900-03-13", "29 February 1900 in the Julian calendar"),
        ("24 June 1855 (N.S.)", "1855-06-24", ""),
        (
            "2 February 1688/9",
            "1689-02-12",
            "2 February 1689 in the Julian calendar; the year began on 25 March",
        ),
        ("7.6.1921 (Poststempel)", "1921-06-07", "postmark"),
        ("postmark 7.6.1921", "1921-06-07", "postmark"),
        ("[1921]", "1921", "supplied: in brackets"),
        ("1921-06-07T00:00:00Z", "1921-06-07", "written with the time 00:00"),
    ],
)
def test_what_a_date_says_beside_the_day_is_noted(written: str, edtf: str, note: str) -> None:
    read = read_date(written)
    assert read is not None
    assert (read.edtf, read.note) == (edtf, note)
    assert read.sure == 1 or not note or note == "postmark"


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("4/5/1960", {"1960-05-04", "1960-04-05"}),
        ("1907/10", {"1907/1910", "1907-10"}),
        ("1907-10", {"1907/1910", "1907-10"}),
        ("1907-24", {"1907/1924", "1907-24"}),
        ("[1907/08]", {"1907/1908", "1907-08"}),
        ("ca. 1907/08", {"1907~/1908~", "1907-08~"}),
        ("1698/9", {"1698/1699", "1698-09", "1699"}),
        ("12/23 June 1855", {"1855-06-12", "1855-06-23"}),
        ("7 July 1698/9", {"1698-07-07", "1699-07-07"}),
        ("7/9 June 1921", {"[1921-06-07,1921-06-09]", "1921-06-07/1921-06-09"}),
        ("31 June 1921", set()),
        ("1921-02-30", set()),
        ("31.XI.1934", set()),
        ("1960.1", {"1960-01", "1960-10"}),
        ("82. 11. 04.", {"1982-11-04", "1882-11-04"}),
        ("29.2.1921", set()),
        ("29 February 1900", {"1900-03-13"}),
        ("22115", {"1960-07-18"}),
    ],
)
def test_what_can_be_read_in_two_ways_stays_open(written: str, readings: set[str]) -> None:
    read = read_date(written)
    assert read is not None
    assert read.is_open
    assert read.edtf == ""
    assert {one.edtf for one in read.readings} == readings


def test_a_column_that_proves_one_reading_is_read_so() -> None:
    spans = habits_of(["1907/08", "1912/13"])
    months = habits_of(["1907-10", "1960-07"])
    both = habits_of(["1907/08", "1912/13", "1960/07"])
    assert [read_date(text, spans).edtf for text in ("1907/08", "1907/12")] == [
        "1907/1908",
        "1907/1912",
    ]
    assert read_date("1907-10", months).edtf == "1907-10"
    assert read_date("1907-24", months).is_open, "months prove no season"
    assert read_date("82. 11. 04.", habits_of(["1980"])).edtf == "1982-11-04"
    assert read_date("1907/08", both).is_open
    assert read_date("1907-10", spans).is_open


@given(st.dates(min_value=datetime.date(1, 1, 3), max_value=datetime.date(9998, 1, 1)))
def test_julian_days_follow_each_other_as_gregorian_ones_do(day: datetime.date) -> None:
    """Counted day by day from a day that both calendars are known for."""
    after = day + datetime.timedelta(days=1)
    found, then = (gregorian(*one) for one in _following(day))
    assert found is not None
    assert then is not None
    assert (then - found).days == 1
    assert after > day


def _following(day: datetime.date) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    year, month, number = day.year, day.month, day.day
    last = 29 if month == 2 and year % 4 == 0 else calendar.monthrange(2001, month)[1]
    if number < last:
        return (year, month, number), (year, month, number + 1)
    return (year, month, number), (year + month // 12, month % 12 + 1, 1)


@pytest.mark.parametrize(
    ("julian", "day"),
    [
        ((1582, 10, 5), "1582-10-15"),
        ((1700, 2, 29), "1700-03-11"),
        ((1752, 9, 3), "1752-09-14"),
        ((1917, 10, 25), "1917-11-07"),
        ((1918, 2, 1), "1918-02-14"),
    ],
)
def test_days_on_which_calendars_were_changed(julian: tuple[int, int, int], day: str) -> None:
    assert gregorian(*julian) == datetime.date.fromisoformat(day)


def test_a_day_that_the_julian_calendar_has_not_is_none() -> None:
    assert gregorian(1899, 2, 29) is None
    assert gregorian(1900, 4, 31) is None
    assert gregorian(1900, 2, 29) is not None


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
    assert time.process_time() - started < 10
