"""Write files atomically and make them durable."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.limits import FILE_SIZE
from archive_pkg.messages import _, language, shown
from archive_pkg.storage import system
from archive_pkg.storage.open_folder import open_folder
from archive_pkg.storage.reading import TooLargeError, read_regular
from archive_pkg.storage.system import NotRegularError, sync_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.paths import StrPath

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
_NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_FEW_FILES = 64
"""Up to this many files and folders are synced one by one; beyond that, the file system is."""
_HIDDEN_MARK = ".archive-pkg"
_NAME_MAX = 255
_LONGEST_SUFFIX = 24

_MEANINGS = {
    errno.ENOSPC: (_("the disk is full"), _("Free some space, then run the same command again.")),
    errno.EDQUOT: (
        _("the quota is used up"),
        _("Free some space, then run the same command again."),
    ),
    errno.EFBIG: (
        _("the file would be larger than allowed here"),
        _("Raise the limit on file sizes (ulimit -f), or write to another file system."),
    ),
    errno.EACCES: (
        _("permission denied"),
        _("Ask the owner for permission, or run as another user."),
    ),
    errno.EPERM: (_("the operation is not permitted"), _("Ask the owner for permission.")),
    errno.EROFS: (
        _("the file system is read-only"),
        _("Write somewhere else, or mount it writable."),
    ),
    errno.EIO: (_("the device reports an error"), _("Check the disk first (dmesg, smartctl).")),
    errno.ENOENT: (_("there is no such file or folder"), _("Check the path.")),
    errno.ENOTDIR: (_("a part of the path is not a folder"), _("Check the path.")),
    errno.EISDIR: (_("it is a folder"), _("Name a file.")),
    errno.ELOOP: (
        _("it is a symbolic link, and links are not followed here"),
        _("Name its target."),
    ),
    errno.EEXIST: (_("it already exists"), _("Choose another name, or remove it first.")),
    errno.ENAMETOOLONG: (_("a name is too long for the file system"), _("Shorten the name.")),
    errno.EMFILE: (_("too many files are open"), _("Raise the limit (ulimit -n).")),
    errno.EILSEQ: (_("the file system does not allow this name"), _("Rename the file.")),
}


class FullError(StorageError):
    """The disk is full, or the quota is used up: further writing there fails as well."""


def describe(error: OSError) -> tuple[str, str]:
    """Return the meaning of a system error and a hint, which may be empty."""
    if isinstance(error, NotRegularError) and error.errno == errno.EINVAL:
        return str(error.strerror), _("Use a regular file.")
    if isinstance(error, NotRegularError) and error.errno != errno.EISDIR:
        return (
            str(error.strerror),
            _("Links are not followed here. If nothing else needs it, remove it."),
        )
    if isinstance(error, TooLargeError):
        return str(error.strerror), FILE_SIZE.hint
    meaning, hint = _MEANINGS.get(error.errno or 0, ("", ""))
    return shown(meaning or (error.strerror or str(error)).lower(), language()), shown(
        hint, language()
    )


_READING = ("opening", "reading", "searching", "working on")


def missing(path: StrPath) -> StorageError:
    """Return the error for a file or folder that does not exist."""
    return StorageError(_("{path} does not exist", path=os.fspath(path)), _("Check the path."))


def unreadable(path: StrPath, error: OSError) -> StorageError:
    """Return the error for a file or folder that cannot be read, which may be missing."""
    if isinstance(error, FileNotFoundError):
        return missing(path)
    meaning, hint = describe(error)
    return StorageError(
        _("{path} cannot be read: {meaning}", path=os.fspath(path), meaning=meaning), hint
    )


def explain(error: Exception) -> str:
    """Return what an error means, without the number of a system error."""
    return describe(error)[0] if isinstance(error, OSError) else str(error)


@contextlib.contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn the system's errors in the block into a `StorageError`.

    Args:
        what: The action and its path: "writing letters/1960.zip".

    Raises:
        StorageError: The block raised an `OSError`.
        InvalidError: A name is not UTF-8, or folders or values are nested too deeply.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        if not any("\ud800" <= sign <= "\udfff" for sign in error.object):
            raise
        name = error.object[:200]
        raise InvalidError(
            _("{what}: the name {name!r} is not UTF-8", what=what, name=name), _("Rename it.")
        ) from error
    except RecursionError as error:
        raise InvalidError(
            _("{what}: folders or values are nested too deeply", what=what)
        ) from error
    except OSError as error:
        meaning, hint = describe(error)
        name = os.fsdecode(error.filename or "")
        if ".archive-pkg-" in name:  # the user does not know the name of a staged file
            name = str(Path(name).parent)
        if isinstance(error, FileNotFoundError) and what in {f"{verb} {name}" for verb in _READING}:
            raise missing(name) from error
        where = "" if name in what else f" ({name})"
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = FullError if full else StorageError
        raise kind(
            _("{what} failed: {meaning}{where}", what=what, meaning=meaning, where=where), hint
        ) from error


def write_atomically(path: Path, data: bytes, mode: int = 0o777) -> None:
    """Write a file atomically and durably: it has either its old or all new bytes.

    Args:
        path: The file. An existing one keeps its permissions, limited to `mode`.
        data: Its bytes.
        mode: The widest permissions. The umask narrows those of a new file, which is not
            executable.

    Raises:
        StorageError: The storage failed. The file has either its old bytes or all its new ones.
    """
    with storage_errors(_("writing {path}", path=path)), staged_file(path, data, mode) as staged:
        sync_file(staged)
        staged.replace(path)
        sync_folder(path.parent)


def replace_if_unchanged(path: Path, data: bytes, before: bytes) -> bool:
    """Write a file as `write_atomically` does, but only if it still has the expected bytes.

    Args:
        path: The file, which must exist.
        data: Its new bytes.
        before: Its expected bytes.

    Returns:
        False if another program has changed the file, which is then left alone.

    Raises:
        StorageError: The file cannot be read or written. It has either its old bytes or all its
            new ones.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    with storage_errors(_("writing {path}", path=path)):
        if read_regular(path) != before:
            return False
        with staged_file(path, data) as staged:
            sync_file(staged)
            # Another program may have written between reading and exchanging. Then the exchange
            # gives us its bytes, and we put them back.
            if not exchange(staged, path):
                staged.replace(path)
            elif read_regular(staged) != before:
                exchange(staged, path)
                return False
        sync_folder(path.parent)
    return True


@contextlib.contextmanager
def staged_file(path: Path, data: bytes, mode: int = 0o777) -> Iterator[Path]:
    """Yield a file with these bytes next to a path, and remove it after the block.

    The caller syncs it and renames it to the path. The file has the permissions of an existing file
    at the path, limited to `mode`; if there is none, those of `mode` under the umask. Its
    permissions are never wider than that, even while it is being written.
    """
    kept = stat.S_IMODE(path.stat().st_mode) & (mode | ~0o777) if path.exists() else None
    staged = hidden(path, f"-{os.urandom(4).hex()}")
    how = mode & 0o666 if kept is None else kept
    descriptor = system.open_without_link(staged, system.CREATE, how)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if kept is not None:
                system.set_open_mode(descriptor, kept)
        yield staged
    finally:
        staged.unlink(missing_ok=True)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and its parents durably, unless they exist."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode, parents=True, exist_ok=True)
    for each in new:
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, if the system can."""
    with open_folder(folder) as opened:
        opened.sync()


def sync_filesystem(path: Path) -> None:
    """Sync everything written so far to the file system of a path, or only a tree.

    A system that cannot sync a file system syncs what is at the path.

    Raises:
        OSError: The device reports that data could not be written.
    """
    call = _system_call("syncfs")
    if call is None:
        if system.SYNCS_FILESYSTEMS:
            system.sync_all()
        else:
            sync_tree(path)
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if call(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
    finally:
        os.close(descriptor)


def sync_tree(path: Path) -> None:
    """Sync a file, or a folder with its contents: few files one by one, many in one call."""
    if not path.is_dir():
        sync_file(path)
        return
    files: list[str] = []
    folders: list[Path] = []
    for folder, __, names in os.walk(path):
        folders.append(Path(folder))
        files.extend(os.path.join(folder, name) for name in names)  # noqa: PTH118 - hot
        if len(files) + len(folders) > _FEW_FILES and system.SYNCS_FILESYSTEMS:
            sync_filesystem(path)
            return
    for file in files:
        sync_file(Path(file))
    for each in reversed(folders):
        sync_folder(each)


def same_mount(one: Path, other: Path) -> bool:
    """Return whether a file can be renamed from one folder into another: both are on one mount.

    The same disk can be mounted twice. If the system does not list mounts, folders on one device
    count as one mount.
    """
    if one.stat().st_dev != other.stat().st_dev:
        return False
    mounts: set[str] = set()
    for folder in (one, other) if system.BY_DESCRIPTOR else ():
        descriptor = os.open(folder, system.FOLDER)
        try:
            info = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
        except OSError:
            return True
        finally:
            os.close(descriptor)
        mounts.update(line for line in info.splitlines() if line.startswith("mnt_id:"))
    return len(mounts) <= 1


def exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step. Return False if the system cannot do that."""
    return _rename(one, other, _RENAME_EXCHANGE)


def rename_to_free(one: Path, other: Path) -> bool:
    """Rename to a name that does not exist, in one step. Return False if the system cannot do that.

    Raises:
        FileExistsError: The new name exists.
    """
    return _rename(one, other, _RENAME_NOREPLACE)


def is_ours(status: os.stat_result) -> bool:
    """Return whether a file belongs to the user that runs this process."""
    return status.st_uid == system.user_number()


def others_can_swap(folder: Path) -> bool:
    """Return whether other users can rename or remove this user's files in a folder."""
    mode = folder.stat().st_mode
    return system.HAS_OWNERS and bool(mode & 0o022) and not mode & stat.S_ISVTX


def refuse_unsafe_folder(folder: Path) -> None:
    """Refuse a folder in which all users could replace files while they are being written.

    Members of a group that can write to a folder trust each other. On file systems without
    permissions, as on many memory sticks, a folder's mode says nothing.

    Raises:
        StorageError: All users can replace files in the folder or in one above it.
        OSError: A folder cannot be examined.
    """
    real = folder.resolve()
    for each in (real, *real.parents):
        status = each.stat()
        swappable = system.is_open_to_all(status) and not status.st_mode & stat.S_ISVTX
        if swappable and _has_permissions(real):
            raise StorageError(
                _(
                    "{each}: every user of the machine can replace files there while they "
                    "are being written",
                    each=each,
                ),
                _("Close it to others (chmod o-w {each}), or name a folder elsewhere.", each=each),
            )


def _has_permissions(folder: Path) -> bool:
    """Return whether a folder's file system has permissions, by making a folder in it."""
    probe = folder / f"{_HIDDEN_MARK}-{os.urandom(4).hex()}"
    probe.mkdir(0o700)
    try:
        return not probe.stat().st_mode & 0o077
    finally:
        probe.rmdir()


def widest_mode(*sources: os.stat_result) -> int:
    """Return the widest permissions for a file that shows the contents of other files.

    If the group, or all other users, cannot read one of the sources, they get no permission.
    """
    mode = 0o777
    for source in sources:
        for reading in (stat.S_IRGRP, stat.S_IROTH):
            if not source.st_mode & reading:
                mode &= ~(reading | reading >> 1 | reading >> 2)
    return mode


def mode_of(*paths: StrPath) -> int:
    """Return `widest_mode` of the files and folders that exist.

    Raises:
        OSError: A path cannot be examined.
    """
    found = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found.append(os.stat(path))  # noqa: PTH116 - hot
    return widest_mode(*found)


def mode_under_umask(mode: int) -> int:
    """Return the permissions of a new file of this mode under the process's umask."""
    try:
        status = Path("/proc/self/status").read_text()
        umask = int(status.partition("\nUmask:")[2].split()[0], 8)
    except (OSError, ValueError, IndexError):
        umask = os.umask(0o077)
        os.umask(umask)
    return mode & ~umask


def named(path: Path) -> Path:
    """Return the same path in a form that ends with a name, not with "." or ".."."""
    return path.resolve() if path.name in ("", "..") else path


def hidden(path: Path, suffix: str) -> Path:
    """Return a hidden path in the same folder, for a temporary file or a lock."""
    name = path.name
    if len(os.fsencode(name)) + len(_HIDDEN_MARK) + _LONGEST_SUFFIX > _NAME_MAX:
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
    except (OSError, TypeError):  # Windows has no such library
        return None
