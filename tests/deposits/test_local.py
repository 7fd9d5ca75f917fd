"""Local drop folders: complete under their name or absent, and never replaced."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package, later_events
from archive_pkg.packages.building import differing
from program import PATIENCE, Run, command, started, wait_until


def test_a_package_is_deposited_in_a_folder_and_fetched(package: Path, tmp_path: Path) -> None:
    done = deposits.deposit(package, f"file:{tmp_path / 'drop'}")
    assert done.receipt.verified == "read-back"
    assert [path.name for path in (tmp_path / "drop").iterdir()] == [package.name]
    assert differing(tmp_path / "drop" / package.name, package) == ()
    assert not deposits.deposit(package, f"file://{tmp_path / 'drop'}").new
    assert differing(deposits.fetch(done.path, tmp_path / "back"), package) == ()


def test_status_shows_a_deposit_once_even_if_its_run_was_interrupted(
    package: Path, tmp_path: Path
) -> None:
    to = f"file:{tmp_path / 'drop'}"
    done = deposits.deposit(package, to)
    (path,) = done.path.parent.glob("*.journal")
    journal = deposits.Journal(path)
    begun = dict(journal.begun("deposit") or {})
    journal.begin("deposit", **begun)  # killed between the receipt and the journal's last line
    (known,) = deposits.ask(package, to)
    assert (known.receipt, known.unfinished) == (done.path, False)
    journal.begin("deposit", **begun | {"started": "2026-11-24T12:00:00+00:00"})  # a later run
    (known,) = deposits.ask(package, to)
    assert (known.receipt, known.unfinished) == (done.path, True)
    done.path.unlink()
    (known,) = deposits.ask(package, to)
    assert (known.receipt, known.unfinished, known.status.state) == (None, True, "stored")


def test_a_different_folder_with_the_name_of_the_package_is_not_replaced(
    package: Path, tmp_path: Path
) -> None:
    other = tmp_path / "drop" / package.name
    other.mkdir(parents=True)
    (other / "holiday.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(DepositError, match="another"):
        deposits.deposit(package, f"file:{tmp_path / 'drop'}")
    assert [path.name for path in (tmp_path / "drop").rglob("*")] == [package.name, "holiday.jpg"]


def begin_to_send(package: Path, to: str, part: str) -> None:
    """Leave the journal of a run that was stopped while it sent into a hidden folder."""
    transfer, repository = deposits.transfers.pack(package), deposits.repository_for(to)
    folder = later_events.receipts_folder(package)
    folder.mkdir()
    name = deposits.depositing._journal_name(repository, transfer)
    deposits.Journal(folder / name).begin("send", part=part)


def test_a_partly_sent_file_is_resumed(package: Path, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    part = drop / f".{package.name}.{'0' * 12}.part"
    begin_to_send(package, f"file:{drop}", part.name)
    (part / "data").mkdir(parents=True)
    whole = (package / "data" / "record.json").read_bytes()
    (part / "data" / "record.json").write_bytes(whole[:100])
    (part / "data" / "README.txt").write_bytes(b"nonsense")
    (part / "stranger").write_bytes(b"left by nobody we know")
    deposits.deposit(package, f"file:{drop}")
    assert differing(drop / package.name, package) == ()
    assert [path.name for path in drop.iterdir()] == [package.name]


def test_changes_after_a_deposit_are_reported(package: Path, tmp_path: Path) -> None:
    done = deposits.deposit(package, f"file:{tmp_path / 'drop'}")
    there = tmp_path / "drop" / package.name
    (there / "data" / "record.json").write_text("{}")
    (there / "data" / "README.txt").unlink()
    (there / "more").write_text("")
    codes = {finding.code for finding in deposits.check_receipt(done.path)}
    assert codes == {"receipt-file-differs", "receipt-file-gone", "receipt-file-unknown"}
    with pytest.raises(DepositError, match="does not hold what was deposited"):
        deposits.fetch(done.path, tmp_path / "back")
    assert list((tmp_path / "back").iterdir()) == []


def test_a_package_is_deposited_from_the_command_line(
    run: Run, package: Path, tmp_path: Path
) -> None:
    to = f"file:{tmp_path / 'drop'}"
    plan = run("deposit", package.parent, "--to", to, "--dry-run")
    assert plan.returncode == 0, plan.stderr
    assert "data/record.json" in plan.stdout
    assert "nothing was sent" in plan.stdout
    assert not (tmp_path / "drop").exists()
    assert not package.with_name(f"{package.name}.receipts").exists()
    done = run("deposit", package, "--to", to, "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result["outcome"] == "deposited"
    status = run("deposit", package.parent, "--to", to, "--status")
    assert status.returncode == 0
    assert "stored" in status.stdout
    shown = run("receipts", package, "--check")
    assert shown.returncode == 0
    assert "all files are as deposited" in shown.stdout
    (tmp_path / "drop" / package.name / "bagit.txt").unlink()
    shown = run("receipts", package, "--check")
    assert shown.returncode == 4
    assert "receipt-file-gone" in shown.stdout
    assert run("deposit", package, "--to", to, "--dry-run", "--status").returncode == 2
    assert run("deposit", package, "--to", to, "--reserve").returncode == 2


@pytest.mark.slow
def test_a_deposit_killed_at_any_of_20_changes_can_be_resumed(
    package: Path, tmp_path: Path
) -> None:
    script, drop = Path(__file__).with_name("kills.py"), tmp_path / "drop"
    command: list[str | Path] = [sys.executable, script, "20", f"file:{drop}", drop, package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr


@pytest.mark.slow
def test_an_interrupted_deposit_is_resumed(letter: Path, tmp_path: Path) -> None:
    (letter / "scan.tif").write_bytes(bytes(3 << 20))
    record = letter / "record.yaml"
    scan = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", "parts:\n" + scan))
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    drop = tmp_path / "drop"
    words = ["deposit", package, "--to", f"file:{drop}"]
    with started(command(*words, "--limit-rate", "1M")) as running:
        wait_until(lambda: list(drop.glob(".*.part/data/parts/*")), running)
        running.send_signal(signal.SIGINT)
        said, complaint = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert said == ""
    assert complaint == "interrupted; run the same command again to resume\n"
    assert [path.name[0] for path in drop.iterdir()] == ["."]
    (known,) = deposits.ask(package, f"file:{drop}")
    assert (known.status.state, known.unfinished) == ("absent", True)
    assert deposits.deposit(package, f"file:{drop}").new
    assert [path.name for path in drop.iterdir()] == [package.name]


def test_receipts_of_a_folder_include_those_in_its_subfolders(
    run: Run, package: Path, tmp_path: Path
) -> None:
    collection = tmp_path / "collection"
    for place in (collection / "a", collection / "b" / "c"):
        place.mkdir(parents=True)
        shutil.copytree(package, place / package.name)
        assert run("deposit", place / package.name, "--to", f"file:{place}-drop").returncode == 0
    done = run("receipts", collection, "--json")
    assert len(json.loads(done.stdout)["results"]) == 2
    (broken,) = (collection / "a").glob("*.receipts/*.json")
    broken.write_text("{")
    done = run("receipts", collection)
    assert done.returncode == 3
    assert str(broken) in done.stderr
    assert f"{package.name}: stored in file:" in done.stdout
    assert len(json.loads(run("receipts", collection / "a" / package.name, "--json").stdout)) == 3


@pytest.mark.parametrize("kind", ["file", "ocfl"])
def test_a_dry_run_compares_the_package_with_the_destination(
    kind: str, package: Path, letter: Path, run: Run, tmp_path: Path
) -> None:
    place = tmp_path / "there"
    to = f"{kind}:{place}"
    assert not deposits.plan(package, to).held
    assert not place.exists()
    new = {each.to.rpartition(", ")[2] for each in deposits.plan(package, to).transfers}
    assert kind == "file" or new == {"first version"}
    deposits.deposit(package, to, receipts=tmp_path / "receipts")
    before = sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*"))
    same = run("deposit", package, "--to", to, "--dry-run")
    assert same.returncode == 0, same.stderr
    assert "nothing to do" in same.stdout
    (letter / "record.yaml").write_text(
        (letter / "record.yaml").read_text().replace("title: ", "title: Another ", 1)
    )
    other = build_package(letter, tmp_path / "other", on=date(2026, 11, 24)).path
    plan = run("deposit", other, "--to", to, "--dry-run")
    refused = run("deposit", other, "--to", to)
    assert plan.returncode == refused.returncode == (4 if kind == "file" else 0)
    if kind == "file":
        assert "already has a different" in plan.stderr + plan.stdout
        assert sorted((path, path.stat().st_mtime_ns) for path in place.rglob("*")) == before
    else:
        assert "next version" in plan.stdout


@pytest.mark.parametrize("kind", ["file", "ocfl"])
def test_a_dry_run_reports_damage_at_the_destination(
    kind: str, package: Path, tmp_path: Path
) -> None:
    place = tmp_path / "there"
    deposits.deposit(package, f"{kind}:{place}", receipts=tmp_path / "receipts")
    (file,) = place.rglob("data/record.json")
    file.write_bytes(file.read_bytes().replace(b"a", b"b"))
    plan = deposits.plan(package, f"{kind}:{place}")
    assert [finding.code for finding in plan.report.errors] == ["deposit-target-not-ready"]


@pytest.mark.parametrize(("kind", "new"), [("file", "a new folder"), ("ocfl", "a new OCFL root")])
def test_a_folder_or_root_that_a_deposit_creates_is_reported_as_new(
    kind: str, new: str, package: Path, run: Run, tmp_path: Path
) -> None:
    to = f"{kind}:{tmp_path / 'archvie'}"
    assert f"archvie ({new})" in run("deposit", package, "--to", to, "--dry-run").stdout
    assert f"archvie ({new})" in run("deposit", package, "--to", to).stdout
    assert new not in run("deposit", package, "--to", to).stdout


def test_fetch_and_deposit_given_the_wrong_kind_of_path_say_what_to_name(
    package: Path, letter: Path, run: Run, tmp_path: Path
) -> None:
    to = f"file:{tmp_path / 'drop'}"
    none = run("fetch", package, "--out", tmp_path / "back")
    assert none.returncode == 3
    assert f"Name a receipt, such as {package}.receipts/….json." in none.stderr
    done = deposits.deposit(package, to)
    slip = run("fetch", package, "--out", tmp_path / "back")
    assert f"Name a receipt, such as {done.path}." in slip.stderr
    again = run("deposit", package, "--to", to)
    assert "already deposited" in again.stdout
    assert "verified again just now: the files were read back" in again.stdout
    record = run("receipts", letter)
    assert record.returncode == 3
    assert "is a record, not a package" in record.stderr
    archive = run("bag", "pack", package, tmp_path / "p q.zip")
    assert archive.returncode == 0, archive.stderr
    zipped = run("deposit", tmp_path / "p q.zip", "--to", to)
    assert f"archive-pkg bag unpack '{tmp_path}/p q.zip' '{tmp_path}/p q'" in zipped.stderr
    assert "bag unpack" not in run("deposit", package / "bagit.txt", "--to", to).stderr


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_a_folder_given_as_a_receipt_is_refused_even_if_its_path_has_no_name(
    folder: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("fetch", folder, "--out", "back")
    assert done.returncode == 3, done.stderr
    assert re.search(r"is an? .*folder.*, not a receipt", done.stderr)
