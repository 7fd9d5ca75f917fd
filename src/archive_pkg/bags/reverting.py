"""Turn a bag back into the folder of its payload, without copying or deleting a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.archives.archive import unpack_hint
from archive_pkg.bags.verifying import verify
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _
from archive_pkg.storage import (
    UNWRAPPING,
    Lock,
    finish_unwrapping,
    hidden,
    missing,
    refuse_unsafe_folder,
    storage_errors,
    unwrap,
)

if TYPE_CHECKING:
    from typing import Unpack

    from archive_pkg.bags.updating import Running
    from archive_pkg.paths import StrPath

KEPT = "-tag-files"
"""What is added to the name of a bag for the folder that keeps its tag files."""


def revert(bag: StrPath, *, tag_files: StrPath = "", **running: Unpack[Running]) -> Path:
    """Replace a bag by its payload, and keep its tag files in a folder next to it.

    The bag is verified first. If the process is killed, the bag is unchanged, or its files are in a
    hidden folder next to it and calling this again finishes. Putting the folder into the folder
    with the tag files as data/ gives the bag back.

    Args:
        bag: The bag's folder. It must not be a mount point.
        tag_files: The folder for the tag files; "" is the bag's path with "-tag-files" added. It
            must not exist, and be on the same file system.
        **running: See `Running`.

    Returns:
        The folder with the tag files.

    Raises:
        InvalidError: The bag is not valid, so its checksums are still needed. It is unchanged.
        StorageError: Renaming fails, another run uses the bag, or the folder for the tag files
            exists.
    """
    given = Path(bag)
    if given.is_file():
        raise InvalidError(_("{given} is not the folder of a bag", given=given), unpack_hint(given))
    folder = given.resolve()
    kept = Path(tag_files).resolve() if tag_files else folder.with_name(folder.name + KEPT)
    with (
        Lock(folder, running.get("wait", 0)),
        storage_errors(_("reverting {folder}", folder=folder)),
    ):
        if os.path.lexists(kept):
            raise StorageError(
                _("{kept} already exists", kept=kept),
                _("Name another folder for the tag files: --tag-files DIR"),
            )
        if finish_unwrapping(folder, kept):
            return kept
        if not folder.exists():
            raise missing(folder)
        if os.path.lexists(hidden(folder, UNWRAPPING)):
            raise InvalidError(
                _(
                    "{hidden} has the name of this program's temporary folder",
                    hidden=hidden(folder, UNWRAPPING),
                ),
                _("Move it away, then run the same command again."),
            )
        verdict = verify(folder, jobs=running.get("jobs"), progress=running.get("progress"))
        if not verdict.valid:
            raise InvalidError(
                _("{folder} is not valid", folder=folder), _("It is unchanged."), verdict.report
            )
        refuse_unsafe_folder(folder.parent)
        # The payload must not become readable to more users than the bag was.
        data = folder / "data"
        mode = stat.S_IMODE(data.stat().st_mode)
        if mode & ~folder.stat().st_mode:
            data.chmod(mode & folder.stat().st_mode)
        unwrap(folder, kept)
    return kept
