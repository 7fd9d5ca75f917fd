"""Renaming records whose date or names were corrected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive_pkg import storage
from archive_pkg.records import load_record
from program import Run

OLD = "1960-05-03-anna-schmidt-to-walter-miller"
NEW = "1961-05-03-anna-schmid-to-walter-miller"
TITLE = "Letter, Anna Schmidt to Walter Miller, 3 May 1960"
LETTER = """\
# Ours
id: {id}  # the id
type: letter
title: {title}
sender: [anna]
recipients: [walter]
date: "1961-05-03"
agents:
  - {{id: anna, name: "Schmid, Anna", kind: person}}
  - {{id: walter, name: "Miller, Walter", kind: person}}
evidence:
  - {{field: title, basis: {basis}}}
"""
BY_RULE = "inferred, rule: title-from-parts"


def letter(folder: Path, name: str = OLD, title: str = TITLE, basis: str = BY_RULE) -> Path:
    folder.mkdir(parents=True)
    file = folder / "record.yaml"
    file.write_text(LETTER.format(id=name, title=title, basis=basis))
    return file


def naming(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "record.yaml").write_text(f"id: {folder.name}\ntype: letter\ntitle: Other\n{text}\n")
    return folder / "record.yaml"


def test_rename_changes_the_id_the_folder_the_title_and_references(
    tmp_path: Path, run: Run
) -> None:
    file = letter(tmp_path / OLD)
    reply = naming(tmp_path / "a", f"relations:\n- {{kind: reply-to, record: {OLD}}}  # the answer")
    minutes = naming(tmp_path / "b", f"items:\n- {{id: one, title: One, record: {OLD}}}")
    cover = naming(tmp_path / "c", f"enclosures:\n- {{id: one, title: One, record: {OLD}}}")
    untouched = naming(tmp_path / "d", "relations:\n- {kind: reply-to, record: another}")
    before = untouched.read_bytes()
    done = run("rename", file.parent, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)["results"][0]
    moved = tmp_path / NEW / "record.yaml"
    assert (result["former_id"], result["id"]) == (OLD, NEW)
    assert result["record"] == str(moved)
    assert len(result["changed"]) == 4
    assert not file.parent.exists()
    record = load_record(moved)
    assert record.title == "Letter, Anna Schmid to Walter Miller, 3 May 1961"
    assert [(one.scheme, one.value) for one in record.identifiers] == [("local", OLD)]
    assert "# Ours" in moved.read_text()
    assert load_record(reply).relations[0].record == NEW
    assert load_record(minutes).items[0].record == NEW
    assert load_record(cover).enclosures[0].record == NEW
    assert "# the answer" in reply.read_text()
    assert untouched.read_bytes() == before
    again = run("rename", moved.parent)
    assert "nothing to change" in again.stdout


def test_the_folder_of_the_reader_can_be_renamed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(letter(tmp_path / OLD).parent)
    assert run("rename", ".").returncode == 0
    assert load_record(tmp_path / NEW).id == NEW


def test_a_record_in_a_package_is_refused(run: Run) -> None:
    package = Path(__file__).parents[2] / "packages/1960-07-18-cpsu-to-sed"
    done = run("rename", package)
    assert done.returncode == 2
    assert f"is inside the package {package}" in done.stderr


def test_dry_run_shows_the_changes_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    file = letter(tmp_path / OLD)
    before = file.read_bytes()
    done = run("rename", file, "--dry-run")
    assert f'+id: "{NEW}"' in done.stdout
    assert f"the folder becomes {tmp_path / NEW}" in done.stdout
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("title", "basis"),
    [
        ("The letter on the maps", BY_RULE),
        ("Letter on the maps, 3 May 1960", BY_RULE),
        ("Letter, Anna Schmidt to Walter Miller on the maps, 3 May 1960", BY_RULE),
        (TITLE, "supplied, agent: anna"),
    ],
)
def test_a_title_that_was_not_composed_from_fields_is_kept(
    tmp_path: Path, run: Run, title: str, basis: str
) -> None:
    file = letter(tmp_path / OLD, title=title, basis=basis)
    done = run("rename", file)
    assert "the title stays" in done.stdout
    assert load_record(tmp_path / NEW).title == title


@pytest.mark.parametrize(
    "title",
    [
        "Letter, Anna Schmidt to Walter Miller, about 1912",
        "Document, Anna Schmid to Walter Miller, 1943 or earlier",
        "Letter",
        "Letter, 3 May 1960",
        "Letter, Anna Schmidt to Walter Miller, “4/5/60”",
    ],
)
def test_a_composed_title_is_composed_again(tmp_path: Path, run: Run, title: str) -> None:
    run("rename", letter(tmp_path / OLD, title=title))
    assert load_record(tmp_path / NEW).title.startswith("Letter, Anna Schmid to Walter Miller, 3")


def test_an_id_without_date_and_names_is_changed_only_on_request(tmp_path: Path, run: Run) -> None:
    file = letter(tmp_path / "FD-3-1", "FD-3-1")
    done = run("rename", file)
    assert "the id stays, because it is not made of the date and the names" in done.stdout
    assert load_record(file).id == "FD-3-1"
    assert run("rename", file, "--id", "FD-3-2").returncode == 0
    assert load_record(tmp_path / "FD-3-2").identifiers[0].value == "FD-3-1"


def test_a_number_at_the_end_of_an_id_is_kept(tmp_path: Path, run: Run) -> None:
    file = letter(tmp_path / f"{NEW}-2", f"{NEW}-2")
    run("rename", file)
    assert load_record(file).id == f"{NEW}-2"


def test_a_folder_that_is_not_named_like_the_id_is_kept(tmp_path: Path, run: Run) -> None:
    file = letter(tmp_path / "box" / "scan 7")
    run("rename", file)
    assert load_record(file).id == NEW


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({NEW: NEW}, f"{NEW}, but "),
        ({"box": NEW}, f"{NEW}, but "),
        ({NEW: "another"}, f"{NEW}, but it already exists"),
    ],
)
def test_an_existing_id_or_folder_is_refused(
    tmp_path: Path, run: Run, others: dict[str, str], reason: str
) -> None:
    file = letter(tmp_path / OLD)
    for folder, name in others.items():
        letter(tmp_path / folder, name)
    before = file.read_bytes()
    done = run("rename", file)
    assert done.returncode == 2
    assert reason in done.stderr
    assert file.read_bytes() == before


def test_the_second_of_two_records_with_one_new_id_is_refused(tmp_path: Path, run: Run) -> None:
    letter(tmp_path / OLD)
    letter(tmp_path / "x" / f"{OLD}-2", f"{OLD}-2")
    done = run("rename", tmp_path, "--collection", tmp_path)
    assert done.returncode == 2
    assert (tmp_path / NEW).exists()
    assert (tmp_path / "x" / f"{OLD}-2").exists()


def test_nothing_is_renamed_while_a_record_cannot_be_read(tmp_path: Path, run: Run) -> None:
    file = letter(tmp_path / OLD)
    naming(tmp_path / "broken", "sender: [nobody")
    done = run("rename", file)
    assert done.returncode == 3
    assert "1 record of the collection cannot be read, so nothing was renamed" in done.stderr
    done = run("rename", tmp_path / "x" / "missing")
    assert (done.returncode, "missing does not exist" in done.stderr) == (5, True)
    assert load_record(file).id == OLD


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--id", "a b"), "“a b” cannot be an id"),
        (("--id", "../x"), "“../x” cannot be an id"),
    ],
)
def test_an_invalid_new_id_is_refused(
    tmp_path: Path, run: Run, words: tuple[str, ...], message: str
) -> None:
    done = run("rename", letter(tmp_path / OLD), *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_after_an_interruption_the_same_command_renames_the_folder(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = letter(tmp_path / OLD)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "move_to_destination", fail)
        assert run("rename", file).returncode == 5
    assert load_record(file).id == NEW
    assert run("rename", file).returncode == 0
    assert load_record(tmp_path / NEW).id == NEW
