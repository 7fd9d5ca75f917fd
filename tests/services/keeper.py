"""End servers and remove folders that the tests leave behind, even if the tests are killed.

    python keeper.py < PIPE

The tests write a line into the pipe for each folder and for each server's session: `+` when it is
made and `-` when it is removed. When the process of the tests ends, the pipe ends, too. Then all
remaining servers are ended and all remaining folders are removed.
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
    """Return the processes of these sessions."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(process.name)) in sessions:
                found.append(int(process.name))
    return found


def end(sessions: set[int], patience: float = PATIENCE) -> None:
    """End all processes of these sessions: first with SIGTERM, then with SIGKILL."""
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
    """Unmount all mounts in a folder, and remove it."""
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Read the pipe to its end, then end and remove everything, as the module says."""
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
