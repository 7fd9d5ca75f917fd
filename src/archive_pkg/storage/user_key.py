"""Authenticate files that this user has written, with a key that only this user has.

A journal or a collection's database may arrive with files from someone else, so its path and owner
prove nothing. A message authentication code (MAC) does. Its key is in the user's state folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path

from archive_pkg.storage import system
from archive_pkg.storage.files import is_ours, make_folder, staged_file, sync_folder, sync_tree
from archive_pkg.storage.reading import open_regular

_SIZE = 32


def user_mac(*parts: bytes) -> bytes:
    """Return 32 bytes that only this user can compute from these parts.

    If the key cannot be stored or read, each process uses a new one, and no earlier MAC matches.
    """
    mac = hashlib.blake2b(key=_key(system.user_number()), digest_size=32)
    for part in parts:
        mac.update(len(part).to_bytes(8, "big") + part)
    return mac.digest()


@cache
def _key(user: int) -> bytes:
    try:
        return _kept_key()
    except OSError:
        return os.urandom(_SIZE)


def _kept_key() -> bytes:
    """Read the key, or make a new one. Raises OSError if it cannot be read, stored or trusted."""
    path = _folder() / "key"
    if not path.exists():
        make_folder(path.parent, 0o700)
        made = staged_file(path, os.urandom(_SIZE), 0o600)
        with contextlib.suppress(FileExistsError), made as staged:
            sync_tree(staged)
            os.link(staged, path)  # fails if another run was faster
        sync_folder(path.parent)
    with open_regular(path) as file:
        status, key = os.fstat(file.fileno()), file.read(_SIZE + 1)
    readable = system.HAS_OWNERS and status.st_mode & 0o077
    if not is_ours(status) or readable or len(key) != _SIZE:
        raise PermissionError(f"{path} is not a key that only this user can read")
    return key


def _folder() -> Path:
    """Return the user's state folder (XDG Base Directory)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path("~/.local/state").expanduser()
    nearest = next(each for each in (base, *base.parents) if each.exists())
    if not is_ours(nearest.stat()):  # sudo can keep another user's HOME
        raise PermissionError(f"{nearest} belongs to another user")
    return base / "archive-pkg"
