"""Audits over the years: all damage is found, nothing else is, and a copy repairs it."""

from __future__ import annotations

import csv
import json
import shutil
import threading
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archive_pkg import cli
from archive_pkg.cli.commands.audit import parse_budget, parse_duration
from archive_pkg.collection import (
    Budget,
    Collection,
    Done,
    Options,
    Overview,
    audit,
    build_many,
    executor_for,
    find_records,
    make_collection,
    open_collection,
    repair,
)
from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.auditing import AuditResult
from archive_pkg.deposits import deposit
from archive_pkg.errors import UsageError
from archive_pkg.packages import verify
from program import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def master(generator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of fifteen packages; tests work on copies."""
    folder = tmp_path_factory.mktemp("master")
    list(generator.write_letters(folder / "letters", 15, size=300))
    build(folder / "letters", folder / "collection")
    return folder


@pytest.fixture
def collection(master: Path, tmp_path: Path) -> Collection:
    shutil.copytree(master / "collection", tmp_path / "collection")
    return open_collection(tmp_path / "collection")


@pytest.fixture
def remembered(collection: Collection, master: Path) -> Collection:
    """The collection, built again in place, because a copied build cache is not trusted."""
    build(master / "letters", collection.root)
    return collection


def build(source: Path, out: Path, **options: Any) -> None:
    build_many(
        find_records([source]),
        make_collection(out, "hashed" if not out.exists() else ""),
        lambda done: None,
        executor=partial(executor_for, 1),
        options=Options(date(2026, 11, 24), **options),
    )


def check(collection: Collection, **given: Any) -> tuple[list[Done], AuditResult]:
    done: list[Done] = []
    audited = audit(
        collection, done.append, executor=partial(executor_for, 1), path=collection.ledger, **given
    )
    return done, audited


def bad(done: list[Done]) -> dict[str, set[str]]:
    return {
        Path(each.path).name: {finding.code for finding in each.findings}
        for each in done
        if each.status
    }


def mend(collection: Collection, copy: str, **given: Any) -> list[Done]:
    done: list[Done] = []
    repair(collection, done.append, path=collection.ledger, copy=copy, **given)
    return done


def entries(collection: Collection) -> list[dict[str, Any]]:
    return [json.loads(line) for line in collection.ledger.read_text().splitlines()]


def test_ten_kinds_of_damage_are_found_and_repaired_without_false_alarms(
    collection: Collection, damages: ModuleType, tmp_path: Path
) -> None:
    packages = list(collection.packages())
    for package in packages:
        deposit(package, f"ocfl:{tmp_path / 'archive'}", receipts=tmp_path / "receipts")
    done, audited = check(collection)
    assert not bad(done)
    assert (audited.checked, audited.failed) == (15, 0)
    spoiled = {}
    for kind, package in zip(damages.KINDS, packages, strict=False):
        kind(package)
        spoiled[package.name] = kind.__name__
    done, audited = check(collection)
    assert bad(done).keys() == spoiled.keys()
    assert audited.vanished == 1
    forged = next(name for name, kind in spoiled.items() if kind == "forge")
    assert verify(collection.home(forged)).verdict.valid
    assert bad(done)[forged] == {"package-replaced"}

    tried = mend(collection, f"ocfl:{tmp_path / 'archive'}", dry_run=True)
    assert [each.outcome for each in tried] == ["restorable"] * 10
    assert not verify(packages[0]).ok
    mended = mend(collection, f"ocfl:{tmp_path / 'archive'}")
    assert [each.outcome for each in mended] == ["repaired"] * 10
    done, audited = check(collection)
    assert not bad(done)
    assert audited.checked == 15
    kept = list((collection.own / "damaged").iterdir())
    assert len(kept) == 9  # the missing package has no copy that could be kept
    recoveries = [entry for entry in entries(collection) if entry["event"] == "recovery"]
    assert {Path(entry["package"]).name for entry in recoveries} == spoiled.keys()
    flipped = next(entry for entry in recoveries if entry["package"].endswith(packages[0].name))
    assert flipped["files"] == ["data/parts/transcription.txt"]


def test_a_package_replaced_by_a_new_build_passes_the_audit(
    collection: Collection, master: Path, tmp_path: Path
) -> None:
    check(collection)
    shutil.copytree(master / "letters", tmp_path / "letters")
    record = next((tmp_path / "letters").glob("*/*/record.yaml"))
    record.write_text(record.read_text().replace("title: Letter,", "title: A letter,"))
    build(tmp_path / "letters", collection.root, replace=True)
    done, _ = check(collection)
    assert not bad(done)


def test_checks_from_a_clock_in_the_future_are_ignored(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "_now", lambda: "2099-01-01T00:00:00Z")
        check(collection)
    done, audited = check(collection, due=timedelta(days=90))
    assert len(done) == 15
    assert [finding.code for finding in audited.report] == ["ledger-clock-back"]


def test_copies_are_compared_and_the_bad_copy_is_named(
    collection: Collection, tmp_path: Path
) -> None:
    packages = list(collection.packages())
    archive = f"ocfl:{tmp_path / 'archive'}"
    for package in packages[1:]:
        deposit(package, archive)
    inside = next((tmp_path / "archive").rglob("content/data/parts/translation.txt"))
    inside.write_text("rotten")
    done, _ = check(collection, against=(archive, "receipts"))
    found = bad(done)
    assert found.pop(packages[0].name) == {"copy-absent"}
    assert list(found.values()) == [{"copy-differs"}]
    assert all(entry["outcome"] == "pass" for entry in entries(collection))
    good = next(
        entry for entry in entries(collection) if entry["package"].endswith(packages[5].name)
    )
    assert good["against"] == {archive: "same", "receipts": "same"}
    with Overview(collection, collection.ledger) as seen:
        # A receipt is not a copy.
        assert f"1 other copy ({archive})" in next(iter(seen.levels())).shown
        assert f"{packages[0].name}: the copy in {archive} is missing" in "\n".join(seen.words())


def test_a_missing_folder_to_repair_from_is_reported(collection: Collection, run: Run) -> None:
    done = run("audit", "repair", collection.root, "--from", "ocfl:nowhere")
    assert done.returncode == 5
    assert "ocfl:nowhere: there is no such folder" in done.stderr


def test_a_missing_copy_does_not_count_as_a_second_copy(
    collection: Collection, tmp_path: Path
) -> None:
    check(collection, against=(f"ocfl:{tmp_path}/nowhere",))
    with Overview(collection, collection.ledger) as seen:
        assert next(iter(seen.levels())).shown.startswith(
            "the ledger records no comparison with an equal"
        )


def figure(overview: Overview, name: str) -> int:
    (line,) = (line for line in overview.metrics().splitlines() if line.startswith(name + "{"))
    return int(line.rpartition(" ")[2])


def test_a_copy_that_differs_is_reported_until_it_is_the_same_again(
    collection: Collection, damages: ModuleType, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(collection.root, mirror)
    one, other = (each.relative_to(collection.root) for each in list(collection.packages())[:2])
    intact = (mirror / one / "data" / "parts" / "translation.txt").read_bytes()
    (mirror / one / "data" / "parts" / "translation.txt").write_text("rotten")
    damages.truncate(collection.root / other)
    assert check(collection, against=(str(mirror),))[1].differing == 2
    check(collection)  # no copy is compared, so the known differences remain
    with Overview(collection, collection.ledger) as seen:
        assert (seen.failed, seen.differing) == (1, 2)
        assert figure(seen, "archive_pkg_packages_copy_differs") == 2
        assert "Copies that differed or were missing when last compared: 2:" in "\n".join(
            seen.words()
        )
    mend(collection, str(mirror))
    with Overview(collection, collection.ledger) as seen:
        assert (seen.failed, seen.differing, seen.ok) == (0, 1, False)
        assert [known.package for known in seen.state.differing()] == [str(one)]
    (mirror / one / "data" / "parts" / "translation.txt").write_bytes(intact)
    check(collection, against=(str(mirror),))
    with Overview(collection, collection.ledger) as seen:
        assert seen.ok
        assert figure(seen, "archive_pkg_packages_copy_differs") == 0


def test_nothing_is_restored_from_a_damaged_copy(
    collection: Collection, damages: ModuleType, tmp_path: Path
) -> None:
    package = next(collection.packages())
    check(collection)
    damages.forge(package)
    deposit(package, f"ocfl:{tmp_path / 'archive'}")  # the copy was made after the forgery
    before = (package / "data" / "parts" / "transcription.txt").read_bytes()
    (done,) = mend(collection, f"ocfl:{tmp_path / 'archive'}", packages=[package])
    assert (done.outcome, done.status) == ("failed", 4)
    assert (package / "data" / "parts" / "transcription.txt").read_bytes() == before
    (done,) = mend(collection, f"ocfl:{tmp_path / 'nowhere'}", packages=[package])
    assert done.status


def test_a_package_forged_before_its_first_check_is_repaired(
    remembered: Collection, damages: ModuleType, tmp_path: Path
) -> None:
    collection = remembered
    package = next(collection.packages())
    archive = f"ocfl:{tmp_path / 'archive'}"
    deposit(package, archive)
    before = (package / "data" / "parts" / "transcription.txt").read_bytes()
    damages.forge(package)
    assert bad(check(collection)[0])[package.name] == {"package-replaced"}
    (done,) = mend(collection, archive)
    assert done.outcome == "repaired"
    assert (package / "data" / "parts" / "transcription.txt").read_bytes() == before


def test_the_report_can_be_text_a_page_a_table_or_metrics(
    remembered: Collection, damages: ModuleType, tmp_path: Path
) -> None:
    collection = remembered
    packages = list(collection.packages())
    shutil.move(packages[0], tmp_path / "aside")
    check(collection)
    shutil.move(tmp_path / "aside", packages[0])  # never checked
    damages.vanish(packages[1])
    damages.truncate(packages[2])
    stranger = packages[3].with_name("stranger")
    shutil.copytree(packages[3], stranger)
    check(collection, budget=Budget(seconds=0))
    shutil.rmtree(collection.own / "damaged", ignore_errors=True)
    with Overview(collection, collection.ledger) as seen:
        assert (seen.present, seen.failed, seen.vanished, seen.never) == (15, 0, 1, 2)
    shutil.move(packages[0], tmp_path / "aside")
    check(collection)
    shutil.move(tmp_path / "aside", packages[0])
    with Overview(collection, collection.ledger) as seen:
        # The moved package was never checked, so it is not reported as missing.
        assert (seen.failed, seen.vanished, seen.never, seen.strangers) == (1, 1, 1, 1)
        words = "\n".join(seen.words())
        assert "1 package failed its last check:" in words
        assert "payload-digest-mismatch" in words
        assert "Integrity 3" in words
        page = seen.page()
        for shown in (words, page):
            failed, passed, head = (
                shown.index(what)
                for what in ("1 package failed", "passed their last check", "head is")
            )
            assert failed < passed < head
        assert page.count("<h2>") == 7
        assert packages[2].name in page
        assert page.count("<svg") == 3
        assert "<tr><th scope='row'>never</th><td>1</td></tr>" in page
        assert "<tr><th scope='row'>a week</th><td>14</td></tr>" in page
        assert "14 of 15 by" in page
        rows = list(csv.DictReader(seen.csv_lines()))
        assert {row["outcome"] for row in rows} == {"pass", "fail", "missing", "never checked"}
        assert len(rows) == 16
        assert 'archive_pkg_packages_failed{collection="' in seen.metrics()
        assert seen.metrics().count("# TYPE") == 9


def test_no_cell_of_the_package_table_is_a_formula(collection: Collection) -> None:
    check(collection)
    package, *_ = collection.packages()
    named = collection.root / '=HYPERLINK("mailto:x","y")'
    shutil.copytree(package, named)
    with Overview(collection, collection.ledger) as seen:
        rows = list(csv.reader(seen.csv_lines()))
    assert f"'{named.name}" in [row[0] for row in rows]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_missing_folder_for_metrics_is_reported_before_the_audit_starts(
    collection: Collection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "audit",
        "run",
        str(collection.root),
        "--metrics",
        str(tmp_path / "none" / "collection.prom"),
    ]
    assert cli.run(words) == 5
    assert "does not exist" in capsys.readouterr().err
    assert not collection.ledger.exists()


def test_a_tampered_ledger_stops_the_audit_and_is_reported_as_broken(
    collection: Collection,
) -> None:
    check(collection)
    text = collection.ledger.read_text()
    collection.ledger.write_text(text.replace('"outcome": "pass"', '"outcome": "fail"', 1))
    with pytest.raises(Exception, match="was changed or is damaged"):
        check(collection)
    with Overview(collection, collection.ledger) as seen:
        assert not seen.ok
        assert "BROKEN" in "\n".join(seen.words())


def test_durations_and_budgets_are_read_in_common_forms() -> None:
    assert parse_duration("90d") == timedelta(days=90)
    assert parse_duration("0") == timedelta(0)
    assert parse_budget("2h") == Budget(seconds=7200)
    assert parse_budget("500G") == Budget(size=500 * 10**9)
    assert parse_budget("30m") == Budget(seconds=1800)
    assert parse_budget("30M") == Budget(size=30 * 10**6)
    for wrong in ("soon", "2", "2x", "-1h"):
        with pytest.raises(UsageError):
            parse_budget(wrong)
    with pytest.raises(UsageError):
        parse_duration("90")


def test_a_report_made_during_an_audit_reads_a_valid_ledger(collection: Collection) -> None:
    done = threading.Event()
    seen: list[bool] = []

    def take(_: Done) -> None:
        if not done.is_set() and collection.ledger.exists():
            with Overview(collection, collection.ledger) as overview:
                seen.append(overview.report.ok)
            done.set()

    for _ in range(2):
        audit(collection, take, executor=partial(executor_for, 1), path=collection.ledger)
    assert seen == [True]


def test_one_package_is_counted_in_the_singular(collection: Collection) -> None:
    _, *others = collection.packages()
    for other in others:
        shutil.rmtree(other)
    check(collection)
    with Overview(collection, collection.ledger) as seen:
        words = "\n".join(seen.words())
    assert "1 package passed its last check." in words
    assert "This ledger does not record the build of 1 package:" in words
    assert "Copies that differed or were missing when last compared: 0." in words


def test_an_audit_with_nothing_due_says_how_to_check_all(collection: Collection, run: Run) -> None:
    check(collection)
    done = run("audit", "run", collection.root, "--due", "90d", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No package of 15 is due (--due 90d). To check all: --due 0\n")
    assert f"ledger: {collection.ledger}\n" in done.stdout
    later = run("audit", "run", collection.root, "--due", "0", "--budget", "0s", "--jobs", "1")
    assert "No package of 15 is due" not in later.stdout


def test_a_repair_reports_that_nothing_needs_repair(
    collection: Collection, run: Run, tmp_path: Path
) -> None:
    check(collection)
    done = run("audit", "repair", collection.root, "--from", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "There is nothing to repair." in done.stdout
