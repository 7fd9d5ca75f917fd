"""Check the rows of a letter together: cycles of parts, order of events, targets of evidence.

Building every record would take longer than all other checks. `DoubtfulLetters` reads each row
during validation, and remembers the letters that may have such faults. Only these become records.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import ValidationError

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.tables.checking.letter_rows import raw_letter
from archive_pkg.tables.checking.row_validation import column_at
from archive_pkg.tables.schema.cells import split_items
from archive_pkg.tables.schema.columns import LETTER, LETTERS, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from archive_pkg.records.models import Register
    from archive_pkg.reports import Code
    from archive_pkg.tables.checking.letter_rows import NumberedRows
    from archive_pkg.tables.schema.rows import Row

    Ids = Callable[[str], Mapping[str, set[str]] | None]

# Unknown references and repeated ids are not here: the checks of keys report them.
_RECORD_ERRORS = {
    "circle_of_parts",
    "events_out_of_order",
    "type_known",
    "type_unknown",
    "unknown_statement",
}

Loc = tuple[str | int, ...]


class DoubtfulLetters:
    """The letters that must be built as records.

    Attributes:
        letters: Their ids.
    """

    def __init__(self, ids: Ids) -> None:
        """Start without any letter.

        Args:
            ids: Returns the ids in a table by letter.
        """
        self.letters: set[str] = set()
        self._ids = ids
        self._filled: dict[str, frozenset[str]] = {}
        self._kinds: dict[tuple[str, ...], frozenset[str]] = {}
        self._before: tuple[str, set[str]] = ("", set())
        self._ends: dict[str, str] = {}
        self._doubts: dict[str, Callable[[str, Row], bool]] = {
            LETTERS: self._letter,
            "parts": self._part,
            "events": self._event,
            "evidence": self._evidence,
            "classification_history": lambda *_: True,
        }

    def reader(self, table: str) -> Callable[[Row], None] | None:
        """Return a function that reads the rows of a table; None if they need no other rows."""
        is_doubtful = self._doubts.get(table)
        owner = "id" if table == LETTERS else LETTER
        if is_doubtful is None:
            return None

        def read(row: Row) -> None:
            letter = row.get(owner, "")
            if is_doubtful(letter, row):
                self.letters.add(letter)

        return read

    def _letter(self, letter: str, row: Row) -> bool:
        """Record which fields are filled, and return whether the type needs its definition."""
        names = tuple(row)
        if names not in self._kinds:
            tops = (name.partition(".")[0] for name in names)
            self._kinds[names] = frozenset([*names, *tops]) - {"id"}
        self._filled[letter] = self._kinds[names]
        return row.get("type") not in document_types() or "own_type.like" in row

    def _part(self, letter: str, row: Row) -> bool:
        """Return whether a part refers to one that does not precede it, so a cycle is possible."""
        if self._before[0] != letter:
            self._before = letter, set()
        before = self._before[1]
        leads = [part for name in RELATIONS if name in row for part in split_items(row[name])]
        doubtful = not before.issuperset(leads)
        before.add(row.get("id", ""))
        return doubtful

    def _event(self, letter: str, row: Row) -> bool:
        starts, ends = _limits(row.get("date.edtf", ""))
        before = self._ends.get(letter, "")
        if starts > before:
            self._ends[letter] = starts
        return bool(before and ends and ends < before)

    def _evidence(self, letter: str, row: Row) -> bool:
        """Return whether evidence is for neither a filled field nor the id of an item."""
        field = row.get("field", "")
        if field in self._filled.get(letter, ()):
            return False
        table, _, name = field.partition(".")
        known = self._ids(table) if name and table != LETTERS and table in tables() else None
        return known is None or name not in known.get(letter, ())


@lru_cache(maxsize=10_000)
def _limits(date: str) -> tuple[str, str]:
    """Return the first and last day of a date as comparable texts; empty if unknown."""
    try:
        edtf = Edtf(date)
    except ValueError:
        return "", ""
    return str(edtf.earliest or ""), str(edtf.latest or "")


def incoherence(
    rows: dict[str, NumberedRows], register: Register | None = None
) -> Iterator[tuple[str, int, str, Code, str, str]]:
    """Yield table, row, column, code, message and hint of the faults of a complete letter.

    Faults within single rows are not repeated.

    Args:
        rows: The numbered rows of the letter by table.
        register: The register that completes the letter.
    """
    (letter, *_), others = rows[LETTERS], {n: own for n, own in rows.items() if n != LETTERS}
    rows = {LETTERS: [letter], **others}
    try:
        Record.model_validate(raw_letter(rows, register))
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            if entry["type"] in _RECORD_ERRORS or _lacks_classification(entry, letter[1]):
                name, index, path = _split(entry["loc"])
                number, row = rows[name][index]
                column = column_at(tables()[name], path, row)
                yield name, number, column.name, *explain_entry(entry, Record)


def _lacks_classification(entry: ErrorDetails, letter: Row) -> bool:
    """Return whether a classification has only a history, which a single row does not show."""
    return entry["loc"] == ("classification", "as_written") and not any(
        name.startswith("classification.") for name in letter
    )


def _split(loc: Loc) -> tuple[str, int, Loc]:
    """Split the path of an error into its table, the index of the item and the path in it."""
    for name, table in tables().items():
        depth = len(table.path)
        if depth and loc[:depth] == table.path and len(loc) > depth:
            return name, int(loc[depth]), loc[depth + 1 :]
    return LETTERS, 0, loc
