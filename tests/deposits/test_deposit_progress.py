"""Progress in bytes while packages are sent, in a terminal only."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import threading
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest

from archive_pkg.collection import ByteCounter, counting_bytes
from archive_pkg.packages import build_package
from program import PATIENCE, command


@pytest.fixture
def packages(letter: Path, tmp_path: Path) -> Path:
    record = letter / "record.yaml"
    plain = record.read_text()
    for number in range(2):
        record.write_text(plain.replace(f"id: {letter.name}", f"id: letter-{number}", 1))
        build_package(letter, tmp_path / "packages", on=date(2026, 11, 24))
    return tmp_path / "packages"


def in_a_terminal(*words: object) -> tuple[str, str]:
    """Return what `archive-pkg` prints into a pipe, and what it shows on the terminal."""
    ours, theirs = pty.openpty()
    shown = bytearray()

    def watch() -> None:
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:  # on Linux, this means that the other end is closed
                return
            shown.extend(data)

    watcher = threading.Thread(target=watch)
    watcher.start()
    done = subprocess.run(
        command(*words),
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        text=True,
        timeout=PATIENCE,
    )
    os.close(theirs)
    watcher.join(10)
    os.close(ours)
    return done.stdout, shown.decode()


@pytest.mark.slow
def test_a_deposit_of_a_folder_shows_its_speed_in_a_terminal(
    packages: Path, tmp_path: Path
) -> None:
    words = ["deposit", packages, "--to", f"file:{tmp_path / 'drop'}", "--limit-rate", "200k"]
    said, shown = in_a_terminal(*words)
    assert said.endswith("2 deposited\n")
    assert re.search(r"\d+\.\d kB, \d+\.\d kB/s", shown)
    assert shown.endswith("\r\x1b[K")


def test_a_terminal_shows_progress_unless_quiet(packages: Path, tmp_path: Path) -> None:
    words = ["deposit", *sorted(packages.glob("letter-?")), "--to", f"file:{tmp_path / 'drop'}"]
    said, shown = in_a_terminal(*words)
    assert said.count("their checksums match") == 2
    assert shown.endswith("\r\x1b[K")
    _, hushed = in_a_terminal(*words, "--quiet")
    assert hushed == ""


def count(meter: ByteCounter) -> None:
    for _ in range(100):
        meter.add(3)


def test_a_meter_counts_the_bytes_of_all_processes() -> None:
    with counting_bytes() as meter:
        context = get_context("spawn")
        other = context.Process(target=count, args=(meter,))
        other.start()
        count(meter)
        other.join()
        assert meter.total() == 600
        meter.add(1)
        assert meter.total() == 601
