"""Run functions in a process that is killed (kill -9) at chosen instants.

Each instant is just before a change of the file system, so it does not depend on the speed of the
machine: Python reports each opening, renaming, linking, making and removing as an audit event, and
the process kills itself at the n-th event.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

_TOUCHES = ("open", "os.", "shutil.", "ctypes.")


def instants(work: Callable[[], object], count: int, last: int = 8) -> list[int]:
    """Return the numbers of the events at which to kill: some evenly spread, and the last ones."""
    total = run_until(None, work)
    assert total is not None
    end = range(max(0, total - last), total)  # these events include the renames
    return sorted({total * number // count for number in range(count)} | set(end))


def run_until(
    touch: int | None, work: Callable[[], object], *, interrupt: bool = False
) -> int | None:
    """Run the work in another process and kill it before an event.

    Args:
        touch: The number of the event; None for no kill.
        work: The work.
        interrupt: Whether to raise KeyboardInterrupt there, as ctrl-C does, instead of killing.

    Returns:
        The number of all events; None if the process was killed.
    """
    told_read, told_write = os.pipe()
    child = os.fork()
    if child == 0:
        done = 0

        def notice(event: str, args: object) -> None:
            nonlocal done
            if event.startswith(_TOUCHES):
                if done == touch and interrupt:
                    done += 1
                    raise KeyboardInterrupt
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
