"""What bulk work is done on: records and packages, found in folders one after the other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from glob import has_magic, iglob
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.records import Record

_SIDE_FOLDERS = (".receipts",)


def find_records(paths: Iterable[Path]) -> Iterator[Path]:
    """Records below paths: a record's file or folder is itself, any other folder is looked through.

    A path that is not there is taken as a pattern (`letters/*/19[56]*`). Hidden folders are left
    out, and packages, whose records are no sources. Only the names of one folder at a time are kept
    in memory. What is not there, cannot be read or has nothing in it comes as it is: who works on
    it will tell.
    """
    return _found(paths, has_record, without=_is_bag)


@dataclass(frozen=True, slots=True)
class Row:
    """A letter of a catalogue: its record, and where its files are.

    Attributes:
        catalogue: The catalogue as the user named it.
        record: The record.
        folder: The folder that the parts' paths start from: one called after the record's id, or
            one for all letters together.
    """

    catalogue: Path
    record: Record
    folder: Path

    def __str__(self) -> str:
        return f"{self.catalogue} {self.record.id}"


def find_sources(paths: Iterable[Path], files: Path | None = None) -> Iterator[Path | Row]:
    """What packages can be built from: records as `find_records` finds them, letters of catalogues.

    Args:
        paths: Records, folders of them, patterns; and tables, which are checked whole before the
            first of their letters comes.
        files: Where the files of a catalogue's letters are, if not beside it.

    Raises:
        InvalidError: A catalogue is not sound; its report has every finding.
        StorageError: A catalogue cannot be read.
    """
    for path in paths:
        if not path.exists() or not tables.is_tables(path):
            yield from find_records([path])
            continue
        home = files or (path if path.is_dir() else path.parent)
        for record in tables.stream_records(path):
            own = home / record.id
            yield Row(path, record, own if own.is_dir() else home)


def find_packages(paths: Iterable[Path]) -> Iterator[Path]:
    """Bags below paths, as `find_records` finds records; files are taken for archives of bags."""
    return _found(paths, _is_bag)


def packages_below(folder: Path) -> Iterator[Path]:
    """Bags below a folder; none if there are none."""
    return _below(folder, _is_bag, lambda folder: False)


def find_letters(paths: Iterable[Path]) -> Iterator[Path]:
    """Records and packages below paths, as `find_records` finds records."""
    return _found(paths, lambda folder: _is_bag(folder) or has_record(folder))


def _is_bag(path: Path) -> bool:
    from archive_pkg.packages import is_bag  # where a shelf is only asked, nothing is looked for

    return is_bag(path)


def has_record(folder: Path) -> bool:
    """Whether a folder has a record's file in it."""
    from archive_pkg.records import NAMES

    return any((folder / name).is_file() for name in NAMES)


def are_single(paths: Iterable[Path], is_one: Callable[[Path], bool]) -> bool:
    """Whether each path is one subject by itself, none a folder to look through or a pattern."""
    return all(is_one(path) if path.is_dir() else not _is_pattern(path) for path in paths)


def _is_pattern(path: Path) -> bool:
    return has_magic(str(path)) and not os.path.lexists(path)


def _found(
    paths: Iterable[Path],
    is_one: Callable[[Path], bool],
    without: Callable[[Path], bool] = lambda folder: False,
) -> Iterator[Path]:
    for path in paths:
        matches: Iterable[str | Path] = [path]
        if _is_pattern(path):
            matches = iglob(str(path), recursive=True)  # noqa: PTH207 - absolute, too
        some = False
        for match in matches:
            for found in _below(Path(match), is_one, without):
                some = True
                yield found
        # A shell's `packages/*` names receipts, too.
        if not some and not path.name.endswith(_SIDE_FOLDERS):
            yield path


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
        except OSError:
            yield Path(folder)  # the work says what is wrong with it, and goes on
            continue
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
