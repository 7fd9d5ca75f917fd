"""Reading the databases that a shelf keeps, also where the disk is read-only."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_to_read(path: Path) -> sqlite3.Connection:
    """A database as it is, which another run may be writing.

    Reading one in SQLite's WAL mode takes a file beside it, which a read-only disk does not; there
    nobody can be writing, and it is read as it lies.

    Raises:
        sqlite3.Error: It is not there, is none, or cannot be read.
    """
    try:
        return _opened(path, "mode=ro")
    except sqlite3.OperationalError:
        return _opened(path, "immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
    try:
        base.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error:
        base.close()
        raise
    return base
