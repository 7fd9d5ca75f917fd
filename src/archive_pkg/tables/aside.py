"""What has to be kept of rows that went by, in a temporary file: a catalogue may be of any size.

The files are SQLite's own, without a name, and gone with the process at the latest.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from archive_pkg.errors import StorageError
from archive_pkg.tables.layout import LETTER, LETTERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from archive_pkg.tables.checking import Bound

Numbered = list[tuple[int, dict[str, str]]]
"""Rows of a letter in one table, with their numbers."""

V = TypeVar("V", int, str)

_AT_ONCE = 500
_CACHE = "PRAGMA cache_size = -8000"
"""In KiB: what of a file is kept in memory."""


class Noted(Generic[V]):
    """Texts, each with a value, in the order in which they came; a mapping that stays on disk."""

    def __init__(self) -> None:
        """Begin without any."""
        self._base = _temporary("noted (key TEXT PRIMARY KEY, value)")
        weakref.finalize(self, self._base.close)

    def add(self, notes: Iterable[tuple[str, V]]) -> int:
        """Note what is new, and say how many that were; what is known keeps its value."""
        before = self._base.total_changes
        _write(self._base, "INSERT OR IGNORE INTO noted VALUES (?, ?)", notes)
        return self._base.total_changes - before

    def put(self, notes: Iterable[tuple[str, V]]) -> None:
        """Note values, in the place of those that are known."""
        _write(self._base, "INSERT OR REPLACE INTO noted VALUES (?, ?)", notes)

    def among(self, keys: Iterable[str]) -> dict[str, V]:
        """Those of some keys that are noted, with their values."""
        found: dict[str, V] = {}
        waiting = iter(keys)
        while some := list(islice(waiting, _AT_ONCE)):
            marks = ", ".join("?" * len(some))
            query = f"SELECT key, value FROM noted WHERE key IN ({marks})"  # noqa: S608 - marks only
            found.update(self._base.execute(query, some))
        return found

    def missing(self, keys: Collection[str]) -> set[str]:
        """Those of some keys that are not noted."""
        return {*keys}.difference(self.among(keys))

    def beginning(self, start: str) -> list[str]:
        """The keys that begin with a text, without it."""
        after = start[:-1] + chr(ord(start[-1]) + 1)
        query = "SELECT key FROM noted WHERE key >= ? AND key < ?"
        return [key[len(start) :] for (key,) in self._base.execute(query, (start, after))]

    def __contains__(self, key: str) -> bool:
        return bool(self.among([key]))

    def __iter__(self) -> Iterator[str]:
        return (key for (key,) in self._base.execute("SELECT key FROM noted ORDER BY rowid"))

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def by_letter(
    bound: Mapping[str, Bound], wanted: Noted[int] | None = None
) -> Iterator[tuple[str, dict[str, Numbered]]]:
    """Each letter with its rows, by table; wherever in the tables they stand.

    Letters stand in the order of their own table; rows of letters that are not in it are left out.

    Args:
        bound: The tables.
        wanted: The letters that are wanted; all, if not given.
    """
    with closing(_temporary("rows (letter TEXT, name TEXT, number INTEGER, cells TEXT)")) as base:
        for name, table in bound.items():
            for rows in table.rows():
                owners = rows.cells.get("id" if name == LETTERS else LETTER, ())
                chosen = {*owners} if wanted is None else wanted.among({*owners})
                new = (
                    (letter, name, rows.numbers[place], json.dumps(rows.row(place)))
                    for place, letter in enumerate(owners)
                    if letter in chosen
                )
                _write(base, "INSERT INTO rows VALUES (?, ?, ?, ?)", new)
        base.execute("CREATE INDEX by_letter ON rows (letter)")
        letters = "SELECT letter FROM rows WHERE name = ? GROUP BY letter ORDER BY min(rowid)"
        for (letter,) in base.execute(letters, (LETTERS,)):
            own: dict[str, Numbered] = {}
            query = "SELECT name, number, cells FROM rows WHERE letter = ? ORDER BY rowid"
            for name, number, cells in base.execute(query, (letter,)):
                own.setdefault(name, []).append((number, json.loads(cells)))
            yield letter, own


def _temporary(table: str) -> sqlite3.Connection:
    base = sqlite3.connect("", isolation_level=None)
    base.execute(_CACHE)
    base.execute("PRAGMA journal_mode = OFF")
    base.execute(f"CREATE TABLE {table}")
    base.execute("BEGIN")
    return base


def _write(base: sqlite3.Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    try:
        base.executemany(statement, rows)
    except sqlite3.OperationalError as error:
        hint = "free some space there, or name another folder in TMPDIR"
        raise StorageError(f"writing a temporary file: {error}", hint) from error
