"""Conventions of dates in columns, serial numbers, and hostile text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.month_names import _bare
from archive_pkg.dates.written.reader import LONGEST, column_conventions, from_serial, read_date
from archive_pkg.dates.written.readings import DateConventions, DateReading
from archive_pkg.dates.written.words import _by_first, _set


def reading(written: str, conventions: DateConventions) -> DateReading:
    """Return the reading of a text that is a date."""
    read = read_date(written, conventions)
    assert read is not None
    return read


def test_the_conventions_of_a_column_decide_between_readings() -> None:
    def read(written: str, **conventions: Any) -> tuple[str, str, int]:
        found = read_date(written, DateConventions(**conventions))
        assert found is not None
        return found.edtf, found.rule, found.sure

    assert read("4/5/1960", month_first=False) == ("1960-05-04", "day-and-month", 1)
    assert read("18/5/1960", month_first=True) == ("1960-05-18", "day-and-month", 2)
    assert read("5/18/1960", month_first=False) == ("1960-05-18", "month-and-day", 2)
    assert read("18.5.60", pivot=1961) == ("1960-05-18", "day-and-month", 1)
    assert read("18.5.60", pivot=1960) == ("1860-05-18", "day-and-month", 1)
    assert read("5/18/60", pivot=1960) == ("1860-05-18", "month-and-day", 1)
    assert read("60s", pivot=1960) == ("186X", "decade", 1)
    assert read("82. 11. 04.", pivot=1982) == ("1882-11-04", "year-first", 1)
    assert read("1907/10", year_spans=frozenset("/")) == ("1907/1910", "span", 1)
    assert read("1907/10", year_months=frozenset("/")) == ("1907-10", "month-and-year", 1)
    assert read("1907-10", year_months=frozenset("-")) == ("1907-10", "month-and-year", 1)
    for other in ({"year_spans": frozenset("-")}, {"year_months": frozenset("-")}):
        assert read("1907/10", **other) == ("", "years-or-month", 0)
    assert read("1907/07", year_spans=frozenset("/")) == ("1907-07", "month-and-year", 1)
    assert read("1907/13", year_months=frozenset("/")) == ("1907/1913", "span", 1)
    serial = read_date("22115", DateConventions(epoch_1904=True))
    assert serial is not None
    assert [one.edtf for one in serial.readings] == ["1964-07-19"]


def test_a_field_of_the_maximum_length_is_read_and_a_longer_one_is_not() -> None:
    most = "1960" + " " * (LONGEST - 4)
    assert read_date(most)
    assert read_date(most + " ") is None


@pytest.mark.parametrize(
    ("years", "readings"),
    [
        (["1975"], ["1977-06-18"]),
        (["1957", "1968"], ["1977-06-18"]),
        (["1957", "1967"], ["1977-06-18", "1877-06-18"]),  # neither is near
        (["1860", "1870"], ["1877-06-18"]),
        (["1870", "1957"], ["1977-06-18", "1877-06-18"]),  # near 1870, and both are possible
        (["1923", "1957"], ["1977-06-18", "1877-06-18"]),
        (["1704", "1975"], ["1977-06-18", "1877-06-18"]),
    ],
)
def test_years_of_a_column_decide_a_century_only_if_one_is_possible(
    years: list[str], readings: list[str]
) -> None:
    read = read_date("77. 06. 18.", column_conventions(years))
    assert read
    assert [read.edtf] == readings or [one.edtf for one in read.readings] == readings


def test_unambiguous_dates_decide_the_conventions_of_a_column() -> None:
    assert column_conventions([]) == DateConventions()
    assert column_conventions(["1907/08"]) == DateConventions(pivot=1917, since=1898)
    assert column_conventions(["1907/13", "1907-13"]).year_spans == {"/", "-"}
    assert column_conventions(["[1907/13]", "1907/07"]).year_spans == frozenset()
    assert column_conventions(["1907/07"]).year_months == {"/"}
    for iso in ("1960-07-18", " 1960-07-18 ", "1960-07-18T00:00", "1960-07-18 00:00"):
        assert column_conventions([iso]).year_months == {"-"}
    assert column_conventions(["1960-07-18x"]).year_months == frozenset()
    assert column_conventions(["12/13/60", "1/1/60"]).month_first is True
    assert column_conventions(["13/12/60"]).month_first is False
    assert (
        column_conventions(["12/12/60", "13/13/60", "112/13/60", "12/13/600"]).month_first is None
    )
    assert column_conventions(["1499", "2100", "11960", "19601"]).pivot is None
    assert column_conventions(["1500", "1581"]).pivot == 1591
    assert column_conventions(["1500", "1582"]).pivot is None
    assert column_conventions(["1960"], epoch_1904=True).epoch_1904


@pytest.mark.parametrize("written", ["", "soon", "32.1.1960", "1960-13", "Letter 12", "4 July"])
def test_text_that_is_not_a_complete_date_is_not_read(written: str) -> None:
    assert read_date(written) is None


def test_a_column_is_read_in_the_way_that_its_dates_prove() -> None:
    spans = column_conventions(["1907/08", "1912/13"])
    months = column_conventions(["1907-10", "1960-07"])
    both = column_conventions(["1907/08", "1912/13", "1960/07"])
    assert [reading(text, spans).edtf for text in ("1907/08", "1907/12")] == [
        "1907/1908",
        "1907/1912",
    ]
    assert reading("1907-10", months).edtf == "1907-10"
    assert reading("1907-24", months).is_open, "months prove no season"
    assert reading("82. 11. 04.", column_conventions(["1980"])).edtf == "1982-11-04"
    assert reading("1907/08", both).is_open
    assert reading("1907-10", spans).is_open


def test_other_dates_of_a_column_decide_the_order_of_day_and_month() -> None:
    assert column_conventions(["4/5/1960", "7/18/1960"]).month_first is True
    assert column_conventions(["4/5/1960", "18/7/1960"]).month_first is False
    assert column_conventions(["4/5/1960"]).month_first is None
    assert column_conventions(["13/5/1960", "5/13/1960"]).month_first is None
    read = read_date("4/5/1960", DateConventions(month_first=True))
    assert read is not None
    assert (read.edtf, read.rule, read.sure) == ("1960-04-05", "month-and-day", 1)


def test_other_dates_of_a_column_decide_the_century() -> None:
    read = read_date("3.4.12", column_conventions(["5.6.1914"]))
    assert read is not None
    assert (read.edtf, read.sure) == ("1912-04-03", 1)


def test_serial_numbers_include_excels_29_february_1900() -> None:
    days = {number: from_serial(number) for number in (1, 59, 60, 61, 22115)}
    assert {number: day and day.edtf for number, day in days.items()} == {
        1: "1900-01-01",
        59: "1900-02-28",
        60: None,
        61: "1900-03-01",
        22115: "1960-07-18",
    }
    assert [from_serial(number) for number in (0, -1, 2_958_466)] == [None] * 3
    last, first = from_serial(2_958_465), from_serial(0, epoch_1904=True)
    assert last is not None
    assert last.edtf == "9999-12-31"
    day = days[22115]
    assert day is not None
    assert day.rule == "excel-serial"
    assert first is not None
    assert first.edtf == "1904-01-01"
    later = from_serial(20653, epoch_1904=True)
    assert later is not None
    assert later.edtf == "1960-07-18"


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
def test_every_date_read_is_valid_edtf(words: list[str], joint: str) -> None:
    read = read_date(joint.join(words))
    assert read is None or not read.edtf or Edtf(read.edtf)


@pytest.mark.parametrize("sign", ["(", "1-", "zwischen ", "ca. ", "1 ", "a", "?", "bis "])
def test_hostile_text_is_read_quickly(sign: str) -> None:
    started = time.process_time()
    read_date((sign * LONGEST)[:LONGEST])
    assert time.process_time() - started < 10


def test_phrases_are_found_by_their_first_word_longest_first() -> None:
    found = _by_first({"until": "by|by the", "about": "by way of"})
    assert found == {
        "by": [(("by", "way", "of"), "about"), (("by", "the"), "until"), (("by",), "until")]
    }
    assert _set("st nd") == {"st", "nd"}


def test_names_of_months_are_known_without_accents() -> None:
    assert (_bare("märz"), _bare("août")) == ("marz", "aout")
