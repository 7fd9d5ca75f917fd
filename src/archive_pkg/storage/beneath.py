"""Make, write and remove below a folder into which other people may write, following no link.

Each step is taken from an open folder, so that nothing swapped in meanwhile leads elsewhere.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from archive_pkg.errors import StorageError
from archive_pkg.storage.files import is_ours, storage_errors, sync_folder
from archive_pkg.storage.reading import NotRegularError, folder_beneath, open_step

_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW


def make_beneath(folder: Path, path: str, mode: int = 0o777) -> None:
    """Make a folder below a folder, and those above it, following no link on the way.

    Raises:
        NotRegularError: There is a link, or something that is not a folder, on the way.
        OSError: It cannot be made.
    """
    above, _, name = path.rpartition("/")
    try:
        here = folder_beneath(folder, above)
    except FileNotFoundError:
        if not above:
            raise
        make_beneath(folder, above)
        here = folder_beneath(folder, above)
    try:
        os.mkdir(name, mode, dir_fd=here)
    except FileExistsError:
        os.close(open_step(name, os.O_RDONLY | os.O_DIRECTORY, here))
    finally:
        os.close(here)


def state_folder(base: Path, path: str, mode: int = 0o777) -> Path:
    """Make a folder for what this program keeps from run to run, or check the one that exists.

    Args:
        base: Where the path starts. It may itself be a link.
        path: Names with `/` between them.
        mode: The widest permissions of a new one. Not every user can write into it, whatever the
            umask.

    Raises:
        StorageError: It cannot be made, there is a link on the way, or strangers can write into it.
    """
    made = base / path
    with storage_errors(f"making {made}"):
        folders = (made, *made.parents[: path.count("/")])
        new = [each for each in folders if not os.path.lexists(each)]
        make_beneath(base, path, mode & ~stat.S_IWOTH)
        for each in new:
            sync_folder(each.parent)
    check_state_folder(made)
    return made


def check_state_folder(folder: Path) -> None:
    """Refuse a folder of kept state that is a link, holds one, or that a stranger can write into.

    Raises:
        StorageError: It is not to be trusted, or cannot be read. Where there is none, all is well.
    """
    with storage_errors(f"reading {folder}"):
        try:
            descriptor = folder_beneath(folder.parent, folder.name)
        except FileNotFoundError:
            return
        try:
            status, above = os.fstat(descriptor), folder.parent.stat()
            with os.scandir(descriptor) as entries:
                strange = [
                    entry.name
                    for entry in entries
                    if not entry.is_file(follow_symlinks=False)
                    and not entry.is_dir(follow_symlinks=False)
                ]
        finally:
            os.close(descriptor)
    known = status.st_uid in (os.geteuid(), above.st_uid, 0)
    if status.st_mode & stat.S_IWOTH or (not known and above.st_mode & stat.S_IWOTH):
        raise StorageError(
            f"{folder} belongs to another user, or every user may write into it",
            "What is kept there cannot be trusted. Remove it if you do not know it.",
        )
    if strange:
        raise StorageError(
            f"{folder / strange[0]} is a link, or something else than a regular file or folder",
            "Links are not followed here. Remove it if you do not know it.",
        )


def write_beneath(folder: Path, path: str, *, more: bool = False) -> int:
    """Open a file below a folder for reading and writing, following no link on the way.

    Args:
        folder: Where the path starts.
        path: Names with `/` between them; the folders exist.
        more: Whether the file exists and grows. Otherwise it must not exist yet.

    Returns:
        A descriptor that writes at the end of the file.

    Raises:
        NotRegularError: There is a link on the way, something else than a regular file, or a file
            that has a second name (a hard link), under which other work would be changed.
        OSError: It cannot be opened, or exists already.
    """
    above, _, name = path.rpartition("/")
    here = folder_beneath(folder, above)
    try:
        how = os.O_NONBLOCK if more else os.O_CREAT | os.O_EXCL
        descriptor = open_step(name, os.O_RDWR | os.O_APPEND | how, here)
    finally:
        os.close(here)
    try:
        refuse_second_name(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def refuse_second_name(status: os.stat_result, path: str) -> None:
    """Refuse to write into what is not a regular file with one name only.

    Raises:
        NotRegularError: It is a link, a device or the like, or has a hard link somewhere.
    """
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(errno.EINVAL, "it is not a regular file", path)
    if status.st_nlink != 1:
        message = "the file has a second name (a hard link), under which it would change as well"
        raise NotRegularError(errno.EINVAL, message, path)


def remove_tree(path: Path) -> None:
    """Remove a file, or a folder and all in it, whatever the modes of its folders.

    Nothing outside the folder is removed: no link is followed, and every step is taken from an open
    folder, so that nothing swapped in meanwhile leads elsewhere.
    """
    remove_beneath(path.parent, path.name)


def remove_beneath(folder: Path, path: str) -> None:
    """Do what `remove_tree` does for a path below a folder, following no link on the way."""
    above, _, name = path.rpartition("/")
    try:
        parent = folder_beneath(folder, above)
    except FileNotFoundError:
        return
    try:
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            _empty(name, parent)
            os.rmdir(name, dir_fd=parent)
        else:
            os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return
    finally:
        os.close(parent)


def _empty(name: str, parent: int) -> None:
    """Empty a folder.

    Folders inside are moved up before they are emptied, so that the depth of a tree costs neither
    open files nor stack.
    """
    root = _open_to_empty(name, parent)
    try:
        while folders := _remove_files(root):
            for each in folders:
                inner = _open_to_empty(each, root)
                try:
                    for deeper in _remove_files(inner):
                        os.close(_open_to_empty(deeper, inner))  # a folder has to be writable
                        os.rename(deeper, os.urandom(8).hex(), src_dir_fd=inner, dst_dir_fd=root)
                finally:
                    os.close(inner)
                os.rmdir(each, dir_fd=root)
    finally:
        os.close(root)


def _remove_files(folder: int) -> list[str]:
    """Remove what is not a folder; return the names of the folders."""
    with os.scandir(folder) as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for name, is_folder in entries:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
    return [name for name, is_folder in entries if is_folder]


def _open_to_empty(name: str, parent: int) -> int:
    status = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if status.st_mode & stat.S_IRWXU != stat.S_IRWXU and is_ours(status):
        handle = os.open(name, os.O_PATH | _FOLDER, dir_fd=parent)
        try:
            Path(f"/proc/self/fd/{handle}").chmod(stat.S_IRWXU)
        finally:
            os.close(handle)
    return os.open(name, os.O_RDONLY | _FOLDER, dir_fd=parent)
