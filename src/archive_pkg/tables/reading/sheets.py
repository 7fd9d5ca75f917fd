"""Sheets of text cells with addresses, before they are matched with tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.dates.written.readings import DateReading


class SheetBlock(NamedTuple):
    """Consecutive rows of a sheet.

    Attributes:
        start: The number of the first row, from 1, as in a spreadsheet.
        rows: The cells of each row as text.
    """

    start: int
    rows: list[list[str]]


@dataclass(slots=True)
class Sheet:
    """A grid of cells with a header.

    Attributes:
        name: The title of a workbook's sheet; the name of a CSV file without its extension.
        path: The file, as the user named it.
        header: The cells of the header.
        header_row: The number of the header's row.
        blocks: Reads the rows below the header; each call starts again at the first row.
        above: The text of the rows above the header.
        size: The number of rows below the header, if known.
        is_guarded: Whether an apostrophe may precede a string that looks like a formula (CSV).
        has_schema: Whether a data package has a schema for the sheet.
        left_out: The numbers of the rows that checks ignore, such as the template's example.
        typed: The displayed text and the reading of each cell that the spreadsheet stores as a
            date, by row (from 1) and column (from 0).
        notes: The text of the note of each cell, by row (from 1) and column (from 0).
        epoch_1904: Whether the workbook counts days from 1904.
        report: The findings from reading the file or the sheet.
    """

    name: str
    path: str
    header: list[str]
    header_row: int
    blocks: Callable[[], Iterator[SheetBlock]]
    above: str = ""
    size: int | None = None
    is_guarded: bool = False
    has_schema: bool = False
    left_out: set[int] = field(default_factory=set)
    typed: dict[tuple[int, int], tuple[str, DateReading]] = field(default_factory=dict)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    epoch_1904: bool = False
    report: Report = field(default_factory=Report)

    def at(self, row: int, column: int | None = None, name: str = "") -> Location:
        """Return a location in the sheet.

        Args:
            row: The number of the row, from 1.
            column: The number of the column, from 0; None for the complete row.
            name: The name of the column.
        """
        cell = str(row) if column is None else f"{column_letters(column)}{row}"
        return Location(self.path, field=name, table=self.name, cell=cell)


def words_in(rows: Iterable[Iterable[str]]) -> str:
    """Return the text of rows, with a space between cells."""
    return " ".join(cell.strip() for row in rows for cell in row if cell.strip())


def column_letters(column: int) -> str:
    """Return the letters of a spreadsheet column, counted from 0: A … Z, AA …."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
