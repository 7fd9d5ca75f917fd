"""Things built in a hidden folder next to their destination, by one run at a time.

What is staged is made durable and renamed into place. Whatever instant the machine dies at, the
destination is absent, or the old one, or the new one.

Other people may be able to write next to the destination, and a delivery may bring hidden files.
So nothing is read from what a killed run has left. Its names say everything, and they count only
where they have our pattern and what they name is a file or folder of this user.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import stat
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.logs import logger
from archive_pkg.storage.beneath import remove_tree
from archive_pkg.storage.files import (
    exchange,
    hidden,
    is_ours,
    named,
    open_mode,
    refuse_exchange,
    rename_to_free,
    storage_errors,
    sync_folder,
    sync_tree,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

_log = logger(__name__)

ENCLOSING = ".in-place"
"""Suffix of the hidden folder in which a folder becomes a bag in place."""

_LOCK = ".lock"
_OTHERS = (_LOCK, ENCLOSING, ".fetched")
"""Suffixes of hidden names that have readers of their own."""
_LEFT = re.compile(r"-[0-9a-f]{8}(\.new|\.old)?")
_LONGEST_LOCK = 1000


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
        self.path = hidden(named(path), _LOCK)
        self._subject = path
        self._wait = wait
        self._descriptor = -1
        self._holder = "another run"

    def __enter__(self) -> Lock:
        give_up = time.monotonic() + self._wait
        with storage_errors(f"locking {self._subject}"):
            waiting = False
            while not self._try():
                if time.monotonic() >= give_up:
                    raise LockedError(
                        f"{self._subject} is being worked on by {self._holder}",
                        "Wait until that run has ended, then run the same command again.",
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
        with contextlib.suppress(OSError):
            self.path.unlink()
        os.close(self._descriptor)

    def _try(self) -> bool:
        try:
            descriptor = self._open()
        except FileNotFoundError:  # whoever held it has just removed it
            if not self.path.parent.is_dir():
                raise
            return False
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise self._strange()
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it may have removed the file between our opening and our locking it.
            same = os.path.samestat(status, self.path.lstat())
        except BlockingIOError:
            self._holder = _holder(descriptor)
            same = False
        except FileNotFoundError:
            same = False
        except BaseException:
            os.close(descriptor)
            raise
        if not same:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        # Who holds it is a courtesy, for which a full disk may have no room. A second name of the
        # file would be a file of the user's that another person has led us to.
        if is_ours(status) and status.st_nlink == 1:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(_whoami()).encode(), 0)
        return True

    def _open(self) -> int:
        """Open the lock's file, made if it does not exist; nothing is followed or waited for."""
        flags = os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            return os.open(self.path, flags | os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            if not stat.S_ISREG(self.path.lstat().st_mode):
                raise self._strange() from None
        try:
            return os.open(self.path, flags | os.O_RDWR)
        except PermissionError:  # another user's, of which reading is enough
            return os.open(self.path, flags | os.O_RDONLY)

    def _strange(self) -> StorageError:
        return StorageError(
            f"{self.path} has the name of a lock of ours and is not a file",
            f"Remove it if you do not know it, then work on {self._subject} again.",
        )


def _holder(descriptor: int) -> str:
    try:
        said = json.loads(os.pread(descriptor, _LONGEST_LOCK, 0))
        return f"process {said['pid']} on {said['host']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another run"


class Staging:
    """A hidden folder next to a destination, in which the new thing is built and then renamed.

    While the context is open the destination is locked. Folders that killed runs have left are
    removed on entering (their lock is free, or this one could not be held); a live one is never
    touched. Leaving without `commit` removes what was staged and leaves the destination alone.

    Only this user may look into the folder before it has its name.

    Attributes:
        destination: Where the thing will be.
        path: The empty folder to build in, on the destination's file system.
        mode: The widest permissions that the folder gets with its name; the umask narrows them. A
            folder that is replaced is not made more open than it was.
    """

    path: Path
    mode: int = 0o777

    def __init__(
        self, destination: Path, *, wait: float = 0, sync: bool = True, locked: bool = False
    ) -> None:
        """A staging for a destination.

        Args:
            destination: The path the finished thing gets; its parent folder must exist.
            wait: Seconds to wait when another run holds the destination.
            sync: Whether `commit` makes the thing durable. Bulk work sets False, calls
                `sync_filesystem` once for many stagings, and then commits each of them.
            locked: Whether the caller sees to it that nobody else works on the destination.
        """
        self.destination = named(destination)
        self._sync = sync
        self._held = contextlib.ExitStack()
        self._lock: AbstractContextManager[object] = (
            contextlib.nullcontext() if locked else Lock(self.destination, wait)
        )

    def __enter__(self) -> Staging:
        with contextlib.ExitStack() as held:
            with storage_errors(f"staging {self.destination}"):
                refuse_exchange(self.destination.parent)
            held.enter_context(self._lock)
            with storage_errors(f"staging {self.destination}"):
                _refuse_unfinished(self.destination)
                recover(self.destination)
                self.path = hidden(self.destination, f"-{os.urandom(4).hex()}")
                self.path.mkdir(0o700)
                _log.debug("staging %s in %s", self.destination, self.path.name)
            self._held = held.pop_all()
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
            self._held.close()

    def commit(self, *, replace: bool = False, item: Path | None = None) -> None:
        """Make what was staged durable and let the destination name it.

        Args:
            replace: Whether what stands there may be replaced. Then the two are exchanged in one
                step where the system can; elsewhere by renames that the next run finishes.
            item: What the destination is to be, where it is not the staging folder itself but
                something in it, such as a single file.

        Raises:
            DestinationExistsError: When something stands there and `replace` is not set.
            StorageError: When the storage fails; the destination is then as it was.
        """
        made = item or self.path
        with storage_errors(f"writing {self.destination}"):
            open_up(made, self.mode, like=self.destination if replace else None)
            if self._sync:
                sync_tree(made)
            place(made, self.destination, replace=replace)
            if self._sync:
                sync_folder(self.destination.parent)


def open_up(made: Path, mode: int = 0o777, *, like: Path | None = None) -> None:
    """Give what is staged the permissions that it has under its name.

    Args:
        made: A folder or file that only this user can reach so far.
        mode: The widest permissions; the umask narrows them, and files are not executable.
        like: What it replaces, which is not made more open.

    Raises:
        OSError: When the storage fails.
    """
    descriptor = os.open(made, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        before = os.fstat(descriptor).st_mode
        mode = open_mode(mode if stat.S_ISDIR(before) else mode & 0o666)
        if like is not None and like.exists():
            mode &= like.stat().st_mode
        # A folder may have got its group, and the bit that says so, from the one above.
        mode |= before & stat.S_ISGID
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def place(made: Path, destination: Path, *, replace: bool = False) -> None:
    """Give what was made, on its file system, the name of the destination in one step.

    Args:
        made: A file or folder, finished and durable. What is replaced may get its name: remove it
            once the new name is durable.
        destination: The path it gets.
        replace: Whether what stands there may be replaced.

    Raises:
        DestinationExistsError: When something is there and `replace` is not set, or it is of
            another kind.
        OSError: When the storage fails; the destination is then as it was.
    """
    if replace and os.path.lexists(destination):
        _refuse_other_kinds(made, destination)
        _replace(made, destination)
    else:
        refuse_existing(destination)
        try:
            if not rename_to_free(made, destination):
                made.rename(destination)
        except FileExistsError as error:
            raise _exists(destination) from error
    _log.info("wrote %s", destination)


def _refuse_other_kinds(made: Path, destination: Path) -> None:
    """Refuse to replace what is not of the kind that was made: a link, a device, a user's folder.

    A folder is of the same kind where it is empty or has a file of a name that is new as well.
    """
    status = destination.lstat()
    if stat.S_ISREG(status.st_mode) and not made.is_dir():
        return
    if stat.S_ISDIR(status.st_mode) and made.is_dir():
        there = {path.name: path.is_file() for path in destination.iterdir()}
        if not there or any(there.get(path.name) for path in made.iterdir() if path.is_file()):
            return
    raise DestinationExistsError(
        f"{destination} is not what this would replace, and was left alone",
        "Name another destination, or move it away.",
    )


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
    """Finish or undo what killed runs have left next to a destination, whose lock must be held.

    What has a name like ours and is not a file or folder of this user is reported on the module's
    logger and left alone.

    Raises:
        OSError: When the storage fails.
    """
    left = _left(destination)
    for name, end in left:
        if end == ".old" and not os.path.lexists(destination):
            # Killed between the two renames of a swap: the new thing is complete and durable.
            stem = name.removesuffix(end)
            whole = f"{stem}.new" if (f"{stem}.new", ".new") in left else name
            destination.with_name(whole).rename(destination)
            sync_folder(destination.parent)
            _log.info("finished %s, which an interrupted run had written", destination)
    for name, _ in left:
        remove_tree(destination.with_name(name))
        _log.info("removed %s, which an interrupted run had left", destination.with_name(name))


def _left(destination: Path) -> list[tuple[str, str]]:
    """The names that killed runs have left next to a destination, each with its ending."""
    prefix = hidden(destination, "").name
    found = []
    with os.scandir(destination.parent) as entries:
        for entry in entries:
            suffix = entry.name.removeprefix(prefix)
            if not entry.name.startswith(prefix) or suffix in _OTHERS or not suffix:
                continue
            match = _LEFT.fullmatch(suffix)
            with contextlib.suppress(FileNotFoundError):  # a file's that was just written
                if match and _is_plain(entry.stat(follow_symlinks=False)):
                    found.append((entry.name, match[1] or ""))
                elif suffix[0] in ".-":
                    _leave_alone(entry.path)
    return found


def _is_plain(status: os.stat_result) -> bool:
    """Whether something is a file or folder of this user, and not a link, a pipe or a device."""
    return is_ours(status) and (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode))


def _leave_alone(path: str) -> None:
    _log.warning(
        "%r has a name like the ones this program uses while it works, and is not its own; it was "
        "left alone. Remove it if you do not know it.",
        path,
    )


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
    if os.path.lexists(folder) or not holds_data(shell):
        return False
    sync_folder(shell)
    shell.rename(folder)
    sync_folder(folder.parent)
    return True


def holds_data(shell: Path) -> bool:
    """Whether the shell of an enclosing is a folder of this user with what was in the folder.

    Raises:
        OSError: When the storage fails.
    """
    try:
        status, data = shell.lstat(), (shell / "data").lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISDIR(status.st_mode) and is_ours(status) and stat.S_ISDIR(data.st_mode)


def _refuse_unfinished(destination: Path) -> None:
    if holds_data(hidden(destination, ENCLOSING)):
        raise StorageError(
            f"bagging {destination} in place was broken off, and its files are safe in "
            f"{hidden(destination, ENCLOSING)}",
            f"Finish it first: archive-pkg bag create --in-place {destination}",
        )


def _replace(made: Path, destination: Path) -> None:
    if exchange(made, destination):
        return
    if not made.is_dir() and not destination.is_dir():
        made.replace(destination)
        return
    # What is new may lie inside a staging folder; next to the destination the next run finds both.
    stem = hidden(destination, f"-{os.urandom(4).hex()}").name
    old, new = destination.with_name(f"{stem}.old"), destination.with_name(f"{stem}.new")
    made.rename(new)
    sync_folder(destination.parent)
    destination.rename(old)
    try:
        new.rename(destination)
    except OSError:
        old.rename(destination)
        raise
    sync_folder(destination.parent)
    remove_tree(old)


def _whoami() -> dict[str, str | int]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": os.uname().nodename, "since": now}
