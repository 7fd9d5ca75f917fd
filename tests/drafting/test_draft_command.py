"""`archive-pkg draft`: files and folders, review list, JSON, and drafting again."""

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
from program import Run

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


def test_a_letter_gets_a_valid_record_next_to_it(letter: Path) -> None:
    before = letter.read_bytes()
    output = draft(letter)
    assert (
        "sender: John Q. Example (certain, the signer, from the line after the closing)" in output
    )
    assert letter.read_bytes() == before
    report = check(letter.parent)
    assert report.ok, [finding.message for finding in report]
    assert load_record(letter.parent).title == "Letter, John Q. Example to Murphy, 3 May 1955"


def test_drafts_are_not_written_into_packages(tmp_path: Path) -> None:
    package = shutil.copytree(HOME.parents[1] / "packages" / HOME.name, tmp_path / "package")
    text = package / "data/parts/letter-1960-07-18.txt"
    before = sorted(package.rglob("*"))
    assert f"{text} is inside the package {package}" in draft(text, status=2)
    assert sorted(package.rglob("*")) == before
    draft(text, "--out", tmp_path / "records")


def test_the_draft_of_the_first_letter_is_valid(tmp_path: Path) -> None:
    shutil.copy(HOME / "letter-1960-07-18.txt", tmp_path)
    draft(tmp_path / "letter-1960-07-18.txt", "--quiet")
    report = check(tmp_path)
    assert report.ok
    assert not [f for f in report if f.code.startswith(("statement", "quote", "evidence"))]


def test_each_of_many_letters_gets_a_folder_and_is_listed_for_review(
    letter: Path, tmp_path: Path
) -> None:
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


def test_two_letters_with_the_same_day_and_names_get_different_ids(
    letter: Path, tmp_path: Path
) -> None:
    (letter.parent / "second.txt").write_text(LETTER.replace("we spoke of", "they spoke of"))
    for _ in range(2):  # drafting again finds each letter's own folder
        draft(letter.parent, "--out", tmp_path / "records", "--quiet")
        folders = sorted((tmp_path / "records").iterdir())
        assert [load_record(folder).id for folder in folders] == [f.name for f in folders]
        assert [folder.name[-7:] for folder in folders] == ["-murphy", "urphy-2"]


def test_several_letters_in_one_folder_need_an_output_folder(letter: Path) -> None:
    (letter.parent / "another.txt").write_text(LETTER)
    assert not draft(letter.parent, status=2).startswith("Traceback")
    assert not list(letter.parent.glob("*.yaml"))


def test_json_has_statements_zones_and_open_fields(letter: Path) -> None:
    document = json.loads(draft(letter, "--json"))
    result = document["results"][0]
    said = {one["field"]: one for one in result["statements"]}
    assert said["date"]["value"] == "1955-05-03"
    assert LETTER[said["date"]["start"] : said["date"]["end"]] == said["date"]["exact"]
    assert said["date"]["confidence"] == "certain"
    assert [zone["kind"] for zone in result["zones"]][:3] == ["marking", "dateline", "salutation"]
    assert "summary" in result["open"]


def test_drafting_again_keeps_edited_fields_and_reports_differences(letter: Path) -> None:
    draft(letter)
    record = letter.parent / "record.yaml"
    edited = record.read_text().replace('salutation: "Dear Mr. Murphy:"', "salutation: Dear Bob,")
    edited = "# Mine.\n" + edited
    assert "Dear Bob" in edited
    record.write_text(edited)
    output = draft(letter)
    assert (
        "salutation: the record has Dear Bob, (kept); the text now says Dear Mr. Murphy:" in output
    )
    assert record.read_text() == edited


def remove_place(record: Path) -> None:
    """Remove the place and its evidence from a record."""
    lines = record.read_text().split("\n")
    cut = lines.index("place:")
    del lines[cut - 1 : cut + 2]
    start = lines.index("  - field: place")
    end = next(n for n in range(start + 1, len(lines)) if lines[n].startswith("  - field:"))
    del lines[start:end]
    record.write_text("\n".join(lines))


def test_drafting_again_fills_open_fields(letter: Path) -> None:
    draft(letter)
    complete = load_record(letter.parent)
    remove_place(letter.parent / "record.yaml")
    assert load_record(letter.parent).place is None
    assert "empty fields filled" in draft(letter)
    assert load_record(letter.parent).place == complete.place


def test_drafting_again_quotes_the_text_even_if_the_kind_of_its_part_was_changed(
    letter: Path,
) -> None:
    draft(letter)
    record = letter.parent / "record.yaml"
    record.write_text(record.read_text().replace("kind: transcription", "kind: translation"))
    remove_place(record)
    assert "empty fields filled" in draft(letter)
    found = load_record(letter.parent)
    assert found.place is not None
    [evidence] = [item for item in found.evidence if item.field == "place"]
    assert evidence.at is not None
    assert evidence.at.part == "letter"


def test_bytes_that_do_not_fit_the_encoding_are_reported(letter: Path) -> None:
    letter.write_bytes("Lieber Grüßer!\n\nIhr\n\nKarl".encode("cp1252"))
    output = draft(letter, status=3)
    assert "text-not-decodable" in output
    assert "--encoding" in output
    assert not (letter.parent / "record.yaml").exists()
    draft(letter, "--encoding", "windows-1252")
    assert load_record(letter.parent).parts[0].encoding == "windows-1252"
    assert check(letter.parent).ok


def test_a_record_of_a_different_letter_is_not_changed(letter: Path) -> None:
    draft(letter)
    record = (letter.parent / "record.yaml").read_bytes()
    letter.rename(letter.with_name("gone.txt"))
    other = letter.with_name("other.txt")
    other.write_text(LETTER.replace("Murphy", "Smith"))
    output = draft(other, status=3)
    assert "a different letter" in output
    assert (letter.parent / "record.yaml").read_bytes() == record


def test_users_can_add_their_own_vocabulary(letter: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("bodies:\n  - {name: The Paper Club, short: TPC, variants: [the paper club]}\n")
    letter.write_text(LETTER.replace("the paper that", "the Paper Club that"))
    output = draft(letter, "--vocabulary", own, "--json")
    assert "The Paper Club" in output


def test_a_missing_file_ends_with_the_status_of_a_storage_error(tmp_path: Path) -> None:
    draft(tmp_path / "nowhere.txt", status=5)


def test_links_and_pipes_in_a_folder_are_reported_and_not_read(
    letter: Path, tmp_path: Path
) -> None:
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


def test_a_link_given_as_argument_is_followed(letter: Path, tmp_path: Path) -> None:
    (tmp_path / "linked.txt").symlink_to(letter)
    draft(tmp_path / "linked.txt", "--out", tmp_path / "records")
    assert len(list((tmp_path / "records").rglob("record.yaml"))) == 1


def test_check_finds_the_evidence_of_drafted_participants(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "talk.txt"
    letter.write_text(
        "MEMORANDUM OF CONVERSATION\n\nDATE: March 3, 1961\nPLACE: Washington\nSUBJECT: Trade\n"
        "PARTICIPANTS:\nMr. John Smith, Department of State\nMr. Karl Braun, German Embassy\n\n"
        "Mr. Smith said that trade would grow.\n"
    )
    run("draft", letter)
    assert "field: participants.john-smith" in (tmp_path / "record.yaml").read_text()
    assert "has no evidence" not in run("check", tmp_path / "record.yaml").stderr


def test_other_files_in_a_folder_are_reported_and_copies_are_listed_once(
    letter: Path, tmp_path: Path
) -> None:
    shutil.copy(letter, letter.parent / "second.txt")
    (letter.parent / "scan.jpg").write_bytes(b"\xff\xd8\xff")
    (letter.parent / "note.md").write_text("# A note\n")
    output = draft(letter.parent, "--out", tmp_path / "records")
    assert "scan.jpg\n         not drafted, because it is an image (JPEG)" in output
    assert "note.md\n         not drafted, because it is a .md file" in output
    assert f"archive-pkg draft {letter.parent / 'note.md'}" in output
    assert f"second.txt: the same text as {letter}; nothing to add" in output
    assert output.count("not stated ") == 1


def test_a_second_record_of_a_letter_is_reported(letter: Path, tmp_path: Path) -> None:
    assert "draft-has-record" not in draft(letter)
    output = draft(letter, "--out", tmp_path / "records")
    assert f"the letter already has the record {letter.parent / 'record.yaml'}" in output


def test_a_field_with_a_guess_is_not_in_the_list_of_missing_fields(letter: Path) -> None:
    output = draft(letter)
    assert "translation or transcription: transcription (guess" in output
    assert "translation or transcription" not in output.partition("not stated")[2]
    other = letter.with_name("other.txt")
    other.write_text("Visby, 31 February 1898\n\nDear Ben,\nI am well.\nAnn\n")
    output = draft(letter, other, "--out", letter.parent / "records")
    assert "date “31 February 1898” at character 7: There is no such day. (a day" in output
    assert "translation or transcription" not in output.partition("not stated")[2]
