"""Open the databases that a shelf keeps: to read, on a read-only disk too, and for whom."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_to_read(path: Path, *, one_thread: bool = True) -> sqlite3.Connection:
    """A database as it is, which another run may be writing.

    Reading one in SQLite's WAL mode takes a file beside it, which a read-only disk does not; there
    nobody can be writing, and it is read as it lies.

    Args:
        path: Its file.
        one_thread: Whether only the thread that opens it may use it.

    Raises:
        sqlite3.Error: It is not there, is none, or cannot be read.
    """
    try:
        return _opened(path, "mode=ro", one_thread)
    except sqlite3.OperationalError:
        return _opened(path, "immutable=1", one_thread)


def narrow(path: Path, mode: int) -> None:
    """Take permissions from a database, and from the files that SQLite keeps next to it.

    Args:
        path: Its file, which exists.
        mode: The widest permissions that it may have now.

    Raises:
        OSError: It belongs to another user and is more open.
    """
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            now = stat.S_IMODE(file.stat().st_mode)
            if now & ~mode:
                file.chmod(now & mode)


def _opened(path: Path, how: str, one_thread: bool) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{how}"
    base = sqlite3.connect(address, uri=True, check_same_thread=one_thread)
    try:
        base.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error:
        base.close()
        raise
    return base
