"""The site in a browser, opened from a disk: search, filters, reading without a script."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from archive_pkg import cli
from archive_pkg.packages import build_package
from archive_pkg.web.site.search_index import words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

ANSWERED = "document.documentElement.dataset.answered"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
TEXTS = {
    "en": "Dear Comrades, the harvest in the new lands is nearly in.",
    "de": "Liebe Genossen, die Ernte ist fast eingebracht. Grüße aus der Straße.",
    "ru": "Дорогие товарищи, урожай почти собран. Ещё раз спасибо.",
    "zh": "亲爱的同志们，收成快要结束了。",
    "he": "חברים יקרים, שָׁלוֹם, הקציר כמעט הסתיים.",
    "fr": "Chers camarades, la récolte est presque rentrée, naïvement. Un monu-\nment.",
}


def record(number: int, tag: str, text: str) -> dict[str, Any]:
    names = ("Ada Berg", "Jean Morel", "Анна Белова", HOSTILE)
    sender, recipient = names[number % 4], names[(number + 1) % 4]
    return {
        "id": f"letter-{number:03}",
        "type": "letter",
        "title": f"Letter {number}: {HOSTILE if number == 5 else 'from Berlin'}",
        "sender": ["a"],
        "recipients": ["b"],
        "place": {"name": "Berlin"},
        "date": f"{1950 + number % 30}-03-04",
        "classification": {"as_written": ("Secret", "Top Secret")[number % 2]},
        "holdings": [{"repository": f"Archive {number % 3}"}],
        "parts": [{"id": "p", "kind": "original", "file": "p.txt", "languages": [tag]}],
        "agents": [
            {"id": "a", "name": sender, "kind": "person"},
            {"id": "b", "name": recipient, "kind": "person"},
        ],
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for number in range(96):
        tag = list(TEXTS)[number % 6]
        source = folder / "records" / f"letter-{number:03}"
        source.mkdir(parents=True)
        (source / "p.txt").write_text(f"{TEXTS[tag]}\nNumber {number}.\n", encoding="utf-8")
        (source / "record.json").write_text(json.dumps(record(number, tag, "")), encoding="utf-8")
        build_package(source, folder / "collection", on=date(2026, 11, 24))
    out = folder / "public"
    command = ["site", str(folder / "collection"), "-o", str(out), "--jobs", "1", "-q"]
    assert cli.run([*command, "--title", "Letters of the harvest"]) == 0
    return out


@pytest.fixture
def ask(site: Path, page: Page, until: Callable[[Page, str], None]) -> Callable[[str], list[str]]:
    """Return a function that opens the catalogue with a query and returns letter ids."""

    def asking(question: str) -> list[str]:
        page.goto("about:blank")
        page.goto(f"{(site / 'index.html').as_uri()}#{question}")
        until(page, ANSWERED)
        links = page.locator("#results td a[href^='letters/']").all()
        return [str(link.get_attribute("href"))[8:-5] for link in links]

    return asking


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("harvest", 16),
        ("HARVEST comrades", 16),
        ("harv", 16),
        ("harv comrades", 0),
        ("grusse", 16),
        ("Straße", 16),
        ("strasse", 16),
        ("еще", 16),
        ("收成", 16),
        ("收", 16),
        ("成收", 0),
        ("שלום", 16),
        ("naive", 16),
        ("number 7", 11),
        ("number 7 ", 1),
        ("nothing-of-that-kind", 0),
        ("berg secret", 48),
    ],
)
def test_a_search_finds_the_letters_with_the_words(
    words: str, count: int, ask: Callable[[str], list[str]], page: Page
) -> None:
    found = ask(f"q={quote(words)}")
    count_line = page.locator("#count").inner_text()
    if count:
        assert count_line.startswith(f"{count} document")
        assert len(found) == min(count, 40)
    else:
        assert count_line == "No documents match."


def test_letters_with_the_word_in_their_description_come_first(
    ask: Callable[[str], list[str]],
) -> None:
    assert ask("q=letter-041")[0] == "letter-041"


def test_filters_can_be_combined(
    ask: Callable[[str], list[str]], page: Page, until: Callable[[Page, str], None]
) -> None:
    ask("")
    page.locator("#facets summary", has_text="Language").click()
    page.get_by_role("button", name="German 16").click()
    until(page, "document.getElementById('count').textContent.startsWith('16 document')")
    button = page.get_by_role("button", name="German 16")
    assert button.get_attribute("aria-pressed") == "true"
    assert button.evaluate("b => b === document.activeElement")
    page.get_by_label("From year").fill("1960")
    page.get_by_label("to year").fill("1965")
    until(page, "document.getElementById('count').textContent.startsWith('3 document')")
    assert "since=1960" in page.url
    address = page.url
    page.go_back()
    until(page, "document.getElementById('count').textContent.startsWith('96 document')")
    page.goto("about:blank")
    page.goto(address)
    until(page, "document.getElementById('count').textContent.startsWith('3 document')")
    page.get_by_role("button", name="Clear").click()
    until(page, "document.getElementById('count').textContent.startsWith('96 document')")


def test_results_are_divided_into_pages(
    ask: Callable[[str], list[str]], page: Page, until: Callable[[Page, str], None]
) -> None:
    first = ask("")
    page.get_by_role("button", name="Next →").click()
    until(page, "document.getElementById('count').textContent.includes('41 to 80')")
    second = ask("page=1")
    third = ask("page=2")
    assert len({*first, *second, *third}) == 96


@pytest.mark.parametrize(
    ("words", "snippet", "marked"),
    [
        ("lands HARV", "Dear Comrades, the harvest in the new lands is nearly in. Number 0.", 2),
        ("monument", f"{TEXTS['fr'].replace(chr(10), '').replace('monu-', 'monu')} Number 5.", 1),
        ("recolte", "Chers camarades, la récolte est presque rentrée, naïvement.", 1),
        ("收成快", "亲爱的同志们，收成快要结束了。 Number 3.", 2),
        ("שלום", "חברים יקרים, שָׁלוֹם, הקציר כמעט הסתיים. Number 4.", 1),
        ("archive", "Holdings: Archive 0", 1),
    ],
)
def test_a_hit_shows_the_words_around_what_was_found(
    words: str,
    snippet: str,
    marked: int,
    ask: Callable[[str], list[str]],
    page: Page,
    until: Callable[[Page, str], None],
) -> None:
    ask(f"q={quote(words)}")
    until(page, "document.querySelectorAll('.snippet').length > 0")
    first = page.locator(".snippet").first
    assert first.inner_text().startswith(snippet)
    assert first.locator("mark").count() == marked


def test_results_are_updated_while_typing(
    ask: Callable[[str], list[str]], page: Page, until: Callable[[Page, str], None]
) -> None:
    ask("")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("camarades", delay=5)
    until(page, "document.getElementById('count').textContent.startsWith('16 document')")
    assert page.get_by_role("searchbox").evaluate("b => b === document.activeElement")


def test_the_script_and_the_index_split_words_in_the_same_way(
    ask: Callable[[str], list[str]], page: Page
) -> None:
    ask("")
    hard = [
        *TEXTS.values(), "ΣΑΣ σας ς", "ﬁle ½ x² №5", "한국어 文字 カタカナ", "İstanbul ıI",
        "a_b-c’d", "𝔊othic 𠀀𠀁 a𠀀", "x" * 60, "Ё́й", "नमस्ते", "e\u0301\u200dx", "", "٣ ५",
    ]  # fmt: skip
    for text in hard:
        assert page.evaluate("text => archive.wordsOf(text)", text) == list(words_of(text)), text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_kind_of_page_is_accessible(
    scheme: str,
    width: int,
    site: Path,
    watched: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
    until: Callable[[Page, str], None],
) -> None:
    person = next(path for path in (site / "people").iterdir() if "ada" in path.name)
    [place] = (site / "places").iterdir()
    names = ["index.html#q=harvest", "years.html", "people.html", "network.html", "places.html",
             "years/1953.html", f"people/{person.name}", f"places/{place.name}",
             "letters/letter-005.html"]  # fmt: skip
    page = watched(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    for name in names:
        page.goto(f"{site.as_uri()}/{name}")
        if name.startswith("index"):
            until(page, ANSWERED)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_letter_links_to_the_letters_before_and_after_it(site: Path, page: Page) -> None:
    years = sorted((site / "years").glob("[0-9]*.html"))
    page.goto(years[0].as_uri())
    page.locator(".letters td a[href*='letters/']").last.click()
    first = page.url
    page.locator("#neighbours a[rel=next]").click()
    assert page.url != first
    page.locator("#neighbours a[rel=prev]").click()
    assert page.url == first


def test_without_a_script_every_letter_can_be_found(
    site: Path, watched: Callable[..., BrowserContext]
) -> None:
    page = watched(java_script_enabled=False).new_page()
    page.goto((site / "index.html").as_uri())
    assert not page.get_by_role("searchbox").is_visible()
    assert page.get_by_text("The search needs JavaScript").is_visible()
    found = set()
    page.goto((site / "years.html").as_uri())
    for year in [link.get_attribute("href") for link in page.locator(".counts a").all()]:
        page.goto(f"{site.as_uri()}/{year}")
        links = page.locator(".letters td a[href*='letters/']").all()
        found |= {link.get_attribute("href") for link in links}
    assert len(found) == 96


def test_a_letter_is_found_and_opened_by_keyboard(
    ask: Callable[[str], list[str]], page: Page, until: Callable[[Page, str], None]
) -> None:
    ask("")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("letter-041")
    until(page, "document.getElementById('count').textContent.startsWith('1 document')")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.getAttribute('href') || '').includes('-041')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/letters/letter-041.html")


def test_a_missing_file_of_the_index_is_reported(
    site: Path, tmp_path: Path, browser: Browser, until: Callable[[Page, str], None]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (copy / "data" / "words-0.js").unlink()
    page = browser.new_page()
    page.goto(f"{(copy / 'index.html').as_uri()}#q=harvest")
    until(page, "document.getElementById('count').textContent.includes('could not be loaded')")
    page.close()
