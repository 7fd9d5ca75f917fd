"""Measure how quickly the review responds in a real browser, with long letters and many letters.

    python benchmarks/review.py

It needs Chromium and Playwright, as the browser tests do. Keys are compared with the same keys on a
bare page in the same browser; the difference is what our page adds.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

LETTER = Path(__file__).parents[1] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"
HEAD = "Moscow, 18 July 1960\n\nDear Comrades,\n\n"
FOOT = "\n\nWith communist greetings,\n\nN. KHRUSHCHEV\n"
SENTENCE = "The Soviet specialists have been in China, as was noted {} times already. "
NOTE = "Of them [the bloc countries] had sent a sufficient number. "

# Measures the time from a key's event until the browser has painted the next frame.
WATCH = """() => {
  window.times = [];
  addEventListener("keydown", (event) => {
    const begun = event.timeStamp;
    requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - begun)));
  }, true);
}"""


def main() -> None:
    """Measure, and print figures and ratios."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        bare = browser.new_page()
        bare.set_content("<input autofocus>")
        peer = keys(bare, "input", list("nonsense" * 5))
        print(f"a key on a bare page: {in_words(peer)}")
        for size in (5_000, 100_000, 1_000_000):
            with Review(letter(size)) as url:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                begun = time.perf_counter()
                page.goto(url)
                page.wait_for_selector(".card.current")
                loaded = time.perf_counter() - begun
                print(f"\na letter of {size // 1000} kB, {page.locator('.card').count()} cards")
                print(f"  until it can be used: {loaded * 1000:.0f} ms")
                report(page, peer)
                page.close()
        browser.close()
    many(300)


def report(page: Page, peer: list[float]) -> None:
    """Print the times of keys and changes on one page."""
    moves = keys(page, "body", ["j", "k"] * 20)
    page.keyboard.press("t")
    words = keys(page, "", ["ArrowRight", "Shift+ArrowRight", "ArrowDown", "ArrowUp"] * 10)
    page.keyboard.press("Escape")
    changes = [change(page, key) for key in ["a", "z"] * 5]
    page.locator("article[data-field=title] [data-edit]").click()
    page.wait_for_selector("form.form input")
    typed = keys(page, "form.form input", list("nonsense" * 5))
    page.locator("[data-cancel]").click()
    for what, times in (
        ("a key typed in a field", typed),
        ("from field to field", moves),
        ("words by arrow keys", words),
    ):
        ratio = statistics.median(times) / statistics.median(peer)
        print(f"  {what}: {in_words(times)}; {ratio:.1f} × the bare page")
    print(f"  a change, until it is saved and shown: {in_words(changes)}")


def keys(page: Page, into: str, pressed: list[str]) -> list[float]:
    """Press keys, and return the milliseconds until the effect of each is painted."""
    page.evaluate(WATCH)
    if into:
        page.locator(into).first.focus()
    for key in pressed:
        page.keyboard.press(key)
        page.wait_for_timeout(30)
    times: list[float] = page.evaluate("() => window.times")
    return times


def change(page: Page, key: str) -> float:
    """Press a key that changes the record; return the milliseconds until the change is saved."""
    expected = {"a": "Saved", "z": "Undone"}[key]
    return float(
        page.evaluate(
            """([key, expected]) => new Promise((resolve) => {
              const said = document.getElementById("said");
              const begun = performance.now();
              new MutationObserver((_, watching) => {
                if (!said.textContent.startsWith(expected)) return;
                watching.disconnect();
                requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
              }).observe(said, {childList: true, characterData: true, subtree: true});
              document.querySelector(".card [data-do=accept]")?.closest(".card").focus();
              document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
            })""",
            [key, expected],
        )
    )


def in_words(times: list[float]) -> str:
    """Return the median and the 95th percentile in words."""
    high = sorted(times)[int(len(times) * 0.95)]
    return f"{statistics.median(times):.0f} ms (95 %: {high:.0f} ms)"


def letter(size: int) -> str:
    """Return a letter of about this size in bytes, in paragraphs."""
    body = ""
    number = 0
    while len(body) < size:
        body += NOTE + SENTENCE.format(number) * 6 + "\n\n"
        number += 1
    return HEAD + body.rstrip() + FOOT


class Review:
    """A running review of one letter or of a folder."""

    def __init__(self, text: str = "", folder: Path | None = None) -> None:
        """Take the letter's text, or a folder."""
        self._text, self._folder = text, folder
        self._own: Any = None

    def __enter__(self) -> str:
        """Start the review and return its address."""
        where = self._folder
        if where is None:
            self._own = tempfile.TemporaryDirectory()
            where = Path(self._own.name, "letter.txt")
            where.write_text(self._text)
        command = [sys.executable, "-m", "archive_pkg", "review", str(where)]
        command += ["--no-browser", "--json", "--reviewer", "Jane Doe"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        url: str = json.loads(self._process.stdout.readline())["url"]
        return url

    def __exit__(self, *_: object) -> None:
        """Stop the review."""
        self._process.terminate()
        self._process.communicate()
        if self._own:
            self._own.cleanup()


def many(count: int) -> None:
    """Measure listing a folder of this many letters, without and with a warm cache."""
    from archive_pkg.web.review import OpenedFolder

    with tempfile.TemporaryDirectory() as name:
        text = LETTER.read_text(encoding="utf-8")
        opened = OpenedFolder(Path(name))
        for number in range(count):
            opened.paste(f"{text}\n{number}\n")
        opened = OpenedFolder(Path(name))
        for what in ("cold", "warm"):
            begun = time.perf_counter()
            entries, _ = opened.letters()
            print(
                f"the list of {len(entries)} letters, {what}: {time.perf_counter() - begun:.2f} s"
            )


if __name__ == "__main__":
    main()
