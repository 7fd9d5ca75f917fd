"""Fixtures for tests of pages: a browser, and a review in its own process."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive_pkg.records import load_record
from program import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from archive_pkg.records import Evidence, Record


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed: run tests/browser/install.sh")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@dataclass
class Server:
    """A review in its own process."""

    process: subprocess.Popen[str]
    url: str
    opening_file: Path
    folder: Path

    @property
    def file(self) -> Path:
        (file,) = self.folder.rglob("record.yaml")
        return file

    @property
    def record(self) -> Record:
        return load_record(self.file)

    def grounds(self, field: str) -> list[Evidence]:
        return [item for item in self.record.evidence if item.field == field]

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    started = []

    def start(*words: str, folder: Path = tmp_path, reviewer: str = "Jane Doe") -> Server:
        command = [sys.executable, "-m", "archive_pkg", "review", *words, "--no-browser", "--json"]
        command += ["--reviewer", reviewer] if reviewer else []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        started.append(process)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        return Server(process, said["url"], Path(said["file"]), folder)

    yield start
    for process in started:
        process.terminate()  # kill() would leave the file that opens the review
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
