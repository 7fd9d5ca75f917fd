"""Write output to the path that the user named.

`write_output` replaces a regular file, or the target of a link, atomically. `append_output` adds
lines. A pipe or a device is written to and never replaced by a file.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from archive_pkg import logs
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.messages import _
from archive_pkg.storage.files import is_ours, storage_errors, write_atomically
from archive_pkg.storage.staging import DestinationExistsError
from archive_pkg.storage.system import is_open_to_all, set_open_mode
from archive_pkg.storage.without_links import refuse_shared_file

_OPEN_DESCRIPTOR = re.compile(r"/proc/[^/]+/fd/[0-9]+|/dev/(fd/[0-9]+|std(in|out|err))")


def names_open_descriptor(path: Path) -> bool:
    """Return whether a path names a descriptor that is already open, like /dev/stdout."""
    return _OPEN_DESCRIPTOR.fullmatch(os.fspath(path)) is not None


def write_output(path: Path, data: bytes, *, replace: bool = True, mode: int = 0o777) -> None:
    """Write a file that the user named.

    Args:
        path: The file, a link to one, a pipe or a device.
        data: Its bytes.
        replace: Whether a regular file may be replaced. It keeps its permissions, limited to
            `mode`.
        mode: The widest permissions. The umask narrows those of a new file.

    Raises:
        DestinationExistsError: A regular file exists, and `replace` is not set.
        StorageError: The path cannot be written, or is another user's link, pipe or device in a
            folder that all users can write to. A regular file then has either all its old bytes or
            all its new ones.
    """
    target, is_stream = _target(path)
    if is_stream:
        with storage_errors(_("writing {path}", path=path)), target.open("wb") as stream:
            stream.write(data)
        return
    if not replace and target.exists():
        raise DestinationExistsError(
            _("{path} already exists", path=path),
            _("Name another destination, or replace it (--replace)."),
        )
    write_atomically(target, data, mode)


def append_output(path: Path) -> BinaryIO:
    """Open a file that the user named, to append lines of JSON.

    Raises:
        UsageError: The file is not empty and does not begin with `{`.
        StorageError: The path cannot be opened, has a second hard link, or is another user's link,
            pipe or device in a folder that all users can write to.
    """
    target, is_stream = _target(path)
    with storage_errors(_("writing {path}", path=path)):
        if is_stream:
            return target.open("wb", buffering=0)
        file = target.open("a+b")
        try:
            refuse_shared_file(os.fstat(file.fileno()), os.fspath(path))
        except OSError:
            file.close()
            raise
        if end := file.tell():
            file.seek(0)
            if file.read(1) != b"{":
                file.close()
                raise UsageError(
                    _("{path} exists and is not a report or log", path=path),
                    _("Nothing was added to it. Name another file."),
                )
            file.seek(end - 1)
            if file.read() != b"\n":  # a run was killed in the middle of a line
                file.write(b"\n")
        return file


def log_to(verbose: bool, file: Path | None) -> None:
    """Show log messages on standard error, and append them to a file if one is given.

    Raises:
        UsageError: As for `append_output`.
        StorageError: As for `append_output`.
    """
    stream = append_output(file) if file else None
    if stream and os.fstat(stream.fileno()).st_size == 0 and file and file.is_file():
        set_open_mode(stream.fileno(), 0o600)  # a log can name restricted files
    logs.show(verbose, file, stream)


def _target(path: Path) -> tuple[Path, bool]:
    """Return the file to write after following links, and whether it is a stream."""
    with storage_errors(_("writing {path}", path=path)):
        try:
            named = path.lstat()
        except FileNotFoundError:
            return path, False
        _refuse_foreign_link(path, named)
        # The target of a link to /dev/stdout is already open and may not have a path.
        if names_open_descriptor(path) or (
            stat.S_ISLNK(named.st_mode) and names_open_descriptor(path.readlink())
        ):
            return path, True
        target = Path(os.path.realpath(path))
        try:
            status = target.stat()
        except FileNotFoundError:
            return target, False
        return target, not stat.S_ISREG(status.st_mode)


def _refuse_foreign_link(path: Path, status: os.stat_result) -> None:
    """Refuse a link, pipe or device of another user in a folder that all users can write to.

    Links, pipes and devices of root and of the folder's owner are accepted.
    """
    parent = path.parent.stat()
    if (
        not stat.S_ISREG(status.st_mode)
        and not is_ours(status)
        and status.st_uid not in (0, parent.st_uid)
        and is_open_to_all(parent)
    ):
        raise StorageError(
            _("{path} is a link, a pipe or a device that belongs to another user", path=path),
            _("Name a file in a folder of your own."),
        )
