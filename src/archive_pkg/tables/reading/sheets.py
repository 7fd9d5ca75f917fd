"""What a file of tables is before anybody knows what it means: sheets of text cells, addressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive_pkg.dates.field_dates import DateReading


class SheetBlock(NamedTuple):
    """Some rows in a row.

    Attributes:
        start: The number of its first row, as a spreadsheet counts: from 1, the header included.
        rows: The cells of each row as text.
    """

    start: int
    rows: list[list[str]]


@dataclass(slots=True)
class Sheet:
    """A grid of cells with a header.

    Attributes:
        name: The title of a workbook's sheet; the name of a CSV file without its ending.
        path: The file, as the user named it.
        header: The cells of the header.
        header_row: The number of the header's row.
        blocks: Reads the rows below the header, from the first again at each call.
        size: How many rows there are below the header, where that is known.
        is_guarded: Whether an apostrophe may stand before what would else be a formula (CSV).
        has_schema: Whether a data package has a schema for it.
        left_out: The numbers of rows that are not read.
        typed: What a cell shows that the spreadsheet holds as a date, and how it is read, by the
            numbers of its row (from 1) and column (from 0).
        epoch_1904: Whether the workbook counts days from 1904.
        report: What is wrong with the grid itself.
    """

    name: str
    path: str
    header: list[str]
    header_row: int
    blocks: Callable[[], Iterator[SheetBlock]]
    size: int | None = None
    is_guarded: bool = False
    has_schema: bool = False
    left_out: set[int] = field(default_factory=set)
    typed: dict[tuple[int, int], tuple[str, DateReading]] = field(default_factory=dict)
    epoch_1904: bool = False
    report: Report = field(default_factory=Report)

    def at(self, row: int, column: int | None = None, name: str = "") -> Location:
        """A place in the sheet.

        Args:
            row: Number of the row, from 1.
            column: Number of the column, from 0; None for the row as a whole.
            name: The column's name.
        """
        cell = str(row) if column is None else f"{column_letters(column)}{row}"
        return Location(self.path, field=name, table=self.name, cell=cell)


def column_letters(column: int) -> str:
    """The letters that a spreadsheet has for a column, counted from 0: A … Z, AA …."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
