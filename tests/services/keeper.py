"""Stays behind when the tests are gone, however they went: ends servers, removes folders.

    python keeper.py < PIPE

Whoever holds the pipe's other end writes a line for each folder and each server's session, with `+`
as they come and `-` as they go. The pipe ends with its holder, killed or not; what is still there
then is ended and removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 10.0


def members(sessions: set[int]) -> list[int]:
    """The processes of these sessions."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(process.name)) in sessions:
                found.append(int(process.name))
    return found


def end(sessions: set[int], patience: float = PATIENCE) -> None:
    """End all processes of these sessions: asked first, then told."""
    until = time.monotonic() + patience
    for session in sessions:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGTERM)
    while (left := members(sessions)) and time.monotonic() < until:
        time.sleep(0.1)
    for process in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def remove(folder: str) -> None:
    """Remove a folder, and what is mounted in it."""
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """See the module."""
    sessions: set[int] = set()
    folders: set[str] = set()
    for line in sys.stdin:
        sign, kind, what = line.rstrip("\n").split(" ", 2)
        if kind == "folder":
            (folders.add if sign == "+" else folders.discard)(what)
        else:
            (sessions.add if sign == "+" else sessions.discard)(int(what))
    end(sessions)
    for folder in folders:
        remove(folder)


if __name__ == "__main__":
    main()
