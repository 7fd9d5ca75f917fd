"""Rows of tables are read cell by cell."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.lines import split_lines
from archive_pkg.drafting.official_documents.segments import cells, close_up, without_bullet


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("Sofia", ["Sofia"]),
        ("Sofia    3 May 1961", ["Sofia", "3 May 1961"]),
        ("Sofia   3 May 1961", ["Sofia   3 May 1961"]),
        ("Sofia\t3 May 1961", ["Sofia", "3 May 1961"]),
        ("Sofia\u00a0\u00a0\u00a0\u00a03 May 1961", ["Sofia", "3 May 1961"]),
        ("Sofia\t\tNo. 7    Secret", ["Sofia", "No. 7", "Secret"]),
    ],
)
def test_wide_gaps_and_tabs_separate_cells(line: str, right: list[str]) -> None:
    text = f"Above\n\n{line}\nBelow"
    lines = split_lines(text)
    number = next(n for n, one in enumerate(lines) if one.text == line)
    found = cells(lines, number)
    assert [one.text for one in found] == right
    assert [text[one.start : one.end] for one in found] == right
    assert {(one.line, one.first, one.last) for one in found} == {(number, True, False)}


def test_spaced_words_are_closed_up_in_a_cell() -> None:
    [found] = cells(split_lines("N o t e: S E C R E T"), 0)
    assert found.plain == close_up("N o t e: S E C R E T") == "Note: SECRET"
    assert close_up("A B and I") == "A B and I"


def test_the_bullet_of_a_list_is_left_out() -> None:
    assert [without_bullet(one) for one in ("- Orlin", "• Orlin", "-Orlin", "Orlin - x")] == [
        "Orlin", "Orlin", "-Orlin", "Orlin - x",
    ]  # fmt: skip
