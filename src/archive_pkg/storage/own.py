"""Know again what this user has written, in folders that come from others as well.

A journal, or the memory of a collection, can come with a delivery, and a path and an owner say
nothing then. What only this user can have written has a mark made with a key that only this user
has: a file in the user's own state folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path

from archive_pkg.storage.files import is_ours, make_folder, staged_file, sync_folder, sync_tree
from archive_pkg.storage.reading import open_regular

_SIZE = 32


def mark(*said: bytes) -> bytes:
    """Return 32 bytes that only this user can make of these words.

    Without a place for a key they are other ones in each process, so that nothing is known again.
    """
    whole = hashlib.blake2b(key=_key(os.geteuid()), digest_size=32)
    for each in said:
        whole.update(len(each).to_bytes(8, "big") + each)
    return whole.digest()


@cache
def _key(user: int) -> bytes:
    try:
        return _kept_key()
    except OSError:
        return os.urandom(_SIZE)


def _kept_key() -> bytes:
    """Read the key, made if there is none. Raises OSError where there is no place for it."""
    path = _folder() / "key"
    if not path.exists():
        make_folder(path.parent, 0o700)
        made = staged_file(path, os.urandom(_SIZE), 0o600)
        with contextlib.suppress(FileExistsError), made as staged:
            sync_tree(staged)
            os.link(staged, path)  # refused where another run was first
        sync_folder(path.parent)
    with open_regular(path) as file:
        status, key = os.fstat(file.fileno()), file.read(_SIZE + 1)
    if not is_ours(status) or status.st_mode & 0o077 or len(key) != _SIZE:
        raise PermissionError(f"{path} is not a key that only this user has")
    return key


def _folder() -> Path:
    """Return the user's own folder for the state of programs (XDG Base Directory)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if given.startswith("/") else Path("~/.local/state").expanduser()
    there = next(each for each in (base, *base.parents) if each.exists())
    if not is_ours(there.stat()):  # sudo can leave HOME as it was
        raise PermissionError(f"{there} belongs to another user")
    return base / "archive-pkg"
