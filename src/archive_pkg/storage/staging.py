"""Things built in a hidden folder beside their destination, by one run at a time.

What is staged is made durable and renamed into place. Whatever instant the machine dies at, the
destination is absent, or the old one, or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.storage.files import (
    exchange,
    hidden,
    named,
    remove_tree,
    rename_to_free,
    storage_errors,
    sync_folder,
    sync_tree,
    write_atomically,
)

if TYPE_CHECKING:
    from types import TracebackType

ENCLOSING = ".in-place"
"""Suffix of the hidden folder in which a folder becomes a bag in place."""


class DestinationExistsError(StorageError):
    """Something stands already where the new thing would go, and replacing was not asked for."""


class LockedError(StorageError):
    """Another run is working on the same destination."""


class Lock:
    """One run at a time for a path, by a hidden file beside it that says who holds it.

    The lock is the system's (`flock`), so it ends with its process however that ends; the file is
    removed with it where the process still can.
    """

    def __init__(self, path: Path, wait: float = 0) -> None:
        """Args: the path to work on; how many seconds to wait for another run."""
        self.path = hidden(named(path), ".lock")
        self._subject = path
        self._wait = wait
        self._descriptor = -1

    def __enter__(self) -> Lock:
        give_up = time.monotonic() + self._wait
        with storage_errors(f"locking {self._subject}"):
            while not self._try():
                if time.monotonic() >= give_up:
                    raise LockedError(
                        f"{self._subject} is being worked on by {self._holder()}",
                        "Wait until that run has ended, then run the same command again.",
                    )
                time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink()
        os.close(self._descriptor)

    def _try(self) -> bool:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it may have removed the file between our opening and our locking it.
            same = os.path.samestat(os.fstat(descriptor), self.path.stat())
        except (BlockingIOError, FileNotFoundError):
            same = False
        except BaseException:
            os.close(descriptor)
            raise
        if not same:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        # Who holds it is a courtesy, for which a full disk may have no room.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(_whoami()).encode(), 0)
        return True

    def _holder(self) -> str:
        try:
            said = json.loads(self.path.read_text())
            return f"process {said['pid']} on {said['host']} since {said['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another run"


class Staging:
    """A hidden folder beside a destination, in which the new thing is built and then renamed.

    While the context is open the destination is locked. Folders that killed runs have left are
    removed on entering (their lock is free, or this one could not be held); a live one is never
    touched. Leaving without `commit` removes what was staged and leaves the destination alone.

    Attributes:
        destination: Where the thing will stand.
        path: The empty folder to build in, on the destination's file system.
    """

    path: Path

    def __init__(self, destination: Path, *, wait: float = 0, sync: bool = True) -> None:
        """A staging for a destination.

        Args:
            destination: The path the finished thing gets; its parent folder must exist.
            wait: Seconds to wait when another run holds the destination.
            sync: Whether `commit` makes the thing durable. Bulk work sets False, calls
                `sync_filesystem` once for many stagings, and then commits each of them.
        """
        self.destination = named(destination)
        self._sync = sync
        self._lock = Lock(self.destination, wait)

    def __enter__(self) -> Staging:
        self._lock.__enter__()
        try:
            with storage_errors(f"staging {self.destination}"):
                _refuse_unfinished(self.destination)
                recover(self.destination)
                self.path = hidden(self.destination, f"-{os.urandom(4).hex()}")
                self.path.mkdir()
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with storage_errors(f"removing {self.path}"):
                remove_tree(self.path)
        except StorageError:
            if error is None:
                raise
        finally:
            self._lock.__exit__(kind, error, trace)

    def commit(self, *, replace: bool = False, item: Path | None = None) -> None:
        """Make what was staged durable and let the destination name it.

        Args:
            replace: Whether what stands there may be replaced. Then the two are exchanged in one
                step where the system can; elsewhere by a journal which the next run finishes.
            item: What the destination is to be, where it is not the staging folder itself but
                something in it, such as a single file.

        Raises:
            DestinationExistsError: When something stands there and `replace` is not set.
            StorageError: When the storage fails; the destination is then as it was.
        """
        made = item or self.path
        with storage_errors(f"writing {self.destination}"):
            if self._sync:
                sync_tree(made)
            place(made, self.destination, replace=replace)
            if self._sync:
                sync_folder(self.destination.parent)


def place(made: Path, destination: Path, *, replace: bool = False) -> None:
    """Let a destination name what was made on its file system, in one step; nothing is synced.

    Args:
        made: A file or folder, finished and durable.
        destination: The path it gets.
        replace: Whether what stands there may be replaced.

    Raises:
        DestinationExistsError: When something stands there and `replace` is not set.
        OSError: When the storage fails; the destination is then as it was.
    """
    if replace and os.path.lexists(destination):
        _replace(made, destination)
        return
    refuse_existing(destination)
    try:
        if not rename_to_free(made, destination):
            made.rename(destination)
    except FileExistsError as error:
        raise _exists(destination) from error


def refuse_existing(destination: Path) -> None:
    """Refuse a destination at which something stands, before work is wasted on it.

    Raises:
        DestinationExistsError: When something stands there.
    """
    if os.path.lexists(destination):
        raise _exists(destination)


def _exists(destination: Path) -> DestinationExistsError:
    return DestinationExistsError(
        f"{destination} exists already", "Name another destination, or ask to replace it."
    )


def recover(destination: Path) -> None:
    """Finish or undo what killed runs have left beside a destination, whose lock must be held.

    Raises:
        OSError: When the storage fails.
    """
    journal = hidden(destination, ".swap")
    if journal.exists():
        _finish_swap(journal, destination)
    prefix = hidden(destination, "-").name
    for entry in list(destination.parent.iterdir()):
        if entry.name.startswith(prefix) and len(entry.name) == len(prefix) + 8:
            remove_tree(entry)


def enclose(folder: Path, shell: Path) -> None:
    """Let a folder become `shell`'s data/, and the shell take the folder's name: two renames.

    The shell's name has to be `hidden(folder, ENCLOSING)`. Killed between the two renames, all
    lies in the shell, and `finish_enclosing` ends what was begun.

    Raises:
        OSError: When the storage fails.
    """
    sync_tree(shell)
    sync_folder(shell.parent)
    folder.rename(shell / "data")
    finish_enclosing(folder)


def finish_enclosing(folder: Path) -> bool:
    """End an enclosing that was killed between its two renames; whether there was one.

    Raises:
        OSError: When the storage fails.
    """
    shell = hidden(folder, ENCLOSING)
    if os.path.lexists(folder) or not (shell / "data").is_dir():
        return False
    sync_folder(shell)
    shell.rename(folder)
    sync_folder(folder.parent)
    return True


def _refuse_unfinished(destination: Path) -> None:
    if (hidden(destination, ENCLOSING) / "data").is_dir():
        raise StorageError(
            f"bagging {destination} in place was broken off, and its files are safe in "
            f"{hidden(destination, ENCLOSING)}",
            f"Finish it first: archive-pkg bag create --in-place {destination}",
        )


def _replace(made: Path, destination: Path) -> None:
    if exchange(made, destination):
        remove_tree(made)
        return
    if not made.is_dir() and not destination.is_dir():
        made.replace(destination)
        return
    old = hidden(destination, f"-{os.urandom(4).hex()}")
    journal = hidden(destination, ".swap")
    # The new thing may lie inside a staging folder; beside the destination both are found again.
    new = hidden(destination, f"-{os.urandom(4).hex()}")
    made.rename(new)
    write_atomically(journal, json.dumps({"old": old.name, "new": new.name}).encode())
    _finish_swap(journal, destination)


def _finish_swap(journal: Path, destination: Path) -> None:
    names = json.loads(journal.read_bytes())
    old, new = (journal.with_name(Path(names[which]).name) for which in ("old", "new"))
    if os.path.lexists(new):
        if os.path.lexists(destination):
            destination.rename(old)
        new.rename(destination)
    sync_folder(destination.parent)
    journal.unlink()
    remove_tree(old)


def _whoami() -> dict[str, str | int]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": os.uname().nodename, "since": now}
