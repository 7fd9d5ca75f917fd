"""The list of letters in the review: states, filters, values and steps for many letters."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg import verify
from archive_pkg.records import load_record
from archive_pkg.reports import Report
from archive_pkg.web.review import OpenedFolder, Review, Reviewer, listing
from archive_pkg.web.review.cards import cards
from typed import content, elements, present, strings

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """id: {id}
type: letter
title: Letter {id}
date: "{date}"
parts:
  - id: text
    kind: transcription
    file: {id}.txt
  - id: english
    kind: translation
    file: {id} translation.txt
    made_from: [text]
evidence:
  - {{field: date, basis: supplied, agent: lind}}
agents:
  - {{id: lind, name: A. Lind, kind: person}}
"""


def add(folder: Path, name: str, date: str = "1912-03-04", record: str = RECORD) -> Path:
    home = folder / "records" / name
    home.mkdir(parents=True)
    for file in (f"{name}.txt", f"{name} translation.txt"):
        (home / file).write_text(f"Dear Moe, {name}\n")
    (home / "record.yaml").write_text(record.format(id=name, date=date))
    return home / "record.yaml"


class ListPage:
    """The list of letters as a browser shows it."""

    def __init__(self, folder: Path) -> None:
        self.review = Review(OpenedFolder(folder), Reviewer("Jane Doe", confirmed=True))
        self.client = TestClient(self.review.app(), base_url="http://127.0.0.1:8000")

    def get(self, query: str = "") -> list[str]:
        """Return the texts of the rows."""
        self.page = html.fromstring(self.client.get(f"/?{query}").text)
        rows = elements(self.page, "//*[@id='rows']/tr")
        return [" ".join(content(row).split()) for row in rows]

    def keys(self) -> list[str]:
        self.get()
        return strings(self.page, "//@data-letter")

    def run(self, step: str, **more: Any) -> str:
        answer = self.client.post("/batch", json={"step": step, "keys": self.keys()} | more)
        while 'id="batch"' in answer.text and "data-running" in answer.text:
            time.sleep(0.005)
            answer = self.client.get("/batch")
        if answer.status_code != 200:
            return str(answer.json()["message"])
        return " ".join(content(html.fromstring(answer.text)).split())

    def set(self, name: str, value: str, **more: Any) -> str:
        given = {"name": name, "value": value, "keys": self.keys()} | more
        answer = self.client.post("/values", json=given)
        if answer.headers["content-type"].startswith("application/json"):
            return str(answer.json()["message"])
        return content(elements(html.fromstring(answer.text), "//*[@id='said']")[0])


@pytest.fixture
def page(tmp_path: Path) -> ListPage:
    add(tmp_path, "b", "1912-03-04")
    add(tmp_path, "a", "1944")
    return ListPage(tmp_path)


def test_a_letter_goes_from_draft_to_reviewed_packaged_and_deposited(
    page: ListPage, tmp_path: Path
) -> None:
    first, _ = page.get("sort=file")
    assert first.startswith("Letter a 1944 a.txt, a translation.txt draft")
    key = page.keys()[0]
    seen = page.review.folder.editor(key).read().digest
    page.client.post(f"/letters/{key}/accept", json={"seen": seen, "field": "title"})
    assert "in review, Jane Doe" in page.get("state=in+review")[0]
    assert "2 of 2 letters built" in page.run("build")
    assert len(page.get("state=packaged")) == 2
    assert "2 of 2 letters verified" in page.run("verify")
    assert all(verify(tmp_path / "packages" / name).ok for name in ("a", "b"))
    to = f"ocfl:{tmp_path / 'archive'}"
    assert page.run("deposit") == "there is no plan for this deposit"
    assert "2 of 2 letters can be deposited" in page.run("plan", to=to)
    assert page.get("state=deposited") == []
    assert "2 of 2 letters deposited" in page.run("deposit")
    for step in ("plan", "deposit"):
        said = page.run(step, to=to)
        assert "2 letters are already deposited." in said
        assert "of 2" not in said
    assert all("deposited in ocfl" in row for row in page.get("state=deposited"))
    assert page.get("state=not+packaged") == []


def test_a_letter_is_reviewed_when_a_person_has_reviewed_every_statement() -> None:
    entry = listing.LetterEntry("", "", counts={"reviewed": 2, "unknown": 1, "open": 1})
    assert entry.progress == "reviewed"
    assert replace(entry, counts={"reviewed": 2, "supplied": 1}).progress == "in review"


def test_a_different_package_from_elsewhere_is_replaced_only_on_request(page: ListPage) -> None:
    page.run("build")
    page.set("rights", "unknown")
    page.review = Review(page.review.folder, page.review.reviewer)
    page.client = TestClient(page.review.app(), base_url="http://127.0.0.1:8000")
    said = page.run("build")
    assert "0 of 2 letters built" in said
    assert "Replace 2 packages" in said
    assert "2 of 2 letters built" in page.run("replace")
    assert page.run("replace") == "no letter is selected"


def test_the_list_marks_packages_that_are_older_than_their_records(
    page: ListPage, tmp_path: Path
) -> None:
    page.run("build")
    assert "the record is newer" not in "".join(page.get())
    page.set("held at", "City Archive")
    assert all("the record is newer" in row for row in page.get())
    assert "2 of 2 letters built" in page.run("build")
    assert "the record is newer" not in "".join(page.get())


def test_a_letter_that_is_left_out_of_the_site_is_named(page: ListPage, tmp_path: Path) -> None:
    closed = "txt\n    access: {{status: closed, rule: donor}}\n"
    add(tmp_path, "c", record=RECORD.replace("txt\n", closed))
    page.run("build")
    said = page.run("site")
    assert "2 letters on the site. 1 letter left out, because no part is open (c)." in said


def test_the_list_finds_call_numbers_places_and_names_without_accents(
    page: ListPage, tmp_path: Path
) -> None:
    more = """identifiers: [{{scheme: local, value: AA 12/39}}]
place: {{name: Krakau}}
classification: {{as_written: streng geheim}}
sender: [w]
"""
    closed = "file: {id}.txt\n    access: {{status: closed, rule: donor}}\n"
    record = more + RECORD.replace("file: {id}.txt\n", closed, 1)
    record += "  - {{id: w, name: Karl Weidenmüller, kind: person}}\n"
    add(tmp_path, "c", "[1945-05-09..]", record)
    for words in ("AA+12/39", "krakau", "streng+geheim", "Weidenmuller", "1945-05"):
        (row,) = page.get(f"words={words}")
        assert row.startswith("Letter cAA 12/39, closed 9 May 1945 or later c.txt")


def test_the_list_is_sorted_and_filtered(page: ListPage) -> None:
    assert [row[:8] for row in page.get("sort=title")] == ["Letter a", "Letter b"]
    assert [row[:8] for row in page.get("sort=date")] == ["Letter b", "Letter a"]
    assert [row[:8] for row in page.get("words=B.TXT")] == ["Letter b"]
    assert page.get("words=nothing") == []
    assert len(page.get("missing=translator")) == 2


def test_a_value_is_set_in_many_letters_and_replaces_values_only_on_request(
    page: ListPage, tmp_path: Path
) -> None:
    assert page.set("held at", "City Archive") == "2 letters changed."
    assert "0 letters changed. 2 already had a value" in page.set("held at", "State Archive")
    assert page.set("language", "dt.") == "2 letters changed."
    assert page.set("translator", "Anna Berg") == "2 letters changed."
    assert page.set("rights", "unknown") == "2 letters changed."
    record = load_record(tmp_path / "records/a")
    assert record.holdings[0].repository == "City Archive"
    assert [part.languages for part in record.parts] == [("de",), ()]
    (translator,) = record.part("english").made_by
    assert record.agent(translator).name == "Anna Berg"
    assert record.rights is not None
    (ground,) = [item for item in record.evidence if item.field == "rights"]
    assert record.agent(present(ground.agent)).name == "Jane Doe"
    assert page.set("held at", "State Archive", replace=True) == "2 letters changed."
    assert load_record(tmp_path / "records/a").holdings[0].repository == "State Archive"
    assert page.get("missing=rights") == []


def test_a_value_set_in_many_letters_does_not_review_the_rest_of_a_part(
    page: ListPage, tmp_path: Path
) -> None:
    page.set("language", "de")
    page.set("held at", "City Archive")
    page.set("held at", "State Archive", replace=True)
    record = load_record(tmp_path / "records/a")
    supplied = {item.field for item in record.evidence if item.basis == "supplied"}
    assert {"parts.text.languages", "holdings.0.repository"} <= supplied
    assert not {"parts.text", "parts.english"} & supplied
    assert all(
        card.state != "reviewed" for card in cards(record, Report()) if "parts" in card.field
    )


def test_a_replaced_value_of_another_person_stays_in_the_evidence_as_theirs(
    page: ListPage, tmp_path: Path
) -> None:
    file = tmp_path / "records/a/record.yaml"
    stated = "rights: {statement: Free., licence: MIT}\nevidence:\n"
    theirs = "  - {field: rights, basis: supplied, agent: lind}\n"
    text = file.read_text("utf-8")
    file.write_text(text.replace("evidence:\n", stated + theirs, 1), "utf-8")
    page.set("rights", "unknown", replace=True)
    record = load_record(tmp_path / "records/a")
    assert record.rights is not None
    assert (record.rights.statement, record.rights.licence) == ("unknown", "MIT")
    found = [(one.field, one.agent, one.value) for one in record.evidence if "rights" in one.field]
    assert ("rights.statement", "lind", "Free.") in found
    assert ("rights", "lind", None) in found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("language", "Klingonese"), "not a known language"),
        (("held at", " "), "no value to set"),
        (("title", "x"), "no value to set"),
    ],
)
def test_a_value_that_is_not_valid_changes_no_letter(
    page: ListPage, tmp_path: Path, given: tuple[str, str], message: str
) -> None:
    assert message in page.set(*given)
    assert (tmp_path / "records/a/record.yaml").read_text() == RECORD.format(id="a", date="1944")


def test_each_failure_of_a_step_says_how_to_correct_it(page: ListPage, tmp_path: Path) -> None:
    (tmp_path / "records/a/a.txt").unlink()
    said = page.run("build")
    assert "1 of 2 letters built." in said
    assert "Letter a" in said
    assert "a.txt" in said
    assert page.run("check", keys=[]) == "no letter is selected"
    assert page.run("sell") == "sell is not a step"


def test_a_site_is_made_of_the_packages(page: ListPage, tmp_path: Path) -> None:
    assert "The site was not made" in page.run("site")
    page.run("build")
    assert "2 letters on the site." in page.run("site")
    assert (tmp_path / "site/index.html").is_file()


def test_a_site_is_in_the_language_of_the_reader_or_of_the_project(
    page: ListPage, tmp_path: Path
) -> None:
    page.run("build")
    page.client.headers["accept-language"] = "de"
    page.run("site")
    assert '<html lang="de">' in (tmp_path / "site/index.html").read_text()
    page.review.folder.project = page.review.folder.project.in_language("fr")
    page.run("site")
    assert '<html lang="fr">' in (tmp_path / "site/index.html").read_text()


def test_copies_of_the_files_of_a_record_are_not_listed_again(tmp_path: Path) -> None:
    add(tmp_path, "a")
    (tmp_path / "a.txt").write_bytes((tmp_path / "records/a/a.txt").read_bytes())
    (tmp_path / "b.txt").write_text("Dear Moe, hello.\n")
    assert [one.path for one in OpenedFolder(tmp_path).letters()[1]] == ["b.txt"]


def test_a_list_of_1000_letters_opens_in_under_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_DELAY", 1000)  # the background would outlive the test
    for number in range(1000):
        home = tmp_path / "records" / f"letter-{number}"
        home.mkdir(parents=True)
        (home / "record.yaml").write_text(RECORD.format(id=f"letter-{number}", date="1944"))
    page = ListPage(tmp_path)
    gc.disable()  # it would also search the objects of earlier tests
    try:
        begun = time.process_time()  # what other programs do meanwhile does not count
        rows = page.get()
        spent = time.process_time() - begun
    finally:
        gc.enable()
    assert spent < 1
    assert len(rows) == 1000
    assert page.client.get("/unread").json() == {"unread": 1000}


def test_the_records_of_a_large_folder_are_read_in_the_background(
    page: ListPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_AT_ONCE", 0)
    monkeypatch.setattr(listing, "_DELAY", 0.05)
    assert page.get()[0] == "records/a/record.yaml"
    while page.client.get("/unread").json()["unread"]:
        time.sleep(0.005)
    assert page.get("sort=title")[0].startswith("Letter a")
