"""The record quotes exactly the words selected in the browser, in any script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive_pkg.records import load_record
from archive_pkg.records.models import Quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browsing import Server

TEXTS = {
    "astral": "Dear 𝔐oe 📷📷,\n\nThe 🇺🇳 plates 👩‍👩‍👧 have arrived.\n\nYours,\n\nA. Lind\n",
    "combining": "Dear Moe\u0301,\n\nThe plate\u0301s\u0323\u0307 have, cafe\u0301.\n\nA. Lind\n",
    "crlf": "Dear Moe,\r\n\r\nThe plates\r\nhave arrived.\r\n\r\nA. Lind\r\n",
    "cr": "Dear Moe,\r\rThe plates\rhave arrived.\r\rA. Lind\r",
    "bom": "\ufeffDear Moe,\n\nThe plates have arrived.\n\nA. Lind\n",
    "rtl": "عزيزي محمد،\n\nوصلت الألواح 📷 كلها إلى القاهرة.\n\nأحمد\n",
    "hebrew": "משה היקר,\n\nהגיעו plates כל הלוחות.\n\nדוד\n",
    "signs": "Dear Moe,\n\nThe \u202eplates\u202c \u2066have\u2069 arrived\u200b.\n\nA. Lind\n",
    "nbsp": "\u00a0Dear Moe,\u00a0\n\u00a0\nThe  plates\t have   arrived.\u00a0\n\u2003\nA. Lind\n",
    "markup": "Dear <b>Moe</b>,\n\nThe &amp; plates</textarea> have {{ arrived }}.\n\nA. Lind\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_offsets_of_a_selection_are_those_of_the_text(
    serve: Callable[..., Server], tmp_path: Path, page: Page, name: str
) -> None:
    (tmp_path / "letter.txt").write_bytes(TEXTS[name].encode())
    page.goto(serve("letter.txt").url)
    page.wait_for_selector(".card.current")
    text = TEXTS[name].removeprefix("\ufeff")
    spans = [
        (start, end)
        for start in range(0, len(text), 3)
        for end in range(start + 1, min(start + 14, len(text) + 1), 4)
        if text[start:end].strip() and not _cuts_an_end(text, start, end)
    ]
    offsets = page.evaluate(
        """async spans => {
          const {rangeOf, selected} = await import(new URL('text.js', document.scripts[0].src));
          return spans.map(([start, end]) => {
            const selection = getSelection();
            selection.removeAllRanges();
            selection.addRange(rangeOf({file: 0, start, end}));
            const now = selected();
            return [now.start, now.end];
          });
        }""",
        spans,
    )
    assert [tuple(each) for each in offsets] == spans


def _cuts_an_end(text: str, start: int, end: int) -> bool:
    """Whether a span begins or ends in a line break or blank line, which the page does not show."""
    lines, here = [], 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if bare.strip():
            lines.append((here, here + len(bare)))
        here += len(line)
    starts = any(a <= start < z for a, z in lines)
    return not (starts and any(a < end <= z for a, z in lines))


@pytest.mark.parametrize("name", TEXTS)
def test_a_note_quotes_the_words_selected_by_keyboard(
    serve: Callable[..., Server], tmp_path: Path, page: Page, name: str
) -> None:
    (tmp_path / "letter.txt").write_bytes(TEXTS[name].encode())
    page.goto(serve("letter.txt").url)
    page.wait_for_selector(".card.current")
    for key in ("t", "ArrowDown", "ArrowRight", "Shift+ArrowRight", "n"):
        page.keyboard.press(key)
    page.wait_for_selector("form [name=text]")
    page.locator("form [name=text]").fill("Hm.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("() => document.getElementById('said').textContent.includes('Saved')")
    (file,) = tmp_path.rglob("record.yaml")
    (note,) = [one for one in load_record(file).translation_notes if one.text == "Hm."]
    text = TEXTS[name].removeprefix("\ufeff")
    assert isinstance(note.at, Quote)
    assert text[note.at.start : note.at.end] == note.at.exact
    assert len(note.at.exact) > 1


def test_markup_in_a_letter_is_shown_as_text_in_the_review(
    serve: Callable[..., Server], tmp_path: Path, page: Page
) -> None:
    hostile = (
        "Dear <script>alert(1)</script><img src=x onerror=alert(1)> Moe,\n\n"
        "The </textarea></script><svg onload=alert(1)> \u202eplates\u202c 'have' \"arrived\".\n\n"
        "javascript:alert(1)\n\nA. Lind</title><script>alert(1)</script>\n"
    )
    server = serve()
    page.goto(server.url)
    page.locator("#pasted").fill(hostile)
    page.get_by_role("button", name="Create draft").click()
    page.wait_for_selector(".card.current")
    assert page.locator(".text .sign").count() == 2
    shown = page.locator(".text .sign").first.evaluate(
        "e => getComputedStyle(e, '::before').content"
    )
    assert shown == '"U+202E"'
    for field in page.locator("article [data-edit]").all():
        page.mouse.move(0, 0)  # the page ignores a click where the last one was, soon after it
        field.click()
        page.wait_for_selector("form.form")
        page.keyboard.press("Escape")
        page.wait_for_selector("form.form", state="detached")
    assert page.locator("img, svg, iframe").count() == 0
    for step in ("Check", "Build", "Verify"):
        page.get_by_role("button", name=step, exact=True).click()
        page.wait_for_function("() => !document.querySelector('[data-running]')")
        page.wait_for_function(
            "() => !document.getElementById('said').textContent.includes('Working')"
        )
    with page.expect_popup() as opened:
        page.get_by_role("link", name="View page").click()
    assert "alert(1)" in opened.value.locator("main").inner_text()
    # The page of a letter has an origin of its own.
    assert opened.value.evaluate("origin") == "null"
