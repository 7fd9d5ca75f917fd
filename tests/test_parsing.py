"""JSON with one meaning is parsed, and ambiguous JSON is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.parsing import read_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30)
@given(values, st.booleans())
def test_written_json_is_read_back(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert read_json(text) == read_json(text.encode()) == value


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_json('\ufeff{"a": 1}'.encode()) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": 2, "a": 1}', "an object has the same key twice"),
        ('[{"a": {"b": 1, "b": 2}}]', "an object has the same key twice"),
        ("[NaN]", "NaN is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ('"\\ud83d"', "surrogates not allowed"),
        ('{"\\udE00": 1}', "surrogates not allowed"),
        ("{'a': 1}", "Expecting property name"),
        ("", "Expecting value"),
    ],
)
def test_ambiguous_json_is_refused(text: str, message: str) -> None:
    for data in (text, text.encode()):
        with pytest.raises(ValueError, match=message):
            read_json(data)


def test_a_surrogate_pair_is_one_character() -> None:
    assert read_json('"\\ud83d\\ude00"') == "😀"


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read_json(b'"\xff"')
