"""Letters whose rows must be seen together: do the parts, the events, the evidence make sense?

While the tables go by, `Coherence` takes down which letters a row alone cannot vouch for; their
records are then built, one at a time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.dates.date import Edtf
from archive_pkg.records.explaining import told
from archive_pkg.records.models import Record
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.tables.aside import Noted, by_letter
from archive_pkg.tables.cells import split_items
from archive_pkg.tables.items import column_at
from archive_pkg.tables.layout import LETTER, LETTERS, tables
from archive_pkg.tables.rows import raw_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from archive_pkg.reports import Finding
    from archive_pkg.tables.aside import Numbered
    from archive_pkg.tables.checking import Bound
    from archive_pkg.tables.layout import Table
    from archive_pkg.tables.sheets import Rows

_JOINT = "\x1f"
# References and ids that are taken are reported with the tables' keys.
_NEWS = {"circle_of_parts", "events_out_of_order", "unknown_statement"}

Loc = tuple[str | int, ...]


class Coherence:
    """Which letters have to be seen whole, and what is wrong with them."""

    def __init__(self, keys: Mapping[str, Noted[int]]) -> None:
        self._keys = keys
        self._unsure = Noted[int]()
        self._filled = Noted[int]()  # with the number of what is filled in
        self._kinds: dict[frozenset[str], int] = {}
        self._ends = Noted[str]()

    def watch(self, table: Table, rows: Rows) -> None:
        """Take down what rows say of their letters."""
        look = {
            LETTERS: self._letters,
            "parts": self._parts,
            "events": self._events,
            "evidence": self._evidence,
            "classification_history": self._history,
        }.get(table.name)
        if look and ("id" if table.name == LETTERS else LETTER) in rows.cells:
            look(rows)

    def findings(
        self, bound: Mapping[str, Bound], *, everything: bool
    ) -> Iterator[tuple[str, int, int, Finding]]:
        """What is wrong with the letters: table, row, place of the column, finding.

        Args:
            bound: The tables.
            everything: Whether to see every letter whole, not only those in doubt.
        """
        if everything or self._unsure:
            for letter, rows in by_letter(bound, None if everything else self._unsure):
                if letter:
                    yield from _incoherence(bound, rows)

    def _doubt(self, letters: Iterable[str]) -> None:
        self._unsure.add((letter, 0) for letter in letters)

    def _letters(self, rows: Rows) -> None:
        names = [name for name in rows.cells if name != "id"]
        numbers: dict[tuple[bool, ...], int] = {}
        columns = [rows.cells[name] for name in names]
        noted = []
        for letter, *cells in zip(rows.cells["id"], *columns, strict=True):
            mask = tuple(map(bool, cells))
            if mask not in numbers:
                there = [name for name, filled in zip(names, mask, strict=True) if filled]
                kind = frozenset([*there, *(name.partition(".")[0] for name in there)])
                numbers[mask] = self._kinds.setdefault(kind, len(self._kinds))
            noted.append((letter, numbers[mask]))
        self._filled.put(noted)

    def _parts(self, rows: Rows) -> None:
        """A part that leads to earlier ones makes no circle; look at the others."""
        made = [
            (letter, [f"{letter}{_JOINT}{part}" for part in split_items(names)], number)
            for relation in RELATIONS
            for letter, names, number in zip(
                rows.cells[LETTER], rows.cells.get(relation, ()), rows.numbers, strict=False
            )
            if names
        ]
        known = self._keys["parts"].among({part for _, parts, _ in made for part in parts})
        self._doubt(
            letter
            for letter, parts, number in made
            if not all(known.get(part, number) < number for part in parts)
        )

    def _events(self, rows: Rows) -> None:
        last = self._ends.among(set(rows.cells[LETTER]))
        for letter, date in zip(rows.cells[LETTER], rows.cells.get("date.edtf", ()), strict=False):
            starts, ends = _limits(date)
            before = last.get(letter)
            if before and ends and ends < before:
                self._doubt([letter])
            if starts and (before is None or starts > before):
                last[letter] = starts
        self._ends.put(last.items())

    def _history(self, rows: Rows) -> None:
        self._doubt(rows.cells[LETTER])

    def _evidence(self, rows: Rows) -> None:
        kinds = list(self._kinds)
        filled = self._filled.among(set(rows.cells[LETTER]))
        elsewhere: dict[str, dict[str, str]] = {}
        for letter, field in zip(rows.cells[LETTER], rows.cells.get("field", ()), strict=False):
            if letter not in filled or field not in kinds[filled[letter]]:
                table, _, name = field.partition(".")
                named = table if name else ""
                elsewhere.setdefault(named, {})[f"{letter}{_JOINT}{name}"] = letter
        for table, owners in elsewhere.items():
            known = self._keys[table].among(owners) if table in self._keys else {}
            self._doubt(letter for key, letter in owners.items() if key not in known)


@lru_cache(maxsize=10_000)
def _limits(date: str) -> tuple[str, str]:
    """The first and the last day of a date, as texts that can be compared; empty if not known."""
    try:
        edtf = Edtf(date)
    except ValueError:
        return "", ""
    return str(edtf.earliest or ""), str(edtf.latest or "")


def _incoherence(
    bound: Mapping[str, Bound], rows: dict[str, Numbered]
) -> Iterator[tuple[str, int, int, Finding]]:
    """What is wrong with one letter as a whole; what is wrong within its rows has been told."""
    letter = _Letter(rows)
    for entry in letter.incoherence():
        name, number, path = letter.place(entry["loc"])
        table = bound[name]
        row = dict(letter.rows[name]).get(number, {})
        column = column_at(table.table, path, row)
        place = table.places.get(column.name)
        code, message, hint = told(entry, Record)
        at = table.sheet.at(number, place, column.name)
        yield name, number, place or 0, code.at(at, message, hint)


class _Letter:
    """The rows of one letter, and the record they make."""

    def __init__(self, rows: dict[str, Numbered]) -> None:
        self.rows = {name: list(numbered) for name, numbered in rows.items()}
        self.rows[LETTERS] = rows[LETTERS][:1]
        plain = {name: [row for _, row in numbered] for name, numbered in self.rows.items()}
        self._raw = raw_records(plain)[0]

    def incoherence(self) -> list[ErrorDetails]:
        """What is wrong with the record as a whole, and what no row alone can tell."""
        try:
            Record.model_validate(self._raw)
        except ValidationError as error:
            entries = error.errors(include_url=False)
            return [e for e in entries if e["type"] in _NEWS or self._lacks_marking(e)]
        return []

    def place(self, loc: Loc) -> tuple[str, int, Loc]:
        """Table, row number and the place within the row's item that a place in the record is."""
        name, index, inner = _split(loc)
        if name == LETTERS:
            return name, self.rows[LETTERS][0][0], loc
        return name, self.rows[name][index][0], inner

    def _lacks_marking(self, entry: ErrorDetails) -> bool:
        """Whether a classification has a history and nothing else, which no row alone can tell."""
        row = self.rows[LETTERS][0][1]
        return entry["loc"] == ("classification", "as_written") and not any(
            name.startswith("classification.") for name in row
        )


def _split(loc: Loc) -> tuple[str, int, Loc]:
    """The table that a place in a record is in, the number of the item there, the place in it."""
    for name, table in tables().items():
        depth = len(table.path)
        if depth and loc[:depth] == table.path and len(loc) > depth:
            return name, int(loc[depth]), loc[depth + 1 :]
    return LETTERS, 0, loc
