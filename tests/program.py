"""Run the program in tests: in this process (`run_here`, quick) or in another process."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from archive_pkg import cli

T = TypeVar("T")

PATIENCE = 120
"""Seconds after which a program counts as hung. A machine may be slow: nothing is timed by this."""


@dataclass(frozen=True)
class Done:
    """The result of a command line, with the names of `subprocess`."""

    returncode: int
    stdout: str
    stderr: str


PUBLISHING = """
licence = "CC-BY-4.0"
base_url = "https://example.org/edition"
[institution]
name = "Example State Archive"
[contact]
name = "Reading room"
email = "reading-room@example.org"
"""
"""A project file with all settings that a format requires."""


def run_here(*words: object) -> Done:
    """Run a command line in this process, for tests without the fixture `run`."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        io.TextIOWrapper(out, "utf-8", write_through=True) as text,
        io.TextIOWrapper(err, "utf-8", write_through=True) as messages,
        redirect_stdout(text),
        redirect_stderr(messages),
    ):
        status = cli.run([str(word) for word in words])
        return Done(status, out.getvalue().decode(), err.getvalue().decode())


Disk = Callable[[str], Path]
"""Mounts a disk with options, and again with others; gives its folder."""


class Run(Protocol):
    def __call__(self, *words: object) -> Done: ...


class Letters(Protocol):
    """Writes letters with parts of about `size` bytes into the folder of the test."""

    def __call__(self, count: int, size: int = 300) -> list[Path]: ...


def command(*words: object) -> list[str]:
    """Return the command line that starts the program in its own process."""
    return [sys.executable, "-m", "archive_pkg", *map(str, words)]


_UNHURRIED = f"""\
from archive_pkg.__main__ import main
from archive_pkg.cli import interruptions
interruptions._LIMIT = {PATIENCE}
main()
"""


def unhurried(*words: object) -> list[str]:
    """Return the same command line with more time for cleaning up after a signal."""
    return [sys.executable, "-c", _UNHURRIED, *map(str, words)]


@contextmanager
def started(words: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a process group of its own, which is ended after the block.

    Its output is read through pipes unless the options say otherwise.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, **pipes | options, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(holds: Callable[[], T], process: subprocess.Popen[str] | None = None) -> T:
    """Wait until a function returns a true value, and return it. A given process must not end."""
    end = time.monotonic() + PATIENCE
    while not (value := holds()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    return value
