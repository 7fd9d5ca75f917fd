"""The review application writes every change at once and loses nothing."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive_pkg.records import Record, load_record
from archive_pkg.web.review import OpenedFolder, Review, Reviewer, record_editor
from archive_pkg.web.review.listing import Selection
from typed import content, elements, present, strings

LETTER = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"


class Tab:
    """A tab of the browser: the page as loaded, and its requests."""

    def __init__(self, review: Review) -> None:
        self.client = TestClient(review.app(), base_url="http://127.0.0.1:8000")
        self.load()

    def load(self) -> None:
        self.take(self.client.get("/"))

    def take(self, answer: Any) -> None:
        self.page = html.fromstring(answer.text)
        if head := elements(self.page, "//header[@data-seen]"):
            self.key, self.seen = head[0].get("data-key"), head[0].get("data-seen")

    def do(self, doing: str, **change: Any) -> int:
        asked = {"seen": self.seen} | change
        answer = self.client.post(f"/letters/{self.key}/{doing}", json=asked)
        self.answer = answer
        if answer.headers["content-type"].startswith("text/html"):
            self.take(answer)
        return answer.status_code

    def text(self, path: str) -> str:
        return " ".join(" ".join(content(found) for found in elements(self.page, path)).split())


@pytest.fixture
def review(tmp_path: Path) -> Review:
    letter = tmp_path / "letter.txt"
    shutil.copy(LETTER, letter)
    return Review(OpenedFolder.with_letter(letter), Reviewer("Jane Doe", confirmed=True))


@pytest.fixture
def tab(review: Review) -> Tab:
    return Tab(review)


@pytest.fixture
def file(review: Review) -> Path:
    (editor,) = review.folder.editors().values()
    return editor.file


def record(file: Path) -> Record:
    return load_record(file)


def grounds(file: Path, field: str) -> list[Any]:
    return [item for item in record(file).evidence if item.field == field]


def test_drafting_copies_the_letter_next_to_the_record(review: Review, file: Path) -> None:
    assert (review.folder.root / "letter.txt").read_bytes() == LETTER.read_bytes()
    assert (file.parent / "letter.txt").read_bytes() == LETTER.read_bytes()
    assert file.relative_to(review.folder.root).parts[0] == "records"


def test_the_least_certain_statement_comes_first(tab: Tab) -> None:
    states = [present(card.get("class")).split()[1] for card in elements(tab.page, "//article")]
    order = ["wrong", "guess", "probable", "open", "unsourced", "certain", "reviewed", "unknown"]
    assert states == sorted(states, key=order.index)
    assert states[0] == "probable"


def test_a_card_is_as_uncertain_as_the_least_certain_of_its_values(tab: Tab, file: Path) -> None:
    guess = "- {field: parts.original.kind, basis: inferred, rule: tei-text, confidence: guess}\n"
    file.write_text(file.read_text().replace("\nevidence:\n", f"\nevidence:\n  {guess}"))
    tab.load()
    assert "guess" in tab.text("//article[@data-field='parts.original'][@data-to-read]/h3")
    assert tab.do("accept", field="parts.original") == 200
    assert "reviewed" in tab.text("//article[@data-field='parts.original']/h3")


def test_an_editorial_note_without_words_is_refused(tab: Tab, file: Path) -> None:
    before, note = file.read_bytes(), {"kind": "editorial", "text": " "}
    asked = {"field": "translation_notes.", "at": "0:0:7"}
    assert tab.do("annotate", **asked, values=note) == 422
    assert "Write in “Text” what" in tab.text("//form[@data-do='annotate']")
    assert file.read_bytes() == before
    assert tab.do("annotate", **asked, values=note | {"kind": "illegible"}) == 200
    (made,) = [one for one in record(file).translation_notes if one.kind == "illegible"]
    assert tab.do("correct", field=f"translation_notes.{made.id}", values=note) == 422


def comments(file: Path) -> list[str]:
    return re.findall("^ *#.*", file.read_text(), re.MULTILINE)


def test_accepting_writes_the_reviewers_evidence_and_removes_the_comment(
    tab: Tab, file: Path
) -> None:
    own = "# A remark of the archivist.\n"
    file.write_text(file.read_text().replace("sender:", f"{own}sender:"))
    tab.load()
    before = comments(file)
    assert tab.do("accept", field="sender") == 200
    after = file.read_text()
    guess = "# probable: the body that speaks in the first sentence"
    assert guess in before
    assert comments(file) == [one for one in before if one != guess]
    drafted, accepted = grounds(file, "sender")
    assert drafted.confidence == "probable"
    assert accepted.basis == "supplied"
    assert record(file).agent(accepted.agent).name == "Jane Doe"
    assert "reviewed" in tab.text("//article[@data-field='sender']/h3")
    assert tab.do("accept", field="sender") == 200
    assert file.read_text() == after


def test_a_correction_replaces_the_drafted_evidence_and_notes_the_old_value(
    tab: Tab, file: Path
) -> None:
    assert tab.do("correct", field="date", values={"edtf": "1960-07-19"}) == 200
    made = record(file)
    assert made.date is not None
    assert (made.date.edtf, made.date.as_written) == ("1960-07-19", "18 July 1960")
    (ground,) = grounds(file, "date")
    assert ground.at.exact == "18 July 1960"
    assert "it said “1960-07-18 (“18 July 1960”)”" in ground.note


def test_a_field_that_is_entered_is_no_longer_listed_as_open(tab: Tab, file: Path) -> None:
    assert comments(file)[1].endswith(": place.")
    tab.do("correct", field="place", values={"name": "Moscow"})
    assert not any("place" in line for line in comments(file))


def test_a_corrected_name_or_date_changes_the_composed_title(tab: Tab, file: Path) -> None:
    assert record(file).title == "Letter, CC CPSU to CC SED, 18 July 1960"
    tab.do("accept", field="title")
    tab.do("correct", field="date", values={"edtf": "1960-07-19"})
    tab.do(
        "correct", field="agents.cc-sed", values={"name": "Central Board", "kind": "organization"}
    )
    assert record(file).title == "Letter, CC CPSU to Central Board, 19 July 1960"
    (ground,) = grounds(file, "title")
    assert ground.rule == "title-from-parts"
    tab.do("correct", field="title", values={"self": "My title"})
    tab.do("correct", field="date", values={"edtf": "1960-07-20"})
    assert record(file).title == "My title"


def test_a_correction_keeps_the_statement_of_another_person(
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


def test_an_invalid_value_is_not_written_and_the_field_shows_the_error(
    tab: Tab, file: Path
) -> None:
    before = file.read_bytes()
    assert tab.do("correct", field="date", values={"edtf": "1960-13-19"}) == 422
    assert file.read_bytes() == before
    (entered,) = strings(tab.page, "//article[@data-field='date']//input[@name='edtf']/@value")
    assert entered == "1960-13-19"
    assert "no month 13" in tab.text("//article[@data-field='date']//*[@class='findings']")
    assert tab.do("correct", field="date", values={"edtf": "1960-12"}, trial=True) == 200
    assert file.read_bytes() == before


def test_a_tab_with_an_old_state_does_not_overwrite_a_change(review: Review, file: Path) -> None:
    one, other = Tab(review), Tab(review)
    assert one.do("accept", field="sender") == 200
    kept = file.read_bytes()
    assert other.do("correct", field="sender", values={"self": []}) == 409
    assert file.read_bytes() == kept
    assert "reviewed" in other.text("//article[@data-field='sender']/h3")
    assert other.do("accept", field="date") == 200


def test_a_record_changed_by_another_program_is_not_overwritten(tab: Tab, file: Path) -> None:
    changed = file.read_text().replace("CC SED, 18", "SED, 18")
    file.write_text(changed)
    assert tab.do("accept", field="sender") == 409
    assert file.read_text() == changed
    assert tab.client.get(f"/letters/{tab.key}/state").json() == {"seen": tab.seen}


def test_undo_and_redo_restore_every_byte(tab: Tab, file: Path) -> None:
    states = [file.read_bytes()]
    for change in (
        {"doing": "accept", "field": "sender"},
        {"doing": "unknown", "field": "salutation"},
        {"doing": "quote", "field": "date", "at": "0:5080:5092"},
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


def test_the_number_of_changes_that_can_be_undone_is_limited(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_editor, "MOST_UNDONE", 1)
    assert tab.do("accept", field="sender") == 200
    assert tab.do("unknown", field="salutation") == 200
    assert [tab.do("undo"), tab.do("undo")] == [200, 400]


def test_undo_does_not_undo_a_change_by_another_program(tab: Tab, file: Path) -> None:
    tab.do("accept", field="sender")
    file.write_bytes(file.read_bytes() + b"# mine\n")
    kept = file.read_bytes()
    tab.load()
    assert tab.do("undo") == 409
    assert file.read_bytes() == kept


def test_a_file_that_became_invalid_is_reported_and_left_alone(tab: Tab, file: Path) -> None:
    file.write_text("id: [x\n")
    tab.load()
    assert not elements(tab.page, "//article")
    assert elements(tab.page, "//*[@id='loose']//p")
    assert tab.do("accept", field="sender") == 400
    assert file.read_text() == "id: [x\n"


def outcome_of(tab: Tab, step: str, **more: Any) -> str:
    """Run a step of the package and return the outcome that the page shows."""
    answer = tab.client.post(f"/letters/{tab.key}/work", json={"step": step} | more)
    if answer.status_code != 200:
        return str(answer.json()["message"])
    while "data-running" in answer.text:
        time.sleep(0.02)
        answer = tab.client.get(f"/letters/{tab.key}/package")
    tab.page = html.fromstring(answer.text)
    outcomes = elements(tab.page, "//*[contains(@class, 'outcome')]")
    return " ".join(content(outcomes[-1]).split())


def test_a_record_is_checked_built_verified_and_deposited(review: Review, tab: Tab) -> None:
    root = review.folder.root
    assert "No errors" in outcome_of(tab, "check")
    assert "Built" in outcome_of(tab, "build")
    (package,) = (root / "packages").glob("[!.]*")
    assert "identical package is there already" in outcome_of(tab, "build")
    assert "Complete and valid" in outcome_of(tab, "verify")
    target = f"ocfl:{root / 'archive'}"
    assert "no plan for this deposit" in outcome_of(tab, "deposit", to=target)
    assert "Nothing has been sent" in outcome_of(tab, "plan", to=target)
    assert "archive (a new OCFL root)" in tab.text("//*[@id='package']")
    assert not (root / "archive").exists()
    assert "no plan for this deposit" in outcome_of(tab, "deposit", to=f"ocfl:{root / 'elsewhere'}")
    assert "The copy is identical to the package" in outcome_of(tab, "deposit", to=target)
    assert list(package.parent.glob("*.receipts/*.json"))
    outcome_of(tab, "plan", to=target)
    assert "already has exactly this package" in tab.text("//*[@id='package']")
    assert "Nothing was sent. Its files were verified" in outcome_of(tab, "deposit", to=target)
    page = tab.client.get(f"/letters/{tab.key}/page")
    assert "Complete and valid" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts;")


def test_a_package_that_differs_is_replaced_only_on_request(review: Review, tab: Tab) -> None:
    outcome_of(tab, "build")
    (package,) = (review.folder.root / "packages").glob("[!.]*")
    before = (package / "data/record.json").read_bytes()
    tab.do("accept", field="sender")
    tab = Tab(Review(review.folder, review.reviewer))  # a later review did not build it
    assert "exists and differs" in outcome_of(tab, "build")
    assert (package / "data/record.json").read_bytes() == before
    assert elements(tab.page, "//*[@id='w-replace']")
    assert "replaces the earlier one" in outcome_of(tab, "build", replace=True)
    assert (package / "data/record.json").read_bytes() != before


def test_a_package_that_this_review_built_is_replaced_after_a_correction(
    review: Review, tab: Tab
) -> None:
    outcome_of(tab, "build")
    tab.do("accept", field="sender")
    assert "replaces the earlier one" in outcome_of(tab, "build")
    (package,) = (review.folder.root / "packages").glob("[!.]*")
    (package / "tagmanifest-sha512.txt").write_text("of another program")
    tab.do("accept", field="date")
    assert "exists and differs" in outcome_of(tab, "build")


def test_a_failed_step_reports_its_reason(tab: Tab, file: Path) -> None:
    assert "is not the address" in outcome_of(tab, "plan", to="archive")
    assert "not the address of a known repository" in outcome_of(tab, "plan", to="nowhere:x")
    assert "publish is not a step" in outcome_of(tab, "publish")
    (file.parent / "letter.txt").write_text("Another letter.\n")
    assert " errors." in outcome_of(tab, "check")
    assert "was not built" in outcome_of(tab, "build")
    assert "letter.txt has changed" in tab.text("//*[@id='package']")


def test_the_package_is_never_in_the_folder_of_the_record(letter: Path) -> None:
    opened = OpenedFolder(letter)
    (editor,) = opened.editors().values()
    assert opened.packages_of(editor) == letter.parents[1] / "packages"


def test_drafted_letters_are_listed_with_the_least_certain_first(tmp_path: Path) -> None:
    for name, signed in (("sure", "A. Lind"), ("unsure", "")):
        text = f"Uppsala, 4 March 1912\n\nDear Moe,\n\nThe {name} plates.\n\nYours,\n\n{signed}\n"
        (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "packages" / "x").mkdir(parents=True)
    (tmp_path / "packages" / "x" / "bagit.txt").write_text("")
    (tmp_path / "packages" / "x" / "no.txt").write_text("Dear Moe,\n")
    opened = OpenedFolder(tmp_path)
    client = TestClient(Review(opened, Reviewer("x")).app(), base_url="http://127.0.0.1:8000")
    page = html.fromstring(client.get("/").text)
    keys = strings(page, "//*[@data-draft]/@data-draft")
    assert len(keys) == 2
    made = [client.post("/draft", json={"key": key}).json()["key"] for key in keys]
    assert opened.letters()[1] == []
    entries = Selection().of(opened.entries())
    assert [entry.worst for entry in entries] == sorted(entry.worst for entry in entries)
    assert {entry.key for entry in entries} == set(made)
    assert client.post("/draft", json={"key": keys[0]}).status_code == 400
    first = client.get(f"/next/{entries[1].key}", follow_redirects=False)
    assert first.headers["location"] == f"/letters/{entries[0].key}"
    assert (tmp_path / "sure.txt").exists()


def test_a_letter_pasted_twice_has_one_record(tmp_path: Path) -> None:
    opened = OpenedFolder(tmp_path, include_undrafted=False)
    text = "Uppsala, 4 March 1912\n\nDear Moe,\n\nThe plates.\n\nA. Lind\n"
    assert opened.paste(text) == opened.paste(text)
    assert opened.paste(text + "\n") != opened.paste(text)
    assert len(opened.entries()) == 2


def test_undrafted_letters_are_listed_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear Moe,\n\nHello.\n\nA. Lind\n")
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "record.yaml").write_text("id: x\ntype: letter\ntitle: x\n")
    opened = OpenedFolder(tmp_path, include_undrafted=False)
    assert opened.letters() == ([], [])


def test_the_form_of_an_empty_field_starts_with_the_selected_words(tab: Tab, file: Path) -> None:
    tab.do("unknown", field="date")
    answer = tab.client.get(f"/letters/{tab.key}?edit=date&at=0:5079:5093")
    page = html.fromstring(answer.text)
    (edtf,) = strings(page, "//article[@data-field='date']//input[@name='edtf']/@value")
    (written,) = strings(page, "//article[@data-field='date']//input[@name='as_written']/@value")
    assert (edtf, written) == ("1960-07-18", "18 July 1960")
    values = {"edtf": edtf, "as_written": written}
    assert tab.do("correct", field="date", values=values, at="0:5079:5093") == 200
    (ground,) = grounds(file, "date")
    assert (ground.at.start, ground.at.end) == (5080, 5092)
    assert ground.value is None


def test_a_new_agent_can_be_entered_in_the_field_that_names_it(tab: Tab, file: Path) -> None:
    values = {"self": ["cc-sed"], "self+name": "Otto Grotewohl", "self+kind": "person"}
    assert tab.do("correct", field="recipients", values=values) == 200
    made = record(file)
    assert made.names(made.recipients).endswith("; Otto Grotewohl")
    assert grounds(file, f"agents.{made.recipients[1]}")[0].basis == "supplied"


def test_removing_an_agent_removes_all_references_to_it(tab: Tab, file: Path) -> None:
    (signer,) = record(file).signatories
    assert tab.do("remove", field=f"agents.{signer}") == 200
    made = record(file)
    assert made.signatories == ()
    assert signer not in {agent.id for agent in made.agents}


def test_describing_a_part_keeps_its_other_values(tab: Tab, file: Path) -> None:
    before = record(file).part("letter")
    assert tab.do("correct", field="parts.letter", values={"title": "In English"}) == 200
    after = record(file).part("letter")
    assert after == before.model_copy(update={"title": "In English"})


@pytest.mark.parametrize(
    "change",
    [
        {"doing": "accept", "field": "custody"},
        {"doing": "accept", "field": "nothing.there"},
        {"doing": "remove", "field": "agents.nobody"},
        {"doing": "quote", "field": "date"},
        {"doing": "quote", "field": "date", "at": "0:5:5"},
        {"doing": "quote", "field": "date", "at": "0:0:999999"},
        {"doing": "quote", "field": "date", "at": "7:0:5"},
        {"doing": "quote", "field": "date", "at": "x"},
        {"doing": "annotate", "field": "translation_notes."},
        {"doing": "publish", "field": "date"},
        {"doing": "redo"},
    ],
)
def test_an_impossible_change_is_refused_with_a_message(
    tab: Tab, file: Path, change: dict[str, Any]
) -> None:
    before = file.read_bytes()
    assert tab.do(**change) == 400
    assert tab.answer.json()["message"]
    assert file.read_bytes() == before


LISTED = """id: AA-12-39
type: letter
title: Letter, ZK der SED to MfAA, “4/5/60”
identifiers: [{scheme: local, value: AA 12/39}]
sender: [sed]
recipients: [mfaa]
date: {as_written: 4/5/60}
agents:
- {id: sed, name: ZK der SED, kind: organization}
- {id: mfaa, name: MfAA, kind: organization}
- {id: huber, name: "Huber, Eva", kind: person}
evidence:
- {field: title, basis: inferred, rule: title-from-parts}
- {field: date, basis: supplied, agent: huber, note: row 43}
- {field: identifiers, basis: supplied, agent: huber, note: row 43}
- {field: sender, basis: supplied, agent: huber, note: row 43}
"""


@pytest.fixture
def listed(tmp_path: Path) -> Tab:
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter/record.yaml").write_text(LISTED)
    reviewer = Reviewer("Jane Doe", confirmed=True)
    review = Review(OpenedFolder(tmp_path / "letter"), reviewer)
    tab, (key,) = Tab(review), review.folder.editors()
    tab.take(tab.client.get(f"/letters/{key}"))
    return tab


def test_a_correction_of_a_letter_of_a_list_leaves_its_names_as_they_are(
    listed: Tab, tmp_path: Path
) -> None:
    assert listed.do("correct", field="recipients", values={"self": []}) == 200
    file = tmp_path / "letter/record.yaml"
    assert record(file).title == "Letter from ZK der SED, “4/5/60”"
    assert listed.do("correct", field="date", values={"edtf": "1960-05-04"}) == 200
    assert record(file).title == "Letter from ZK der SED, 4 May 1960"
    theirs, mine = grounds(file, "date")
    assert theirs.value == "4/5/60"
    assert "it said “4/5/60”" in mine.note


def test_an_item_is_supported_by_the_evidence_of_its_list(listed: Tab) -> None:
    assert "supplied" in listed.text("//article[@data-field='identifiers.0']/h3")


def test_a_date_that_is_not_read_comes_first_with_its_readings(listed: Tab) -> None:
    assert strings(listed.page, "//article/@data-field")[0] == "date"
    shown = listed.text("//article[@data-field='date']")
    assert "not read" in shown
    assert "or 5 April 1960 or 4 May 1960." in shown


@pytest.mark.parametrize(
    ("entered", "edtf"),
    [("4. Mai 1960", "1960-05-04"), ("about 1960", "1960~"), ("1960-05", "1960-05")],
)
def test_a_date_can_be_entered_in_words(
    listed: Tab, tmp_path: Path, entered: str, edtf: str
) -> None:
    assert listed.do("correct", field="date", values={"edtf": "4/5/60"}) == 422
    assert listed.do("correct", field="date", values={"edtf": entered}) == 200
    made = record(tmp_path / "letter/record.yaml").date
    assert made
    assert made.edtf == edtf
