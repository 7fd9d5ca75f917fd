"""Check catalogues, and convert them to records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.errors import InvalidError
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.loading import read_register
from archive_pkg.records.models import Record
from archive_pkg.records.register_entries import REGISTER
from archive_pkg.reports import Location, Report
from archive_pkg.storage import find_upwards
from archive_pkg.tables.checking.files import file_findings
from archive_pkg.tables.checking.other_resources import check_other_resources
from archive_pkg.tables.checking.validation import CatalogueCheck, Progress
from archive_pkg.tables.reading.descriptor import find_descriptor
from archive_pkg.tables.reading.sources import find_map, open_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.paths import StrPath
    from archive_pkg.records.models import Register
    from archive_pkg.tables.checking.files import FileCheck


def check(
    path: StrPath,
    *,
    mapping: StrPath | None = None,
    encoding: str | None = None,
    files: StrPath | None = None,
    check_files: FileCheck | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a catalogue or a list of letters, and return findings with their cells.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder that has a datapackage.json or
            CSV files.
        mapping: The map of a list of letters. The default is the file name of the list followed by
            `.map.yaml`, if there is such a file. A catalogue needs no map.
        encoding: The encoding of CSV files that are not UTF-8.
        files: The folder of the letters' files. The files of a catalogue are in it, in its
            subfolder `parts`, or in one subfolder per letter, named after the letter's id. The
            default is the folder of the tables.
        check_files: Checks a record with its files (`packages.check_record`); without it, only
            missing files are reported.
        progress: Called with the number of finished rows, and the total if known.

    Raises:
        InvalidError: The map is invalid, or names a sheet that the workbook does not have.
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    path = Path(path)
    files_folder = Path(files) if files is not None else path if path.is_dir() else path.parent
    map_file = Path(mapping) if mapping is not None else find_map(path)
    if map_file is not None:
        from archive_pkg.tables.lists.opening import read_list

        folder = Path(files) if files is not None else None
        _, report = read_list(
            path, map_file, encoding=encoding, files=folder, check_files=check_files
        )
        return report
    sheets, report = open_sheets(path, encoding=encoding)
    register, found = register_for(path)
    report.extend(found)
    checked = CatalogueCheck(sheets, progress=progress, register=register)
    report.extend(checked.run())
    report.extend(file_findings(checked, files_folder, check_files))
    if descriptor := find_descriptor(path):
        table_paths = [bound.sheet.path for bound in checked.bound.values()]
        report.extend(check_other_resources(descriptor, table_paths, encoding=encoding))
    return report


def read_catalogue(
    path: StrPath,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
    register: Register | None = None,
) -> tuple[list[Record], Report]:
    """Return the records of a catalogue, and the findings about it.

    Args:
        path: The catalogue, as for `check`.
        encoding: The encoding of CSV files that are not UTF-8.
        progress: Called with the number of finished rows, and the total if known.
        register: The register with agents that the tables need not describe.

    Returns:
        The records (none if there is an error), and the findings.

    Raises:
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    sheets, report = open_sheets(Path(path), encoding=encoding)
    checked = CatalogueCheck(sheets, progress=progress, register=register)
    report.extend(checked.run())
    if not report.ok:
        return [], report
    records = []
    for name, rows in checked.by_letter():
        try:
            records.append(Record.model_validate(checked.raw_letter(rows)))
        except ValidationError as error:
            # These errors appear only when the rows of all tables are combined.
            for entry in error.errors(include_url=False):
                code, message, hint = explain_entry(entry, Record)
                at = Location(str(path), field=".".join(map(str, entry["loc"])))
                report.add(code.at(at, f"{name}: {message}", hint))
    return (records if report.ok else []), report


def tables_hold(record: Record, path: StrPath) -> bool:
    """Return whether a catalogue has exactly the rows of one record, without validating them.

    Args:
        record: The record.
        path: The catalogue, as for `check`.

    Raises:
        StorageError: A file cannot be read.
    """
    sheets, report = open_sheets(Path(path))
    return report.ok and CatalogueCheck(sheets).holds(record)


def read_records(path: StrPath) -> list[Record]:
    """Return the records of a catalogue that `package_files` or `export_records` wrote.

    Args:
        path: The catalogue, as for `check`.

    Raises:
        InvalidError: The catalogue has errors; the report of the exception has the findings.
        StorageError: A file cannot be read.
    """
    records, report = read_catalogue(path)
    _refuse_invalid(path, report)
    return records


def stream_records(
    path: StrPath,
    *,
    files: StrPath | None = None,
    note: Callable[[Report], None] = lambda report: None,
) -> Iterator[Record]:
    """Yield the records of a catalogue or list one by one, even if it is larger than memory.

    The rows of one letter may be scattered over the tables, so all rows are first copied to a
    temporary file, which is deleted at the end. A list of letters is held in memory.

    Args:
        path: The catalogue or list, as for `check`. A list has its map next to it.
        files: The folder of the files of a list's letters; see `check`.
        note: Called with the report about a list that has no errors.

    Raises:
        InvalidError: The catalogue or list has errors; no record is yielded.
        StorageError: A file cannot be read.
    """
    path = Path(path)
    if found := find_map(path):
        from archive_pkg.tables.lists.opening import read_list

        records, report = read_list(path, found, files=Path(files) if files is not None else None)
        _refuse_invalid(path, report, ", so nothing was built")
        note(report)
        yield from records
        return
    sheets, report = open_sheets(path)
    register, about_register = register_for(path)
    report.extend(about_register)
    checked = CatalogueCheck(sheets, register=register)
    report.extend(checked.run())
    _refuse_invalid(path, report, ", so nothing was built")
    for _, rows in checked.by_letter():
        yield Record.model_validate(checked.raw_letter(rows))


def register_for(path: Path) -> tuple[Register | None, Report]:
    """Return the nearest register in or above the folder of a path, if any, and its findings.

    Raises:
        StorageError: It cannot be read or trusted.
    """
    file = find_upwards(path if path.is_dir() else path.parent, REGISTER)
    return read_register(file) if file else (None, Report())


def _refuse_invalid(path: StrPath, report: Report, what: str = "") -> None:
    if not report.ok:
        first = report.errors[0]
        more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        message = f"{path} is not valid{what}: {first.location}: {first.message}{more}"
        raise InvalidError(message, first.hint, report)
