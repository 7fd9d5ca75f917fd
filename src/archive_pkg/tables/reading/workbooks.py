"""Read workbooks without running or downloading anything, within limits."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, BinaryIO
from xml.etree import ElementTree

from archive_pkg import limits, storage
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.messages import _
from archive_pkg.parsing import ZIP_ERRORS
from archive_pkg.reports import Code, Location, Report, Severity, counted
from archive_pkg.tables.reading.cell_notes import AUTHOR, notes_of
from archive_pkg.tables.reading.excel_dates import date_in_cell, text_in_cell
from archive_pkg.tables.reading.headers import find_header, normalize_header, whole_number_columns
from archive_pkg.tables.reading.sheets import Sheet, SheetBlock, column_letters, words_in
from archive_pkg.tables.reading.template_example import leave_example_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from archive_pkg.dates.written.readings import DateReading

WORKBOOK_BROKEN = Code(
    "tables-workbook-broken",
    Severity.ERROR,
    "A file with the extension .xlsx is not a workbook, or is damaged.",
)
WORKBOOK_UNSAFE = Code(
    "tables-workbook-unsafe",
    Severity.ERROR,
    "A workbook is over a limit, or declares a document type or entities in XML; it is not read.",
)
FORMULA_UNCOMPUTED = Code(
    "tables-formula-uncomputed",
    Severity.ERROR,
    "A formula has no stored value.",
)
CELL_ERROR = Code(
    "tables-cell-error", Severity.ERROR, "The value of a cell is an error, such as #REF!."
)
CELLS_MERGED = Code(
    "tables-cells-merged", Severity.WARNING, "Cells are merged; only the first of them has a value."
)
ROWS_HIDDEN = Code(
    "tables-hidden", Severity.WARNING, "Rows or columns are hidden; they are read like the others."
)
DATE_TYPED = Code(
    "tables-date-typed",
    Severity.ADVICE,
    "The spreadsheet stores a cell as a date, so the words of the source are lost.",
)

NUMBER_AS_TEXT = Code(
    "tables-number-as-text",
    Severity.ADVICE,
    "The spreadsheet stores a whole number as text; it is read as a number.",
)
CELL_NOTE = Code(
    "tables-cell-note",
    Severity.WARNING,
    "A cell of a workbook has a note (comment), which is not imported.",
)

_CHUNK = 1 << 20
_TAGS_PER_CELL = 8
"""The maximum number of XML tags in a workbook, per cell of the limit for cells."""
_MAX_ROWS = 1 << 20
_MAX_COLUMNS = 1 << 14
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BLOCK = 5_000


def openpyxl_missing() -> UsageError:
    """Return the error to raise if openpyxl is not installed."""
    hint = _("Install it: pip install 'archive-pkg[xlsx]'. Or save the sheets as CSV files.")
    return UsageError(_("workbooks need openpyxl, which is not installed"), hint)


def read_workbook(path: Path) -> tuple[list[Sheet], Report]:
    """Return the sheets of a workbook that are not empty, and the findings about the file.

    A formula is read as its stored value.

    Raises:
        StorageError: The file cannot be read.
        UsageError: openpyxl is not installed.
    """
    report = Report()
    try:
        safe = _is_safe(path, report)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    if not safe:
        return [], report
    try:
        sheets = list(_sheets(path))
        leave_example_out(sheets)
        return sheets, report
    except ImportError:
        raise openpyxl_missing() from None
    except MemoryError:
        raise
    except _TooManyCellsError as error:
        at = Location(str(path), table=error.sheet, cell=error.corner)
        hint = _(
            "Delete the rows and columns outside your table. {hint}",
            hint=limits.WORKBOOK_CELLS.hint,
        )
        report.add(WORKBOOK_UNSAFE.at(at, str(error), hint))
        return [], report
    except Exception as error:
        message = _(
            "the file cannot be read as a workbook: {name}: {error}",
            name=type(error).__name__,
            error=error,
        )
        hint = _("Open it in a spreadsheet program and save it again as .xlsx.")
        report.add(WORKBOOK_BROKEN.at(Location(str(path)), message, hint))
        return [], report


def _load(file: BinaryIO) -> Workbook:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl warns about unknown extensions, which are not needed here.
        warnings.simplefilter("ignore")
        return load_workbook(file, read_only=True, data_only=True)


def _is_safe(path: Path, report: Report) -> bool:
    """Return whether the file may be unpacked and parsed; report why not."""
    here = Location(str(path))
    try:
        with storage.open_regular(path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members)
            if size > limits.WORKBOOK_SIZE.value:
                message = _(
                    "the {packed} bytes of the file unpack to {size} bytes",
                    packed=packed,
                    size=size,
                )
                report.add(WORKBOOK_UNSAFE.at(here, message, limits.WORKBOOK_SIZE.hint))
                return False
            total = 0
            most = _TAGS_PER_CELL * limits.WORKBOOK_CELLS.value
            for member in members:
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(member) as part:
                        unsafe, tags = _scan_xml(part)
                    total += tags
                    if total > most:
                        message = _(
                            "the parts of the file have more than {most} XML tags", most=most
                        )
                        report.add(WORKBOOK_UNSAFE.at(here, message, limits.WORKBOOK_CELLS.hint))
                        return False
                    if unsafe:
                        message = _(
                            "the part {filename} declares a document type or entities",
                            filename=member.filename,
                        )
                        hint = _("Do not trust the file: no spreadsheet program writes this.")
                        report.add(WORKBOOK_UNSAFE.at(here, message, hint))
                        return False
    except (zipfile.BadZipFile, *ZIP_ERRORS):
        message = _("the file is not an .xlsx workbook, or it is damaged")
        report.add(WORKBOOK_BROKEN.at(here, message, _("Save it as .xlsx, or as CSV in UTF-8.")))
        return False
    return True


def _scan_xml(part: IO[bytes]) -> tuple[bool, int]:
    """Return whether an XML part has a document type or entities, and its number of tags."""
    before = b""
    tags = 0
    while chunk := part.read(_CHUNK):
        tags += chunk.count(b"<")
        seen = (before + chunk).replace(b"\0", b"")
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            return True, tags
        before = chunk[-32:]
    return False, tags


def _sheets(path: Path) -> Iterator[Sheet]:
    with storage.open_regular(path) as file, zipfile.ZipFile(file) as archive:
        book = _load(file)
        cells = 0
        for worksheet in book.worksheets:
            worksheet.reset_dimensions()
            with archive.open(_part_of(worksheet)) as part:
                markup = _SheetMarkup.of(part)
            markup.notes = notes_of(archive, _part_of(worksheet))
            if not markup.rows:
                continue
            cells += markup.rows * markup.columns
            if cells > limits.WORKBOOK_CELLS.value:
                corner = f"{column_letters(markup.columns - 1)}{markup.rows}"
                raise _TooManyCellsError(worksheet.title, corner)
            epoch_1904 = book.epoch.year == 1904
            values: list[tuple[Any, ...]] = []
            grid = worksheet.iter_rows(max_row=markup.rows, max_col=markup.columns)
            for number, row in enumerate(grid, 1):
                values.append(tuple(cell.value for cell in row))
                markup.note_cells(number, row, epoch_1904=epoch_1904)
            sheet = _sheet(str(path), worksheet.title, values, markup)
            if sheet:
                sheet.epoch_1904 = epoch_1904
                yield sheet
        book.close()


def _column(ref: str) -> int:
    """Return the number of the column in a cell reference, from 1; 0 if there is none."""
    number = 0
    for letter in ref.rstrip("0123456789")[:8]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class _TooManyCellsError(Exception):
    """A workbook has more cells than the limit."""

    def __init__(self, sheet: str, corner: str) -> None:
        super().__init__(
            f"the sheet extends to cell {corner}, so the workbook has more than "
            f"{limits.WORKBOOK_CELLS.value} cells"
        )
        self.sheet, self.corner = sheet, corner


def _part_of(worksheet: Any) -> str:
    path: str = worksheet._worksheet_path
    return path


@dataclass(slots=True)
class _SheetMarkup:
    """What the XML of a sheet says in addition to the values.

    Attributes:
        uncomputed: The cells with a formula but no value.
        merged: The ranges of merged cells.
        hidden_rows: The numbers of hidden rows.
        hidden_columns: The ranges of hidden columns, numbered from 1.
        dates: The displayed text and the reading of cells with dates, by row (from 1) and column
            (from 0).
        texts: The displayed text of cells with times, durations and formatted numbers, likewise.
        errors: The rows and columns of cells whose value is an error.
        notes: The author and the text of the note of each cell, by its address.
        rows: The number of the last row with a value or formula, or 0.
        columns: The number of the last column with a value or formula, or 0.
    """

    uncomputed: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    dates: dict[tuple[int, int], tuple[str, DateReading]] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: set[tuple[int, int]] = field(default_factory=set)
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    def note_cells(self, number: int, row: Iterable[Any], *, epoch_1904: bool) -> None:
        """Record the dates, formatted values and errors in a row of cells."""
        for place, cell in enumerate(row):
            if cell.data_type == "e":
                self.errors.add((number, place))
            elif cell.is_date and isinstance(cell.value, (datetime.date, datetime.time)):
                read = date_in_cell(cell.value, cell.number_format, epoch_1904=epoch_1904)
                if read:
                    self.dates[number, place] = read
                    continue
            if (
                cell.data_type in "nd"
                and cell.value is not None
                and cell.number_format != "General"
            ):
                text = text_in_cell(cell.value, cell.number_format)
                if text is not None:
                    self.texts[number, place] = text

    @classmethod
    def of(cls, part: Any) -> _SheetMarkup:
        markup = cls()
        row = column = 0
        events = ElementTree.iterparse(part, ("start", "end"))  # noqa: S314 - see _is_safe
        for event, element in events:
            tag = element.tag
            if event == "start":
                if tag == f"{_MAIN}row":
                    row, column = int(element.get("r") or row + 1), 0
                continue
            if tag == f"{_MAIN}c":
                formula, value = element.find(f"{_MAIN}f"), element.find(f"{_MAIN}v")
                column = _column(element.get("r", "")) or column + 1
                if len(element):
                    markup.rows, markup.columns = max(markup.rows, row), max(markup.columns, column)
                    if not (0 < row <= _MAX_ROWS and column <= _MAX_COLUMNS):
                        raise ValueError(
                            _(
                                "there is a cell in row {row}, column {column}",
                                row=row,
                                column=column,
                            )
                        )
                # If the value of a formula is an empty text, <v> is empty.
                empty = value is None or not (value.text or element.get("t") == "str")
                if formula is not None and empty:
                    markup.uncomputed.add(element.get("r", ""))
            elif tag == f"{_MAIN}row":
                if element.get("hidden") in ("1", "true"):
                    markup.hidden_rows.append(int(element.get("r", "0")))
                element.clear()
            elif tag == f"{_MAIN}mergeCell":
                markup.merged.append(element.get("ref", ""))
            elif tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
                markup.hidden_columns.append(
                    (int(element.get("min", "0")), int(element.get("max", "0")))
                )
        return markup


def _sheet(
    path: str, title: str, values: list[tuple[Any, ...]], markup: _SheetMarkup
) -> Sheet | None:
    rows = [[_text(value) for value in row] for row in values]
    for (number, place), text in markup.texts.items():
        rows[number - 1][place] = text
    for number, place in markup.errors:
        rows[number - 1][place] = ""
    for (number, place), (shown, read) in markup.dates.items():
        rows[number - 1][place] = read.edtf or (read.readings[-1].edtf if read.readings else shown)
    while rows and not any(rows[-1]):
        rows.pop()
    header_row, header = find_header(rows)
    if not header:
        return None
    width = max(_width(header), *(_width(row) for row in rows[header_row:]), 0)
    header = (header + [""] * width)[:width]
    body = [row[:width] + [""] * (width - len(row)) for row in rows[header_row:]]

    def blocks() -> Iterator[SheetBlock]:
        for start in range(0, len(body), _BLOCK):
            yield SheetBlock(header_row + 1 + start, body[start : start + _BLOCK])

    for (number, place), (shown, __) in markup.dates.items():
        # The displayed text counts as the words of the source.
        if number > header_row and header[place].rpartition(".")[2] == "as_written":
            body[number - header_row - 1][place] = shown
    sheet = Sheet(
        title,
        path,
        header,
        header_row,
        blocks,
        words_in(rows[: header_row - 1]),
        size=len(body),
        typed=markup.dates,
    )
    _report_layout(sheet, markup)
    _report_cells(sheet, values, markup)
    _report_notes(sheet, markup)
    return sheet


def _report_notes(sheet: Sheet, markup: _SheetMarkup) -> None:
    for ref, (author, text) in markup.notes.items():
        row, column = int(re.sub(r"\D", "", ref) or 0), _column(ref) - 1
        if author == AUTHOR and row == sheet.header_row:
            continue  # the template explains its columns
        sheet.notes[row, column] = text
        name = sheet.header[column] if 0 <= column < len(sheet.header) else ""
        message = _(
            "the note of this cell is not imported: “{split}”", split=" ".join(text.split())
        )
        hint = _("Write it into a cell, for example of a column for remarks.")
        sheet.report.add(CELL_NOTE.at(sheet.at(row, column, name), message, hint))


def _width(row: list[str]) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1]), 0)


def _text(value: Any) -> str:
    """Return a cell's value as text, as in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPE.sub(_unescaped, value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    return str(value)


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match.group(1), 16))
    return match.group() if "\ud800" <= character <= "\udfff" else character


def _report_layout(sheet: Sheet, markup: _SheetMarkup) -> None:
    for ref in markup.merged:
        row = int(re.sub(r"[A-Z$]+", "", ref.partition(":")[0]) or 0)
        if row >= sheet.header_row:
            at = Location(sheet.path, table=sheet.name, cell=ref.partition(":")[0])
            message = _("the cells {ref} are merged; only the first of them has a value", ref=ref)
            hint = _("Unmerge them and write the value into each row that it applies to.")
            sheet.report.add(CELLS_MERGED.at(at, message, hint))
    hidden = [row for row in markup.hidden_rows if sheet.header_row < row]
    if hidden:
        shown = ", ".join(map(str, hidden[:10])) + ("…" if len(hidden) > 10 else "")
        message = _(
            "{rows}, read like the others: {shown}",
            rows=counted(len(hidden), "hidden row"),
            shown=shown,
        )
        hint = _("Show and review them. Delete the rows that do not belong to the table.")
        sheet.report.add(ROWS_HIDDEN.at(sheet.at(hidden[0]), message, hint))
    for first, last in markup.hidden_columns:
        if first <= len(sheet.header):
            message = _(
                "{columns} from here on, read like the others",
                columns=counted(last - first + 1, "hidden column"),
            )
            at = sheet.at(sheet.header_row, first - 1, sheet.header[first - 1])
            sheet.report.add(ROWS_HIDDEN.at(at, message, _("Show and review them.")))


def _report_cells(sheet: Sheet, values: list[tuple[Any, ...]], markup: _SheetMarkup) -> None:
    whole = whole_number_columns()
    for number, row in enumerate(values[sheet.header_row :], sheet.header_row + 1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                if (number, place) in markup.errors:
                    message = _("the cell has the error {value}; it is read as empty", value=value)
                    at = sheet.at(number, place, sheet.header[place])
                    hint = _("Correct its formula, or write the value.")
                    sheet.report.add(CELL_ERROR.at(at, message, hint))
                elif value.strip().isdecimal() and normalize_header(sheet.header[place]) in whole:
                    at = sheet.at(number, place, sheet.header[place])
                    hint = _("Format the cell as a number and type it again.")
                    sheet.report.add(
                        NUMBER_AS_TEXT.at(at, _("“{value}” is stored as text", value=value), hint)
                    )
            elif (number, place) in markup.dates:
                shown, read = markup.dates[number, place]
                ways = " or ".join(one.edtf for one in read.readings or (read,))
                message = _("the cell holds a date, {shown}", shown=shown)
                message = (
                    _("{message}, which can mean {ways}", message=message, ways=ways)
                    if ways
                    else _("{message}, which is not a calendar date", message=message)
                )
                at = sheet.at(number, place, sheet.header[place])
                hint = _("If the source differs, format the cell as text and type the date again.")
                sheet.report.add(DATE_TYPED.at(at, message, hint))
    for cell in sorted(markup.uncomputed, key=lambda cell: (len(cell), cell)):
        at = Location(sheet.path, table=sheet.name, cell=cell)
        message = _("the formula has no stored value: the cell is read as empty")
        hint = _("Open the file in a spreadsheet program and save it, or write the value.")
        sheet.report.add(FORMULA_UNCOMPUTED.at(at, message, hint))
