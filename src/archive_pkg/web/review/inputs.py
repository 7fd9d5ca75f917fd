"""Make form inputs for the statements of a record from the models, and read them back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.written.reader import read_date
from archive_pkg.drafting.records.frame_builder import mixed_case
from archive_pkg.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Technical fields, which can only be changed in the record's file.
_TECHNICAL = {
    "id", "held", "file", "span", "sha256", "media_type", "pronom", "encoding", "at", "version",
    "inputs", "outputs", "access",
}  # fmt: skip
_LONG = {"text", "note", "detail", "statement", "custody", "method"}

# Labels of fields whose names do not explain themselves.
_CALLED = {
    "edtf": "Date, year first",
    "as_written": "As the document has it",
    "part_of": "Part of",
    "made_from": "Made from",
    "about": "About",
    "value": "Value",
}

VALUE = "value"
"""The name of the only input of a statement that is not a mapping."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form.

    Attributes:
        name: The value's dotted path below the statement; "value" for the statement itself.
        label: Its label.
        kind: "line", "text", "lines" (a list, one item a line), "choice", "agent", "agents",
            "part" or "parts".
        value: The record's value: a text, or the items of a list.
        choices: The values of a choice, with their labels.
        needed: Whether it is required.
        hint: An explanation.
    """

    name: str
    label: str
    kind: str
    value: Any
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    hint: str = ""


def inputs(record: Record, field: str, given: Mapping[str, Any] | None = None) -> list[Input]:
    """Return the inputs for a statement.

    Args:
        record: The record.
        field: The statement's path, `date` or `agents.khrushchev`; `agents.` for a new item.
        given: The values entered so far, by the inputs' names; the record's values if not given.
    """
    plain = stated(record.as_json(), field)
    name = field.partition(".")[0]
    declared = _field(_schema()["properties"][name])
    if field != name:
        declared = _field(declared["items"])
    found = list(_inputs(record, VALUE, declared, plain, needed=name in _schema()["required"]))
    if given is None:
        return found
    return [
        Input(
            one.name,
            one.label,
            one.kind,
            given.get(one.name, [] if _is_list(one.kind) else ""),
            one.choices,
            one.needed,
            one.hint,
        )
        for one in found
    ]


def proposed(record: Record, field: str, words: str) -> dict[str, Any]:
    """Return initial values of the form for an empty statement from selected words.

    Args:
        record: The record.
        field: The statement's path.
        words: The selected words.

    Returns:
        Values by the inputs' names: the words, or the date or name that they contain.
    """
    if field == "translation_notes.":
        return {"kind": "editorial"}
    flat = " ".join(words.split())
    given: dict[str, Any] = {}
    for one in inputs(record, field):
        last = one.name.rpartition(".")[2]
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


def with_values(plain: Any, given: Mapping[str, Any], of: Iterable[Input]) -> Any:
    """Return a statement's plain data with the entered values; other values stay.

    Args:
        plain: The data of the record; None if it has none.
        given: The values entered, by the inputs' names; other inputs stay unchanged.
        of: The inputs of the form.

    Returns:
        The data; None if all of it is empty.
    """
    for one in of:
        if one.name not in given:
            continue
        value = _cleaned(given[one.name], one.kind)
        if one.name == VALUE:
            return value
        plain = _put(plain if isinstance(plain, dict) else {}, one.name.split("."), value)
    return plain or None


def stated(data: Any, field: str) -> Any:
    """Return the value at a path in the plain data of a record; None if there is none."""
    for name in field.split("."):
        if isinstance(data, list):
            data = next((item for n, item in enumerate(data) if _is(item, name, n)), None)
        else:
            data = data.get(name) if isinstance(data, dict) else None
    return data


def _is(item: Any, name: str, index: int) -> bool:
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
        lines = value.splitlines() if isinstance(value, str) else value
        return [line.strip() for line in lines if line.strip()]
    if _is_list(kind):
        return [str(item) for item in value]
    text = str(value)
    # Browsers send CRLF line ends.
    return text.replace("\r\n", "\n").strip() if kind == "text" else text.strip()


def _is_list(kind: str) -> bool:
    return kind in ("lines", "agents", "parts")


def _inputs(
    record: Record, name: str, declared: dict[str, Any], plain: Any, *, needed: bool, hint: str = ""
) -> Iterator[Input]:
    last = name.rsplit(".", 1)[-1]
    label = _CALLED.get(last) or last.replace("_", " ").capitalize()
    kind = _kind(name, declared)
    if kind:
        empty: Any = [] if _is_list(kind) else ""
        value = empty if plain is None else plain
        if isinstance(value, dict):  # a date with nothing but its EDTF
            value = value.get("edtf", "")
        choices = tuple(_choices(record, kind, declared))
        yield Input(name, label, kind, value, choices, needed, hint)
    elif "properties" in declared:
        for key, inner in declared["properties"].items():
            if key in _TECHNICAL:
                continue
            below = key if name == VALUE else f"{name}.{key}"
            value = plain.get(key) if isinstance(plain, dict) else None
            must = name == VALUE and key in declared.get("required", ())
            said = inner.get("description", "")
            yield from _inputs(record, below, _field(inner), value, needed=must, hint=said)


def _kind(name: str, declared: dict[str, Any]) -> str:
    """Return the kind of input for a value; empty for mappings and lists of mappings."""
    if declared.get("type") == "array":
        item = _field(declared["items"])
        if item.get("type") != "string":
            return ""
        return str(item.get("refersTo", "lines"))
    if "enum" in declared:
        return "choice"
    if declared.get("type") != "string":
        return ""
    if "refersTo" in declared:
        return str(declared["refersTo"]).removesuffix("s")
    return "text" if name.rsplit(".", 1)[-1] in _LONG else "line"


def _choices(record: Record, kind: str, declared: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if kind in ("agent", "agents"):
        yield from ((agent.id, agent.name) for agent in record.agents)
    elif kind in ("part", "parts"):
        yield from ((part.id, part.title or f"{part.kind} ({part.id})") for part in record.parts)
    elif kind == "choice":
        yield from ((word, word.replace("-", " ")) for word in declared["enum"])


def _field(declared: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field, with references resolved and without null."""
    if "anyOf" in declared:
        declared = next(one for one in declared["anyOf"] if one.get("type") != "null")
    if "$ref" in declared:
        declared = _schema()["$defs"][declared["$ref"].rpartition("/")[2]]
    return declared


@cache
def _schema() -> dict[str, Any]:
    return Record.model_json_schema(mode="serialization")
