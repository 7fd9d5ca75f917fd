"""Server responses: the first value with the wrong shape is named, and unsafe XML is refused."""

from __future__ import annotations

from typing import Any

import pytest

from archive_pkg.deposits.http.answers import misfit, read_xml
from archive_pkg.errors import DepositError

SHAPE = {"id": int, "name?": str, "files": [{"key": str, "links?": {"self": str}}], "open?": bool}


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"id": 1, "files": []}, ""),
        ({"id": 1, "files": [], "name": None, "more": object}, ""),
        ({"id": 1, "files": [{"key": "a", "links": {"self": "b"}}], "open": False}, ""),
        ([], "the answer is not an object"),
        (None, "the answer is not an object"),
        ({"files": []}, "id is missing"),
        ({"id": None, "files": []}, "id is not a whole number"),
        ({"id": "1", "files": []}, "id is not a whole number"),
        ({"id": True, "files": []}, "id is not a whole number"),
        ({"id": 1}, "files is missing"),
        ({"id": 1, "files": {}}, "files is not a list"),
        ({"id": 1, "files": [{"key": "a"}, {"key": 2}]}, "files[1].key is not text"),
        ({"id": 1, "files": [{"key": "a"}, []]}, "files[1] is not an object"),
        ({"id": 1, "files": [{"key": "a", "links": {}}]}, "files[0].links.self is missing"),
        ({"id": 1, "files": [], "name": 1}, "name is not text"),
        ({"id": 1, "files": [], "open": 1}, "open is not true or false"),
    ],
)
def test_the_first_value_with_the_wrong_shape_is_named(value: Any, wrong: str) -> None:
    assert misfit(value, SHAPE) == wrong


def test_the_shape_dict_allows_an_object_with_any_keys() -> None:
    assert misfit({"a": {}}, {"a": dict}) == ""
    assert misfit({"a": []}, {"a": dict}) == "a is not an object"


def test_xml_with_a_doctype_or_errors_or_over_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read_xml(b"<a><b/></a>", "sword:x", "look").tag == "a"
    with pytest.raises(DepositError, match="sword:x answers with a document type") as refusal:
        read_xml(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "sword:x", "look")
    assert refusal.value.hint == "look"
    with pytest.raises(
        DepositError, match="sword:x answers with something other than XML: "
    ) as malformed:
        read_xml(b"<a>", "sword:x", "look")
    assert malformed.value.hint == "look"
    monkeypatch.setenv("ARCHIVE_PKG_LIMITS", "xml-markup=2")
    with pytest.raises(DepositError) as large:
        read_xml(b"<a><b/></a>", "sword:x", "look")
    assert large.value.hint.startswith("To read more")
