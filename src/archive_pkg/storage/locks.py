"""Lock paths, so that only one run at a time uses them."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.storage import system
from archive_pkg.storage.files import hidden, is_ours, named, storage_errors

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_log = logger(__name__)

LOCK = ".lock"
"""Suffix of the hidden file of a lock."""
_LONGEST_LOCK = 1000


class LockedError(StorageError):
    """Another run is using the same path."""


class Lock:
    """A lock on a path, with a hidden file next to it that names the holder.

    The system holds the lock (`flock`) and releases it when the process ends. Where there is no
    `flock`, the file is an SQLite database, and SQLite locks it in the system's way. Leaving the
    context removes the file if that is possible.
    """

    def __init__(self, path: Path, wait: float = 0) -> None:
        """Set the path to lock and the seconds to wait for another run."""
        self.path = hidden(named(path), LOCK)
        self._subject = path
        self._wait = wait
        self._held = contextlib.ExitStack()
        self._holder = "another run"

    def __enter__(self) -> Lock:
        give_up = time.monotonic() + self._wait
        with storage_errors(_("locking {subject}", subject=self._subject)):
            waiting = False
            while not self._try():
                if time.monotonic() >= give_up:
                    raise LockedError(
                        _(
                            "{subject} is in use by {holder}",
                            subject=self._subject,
                            holder=self._holder,
                        ),
                        _("Wait until that run has ended, then run the same command again."),
                    )
                if not waiting:
                    _log.info("waiting for %s, which is used by %s", self._subject, self._holder)
                    waiting = True
                time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.path.unlink()
        except OSError:
            self._held.close()
            with contextlib.suppress(OSError):  # Windows removes a file only when it is closed
                self.path.unlink()
        else:
            self._held.close()

    def _try(self) -> bool:
        try:
            return self._try_flock() if system.LOCKS_OPEN_FILES else self._try_database()
        except FileNotFoundError:  # the holder has just removed it
            if not self.path.parent.is_dir():
                raise
            return False

    def _try_flock(self) -> bool:
        with contextlib.ExitStack() as held:
            descriptor = self._open()
            held.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise self._not_a_lock_error()
            try:
                system.lock_open_file(descriptor)
            except BlockingIOError:
                self._holder = _holder(system.read_at(descriptor, _LONGEST_LOCK, 0))
                return False
            # The holder may have removed the file between our opening and locking it.
            if not os.path.samestat(status, self.path.lstat()):
                return False
            # The holder's name is only for messages, so a full disk does not matter. If the file
            # has a second hard link, an attacker may have linked a different file of this user.
            if is_ours(status) and status.st_nlink == 1:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, _whoami().encode())
            self._held = held.pop_all()
        return True

    def _open(self) -> int:
        """Open or create the lock's file, without following links or waiting."""
        with contextlib.suppress(FileExistsError):
            return system.open_without_link(self.path, system.CREATE, 0o644)
        if not stat.S_ISREG(self.path.lstat().st_mode):
            raise self._not_a_lock_error()
        try:
            return system.open_without_link(self.path, system.READ_AND_WRITE)
        except PermissionError:  # another user's file: reading is enough to lock it
            return system.open_without_link(self.path, system.READ)

    def _try_database(self) -> bool:
        import sqlite3

        os.close(self._open())  # it exists, and is no link
        status = self.path.lstat()
        base = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        with contextlib.ExitStack() as held:
            held.callback(base.close)
            try:
                for step in (
                    "locking_mode = EXCLUSIVE",
                    "journal_mode = MEMORY",
                    "synchronous = OFF",
                ):
                    base.execute(f"PRAGMA {step}")
                base.execute("BEGIN EXCLUSIVE")
                if not os.path.samestat(status, self.path.lstat()):
                    return False
                if status.st_nlink == 1:
                    with contextlib.suppress(sqlite3.OperationalError):  # as with `flock`
                        base.execute("CREATE TABLE IF NOT EXISTS holder (text)")
                        base.execute("DELETE FROM holder")
                        base.execute("INSERT INTO holder VALUES (?)", [_whoami()])
                        base.execute("COMMIT")  # keeps the lock
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise OSError(0, str(error), os.fspath(self.path)) from error
                self._holder = self._database_holder()
                return False
            except sqlite3.DatabaseError:
                raise self._not_a_lock_error() from None
            self._held = held.pop_all()
        return True

    def _database_holder(self) -> str:
        import sqlite3

        text = ""
        with contextlib.suppress(sqlite3.Error):
            address = f"{self.path.absolute().as_uri()}?immutable=1"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as base:
                (text,) = base.execute("SELECT text FROM holder").fetchone() or [""]
        return _holder(str(text).encode())

    def _not_a_lock_error(self) -> StorageError:
        return StorageError(
            _("{path} has the name of this program's lock, but is not one", path=self.path),
            _("If nothing else needs it, remove it, then run the same command again."),
        )


def _holder(data: bytes) -> str:
    try:
        holder = json.loads(data)
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "another run"


def _whoami() -> str:
    import socket

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now})
