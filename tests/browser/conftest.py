"""Fixtures for tests in Chromium, driven by Playwright and checked by axe-core.

A test fails if its page sends a request to another machine, if a script fails, if the page's
security policy blocks something, or if the page opens a dialogue.
"""

from __future__ import annotations

import re
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from program import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

HERE = {"127.0.0.1", "localhost", "[::1]"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that makes watched contexts, with the options of `new_context`."""
    contexts = []
    wrong: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"a script failed: {error}"))

        def console(message: ConsoleMessage) -> None:
            if _is_fault(message):
                wrong.append(message.text)

        page.on("console", console)

        def dialog(asked: Any) -> None:
            wrong.append(f"a dialogue: {asked.message}")
            asked.dismiss()

        page.on("dialog", dialog)

    def request(sent: Request) -> None:
        if _leaves(sent.url):
            wrong.append(sent.url)

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE * 1000)
        context.on("request", request)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(watched: Callable[..., BrowserContext]) -> Page:
    """A page of 1280 by 900 in light colours."""
    return watched(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def until() -> Callable[[Page, str], None]:
    """Return a function that waits for an expression: policies forbid Playwright's own way."""

    def wait(page: Page, expression: str) -> None:
        give_up = time.monotonic() + PATIENCE
        while not page.evaluate(expression):
            assert time.monotonic() < give_up, expression
            time.sleep(0.02)

    return wait


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists the violations of WCAG 2.2 AA on a page."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core is not installed: pip install 'archive-pkg[dev]'")
    source = (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        # The debugger evaluates this; no policy of a page can forbid it.
        page.evaluate(source)
        found = page.evaluate(
            "tags => axe.run(document, "
            "{runOnly: tags, resultTypes: ['violations'], preload: false})",
            WCAG,
        )
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return check


def _is_fault(message: ConsoleMessage) -> bool:
    """Whether a console message reports a fault other than a refused change or an ended review."""
    refused = re.search(
        r"Failed to load resource.* (status of (400|409|410|422|500)|net::ERR_CONNECTION_REFUSED)",
        message.text,
    )
    is_refused = bool(refused) and "/static/" not in message.location["url"]
    return message.type == "error" and not is_refused


def _leaves(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in ("file", "data", "blob", "about") and parts.hostname not in HERE
