"""Turn the errors of Pydantic into findings: a place, what is wrong, what to do."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args, get_origin

from archive_pkg.faults import Fault
from archive_pkg.messages import Message, _, capital, sentence
from archive_pkg.records.value_paths import get, id_of, models_in
from archive_pkg.records.yaml.nodes import Node, Position, visible, walk
from archive_pkg.reports import Code, Finding, Location, Severity, abridged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]

FIELD_UNKNOWN = Code("record-field-unknown", Severity.ERROR, "A key is not a field of its mapping.")
FIELD_MISSING = Code("record-field-missing", Severity.ERROR, "A required field is missing.")
TYPE_WRONG = Code(
    "record-type-wrong",
    Severity.ERROR,
    "A value has the wrong type, such as text in place of a list.",
)
VALUE_WRONG = Code("record-value-wrong", Severity.ERROR, "A value is not allowed in its field.")
ID_TAKEN = Code("record-id-taken", Severity.ERROR, "Two items of a list have the same id.")
REFERENCE_UNKNOWN = Code(
    "record-reference-unknown",
    Severity.ERROR,
    "A field refers to an agent or part that the record does not have.",
)
PARTS_CIRCLE = Code(
    "record-parts-circle", Severity.ERROR, "Parts depend on each other in a circle."
)
EVENTS_DISORDER = Code(
    "record-events-disorder", Severity.ERROR, "Events are not in order of date, oldest first."
)
STATEMENT_UNKNOWN = Code(
    "record-statement-unknown",
    Severity.ERROR,
    "The record has evidence for a statement that it does not make.",
)

AND_MORE = Code(
    "record-more-faults",
    Severity.ERROR,
    "The record has more errors than are listed.",
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
_MEANT: dict[str, tuple[str, str]] = {
    "string_type": (_("text"), _("Write text.")),
    "tuple_type": (_("a list"), _("Write [one, two], or each item on its own line after “- ”.")),
    "list_type": (_("a list"), _("Write [one, two], or each item on its own line after “- ”.")),
    "model_type": (
        _("a group of fields"),
        _("Write its fields one below the other, as key: value."),
    ),
    "model_attributes_type": (_("a group of fields"), _("Write its fields, as key: value.")),
    "dict_type": (_("a group of fields"), _("Write its fields, as key: value.")),
    "int_type": (_("a whole number"), _("Write decimal digits.")),
    "bool_type": (_("true or false"), _("Write true or false.")),
}


MAX_REPORTED = 1000
"""Up to this many findings of one record are listed; the rest are only counted."""


def explain(
    entries: Sequence[ErrorDetails],
    model: type[BaseModel],
    data: Any,
    path: str,
    root: Node | None = None,
    say: Callable[[ErrorDetails, type[BaseModel]], tuple[Code, str, str]] | None = None,
) -> list[Finding]:
    """Return the entries of an error as findings; with `root`, in the order of the file.

    Args:
        entries: The errors of the validation.
        model: The model.
        data: The validated data.
        path: The path for the findings.
        root: The file's tree, for lines and columns.
        say: Returns the code, message and hint of an entry; `explain_entry` if None.
    """
    say = say or explain_entry
    counts: dict[int, Counter[str | None]] = {}
    findings = []
    if root is not None:
        entries = sorted(entries, key=lambda entry: _position_of(root, entry).index)
    misspelt = {
        near
        for entry in entries
        if entry["type"] == "extra_forbidden" and (near := _nearest_field(entry["loc"], model))
    }
    for entry in entries[:MAX_REPORTED]:
        if entry["type"] == "unknown_statement" and entry["input"] in misspelt:
            continue  # its field is there, with a wrong name
        location = Location(path, field=_dotted(data, entry["loc"], counts))
        if root is not None:
            mark = _position_of(root, entry)
            location = replace(location, line=mark.line + 1, column=mark.column + 1)
        code, message, hint = say(entry, model)
        findings.append(code.at(location, visible(message), visible(hint)))
    if len(entries) > MAX_REPORTED:
        message = _("{entries:,} more errors are not listed", entries=len(entries) - MAX_REPORTED)
        findings.append(AND_MORE.at(Location(path), message, _("Fix these first.")))
    return findings


def _dotted(data: Any, loc: Loc, counts: dict[int, Counter[str | None]]) -> str:
    """Return the dotted path of a place, with the ids of list items where they are unique."""
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


def _position_of(root: Node, entry: ErrorDetails) -> Position:
    """Return the position of an error in the file; for a missing field, that of its mapping."""
    loc, key = entry["loc"], entry["type"] == "extra_forbidden"
    node, above = root, root
    for __, below in walk(root, loc[:-1] if key else loc):
        node, above = below, node
    last = loc[-1] if loc else ""
    if key and isinstance(last, str) and last in node.keys:
        return node.keys[last]
    if isinstance(node.value, dict) and node.style == "block":
        return node.start
    if node.value is None and isinstance(last, str):
        return above.keys.get(last, node.start)
    return node.start


def explain_entry(  # noqa: PLR0911 - one for each kind of error
    entry: ErrorDetails, model: type[BaseModel]
) -> tuple[Code, str, str]:
    """Return the code, message and hint of one entry of an error.

    Args:
        entry: The error, as Pydantic reports it.
        model: The model.
    """
    kind, loc, context = entry["type"], entry["loc"], entry.get("ctx", {})
    name = _subject(loc)
    fault = context.get("error")
    if isinstance(fault, Fault):
        return fault.code or VALUE_WRONG, fault.message, fault.hint
    if kind == "extra_forbidden":
        return _unknown_field(loc, model)
    if kind == "missing":
        return FIELD_MISSING, _("{name} is missing", name=name), _how_to_write(loc, model)
    if kind in _MEANT:
        return _wrong_type(entry, model)
    if kind == "literal_error":
        return _not_among(entry, model)
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        limit = next(iter(context.values()))
        message = _(
            "{name} is {number}, above {limit}", name=name, number=entry["input"], limit=limit
        )
        if kind.startswith("greater"):
            message = _(
                "{name} is {number}, below {limit}", name=name, number=entry["input"], limit=limit
            )
        return VALUE_WRONG, message, _("The limit is {limit}.", limit=limit)
    if kind == "string_too_short":
        return (
            VALUE_WRONG,
            _("{name} is empty", name=name),
            _("Leave the field out if nothing is known."),
        )
    if isinstance(text := context.get("text"), Message):
        return _OWN.get(kind, VALUE_WRONG), *_with_hint(text)
    said, __, hint = entry["msg"].removeprefix("Value error, ").partition("; ")
    if hint:
        hint = f"{hint[0].upper()}{hint[1:]}" + ("" if hint.endswith("?") else ".")
    return _OWN.get(kind, VALUE_WRONG), said, hint


def _with_hint(text: Message) -> tuple[str, str]:
    """Return the message of our own rule and its hint, as a sentence."""
    if "hint" not in text.values:
        return text, ""
    hint: Message = text.values["hint"]
    return text.values["message"], capital(hint if hint.endswith(("?", ".")) else sentence(hint))


def _subject(loc: Loc) -> str:
    """Return the name of the innermost field of a place."""
    names = [step for step in loc if isinstance(step, str)]
    return names[-1] if names else _("the record")


def _unknown_field(loc: Loc, model: type[BaseModel]) -> tuple[Code, str, str]:
    owner = model_at(model, loc[:-1])
    known = list(owner.model_fields) if owner else []
    key = str(loc[-1])
    near = _nearest_field(loc, model)
    thing = _thing(owner)
    if key == "of" and "made_from" in known:
        hint = _("Write made_from, part_of or about.")
        return FIELD_UNKNOWN, _("“of” is not a field of {thing}", thing=thing), hint
    hint = (
        _("Did you mean {near}?", near=near)
        if near
        else _("The fields are {known}.", known=", ".join(known))
    )
    part = model_at(model, (*loc[:-1], "parts", 0)) if "parts" in known else None
    if not near and part and key in part.model_fields:
        hint = _("Write {key} into the part that it is about.", key=key)
    return (
        FIELD_UNKNOWN,
        _("“{key}” is not a field of {thing}", key=abridged(key), thing=thing),
        hint,
    )


def _nearest_field(loc: Loc, model: type[BaseModel]) -> str:
    """Return the field with a name like the key at the end of a place; "" if there is none."""
    owner = model_at(model, loc[:-1])
    key = str(loc[-1]).lower().replace("-", "_").replace(" ", "_")
    return next(iter(get_close_matches(key, owner.model_fields if owner else (), 1, 0.7)), "")


def _thing(owner: type[BaseModel] | None) -> str:
    if owner is None:
        return _("this mapping")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner.__name__).lower()
    article = "an" if words[0] in "aeiou" else "a"
    return _("{called} {thing}", called=article, thing=words)


def _how_to_write(loc: Loc, model: type[BaseModel]) -> str:
    owner = model_at(model, loc[:-1])
    name = str(loc[-1])
    field = owner.model_fields.get(name) if owner else None
    choices = _choices(field.annotation) if field else ()
    if choices:
        return _("Add {name}: one of {choices}.", name=name, choices=", ".join(choices))
    example = f": {field.examples[0]}" if field and field.examples else ""
    return _("Add {name}{example}.", name=name, example=example)


def _wrong_type(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    meant: str
    hint: str
    meant, hint = _MEANT[entry["type"]]
    name: str = _subject(entry["loc"])
    given: str
    value = entry["input"]
    if isinstance(entry["loc"][-1] if entry["loc"] else None, int):
        name = _("this item of {name}", name=name)
    if value is None:
        return TYPE_WRONG, _("{name} is empty", name=name), _instead_of_nothing(entry["loc"], model)
    if isinstance(value, str):
        given = _shown(value)
        hint = _around(value, meant, model_at(model, entry["loc"])) or hint
        if value.casefold() in ("none", "null", "unknown", "n/a", "-", "–", "?"):
            hint = _instead_of_nothing(entry["loc"], model)
    elif isinstance(value, dict | list | tuple):
        given = _("a mapping") if isinstance(value, dict) else _("a list")
    else:  # only a program can give such a value
        given = _("of type {type}", type=type(value).__name__)
        hint = (
            _('Write "{isoformat}".', isoformat=value.isoformat())
            if isinstance(value, datetime.date)
            else hint
        )
    return (
        TYPE_WRONG,
        _("{name} is {given}, not {meant}", name=name, given=given, meant=meant),
        hint,
    )


def _around(value: str, meant: str, owner: type[BaseModel] | None) -> str:
    """Return how to write a string as a list, or as a mapping with one required field, or ""."""
    if len(value) > 60 or "\n" in value:
        return ""
    is_list = meant == "a list"
    if owner is None:
        return _("Write [{value}].", value=value) if is_list else ""
    needed = [name for name, field in owner.model_fields.items() if field.is_required()]
    if len(needed) == 1:
        dash = "- " if is_list else ""
        return _(
            "Write on the next line, indented: {dash}{needed}: {value}",
            dash=dash,
            needed=needed[0],
            value=value,
        )
    return (
        _("Write a list of items, each with {needed}.", needed=" and ".join(needed))
        if is_list
        else ""
    )


def _instead_of_nothing(loc: Loc, model: type[BaseModel]) -> str:
    owner = model_at(model, loc[:-1]) if loc and isinstance(loc[-1], str) else None
    field = owner.model_fields.get(str(loc[-1])) if owner else None
    if field and field.is_required():
        return _("Add a value: {thing} must have {loc}.", thing=_thing(owner), loc=loc[-1])
    return _("Leave the field out if nothing is known.")


def _not_among(entry: ErrorDetails, model: type[BaseModel]) -> tuple[Code, str, str]:
    loc = tuple(step for step in entry["loc"] if isinstance(step, str))
    owner = model_at(model, loc[:-1])
    field = owner.model_fields.get(loc[-1]) if owner else None
    choices = _choices(field.annotation) if field else ()
    value = entry["input"]
    near = get_close_matches(str(value).lower(), choices, 1, 0.6)
    among = f"Write one of {', '.join(choices)}."
    hint = _("Did you mean {near}? {among}", near=near[0], among=among) if near else among
    shown = _shown(value) if isinstance(value, str) else f"a {type(value).__name__}"
    return (
        VALUE_WRONG,
        _("{shown} is not a valid {subject}", shown=shown, subject=_subject(entry["loc"])),
        hint,
    )


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return the values of a Literal, or of a Literal within a union."""
    args = get_args(annotation)
    if args and all(isinstance(arg, str) for arg in args):
        return args
    return next((found for found in map(_choices, args) if found), ())


def model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """Return the model at a place, or None if the place has none."""
    owner: type[BaseModel] | None = model
    steps = iter(loc)
    for step in steps:
        if isinstance(step, int):
            continue
        if owner is None or step not in owner.model_fields:
            return None
        annotation = owner.model_fields[step].annotation
        owner = next(models_in(annotation), None)
        if get_origin(annotation) is dict:
            next(steps, None)  # the name of an entry
    return owner


def _shown(value: Any) -> str:
    return f"“{abridged(str(value))}”"
