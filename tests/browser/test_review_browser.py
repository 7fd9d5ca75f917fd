"""The review in a browser: every action by mouse and by keyboard, and the file after each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive_pkg import load_record, open_package, verify
from program import run_here, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page, Request

    from browsing import Server

LETTER = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed/letter-1960-07-18.txt"


@pytest.fixture
def review(serve: Callable[..., Server], tmp_path: Path, page: Page) -> Server:
    """A review of the first letter, with its page open."""
    shutil.copy(LETTER, tmp_path / "letter.txt")
    server = serve("letter.txt")
    page.goto(server.url)
    page.wait_for_selector(".card.current")
    return server


def enter(page: Page, server: Server) -> None:
    """Open the review, and wait for its page and scripts."""
    page.goto(server.url)
    page.wait_for_selector("#letters")
    page.wait_for_load_state("networkidle")


def card(page: Page, field: str) -> Locator:
    return page.locator(f'article[data-field="{field}"]')


def said(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.getElementById('said').textContent.includes(text)", arg=text
    )


def current(page: Page) -> str:
    return page.locator(".card.current").get_attribute("data-field") or ""


def go(page: Page, field: str) -> None:
    """Go to a field by keyboard."""
    for _ in range(80):
        if current(page) == field:
            return
        page.keyboard.press("j")
    raise AssertionError(f"{field} is not reached")


def press(button: Locator) -> None:
    """Move the pointer to a button and click, as a person does."""
    button.page.mouse.move(1, 1)
    button.click()


def mark(page: Page, words: str) -> None:
    """Select words with the mouse: from the left of the first to the right of the last."""
    box = page.evaluate(
        """words => {
          const text = document.querySelector('.text');
          const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + words.length);
            walker.currentNode.parentElement.scrollIntoView({block: 'center'});
            const all = [...range.getClientRects()], a = all[0], z = all[all.length - 1];
            return [a.left, a.top + a.height / 2, z.right, z.top + z.height / 2];
          }
        }""",
        words,
    )
    page.mouse.move(box[0] + 1, box[1])
    page.mouse.down()
    page.mouse.move(box[2] - 1, box[3], steps=5)
    page.mouse.up()


def test_the_token_leaves_the_address_bar_and_the_cookie_is_strict(
    review: Server, page: Page, watched: Callable[..., BrowserContext]
) -> None:
    assert "token" not in page.url
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_a_field_is_accepted_by_mouse(review: Server, page: Page) -> None:
    card(page, "sender").get_by_role("button", name="Accept").click()
    said(page, "Saved: sender accepted")
    assert [item.basis for item in review.grounds("sender")] == ["quoted", "supplied"]
    assert current(page) != "sender"


@pytest.mark.parametrize("pause", [60, 250, 900])
@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("agents", "Quote"),
        ("place", "Quote"),
        ("sender", "Accept"),
        ("sender", "Correct"),
    ],
)
def test_a_second_click_in_the_same_place_does_nothing(
    review: Server, page: Page, field: str, name: str, pause: int
) -> None:
    sent: list[str] = []

    def note(asked: Request) -> None:
        if asked.method == "POST":
            sent.append(asked.url)

    page.on("request", note)
    one = page.locator(f'article[data-field^="{field}"]').first
    one.locator("h3").click()
    mark(page, "Comrades")
    button = one.get_by_role("button", name=name)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    for count in (1, 2 if pause < 500 else 1):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        page.wait_for_timeout(pause)

    def is_sent() -> bool:
        if not sent:
            page.wait_for_timeout(20)
        return bool(sent)

    asked_for_a_form = name == "Correct" or field == "place"
    if asked_for_a_form:
        page.wait_for_selector("form.form")
    else:
        wait_until(is_sent)
    page.wait_for_timeout(200)  # nothing else happens
    assert len(sent) == (0 if asked_for_a_form else 1)
    assert page.locator("form.form").count() == asked_for_a_form


def press_twice(page: Page, name: str, pause: int) -> None:
    """Press a button twice in the same place, as a double click or after a pause."""
    button = page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    page.mouse.move(1, 1)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2 if pause < 500 else 1):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        page.wait_for_timeout(pause)


@pytest.mark.parametrize("pause", [60, 600])
def test_every_button_that_is_pressed_twice_works_once(
    serve: Callable[..., Server], tmp_path: Path, page: Page, pause: int
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"Uppsala, 4 March 1912\n\nDear Moe,\n\n{name}\n")
    sent: list[str] = []

    def note(asked: Request) -> None:
        if asked.method == "POST":
            sent.append(asked.url)

    page.on("request", note)

    def twice(name: str, outcome: str) -> None:
        sent.clear()
        press_twice(page, name, pause)
        page.locator(outcome if outcome[0] == "#" else f"#said:has-text('{outcome}')").wait_for()
        page.wait_for_load_state("networkidle")
        assert [url.rpartition("/")[2] for url in sent] == (
            ["draft"] * 2 if name == "Draft all 2" else [sent[0].rpartition("/")[2]]
        )
        assert not page.locator("#said.bad").count()

    enter_at = serve(".").url
    page.goto(enter_at)
    page.wait_for_load_state("networkidle")
    twice("Draft all 2", "#rows tr + tr")
    page.get_by_label("The document's text").fill("Uppsala, 5 March 1912\n\nDear Moe,\n\nHello.\n")
    twice("Create draft", "#cards")
    assert len(list(tmp_path.rglob("record.yaml"))) == 3
    for name, outcome in (
        ("Check", "No errors"),
        ("Build", "Built."),
        ("Verify", "Complete"),
        ("Show plan", "Nothing has been sent"),
        ("Deposit now", "Deposited"),
    ):
        twice(name, outcome)
    page.get_by_role("link", name="All documents").click()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Select all that are shown").check()
    for name, outcome in (
        ("Check", "3 of 3 letters checked"),
        ("Build packages", "3 of 3 letters built"),
        ("Verify packages", "3 of 3 letters verified"),
        ("Make the site", "3 letters on the site"),
    ):
        twice(name, outcome)
    page.get_by_text("Deposit", exact=True).click()
    twice("Show plan", "already deposited")
    twice("Deposit now", "already deposited")
    page.get_by_text("Set a value").click()
    page.get_by_label("Value", exact=True).fill("State Archive")
    twice("Set", "3 letters")
    page.get_by_label("Also replace other values").check()
    page.get_by_label("Value", exact=True).fill("City Archive")
    twice("Set", "3 letters")
    for path in tmp_path.rglob("record.yaml"):
        assert load_record(path).holdings[0].repository == "City Archive"
    assert len(list((tmp_path / "archive").rglob("inventory.json"))) == 3 * 2
    twice("End the review", "The review has ended")


def test_buttons_do_not_move_when_a_field_is_accepted(review: Server, page: Page) -> None:
    def places() -> dict[str, float]:
        buttons = card(page, "sender").locator(".acts.fixed button").all()
        boxes = {button.inner_text(): button.bounding_box() for button in buttons}
        assert all(boxes.values())
        return {name: box["x"] for name, box in boxes.items() if box}

    before = places()
    card(page, "sender").get_by_role("button", name="Accept").click()
    said(page, "Saved: sender accepted")
    assert places() == before
    assert card(page, "sender").get_by_role("button", name="Accept").is_disabled()


def test_all_reviewed_appears_only_after_a_person_reviewed_every_statement(
    review: Server, page: Page
) -> None:
    for _ in range(60):
        waiting = page.locator(
            '[data-do="accept"]:enabled, .value.none ~ .acts [data-do="unknown"]:enabled'
        )
        if not waiting.count():
            break
        assert "All reviewed" not in page.locator("header").inner_text()
        field = waiting.first.locator("xpath=ancestor::article").get_attribute("data-field")
        press(waiting.first)
        page.wait_for_selector(f'article[data-field="{field}"] [data-do="accept"]:disabled')
    assert "All reviewed" in page.locator("header").inner_text()


def test_a_failure_to_save_shows_its_message(review: Server, page: Page) -> None:
    record = review.file
    away = record.rename(record.with_name("elsewhere"))
    card(page, "sender").get_by_role("button", name="Accept").click()
    said(page, "no such file")
    away.rename(record)


def test_a_field_is_accepted_by_keyboard(review: Server, page: Page) -> None:
    go(page, "sender")
    page.keyboard.press("a")
    said(page, "Saved: sender accepted")
    assert review.grounds("sender")[-1].agent == "reviewer-jane-doe"


def test_a_field_is_corrected_by_mouse(review: Server, page: Page) -> None:
    card(page, "date").get_by_role("button", name="Correct").click()
    page.get_by_label("Date, year first").fill("1960-07-19")
    card(page, "date").get_by_role("button", name="Save").click()
    said(page, "Saved: date entered")
    assert review.record.date is not None
    assert review.record.date.edtf == "1960-07-19"


def test_a_form_is_checked_while_typing(review: Server, page: Page) -> None:
    before = review.file.read_bytes()
    go(page, "date")
    page.keyboard.press("c")
    page.wait_for_selector("article[data-field=date] input")
    page.keyboard.press("Control+a")
    page.keyboard.type("1960-13-19")
    page.wait_for_selector("article[data-field=date] .finding.error")
    assert "no month 13" in card(page, "date").inner_text()
    assert page.locator("[aria-invalid=true]").count()
    assert review.file.read_bytes() == before
    page.keyboard.press("Enter")
    said(page, "Not saved")
    assert review.file.read_bytes() == before
    assert page.locator("article[data-field=date] [name=edtf]").input_value() == "1960-13-19"
    page.keyboard.press("Control+a")
    page.keyboard.type("1960-12-19")
    page.keyboard.press("Enter")
    said(page, "Saved: date entered")
    assert review.record.date is not None
    assert review.record.date.edtf == "1960-12-19"


def test_leaving_a_form_with_escape_changes_nothing(review: Server, page: Page) -> None:
    before = review.file.read_bytes()
    go(page, "date")
    page.keyboard.press("c")
    page.wait_for_selector("article[data-field=date] input")
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")
    page.wait_for_selector("article[data-field=date] [data-edit]")
    assert review.file.read_bytes() == before
    assert current(page) == "date"


def test_selected_words_become_evidence_by_mouse(review: Server, page: Page) -> None:
    card(page, "sender").locator("h3").click()
    mark(page, "CC of the CPSU and the Soviet Government")
    page.wait_for_selector("#chosen:text('CPSU and')")
    page.get_by_role("button", name="Quote for Sender").click()
    said(page, "Saved: sender has the selected words as evidence")
    (ground,) = review.grounds("sender")
    assert ground.basis == "quoted"
    assert ground.at is not None
    assert ground.at.exact == "CC of the CPSU and the Soviet Government"
    text = LETTER.read_text(encoding="utf-8")
    assert text[ground.at.start : ground.at.end] == ground.at.exact


def test_selected_words_become_evidence_by_keyboard(review: Server, page: Page) -> None:
    go(page, "salutation")
    page.keyboard.press("t")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#chosen", has_text="Selected").wait_for()
    chosen = page.locator("#chosen").inner_text()
    page.keyboard.press("e")
    said(page, "Saved: salutation has the selected words as evidence")
    (ground,) = review.grounds("salutation")
    assert ground.at is not None
    assert " ".join(ground.at.exact.split()) in chosen


def test_an_open_field_is_entered_from_selected_words(review: Server, page: Page) -> None:
    go(page, "place")
    mark(page, "China")
    page.keyboard.press("e")
    page.wait_for_selector("article[data-field=place] form")
    assert page.locator("article[data-field=place] [name=name]").input_value() == "China"
    page.keyboard.press("Enter")
    said(page, "Saved: place entered")
    assert review.record.place is not None
    assert review.record.place.name == "China"
    (ground,) = review.grounds("place")
    assert ground.at is not None
    assert ground.at.exact == "China"


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_note_is_added_at_the_selected_words(review: Server, page: Page, how: str) -> None:
    mark(page, "approximately 1500 specialists")
    if how == "mouse":
        page.get_by_role("button", name="Add a note").click()
        page.locator("form [name=text]").fill("Other sources say 1,390.")
        page.get_by_role("button", name="Save").click()
    else:
        page.keyboard.press("n")
        page.wait_for_selector("form [name=text]:focus")
        page.keyboard.type("Other sources say 1,390.")
        page.keyboard.press("Control+Enter")
    said(page, "Saved: translation notes")
    (note,) = [one for one in review.record.translation_notes if one.kind == "editorial"]
    assert note.at.exact == "approximately 1500 specialists"
    assert note.text == "Other sources say 1,390."
    field = f"translation_notes.{note.id}"
    assert review.grounds(field)[0].agent == "reviewer-jane-doe"
    assert page.locator(f".q[data-for~='s-translation_notes-{note.id}']").count()


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_field_is_marked_as_unknown(review: Server, page: Page, how: str) -> None:
    if how == "mouse":
        card(page, "salutation").get_by_role("button", name="Unknown").click()
    else:
        go(page, "salutation")
        page.keyboard.press("u")
    said(page, "Saved: salutation marked as unknown")
    assert review.record.salutation is None
    (ground,) = review.grounds("salutation")
    assert ground.value == "unknown"
    assert "Dear Comrades!" in (ground.note or "")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_change_is_undone_and_redone(review: Server, page: Page, how: str) -> None:
    states = [review.file.read_bytes()]
    page.keyboard.press("a")
    said(page, "accepted")
    states.append(review.file.read_bytes())

    def press(name: str, key: str) -> None:
        if how == "mouse":
            page.get_by_role("button", name=name).click()
        else:
            page.keyboard.press(key)

    press("Undo", "z")
    said(page, "Undone")
    assert review.file.read_bytes() == states[0]
    press("Redo", "y")
    said(page, "Redone")
    assert review.file.read_bytes() == states[1]


@pytest.mark.parametrize("count", [1, 2])
def test_a_double_click_on_undo_undoes_one_change(review: Server, page: Page, count: int) -> None:
    states = [review.file.read_bytes()]
    for _ in range(count):
        page.keyboard.press("a")
        said(page, "accepted")
        page.wait_for_timeout(150)
        states.append(review.file.read_bytes())
    page.get_by_role("button", name="Undo").dblclick()
    said(page, "Undone")
    page.wait_for_timeout(200)  # nothing else happens
    said(page, "Undone")
    assert review.file.read_bytes() == states[-2]


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_an_item_is_removed(review: Server, page: Page, how: str) -> None:
    if how == "mouse":
        card(page, "mentioned_places.0").get_by_role("button", name="Remove").click()
    else:
        go(page, "mentioned_places.0")
        page.keyboard.press("u")
    said(page, "removed")
    assert [place.name for place in review.record.mentioned_places] == ["Beijing", "Soviet Union"]
    assert len(review.grounds("mentioned_places.0")) == 1


def test_a_tab_with_an_old_page_does_not_overwrite_a_change(review: Server, page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".card.current")
    other.clock.install()  # it does not poll for changes
    page.keyboard.press("a")
    said(page, "accepted")
    kept = review.file.read_bytes()
    card(other, "closing").get_by_role("button", name="Unknown").click()
    other.get_by_role("dialog").get_by_text("Nothing was overwritten").wait_for()
    assert review.file.read_bytes() == kept
    other.get_by_role("button", name="Discard my change").click()
    assert review.file.read_bytes() == kept
    assert "reviewed" in card(other, "sender").inner_text()
    card(other, "closing").get_by_role("button", name="Unknown").click()
    said(other, "Saved")
    assert review.record.closing is None
    assert len(review.grounds("sender")) == 2


def test_a_change_is_applied_again_after_another_program_wrote_the_record(
    review: Server, page: Page
) -> None:
    page.clock.install()
    changed = review.file.read_text().replace("closing: With", "closing: WITH")
    review.file.write_text(changed)
    page.keyboard.press("a")
    page.get_by_role("button", name="Apply my change").click()
    said(page, "accepted")
    assert "closing: WITH" in review.file.read_text()
    assert len(review.grounds("sender")) == 2


def test_the_page_shows_what_another_program_wrote(review: Server, page: Page) -> None:
    changed = review.file.read_text().replace("closing: With", "closing: WITH")
    review.file.write_text(changed)
    said(page, "Another tab or program has changed the record")
    assert "WITH communist" in card(page, "closing").inner_text()


def test_all_keyboard_shortcuts_are_listed(review: Server, page: Page) -> None:
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts").inner_text()
    source = (
        Path(__file__).parents[2] / "src/archive_pkg/web/templates/review/review.js"
    ).read_text()
    known = re.search(r"const keys = \{(.*?)\n\};", source, re.DOTALL)
    assert known
    for key in re.findall(r'(?:^|[ \n])"?([a-zA-Z?])"?: \(', known[1]):
        assert key in listed.split() or f"{key} " in listed


def test_the_reviewers_name_is_asked_for_once(
    serve: Callable[..., Server], tmp_path: Path, page: Page
) -> None:
    shutil.copy(LETTER, tmp_path / "letter.txt")
    server = serve("letter.txt", reviewer="")
    page.goto(server.url)
    page.get_by_label("Your name").fill("Мария Ω")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("#who:not([open])", state="attached")
    page.keyboard.press("a")
    said(page, "accepted")
    made = server.record
    (reviewer,) = [agent for agent in made.agents if agent.id.startswith("reviewer-")]
    assert reviewer.name == "Мария Ω"
    page.reload()
    page.wait_for_selector(".card.current")
    assert not page.locator("dialog[open]").count()


def test_a_pasted_letter_is_reviewed_built_verified_and_deposited(
    serve: Callable[..., Server], tmp_path: Path, page: Page
) -> None:
    server = serve()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter(page, server)
    lines = ["Uppsala, 4 March 1912", "Dear Moe,", "The plates 📷 have arrived.", "A. Lind"]
    letter = "\r\n\r\n".join(lines) + "\r\n"
    page.get_by_label("The document's text").focus()
    page.evaluate("text => navigator.clipboard.writeText(text)", letter)
    page.keyboard.press("Control+v")
    page.get_by_role("button", name="Create draft").click()
    page.wait_for_selector(".card.current")
    assert (server.file.parent / "letter.txt").read_bytes() == letter.encode()
    page.get_by_role("button", name="Package").click()
    for step, outcome in (
        ("Check", "No errors"),
        ("Build", "Built"),
        ("Verify", "Complete"),
    ):
        page.get_by_role("button", name=step, exact=True).click()
        said(page, outcome)
    package = tmp_path / "packages" / server.record.id
    assert verify(package).ok
    assert open_package(package).record.sender
    with page.expect_popup() as opened:
        page.get_by_role("link", name="View page").click()
    shown = opened.value
    assert "The plates" in shown.locator("main").inner_text()
    assert "Complete and valid" in shown.locator("header").inner_text()
    page.get_by_role("button", name="Show plan").click()
    said(page, "Nothing has been sent yet")
    assert not (tmp_path / "archive").exists()
    page.get_by_role("button", name="Deposit now").click()
    said(page, "Deposited")
    assert list((tmp_path / "archive").rglob("inventory.json"))
    assert list(tmp_path.rglob("*.receipts/*.json"))


def test_a_text_can_be_entered_while_the_records_of_a_folder_are_read(
    serve: Callable[..., Server], tmp_path: Path, page: Page, until: Callable[[Page, str], None]
) -> None:
    for number in range(1500):
        (folder := tmp_path / f"records/l{number}").mkdir(parents=True)
        (folder / "record.yaml").write_text(f"id: l{number}\ntype: letter\ntitle: T\n")
    page.goto(serve("records").url)
    page.wait_for_selector("#listed[data-unread]")
    page.get_by_label("The document's text").fill("Dear Moe,")
    page.get_by_label("Select all that are shown").check()
    until(page, "!document.querySelector('#listed[data-unread]')")
    assert page.get_by_label("The document's text").input_value() == "Dear Moe,"
    assert page.locator("#rows input:checked").count() == 1500


def test_a_package_from_elsewhere_is_replaced_only_by_its_button(
    review: Server, page: Page, tmp_path: Path
) -> None:
    assert run_here("build", review.file.parent, "--out", tmp_path / "packages").returncode == 0
    card(page, "sender").get_by_role("button", name="Accept").click()
    said(page, "Saved: sender accepted")
    press(page.get_by_role("button", name="Build", exact=True))
    replace = page.get_by_role("button", name="Replace the package")
    replace.wait_for()
    press(replace)
    said(page, "The package replaces the earlier one")
    assert verify(tmp_path / "packages" / review.record.id).ok


def test_the_steps_of_the_tutorial_work(
    serve: Callable[..., Server], tmp_path: Path, page: Page
) -> None:
    tutorial = (Path(__file__).parents[2] / "docs/tutorial/first-letter.md").read_text()
    letter = re.findall(r"```text\n(.*?)```", tutorial, re.DOTALL)[0]
    (command,) = re.findall(r"^```sh\n(archive-pkg review)\n```", tutorial, re.MULTILINE)
    server = serve(*command.split()[2:], reviewer="")
    page.goto(server.url)
    page.get_by_role("textbox", name="Your name").fill("Jane Doe")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("The document's text").fill(letter)
    page.get_by_role("button", name="Create draft").click()
    page.wait_for_selector(".card.current")
    while page.locator("[data-to-read]").count():
        waiting = page.locator("[data-to-read]").first
        field = waiting.get_attribute("data-field")
        accepts = waiting.get_by_role("button", name="Accept")
        press(accepts if accepts.is_enabled() else waiting.get_by_role("button", name="Unknown"))
        page.wait_for_selector(f"article[data-field='{field}']:not([data-to-read])")
    assert "No uncertain statements" in page.locator("header").inner_text()
    card(page, "date").locator("h3").click()
    mark(page, "4 March 1912")
    card(page, "date").get_by_role("button", name="Quote").click()
    said(page, "date has the selected words as evidence")
    mark(page, "two are broken")
    page.get_by_role("button", name="Add a note").click()
    page.locator("form [name=text]").fill("They were sent again in May.")
    page.get_by_role("button", name="Save").click()
    said(page, "added")
    page.get_by_role("button", name="Package").click()
    outcomes = {"Check": "No errors", "Build": "Built", "Verify": "Complete and valid"}
    for step, outcome in outcomes.items():
        page.get_by_role("button", name=step, exact=True).click()
        said(page, outcome)
    page.get_by_role("button", name="Show plan").click()
    said(page, "Nothing has been sent yet")
    page.get_by_role("button", name="Deposit now").click()
    said(page, "Deposited")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="View page").click()
    assert "They were sent again in May." in opened.value.locator("main").inner_text()
    for name in ("records/1912-03-04-a-lind-to-moe", "packages/1912-03-04-a-lind-to-moe"):
        assert name in tutorial
        assert (tmp_path / name).is_dir()
    assert verify(tmp_path / "packages/1912-03-04-a-lind-to-moe").ok
    page.get_by_role("link", name="All documents").click()
    page.wait_for_load_state()  # until its script listens
    page.get_by_role("button", name="End the review").click()
    said(page, "You can close this tab")
    assert server.process.wait(10) == 0


def test_single_keys_stay_switched_off_in_later_reviews(
    review: Server, page: Page, serve: Callable[..., Server], tmp_path: Path
) -> None:
    page.keyboard.press("?")
    page.get_by_label("Single keys are commands").uncheck()
    page.get_by_role("button", name="Close").click()
    first = current(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert current(page) == first
    assert not page.locator("header kbd").first.is_visible()
    page.goto("about:blank")
    review.end()
    page.goto(serve("letter.txt").url)
    page.wait_for_selector(".card.current")
    page.keyboard.press("j")
    assert current(page) == first
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys are commands").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert current(page) != first


def test_every_page_of_an_ended_review_is_disabled(
    serve: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    shutil.copy(LETTER, tmp_path / "letter.txt")
    serve("letter.txt").end()
    server = serve()
    enter(page, server)
    other = page.context.new_page()
    enter(other, server)
    other.get_by_role("link", name=re.compile("Letter")).click()
    other.wait_for_selector(".card.current")
    page.get_by_role("button", name="End the review").click()
    said(page, "You can close this tab")
    assert server.process.wait(10) == 0
    said(other, "The review has ended")
    assert page.locator("#said").evaluate("each => each.getBoundingClientRect().top >= 0")
    assert page.locator("#letters").evaluate("each => each.inert")
    other.keyboard.press("c")
    assert other.locator("form.form").count() == 0


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"viewport": {"width": 320, "height": 640}},
    ],
    ids=["light", "dark", "400 %"],
)
def test_the_review_is_accessible(
    serve: Callable[..., Server],
    tmp_path: Path,
    watched: Callable[..., BrowserContext],
    axe: Callable[[Page], list[str]],
    options: dict[str, Any],
) -> None:
    shutil.copy(LETTER, tmp_path / "letter.txt")
    server = serve("letter.txt")
    page = watched(**options).new_page()
    page.goto(server.url)
    page.wait_for_selector(".card.current")
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert axe(page) == []
    assert page.evaluate(fits)
    page.keyboard.press("c")
    page.wait_for_selector("form.form")
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("form.form", state="detached")
    page.keyboard.press("?")
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="All documents").click()
    page.wait_for_selector("#rows")
    assert axe(page) == []
    assert page.evaluate(fits)
    page.wait_for_load_state("networkidle")
    (tmp_path / "list.csv").write_text("id;date;from\na;4/5/60;Anne\n")
    page.locator("#files").set_input_files([tmp_path / "list.csv", tmp_path / "letter.txt"])
    page.wait_for_selector("#arrange")
    page.get_by_text("What its columns mean").click()
    assert axe(page) == []
    assert page.evaluate(fits)


@pytest.mark.parametrize("width", [1280, 320])
def test_items_of_a_list_are_added_and_removed_in_a_form(
    review: Server, page: Page, axe: Callable[[Page], list[str]], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("summary", has_text="Add a statement").click()
    press(page.locator("[data-add='holdings.']"))
    form = card(page, "holdings.").locator("form")
    form.get_by_label("Repository").fill("State Archive")
    more = form.get_by_role("button", name="Add level")
    for name, value in (("fond", "5"), ("opis", "49"), ("delo", "327")):
        press(more)
        item = form.locator("[data-item]").last
        assert page.evaluate("document.activeElement.closest('[data-item]') !== null")
        item.get_by_label("Name").fill(name)
        item.get_by_label("Value").fill(value)
    more.dblclick()
    assert form.locator("[data-item]").count() == 4
    press(form.get_by_role("button", name="Remove this level").nth(1))
    assert form.locator("[data-item]").count() == 3
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    press(form.get_by_role("button", name="Save"))
    said(page, "Saved: holdings")
    (holding,) = review.record.holdings
    assert [(level.name, level.value) for level in holding.levels] == [
        ("fond", "5"),
        ("delo", "327"),
    ]


def test_a_field_that_the_record_does_not_have_is_entered_and_corrected(
    review: Server, page: Page
) -> None:
    page.locator("summary", has_text="Add a statement").click()
    press(page.locator("[data-add='number']"))
    press(card(page, "number").get_by_role("button", name="Cancel"))
    assert card(page, "number").count() == 0
    press(page.locator("[data-add='number']"))
    card(page, "number").get_by_label("Number").fill("17")
    press(card(page, "number").get_by_role("button", name="Save"))
    said(page, "Saved: number")
    assert page.locator("[data-add='number']").count() == 0
    assert review.record.number == "17"
    press(card(page, "type").get_by_role("button", name="Correct"))
    card(page, "type").get_by_label("Type").select_option("memorandum")
    press(card(page, "type").get_by_role("button", name="Save"))
    said(page, "Saved: type")
    assert review.record.type == "memorandum"
