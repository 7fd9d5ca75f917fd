"""Search folders for the subjects of bulk work: records, packages, serialized bags."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from glob import has_magic, iglob
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage, tables
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.names import encodable
from archive_pkg.errors import StorageError
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.collection.bulk.running import Done
    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project
    from archive_pkg.records import Record
    from archive_pkg.reports import Finding, Report

LIST_READ = "list read"
"""The outcome for a list of letters whose rows are subjects."""

_SIDE_FOLDERS = (".receipts",)

NOT_SEARCHED = Code(
    "folder-not-searched",
    Severity.ERROR,
    "A folder or file cannot be searched for records or packages, because it cannot be read. The "
    "rest of the search continues.",
)
NAME_NOT_UTF8 = Code(
    "package-name-not-utf8",
    Severity.ERROR,
    "The name of a package, or of a folder above it, is not UTF-8. It is left out, because no "
    "index, ledger or page can name it. Rename it.",
)
ARCHIVE_WITHOUT_BAG = Code(
    "search-archive-without-bag",
    Severity.ADVICE,
    "An archive in a folder that is searched for bags does not contain a bag. It is left alone.",
)
SERIALIZED_LEFT_OUT = Code(
    "search-serialized-left-out",
    Severity.WARNING,
    "A folder that is searched for packages contains a serialized bag, but the command reads only "
    "bags in folders. Unpack it to include it.",
)


def unheard(done: Done) -> None:
    """Ignore problems that a search finds."""


Note = Callable[["Done"], None]
"""A function that is called with each problem that a search finds."""


def find_records(paths: Iterable[StrPath], note: Note = unheard) -> Iterator[Path]:
    """Yield the given records, and those below other given folders.

    A path that does not exist is used as a pattern (`letters/*/19[56]*`). Hidden folders and
    packages are skipped. Only the names of one folder at a time are kept in memory. Paths that do
    not exist, or that have no records, are yielded as they are, so that the work reports them.

    Args:
        paths: Where to search.
        note: Called for folders that cannot be read.
    """
    return _Search(has_record, note, without=_is_bag).all(map(Path, paths))


@dataclass(frozen=True, slots=True)
class TableRow:
    """A letter in a catalogue: its record, and where its files are.

    Attributes:
        catalogue: The catalogue as the user named it.
        record: The record.
        folder: The folder that the parts' paths are relative to: one with the name of the letter's
            id, or one for all letters.
    """

    catalogue: Path
    record: Record
    folder: Path

    def __str__(self) -> str:
        return f"{self.catalogue} {self.record.id}"


def find_sources(
    paths: Iterable[StrPath],
    files: StrPath | None = None,
    note: Note = unheard,
    project: Project | None = None,
) -> Iterator[Path | TableRow]:
    """Yield what packages can be built from: records, as `find_records` does, and rows of tables.

    Args:
        paths: Records, folders of them, patterns; and tables, which are checked completely before
            their first letter is yielded.
        files: Where the files of the letters of tables are, if not next to them.
        note: Called for folders that cannot be read, and with the warnings about a list of letters.
        project: The project whose defaults fill open fields of the records of tables.

    Raises:
        InvalidError: A catalogue is not valid; the report has every finding.
        StorageError: A catalogue cannot be read.
    """
    files = Path(files) if files is not None else None
    for path in map(Path, paths):
        if not tables.is_tables(path):
            yield from find_records([path], note)
            continue
        home = files or (path if path.is_dir() else path.parent)
        heard = partial(_note_list, path, note)
        for record in tables.stream_records(path, files=files, note=heard):
            own = home / record.id
            if own.is_symlink():
                note(_noted(storage.left_out(str(own), "it is a symbolic link")))
            (full,) = tables.filled([record], project)
            yield TableRow(path, full, tables.files_folder(home, record))


def _note_list(path: Path, note: Note, report: Report) -> None:
    """Report the warnings about a list of letters. Only `check` reports advice."""
    from archive_pkg.collection.bulk.running import Done

    note(Done(str(path), LIST_READ, findings=report.of(Severity.WARNING)))


def find_packages(
    paths: Iterable[StrPath], note: Note = unheard, *, serialized: bool = False
) -> Iterator[Path]:
    """Yield the bags at paths, as `find_records` yields records. Given files count as archives.

    Args:
        paths: Where to search.
        note: Called for folders that cannot be searched, and for archives that are left out.
        serialized: Whether to yield serialized bags in folders.
    """
    archives = Archives.YIELDED if serialized else Archives.NOTED
    return _Search(_is_bag, note, archives=archives).all(map(Path, paths))


def packages_below(
    folder: Path, note: Note = unheard, *, serialized: bool = False
) -> Iterator[Path]:
    """Yield the bags in a folder that an index or ledger can name; see `find_packages`.

    Bags whose path below the folder is not UTF-8 are reported instead.
    """
    archives = Archives.YIELDED if serialized else Archives.NOTED
    for path in _Search(_is_bag, note, archives=archives, root_is_one=False).below(folder):
        if encodable(path.relative_to(folder).as_posix()):
            yield path
        else:
            message = "the path is not UTF-8, so no index, ledger or page can name it"
            found = NAME_NOT_UTF8.at(Location(str(path)), message, "Rename the file or folder.")
            note(_noted(found, status=3))


def find_letters(paths: Iterable[StrPath], note: Note = unheard) -> Iterator[Path]:
    """Yield the records and packages at paths, as `find_records` yields records."""
    either = _Search(
        lambda folder: _is_bag(folder) or has_record(folder), note, archives=Archives.NOTED
    )
    return either.all(map(Path, paths))


def _is_bag(path: Path) -> bool:
    from archive_pkg.packages import is_bag

    return is_bag(path)


def has_record(folder: Path) -> bool:
    """Return whether a folder contains a record's file."""
    from archive_pkg.records import NAMES

    return any(storage.is_regular(folder / name) for name in NAMES)


def are_single(paths: Iterable[Path], is_one: Callable[[Path], bool]) -> bool:
    """Return whether each path is one subject: neither a folder to search nor a pattern."""
    return all(is_one(path) if storage.is_folder(path) else not _is_pattern(path) for path in paths)


def _is_pattern(path: Path) -> bool:
    return has_magic(str(path)) and not os.path.lexists(path)


class Archives(Enum):
    """How a search treats the archives in folders."""

    IGNORED = auto()
    NOTED = auto()
    YIELDED = auto()


@dataclass(frozen=True, slots=True)
class _Search:
    """A search for subjects.

    Attributes:
        is_one: Whether a folder is a subject.
        note: Called for each problem.
        without: Whether to skip a folder and everything in it.
        archives: What to do with archives.
        root_is_one: Whether the folder that is searched can be a subject itself.
    """

    is_one: Callable[[Path], bool]
    note: Note
    without: Callable[[Path], bool] = lambda folder: False
    archives: Archives = Archives.IGNORED
    root_is_one: bool = True

    def all(self, paths: Iterable[Path]) -> Iterator[Path]:
        for path in paths:
            matches: Iterable[str | Path] = [path]
            if _is_pattern(path):
                matches = iglob(str(path), recursive=True)  # noqa: PTH207 - absolute, too
            some = False
            for match in matches:
                for found in self.below(Path(match)):
                    some = True
                    yield found
            # A shell's `packages/*` includes receipts. Unreadable folders are reported already.
            if not (some or path.name.endswith(_SIDE_FOLDERS) or _is_closed(path)):
                yield path

    def below(self, path: Path) -> Iterator[Path]:
        if not storage.is_folder(path) or (
            self.root_is_one and (self.is_one(path) or self.without(path))
        ):
            yield path  # the work reports why such a folder is not a subject
            return
        waiting = [str(path)]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    shown = [entry for entry in entries if _is_shown(entry.name)]
                    folders = sorted(e.path for e in shown if e.is_dir(follow_symlinks=False))
                    files = self._archives(shown)
            except OSError as error:
                self.note(_unreadable(Path(folder), error))
                continue
            waiting_here = []
            for name in folders:
                if self.is_one(Path(name)):
                    yield Path(name)
                elif not self.without(Path(name)):
                    waiting_here.append(name)
            for name in files:
                if self._is_taken(Path(name)):
                    yield Path(name)
            waiting += reversed(waiting_here)

    def _archives(self, entries: Iterable[os.DirEntry[str]]) -> list[str]:
        if self.archives is Archives.IGNORED:
            return []
        from archive_pkg.bags.archives.archive import SUFFIXES

        return sorted(
            entry.path
            for entry in entries
            if entry.name.lower().endswith(SUFFIXES) and entry.is_file(follow_symlinks=False)
        )

    def _is_taken(self, path: Path) -> bool:
        """Return whether an archive is a subject; report the others."""
        from archive_pkg.bags.archives.archive import unpack_hint
        from archive_pkg.bags.archives.opening import holds_bag

        try:
            has_bag = holds_bag(path)
        except BadArchiveError as error:
            if self.archives is Archives.NOTED:
                self.note(_noted(replace(error.finding, location=Location(str(path))), status=3))
            return self.archives is Archives.YIELDED  # the work reports what is wrong
        except OSError as error:
            self.note(_unreadable(path, error))
            return False
        if self.archives is Archives.YIELDED and not has_bag:
            found = ARCHIVE_WITHOUT_BAG.at(
                Location(str(path)), "this archive does not contain a bag"
            )
            self.note(_noted(found, outcome="without a bag"))
        if self.archives is Archives.NOTED and has_bag:
            message = "this is a serialized bag, but the command reads only bags in folders"
            place = Location(str(path))
            self.note(_noted(SERIALIZED_LEFT_OUT.at(place, message, unpack_hint(path))))
        return has_bag and self.archives is Archives.YIELDED


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_SIDE_FOLDERS)


def _is_closed(path: Path) -> bool:
    """Return whether a path is a folder whose names cannot be read."""
    return storage.is_folder(path) and not os.access(path, os.R_OK | os.X_OK)


def _noted(finding: Finding, *, outcome: str = "left out", status: int = 0) -> Done:
    from archive_pkg.collection.bulk.running import Done

    return Done(finding.location.path, outcome, status, [finding])


def _unreadable(path: Path, error: OSError) -> Done:
    meaning, hint = storage.describe(error)
    found = NOT_SEARCHED.at(Location(str(path)), f"cannot be searched: {meaning}", hint)
    return _noted(found, outcome="unreadable", status=StorageError.exit_status)
