"""Derive the tables and columns of a catalogue from the models of a record.

The JSON Schema that Pydantic derives from the models is the source, so the models stay the only
definition. A record is a row of `letters`. A single value is in a column named by its path
(`date.edtf`). Each list of models is a separate table whose rows name their letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Literal

from archive_pkg.records.base import Model
from archive_pkg.records.models import Record
from archive_pkg.records.record_errors import ID_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LETTERS = "letters"
"""The table with one row per record."""

LETTER = "letter"
"""The column in which a row of any other table names its record."""

SEPARATOR = "; "
"""The separator between several values in one cell."""


class LayoutError(TypeError):
    """A model does not fit into tables. This is a programming error."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, with the constraints of the models on its values.

    Attributes:
        name: Its header: the dotted path of the field in a record or in the table's items.
        path: The same as a tuple.
        type: The type of a value in Table Schema.
        description: The description of the field in the model's docstring.
        required: Whether every row must have a value.
        needed: Whether a group of columns needs it as soon as one of them is filled, such as
            `date.edtf` for a date.
        many: Whether a cell may hold several values.
        pattern: The pattern that a complete value must match; empty if there is none.
        enum: The allowed values; empty if other values are allowed, too.
        minimum: The smallest allowed number.
        min_length: The minimum number of characters.
        max_length: The maximum number of characters.
        refers_to: The table whose ids, within the same letter, are the values; may be empty.
        examples: Examples of values in a cell.
        form: How a mapping is written in the cell: an identifier as `scheme:value`, a level of an
            archive as `name: value`; empty for a single value.
        is_path: Whether the value is the path of a file.
    """

    name: str
    path: tuple[str, ...]
    type: Literal["string", "integer", "boolean"]
    description: str = ""
    required: bool = False
    needed: bool = False
    many: bool = False
    pattern: str = ""
    enum: tuple[str, ...] = ()
    minimum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    refers_to: str = ""
    examples: tuple[str, ...] = ()
    form: Literal["", "identifier", "level"] = ""
    is_path: bool = False

    @property
    def is_free(self) -> bool:
        """Whether a cell may hold any text, even one that a spreadsheet takes for a formula."""
        return self.type == "string" and not (self.pattern or self.enum)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a catalogue.

    Attributes:
        name: The name of the table, its file and its sheet.
        path: The path of its list in a record; empty for `letters`.
        description: The first line of the model's docstring.
        columns: Its columns in order. The letter's id is first in all tables except `letters`.
        key: The columns whose values together are unique; empty if rows have no id.
        model: The model of an item.
    """

    name: str
    path: tuple[str, ...]
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    model: type[Model]
    _named: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by name."""
        self._named.update((column.name, column) for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column with a name. Raise KeyError if there is none."""
        return self._named[name]

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The columns that refer to another table, as pairs of column and table."""
        return tuple((c.name, c.refers_to) for c in self.columns if c.refers_to)


@cache
def tables() -> Mapping[str, Table]:
    """Return the tables of a catalogue by name, `letters` first."""
    return derive(Record)


def derive(root: type[Model]) -> dict[str, Table]:
    """Derive the tables that hold records of a model.

    Args:
        root: The model of a record; must have a field `id`.

    Raises:
        LayoutError: A model does not fit into tables: a list of models is inside another such
            list, a field is not a string, integer, boolean or model, or two fields have the same
            column.
    """
    return {table.name: table for table in _Derivation(root).tables()}


class _Derivation:
    def __init__(self, root: type[Model]) -> None:
        self._root = root
        self._schema = root.model_json_schema(mode="serialization")
        self._models = {model.__name__: model for model in _family(Model)}
        self._lists: list[tuple[tuple[str, ...], str]] = []

    def tables(self) -> Iterator[Table]:
        columns = tuple(self._columns(self._root.__name__, self._schema, (), required=True))
        yield _table(LETTERS, (), self._root, columns, ("id",))
        letter_id = next(column for column in columns if column.path == ("id",))
        letter = Column(
            LETTER,
            (LETTER,),
            "string",
            "The letter that this row belongs to, by its id.",
            required=True,
            pattern=letter_id.pattern,
            refers_to=LETTERS,
        )
        lists, self._lists = self._lists, []
        for path, name in lists:
            own = tuple(self._columns(name, self._definition(name), (), required=True))
            if self._lists:
                nested = ".".join((*path, *self._lists[0][0]))
                raise LayoutError(
                    f"{nested} is a list inside a list, which does not fit into a table"
                )
            has_id = any(column.path == ("id",) for column in own)
            named = "id" if has_id else ID_FIELDS.get(path[-1])
            key = (LETTER, named) if named else ()
            yield _table("_".join(path), path, self._models[name], (letter, *own), key)

    def _definition(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._schema["$defs"][name]
        return found

    def _columns(
        self, model: str, schema: dict[str, Any], path: tuple[str, ...], *, required: bool
    ) -> Iterator[Column]:
        needed = schema.get("required", ())
        if path and not needed and "anyOf" not in schema:
            raise LayoutError(
                f"{model} in {'.'.join(path)} has no required field that shows that it is present"
            )
        for name, declared in schema["properties"].items():
            here = (*path, name)
            field, optional = _not_null(declared)
            many = field.get("type") == "array"
            if many:
                field, _ = _not_null(field["items"])
            named = field.get("$ref", "").rpartition("/")[2]
            must = required and name in needed and not optional
            doc = declared.get("description", "")
            if named == "Identifier":
                schemes = self._definition(named)["properties"]["scheme"]["enum"]
                yield Column(
                    ".".join(here),
                    here,
                    "string",
                    doc,
                    required=must,
                    many=many,
                    pattern=f"(?:{'|'.join(schemes)}):[\\s\\S]+",
                    examples=("wikidata:Q42",),
                    form="identifier",
                )
            elif named == "HoldingLevel":
                yield Column(
                    ".".join(here),
                    here,
                    "string",
                    f"{doc} Each level is its name, a colon and its value.",
                    required=must,
                    many=many,
                    pattern=r"[\s\S]*\S: [\s\S]+",
                    examples=("fond: 5; opis: 49; delo: 327",),
                    form="level",
                )
            elif named and "properties" in self._definition(named):
                if many:
                    self._lists.append((here, named))
                else:
                    inner = self._definition(named)
                    yield from self._columns(named, inner, here, required=must)
            else:
                value = self._definition(named) | field if named else field
                inner_need = bool(path) and name in needed
                yield _column(
                    here, value, declared, doc, required=must, needed=inner_need, many=many
                )


def _table(
    name: str,
    path: tuple[str, ...],
    model: type[Model],
    columns: tuple[Column, ...],
    key: tuple[str, ...],
) -> Table:
    names = [column.name for column in columns]
    if repeated := {column for column in names if names.count(column) > 1}:
        raise LayoutError(f"{name} would have two columns called {', '.join(sorted(repeated))}")
    return Table(name, path, cleandoc(model.__doc__ or "").partition("\n")[0], columns, key, model)


def _column(
    path: tuple[str, ...],
    value: dict[str, Any],
    declared: dict[str, Any],
    doc: str,
    *,
    required: bool,
    needed: bool,
    many: bool,
) -> Column:
    kind = value.get("type")
    if kind not in ("string", "integer", "boolean"):
        raise LayoutError(f"{'.'.join(path)} is {kind or value}, which does not fit into a column")
    examples = declared.get("examples") or value.get("examples") or re.findall(r'"([^"]+)"', doc)
    return Column(
        ".".join(path),
        path,
        kind,
        doc,
        required=required,
        needed=needed,
        many=many,
        pattern=_unanchored(value.get("pattern", "")),
        enum=tuple(value.get("enum", ())) or ((value["const"],) if "const" in value else ()),
        minimum=value.get("minimum", declared.get("minimum")),
        min_length=value.get("minLength", declared.get("minLength")),
        max_length=value.get("maxLength", declared.get("maxLength")),
        refers_to=value.get("refersTo", ""),
        examples=tuple(str(example) for example in examples),
        is_path=value.get("format") == "path",
    )


def _not_null(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return the schema of a field without null, and whether it may be null."""
    options = schema.get("anyOf")
    if not options:
        return schema, False
    kept = [option for option in options if option.get("type") != "null"]
    if len(kept) != 1:
        raise LayoutError(f"a field has several types: {kept}")
    return kept[0], len(kept) < len(options)


def _unanchored(pattern: str) -> str:
    """Return the pattern without anchors, in brackets so that Frictionless can add its own."""
    bare = pattern.removeprefix("^").removesuffix("$")
    return f"(?:{bare})" if bare else ""


def _family(model: type[Model]) -> Iterator[type[Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _family(child)
