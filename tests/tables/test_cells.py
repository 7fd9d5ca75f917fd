"""Values survive the round trip through cells, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.records.models import HoldingLevel
from archive_pkg.records.vocabularies.identifiers import Identifier
from archive_pkg.tables.checking.suspicious_characters import find_suspicious
from archive_pkg.tables.schema.cells import (
    csv_line,
    from_cell,
    guarded,
    split_items,
    to_cell,
    unguarded,
)
from archive_pkg.tables.schema.columns import Column, tables

ODD = "=+-@'\";:\\,[] \t\r\n\u00a0|＝жa"
texts = st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), min_size=1)

ONE = Column("custody", ("custody",), "string")
MANY = tables()["letters"].column("variant_titles")
IDENTIFIERS = tables()["letters"].column("identifiers")
LEVELS = tables()["holdings"].column("levels")


@given(texts)
def test_a_string_is_unchanged_after_writing_and_reading_a_cell(text: str) -> None:
    assert from_cell(ONE, to_cell(ONE, text)) == text


@given(st.lists(texts, min_size=1, max_size=4))
def test_several_strings_are_unchanged_after_writing_and_reading_a_cell(several: list[str]) -> None:
    assert from_cell(MANY, to_cell(MANY, several)) == several


@given(st.lists(st.tuples(texts, st.none() | texts | st.just("")), min_size=1, max_size=3))
def test_identifiers_are_unchanged_after_writing_and_reading_a_cell(
    several: list[tuple[str, str | None]],
) -> None:
    made = [
        Identifier.model_construct(scheme="local", value=value, note=note)
        for value, note in several
    ]
    expected = [
        {"scheme": "local", "value": value} | ({} if note is None else {"note": note})
        for value, note in several
    ]
    assert from_cell(IDENTIFIERS, to_cell(IDENTIFIERS, made)) == expected


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=3))
def test_levels_are_unchanged_after_writing_and_reading_a_cell(
    several: list[tuple[str, str]],
) -> None:
    made = [HoldingLevel.model_construct(name=name, value=value) for name, value in several]
    expected = [{"name": name, "value": value} for name, value in several]
    assert from_cell(LEVELS, to_cell(LEVELS, made)) == expected


@given(texts)
def test_a_guarded_string_does_not_begin_like_a_formula(text: str) -> None:
    safe = guarded(ONE, text)
    assert safe[0] not in "=+-@\t\r\n＝＋－＠"
    assert unguarded(ONE, safe) == text


@given(st.lists(texts, min_size=2, max_size=4))
def test_a_line_of_csv_is_read_back_by_pythons_own_reader(cells: list[str]) -> None:
    assert list(csv.reader(io.StringIO(csv_line(cells), newline=""), strict=True)) == [cells]


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("a; b", ["a", "b"]),
        ("a;b ;c", ["a", "b", "c"]),
        ("a\\; b; c", ["a; b", "c"]),
        ("C:\\dir; x", ["C:\\dir", "x"]),
        ("a;", ["a", ""]),
    ],
)
def test_items_are_split_at_semicolons(cell: str, items: list[str]) -> None:
    assert split_items(cell) == items


def test_the_hint_for_a_cell_of_spaces_is_to_leave_it_empty() -> None:
    ((_, message, hint),) = find_suspicious(" \n", verbatim=False)
    assert (message, hint) == ("the cell has only spaces or line breaks", "Leave the cell empty.")
