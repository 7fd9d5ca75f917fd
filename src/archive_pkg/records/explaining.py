"""Turn the errors of Pydantic into findings: a place, what is wrong, what to do."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from archive_pkg.faults import Fault
from archive_pkg.records.statements import get, id_of, models_in
from archive_pkg.records.yaml.nodes import Mark, Node, visible, walk
from archive_pkg.reports import Code, Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]

FIELD_UNKNOWN = Code(
    "record-field-unknown", Severity.ERROR, "A key that is not a field of its mapping."
)
FIELD_MISSING = Code("record-field-missing", Severity.ERROR, "A required field is missing.")
TYPE_WRONG = Code(
    "record-type-wrong",
    Severity.ERROR,
    "A text, list or mapping where another is meant.",
)
VALUE_WRONG = Code("record-value-wrong", Severity.ERROR, "A value that its field cannot hold.")
ID_TAKEN = Code("record-id-taken", Severity.ERROR, "Two items of a list have the same id.")
REFERENCE_UNKNOWN = Code(
    "record-reference-unknown", Severity.ERROR, "An id that no agent or part of the record has."
)
PARTS_CIRCLE = Code(
    "record-parts-circle", Severity.ERROR, "Parts are said to be made from each other in a circle."
)
EVENTS_DISORDER = Code(
    "record-events-disorder", Severity.ERROR, "Events are not in order, oldest first."
)
STATEMENT_UNKNOWN = Code(
    "record-statement-unknown",
    Severity.ERROR,
    "Evidence for a statement that the record does not make.",
)

AND_MORE = Code(
    "record-more-faults",
    Severity.ERROR,
    "A record has more faults than are reported one by one.",
)

# Kinds of error that our own rules raise.
_OWN = {
    "id_taken": ID_TAKEN,
    "unknown_reference": REFERENCE_UNKNOWN,
    "circle_of_parts": PARTS_CIRCLE,
    "events_out_of_order": EVENTS_DISORDER,
    "unknown_statement": STATEMENT_UNKNOWN,
}
# What Pydantic's names for wrong types mean, and how to write the right one.
_MEANT = {
    "string_type": ("text", "write text"),
    "tuple_type": ("a list", "write [one, two], or each item on its own line after “- ”"),
    "list_type": ("a list", "write [one, two], or each item on its own line after “- ”"),
    "model_type": ("a mapping with fields", "write its fields one below the other, as key: value"),
    "model_attributes_type": ("a mapping with fields", "write its fields, as key: value"),
    "dict_type": ("a mapping with fields", "write its fields, as key: value"),
    "int_type": ("a whole number", "write decimal digits"),
    "bool_type": ("true or false", "write true or false"),
}


MOST = 1000
"""Findings of one record that are reported one by one; the others are counted."""


def explain(
    entries: Sequence[ErrorDetails],
    model: type[BaseModel],
    data: Any,
    path: str,
    root: Node | None = None,
) -> list[Finding]:
    """Return the entries of an error as findings, in the order of the file if there is one.

    Args:
        entries: The entries of what validation raised.
        model: What was validated.
        data: The plain data that it was validated from.
        path: What findings call the file.
        root: The file's tree, for lines and columns.
    """
    counts: dict[int, Counter[str | None]] = {}
    findings = []
    if root is not None:
        entries = sorted(entries, key=lambda entry: _mark(root, entry).index)
    for entry in entries[:MOST]:
        location = Location(path, field=_dotted(data, entry["loc"], counts))
        if root is not None:
            mark = _mark(root, entry)
            location = replace(location, line=mark.line + 1, column=mark.column + 1)
        code, message, hint = told(entry, model)
        findings.append(code.at(location, visible(message), visible(hint)))
    if len(entries) > MOST:
        message = f"{len(entries) - MOST} more faults are not reported one by one"
        findings.append(AND_MORE.at(Location(path), message, "fix these first"))
    return findings


def _dotted(data: Any, loc: Loc, counts: dict[int, Counter[str | None]]) -> str:
    """Return the dotted path of a place; an item of a list goes by its id if that is unique."""
    names = []
    for step in loc:
        name = str(step)
        items = data if isinstance(data, list | tuple) else None
        data = get(data, name) if items is None else None
        if items is not None and isinstance(step, int) and step < len(items):
            data = items[step]
            if id(items) not in counts:
                counts[id(items)] = Counter(map(_id_of, items))
            known = _id_of(data)
            if known and counts[id(items)][known] == 1 and re.fullmatch(r"[\w-]+", known):
                name = known
        names.append(name)
    return visible(".".join(names))


def _id_of(item: Any) -> str | None:
    return None if isinstance(item, str) else id_of(item)


def _mark(root: Node, entry: ErrorDetails) -> Mark:
    """Return where an entry's place is in the file; where it would be if it is not there."""
    loc, key = entry["loc"], entry["type"] == "extra_forbidden"
    node, above = root, root
    for _, below in walk(root, loc[:-1] if key else loc):
        node, above = below, node
    last = loc[-1] if loc else ""
    if key and isinstance(last, str) and last in node.keys:
        return node.keys[last]
    if isinstance(node.value, dict) and node.style == "block":
        return node.start
    if node.value is None and isinstance(last, str):
        return above.keys.get(last, node.start)
    return node.start


def told(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    """Return the kind, message and hint of one entry of an error.

    Args:
        entry: What is wrong, in pydantic's terms.
        model: What was validated.
    """
    kind, loc, context = entry["type"], entry["loc"], entry.get("ctx", {})
    name = _subject(loc)
    fault = context.get("error")
    if isinstance(fault, Fault):
        return fault.code or VALUE_WRONG, fault.message, fault.hint
    if kind == "extra_forbidden":
        return _unknown_field(loc, model)
    if kind == "missing":
        return FIELD_MISSING, f"{name} is missing", _how_to_write(loc, model)
    if kind in _MEANT:
        return _wrong_type(entry, model)
    if kind == "literal_error":
        return _not_among(entry, model)
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        word = "below" if kind.startswith("greater") else "above"
        limit = next(iter(context.values()))
        return VALUE_WRONG, f"{name} is {entry['input']}, {word} {limit}", f"the limit is {limit}"
    if kind == "string_too_short":
        return VALUE_WRONG, f"{name} is empty", "leave the field out where nothing is known"
    message, _, hint = entry["msg"].removeprefix("Value error, ").partition("; ")
    return _OWN.get(kind, VALUE_WRONG), message, hint


def _subject(loc: Loc) -> str:
    """Return the last named field of a place."""
    names = [step for step in loc if isinstance(step, str)]
    return names[-1] if names else "the record"


def _unknown_field(loc: Loc, model: type[BaseModel]) -> tuple[Code, str, str]:
    owner = model_at(model, loc[:-1])
    known = list(owner.model_fields) if owner else []
    key = str(loc[-1])
    near = get_close_matches(key.lower().replace("-", "_").replace(" ", "_"), known, 1, 0.6)
    thing = _thing(owner)
    if key == "of" and "made_from" in known:
        hint = "write made_from, part_of or about, which replace it"
        return FIELD_UNKNOWN, f"“of” is no field of {thing}", hint
    hint = f"did you mean {near[0]}?" if near else f"its fields are: {', '.join(known)}"
    return FIELD_UNKNOWN, f"“{_short(key)}” is no field of {thing}", hint


def _thing(owner: type[BaseModel] | None) -> str:
    if owner is None:
        return "what it stands in"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner.__name__).lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _how_to_write(loc: Loc, model: type[BaseModel]) -> str:
    owner = model_at(model, loc[:-1])
    name = str(loc[-1])
    field = owner.model_fields.get(name) if owner else None
    choices = _choices(field.annotation) if field else ()
    if choices:
        return f"add {name}: one of {', '.join(choices)}"
    example = field.examples[0] if field and field.examples else "…"
    return f"add {name}: {example}"


def _wrong_type(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    meant, hint = _MEANT[entry["type"]]
    name, value = _subject(entry["loc"]), entry["input"]
    if isinstance(entry["loc"][-1] if entry["loc"] else None, int):
        name = f"item {int(entry['loc'][-1]) + 1} of {name}"
    if value is None:
        return TYPE_WRONG, f"{name} is empty", _instead_of_nothing(entry["loc"], model)
    if isinstance(value, str):
        given = _shown(value)
        hint = _around(value, meant, model_at(model, entry["loc"])) or hint
    elif isinstance(value, dict | list | tuple):
        given = "a mapping" if isinstance(value, dict) else "a list"
    else:  # only a program gives such a value
        given = f"of type {type(value).__name__}"
        hint = f'write "{value.isoformat()}"' if isinstance(value, datetime.date) else hint
    return TYPE_WRONG, f"{name} is {given}, and {meant} is meant", hint


def _around(value: str, meant: str, owner: type[BaseModel] | None) -> str:
    """Return how to write a text as a list, or as a mapping with its one required field."""
    if len(value) > 60 or "\n" in value:
        return ""
    if meant == "a list":
        return f"write [{value}]"
    needed = (
        [name for name, field in owner.model_fields.items() if field.is_required()] if owner else []
    )
    return f"write below it, further in: {needed[0]}: {value}" if len(needed) == 1 else ""


def _instead_of_nothing(loc: Loc, model: type[BaseModel]) -> str:
    owner = model_at(model, loc[:-1]) if loc and isinstance(loc[-1], str) else None
    field = owner.model_fields.get(str(loc[-1])) if owner else None
    if field and field.is_required():
        return f"write it: {_thing(owner)} needs its {loc[-1]}"
    return "leave the field out where nothing is known"


def _not_among(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    owner = model_at(model, entry["loc"][:-1])
    field = owner.model_fields.get(str(entry["loc"][-1])) if owner else None
    choices = _choices(field.annotation) if field else ()
    value = entry["input"]
    near = get_close_matches(str(value).lower(), choices, 1, 0.6)
    among = f"it is one of {', '.join(choices)}"
    hint = f"did you mean {near[0]}? {among}" if near else among
    shown = _shown(value) if isinstance(value, str) else f"a {type(value).__name__}"
    return VALUE_WRONG, f"{shown} is no {_subject(entry['loc'])}", hint


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return the words of a Literal, also of one in a union."""
    args = get_args(annotation)
    if args and all(isinstance(arg, str) for arg in args):
        return args
    return next((found for found in map(_choices, args) if found), ())


def model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """Return the model at a place; None if the models have no such place."""
    owner: type[BaseModel] | None = model
    for step in loc:
        if isinstance(step, int):
            continue
        if owner is None or step not in owner.model_fields:
            return None
        owner = next(models_in(owner.model_fields[step].annotation), None)
    return owner


def _shown(value: Any) -> str:
    return f"“{_short(str(value))}”"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
