"""EDTF dates in formats that have only years, months, days and ranges."""

from __future__ import annotations

import pytest

from archive_pkg.interchange.dates import edtf_of, extremes, is_exact, plain, tei, w3cdtf
from archive_pkg.records import Edtf
from archive_pkg.records.models import WrittenDate


@pytest.mark.parametrize(
    ("edtf", "day"),
    [
        ("1960", "1960"),
        ("1960-07", "1960-07"),
        ("1960-07-18", "1960-07-18"),
        ("1960-12?", "1960-12"),
        ("1960~", "1960"),
        ("1960-07-18%", "1960-07-18"),
        ("1960-07-18T10:00:00Z", "1960-07-18"),
        ("0001", "0001"),
        ("0000", None),
        ("-0044", None),
        ("Y17000", None),
        ("1960-21", None),
        ("196X", None),
        ("1959/1961", None),
        ("[1959..1961]", None),
        ("1960-?07", None),
    ],
)
def test_plain_returns_years_months_and_days_without_qualifiers(edtf: str, day: str | None) -> None:
    assert plain(Edtf(edtf)) == day
    assert is_exact(Edtf(edtf)) is (day == edtf)


@pytest.mark.parametrize(
    ("edtf", "ends"),
    [
        ("1960-02", ("1960-02-01", "1960-02-29")),
        ("1959/1961-02", ("1959", "1961-02")),
        ("195X/1961~", ("1950-01-01", "1961")),
        ("1959/196X", ("1959", "1969-12-31")),
        ("1959/..", ("1959", None)),
        ("../1961", (None, "1961")),
        ("[1959..1961]", ("1959-01-01", "1961-12-31")),
        ("Y17000", (None, None)),
    ],
)
def test_extremes_returns_the_known_ends_of_a_date(
    edtf: str, ends: tuple[str | None, str | None]
) -> None:
    assert extremes(Edtf(edtf)) == ends


@pytest.mark.parametrize(
    ("edtf", "attributes"),
    [
        ("1960-07", {"when": "1960-07"}),
        ("1960?", {"when": "1960", "cert": "low"}),
        ("1960~", {"when": "1960", "cert": "low"}),
        ("1959/1961", {"from_": "1959", "to": "1961"}),
        ("1959~/..", {"from_": "1959", "cert": "low"}),
        ("../1961", {"to": "1961"}),
        ("196X", {"notBefore": "1960-01-01", "notAfter": "1969-12-31"}),
        ("Y17000?", {}),
    ],
)
def test_a_date_in_tei_is_a_day_a_range_or_limits(edtf: str, attributes: dict[str, str]) -> None:
    assert tei(Edtf(edtf)) == attributes


def test_an_open_date_has_no_attributes_in_tei() -> None:
    assert tei(None) == {}
    assert edtf_of(None) is None
    assert edtf_of(WrittenDate.model_validate({"as_written": "1956/57"})) is None
    assert edtf_of(WrittenDate.model_validate({"edtf": "1956"})) == "1956"


@pytest.mark.parametrize(
    ("edtf", "date"),
    [
        ("1960-07-18?", "1960-07-18"),
        ("1959/1961", "1959/1961"),
        ("1959/..", "1959/"),
        ("../1961", "/1961"),
        ("Y17000", None),
    ],
)
def test_a_date_in_datacite_is_a_day_or_a_range_with_its_known_ends(
    edtf: str, date: str | None
) -> None:
    assert w3cdtf(Edtf(edtf)) == date
