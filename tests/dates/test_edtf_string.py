"""EDTF dates: the standard's own examples, their order, and messages for invalid dates."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter

from archive_pkg.dates.edtf import LONGEST
from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.faults import Fault

DAY = datetime.date

# Examples of the Library of Congress's specification of 4 February 2019 with their meaning.
EXAMPLES = [
    ("1985-04-12", DAY(1985, 4, 12), DAY(1985, 4, 12)),
    ("1985-04", DAY(1985, 4, 1), DAY(1985, 4, 30)),
    ("1985", DAY(1985, 1, 1), DAY(1985, 12, 31)),
    ("1985-04-12T23:20:30", DAY(1985, 4, 12), DAY(1985, 4, 12)),
    ("1985-04-12T23:20:30Z", DAY(1985, 4, 12), DAY(1985, 4, 12)),
    ("1985-04-12T23:20:30-04", DAY(1985, 4, 12), DAY(1985, 4, 12)),
    ("1985-04-12T23:20:30+04:30", DAY(1985, 4, 12), DAY(1985, 4, 12)),
    ("1964/2008", DAY(1964, 1, 1), DAY(2008, 12, 31)),
    ("2004-06/2006-08", DAY(2004, 6, 1), DAY(2006, 8, 31)),
    ("2004-02-01/2005-02-08", DAY(2004, 2, 1), DAY(2005, 2, 8)),
    ("2004-02-01/2005-02", DAY(2004, 2, 1), DAY(2005, 2, 28)),
    ("2004-02-01/2005", DAY(2004, 2, 1), DAY(2005, 12, 31)),
    ("2005/2006-02", DAY(2005, 1, 1), DAY(2006, 2, 28)),
    ("Y170000002", None, None),
    ("Y-170000002", None, None),
    ("2001-21", DAY(2001, 3, 1), DAY(2001, 5, 31)),
    ("2003-24", DAY(2003, 12, 1), DAY(2004, 2, 29)),
    ("1984?", DAY(1984, 1, 1), DAY(1984, 12, 31)),
    ("2004-06~", DAY(2004, 6, 1), DAY(2004, 6, 30)),
    ("2004-06-11%", DAY(2004, 6, 11), DAY(2004, 6, 11)),
    ("201X", DAY(2010, 1, 1), DAY(2019, 12, 31)),
    ("20XX", DAY(2000, 1, 1), DAY(2099, 12, 31)),
    ("2004-XX", DAY(2004, 1, 1), DAY(2004, 12, 31)),
    ("1985-04-XX", DAY(1985, 4, 1), DAY(1985, 4, 30)),
    ("1985-XX-XX", DAY(1985, 1, 1), DAY(1985, 12, 31)),
    ("1985-04-12/..", DAY(1985, 4, 12), None),
    ("1985-04/..", DAY(1985, 4, 1), None),
    ("1985/..", DAY(1985, 1, 1), None),
    ("../1985-04-12", None, DAY(1985, 4, 12)),
    ("../1985-04", None, DAY(1985, 4, 30)),
    ("../1985", None, DAY(1985, 12, 31)),
    ("1985-04-12/", DAY(1985, 4, 12), None),
    ("1985-04/", DAY(1985, 4, 1), None),
    ("1985/", DAY(1985, 1, 1), None),
    ("/1985-04-12", None, DAY(1985, 4, 12)),
    ("/1985-04", None, DAY(1985, 4, 30)),
    ("/1985", None, DAY(1985, 12, 31)),
    ("-1985", None, None),
    ("[1667,1668,1670..1672]", DAY(1667, 1, 1), DAY(1672, 12, 31)),
    ("[1667,1668, 1670..1672]", DAY(1667, 1, 1), DAY(1672, 12, 31)),
    ("[..1760-12-03]", None, DAY(1760, 12, 3)),
    ("[1760-12..]", DAY(1760, 12, 1), None),
    ("[1760-01,1760-02,1760-12..]", DAY(1760, 1, 1), None),
    ("[1667,1760-12]", DAY(1667, 1, 1), DAY(1760, 12, 31)),
    ("[..1984]", None, DAY(1984, 12, 31)),
]

# Examples of level 2 in the same specification, with their first and last day.
LEVEL_TWO = [
    ("2004-06-11%/2004-~06", DAY(2004, 6, 11), DAY(2004, 6, 30)),
    ("2004-06~-11", DAY(2004, 6, 11), DAY(2004, 6, 11)),
    ("2004?-06-11", DAY(2004, 6, 11), DAY(2004, 6, 11)),
    ("?2004-06-~11", DAY(2004, 6, 11), DAY(2004, 6, 11)),
    ("2004-%06-11", DAY(2004, 6, 11), DAY(2004, 6, 11)),
    ("1960?-07", DAY(1960, 7, 1), DAY(1960, 7, 31)),
    ("156X-12-25", DAY(1560, 12, 25), DAY(1569, 12, 25)),
    ("15XX-12-25", DAY(1500, 12, 25), DAY(1599, 12, 25)),
    ("1XXX-XX", DAY(1000, 1, 1), DAY(1999, 12, 31)),
    ("1XXX-12", DAY(1000, 12, 1), DAY(1999, 12, 31)),
    ("1984-1X", DAY(1984, 10, 1), DAY(1984, 12, 31)),
    ("19XX-02-29", DAY(1904, 2, 29), DAY(1996, 2, 29)),
    ("-156X-12-25", None, None),
    ("XXXX", None, None),
    ("XXXX-12-XX", None, None),
    ("XXXX-07-18", None, None),
    ("2004-06-~01/2004-06-~20", DAY(2004, 6, 1), DAY(2004, 6, 20)),
    ("2004-06-XX/2004-07-03", DAY(2004, 6, 1), DAY(2004, 7, 3)),
    ("1960-25", DAY(1960, 3, 1), DAY(1960, 5, 31)),
    ("1960-28", DAY(1960, 12, 1), DAY(1961, 2, 28)),
    ("1960-29", DAY(1960, 9, 1), DAY(1960, 11, 30)),
    ("1960-30", DAY(1960, 12, 1), DAY(1961, 2, 28)),
    ("1960-31", DAY(1960, 3, 1), DAY(1960, 5, 31)),
    ("1960-32", DAY(1960, 6, 1), DAY(1960, 8, 31)),
    ("1960-33", DAY(1960, 1, 1), DAY(1960, 3, 31)),
    ("2001-34", DAY(2001, 4, 1), DAY(2001, 6, 30)),
    ("1960-36", DAY(1960, 10, 1), DAY(1960, 12, 31)),
    ("1960-37", DAY(1960, 1, 1), DAY(1960, 4, 30)),
    ("1960-38", DAY(1960, 5, 1), DAY(1960, 8, 31)),
    ("1960-39", DAY(1960, 9, 1), DAY(1960, 12, 31)),
    ("1960-40", DAY(1960, 1, 1), DAY(1960, 6, 30)),
    ("1960-41", DAY(1960, 7, 1), DAY(1960, 12, 31)),
]

NOT_SUPPORTED = [
    "Y-17E7", "1950S2", "Y171010000S3", "{1667,1668,1670..1672}", "{1960,1961-12}", "{..1984}",
    "1960-3X", "1961-02-3X", "XXXX-02-30", "1960-X9-32", "1960??", "1960-?",
]  # fmt: skip

# Invalid dates, and words of the error that say what to write.
WRONG = [
    ("", "Leave the field out"),
    (" 1960", "Write 1960"),
    ("1960-7-18", "Write 1960-07-18"),
    ("1960/07/18", "Write 1960-07-18"),
    ("1960.07.18", "Write 1960-07-18"),
    ("19600718", "Write 1960-07-18"),
    ("18.07.1960", "Write 1960-07-18"),
    ("18 July 1960", "Write 1960-07-18"),
    ("1960s", "Write 196X"),
    ("196u", "unknown digits: 196X"),
    ("c. 1960", "Write 1960~"),
    ("1959-1961", "Write 1959/1961 for a period, [1959..1961] for one year of it"),
    ("1960/open", "Write 1960/.."),
    ("unknown/1960", "Write /1960"),
    ("1960-13", "Months are 01 to 12"),
    ("1960-00", "Months are 01 to 12"),
    ("1961-02-29", "Its days are 01 to 28"),
    ("1960-07-00", "Its days are 01 to 31"),
    ("1960-21-03", "Write 1960-21"),
    ("1961/1959", "Swap the dates: 1959/1961"),
    ("[1961..1959]", "Write 1959..1961"),
    ("[1959..1961-02]", "Write both in the same form"),
    ("[1960..,1970]", "last in the set"),
    ("[1970,..1960]", "first in the set"),
    ("[1960", "Write [1960]"),
    ("[1960/1961]", "[1959..1961]"),
    ("[1960T09:00:00]", "[1959..1961]"),
    ("[196X..1970]", "[1960..1969]"),
    ("[]", "[1960,1962]"),
    ("[..]", "[1959..1961]"),
    ("[[1960]]", "[1960,1962]"),
    ("/", "beginning or an end"),
    ("../..", "beginning or an end"),
    ("1960/1961/1962", "1959/1961"),
    ("1960-07-18T09:30:00/1961", "Write days"),
    ("Y1985", "Write 1985"),
    ("Y012345", "Write Y12345"),
    ("Y00001", "Write 0001"),
    ("y17000", "Write Y17000"),
    ("12345", "Y12345"),
    ("-0000", "0000"),
    ("1960-07T09:30:00", "complete day"),
    ("1960-07-XXT09:30:00", "complete day"),
    ("1960-07-18?T09:30:00", "complete day"),
    ("1960-07-18T09:30", "hh:mm:ss"),
    ("1960-07-18T24:00:00", "00 to 23"),
    ("1960-07-18T09:60:00", "00 to 59"),
    ("1960-07-18T09:30:00+3", "+03"),
    ("1960-07-18T09:30:00-00:00", "Write Z"),
    ("1960–1961", "1959/1961"),
    ("١٩٦٠", "Write 1960-07-18"),
    ("1960²", "Write 1960-07-18"),
    ("Y" + "9" * 19, "18 digits"),
    ("9" * (LONGEST + 1), str(LONGEST)),
]


@pytest.mark.parametrize(("text", "earliest", "latest"), EXAMPLES + LEVEL_TWO)
def test_the_examples_of_the_specification_are_read(
    text: str, earliest: datetime.date | None, latest: datetime.date | None
) -> None:
    date = Edtf(text)
    assert (str(date), date.earliest, date.latest) == (text, earliest, latest)
    assert date.is_interval == ("/" in text)
    assert date.is_set == ("[" in text)
    assert date.uncertain == any(sign in text for sign in "?%")
    assert date.approximate == any(sign in text for sign in "~%")


@pytest.mark.parametrize("text", NOT_SUPPORTED)
def test_other_forms_of_edtf_level_2_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"level|EDTF|no such day"):
        Edtf(text)


@pytest.mark.parametrize(("text", "right"), WRONG)
def test_an_error_in_a_date_says_what_to_write(text: str, right: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Edtf(text)
    assert right in str(caught.value)


def test_seasons_and_interval_ends_can_have_qualifiers() -> None:
    assert Edtf("1960-21?").uncertain
    assert Edtf("1959-24/1960-21~").latest == DAY(1960, 5, 31)
    assert Edtf("1984?/2004-06~").uncertain


def test_dates_sort_from_the_open_past_to_the_open_future() -> None:
    dates = [
        "[..1960]", "/1985", "Y-17000", "-1985", "0000", "1959", "1960", "1960-07",
        "1960-07-18", "1960-07-18T08:00:00Z", "1960-07-18T09:00:00Z", "1960/1961", "1960/..",
        "Y17000", "Y170000002",
    ]  # fmt: skip
    ordered = sorted(map(Edtf, dates))
    assert [str(d) for d in ordered] == [
        "[..1960]", "/1985", "Y-17000", "-1985", "0000", "1959", "1960", "1960/1961",
        "1960/..", "1960-07", "1960-07-18", "1960-07-18T08:00:00Z", "1960-07-18T09:00:00Z",
        "Y17000", "Y170000002",
    ]  # fmt: skip


def test_times_sort_by_their_instant_across_days() -> None:
    assert Edtf("1960-07-18T23:00:00-05") > Edtf("1960-07-19T01:00:00Z")


def test_a_date_is_immutable_and_compares_with_text() -> None:
    date = Edtf("1960-07-18")
    assert date == "1960-07-18"
    assert date < "1960-08"
    assert hash(date) == hash("1960-07-18")
    with pytest.raises(AttributeError):
        date.earliest = None
    with pytest.raises(AttributeError):
        del date.latest
    for same in (copy.deepcopy(date), pickle.loads(pickle.dumps(date)), Edtf(date)):
        assert same == date
        assert same.earliest == date.earliest


def test_a_strict_model_takes_dates_as_text() -> None:
    class Letter(BaseModel):
        model_config = ConfigDict(strict=True, frozen=True)
        date: Edtf

    letter = Letter.model_validate({"date": "1960-07"})
    assert letter.date.latest == DAY(1960, 7, 31)
    assert letter.model_dump() == {"date": "1960-07"}
    assert type(letter.model_dump()["date"]) is str
    assert Letter.model_validate_json(letter.model_dump_json()) == letter
    assert Letter(date=Edtf("1960-07")) == letter
    schema = Letter.model_json_schema()["properties"]["date"]
    assert schema["type"] == "string"
    assert json.loads(json.dumps(schema)) == schema
    for value in (1960, 1960.0, DAY(1960, 7, 18), None, b"1960"):
        with pytest.raises(ValueError, match="string"):
            Letter.model_validate({"date": value})


def test_the_schema_accepts_what_the_parser_accepts_and_rejects_other_text() -> None:
    schema = TypeAdapter(Edtf).json_schema()
    for text in (*(text for text, _, _ in EXAMPLES), *schema["examples"]):
        assert re.search(schema["pattern"], text)
        assert Edtf(text)
    for text in ("", "July 1960", "c. 1960", "1960s", "{1960}", "[1960]]", "[[1960]"):
        assert not re.search(schema["pattern"], text)
    assert schema["maxLength"] == LONGEST
    assert set(schema) == {"type", "title", "description", "pattern", "maxLength", "examples"}


days = st.dates().map(str)
dates = st.one_of(
    days,
    days.map(lambda d: d[:7]),
    days.map(lambda d: d[:4]),
    st.builds(lambda d, s: f"{d[:4]}-{s}", days, st.integers(21, 24)),
    st.integers(10_000, 10**17).map("Y{}".format),
    st.integers(10_000, 10**17).map("Y-{}".format),
    st.builds("{}{}".format, days, st.sampled_from("?~%")),
)


@given(st.lists(dates, min_size=1, max_size=5))
def test_a_set_spans_its_members(members: list[str]) -> None:
    one = Edtf(f"[{','.join(members)}]")
    assert one.sort_key[0] == min(Edtf(m).sort_key[0] for m in members)
    assert one.sort_key[1] == max(Edtf(m).sort_key[1] for m in members)


@given(st.text(alphabet="0123456789XYT?~%-/.,[]{}: Zu", max_size=30) | st.text(max_size=20))
def test_any_text_is_a_date_or_an_error_with_a_message(text: str) -> None:
    try:
        date = Edtf(text)
    except Fault as wrong:
        said = wrong.message
    else:
        said = ""
    if said:
        return
    assert str(date) == text
    assert date.sort_key[0] <= date.sort_key[1]
    if date.earliest and date.latest:
        assert date.earliest <= date.latest


def test_long_hostile_text_is_refused_with_a_short_message() -> None:
    for text in ("[" + "1960," * 800 + "196]", "-" * 4000, "." * 4000, "?" * 4000, "/" * 4000):
        with pytest.raises(Fault) as caught:
            Edtf(text)
        assert len(str(caught.value)) < 10_000
