"""Derive form inputs for a record's statements from its schema, and apply the values entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.written.reader import read_date
from archive_pkg.dates.written.readings import is_edtf
from archive_pkg.drafting.records.frame_builder import mixed_case
from archive_pkg.errors import UsageError
from archive_pkg.messages import ENGLISH, _, language, shown, term
from archive_pkg.records import Record
from archive_pkg.records.display import label as label_of
from archive_pkg.records.vocabularies.document_types import document_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Technical fields, which can only be changed in the record's file.
_TECHNICAL = {
    "id", "file", "span", "sha256", "media_type", "pronom", "encoding", "at", "version", "inputs",
    "outputs",
}  # fmt: skip
_LONG = {"text", "note", "detail", "statement", "custody", "method", "distribution", "definition"}

# Labels for fields whose names are not clear enough.
_CALLED = {"edtf": _("Date, year first"), "as_written": _("As the document has it")}

_VOCABULARIES = (
    "part", "agent", "access", "classification", "note", "participant", "recording", "relation",
    "event", "calendar alone", "certainty", "evidence", "outcome of event",
)  # fmt: skip
"""The vocabularies of the choices."""
_CONTEXTS = {"calendar": ("calendar alone",)}
"""The vocabulary of an input whose words another vocabulary also has."""

VALUE = "self"
"""The name of the only input of a statement that is not a mapping."""

_TYPES = (VALUE, "like")
"""The last names of the inputs for a type of document."""

NEW = "*"
"""The key of an item that the reviewer can add to a list."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form, or a group of them.

    Attributes:
        name: The value's dotted path below the statement; `VALUE` for the statement itself.
        label: Its label.
        kind: "line", "text", "lines" (a list, one item a line), "choice", "choices", "agent",
            "agents", "part", "parts", "group" (a mapping) or "items" (a list of mappings).
        value: The value to show: a string, or the items of a list. It is the value entered so far,
            or, before anything is entered, the record's value.
        choices: The values of a choice, with their labels.
        needed: Whether it is required.
        hint: An explanation for the reviewer.
        rows: For "items": the inputs of each item by its key (its number, or a key that the page
            made up), and those of a new item under `NEW`. For "group": its inputs, under "".
    """

    name: str
    label: str
    kind: str
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    hint: str = ""
    rows: Mapping[str, tuple[Input, ...]] = field(default_factory=dict)

    @property
    def item_label(self) -> str:
        """The label of one item of a list."""
        return label_of(shown(self.label, ENGLISH).removesuffix("s"))


def inputs(record: Record, field: str, given: Mapping[str, Any] | None = None) -> list[Input]:
    """Return the inputs for a statement.

    Args:
        record: The record.
        field: The statement's path, `date` or `agents.khrushchev`; `agents.` for a new item.
        given: The values entered so far, by the inputs' names; the record's values if not given.
    """
    name = field.partition(".")[0]
    schema = _resolved(_schema()["properties"][name])
    if field != name:
        schema = _resolved(schema["items"])
    if field == "type":
        own = [record.type] if record.own_type else []
        schema = {**schema, "enum": [*document_types(), *own]}
    plain = value_at(record.as_json(), field)
    needed = name in _schema()["required"]
    form = _FormBuilder(record, given, label_of(name))
    return list(form.inputs(VALUE, schema, plain, needed=needed))


def single_inputs(form: Iterable[Input]) -> Iterator[Input]:
    """Yield the inputs of a form and of its groups, without those of items not yet added."""
    for one in form:
        for key, row in one.rows.items():
            if key != NEW:
                yield from single_inputs(row)
        if not one.rows:
            yield one


def proposed(record: Record, field: str, words: str) -> dict[str, Any]:
    """Return the values that fill the form of an empty statement when words are selected.

    Args:
        record: The record.
        field: The statement's path.
        words: The selected words.

    Returns:
        Values by the inputs' names: the words, or the date or name that they contain; for a new
        translation note only its kind.
    """
    if field == "translation_notes.":
        return {"kind": "editorial"}
    flat = " ".join(words.split())
    given: dict[str, Any] = {}
    for one in single_inputs(inputs(record, field)):
        above, __, last = one.name.rpartition(".")
        if above and given:
            continue  # the words are for the statement, not for a mapping in it
        if one.kind in ("agents", "agent") and not given:
            given |= {f"{one.name}+name": mixed_case(flat), f"{one.name}+as_written": flat}
        elif last == "edtf":
            read = read_date(flat)
            given[one.name] = read.edtf if read else ""
        elif last == "as_written":
            given[one.name] = words
        elif not given and one.kind in ("line", "text"):
            given[one.name] = mixed_case(flat) if last == "name" else words
    return given


def with_values(
    plain: Any, given: Mapping[str, Any], form: Iterable[Input], below: str = ""
) -> Any:
    """Return the plain data of a statement with the entered values. Other values do not change.

    Args:
        plain: The data of the record; None if it has none.
        given: The values entered, by the inputs' names; other inputs stay unchanged.
        form: The inputs of the form.
        below: The prefix of the inputs' names that paths in the data do not have.

    Returns:
        The data; None for a mapping without values.
    """
    for one in form:
        if one.kind == "group":
            plain = with_values(plain, given, one.rows[""], below)
        if one.name not in given:
            continue
        place = one.name.removeprefix(below)
        before = plain if one.name == VALUE else value_at(plain, place)
        if one.kind == "items":
            items = (
                with_values(_item(before or [], key), given, row, f"{one.name}.{key}.")
                for key, row in one.rows.items()
                if key != NEW
            )
            value: Any = [item for item in items if item]
        else:
            value = _cleaned(given[one.name], one.kind)
            if one.name.rpartition(".")[2] == "edtf":
                value = _as_edtf(value)
            if before is not None and value == _cleaned(before, one.kind):
                value = before  # keep the record's white space, which the form does not show
        if one.name == VALUE:
            return value
        plain = _put(plain if isinstance(plain, dict) else {}, place.split("."), value)
    return plain or None


def _item(items: list[Any], key: str) -> Any:
    """Return the list item that has the given key; None if it was added on the page."""
    return items[int(key)] if key.isdecimal() and int(key) < len(items) else None


def value_at(data: Any, field: str) -> Any:
    """Return the value at a path in the plain data of a record; None if there is none."""
    for name in field.split("."):
        if isinstance(data, list):
            data = next((item for n, item in enumerate(data) if _is_named(item, name, n)), None)
        else:
            data = data.get(name) if isinstance(data, dict) else None
    return data


def _is_named(item: Any, name: str, index: int) -> bool:
    if isinstance(item, dict) and "id" in item:
        return bool(item["id"] == name)
    return name in (item, str(index))


def _put(plain: dict[str, Any], names: list[str], value: Any) -> dict[str, Any]:
    first, *rest = names
    if rest:
        inner = plain.get(first)
        value = _put(inner if isinstance(inner, dict) else {}, rest, value) or None
    if value in (None, "", [], {}):
        return {key: kept for key, kept in plain.items() if key != first}
    return {**plain, first: value}


def _cleaned(value: Any, kind: str) -> Any:
    if kind == "lines":
        lines = value if isinstance(value, str) else "\n".join(value)
        return [line.strip() for line in lines.splitlines() if line.strip()]
    if _is_list(kind):
        return [str(item) for item in value]
    return str(value).replace("\r\n", "\n").strip()  # browsers send CRLF line endings


def _as_edtf(text: str) -> str:
    """Return a date in EDTF if words have one meaning, as in a list; otherwise unchanged."""
    read = None if is_edtf(text) else read_date(text)
    return read.edtf if read and read.edtf and not (read.is_open or read.note) else text


def _fits(value: Any, kind: str) -> bool:
    """Return whether a value from the page has the type that this kind of input sends."""
    if isinstance(value, list):
        return _is_list(kind) and all(isinstance(item, str) for item in value)
    return isinstance(value, str) and (kind == "lines" or not _is_list(kind))


def _is_list(kind: str) -> bool:
    return kind in ("lines", "choices", "agents", "parts", "items")


@dataclass(frozen=True, slots=True)
class _FormBuilder:
    """Makes inputs from the schema of a record's fields."""

    record: Record
    given: Mapping[str, Any] | None
    label: str

    def inputs(
        self, name: str, schema: dict[str, Any], plain: Any, *, needed: bool, hint: str = ""
    ) -> Iterator[Input]:
        """Yield the inputs of a value.

        Args:
            name: The name of its input.
            schema: Its schema.
            plain: The value in the record.
            needed: Whether it is required.
            hint: The explanation of the field.
        """
        kind = _kind(name, schema)
        value = plain if self.given is None else self.given.get(name)
        if name in (self.given or ()) and not _fits(value, kind):
            raise UsageError(f"the value of {name} is not valid", "Reload the page.")
        if value is None:
            value = [] if _is_list(kind) else ""
        if kind == "line" and "\n" in str(value):
            kind = "text"  # an input of one line would lose the line breaks
        last = name.rpartition(".")[2]
        label = self.label if name == VALUE else _CALLED.get(last) or label_of(last)
        if kind == "group" and name == VALUE:
            yield from self._row("", schema, plain)
        elif kind == "group":
            row = self._row(f"{name}.", {**schema, "required": []}, plain)
            yield Input(name, label, kind, rows={"": row})
        elif kind == "items":
            before = plain or []
            keys = value if self.given is not None else list(map(str, range(len(before))))
            item = _resolved(schema["items"])
            rows = {
                key: self._row(f"{name}.{key}.", item, _item(before, key)) for key in (*keys, NEW)
            }
            yield Input(name, label, kind, hint=hint, rows=rows)
        else:
            choices = tuple(self._choices(last, kind, schema))
            value = str(value).lower() if isinstance(value, bool) else value
            yield Input(name, label, kind, value, choices, needed, hint)

    def _row(self, below: str, schema: dict[str, Any], plain: Any) -> tuple[Input, ...]:
        return tuple(
            one
            for key, inner in schema["properties"].items()
            if key not in _TECHNICAL
            for one in self.inputs(
                f"{below}{key}",
                _resolved(inner),
                plain.get(key) if isinstance(plain, dict) else None,
                needed=key in schema.get("required", ()),
                hint=term("hint", inner["description"]) if "description" in inner else "",
            )
        )

    def _choices(self, name: str, kind: str, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if kind in ("agent", "agents"):
            yield from ((agent.id, agent.name) for agent in self.record.agents)
        elif kind in ("part", "parts"):
            for part in self.record.parts:
                yield part.id, part.title or f"{term('part', part.kind)} ({part.id})"
        elif schema.get("type") == "boolean":
            yield from (("true", _("yes")), ("false", _("no")))
        elif kind in ("choice", "choices"):
            terms = schema["enum"] if kind == "choice" else _resolved(schema["items"])["enum"]
            yield from ((word, _choice(word, name)) for word in terms)


def form_texts() -> Iterator[tuple[str, str]]:
    """Yield the name and explanation of each field that has an input, and of one item of a list."""

    def inside(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
        schema = _resolved(schema)
        for name, inner in schema.get("properties", {}).items():
            if name not in _TECHNICAL:
                yield name, inner.get("description", "")
                if _kind(name, _resolved(inner)) == "items":
                    yield name.removesuffix("s"), ""
                yield from inside(inner)
        if "items" in schema:
            yield from inside(schema["items"])

    yield from dict.fromkeys(inside(_schema()))


def _choice(word: str, name: str) -> str:
    """Return a value of the list of values of the input with a name in words."""
    spaced = word.replace("-", " ")
    if name in _TYPES and word in document_types():
        return term("type", document_types()[word].label) if language() != ENGLISH else spaced
    words = (term(context, spaced) for context in _CONTEXTS.get(name, _VOCABULARIES))
    return next((said for said in words if said != spaced), spaced)


def _kind(name: str, schema: dict[str, Any]) -> str:
    """Return the kind of input for a value."""
    if schema.get("type") == "array":
        item = _resolved(schema["items"])
        if "properties" in item:
            return "items"
        return "choices" if "enum" in item else str(item.get("refersTo", "lines"))
    if "properties" in schema:
        return "group"
    if "enum" in schema or schema.get("type") == "boolean":
        return "choice"
    if "refersTo" in schema:
        return str(schema["refersTo"]).removesuffix("s")
    return "text" if name.rpartition(".")[2] in _LONG else "line"


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field, with references resolved and without null."""
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


@cache
def _schema() -> dict[str, Any]:
    return Record.model_json_schema(mode="serialization")
