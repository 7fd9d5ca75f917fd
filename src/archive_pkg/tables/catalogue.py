"""Catalogues as a caller sees them: checked, and read into records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.errors import InvalidError
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.reports import Location, Report
from archive_pkg.tables.checking.files import file_findings
from archive_pkg.tables.checking.letter_rows import raw_letter
from archive_pkg.tables.checking.other_resources import check_other_resources
from archive_pkg.tables.checking.validation import CatalogueCheck, Progress
from archive_pkg.tables.reading.descriptor import find_descriptor
from archive_pkg.tables.reading.sources import find_map, open_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.paths import StrPath
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
    """Everything that is wrong with a catalogue, each finding with its cell.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder with either.
        mapping: What the columns of somebody's own list mean; as a rule the file called like the
            list, with `.map.yaml` behind its name. A catalogue needs none.
        encoding: The encoding of CSV files that are not UTF-8.
        files: Where the letters' files are: a folder with one folder a letter, named by its id,
            or with all files together; as a rule the folder of the tables.
        check_files: Checks a record with its files (`packages.check_record`); without it, only
            missing files are reported.
        progress: Called with the number of rows done, and of all where that is known.

    Raises:
        InvalidError: The mapping is none.
        StorageError: A file cannot be read.
        UsageError: No such encoding is known, or openpyxl is missing for a workbook.
    """
    path = Path(path)
    home = Path(files) if files is not None else path if path.is_dir() else path.parent
    found = Path(mapping) if mapping is not None else find_map(path)
    if found is not None:
        from archive_pkg.tables.lists.mapping import read_mapping
        from archive_pkg.tables.lists.opening import check_list

        return check_list(
            path, read_mapping(found), encoding=encoding, home=home, check_files=check_files
        )
    sheets, report = open_sheets(path, encoding=encoding)
    checked = CatalogueCheck(sheets, progress=progress)
    report.extend(checked.run())
    report.extend(file_findings(checked, home, check_files))
    if descriptor := find_descriptor(path):
        held = [bound.sheet.path for bound in checked.bound.values()]
        report.extend(check_other_resources(descriptor, held, encoding=encoding))
    return report


def read_catalogue(
    path: StrPath,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> tuple[list[Record], Report]:
    """The records of a catalogue, and everything that is wrong with it.

    Returns:
        The records, none where an error was found; and the findings.

    Raises:
        StorageError: A file cannot be read.
        UsageError: No such encoding is known, or openpyxl is missing for a workbook.
    """
    sheets, report = open_sheets(Path(path), encoding=encoding)
    checked = CatalogueCheck(sheets, progress=progress)
    report.extend(checked.run())
    if not report.ok:
        return [], report
    records = []
    for name, rows in checked.by_letter():
        try:
            records.append(Record.model_validate(raw_letter(rows)))
        except ValidationError as error:
            # What only shows once a letter's rows of all tables are together.
            for entry in error.errors(include_url=False):
                code, message, hint = explain_entry(entry, Record)
                at = Location(str(path), field=".".join(map(str, entry["loc"])))
                report.add(code.at(at, f"{name}: {message}", hint))
    return (records if report.ok else []), report


def tables_hold(record: Record, path: StrPath) -> bool:
    """Whether tables have exactly the rows of a record; quick, since nothing is validated.

    Args:
        record: The record.
        path: The datapackage.json, workbook or folder of the tables.

    Raises:
        StorageError: A file cannot be read.
    """
    sheets, report = open_sheets(Path(path))
    return report.ok and CatalogueCheck(sheets).holds(record)


def read_records(path: StrPath) -> list[Record]:
    """The records of a catalogue that `package_files` or `export` wrote: the same again.

    Args:
        path: Its datapackage.json, workbook or folder.

    Raises:
        InvalidError: The tables are not those of a catalogue; its report has every finding.
        StorageError: A file cannot be read.
    """
    records, report = read_catalogue(path)
    _refuse_invalid(path, report)
    return records


def stream_records(path: StrPath) -> Iterator[Record]:
    """The same, one after the other, for catalogues that are larger than memory.

    The rows of a letter may stand anywhere in its tables: they wait in a temporary file, which is
    gone afterwards.

    Args:
        path: Its datapackage.json, workbook or folder.

    Raises:
        InvalidError: The tables are not those of a catalogue; no record is given then.
        StorageError: A file cannot be read.
    """
    sheets, report = open_sheets(Path(path))
    checked = CatalogueCheck(sheets)
    report.extend(checked.run())
    _refuse_invalid(path, report)
    for _, rows in checked.by_letter():
        yield Record.model_validate(raw_letter(rows))


def _refuse_invalid(path: StrPath, report: Report) -> None:
    if not report.ok:
        first = report.errors[0]
        more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        message = f"{path} is no sound catalogue: {first.location}: {first.message}{more}"
        raise InvalidError(message, first.hint, report)
