"""Searching a folder: what is found, what is reported, and that nothing stops the search."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from archive_pkg.bags import create
from archive_pkg.bags.archives.serializing import pack
from program import Run

PACKAGE = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """Make a folder with a bag, archives of it of each kind, and archives without a bag."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "one.txt").write_text("one")
    folder = tmp_path / "pile"
    folder.mkdir()
    create(source, folder / "bag")
    for kind in ("tar", "zip", "tgz", "tar.gz"):
        (folder / kind).mkdir()
        pack(folder / "bag", folder / kind / f"bag.{kind}")
    with zipfile.ZipFile(folder / "photographs.zip", "w") as archive:
        archive.writestr("photographs/one.jpg", "x")
    with tarfile.open(folder / "notes.tar.gz", "w:gz") as tar:
        tar.add(source, "notes")
    return folder


def results(run: Run, *words: object) -> dict[str, Any]:
    answer = json.loads(run(*words, "--json").stdout)
    return {Path(one["path"]).name: one for one in answer["results"]}


def test_verify_finds_serialized_bags_of_every_kind(run: Run, pile: Path) -> None:
    found = results(run, "verify", pile)
    outcomes = {name: one["outcome"] for name, one in found.items()}
    assert outcomes == {
        **dict.fromkeys(("bag", "bag.tar", "bag.zip", "bag.tgz", "bag.tar.gz"), "valid"),
        **dict.fromkeys(("photographs.zip", "notes.tar.gz"), "without a bag"),
    }
    done = run("verify", pile)
    assert done.returncode == 0
    assert "2 without a bag, 5 valid" in done.stdout


@pytest.mark.parametrize("damage", ["cut short", "empty", "changed"])
def test_a_damaged_archive_is_an_error_that_names_it(run: Run, pile: Path, damage: str) -> None:
    names = ("tar/bag.tar", "zip/bag.zip", "tgz/bag.tgz")
    for name in names:
        data = (pile / name).read_bytes()
        if damage == "changed":
            at = len(data) // 2
            data = data[:at] + bytes(byte ^ 0xFF for byte in data[at : at + 64]) + data[at + 64 :]
        kept = {"cut short": data[: len(data) // 3], "empty": b""}.get(damage, data)
        (pile / name).write_bytes(kept)
    done = run("verify", pile, "--quiet")
    assert done.returncode == 3
    assert all(str(pile / name) in done.stdout for name in names)
    assert "2 without a bag, 2 valid, 3 invalid" in run("verify", pile).stdout


def test_commands_that_only_read_folders_report_the_archives_that_they_skip(
    run: Run, tmp_path: Path
) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(PACKAGE, collection / "good")
    pack(PACKAGE, collection / "packed.tar")
    (collection / "broken.zip").write_bytes(b"PK\3\4 no more")
    for words in (
        ("find", collection, "specialists", "--refresh"),
        ("stats", collection, "--refresh"),
        ("site", collection, "-o", tmp_path / "site"),
        ("duplicates", collection),
        ("deposit", collection, "--to", f"file:{tmp_path / 'drop'}"),
        ("export", collection, "--to", "datacite", "--each", tmp_path / "each"),
    ):
        done = run(*words)
        assert done.returncode == 3, (words, done)
        for name in ("packed.tar", "broken.zip"):
            assert name in done.stdout + done.stderr, words
    assert (tmp_path / "drop" / PACKAGE.name / "bagit.txt").exists()


def test_quiet_names_the_bag_of_each_finding(run: Run, pile: Path) -> None:
    for name in ("b", "data"):  # names with which a path in the bag begins, too
        shutil.copytree(pile / "bag", pile / name)
        (pile / name / "data" / "one.txt").write_text("other")
    for words in (("verify",), ("bag", "verify")):
        done = run(*words, "--quiet", pile / "b", pile / "data")
        assert f"{pile / 'b'}: data/one.txt" in done.stdout
        assert f"{pile / 'data'}: data/one.txt" in done.stdout


def test_an_audit_records_serialized_bags(run: Run, pile: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(pile, copy)
    assert run("audit", "run", pile).returncode == 0
    entries = [
        json.loads(line) for line in (pile / ".archive-pkg/ledger.jsonl").read_text().splitlines()
    ]
    seals = {one["package"]: one["seal"] for one in entries if one.get("event") == "fixity check"}
    assert set(seals) == {"bag", "tar/bag.tar", "zip/bag.zip", "tgz/bag.tgz", "tar.gz/bag.tar.gz"}
    assert len(set(seals.values())) == 1  # one bag, however it is packed

    data = (pile / "tar/bag.tar").read_bytes()
    (pile / "tar/bag.tar").write_bytes(data[: len(data) // 2])
    (pile / "zip/bag.zip").unlink()
    done = run("audit", "run", pile, "--due", "0", "--against", copy)
    assert done.returncode == 3
    assert "tar/bag.tar" in done.stdout
    assert "zip/bag.zip" in done.stdout
    done = run("audit", "report", pile)
    assert done.returncode == 3
    done = run("audit", "repair", pile, "--from", copy)
    assert done.returncode == 0, done
    assert (pile / "tar/bag.tar").read_bytes() == data
    assert (pile / "zip/bag.zip").read_bytes() == (copy / "zip/bag.zip").read_bytes()
    assert run("audit", "run", pile, "--due", "0", "--against", copy).returncode == 0


def test_an_archive_is_compared_with_another_copy_of_it(
    run: Run, pile: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(pile, copy)
    (pile.parent / "source" / "one.txt").write_text("another")
    (tmp_path / "other").mkdir()
    create(pile.parent / "source", tmp_path / "other" / "bag")
    (copy / "tar/bag.tar").unlink()
    pack(tmp_path / "other" / "bag", copy / "tar/bag.tar")
    done = run("audit", "run", pile, "--against", copy)
    assert done.returncode == 3
    assert "tar/bag.tar" in done.stdout
    assert "copies differ: 1" in done.stdout


def test_many_folders_are_searched_quickly(tmp_path: Path) -> None:
    from time import process_time

    from archive_pkg.collection.bulk.searching import packages_below

    for number in range(2000):
        folder = tmp_path / f"{number % 20}" / f"{number}"
        folder.mkdir(parents=True)
        (folder / "bagit.txt").touch()
    start = process_time()
    assert sum(1 for _ in packages_below(tmp_path, serialized=True)) == 2000
    assert process_time() - start < 2  # about 0.05 s


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A collection with a good package and one in a folder whose name is in Latin-1."""
    collection = tmp_path / "collection"
    shutil.copytree(PACKAGE, collection / "good")
    shutil.copytree(PACKAGE, collection / os.fsdecode(b"caf\xe9"))
    return collection


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("audit run COLLECTION", 3),
        ("find COLLECTION specialists --refresh", 3),
        ("stats COLLECTION --refresh", 3),
        ("site COLLECTION -o OUT", 3),
        ("verify COLLECTION", 0),
        ("duplicates COLLECTION", 0),
        ("deposit COLLECTION --to file:OUT", 3),
        ("export COLLECTION --to datacite --each OUT", 3),
    ],
)
def test_a_name_that_is_not_utf8_does_not_stop_the_search(
    run: Run, odd: Path, tmp_path: Path, line: str, status: int
) -> None:
    words = line.replace("COLLECTION", str(odd)).replace("OUT", str(tmp_path / "out")).split()
    done = run(*words)
    assert done.returncode == status, done
    assert "a bug" not in done.stdout + done.stderr
    if status:
        assert "caf\\udce9" in done.stdout + done.stderr
    answer = run(*words, "--json")
    assert json.loads(answer.stdout)["status"] == answer.returncode
    answer.stdout.encode()


def test_a_record_in_a_folder_whose_name_is_not_utf8_is_built(run: Run, letter: Path) -> None:
    letter.rename(os.fsdecode(os.fsencode(letter.parent) + b"/caf\xe9"))
    for _ in range(2):
        for words in (("check",), ("build", "--out", letter.parent.parent / "out")):
            done = run(words[0], letter.parent, *words[1:])
            assert done.returncode == 0, done
    assert (letter.parent.parent / "out" / letter.name / "bagit.txt").exists()


def test_control_characters_in_names_are_escaped_in_text_and_json(run: Run, tmp_path: Path) -> None:
    for name in ("a\nb", "a\x1b[2Jb", "a\u202eb"):
        shutil.copytree(PACKAGE, tmp_path / "collection" / name)
        (tmp_path / "collection" / name / "data" / name).write_text("more")
    done = run("verify", tmp_path / "collection")
    assert done.returncode == 3
    for escaped in ("a\\nb", "a\\x1b[2Jb", "a\\u202eb"):
        assert escaped in done.stdout
    report = tmp_path / "report.jsonl"
    answer = run("verify", tmp_path / "collection", "--json", "--report", report)
    for text in (answer.stdout, report.read_text()):
        assert not set("\x1b\u202e") & set(text)
    assert len(report.read_text().splitlines()) == 3


@pytest.mark.parametrize("words", [("verify",), ("audit", "run"), ("check",), ("duplicates",)])
def test_loops_and_deep_folders_do_not_stop_the_search(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(PACKAGE, collection / "good")
    (collection / "loop").symlink_to("loop")
    (collection / "up").symlink_to(".")
    monkeypatch.chdir(collection)
    for _ in range(25):  # longer than a path can be
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)
    monkeypatch.chdir(tmp_path)
    done = run(*words, collection)
    assert done.returncode == 5, done
    assert "cannot be searched" in done.stdout + done.stderr
    monkeypatch.chdir(collection)
    while os.path.lexists("d" * 200):
        os.chdir("d" * 200)
    for _ in range(25):
        os.chdir("..")
        Path("d" * 200).rmdir()
    for name in ("x" * 300, "y/" * 2200):
        assert run(*words, name).returncode in (3, 5)
