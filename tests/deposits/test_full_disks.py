"""Disks that fill up, on either side: nothing is lost or half there, and the next run goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.errors import StorageError
from archive_pkg.packages import build_package

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


@pytest.fixture
def package(letter: Path, tmp_path: Path) -> Path:
    return build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, with 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(small, check=False, capture_output=True).returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)


@pytest.mark.parametrize("scheme", ["file", "ocfl"])
def test_where_the_package_goes(package: Path, disk: Path, scheme: str) -> None:
    with pytest.raises(StorageError, match="full"):
        deposits.deposit(package, f"{scheme}:{disk}")
    assert not (disk / package.name).exists()
    assert not deposits.receipts_of(package)
    enlarge(disk)
    done = deposits.deposit(package, f"{scheme}:{disk}")
    assert done.new
    assert deposits.check_receipt(done.path).ok


@pytest.mark.parametrize("scheme", ["file", "ocfl"])
@pytest.mark.parametrize("free", [0, 1, 2])
def test_where_journal_and_receipt_go(
    package: Path, disk: Path, tmp_path: Path, scheme: str, free: int
) -> None:
    """Full at once (the lock or the journal fails), or with the receipt, a few pages later."""
    page = os.sysconf("SC_PAGE_SIZE")
    filler = disk / "filler"
    left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(left - free * page))
    to = f"{scheme}:{tmp_path / 'place'}"
    with pytest.raises(StorageError, match="full"):
        deposits.deposit(package, to, receipts=disk)
    assert not list(disk.rglob("*.json"))
    filler.unlink()
    done = deposits.deposit(package, to, receipts=disk)
    assert done.receipt.version in ("", "v1")
    assert deposits.check_receipt(done.path).ok
    assert [path for path, _ in deposits.receipts_of(package, disk)] == [done.path]
