"""The program as tests run it: in this process (`run`, quick), or in one of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Done:
    """What came of a command line; named as `subprocess` names it."""

    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *words: object) -> Done: ...


def command(*words: object) -> list[str]:
    """The command line that starts the program by itself."""
    return [sys.executable, "-m", "archive_pkg", *map(str, words)]
