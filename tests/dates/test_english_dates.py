"""Dates in words."""

from __future__ import annotations

import pytest

from archive_pkg.dates.date_words import in_words


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("1960", "1960"),
        ("1960-07", "July 1960"),
        ("1960-07-18", "18 July 1960"),
        ("1933-24", "winter 1933"),
        ("196X", "1960s"),
        ("1912~", "about 1912"),
        ("1912-05?", "May 1912 (uncertain)"),
        ("1912%", "about 1912 (uncertain)"),
        ("1911/1912", "1911 to 1912"),
        ("../1943", "1943 or earlier"),
        ("1944/..", "1944 or later"),
        ("/1943", "unknown date to 1943"),
        ("1944/", "1944 to unknown date"),
        ("[..1943]", "1943 or earlier"),
        ("[1944..]", "1944 or later"),
        ("[1870-05-10,1870-05-21]", "10 May 1870 or 21 May 1870"),
        ("[1959..1961]", "between 1959 and 1961"),
        ("{1959,1961}", "1959 and 1961"),
    ],
)
def test_a_date_is_put_into_words(edtf: str, words: str) -> None:
    assert in_words(edtf) == words


@pytest.mark.parametrize(
    "edtf",
    [
        "19XX",
        "1960-XX",
        "1960-21-04",
        "1960-07-18T10:00:00Z",
        "Y-17E7",
        "?1960-07",
        "1960-37",
        "",
        "/",
        "[]",
    ],
)
def test_a_date_that_is_not_usually_put_into_words_is_unchanged(edtf: str) -> None:
    assert in_words(edtf) == edtf
