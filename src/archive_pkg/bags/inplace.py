"""Turn a folder into a bag by two renames, without copying its files.

The manifests are written into a hidden folder next to it, the shell. Then the folder is renamed to
data/ in the shell, and the shell to the folder's name. If a run was interrupted, the shell shows
how far it came: without data/, the folder is unchanged; with data/, the second rename is missing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.bags.folder import ChangedError, Folder
from archive_pkg.bags.planning import Plan
from archive_pkg.bags.surveying import survey
from archive_pkg.bags.tagfiles import DECLARATION, tags_to_bytes
from archive_pkg.bags.verifying import verify
from archive_pkg.bags.writing import Written, finish, refuse_misuse, ticking
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _
from archive_pkg.storage import (
    ENCLOSING,
    Lock,
    enclose,
    finish_enclosing,
    hidden,
    holds_data,
    is_ours,
    refuse_unsafe_folder,
    remove_tree,
    set_final_mode,
    storage_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archive_pkg.bags.profiles import Profile
    from archive_pkg.fixity import Tally
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report


def create_in_place(
    folder: StrPath,
    *,
    info: Sequence[tuple[str, str]] = (),
    tag_files: Mapping[str, bytes] | None = None,
    algorithms: Sequence[str] | None = None,
    portable: bool = False,
    profile: Profile | None = None,
    wait: float = 0,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> tuple[Written | None, Report]:
    """Turn a folder into a bag of its files without copying them (RFC 8493, 2).

    If the process is killed, the folder is unchanged, or all its files are in a hidden folder next
    to it and calling this again finishes. A folder that is already a bag is verified and not
    changed.

    Args:
        folder: The folder. Its files move into its data/. It must not be a mount point.
        info: See `write`.
        tag_files: See `write`.
        algorithms: See `write`.
        portable: See `create`.
        profile: See `create`.
        wait: Seconds to wait for another run that uses the folder.
        jobs: How many files to read at a time; None means one per processor.
        progress: Called now and then with what is done so far.

    Returns:
        What was written, or None if the folder was already a bag or an interrupted run was
        finished; and a report with warnings.

    Raises:
        InvalidError: Files cannot be bagged, the folder is a bag that is not valid, or the bag
            would not conform to the profile.
        ChangedError: A file changes while it is read.
        StorageError: Reading or writing fails, or another run uses the folder.
        UsageError: An unknown algorithm, or tags or tag files that cannot be written.
    """
    plan = Plan(list(info), algorithms)
    if profile is not None:
        plan.fit(profile)
    refuse_misuse(plan.info, dict(tag_files or {}), plan.algorithms)
    folder = Path(folder).resolve()
    with Lock(folder, wait):
        shell = hidden(folder, ENCLOSING)
        with storage_errors(_("bagging {folder} in place", folder=folder)):
            if finish_enclosing(folder):
                return None, _verified(folder, jobs, progress)
            if holds_data(shell):
                raise StorageError(
                    _(
                        "{shell} holds the files of an interrupted run, but {folder} exists too",
                        shell=shell,
                        folder=folder,
                    ),
                    _("Move {folder} away, then run the same command again.", folder=folder),
                )
            if os.path.lexists(shell):
                if not is_ours(shell.lstat()) or os.path.lexists(shell / "data"):
                    raise StorageError(
                        _(
                            "{shell} has the name of this program's temporary folder, but was not "
                            "left by this program and this user",
                            shell=shell,
                        ),
                        _("Move it away, then run the same command again."),
                    )
                remove_tree(shell)
        if (folder / DECLARATION).exists() and (folder / "data").is_dir():
            return None, _verified(folder, jobs, progress)
        report, files, __ = survey(folder, portable=portable)
        if not report.ok:
            raise InvalidError(
                _("{folder} has files that cannot be bagged", folder=folder),
                _("It is unchanged."),
                report,
            )
        if profile is not None:
            sources = {path: f"{folder}/{path}" for path in files}
            report.extend(plan.check(profile, folder, sources, tag_files or {}))
        with storage_errors(_("bagging {folder} in place", folder=folder)):
            refuse_unsafe_folder(folder.parent)
            shell.mkdir(0o700)
            try:
                written = _digest(folder, list(files), plan.algorithms, jobs, progress)
                oxum = ("Payload-Oxum", f"{written.size}.{written.files}")
                tags = tags_to_bytes([*plan.info, oxum])
                finish(shell, written, tags, tag_files or {}, plan.declared)
                if list(survey(folder)[1]) != list(files):
                    raise ChangedError(
                        _(
                            "files were added to or removed from {folder} while it was read",
                            folder=folder,
                        ),
                        _("Wait until no other program writes to it, then run this again."),
                    )
                set_final_mode(shell, like=folder)
                enclose(folder, shell)
            finally:
                if not (shell / "data").exists():
                    remove_tree(shell)
    return written, report


def _digest(
    folder: Path,
    files: Sequence[str],
    algorithms: Sequence[str],
    jobs: int | None,
    progress: Callable[[Tally], None] | None,
) -> Written:
    with Folder(folder) as tree:
        tick = ticking(len(files), progress, sum(tree.sizes(files)) if progress else None)
        found = tree.digests(files, algorithms, jobs=jobs, tick=tick)
    return Written(
        len(files),
        sum(size for size, __ in found.values()),
        {
            name: {f"data/{path}": digests[index] for path, (__, digests) in found.items()}
            for index, name in enumerate(algorithms)
        },
    )


def _verified(folder: Path, jobs: int | None, progress: Callable[[Tally], None] | None) -> Report:
    verdict = verify(folder, jobs=jobs, progress=progress)
    if not verdict.valid:
        raise InvalidError(
            _("{folder} is already a bag, but not valid", folder=folder),
            _("It is unchanged."),
            verdict.report,
        )
    return verdict.report
