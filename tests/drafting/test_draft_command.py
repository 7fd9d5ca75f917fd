"""`archive-pkg draft`: files and folders, review list, JSON, and redrafting."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive_pkg.cli import app
from archive_pkg.packages import check
from archive_pkg.records import load_record

HOME = Path(__file__).parents[2] / "records/1960-07-18-cpsu-to-sed"
LETTER = """Secret

London, May 3, 1955.

Dear Mr. Murphy:

Here is the paper that we spoke of.

Sincerely yours,

John Q. Example
"""


def draft(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["draft", *map(str, words)])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letters" / "murphy.txt"
    path.parent.mkdir()
    path.write_text(LETTER)
    return path


def test_a_letter_gets_its_record_beside_it_and_check_passes(letter: Path) -> None:
    before = letter.read_bytes()
    output = draft(letter)
    assert "sender: John Q. Example (certain: the signer: the line after the closing)" in output
    assert letter.read_bytes() == before
    report = check(letter.parent)
    assert report.ok, [finding.message for finding in report]
    assert load_record(letter.parent).title == "Letter, John Q. Example to Murphy, 3 May 1955"


def test_nothing_is_drafted_into_a_package(tmp_path: Path) -> None:
    package = shutil.copytree(HOME.parents[1] / "packages" / HOME.name, tmp_path / "package")
    text = package / "data/parts/letter-1960-07-18.txt"
    before = sorted(package.rglob("*"))
    assert f"{text} is inside the package {package}" in draft(text, status=2)
    assert sorted(package.rglob("*")) == before
    draft(text, "--out", tmp_path / "records")


def test_the_first_letter_is_drafted_and_sound(tmp_path: Path) -> None:
    shutil.copy(HOME / "letter-1960-07-18.txt", tmp_path)
    draft(tmp_path / "letter-1960-07-18.txt", "--quiet")
    report = check(tmp_path)
    assert report.ok
    assert not [f for f in report if f.code.startswith(("statement", "quote", "evidence"))]


def test_many_letters_get_a_folder_each_and_a_list_for_review(letter: Path, tmp_path: Path) -> None:
    (letter.parent / "poem.txt").write_text(
        "The ogre does what ogres can,\nDeeds quite impossible\n"
    )
    output = draft(letter.parent, "--out", tmp_path / "records")
    assert "draft-no-letter" in output
    assert "To review, least certain first:" in output
    records = sorted(path.parent.name for path in (tmp_path / "records").rglob("record.yaml"))
    assert records == ["1955-05-03-john-q-example-to-murphy", "poem"]
    copy = tmp_path / "records" / records[0] / "murphy.txt"
    assert copy.read_bytes() == letter.read_bytes()


def test_two_letters_of_one_day_get_ids_of_their_own(letter: Path, tmp_path: Path) -> None:
    (letter.parent / "second.txt").write_text(LETTER.replace("we spoke of", "they spoke of"))
    for _ in range(2):  # drafting again finds each letter's own folder
        draft(letter.parent, "--out", tmp_path / "records", "--quiet")
        folders = sorted((tmp_path / "records").iterdir())
        assert [load_record(folder).id for folder in folders] == [f.name for f in folders]
        assert [folder.name[-7:] for folder in folders] == ["-murphy", "urphy-2"]


def test_several_letters_of_a_folder_need_a_folder_to_go_to(letter: Path) -> None:
    (letter.parent / "another.txt").write_text(LETTER)
    assert not draft(letter.parent, status=2).startswith("Traceback")
    assert not list(letter.parent.glob("*.yaml"))


def test_json_has_statements_zones_and_what_is_open(letter: Path) -> None:
    document = json.loads(draft(letter, "--json"))
    result = document["results"][0]
    said = {one["field"]: one for one in result["statements"]}
    assert said["date"]["value"] == "1955-05-03"
    assert LETTER[said["date"]["start"] : said["date"]["end"]] == said["date"]["exact"]
    assert said["date"]["confidence"] == "certain"
    assert [zone["kind"] for zone in result["zones"]][:3] == ["marking", "dateline", "salutation"]
    assert "summary" in result["open"]


def test_redrafting_keeps_what_a_person_changed_and_says_so(letter: Path) -> None:
    draft(letter)
    record = letter.parent / "record.yaml"
    mended = record.read_text().replace('salutation: "Dear Mr. Murphy:"', "salutation: Dear Bob,")
    mended = "# Mine.\n" + mended
    assert "Dear Bob" in mended
    record.write_text(mended)
    output = draft(letter)
    assert "salutation: kept 'Dear Bob,'; the draft has 'Dear Mr. Murphy:'" in output
    assert record.read_text() == mended


def forget_place(record: Path) -> None:
    """Take the place, and what it rests on, out of a record."""
    lines = record.read_text().split("\n")
    cut = lines.index("place:")
    del lines[cut - 1 : cut + 2]
    start = lines.index("  - field: place")
    end = next(n for n in range(start + 1, len(lines)) if lines[n].startswith("  - field:"))
    del lines[start:end]
    record.write_text("\n".join(lines))


def test_redrafting_fills_what_is_open(letter: Path) -> None:
    draft(letter)
    whole = load_record(letter.parent)
    forget_place(letter.parent / "record.yaml")
    assert load_record(letter.parent).place is None
    assert "open fields filled" in draft(letter)
    assert load_record(letter.parent).place == whole.place


def test_redrafting_takes_no_evidence_from_parts_that_the_record_has_not(letter: Path) -> None:
    draft(letter)
    record = letter.parent / "record.yaml"
    record.write_text(record.read_text().replace("kind: transcription", "kind: translation"))
    forget_place(record)
    assert "open fields filled" in draft(letter)
    found = load_record(letter.parent)
    assert found.place is not None
    assert "place" not in {item.field for item in found.evidence}


def test_an_encoding_that_does_not_fit_is_told_with_its_place(letter: Path) -> None:
    letter.write_bytes("Lieber Grüßer!\n\nIhr\n\nKarl".encode("cp1252"))
    output = draft(letter, status=3)
    assert "text-not-decodable" in output
    assert "--encoding" in output
    assert not (letter.parent / "record.yaml").exists()
    draft(letter, "--encoding", "windows-1252")
    assert load_record(letter.parent).parts[0].encoding == "windows-1252"
    assert check(letter.parent).ok


def test_a_record_of_another_letter_is_left_alone(letter: Path) -> None:
    draft(letter)
    record = (letter.parent / "record.yaml").read_bytes()
    letter.rename(letter.with_name("gone.txt"))
    other = letter.with_name("other.txt")
    other.write_text(LETTER.replace("Murphy", "Smith"))
    output = draft(other, status=3)
    assert "another letter" in output
    assert (letter.parent / "record.yaml").read_bytes() == record


def test_ones_own_vocabulary_is_heard(letter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("bodies:\n  - {name: The Paper Club, short: TPC, variants: [the paper club]}\n")
    letter.write_text(LETTER.replace("the paper that", "the Paper Club that"))
    output = draft(letter, "--vocabulary", own, "--json")
    assert "The Paper Club" in output


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "bodies:\n  - {short: X}\n", "months: [a]\n", "a: [", "weekdays: 3\n"]
)
def test_a_vocabulary_that_is_none_is_refused(text: str, letter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)
    draft(letter, "--vocabulary", own, status=3)


def test_a_path_that_is_not_there_is_storage(tmp_path: Path) -> None:
    draft(tmp_path / "nowhere.txt", status=5)


def test_a_search_names_links_and_pipes_and_follows_none(letter: Path, tmp_path: Path) -> None:
    private = tmp_path / "private.txt"
    private.write_text(LETTER.replace("Murphy", "Secretary"))
    delivered = letter.parent
    (delivered / "linked.txt").symlink_to(private)
    (delivered / "folder").symlink_to(tmp_path)
    os.mkfifo(delivered / "pipe.txt")
    output = draft(delivered, "--out", tmp_path / "records")
    assert f"{delivered / 'linked.txt'}\n         it is a symbolic link, so it is not" in output
    assert f"{delivered / 'folder'}\n         it is a symbolic link" in output
    assert f"{delivered / 'pipe.txt'}\n         it is a pipe" in output
    (file,) = (tmp_path / "records").rglob("record.yaml")
    assert "Murphy" in file.read_text()


def test_a_link_that_is_named_is_read(letter: Path, tmp_path: Path) -> None:
    (tmp_path / "linked.txt").symlink_to(letter)
    draft(tmp_path / "linked.txt", "--out", tmp_path / "records")
    assert len(list((tmp_path / "records").rglob("record.yaml"))) == 1
