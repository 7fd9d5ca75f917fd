"""Suspicious characters in a cell are reported with a correction."""

from __future__ import annotations

import pytest

from archive_pkg.tables.checking.suspicious_characters import find_suspicious, is_suspicious


def found(cell: str, *, verbatim: bool = False) -> list[tuple[str, str, str]]:
    seen = [
        (code.code, words, hint) for code, words, hint in find_suspicious(cell, verbatim=verbatim)
    ]
    others = ("plain",) if verbatim else ("plain", cell)
    assert is_suspicious(["plain", cell], others) == bool(seen)
    return seen


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(" a", "“ a”"), ("a ", "“a ”"), ("a\n", "“a⏎”"), ("\ta", "“⇥a”"), ("\u00a0a", "“⍽a”")],
)
def test_a_space_at_the_beginning_or_end_of_a_cell_is_shown(cell: str, shown: str) -> None:
    assert found(cell) == [
        (
            "tables-space-around",
            f"{shown} begins or ends with a space or line break",
            "Write “a”.",
        )
    ]
    assert found(cell, verbatim=True) == []


def test_a_long_cell_is_shown_by_its_beginning() -> None:
    for length, end in ((60, ""), (61, "…")):
        ((_, _, hint),) = found(" " + "x" * length)
        assert hint == f"Write “{'x' * 60}{end}”."


@pytest.mark.parametrize("verbatim", [False, True])
@pytest.mark.parametrize("sign", "\u200b\u200e\u200f\u202a\u202e\u2060\u2064\u2066\u2069\ufeff")
def test_the_first_zero_width_character_is_named_with_its_place(sign: str, verbatim: bool) -> None:
    ((code, message, _),) = found(f"ab{sign}c{sign}", verbatim=verbatim)
    assert code == "tables-invisible-character"
    assert message.startswith(f"character 3 is invisible: U+{ord(sign):04X}, ")
    assert message == message.lower() or "U+" in message


@pytest.mark.parametrize(
    "cell", ["a\u200cb", "a\u200db", "a\u00adb", "é", "a b", "жук", "a ж", "1ж"]
)
def test_ordinary_characters_are_not_suspicious(cell: str) -> None:
    assert found(cell) == []


@pytest.mark.parametrize(
    ("cell", "message", "hint"),
    [
        (
            "The Сecret",
            "in “Сecret” the letter “С” is U+0421, cyrillic capital letter es",
            "Cecret",
        ),
        ("да, ceкрет", "in “ceкрет” the letter “c” is U+0063, latin small letter c", "секрет"),
        ("секрeт", "in “секрeт” the letter “e” is U+0065, latin small letter e", "секрет"),
        ("aж", "in “aж” the letter “ж” is U+0436, cyrillic small letter zhe", None),
        ("two: cо cо", "in “cо” the letter “о” is U+043E, cyrillic small letter o", "co"),
    ],
)
def test_a_letter_of_another_script_is_reported_with_the_corrected_word(
    cell: str, message: str, hint: str | None
) -> None:
    assert found(cell) == [
        ("tables-look-alike", message, f"Write “{hint}” in one script." if hint else "")
    ]
    assert found(cell, verbatim=True) == []


def test_every_problem_of_a_cell_is_reported() -> None:
    codes = [code for code, _, _ in found(" a\u200bСe")]
    assert codes == ["tables-space-around", "tables-invisible-character", "tables-look-alike"]
