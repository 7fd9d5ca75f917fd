"""Open, read and sync files on systems that differ: what a system can do decides, not its name.

`storage/` is the only package that uses what one of Linux, macOS and Windows lacks. Where files
cannot be opened relative to an open folder, they are opened by path, and compared before and after.
docs/explanation/systems.md says which promises hold where.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import threading
from functools import cache
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

try:
    import fcntl as _fcntl
except ImportError:
    _fcntl = None  # type: ignore[assignment]

from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.paths import StrPath

# Any: mypy reads this module as Linux, macOS and Windows would, and each lacks something.
_os: Any = os
_files: Any = _fcntl
BY_DESCRIPTOR = (
    os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")
)
"""Whether files can be opened relative to an open folder, without following links."""
LOCKS_OPEN_FILES = _files is not None
"""Whether `lock_open_file` can be used."""
LIMITS_NAMES = isinstance(Path(), PureWindowsPath)
"""Whether `paths.windows_fault` says which names files cannot have."""
HAS_OWNERS = hasattr(os, "geteuid")
"""Whether files have owners and permissions that this module can read."""
SYNCS_FILESYSTEMS = hasattr(os, "sync")
"""Whether everything that was written to a file system can be synced in one call."""

# O_NONBLOCK: opening a pipe does not wait. O_NOCTTY: a terminal does not take control of us.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
READ = os.O_RDONLY | _BINARY | _NONBLOCK | getattr(os, "O_NOCTTY", 0)
CREATE = os.O_RDWR | _BINARY | os.O_CREAT | os.O_EXCL
APPEND = os.O_RDWR | _BINARY | os.O_APPEND | _NONBLOCK
READ_AND_WRITE = os.O_RDWR | _BINARY | _NONBLOCK

_FICLONE = 0x40049409
"""The number of a system call of Linux."""
_JUNCTION = 0xA0000003
"""The tag of a folder that leads to another one on Windows, where only a folder can be linked."""

_one_at_a_time = threading.Lock()


class NotRegularError(OSError):
    """There is a link, a folder, a pipe or a device instead of a regular file."""


def open_without_link(path: StrPath, flags: int, mode: int = 0o666) -> int:
    """Open a file by its path and return its descriptor. If the last name is a link, fail.

    Args:
        path: The file.
        flags: One of `READ`, `CREATE`, `APPEND` and `READ_AND_WRITE`.
        mode: The permissions of a new file, before the umask.

    Raises:
        OSError: The file cannot be opened, is a link, or was exchanged meanwhile.
    """
    if BY_DESCRIPTOR:
        return os.open(path, flags | NO_LINK, mode)
    if flags & os.O_CREAT:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path))
        return os.open(path, flags, mode)
    before = os.lstat(path)
    if is_link(before):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fspath(path))
    if not stat.S_ISREG(before.st_mode):  # opening a device may already do something
        raise NotRegularError(errno.EINVAL, _("it is not a regular file"), os.fspath(path))
    descriptor = os.open(path, flags)
    if not os.path.samestat(before, os.fstat(descriptor)):
        os.close(descriptor)
        raise OSError(errno.ELOOP, "it was exchanged while it was opened", os.fspath(path))
    return descriptor


def sync_all() -> None:
    """Sync everything written so far, if `SYNCS_FILESYSTEMS`."""
    _os.sync()


def is_link(status: os.stat_result) -> bool:
    """Return whether a status is that of a symbolic link, or of a junction of Windows."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def read_at(descriptor: int, size: int, place: int) -> bytes:
    """Return up to `size` bytes of an open file from a place on. Several threads can read."""
    if hasattr(os, "pread"):
        data: bytes = _os.pread(descriptor, size, place)
        return data
    with _one_at_a_time:
        os.lseek(descriptor, place, os.SEEK_SET)
        return os.read(descriptor, size)


def reader(descriptor: int) -> Callable[[memoryview], int]:
    """Return a function that reads the next bytes of a descriptor into a buffer."""
    if hasattr(os, "readv"):
        return lambda block: _os.readv(descriptor, [block])
    stream = io.FileIO(descriptor, closefd=False)
    return lambda block: stream.readinto(block) or 0


def lock_open_file(descriptor: int) -> None:
    """Lock an open file until it is closed or the process ends (`flock`).

    Raises:
        BlockingIOError: Another process or descriptor has locked it.
    """
    _files.flock(descriptor, _files.LOCK_EX | _files.LOCK_NB)


def share_blocks(source: int, target: int) -> bool:
    """Make an open empty file a copy of another that shares its blocks (a reflink).

    Returns:
        False if the system or the file system cannot do that. Then nothing is written.

    Raises:
        OSError: The device fails, or is full.
    """
    if _files is None or str(sys.platform) != "linux":
        return False
    try:
        _files.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        return False
    return True


def expect_sequential_reading(descriptor: int) -> None:
    """Tell the system that a file will be read from its beginning to its end."""
    with contextlib.suppress(AttributeError, OSError):
        _os.posix_fadvise(descriptor, 0, 0, _os.POSIX_FADV_SEQUENTIAL)


def sync_data(descriptor: int) -> None:
    """Make the bytes of an open file durable, which must be open for writing on Windows."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def set_time(descriptor: int, path: StrPath, time: int) -> None:
    """Set the time of the last change of an open file, in nanoseconds since 1970."""
    os.utime(descriptor if os.utime in os.supports_fd else path, ns=(time, time))


def sync_file(path: StrPath) -> None:
    """Make the bytes of a file durable."""
    try:
        descriptor = open_without_link(path, READ if BY_DESCRIPTOR else READ_AND_WRITE)
    except PermissionError:
        if BY_DESCRIPTOR:
            raise
        return  # Windows syncs only files that can be written to
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def change_mode(path: StrPath, decide: Callable[[os.stat_result], int]) -> None:
    """Change the permissions of a file or folder, but not of the target of a link.

    Args:
        path: The file or folder.
        decide: Returns the new permissions, given the status.

    Raises:
        OSError: The path is a link, or its permissions cannot be changed.
    """
    if not BY_DESCRIPTOR:
        status = os.lstat(path)
        if is_link(status):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fspath(path))
        os.chmod(path, decide(status))  # noqa: PTH101 - text or a path object
        return
    descriptor = os.open(path, READ | NO_LINK)
    try:
        _os.fchmod(descriptor, decide(os.fstat(descriptor)))
    finally:
        os.close(descriptor)


def set_open_mode(descriptor: int, mode: int) -> None:
    """Set the permissions of an open file. Without permissions, as on Windows, do nothing."""
    if hasattr(os, "fchmod"):
        _os.fchmod(descriptor, mode)


def on_rotating_disk(status: os.stat_result) -> bool:
    """Return whether a file is on a rotating disk, which should read one file at a time.

    Only Linux says so.
    """
    return hasattr(os, "major") and _is_rotational(status.st_dev)


@cache
def _is_rotational(number: int) -> bool:
    device = Path(f"/sys/dev/block/{_os.major(number)}:{_os.minor(number)}").resolve()
    for folder in (device, device.parent):  # a partition's queue is in its disk's folder
        with contextlib.suppress(OSError):
            return (folder / "queue/rotational").read_text().strip() == "1"
    return False


def size_on_disk(status: os.stat_result) -> int:
    """Return how many bytes of the disk a file uses; its size if the system does not say."""
    blocks: int | None = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else blocks * 512


def user_number() -> int:
    """Return the number of the user that runs this process; 0 if the system has no such numbers."""
    return int(_os.geteuid()) if HAS_OWNERS else 0


def is_open_to_all(status: os.stat_result) -> bool:
    """Return whether every user can write to a file or folder. Windows does not say."""
    return HAS_OWNERS and bool(status.st_mode & stat.S_IWOTH)


def user_name() -> str:
    """Return the name of the user that runs this process; empty if the system does not know it."""
    import getpass

    try:
        import pwd

        users: Any = pwd
        name = users.getpwuid(_os.getuid()).pw_gecos.partition(",")[0].strip()
    except (ImportError, KeyError, OSError):
        name = ""
    try:
        return name or getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""
