"""Work that is killed (kill -9) at chosen instants, whatever the speed of the machine.

The instants are those just before a process touches the file system: Python reports each opening,
renaming, linking, making and removing (audit events), and at the n-th the process kills itself.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

_TOUCHES = ("open", "os.", "shutil.", "ctypes.")


def instants(work: Callable[[], object], count: int, last: int = 8) -> list[int]:
    """The touches before which to kill some work: so many, evenly spread, and the last ones."""
    total = run_until(None, work)
    assert total is not None
    end = range(max(0, total - last), total)  # where the renames are
    return sorted({total * number // count for number in range(count)} | set(end))


def run_until(touch: int | None, work: Callable[[], object]) -> int | None:
    """Do the work in another process and kill it before a touch.

    Returns:
        How many touches there were in all; None if it was killed.
    """
    told_read, told_write = os.pipe()
    child = os.fork()
    if child == 0:
        done = 0

        def notice(event: str, args: object) -> None:
            nonlocal done
            if event.startswith(_TOUCHES):
                if done == touch:
                    os.kill(os.getpid(), signal.SIGKILL)
                done += 1

        try:
            sys.addaudithook(notice)
            work()
            os.write(told_write, str(done).encode())
        finally:
            os._exit(0)
    os.close(told_write)
    reported = os.read(told_read, 100)
    os.close(told_read)
    os.waitpid(child, 0)
    return int(reported) if reported else None
