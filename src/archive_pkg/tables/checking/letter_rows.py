"""Group the rows of each letter, even if the catalogue is larger than memory.

The rows are in a temporary SQLite database without a name, which is deleted when it is closed.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from archive_pkg.errors import StorageError
from archive_pkg.messages import _
from archive_pkg.records.register_entries import completed
from archive_pkg.tables.schema.columns import LETTER, LETTERS
from archive_pkg.tables.schema.rows import raw_records

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from archive_pkg.records.models import Register
    from archive_pkg.tables.schema.rows import Row

NumberedRows = list[tuple[int, "Row"]]
"""The numbered rows of a letter in one table."""


def by_letter(
    rows: Mapping[str, Iterable[tuple[int, Row]]], wanted: Container[str] | None = None
) -> Iterator[tuple[str, dict[str, NumberedRows]]]:
    """Yield the rows of each letter, in the order of `letters`.

    Rows of letters that are not in `letters` are left out.

    Args:
        rows: The numbered rows by table.
        wanted: The ids of the letters to yield; the default is all.

    Raises:
        StorageError: The temporary file cannot be written.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = -8000")  # KiB in memory
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("CREATE TABLE rows (letter TEXT, name TEXT, number INTEGER, cells TEXT)")
        database.execute("BEGIN")
        try:
            for name, numbered in rows.items():
                database.executemany(
                    "INSERT INTO rows VALUES (?, ?, ?, ?)", _chosen(name, numbered, wanted)
                )
            database.execute("CREATE INDEX by_letter ON rows (letter)")
        except sqlite3.OperationalError as error:
            hint = _("Free some space there, or name another folder in TMPDIR.")
            raise StorageError(_("writing a temporary file: {error}", error=error), hint) from error
        letters = "SELECT letter FROM rows WHERE name = ? GROUP BY letter ORDER BY min(rowid)"
        for (letter,) in database.execute(letters, (LETTERS,)):
            own: dict[str, NumberedRows] = {}
            query = "SELECT name, number, cells FROM rows WHERE letter = ? ORDER BY rowid"
            for name, number, cells in database.execute(query, (letter,)):
                own.setdefault(name, []).append((number, json.loads(cells)))
            yield letter, own


def _chosen(
    name: str, rows: Iterable[tuple[int, Row]], wanted: Container[str] | None
) -> Iterator[tuple[str, str, int, str]]:
    owner = "id" if name == LETTERS else LETTER
    for number, row in rows:
        letter = row.get(owner, "")
        if wanted is None or letter in wanted:
            yield letter, name, number, json.dumps(row)


def raw_letter(
    rows: dict[str, NumberedRows], register: Register | None = None
) -> dict[str, object]:
    """Combine the rows of a letter into a raw record, and complete it from a register."""
    plain = {name: [row for __, row in numbered] for name, numbered in rows.items()}
    made = raw_records(plain)[0]
    return completed(made, register) if register else made
