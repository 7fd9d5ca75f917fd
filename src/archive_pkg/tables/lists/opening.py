"""Open a list of letters with its map, check it, or draft its map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError
from archive_pkg.storage import is_real_folder
from archive_pkg.tables.lists.mapping import ColumnMap, draft_mapping
from archive_pkg.tables.lists.records_from_rows import ListReader
from archive_pkg.tables.reading.headers import normalize_header
from archive_pkg.tables.reading.sources import raw_sheets

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report
    from archive_pkg.tables.checking.files import FileCheck
    from archive_pkg.tables.reading.sheets import Sheet


def draft_map(path: StrPath, *, encoding: str | None = None) -> str:
    """Return a draft of the map for a list of letters, guessed from its headers and values.

    Raises:
        InvalidError: The file cannot be read as a table; the report says why.
        StorageError: The file does not exist.
    """
    sheets, report = raw_sheets(Path(path), encoding=encoding)
    filled = [sheet for sheet in sheets if sheet.header]
    if not filled or not report.ok:
        raise InvalidError(f"{path} cannot be read as a list of letters", report=report)
    return draft_mapping(max(filled, key=_rows), encoding=encoding or "")


def check_list(
    path: Path,
    mapping: ColumnMap,
    *,
    encoding: str | None,
    home: Path,
    check_files: FileCheck | None,
) -> Report:
    """Check a list of letters, and return findings with their cells."""
    reader, report = open_list(path, mapping, encoding=encoding)
    if reader is None:
        return report
    records = reader.records()
    report.extend(reader.report)
    for record in records if check_files else ():
        folder = home / record.id if is_real_folder(home / record.id) else home
        for finding in check_files(record, folder, path) if check_files else ():
            if finding.location.field.startswith("parts."):
                report.add(replace(finding, location=reader.cell(record, "files")))
    return report


def open_list(
    path: Path, mapping: ColumnMap, *, encoding: str | None = None
) -> tuple[ListReader | None, Report]:
    """Open a list of letters; the reader is None if its file or sheet cannot be read."""
    sheets, report = raw_sheets(path, encoding=encoding or mapping.encoding or None)
    filled = [sheet for sheet in sheets if sheet.header]
    named = [
        sheet for sheet in filled if normalize_header(sheet.name) == normalize_header(mapping.sheet)
    ]
    if not named and path.suffix.lower() not in (".csv", ".tsv", ".txt") and mapping.sheet:
        if report.ok:
            names = ", ".join(sheet.name for sheet in filled)
            message = f"{path} does not have the sheet “{mapping.sheet}”, which the map names"
            raise InvalidError(message, f"Correct `sheet` in the map. The sheets are {names}.")
        return None, report
    chosen = (named or filled)[:1]
    return (ListReader(chosen[0], mapping), report) if chosen else (None, report)


def _rows(sheet: Sheet) -> int:
    return sum(len(block.rows) for block in sheet.blocks())
