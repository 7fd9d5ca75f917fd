"""Validate a row with its model, and report each wrong cell with the message of the model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import TypeAdapter, ValidationError, model_validator

from archive_pkg.faults import Fault
from archive_pkg.records.explaining import FIELD_MISSING, VALUE_WRONG, explain_entry
from archive_pkg.records.models import Record
from archive_pkg.records.vocabularies.identifiers import SCHEMES, check_identifier
from archive_pkg.tables.schema.cells import from_cell
from archive_pkg.tables.schema.columns import LETTER, LETTERS, Column, Table
from archive_pkg.tables.schema.rows import raw_item, raw_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from archive_pkg.records.base import Model
    from archive_pkg.reports import Code


class LetterRow(Record):
    """A record without the lists of the other tables.

    Its rules about several fields are switched off, because they need those lists.
    """

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        return self


class RowValidator:
    """A fast validator for the rows of a table.

    It validates each column with the type of its field and each group of columns with its model.
    It validates a complete row only if the model has rules about several fields.
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        """Prepare for rows with these columns; columns unknown to the table are ignored."""
        model = model_of(table)
        has_rules = table.name != LETTERS and model.__pydantic_decorators__.model_validators
        own = {column.name: column for column in table.columns}
        groups: dict[str, list[tuple[int, Column]]] = {}
        for place, name in enumerate(names):
            if name in own and (name != LETTER or table.name == LETTERS):
                groups.setdefault("" if has_rules else own[name].path[0], []).append(
                    (place, own[name])
                )
        self._alone: list[tuple[int, set[str], int, Callable[[str], bool]]] = []
        self._together: list[tuple[str, list[tuple[int, Column]], Callable[[Any], bool]]] = []
        for name, columns in groups.items():
            accepts = _accepting(model, name)
            place, column = columns[0]
            if name and len(column.path) == 1:
                limit = 0 if column.is_free else _REMEMBERED
                self._alone.append((place, {""}, limit, _of_cells(column, accepts)))
            else:
                self._together.append((name, columns, accepts))

    def accepts(self, cells: Sequence[str]) -> bool:
        """Return whether the model accepts a row. The row must already have passed the schema."""
        for place, good, limit, accepts in self._alone:
            text = cells[place]
            if text not in good:
                if not accepts(text):
                    return False
                if len(good) < limit:
                    good.add(text)
        for name, columns, accepts in self._together:
            item = raw_values(columns, cells)
            if item and not accepts(item[name] if name else item):
                return False
        return True


# The number of valid values to remember per column. Looking up more, or any free texts, takes
# longer than validating them.
_REMEMBERED = 1_000


def _of_cells(column: Column, accepts: Callable[[Any], bool]) -> Callable[[str], bool]:
    """Turn a function that validates values of a column into one that validates its cells."""
    if column.many or column.form:
        return lambda text: accepts(from_cell(column, text))
    return accepts


@cache
def _accepting(model: type[Model], name: str) -> Callable[[Any], bool]:
    """Return a function that validates a value of a field, or of the model if no name is given."""
    if not name:
        return validator(model).validator.isinstance_python
    field = model.model_fields[name]
    annotated: Any = Annotated
    kind: Any = field.annotation
    kind = annotated[(kind, *field.metadata)] if field.metadata else kind
    return TypeAdapter(kind).validator.isinstance_python


# The column that the user probably has to correct if a rule for the complete row is broken.
_MODEL_ERROR_COLUMNS = {"parts": "file", "evidence": "basis"}


def row_faults(table: Table, row: Mapping[str, str]) -> Iterator[tuple[str, Code, str, str]]:
    """Yield the column, code, message and hint of each fault in a row.

    Args:
        table: The table of the row.
        row: Its cells by column; empty cells may be missing.
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
    """Return the model for single rows of a table."""
    return LetterRow if table.name == LETTERS else table.model


@cache
def validator(model: type[Model]) -> TypeAdapter[Any]:
    """Return a validator for items of a model."""
    return TypeAdapter(model)


def column_at(table: Table, loc: tuple[str | int, ...], row: Mapping[str, str]) -> Column:
    """Return the column to blame for a validation error with this `loc`."""
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
    if entry["type"] == "missing" and not column.form:
        names = [step for step in entry["loc"] if isinstance(step, str)]
        name = ".".join(names)
        lacking = next((each for each in table.columns if each.name == name), column)
        message, hint = _missing(lacking, table)
        if names[-1] == "edtf":
            written = row.get(".".join((*names[:-1], "as_written")), "")
            hint = _date_hint(written) or hint
        return FIELD_MISSING, message, hint
    if column.form == "level" and entry["type"] == "missing":
        message = "this is not a level with its name"
        return FIELD_MISSING, message, "Write name: value, as in fond: 5; opis: 49."
    if column.form == "identifier" and entry["type"] in ("missing", "literal_error"):
        message = "this is not an identifier with a scheme"
        hint = _with_scheme(str(row.get(column.name, "")))
        hint = hint or f"Write scheme:value. The schemes are {', '.join(SCHEMES)}."
        return VALUE_WRONG, message, hint
    code, message, hint = explain_entry(entry, model)
    if column.path[-1] == "edtf":
        as_written = ".".join((*column.path[:-1], "as_written"))
        hint = _date_hint(row.get(column.name, ""), as_written) or hint
    return code, message, hint


def _date_hint(text: str, as_written: str = "") -> str:
    """Return a hint with the EDTF form of a date in another notation; "" if not recognized.

    Args:
        text: The date.
        as_written: The column for the date as written, which the hint then names; may be empty.
    """
    from archive_pkg.dates.written.reader import read_date

    read = read_date(text)
    if read and read.is_open:
        ways = " or ".join(one.edtf for one in read.readings)
        meant = ", whichever is meant." if len(read.readings) > 1 else " if that is meant."
        return f"Write {ways}{meant}" if ways else "Correct the day; it does not exist."
    if read is None or not read.edtf:
        return "Leave the cell empty if the date is unknown." if read else ""
    kept = f", and “{text}” in {as_written}" if as_written else ""
    return f"Write {read.edtf}{kept}."


def _with_scheme(text: str) -> str:
    """Return a hint with the scheme and value of an identifier that is a URL; else ""."""
    for scheme in SCHEMES if "://" in text else ():
        try:
            check_identifier(scheme, text)
        except Fault as fault:
            if scheme not in ("url", "local") and fault.hint.startswith("Write "):
                return f"Write {scheme}:{fault.hint.removeprefix('Write ')}"
    return f"Write url:{text}." if text.startswith("http") else ""


def _missing(column: Column, table: Table) -> tuple[str, str]:
    if column.required:
        message = f"the cell is empty, but every row of {table.name} needs {column.name}"
    else:
        message = f"{column.name} is empty, but other cells of its group need it"
    if column.enum:
        return message, f"Write one of: {', '.join(column.enum)}."
    hint = column.description.rstrip(".")
    if column.examples and column.examples[0] not in hint:
        hint = f"{hint}, such as {column.examples[0]}"
    return message, f"{hint}."
