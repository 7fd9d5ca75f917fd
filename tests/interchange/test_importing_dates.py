"""The import of dates: each is read as the file means it, or stays open."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.dates.edtf_string import somewhere_within
from archive_pkg.interchange.importing.dates import before_christ, dated, normal, point


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1870", "1870"),
        ("-0042", "-0042"),
        (" 1870-05 ", "1870-05"),
        ("1870-5", "1870-05"),
        ("1870-5-3", "1870-05-03"),
        ("-0042-5-3", "-0042-05-03"),
        ("-0042-5", "-0042-05"),
        ("187005", "1870-05"),
        ("18700503", "1870-05-03"),
        ("-00420503", "-0042-05-03"),
        ("1870-05-03T10:00:00", "1870-05-03"),
        ("1870-05-03T10:00:00+02:00", "1870-05-03"),
        ("1870-05-03Z", "1870-05-03"),
        ("1870-05-03+02:00", "1870-05-03"),
        ("1870-05-03-06:00", "1870-05-03"),
        ("1870~", "1870~"),
        ("187X", "187X"),
        ("--05-03", None),
        ("1870-02-30", None),
        ("1870-05-03 or 4", None),
        ("May", None),
        ("", None),
        (None, None),
    ],
)
def test_a_year_month_or_day_is_read_in_any_spelling(text: str | None, date: str | None) -> None:
    assert point(text) == date


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"when": "1870"}, "1870"),
        ({"when": "1870", "doubtful": True}, "1870?"),
        ({"when": "1870-05", "about": True}, "1870-05~"),
        ({"when": "1870-05-03", "about": True, "doubtful": True}, "1870-05-03%"),
        ({"when": "187X", "doubtful": True}, "187X"),
        ({"when": "long ago", "words": "3 May 1870"}, None),
        ({"span": ("1870-05-03", "1871")}, "1870-05-03/1871"),
        ({"span": ("1870", "1871"), "doubtful": True}, "1870?/1871?"),
        ({"span": ("1870", None)}, "1870/.."),
        ({"span": (None, "1871"), "about": True}, "../1871~"),
        ({"span": ("..", "1871")}, "../1871"),
        ({"span": ("1870", "9999-12-31")}, "1870/.."),
        ({"span": ("1870", "soon")}, None),
        ({"span": ("once", "1871")}, None),
        ({"span": ("1871", "1870")}, None),
        ({"span": ("..", "..")}, None),
        ({"between": ("1870", "1871")}, "[1870..1871]"),
        ({"between": ("1870-05-03", None)}, "[1870-05-03..]"),
        ({"between": (None, "1871")}, "[..1871]"),
        ({"between": ("1870", "1870")}, "1870"),
        ({"between": ("1870", "1870"), "doubtful": True}, "1870?"),
        ({"between": ("1870", "1871-02")}, "[1870-01-01..1871-02-28]"),
        ({"between": ("1870-02", "1872-02-03")}, "[1870-02-01..1872-02-03]"),
        ({"between": ("1870-02", "1872")}, "[1870-02-01..1872-12-31]"),
        ({"between": ("1870-02-03", "1872-02")}, "[1870-02-03..1872-02-29]"),
        ({"between": ("1870-02-03", "1872-12")}, "[1870-02-03..1872-12-31]"),
        ({"between": ("1870", "soon")}, None),
        ({"between": ("once", "1870")}, None),
        ({"between": ("once", None)}, None),
        ({"words": "3 May 1870"}, "1870-05-03"),
        ({"words": "3 May 1870", "doubtful": True}, "1870-05-03?"),
        ({"words": "Pentecost"}, None),
        ({}, None),
    ],
)
def test_a_date_is_read_from_its_attributes_or_else_its_words(
    given: dict[str, Any], said: str | None
) -> None:
    found = dated(**given)
    assert (found and found["edtf"]) == said


def test_a_period_is_preferred_to_limits_and_both_to_words() -> None:
    limits, words = ("1860", "1869"), "3 May 1880"
    found = dated(span=("1870", "1871"), between=limits, words=words)
    assert found == {"edtf": "1870/1871", "as_written": words}
    assert dated(between=limits, words=words) == {"edtf": "[1860..1869]", "as_written": words}


def test_a_date_keeps_words_that_differ_and_its_note() -> None:
    assert dated(when="1870", words="1870", note="label: sent") == {
        "edtf": "1870",
        "note": "label: sent",
    }
    assert dated(when="1870", words="in 70") == {"edtf": "1870", "as_written": "in 70"}


def test_a_date_from_words_has_the_rule_and_all_notes() -> None:
    assert dated(words="5/17 March 1848", note="label: sent") == {
        "edtf": "1848-03-17",
        "as_written": "5/17 March 1848",
        "note": "5 March 1848 in the Julian calendar; label: sent",
        "rule": "double-date",
    }
    assert dated(words="1848-03-17") == {"edtf": "1848-03-17"}


@pytest.mark.parametrize(
    ("when", "words", "calendar", "said", "is_converted"),
    [
        ("1870-05-10", "10 May 1870", "Julian", "1870-05-22", True),
        ("1870-05-10", "10 May 1870 (O.S.)", None, "1870-05-22", True),
        ("1870-05-10", "10/22 May 1870", None, "1870-05-22", True),
        ("1870-05-22", "10 May 1870", "julian", "1870-05-22", False),
        ("1870-05-22", "10 May 1870 (O.S.)", None, "1870-05-22", False),
        ("1870-05-22", "10/22 May 1870", None, "1870-05-22", False),
        ("1870-05-10", "10 May 1870", "gregorian", "1870-05-10", False),
        ("1870-05-10", "Pentecost", "julian", None, False),
        ("1870-05", "May 1870", "julian", "1870-05", False),
    ],
)
def test_a_julian_day_becomes_gregorian_unless_the_file_has_converted_it(
    when: str, words: str, calendar: str | None, said: str | None, is_converted: bool
) -> None:
    found = dated(when=when, words=words, calendar=calendar, note="n")
    assert (found and found["edtf"]) == said
    if found:
        julian = f"{when} in the Julian calendar; n"
        assert found["note"] == (julian if is_converted else "n")
        assert found.get("rule") == ("old-style-date" if is_converted else None)


@pytest.mark.parametrize("key", ["span", "between"])
def test_periods_of_julian_days_are_not_read(key: str) -> None:
    days: dict[str, Any] = {key: ("1870-05-10", "1870-05-12")}
    months: dict[str, Any] = {key: ("1870-05", "1870-06")}
    compact: dict[str, Any] = {key: ("18700510", None)}
    assert dated(**days, words="10-12 May 1870 O.S.") is None
    assert dated(**days, calendar="julian") is None
    assert dated(**compact, calendar="julian") is None
    assert dated(**days) is not None
    assert dated(**months, calendar="julian") is not None


@pytest.mark.parametrize(
    ("given", "is_read"),
    [
        ({"when": "-0042"}, True),
        ({"when": "-0043"}, False),
        ({"span": ("-0050", "-0042")}, True),
        ({"span": ("-0042", "-0040")}, False),
        ({"span": ("-0042", None)}, False),
        ({"between": ("-0050", "-0042")}, True),
        ({"between": ("-0050", "-0043")}, False),
        ({"between": ("-0043", "-0043")}, False),
    ],
)
def test_a_year_before_christ_in_words_must_match_the_attributes(
    given: dict[str, Any], is_read: bool
) -> None:
    assert (dated(**given, words="43 BC") is not None) is is_read


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("43 BC", "-0042"),
        ("43 B.C.E.", "-0042"),
        ("im Jahr 43 v. Chr.", "-0042"),
        ("43 v.u.Z.", "-0042"),
        ("43 av. J.-C.", "-0042"),
        ("43 до н. э.", "-0042"),
        ("1 bc", "0000"),
        ("0 BC", None),
        ("43 BCX", None),
        ("43", None),
    ],
)
def test_years_before_christ_are_counted_with_a_year_zero(words: str, year: str | None) -> None:
    assert before_christ(words) == year


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1870", "1870"),
        ("1870/1871", "1870/1871"),
        ("1870/", "1870/.."),
        ("/1871", "../1871"),
        ("1870/1870", "1870"),
        ("18700510/1870-05-10", "1870-05-10"),
        ("once/soon", None),
        ("", None),
    ],
)
def test_the_attribute_normal_has_a_date_or_the_ends_of_a_period(
    text: str, said: str | None
) -> None:
    found = normal(text)
    assert (found and found["edtf"]) == said
    assert normal("1870", about=True) == {"edtf": "1870~"}
    assert normal("1870/1871", about=True) == {"edtf": "1870~/1871~"}


@pytest.mark.parametrize(
    ("said", "within"),
    [
        ("1870", "1870"),
        ("1870/1871", "[1870..1871]"),
        ("1870~/1871-05?", "[1870-01-01..1871-05-31]"),
        ("1870/..", "[1870..]"),
        ("../1871%", "[..1871]"),
    ],
)
def test_the_date_of_an_item_within_a_period_is_one_day_of_the_period(
    said: str, within: str
) -> None:
    assert somewhere_within(said) == within


@pytest.mark.parametrize("calendar", ["julian", "#julian", "#cal_Julian"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("10 May 1870", "1870-05-22"),
        ("c. 10 May 1870", "1870-05-22~"),
        ("10/22 May 1870", "1870-05-22"),
        ("10 May 1870 (O.S.)", "1870-05-22"),
        ("before 3 May 1870", "[..1870-05-14]"),
        ("May 1870", "1870-05"),
        ("1870-1871", "1870/1871"),
        ("10-14 May 1870", None),
    ],
)
def test_words_in_a_julian_calendar_are_converted_or_not_understood(
    calendar: str, words: str, expected: str | None
) -> None:
    read = dated(words=words, calendar=calendar)
    assert (read["edtf"] if read else None) == expected
    if expected and "-05-" in expected:
        assert read
        assert "in the Julian calendar" in read["note"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"when": "1870-05-10T12:30:00"}, {"edtf": "1870-05-10T12:30:00"}),
        ({"when": "1870-05-10T00:00:00"}, {"edtf": "1870-05-10"}),
        ({"when": "1870-05-10T12:30"},
         {"edtf": "1870-05-10", "note": "normalized as 1870-05-10T12:30"}),
        ({"span": ("1870-05-10T08:00:00", "1870-05-11")},
         {"edtf": "1870-05-10/1870-05-11", "note": "normalized as 1870-05-10T08:00:00"}),
        ({"between": (None, "1870-05-10T00:00")}, {"edtf": "[..1870-05-10]"}),
    ],
)  # fmt: skip
def test_a_time_of_day_is_kept_unless_it_is_midnight(
    given: dict[str, Any], expected: dict[str, str]
) -> None:
    assert dated(**given) == expected
