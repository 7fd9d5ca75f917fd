"""Check that a record does not contradict itself.

The rules find repeated ids, unknown references and types, parts in a circle, events out of order
and evidence for missing values. Each rule also accepts plain data that failed validation, so that
an error in one field does not hide others.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.messages import Message, _, term
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.records.value_paths import MAX_SUGGESTIONS, Values, get, id_of, items, models_in
from archive_pkg.records.vocabularies.document_types import document_types

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pydantic import BaseModel

Place = tuple[str | int, ...]


def with_hint(message: str, hint: str) -> Message:
    """Return a problem's message with what to do."""
    return _("{message}; {hint}", message=message, hint=hint)


Problem = tuple[str, str, Place, Any]
"""Kind, message, place in the record and value."""


class Reference(NamedTuple):
    """A reference in a record: what it refers to ("agent" or "part"), its place, and the id."""

    what: str
    place: Place
    id: str


@cache
def reference_paths(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return "agent" or "part" and the path for each field of a model that holds references.

    In a path, * stands for each item of a list.
    """
    return tuple(_reference_paths(model, ""))


def _reference_paths(model: type[BaseModel], above: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        path = f"{above}{name}.*" if get_origin(field.annotation) is tuple else f"{above}{name}"
        if table := _refers_to(field) or _refers_to(field.annotation):
            yield table.removesuffix("s"), path
        for below in models_in(field.annotation):
            yield from _reference_paths(below, f"{path}.")


def _refers_to(declared: Any) -> str:
    """Return the name of the list to which a declared value refers, or ""."""
    extra = getattr(declared, "json_schema_extra", None)
    if isinstance(extra, dict) and "refersTo" in extra:
        return str(extra["refersTo"])
    inner = (*getattr(declared, "__metadata__", ()), *get_args(declared))
    return next(filter(None, map(_refers_to, inner)), "")


ID_FIELDS = {
    "participants": "agent",
    **dict.fromkeys(
        ("agents", "parts", "translation_notes", "enclosures", "items", "events"), "id"
    ),
}
"""The lists in which no id may repeat, and the field that has the id."""


def incoherence(
    record: Any,
    model: type[BaseModel],
    faulty: Collection[Place] = (),
    register: tuple[str, Collection[str]] | None = None,
) -> Iterator[Problem]:
    """Find errors that concern several fields of a record.

    Args:
        record: The record, or its plain data if it has other errors.
        model: The model of a record.
        faulty: Places that already have an error; nothing more is reported there.
        register: The file of the register of agents, and the ids of its entries.
    """
    found = [
        *_repeated_ids(record),
        *_unknown_references(record, model, register),
        *_unknown_types(record),
        *_circles(record),
        *_events_out_of_order(record),
        *_unknown_statements(record, model, faulty),
    ]
    yield from (problem for problem in found if problem[2] not in faulty)


def _repeated_ids(record: Any) -> Iterator[Problem]:
    for name, field in ID_FIELDS.items():
        seen: dict[str, int] = {}
        for index, item in enumerate(items(record, name)):
            known = id_of(item)
            if known in seen:
                message = with_hint(
                    _(
                        "{name}.{number} has the same {field} {id}",
                        name=name,
                        number=seen[known],
                        field=field,
                        id=known,
                    ),
                    _("rename one of them") if field == "id" else _("merge the two items"),
                )
                yield "id_taken", message, (name, index, field), known
            elif known is not None:
                seen[known] = index


def _unknown_references(
    record: Any, model: type[BaseModel], register: tuple[str, Collection[str]] | None
) -> Iterator[Problem]:
    tables = {what: get(record, f"{what}s", ()) for what in ("agent", "part")}
    # If a table is not a list, that is reported elsewhere, and references to it are not checked.
    known = {
        what: {name for item in table if (name := id_of(item))}
        for what, table in tables.items()
        if isinstance(table, list | tuple)
    }
    unknown = [
        one
        for one in references(record, model)
        if one.what in known and one.id not in known[one.what]
    ]
    for count, (what, place, name) in enumerate(unknown):
        file, entries = register if register and what == "agent" else ("", ())
        names = {*known[what], *entries} if count < MAX_SUGGESTIONS else ()
        near = get_close_matches(name, names, 1)
        none = _("no {what} has the id {id}", what=term("agent", what), id=name)
        plural_name = f"{what}s"
        hint = _("add it to {list}", list=plural_name)
        if file:
            none = _("no agent has the id {id}, and {file} has none, either", id=name, file=file)
            hint = _("add it to agents, here or in {file}", file=file)
        if near:
            hint = _("did you mean {near}?", near=near[0])
        yield "unknown_reference", with_hint(none, hint), place, name


def references(record: Any, model: type[BaseModel]) -> Iterator[Reference]:
    """Yield each reference to an agent or a part."""
    for what, path in reference_paths(model):
        found: list[tuple[Place, Any]] = [((), record)]
        for step in path.split("."):
            if step == "*":
                found = [
                    ((*place, index), item)
                    for place, value in found
                    if isinstance(value, list | tuple)
                    for index, item in enumerate(value)
                ]
            else:
                found = [
                    ((*place, step), below)
                    for place, value in found
                    if (below := get(value, step)) is not None
                ]
        yield from (Reference(what, place, name) for place, name in found if isinstance(name, str))


def _unknown_types(record: Any) -> Iterator[Problem]:
    name = get(record, "type")
    if not isinstance(name, str):
        return
    known, own = name in document_types(), get(record, "own_type") is not None
    if known and own:
        message = with_hint(
            _("{name} is a known type", name=name),
            _("remove own_type, or give its type another id"),
        )
        yield "type_known", message, ("own_type",), name
    elif not (known or own):
        near = get_close_matches(name.lower().replace(" ", "-"), document_types(), 1)
        types = ", ".join(document_types())
        hint = (
            _("did you mean {near}? The known types are {types}", near=near[0], types=types)
            if near
            else _(
                "write a known type, or define own_type. The known types are {types}", types=types
            )
        )
        message = with_hint(_("“{name}” is not a known type of document", name=name), hint)
        yield "type_unknown", message, ("type",), name


def _circles(record: Any) -> Iterator[Problem]:
    leads: list[tuple[str | None, int, str, str]] = [
        (id_of(part), index, relation, other)
        for index, part in enumerate(items(record, "parts"))
        for relation in RELATIONS
        for other in items(part, relation)
        if isinstance(other, str)
    ]
    graph: dict[str | None, list[str]] = {}
    for start, __index, __relation, other in leads:
        graph.setdefault(start, []).append(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        index, relation = next(
            lead[1:3] for lead in leads if (lead[0], lead[3]) == (circle[0], circle[-2])
        )
        message = _(
            "the parts depend on each other in a circle: {circle}", circle=" ← ".join(circle)
        )
        yield "circle_of_parts", message, ("parts", index, relation), circle


def _events_out_of_order(record: Any) -> Iterator[Problem]:
    before = None
    for index, event in enumerate(items(record, "events")):
        date = get(event, "date")
        text = date if isinstance(date, str) else get(date, "edtf")
        try:
            edtf = Edtf(text if isinstance(text, str) else "")
        except ValueError:
            continue
        name: str = id_of(event) or _("event {number}", number=index + 1)
        if before and edtf.latest and edtf.latest < before[1]:
            message = with_hint(
                _("{name} is older than {before}", name=name, before=before[0]),
                _("put the oldest event first"),
            )
            yield "events_out_of_order", message, ("events", index, "date"), str(edtf)
        if edtf.earliest and (before is None or edtf.earliest > before[1]):
            before = (name, edtf.earliest)


def _unknown_statements(
    record: Any, model: type[BaseModel], faulty: Collection[Place]
) -> Iterator[Problem]:
    known = Values(record, model, faulty)
    for index, evidence in enumerate(items(record, "evidence")):
        field = get(evidence, "field")
        if not isinstance(field, str):
            continue
        try:
            if known.value(field) not in (None, (), []) or get(evidence, "value") is not None:
                continue
            message = with_hint(
                _("the record has no value for {field}", field=field),
                _("add it, or remove the evidence"),
            )
        except KeyError as error:
            reason: Message = error.args[0]
            near = reason.values.get("near")
            reason = reason.values.get("message", reason)
            message = _("this is evidence for {field}, but {reason}", field=field, reason=reason)
            if near:
                message = with_hint(message, _("did you mean {near}?", near=near))
        yield "unknown_statement", message, ("evidence", index, "field"), field
