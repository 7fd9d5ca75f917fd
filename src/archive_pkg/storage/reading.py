"""Read files from untrusted sources: only regular files, without waiting on pipes."""

from __future__ import annotations

import errno
import fnmatch
import io
import os
import re
import select
import stat
import time
from typing import TYPE_CHECKING, BinaryIO

from archive_pkg.limits import FILE_SIZE
from archive_pkg.messages import _
from archive_pkg.paths import OUTPUT_MARKS
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.storage import system
from archive_pkg.storage.open_folder import OpenFolder, open_folder
from archive_pkg.storage.system import NotRegularError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive_pkg.reports import Finding

SEARCH_LEFT_OUT = Code(
    "search-left-out",
    Severity.WARNING,
    "A searched folder contains a symbolic link, a pipe, a socket or a device. A search does not "
    "follow links, since they can lead to files outside the folder.",
)

_OPEN_DESCRIPTOR = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/[0-9]{1,9}")
"""Paths of descriptors that a shell can pass to this process: `<(…)` becomes, say, /dev/fd/63."""
_PIPE_TIMEOUT = 60.0
"""Seconds in which a pipe from the shell must deliver all its data."""
_BLOCK = 1 << 20

_KINDS = {
    stat.S_IFDIR: _("a folder"),
    stat.S_IFLNK: _("a symbolic link"),
    stat.S_IFIFO: _("a pipe"),
    stat.S_IFSOCK: _("a socket"),
    stat.S_IFCHR: _("a device"),
    stat.S_IFBLK: _("a device"),
}


class TooLargeError(OSError):
    """A file is larger than the limit for reading into memory."""


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file, or a link to one, for reading.

    Raises:
        NotRegularError: The path is a folder, a pipe, a socket or a device.
        OSError: The file does not exist or cannot be read.
    """
    # Opening can already trigger some devices, so check the kind before and after opening.
    _refuse_others(path.stat().st_mode, path)
    descriptor = os.open(path, system.READ)
    try:
        _refuse_others(os.fstat(descriptor).st_mode, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path) -> bytes:
    """Return the bytes of a regular file.

    A pipe from the shell (`<(…)`, `/dev/stdin`) is read, too, if it ends within a minute.

    Raises:
        NotRegularError: The path is a folder, a named pipe, a socket or a device.
        TooLargeError: The file is larger than the limit.
        OSError: The file does not exist or cannot be read.
    """
    if _OPEN_DESCRIPTOR.fullmatch(os.fspath(path)) and stat.S_ISFIFO(path.stat().st_mode):
        return _read_pipe(path)
    with open_regular(path) as file:
        return _read_limited(file, os.fspath(path))


def is_regular(path: Path) -> bool:
    """Return whether a path is a regular file or a link to one; False if it cannot be examined."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder or a link to one; False if it cannot be examined."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_real_folder(path: Path) -> bool:
    """Return whether a path is a folder and not a link; False if it cannot be examined."""
    return is_folder(path) and not path.is_symlink()


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    """Return the sorted names in a folder that match a pattern; none if the folder is missing.

    Raises:
        OSError: The folder cannot be read. `Path.glob` would return no names.
    """
    try:
        names = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(fnmatch.filter(names, pattern))


def files_below(folder: Path, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the regular files below a folder, in the order of their paths.

    Hidden files and folders are skipped, and so are bags, sites and OCFL roots. Links are not
    followed, because a link in a folder from someone else could lead to private files.

    Args:
        folder: The folder.
        unreadable: Called with the error for each folder or file that cannot be read, and with a
            `NotRegularError` for each link, pipe, socket and device.
    """
    found = []
    waiting = [folder]
    while waiting:
        try:
            inside = [one for one in waiting.pop().iterdir() if not one.name.startswith(".")]
        except OSError as error:
            unreadable(error)
            continue
        if not OUTPUT_MARKS.isdisjoint(one.name for one in inside):
            continue
        for path in inside:
            try:
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    found.append(path)
                elif stat.S_ISDIR(mode):
                    waiting.append(path)
                else:
                    kind = _KINDS.get(stat.S_IFMT(mode), _("something else"))
                    raise NotRegularError(
                        errno.EINVAL, _("it is {kind}", kind=kind), os.fspath(path)
                    )
            except OSError as error:
                unreadable(error)
    yield from sorted(found)


def left_out(path: str, what: str) -> Finding:
    """Return the finding for a path that a search does not read.

    Args:
        path: The path.
        what: The reason, for example "it is a symbolic link".
    """
    hint = _(
        "If you trust it, replace it with the file itself, or name its path on the command line."
    )
    return SEARCH_LEFT_OUT.at(Location(path), _("{what}, so it is not read", what=what), hint)


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, with LF as line endings.

    Raises:
        UnicodeDecodeError: The file is not UTF-8.
        OSError: As for `read_regular`.
    """
    return io.TextIOWrapper(io.BytesIO(read_regular(path)), "utf-8").read()


class RecentFolder:
    """A folder of which the last used subfolder stays open; a context manager.

    The functions that open files below a folder take it in place of the folder's path. They are
    then faster for many files in the same subfolder.
    """

    def __init__(self, path: Path) -> None:
        """Use a folder, which is opened with its first file."""
        self._path = path
        self._last = ""
        self._open: OpenFolder | None = None

    def __enter__(self) -> RecentFolder:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the subfolder."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def beneath(self, path: str) -> OpenFolder:
        """Open a folder as `folder_beneath` does."""
        if self._open is None or path != self._last:
            opened = folder_beneath(self._path, path)
            self.__exit__()
            self._open, self._last = opened, path
        return self._open.again()


def open_beneath(folder: Path | RecentFolder, path: str) -> io.BufferedReader:
    """Open a regular file below a folder for reading, without following links.

    Each step starts from an open folder, so a link that replaces a folder is not followed.

    Args:
        folder: The folder that the path is relative to. It may be a link.
        path: Names with `/` between them.

    Raises:
        NotRegularError: A step of the path is a link, or the path is not a regular file.
        OSError: The file does not exist or cannot be read.
    """
    above, __, name = path.rpartition("/")
    with folder_beneath(folder, above) as parent:
        descriptor = parent.file(name)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(errno.EINVAL, _("it is not a regular file"), path)
    return os.fdopen(descriptor, "rb")


def folder_beneath(folder: Path | RecentFolder, path: str) -> OpenFolder:
    """Open a folder below a folder without following links.

    Args:
        folder: The folder that the path is relative to. It may be a link.
        path: Names with `/` between them; empty for the folder itself.

    Raises:
        NotRegularError: A step of the path is a link or not a folder.
        OSError: The folder does not exist or cannot be read.
    """
    if isinstance(folder, RecentFolder):
        return folder.beneath(path)
    with open_folder(folder) as root:
        return root.beneath(path)


def read_beneath(folder: Path | RecentFolder, path: str) -> bytes:
    """Return the bytes of a regular file below a folder, opened as by `open_beneath`.

    Raises:
        NotRegularError: As for `open_beneath`.
        TooLargeError: The file is larger than the limit.
        OSError: As for `open_beneath`.
    """
    with open_beneath(folder, path) as file:
        return _read_limited(file, path)


def _read_limited(file: BinaryIO, name: str) -> bytes:
    size = os.fstat(file.fileno()).st_size
    if size > FILE_SIZE.value:
        message = _(
            "it has {size} bytes, more than the limit of {value}", size=size, value=FILE_SIZE.value
        )
        raise TooLargeError(errno.EFBIG, message, name)
    return file.read()


def _refuse_others(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), _("something else"))
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise NotRegularError(number, _("it is {kind}, not a file", kind=kind), os.fspath(path))


def _read_pipe(path: Path) -> bytes:
    descriptor = os.open(path, system.READ)
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            _refuse_others(0, path)
        return b"".join(_pieces(descriptor, os.fspath(path)))
    finally:
        os.close(descriptor)


def _pieces(descriptor: int, name: str) -> list[bytes]:
    pieces: list[bytes] = []
    size = 0
    until = time.monotonic() + _PIPE_TIMEOUT
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError(
                errno.ETIMEDOUT, f"the pipe did not end within {_PIPE_TIMEOUT:.0f} seconds", name
            )
        try:
            piece = os.read(descriptor, _BLOCK)
        except BlockingIOError:  # another reader of the pipe was faster
            continue
        if not piece:
            return pieces
        pieces.append(piece)
        size += len(piece)
        if size > FILE_SIZE.value:
            message = _("it has more than {value} bytes", value=FILE_SIZE.value)
            raise TooLargeError(errno.EFBIG, message, name)
