"""Write workbooks with one sheet per table, help for each column and choices."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.records.vocabularies.terms import event_types, schemes
from archive_pkg.tables.reading.cell_notes import AUTHOR
from archive_pkg.tables.reading.sheets import column_letters
from archive_pkg.tables.reading.template_example import EXAMPLE
from archive_pkg.tables.reading.workbooks import openpyxl_missing
from archive_pkg.tables.schema.columns import LETTERS, SEPARATOR, Column, Table, tables
from archive_pkg.tables.schema.rows import record_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from archive_pkg.records.models import Record
    from archive_pkg.tables.reading.sheets import Sheet

MAX_CELL_LENGTH = 32_767
"""The maximum number of characters in a cell of a workbook."""

ABOUT = "About"
CHOICES = "Choices"
_LAST_ROW = 1_048_576
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")


def write_workbook(records: Sequence[Record], path: Path) -> None:
    """Write a catalogue as a workbook with a sheet for each table.

    Args:
        records: The records, with distinct ids.
        path: The file to write.

    Raises:
        InvalidError: A text is too long for a cell, or a table has too many rows for a sheet.
        UsageError: openpyxl is not installed.
    """
    book = _book()
    for table in tables().values():
        sheet = _sheet(book, table)
        row = 1
        for record in records:
            for cells in record_rows(table, record):
                row += 1
                if row > _LAST_ROW:
                    raise InvalidError(
                        _("{name} has more rows than a sheet can hold", name=table.name),
                        _("Export the tables as CSV: give --out the name of a folder."),
                    )
                _write_row(sheet, table, row, cells)
    _write_choices(book)
    _save(book, path)


def write_template(path: Path) -> None:
    """Write an empty workbook to fill in, with help, choices and one example.

    Raises:
        UsageError: openpyxl is not installed.
    """
    book = _book()
    from openpyxl.styles import Font

    about = book.create_sheet(ABOUT, 0)
    for number, line in enumerate(_about(), 1):
        cell = about.cell(number, 1, line)
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    about.column_dimensions["A"].width = 110
    for table in tables().values():
        sheet = _sheet(book, table)
        for row, example in enumerate(EXAMPLE.get(table.name, ()), 2):
            _write_row(sheet, table, row, [example.get(c.name, "") for c in table.columns])
            for cell in sheet[row]:
                cell.font = Font(italic=True, color="808080")
    _write_choices(book)
    book.active = book.index(book[LETTERS])
    _save(book, path)


def write_plain(sheets: Sequence[Sheet], path: Path) -> None:
    """Write the text of sheets into a workbook, to annotate it there.

    A text that is too long for a cell is cut. Rows above the header are left out.
    """
    book = _book()
    for source in sheets:
        if not source.header:
            continue
        sheet = book.create_sheet(source.name)
        rows = [(source.header_row, source.header)]
        for start, block in source.blocks():
            rows += enumerate(block, start)
        for number, row in rows:
            for place, text in enumerate(row, 1):
                if text:
                    _write_text(sheet.cell(number, place), text[:MAX_CELL_LENGTH])
    _save(book, path)


def _about() -> list[str]:
    sheets = [f"{table.name}: {table.description}" for table in tables().values()]
    return [
        "A catalogue of letters",
        "Each letter is a row of the sheet “letters”. Its parts, its agents, its events and other "
        "lists are in the other sheets, whose first column names the letter.",
        "Columns with bold headers are required. Point at a header to read what the column is for.",
        "Leave unknown values empty. Separate several values in one cell with semicolons.",
        "Dates: write them in date.edtf as 1960-07-18, 1960-07, 1960, 1960? (uncertain), 1960~ "
        "(about), 1959/1961 (from … to) or [1959..1961] (a day between). Copy the words of the "
        "source into date.as_written.",
        "Agents: write each person and organization once in “agents” with a short id. Write these "
        "ids in sender, recipients and the other columns.",
        "The grey rows are an example: overwrite or delete them.",
        "Check the file: archive-pkg check letters.xlsx",
        "",
        *sheets,
    ]


def _book() -> Workbook:
    try:
        from openpyxl import Workbook
    except ImportError:
        raise openpyxl_missing() from None
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _save(book: Workbook, path: Path) -> None:
    """Write a workbook without times, so that the same records give the same bytes."""
    buffer = BytesIO()
    book.save(buffer)
    with (
        zipfile.ZipFile(buffer) as dated,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as timeless,
    ):
        for name in dated.namelist():
            data = dated.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"<dcterms:(created|modified).*?</dcterms:\1>", b"", data)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            timeless.writestr(member, data, zipfile.ZIP_DEFLATED)


def _sheet(book: Workbook, table: Table) -> Worksheet:
    """Add an empty sheet for a table: a frozen header with notes, and choices below it."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet: Worksheet = book.create_sheet(table.name)
    for place, column in enumerate(table.columns, 1):
        cell = sheet.cell(1, place, column.name)
        cell.font = Font(bold=column.required)
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if column.required else "EDEDED")
        cell.alignment = Alignment(vertical="top")
        cell.comment = Comment(_help(column), AUTHOR, width=360, height=150)
        letter = column_letters(place - 1)
        sheet.column_dimensions[letter].width = max(14, min(40, len(column.name) + 4))
        # All cells are text, since a spreadsheet converts what looks like dates or numbers.
        if column.type == "string":
            sheet.column_dimensions[letter].number_format = "@"
        _offer_choices(sheet, column, letter)
    sheet.freeze_panes = "B2" if table.name == LETTERS else "C2"
    return sheet


def _offer_choices(sheet: Worksheet, column: Column, letter: str) -> None:
    """Offer the allowed values of a column, or the usual ones of its vocabulary."""
    from openpyxl.worksheet.datavalidation import DataValidation

    closed = column.enum or (("true", "false") if column.type == "boolean" else ())
    if column.many:
        return
    if closed:
        formula = f'"{",".join(closed)}"'
    elif place := _usual_places().get((sheet.title, column.name)):
        formula = f"{CHOICES}!${place}$2:${place}${len(_usual()[sheet.title, column.name]) + 1}"
    else:
        return
    validation = DataValidation("list", formula1=formula, allow_blank=True)
    validation.error = f"One of: {', '.join(closed)}"[:255]
    validation.errorTitle = column.name[:32]
    validation.showErrorMessage = bool(closed)
    sheet.add_data_validation(validation)
    validation.add(f"{letter}2:{letter}{_LAST_ROW}")


def _usual() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the usual values of columns that also accept other values."""
    levels = [level.id for scheme in schemes().values() for level in scheme.levels]
    return {
        (LETTERS, "type"): tuple(document_types()),
        (LETTERS, "classification.scheme"): tuple(schemes()),
        (LETTERS, "classification.level"): tuple(dict.fromkeys(levels)),
        ("events", "type"): tuple(event_types()),
    }


def _usual_places() -> dict[tuple[str, str], str]:
    return {column: column_letters(place) for place, column in enumerate(_usual())}


def _write_choices(book: Workbook) -> None:
    """Write the hidden sheet with the usual values."""
    sheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    for place, ((table, column), words) in enumerate(_usual().items(), 1):
        for row, word in enumerate((f"{table}: {column}", *words), 1):
            sheet.cell(row, place, word)


def _help(column: Column) -> str:
    lines = [column.description]
    if column.required:
        lines.append("Required.")
    elif column.needed:
        lines.append("Required if another cell of its group is filled.")
    if column.many:
        lines.append(f"Separate several values with “{SEPARATOR.strip()}”.")
    if column.refers_to and column.refers_to != LETTERS:
        lines.append(f"Ids from the sheet “{column.refers_to}”.")
    if column.enum:
        lines.append(f"One of: {', '.join(column.enum)}.")
    if column.examples:
        lines.append(f"Example: {column.examples[0]}")
    return "\n".join(line for line in lines if line)


def _write_row(sheet: Worksheet, table: Table, row: int, cells: Sequence[str]) -> None:
    for place, (column, text) in enumerate(zip(table.columns, cells, strict=True), 1):
        if not text:
            continue
        if column.type == "integer" and text.isdecimal() and len(text) <= 15:
            sheet.cell(row, place, int(text))
            continue
        escaped = _UNWRITABLE.sub(_escaped, text)
        if len(escaped) > MAX_CELL_LENGTH:
            cell = f"{table.name}!{column_letters(place - 1)}{row}"
            raise InvalidError(
                _(
                    "{cell} {name}: {text} characters, but a cell of a workbook holds up "
                    "to {max_cell_length}",
                    cell=cell,
                    name=column.name,
                    text=len(text),
                    max_cell_length=MAX_CELL_LENGTH,
                ),
                _("Export the tables as CSV: give --out the name of a folder."),
            )
        _write_text(sheet.cell(row, place), text)


def _write_text(cell: Any, text: str) -> None:
    """Write text that stays text, even if it begins with = and a user edits the cell."""
    cell.value = _UNWRITABLE.sub(_escaped, text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text[0] in "=+-@"


def _escaped(match: re.Match[str]) -> str:
    return "_x005F_x" if match.group() == "_x" else f"_x{ord(match.group()):04X}_"
