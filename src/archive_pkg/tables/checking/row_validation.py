"""One row against its model: every cell that is wrong, with the models' own words for why."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import TypeAdapter, ValidationError, model_validator

from archive_pkg.faults import Fault
from archive_pkg.records.explaining import FIELD_MISSING, explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.vocabularies.identifiers import SCHEMES, check_identifier
from archive_pkg.tables.schema.cells import from_cell
from archive_pkg.tables.schema.layout import LETTER, LETTERS, Column, Table
from archive_pkg.tables.schema.rows import raw_item, raw_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from archive_pkg.records.base import Model
    from archive_pkg.reports import Code


class LetterRow(Record):
    """A record by itself, without what other tables say of it."""

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        return self


class RowValidator:
    """The model of a table's rows, asked only about what a row is made of.

    Each column is judged by the type of its field, each group of columns by the model of what they
    make together, and the whole row only if its model has rules for the whole. So nothing is built
    of a row whose cells are all right.
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        """Prepare for rows with these columns; those that the table does not have are ignored."""
        model = model_of(table)
        has_rules = table.name != LETTERS and model.__pydantic_decorators__.model_validators
        own = {column.name: column for column in table.columns}
        groups: dict[str, list[tuple[int, Column]]] = {}
        for place, name in enumerate(names):
            if name in own and (name != LETTER or table.name == LETTERS):
                groups.setdefault("" if has_rules else own[name].path[0], []).append(
                    (place, own[name])
                )
        self._alone: list[tuple[int, Column, set[str], Callable[[Any], bool]]] = []
        self._together: list[tuple[str, list[tuple[int, Column]], Callable[[Any], bool]]] = []
        for name, columns in groups.items():
            accepts = _accepting(model, name)
            if name and len(columns[0][1].path) == 1:
                self._alone.append((*columns[0], {""}, accepts))
            else:
                self._together.append((name, columns, accepts))

    def accepts(self, cells: Sequence[str]) -> bool:
        """Whether the model has nothing against a row that its schema accepts."""
        for place, column, good, accepts in self._alone:
            text = cells[place]
            if text not in good:
                if not accepts(from_cell(column, text)):
                    return False
                if len(good) < _REMEMBERED and len(text) < _LONG:
                    good.add(text)
        for name, columns, accepts in self._together:
            item = raw_values(columns, cells)
            if item and not accepts(item[name] if name else item):
                return False
        return True


_REMEMBERED = 10_000
_LONG = 40  # characters; longer texts seldom come again


@cache
def _accepting(model: type[Model], name: str) -> Callable[[Any], bool]:
    """What tells whether a field of a model accepts a value; without a name, whether it does."""
    if not name:
        return validator(model).validator.isinstance_python
    field = model.model_fields[name]
    annotated: Any = Annotated
    kind: Any = field.annotation
    kind = annotated[(kind, *field.metadata)] if field.metadata else kind
    return TypeAdapter(kind).validator.isinstance_python


# Where a row as a whole is wrong, the cell that is most likely to be mended.
_MODEL_ERROR_COLUMNS = {"parts": "file", "evidence": "basis"}


def row_faults(table: Table, row: Mapping[str, str]) -> Iterator[tuple[str, Code, str, str]]:
    """What is wrong within a row: the column, kind, message and hint of each fault.

    Args:
        table: The row's table.
        row: Its cells by the names of their columns; empty ones may be missing.
    """
    letter = table.columns[0]
    if table.name != LETTERS and not row.get(letter.name):
        yield letter.name, FIELD_MISSING, *_missing(letter, table)
    model = model_of(table)
    try:
        validator(model).validate_python(raw_item(table, row))
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            column = column_at(table, entry["loc"], row)
            yield column.name, *_words(entry, column, table, row)


def model_of(table: Table) -> type[Model]:
    """The model of a table's rows, taken one by one."""
    return LetterRow if table.name == LETTERS else table.model


@cache
def validator(model: type[Model]) -> TypeAdapter[Any]:
    """What validates items of a model."""
    return TypeAdapter(model)


def column_at(table: Table, loc: tuple[str | int, ...], row: Mapping[str, str]) -> Column:
    """The column in which something stands that is wrong at a place in an item."""
    path = tuple(step for step in loc if isinstance(step, str))
    if not path and table.name in _MODEL_ERROR_COLUMNS:
        return table.column(_MODEL_ERROR_COLUMNS[table.name])
    below = [c for c in table.columns if c.path[: len(path)] == path]
    above = [c for c in table.columns if path[: len(c.path)] == c.path]
    filled = [column for column in below if row.get(column.name)]
    return (filled or below or above or [table.columns[0]])[0]


def _words(
    entry: ErrorDetails, column: Column, table: Table, row: Mapping[str, str]
) -> tuple[Code, str, str]:
    model = model_of(table)
    if entry["type"] == "missing" and not column.is_identifier:
        names = [step for step in entry["loc"] if isinstance(step, str)]
        name = ".".join(names)
        lacking = next((each for each in table.columns if each.name == name), column)
        message, hint = _missing(lacking, table)
        if names[-1] == "edtf":
            written = row.get(".".join((*names[:-1], "as_written")), "")
            hint = _as_edtf(written, lacking).partition(", and")[0] or hint
        return FIELD_MISSING, message, hint
    if column.is_identifier and entry["type"] in ("missing", "literal_error"):
        schemes = column.pattern[3 : column.pattern.index(")")].replace("|", ", ")
        message = "this is no identifier with its scheme"
        hint = _with_scheme(str(row.get(column.name, "")))
        hint = hint or f"write scheme:value; the schemes are {schemes}"
        return explain_entry(entry, model)[0], message, hint
    code, message, hint = explain_entry(entry, model)
    if column.path[-1] == "edtf":
        hint = _as_edtf(row.get(column.name, ""), column) or hint
    return code, message, hint


def _as_edtf(text: str, column: Column) -> str:
    """How a date in another habit is written, if it is understood."""
    from archive_pkg.dates.field_dates import read_date

    read = read_date(text)
    if read and read.is_open:
        ways = " or ".join(one.edtf for one in read.readings)
        return f"write {ways}, as it is meant" if ways else "there is no such day"
    if read is None or not read.edtf:
        return "leave the cell empty where no date is known" if read else ""
    beside = ".".join((*column.path[:-1], "as_written"))
    return f"write {read.edtf}, and “{text}” in {beside}"


def _with_scheme(text: str) -> str:
    """How an identifier is written that has been given by its address alone."""
    for scheme in SCHEMES if "://" in text else ():
        try:
            check_identifier(scheme, text)
        except Fault as fault:
            if scheme not in ("url", "local") and fault.hint.startswith("Write "):
                return f"Write {scheme}:{fault.hint.removeprefix('Write ')}"
    return f"write url:{text}" if text.startswith("http") else ""


def _missing(column: Column, table: Table) -> tuple[str, str]:
    if column.required:
        message = f"the cell is empty, and every row of {table.name} needs its {column.name}"
    else:
        message = f"{column.name} is empty, and what stands beside it needs it"
    if column.enum:
        return message, f"one of {', '.join(column.enum)}"
    example = f", as in {column.examples[0]}" if column.examples else ""
    return message, f"{column.description[:1].lower()}{column.description[1:].rstrip('.')}{example}"
