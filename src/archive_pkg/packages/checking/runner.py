"""Run the checks of a record: those of its fields together, of its files and of its texts.

The checks are in the other modules of this folder. Reading a record has validated each field.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.errors import UsageError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.packages.checking.files import (
    PART_CHANGED,
    PART_MISSING,
    PART_NOT_A_FILE,
    PART_UNREADABLE,
    check_files,
    check_folder,
)
from archive_pkg.packages.checking.record_checks import check_statements
from archive_pkg.packages.checking.texts import (
    QUOTE_MOVED,
    SPAN_BEYOND_TEXT,
    TEXT_UNDECODABLE,
    check_texts,
)
from archive_pkg.packages.layout import package_of
from archive_pkg.paths import StrPath
from archive_pkg.records import Record, placed, read_placed, record_file
from archive_pkg.records.register_entries import taken_from_register
from archive_pkg.reports import Code, Finding, Location, Report, Severity, some

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logger(__name__)

RECORD_ID_TWICE = Code(
    "record-id-twice", Severity.ERROR, "Two of the records checked together have the same id."
)
RECORD_IDS_ALIKE = Code(
    "record-ids-alike",
    Severity.WARNING,
    "The ids of two records differ only in capital and small letters. On most disks of Windows "
    "and macOS, their packages would have the same folder.",
)
FILE_CODES = frozenset(
    code.code
    for code in (
        PART_MISSING,
        PART_NOT_A_FILE,
        PART_CHANGED,
        PART_UNREADABLE,
        TEXT_UNDECODABLE,
        QUOTE_MOVED,
        SPAN_BEYOND_TEXT,
    )
)
"""The codes of findings that a missing or changed file causes."""
_CHANGE_ID = "Give one of them a different id."


Files = StrPath | Mapping[str, StrPath | bytes]
"""A record's files: their folder, or a mapping from their paths in the record to bytes or files."""


def check(source: StrPath | Record, files: Files | None = None) -> Report:
    """Check a record, its files and its quotes.

    Args:
        source: A record's file, its folder, or a record.
        files: The files, if `source` is a record.

    Raises:
        UsageError: `files` has a name that no part has, or is given although `source` is a path;
            or `source` is a package, part of one, or a folder of packages.
        StorageError: The record, its folder or a file in `files` cannot be read.
    """
    if not isinstance(source, Record):
        refuse_files(files)
        return examine(Path(source))[1]
    with folder_of(source, files) as folder:
        return Report(list(check_record(source, folder, Path(source.id))))


@contextmanager
def folder_of(record: Record, files: Files | None) -> Iterator[Path]:
    """Yield the folder with the files of a record: the given one, or a temporary one with copies.

    Raises:
        UsageError: A name in `files` is not the file of a part.
        StorageError: A file cannot be read.
    """
    if files is not None and not isinstance(files, Mapping):
        yield Path(files)
        return
    given = files or {}
    if unknown := sorted(given.keys() - set(record.files)):
        raise UsageError(
            _("no part of {id} has the file {unknown}", id=record.id, unknown=some(unknown)),
            _("Use the file names that the parts have in the record."),
        )
    with TemporaryDirectory(prefix="archive-pkg-") as made:
        folder = Path(made, "files")
        for name, data in given.items():
            with storage.storage_errors(_("reading {name}", name=name)):
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(data, bytes):
                    file.write_bytes(data)
                    continue
                with storage.open_regular(Path(data)) as stream, file.open("xb") as copy:
                    shutil.copyfileobj(stream, copy)
                    file.chmod(os.fstat(stream.fileno()).st_mode)
        _log.debug("copied %d files into the temporary folder %s", len(given), made)
        yield folder


def refuse_files(files: Files | None) -> None:
    """Raise UsageError if `files` is given with a record's path; its files are next to it."""
    if files is not None:
        raise UsageError(_("`files` needs a Record, not a path"), _("Load the record first."))


def same_id(file: str, name: str, other: str) -> Finding:
    """Return the finding for a record that has the id of another record."""
    message = _("{other} has the id {name}, too", other=other, name=name)
    return RECORD_ID_TWICE.at(Location(file, field="id"), message, _CHANGE_ID)


def like_id(file: str, name: str, like: str, other: str) -> Finding:
    """Return the finding for a record whose id differs from another's only in case."""
    message = _(
        "the id {name} and the id {like} of {other} differ only in capital and small letters",
        name=name,
        like=like,
        other=other,
    )
    return RECORD_IDS_ALIKE.at(Location(file, field="id"), message, _CHANGE_ID)


def examine(path: Path) -> tuple[Record | None, Report, tuple[str, ...]]:
    """Read a record, if possible, and check it and its files.

    Returns:
        The record, or None if it is not valid; the findings; and the ids of the agents that come
        from the register.

    Raises:
        StorageError: The record or its folder cannot be read.
        UsageError: The path is a package or part of one, or a folder of packages.
    """
    file, findings = record_file(path)
    if package := package_of(path):
        raise UsageError(
            _(
                "{path} is {value}a package, not a record",
                path=path,
                value="" if package == path else "part of ",
            ),
            _(
                "Name the record that it was built from, or verify the package: "
                "archive-pkg verify {package}",
                package=shlex.quote(str(package)),
            ),
        )
    if findings and (package := _package_below(path)):
        raise UsageError(
            _("{path} has no record, but packages such as {package}", path=path, package=package),
            _("Check them with archive-pkg verify {path}", path=shlex.quote(str(path))),
        )
    if findings:
        return None, Report(findings), ()
    record, report, root = read_placed(file)
    if record is None or root is None:
        return None, report, ()
    found = [*check_record(record, file.parent, file), *check_folder(record, file)]
    report.extend(placed(found, file, root))
    return record, report, taken_from_register(record, root.plain)


def _package_below(folder: Path) -> Path | None:
    """Return a bag in a folder or its subfolders; None if there is none."""
    with suppress(OSError):
        for declaration in folder.rglob("bagit.txt"):
            if storage.is_regular(declaration):
                return declaration.parent
    return None


def check_record(record: Record, folder: Path, source: Path) -> Iterator[Finding]:
    """Check a record against the files below a folder.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        source: The record's file, for the places of the findings.
    """
    readable = yield from check_files(record, folder, source)
    yield from check_texts(record, folder, source, readable)
    yield from check_statements(record, source)
