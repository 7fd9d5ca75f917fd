"""JSON with one meaning is parsed, and ambiguous JSON is refused."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_pkg.limits import VARIABLE
from archive_pkg.parsing import MalformedError, OverLimitError, check_xml, parse_xml, read_json

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


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        read_json('"\ud83d"')
    assert read_json('"\\u0041"') == "A"


def test_an_error_has_its_line_and_a_hint() -> None:
    error = MalformedError("wrong", 3, "Right it.")
    assert (str(error), error.line, error.hint) == ("wrong", 3, "Right it.")
    assert (MalformedError("wrong").line, MalformedError("wrong").hint) == (None, "")


@pytest.mark.parametrize(
    ("setting", "good", "bad", "message"),
    [
        ("json-size=8", '["äé"]', '["äéx"]', "it has 9 bytes"),
        ("json-values=4", '[{"a": 1}, 1, 2]', '[{"a": 1}, 1, 2, 3]', "it has 5 values"),
        ("json-depth=2", '[{"a": 1}]', '[{"a": []}]', "nested too deeply"),
        ("json-depth=2", '{"a": ["[[[["]}', '{"a": ["[[[[", {}]}', "nested too deeply"),
        ("json-depth=2", '["", [], {}]', "[1, [2, [3]]]", "nested too deeply"),
        ("json-depth=2", "[[1], [2], [3]]", "[[1], [[2]], [3]]", "nested too deeply"),
    ],
)
def test_json_is_read_up_to_its_limits(
    monkeypatch: pytest.MonkeyPatch, setting: str, good: str, bad: str, message: str
) -> None:
    monkeypatch.setenv(VARIABLE, setting)
    for text, data in ((good, bad), (good.encode(), bad.encode())):
        assert read_json(text) == json.loads(good)
        with pytest.raises(OverLimitError, match=message) as caught:
            read_json(data)
        assert setting.partition("=")[0] in caught.value.hint
        assert caught.value.line is None


@pytest.mark.parametrize(
    ("setting", "good", "bad", "message"),
    [
        ("document-size=8", b"<a></a> ", b"<a></a>  ", "it has 9 bytes"),
        ("xml-markup=3", b'<a b="c" d=""/>', b'<a b="c" d="" e=""/>', "4 tags and attributes"),
    ],
)
def test_xml_is_read_up_to_its_limits(
    monkeypatch: pytest.MonkeyPatch, setting: str, good: bytes, bad: bytes, message: str
) -> None:
    monkeypatch.setenv(VARIABLE, setting)
    assert parse_xml(good).tag == "a"
    with pytest.raises(OverLimitError, match=message) as caught:
        check_xml(bad)
    assert setting.partition("=")[0] in caught.value.hint


def test_tags_and_attributes_are_counted() -> None:
    assert check_xml(b'<a b="c" d=""><e/></a>') == 5


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b" \n<a/>",
        codecs.BOM_UTF8 + b"<a/>",
        codecs.BOM_UTF8 + b"<?xml version='1.0' encoding='UTF-8'?><a/>",
        b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe4</a>',
        '<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'.encode("utf-16"),
        codecs.BOM_UTF16_BE + "<a>ä</a>".encode("utf-16-be"),
        '<?xml version="1.0" encoding="UTF-16BE"?><a>ä</a>'.encode("utf-16-be"),
    ],
)
def test_xml_in_a_known_encoding_is_read(data: bytes) -> None:
    check_xml(data)
    assert parse_xml(data).tag == "a"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"+ADw-a/>",
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b" <?xml version='1.0' encoding='utf-8x'?><a/>",
        codecs.BOM_UTF8 + b'<?xml version="1.0" encoding="cp037"?><a/>',
        b'<?xml version="1.0" encoding="\xff"?><a/>',
        codecs.BOM_UTF32_BE + b"\0\0\0<",
    ],
)
def test_xml_in_an_unknown_encoding_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match=r"not begin with <|not supported") as caught:
        parse_xml(data)
    assert caught.value.line == 1
    assert caught.value.hint in ("Save it as UTF-8.", "Use an XML file in UTF-8.")


def test_xml_that_is_not_well_formed_is_an_error_at_its_line() -> None:
    with pytest.raises(MalformedError, match="<b> in line 2 is not closed") as caught:
        parse_xml(b"<a>\n<b>\n</a>")
    assert caught.value.line == 3


def test_entities_and_document_types_of_xml_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    dtd = tmp_path / "a.dtd"
    dtd.write_text(f'<!ENTITY outer SYSTEM "{secret}">\n<!ATTLIST a given CDATA "default">')
    text = f'<!DOCTYPE a SYSTEM "{dtd}" [<!ENTITY own SYSTEM "{secret}">]><a><?do it?>&own;</a>'
    root = parse_xml(text.encode())
    assert (root.attrib, "secret" in "".join(root.itertext())) == ({}, False)
    assert [getattr(each, "target", "") for each in root] == ["do", ""]
    without = parse_xml(text.encode(), remove_pis=True)
    assert [getattr(each, "target", "") for each in without] == [""]


def test_two_elements_may_have_the_same_xml_id() -> None:
    assert len(parse_xml(b'<a><b xml:id="x"/><b xml:id="x"/></a>')) == 2
