"""Titles that are made from the parts of a record."""

from __future__ import annotations

import pytest

from archive_pkg.messages import within
from archive_pkg.records.titles import joined_names, title_from_parts


@pytest.mark.parametrize(
    ("kind", "by", "to", "edtf", "title"),
    [
        ("letter", ["A. Li"], ["C. Mo"], "1960-07-18", "Letter, A. Li to C. Mo, 18 July 1960"),
        ("other", ["A"], [], "1933-24", "Document from A, winter 1933"),
        ("memorandum-of-conversation", [], ["B"], None, "Memorandum of conversation to B"),
        ("letter", ["A", "B", "C", "D"], [], None, "Letter from A and B and C and others"),
        ("telegram", [], [], "1943-02-05T10:30:00", "Telegram, 5 February 1943"),
    ],
)  # fmt: skip
def test_a_title_has_the_type_the_names_and_the_date_in_english_words(
    kind: str, by: list[str], to: list[str], edtf: str | None, title: str
) -> None:
    with within("de"):
        assert title_from_parts(kind, joined_names(by), joined_names(to), edtf) == title
