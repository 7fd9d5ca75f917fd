"""Open a collection's databases with the right permissions, also on read-only disks.

A database in a collection from someone else can be forged, for example to say that a letter is
open. So each database has a mark, computed from a key of its user and the number of its file. The
mark of a copy is not valid. A database of this user without a valid mark is rebuilt, if its folder
can be written to.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from typing import TYPE_CHECKING

from archive_pkg import storage

if TYPE_CHECKING:
    from pathlib import Path

_AT = slice(68, 72)
"""The bytes of the application id in the header of an SQLite file. They hold the mark."""


def is_from_here(path: Path) -> bool:
    """Return whether a database was made in its folder, by this or another user of the folder.

    A mark is required of this user's files. Root requires it of all files. Files that were
    delivered belong to the user who unpacked them or, if that was root, to any user.
    """
    try:
        with storage.open_beneath(path.parent, path.name) as file:
            status, head = os.fstat(file.fileno()), file.read(_AT.stop)
    except OSError:
        return False
    if status.st_nlink != 1:  # a hard link, so the database is used elsewhere too
        return False
    if storage.system.user_number() and not storage.is_ours(status):
        return True
    return head[_AT] == _mark_of(status)


def forget(path: Path) -> None:
    """Remove a database, and the files that SQLite keeps next to it.

    Raises:
        OSError: It cannot be removed.
    """
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def open_to_write(path: Path, mode: int = 0o666, *, one_thread: bool = True) -> sqlite3.Connection:
    """Open a database for changes. One that was not made here is replaced by an empty one.

    Args:
        path: Its file.
        mode: The permissions that a new one gets at most.
        one_thread: Whether only the thread that opens it may use it.

    Raises:
        OSError: It cannot be opened.
        sqlite3.DatabaseError: It is damaged.
    """
    is_new = not is_from_here(path)
    if is_new:
        forget(path)
        os.close(storage.system.open_without_link(path, storage.system.CREATE, mode))
    base = sqlite3.connect(path, check_same_thread=one_thread)
    try:
        if is_new:
            number = int.from_bytes(_mark_of(path.stat()), "big", signed=True)
            base.execute(f"PRAGMA application_id = {number}")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")  # a power cut damages nothing
    except BaseException:
        base.close()
        raise
    return base


def _mark_of(status: os.stat_result) -> bytes:
    return storage.user_mac(b"database", str(status.st_ino).encode())[:4]


def open_to_read(path: Path, *, one_thread: bool = True) -> sqlite3.Connection:
    """Open a database for reading while another run may be writing it.

    In WAL mode SQLite needs a file next to the database even to read it. If the file cannot be
    made, for example on a read-only disk, the database is opened as if nobody were writing it.

    Args:
        path: Its file.
        one_thread: Whether only the thread that opens it may use it.

    Raises:
        sqlite3.Error: It does not exist, is not a database, or cannot be read.
    """
    try:
        return _opened(path, "mode=ro", one_thread)
    except sqlite3.OperationalError:
        return _opened(path, "immutable=1", one_thread)


def narrow(path: Path, mode: int) -> None:
    """Remove permissions of a database, and of the files that SQLite keeps next to it.

    Args:
        path: Its file, which exists.
        mode: The permissions that it may keep at most.

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
