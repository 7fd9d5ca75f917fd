"""A catalogue of letters checked whole: every cell, every reference, every letter.

Each table is read once, block by block, those first that others refer to: its ids are taken down, a
screen looks at whole columns, and what it stops is looked at closely. Then the records are built of
those letters of which a row alone cannot say that they hang together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import itemgetter
from typing import TYPE_CHECKING

from archive_pkg.records.explaining import REFERENCE_UNKNOWN
from archive_pkg.records.upgrading import RELATIONS, relation_of
from archive_pkg.reports import Code, Report, Severity
from archive_pkg.tables.aside import Noted
from archive_pkg.tables.cells import split_items, unguarded
from archive_pkg.tables.coherence import Coherence
from archive_pkg.tables.csv_reading import CSV_BROKEN
from archive_pkg.tables.hazards import hazards, suspicious
from archive_pkg.tables.headers import bind
from archive_pkg.tables.items import row_faults
from archive_pkg.tables.layout import LETTER, LETTERS, tables
from archive_pkg.tables.screening import Screen
from archive_pkg.tables.sheets import Block, Rows

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
class Bound:
    """A table and the sheet that holds it."""

    table: Table
    sheet: Sheet
    places: dict[str, int]
    _shape: dict[tuple[int, str], Finding] = field(default_factory=dict)
    _blank_rows: tuple[int, int] = (0, 0)

    def rows(self) -> Iterator[Rows]:
        """The rows, block by block; what is wrong with their shape is kept for `shape`."""
        width = len(self.sheet.header)
        for start, rows in self._blocks():
            numbers: Sequence[int] = range(start, start + len(rows))
            if not _begin(rows) and not all(map(any, rows)):
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
                yield self._columns(numbers, list(zip(*rows, strict=True)))

    def _blocks(self) -> Iterator[Block]:
        for start, rows in self.sheet.blocks():
            left_out = self.sheet.left_out
            if left_out:
                rows = [[] if n in left_out else row for n, row in enumerate(rows, start)]
            yield Block(start, rows)

    def _columns(self, numbers: Sequence[int], columns: list[tuple[str, ...]]) -> Rows:
        cells: dict[str, Sequence[str]] = {}
        for name, place in self.places.items():
            cells[name] = columns[place]
        if len(set(map(self.places.get, RELATIONS))) == 1 and RELATIONS[0] in cells:
            _tell_relations_apart(cells)
        rows = Rows(numbers, cells)
        for name in cells if self.sheet.is_guarded else ():
            column = self.table.column(name)
            if column.is_free and "'" in rows.text(name):
                rows.replace(name, [unguarded(column, text) for text in cells[name]])
        return rows

    def _blank(self, number: int) -> None:
        """Note a blank row; those that follow one another are one finding."""
        first, last = self._blank_rows
        first = first if number == last + 1 else number
        self._blank_rows = first, number
        message, hint = "the row is blank", "take it out"
        if number > first:
            message = f"{number - first + 1} rows are blank, up to row {number}"
            hint = "take them out"
        self._shape[first, "blank"] = ROW_BLANK.at(self.sheet.at(first), message, hint)

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


def _key(letter: str, name: str) -> str:
    """What an id is noted by; a letter's own has no letter before it."""
    return f"{letter}{_JOINT}{name}" if letter else name


def _tell_relations_apart(cells: dict[str, Sequence[str]]) -> None:
    """Give each cell of the former column `of` to the relation that its part's kind makes it."""
    former = cells[RELATIONS[0]]
    kinds = cells.get("kind", ("",) * len(former))
    for relation in RELATIONS:
        cells[relation] = [
            cell if relation_of(kind) == relation else ""
            for kind, cell in zip(kinds, former, strict=True)
        ]


def _begin(rows: list[list[str]]) -> bool:
    """Whether every row has something in its first cell, and so is not blank."""
    try:
        return all(map(itemgetter(0), rows))
    except IndexError:
        return False


class Check:
    """One check of a catalogue.

    Attributes:
        bound: The tables, each with its sheet.
        names_files: Whether any cell names a file, known after `run`.
    """

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
        self.names_files = False
        self.bound: dict[str, Bound] = {}
        for name, table in tables().items():
            if name in sheets and sheets[name].header:
                places, found = bind(sheets[name], table)
                self.bound[name] = Bound(table, sheets[name], places)
                for finding in found:
                    self._tell(name, 0, 0, finding)
        # The ids of each table, with the numbers of their rows.
        self._keys = {name: Noted[int]() for name in (*self.bound, *_KEYED)}
        # Columns that refer to tables which have not been read to their end.
        self._waiting: dict[str, dict[tuple[str, str], Column]] = {name: {} for name in self.bound}
        self._coherence = Coherence(self._keys)

    def run(self) -> Report:
        """Everything that is wrong, table by table, row by row."""
        for name in sorted(self.bound, key=lambda name: name not in _KEYED):
            bound = self.bound[name]
            screen = Screen(bound.table)
            for rows in bound.rows():
                self._take_keys(bound, rows)
                self._check_rows(bound, screen, rows)
                self._tick(len(rows))
            for number, finding in bound.shape:
                self._tell(name, number, 0, finding)
            self._complete(name)
        # Of a letter that is not whole nothing can be said as a whole.
        if not any(map(self._is_torn, self.bound)):
            for found in self._coherence.findings(self.bound, everything=self._thorough):
                self._tell(*found)
        report = Report()
        for bound in self.bound.values():
            report.extend(bound.sheet.report)
        self._found.sort(key=lambda found: found[:3])
        report.extend(dict.fromkeys(finding for *_, finding in self._found))
        return report

    def _check_rows(self, bound: Bound, screen: Screen, rows: Rows) -> None:
        count = len(rows)
        suspects = set(range(count)) if self._thorough else screen.suspects(rows)
        for place in sorted(suspects):
            row = rows.row(place)
            for name, code, message, hint in row_faults(bound.table, row):
                if name not in bound.places and bound.table.column(name).required:
                    continue  # told of the column, once
                self._tell_cell(bound, rows.numbers[place], name, code, message, hint)
        for column in bound.table.columns:
            values = rows.cells.get(column.name)
            if values and rows.text(column.name):
                self._check_hazards(bound, rows, column, values)
                if column.refers_to:
                    self._look_up(bound, rows, column, values)
        if any(column.is_path and rows.text(column.name) for column in bound.table.columns):
            self.names_files = True
        self._coherence.watch(bound.table, rows)

    def _check_hazards(
        self, bound: Bound, rows: Rows, column: Column, values: Sequence[str]
    ) -> None:
        verbatim = column.path[-1] in _VERBATIM
        found = suspicious(values, rows.text(column.name), verbatim=verbatim)
        for place in dict.fromkeys(found):
            for code, message, hint in hazards(values[place], verbatim=verbatim):
                self._tell_cell(bound, rows.numbers[place], column.name, code, message, hint)

    def _look_up(self, bound: Bound, rows: Rows, column: Column, values: Sequence[str]) -> None:
        """Look references up, now or when the table they lead to has been read."""
        target = column.refers_to
        if target not in self.bound:
            self._tell_absent(bound, target)
        elif target in self._waiting:
            self._waiting[target][bound.table.name, column.name] = column
        elif not self._is_torn(target):
            self._check_references(bound, rows, column, values)

    def _complete(self, name: str) -> None:
        """Look up what has waited for a table to be read to its end: it is read once more."""
        waiting = self._waiting.pop(name)
        if self._is_torn(name):
            return
        for table in dict.fromkeys(table for table, _ in waiting):
            columns = [column for (owner, _), column in waiting.items() if owner == table]
            for rows in self.bound[table].rows():
                for column in columns:
                    self._check_references(self.bound[table], rows, column, rows.cells[column.name])

    def _is_torn(self, name: str) -> bool:
        """Whether a table could not be read to its end, so that what it lacks may be there."""
        return any(finding.code == CSV_BROKEN.code for finding in self.bound[name].sheet.report)

    def _check_references(
        self, bound: Bound, rows: Rows, column: Column, values: Sequence[str]
    ) -> None:
        target = column.refers_to
        owners = rows.cells.get("id" if bound.table.name == LETTERS else LETTER, ())
        # Ids count within their letter, those of letters by themselves.
        letters = ("",) * len(values) if target == LETTERS else owners
        cells = [cell for cell in zip(rows.numbers, letters, values, strict=False) if cell[2]]
        known = self._keys[target]
        missing = known.missing({_key(letter, value) for _, letter, value in cells})
        cells = [cell for cell in cells if _key(*cell[1:]) in missing]
        if column.many and cells:
            cells = [(n, letter, item) for n, letter, text in cells for item in split_items(text)]
            missing = known.missing({_key(letter, item) for _, letter, item in cells})
        if target != LETTERS and LETTERS in self.bound and cells:
            there = self._keys[LETTERS].among({letter for _, letter, _ in cells})
            # Of a letter that is not there it has been told; what hangs on it follows.
            cells = [cell for cell in cells if cell[1] in there]
        for number, letter, item in cells:
            if item and _key(letter, item) in missing:
                ids = known if target == LETTERS else known.beginning(f"{letter}{_JOINT}")
                near = get_close_matches(item, ids, 1)
                hint = f"did you mean {near[0]}?" if near else f"add it to {target}"
                message = f"no {target.removesuffix('s')} has the id {item}"
                self._tell_cell(bound, number, column.name, REFERENCE_UNKNOWN, message, hint)

    def _take_keys(self, bound: Bound, rows: Rows) -> None:
        ids = rows.cells.get("id")
        if ids is None or not bound.table.key:
            return
        letters: Sequence[str] = ("",) * len(rows)
        if bound.table.name != LETTERS:
            letters = rows.cells.get(LETTER) or letters
        keys = list(map(_key, letters, ids))
        taken = self._keys[bound.table.name]
        if taken.add(zip(keys, rows.numbers, strict=True)) == len(keys):
            return
        first = taken.among(set(keys))
        for number, key, name in zip(rows.numbers, keys, ids, strict=True):
            if first[key] != number and name:
                message = f"the id {name} is taken by row {first[key]}"
                hint = "give one of the two rows another id, or take the twin out"
                self._tell_cell(bound, number, "id", KEY_TAKEN, message, hint)

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
