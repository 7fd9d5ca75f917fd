"""The review application: every change in the file at once, nothing lost, strangers kept out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg.pages.review import Opened, Review, Reviewer
from archive_pkg.records import Record, load_record

LETTER = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"


class Tab:
    """A tab of the browser: the page as it was loaded, and what it asks for."""

    def __init__(self, review: Review) -> None:
        self.client = TestClient(review.app(), base_url="http://127.0.0.1:8000")
        self.load()

    def load(self) -> None:
        self.take(self.client.get("/"))

    def take(self, answer: Any) -> None:
        self.page = html.fromstring(answer.text)
        if head := self.page.xpath("//header[@data-seen]"):
            self.key, self.seen = head[0].get("data-key"), head[0].get("data-seen")

    def do(self, doing: str, **change: Any) -> int:
        asked = {"seen": self.seen} | change
        answer = self.client.post(f"/letters/{self.key}/{doing}", json=asked)
        self.answer = answer
        if answer.headers["content-type"].startswith("text/html"):
            self.take(answer)
        return answer.status_code

    def text(self, path: str) -> str:
        return " ".join(" ".join(found.text_content() for found in self.page.xpath(path)).split())


@pytest.fixture
def review(tmp_path: Path) -> Review:
    letter = tmp_path / "letter.txt"
    shutil.copy(LETTER, letter)
    return Review(Opened.with_letter(letter), Reviewer("Jane Doe", asked=True))


@pytest.fixture
def tab(review: Review) -> Tab:
    return Tab(review)


@pytest.fixture
def file(review: Review) -> Path:
    (desk,) = review.opened.desks().values()
    return desk.file


def record(file: Path) -> Record:
    return load_record(file)


def grounds(file: Path, field: str) -> list[Any]:
    return [item for item in record(file).evidence if item.field == field]


def test_the_original_is_not_touched_and_a_copy_stands_beside_the_record(
    review: Review, file: Path
) -> None:
    assert (review.opened.root / "letter.txt").read_bytes() == LETTER.read_bytes()
    assert (file.parent / "letter.txt").read_bytes() == LETTER.read_bytes()
    assert file.relative_to(review.opened.root).parts[0] == "records"


def test_the_least_sure_comes_first(tab: Tab) -> None:
    states = [card.get("class").split()[1] for card in tab.page.xpath("//article")]
    order = ["wrong", "guess", "probable", "open", "unsaid", "certain", "reviewed", "unknown"]
    assert states == sorted(states, key=order.index)
    assert states[0] == "probable"


def test_accepting_stands_in_the_file_with_the_reviewer_and_keeps_comments(
    tab: Tab, file: Path
) -> None:
    before = file.read_text()
    assert tab.do("accept", field="sender") == 200
    after = file.read_text()
    comments = re.findall("^ *#.*", before, re.MULTILINE)
    assert comments
    assert re.findall("^ *#.*", after, re.MULTILINE) == comments
    drafted, accepted = grounds(file, "sender")
    assert drafted.confidence == "probable"
    assert accepted.basis == "supplied"
    assert record(file).agent(accepted.agent).name == "Jane Doe"
    assert "looked at" in tab.text("//article[@data-field='sender']/h3")
    assert tab.do("accept", field="sender") == 200
    assert file.read_text() == after


def test_correcting_replaces_what_a_rule_read_and_tells_it(tab: Tab, file: Path) -> None:
    assert tab.do("correct", field="date", values={"edtf": "1960-07-19"}) == 200
    made = record(file)
    assert made.date is not None
    assert (made.date.edtf, made.date.as_written) == ("1960-07-19", "18 July 1960")
    (ground,) = grounds(file, "date")
    assert ground.at.exact == "18 July 1960"
    assert "it said “1960-07-18 (“18 July 1960”)”" in ground.note


def test_what_another_person_stands_for_stays_beside_a_correction(
    review: Review, tab: Tab, file: Path
) -> None:
    tab.do("accept", field="date")
    review.reviewer.name = "John Roe"
    tab.do("correct", field="date", values={"edtf": "1960-07-19"})
    first, second = grounds(file, "date")
    assert record(file).agent(first.agent).name == "Jane Doe"
    assert first.value == "1960-07-18 (“18 July 1960”)"
    assert record(file).agent(second.agent).name == "John Roe"
    assert second.value is None


def test_what_is_wrong_is_not_written_and_told_beside_the_field(tab: Tab, file: Path) -> None:
    before = file.read_bytes()
    assert tab.do("correct", field="date", values={"edtf": "1960-13-19"}) == 422
    assert file.read_bytes() == before
    (entered,) = tab.page.xpath("//article[@data-field='date']//input[@name='edtf']/@value")
    assert entered == "1960-13-19"
    assert "no month 13" in tab.text("//article[@data-field='date']//*[@class='findings']")
    assert tab.do("correct", field="date", values={"edtf": "1960-12"}, trial=True) == 200
    assert file.read_bytes() == before


def test_a_tab_that_has_seen_another_state_overwrites_nothing(review: Review, file: Path) -> None:
    one, other = Tab(review), Tab(review)
    assert one.do("accept", field="sender") == 200
    kept = file.read_bytes()
    assert other.do("correct", field="sender", values={"value": []}) == 409
    assert file.read_bytes() == kept
    assert "looked at" in other.text("//article[@data-field='sender']/h3")
    assert other.do("accept", field="date") == 200


def test_another_program_that_changes_the_file_is_noticed(tab: Tab, file: Path) -> None:
    changed = file.read_text().replace("CC SED, 18", "SED, 18")
    file.write_text(changed)
    assert tab.do("accept", field="sender") == 409
    assert file.read_text() == changed
    assert tab.client.get(f"/letters/{tab.key}/state").json() == {"seen": tab.seen}


def test_undo_brings_back_every_byte_and_redo_too(tab: Tab, file: Path) -> None:
    states = [file.read_bytes()]
    for change in (
        {"doing": "accept", "field": "sender"},
        {"doing": "unknown", "field": "salutation"},
        {"doing": "rest", "field": "date", "at": "0:5080:5092"},
    ):
        assert tab.do(**change) == 200
        states.append(file.read_bytes())
    assert len(set(states)) == 4
    for state in reversed(states[:-1]):
        assert tab.do("undo") == 200
        assert file.read_bytes() == state
    assert tab.do("undo") == 400
    for state in states[1:]:
        assert tab.do("redo") == 200
        assert file.read_bytes() == state


def test_undo_does_not_undo_what_another_program_did(tab: Tab, file: Path) -> None:
    tab.do("accept", field="sender")
    file.write_bytes(file.read_bytes() + b"# mine\n")
    kept = file.read_bytes()
    tab.load()
    assert tab.do("undo") == 409
    assert file.read_bytes() == kept


def test_a_file_that_became_invalid_is_told_and_left_alone(tab: Tab, file: Path) -> None:
    file.write_text("id: [x\n")
    tab.load()
    assert not tab.page.xpath("//article")
    assert tab.page.xpath("//*[@id='loose']//p")
    assert tab.do("accept", field="sender") == 400
    assert file.read_text() == "id: [x\n"
