"""Validate a catalogue of letters with Frictionless and our checks.

Frictionless gets rows, never a path, so it opens and downloads nothing. Its report would keep every
error until the end; here each error becomes a finding immediately.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, tee
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import _
from archive_pkg.records.explaining import FIELD_MISSING
from archive_pkg.records.upgrading import RELATIONS, relation_for_kind
from archive_pkg.reports import Code, Report, Severity
from archive_pkg.tables.checking.frictionless_import import import_frictionless
from archive_pkg.tables.checking.letter_rows import by_letter, raw_letter
from archive_pkg.tables.checking.other_resources import CELL_INVALID
from archive_pkg.tables.reading.csv_files import CSV_BROKEN
from archive_pkg.tables.reading.headers import bind
from archive_pkg.tables.schema.cells import unguarded
from archive_pkg.tables.schema.columns import LETTER, LETTERS, tables
from archive_pkg.tables.schema.rows import record_rows
from archive_pkg.tables.writing.data_package import table_schema

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from archive_pkg.records.models import Record, Register
    from archive_pkg.reports import Finding
    from archive_pkg.tables.checking.frictionless_checks import (
        CellFault,
        KnownIds,
        LetterCheck,
        ReferenceCheck,
    )
    from archive_pkg.tables.checking.letter_rows import NumberedRows
    from archive_pkg.tables.reading.sheets import Sheet
    from archive_pkg.tables.schema.columns import Table
    from archive_pkg.tables.schema.rows import Row

KEY_TAKEN = Code(
    "tables-key-taken", Severity.ERROR, "Two rows of a letter have the same id in one table."
)
ROW_RAGGED = Code(
    "tables-row-ragged", Severity.ERROR, "A row has more or fewer cells than the header."
)
ROW_BLANK = Code("tables-row-blank", Severity.WARNING, "A row is blank; it is ignored.")
TABLE_MISSING = Code(
    "tables-table-missing",
    Severity.WARNING,
    "A table that another table refers to is missing, so these references are not checked.",
)

Progress = Callable[[int, int | None], None]
"""Called with the number of finished rows, and the total if known."""

# Frictionless and our checks take turns for batches of this many rows. Taking turns for each row
# made our checks three times slower, because it emptied the caches of the processor.
_BATCH = 100
_REFERENCED_TABLES = (LETTERS, "agents", "parts")


@dataclass(slots=True)
class BoundTable:
    """A table and the sheet that holds it.

    Attributes:
        table: The table.
        sheet: The sheet.
        places: The index of each column of the table in the sheet.
        names: The columns that `feed` yields.
        shape: Findings about blank and uneven rows, by row number and kind.
    """

    table: Table
    sheet: Sheet
    places: dict[str, int]
    names: list[str]
    shape: dict[tuple[int, str], Finding] = field(default_factory=dict)
    _blank_rows: tuple[int, int] = (0, 0)

    @property
    def is_truncated(self) -> bool:
        """Whether the table could not be read to its end, so rows may be missing."""
        return any(finding.code == CSV_BROKEN.code for finding in self.sheet.report)

    def feed(self) -> Iterator[list[str]]:
        """Yield the names of the columns, then the cells of each row; [] for an ignored row."""
        sheet, width = self.sheet, len(self.sheet.header)
        names, places = self.names, [self.places[name] for name in self.names]
        free = [at for at, name in enumerate(names) if self.table.column(name).is_free]
        is_former = RELATIONS[0] in names and len(set(map(self.places.get, RELATIONS))) == 1
        in_order = places == list(range(width))
        yield names
        for start, rows in sheet.blocks():
            for number, row in enumerate(rows, start):
                if number in sheet.left_out:
                    row = []
                elif not any(row):
                    self._blank(number)
                    row = []
                else:
                    if len(row) != width:
                        row = self._fit_to_width(number, row, width)
                    if not in_order:
                        row = [row[place] for place in places]
                    if is_former:
                        _clear_other_relations(names, row)
                    if sheet.is_guarded and "'" in "".join(row):
                        for at in free:
                            row[at] = unguarded(self.table.column(names[at]), row[at])
                yield row

    def number(self, position: int) -> int:
        """Return the number of a row in the sheet from its position in the feed (header: 1)."""
        return position + self.sheet.header_row - 1

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that are not blank, each with its number in the sheet."""
        feed = self.feed()
        names = next(feed)
        for position, cells in enumerate(feed, 2):
            row = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
            if row:
                yield self.number(position), row

    def _blank(self, number: int) -> None:
        """Record a blank row; consecutive ones make one finding."""
        first, last = self._blank_rows
        if not first <= number <= last:
            first = first if number == last + 1 else number
            self._blank_rows = first, number
        message, hint = _("the row is blank"), _("Delete it.")
        if number > first:
            message = _(
                "{number} rows are blank, up to row {number_2}",
                number=number - first + 1,
                number_2=number,
            )
            hint = _("Delete them.")
        self.shape[first, "blank"] = ROW_BLANK.at(self.sheet.at(first), message, hint)

    def _fit_to_width(self, number: int, row: list[str], width: int) -> list[str]:
        extra = [place for place in range(width, len(row)) if row[place]]
        if extra:
            at = self.sheet.at(number, extra[0])
            message = _(
                "the row has {row} cells, but the header has {width}", row=len(row), width=width
            )
            hint = _(
                "Put quotes around a cell that has a separator, or add a header for the column."
            )
            self.shape[number, "long"] = ROW_RAGGED.at(at, message, hint)
        elif len(row) < width and self.sheet.is_guarded:
            at = self.sheet.at(number, len(row))
            message = _(
                "the row has {row} cells, but the header has {width}", row=len(row), width=width
            )
            hint = _("Write empty cells, too, or put quotes around a cell that has a line break.")
            self.shape[number, "short"] = ROW_RAGGED.at(at, message, hint)
        return row[:width] + [""] * (width - len(row))


def _clear_other_relations(names: list[str], row: list[str]) -> None:
    """Keep a value of the former column `of` only in the relation that fits the part's kind."""
    relation = relation_for_kind(row[names.index("kind")] if "kind" in names else "")
    for name in RELATIONS:
        if name != relation:
            row[names.index(name)] = ""


class CatalogueCheck:
    """A check of a catalogue.

    Attributes:
        bound: The tables with their sheets, by name.
    """

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        *,
        progress: Progress | None = None,
        register: Register | None = None,
    ) -> None:
        """Match the headers of the sheets with the tables.

        Args:
            sheets: The sheets by table name.
            progress: Called with the number of finished rows, and the total if known.
            register: The register with agents that the tables need not describe.
        """
        self._register = register
        self._register_ids = {agent.id for agent in register.agents} if register else set()
        self._progress = progress
        self._done = 0
        sizes = [sheet.size for sheet in sheets.values()]
        self._total = None if None in sizes else sum(size or 0 for size in sizes)
        self._found: list[tuple[int, int, int, Finding]] = []
        self.bound: dict[str, BoundTable] = {}
        for name, table in tables().items():
            if name in sheets and sheets[name].header:
                places, found = bind(sheets[name], table)
                self.bound[name] = BoundTable(table, sheets[name], places, list(places))
                for finding in found:
                    self._report(name, 0, 0, finding)

    def run(self) -> Report:
        """Validate the tables, and return all findings.

        Those about files come first. The others follow by table, row and column.
        """
        if self.bound:
            self._validate()
        report = Report()
        for name, bound in self.bound.items():
            report.extend(bound.sheet.report)
            for (number, __), finding in bound.shape.items():
                self._report(name, number, 0, finding)
        self._found.sort(key=lambda found: found[:3])
        report.extend(dict.fromkeys(finding for *__, finding in self._found))
        return report

    def holds(self, record: Record) -> bool:
        """Return whether the tables have exactly the rows of one record, without validation."""
        for name, table in tables().items():
            names = [column.name for column in table.columns]
            wanted = [
                {at: cell for at, cell in zip(names, cells, strict=True) if cell}
                for cells in record_rows(table, record)
            ]
            bound = self.bound.get(name)
            if wanted != [row for __, row in (bound.rows() if bound else ())]:
                return False
        is_clean = not any(bound.shape or bound.sheet.report for bound in self.bound.values())
        return is_clean and not self._found

    def raw_letter(self, rows: dict[str, NumberedRows]) -> dict[str, object]:
        """Combine a letter's rows into a raw record, and complete it from the register."""
        return raw_letter(rows, self._register)

    def by_letter(
        self, wanted: Container[str] | None = None
    ) -> Iterator[tuple[str, dict[str, NumberedRows]]]:
        """Group the rows of all tables by their letters; see `letter_rows.by_letter`."""
        return by_letter({name: bound.rows() for name, bound in self.bound.items()}, wanted)

    def _validate(self) -> None:
        frictionless = import_frictionless()
        from archive_pkg.tables.checking.frictionless_checks import (
            CoherenceCheck,
            ReferenceCheck,
            RowCheck,
            TextCheck,
        )

        known = {
            name: _read_ids(self.bound[name]) for name in _REFERENCED_TABLES if name in self.bound
        }
        if self._register_ids:
            known["agents"] = _WithRegister(known.get("agents") or {}, self._register_ids)
        package = frictionless.Package(
            resources=[_ids_resource(name, ids or {}) for name, ids in known.items()]
        )
        references = ReferenceCheck(known)
        coherence = CoherenceCheck(references, self._register)
        for name, bound in self.bound.items():
            schema = frictionless.Schema.from_descriptor(_schema(bound, known))
            rows, shown = tee(bound.feed())
            data = partial(_columns_of, shown, schema.field_names)
            # Without header_rows, Frictionless may take a later row for the header.
            dialect = frictionless.Dialect(header_rows=[1])
            resource = frictionless.Resource(name=name, data=data, dialect=dialect, schema=schema)
            resource.package = package
            checks = [RowCheck(), TextCheck(), references, coherence]
            self._validate_table(bound, resource, rows, checks, references)
        # If a table is truncated, rows of any letter may be missing, so no letter is checked.
        if not any(bound.is_truncated for bound in self.bound.values()):
            doubtful = self.by_letter(coherence.letters) if coherence.letters else ()
            for fault in coherence.faults_of_letters(doubtful):
                self._report_fault(self.bound[fault.table], fault.row, fault)

    def _validate_table(
        self,
        bound: BoundTable,
        resource: Any,
        rows: Iterator[list[str]],
        checks: list[LetterCheck],
        references: ReferenceCheck,
    ) -> None:
        """Validate the rows of a table.

        Args:
            bound: The table.
            resource: Gives Frictionless the cells of the columns that have a rule.
            rows: All cells of the same rows; the header is the first.
            checks: Our checks.
            references: The check that has the ids of all tables.
        """
        repeated: dict[int, int] = {}
        with _reading(resource):
            names = next(rows)
            for check in checks:
                check.connect(resource)
                check.start(names)
            both = zip(resource.row_stream, rows, strict=True)
            while batch := [(row, row.errors, cells) for row, cells in islice(both, _BATCH)]:
                faults: dict[int, list[CellFault]] = {}
                for check in checks:
                    for row, errors, cells in batch:
                        if cells:
                            for fault in check.faults(row.row_number, cells, errors):
                                faults.setdefault(fault.row, []).append(fault)
                for row, errors, cells in batch:
                    if cells and (errors or row.row_number in faults):
                        found = faults.get(row.row_number, [])
                        self._report_row(bound, row, cells, found, references, repeated)
                self._done += sum(1 for *__, cells in batch if cells)
                if self._progress:
                    self._progress(self._done, self._total)
        if self._progress:
            self._progress(self._done, self._total)
        for target in references.missing_tables:
            message = _(
                "{name} refers to {target}, but that table is missing",
                name=bound.table.name,
                target=target,
            )
            hint = _("Put {target} into the same folder, and check them together.", target=target)
            at = bound.sheet.at(bound.sheet.header_row)
            self._report(bound.table.name, 0, 0, TABLE_MISSING.at(at, message, hint))

    def _report_row(
        self,
        bound: BoundTable,
        row: Any,
        cells: list[str],
        faults: list[CellFault],
        references: ReferenceCheck,
        repeated: dict[int, int],
    ) -> None:
        """Report the errors of a row, first the faults of our checks, which have hints.

        Args:
            bound: The table.
            row: The row with the errors from Frictionless.
            cells: All cells of the row.
            faults: The faults from our checks.
            references: The check that has the ids of all tables.
            repeated: For each row with a repeated id, the row that has it first.
        """
        position = row.row_number
        number = bound.number(position)
        by_column = dict(zip(bound.names, cells, strict=True))
        for error in row.errors:
            if error.type == "foreign-key":
                column = bound.table.column(error.field_names[-1])
                letter, item = by_column.get(LETTER, ""), by_column[column.name]
                faults.extend(references.unknown(position, column, letter, item))
        for fault in faults:
            if not self._is_in_register(bound, by_column, fault):
                self._report_fault(bound, number, fault)
        known = {fault.column for fault in faults}
        for error in row.errors:
            key = bound.table.key[-1] if bound.table.key else ""
            if error.type == "primary-key" and by_column[key]:
                before = int(error.note.rpartition(" ")[2])
                first = repeated[position] = repeated.get(before, before)
                message = _(
                    "row {number} already has the {key} {by_column}",
                    number=bound.number(first),
                    key=key,
                    by_column=by_column[key],
                )
                hint = _("Give one of the rows another {key}, or delete the duplicate.", key=key)
                self._report_cell(bound, number, key, KEY_TAKEN, message, hint)
            elif error.type in ("type-error", "constraint-error") and error.field_name not in known:
                self._report_cell(bound, number, error.field_name, CELL_INVALID, error.note, "")

    def _is_in_register(self, bound: BoundTable, row: Row, fault: CellFault) -> bool:
        """Return whether a fault is only that the register has the name and kind of an agent."""
        return (
            bound.table.name == "agents"
            and row.get("id", "") in self._register_ids
            and not row.get("name")
            and (fault.code, fault.column in ("name", "kind")) == (FIELD_MISSING, True)
        )

    def _report_fault(self, bound: BoundTable, number: int, fault: CellFault) -> None:
        missing = fault.column not in bound.places and bound.table.column(fault.column).required
        if not missing:  # a missing column is already reported
            self._report_cell(bound, number, fault.column, fault.code, fault.message, fault.hint)

    def _report_cell(
        self, bound: BoundTable, number: int, name: str, code: Code, message: str, hint: str
    ) -> None:
        place = bound.places.get(name)
        at = bound.sheet.at(number, place, name)
        self._report(bound.table.name, number, place or 0, code.at(at, message, hint))

    def _report(self, table: str, number: int, column: int, finding: Finding) -> None:
        order = list(tables()).index(table)
        self._found.append((order, number, column, finding))


class _WithRegister(dict[str, set[str]]):
    """The ids of agents by letter; `get` adds those of the register."""

    def __init__(self, ids: Mapping[str, set[str]], register_ids: set[str]) -> None:
        super().__init__(ids)
        self._register_ids = register_ids

    def get(self, letter: str, default: Any = None) -> set[str]:
        return super().get(letter, set()) | self._register_ids


def _schema(bound: BoundTable, known: KnownIds) -> dict[str, Any]:
    """Return the schema of the columns in use, with foreign keys to tables whose ids are known.

    It leaves out texts without constraints. Frictionless finds no error in them, but needs as much
    time for their cells as for others.
    """
    declared = table_schema(bound.table)
    kept = ("name", "type", "constraints", "trueValues", "falseValues")
    fields = {
        field["name"]: {name: value for name, value in field.items() if name in kept}
        for field in declared["fields"]
    }
    used = [fields[name] for name in bound.names]
    keys = declared.get("primaryKey", [])
    return {
        "fields": [field for field in used if field.keys() != {"name", "type"}] or used,
        "primaryKey": keys if set(keys) <= set(bound.names) else [],
        "foreignKeys": [
            key
            for key in declared.get("foreignKeys", ())
            if known.get(key["reference"]["resource"]) is not None
            and not isinstance(known[key["reference"]["resource"]], _WithRegister)
            and set(key["fields"]) <= set(bound.names)
        ],
    }


def _columns_of(rows: Iterator[list[str]], names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the header and the cells of some columns of a table."""
    header = next(rows)
    places = [header.index(name) for name in names]
    yield names
    for cells in rows:
        yield [cells[place] for place in places] if cells else cells


def _ids_resource(name: str, ids: Mapping[str, set[str]]) -> Any:
    """Return a resource with the ids of a table, for the foreign keys of other tables."""
    names = ["id"] if name == LETTERS else [LETTER, "id"]

    def rows() -> Iterator[list[str]]:
        yield names
        for letter, own in ids.items():
            yield from ([letter, each][-len(names) :] for each in own)

    schema = {"fields": [{"name": each, "type": "string"} for each in names]}
    frictionless = import_frictionless()
    schema = frictionless.Schema.from_descriptor(schema)
    return frictionless.Resource(name=name, data=rows, schema=schema)


def _read_ids(bound: BoundTable) -> Mapping[str, set[str]] | None:
    """Return the ids of a table that others refer to; remove its empty columns from the feed.

    Frictionless needs as much time for an empty cell as for a full one. An empty column is valid
    unless it is required.
    """
    from archive_pkg.tables.checking.frictionless_checks import ids_of

    names = bound.names
    needed = {column.name for column in bound.table.columns if column.required}.union(RELATIONS)
    empty = [at for at, name in enumerate(names) if name not in needed]

    def rows() -> Iterator[list[str]]:
        nonlocal empty
        feed = bound.feed()
        next(feed)
        for row in feed:
            if row:
                empty = [place for place in empty if not row[place]]
                yield row

    known = ids_of(bound.table.name, names, rows())
    if known is not None:
        bound.names = [name for at, name in enumerate(names) if at not in set(empty)]
    return None if bound.is_truncated else known


@contextmanager
def _reading(resource: Any) -> Iterator[None]:
    """Open a resource, and raise the errors of our reader unchanged."""
    exception = import_frictionless().FrictionlessException
    try:
        with resource:
            yield
    except exception as error:
        raise error.__cause__ or error from None
