"""Dates within a line of text, with the built-in names of months."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.dates.written.month_names import KNOWN, MONTHS
from archive_pkg.dates.written.reader import find_dates

# fmt: off
WRITTEN: list[tuple[Any, ...]] = [
    ("1960-07-18", "1960-07-18", "1960-07-18", "iso-date", 2),
    ("see 1960-07-18, 1961-01-02.", "1960-07-18", "1960-07-18", "iso-date", 2),
    ("see 1960-07-18, 1961-01-02.", "1961-01-02", "1961-01-02", "iso-date", 2),
    ("1960-07-18?", "1960-07-18?", "1960-07-18?", "iso-date", 1),
    ("July 18, 1960", "July 18, 1960", "1960-07-18", "written-date", 2, "en"),
    ("July 18th, 1960", "July 18th, 1960", "1960-07-18", "written-date", 2, "en"),
    ("Juli 1960", "Juli 1960", "1960-07", "month-and-year", 2),
    ("July 18", "July 18", "XXXX-07-18", "day-without-year", 0, "en"),
    ("April 3/4, 1957", "April 3/4, 1957", "[1957-04-03,1957-04-04]", "either", 1),
    ("April 3-4, 57", "April 3-4, 57", "1957-04-03/1957-04-04", "span", 1),
    ("July 1960?", "July 1960?", "1960-07?", "month-and-year", 1, "en"),
    ("July 18, 60", "July 18, 60", "1860-07-18", "written-date", 1, "en"),
    ('July 18 "60', "July 18", "XXXX-07-18", "day-without-year", 0, "en"),
    ("July 18:   60", "July 18", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18 July 1960", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("18. Juli 1960", "18. Juli 1960", "1960-07-18", "written-date", 2),
    ("1er mai 1918", "1er mai 1918", "1918-05-01", "written-date", 2),
    ("Ier mai 1918", "Ier mai 1918", "1918-05-01", "written-date", 2),
    ("I. mai 1918", "I. mai 1918", "1918-05-01", "written-date", 2),
    ("12th September 1953", "12th September 1953", "1953-09-12", "written-date", 2),
    ("7 mars", "7 mars", "XXXX-03-07", "day-without-year", 0),
    ("3/4 April 1957", "3/4 April 1957", "[1957-04-03,1957-04-04]", "either", 1),
    ("3-4 April 1957", "3-4 April 1957", "1957-04-03/1957-04-04", "span", 2),
    ("18 of July 1960", "18 of July 1960", "1960-07-18", "written-date", 2, "en"),
    ("18 July of 1960", "18 July of 1960", "1960-07-18", "written-date", 2, "en"),
    ("18-July-1960", "18-July-1960", "1960-07-18", "written-date", 2, "en"),
    ("18 July", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("15.V.07", "15.V.07", "1907-05-15", "roman-month", 1),
    ("15.V1907", "15.V", "XXXX-05-15", "day-without-year", 0),
    ("15.V.1907", "15.V.1907", "1907-05-15", "roman-month", 2),
    ("7/5 1931", "7/5 1931", "1931-05-07", "day-and-month", 2),
    ("2. 11. 904", "2. 11. 904", "1904-11-02", "day-and-month", 2),
    ("16./11.05", "16./11.05", "1905-11-16", "day-and-month", 1),
    ("30. 7.", "30. 7", "XXXX-07-30", "day-without-year", 0),
    ("2/I", "2/I", "XXXX-01-02", "day-without-year", 0),
    ("2. I. 1905", "2. I. 1905", "1905-01-02", "roman-month", 2),
    ("18.7.1960", "18.7.1960", "1960-07-18", "day-and-month", 2),
    ("[18 July 1960]", "[18 July 1960]", "1960-07-18", "written-date", 1, "en"),
    ("18 July [1960?]", "18 July [1960?]", "1960-07-18?", "written-date", 1, "en"),
    ("18 July 1960 (?)", "18 July 1960 (?)", "1960-07-18?", "written-date", 1, "en"),
    ("? 18 July 1960", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("18 July 1960 O.S.", "18 July 1960 O.S.", "1960-07-31", "old-style-date", 1, "en"),
    ("18 июля 1960 ст. ст.", "18 июля 1960 ст. ст.", "1960-07-31", "old-style-date", 1, "ru"),
    ("5 March 1848 a. St.", "5 March 1848 a. St.", "1848-03-17", "old-style-date", 1, "en"),
    ("I8 July I960", "I8 July I960", "1960-07-18", "written-date", 2, "en"),
    ("18 July 1999 and 1 May 2000", "18 July 1999", "1999-07-18", "written-date", 2, "en"),
    ("18 July 1999 and 1 May 2000", "1 May 2000", "2000-05-01", "written-date", 2),
    ("18 July 999", "18 July 999", "1999-07-18", "written-date", 2, "en"),
    ("18 July 799", "18 July 799", "1799-07-18", "written-date", 2, "en"),
    ("18 July 899", "18 July 899", "1899-07-18", "written-date", 2, "en"),
    ("18 July 2100", "18 July 2100", "2100-07-18", "written-date", 2, "en"),
    ("18 July 2101", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18 July 0999", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18 July 1000", "18 July 1000", "1000-07-18", "written-date", 2, "en"),
    ("29.2.1904", "29.2.1904", "1904-02-29", "day-and-month", 2),
    ("29.2.", "29.2", "XXXX-02-29", "day-without-year", 0),
    ("18.xii.1960", "18.xii.1960", "1960-12-18", "roman-month", 2),
    ("18.7. 60", "18.7. 60", "1860-07-18", "day-and-month", 1),
    ("18.7 60", "18.7 60", "1860-07-18", "day-and-month", 1),
    ("18.7.60", "18.7.60", "1860-07-18", "day-and-month", 1),
    ("l8 July 196O", "l8 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18 July 196O", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18 July ( 1960 ) ?", "18 July ( 1960 ) ?", "1960-07-18?", "written-date", 1, "en"),
    ("18.7.1960 (?)", "18.7.1960 (?)", "1960-07-18?", "day-and-month", 1),
    ("July 18 60", "July 18 60", "1860-07-18", "written-date", 1, "en"),
    ("July 18,60", "July 18,60", "1860-07-18", "written-date", 1, "en"),
    ("July 18.: 60", "July 18", "XXXX-07-18", "day-without-year", 0, "en"),
    ("17. d. Juli 1960", "17. d. Juli 1960", "1960-07-17", "written-date", 2),
    ("17 de julio de 1960", "17 de julio de 1960", "1960-07-17", "written-date", 2, "es"),
    ("I.7.1960", "I.7.1960", "1960-07-01", "day-and-month", 2),
    ("I° mai 1918", "I° mai 1918", "1918-05-01", "written-date", 2),
    ("I mai 1918", "mai 1918", "1918-05", "month-and-year", 2),
    ("1º mai 1918", "1º mai 1918", "1918-05-01", "written-date", 2),
    ("1° mai 1918", "1° mai 1918", "1918-05-01", "written-date", 2),
    ("2 nd July 1960", "2 nd July 1960", "1960-07-02", "written-date", 2, "en"),
    ("2nd July 1960", "2nd July 1960", "1960-07-02", "written-date", 2, "en"),
    ("18 July 1960. A. St.", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("18 July 1960 o s", "18 July 1960 o s", "1960-07-31", "old-style-date", 1, "en"),
    ("18–7–1960", "18–7–1960", "1960-07-18", "day-and-month", 2),
    ("18/7/1960", "18/7/1960", "1960-07-18", "day-and-month", 2),
    ("18.7.1960.", "18.7.1960", "1960-07-18", "day-and-month", 2),
    ("3rd July 1960", "3rd July 1960", "1960-07-03", "written-date", 2, "en"),
    ("1st July 1960", "1st July 1960", "1960-07-01", "written-date", 2, "en"),
    ("1ter Juli 1960", "1ter Juli 1960", "1960-07-01", "written-date", 2),
    ("7ten Juli 1960", "7ten Juli 1960", "1960-07-07", "written-date", 2),
    ("7te Juli 1960", "7te Juli 1960", "1960-07-07", "written-date", 2),
    ("1o maggio 1960", "1o maggio 1960", "1960-05-01", "written-date", 2, "it"),
    ("7 del maggio 1960", "7 del maggio 1960", "1960-05-07", "written-date", 2, "it"),
    ("7 di maggio 1960", "7 di maggio 1960", "1960-05-07", "written-date", 2, "it"),
    ("7 мая г. 1960", "7 мая г. 1960", "1960-05-07", "written-date", 2, "ru"),
    ("18 July ¿1960", "18 July ¿1960", "1960-07-18?", "written-date", 1, "en"),
    ("1.i.1960", "1.i.1960", "1960-01-01", "roman-month", 2),
    ("1.ix.1960", "1.ix.1960", "1960-09-01", "roman-month", 2),
    ("abc 1960-07-18x", "1960-07-18", "1960-07-18", "iso-date", 2),
    ("18.Juli.1960", "18.Juli.1960", "1960-07-18", "written-date", 2),
    ("Sept. 18, 1960", "Sept. 18, 1960", "1960-09-18", "written-date", 2),
    ("18 July, 799", "18 July, 799", "1799-07-18", "written-date", 2, "en"),
    ("18 July 699", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("[18] July [1960]", "[18] July [1960]", "1960-07-18", "written-date", 1, "en"),
    ("July [18], 1960", "July [18], 1960", "1960-07-18", "written-date", 1, "en"),
    ("<18 July 1960>", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("we met 18 July 1960] x", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("we met [18 July 1960 x", "18 July 1960", "1960-07-18", "written-date", 2, "en"),
    ("on [ 18 July] 1960 x", "[ 18 July] 1960", "1960-07-18", "written-date", 1, "en"),
    ("he met «4» ноября 1962", "«4» ноября 1962", "1962-11-04", "written-date", 2, "ru"),
    ("3 May, 12 June 1960", "3 May", "XXXX-05-03", "day-without-year", 0),
    ("3 May, 12 June 1960", "12 June 1960", "1960-06-12", "written-date", 2, "en"),
    ("12 June, 24. Juni 1855", "12 June", "XXXX-06-12", "day-without-year", 0, "en"),
    ("12 June, 24. Juni 1855", "24. Juni 1855", "1855-06-24", "written-date", 2),
    ("18 July (we) met", "18 July", "XXXX-07-18", "day-without-year", 0, "en"),
    ("18’ July 1960", "18’ July 1960", "1960-07-18", "written-date", 2, "en"),
    ("Rome, 5, 6 or 7 May 1923", "5, 6 or 7 May 1923", "[1923-05-05,1923-05-06,1923-05-07]",
     "either", 1),
    ("5., 6. oder 7. Mai 1923", "5., 6. oder 7. Mai 1923", "[1923-05-05,1923-05-06,1923-05-07]",
     "either", 1),
    ("5, 6 and 7 May 1923", "5, 6 and 7 May 1923", "", "several-days", 0),
    ("No. 5, 6 or 7 May 1923", "6 or 7 May 1923", "[1923-05-06,1923-05-07]", "either", 2),
    ("31, 6 or 7 May 1923", "6 or 7 May 1923", "[1923-05-06,1923-05-07]", "either", 2),
]
NO_DATES = [
    "1960-13-18", "01960-07-18", "July 60", "July 32, 1960", "30. 7", "1/2", "3.5", "2. I",
    "18 XIII 1960", "18.XIII.1960", "18 Xii 1960", "0.7.1960", "18.0.1960", "18.760", "31. 4.",
    "17 del 7. 1960", "30/7.", "18 7 1960", "", "July", "18", "18.", "13/14/1960", "18:7:1960",
]
# fmt: on
"""Lines with the words of a date, the date, its rule, certainty and language."""


def dates_in(line: str, pivot: int = 1960) -> list[tuple[Any, ...]]:
    return [
        (line, one.as_written, one.edtf, one.rule, one.sure, one.language)
        for one in find_dates(line, pivot=pivot)
    ]


def test_a_date_in_a_line_is_found_with_its_place_and_rule() -> None:
    for line in dict.fromkeys(row[0] for row in WRITTEN):
        expected = [(*row, "")[:6] for row in WRITTEN if row[0] == line]
        assert dates_in(line) == expected
        assert all(line[one.start : one.end] == one.as_written for one in find_dates(line))


def test_all_months_in_roman_numerals_are_known() -> None:
    roman_numerals = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
    for number, roman in enumerate(roman_numerals, start=1):
        ((_, _, edtf, rule, *_),) = dates_in(f"9. {roman}. 1960")
        assert (edtf, rule) == (f"1960-{number:02}-09", "roman-month")


@pytest.mark.parametrize("line", NO_DATES)
def test_other_words_and_numbers_are_not_dates(line: str) -> None:
    assert dates_in(line) == []


@pytest.mark.parametrize("pivot", [1900, 1960, 1961, 2000])
def test_a_two_digit_year_is_in_the_hundred_years_before_the_pivot(pivot: int) -> None:
    for short in range(100):
        ((_, _, edtf, _, sure, _),) = dates_in(f"1 May {short:02}", pivot=pivot)
        year = int(edtf[:4])
        assert (year % 100, sure) == (short, 1)
        assert pivot - 100 <= year < pivot


def test_the_languages_of_each_month_name_are_known() -> None:
    known = KNOWN
    assert known.months["july"] == known.months["juillet"] == known.months["июля"] == 7
    assert known.languages["july"] == {"en"}
    assert {"fr"} == known.languages["juillet"]
    assert known.languages.keys() == known.months.keys()
    assert {name: {*months.values()} for name, months in MONTHS.items()} == {
        name: {*range(1, 13)} for name in MONTHS
    }
