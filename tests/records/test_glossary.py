"""The glossary defines the words that readers meet."""

from __future__ import annotations

import re
from pathlib import Path

from archive_pkg.records import Access, Agent, Evidence, Record
from archive_pkg.records.display import FIELDS, label

DOCS = Path(__file__).parents[2] / "docs/reference"
TERMS = [
    term.strip()
    for row in re.findall(
        r"^\| (.+?) \|",
        (DOCS / "glossary.md").read_text("utf-8"),
        re.MULTILINE,
    )
    if set(row) != {"-"} and row != "term"
    for term in row.split(",")
]


def test_each_term_is_defined_once() -> None:
    assert len(TERMS) == len(set(TERMS))
    assert len(TERMS) >= 60


def test_the_reference_lists_the_fields_that_cards_show() -> None:
    reference = (DOCS / "record.md").read_text("utf-8")
    assert [field for field in FIELDS if f"| `{field}` |" not in reference] == []


def test_the_glossary_has_the_models_and_lists_of_a_record() -> None:
    names = {model.__name__.lower() for model in (Access, Agent, Evidence, Record)}
    assert names <= set(TERMS)
    lists = ("parts", "agents", "events", "enclosures", "translation_notes", "evidence")
    for name in lists:
        assert label(name).lower().removesuffix("s") in TERMS, name
