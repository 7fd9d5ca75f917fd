"""The page of a package in a real browser."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from archive_pkg import cli
from archive_pkg.packages import build_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


@pytest.fixture
def seed(letter: Path, tmp_path: Path) -> Path:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    file = tmp_path / "letter.html"
    assert cli.run(["page", str(package), "-o", str(file), "--date", "2026-11-24"]) == 0
    return file


def test_the_seeds_page_passes_axe(
    seed: Path, page: Page, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(seed.as_uri())
    assert axe(page) == []
