"""A depositor delivers hidden files, links and pipes with a package or a collection."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import bags, deposits, storage
from archive_pkg.bags.fetching.downloads import fetch
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.index.databases import open_to_write
from archive_pkg.deposits import Journal
from archive_pkg.errors import StorageError
from archive_pkg.packages import build_package
from program import Done, Run

LETTER = Path(__file__).parents[2] / "records" / "1960-07-18-cpsu-to-sed"
KEEP = "years of work\n"


@pytest.fixture
def delivery(built: Path, tmp_path: Path) -> Path:
    """A folder with a delivered package, next to the user's own work."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work/thesis.txt").write_text(KEEP)
    shutil.copytree(built, tmp_path / "delivery" / built.name)
    return tmp_path / "delivery"


@pytest.fixture
def package(delivery: Path) -> Path:
    return delivery / LETTER.name


@pytest.fixture
def work(delivery: Path) -> Path:
    return delivery.parent / "work"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "names_given",
    [
        {"old": "..", "new": "x"},
        {"old": ".", "new": "x"},
        {"old": "x", "new": "../work"},
        {"old": "/", "new": ""},
    ],
)
def test_a_planted_journal_of_an_exchange_moves_and_removes_nothing(
    run: Run, package: Path, work: Path, names_given: dict[str, str]
) -> None:
    planted = package.with_name(f".{package.name}.archive-pkg.swap")
    planted.write_text(json.dumps(names_given))
    before = names(package.parent)
    done = run("bag", "update", package, "--info", "Contact-Name=me")
    assert done.returncode == 0, done.stderr
    assert names(package.parent) == before
    assert names(work.parent) == ["delivery", "work"]
    assert (work / "thesis.txt").read_text() == KEEP


def test_links_and_pipes_named_like_staging_folders_are_left_alone_with_a_warning(
    package: Path, work: Path, caplog: pytest.LogCaptureFixture, run: Run
) -> None:
    link = package.with_name(f".{package.name}.archive-pkg-0123abcd")
    link.symlink_to(work)
    os.mkfifo(package.with_name(f".{package.name}.archive-pkg-0123abce"))
    assert run("bag", "update", package, "--info", "Contact-Name=me").returncode == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "0123abcd" in caplog.text
    assert "left alone" in caplog.text
    assert link.is_symlink()
    assert (work / "thesis.txt").read_text() == KEEP


def test_a_leftover_staging_folder_without_permissions_is_removed(package: Path, run: Run) -> None:
    left = package.with_name(f".{package.name}.archive-pkg-0123abcd")
    (left / "a/b").mkdir(parents=True)
    (left / "a/b/file").write_text("half")
    for folder in (left / "a/b", left / "a", left):
        folder.chmod(0)
    assert run("bag", "update", package, "--info", "Contact-Name=me").returncode == 0
    assert not left.exists()


def test_a_deeply_nested_leftover_staging_folder_is_removed(package: Path, run: Run) -> None:
    left = package.with_name(f".{package.name}.archive-pkg-0123abcd")
    left.mkdir()
    here = os.open(left, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    done = run("bag", "update", package, "--info", "Contact-Name=me")
    assert (done.returncode, left.exists()) == (0, False), done.stderr


def test_a_link_in_place_of_an_interrupted_bagging_is_refused(
    run: Run, tmp_path: Path, work: Path
) -> None:
    (work / "data").mkdir()
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    shell = tmp_path / ".scans.archive-pkg.in-place"
    shell.symlink_to(work)
    assert run("bag", "create", "--in-place", folder).returncode == 5
    assert names(work) == ["data", "thesis.txt"]
    assert names(folder) == ["a.txt"]
    folder.rename(tmp_path / "elsewhere")
    assert run("bag", "create", "--in-place", folder).returncode != 0
    assert shell.is_symlink()


Plant = Callable[[Path, Path], None]


def link_state(delivery: Path, work: Path) -> None:
    (delivery / ".archive-pkg").symlink_to("..")


def link_inside(name: str) -> Plant:
    def plant(delivery: Path, work: Path) -> None:
        (delivery / ".archive-pkg").mkdir(exist_ok=True)
        (delivery / ".archive-pkg" / name).symlink_to(work / "thesis.txt")

    return plant


def pipe_inside(name: str) -> Plant:
    def plant(delivery: Path, work: Path) -> None:
        (delivery / ".archive-pkg").mkdir(exist_ok=True)
        os.mkfifo(delivery / ".archive-pkg" / name)

    return plant


def open_to_all(delivery: Path, work: Path) -> None:
    (delivery / ".archive-pkg").mkdir()
    (delivery / ".archive-pkg").chmod(0o777)


COMMANDS: dict[str, Callable[[Run, Path, Path], Done]] = {
    "build": lambda run, delivery, out: run("build", LETTER.parent, "--out", delivery),
    "audit": lambda run, delivery, out: run("audit", "run", delivery),
    "find": lambda run, delivery, out: run("find", delivery, "--refresh"),
    "site": lambda run, delivery, out: run("site", delivery, "-o", out / "site"),
    "stats": lambda run, delivery, out: run("stats", delivery),
}


PLANTS: dict[str, Plant] = {
    "a link": link_state,
    "a linked memory": link_inside("built.sqlite"),
    "a linked ledger": link_inside("ledger.jsonl"),
    "a linked declaration": link_inside("shelf.json"),
    "a pipe for an index": pipe_inside("index.sqlite"),
    "a pipe for a ledger": pipe_inside("ledger.jsonl"),
    "a pipe for a declaration": pipe_inside("shelf.json"),
    "a folder open to all": open_to_all,
}


@pytest.mark.parametrize(
    ("plant", "command"),
    [(plant, "build") for plant in PLANTS] + [("a link", command) for command in COMMANDS],
)
def test_delivered_state_that_is_a_link_or_special_file_is_refused(
    run: Run, delivery: Path, work: Path, tmp_path: Path, plant: str, command: str
) -> None:
    PLANTS[plant](delivery, work)
    before = sorted(tmp_path.rglob("*"))
    done = COMMANDS[command](run, delivery, tmp_path)
    assert done.returncode == 5, done.stdout
    assert ".archive-pkg" in done.stderr
    assert "If nothing else needs it, remove it" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (work / "thesis.txt").read_text() == KEEP


def test_a_delivered_ledger_cannot_make_a_repair_write_outside_the_collection(
    run: Run, delivery: Path, work: Path, package: Path
) -> None:
    good = delivery.parent / "good"
    shutil.copytree(package, good / "work")
    entry = {"number": 1, "time": "2026-11-24T00:00:00.000Z", "event": "fixity check"}
    entry |= {"package": "../work", "outcome": "fail", "previous": "0" * 64}
    (delivery / ".archive-pkg").mkdir()
    (delivery / ".archive-pkg/ledger.jsonl").write_text(json.dumps(entry) + "\n")
    done = run("audit", "repair", delivery, "--from", good)
    assert done.returncode == 3, done.stderr
    assert names(work) == ["thesis.txt"]


@pytest.mark.parametrize("target", ["file", "ocfl"])
def test_delivered_receipts_that_are_a_link_are_refused(
    run: Run, package: Path, work: Path, tmp_path: Path, target: str
) -> None:
    package.with_name(f"{package.name}.receipts").symlink_to(work)
    done = run("deposit", package, "--to", f"{target}:{tmp_path / 'place'}")
    assert done.returncode == 5, done.stdout
    assert names(work) == ["thesis.txt"]


def test_a_delivered_journal_of_a_deposit_that_is_a_link_is_refused(
    run: Run, package: Path, work: Path, tmp_path: Path
) -> None:
    to = f"file:{tmp_path / 'place'}"
    receipts = package.with_name(f"{package.name}.receipts")
    receipts.mkdir()
    transfer, repository = deposits.transfers.pack(package), deposits.repository_for(to)
    journal = receipts / deposits.depositing._journal_name(repository, transfer)
    journal.symlink_to(work / "thesis.txt")
    done = run("deposit", package, "--to", to)
    assert done.returncode == 5, done.stdout
    assert (work / "thesis.txt").read_text() == KEEP


def test_a_hard_link_among_delivered_state_changes_no_other_file(work: Path) -> None:
    thesis, folder = work / "thesis.txt", work.parent / "delivered"
    folder.mkdir()

    def linked(name: str) -> Path:
        (folder / name).hardlink_to(thesis)
        return folder / name

    journal = Journal(linked("a.journal"))
    journal.done("send", id="1")
    assert Journal(journal.path).outcome("send") == {"id": "1"}
    open_to_write(linked("a.db")).close()
    for write in (
        lambda: storage.write_beneath(folder, linked("a").name, append=True),
        lambda: storage.append_output(linked("a.jsonl")),
    ):
        with pytest.raises((OSError, StorageError), match="second hard link"):
            write()
    assert thesis.read_text() == KEEP


def test_a_partial_download_that_is_a_hard_link_is_refused(work: Path, bag_to_fetch: Path) -> None:
    parts = storage.hidden(bag_to_fetch, ".fetched")
    parts.mkdir(0o700)
    part = parts / hashlib.sha256(b"data/a.txt").hexdigest()
    part.hardlink_to(work / "thesis.txt")
    with pytest.raises(StorageError, match="second hard link"):
        fetch(bag_to_fetch, allow_private=True)
    assert (work / "thesis.txt").read_text() == KEEP


@pytest.fixture
def bag_to_fetch(tmp_path: Path) -> Path:
    """Return a bag whose only file must be fetched from an address that does not answer."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.txt").write_text("a")
    bag = tmp_path / "bag"
    bags.create(tmp_path / "source", bag)
    (bag / "data/a.txt").unlink()
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    (bag / "fetch.txt").write_text("http://127.0.0.1:9/a.txt - data/a.txt\n")
    return bag


@pytest.fixture
def collection(run: Run, tmp_path: Path) -> Path:
    """The user's own collection, with its state folder."""
    folder = tmp_path / "own"
    for words in (
        ("build", LETTER.parent, "--out", folder),
        ("find", folder, "specialists"),
        ("site", folder, "-o", tmp_path / "site"),
    ):
        assert run(*words).returncode == 0
    return folder


def delivered(collection: Path, database: str, change: str, *values: object) -> Path:
    """A copy of the collection whose state folder was changed."""
    copy = collection.with_name("delivered")
    shutil.copytree(collection, copy)
    with closing(sqlite3.connect(copy / ".archive-pkg" / database)) as base:
        base.execute(change, values)
        base.commit()
    return copy


def test_a_delivered_build_cache_cannot_pass_off_a_different_package_as_built(
    run: Run, collection: Path, letter: Path, tmp_path: Path
) -> None:
    record = letter / "record.yaml"
    record.write_text(record.read_text().replace("title: Letter", "title: Another letter"))
    other = build_package(letter, tmp_path / "other", on=date(2026, 11, 24)).path
    seal = fingerprint_of(other)
    copy = delivered(collection, "built.sqlite", "UPDATE built SET seal = ?", seal)
    shutil.rmtree(copy / LETTER.name)
    shutil.copytree(other, copy / LETTER.name)
    done = run("build", LETTER.parent, "--out", copy)
    assert done.returncode == 3, done.stdout
    assert "record.json\n" in done.stdout
    assert "differs from the new package" in done.stdout
    assert run("build", LETTER.parent, "--out", collection).returncode == 0


def test_a_delivered_index_is_rebuilt_before_a_search(run: Run, collection: Path) -> None:
    copy = delivered(collection, "index.sqlite", "UPDATE packages SET title = 'Forged'")
    done = run("find", copy, "specialists")
    assert done.returncode == 0, done.stderr
    assert "Forged" not in done.stdout
    assert "1 package found" in done.stdout
    shutil.rmtree(copy / LETTER.name)
    shutil.copytree(collection / ".archive-pkg", copy / ".archive-pkg", dirs_exist_ok=True)
    (copy / ".archive-pkg/index.sqlite").unlink()
    shutil.copy(collection / ".archive-pkg/index.sqlite", copy / ".archive-pkg")
    assert "0 packages found" in run("find", copy, "specialists").stdout


def test_a_delivered_site_cache_is_not_published(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    change = "UPDATE made1 SET entry = replace(entry, 'Letter', 'Forged')"
    copy = delivered(collection, "site.sqlite", change)
    assert run("site", copy, "-o", tmp_path / "site").returncode == 0
    pages = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert pages
    assert not [path for path in pages if b"Forged" in path.read_bytes()]


def test_a_delivered_journal_cannot_lead_a_deposit_into_another_folder(
    package: Path, work: Path, tmp_path: Path
) -> None:
    to = f"file:{tmp_path}"
    receipts = package.with_name(f"{package.name}.receipts")
    receipts.mkdir()
    transfer, repository = deposits.transfers.pack(package), deposits.repository_for(to)
    name = deposits.depositing._journal_name(repository, transfer)
    deposits.Journal(receipts / name).begin("send", part="work")
    deposits.deposit(package, to)
    assert names(work) == ["thesis.txt"]


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_lock_that_is_not_a_file_is_refused_without_waiting(
    run: Run, package: Path, work: Path, kind: str
) -> None:
    lock = package.with_name(f".{package.name}.archive-pkg.lock")
    if kind == "link":
        lock.symlink_to(work / "thesis.txt")
    else:
        os.mkfifo(lock)
    done = run("bag", "update", package, "--info", "Contact-Name=me")
    assert done.returncode == 5
    assert "has the name of this program's lock" in done.stderr
    assert (work / "thesis.txt").read_text() == KEEP


def test_bagging_in_place_keeps_the_permissions_of_a_private_folder(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir(0o700)
    (folder / "a.txt").write_text("a")
    assert run("bag", "create", "--in-place", folder).returncode == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
