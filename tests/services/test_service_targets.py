"""Every kind of repository, tested with a real server: stored once, verified and fetched."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.deposits.receipts import saving
from archive_pkg.deposits.shared_syncs import run_alone
from archive_pkg.errors import DepositError
from archive_pkg.packages import build_package
from archive_pkg.packages.building import differing
from services import targets
from small_bags import write_bag

pytestmark = pytest.mark.service
every_target = pytest.mark.parametrize("target", targets.NAMES, indirect=True)


def files(package: Path) -> set[str]:
    return {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in package.rglob("*")
        if path.is_file()
    }


def command(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "archive_pkg", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@every_target
def test_a_package_is_deposited_once_verified_and_fetched(
    target: targets.Target, package: Path, tmp_path: Path
) -> None:
    done = deposits.deposit(package, target.address)
    assert done.new
    assert done.receipt.verified in ("server-digest", "read-back")
    if not target.zipped:
        assert set(target.held().values()) == files(package)
    else:
        (sent,) = done.receipt.files
        assert list(target.held().values()) == [sent.sha256]
    before = target.held()
    again = deposits.deposit(package, target.address)
    assert not again.new
    assert again.receipt == done.receipt
    assert target.held() == before
    assert deposits.check_receipt(done.path, [target.address]).ok
    (known,) = deposits.ask(package, target.address)
    assert known.status.state == ("draft" if target.publishes else "stored")
    assert differing(deposits.fetch(done.path, tmp_path / "back", [target.address]), package) == ()
    nobodys = done.receipt.model_copy(update={"remote_id": "no-such-thing"})
    (tmp_path / "slips").mkdir()
    slip = run_alone(saving(nobodys, tmp_path / "slips"))
    with pytest.raises(DepositError):
        deposits.fetch(slip, tmp_path / "back-again", [target.address])


@every_target
def test_storage_takes_any_bag_and_other_repositories_refuse_it(
    target: targets.Target, tmp_path: Path
) -> None:
    bag = tmp_path / "Box 1 – Ärzte #2 50%"
    write_bag(bag, version="0.97")
    if target.zipped:
        with pytest.raises(deposits.RefusedError):
            deposits.deposit(bag, target.address)
        return
    done = deposits.deposit(bag, target.address)
    assert done.receipt.verified in ("server-digest", "read-back")
    assert set(target.held().values()) == files(bag)
    assert not deposits.deposit(bag, target.address).new
    assert differing(deposits.fetch(done.path, tmp_path / "back", [target.address]), bag) == ()


@every_target
def test_a_package_without_its_receipt_is_not_deposited_twice(
    target: targets.Target, package: Path
) -> None:
    first = deposits.deposit(package, target.address)
    before = target.held()
    for path in first.path.parent.iterdir():
        path.unlink()
    second = deposits.deposit(package, target.address)
    assert not second.new
    assert target.held() == before


@pytest.mark.parametrize("name", sorted({*targets.NAMES} - {"webdav", "rdm"}))
def test_a_deposit_killed_at_any_time_is_completed_once(
    name: str,
    letter: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (letter / "scan.tif").write_bytes(os.urandom(8 << 20))
    record = letter / "record.yaml"
    scan = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", "parts:\n" + scan))
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path

    def place(number: int) -> tuple[targets.Target, Path]:
        target = targets.fresh(name, request.getfixturevalue, tmp_path / str(number))
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
        return target, tmp_path / f"slips-{number}"

    target, slips = place(20)
    begun = time.monotonic()
    rehearsal = command("deposit", package, "--to", target.address, "--receipts", slips)
    said, complaint = rehearsal.communicate(timeout=120)
    assert rehearsal.returncode == 0, said + complaint
    whole = time.monotonic() - begun
    for instant in range(20):
        target, slips = place(instant)
        running = command("deposit", package, "--to", target.address, "--receipts", slips)
        time.sleep(whole * (instant + 5) / 25)
        running.kill()
        running.communicate(timeout=60)
        done = deposits.deposit(package, target.address, receipts=slips)
        assert done.receipt.verified in ("server-digest", "read-back")
        held = sorted(target.held().values())
        assert held == sorted(file.sha256 for file in done.receipt.files)
        assert not deposits.deposit(package, target.address, receipts=slips).new
