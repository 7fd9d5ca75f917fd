"""Repairs and acceptances: what is restored, what is refused, what is recorded."""

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
from archive_pkg.collection import (
    Collection,
    Done,
    accept,
    audit,
    executor_for,
    open_collection,
    repair,
)
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.bulk.build_cache import BuildCache, CachedBuild
from archive_pkg.deposits import deposit
from archive_pkg.errors import InvalidError
from small_bags import write_bag

LETTER = Path(__file__).parents[2] / "packages" / "1960-07-18-cpsu-to-sed"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bags, one of them in a folder of the collection, checked once; tests work on copies."""
    root = tmp_path_factory.mktemp("made")
    for name in ("a", "in/b"):
        write_bag(root / name, text=name)
    collection = open_collection(root)
    check(collection)
    return collection.root


@pytest.fixture
def collection(made: Path, tmp_path: Path) -> Collection:
    return open_collection(shutil.copytree(made, tmp_path / "collection"))


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A mirror of the collection."""
    return Path(
        shutil.copytree(made, tmp_path / "copy", ignore=shutil.ignore_patterns(".archive-pkg"))
    )


def check(collection: Collection) -> list[Done]:
    done: list[Done] = []
    audit(collection, done.append, executor=partial(executor_for, 1), path=collection.ledger)
    return done


def run_repair(collection: Collection, copy: object, **given: Any) -> list[Done]:
    done: list[Done] = []
    assert (
        list(repair(collection, done.append, path=collection.ledger, copy=str(copy), **given)) == []
    )
    assert not collection.work.exists()
    return done


def entries(collection: Collection) -> list[dict[str, Any]]:
    return [json.loads(line) for line in collection.ledger.read_text().splitlines()]


def text(collection: Collection, name: str = "a") -> str:
    return (collection.root / name / "data" / "a.txt").read_text()


def spoil(collection: Collection, name: str = "a") -> None:
    (collection.root / name / "data" / "a.txt").write_text("spoiled")


def forge(folder: Path) -> None:
    shutil.rmtree(folder)
    write_bag(folder, text="forged")


def test_a_damaged_package_is_replaced_kept_and_recorded(
    collection: Collection, copy: Path
) -> None:
    spoil(collection)
    check(collection)
    before = len(entries(collection))
    (done,) = run_repair(collection, copy)
    assert (done.outcome, done.status, done.path) == ("repaired", 0, str(collection.root / "a"))
    assert text(collection) == "a"
    (kept,) = (collection.own / "damaged").iterdir()
    assert (kept / "data" / "a.txt").read_text() == "spoiled"
    assert kept.name.startswith("a-20")
    (entry,) = entries(collection)[before:]
    said = {key: entry[key] for key in entry if key not in ("time", "software", "previous")}
    assert said == {
        "number": before + 1,
        "event": "recovery",
        "package": "a",
        "outcome": "pass",
        "seal": fingerprint_of(copy / "a").hex(),
        "from": str(copy),
        "files": ["data/a.txt"],
        "kept": str(kept.relative_to(collection.root)),
    }
    assert done.details == {
        "restored": ["data/a.txt"],
        "from": str(copy),
        "damaged": str(kept),
    }
    assert run_repair(collection, copy) == []


def test_without_an_atomic_exchange_the_damaged_package_is_moved_first(
    collection: Collection, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "exchange", lambda *_: False)
    spoil(collection)
    (done,) = run_repair(collection, copy, packages=[collection.root / "a"])
    assert done.outcome == "repaired"
    assert text(collection) == "a"
    (kept,) = (collection.own / "damaged").iterdir()
    assert (kept / "data" / "a.txt").read_text() == "spoiled"


def test_a_dry_run_says_what_would_be_restored_and_changes_nothing(
    collection: Collection, copy: Path
) -> None:
    spoil(collection)
    check(collection)
    before = collection.ledger.read_bytes()
    (done,) = run_repair(collection, copy, dry_run=True)
    assert done.outcome == "restorable"
    assert done.details == {"restored": ["data/a.txt"], "from": str(copy)}
    assert text(collection) == "spoiled"
    assert not (collection.own / "damaged").exists()
    assert collection.ledger.read_bytes() == before


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_vanished_package_is_recorded_as_missing_and_restored(
    collection: Collection, copy: Path, is_recorded: bool
) -> None:
    shutil.rmtree(collection.root / "in")
    if is_recorded:
        check(collection)
    before = len(entries(collection))
    (done,) = run_repair(
        collection, copy, packages=() if is_recorded else [collection.root / "in" / "b"]
    )
    assert done.outcome == "repaired"
    assert done.details == {"restored": [], "from": str(copy)}
    assert text(collection, "in/b") == "in/b"
    new = entries(collection)[before:]
    assert [each["event"] for each in new] == ["missing"] * (not is_recorded) + ["recovery"]
    assert {each["package"] for each in new} == {"in/b"}
    assert new[-1]["kept"] is None
    assert not (collection.own / "damaged").exists()


def test_only_packages_that_failed_or_vanished_are_restored(
    collection: Collection, copy: Path
) -> None:
    assert run_repair(collection, copy) == []
    spoil(collection)
    shutil.rmtree(collection.root / "in")
    check(collection)
    write_bag(collection.root / "unknown")
    assert [done.path for done in run_repair(collection, copy)] == [
        str(collection.root / "a"),
        str(collection.root / "in" / "b"),
    ]


def test_a_named_package_that_is_good_is_left_alone(collection: Collection, copy: Path) -> None:
    before = collection.ledger.read_bytes()
    shutil.rmtree(copy)
    (done,) = run_repair(collection, copy, packages=[collection.root / "a"])
    assert (done.outcome, done.status, done.details) == ("good", 0, {})
    assert collection.ledger.read_bytes() == before


def damaged(folder: Path) -> None:
    (folder / "data" / "a.txt").write_text("x")


@pytest.mark.parametrize("change", [forge, damaged, shutil.rmtree])
def test_a_damaged_or_different_copy_is_not_restored(
    collection: Collection, copy: Path, change: Callable[[Path], object]
) -> None:
    spoil(collection)
    change(copy / "a")
    before = collection.ledger.read_bytes()
    (done,) = run_repair(collection, copy, packages=[collection.root / "a"])
    assert (done.outcome, done.status) == ("failed", 4)
    said = "does not hold a" if change is shutil.rmtree else "is damaged, too, or is a different"
    assert said in done.error[0]
    assert text(collection) == "spoiled"
    assert collection.ledger.read_bytes() == before


def test_any_valid_copy_is_accepted_if_no_fingerprint_is_known(
    collection: Collection, copy: Path
) -> None:
    shutil.rmtree(collection.own)
    spoil(collection)
    forge(copy / "a")
    (done,) = run_repair(collection, copy, packages=[collection.root / "a"])
    assert done.outcome == "repaired"
    assert text(collection) == "forged"


def test_a_copy_with_the_fingerprint_of_the_build_is_accepted(
    collection: Collection, copy: Path
) -> None:
    spoil(collection)
    forge(copy / "a")
    for seal, outcome in ((b"x" * 32, "failed"), (fingerprint_of(copy / "a"), "repaired")):
        with BuildCache(collection.own / "built.sqlite") as memory:
            memory.keep("a", CachedBuild(b"", "a", seal, ()), 0o600)
        (done,) = run_repair(collection, copy, packages=[collection.root / "a"])
        assert done.outcome == outcome


@pytest.mark.parametrize("name", ["../a", "x/../a", "/a", "in//b", "."])
def test_a_name_that_leads_out_of_the_collection_is_refused(
    collection: Collection, copy: Path, name: str
) -> None:
    with ledger.held(collection.ledger, lambda _: None) as (book, _):
        book.append([{"event": "fixity check", "package": name, "outcome": "fail"}])
    (done,) = run_repair(collection, copy)
    assert (done.outcome, done.status) == ("failed", 3)
    assert f"the ledger names the package {name!r}, which cannot be in" in done.error[0]


@pytest.fixture
def archive(collection: Collection, tmp_path: Path) -> str:
    """The address of a repository with a letter's package that is damaged in the collection."""
    package = Path(shutil.copytree(LETTER, collection.root / LETTER.name))
    address = f"ocfl:{tmp_path / 'archive'}"
    deposit(package, address, receipts=tmp_path / "receipts")
    (package / "data" / "README.txt").write_text("spoiled")
    return address


def test_a_package_is_restored_from_the_repository_that_its_receipt_names(
    collection: Collection, archive: str, tmp_path: Path
) -> None:
    only = [collection.root / LETTER.name]
    (done,) = run_repair(collection, "receipts", packages=only)
    assert (done.outcome, done.status) == ("failed", 4)
    assert "there is no receipt for" in done.error[0]
    (receipt,) = (tmp_path / "receipts").rglob("*.json")
    spoil(collection)
    (done,) = run_repair(collection, receipt, packages=[collection.root / "a"])
    assert "there is no receipt for" in done.error[0]
    (done,) = run_repair(collection, f"receipts:{tmp_path / 'receipts'}", packages=only)
    assert (done.outcome, done.details["restored"]) == ("repaired", ["data/README.txt"])


def test_a_repository_restores_only_packages_that_it_holds(
    collection: Collection, archive: str
) -> None:
    (done,) = run_repair(collection, archive, packages=[collection.root / LETTER.name])
    assert (done.outcome, done.details["restored"]) == ("repaired", ["data/README.txt"])
    spoil(collection)
    (done,) = run_repair(collection, archive, packages=[collection.root / "a"])
    assert (done.status, done.error[0]) == (4, f"{archive} does not hold a")


def test_a_serialized_bag_is_restored_from_a_folder_not_from_a_repository(
    collection: Collection, copy: Path, tmp_path: Path
) -> None:
    archive = collection.root / "a.zip"
    pack(collection.root / "a", archive)
    check(collection)
    shutil.copy(archive, copy)
    good = archive.read_bytes()
    archive.write_bytes(good[:-30])
    (done,) = run_repair(collection, f"ocfl:{tmp_path / 'archive'}", packages=[archive])
    assert done.status == 4
    assert "is a serialized bag" in done.error[0]
    (done,) = run_repair(collection, copy, packages=[archive])
    assert done.outcome == "repaired"
    assert archive.read_bytes() == good


def test_a_restored_package_does_not_get_wider_permissions(
    collection: Collection, copy: Path
) -> None:
    spoil(collection)
    collection.root.chmod(0o750)
    (collection.root / "a").chmod(0o700)
    (collection.root / "a" / "data" / "a.txt").chmod(0o600)
    shutil.rmtree(collection.root / "in" / "b")
    for path in copy.rglob("*"):
        path.chmod(0o777)
    run_repair(collection, copy, packages=[collection.root / "a", collection.root / "in" / "b"])
    assert (collection.root / "a").stat().st_mode & 0o077 == 0
    assert (collection.root / "in" / "b").stat().st_mode & 0o007 == 0


def test_an_accepted_package_is_recorded_with_the_reason(
    collection: Collection,
) -> None:
    forge(collection.root / "a")
    before = len(entries(collection))
    both = [collection.root / "a", collection.root / "in" / "b"]
    accept(collection, both, path=collection.ledger, reason="a new scan")
    entry, other = entries(collection)[before:]
    said = {key: entry[key] for key in entry if key not in ("time", "software", "previous")}
    assert said == {
        "number": before + 1,
        "event": "fixity check",
        "package": "a",
        "outcome": "pass",
        "seal": fingerprint_of(collection.root / "a").hex(),
        "accepted": "a new scan",
        "signed": [],
    }
    assert other["package"] == "in/b"
    assert [done.outcome for done in check(collection)] == ["passed", "passed"]


def test_no_package_is_accepted_if_one_is_invalid_or_elsewhere(
    collection: Collection, copy: Path
) -> None:
    before = collection.ledger.read_bytes()
    spoil(collection, "in/b")
    with pytest.raises(InvalidError, match="is not valid") as refusal:
        accept(
            collection,
            [collection.root / "a", collection.root / "in" / "b"],
            path=collection.ledger,
            reason="x",
        )
    assert [each.code for each in refusal.value.report.errors] == ["payload-digest-mismatch"]
    with pytest.raises(InvalidError, match="is not in the collection"):
        accept(collection, [copy / "a"], path=collection.ledger, reason="x")
    with pytest.raises(InvalidError, match="is not in the collection"):
        run_repair(collection, copy, packages=[copy / "a"])
    assert collection.ledger.read_bytes() == before


def test_paths_of_packages_are_relative_to_the_working_folder(
    collection: Collection, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(collection)
    monkeypatch.chdir(collection.root)
    (done,) = run_repair(collection, copy, packages=[Path("a")])
    assert done.outcome == "repaired"
