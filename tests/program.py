"""The program as tests run it: in this process (`run`, quick), or in one of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Done:
    """What came of a command line; named as `subprocess` names it."""

    returncode: int
    stdout: str
    stderr: str


Disk = Callable[[str], Path]
"""Mounts a disk with options, and again with others; gives its folder."""


class Run(Protocol):
    def __call__(self, *words: object) -> Done: ...


def command(*words: object) -> list[str]:
    """The command line that starts the program by itself."""
    return [sys.executable, "-m", "archive_pkg", *map(str, words)]
