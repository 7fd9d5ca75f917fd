"""Read a list of letters with its map, or draft the map."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _
from archive_pkg.reports import Location
from archive_pkg.tables.lists.file_matching import LetterFiles
from archive_pkg.tables.lists.mapping import ColumnMap, draft_mapping, read_mapping
from archive_pkg.tables.lists.records_from_rows import ListReader
from archive_pkg.tables.reading.headers import normalize_header
from archive_pkg.tables.reading.sources import SHEET_IGNORED, raw_sheets

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Record
    from archive_pkg.reports import Report
    from archive_pkg.tables.checking.files import FileCheck
    from archive_pkg.tables.reading.sheets import Sheet


_SKIPPED = ("part-missing", "part-without-digest", "statement-unsourced")
"""Codes of findings that the reader of the list reports itself, or that no list can avoid."""


_IN_RECORD = re.compile(r"Write its encoding in parts\.[\w-]+\.encoding\.")
_IN_MAP = "Add file_encoding with its encoding to `everywhere` in the map."


def draft_map(path: StrPath, *, encoding: str | None = None) -> str:
    """Return a draft of the map for a list of letters, guessed from its headers and values.

    Raises:
        InvalidError: The file is not a table, or has errors; these are in the report.
        StorageError: The file does not exist or cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    sheets, report = raw_sheets(Path(path), encoding=encoding)
    filled = [sheet for sheet in sheets if sheet.header]
    if not filled or not report.ok:
        hint = "" if len(report) else _("Name a CSV file or a workbook.")
        raise InvalidError(_("{path} cannot be read as a list of letters", path=path), hint, report)
    sheet = max(filled, key=_row_count)
    if Path(path).suffix.lower() == ".txt" and len(sheet.header) == 1:
        message = _(
            "{path} has only one column, so it is a text and not a list of letters", path=path
        )
        raise InvalidError(
            message, _("Draft a record from it: archive-pkg draft {quote}", quote=quote(str(path)))
        )
    if "authorizedFormOfName" in sheet.header:
        message = _("{path} has authority records of AtoM, not letters", path=path)
        hint = _(
            "Add them to the register: archive-pkg agents import {quote}", quote=quote(str(path))
        )
        raise InvalidError(message, hint)
    return draft_mapping(sheet, encoding=encoding or "")


def read_list(
    path: Path,
    mapping_file: Path,
    *,
    encoding: str | None = None,
    files: Path | None = None,
    check_files: FileCheck | None = None,
) -> tuple[list[Record], Report]:
    """Return the records of a list of letters, and findings with their cells.

    Args:
        path: The list.
        mapping_file: Its map.
        encoding: The encoding of a CSV file that is not UTF-8. The default is that in the map.
        files: The folder of the letters' files. The default is the folder of the list.
        check_files: Checks a record with its files. Without it, only missing files are reported.

    Returns:
        The records of the rows without errors, and the findings.

    Raises:
        InvalidError: The map is invalid, or names a sheet that the workbook does not have.
        StorageError: A file cannot be read, or `files` is not a folder.
    """
    folder = files or path.parent
    if not folder.is_dir():
        raise StorageError(
            _("{folder} is not a folder", folder=folder),
            _("Name the folder of the letters' files."),
        )
    letter_files = LetterFiles(folder, without=(path, mapping_file), is_given=files is not None)
    mapping = read_mapping(mapping_file)
    reader, report = open_list(path, mapping, letter_files, encoding=encoding)
    if reader is None:
        return [], report
    records = reader.records()
    report.extend(reader.report)
    for record in records if check_files else ():
        for finding in check_files(record, folder, path) if check_files else ():
            if finding.location.field.startswith("parts.") and finding.code not in _SKIPPED:
                at = reader.cell(record, "files")
                hint = _IN_RECORD.sub(_IN_MAP, finding.hint)
                report.add(replace(finding, location=at, hint=hint))
    return records, report


def open_list(
    path: Path, mapping: ColumnMap, letter_files: LetterFiles, *, encoding: str | None = None
) -> tuple[ListReader | None, Report]:
    """Return the reader of a list, and findings about its sheets; None if none can be read.

    Args:
        path: The list.
        mapping: Its map.
        letter_files: The files of the letters.
        encoding: The encoding of a CSV file that is not UTF-8. The default is that in the map.

    Raises:
        InvalidError: The map names a sheet that the workbook does not have.
        StorageError: The list cannot be read.
    """
    sheets, report = raw_sheets(path, encoding=encoding or mapping.encoding or None)
    sheet = _chosen(path, sheets, mapping, report)
    if sheet is None:
        return None, report
    for other in sheets:
        if other is not sheet and other.header:
            message = _(
                "the sheet “{name}” is not imported, only “{name_2}” is",
                name=other.name,
                name_2=sheet.name,
            )
            report.add(SHEET_IGNORED.at(Location(str(path), table=other.name), message))
    return ListReader(sheet, mapping, letter_files), report


def _chosen(path: Path, sheets: list[Sheet], mapping: ColumnMap, report: Report) -> Sheet | None:
    """Return the sheet that the map names; None if there is no sheet to read.

    If the map names no sheet, or the list is a CSV file, return the first one with a header.
    """
    filled = [sheet for sheet in sheets if sheet.header]
    named = [
        sheet for sheet in filled if normalize_header(sheet.name) == normalize_header(mapping.sheet)
    ]
    if not named and path.suffix.lower() not in (".csv", ".tsv", ".txt") and mapping.sheet:
        if report.ok:
            names = ", ".join(sheet.name for sheet in filled)
            message = _(
                "{path} does not have the sheet “{sheet}”, which the map names",
                path=path,
                sheet=mapping.sheet,
            )
            raise InvalidError(
                message, _("Correct `sheet` in the map. The sheets are {names}.", names=names)
            )
        return None
    return next(iter(named or filled), None)


def _row_count(sheet: Sheet) -> int:
    return sum(len(block.rows) for block in sheet.blocks())
