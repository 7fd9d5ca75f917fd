"""What bulk work is done on: records and packages, found in folders one after the other."""

from __future__ import annotations

import os
from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.packages import is_bag
from archive_pkg.records import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_SIDE_FOLDERS = (".receipts",)


def find_records(paths: Iterable[Path]) -> Iterator[Path]:
    """Records below paths: a record's file or folder is itself, any other folder is looked through.

    A path that is not there is taken as a pattern (`letters/*/19[56]*`). Hidden folders are left
    out, and packages, whose records are no sources. Only the names of one folder at a time are kept
    in memory.

    Raises:
        StorageError: A path is not there and is no pattern that finds anything, or a folder cannot
            be read.
    """
    return _found(paths, has_record, without=is_bag)


def find_packages(paths: Iterable[Path]) -> Iterator[Path]:
    """Bags below paths, as `find_records` finds records; files are taken for archives of bags."""
    return _found(paths, is_bag)


def has_record(folder: Path) -> bool:
    """Whether a folder has a record's file in it."""
    return any((folder / name).is_file() for name in NAMES)


def are_single(paths: Iterable[Path], is_one: Callable[[Path], bool]) -> bool:
    """Whether each path is one subject by itself and none a folder to look through."""
    return all(path.is_file() or is_one(path) for path in paths)


def _found(
    paths: Iterable[Path],
    is_one: Callable[[Path], bool],
    without: Callable[[Path], bool] = lambda folder: False,
) -> Iterator[Path]:
    for path in paths:
        if os.path.lexists(path):
            yield from _below(path, is_one, without)
            continue
        some = False
        for match in iglob(str(path), recursive=True):  # noqa: PTH207 - absolute, too
            some = True
            yield from _below(Path(match), is_one, without)
        if not some:
            raise StorageError(f"there is nothing at {path}", "check the path")


def _below(
    path: Path, is_one: Callable[[Path], bool], without: Callable[[Path], bool]
) -> Iterator[Path]:
    if not path.is_dir() or is_one(path):
        yield path
        return
    waiting = [str(path)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.path for entry in entries if _is_open_folder(entry))
        except OSError as error:
            raise StorageError(f"{folder} could not be listed: {error.strerror}") from error
        waiting_here = []
        for name in names:
            if is_one(Path(name)):
                yield Path(name)
            elif not without(Path(name)):
                waiting_here.append(name)
        waiting += reversed(waiting_here)


def _is_open_folder(entry: os.DirEntry[str]) -> bool:
    shown = not entry.name.startswith(".") and not entry.name.endswith(_SIDE_FOLDERS)
    return shown and entry.is_dir(follow_symlinks=False)
