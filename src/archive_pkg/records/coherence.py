"""What makes a record one thing: references that lead somewhere, no circles, events in order."""

from __future__ import annotations

from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from archive_pkg.records.statements import MOST_MEANT, Index
from archive_pkg.records.upgrading import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.models import Record

Place = tuple[str | int, ...]
Problem = tuple[str, str, Place, Any]
"""Kind, message, place in the record, and the value there."""


def refuse_incoherence(record: Record) -> None:
    """Raise one ValidationError with everything in the record that does not hang together."""
    problems = [
        *_twins(record),
        *_dangling(record),
        *_circles(record),
        *_disorder(record),
        *_groundless(record),
    ]
    if problems:
        raise ValidationError.from_exception_data(
            "Record",
            [
                InitErrorDetails(type=PydanticCustomError(kind, message), loc=place, input=value)
                for kind, message, place, value in problems
            ],
        )


def _twins(record: Record) -> Iterator[Problem]:
    for name in ("agents", "parts", "translation_notes", "enclosures", "events"):
        seen: dict[str, int] = {}
        for index, item in enumerate(getattr(record, name)):
            if item.id in seen:
                message = f"the id {item.id} is taken by item {seen[item.id] + 1} of {name}"
                yield "id_taken", message, (name, index, "id"), item.id
            seen.setdefault(item.id, index)


def _dangling(record: Record) -> Iterator[Problem]:
    known = {
        "agent": {agent.id for agent in record.agents},
        "part": {part.id for part in record.parts},
    }
    dangling = [each for each in references(record) if each[2] not in known[each[0]]]
    for count, (what, place, name) in enumerate(dangling):
        near = get_close_matches(name, known[what], 1) if count < MOST_MEANT else []
        meant = f"; did you mean {near[0]}?" if near else f"; add it to {what}s"
        yield "unknown_reference", f"no {what} has the id {name}{meant}", place, name


def references(record: Record) -> Iterator[tuple[str, Place, str]]:
    """Every mention of an agent or part by its id: which of the two, where, the id."""

    def each(what: str, place: Place, names: tuple[str, ...]) -> Iterator[tuple[str, Place, str]]:
        for index, name in enumerate(names):
            yield what, (*place, index), name

    def one(what: str, place: Place, name: str | None) -> Iterator[tuple[str, Place, str]]:
        if name is not None:
            yield what, place, name

    for role in ("sender", "signatories", "recipients", "copies_to", "mentioned_agents"):
        yield from each("agent", (role,), getattr(record, role))
    yield from one("agent", ("donor",), record.donor)
    if record.summary:
        yield from one("part", ("summary", "part"), record.summary.part)
        yield from one("agent", ("summary", "author"), record.summary.author)
    if record.rights:
        yield from one("agent", ("rights", "holder"), record.rights.holder)
    if record.classification:
        for index, change in enumerate(record.classification.history):
            yield from one("agent", ("classification", "history", index, "by"), change.by)
    for index, part in enumerate(record.parts):
        for relation in RELATIONS:
            yield from each("part", ("parts", index, relation), getattr(part, relation))
        yield from each("agent", ("parts", index, "made_by"), part.made_by)
    for index, note in enumerate(record.translation_notes):
        yield "part", ("translation_notes", index, "at", "part"), note.at.part
    for index, enclosure in enumerate(record.enclosures):
        yield from one("part", ("enclosures", index, "part"), enclosure.part)
    for index, event in enumerate(record.events):
        yield from each("agent", ("events", index, "agents"), event.agents)
        yield from each("part", ("events", index, "objects"), event.objects)
        yield from each("part", ("events", index, "sources"), event.sources)
    for index, evidence in enumerate(record.evidence):
        yield from one("agent", ("evidence", index, "agent"), evidence.agent)
        if evidence.at:
            yield "part", ("evidence", index, "at", "part"), evidence.at.part


def _circles(record: Record) -> Iterator[Problem]:
    try:
        TopologicalSorter({part.id: part.leads_to for part in record.parts}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        index, relation = next(
            (index, relation)
            for index, part in enumerate(record.parts)
            for relation in RELATIONS
            if part.id == circle[0] and circle[-2] in getattr(part, relation)
        )
        message = f"the parts lead back to each other in a circle: {' ← '.join(circle)}"
        yield "circle_of_parts", message, ("parts", index, relation), circle


def _disorder(record: Record) -> Iterator[Problem]:
    before = None
    for index, event in enumerate(record.events):
        if event.date is None:
            continue
        starts, ends = event.date.edtf.earliest, event.date.edtf.latest
        if before and ends and ends < before[1]:
            message = f"events stand oldest first, and {event.id} is older than {before[0]}"
            yield "events_out_of_order", message, ("events", index, "date"), str(event.date.edtf)
        if starts and (before is None or starts > before[1]):
            before = (event.id, starts)


def _groundless(record: Record) -> Iterator[Problem]:
    known = Index(record)
    for index, evidence in enumerate(record.evidence):
        try:
            stated = known.value(evidence.field)
        except KeyError as error:
            message = f"the record has no {evidence.field}: {error.args[0]}"
            yield "unknown_statement", message, ("evidence", index, "field"), evidence.field
            continue
        if stated in (None, ()) and evidence.value is None:
            message = f"the record states nothing for {evidence.field} that evidence could be for"
            yield "unknown_statement", message, ("evidence", index, "field"), evidence.field
