"""Identifiers: their forms, check digits and addresses."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from archive_pkg.faults import Fault
from archive_pkg.records.vocabularies.identifiers import SCHEMES, Identifier, check_identifier
from typed import present

RIGHT = [
    ("viaf", "32011500", "http://viaf.org/viaf/32011500"),
    ("gnd", "118540238", "https://d-nb.info/gnd/118540238"),
    ("gnd", "101115658X", "https://d-nb.info/gnd/101115658X"),
    ("gnd", "4020517-4", "https://d-nb.info/gnd/4020517-4"),
    ("isni", "000000012281955X", "https://isni.org/isni/000000012281955X"),
    ("orcid", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
    ("orcid", "0000-0002-1694-233X", "https://orcid.org/0000-0002-1694-233X"),
    ("ror", "05dxps055", "https://ror.org/05dxps055"),
    ("ror", "03vek6s52", "https://ror.org/03vek6s52"),
    ("wikidata", "Q42", "http://www.wikidata.org/entity/Q42"),
    ("ulan", "500115588", "http://vocab.getty.edu/ulan/500115588"),
    ("lcnaf", "n79021164", "http://id.loc.gov/authorities/names/n79021164"),
    ("lcsh", "sh85125349", "http://id.loc.gov/authorities/subjects/sh85125349"),
    ("geonames", "524901", "https://sws.geonames.org/524901/"),
    ("doi", "10.1000/182", "https://doi.org/10.1000/182"),
    ("doi", "10.1002/(SICI)1<2>3#4", "https://doi.org/10.1002/(SICI)1%3C2%3E3%234"),
    ("handle", "20.1000/100", "https://hdl.handle.net/20.1000/100"),
    ("ark", "ark:12148/btv1b8449691v", "https://n2t.net/ark:12148/btv1b8449691v"),
    ("url", "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ("local", "Box 12, folder 3", None),
]

# Identifiers that are not bare, with the bare form that the hint suggests.
OTHERWISE = [
    ("viaf", "https://viaf.org/viaf/32011500/", "32011500"),
    ("viaf", "VIAF: 32011500", "32011500"),
    ("gnd", "http://d-nb.info/gnd/118540238", "118540238"),
    ("ror", "https://ror.org/05dxps055", "05dxps055"),
    ("gnd", "(DE-588)118540238", "118540238"),
    ("gnd", "gnd:4020517-4", "4020517-4"),
    ("isni", "0000 0001 2281 955X", "000000012281955X"),
    ("isni", "https://isni.org/isni/000000012281955x", "000000012281955X"),
    ("orcid", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("orcid", "0000000218250097", "0000-0002-1825-0097"),
    ("wikidata", "https://www.wikidata.org/wiki/Q42#x", "Q42"),
    ("wikidata", "q42", "Q42"),
    ("lcnaf", "n 79021164", "n79021164"),
    ("lcnaf", "http://id.loc.gov/authorities/names/n79021164.html", "n79021164"),
    ("geonames", "https://www.geonames.org/524901/moscow.html", "524901"),
    ("doi", "https://doi.org/10.1000/182", "10.1000/182"),
    ("doi", "doi:10.1000/182", "10.1000/182"),
    ("handle", "https://hdl.handle.net/20.1000/100", "20.1000/100"),
    ("ark", "https://n2t.net/ark:/12148/btv1b8449691v", "ark:/12148/btv1b8449691v"),
]


@pytest.mark.parametrize(("scheme", "value", "uri"), RIGHT)
def test_a_valid_identifier_has_its_address(scheme: str, value: str, uri: str) -> None:
    identifier = Identifier.model_validate({"scheme": scheme, "value": value})
    assert identifier.uri == uri


@pytest.mark.parametrize(("scheme", "value", "bare"), OTHERWISE)
def test_an_address_in_place_of_an_identifier_is_refused_and_the_hint_has_the_identifier(
    scheme: str, value: str, bare: str
) -> None:
    with pytest.raises(Fault) as caught:
        check_identifier(scheme, value)
    assert caught.value.hint == f"Write {bare}."
    check_identifier(scheme, bare)


def test_an_address_at_a_different_host_does_not_count_as_a_handle() -> None:
    with pytest.raises(Fault) as caught:
        check_identifier("handle", "https://example.org/x")
    assert "example.org" not in caught.value.hint


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("gnd", "118540239"), ("gnd", "4020517-5"), ("isni", "0000000122819550"),
        ("orcid", "0000-0002-1825-0098"),
        ("ror", "05dxps056"),
        ("ror", "05dxpt055"),
    ],
)  # fmt: skip
def test_a_wrong_check_digit_is_refused(scheme: str, value: str) -> None:
    with pytest.raises(Fault, match="check digit"):
        check_identifier(scheme, value)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("viaf", ""), ("viaf", "0"), ("wikidata", "P42"), ("orcid", "1234-5678-1234-5678"),
        ("doi", "11.1000/1"), ("url", "ftp://example.org"), ("url", "https:///path"),
        ("local", ""), ("local", "a\nb"), ("ark", "ark:1/2"), ("gnd", "abc"), ("geonames", "x"),
        ("viaf", "٣٢"), ("isni", "x" * 5000),
    ],
)  # fmt: skip
def test_a_malformed_identifier_is_refused_with_the_right_form(scheme: str, value: str) -> None:
    with pytest.raises(Fault) as caught:
        check_identifier(scheme, value)
    assert caught.value.hint
    assert len(str(caught.value)) < 300


def test_an_identifier_of_the_wrong_type_or_scheme_is_refused() -> None:
    with pytest.raises(ValidationError):
        Identifier.model_validate({"scheme": "viaf", "value": 32011500})
    with pytest.raises(ValidationError):
        Identifier.model_validate({"scheme": "library", "value": "1"})
    with pytest.raises(ValidationError):
        Identifier.model_validate({"scheme": "local", "value": "1", "uri": "x"})


@given(st.integers(0, 10**15 - 1), st.integers(0, 14), st.integers(1, 9))
def test_mod_11_2_detects_every_single_wrong_digit(number: int, place: int, change: int) -> None:
    digits = f"{number:015}"
    check_digit = present(SCHEMES["isni"].check)
    check = check_digit(digits + "0")
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert check_digit(wrong + check) != check


@given(st.integers(10**8, 2 * 10**8 - 1), st.integers(0, 7))
def test_the_check_digit_of_gnd_detects_swapped_neighbours(number: int, place: int) -> None:
    digits = str(number)
    check_digit = present(SCHEMES["gnd"].check)
    check = check_digit(digits + "0")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assume(swapped != digits)
    assert check_digit(swapped + check) != check


@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=40))
def test_any_text_is_an_identifier_or_a_fault(scheme: str, text: str) -> None:
    try:
        check_identifier(scheme, text)
    except Fault:
        return
    assert Identifier.model_validate({"scheme": scheme, "value": text}).value == text
