"""Text is decoded as UTF-8 or in the declared encoding; invalid bytes are reported."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.texts.decoding import decode, iana_name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf8_is_decoded_unchanged(text: str) -> None:
    assert decode(text.encode()).text == text
    with_mark = decode(codecs.BOM_UTF8 + text.encode())
    assert (with_mark.text, with_mark.bom, with_mark.encoding) == (text, True, "UTF-8")


def test_line_endings_are_not_changed() -> None:
    assert decode(b"a\r\nb\rc\n").text == "a\r\nb\rc\n"


def test_utf16_is_recognized_by_its_byte_order_mark() -> None:
    found = decode(codecs.BOM_UTF16_LE + "Письмо".encode("utf-16-le"))
    assert (found.text, found.encoding, found.bom) == ("Письмо", "UTF-16LE", True)


def test_other_encodings_are_read_if_declared() -> None:
    found = decode("Секретно".encode("cp1251"), "windows-1251")
    assert (found.text, found.encoding) == ("Секретно", "windows-1251")


def test_every_invalid_byte_is_reported() -> None:
    with pytest.raises(InvalidError) as caught:
        decode(b"Gr\xfc\xdfe\nund Gr\xfc\xdfe", path="brief.txt")
    places = [(f.location.line, f.location.byte) for f in caught.value.report]
    assert places == [(1, 2), (1, 3), (2, 12), (2, 13)]
    assert ["--encoding" in finding.hint for finding in caught.value.report] == [
        True,
        False,
        False,
        False,
    ]


def test_a_binary_file_gets_only_one_finding() -> None:
    with pytest.raises(InvalidError, match=r"a\.docx is not a text") as caught:
        decode(bytes(range(1, 256)) * 9, path="a.docx")
    assert [finding.code for finding in caught.value.report] == ["text-binary"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Lieber Herr Müller", "windows-1252"), ("Товарищу", "windows-1251"), ("Письмо", "koi8-r")],
)
@pytest.mark.parametrize("declared", [None, "US-ASCII"])
def test_the_hint_shows_the_words_in_each_encoding_to_choose_from(
    text: str, encoding: str, declared: str | None
) -> None:
    with pytest.raises(InvalidError) as caught:
        decode(text.encode(encoding), declared, path="brief.txt")
    finding = caught.value.report.findings[0]
    assert f"{iana_name(encoding)} “{text[:5]}" in finding.hint or "Müller”" in finding.hint
    for name in ("windows-1251", "windows-1252", "KOI8-R"):
        assert f"{name} “" in finding.hint
        assert iana_name(name) == name


def test_the_place_of_a_byte_is_counted_from_the_start_of_the_file() -> None:
    with pytest.raises(InvalidError) as caught:
        decode(b"Berlin\n\nHerr M\xfcller", path="brief.txt")
    (finding,) = caught.value.report
    assert str(finding.location) == "brief.txt:3 (byte 14 of the file)"
    assert finding.message == "the byte fc in “Herr M�ller” is not valid UTF-8"


@pytest.mark.parametrize("data", [b"abc\0def", *(s.encode("utf-16-le") for s in ("abc", "Größe"))])
def test_a_nul_byte_is_refused_and_utf_16_proposed(data: bytes) -> None:
    with pytest.raises(InvalidError) as caught:
        decode(data)
    [finding] = caught.value.report
    assert finding.code == "text-binary"
    assert finding.message == "the file has a NUL byte, so it is not a text in UTF-8"
    assert "--encoding UTF-16LE" in finding.hint


@pytest.mark.parametrize(
    "encoding",
    ["klingon-8", "base64", "rot13", "punycode", "unicode_escape", "undefined", "utf-8\0"],
)
def test_an_encoding_that_is_unknown_or_not_of_characters_raises_a_usage_error(
    encoding: str,
) -> None:
    with pytest.raises(UsageError):
        decode(b"a", encoding)


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(InvalidError) as _:
        assert isinstance(decode(data).text, str)
