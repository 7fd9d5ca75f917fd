"""Hold a folder, and use what is in it without following links.

Where the system can, each step starts from the descriptor of the folder above. Then nothing leads
out of the folder, even if another program exchanges folders for links meanwhile. Elsewhere, each
step compares what is at a path before and after it: an exchange is noticed unless it is undone
within one step.
"""

from __future__ import annotations

import errno
import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.paths import windows_fault
from archive_pkg.storage import system
from archive_pkg.storage.system import NotRegularError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class OpenFolder(ABC):
    """An open folder; a context manager that closes it.

    Names are single names, not paths. All methods raise OSError if the system refuses.
    """

    def __enter__(self) -> OpenFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def beneath(self, path: str) -> OpenFolder:
        """Open a folder by names with "/" between them, without following links.

        An empty path opens this folder again.

        Raises:
            NotRegularError: A step of the path is a link or not a folder.
        """
        folder = self.again()
        for step in filter(None, path.split("/")):
            with folder:
                folder = folder.folder(step)
        return folder

    @abstractmethod
    def again(self) -> OpenFolder:
        """Open the same folder again."""

    @abstractmethod
    def folder(self, name: str) -> OpenFolder:
        """Open a folder in this one. Raises NotRegularError if it is a link or not a folder."""

    @abstractmethod
    def file(self, name: str, flags: int = system.READ) -> int:
        """Open a file and return its descriptor, which can be that of a pipe or a folder.

        Raises:
            NotRegularError: The name is a link.
        """

    @abstractmethod
    def entries(self) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        """Return the entries, as `os.scandir` does."""

    @abstractmethod
    def status(self, name: str = "") -> os.stat_result:
        """Return the status of an entry, links not followed; without a name, of the folder."""

    @abstractmethod
    def make(self, name: str, mode: int = 0o777) -> None:
        """Make a folder."""

    @abstractmethod
    def remove_file(self, name: str) -> None:
        """Remove a file or a link."""

    @abstractmethod
    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""

    @abstractmethod
    def move_in(self, path: Path, name: str) -> None:
        """Move a file from a path into this folder. An existing file is replaced."""

    @abstractmethod
    def move_up(self, name: str, above: OpenFolder, new: str) -> None:
        """Move an entry into another open folder."""

    @abstractmethod
    def link(self, name: str, target: Path) -> None:
        """Make a hard link to a file of this folder at a path."""

    @abstractmethod
    def let_owner_in(self, name: str) -> None:
        """Give the owner of a folder all permissions for it."""

    @abstractmethod
    def sync(self) -> None:
        """Make the names in the folder durable, if the system can."""

    @abstractmethod
    def close(self) -> None:
        """Close the folder."""


class _ByDescriptor(OpenFolder):
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def again(self) -> OpenFolder:
        return _ByDescriptor(os.dup(self._descriptor))

    def folder(self, name: str) -> OpenFolder:
        return _ByDescriptor(self.file(name, system.FOLDER))

    def file(self, name: str, flags: int = system.READ) -> int:
        _refuse_paths(name)
        try:
            return os.open(name, flags | system.NO_LINK, 0o666, dir_fd=self._descriptor)
        except OSError as error:
            raise _not_regular(error, name) from error

    def entries(self) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        return os.scandir(self._descriptor)

    def status(self, name: str = "") -> os.stat_result:
        if not name:
            return os.fstat(self._descriptor)
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def make(self, name: str, mode: int = 0o777) -> None:
        os.mkdir(name, mode, dir_fd=self._descriptor)

    def remove_file(self, name: str) -> None:
        os.unlink(name, dir_fd=self._descriptor)

    def remove_folder(self, name: str) -> None:
        os.rmdir(name, dir_fd=self._descriptor)

    def move_in(self, path: Path, name: str) -> None:
        os.rename(path, name, dst_dir_fd=self._descriptor)

    def move_up(self, name: str, above: OpenFolder, new: str) -> None:
        assert isinstance(above, _ByDescriptor)  # noqa: S101
        there = above._descriptor
        os.rename(name, new, src_dir_fd=self._descriptor, dst_dir_fd=there)

    def link(self, name: str, target: Path) -> None:
        os.link(name, target, src_dir_fd=self._descriptor, follow_symlinks=False)

    def let_owner_in(self, name: str) -> None:
        if not hasattr(os, "O_PATH"):
            os.chmod(name, stat.S_IRWXU, dir_fd=self._descriptor, follow_symlinks=False)
            return
        handle = os.open(name, os.O_PATH | system.FOLDER | system.NO_LINK, dir_fd=self._descriptor)
        try:
            Path(f"/proc/self/fd/{handle}").chmod(stat.S_IRWXU)
        finally:
            os.close(handle)

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


class _ByPath(OpenFolder):
    def __init__(self, path: str) -> None:
        self._path = path
        self._status = os.lstat(path)
        if system.is_link(self._status) or not stat.S_ISDIR(self._status.st_mode):
            kind = errno.ELOOP if system.is_link(self._status) else errno.ENOTDIR
            raise OSError(kind, os.strerror(kind), path)

    def _at(self, name: str) -> str:
        """Return the path of an entry, if the folder is still the one that was opened."""
        _refuse_paths(name)
        if not os.path.samestat(os.lstat(self._path), self._status):
            raise NotRegularError(
                errno.ELOOP, _("it was exchanged while it was in use"), self._path
            )
        return os.path.join(self._path, name)  # noqa: PTH118

    def again(self) -> OpenFolder:
        return _ByPath(self._path)

    def folder(self, name: str) -> OpenFolder:
        try:
            return _ByPath(self._at(name))
        except OSError as error:
            raise _not_regular(error, name) from error

    def file(self, name: str, flags: int = system.READ) -> int:
        try:
            descriptor = system.open_without_link(self._at(name), flags)
        except OSError as error:
            raise _not_regular(error, name) from error
        try:
            self._at(name)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def entries(self) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        return os.scandir(self._path)

    def status(self, name: str = "") -> os.stat_result:
        return os.lstat(self._at(name) if name else self._path)

    def make(self, name: str, mode: int = 0o777) -> None:
        os.mkdir(self._at(name), mode)  # noqa: PTH102

    def remove_file(self, name: str) -> None:
        path = self._at(name)
        try:
            os.unlink(path)  # noqa: PTH108
        except PermissionError:
            status = os.lstat(path)
            if system.HAS_OWNERS or not stat.S_ISREG(status.st_mode):
                raise
            os.chmod(path, stat.S_IWRITE)  # noqa: PTH101 - Windows keeps files that are read-only
            os.unlink(path)  # noqa: PTH108

    def remove_folder(self, name: str) -> None:
        os.rmdir(self._at(name))  # noqa: PTH106

    def move_in(self, path: Path, name: str) -> None:
        os.replace(path, self._at(name))  # noqa: PTH105

    def move_up(self, name: str, above: OpenFolder, new: str) -> None:
        assert isinstance(above, _ByPath)  # noqa: S101
        os.replace(self._at(name), above._at(new))  # noqa: PTH105

    def link(self, name: str, target: Path) -> None:
        os.link(self._at(name), target, follow_symlinks=False)

    def let_owner_in(self, name: str) -> None:
        os.chmod(self._at(name), stat.S_IRWXU)  # noqa: PTH101

    def sync(self) -> None:
        """Do nothing: such a system does not sync folders."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


def open_folder(path: Path) -> OpenFolder:
    """Open a folder. If the path itself is a link, it is followed.

    Raises:
        OSError: The folder does not exist or cannot be opened.
    """
    if system.BY_DESCRIPTOR:
        return _ByDescriptor(os.open(path, system.FOLDER))
    with os.scandir(path):  # raises the error of a folder that cannot be read
        return _ByPath(os.path.realpath(path, strict=True))


def _refuse_paths(name: str) -> None:
    if name in ("", ".", "..") or "\0" in name or "/" in name or os.sep in name:
        raise NotRegularError(errno.EINVAL, _("{name!r} is not a file name", name=name), name)
    if system.LIMITS_NAMES and (why := windows_fault(name)):
        raise NotRegularError(errno.EINVAL, _("the name {name!r} {why}", name=name, why=why), name)


def _not_regular(error: OSError, name: str) -> OSError:
    """Return a NotRegularError instead of the error for a link, a special file or no folder."""
    if isinstance(error, NotRegularError):
        return error
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
        kind = _("not a folder") if error.errno == errno.ENOTDIR else _("a special file")
        return NotRegularError(error.errno, _("it is a link or {kind}", kind=kind), name)
    return error
