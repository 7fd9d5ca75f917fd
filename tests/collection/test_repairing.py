"""Repairs and acceptances: what is restored from where, what is refused, what is recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive_pkg import storage
from archive_pkg.bags.archives.serializing import pack
from archive_pkg.collection import Done, Shelf, accept, audit, executor_for, open_shelf, repair
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.seals import seal_of
from archive_pkg.collection.bulk.memory import Memory, Remembered
from archive_pkg.deposits import deposit
from archive_pkg.errors import InvalidError
from small_bags import write_bag

LETTER = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bags, one of them in a folder of the collection, checked once; tests work on copies."""
    shelf = open_shelf(tmp_path_factory.mktemp("made"))
    for name in ("a", "in/b"):
        write_bag(shelf.root / name, text=name)
    check(shelf)
    return shelf.root


@pytest.fixture
def shelf(made: Path, tmp_path: Path) -> Shelf:
    return open_shelf(shutil.copytree(made, tmp_path / "shelf"))


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A mirror of the collection."""
    return Path(
        shutil.copytree(made, tmp_path / "copy", ignore=shutil.ignore_patterns(".archive-pkg"))
    )


def check(shelf: Shelf) -> list[Done]:
    done: list[Done] = []
    audit(shelf, done.append, executor=partial(executor_for, 1), path=shelf.ledger)
    return done


def mend(shelf: Shelf, copy: object, **given) -> list[Done]:
    done: list[Done] = []
    assert list(repair(shelf, done.append, path=shelf.ledger, copy=str(copy), **given)) == []
    assert not shelf.work.exists()
    return done


def entries(shelf: Shelf) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shelf.ledger.read_text().splitlines()]


def text(shelf: Shelf, name: str = "a") -> str:
    return (shelf.root / name / "data" / "a.txt").read_text()


def spoil(shelf: Shelf, name: str = "a") -> None:
    (shelf.root / name / "data" / "a.txt").write_text("spoiled")


def forge(folder: Path) -> None:
    shutil.rmtree(folder)
    write_bag(folder, text="forged")


def test_a_damaged_package_is_replaced_kept_and_recorded(shelf: Shelf, copy: Path) -> None:
    spoil(shelf)
    check(shelf)
    before = len(entries(shelf))
    (done,) = mend(shelf, copy)
    assert (done.outcome, done.status, done.path) == ("repaired", 0, str(shelf.root / "a"))
    assert text(shelf) == "a"
    (kept,) = (shelf.own / "damaged").iterdir()
    assert (kept / "data" / "a.txt").read_text() == "spoiled"
    assert kept.name.startswith("a-20")
    (entry,) = entries(shelf)[before:]
    said = {key: entry[key] for key in entry if key not in ("time", "software", "previous")}
    assert said == {
        "number": before + 1,
        "event": "recovery",
        "package": "a",
        "outcome": "pass",
        "seal": seal_of(copy / "a").hex(),
        "from": str(copy),
        "files": ["data/a.txt"],
        "kept": str(kept.relative_to(shelf.root)),
    }
    assert done.details == {
        "restored": ["data/a.txt"],
        "from": str(copy),
        "damaged": str(kept),
    }
    assert mend(shelf, copy) == []


def test_without_exchange_the_damaged_package_makes_way_first(
    shelf: Shelf, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "exchange", lambda *_: False)
    spoil(shelf)
    (done,) = mend(shelf, copy, packages=[shelf.root / "a"])
    assert done.outcome == "repaired"
    assert text(shelf) == "a"
    (kept,) = (shelf.own / "damaged").iterdir()
    assert (kept / "data" / "a.txt").read_text() == "spoiled"


def test_a_dry_run_says_what_would_be_restored_and_changes_nothing(
    shelf: Shelf, copy: Path
) -> None:
    spoil(shelf)
    check(shelf)
    before = shelf.ledger.read_bytes()
    (done,) = mend(shelf, copy, dry_run=True)
    assert done.outcome == "restorable"
    assert done.details == {"restored": ["data/a.txt"], "from": str(copy)}
    assert text(shelf) == "spoiled"
    assert not (shelf.own / "damaged").exists()
    assert shelf.ledger.read_bytes() == before


@pytest.mark.parametrize("is_recorded", [True, False])
def test_what_has_vanished_is_put_back_and_first_recorded_as_missing(
    shelf: Shelf, copy: Path, is_recorded: bool
) -> None:
    shutil.rmtree(shelf.root / "in")
    if is_recorded:
        check(shelf)
    before = len(entries(shelf))
    (done,) = mend(shelf, copy, packages=() if is_recorded else [shelf.root / "in" / "b"])
    assert done.outcome == "repaired"
    assert done.details == {"restored": [], "from": str(copy)}
    assert text(shelf, "in/b") == "in/b"
    new = entries(shelf)[before:]
    assert [each["event"] for each in new] == ["missing"] * (not is_recorded) + ["recovery"]
    assert {each["package"] for each in new} == {"in/b"}
    assert new[-1]["kept"] is None
    assert not (shelf.own / "damaged").exists()


def test_all_that_failed_or_vanished_is_restored_and_nothing_else(shelf: Shelf, copy: Path) -> None:
    assert mend(shelf, copy) == []
    spoil(shelf)
    shutil.rmtree(shelf.root / "in")
    check(shelf)
    write_bag(shelf.root / "unknown")
    assert [done.path for done in mend(shelf, copy)] == [
        str(shelf.root / "a"),
        str(shelf.root / "in" / "b"),
    ]


def test_a_named_package_that_is_good_is_left_alone(shelf: Shelf, copy: Path) -> None:
    before = shelf.ledger.read_bytes()
    shutil.rmtree(copy)
    (done,) = mend(shelf, copy, packages=[shelf.root / "a"])
    assert (done.outcome, done.status, done.details) == ("good", 0, {})
    assert shelf.ledger.read_bytes() == before


def damaged(folder: Path) -> None:
    (folder / "data" / "a.txt").write_text("x")


@pytest.mark.parametrize("change", [forge, damaged, shutil.rmtree])
def test_a_copy_that_is_not_good_or_not_the_one_restores_nothing(
    shelf: Shelf, copy: Path, change: Callable[[Path], object]
) -> None:
    spoil(shelf)
    change(copy / "a")
    before = shelf.ledger.read_bytes()
    (done,) = mend(shelf, copy, packages=[shelf.root / "a"])
    assert (done.outcome, done.status) == ("failed", 4)
    said = "does not hold a" if change is shutil.rmtree else "not good either, or not of the same"
    assert said in done.error[0]
    assert text(shelf) == "spoiled"
    assert shelf.ledger.read_bytes() == before


def test_where_no_seal_is_known_any_valid_copy_will_do(shelf: Shelf, copy: Path) -> None:
    shutil.rmtree(shelf.own)
    spoil(shelf)
    forge(copy / "a")
    (done,) = mend(shelf, copy, packages=[shelf.root / "a"])
    assert done.outcome == "repaired"
    assert text(shelf) == "forged"


def test_the_seal_with_which_it_was_built_is_as_good_as_that_of_its_last_check(
    shelf: Shelf, copy: Path
) -> None:
    spoil(shelf)
    forge(copy / "a")
    for seal, outcome in ((b"x" * 32, "failed"), (seal_of(copy / "a"), "repaired")):
        with Memory(shelf.own / "built.sqlite") as memory:
            memory.keep("a", Remembered(b"", "a", seal, ()), 0o600)
        (done,) = mend(shelf, copy, packages=[shelf.root / "a"])
        assert done.outcome == outcome


@pytest.mark.parametrize("name", ["../a", "x/../a", "/a", "in//b", "."])
def test_a_name_that_leads_elsewhere_is_refused(shelf: Shelf, copy: Path, name: str) -> None:
    with ledger.held(shelf.ledger, lambda _: None) as (book, _):
        book.append([{"event": "fixity check", "package": name, "outcome": "fail"}])
    (done,) = mend(shelf, copy)
    assert (done.outcome, done.status) == ("failed", 3)
    assert f"the ledger names the package {name!r}, which cannot lie in" in done.error[0]


@pytest.fixture
def archive(shelf: Shelf, tmp_path: Path) -> str:
    """The address of a repository that holds a letter's package, which is spoiled on the shelf."""
    package = Path(shutil.copytree(LETTER, shelf.root / LETTER.name))
    address = f"ocfl:{tmp_path / 'archive'}"
    deposit(package, address, receipts=tmp_path / "receipts")
    (package / "data" / "README.txt").write_text("spoiled")
    return address


def test_receipts_restore_from_where_they_lead_if_they_are_of_the_package(
    shelf: Shelf, archive: str, tmp_path: Path
) -> None:
    only = [shelf.root / LETTER.name]
    (done,) = mend(shelf, "receipts", packages=only)
    assert (done.outcome, done.status) == ("failed", 4)
    assert "there is no receipt for" in done.error[0]
    (receipt,) = (tmp_path / "receipts").rglob("*.json")
    spoil(shelf)
    (done,) = mend(shelf, receipt, packages=[shelf.root / "a"])
    assert "there is no receipt for" in done.error[0]
    (done,) = mend(shelf, f"receipts:{tmp_path / 'receipts'}", packages=only)
    assert (done.outcome, done.details["restored"]) == ("repaired", ["data/README.txt"])


def test_a_repository_restores_what_it_holds(shelf: Shelf, archive: str) -> None:
    (done,) = mend(shelf, archive, packages=[shelf.root / LETTER.name])
    assert (done.outcome, done.details["restored"]) == ("repaired", ["data/README.txt"])
    spoil(shelf)
    (done,) = mend(shelf, archive, packages=[shelf.root / "a"])
    assert (done.status, done.error[0]) == (4, f"{archive} does not hold a")


def test_a_serialized_bag_is_restored_from_a_folder_and_from_no_repository(
    shelf: Shelf, copy: Path, tmp_path: Path
) -> None:
    archive = shelf.root / "a.zip"
    pack(shelf.root / "a", archive)
    check(shelf)
    shutil.copy(archive, copy)
    good = archive.read_bytes()
    archive.write_bytes(good[:-30])
    (done,) = mend(shelf, f"ocfl:{tmp_path / 'archive'}", packages=[archive])
    assert done.status == 4
    assert "is a serialized bag" in done.error[0]
    (done,) = mend(shelf, copy, packages=[archive])
    assert done.outcome == "repaired"
    assert archive.read_bytes() == good


def test_what_is_put_back_can_be_read_by_those_who_could_read_it(shelf: Shelf, copy: Path) -> None:
    spoil(shelf)
    shelf.root.chmod(0o750)
    (shelf.root / "a").chmod(0o700)
    (shelf.root / "a" / "data" / "a.txt").chmod(0o600)
    shutil.rmtree(shelf.root / "in" / "b")
    for path in copy.rglob("*"):
        path.chmod(0o777)
    mend(shelf, copy, packages=[shelf.root / "a", shelf.root / "in" / "b"])
    assert (shelf.root / "a").stat().st_mode & 0o077 == 0
    assert (shelf.root / "in" / "b").stat().st_mode & 0o007 == 0


def test_what_is_accepted_is_recorded_with_the_reason_and_counts_from_then_on(
    shelf: Shelf,
) -> None:
    forge(shelf.root / "a")
    before = len(entries(shelf))
    both = [shelf.root / "a", shelf.root / "in" / "b"]
    accept(shelf, both, path=shelf.ledger, reason="a new scan")
    entry, other = entries(shelf)[before:]
    said = {key: entry[key] for key in entry if key not in ("time", "software", "previous")}
    assert said == {
        "number": before + 1,
        "event": "fixity check",
        "package": "a",
        "outcome": "pass",
        "seal": seal_of(shelf.root / "a").hex(),
        "accepted": "a new scan",
        "signed": [],
    }
    assert other["package"] == "in/b"
    assert [done.outcome for done in check(shelf)] == ["passed", "passed"]


def test_with_one_package_that_is_not_valid_or_elsewhere_none_is_accepted(
    shelf: Shelf, copy: Path
) -> None:
    before = shelf.ledger.read_bytes()
    spoil(shelf, "in/b")
    with pytest.raises(InvalidError, match="is not valid") as refusal:
        accept(shelf, [shelf.root / "a", shelf.root / "in" / "b"], path=shelf.ledger, reason="x")
    assert [each.code for each in refusal.value.report.errors] == ["payload-digest-mismatch"]
    with pytest.raises(InvalidError, match="is not on the shelf"):
        accept(shelf, [copy / "a"], path=shelf.ledger, reason="x")
    with pytest.raises(InvalidError, match="is not on the shelf"):
        mend(shelf, copy, packages=[copy / "a"])
    assert shelf.ledger.read_bytes() == before


def test_names_of_packages_are_taken_from_where_one_stands(
    shelf: Shelf, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(shelf)
    monkeypatch.chdir(shelf.root)
    (done,) = mend(shelf, copy, packages=[Path("a")])
    assert done.outcome == "repaired"
