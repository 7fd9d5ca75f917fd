"""Build files and folders in a hidden folder next to their destination, one run at a time.

A staged file or folder is synced and renamed to its destination. If the machine crashes, the
destination is absent, old and complete, or new and complete.

The hidden files that a killed run leaves cannot be trusted: other users may be able to write next
to the destination, and a folder that was received from others can contain hidden files. A run
renames or removes leftovers, but never reads them, and only if their names match our pattern and
they belong to this user.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.storage.files import (
    exchange,
    hidden,
    is_ours,
    mode_under_umask,
    named,
    refuse_unsafe_folder,
    rename_to_free,
    storage_errors,
    sync_folder,
    sync_tree,
)
from archive_pkg.storage.locks import LOCK, Lock
from archive_pkg.storage.system import change_mode
from archive_pkg.storage.without_links import remove_tree

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

_log = logger(__name__)

ENCLOSING = ".in-place"
"""Suffix of the hidden folder that becomes the bag when a folder is bagged in place."""

UNWRAPPING = ".reverted"
"""Suffix of the hidden folder with the rest of a folder that is replaced by its data/."""

_NOT_LEFTOVERS = (LOCK, ENCLOSING, UNWRAPPING, ".fetched")
"""Suffixes of hidden files that `recover` ignores, because other functions remove them."""
_LEFTOVER_NAME = re.compile(r"-[0-9a-f]{8}(\.new|\.old)?")


class DestinationExistsError(StorageError):
    """The destination exists, and may not be replaced or is of a different kind."""


class Staging:
    """A hidden folder next to a destination. `commit` renames it to the destination.

    The destination is locked while the context is open. Entering removes the leftovers of killed
    runs. Leaving without `commit` removes the folder and does not change the destination.

    Only this user can read the folder before `commit`.

    Attributes:
        destination: The path of the finished folder or file.
        path: The empty folder to build in, on the destination's file system.
        mode: The upper limit of the destination's permissions. The umask and the permissions of a
            replaced folder can reduce them.
    """

    path: Path
    mode: int = 0o777

    def __init__(
        self, destination: Path, *, wait: float = 0, sync: bool = True, locked: bool = False
    ) -> None:
        """Prepare to stage a file or folder for a destination.

        Args:
            destination: The path of the finished folder or file. Its parent must exist.
            wait: Seconds to wait for another run that uses the destination.
            sync: Whether `commit` syncs to the disk. Bulk work passes False, calls
                `sync_filesystem` once for many `Staging`s, and then commits each of them.
            locked: Whether the caller has already locked the destination.
        """
        self.destination = named(destination)
        self._sync = sync
        self._held = contextlib.ExitStack()
        self._lock: AbstractContextManager[object] = (
            contextlib.nullcontext() if locked else Lock(self.destination, wait)
        )

    def __enter__(self) -> Staging:
        with contextlib.ExitStack() as held:
            if not self.destination.parent.exists():
                raise StorageError(
                    _("the folder {parent} does not exist", parent=self.destination.parent),
                    _("Create it first."),
                )
            with storage_errors(_("staging {destination}", destination=self.destination)):
                refuse_unsafe_folder(self.destination.parent)
            held.enter_context(self._lock)
            with storage_errors(_("staging {destination}", destination=self.destination)):
                _refuse_unfinished(self.destination)
                recover(self.destination)
                self.path = hidden(self.destination, f"-{os.urandom(4).hex()}")
                self.path.mkdir(0o700)
                _log.debug("staging %s in %s", self.destination, self.path.name)
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with storage_errors(_("removing {path}", path=self.path)):
                remove_tree(self.path)
        except StorageError:
            if error is None:
                raise
        finally:
            self._held.close()

    def commit(self, *, replace: bool = False, item: Path | None = None) -> None:
        """Sync the staged folder and rename it to the destination.

        Args:
            replace: Whether an existing destination may be replaced.
            item: The file or folder inside the staging folder that becomes the destination. None
                for the staging folder itself.

        Raises:
            DestinationExistsError: As for `move_to_destination`.
            StorageError: The storage failed. The destination is old and complete, or new and
                complete.
        """
        staged = item or self.path
        with storage_errors(_("writing {destination}", destination=self.destination)):
            set_final_mode(staged, self.mode, like=self.destination if replace else None)
            if self._sync:
                sync_tree(staged)
            move_to_destination(staged, self.destination, replace=replace)
            if self._sync:
                sync_folder(self.destination.parent)


def set_final_mode(staged: Path, mode: int = 0o777, *, like: Path | None = None) -> None:
    """Give a staged folder or file its final permissions.

    Args:
        staged: A folder or file that only this user can read so far.
        mode: The upper limit of its permissions. The umask can reduce them. Files are not
            executable.
        like: The folder or file to be replaced. The new one gets no permission that this one lacks.

    Raises:
        OSError: The storage fails.
    """

    def final(before: os.stat_result) -> int:
        found = mode_under_umask(mode if stat.S_ISDIR(before.st_mode) else mode & 0o666)
        if like is not None and like.exists():
            found &= like.stat().st_mode
        # Keep the set-group-ID bit, which a folder can inherit from its parent.
        return found | before.st_mode & stat.S_ISGID

    change_mode(staged, final)


def move_to_destination(staged: Path, destination: Path, *, replace: bool = False) -> None:
    """Move a finished file or folder to its destination.

    Where the system supports it, the move is a single step. Otherwise, replacing a folder takes two
    renames, and after a crash between them `recover` finishes the move.

    Args:
        staged: A synced file or folder on the destination's file system. After a replacement, the
            old content may be at this path; remove it once the rename is durable.
        destination: The new path.
        replace: Whether an existing destination may be replaced.

    Raises:
        DestinationExistsError: The destination exists and `replace` is not set, or it is of a
            different kind than the new file or folder.
        OSError: The storage failed. The destination is old and complete, or new and complete.
    """
    if replace and os.path.lexists(destination):
        _refuse_other_kinds(staged, destination)
        _replace(staged, destination)
    else:
        refuse_existing(destination)
        try:
            if not rename_to_free(staged, destination):
                staged.rename(destination)
        except FileExistsError as error:
            raise _exists_error(destination) from error
    _log.info("wrote %s", destination)


def _refuse_other_kinds(staged: Path, destination: Path) -> None:
    """Refuse to replace a destination of a different kind: a link, a device, an unrelated folder.

    A folder counts as the same kind if it is empty, or if the top levels of both folders have a
    file with the same name.
    """
    status = destination.lstat()
    if stat.S_ISREG(status.st_mode) and not staged.is_dir():
        return
    if stat.S_ISDIR(status.st_mode) and staged.is_dir():
        existing = {path.name: path.is_file() for path in destination.iterdir()}
        if not existing or any(
            existing.get(path.name) for path in staged.iterdir() if path.is_file()
        ):
            return
    raise DestinationExistsError(
        _(
            "{destination} is of a different kind than the new file or folder, so "
            "it was not replaced",
            destination=destination,
        ),
        _("Name another destination, or move it away."),
    )


def refuse_existing(destination: Path) -> None:
    """Refuse a destination that already exists, before any work is done.

    Raises:
        DestinationExistsError: The destination exists.
    """
    if os.path.lexists(destination):
        raise _exists_error(destination)


def _exists_error(destination: Path) -> DestinationExistsError:
    return DestinationExistsError(
        _("{destination} already exists", destination=destination),
        _("Name another destination, or replace it (--replace)."),
    )


def recover(destination: Path) -> None:
    """Finish or undo the work of killed runs next to a destination, which must be locked.

    A file that has a similar name but was not left by this program and user is logged and left
    alone.

    Raises:
        OSError: The storage fails.
    """
    leftovers = _leftovers(destination)
    for name, end in leftovers:
        if end == ".old" and not os.path.lexists(destination):
            # A run was killed between the two renames of `_replace`. The new one is complete; if it
            # is missing, restore the old one.
            stem = name.removesuffix(end)
            survivor = f"{stem}.new" if (f"{stem}.new", ".new") in leftovers else name
            destination.with_name(survivor).rename(destination)
            sync_folder(destination.parent)
            if survivor == name:
                _log.info("restored %s, which an interrupted run had moved away", destination)
            else:
                _log.info("finished %s, which an interrupted run had written", destination)
    for path in (destination.with_name(name) for name, __ in leftovers):
        if os.path.lexists(path):
            remove_tree(path)
            _log.info("removed %s, which an interrupted run had left", path)


def _leftovers(destination: Path) -> list[tuple[str, str]]:
    """Return the leftovers of killed runs next to a destination, with their suffixes."""
    prefix = hidden(destination, "").name
    found = []
    with os.scandir(destination.parent) as entries:
        for entry in entries:
            suffix = entry.name.removeprefix(prefix)
            if not entry.name.startswith(prefix) or suffix in _NOT_LEFTOVERS or not suffix:
                continue
            match = _LEFTOVER_NAME.fullmatch(suffix)
            with contextlib.suppress(FileNotFoundError):  # another run has just renamed it
                if match and _is_our_file_or_folder(entry.stat(follow_symlinks=False)):
                    found.append((entry.name, match[1] or ""))
                elif suffix[0] in ".-":
                    _log_foreign_file(entry.path)
    return found


def _is_our_file_or_folder(status: os.stat_result) -> bool:
    """Return whether a status is that of a file or folder of this user, not of a link or device."""
    return is_ours(status) and (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode))


def _log_foreign_file(path: str) -> None:
    _log.warning(
        "%r has a name like this program's temporary files, but was not left by this program and "
        "this user. It was left alone. If nothing else needs it, you can remove it.",
        path,
    )


def enclose(folder: Path, shell: Path) -> None:
    """Move a folder to data/ in `shell`, and rename `shell` to the folder's name.

    The shell's path must be `hidden(folder, ENCLOSING)`. After a crash between the two renames, all
    files are in the shell, and `finish_enclosing` does the second rename.

    Raises:
        OSError: The storage fails.
    """
    sync_tree(shell)
    sync_folder(shell.parent)
    folder.rename(shell / "data")
    finish_enclosing(folder)


def finish_enclosing(folder: Path) -> bool:
    """Finish an `enclose` that was killed between its renames. Return whether there was one.

    Raises:
        OSError: The storage fails.
    """
    shell = hidden(folder, ENCLOSING)
    if os.path.lexists(folder) or not holds_data(shell):
        return False
    sync_folder(shell)
    shell.rename(folder)
    sync_folder(folder.parent)
    return True


def holds_data(shell: Path) -> bool:
    """Return whether the shell is a folder of this user that contains the enclosed folder.

    Raises:
        OSError: The storage fails.
    """
    try:
        status, data = shell.lstat(), (shell / "data").lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISDIR(status.st_mode) and is_ours(status) and stat.S_ISDIR(data.st_mode)


def unwrap(folder: Path, kept: Path) -> None:
    """Replace a folder by its data/, and move the rest of it to `kept`, in three renames.

    After a crash between them, everything is in `hidden(folder, UNWRAPPING)` and in the folder, and
    `finish_unwrapping` does the other renames.

    Raises:
        OSError: The storage fails.
    """
    folder.rename(hidden(folder, UNWRAPPING))
    sync_folder(folder.parent)
    finish_unwrapping(folder, kept)


def finish_unwrapping(folder: Path, kept: Path) -> bool:
    """Finish an `unwrap` that was killed between its renames. Return whether there was one.

    Raises:
        DestinationExistsError: `kept` exists.
        OSError: The storage fails.
    """
    shell = hidden(folder, UNWRAPPING)
    if not os.path.lexists(shell) or not is_ours(shell.lstat()):
        return False
    if holds_data(shell):
        if os.path.lexists(folder):
            return False
        (shell / "data").rename(folder)
        sync_folder(folder.parent)
        sync_folder(shell)
    move_to_destination(shell, kept)
    sync_folder(kept.parent)
    return True


def _refuse_unfinished(destination: Path) -> None:
    if os.path.lexists(hidden(destination, UNWRAPPING)):
        raise StorageError(
            _(
                "reverting {destination} was interrupted; the rest of it is in {hidden}",
                destination=destination,
                hidden=hidden(destination, UNWRAPPING),
            ),
            _("Finish it first: archive-pkg bag revert {destination}", destination=destination),
        )
    if holds_data(hidden(destination, ENCLOSING)):
        raise StorageError(
            _(
                "bagging {destination} in place was interrupted; its files are in {hidden}",
                destination=destination,
                hidden=hidden(destination, ENCLOSING),
            ),
            _(
                "Finish it first: archive-pkg bag create --in-place {destination}",
                destination=destination,
            ),
        )


def _replace(staged: Path, destination: Path) -> None:
    if exchange(staged, destination):
        return
    if not staged.is_dir() and not destination.is_dir():
        staged.replace(destination)
        return
    # Move the new one out of its staging folder, so that the next run finds both after a crash.
    stem = hidden(destination, f"-{os.urandom(4).hex()}").name
    old, new = destination.with_name(f"{stem}.old"), destination.with_name(f"{stem}.new")
    staged.rename(new)
    sync_folder(destination.parent)
    destination.rename(old)
    try:
        new.rename(destination)
    except OSError:
        old.rename(destination)
        raise
    sync_folder(destination.parent)
    remove_tree(old)
