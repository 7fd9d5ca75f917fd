"""A package of five gigabytes into each kind of repository, with less than 200 MiB of memory."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from archive_pkg.packages import build_package
from services import targets

pytestmark = pytest.mark.soak
SIZE = 5 * 10**9
MOST = 200 << 10  # KiB, the unit of the system


@pytest.mark.parametrize("name", ["file", "ocfl", "sftp", "swift"])
def test_a_deposit_of_a_huge_file_needs_little_memory(
    name: str,
    letter: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (letter / "scan.tif").open("wb") as scan:
        scan.truncate(SIZE)
    record = letter / "record.yaml"
    part = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", "parts:\n" + part))
    package = build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path
    (letter / "scan.tif").unlink()
    address = f"ocfl:{tmp_path / 'root'}"
    if name != "ocfl":
        target = targets.fresh(name, request.getfixturevalue, tmp_path / "place")
        address = target.address
        for variable, value in target.environment.items():
            monkeypatch.setenv(variable, value)
    command = [sys.executable, "-m", "archive_pkg", "deposit", str(package), "--to", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    print(f"{name}: {usage.ru_maxrss >> 10} MiB")
    assert usage.ru_maxrss < MOST
