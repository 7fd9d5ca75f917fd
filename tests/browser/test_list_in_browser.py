"""From a list and its files to packages and a site in the browser, as the how-to page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import verify
from archive_pkg.records import load_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from browsing import Server

HOW_TO = Path(__file__).parents[2] / "docs/how-to/list-to-packages.md"


def example(folder: Path) -> list[Path]:
    """Write the list and the files of the how-to page."""
    text = HOW_TO.read_text("utf-8")
    rows, names = re.findall(r"^```text\n(.*?)^```", text, re.S | re.M)
    files = [folder / "lettres.csv"]
    files[0].write_text(rows, encoding="utf-8")
    for name in names.splitlines():
        files.append(folder / Path(name).name)  # a file chooser does not give folders
        files[-1].write_bytes(b"\xff\xd8\xff" if name.endswith("jpg") else b"Cher Paul,\n")
    return files


def test_the_steps_in_the_browser_lead_from_a_list_to_a_site(
    serve: Callable[..., Server],
    tmp_path: Path,
    page: Page,
    axe: Callable[[Page], list[str]],
    until: Callable[[Page, str], None],
) -> None:
    (given := tmp_path / "given").mkdir()
    (home := tmp_path / "home").mkdir()
    files = example(given)
    page.goto(serve(folder=home, reviewer="Petit, Louise").url)
    page.wait_for_load_state("networkidle")
    section = (
        HOW_TO.read_text("utf-8").partition("## The same in the browser")[2].partition("##")[0]
    )
    outcomes = {
        "Build packages": "4 of 4 letters built.",
        "Verify packages": "4 of 4 letters verified.",
        "Make the site": "3 letters on the site. 1 letter left out",
    }
    clicks = 0
    for name in re.findall(r"\*([A-Z].*?)\*", section, re.S):
        clicks += 1
        if name == "Choose files":
            with page.expect_file_chooser() as chooser:
                page.get_by_text(name).click()
            chooser.value.set_files(files)
            page.wait_for_selector("#arrange")
            assert "“4/5/60” can be read as" in page.locator("main").inner_text()
            assert list(home.glob("records")) == []
        elif name == "Author of the list":
            page.get_by_label(name).fill("Petit, Louise")
            page.get_by_label(name).press("Tab")
            until(page, "!document.body.textContent.includes('no author')")
            assert axe(page) == []
        elif name == "Select all that are shown":
            page.get_by_label(name).check()
        else:
            page.get_by_role("button", name=name, exact=True).click()
            if name in outcomes:
                page.get_by_text(outcomes[name]).first.wait_for()
            else:
                page.get_by_text("4 letters added.").wait_for()
                page.wait_for_load_state("networkidle")
            if name == "Verify packages":
                assert axe(page) == []
    assert clicks == 7
    packages = sorted((home / "packages").glob("[!.]*"))
    assert [path.name for path in packages] == ["FD-3-1", "FD-3-2", "FD-3-3", "FD-3-3-2"]
    assert all(verify(path).ok for path in packages)
    assert load_record(home / "records/FD-3-1").agent("petit-louise").name == "Petit, Louise"
    letters = sorted(path.stem for path in (home / "site/letters").iterdir())
    assert letters == ["FD-3-1", "FD-3-2", "FD-3-3-2"]


def test_files_are_dropped_into_the_page_of_a_letter(
    serve: Callable[..., Server], tmp_path: Path, page: Page
) -> None:
    (tmp_path / "letter.txt").write_text("Lyon, 4 March 1912\n\nDear Paul,\n\nHello.\n\nAnne\n")
    page.goto(serve("letter.txt").url)
    page.wait_for_selector(".card.current")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["Cher Paul,\\n"], "letter traduction.txt"));
          data.items.add(new File(["MZ"], "a.exe"));
          document.querySelector("#letter").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.wait_for_selector("#arrange")
    assert page.get_by_label("Kind of letter traduction.txt").input_value() == "translation"
    assert "1 of 2 files refused. a.exe is not a kind of file" in page.locator("#said").inner_text()
    page.get_by_role("button", name="Add 1 letter").click()
    page.get_by_text("Files added to 1 letter.").wait_for()
    (record,) = tmp_path.rglob("record.yaml")
    kinds = {part.file: part.kind for part in load_record(record.parent).parts if part.file}
    assert kinds == {"letter.txt": "transcription", "letter traduction.txt": "translation"}
