"""Search a site of 25,000 letters in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive_pkg import cli
from archive_pkg.collection import Options, build_many, executor_for, find_records, make_collection
from archive_pkg.records import load_record
from archive_pkg.records.display import search_texts
from archive_pkg.web.site.search_index import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

COUNT = int(os.environ.get("ARCHIVE_PKG_LETTERS", "25000"))
ROOT = Path(__file__).parents[2]
QUESTIONS = ("treaty", "delegation ambassador", "the treaty conference harv", "ada", "bora", "z")


@pytest.mark.soak
def test_searches_in_a_large_site_find_exactly_the_letters_with_the_words(
    tmp_path: Path, page: Page, until: Callable[[Page, str], None]
) -> None:
    spec = importlib.util.spec_from_file_location("letters", ROOT / "benchmarks" / "_letters.py")
    assert spec
    assert spec.loader
    generator = sys.modules["letters"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    list(generator.write_letters(tmp_path / "in", COUNT, size=600, stock=generator.wide_stock()))
    build_many(
        find_records([tmp_path / "in"]),
        make_collection(tmp_path / "collection", "hashed"),
        lambda done: None,
        executor=partial(executor_for, 2),
        options=Options(date(2026, 11, 24), sync=False),
    )
    out = tmp_path / "public"
    assert cli.run(["site", str(tmp_path / "collection"), "-o", str(out), "-q"]) == 0
    letters = [set(words_in(folder)) for folder in (tmp_path / "in").glob("*/*")]
    answered = "document.documentElement.dataset.answered"
    page.goto((out / "index.html").as_uri())
    until(page, answered)
    for question in QUESTIONS:
        page.evaluate(f"delete {answered}")
        page.evaluate("q => { location.hash = 'q=' + encodeURIComponent(q); }", question)
        until(page, answered)
        *complete, prefix = words_of(question)
        expected = sum(
            all(word in words for word in complete)
            and any(word.startswith(prefix) for word in words)
            for words in letters
        )
        count_line = page.locator("#count").inner_text()
        assert count_line.startswith(f"{expected:,} document" if expected else "No documents"), (
            question
        )


def words_in(folder: Path) -> Iterator[str]:
    """Yield all words that find a letter."""
    for text in search_texts(load_record(folder)):
        yield from words_of(text)
    for file in folder.glob("*.txt"):
        yield from words_of(file.read_text(encoding="utf-8"))
