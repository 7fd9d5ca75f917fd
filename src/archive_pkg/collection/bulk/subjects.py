"""Search folders for what bulk work is done on: records, packages, serialized bags."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from glob import has_magic, iglob
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage, tables
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.errors import StorageError
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.collection.bulk.running import Done
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Record
    from archive_pkg.reports import Finding

_SIDE_FOLDERS = (".receipts",)

NOT_SEARCHED = Code(
    "folder-not-searched",
    Severity.ERROR,
    "A folder or file that is to be searched for records or packages cannot be read. What is in it "
    "is not known; the rest of the search goes on.",
)
NAME_NOT_UTF8 = Code(
    "package-name-not-utf8",
    Severity.ERROR,
    "The name of a package, or of a folder above it, is not UTF-8. It is left out, as no index, "
    "ledger or page could name it. Rename it.",
)
ARCHIVE_WITHOUT_BAG = Code(
    "search-archive-without-bag",
    Severity.ADVICE,
    "An archive in a folder that is searched for bags has no bag in it, and is left alone.",
)
SERIALIZED_LEFT_OUT = Code(
    "search-serialized-left-out",
    Severity.WARNING,
    "A folder that is searched for packages has a serialized bag in it, and the command reads only "
    "bags in folders. Unpack it to have it included.",
)


def unheard(done: Done) -> None:
    """Take what a search has to report, and say nothing."""


Note = Callable[["Done"], None]
"""Takes what a search has to report besides the subjects it finds, a `Done` for each item."""


def find_records(paths: Iterable[StrPath], note: Note = unheard) -> Iterator[Path]:
    """Search paths for records: a record's file or folder is itself, other folders are searched.

    A path that does not exist is taken as a pattern (`letters/*/19[56]*`). Hidden folders are left
    out, and packages, whose records are no sources. Only the names of one folder at a time are kept
    in memory. What does not exist or has nothing in it comes as it is: the work reports it.

    Args:
        paths: Where to search.
        note: Takes folders that cannot be read.
    """
    return _Search(has_record, note, without=_is_bag).all(map(Path, paths))


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


def find_sources(
    paths: Iterable[StrPath], files: StrPath | None = None, note: Note = unheard
) -> Iterator[Path | Row]:
    """What packages can be built from: records as `find_records` finds them, letters of catalogues.

    Args:
        paths: Records, folders of them, patterns; and tables, which are checked whole before the
            first of their letters comes.
        files: Where the files of a catalogue's letters are, if not beside it.
        note: Takes folders that cannot be read.

    Raises:
        InvalidError: A catalogue is not sound; its report has every finding.
        StorageError: A catalogue cannot be read.
    """
    files = Path(files) if files is not None else None
    for path in map(Path, paths):
        if not tables.is_tables(path):
            yield from find_records([path], note)
            continue
        home = files or (path if path.is_dir() else path.parent)
        for record in tables.stream_records(path):
            own = home / record.id
            if own.is_symlink():
                note(_noted(storage.left_out(str(own), "it is a symbolic link")))
            yield Row(path, record, own if storage.is_real_folder(own) else home)


def find_packages(
    paths: Iterable[StrPath], note: Note = unheard, *, serialized: bool = False
) -> Iterator[Path]:
    """Search paths for bags, as `find_records` searches for records; files are taken for archives.

    Args:
        paths: Where to search.
        note: Takes what could not be searched, and archives that are left out.
        serialized: Whether the work reads serialized bags; if not, those in folders are left out.
    """
    archives = Archives.YIELDED if serialized else Archives.NOTED
    return _Search(_is_bag, note, archives=archives).all(map(Path, paths))


def packages_below(
    folder: Path, note: Note = unheard, *, serialized: bool = False
) -> Iterator[Path]:
    """Search a folder for bags that can be kept account of; see `find_packages`.

    A bag whose path below the folder is not UTF-8 is noted instead: no index, ledger or page could
    name it.
    """
    archives = Archives.YIELDED if serialized else Archives.NOTED
    for path in _Search(_is_bag, note, archives=archives, root_is_one=False).below(folder):
        if is_utf8(str(path.relative_to(folder))):
            yield path
        else:
            message = "its path is not UTF-8, so that no index, ledger or page can name it"
            found = NAME_NOT_UTF8.at(Location(str(path)), message, "Rename the file or folder.")
            note(_noted(found, status=3))


def find_letters(paths: Iterable[StrPath], note: Note = unheard) -> Iterator[Path]:
    """Search paths for records and packages, as `find_records` searches for records."""
    either = _Search(
        lambda folder: _is_bag(folder) or has_record(folder), note, archives=Archives.NOTED
    )
    return either.all(map(Path, paths))


def _is_bag(path: Path) -> bool:
    from archive_pkg.packages import is_bag  # where a shelf is only asked, nothing is looked for

    return is_bag(path)


def has_record(folder: Path) -> bool:
    """Return whether a folder has a record's file in it."""
    from archive_pkg.records import NAMES

    return any(storage.is_regular(folder / name) for name in NAMES)


def are_single(paths: Iterable[Path], is_one: Callable[[Path], bool]) -> bool:
    """Return whether each path is one subject by itself, none a folder to search or a pattern."""
    return all(is_one(path) if storage.is_folder(path) else not _is_pattern(path) for path in paths)


def _is_pattern(path: Path) -> bool:
    return has_magic(str(path)) and not os.path.lexists(path)


class Archives(Enum):
    """What a search does with files in folders whose names are those of archives."""

    IGNORED = auto()
    NOTED = auto()
    YIELDED = auto()


@dataclass(frozen=True, slots=True)
class _Search:
    """A search for subjects.

    Attributes:
        is_one: Whether a folder is a subject.
        note: Takes what else is to be reported.
        without: Whether a folder is left out with all that is in it.
        archives: What is done with archives.
        root_is_one: Whether the folder that is searched may be a subject itself.
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
            # A shell's `packages/*` names receipts, too. An unreadable folder has been noted.
            if not (some or path.name.endswith(_SIDE_FOLDERS) or _is_closed(path)):
                yield path

    def below(self, path: Path) -> Iterator[Path]:
        if not storage.is_folder(path) or (self.root_is_one and self.is_one(path)):
            yield path
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
        """Whether an archive is a subject; those that are not are noted."""
        from archive_pkg.bags.archives.opening import holds_bag

        try:
            has_bag = holds_bag(path)
        except BadArchiveError as error:
            if self.archives is Archives.NOTED:
                self.note(_noted(replace(error.finding, location=Location(str(path))), status=3))
            return self.archives is Archives.YIELDED  # the work reports what is wrong with it
        except OSError as error:
            self.note(_unreadable(path, error))
            return False
        if self.archives is Archives.YIELDED and not has_bag:
            found = ARCHIVE_WITHOUT_BAG.at(Location(str(path)), "it is an archive without a bag")
            self.note(_noted(found, outcome="without a bag"))
        if self.archives is Archives.NOTED and has_bag:
            message = "it is a serialized bag, and only bags in folders are read here"
            hint = "Unpack it first (archive-pkg bag unpack)."
            self.note(_noted(SERIALIZED_LEFT_OUT.at(Location(str(path)), message, hint)))
        return has_bag and self.archives is Archives.YIELDED


def is_utf8(name: str) -> bool:
    """Return whether a file's name is UTF-8: Python gives other bytes as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_SIDE_FOLDERS)


def _is_closed(path: Path) -> bool:
    """Whether a path is a folder whose names cannot be read."""
    return storage.is_folder(path) and not os.access(path, os.R_OK | os.X_OK)


def _noted(finding: Finding, *, outcome: str = "left out", status: int = 0) -> Done:
    from archive_pkg.collection.bulk.running import (
        Done,  # where a collection is only asked, nothing is found
    )

    return Done(finding.location.path, outcome, status, [finding])


def _unreadable(path: Path, error: OSError) -> Done:
    meaning, hint = storage.describe(error)
    found = NOT_SEARCHED.at(Location(str(path)), f"cannot be searched: {meaning}", hint)
    return _noted(found, outcome="unreadable", status=StorageError.exit_status)
