"""EDTF dates are compared with a slow calendar; messages explain invalid dates."""

from __future__ import annotations

import calendar
import datetime
import itertools
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive_pkg.dates.edtf import LONGEST, parse
from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.faults import Fault

Day = tuple[int, int, int]
EPOCH = Edtf("0001-01-01").sort_key[0]
SEASONS = {
    "21": [(0, 3), (0, 4), (0, 5)],
    "22": [(0, 6), (0, 7), (0, 8)],
    "23": [(0, 9), (0, 10), (0, 11)],
    "24": [(0, 12), (1, 1), (1, 2)],
}


def seconds(day: Day) -> int:
    """Return the beginning of a day in any year; the calendar repeats every 400 years."""
    turns = (day[0] - 1) // 400
    ordinal = datetime.date(day[0] - 400 * turns, *day[1:]).toordinal() + turns * 146_097
    return (ordinal - 1) * 86_400


def fitting(mask: str, numbers: range) -> list[int]:
    """Return the numbers that match a pattern with X for any digit."""
    return [
        number
        for number in numbers
        if all(x in ("X", y) for x, y in zip(mask, f"{number:0{len(mask)}}", strict=True))
    ]


def ends(text: str) -> tuple[Day, Day]:
    """Return the first and the last possible day of a date."""
    bare = text.rstrip("?~%")
    if bare.startswith("Y"):
        return (int(bare[1:]), 1, 1), (int(bare[1:]), 12, 31)
    sign = -1 if bare.startswith("-") else 1
    year, month, day = (*bare.removeprefix("-").split("-"), "XX", "XX")[:3]
    filled = itertools.product(*("0123456789" if digit == "X" else digit for digit in year))
    years = [sign * int("".join(digits)) for digits in filled]
    months = SEASONS.get(month) or [(0, number) for number in fitting(month, range(1, 13))]
    days = [
        (one + over, number, day_of_month)
        for one in (min(years), max(years))
        for over, number in months
        for day_of_month in fitting(
            day, range(1, calendar.monthrange((one + over) % 400 + 2000, number)[1] + 1)
        )
    ]
    return min(days), max(days)


def key(text: str) -> tuple[float, float, str]:
    first, last = ends(text)
    return seconds(first) + EPOCH, seconds(last) + EPOCH + 86_399, text


def in_python(day: Day) -> datetime.date | None:
    return datetime.date(*day) if 1 <= day[0] <= 9999 else None


years = st.integers(-9999, 9999).map(lambda year: f"{'-' if year < 0 else ''}{abs(year):04}")
near = st.sampled_from(["1899", "1900", "1904", "2000", "-0001", "0000", "0001", "-0004", "9999"])
months = st.integers(1, 12).map("{:02}".format)
whole = st.one_of(
    years,
    near,
    st.integers(10_000, 10**18 - 1).map("Y{}".format),
    st.integers(10_000, 10**18 - 1).map("Y-{}".format),
    st.builds("{}-{}".format, years | near, months),
    st.builds("{}-{}".format, years | near, st.sampled_from(sorted(SEASONS))),
    st.builds("{}-{}-{:02}".format, years | near, months, st.integers(1, 28)),
    st.builds("{}-{}".format, near, st.sampled_from(["01-31", "04-30", "12-31", "02-28"])),
)
masked = st.one_of(
    st.builds("{}{}X".format, st.sampled_from(["", "-"]), st.integers(100, 999)),
    st.builds("{}{}XX".format, st.sampled_from(["", "-"]), st.integers(10, 99)),
    years.map("{}-XX".format),
    years.map("{}-XX-XX".format),
    st.builds("{}-{}-XX".format, years | near, months | st.just("02")),
)
qualified = st.builds("{}{}".format, whole | masked, st.sampled_from(["", "?", "~", "%"]))
quick = settings(max_examples=50)


@quick
@given(qualified)
def test_a_date_reaches_from_its_first_to_its_last_possible_day(text: str) -> None:
    date = Edtf(text)
    first, last = ends(text)
    assert date.sort_key == key(text)
    assert (date.earliest, date.latest) == (in_python(first), in_python(last))
    assert (date.uncertain, date.approximate) == (text[-1] in "?%", text[-1] in "~%")


@pytest.mark.parametrize(
    "text", ["-196X", "-19XX", "-1985-04-XX", "-1985-XX", "1904-02-XX", "1900-02-XX", "9999-24"]
)
def test_an_unspecified_digit_can_be_any_digit(text: str) -> None:
    assert Edtf(text).sort_key == key(text)


def in_order(one: str, other: str) -> None:
    assert Edtf(one) < other
    assert Edtf(one) <= other
    assert Edtf(other) > one
    assert Edtf(other) >= one
    assert not Edtf(one) > other
    assert not Edtf(one) >= other
    assert not Edtf(other) < one
    assert not Edtf(other) <= one


@quick
@given(qualified, qualified)
def test_dates_sort_by_beginning_then_by_end_then_by_text(one: str, other: str) -> None:
    if one != other:
        in_order(*sorted((one, other), key=key))


def test_dates_with_the_same_beginning_sort_by_end_and_then_by_text() -> None:
    dates = ["1960-01-01", "1960-01", "1960", "1960?", "1960/1961", "[1960,1962]", "1960/.."]
    for first, second in itertools.pairwise(dates):
        in_order(first, second)
    same = Edtf("1960")
    assert same <= "1960"
    assert same >= "1960"
    assert not same < "1960"
    assert not same > "1960"


def is_date(text: str) -> bool:
    try:
        Edtf(text)
    except Fault:
        return False
    return True


@quick
@given(whole, whole)
def test_an_interval_or_range_that_ends_before_it_begins_is_refused(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one), (one, one)):
        begins, _, _ = key(a)
        _, over, _ = key(b)
        assert is_date(f"{a}/{b}") == (begins <= over)
        if begins <= over:
            assert Edtf(f"{a}/{b}").sort_key == (begins, over, f"{a}/{b}")
        alike = parse(a).precision == parse(b).precision
        assert is_date(f"[{a}..{b}]") == (alike and begins <= over)


@pytest.mark.parametrize("text", ["1960-07-18/1960", "1960/1960-07-18", "1960-12/1960-24"])
def test_an_interval_can_end_within_its_first_date(text: str) -> None:
    assert Edtf(text).is_interval


@quick
@given(st.datetimes(), st.integers(-1439, 1439))
def test_a_time_of_day_is_an_instant(local: datetime.datetime, ahead: int) -> None:
    local = local.replace(microsecond=0)
    hours, minutes = divmod(abs(ahead), 60)
    shifts = [f"{'-' if ahead < 0 else '+'}{hours:02}:{minutes:02}"]
    shifts += [shifts[0][:3]] if not minutes and (hours or ahead >= 0) else []
    shifts += ["", "Z"] if not ahead else []
    since = local - datetime.datetime.min - datetime.timedelta(minutes=ahead)
    for shift in shifts:
        date = Edtf(local.isoformat() + shift)
        assert date.sort_key[:2] == (since.total_seconds() + EPOCH,) * 2
        assert date.earliest == date.latest == local.date()


@pytest.mark.parametrize(
    "time",
    [
        "24:00:00", "23:60:00", "23:59:60", "9:30:00", "09-30-00", "09:30-00", "09:30:0",
        "0a:30:00", "09:30:00 ", "09:30:00z", "09:30:00+24", "09:30:00+03:60", "09:30:00+0330",
        "09:30:00+03-30", "09:30:00+3", "09:30:00-00", "09:30:00-00:00", "09:30:00ZZ",
        "09:30:00+03:3", "09:30:00 03",
        "09:30:00+٠٣", "",
    ],
)  # fmt: skip
def test_an_impossible_time_is_refused(time: str) -> None:
    with pytest.raises(Fault):
        Edtf(f"1960-07-18T{time}")


def test_the_first_and_last_hours_days_and_months_are_valid() -> None:
    for text in (
        "1960-07-18T00:00:00", "1960-07-18T23:59:59", "1960-07-18T09:30:00+23:59",
        "1960-07-18T09:30:00-00:01", "1960-07-18T09:30:00+00", "1960-02-29", "2000-02-29",
        "1960-01-01", "1960-12-31", "Y10000", "Y-10000", f"Y{10**18 - 1}", "[1960]",
    ):  # fmt: skip
        assert Edtf(text) == text
    for text in ("1900-02-29", "1961-02-29", "1960-04-31", "1960-00", "1960-13", "1960-20"):
        assert not is_date(text)
    for month in range(42, 100):
        assert not is_date(f"1960-{month}")


def test_a_date_of_the_maximum_length_is_read_and_a_longer_one_refused() -> None:
    most = f"[{'1960,' * 818}1960]"
    assert len(most) == LONGEST
    assert Edtf(most).is_set
    assert not is_date(most.replace("1960]", "1960 ]"))
    with pytest.raises(Fault, match=f"the date has {LONGEST + 1} characters"):
        Edtf("1" * (LONGEST + 1))


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [
        ("1984?/2004", True, False),
        ("1984/2004?", True, False),
        ("1984~/..", False, True),
        ("../2004~", False, True),
        ("1984?/2004~", True, True),
        ("1984%/2004", True, True),
        ("[1960?,1961]", True, False),
        ("[1960,1961?]", True, False),
        ("[1960,1961~]", False, True),
        ("[1960?..1961]", True, False),
        ("[1960..1961~]", False, True),
        ("[1960..1961]", False, False),
    ],
)
def test_an_interval_or_set_is_uncertain_if_a_date_in_it_is(
    text: str, uncertain: bool, approximate: bool
) -> None:
    date = Edtf(text)
    assert (date.uncertain, date.approximate) == (uncertain, approximate)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("[1962,1960,1961]", "1960-01-01", "1962-12-31"),
        ("[1960-07,1960]", "1960-01-01", "1960-12-31"),
        ("[..1960,1950]", None, "1960-12-31"),
        ("[1950,1940..]", "1940-01-01", None),
        ("[Y-17000,1960]", None, "1960-12-31"),
        ("[196X,1971]", "1960-01-01", "1971-12-31"),
    ],
)
def test_a_set_reaches_from_its_first_to_its_last_date(
    text: str, earliest: str | None, latest: str | None
) -> None:
    date = Edtf(text)
    assert [day and str(day) for day in (date.earliest, date.latest)] == [earliest, latest]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1960 ", "Write 1960"),
        (" ", "Write 1960-07-18, 1960-07 or 1960;"),
        ("1960-7", "Write 1960-07"),
        ("1960.7", "Write 1960-07"),
        ("1960 7 8", "Write 1960-07-08"),
        ("1961.08.09", "Write 1961-08-09"),
        ("19.08.1961", "Write 1961-08-19"),
        ("8/7/1960", "Write year, month and day in this order: 1960-MM-DD"),
        ("960", "A year has four digits: 0960"),
        ("19600718", "Write 1960-07-18"),
        ("1960071", "A year of more than four digits begins with Y: Y1960071"),
        ("196007180", "A year of more than four digits begins with Y: Y196007180"),
        ("1960s", "Write 196X"),
        ("196u", "Write X for unknown digits: 196X"),
        ("1960u", "Write 1960-07-18, 1960-07 or 1960;"),
        ("1960-0u", "Write X for unknown digits: 1960-0X"),
        ("1959 - 1961", "Write 1959/1961 for a period, [1959..1961] for one year of it"),
        ("circa 1960", "Write 1960~"),
        ("ca. 1960", "Write 1960~"),
        ("Ca 1960", "Write 1960~"),
        ("c.1960", "Write 1960~"),
        ("1960/1961/1962", "Write 1960-07-18, 1960-07 or 1960;"),
        ("1960-07-18-01", "Write 1960-07-18, 1960-07 or 1960;"),
        ("60-07-18", "Write 1960-07-18, 1960-07 or 1960;"),
        ("1960-071", "Write 1960-07-18, 1960-07 or 1960;"),
        ("ca. 60", "Write 1960-07-18, 1960-07 or 1960;"),
        ("9" * 41, "Write 1960-07-18, 1960-07 or 1960;"),
        ("9" * 18, f"A year of more than four digits begins with Y: Y{'9' * 18}"),
        ("9" * 40, "Write 1960-07-18, 1960-07 or 1960;"),
        ("Y-1985", "Write -1985"),
        ("Y-12", "Write -0012"),
        ("Y-012345", "Write Y-12345"),
        ("Y-01234", "Write -1234"),
        ("Y000000", "Write 0000"),
        ("y-17000", "Write Y-17000"),
        ("Y17E7", "Write only digits after Y, as in Y17000 or Y-17000"),
        ("Y١٢٣٤٥", "Write only digits after Y, as in Y17000 or Y-17000"),
        ("1960-22-01", "Write 1960-22, or the month"),
        ("1960-30-01", "Write 1960-30, or the month"),
        *((text, "Write 1960-07-18, 1960-07 or 1960;") for text in ("1960-18-1960", "1960.5.1960")),
        ("1961-02-30", "Its days are 01 to 28."),
        ("1960-04-31", "Its days are 01 to 30"),
        ("1960/9", "Write 1960-09"),
        ("1959/open", "Write 1959/.."),
        ("unknown/1961", "Write /1961"),
        ("unknown/unknown", "Write .. for an open end, nothing for an unknown one"),
        ("1961-02/1961-01", "Swap the dates: 1961-01/1961-02"),
        ("[1960-02..1960-01]", "Write 1960-01..1960-02"),
    ],
)  # fmt: skip
def test_the_hint_has_the_date_that_was_probably_meant(text: str, hint: str) -> None:
    with pytest.raises(Fault) as caught:
        Edtf(text)
    assert caught.value.hint.startswith(hint)


PIECES = (*"0123456789uXYysT-/?~[],. ", "1960", "30", "00", "unknown", "open", "..", "circa ")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("1960-30-01")
@example("1960u")
@example("unknown/unknown")
@example("9" * 40)
@example("19601301")
@example("00012345")
@example("Y-0")
@example("Y-00000")
@example("Y" + "0" * 3 + "9" * 19)
@example("y" + "9" * 19)
@example("[u")
@example(" x19600 ")
@example("1960.13")
@example("1961-1960")
def test_each_date_in_a_hint_is_valid(text: str) -> None:
    try:
        Edtf(text)
    except Fault as fault:
        hint = re.sub(r"(?<!\.)\.$", "", fault.hint).replace("1960-MM-DD", "")
        for word in re.findall(r"[^\s;:]*\d[\dX]{3}[^\s;]*", hint):
            date = word.rstrip(",:")
            Edtf(f"[{date}]" if ".." in date and not set(date) & set("[/") else date)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1" * 60, f"“{'1' * 60}” is not a date in EDTF"),
        ("1" * 61, f"“{'1' * 60}…” is not a date in EDTF"),
        ("Y17E7", "“Y17E7” is not a year (E and S are EDTF level 2)"),
        ("Y17x7", "“Y17x7” is not a year"),
        ("1961-02-29", "“1961-02-29”: there is no day 29 in 1961-02"),
        ("1960-13-01", "“1960-13-01”: there is no month 13"),
        ("1960-42", "“1960-42”: there is no month 42"),
        ("1960-20-01", "“1960-20-01”: there is no month 20"),
        ("1960-41-01", "“1960-41-01”: a season or part of a year cannot have a day"),
        ("196X-21", "“196X-21”: a season or part of a year needs a complete year"),
        ("1960-3X", "“1960-3X”: there is no such day"),
        ("1960-42-01", "“1960-42-01”: there is no month 42"),
        ("1960-13-XX", "“1960-13-XX”: there is no month 13"),
        ("-0000-01", "“-0000-01”: there is no year -0000"),
        ("[1959..1961-02]", "“[1959..1961-02]” has a range from a year to a month"),
        ("[1960,]", "“[1960,]” has an empty item in its set"),
        ("[1960/1961]", "“[1960/1961]”: a set cannot contain intervals or times"),
        ("[1960,1961T]", "“[1960,1961T]”: a set cannot contain intervals or times"),
        ("[1960,  1961]", "“ 1961” is not a date in EDTF"),
        ("[ 1960]", "“ 1960” is not a date in EDTF"),
        ("[1959,..1961]", "“[1959,..1961]”: “..1961” comes after other dates"),
        ("[1959..,1961]", "“[1959..,1961]”: “1959..” comes before other dates"),
        ("T09:30:00", "“T09:30:00” is not a date in EDTF"),
        ("Y17000T09:30:00", "“Y17000T09:30:00”: a time of day needs a complete day before its T"),
        ("1960-XXT09:30:00", "“1960-XXT09:30:00”: a time of day needs a complete day before its T"),
    ],
)  # fmt: skip
def test_a_message_quotes_the_date_and_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(Fault) as caught:
        Edtf(text)
    assert caught.value.message == said
