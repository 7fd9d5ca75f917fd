"""The pictures of the documentation: the program can still make each, and the pages show them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"


def test_every_picture_can_be_made_again(browser: Browser, tmp_path: Path) -> None:
    path = ROOT / "docs" / "pictures.py"
    spec = importlib.util.spec_from_file_location("pictures", path)
    assert spec is not None
    assert spec.loader is not None
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    pictures.make(tmp_path, browser)
    made = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sorted(made) == sorted(file.name for file in PICTURES.iterdir())
    assert max(made.values()) < 200_000
    assert "deposited as v1" in (tmp_path / "demo-light.svg").read_text("utf-8").replace(
        "&#160;", " "
    )


def test_pages_show_every_picture_with_a_description() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    shown = set(re.findall(r"\[[^]]{20,}\]\([^)]*pictures/([^)]+)\)", text))
    light = {file.name for file in PICTURES.iterdir() if "-light" in file.name}
    assert light <= shown
