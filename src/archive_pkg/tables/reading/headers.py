"""Headers: which row is one, and which columns of a table its cells mean."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.schema.layout import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.reports import Finding
    from archive_pkg.tables.reading.sheets import Sheet
    from archive_pkg.tables.schema.layout import Table

COLUMN_UNKNOWN = Code(
    "tables-column-unknown", Severity.ERROR, "A header that is no column of its table."
)
COLUMN_TWICE = Code("tables-column-twice", Severity.ERROR, "Two columns have the same header.")
COLUMN_UNNAMED = Code(
    "tables-column-unnamed", Severity.ERROR, "A column has cells and no header above them."
)
COLUMN_MISSING = Code(
    "tables-column-missing", Severity.ERROR, "A column that its table cannot do without."
)
COLUMN_NEARLY = Code(
    "tables-column-nearly",
    Severity.WARNING,
    "A header is written otherwise than the column it is taken for: capitals, spaces, look-alikes.",
)
HEADER_LATE = Code(
    "tables-header-late", Severity.WARNING, "Rows stand above the header; they are not read."
)

HEADER_SEARCH_ROWS = 20
"""Among so many rows the header is looked for."""


def find_header(rows: Iterable[list[str]]) -> tuple[int, list[str]]:
    """The header's row number and cells, among the first rows.

    It is the row with most names of columns; where no row has them, as in somebody's own list, the
    first that is at least half as full as the fullest, since a title above a table fills few cells.

    Returns:
        Number and cells; (0, []) if there is no row that is not blank.
    """
    found = [
        (number, row)
        for number, row in enumerate(islice(rows, HEADER_SEARCH_ROWS), 1)
        if _filled(row)
    ]
    if not found:
        return 0, []
    known = [sum(normalize_header(cell) in _known() for cell in row) for _, row in found]
    best = known.index(max(known))
    if 2 * known[best] >= _filled(found[best][1]):
        return found[best]
    fullest = max(_filled(row) for _, row in found)
    return next((number, row) for number, row in found if 2 * _filled(row) >= fullest)


def _filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def bind(sheet: Sheet, table: Table) -> tuple[dict[str, int], list[Finding]]:
    """Where the columns of a table stand in a sheet, by name, and what is wrong with its header."""
    found: list[Finding] = []
    places: dict[str, int] = {}
    names = {column.name for column in table.columns}
    near = {normalize_header(name): name for name in names}
    row = sheet.header_row
    if row > 1:
        message = f"the header stands in row {row}; what is above it is not read"
        found.append(HEADER_LATE.at(sheet.at(1), message, "take the rows above it out"))
    for place, cell in enumerate(sheet.header):
        at = sheet.at(row, place, cell.strip())
        name = cell if cell in names else near.get(normalize_header(cell), "")
        if _is_former(cell, table, sheet.header):
            places |= dict.fromkeys(RELATIONS, place)
        elif not cell.strip():
            if _has_cells(sheet, place):
                message, hint = "this column has no header", "name it, or empty its cells"
                found.append(COLUMN_UNNAMED.at(at, message, hint))
        elif not name:
            found.append(COLUMN_UNKNOWN.at(at, *_unknown(cell, table, names)))
        elif name in places:
            hint = "keep one of the two columns"
            found.append(COLUMN_TWICE.at(at, f"“{cell}” is a column already", hint))
        else:
            places[name] = place
            if cell != name:
                message = f"“{cell}” is taken for {name}"
                found.append(COLUMN_NEARLY.at(at, message, f"write {name}"))
    for column in table.columns:
        if column.required and column.name not in places:
            message = f"the table {table.name} has no column {column.name}"
            hint = f"add it: {column.description[:1].lower()}{column.description[1:]}"
            found.append(COLUMN_MISSING.at(sheet.at(row), message, hint))
    return places, found


def _is_former(cell: str, table: Table, header: list[str]) -> bool:
    """Whether a header is the one column that earlier catalogues had for the three relations."""
    cells = set(map(normalize_header, header))
    return (
        table.name == "parts"
        and normalize_header(cell) == "of"
        and cells.isdisjoint(map(normalize_header, RELATIONS))
    )


def normalize_header(header: str) -> str:
    """A header without what people vary: capitals, spaces, underscores, width of letters."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(filter(str.isalnum, text))


def likely_table(header: list[str]) -> Table | None:
    """The table that most of a header's cells are columns of; None if it is fewer than half."""
    cells = {normalize_header(cell) for cell in header if cell.strip()}
    scored = {
        table.name: len(cells & {normalize_header(column.name) for column in table.columns})
        for table in tables().values()
    }
    name = max(scored, key=lambda name: scored[name])
    return tables()[name] if 2 * scored[name] >= max(len(cells), 1) else None


@cache
def whole_number_columns() -> frozenset[str]:
    """The plain headers of the columns that hold whole numbers."""
    return frozenset(
        normalize_header(c.name)
        for table in tables().values()
        for c in table.columns
        if c.type == "integer"
    )


@cache
def _known() -> frozenset[str]:
    return frozenset(normalize_header(c.name) for table in tables().values() for c in table.columns)


def _unknown(cell: str, table: Table, names: set[str]) -> tuple[str, str]:
    message = f"“{cell}” is no column of {table.name}"
    if table.name == "parts" and normalize_header(cell) == "of":
        return message, "move its cells to made_from, part_of or about"
    close = get_close_matches(
        normalize_header(cell), [normalize_header(name) for name in sorted(names)], 1, 0.7
    )
    meant = next((name for name in names if close and normalize_header(name) == close[0]), "")
    if meant:
        return message, f"did you mean {meant}?"
    return message, "its cells are not read; take it out, or map it with `tables map`"


def _has_cells(sheet: Sheet, place: int) -> bool:
    rows: Iterator[list[str]] = (row for block in sheet.blocks() for row in block.rows)
    return any(len(row) > place and row[place].strip() for row in rows)
