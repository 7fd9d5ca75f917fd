"""Audits in detail: what is recorded, what fails, what is due, and when a run stops."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from archive_pkg.cli import app
from archive_pkg.collection import Budget, Collection, Done, audit, executor_for, open_collection
from archive_pkg.collection.audits import auditing, ledger
from archive_pkg.collection.audits.auditing import AuditResult
from archive_pkg.collection.audits.comparing import compare, digests_of
from archive_pkg.collection.audits.fingerprints import fingerprint_of
from archive_pkg.collection.audits.repairing import accept
from archive_pkg.collection.bulk.build_cache import BuildCache, CachedBuild
from archive_pkg.collection.bulk.for_each import verify_one
from archive_pkg.deposits.receipts import Receipt, saving
from archive_pkg.deposits.shared_syncs import run_alone
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.packages.later_events import receipts_folder
from small_bags import write_bag

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three bags; tests work on copies."""
    root = tmp_path_factory.mktemp("made") / "collection"
    for name in NAMES:
        write_bag(root / name, text=name)
    return root


@pytest.fixture
def collection(made: Path, tmp_path: Path) -> Collection:
    return open_collection(shutil.copytree(made, tmp_path / "collection"))


def check(collection: Collection, **given: Any) -> tuple[dict[str, Done], AuditResult]:
    done: list[Done] = []
    audited = audit(
        collection, done.append, executor=partial(executor_for, 1), path=collection.ledger, **given
    )
    return {Path(each.path).name: each for each in done}, audited


def entries(collection: Collection, after: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in collection.ledger.read_text().splitlines()][after:]


def codes(done: Done) -> list[str]:
    return [finding.code for finding in done.findings]


def spoil(collection: Collection, name: str) -> None:
    (collection.root / name / "data" / "a.txt").write_text("other")


def forge(collection: Collection, name: str) -> None:
    """Replace a bag by a different valid one."""
    shutil.rmtree(collection.root / name)
    write_bag(collection.root / name, text="forged")


def test_a_ledger_entry_has_the_size_and_fingerprint_of_the_package(collection: Collection) -> None:
    done, audited = check(collection)
    assert {name: (each.outcome, each.status) for name, each in done.items()} == dict.fromkeys(
        NAMES, ("passed", 0)
    )
    for name, entry in zip(NAMES, entries(collection), strict=True):
        said = {key: entry[key] for key in entry if key not in ("time", "software", "previous")}
        assert said == {
            "number": NAMES.index(name) + 1,
            "event": "fixity check",
            "package": name,
            "outcome": "pass",
            "seal": fingerprint_of(collection.root / name).hex(),
            "files": 2,
            "size": 2,
            "built_here": False,
        }
    assert (audited.present, audited.checked, audited.size, audited.left) == (3, 3, 6, 0)
    assert (audited.failed, audited.vanished, audited.differing) == (0, 0, 0)
    assert audited.head.number == 3
    assert list(audited.report) == []
    check(collection)
    assert all("built_here" not in entry for entry in entries(collection, after=3))


def test_a_package_built_here_must_match_its_build(collection: Collection) -> None:
    collection.ready()
    with BuildCache(collection.own / "built.sqlite") as memory:
        for name in "ab":
            seal = fingerprint_of(collection.root / name)
            memory.keep(name, CachedBuild(b"", name, seal, ()), 0o600)
    forge(collection, "b")
    done, audited = check(collection)
    assert {name: codes(each) for name, each in done.items()} == {
        "a": [],
        "b": ["package-replaced"],
        "c": [],
    }
    assert [entry["built_here"] for entry in entries(collection)] == [True, True, False]
    assert audited.failed == 1


def test_the_fingerprint_of_the_last_check_or_of_the_last_build_is_accepted(
    collection: Collection,
) -> None:
    """The fingerprint of the last check or of the last build of this package is accepted."""
    check(collection)
    old = [fingerprint_of(collection.root / name) for name in "ab"]
    for name in "ab":
        forge(collection, name)
    with BuildCache(collection.own / "built.sqlite") as memory:
        memory.keep("a", CachedBuild(b"", "a", fingerprint_of(collection.root / "a"), ()), 0o600)
        memory.keep("b", CachedBuild(b"", "b", old[1], ()), 0o600)
        memory.keep("c", CachedBuild(b"", "c", old[0], ()), 0o600)
    done, _ = check(collection)
    assert {name: codes(each) for name, each in done.items()} == {
        "a": [],
        "b": ["package-replaced"],
        "c": [],
    }
    assert (done["b"].outcome, done["b"].status) == ("failed", 3)
    assert [entry["outcome"] for entry in entries(collection, after=3)] == ["pass", "fail", "pass"]


def test_a_package_with_changed_manifests_fails_until_it_is_accepted(
    collection: Collection,
) -> None:
    check(collection)
    forge(collection, "b")
    for _ in range(2):
        done, audited = check(collection)
        assert codes(done["b"]) == ["package-replaced"]
        assert (done["b"].status, done["b"].outcome, audited.failed) == (3, "failed", 1)
        (entry,) = [each for each in entries(collection)[-3:] if each["package"] == "b"]
        assert (entry["outcome"], entry["findings"]) == ("fail", ["package-replaced"])
    accept(collection, [collection.root / "b"], path=collection.ledger, reason="corrected")
    assert codes(check(collection)[0]["b"]) == []


def test_a_failed_check_is_recorded_with_each_error_code_once(collection: Collection) -> None:
    spoil(collection, "b")
    (collection.root / "b" / "data" / "b.txt").write_text("more")
    (collection.root / "b" / "extra.txt").write_text("in no list, which is a warning")
    done, audited = check(collection)
    assert (done["b"].outcome, done["b"].status) == ("failed", 3)
    assert codes(done["b"]).count("payload-digest-mismatch") == 2
    (entry,) = [each for each in entries(collection) if each["outcome"] == "fail"]
    assert entry["package"] == "b"
    assert entry["findings"].count("payload-digest-mismatch") == 1
    assert "file-not-in-tagmanifest" not in entry["findings"]
    assert (audited.checked, audited.failed) == (3, 1)


def test_a_bag_without_manifests_fails_and_its_entry_has_no_fingerprint(
    collection: Collection,
) -> None:
    for path in (collection.root / "b").glob("*manifest*"):
        path.unlink()
    done, _ = check(collection)
    assert done["b"].outcome == "failed"
    (entry,) = [each for each in entries(collection) if each["package"] == "b"]
    assert "seal" not in entry


def test_a_vanished_package_is_recorded_once_and_reported_each_time(collection: Collection) -> None:
    check(collection)
    kept = (collection.root / "b").rename(collection.root.with_name("kept"))
    for number in (1, 0, 0):
        before = len(entries(collection))
        done, audited = check(collection, due=timedelta(days=1))
        assert (done["b"].outcome, done["b"].status, codes(done["b"])) == (
            "vanished",
            3,
            ["package-vanished"],
        )
        assert (audited.present, audited.checked, audited.vanished) == (2, 0, 1)
        new = [(each["event"], each["package"]) for each in entries(collection, after=before)]
        assert new == [("missing", "b")] * number
    assert entries(collection)[-1]["findings"] == ["package-vanished"]
    assert entries(collection)[-1]["outcome"] == "fail"
    kept.rename(collection.root / "b")
    done, audited = check(collection)
    assert (done["b"].outcome, audited.vanished) == ("passed", 0)


@pytest.mark.parametrize("when", ["before", "failing", "after"])
def test_a_package_removed_during_its_check_is_reported_as_vanished(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def removing(path: Path, *words: Any, **more: Any) -> Done:
        if path.name == "a" and when == "before":
            shutil.rmtree(collection.root / "b")
        if path.name == "b" and when == "failing":
            shutil.rmtree(path)
            raise StorageError("it cannot be read")
        done = verify_one(path, *words, **more)
        if path.name == "b" and when == "after":
            shutil.rmtree(path)
        return done

    monkeypatch.setattr(auditing, "verify_one", removing)
    done, audited = check(collection)
    assert (done["b"].outcome, codes(done["b"])) == ("vanished", ["package-vanished"])
    assert (audited.checked, audited.vanished, audited.failed) == (3, 1, 0)
    assert [each["event"] for each in entries(collection)] == [
        "fixity check",
        "missing",
        "fixity check",
    ]


@pytest.mark.parametrize("error", [StorageError("it is locked"), OSError(5, "I/O error")])
def test_an_unreadable_package_fails_and_is_not_reported_as_vanished(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(path: Path, *words: Any, **more: Any) -> Done:
        if path.name == "b":
            raise error
        return verify_one(path, *words, **more)

    monkeypatch.setattr(auditing, "verify_one", failing)
    done, audited = check(collection)
    assert (done["b"].outcome, done["b"].status) == ("failed", 5)
    assert (audited.checked, audited.vanished, audited.failed) == (3, 0, 1)
    entry = entries(collection)[1]
    assert (entry["event"], entry["outcome"]) == ("fixity check", "fail")
    assert entry["detail"] == done["b"].error[0] != ""


def test_no_package_is_started_when_the_budget_is_used_up(collection: Collection) -> None:
    """A batch has eight packages of two bytes; one more is read to see whether there are more."""
    for number in range(9):
        write_bag(collection.root / f"x{number}")
    for size, checked in ((16, 9), (17, 12)):
        shutil.rmtree(collection.own, ignore_errors=True)
        _, audited = check(collection, budget=Budget(size=size))
        assert (audited.checked, audited.left, audited.present) == (checked, 12 - checked, 12)
        assert audited.size == 2 * checked
    _, audited = check(collection, budget=Budget(size=0, seconds=60))
    assert (audited.checked, audited.left) == (0, 12)
    _, audited = check(collection, budget=Budget(size=10**9, seconds=60))
    assert (audited.checked, audited.left) == (12, 0)
    _, audited = check(collection, budget=Budget(seconds=0))
    assert (audited.checked, audited.left) == (0, 12)


def test_due_packages_with_the_oldest_checks_are_checked_first(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, name in ((1, "b"), (2, "c")):
        monkeypatch.setattr(ledger, "_now", lambda day=day: f"2026-01-0{day}T00:00:00Z")
        with ledger.held(collection.ledger, lambda _: None) as (book, _):
            book.append([{"event": "fixity check", "package": name, "outcome": "pass"}])
    monkeypatch.undo()
    done, audited = check(collection, due=timedelta(days=1))
    assert list(done) == ["a", "b", "c"]
    done, audited = check(collection, due=timedelta(days=1))
    assert list(done) == []
    assert audited.left == 0
    assert len(check(collection)[0]) == 3


def mirror(
    collection: Collection, folder: Path, change: Callable[[Path], object] = lambda _: None
) -> str:
    shutil.copytree(collection.root, folder, ignore=shutil.ignore_patterns(".archive-pkg"))
    change(folder)
    return str(folder)


def test_a_differing_copy_fails_the_run_but_not_the_package(
    collection: Collection, tmp_path: Path
) -> None:
    same = mirror(collection, tmp_path / "same")
    other = mirror(
        collection,
        tmp_path / "other",
        lambda folder: (folder / "b" / "data" / "a.txt").write_text("x"),
    )
    less = mirror(collection, tmp_path / "less", lambda folder: shutil.rmtree(folder / "b"))
    for copies in ((same, other), (other, same), (less, same), (other, less)):
        done, audited = check(collection, against=copies)
        bad = {other: "copy-differs", less: "copy-absent"}
        words = {other: "differs", less: "missing"}
        assert codes(done["b"]) == [bad[copy] for copy in copies if copy in bad]
        assert {name: each.status for name, each in done.items()} == {"a": 0, "b": 3, "c": 0}
        assert {each.outcome for each in done.values()} == {"passed"}
        assert (audited.failed, audited.differing) == (0, 1)
        new = entries(collection)[-3:]
        assert [each["outcome"] for each in new] == ["pass"] * 3
        reported = {copy: words.get(copy, "same") for copy in copies}
        assert [each["against"] for each in new] == [
            dict.fromkeys(copies, "same"),
            reported,
            dict.fromkeys(copies, "same"),
        ]
        assert [each.get("findings") for each in new] == [None, codes(done["b"]), None]
    done, audited = check(collection, against=(same,))
    assert audited.differing == 0
    check(collection)
    assert "against" not in entries(collection)[-1]


def test_an_unknown_copy_is_refused_before_anything_is_checked(collection: Collection) -> None:
    for copy, said in (
        ("ftp://example.org", "is not the address of a known repository"),
        (str(collection.root / "absent"), "does not exist"),
    ):
        with pytest.raises(UsageError, match=said):
            check(collection, against=(copy,))
    assert not collection.ledger.exists()


def test_a_copy_is_found_by_path_or_by_name(collection: Collection, tmp_path: Path) -> None:
    write_bag(collection.root / "in" / "d")
    whole = mirror(collection, tmp_path / "whole")
    flat = mirror(collection, tmp_path / "flat", lambda to: (to / "in" / "d").rename(to / "d"))
    none = mirror(collection, tmp_path / "none", lambda to: (to / "in" / "d").rename(to / "e"))
    check(collection, against=(whole, flat, none))
    (entry,) = [each for each in entries(collection) if each["package"] == "in/d"]
    assert entry["against"] == {whole: "same", flat: "same", none: "missing"}


@pytest.mark.parametrize(
    ("name", "code"), [("b.txt", "copy-lacks-file"), ("c.txt", "copy-has-more")]
)
def test_a_file_that_only_one_copy_has_is_reported(
    collection: Collection, tmp_path: Path, name: str, code: str
) -> None:
    other = tmp_path / "other"
    copied = shutil.copytree(collection.root / "a", other / "a") / "data" / name
    copied.unlink() if copied.exists() else copied.touch()
    (finding,) = compare(collection.root / "a", "a", str(other))
    assert finding.code == code
    assert finding.location.path.endswith(f"data/{name}")


def test_a_package_is_compared_with_its_newest_receipt(
    collection: Collection, tmp_path: Path
) -> None:
    package = collection.root / "a"
    digests = digests_of(package)
    folder = receipts_folder(package, tmp_path / "receipts")
    folder.mkdir(parents=True)
    for day, changed in ((1, {"data/a.txt": "0" * 64}), (2, {})):
        sent = {"size": 1, "algorithm": "sha256", "stored": None}
        files = [
            {"path": path, "sha256": digest, "expected": digest} | sent
            for path, digest in (digests | changed).items()
        ]
        time = f"2026-11-0{day}T10:00:00Z"
        words = dict.fromkeys(("target", "kind", "client", "packaging", "location"), "x")
        words |= {"package": "a", "remote_id": "a", "version": f"v{day}", "payload_oxum": "2.2"}
        more = {"manifests": {}, "verified": "read-back", "started": time, "ended": time}
        said = {"files": files, "fingerprint": "0" * 64, "answer": {}} | words | more
        run_alone(saving(Receipt.model_validate(said), folder))
    assert compare(package, "a", f"receipts:{tmp_path / 'receipts'}") == []


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_report_can_be_read_only_by_those_who_can_read_the_collection(
    collection: Collection, tmp_path: Path, option: str
) -> None:
    check(collection)
    collection.root.chmod(0o700)
    out = tmp_path / "report"
    done = CliRunner().invoke(app, ["audit", "report", str(collection.root), option, str(out)])
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o077 == 0


def test_an_interrupted_run_records_the_packages_that_it_checked(collection: Collection) -> None:
    seen: list[Done] = []

    def take(done: Done) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(collection, take, executor=partial(executor_for, 1), path=collection.ledger)
    assert [entry["package"] for entry in entries(collection)] == ["a", "b"]


@pytest.mark.parametrize(("together", "seconds"), [(2, 1000.0), (1000, -1.0), (1000, 1000.0)])
def test_entries_are_written_to_the_ledger_by_number_or_time(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, together: int, seconds: float
) -> None:
    monkeypatch.setattr(auditing, "_ENTRIES_PER_WRITE", together)
    monkeypatch.setattr(auditing, "_SECONDS_PER_WRITE", seconds)
    written: list[int] = []

    def take(_: Done) -> None:
        written.append(len(entries(collection)) if collection.ledger.exists() else 0)

    audit(collection, take, executor=partial(executor_for, 1), path=collection.ledger)
    expected = [1, 2, 3] if seconds < 0 else [0, 2, 2] if together == 2 else [0, 0, 0]
    assert written == expected
    assert len(entries(collection)) == 3


def test_an_empty_collection_is_an_error_if_the_ledger_has_packages(
    collection: Collection, tmp_path: Path
) -> None:
    check(collection)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StorageError, match="has no packages, but the ledger has 3"):
        audit(
            Collection(tmp_path / "empty"),
            print,
            executor=partial(executor_for, 1),
            path=collection.ledger,
        )
    assert len(entries(collection)) == 3
    done, audited = check(Collection(tmp_path / "empty"))
    assert (done, audited.present, audited.checked) == ({}, 0, 0)


def test_no_package_is_checked_if_the_ledger_was_changed(
    collection: Collection,
) -> None:
    check(collection)
    before = collection.ledger.read_bytes().replace(b'"pass"', b'"fail"')
    collection.ledger.write_bytes(before)
    with pytest.raises(InvalidError, match="was changed or is damaged"):
        check(collection)
    assert collection.ledger.read_bytes() == before
