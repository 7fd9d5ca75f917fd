"""Write what the user asked for to the path that the user named.

A regular file is written atomically, and so is the one that a link leads to. A pipe or a device is
written into. It is never replaced by a file.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from archive_pkg import logs
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.storage.beneath import refuse_second_name
from archive_pkg.storage.files import is_ours, storage_errors, write_atomically
from archive_pkg.storage.staging import DestinationExistsError

_HANDED_OVER = re.compile(r"/proc/[^/]+/fd/[0-9]+|/dev/(fd/[0-9]+|std(in|out|err))")


def is_handed_over(path: Path) -> bool:
    """Return whether a path names a descriptor that is open already, as /dev/stdout does.

    What such a path leads to may be a file, and stays that file.
    """
    return _HANDED_OVER.fullmatch(os.fspath(path)) is not None


def write_output(path: Path, data: bytes, *, replace: bool = True, mode: int = 0o777) -> None:
    """Write a file that the user named.

    Args:
        path: The file, a link to one, a pipe or a device.
        data: Its bytes.
        replace: Whether a regular file may be replaced. It keeps its permissions, as far as `mode`
            has them.
        mode: The widest permissions; the umask narrows those of a new file.

    Raises:
        DestinationExistsError: There is a file, and `replace` is not set.
        StorageError: It cannot be written, or another user has put something in its place. A file
            is then as it was.
    """
    target, is_stream = _target(path)
    if is_stream:
        with storage_errors(f"writing {path}"), target.open("wb") as stream:
            stream.write(data)
        return
    if not replace and target.exists():
        raise DestinationExistsError(
            f"{path} exists already", "Name another destination, or ask to replace it."
        )
    write_atomically(target, data, mode)


def append_output(path: Path) -> BinaryIO:
    """Open a file that the user named, for adding lines of JSON at its end.

    Raises:
        UsageError: There is a file that does not begin as such lines do.
        StorageError: It cannot be opened, or another user has put something in its place.
    """
    target, is_stream = _target(path)
    with storage_errors(f"writing {path}"):
        if is_stream:
            return target.open("wb", buffering=0)
        file = target.open("a+b")
        try:
            refuse_second_name(os.fstat(file.fileno()), os.fspath(path))
        except OSError:
            file.close()
            raise
        if end := file.tell():
            file.seek(0)
            if file.read(1) != b"{":
                file.close()
                raise UsageError(
                    f"{path} exists and is not a report or log; nothing was added to it",
                    "Name another file.",
                )
            file.seek(end - 1)
            if file.read() != b"\n":  # a run was killed in the middle of a line
                file.write(b"\n")
        return file


def log_to(verbose: bool, file: Path | None) -> None:
    """Show what the library logs on standard error, and add it to a file.

    Raises:
        UsageError: There is a file that does not begin as lines of JSON do.
        StorageError: It cannot be opened.
    """
    stream = append_output(file) if file else None
    if stream and os.fstat(stream.fileno()).st_size == 0 and file and file.is_file():
        os.fchmod(stream.fileno(), 0o600)  # it names what others may not see
    logs.show(verbose, file, stream)


def _target(path: Path) -> tuple[Path, bool]:
    """The file to write, links followed, and whether it is written into as it is."""
    with storage_errors(f"writing {path}"):
        try:
            named = path.lstat()
        except FileNotFoundError:
            return path, False
        _refuse_strangers(path, named)
        # What a link to /dev/stdout names is open already, and need not have a path at all.
        if is_handed_over(path) or (
            stat.S_ISLNK(named.st_mode) and is_handed_over(path.readlink())
        ):
            return path, True
        target = Path(os.path.realpath(path))
        try:
            status = target.stat()
        except FileNotFoundError:
            return target, False
        return target, not stat.S_ISREG(status.st_mode)


def _refuse_strangers(path: Path, status: os.stat_result) -> None:
    """Refuse a link, pipe or device that another user has put where everybody may write."""
    above = path.parent.stat()
    if (
        not stat.S_ISREG(status.st_mode)
        and not is_ours(status)
        and status.st_uid not in (0, above.st_uid)
        and above.st_mode & stat.S_IWOTH
    ):
        raise StorageError(
            f"{path} is a link or a pipe that belongs to another user",
            "Name a file in a folder of your own.",
        )
