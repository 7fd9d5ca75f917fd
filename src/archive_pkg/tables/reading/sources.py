"""Open a CSV file, a folder, a workbook or a data package as the sheets of a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import limits, storage
from archive_pkg.messages import _
from archive_pkg.records import NAMES as RECORD_NAMES
from archive_pkg.records.file_kinds import (
    DAMAGED,
    OLD_OFFICE,
    WORKBOOK,
    FileKind,
    recognize,
    side_file,
    side_file_kind,
)
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import is_folder, is_regular
from archive_pkg.tables.reading.csv_files import read_csv
from archive_pkg.tables.reading.descriptor import DESCRIPTOR, find_descriptor, read_descriptor
from archive_pkg.tables.reading.headers import likely_table, normalize_header
from archive_pkg.tables.schema.columns import LETTERS, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.paths import StrPath
    from archive_pkg.tables.reading.sheets import Sheet
    from archive_pkg.tables.schema.columns import Table

NO_TABLE = Code(
    "tables-not-recognized",
    Severity.ERROR,
    "No table of a catalogue is recognized in a file or sheet.",
)
SHEET_IGNORED = Code(
    "tables-sheet-ignored",
    Severity.ADVICE,
    "A sheet or resource is not a table of a catalogue; it is ignored.",
)
TABLE_TWICE = Code("tables-table-twice", Severity.ERROR, "Two sheets or files hold the same table.")
NO_FILE = Code("tables-no-file", Severity.ERROR, "The file is not a file of tables.")

_HEAD = 1 << 16
# The sheets of a template that are not tables.
_TEMPLATE_SHEETS = ("about", "choices")

ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm")
"""The extensions by which files with tables are found. `.txt` files are read if named."""

MAP_ENDING = ".map.yaml"
"""The ending of a map's file name, after the name of the list."""


def is_tables(path: StrPath) -> bool:
    """Return whether a path is a file of tables, or a folder with such files.

    A folder with a record, or with a subfolder that has one, is not a folder of tables.
    """
    path = Path(path)
    if side_file(path.name):
        return False
    if path.name == DESCRIPTOR or path.suffix.lower() in ENDINGS:
        return True
    if not is_folder(path):
        return False
    try:
        inside = list(_shown(path))
    except OSError:  # reported when the folder is searched
        return False
    folders = [path, *filter(is_folder, inside)]
    if any(is_regular(folder / name) for folder in folders for name in RECORD_NAMES):
        return False
    return any(is_tables(file) for file in inside if is_regular(file))


def subjects(path: StrPath) -> list[Path]:
    """Return the catalogues and lists in a path of tables, each to be checked separately.

    A data package is one catalogue. In another folder, the CSV files that are named like tables are
    one catalogue, and every other file is a separate catalogue or list.
    """
    path = Path(path)
    if not path.is_dir() or find_descriptor(path):
        return [path]
    files = sorted(filter(is_tables, filter(is_regular, _shown(path))))
    alone = [file for file in files if not _is_named_as_table(file)]
    return [path, *alone] if len(alone) < len(files) else alone


def open_sheets(path: Path, *, encoding: str | None = None) -> tuple[dict[str, Sheet], Report]:
    """Return the sheets of a catalogue by table, and the findings about the files.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder that has a datapackage.json or
            CSV files.
        encoding: The encoding of CSV files that the user declares.

    Raises:
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    sheets, report = raw_sheets(path, encoding=encoding)
    return (_assigned(path, sheets, report) if sheets or report.ok else {}), report


def raw_sheets(path: Path, *, encoding: str | None = None) -> tuple[list[Sheet], Report]:
    """Return all sheets of a file or folder, and findings.

    The findings are about files and about sheets without a header. Each sheet with a header has
    its findings in its own report.

    Raises:
        StorageError: A file cannot be read.
        UsageError: The encoding is unknown, or openpyxl is missing for a workbook.
    """
    report = Report()
    sheets: list[Sheet] = []
    if not path.exists():
        raise storage.missing(path)
    kind = None if path.is_dir() else _other_kind(path)
    if kind:
        at = Location(str(path))
        report.add(
            NO_FILE.at(
                at, _("this is {name}, which is not read as tables", name=kind.name), kind.hint
            )
        )
    elif descriptor := find_descriptor(path):
        sheets = _package(descriptor, encoding, report)
    elif path.is_dir():
        sheets = _folder(path, encoding)
    elif path.suffix.lower() in (".xlsx", ".xlsm"):
        from archive_pkg.tables.reading.workbooks import read_workbook

        sheets, found = read_workbook(path)
        report.extend(found)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        sheets = [read_csv(path, encoding=encoding)]
    else:
        hint = _("Give a .csv or .xlsx file, or the folder of a datapackage.json.")
        report.add(NO_FILE.at(Location(str(path)), _("this is not a file of tables"), hint))
    for sheet in sheets:
        if not sheet.header:
            report.extend(sheet.report)
    return sheets, report


def _other_kind(path: Path) -> FileKind | None:
    """Return the kind of a file that cannot be read as tables; None if it may be one of tables."""
    if found := side_file_kind(path):
        return found
    try:
        with storage.open_regular(path) as file:
            data = file.read(_HEAD)
            if data.startswith(b"PK"):
                data += file.read(limits.WORKBOOK_SIZE.value)
    except OSError as error:
        raise storage.unreadable(path, error) from error
    found = recognize(data)
    is_workbook = path.suffix.lower() in (".xlsx", ".xlsm")
    if found is WORKBOOK:
        name = f"a workbook, although its name ends in {path.suffix}"
        return None if is_workbook else FileKind(name, f"Rename it to {path.stem}.xlsx.")
    if found is OLD_OFFICE:
        return FileKind(
            "an old workbook (.xls) or document", "Save it as .xlsx, and use that file."
        )
    is_text = path.suffix.lower() in (".csv", ".tsv", ".txt", ".json")
    is_unclear = found is None or found is DAMAGED or (is_text and b"\0" not in data)
    return None if is_unclear else found


def _folder(path: Path, encoding: str | None) -> list[Sheet]:
    found = sorted(file for file in _shown(path) if file.suffix.lower() in (".csv", ".tsv"))
    files = [file for file in found if not file.is_symlink()]
    named = [file for file in files if _is_named_as_table(file)]
    return [read_csv(file, encoding=encoding) for file in named or files]


def _shown(folder: Path) -> Iterator[Path]:
    """Yield the entries of a folder, except hidden ones and lock files of open documents."""
    for path in folder.iterdir():
        if not (path.name.startswith(".") or side_file(path.name)):
            yield path


def _is_named_as_table(file: Path) -> bool:
    is_csv = file.suffix.lower() in (".csv", ".tsv")
    return is_csv and normalize_header(file.stem) in {normalize_header(name) for name in tables()}


def _package(path: Path, encoding: str | None, report: Report) -> list[Sheet]:
    resources, found = read_descriptor(path)
    report.extend(found)
    sheets = []
    for resource in resources:
        if resource.path.suffix.lower() in (".csv", ".tsv"):
            sheet = read_csv(resource.path, encoding=encoding or resource.encoding)
            sheet.name = resource.name
            sheet.has_schema = bool(resource.descriptor.get("schema"))
            sheets.append(sheet)
    return sheets


def _assigned(path: Path, sheets: list[Sheet], report: Report) -> dict[str, Sheet]:
    """Return the sheets by table, and report those that hold none."""
    held: dict[str, Sheet] = {}
    unknown: list[Sheet] = []
    others = False
    for sheet in sheets:
        table = _table(sheet)
        if table is None and sheet.has_schema:
            others = True  # checked by its own schema
        elif table is None:
            unknown.append(sheet)
        elif table.name in held:
            message = _(
                "“{name}” and “{name_2}” both hold the table {name_3}",
                name=sheet.name,
                name_2=held[table.name].name,
                name_3=table.name,
            )
            report.add(TABLE_TWICE.at(sheet.at(1), message, _("Put their rows into one of them.")))
        else:
            held[table.name] = sheet
    for sheet in sheets:
        if sheet.header and sheet in unknown and not held:
            report.extend(sheet.report)
    for sheet in unknown:
        message = _("“{name}” is not a table of a catalogue; it is ignored", name=sheet.name)
        if held and sheet.header and normalize_header(sheet.name) not in _TEMPLATE_SHEETS:
            report.add(SHEET_IGNORED.at(Location(sheet.path, table=sheet.name), message))
    if not (held or others) and report.ok:
        message = _("this is not recognized as a table of letters")
        hint = _("If it is a list of letters, run: archive-pkg tables map {path}", path=path)
        report.add(NO_TABLE.at(Location(str(path)), message, hint))
    return held


def _table(sheet: Sheet) -> Table | None:
    """Return the table that a sheet holds, by its name or else its header; None if unknown."""
    by_name = {normalize_header(name): table for name, table in tables().items()}
    named = by_name.get(normalize_header(sheet.name)) or by_name.get(
        f"{normalize_header(sheet.name)}s"
    )
    if named and (not sheet.has_schema or likely_table(sheet.header) is named):
        return named
    if not sheet.header:
        return tables()[LETTERS] if sheet.report.errors else None
    return likely_table(sheet.header)


def find_map(path: Path) -> Path | None:
    """Return the map next to a list, if there is one."""
    if path.is_dir():
        return None
    found = path.with_name(path.name + MAP_ENDING)
    return found if found.is_file() else None
