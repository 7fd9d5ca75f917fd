"""Splitting a text at its highlights loses no character and no highlight."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.packages.page.marked_text import Highlight, marked_lines

TEXTS = st.text(st.sampled_from("ab \n\r\u00a0я𝔞"), max_size=60)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Highlight]]:
    text = draw(TEXTS)
    place = st.integers(0, max(len(text), 1))
    pairs = draw(st.lists(st.tuples(place, place), max_size=8))
    marks = [Highlight(min(p), max(p), f"m{i % 3}") for i, p in enumerate(pairs) if p[0] != p[1]]
    return text, marks


@given(marked())
def test_every_character_has_exactly_the_highlights_that_cover_it(
    case: tuple[str, list[Highlight]],
) -> None:
    text, marks = case
    found = [
        (sign, set(segment.names))
        for line in marked_lines(text, 0, len(text), marks)
        for segment in line.segments
        for sign in segment.text
    ]
    expected = []
    for number, row in enumerate(_rows(text)):
        del number
        if "".join(text[place] for place in row).strip():
            expected += [
                (text[place], {m.name for m in marks if m.start <= place < m.end}) for place in row
            ]
    assert found == expected


def _rows(text: str) -> list[list[int]]:
    rows: list[list[int]] = [[]]
    for place, sign in enumerate(text):
        if sign in "\r\n":
            rows.append([])
        else:
            rows[-1].append(place)
    return rows


def test_a_line_that_one_statement_covers_has_the_role_of_the_statement() -> None:
    text = " Secret\nDear X!\nThe text."
    marks = [Highlight(1, 7, "marking"), Highlight(8, 15, "greeting"), Highlight(20, 24, "marking")]
    lines = marked_lines(text, 0, len(text), marks, ["marking", "greeting"])
    assert [line.role for line in lines] == ["marking", "greeting", ""]


@given(marked())
def test_a_line_has_the_offset_of_its_start(case: tuple[str, list[Highlight]]) -> None:
    text, marks = case
    for line in marked_lines(text, 0, len(text), marks):
        words = "".join(segment.text for segment in line.segments)
        assert text[line.start : line.start + len(words)] == words
