"""A catalogue of letters checked whole: every cell, every reference, every letter.

Three passes over the rows. The first takes down the ids of letters, agents and parts; the second
screens each table block by block and looks closely at what the screen stops; the third builds the
records of those letters of which a row alone cannot say that they hang together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from archive_pkg.records.explaining import REFERENCE_UNKNOWN
from archive_pkg.reports import Code, Report, Severity
from archive_pkg.tables.cells import split_items, unguarded
from archive_pkg.tables.coherence import Coherence
from archive_pkg.tables.hazards import hazards, suspicious
from archive_pkg.tables.headers import bind
from archive_pkg.tables.items import row_faults
from archive_pkg.tables.layout import LETTER, LETTERS, tables
from archive_pkg.tables.screening import Screen
from archive_pkg.tables.sheets import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archive_pkg.reports import Finding
    from archive_pkg.tables.layout import Column, Table
    from archive_pkg.tables.sheets import Sheet

KEY_TAKEN = Code(
    "tables-key-taken", Severity.ERROR, "Two rows of a table have the same id, within one letter."
)
ROW_RAGGED = Code(
    "tables-row-ragged", Severity.ERROR, "A row has more or fewer cells than the header."
)
ROW_BLANK = Code("tables-row-blank", Severity.WARNING, "A row without any cell; it is left out.")
TABLE_MISSING = Code(
    "tables-table-missing",
    Severity.WARNING,
    "A table that others refer to is not at hand, so that their references are not followed.",
)

Progress = Callable[[int, int | None], None]
"""Called with the number of rows done, and of all where that is known."""

_JOINT = "\x1f"
_KEYED = (LETTERS, "agents", "parts")
# Words of a source stand as they are, with their spaces and scripts.
_VERBATIM = frozenset({"exact", "prefix", "suffix", "as_written", "original", "romanized"})


@dataclass(slots=True)
class Rows:
    """Rows of a table as columns.

    Attributes:
        numbers: The rows' numbers, as a spreadsheet counts.
        cells: The cells of each column that the sheet has, by its name.
    """

    numbers: Sequence[int]
    cells: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, place: int) -> dict[str, str]:
        """One row's cells that are not empty."""
        return {name: values[place] for name, values in self.cells.items() if values[place]}


@dataclass(slots=True)
class Bound:
    """A table and the sheet that holds it."""

    table: Table
    sheet: Sheet
    places: dict[str, int]
    _shape: dict[tuple[int, str], Finding] = field(default_factory=dict)

    def rows(self) -> Iterator[Rows]:
        """The rows, block by block; what is wrong with their shape is kept for `shape`."""
        width = len(self.sheet.header)
        for start, rows in self._blocks():
            numbers: Sequence[int] = range(start, start + len(rows))
            if not all(map(any, rows)):
                kept = [place for place, row in enumerate(rows) if any(row)]
                for place, row in enumerate(rows):
                    if not any(row) and start + place not in self.sheet.left_out:
                        self._blank(start + place)
                numbers, rows = [start + place for place in kept], [rows[place] for place in kept]
            if set(map(len, rows)) - {width}:
                rows = [
                    self._even(number, row, width)
                    for number, row in zip(numbers, rows, strict=False)
                ]
            if rows:
                yield Rows(numbers, self._columns(list(zip(*rows, strict=True))))

    def _blocks(self) -> Iterator[Block]:
        for start, rows in self.sheet.blocks():
            left_out = self.sheet.left_out
            if left_out:
                rows = [[] if n in left_out else row for n, row in enumerate(rows, start)]
            yield Block(start, rows)

    def _columns(self, columns: list[tuple[str, ...]]) -> dict[str, Sequence[str]]:
        cells: dict[str, Sequence[str]] = {}
        for name, place in self.places.items():
            column = self.table.column(name)
            cells[name] = columns[place]
            if self.sheet.is_guarded and column.is_free and "'" in "".join(columns[place]):
                cells[name] = [unguarded(column, text) for text in columns[place]]
        return cells

    def _blank(self, number: int) -> None:
        at = self.sheet.at(number)
        self._shape[number, "blank"] = ROW_BLANK.at(at, "the row is blank", "take it out")

    def _even(self, number: int, row: list[str], width: int) -> list[str]:
        extra = [place for place in range(width, len(row)) if row[place]]
        if extra:
            at = self.sheet.at(number, extra[0])
            message = f"the row has {len(row)} cells, the header {width}"
            hint = "a separator within a cell needs quotes around the cell; or name the column"
            self._shape[number, "long"] = ROW_RAGGED.at(at, message, hint)
        elif len(row) < width and self.sheet.is_guarded:
            at = self.sheet.at(number, len(row))
            message = f"the row has {len(row)} cells, the header {width}"
            hint = "write empty cells, too; or has a line end slipped into a cell?"
            self._shape[number, "short"] = ROW_RAGGED.at(at, message, hint)
        return row[:width] + [""] * (width - len(row))

    @property
    def shape(self) -> Iterable[tuple[int, Finding]]:
        """What is wrong with the shape of rows: row number and finding."""
        return ((number, finding) for (number, _), finding in self._shape.items())


class Check:
    """One check of a catalogue; `report` tells all."""

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        *,
        thorough: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Take the sheets by the names of the tables they hold.

        Args:
            sheets: The sheets.
            thorough: Whether to look closely at every row: slower, with the same findings.
            progress: Called with the number of rows done, and of all where that is known.
        """
        self._thorough = thorough
        self._progress = progress
        self._done = 0
        sizes = [sheet.size for sheet in sheets.values()]
        self._total = None if None in sizes else sum(size or 0 for size in sizes)
        self._found: list[tuple[int, int, int, Finding]] = []
        self.bound: dict[str, Bound] = {}
        for name, table in tables().items():
            if name in sheets and sheets[name].header:
                places, found = bind(sheets[name], table)
                self.bound[name] = Bound(table, sheets[name], places)
                for finding in found:
                    self._tell(name, 0, 0, finding)
        self._keys: dict[str, dict[str, int]] = {name: {} for name in self.bound}
        self._ids: dict[str, dict[str, list[str]]] = {}
        self._coherence = Coherence(self._keys)

    def run(self) -> Report:
        """Everything that is wrong, table by table, row by row."""
        for name in _KEYED:
            if name in self.bound:
                for rows in self.bound[name].rows():
                    self._take_keys(self.bound[name], rows)
        for name, bound in self.bound.items():
            screen = Screen(bound.table)
            for rows in bound.rows():
                if name not in _KEYED and bound.table.key:
                    self._take_keys(bound, rows)
                self._check_rows(bound, screen, rows)
                self._tick(len(rows))
            for number, finding in bound.shape:
                self._tell(name, number, 0, finding)
        for table, number, column, finding in self._coherence.findings(
            self.bound, everything=self._thorough
        ):
            self._tell(table, number, column, finding)
        report = Report()
        for bound in self.bound.values():
            report.extend(bound.sheet.report)
        self._found.sort(key=lambda found: found[:3])
        report.extend(dict.fromkeys(finding for *_, finding in self._found))
        return report

    def _check_rows(self, bound: Bound, screen: Screen, rows: Rows) -> None:
        count = len(rows)
        suspects = set(range(count)) if self._thorough else screen.suspects(rows.cells, count)
        for place in sorted(suspects):
            row = rows.row(place)
            for name, code, message, hint in row_faults(bound.table, row):
                if name not in bound.places and bound.table.column(name).required:
                    continue  # told of the column, once
                self._tell_cell(bound, rows.numbers[place], name, code, message, hint)
        for column in bound.table.columns:
            values = rows.cells.get(column.name)
            if values:
                self._check_hazards(bound, rows, column, values)
                if column.refers_to:
                    self._check_references(bound, rows, column, values)
        self._coherence.watch(bound.table, rows)

    def _check_hazards(
        self, bound: Bound, rows: Rows, column: Column, values: Sequence[str]
    ) -> None:
        verbatim = column.path[-1] in _VERBATIM
        for place in dict.fromkeys(suspicious(values, verbatim=verbatim)):
            for code, message, hint in hazards(values[place], verbatim=verbatim):
                self._tell_cell(bound, rows.numbers[place], column.name, code, message, hint)

    def _check_references(
        self, bound: Bound, rows: Rows, column: Column, values: Sequence[str]
    ) -> None:
        known = self._keys.get(column.refers_to)
        if known is None:
            if any(values):
                self._tell_absent(bound, column.refers_to)
            return
        if column.refers_to == LETTERS:
            if known.keys() >= set(values):
                return
            for place, value in enumerate(values):
                if value and value not in known:
                    near = get_close_matches(value, known, 1)
                    hint = f"did you mean {near[0]}?" if near else "add it to letters"
                    self._tell_reference(bound, rows, place, column, "letter", value, hint)
            return
        letters = rows.cells.get("id" if bound.table.name == LETTERS else LETTER, ())
        owners = self._keys.get(LETTERS)
        for place, (letter, value) in enumerate(zip(letters, values, strict=False)):
            if not value or f"{letter}{_JOINT}{value}" in known:
                continue
            if owners is not None and letter not in owners:
                continue  # told of the letter; what hangs on it follows
            for item in split_items(value) if column.many else (value,):
                if item and f"{letter}{_JOINT}{item}" not in known:
                    what = column.refers_to.removesuffix("s")
                    near = get_close_matches(item, self._ids_of(column.refers_to, letter), 1)
                    hint = f"did you mean {near[0]}?" if near else f"add it to {column.refers_to}"
                    self._tell_reference(bound, rows, place, column, what, item, hint)

    def _tell_reference(
        self, bound: Bound, rows: Rows, place: int, column: Column, what: str, item: str, hint: str
    ) -> None:
        message = f"no {what} has the id {item}"
        number = rows.numbers[place]
        self._tell_cell(bound, number, column.name, REFERENCE_UNKNOWN, message, hint)

    def _take_keys(self, bound: Bound, rows: Rows) -> None:
        ids = rows.cells.get("id")
        if ids is None:
            return
        if bound.table.name == LETTERS:
            keys: Iterable[str] = ids
        else:
            letters = rows.cells.get(LETTER) or ("",) * len(rows)
            keys = map(_JOINT.join, zip(letters, ids, strict=True))
        taken = self._keys[bound.table.name]
        for number, key in zip(rows.numbers, keys, strict=True):
            first = taken.setdefault(key, number)
            if first != number and key and not key.endswith(_JOINT):
                name = key.rpartition(_JOINT)[2]
                message = f"the id {name} is taken by row {first}"
                hint = "give one of the two rows another id, or take the twin out"
                self._tell_cell(bound, number, "id", KEY_TAKEN, message, hint)

    def _ids_of(self, table: str, letter: str) -> list[str]:
        if table not in self._ids:
            index: dict[str, list[str]] = {}
            for key in self._keys[table]:
                owner, _, name = key.rpartition(_JOINT)
                index.setdefault(owner, []).append(name)
            self._ids[table] = index
        return self._ids[table].get(letter, [])

    def _tell_absent(self, bound: Bound, target: str) -> None:
        message = f"{bound.table.name} refers to {target}, and no such table is at hand"
        at = bound.sheet.at(bound.sheet.header_row)
        hint = f"check them together: put {target} beside it"
        self._tell(bound.table.name, 0, 0, TABLE_MISSING.at(at, message, hint))

    def _tell_cell(
        self, bound: Bound, number: int, name: str, code: Code, message: str, hint: str
    ) -> None:
        place = bound.places.get(name)
        at = bound.sheet.at(number, place, name)
        self._tell(bound.table.name, number, place or 0, code.at(at, message, hint))

    def _tell(self, table: str, number: int, column: int, finding: Finding) -> None:
        order = list(tables()).index(table)
        self._found.append((order, number, column, finding))

    def _tick(self, rows: int) -> None:
        self._done += rows
        if self._progress:
            self._progress(self._done, self._total)
