"""Find the header of a sheet, and match its cells with the columns of a table."""

from __future__ import annotations

import re
import shlex
import unicodedata
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.reports import Code, Severity
from archive_pkg.tables.schema.columns import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.reports import Finding
    from archive_pkg.tables.reading.sheets import Sheet
    from archive_pkg.tables.schema.columns import Table

COLUMN_UNKNOWN = Code(
    "tables-column-unknown", Severity.ERROR, "A header is not a column of its table."
)
COLUMN_TWICE = Code("tables-column-twice", Severity.ERROR, "Two columns have the same header.")
COLUMN_UNNAMED = Code("tables-column-unnamed", Severity.ERROR, "A column has cells but no header.")
COLUMN_MISSING = Code("tables-column-missing", Severity.ERROR, "A required column is missing.")
COLUMN_NEARLY = Code(
    "tables-column-nearly",
    Severity.WARNING,
    "A header differs from the name of its column only in capitals, spaces or punctuation.",
)
HEADER_LATE = Code(
    "tables-header-late", Severity.WARNING, "There are rows above the header; they are ignored."
)

HEADER_SEARCH_ROWS = 20
"""The number of rows in which the header is searched for."""


def find_header(rows: Iterable[list[str]]) -> tuple[int, list[str]]:
    """Return the row number and the cells of the header.

    It is the row with the most names of columns, if these fill at least half of its filled cells.
    Otherwise it is the first row that is at least half as full as the fullest, because a title
    above the header fills few cells. Only the first `HEADER_SEARCH_ROWS` rows count.

    Returns:
        The number and the cells; (0, []) if these rows are blank.
    """
    found = [
        (number, row)
        for number, row in enumerate(islice(rows, HEADER_SEARCH_ROWS), 1)
        if _filled(row)
    ]
    if not found:
        return 0, []
    known = [sum(map(_is_name, row)) for __, row in found]
    best = known.index(max(known))
    if 2 * known[best] >= _filled(found[best][1]):
        return found[best]
    fullest = max(_filled(row) for __, row in found)
    return next((number, row) for number, row in found if 2 * _filled(row) >= fullest)


def _is_name(cell: str) -> bool:
    """Return whether a cell is the name of one of our columns, or a term of Dublin Core."""
    is_term = re.match(r"(?:dc|dcterms)[.:]\w|http://purl\.org/dc/", cell)
    return bool(is_term) or normalize_header(cell) in _column_names()


def _filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def bind(sheet: Sheet, table: Table) -> tuple[dict[str, int], list[Finding]]:
    """Return the index of each column of a table in a sheet, and the findings about the header."""
    found: list[Finding] = []
    places: dict[str, int] = {}
    names = {column.name for column in table.columns}
    near = {normalize_header(name): name for name in names}
    row = sheet.header_row
    if row > 1:
        message = _("the header is row {row}; the rows above it are ignored", row=row)
        found.append(HEADER_LATE.at(sheet.at(1), message, _("Delete the rows above it.")))
    is_former = _has_former_relations(table, sheet.header)
    for place, cell in enumerate(sheet.header):
        at = sheet.at(row, place, cell.strip())
        name = cell if cell in names else near.get(normalize_header(cell), "")
        if is_former and normalize_header(cell) == "of":
            places |= dict.fromkeys(RELATIONS, place)
        elif not cell.strip():
            if _has_cells(sheet, place):
                message, hint = _("this column has no header"), _("Name it or clear its cells.")
                found.append(COLUMN_UNNAMED.at(at, message, hint))
        elif not name:
            found.append(COLUMN_UNKNOWN.at(at, *_unknown(cell, table, names, at.path)))
        elif name in places:
            hint = _("Keep one of the two columns.")
            found.append(
                COLUMN_TWICE.at(at, _("there is already a column {name}", name=name), hint)
            )
        else:
            places[name] = place
            if cell != name:
                message = _("“{cell}” is read as {name}", cell=cell, name=name)
                found.append(COLUMN_NEARLY.at(at, message, _("Write {name}.", name=name)))
    for column in table.columns:
        if column.required and column.name not in places:
            message = _(
                "the table {name} has no column {name_2}", name=table.name, name_2=column.name
            )
            hint = _("Add the column. {description}", description=column.description)
            found.append(COLUMN_MISSING.at(sheet.at(row), message, hint))
    return places, found


def _has_former_relations(table: Table, header: list[str]) -> bool:
    """Return whether a table of parts has no relation, so that it may have the former `of`."""
    return table.name == "parts" and set(map(normalize_header, header)).isdisjoint(
        map(normalize_header, RELATIONS)
    )


def normalize_header(header: str) -> str:
    """Return only the letters and digits of a header, in lower case and in NFKC."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(filter(str.isalnum, text))


def likely_table(header: list[str]) -> Table | None:
    """Return the table that has the most columns in common with a header.

    Returns:
        The table, or None if it has fewer than half of the header's columns, or fewer than two.
    """
    cells = {normalize_header(cell) for cell in header if cell.strip()}
    scored = {
        table.name: len(cells & {normalize_header(column.name) for column in table.columns})
        for table in tables().values()
    }
    name = max(scored, key=lambda name: scored[name])
    return tables()[name] if scored[name] >= max(2, len(cells) / 2) else None


@cache
def whole_number_columns() -> frozenset[str]:
    """Return the normalized headers of the columns for whole numbers."""
    return frozenset(
        normalize_header(c.name)
        for table in tables().values()
        for c in table.columns
        if c.type == "integer"
    )


@cache
def _column_names() -> frozenset[str]:
    return frozenset(normalize_header(c.name) for table in tables().values() for c in table.columns)


def _unknown(cell: str, table: Table, names: set[str], path: str) -> tuple[str, str]:
    message = _("“{cell}” is not a column of {name}", cell=cell, name=table.name)
    if table.name == "parts" and normalize_header(cell) == "of":
        return message, "Move its cells to made_from, part_of or about."
    close = get_close_matches(
        normalize_header(cell), [normalize_header(name) for name in sorted(names)], 1, 0.7
    )
    meant = next((name for name in names if close and normalize_header(name) == close[0]), "")
    if not meant and get_close_matches(cell.lower(), ["date"], 1, 0.8):
        meant = "date.edtf" if "date.edtf" in names else ""
    if meant:
        return message, f"Did you mean {meant}?"
    how = f"archive-pkg tables map {shlex.quote(path)}"
    return message, f"Delete it. If the columns are your own, say what they mean: {how}"


def _has_cells(sheet: Sheet, place: int) -> bool:
    rows: Iterator[list[str]] = (row for block in sheet.blocks() for row in block.rows)
    return any(len(row) > place and row[place].strip() for row in rows)
