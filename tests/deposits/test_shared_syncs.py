"""Packages that share a disk sync: what is durable when, and that failures stay separate."""

from __future__ import annotations

import errno
import inspect
import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits, storage
from archive_pkg.deposits import Deposited, deposit_many, transfers
from archive_pkg.deposits.repositories.drop import local
from archive_pkg.deposits.shared_syncs import Steps, Unsynced, run_alone, run_together
from archive_pkg.errors import ArchivePkgError, InvalidError, StorageError
from archive_pkg.packages import build_package, later_events
from program import PATIENCE, Disk

NUMBER = 5


@pytest.fixture
def packages(letter: Path, tmp_path: Path) -> list[Path]:
    return [built(letter, f"letter-{number}", tmp_path / "out") for number in range(NUMBER)]


def built(letter: Path, name: str, out: Path, title: str = "") -> Path:
    source = letter.with_name(name)
    shutil.copytree(letter, source)
    record = source / "record.yaml"
    text = record.read_text().replace(f"id: {letter.name}", f"id: {name}", 1)
    record.write_text(text.replace("title: Letter", f"title: {title} letter", 1) if title else text)
    path = build_package(source, out, on=date(2026, 11, 24)).path
    shutil.rmtree(source)
    return path


def deposited(packages: list[Path], to: str, receipts: Path | None = None) -> list[Deposited]:
    outcomes = [outcome for _, outcome in deposit_many(packages, to, receipts=receipts)]
    done = [outcome for outcome in outcomes if isinstance(outcome, Deposited)]
    assert done == outcomes
    return done


def waiting(path: Path, log: list[str], times: int) -> Steps[str]:
    try:
        for number in range(times):
            log.append(f"{path.name}{number}")
            yield [Unsynced(path)]
    except StorageError as error:
        log.append(f"{path.name}!")
        raise ArchivePkgError(f"{path.name}: {error}") from error
    return path.name


def bad(error: Exception) -> Steps[str]:
    yield from ()
    raise error


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    for name in "ab":
        (tmp_path / name).write_text(name)
    return tmp_path / "a", tmp_path / "b"


def test_one_sync_serves_all_waiting_tasks(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    monkeypatch.setattr(storage, "sync_filesystem", lambda path: log.append("sync"))
    one, other = (waiting(path, log, 2) for path in two)
    fault = ValueError("no")
    assert run_together([one, bad(fault), other]) == ["a", fault, "b"]
    assert log == ["a0", "b0", "sync", "a1", "b1", "sync"]


def test_several_tasks_run_at_the_same_time(two: tuple[Path, Path]) -> None:
    met = threading.Barrier(2, timeout=PATIENCE)

    def meeting(path: Path) -> Steps[str]:
        for _ in range(2):
            met.wait()
            yield [Unsynced(path)]
        return path.name

    assert run_together([meeting(path) for path in two], 2) == ["a", "b"]


def test_a_single_task_does_not_sync_the_file_system(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    monkeypatch.setattr(storage, "sync_filesystem", lambda path: log.append("sync"))
    assert run_alone(waiting(two[0], log, 3)) == "a"
    with pytest.raises(ValueError, match="no"):
        run_alone(bad(ValueError("no")))
    assert "sync" not in log


def test_a_failing_sync_fails_all_waiting_tasks(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(storage, "sync_filesystem", broken)
    log: list[str] = []
    one, other = run_together([waiting(path, log, 2) for path in two])
    assert isinstance(one, ArchivePkgError)
    assert isinstance(other, ArchivePkgError)
    assert log == ["a0", "b0", "a!", "b!"]


def test_an_interruption_ends_all_tasks(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(storage, "sync_filesystem", interrupted)
    works = [waiting(path, [], 2) for path in two]
    with pytest.raises(KeyboardInterrupt):
        run_together(works)
    assert all(inspect.getgeneratorstate(work) == inspect.GEN_CLOSED for work in works)


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_journals_and_files_are_durable_before_names_and_receipts(
    packages: list[Path], tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first syncs, journals have intents and no package a name; receipts come last."""
    place, slips = tmp_path / "place", tmp_path / "slips"
    seen: list[tuple[int, int, int]] = []
    intents: list[set[str]] = []

    def look(path: Path) -> None:
        found = [each for each in place.rglob("bagit.txt") if "archive-pkg-" not in str(each)]
        named = [each for each in found if ".part" not in str(each)]
        written = [each for each in slips.rglob("*") if ".json" in each.name]
        reported = [each for each in written if not each.name.startswith(".")]
        seen.append((len(named), len(written) - len(reported), len(reported)))
        lines = [each.read_text().splitlines() for each in slips.rglob("*.journal")]
        entries = [json.loads(line) for each in lines for line in each]
        intents.append({each["step"] for each in entries if each["what"] == "intent"})

    monkeypatch.setattr(storage, "sync_filesystem", look)
    deposited(packages, f"{scheme}:{place}", receipts=slips)
    assert seen[-3:] == [(NUMBER, 0, 0), (NUMBER, NUMBER, 0), (NUMBER, 0, NUMBER)]
    assert all(one == (0, 0, 0) for one in seen[:-3])
    assert seen[:-3]
    assert {"deposit", "place"} <= intents[0]
    if scheme == "file":
        assert "send" in intents[0]
        assert "rename" in intents[-4]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_many_deposits_killed_at_any_of_10_changes_can_be_resumed(
    packages: list[Path], tmp_path: Path, scheme: str
) -> None:
    script, place = Path(__file__).with_name("kills.py"), tmp_path / "place"
    command: list[str | Path] = [sys.executable, script, "10", f"{scheme}:{place}", place]
    command += packages[:3]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "10\n"), done.stderr


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_a_bad_package_does_not_stop_its_batch(
    packages: list[Path], tmp_path: Path, scheme: str
) -> None:
    with (packages[1] / "data" / "record.json").open("a") as record:
        record.write(" ")
    place = tmp_path / "place"
    there = place / packages[3].name
    if scheme == "file":  # the name is taken
        there.mkdir(parents=True)
        (there / "bagit.txt").write_text("")
    outcomes = [outcome for _, outcome in deposit_many(packages, f"{scheme}:{place}")]
    assert isinstance(outcomes[1], InvalidError)
    bad = {1, 3} if scheme == "file" else {1}
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, ArchivePkgError if number in bad else Deposited)
        if isinstance(outcome, Deposited):
            assert outcome.new
            assert deposits.check_receipt(outcome.path).ok


def test_a_batch_can_have_a_package_twice_and_a_changed_version(
    letter: Path, packages: list[Path], tmp_path: Path
) -> None:
    changed = built(letter, packages[0].name, tmp_path / "changed", title="Another")
    given = [packages[0], packages[1], changed, packages[1]]
    done = deposited(given, f"ocfl:{tmp_path / 'root'}")
    assert [each.new for each in done] == [True, True, True, False]
    assert [each.receipt.version for each in done] == ["v1", "v1", "v2", "v1"]


@pytest.mark.parametrize("scheme", ["file", "ocfl"])
def test_deposits_that_a_full_disk_stopped_can_be_retried(
    packages: list[Path], disk: Disk, scheme: str
) -> None:
    place = disk("size=500k")
    outcomes = [outcome for _, outcome in deposit_many(packages, f"{scheme}:{place}")]
    full = [outcome for outcome in outcomes if isinstance(outcome, storage.FullError)]
    done = [outcome for outcome in outcomes if isinstance(outcome, Deposited)]
    assert full
    assert len(full) + len(done) == NUMBER
    disk("size=16m")
    again = deposited(packages, f"{scheme}:{place}")
    assert sum(each.new for each in again) == len(full)
    for package, each in zip(packages, again, strict=True):
        assert deposits.check_receipt(each.path).ok
        assert len(deposits.receipts_of(package)) == 1
    assert not (place / "extensions" / "archive-pkg-staging").exists()


@pytest.fixture
def large(letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a package that is sent before it is verified, because one file has most bytes."""
    monkeypatch.setattr(transfers, "_LARGE", 100_000)
    monkeypatch.setattr(local, "_LARGE", 100_000)
    (letter / "scan.tif").write_bytes(os.urandom(1_000_000))
    record = letter / "record.yaml"
    scan = "parts:\n  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", scan, 1))
    return build_package(letter, tmp_path / "large", on=date(2026, 11, 24)).path


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_a_large_package_is_copied_while_it_is_verified(
    large: Path, tmp_path: Path, scheme: str
) -> None:
    to = f"{scheme}:{tmp_path / 'place'}"
    done = deposits.deposit(large, to)
    assert done.new
    assert done.receipt.verified == "read-back"
    assert deposits.check_receipt(done.path).ok
    assert not deposits.deposit(large, to).new


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
@pytest.mark.parametrize("what", ["data/parts/scan.tif", "data/README.txt", "manifest-sha512.txt"])
def test_a_package_copied_early_and_found_invalid_leaves_nothing(
    large: Path, tmp_path: Path, scheme: str, what: str
) -> None:
    damaged = bytearray((large / what).read_bytes())
    damaged[40] ^= 1
    (large / what).write_bytes(damaged)
    place = tmp_path / "place"
    with pytest.raises(InvalidError) as caught:
        deposits.deposit(large, f"{scheme}:{place}")
    assert caught.value.report is not None
    assert not caught.value.report.ok
    assert not list(place.rglob("bagit.txt"))
    assert not list(place.rglob("*.part"))
    assert not (place / "extensions" / "archive-pkg-staging").exists()
    assert not list(later_events.receipts_folder(large).iterdir())


@pytest.mark.parametrize("scheme", ["ocfl", "file"])
def test_a_package_damaged_after_its_deposit_is_refused(
    large: Path, tmp_path: Path, scheme: str
) -> None:
    to = f"{scheme}:{tmp_path / 'place'}"
    done = deposits.deposit(large, to)
    with (large / "data/parts/scan.tif").open("r+b") as scan:
        scan.write(b"no")
    with pytest.raises(InvalidError):
        deposits.deposit(large, to)
    assert deposits.check_receipt(done.path).ok
    assert [path for path, _ in deposits.receipts_of(large)] == [done.path]
