"""Check the files that a catalogue names: whether they exist, and with their records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.messages import _
from archive_pkg.records.models import Record
from archive_pkg.reports import Code, Finding, Location, Severity, counted
from archive_pkg.storage import is_real_folder
from archive_pkg.tables.schema.columns import LETTER, LETTERS, tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.tables.checking.letter_rows import NumberedRows
    from archive_pkg.tables.checking.validation import BoundTable, CatalogueCheck
    from archive_pkg.tables.schema.columns import Table

PART_MISSING = Code(
    "tables-part-missing",
    Severity.ERROR,
    "A file that a cell names does not exist.",
)
FILES_ELSEWHERE = Code(
    "tables-files-elsewhere",
    Severity.WARNING,
    "None of the files that the tables name exists, so files are not checked.",
)

FileCheck = Callable[[Record, Path, Path], Iterator[Finding]]
"""Checks a record with the folder of its files; findings name the path in the third argument."""


def file_findings(
    checked: CatalogueCheck, home: Path, check_files: FileCheck | None
) -> Iterator[Finding]:
    """Yield the findings about the files that the tables name."""
    parts, letters = checked.bound.get("parts"), checked.bound.get(LETTERS)
    if parts is None or letters is None:
        return
    named, some = 0, False
    for letter, file in _named_files(parts):
        named += 1
        if some := (_folder(home, letter) / file).is_file():
            break
    if named and not some:
        at = parts.sheet.at(parts.sheet.header_row)
        message = _(
            "{name} names {files}, but none is in {home}",
            name=parts.sheet.name,
            files=counted(named, "file"),
            home=home,
        )
        hint = _("Give their folder: --files FOLDER, with all files or with one folder per letter.")
        yield FILES_ELSEWHERE.at(at, message, hint)
    if some:
        for letter, rows in checked.by_letter():
            if any(_stays_inside(row.get("file", "")) for __, row in rows.get("parts", ())):
                yield from _letter_files(checked, rows, _folder(home, letter), check_files)


def _letter_files(
    checked: CatalogueCheck,
    rows: dict[str, NumberedRows],
    folder: Path,
    check_files: FileCheck | None,
) -> Iterator[Finding]:
    bound = checked.bound
    try:
        record = Record.model_validate(checked.raw_letter(rows)) if check_files else None
    except ValidationError:
        record = None
    if check_files and record:
        sheet = bound[LETTERS].sheet
        for finding in check_files(record, folder, Path(sheet.path)):
            location = _cell_of(bound, rows, finding.location)
            yield replace(finding, location=location)
        return
    table = bound["parts"]
    for number, row in rows.get("parts", ()):
        file = row.get("file", "")
        if _stays_inside(file) and not (folder / file).is_file():
            at = table.sheet.at(number, table.places["file"], "file")
            hint = _("Put it into {folder}, or write false in held.", folder=folder)
            yield PART_MISSING.at(at, _("the file {file} does not exist", file=file), hint)


def _named_files(parts: BoundTable) -> Iterator[tuple[str, str]]:
    if "file" in parts.places:
        for __, row in parts.rows():
            if _stays_inside(file := row.get("file", "")):
                yield row.get(LETTER, ""), file


def _stays_inside(file: str) -> bool:
    """Return whether a cell names a path inside the folder; others are already reported."""
    path = PurePosixPath(file)
    return bool(file) and not (path.is_absolute() or ".." in path.parts or "\0" in file)


def _folder(home: Path, letter: str) -> Path:
    """Return the folder of a letter's files: a subfolder with its id, else `parts`, else `home`."""
    known = (home / name for name in (letter, "parts") if name)
    return next((folder for folder in known if is_real_folder(folder)), home)


def _cell_of(
    bound: Mapping[str, BoundTable], rows: dict[str, NumberedRows], location: Location
) -> Location:
    """Return the cell for a location in a record; the location itself if its table is missing."""
    names = tuple(location.field.split(".")) if location.field else ()
    table, path, number = _row_of(rows, names)
    held = bound.get(table.name)
    if held is None:
        return location
    column = next((c for c in table.columns if path and c.path[: len(path)] == path), None)
    name = column.name if column else ""
    at = held.sheet.at(number, held.places.get(name), name)
    return replace(at, offset=location.offset, byte=location.byte)


def _row_of(
    rows: dict[str, NumberedRows], names: tuple[str, ...]
) -> tuple[Table, tuple[str, ...], int]:
    for table in tables().values():
        depth = len(table.path)
        if depth and names[:depth] == table.path and len(names) > depth:
            item = names[depth]
            for index, (number, row) in enumerate(rows.get(table.name, ())):
                if item in (row.get("id"), str(index)):
                    return table, names[depth + 1 :], number
    return tables()[LETTERS], names, rows[LETTERS][0][0]
