"""The page of a letter in a browser: the first letter, large, minimal and multilingual records."""

from __future__ import annotations

import json
import re
import struct
import zlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from archive_pkg import cli
from archive_pkg.packages import build_package
from archive_pkg.records.models import TranslationNote
from typed import present

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

TEXTS = {
    "ar": "السيد الوزير المحترم،\nتلقينا رسالتكم.\nمع فائق الاحترام",
    "he": "כבוד השר,\nקיבלנו את מכתבך.\nבכבוד רב",
    "zh": "尊敬的部长：\n我们收到了您的来信。\n此致敬礼",
    "ru": "Уважаемый господин министр!\nМы получили Ваше письмо.\nС уважением",
    "de": "Sehr geehrter Herr Minister!\nWir haben Ihren Brief erhalten.\nHochachtungsvoll",
    "fr": "Monsieur le Ministre,\nNous avons reçu votre lettre.\nVeuillez agréer nos salutations",
}
KINDS = get_args(TranslationNote.model_fields["kind"].annotation)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = (b"\0" + bytes([60 if y % 20 == 5 else 250]) * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )


def at(part: str, text: str, words: str, start: int = 0) -> dict[str, Any]:
    place = text.index(words, start)
    return {"part": part, "start": place, "end": place + len(words), "exact": words}


def page_of(folder: Path, record: dict[str, Any], files: dict[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    (folder / "record.json").write_text(
        json.dumps({"id": "x", "type": "letter", **record}), encoding="utf-8"
    )
    out = folder / "page.html"
    assert cli.run(["page", str(folder), "-o", str(out), "-q"]) == 0
    return out


@pytest.fixture
def seed(letter: Path, tmp_path: Path) -> Path:
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    file = tmp_path / "letter.html"
    assert cli.run(["page", str(package), "-o", str(file), "--date", "2026-11-24"]) == 0
    return file


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    body = "".join(f"Paragraph {n} of it [sic], and more words.\n\n" for n in range(30))
    english = f"Secret\n\nMoscow, 18 July 1960\n\nDear Comrades!\n\n{body}Yours\n\nN. Khrushchev\n"
    russian = "\n\n".join(f"Абзац {n}. Наши специалисты работают." for n in range(35))
    notes: list[dict[str, Any]] = []
    place = 0
    for number, kind in enumerate(KINDS):
        quote = at("en", english, "[sic]", place)
        place = quote["end"]
        notes.append({"id": f"n{number}", "kind": kind, "at": quote, "text": f"Remark {number}"})
    rule = {"status": "restricted", "until": "2180", "rule": "Archive law, 5"}
    record = {
        "title": "Letter, CPSU to SED",
        "sender": ["a"],
        "date": "1960-07-18",
        "classification": {"as_written": "Secret", "caveats": ["Special folder"]},
        "salutation": "Dear Comrades!",
        "holdings": [
            {"repository": "An archive", "levels": [{"name": "Bestand", "value": "DY 30"}]}
        ],
        "rights": {"statement": "Unknown."},
        "parts": [
            {"id": "ru", "kind": "original", "file": "ru.txt", "languages": ["ru"]},
            {"id": "s1", "kind": "scan", "file": "s.png", "media_type": "image/png",
             "made_from": ["ru"]},
            {"id": "s2", "kind": "scan", "file": "t.png", "media_type": "image/png",
             "made_from": ["ru"]},
            {"id": "en", "kind": "translation", "file": "en.txt", "languages": ["en"],
             "made_from": ["ru"]},
            {"id": "shut", "kind": "enclosure", "title": "A list", "held": False, "access": rule},
        ],
        "translation_notes": notes,
        "agents": [{"id": "a", "name": "CC CPSU", "kind": "organization"}],
        "events": [{"id": "e", "type": "creation", "date": "1960-07-18", "objects": ["ru"]}],
        "evidence": [
            {"field": "date", "basis": "quoted", "at": at("en", english, "18 July 1960")},
            {"field": "classification", "basis": "quoted", "at": at("en", english, "Secret")},
            {"field": "title", "basis": "supplied", "agent": "a"},
            {"field": "date", "basis": "supplied", "agent": "a", "value": "1960-07-19"},
        ],
    }  # fmt: skip
    scans = {"s.png": png(600, 900), "t.png": png(600, 901)}
    return page_of(tmp_path / "everything", record, {"ru.txt": russian, "en.txt": english, **scans})


@pytest.fixture
def six(tmp_path: Path) -> Path:
    parts = [
        {"id": tag, "kind": "translation", "file": f"{tag}.txt", "languages": [tag]}
        for tag in TEXTS
    ]
    return page_of(
        tmp_path / "six",
        {"title": "رسالة إلى الوزير", "parts": parts},
        {f"{tag}.txt": text for tag, text in TEXTS.items()},
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return page_of(tmp_path / "bare", {"title": "A letter"}, {})


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    text = "".join(f"A word {n:03} of the letter, which goes on.\n" for n in range(500))
    marked = [
        {"id": f"n{n}", "kind": KINDS[n % 8], "at": at("p", text, f"word {n:03}"), "text": "So."}
        for n in range(500)
    ]
    parts = [{"id": "p", "kind": "original", "file": "p.txt", "languages": ["en"]}]
    record = {"title": "Many notes", "parts": parts, "translation_notes": marked}
    return page_of(tmp_path / "notes", record, {"p.txt": text})


@pytest.fixture
def long(tmp_path: Path) -> Path:
    text = "".join(f"Paragraph {n}: {'the delegation spoke again. ' * 20}\n" for n in range(3700))
    assert len(text) > 2_000_000
    parts = [{"id": "p", "kind": "original", "file": "p.txt", "languages": ["en"]}]
    return page_of(tmp_path / "long", {"title": "Long", "parts": parts}, {"p.txt": text})


@pytest.mark.parametrize("which", ["seed", "everything", "six", "bare", "notes"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1600, 320])
def test_the_page_is_accessible(
    which: str,
    scheme: str,
    width: int,
    request: pytest.FixtureRequest,
    watched: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
) -> None:
    page = watched(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    page.goto(request.getfixturevalue(which).as_uri())
    assert axe(page) == []


@pytest.mark.parametrize("which", ["seed", "everything", "six", "bare", "notes"])
def test_the_page_reflows_at_320_pixels(
    which: str, request: pytest.FixtureRequest, watched: Callable[..., BrowserContext]
) -> None:
    page = watched(viewport={"width": 320, "height": 256}).new_page()
    page.goto(request.getfixturevalue(which).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # Pictures may be wider than the screen, in a frame of their own; words may not.
    outside = page.evaluate(
        "[...document.querySelectorAll('p, li, dt, dd, h1, h2, h3')].filter(one => "
        "one.getBoundingClientRect().right > 321).map(one => one.textContent)"
    )
    assert outside == []


def test_pointing_at_a_statement_or_its_words_highlights_both(seed: Path, page: Page) -> None:
    page.goto(seed.as_uri())
    words, row = page.locator("#q-s-date"), page.locator("#s-date")
    row.hover()
    assert "lit" in str(words.get_attribute("class"))
    page.locator("h1").hover()
    assert "lit" not in str(words.get_attribute("class"))
    words.hover()
    assert "lit" in str(row.get_attribute("class"))


def test_a_tap_highlights_words_until_the_next_tap(
    seed: Path, watched: Callable[..., BrowserContext], until: Callable[[Page, str], None]
) -> None:
    page = watched(viewport={"width": 400, "height": 800}, has_touch=True).new_page()
    page.goto(seed.as_uri())
    page.locator("#q-s-date").tap()
    row = page.locator("#s-date")
    assert "kept" in str(row.get_attribute("class"))
    until(page, "document.getElementById('s-date').getBoundingClientRect().top < innerHeight")
    page.locator("h1").tap()
    assert "kept" not in str(row.get_attribute("class"))


def test_statements_and_words_can_be_highlighted_by_keyboard(seed: Path, page: Page) -> None:
    page.goto(seed.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert present(page.locator(".skip").first.bounding_box())["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "letter"
    page.locator("#s-date a").focus()
    assert "lit" in str(page.locator("#q-s-date").get_attribute("class"))
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#q-s-date"
    page.locator("#q-s-date").focus()
    assert "lit" in str(page.locator("#s-date").get_attribute("class"))
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    outline = page.locator("#q-s-date").evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.row').id") == "s-date"
    assert page.locator("#q-s-date").get_attribute("role") == "link"
    page.keyboard.press("Escape")
    assert "kept" not in str(page.locator("#s-date").get_attribute("class"))


def test_every_element_reached_with_tab_has_a_name(everything: Path, page: Page) -> None:
    page.goto(everything.as_uri())
    seen: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(one => one === document.body ? '' : (one.getAttribute('aria-label') || "
            "one.labels?.[0]?.innerText || one.innerText || '?').trim())(document.activeElement)"
        )
        if not name:
            break
        seen.append(name)
    assert "?" not in seen
    assert seen[:2] == ["Skip to the letter", "Skip to the record"]
    assert {"Scans", "Text", "Note 1", "Back to note 1 in the text"} <= set(seen)


def test_matching_paragraphs_are_side_by_side(
    everything: Path, watched: Callable[..., BrowserContext]
) -> None:
    page = watched(viewport={"width": 1600, "height": 900}).new_page()
    page.goto(everything.as_uri())
    tops = [
        [line.evaluate("l => l.getBoundingClientRect().top") for line in section.all()]
        for section in (page.locator(f"[aria-labelledby=r-{name}] .line") for name in ("ru", "en"))
    ]
    assert len(tops[0]) == 35
    assert tops[0] == pytest.approx(tops[1], abs=1)


def test_scans_and_text_scroll_together(
    everything: Path, watched: Callable[..., BrowserContext], until: Callable[[Page, str], None]
) -> None:
    page = watched(viewport={"width": 1600, "height": 900}).new_page()
    page.goto(everything.as_uri())
    scans, text = page.locator(".pane").all()
    text.hover()
    page.mouse.wheel(0, 100_000)
    until(
        page,
        "(p => p.scrollTop > p.scrollHeight - p.clientHeight - 3)(document.querySelector('.pane'))",
    )
    scans.hover()
    page.mouse.wheel(0, -100_000)
    until(page, "document.querySelectorAll('.pane')[1].scrollTop < 3")


def test_a_scan_can_be_shown_in_full_size(tmp_path: Path, page: Page) -> None:
    parts = [{"id": "s", "kind": "scan", "file": "s.png", "media_type": "image/png"}]
    file = page_of(tmp_path / "scan", {"title": "A scan", "parts": parts}, {"s.png": png(3000, 90)})
    page.goto(file.as_uri())
    image = page.get_by_role("img", name="Scan")
    small = image.bounding_box()
    assert small
    assert small["width"] < 1500
    page.get_by_label("Full size").focus()
    page.keyboard.press("Space")
    large = image.bounding_box()
    assert large
    assert large["width"] == 3000


def test_a_part_that_is_not_held_is_shown_with_its_restriction(
    everything: Path, page: Page
) -> None:
    page.goto(everything.as_uri())
    shown = page.locator(".absent").inner_text()
    assert shown == "Enclosure (shut): not held, restricted until 2180: Archive law, 5."
    black = page.locator(".q.withheld").evaluate("q => getComputedStyle(q).backgroundColor")
    assert black == "rgb(29, 27, 22)"


def test_a_page_of_a_public_package_shows_what_is_withheld(tmp_path: Path, page: Page) -> None:
    folder = tmp_path / "x"
    rule = {"status": "closed", "rule": "Deed of gift, 3"}
    parts = [
        {"id": "p", "kind": "translation", "file": "p.txt"},
        {"id": "q", "kind": "original", "file": "q.txt", "access": rule},
    ]
    page_of(folder, {"title": "A", "parts": parts}, {"p.txt": "Open.\n", "q.txt": "Shut words.\n"})
    package = build_package(folder, tmp_path / "out", on=date(2026, 11, 24), audience="public").path
    out = tmp_path / "public.html"
    assert cli.run(["page", str(package), "-o", str(out), "-q"]) == 0
    assert "Shut words" not in out.read_text(encoding="utf-8")
    page.goto(out.as_uri())
    assert "WITHHELD, closed: Deed of gift, 3." in page.locator(".absent.withheld").inner_text()


def test_each_text_has_the_direction_of_its_language(six: Path, page: Page) -> None:
    page.goto(six.as_uri())
    for tag in TEXTS:
        section = page.locator(f"[aria-labelledby=r-{tag}]")
        assert section.get_attribute("lang") == tag
        way = section.locator(".line").first.evaluate("l => getComputedStyle(l).direction")
        assert way == ("rtl" if tag in ("ar", "he") else "ltr")


def test_the_page_can_be_read_without_its_script(
    seed: Path, watched: Callable[..., BrowserContext]
) -> None:
    page = watched(java_script_enabled=False, viewport={"width": 1280, "height": 900}).new_page()
    page.goto(seed.as_uri())
    assert page.get_by_text("Dear Comrades!").first.is_visible()
    page.locator("#s-date a").click()
    assert page.url.endswith("#q-s-date")


def test_the_printed_page_is_complete(
    seed: Path, everything: Path, watched: Callable[..., BrowserContext]
) -> None:
    for file in (seed, everything):
        page = watched(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(file.as_uri())
        page.emulate_media(media="print")
        cut = page.evaluate(
            "[...document.querySelectorAll('*')].filter(one => one.clientHeight && "
            "['auto', 'scroll'].includes(getComputedStyle(one).overflowY) && "
            "one.scrollHeight > one.clientHeight + 1).map(one => one.className)"
        )
        assert cut == []
        assert len(page.pdf(format="A4")) > 10_000


def test_a_short_letter_has_at_most_two_printed_pages(tmp_path: Path, page: Page) -> None:
    text = "Dear Anna,\n\n" + "The stone is laid, and all came.\n\n" * 12 + "Yours\n\nOtto\n"
    record = {
        "title": "Letter, Otto to Anna",
        "sender": ["o"],
        "recipients": ["a"],
        "date": "1961-05-03",
        "salutation": "Dear Anna,",
        "parts": [{"id": "p", "kind": "original", "file": "p.txt"}],
        "agents": [{"id": key, "name": key, "kind": "person"} for key in ("o", "a")],
        "evidence": [{"field": "date", "basis": "supplied", "agent": "o", "note": "So " * 400}],
    }
    page.goto(page_of(tmp_path / "short", record, {"p.txt": text}).as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2


def test_the_last_line_of_a_long_text_can_be_shown(long: Path, page: Page) -> None:
    page.goto(long.as_uri())
    assert page.locator(".line").count() == 3700
    last = page.locator(".line").last
    last.scroll_into_view_if_needed()
    assert last.is_visible()


def test_notes_and_their_words_link_to_each_other(notes: Path, page: Page) -> None:
    page.goto(notes.as_uri())
    page.get_by_role("link", name="Note 500", exact=True).click()
    assert page.url.endswith("#n-n499")
    page.get_by_role("link", name="Back to note 500 in the text").click()
    assert page.url.endswith("#q-n-n499")


def test_markup_in_a_letter_is_shown_as_text_on_a_page(tmp_path: Path, page: Page) -> None:
    words = "<script>alert(1)</script></textarea>\"'><img src=x onerror=alert(1)>\u202e"
    note = {"id": "n", "kind": "sic", "at": at("p", words, words), "text": words}
    record = {
        "title": words,
        "parts": [{"id": "p", "kind": "original", "file": "p.txt", "title": words}],
        "translation_notes": [note],
        "evidence": [{"field": "title", "basis": "quoted", "at": at("p", words, words)}],
    }
    page.goto(page_of(tmp_path / "x", record, {"p.txt": words}).as_uri())
    assert page.locator("h1").inner_text() == words
    # What turns the line round ends with its own words.
    assert page.locator("#cite + p").evaluate("p => p.innerHTML.includes('</bdi>.')")
