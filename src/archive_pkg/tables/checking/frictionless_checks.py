"""Checks for Frictionless with the rules for letters that a Table Schema cannot express.

Except for `archive-text`, the rules are those of the models. `frictionless validate --checks` finds
the checks by their types, through the plugin `frictionless_archivepkg`. A check only validates
resources that have the name of a table of a catalogue.
"""

from __future__ import annotations

from difflib import get_close_matches
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from frictionless import Check, Error, errors

from archive_pkg.csv_text import unguarded
from archive_pkg.messages import _
from archive_pkg.records.explaining import REFERENCE_UNKNOWN
from archive_pkg.records.value_paths import MAX_SUGGESTIONS
from archive_pkg.tables.checking.letter_rows import by_letter
from archive_pkg.tables.checking.record_errors import DoubtfulLetters, incoherence
from archive_pkg.tables.checking.row_validation import RowValidator, row_faults
from archive_pkg.tables.checking.suspicious_characters import find_suspicious, is_suspicious
from archive_pkg.tables.schema.cells import split_items
from archive_pkg.tables.schema.columns import LETTER, LETTERS, Column, Table, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archive_pkg.records.models import Register
    from archive_pkg.reports import Code
    from archive_pkg.tables.checking.letter_rows import NumberedRows
    from archive_pkg.tables.schema.rows import Row

    KnownIds = Mapping[str, Mapping[str, set[str]] | None]


_FEW = 1_000
"""In a table with up to this many ids, every unknown reference gets a suggestion."""


class CellFault(NamedTuple):
    """An error in a cell of a catalogue.

    Attributes:
        table: The name of the table.
        row: The number of the row; the header is 1.
        column: The name of the column.
        code: The code of the finding.
        message: What is wrong.
        hint: How to correct it.
    """

    table: str
    row: int
    column: str
    code: Code
    message: str
    hint: str


class LetterError(errors.CellError):
    """A fault in a cell as an error of Frictionless."""

    type = "archive-error"
    title = "Letter Error"
    description = "A cell breaks a rule of letters that a Table Schema cannot express."
    template = '{note} (row {rowNumber}, field "{fieldName}")'


class LetterCheck(Check):
    """The base class of the checks, for our validation and for `frictionless validate`."""

    Errors: ClassVar[list[type[Error]]] = [LetterError]

    def connect(self, resource: Any) -> None:
        """Connect to a resource, which may not be open yet."""
        super().connect(resource)
        self._table: Table | None = tables().get(resource.name)
        # In CSV, apostrophes guard formulas; our reader removes them.
        self._is_guarded = resource.format == "csv"

    def validate_start(self) -> Iterable[LetterError]:
        """Read the columns of the open resource."""
        self.start(self.resource.schema.field_names)
        return ()

    def validate_row(self, row: Any) -> Iterator[LetterError]:
        """Yield the faults of a row as errors of Frictionless."""
        if self._table is not None:
            for fault in self.faults(row.row_number, row.cells, row.errors):
                yield self._error(fault, row.cells)

    def start(self, names: Sequence[str]) -> None:
        """Prepare for the rows of a resource that have these columns."""
        known = {column.name: column for column in self._table.columns} if self._table else {}
        self._names = names
        self._columns = {
            name: (place, known[name]) for place, name in enumerate(names) if name in known
        }

    def faults(self, number: int, cells: list[str], errors: Sequence[Error]) -> Iterable[CellFault]:
        """Return the faults of a row.

        Args:
            number: The number of the row; the header is 1.
            cells: Its cells.
            errors: The errors that Frictionless found in it.
        """
        raise NotImplementedError

    def _filled(self, cells: list[str]) -> Row:
        """Return the filled cells by column, without apostrophes that guard formulas."""
        filled = {name: cell for name, cell in zip(self._names, cells, strict=False) if cell}
        if self._is_guarded:
            for name, (__, column) in self._columns.items():
                if name in filled:
                    filled[name] = unguarded(filled[name]) if column.is_free else filled[name]
        return filled

    def _error(self, fault: CellFault, cells: list[str]) -> LetterError:
        place = self._names.index(fault.column) if fault.column in self._names else 0
        return LetterError(
            note=f"{fault.message}; {fault.hint}" if fault.hint else fault.message,
            cells=[cell or "" for cell in cells],
            row_number=fault.row,
            cell=(cells[place] or "") if place < len(cells) else "",
            field_name=fault.column,
            field_number=place + 1,
        )


class RowCheck(LetterCheck):
    """Validate each row by its model: dates, languages, identifiers, paths, rules of the row."""

    type = "archive-row"

    def start(self, names: Sequence[str]) -> None:
        """Prepare the validator for the columns of the table."""
        super().start(names)
        self._model = RowValidator(self._table, names) if self._table else None

    def faults(self, number: int, cells: list[str], errors: Sequence[Error]) -> Iterable[CellFault]:
        """Return the faults that the model of the row reports."""
        table, model = self._table, self._model
        if not (table and model) or (not errors and model.accepts(cells)):
            return ()
        return [
            CellFault(table.name, number, *found)
            for found in row_faults(table, self._filled(cells))
        ]


class TextCheck(LetterCheck):
    """Find what readers overlook: spaces at the edges, invisible characters, mixed scripts."""

    type = "archive-text"

    # Words of a source keep their spaces and scripts.
    _VERBATIM = frozenset({"exact", "prefix", "suffix", "as_written", "original", "romanized"})

    def start(self, names: Sequence[str]) -> None:
        """Separate the columns with words of the source from the others."""
        super().start(names)
        self._verbatim = {
            name: column.path[-1] in self._VERBATIM for name, (__, column) in self._columns.items()
        }
        others = [self._columns[name][0] for name in self._verbatim if not self._verbatim[name]]
        # The first index is repeated, because itemgetter returns a tuple only for several.
        self._others = itemgetter(*others, *others[:1]) if others else lambda _: ()

    def faults(self, number: int, cells: list[str], errors: Sequence[Error]) -> Iterable[CellFault]:
        """Return suspicious characters in the cells of a row."""
        if not self._table or not is_suspicious(cells, self._others(cells)):
            return ()
        filled = self._filled(cells)
        return [
            CellFault(self._table.name, number, name, *found)
            for name, verbatim in self._verbatim.items()
            for found in find_suspicious(filled.get(name, ""), verbatim=verbatim)
        ]


class ReferenceCheck(LetterCheck):
    """Check the references that may be empty, which a foreign key cannot express.

    Attributes:
        missing_tables: The missing tables that rows of the last resource refer to.
    """

    type = "archive-reference"

    def __init__(self, known: KnownIds | None = None, **options: Any) -> None:
        """Take the ids of tables that are already read; others are read when needed."""
        super().__init__(**options)
        self._given = known or {}
        self._package: Any = None

    def connect(self, resource: Any) -> None:
        """Connect to a resource. If its package is new, forget the ids of the one before."""
        super().connect(resource)
        if self._package is not resource.package:
            self._package = resource.package
            self._known = dict(self._given)
        self._misses = 0

    def start(self, names: Sequence[str]) -> None:
        """Choose the columns whose references are checked."""
        super().start(names)
        declared = {key["fields"][-1] for key in self.resource.schema.foreign_keys}
        self.missing_tables: set[str] = set()
        self._followed: list[tuple[int, Column]] = []
        self._absent: list[tuple[int, str]] = []
        for name, (place, column) in self._columns.items():
            target = column.refers_to
            if target and name not in declared and self.ids(target) is not None:
                self._followed.append((place, column))
            elif target and not (self._package and self._package.has_resource(target)):
                self._absent.append((place, target))
        owner = "id" if self._table and self._table.name == LETTERS else LETTER
        self._owner = self._columns[owner][0] if owner in self._columns else None

    def faults(self, number: int, cells: list[str], errors: Sequence[Error]) -> Iterable[CellFault]:
        """Return the references of a row to unknown ids."""
        return self._unknown(number, cells) if self._followed or self._absent else ()

    def _unknown(self, number: int, cells: list[str]) -> Iterator[CellFault]:
        for place, target in self._absent:
            if cells[place] and target not in self.missing_tables:
                self.missing_tables.add(target)
        for place, column in self._followed:
            text = cells[place]
            if text:
                letter = "" if self._owner is None else cells[self._owner]
                for item in split_items(text) if column.many else (text,):
                    yield from self.unknown(number, column, letter, item)

    def unknown(self, number: int, column: Column, letter: str, item: str) -> Iterator[CellFault]:
        """Yield a fault if a reference is to an unknown id, with a similar id as a hint.

        Args:
            number: The number of the row.
            column: The column that refers to a table.
            letter: The id of the row's letter; ids of other tables are unique within a letter.
            item: The id that the cell refers to.
        """
        target = column.refers_to
        ids = self.ids(target)
        known = set() if ids is None else ids.get("" if target == LETTERS else letter, set())
        if not item or item in known:
            return
        letters = None if target == LETTERS else self.ids(LETTERS)
        if letters is not None and letter not in letters.get("", ()):
            return  # the missing letter is already reported
        near = self._near(item, known)
        hint = (
            _("Did you mean {near}?", near=near[0])
            if near
            else _("Add it to {target}.", target=target)
        )
        message = _(
            "no {removesuffix} has the id {item}", removesuffix=target.removesuffix("s"), item=item
        )
        table = self._table.name if self._table else ""
        yield CellFault(table, number, column.name, REFERENCE_UNKNOWN, message, hint)

    def _near(self, item: str, known: set[str]) -> list[str]:
        """Return up to one similar id; in large tables only for the first faults, as it is slow."""
        self._misses += 1
        few = len(known) <= _FEW or self._misses <= MAX_SUGGESTIONS
        return get_close_matches(item, sorted(known), 1) if few else []

    def ids(self, target: str) -> Mapping[str, set[str]] | None:
        """Return the ids in a table by letter; None if the table or its ids are missing."""
        if target not in self._known:
            self._known[target] = self._read_ids(target)
        return self._known[target]

    def _read_ids(self, target: str) -> Mapping[str, set[str]] | None:
        if not (self._package and self._package.has_resource(target)):
            return None
        rows = _cells_of(self._package.get_resource(target))
        return ids_of(target, next(rows, []), rows)


def ids_of(
    table: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> Mapping[str, set[str]] | None:
    """Return the ids in a table by letter; None if it has no column for ids.

    The ids of `letters` are under the key "".

    Args:
        table: The name of the table.
        header: The names of its columns.
        rows: The cells of its rows.
    """
    names = ("id",) if table == LETTERS else (LETTER, "id")
    if not set(names) <= set(header):
        return None
    *letter, own = (header.index(name) for name in names)
    known: dict[str, set[str]] = {}
    for row in rows:
        if len(row) >= len(header):
            known.setdefault(row[letter[0]] if letter else "", set()).add(row[own])
    return known


class CoherenceCheck(LetterCheck):
    """Validate complete letters: cycles of parts, order of events, targets of evidence."""

    type = "archive-letter"

    def __init__(
        self,
        references: ReferenceCheck | None = None,
        register: Register | None = None,
        **options: Any,
    ) -> None:
        """Use the ids of another check, if it also runs, and the register, if there is one."""
        super().__init__(**options)
        self._register = register
        self._references = references or ReferenceCheck()
        self._package: Any = None
        self._doubts: DoubtfulLetters | None = None

    @property
    def letters(self) -> set[str]:
        """The letters that must be checked with all their rows."""
        return self._doubts.letters if self._doubts else set()

    def connect(self, resource: Any) -> None:
        """Connect to a resource. If its package is new, start again without letters."""
        if self._doubts is None or self._package is not resource.package:
            self._package = resource.package
            self._doubts = DoubtfulLetters(self._references.ids)
        self._references.connect(resource)
        super().connect(resource)

    def start(self, names: Sequence[str]) -> None:
        """Prepare to read the rows of the table."""
        super().start(names)
        self._read = None
        if self._doubts and self._table:
            self._read = self._doubts.reader(self._table.name)

    def faults(self, number: int, cells: list[str], errors: Sequence[Error]) -> Iterable[CellFault]:
        """Remember the row's letter if it needs a complete check; `validate_end` reports faults."""
        if self._read:
            self._read(self._filled(cells))
        return ()

    def validate_end(self) -> Iterator[LetterError]:
        """Yield the faults of all letters, after the last table."""
        resources = self._package.resources if self._package else [self.resource]
        if self.resource.name == resources[-1].name:
            rows = {one.name: _rows_of(one) for one in resources if one.name in tables()}
            if LETTERS in rows:
                for fault in self.faults_of_letters(by_letter(rows, self.letters)):
                    message = f"{fault.table}: {fault.message}"
                    yield self._error(fault._replace(message=message), [])

    def faults_of_letters(
        self, letters: Iterable[tuple[str, dict[str, NumberedRows]]]
    ) -> Iterator[CellFault]:
        """Yield the faults of complete letters.

        Args:
            letters: The ids of the letters and their rows by table.
        """
        for letter, rows in letters:
            if letter:
                for found in incoherence(rows, self._register):
                    yield CellFault(*found)


def _cells_of(resource: Any) -> Iterator[list[str]]:
    """Yield the rows of a resource, its header first."""
    if callable(resource.data):
        yield from resource.data()
        return
    copy = resource.to_copy()
    copy.schema.foreign_keys = []
    with copy:
        yield from copy.cell_stream


def _rows_of(resource: Any) -> Iterator[tuple[int, Row]]:
    cells = _cells_of(resource)
    header = next(cells, [])
    for number, row in enumerate(cells, 2):
        yield number, {name: cell for name, cell in zip(header, row, strict=False) if cell}


CHECKS: dict[str, type[LetterCheck]] = {
    check.type: check for check in (RowCheck, TextCheck, ReferenceCheck, CoherenceCheck)
}
"""The checks by type."""
