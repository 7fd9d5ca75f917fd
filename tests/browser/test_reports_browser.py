"""Reports with charts in a browser."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from archive_pkg import cli
from archive_pkg.packages import build_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reports_are_accessible(
    scheme: str,
    letter: Path,
    tmp_path: Path,
    watched: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
) -> None:
    collection = tmp_path / "collection"
    package = build_package(letter, collection, on=date(2026, 11, 24)).path
    (package / "data" / "README.txt").write_text("changed")
    assert cli.run(["audit", "run", str(collection), "-q", "--jobs", "1"]) == 3
    pages = {"audit": ["audit", "report"], "stats": ["stats"]}
    for name, command in pages.items():
        file = tmp_path / f"{name}.html"
        cli.run([*command, str(collection), "--html", str(file), "-q"])
        for width in (1280, 320):
            page = watched(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
            page.goto(file.as_uri())
            assert axe(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.locator("summary").first.click()
            assert page.locator("caption").first.is_visible()
