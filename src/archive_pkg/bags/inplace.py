"""Making a folder itself a bag, where its data are too large to copy: two renames, no copy.

The manifests are written into a hidden folder beside it, the shell. Then the folder becomes the
shell's data/, and the shell takes the folder's name. The shell is its own journal: without data/
nothing has happened yet, with data/ nothing is left to do but the second rename.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from archive_pkg.bags.folder import ChangedError, Folder
from archive_pkg.bags.tagfiles import DECLARATION, tags_to_bytes
from archive_pkg.bags.verifying import verify
from archive_pkg.bags.writing import DEFAULT_ALGORITHMS, Written, finish, refuse_misuse, survey
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.fixity import Tally
from archive_pkg.storage import (
    ENCLOSING,
    Lock,
    enclose,
    finish_enclosing,
    hidden,
    holds_data,
    is_ours,
    open_up,
    refuse_exchange,
    remove_tree,
    storage_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.reports import Report


def create_in_place(
    folder: Path,
    *,
    info: Sequence[tuple[str, str]] = (),
    tag_files: Mapping[str, bytes] | None = None,
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS,
    portable: bool = False,
    wait: float = 0,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> tuple[Written | None, Report]:
    """Make a folder a bag of what it holds, without copying.

    Killed at any instant, the folder is as it was, or all of it lies in the hidden shell beside
    it and calling this again finishes. A folder that is a bag already is verified and left alone:
    bags never nest.

    Args:
        folder: The folder; afterwards its files are in its data/. It must not be a mount point.
        info: See `write`.
        tag_files: See `write`.
        algorithms: See `write`.
        portable: See `create`.
        wait: Seconds to wait for another run that works on the folder.
        jobs: How many files to read at a time; as many as there are processors when None.
        progress: Called now and then with what is done so far.

    Returns:
        What was written, None where the folder was a bag already or a killed run was finished;
        and what was found.

    Raises:
        InvalidError: When the folder holds what cannot be bagged, or is a bag that is not valid.
        ChangedError: When a file changes meanwhile.
        StorageError: When reading or writing fails, or another run works on the folder.
    """
    refuse_misuse(info, dict(tag_files or {}), algorithms)
    folder = folder.resolve()
    with Lock(folder, wait):
        shell = hidden(folder, ENCLOSING)
        with storage_errors(f"bagging {folder} in place"):
            if finish_enclosing(folder):
                return None, _verified(folder, jobs, progress)
            if holds_data(shell):
                raise StorageError(
                    f"{shell} holds files of a run that was broken off, but {folder} exists too",
                    f"Move {folder} away, then run the same command again.",
                )
            if os.path.lexists(shell):
                if not is_ours(shell.lstat()) or os.path.lexists(shell / "data"):
                    raise StorageError(
                        f"{shell} has the name of a folder that this program uses while it works, "
                        "and is not its own",
                        "Remove it if you do not know it, then run the same command again.",
                    )
                remove_tree(shell)
        if (folder / DECLARATION).exists() and (folder / "data").is_dir():
            return None, _verified(folder, jobs, progress)
        report, files, _ = survey(folder, portable=portable)
        if not report.ok:
            raise InvalidError(f"{folder} cannot be bagged as it is", "It is unchanged.", report)
        with storage_errors(f"bagging {folder} in place"):
            refuse_exchange(folder.parent)
            shell.mkdir(0o700)
            try:
                written = _digest(folder, list(files), algorithms, jobs, progress)
                oxum = ("Payload-Oxum", f"{written.size}.{written.files}")
                finish(shell, written, tags_to_bytes([*info, oxum]), tag_files or {})
                if list(survey(folder)[1]) != list(files):
                    raise ChangedError(
                        f"files in {folder} came or went while it was read",
                        "Let whatever writes there finish, then run the same command again.",
                    )
                open_up(shell, like=folder)
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
    tally = Tally(all_files=len(files))

    def tick(count: int, size: int) -> None:
        tally.files += count
        tally.size += size
        if progress is not None:
            progress(tally)

    with Folder(folder) as tree:
        found = tree.digests(files, algorithms, jobs=jobs, tick=tick)
    return Written(
        len(files),
        sum(size for size, _ in found.values()),
        {
            name: {f"data/{path}": digests[index] for path, (_, digests) in found.items()}
            for index, name in enumerate(algorithms)
        },
    )


def _verified(folder: Path, jobs: int | None, progress: Callable[[Tally], None] | None) -> Report:
    verdict = verify(folder, jobs=jobs, progress=progress)
    if not verdict.valid:
        raise InvalidError(
            f"{folder} is a bag already, but not valid", "It is unchanged.", verdict.report
        )
    return verdict.report
