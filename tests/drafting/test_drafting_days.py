"""Dates on the lines of official documents, and the words next to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive_pkg.drafting.language import text_conventions
from archive_pkg.drafting.official_documents.dates import (
    around,
    day_before,
    days_in,
    is_filler,
    says_this_year,
    with_year,
    without_filler,
)
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()
CONVENTIONS = replace(text_conventions("", WORDS), pivot=1970)
# A line; its dates, each with its certainty and words; and the words around the dates.
LINES = """
3 May 1961 = 1961-05-03 2 3 May 1961 = |
on 3 May 1961 and 4 May 1961 = 1961-05-03/1961-05-04 2 3 May 1961 and 4 May 1961 = on|
3 May 1961 & the 4 May 1961, Sofia = 1961-05-03/1961-05-04 2 3 May 1961 & the 4 May 1961 = |Sofia
3 May 1961 and 5 May 1962 = 1961-05-03/1962-05-05 2 3 May 1961 and 5 May 1962 = |
4 May 1961 and 3 May 1961 = 1961-05-04 2 4 May 1961; 1961-05-03 2 3 May 1961 = |
3 May 1961 and 3 May 1961 = 1961-05-03 2 3 May 1961; 1961-05-03 2 3 May 1961 = |
3 May 1961, 4 May 1961 = 1961-05-03 2 3 May 1961; 1961-05-04 2 4 May 1961 = |
3 May 1961 and May 1961 = 1961-05-03 2 3 May 1961; 1961-05 2 May 1961 = |
May 1961 and 3 May 1961 = 1961-05 2 May 1961; 1961-05-03 2 3 May 1961 = |
3 May 1961 & 4 May 1961 and 6 May 1961 = 1961-05-03/1961-05-04 2 3 May 1961 & 4 May 1961; \
1961-05-06 2 6 May 1961 = |
3 and 4 May 1961 = 1961-05-03/1961-05-04 2 3 and 4 May 1961 = |
from 3 May until 5 May 61 = 1961-05-03/1961-05-05 1 3 May until 5 May 61 = from|
No. 3 and 4 May 1961 = 1961-05-04 2 4 May 1961 = No. 3 and|
3 May 10 hours = XXXX-05-03 0 3 May = |
3 May 1961 at 10 a.m. Sofia = 1961-05-03 2 3 May 1961 = |Sofia
3 May 10:30 = XXXX-05-03 0 3 May = |
Monday, 3 May of this year = XXXX-05-03 0 3 May = Monday|
""".replace("\\\n", "")  # fmt: skip


@pytest.mark.parametrize("row", LINES.strip().splitlines())
def test_the_dates_of_a_line_are_days_or_spans(row: str) -> None:
    line, dates, words = row.split(" = ")
    found = days_in(line, WORDS, CONVENTIONS)
    shown = [f"{one.edtf} {one.sure} {line[one.start : one.end]}" for one in found]
    assert shown == dates.split("; ")
    assert "|".join(around(line, found)) == words


def test_a_span_of_four_digit_years_has_its_century() -> None:
    for line, short in (("3 May 1961 and 4 May 1961", False), ("3 May until 5 May 61", True)):
        assert [one.short_year for one in days_in(line, WORDS, CONVENTIONS)] == [short]


@pytest.mark.parametrize(
    ("day", "written", "after", "before"),
    [
        ("XXXX-05-03", "1961-05-04", "1962-05-03", "1961-05-03"),
        ("XXXX-05-04", "1961-05-04", "1961-05-04", "1961-05-04"),
        ("XXXX-05-05", "1961-05-04", "1961-05-05", "1960-05-05"),
        ("XXXX-12-30", "1961-01-02", "1961-12-30", "1960-12-30"),
        ("XXXX-02-29", "1961-02-27", "XXXX-02-29", "1960-02-29"),
    ],
)
def test_a_day_without_a_year_becomes_the_nearest_day_before_or_after(
    day: str, written: str, after: str, before: str
) -> None:
    assert with_year(day, written) == after
    assert day_before(day, written) == before


def test_the_words_of_this_year_complete_only_a_day_without_a_year() -> None:
    for line, right in (
        ("3 May of this year", True), ("3 May 1961 of this year", False), ("3 May of peace", False),
    ):  # fmt: skip
        assert says_this_year(line, days_in(line, WORDS, CONVENTIONS)[0]) is right


def test_articles_weekdays_and_hours_next_to_a_date_are_left_out() -> None:
    for text in ("on", "Monday", "the evening", "geschrieben", ""):
        assert is_filler(text, WORDS)
    for text in ("Sofia", "on Sofia"):
        assert not is_filler(text, WORDS)
    for text, left in (
        ("Sofia, on the", "Sofia"), ("Monday Sofia", "Sofia"), ("Sofia, Monday", "Sofia"),
        ("Monday, Monday", ""), ("Sofia The", "Sofia The"), ("the Sofia", "the Sofia"),
    ):  # fmt: skip
        assert without_filler(text, WORDS) == left
