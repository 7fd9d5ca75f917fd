"""Language tags: valid ones are returned in canonical case, wrong ones are explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from archive_pkg.faults import Fault
from archive_pkg.records.vocabularies.languages import (
    Language,
    as_bcp47,
    language_tag,
    three_letters,
)

VALID = [
    "ru", "de", "en", "und", "mul", "zxx", "qaa", "ru-SU", "de-DD", "sr-YU", "sr-CS", "cs-CS",
    "uk-SU", "de-AT-1901", "sl-rozaj-biske", "ru-Latn", "ru-Latn-alalc97", "ru-Latn-x-bgn",
    "ru-petr1708", "ru-luna1918", "zh-Hant-TW", "zh-yue-HK", "es-419", "de-CH-1996",
    "en-u-ca-julian", "x-own", "i-default", "iw", "sh", "de-XA", "en-Qaaa",
]  # fmt: skip

WRONG = [
    ("", "Write a tag"),
    ("xx", "no language “xx”"),
    ("Russian", "Write ru"),
    ("deutsch", "Write de"),
    ("rus", "Write ru"),
    ("ger", "Write de"),
    ("cz", "Write cs"),
    ("en-UK", "no region “UK”; Write GB"),
    ("ru-RUS", "two letters"),
    ("ru_RU", "Write ru-RU"),
    (" ru", "Write ru"),
    ("ru-Cyri", "Write Cyrl"),
    ("ru-Latm", "Did you mean Latn?"),
    ("ru-SU-Latn", "in this order"),
    ("de-de-at", "in the wrong place"),
    ("de-1996-1996", "twice"),
    ("de-1906", "Did you mean 1996?"),
    ("de-yue", "does not extend"),
    ("i-klingon", "Write tlh"),
    ("de-x", "nothing after"),
    ("x", "x-NAME"),
    ("de--at", "is not a subtag"),
    ("de-", "is not a subtag"),
    ("d", "is not a language tag"),
    ("русский", "Write ru"),
    ("по-русски", "is not a subtag"),
    ("en-a-foo", "is not registered"),
    ("en-u-co-u-ca", "twice"),
    ("e" * 300, "too long"),
]


@pytest.mark.parametrize("tag", VALID)
def test_valid_tags_are_returned_in_their_canonical_case(tag: str) -> None:
    assert language_tag(tag) == tag
    assert language_tag(tag.upper()) == tag
    assert language_tag(tag.lower()) == tag


@pytest.mark.parametrize(("tag", "said"), WRONG)
def test_a_wrong_tag_is_refused_with_its_subtag_or_a_right_tag(tag: str, said: str) -> None:
    with pytest.raises(Fault) as caught:
        language_tag(tag)
    assert said in str(caught.value)


def test_langcodes_agrees_on_valid_tags() -> None:
    import langcodes

    assert all(langcodes.tag_is_valid(tag) for tag in VALID)


def test_a_strict_model_normalizes_and_refuses_tags() -> None:
    class Part(BaseModel):
        model_config = ConfigDict(strict=True, frozen=True)
        language: Language

    assert Part.model_validate({"language": "RU-latn"}).language == "ru-Latn"
    with pytest.raises(ValueError, match="no region"):
        Part.model_validate({"language": "en-UK"})
    assert Part.model_json_schema()["properties"]["language"]["type"] == "string"


def test_langcodes_agrees_on_codes_of_two_and_three_letters() -> None:
    import langcodes
    from langcodes.data_dicts import LANGUAGE_ALPHA3

    for tag in ("de", "de-DD", "ru-Latn", "zh-Hant", "grc", "gsw", "iw", "und"):
        assert three_letters(tag) == langcodes.Language.get(tag).to_alpha3()
    for two, three in LANGUAGE_ALPHA3.items():
        # "bh" is deprecated since langcodes took its copy of the registry.
        if len(two) == 2 and two == langcodes.standardize_tag(two) != "bh":
            assert three_letters(two) == three
            assert as_bcp47(f"{three.upper()}_ru") == f"{two}-ru"
    assert as_bcp47("ger") == "de"
    assert as_bcp47("grc-Latn") == "grc-Latn"


@given(st.text(max_size=30) | st.text(alphabet="abcdeXYZ019-_u", max_size=20))
def test_any_text_is_a_tag_or_a_fault(text: str) -> None:
    try:
        tag = language_tag(text)
    except Fault:
        return
    assert tag.lower() == text.lower()
    assert language_tag(tag) == tag
