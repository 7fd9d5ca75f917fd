"""Disks that fill up on either side: nothing is lost or incomplete, and the next run resumes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive_pkg import deposits
from archive_pkg.errors import StorageError
from program import Disk


@pytest.mark.parametrize("scheme", ["file", "ocfl"])
def test_a_deposit_on_a_full_disk_leaves_nothing_and_can_be_retried(
    package: Path, disk: Disk, scheme: str
) -> None:
    place = disk("size=64k")
    with pytest.raises(StorageError, match="full"):
        deposits.deposit(package, f"{scheme}:{place}")
    assert not (place / package.name).exists()
    assert not deposits.receipts_of(package)
    disk("size=8m")
    done = deposits.deposit(package, f"{scheme}:{place}")
    assert done.new
    assert deposits.check_receipt(done.path).ok


@pytest.mark.parametrize("scheme", ["file", "ocfl"])
@pytest.mark.parametrize("free", [0, 1, 2])
def test_a_deposit_whose_receipt_disk_is_full_leaves_no_receipt_and_can_be_retried(
    package: Path, disk: Disk, tmp_path: Path, scheme: str, free: int
) -> None:
    """The disk is full at once (the lock or journal fails), or a few pages later (the receipt)."""
    page = os.sysconf("SC_PAGE_SIZE")
    slips = disk("size=64k")
    filler = slips / "filler"
    left = os.statvfs(slips).f_bavail * os.statvfs(slips).f_frsize
    filler.write_bytes(bytes(left - free * page))
    to = f"{scheme}:{tmp_path / 'place'}"
    with pytest.raises(StorageError, match="full"):
        deposits.deposit(package, to, receipts=slips)
    assert not list(slips.rglob("*.json"))
    filler.unlink()
    done = deposits.deposit(package, to, receipts=slips)
    assert done.receipt.version in ("", "v1")
    assert deposits.check_receipt(done.path).ok
    assert [path for path, _ in deposits.receipts_of(package, slips)] == [done.path]
