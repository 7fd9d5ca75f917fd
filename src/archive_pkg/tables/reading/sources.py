"""What the user points at, as the sheets of a catalogue: a CSV file, a workbook, a data package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.records import NAMES as RECORD_NAMES
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import is_folder, is_regular
from archive_pkg.tables.reading.csv_files import read_csv
from archive_pkg.tables.reading.descriptor import DESCRIPTOR, find_descriptor, read_descriptor
from archive_pkg.tables.reading.headers import likely_table, normalize_header
from archive_pkg.tables.schema.layout import LETTERS, tables

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath
    from archive_pkg.tables.reading.sheets import Sheet
    from archive_pkg.tables.schema.layout import Table

NO_TABLE = Code(
    "tables-not-recognised",
    Severity.ERROR,
    "A file or sheet in which no table of a catalogue is recognised.",
)
SHEET_LEFT = Code(
    "tables-sheet-left-alone", Severity.ADVICE, "A sheet or resource that is no table of letters."
)
TABLE_TWICE = Code("tables-table-twice", Severity.ERROR, "Two sheets or files hold the same table.")
NO_FILE = Code("tables-no-file", Severity.ERROR, "What was given is no file of tables.")

# What the sheets of a template are called that hold no letters.
_TEMPLATE_SHEETS = ("about", "choices")

ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm")
"""How the names of files end that hold tables."""

MAPPING_ENDING = ".map.yaml"
"""How the name of a mapping's file ends, after that of its table's file."""


def is_tables(path: StrPath) -> bool:
    """Whether a path is one of tables: a file by its name, or a folder of them and of no record."""
    path = Path(path)
    if path.name == DESCRIPTOR or path.suffix.lower() in ENDINGS:
        return True
    if not is_folder(path):
        return False
    try:
        inside = list(path.iterdir())
    except OSError:  # whoever searches it reports that
        return False
    folders = [path, *filter(is_folder, inside)]
    if any(is_regular(folder / name) for folder in folders for name in RECORD_NAMES):
        return False
    return any(is_tables(file) for file in inside if is_regular(file))


def subjects(path: StrPath) -> list[Path]:
    """What there is to check in a path of tables, each by itself.

    Of a folder, the CSV files that are named as tables are one catalogue; every other file is a
    catalogue or a list of its own.
    """
    path = Path(path)
    if not path.is_dir() or find_descriptor(path):
        return [path]
    files = sorted(file for file in path.iterdir() if is_regular(file) and is_tables(file))
    alone = [file for file in files if not _is_named_as_table(file)]
    return [path, *alone] if len(alone) < len(files) else alone


def open_sheets(path: Path, *, encoding: str | None = None) -> tuple[dict[str, Sheet], Report]:
    """The sheets of a catalogue by the tables they hold, and what is wrong with the whole.

    Args:
        path: A CSV file, a workbook, a datapackage.json, or a folder with either.
        encoding: The encoding that the user declares for CSV files.

    Raises:
        StorageError: A file cannot be read.
        UsageError: No such encoding is known, or openpyxl is missing for a workbook.
    """
    sheets, report = raw_sheets(path, encoding=encoding)
    return (_assigned(path, sheets, report) if sheets or report.ok else {}), report


def raw_sheets(path: Path, *, encoding: str | None = None) -> tuple[list[Sheet], Report]:
    """The sheets of a file or folder, whatever they hold, and what is wrong with the whole.

    Raises:
        StorageError: A file cannot be read.
        UsageError: No such encoding is known, or openpyxl is missing for a workbook.
    """
    report = Report()
    sheets: list[Sheet] = []
    if not path.exists():
        raise StorageError(f"{path} is not there")
    if descriptor := find_descriptor(path):
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
        hint = "tables are .csv, .xlsx, or the folder of a datapackage.json"
        report.add(NO_FILE.at(Location(str(path)), "this is no file of tables", hint))
    for sheet in sheets:
        if not sheet.header:
            report.extend(sheet.report)
    return sheets, report


def _folder(path: Path, encoding: str | None) -> list[Sheet]:
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in (".csv", ".tsv"))
    files = [file for file in found if not file.is_symlink()]
    named = [file for file in files if _is_named_as_table(file)]
    return [read_csv(file, encoding=encoding) for file in named or files]


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
    """The sheets by their tables; those that hold none are told."""
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
            message = f"“{sheet.name}” holds the table {table.name}, as “{held[table.name].name}”"
            report.add(TABLE_TWICE.at(sheet.at(1), message, "put their rows in one of them"))
        else:
            held[table.name] = sheet
    for sheet in sheets:
        if sheet.header and sheet in unknown and not held:
            report.extend(sheet.report)
    for sheet in unknown:
        message = f"“{sheet.name}” is no table of a catalogue; it is left alone"
        if held and sheet.header and normalize_header(sheet.name) not in _TEMPLATE_SHEETS:
            report.add(SHEET_LEFT.at(Location(sheet.path, table=sheet.name), message))
    if not (held or others) and report.ok:
        message = "no table of a catalogue is recognised by its name or its header"
        hint = f"if it is a list of letters: archive-pkg tables map {path}, then tables import"
        report.add(NO_TABLE.at(Location(str(path)), message, hint))
    return held


def _table(sheet: Sheet) -> Table | None:
    """The table that a sheet holds, by its name, else by its header."""
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
    """The mapping next to a list, if there is one."""
    if path.is_dir():
        return None
    beside = path.with_name(path.name + MAPPING_ENDING)
    return beside if beside.is_file() else None
