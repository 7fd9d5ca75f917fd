"""Catalogues as a caller sees them: checked, and read into records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.errors import InvalidError
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.reports import Code, Finding, Location, Report, Severity
from archive_pkg.storage import is_real_folder
from archive_pkg.tables.checking import Bound, Check, Progress
from archive_pkg.tables.descriptor import descriptor_of
from archive_pkg.tables.foreign import check_foreign
from archive_pkg.tables.layout import LETTER, LETTERS, Table, tables
from archive_pkg.tables.rows import raw_records
from archive_pkg.tables.sources import mapping_of, open_sheets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.paths import StrPath
    from archive_pkg.tables.grouping import Numbered

PART_NOT_THERE = Code(
    "tables-part-not-there", Severity.ERROR, "A file that a cell names is not in its folder."
)
FILES_ELSEWHERE = Code(
    "tables-files-elsewhere",
    Severity.WARNING,
    "None of the files that the tables name is at hand, so that no quote can be looked up.",
)

Look = Callable[[Record, Path, Path], Iterator[Finding]]
"""What looks at a record's files: the record, the folder of its files, what findings call it."""


def check(
    path: StrPath,
    *,
    mapping: StrPath | None = None,
    encoding: str | None = None,
    files: StrPath | None = None,
    look: Look | None = None,
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
        look: What looks at a record and its files (`packages.check_record`); without it, only
            whether the files are there is told.
        progress: Called with the number of rows done, and of all where that is known.

    Raises:
        InvalidError: The mapping is none.
        StorageError: A file cannot be read.
        UsageError: No such encoding is known, or openpyxl is missing for a workbook.
    """
    path = Path(path)
    home = Path(files) if files is not None else path if path.is_dir() else path.parent
    found = Path(mapping) if mapping is not None else mapping_of(path)
    if found is not None:
        from archive_pkg.tables.lists import check_list
        from archive_pkg.tables.mapping import read_mapping

        return check_list(path, read_mapping(found), encoding=encoding, home=home, look=look)
    sheets, report = open_sheets(path, encoding=encoding)
    checked = Check(sheets, progress=progress)
    report.extend(checked.run())
    report.extend(_file_findings(checked, home, look))
    if descriptor := descriptor_of(path):
        held = [bound.sheet.path for bound in checked.bound.values()]
        report.extend(check_foreign(descriptor, held, encoding=encoding))
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
    checked = Check(sheets, progress=progress)
    report.extend(checked.run())
    if not report.ok:
        return [], report
    records = []
    for name, rows in checked.by_letter():
        try:
            records.append(Record.model_validate(_raw(rows)))
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
    return report.ok and Check(sheets).holds(record)


def read_records(path: StrPath) -> list[Record]:
    """The records of a catalogue that `package_files` or `export` wrote: the same again.

    Args:
        path: Its datapackage.json, workbook or folder.

    Raises:
        InvalidError: The tables are not those of a catalogue; its report has every finding.
        StorageError: A file cannot be read.
    """
    records, report = read_catalogue(path)
    _refuse_unsound(path, report)
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
    checked = Check(sheets)
    report.extend(checked.run())
    _refuse_unsound(path, report)
    for _, rows in checked.by_letter():
        yield Record.model_validate(_raw(rows))


def _refuse_unsound(path: StrPath, report: Report) -> None:
    if not report.ok:
        first = report.errors[0]
        more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        message = f"{path} is no sound catalogue: {first.location}: {first.message}{more}"
        raise InvalidError(message, first.hint, report)


def _raw(rows: dict[str, Numbered]) -> dict[str, object]:
    return raw_records({name: [row for _, row in numbered] for name, numbered in rows.items()})[0]


def _file_findings(checked: Check, home: Path, look: Look | None) -> Iterator[Finding]:
    """What is wrong between the tables and the files they name."""
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
        message = f"none of the {named} files that {parts.sheet.name} names is in {home}"
        hint = "name their folder: --files FOLDER, with a folder for each letter or all together"
        yield FILES_ELSEWHERE.at(at, message, hint)
    if some:
        for letter, rows in checked.by_letter():
            if any(_stays_inside(row.get("file", "")) for _, row in rows.get("parts", ())):
                yield from _letter_files(checked.bound, rows, _folder(home, letter), look)


def _letter_files(
    bound: Mapping[str, Bound], rows: dict[str, Numbered], folder: Path, look: Look | None
) -> Iterator[Finding]:
    try:
        record = Record.model_validate(_raw(rows)) if look else None
    except ValidationError:
        record = None
    if look and record:
        sheet = bound[LETTERS].sheet
        for finding in look(record, folder, Path(sheet.path)):
            location = _cell_of(bound, rows, finding.location)
            yield replace(finding, location=location)
        return
    table = bound["parts"]
    for number, row in rows.get("parts", ()):
        file = row.get("file", "")
        if _stays_inside(file) and not (folder / file).is_file():
            at = table.sheet.at(number, table.places["file"], "file")
            hint = f"put it in {folder}, or write false in held"
            yield PART_NOT_THERE.at(at, f"the file {file} is not there", hint)


def _named_files(parts: Bound) -> Iterator[tuple[str, str]]:
    if "file" in parts.places:
        for _, row in parts.rows():
            if _stays_inside(file := row.get("file", "")):
                yield row.get(LETTER, ""), file


def _stays_inside(file: str) -> bool:
    """Whether a cell names a file that may be looked for; what else it holds has been told."""
    path = PurePosixPath(file)
    return bool(file) and not (path.is_absolute() or ".." in path.parts or "\0" in file)


def _folder(home: Path, letter: str) -> Path:
    """Where a letter's files are: a folder of its own, that of a package's parts, or all one."""
    known = (home / name for name in (letter, "parts") if name)
    return next((folder for folder in known if is_real_folder(folder)), home)


def _cell_of(bound: Mapping[str, Bound], rows: dict[str, Numbered], location: Location) -> Location:
    """The cell of what a finding of a record is about."""
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
    rows: dict[str, Numbered], names: tuple[str, ...]
) -> tuple[Table, tuple[str, ...], int]:
    for table in tables().values():
        depth = len(table.path)
        if depth and names[:depth] == table.path and len(names) > depth:
            item = names[depth]
            for index, (number, row) in enumerate(rows.get(table.name, ())):
                if item in (row.get("id"), str(index)):
                    return table, names[depth + 1 :], number
    return tables()[LETTERS], names, rows[LETTERS][0][0]
