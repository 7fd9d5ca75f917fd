"""The review speaks the language of the browser, and writes records in English."""

import shutil
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient
from visible_texts import english_on

from archive_pkg.messages import _, shown
from archive_pkg.web.review import OpenedFolder, Review, Reviewer
from typed import elements

LETTER = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"


@pytest.fixture
def review(tmp_path: Path) -> Review:
    letter = tmp_path / "letter.txt"
    shutil.copy(LETTER, letter)
    return Review(OpenedFolder.with_letter(letter), Reviewer("Jane Doe", confirmed=True))


def visit(review: Review, wish: str) -> TestClient:
    return TestClient(
        review.app(), base_url="http://127.0.0.1:8000", headers={"accept-language": wish}
    )


@pytest.mark.parametrize("tag", ["de", "fr", "ru"])
def test_pages_have_no_english_of_ours(review: Review, tag: str) -> None:
    browser = visit(review, f"{tag};q=0.9, en;q=0.1")
    front = browser.get("/?all").text
    letter = browser.get("/").text
    [head] = elements(html.fromstring(letter), "//header[@data-key]")
    key = head.get("data-key")
    pages = [front, letter, browser.get("/add").text]
    pages += [
        browser.get(f"/letters/{key}?edit={field}").text
        for field in ("date", "agents.", "classification", "parts.", "holdings.", "events.")
    ]
    for page in pages:
        assert f'<html lang="{tag}">' in page
        assert english_on(page, tag) == set()
    script = browser.get("/static/review.js").text
    assert shown(_("The review does not answer."), tag) in script


def test_the_option_is_stronger_than_the_wish(review: Review) -> None:
    review.language = "fr"
    assert '<html lang="fr">' in visit(review, "de").get("/").text
    review.language = None
    assert '<html lang="en">' in visit(review, "it").get("/").text


def test_a_change_is_written_in_english(review: Review) -> None:
    browser = visit(review, "de")
    [head] = elements(html.fromstring(browser.get("/").text), "//header[@data-key]")
    change = {"seen": head.get("data-seen"), "field": "sender"}
    answer = browser.post(f"/letters/{head.get('data-key')}/accept", json=change)
    assert "Gespeichert: Absender angenommen." in answer.text
    (editor,) = review.folder.editors().values()
    assert "note: Read and accepted on" in editor.file.read_text()
    refused = browser.post("/batch", json={"step": "check"})
    assert refused.json()["message"] == "kein Brief ist ausgewählt"
