"""Writing that is there whole or not at all: atomic and durable files, locked staging folders.

A thing is built in a hidden folder beside its destination, made durable, and renamed into place.
Whatever instant the machine dies at, the destination is absent, or the old one, or the new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from archive_pkg.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_FEW_FILES = 64
"""Up to this many files are synced one by one; for more, one sync of the file system is cheaper."""
_HIDDEN_MARK = ".archive-pkg"
_NAME_MAX = 255
ENCLOSING = ".in-place"
"""Suffix of the hidden folder in which a folder becomes a bag in place."""

_MEANINGS = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run the same command again."),
    errno.EDQUOT: ("the quota is used up", "Free some space, then run the same command again."),
    errno.EFBIG: (
        "the file would be larger than is allowed here",
        "Raise the limit on file sizes (ulimit -f), or write to another file system.",
    ),
    errno.EACCES: ("permission denied", "Ask for the permission, or run as another user."),
    errno.EPERM: ("the operation is not permitted", "Ask for the permission."),
    errno.EROFS: ("the file system is read-only", "Write somewhere else, or mount it writable."),
    errno.EIO: ("the device reports an error", "Check the disk (dmesg, smartctl) before going on."),
    errno.ENOENT: ("there is no such file or folder", "Check the path."),
    errno.ENOTDIR: ("a part of the path is no folder", "Check the path."),
    errno.EISDIR: ("it is a folder", "Name a file."),
    errno.ELOOP: ("it is a symbolic link, and links are not followed here", "Name what it means."),
    errno.EEXIST: ("it exists already", "Name another, or remove it first."),
    errno.ENAMETOOLONG: ("a name is too long for the file system", "Shorten the name."),
    errno.EMFILE: ("too many files are open", "Raise the limit (ulimit -n)."),
    errno.EILSEQ: ("the file system does not take this name", "Rename the file."),
}


class DestinationExistsError(StorageError):
    """Something stands already where the new thing would go, and replacing was not asked for."""


class LockedError(StorageError):
    """Another run is working on the same destination."""


class FullError(StorageError):
    """The disk is full, or the quota used up: whatever else is to be written there fails too."""


def describe(error: OSError) -> tuple[str, str]:
    """What an error of the system means, and what to do: two phrases, the second may be empty."""
    meaning, hint = _MEANINGS.get(error.errno or 0, ("", ""))
    return meaning or (error.strerror or str(error)).lower(), hint


@contextlib.contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn the system's errors in the block into one `StorageError` in plain words.

    Args:
        what: What was being done and to which path: "writing letters/1960.zip".

    Raises:
        StorageError: For any `OSError` in the block.
    """
    try:
        yield
    except OSError as error:
        meaning, hint = describe(error)
        where = f" ({os.fsdecode(error.filename)})" if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = FullError if full else StorageError
        raise kind(f"{what}: {meaning}{where}", hint) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that, whatever happens, its name has the old bytes or all the new ones.

    A file that is replaced keeps its permissions.

    Raises:
        StorageError: When it cannot be written; the old file, if any, is then as it was.
    """
    with storage_errors(f"writing {path}"), staged_file(path, data) as staged:
        _sync_file(staged)
        staged.replace(path)
        sync_folder(path.parent)


def replace_unchanged(path: Path, data: bytes, before: bytes) -> bool:
    """Write a file as `write_atomically` does, but only in the place of the bytes that one knows.

    Args:
        path: The file; it must be there.
        data: Its new bytes.
        before: The bytes it is to have still.

    Returns:
        False where it has others, since somebody else has written it; it then keeps those.

    Raises:
        StorageError: When it cannot be read or written; the file is then as it was.
    """
    with storage_errors(f"writing {path}"):
        if path.read_bytes() != before:
            return False
        with staged_file(path, data) as staged:
            _sync_file(staged)
            # Between the look and the exchange somebody may have written: what was there comes out
            # of the exchange, and goes back where it is not what it should be.
            if not exchange(staged, path):
                staged.replace(path)
            elif staged.read_bytes() != before:
                exchange(staged, path)
                return False
        sync_folder(path.parent)
    return True


@contextlib.contextmanager
def staged_file(path: Path, data: bytes) -> Iterator[Path]:
    """A file of these bytes beside a path, with its permissions; gone after the block.

    To be renamed in the block, once it has been synced.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    staged = hidden(path, f"-{os.urandom(4).hex()}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if mode is not None:
                os.fchmod(descriptor, mode)
        yield staged
    finally:
        staged.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_filesystem(path: Path) -> None:
    """Make everything written so far to the file system that holds a path durable, in one call.

    Raises:
        OSError: When the device reports that something could not be written.
    """
    call = _system_call("syncfs")
    if call is None:
        os.sync()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if call(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
    finally:
        os.close(descriptor)


def sync_tree(path: Path) -> None:
    """Make a file, or a folder and all in it, durable: few files one by one, many in one go."""
    if not path.is_dir():
        _sync_file(path)
        return
    files: list[str] = []
    folders: list[Path] = []
    for folder, _, names in os.walk(path):
        folders.append(Path(folder))
        files.extend(os.path.join(folder, name) for name in names)  # noqa: PTH118 - hot
        if len(files) + len(folders) > _FEW_FILES:
            sync_filesystem(path)
            return
    for file in files:
        _sync_file(Path(file))
    for each in reversed(folders):
        sync_folder(each)


def same_mount(one: Path, other: Path) -> bool:
    """Whether a thing can be renamed from one folder into another: they are of one mount.

    The same disk may be mounted twice; where the system does not tell, it is held to be once.
    """
    if one.stat().st_dev != other.stat().st_dev:
        return False
    mounts: set[str] = set()
    for folder in (one, other):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            told = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
        except OSError:
            return True
        finally:
            os.close(descriptor)
        mounts.update(line for line in told.splitlines() if line.startswith("mnt_id:"))
    return len(mounts) <= 1


def exchange(one: Path, other: Path) -> bool:
    """Let two paths swap what they name, in one step; False where the system cannot do that."""
    return _rename(one, other, _RENAME_EXCHANGE)


def remove_tree(path: Path) -> None:
    """Remove a folder and all in it, also where folders in it are not writable; follows no link."""
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    import shutil

    try:
        shutil.rmtree(path)
    except PermissionError:
        for folder, folders, _ in os.walk(path):
            for name in ["", *folders]:
                inner = Path(folder, name)
                if not inner.is_symlink():
                    inner.chmod(0o700)
        shutil.rmtree(path)


class NotRegularError(OSError):
    """Where a regular file should be is a link, a folder, a pipe or a device."""


def open_beneath(folder: Path, path: str) -> BinaryIO:
    """Open a regular file below a folder for reading, following no link on the way.

    Each step is taken relative to the folder before, so that nothing swapped in meanwhile can
    lead elsewhere.

    Args:
        folder: Where the path starts; itself it may be a link.
        path: Names with `/` between them.

    Raises:
        NotRegularError: On the way or at its end is a link or something that is no file.
        OSError: It is not there or may not be read.
    """
    *folders, name = path.split("/")
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in folders:
            inner = _open_step(step, os.O_DIRECTORY, here)
            os.close(here)
            here = inner
        # Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
        descriptor = _open_step(name, os.O_NONBLOCK, here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(errno.EINVAL, "it is not a regular file", path)
    return os.fdopen(descriptor, "rb")


def _open_step(name: str, flags: int, here: int) -> int:
    if name in ("", ".", ".."):
        raise NotRegularError(errno.EINVAL, f"{name!r} is no name of a file", name)
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=here)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise NotRegularError(error.errno, "it is a link or no file", name) from error
        raise


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
        if not _rename(made, destination, _RENAME_NOREPLACE):
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


def named(path: Path) -> Path:
    """The same path with a name at its end, which "." and ".." have not."""
    return path.resolve() if path.name in ("", "..") else path


def hidden(path: Path, suffix: str) -> Path:
    """A hidden name beside a path, for what belongs to it for a while."""
    name = path.name
    if len(os.fsencode(name)) + len(_HIDDEN_MARK) + len(suffix) + 12 > _NAME_MAX:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return path.with_name(f".{name}{_HIDDEN_MARK}{suffix}")


def _rename(one: Path, other: Path, flags: int) -> bool:
    call = _system_call("renameat2")
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_OFFERED:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _system_call(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None, use_errno=True), name, None)
    except OSError:
        return None


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whoami() -> dict[str, str | int]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": os.uname().nodename, "since": now}
