"""Russian is romanised, and Russian spellings are proposed for romanised words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.drafting.statements.source_terms import russian_spellings
from archive_pkg.drafting.vocabulary import load_vocabulary
from archive_pkg.names.romanisation import (
    ALA_LC,
    BGN_PCGN,
    SCHEMES,
    RomanisationScheme,
    deromanise,
    romanise,
)


@pytest.mark.parametrize(
    ("russian", "bgn", "ala"),
    [
        ("ложном положении", "lozhnom polozhenii", "lozhnom polozhenii"),
        ("единство", "yedinstvo", "edinstvo"),
        ("объявлено", "ob”yavleno", "obʺi͡avleno"),
        ("Хрущёв", "Khrushchëv", "Khrushchëv"),
        ("этой", "etoy", "ėtoĭ"),
        ("цель", "tsel’", "t͡selʹ"),
    ],
)
def test_russian_is_romanised_by_both_schemes(russian: str, bgn: str, ala: str) -> None:
    assert romanise(russian, BGN_PCGN) == bgn
    assert romanise(russian, ALA_LC) == ala


def test_only_spellings_with_the_same_romanisation_are_proposed() -> None:
    assert deromanise("lozhnom polozhenii", BGN_PCGN) == ["ложном положении"]
    assert deromanise("sekretariat tsk", BGN_PCGN) == ["секретариат цк", "секретариат тск"]
    assert deromanise("the bloc countries", BGN_PCGN) == []


@given(
    st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюя ", min_size=1, max_size=30),
    st.sampled_from(SCHEMES),
)
def test_every_proposed_spelling_is_romanised_to_the_word(
    russian: str, scheme: RomanisationScheme
) -> None:
    latin = " ".join(romanise(russian, scheme).split())
    for spelled in deromanise(latin, scheme):
        assert romanise(spelled, scheme) == latin


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщыьэюя", min_size=1, max_size=12))
def test_spellings_proposed_for_a_word_in_ala_lc_include_the_original(russian: str) -> None:
    back = deromanise(romanise(russian, ALA_LC), ALA_LC)
    assert not back or russian in back or len(back) == 16


@pytest.mark.parametrize(
    "term", ["the bloc countries", "sic", "garble", "as received", "i", "London"]
)
def test_terms_that_are_not_romanised_get_no_russian_spelling(term: str) -> None:
    assert russian_spellings(term, load_vocabulary()) == ()
