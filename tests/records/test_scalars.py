"""Scalars are converted by the models: whole numbers, truth values, text, paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from archive_pkg.faults import Fault
from archive_pkg.records.scalars import Flag, WholeNumber, clean_text, relative_path

WHOLE = TypeAdapter(WholeNumber)
FLAG = TypeAdapter(Flag)


@given(st.integers(0, 10**17))
def test_a_whole_number_is_read_from_its_digits(number: int) -> None:
    assert WHOLE.validate_python(str(number), strict=True) == number
    assert WHOLE.validate_python(number, strict=True) == number


@pytest.mark.parametrize(
    "value",
    [
        "",
        "012",
        "1e3",
        "1.0",
        "0x1F",
        "1_000",
        "+1",
        " 1",
        "--1",
        "-",
        "-0",
        "-1",
        "٣",
        "9" * 5000,
        1.0,
    ],
)
def test_text_that_only_looks_like_an_integer_is_refused(value: str | float) -> None:
    with pytest.raises(ValidationError):
        WHOLE.validate_python(value, strict=True)


def test_only_true_and_false_are_read_as_truth_values() -> None:
    assert FLAG.validate_python("true", strict=True) is True
    assert FLAG.validate_python("false", strict=True) is False
    assert FLAG.validate_python(False, strict=True) is False


@pytest.mark.parametrize(
    ("value", "right"),
    [("yes", "true"), ("No", "false"), ("off", "false"), ("True", "true"), ("1", "true or false")],
)
def test_other_words_for_true_and_false_are_refused(value: str, right: str) -> None:
    with pytest.raises(ValidationError, match=f"Write {right}"):
        FLAG.validate_python(value, strict=True)


@pytest.mark.parametrize("text", ["", "  ", "\n", "a\0b", "\ufffe", "\x1b[31m", "\x85", "\ud800"])
def test_blank_text_and_control_characters_are_refused(text: str) -> None:
    with pytest.raises(Fault):
        clean_text(text)


@pytest.mark.parametrize("text", ["ложном", " Completely Secret\n", "a\tb\r\n", "a\u00a0b", "😀"])
def test_valid_text_is_unchanged(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "path",
    ["letter.txt", "parts/скан 1.tiff", "a/b/c", ".hidden", "a..b", "why?", '10:32 <a>|"*.txt'],
)
def test_relative_paths_are_accepted(path: str) -> None:
    assert relative_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "C:/x", "c:x", "a\\b", "con",
        "NUL", "a:b", "a ", " a", "a.", "a\nb", "a\0", "e\u0301", "x" * 256, "ж" * 128,
    ],
)  # fmt: skip
def test_unsafe_and_reserved_paths_are_refused(path: str) -> None:
    with pytest.raises(Fault) as caught:
        relative_path(path)
    assert caught.value.hint
