"""Convert records to rows of tables, and rows to records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.tables.schema.cells import from_cell, to_cell
from archive_pkg.tables.schema.columns import LETTER, LETTERS, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archive_pkg.records.models import Record
    from archive_pkg.tables.schema.columns import Column, Table

Row = dict[str, str]
"""The cells of a row by column; empty cells may be missing."""


def record_rows(table: Table, record: Record) -> list[list[str]]:
    """Return the rows of one table that hold a record, each with a cell for every column."""
    if table.name == LETTERS:
        return [_cells(table.columns, record)]
    items = _at(record, table.path) or ()
    return [[record.id, *_cells(table.columns[1:], item)] for item in items]


def _cells(columns: Sequence[Column], item: Any) -> list[str]:
    cells = []
    for column in columns:
        value = item
        for name in column.path:
            value = getattr(value, name)
            if value is None:  # most columns of most rows
                cells.append("")
                break
        else:
            cells.append(to_cell(column, value))
    return cells


def raw_records(rows: Mapping[str, Iterable[Row]]) -> list[dict[str, Any]]:
    """Return records as plain data, as in record files, from the rows of each table.

    Rows of letters that are not in `letters` are left out; checking reports them.

    Args:
        rows: The rows of each table in order, by table name.
    """
    raw = {row.get("id", ""): raw_item(tables()[LETTERS], row) for row in rows.get(LETTERS, ())}
    for name, table in tables().items():
        if name == LETTERS:
            continue
        for row in rows.get(name, ()):
            record = raw.get(row.get(LETTER, ""))
            if record is not None:
                _list_at(record, table.path).append(raw_item(table, row))
    return list(raw.values())


def raw_item(table: Table, row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as plain data of an item, without the id of its letter."""
    names = [name for name in row if name != LETTER or table.name == LETTERS]
    columns = [(place, table.column(name)) for place, name in enumerate(names)]
    return raw_values(columns, [row[name] for name in names])


def raw_values(columns: Iterable[tuple[int, Column]], cells: Sequence[str]) -> dict[str, Any]:
    """Return the filled cells as plain data; each column comes with the index of its cell."""
    plain: dict[str, Any] = {}
    for place, column in columns:
        text = cells[place]
        if text:
            home, path = plain, column.path
            for name in path[:-1]:
                home = home.setdefault(name, {})
            value = from_cell(column, text) if column.many or column.form else text
            home[path[-1]] = value
    return plain


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if value is None:
            return None
        value = getattr(value, name)
    return value


def _list_at(record: dict[str, Any], path: tuple[str, ...]) -> list[Any]:
    home = record
    for name in path[:-1]:
        home = home.setdefault(name, {})
    found: list[Any] = home.setdefault(path[-1], [])
    return found
