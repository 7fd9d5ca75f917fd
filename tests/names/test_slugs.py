"""Slugs of names, and names of bodies."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.names import is_body, latin, slug


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Хрущёв, Никита", "khrushchev-nikita"),
        ("Ёлкин Юрий", "yelkin-yuriy"),
        ("Подъездной Ильич", "podyezdnoy-ilich"),
        ("Müller Straße", "muller-strasse"),
        ("Łódź Ørsted", "lodz-orsted"),
        ("Σόλων", "solon"),
        ("毛泽东", "mao-ze-dong"),
        ("O'Brien", "o-brien"),
        ("…", ""),
        ("Central Committee of the Communist Party", "central-committee-of-the-communist-party"),
        ("Central Committees of the Communist Party", "central-committees-of-the-communist"),
        ("a" * 60, "a" * 40),
    ],
)
def test_a_name_in_any_script_has_a_slug(name: str, made: str) -> None:
    assert slug(name) == made


@given(st.text(max_size=80))
def test_a_slug_has_lower_case_letters_and_digits_and_is_its_own_slug(text: str) -> None:
    made = slug(text)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", made)
    assert len(made) <= 40
    assert slug(made) == made


def test_a_text_put_into_latin_letters_keeps_its_capitals_and_punctuation() -> None:
    assert latin("Ф. 3, Łódź/7") == "F. 3, Lodz/7"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Central Committee of the CPSU", True),
        ("ЦК КПСС", True),
        ("Botschaft der DDR", True),
        ("Institute of History", True),
        ("Bankole Ade", False),
        ("Конрад Совет-Оглы", True),  # only complete words count
        ("Nikita Khrushchev", False),
        ("Senate of Exton", True),
        ("Chapter of St. Mary, Exton", True),
        ("Magistrat der Stadt Exton", True),
        ("Domkapitel Exton", True),
        ("Bishop of Exton", False),
        ("Chapter Exton", False),
    ],
)
def test_a_body_is_recognized_by_a_word_of_its_name(name: str, body: bool) -> None:
    assert is_body(name) is body
