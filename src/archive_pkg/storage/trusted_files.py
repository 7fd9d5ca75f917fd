"""Find files that apply to all folders below them, and read them if they can be trusted."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from archive_pkg.errors import StorageError
from archive_pkg.messages import _
from archive_pkg.storage import system
from archive_pkg.storage.files import is_ours, storage_errors
from archive_pkg.storage.reading import open_beneath

TRUST = "ARCHIVE_PKG_TRUST"
"""The environment variable that names folders to trust, even if other users can write to them."""


def is_trusted(folder: Path) -> bool:
    """Return whether `TRUST` names a folder or one above it, such as a shared disk."""
    named = filter(os.path.isabs, os.environ.get(TRUST, "").split(os.pathsep))
    return any(folder.resolve().is_relative_to(Path(each).resolve()) for each in named)


def find_upwards(start: Path, name: str, *, even_open: bool = False) -> Path | None:
    """Return the nearest file of a name in a folder or above it; None if there is none.

    The search stays in one file system. It ends at the user's home folder, and before a folder that
    cannot be examined, or that every user of the machine can write to and that is not trusted.

    Args:
        start: The folder, which need not exist.
        name: The name.
        even_open: Whether to search also folders that every user can write to.
    """
    home = _home()
    with contextlib.suppress(OSError):
        here = start.resolve()
        here = next(folder for folder in (here, *here.parents) if os.path.lexists(folder))
        device = here.stat().st_dev
        for folder in (here, *here.parents):
            status = folder.stat()
            is_open = system.is_open_to_all(status) and not (even_open or is_trusted(folder))
            if status.st_dev != device or is_open:
                return None
            if os.path.lexists(folder / name):
                return folder / name
            if folder == home:
                return None
    return None


def read_trusted(file: Path, limit: int, *, named: bool, closing: str, naming: str) -> bytes:
    """Return the first `limit` + 1 bytes of a file, if it can be trusted.

    Neither the file nor its folder may be writable by every user of the machine, unless the folder
    is trusted (`is_trusted`). Then the file can also belong to another user.

    Args:
        file: The file.
        limit: The largest size allowed. If the result is longer, the file is too large.
        named: Whether the user named the file. If not, the file and its folder must belong to the
            user or to root.
        closing: The end of the hint for a file that every user can write to, after "chmod o-w".
        naming: The hint for a file that belongs to another user.

    Raises:
        StorageError: The file cannot be read or trusted.
    """
    with storage_errors(_("reading {file}", file=file)):
        with open_beneath(file.parent, file.name) as stream:
            status = os.fstat(stream.fileno())
            data = stream.read(limit + 1)
        above = file.parent.stat()
    if is_trusted(file.parent):
        return data
    for each, what in ((status, file), (above, file.parent)):
        if system.is_open_to_all(each):
            raise StorageError(
                _(
                    "{what}: every user of the machine can write to it, so {name} cannot "
                    "be trusted",
                    what=what,
                    name=file.name,
                ),
                _(
                    "Close it to others (chmod o-w {what}){closing}. On a shared disk "
                    "whose users you trust: {trusting}",
                    what=what,
                    closing=closing,
                    trusting=trusting(file.parent),
                ),
            )
        if not (named or each.st_uid == 0 or is_ours(each)):
            raise StorageError(
                _(
                    "{what} belongs to another user, so {name} is not used",
                    what=what,
                    name=file.name,
                ),
                naming,
            )
    return data


def trusting(folder: Path) -> str:
    """Return the end of a hint: how to make the program trust a folder."""
    return f"set {TRUST}={folder}"


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # the user has no home folder
        return None
