"""JSON has the same bytes as that of the standard library."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.interchange.json_text import to_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(PLAIN)
def test_json_has_the_bytes_of_the_standard_library(data: object) -> None:
    expected = json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"
    assert to_json(data) == expected


def test_a_lone_surrogate_is_escaped() -> None:
    assert to_json({"name": "a\ud800"}) == b'{\n  "name": "a\\ud800"\n}\n'
