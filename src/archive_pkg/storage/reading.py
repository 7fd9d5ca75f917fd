"""Read files that somebody else may have put there: regular files only, without ever waiting."""

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
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive_pkg.reports import Finding

SEARCH_LEFT_OUT = Code(
    "search-left-out",
    Severity.WARNING,
    "A folder that is searched has a symbolic link, a pipe, a socket or a device in it. Links are "
    "not followed in a search, since they may lead to files that do not belong to the folder.",
)

# Without O_NONBLOCK, opening a pipe waits for a writer; with O_NOCTTY no terminal takes us over.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
_HANDED_OVER = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/[0-9]{1,9}")
"""Names of descriptors that a shell gave this process: `<(…)` is /dev/fd/63."""
_PATIENCE = 60.0
"""Seconds in which a pipe that the shell handed over has to deliver everything."""
_BLOCK = 1 << 20

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class TooLargeError(OSError):
    """A file is larger than is read into memory."""


class NotRegularError(OSError):
    """Where a regular file should be is a link, a folder, a pipe or a device."""


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file for reading, or a link to one that the user named.

    Nothing else is opened: a pipe would wait for a writer, a device may never end.

    Raises:
        NotRegularError: It is a folder, a pipe, a socket or a device.
        OSError: It does not exist or may not be read.
    """
    # Opening alone makes some devices act, so its kind is asked first, and again once it is open.
    _refuse_others(path.stat().st_mode, path)
    descriptor = os.open(path, _FLAGS)
    try:
        _refuse_others(os.fstat(descriptor).st_mode, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path) -> bytes:
    """Return the bytes of a regular file.

    A pipe that the shell handed over (`<(…)`, `/dev/stdin`) is read too, within a minute.

    Raises:
        NotRegularError: It is a folder, another pipe, a socket or a device.
        TooLargeError: It is larger than is read into memory.
        OSError: It does not exist or may not be read.
    """
    if _HANDED_OVER.fullmatch(os.fspath(path)) and stat.S_ISFIFO(path.stat().st_mode):
        return _read_pipe(path)
    with open_regular(path) as file:
        return _whole(file, os.fspath(path))


def is_regular(path: Path) -> bool:
    """Return whether a path is a regular file or a link to one; False where nobody may ask."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder or a link to one; False where nobody may ask."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_real_folder(path: Path) -> bool:
    """Return whether a path is a folder, and not a link to one; False where nobody may ask."""
    return is_folder(path) and not path.is_symlink()


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    """Return the names in a folder that match a pattern, sorted; none where there is no folder.

    Raises:
        OSError: The folder cannot be read. `Path.glob` would return nothing.
    """
    try:
        names = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(fnmatch.filter(names, pattern))


def files_below(folder: Path, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the regular files below a folder, in the order of their paths.

    Hidden files and folders are left out. Links are not followed: a folder from elsewhere could
    lead to private files with them.

    Args:
        folder: The folder.
        unreadable: Takes the error of each folder or file that cannot be read, and a
            `NotRegularError` for each link, pipe, socket and device; the rest goes on.
    """
    found = []
    waiting = [folder]
    while waiting:
        try:
            inside = [one for one in waiting.pop().iterdir() if not one.name.startswith(".")]
        except OSError as error:
            unreadable(error)
            continue
        for path in inside:
            try:
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    found.append(path)
                elif stat.S_ISDIR(mode):
                    waiting.append(path)
                else:
                    kind = _KINDS.get(stat.S_IFMT(mode), "something else")
                    raise NotRegularError(errno.EINVAL, f"it is {kind}", os.fspath(path))
            except OSError as error:
                unreadable(error)
    yield from sorted(found)


def left_out(path: str, what: str) -> Finding:
    """Return the finding for something that a search does not read.

    Args:
        path: Its path.
        what: What it is: "it is a symbolic link".
    """
    hint = "If you trust it, put the file itself there, or name its path on the command line."
    return SEARCH_LEFT_OUT.at(Location(path), f"{what}, so it is not read", hint)


def read_text(path: Path) -> str:
    """Return the text of a regular file in UTF-8, with every line end as LF.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
        OSError: As for `read_regular`.
    """
    return io.TextIOWrapper(io.BytesIO(read_regular(path)), "utf-8").read()


def open_beneath(folder: Path, path: str) -> io.BufferedReader:
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
    above, _, name = path.rpartition("/")
    here = folder_beneath(folder, above)
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = open_step(name, os.O_RDONLY | os.O_NONBLOCK, here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(errno.EINVAL, "it is not a regular file", path)
    return os.fdopen(descriptor, "rb")


def folder_beneath(folder: Path, path: str) -> int:
    """Open a folder below a folder, following no link on the way; return its descriptor.

    Args:
        folder: Where the path starts. It may itself be a link.
        path: Names with `/` between them, or nothing for the folder itself.

    Raises:
        NotRegularError: There is a link, or something that is not a folder, on the way.
        OSError: It does not exist or cannot be read.
    """
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for step in filter(None, path.split("/")):
        try:
            inner = open_step(step, os.O_RDONLY | os.O_DIRECTORY, here)
        finally:
            os.close(here)
        here = inner
    return here


def open_step(name: str, flags: int, here: int) -> int:
    """Open what has a name in an open folder, unless it is a link; return its descriptor.

    Raises:
        NotRegularError: It is a link, or not what the flags ask for.
        OSError: It does not exist or may not be opened.
    """
    if name in ("", ".", "..") or "\0" in name:
        raise NotRegularError(errno.EINVAL, f"{name!r} is no name of a file", name)
    try:
        return os.open(name, os.O_NOFOLLOW | flags, 0o666, dir_fd=here)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise NotRegularError(error.errno, "it is a link or no file", name) from error
        raise


def read_beneath(folder: Path, path: str) -> bytes:
    """Return the bytes of a regular file below a folder, as `open_beneath` opens it.

    Raises:
        NotRegularError: As for `open_beneath`.
        TooLargeError: It is larger than is read into memory.
        OSError: As for `open_beneath`.
    """
    with open_beneath(folder, path) as file:
        return _whole(file, path)


def _whole(file: BinaryIO, name: str) -> bytes:
    size = os.fstat(file.fileno()).st_size
    if size > FILE_SIZE.value:
        message = f"it has {size} bytes, and at most {FILE_SIZE.value} are read"
        raise TooLargeError(errno.EFBIG, message, name)
    return file.read()


def _refuse_others(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise NotRegularError(number, f"it is {kind}, not a file", os.fspath(path))


def _read_pipe(path: Path) -> bytes:
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            _refuse_others(0, path)
        return b"".join(_pieces(descriptor, os.fspath(path)))
    finally:
        os.close(descriptor)


def _pieces(descriptor: int, name: str) -> list[bytes]:
    pieces: list[bytes] = []
    size = 0
    until = time.monotonic() + _PATIENCE
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError(
                errno.ETIMEDOUT, f"nothing more came for {_PATIENCE:.0f} seconds", name
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
            message = f"it delivers more than {FILE_SIZE.value} bytes"
            raise TooLargeError(errno.EFBIG, message, name)
