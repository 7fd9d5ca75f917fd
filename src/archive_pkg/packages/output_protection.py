"""Protect the inputs of a command from its output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.messages import _
from archive_pkg.records import NAMES, load_record
from archive_pkg.records.path_checks import closed_parents, package_above
from archive_pkg.records.register_entries import REGISTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STATE = ".archive-pkg"
_RECEIPTS = ".receipts"
_ELSEWHERE = "Choose another place."


def refuse_output(out: Path, subjects: Iterable[Path] = ()) -> None:
    """Refuse to overwrite an input, a letter's files, a package or the program's state.

    Args:
        out: A file that the user named for the output; it need not exist.
        subjects: Inputs of the command that are not in a package or named by a record.

    Raises:
        UsageError: The output would change a protected file or folder.
    """
    if storage.names_open_descriptor(out):  # the user asked for it
        return
    refuse_in_package(out)
    target = Path(os.path.realpath(out))
    if any(name == _STATE or name.endswith(_RECEIPTS) for name in target.parent.parts):
        raise UsageError(
            _("{out} is in a folder that the program uses itself", out=out), _ELSEWHERE
        )
    if not storage.is_regular(target):
        return
    if any(target == Path(os.path.realpath(subject)) for subject in subjects):
        raise UsageError(_("{out} is an input of this command", out=out), _ELSEWHERE)
    for folder in closed_parents(target):
        if any(storage.is_regular(folder / name) for name in NAMES) and _is_own(target, folder):
            raise UsageError(
                _("{out} belongs to the document in {folder}", out=out, folder=folder), _ELSEWHERE
            )


def refuse_in_package(out: Path) -> None:
    """Refuse a path inside a package, because packages must not be changed.

    Raises:
        UsageError: A folder above the path is a bag.
    """
    if package := package_above(Path(os.path.realpath(out))):
        raise UsageError(
            _("{out} is inside the package {package}", out=out, package=package), _ELSEWHERE
        )


def refuse_in_record(out: Path) -> None:
    """Refuse a folder in a record's folder, where only the files of the letter belong.

    Raises:
        UsageError: The folder, or one above it, contains a record.
    """
    for folder in closed_parents(Path(os.path.realpath(out)) / "package"):
        if any(storage.is_regular(folder / name) for name in NAMES):
            if folder == Path(os.path.realpath(out)):
                raise UsageError(_("{out} is the folder of a record", out=out), _ELSEWHERE)
            raise UsageError(
                _("{out} is inside the record's folder {folder}", out=out, folder=folder),
                _ELSEWHERE,
            )


def source_mode(*sources: Path) -> int:
    """Return the widest permissions for an output that shows everything in the sources.

    Args:
        sources: Files and folders. A folder counts with everything in it, a file with its folder,
            and a record's file with everything in its folder. The register of agents above a source
            counts, too. A source that does not exist is skipped.

    Raises:
        OSError: A file cannot be examined.
    """
    return storage.mode_of(*(path for source in sources for path in _all_of(source)))


def _all_of(source: Path) -> Iterator[Path]:
    if source.name in NAMES:
        source = source.parent
    if register := storage.find_upwards(source if source.is_dir() else source.parent, REGISTER):
        yield register
    yield source
    if not storage.is_folder(source):
        yield source.parent
        return
    yield from (path for path in source.rglob("*") if not path.is_symlink())


def _is_own(target: Path, folder: Path) -> bool:
    """Return whether a file is the record in a folder, or a file that this record names."""
    if target.parent == folder and target.name in NAMES:
        return True
    try:
        names = load_record(folder).files
    except ArchivePkgError:
        return False
    return any(target == folder / name for name in names)
