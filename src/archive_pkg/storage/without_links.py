"""Make, write and remove files below a folder that others can write to, without following links.

Each step starts from an open folder, so that a link swapped in meanwhile is not followed.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.messages import _
from archive_pkg.storage import system
from archive_pkg.storage.files import is_ours, storage_errors, sync_folder
from archive_pkg.storage.reading import RecentFolder, folder_beneath
from archive_pkg.storage.system import NotRegularError

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.storage.open_folder import OpenFolder


def make_beneath(folder: Path | RecentFolder, path: str, mode: int = 0o777) -> None:
    """Make a folder below a folder, with its parents, without following links.

    Args:
        folder: The folder that the path is relative to. It may be a link.
        path: Names with `/` between them.
        mode: The permissions of a new folder, before the umask. Its new parents can be read by all
            users, and are writable for others only if `mode` says so.

    Raises:
        NotRegularError: A part of the path is a link or not a folder.
        OSError: The folder cannot be made.
    """
    above, __, name = path.rpartition("/")
    try:
        parent = folder_beneath(folder, above)
    except FileNotFoundError:
        if not above:
            raise
        make_beneath(folder, above, mode | 0o775)
        parent = folder_beneath(folder, above)
    with parent:
        try:
            parent.make(name, mode)
        except FileExistsError:
            parent.folder(name).close()


def state_folder(
    base: Path, path: str, mode: int = 0o777, *, unsynced: list[Path] | None = None
) -> Path:
    """Make a folder for the program's state, or check the existing one.

    Args:
        base: The folder that the path is relative to. It may be a link.
        path: Names with `/` between them.
        mode: The permissions of the last folder if it is new, before the umask. No new folder is
            writable for all users.
        unsynced: Receives the folders that have a new folder in them, which the caller must sync.
            If None, this function syncs them.

    Raises:
        StorageError: The folder cannot be made, a step of its path is a link, or
            `check_state_folder` refuses it.
    """
    made = base / path
    with storage_errors(_("making {made}", made=made)):
        folders = (made, *made.parents[: path.count("/")])
        new = [each for each in folders if not os.path.lexists(each)]
        make_beneath(base, path, mode & ~stat.S_IWOTH)
        for each in new:
            if unsynced is None:
                sync_folder(each.parent)
            else:
                unsynced.append(each.parent)
    check_state_folder(made)
    return made


def check_state_folder(folder: Path) -> None:
    """Refuse a state folder that is a link, contains a link or special file, or is not trusted.

    A folder is not trusted if all users can write to it. In a folder that all users can write to,
    it must also belong to this user, to root or to the owner of the folder above. A missing folder
    is accepted.

    Raises:
        StorageError: The folder is refused, or cannot be read.
    """
    with storage_errors(_("reading {folder}", folder=folder)):
        try:
            opened = folder_beneath(folder.parent, folder.name)
        except FileNotFoundError:
            return
        with opened, opened.entries() as entries:
            status, above = opened.status(), folder.parent.stat()
            unsafe = [
                entry.name
                for entry in entries
                if not entry.is_file(follow_symlinks=False)
                and not entry.is_dir(follow_symlinks=False)
            ]
    trusted = is_ours(status) or status.st_uid in (above.st_uid, 0)
    if system.is_open_to_all(status) or (not trusted and system.is_open_to_all(above)):
        raise StorageError(
            _("{folder} belongs to another user, or all users can write to it", folder=folder),
            _("Its contents cannot be trusted. If nothing else needs it, remove it."),
        )
    if unsafe:
        raise StorageError(
            _("{folder} is a link or a special file", folder=folder / unsafe[0]),
            _("Links are not followed here. If nothing else needs it, remove it."),
        )


def write_beneath(folder: Path | RecentFolder, path: str, *, append: bool = False) -> int:
    """Open a file below a folder for reading and writing, without following links.

    Args:
        folder: The folder that the path is relative to.
        path: Names with `/` between them. The folders must exist.
        append: Whether to append to an existing file. Otherwise the file must not exist.

    Returns:
        A descriptor that writes at the end of the file.

    Raises:
        NotRegularError: The path has a link, or the file is not a regular file or has a second
            hard link, so that writing would change a file elsewhere, too.
        OSError: The file cannot be opened, or exists although `append` is not set.
    """
    above, __, name = path.rpartition("/")
    with folder_beneath(folder, above) as parent:
        descriptor = parent.file(name, system.APPEND if append else system.CREATE | os.O_APPEND)
    try:
        refuse_shared_file(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def refuse_shared_file(status: os.stat_result, path: str) -> None:
    """Refuse to write to anything but a regular file with a single hard link.

    Raises:
        NotRegularError: The file is not regular, or has a second hard link.
    """
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(errno.EINVAL, _("it is not a regular file"), path)
    if status.st_nlink != 1:
        message = _("the file has a second hard link, so writing would also change the file there")
        raise NotRegularError(errno.EINVAL, message, path)


def remove_tree(path: Path) -> None:
    """Remove a file, or a folder with its contents, even if folders in it are not writable.

    Links are not followed, even if one replaces a folder during the removal, so nothing outside
    the folder is removed. A missing path is ignored.
    """
    remove_beneath(path.parent, path.name)


def remove_beneath(folder: Path, path: str) -> None:
    """Remove a path below a folder as `remove_tree` does, without following links."""
    above, __, name = path.rpartition("/")
    try:
        parent = folder_beneath(folder, above)
    except FileNotFoundError:
        return
    with parent:
        try:
            if stat.S_ISDIR(parent.status(name).st_mode):
                _empty(name, parent)
                parent.remove_folder(name)
            else:
                parent.remove_file(name)
        except FileNotFoundError:
            return


def _empty(name: str, parent: OpenFolder) -> None:
    """Empty a folder.

    Nested folders are moved up before they are emptied, so that a deep tree needs neither many open
    files nor recursion.
    """
    with _open_to_empty(name, parent) as root:
        while folders := _remove_files(root):
            for each in folders:
                with _open_to_empty(each, root) as inner:
                    for deeper in _remove_files(inner):
                        _open_to_empty(deeper, inner).close()  # makes it writable
                        inner.move_up(deeper, root, os.urandom(8).hex())
                root.remove_folder(each)


def _remove_files(folder: OpenFolder) -> list[str]:
    """Remove the files in a folder and return the names of its folders."""
    with folder.entries() as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for name, is_folder in entries:
        if not is_folder:
            folder.remove_file(name)
    return [name for name, is_folder in entries if is_folder]


def _open_to_empty(name: str, parent: OpenFolder) -> OpenFolder:
    status = parent.status(name)
    if status.st_mode & stat.S_IRWXU != stat.S_IRWXU and is_ours(status):
        parent.let_owner_in(name)
    return parent.folder(name)
