"""Each step that the page about the review names has its counterpart in a browser test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/how-to/review.md"
TESTS = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests/browser").glob("*.py"))
INTERFACE = "\n".join(
    path.read_text("utf-8")
    for path in (ROOT / "src/archive_pkg/web/templates/review").iterdir()
    if path.suffix == ".html"
)


def test_a_browser_test_presses_each_button_that_the_page_names() -> None:
    text = PAGE.read_text("utf-8")
    marked = re.findall(r"\*\*?([A-Z][^*]+)\*", text, re.S)
    by_mouse = re.findall(r"^\| [a-z][^|]+\| ([^|]+) \| `", text, re.M)
    named = {" ".join(name.split()) for name in marked}
    named |= {word for cell in by_mouse for word in re.findall(r"[A-Z][a-z]+(?: a note)?", cell)}
    steps = {name for name in named if re.search(rf"[>\"] ?{re.escape(name)}\b", INTERFACE)}
    assert len(steps) > 15
    missing = [name for name in steps if not re.search(rf"[\"'=]{re.escape(name)}\b", TESTS)]
    assert missing == []


@pytest.mark.parametrize("key", ["a", "c", "e", "u", "n", "z", "y", "?"])
def test_a_browser_test_presses_each_key_that_the_page_names(key: str) -> None:
    assert f"`{key}`" in PAGE.read_text("utf-8")
    assert re.search(rf"press\(\"{re.escape(key)}\"\)|[\"']{re.escape(key)}[\"']", TESTS)
