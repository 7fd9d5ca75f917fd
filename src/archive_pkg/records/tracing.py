"""Trace a statement to its evidence, to the quoted part and to what that part was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from archive_pkg.errors import UsageError
from archive_pkg.messages import Message, _
from archive_pkg.records.record_errors import references
from archive_pkg.records.statement_index import StatementIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.records.models import Agent, Event, Evidence, Part, Record


@dataclass(frozen=True, slots=True)
class Trace:
    """The origin of a statement.

    Attributes:
        field: The dotted path of the statement.
        value: The value of the statement.
        evidence: The evidence for statements that contain it, for the statement itself, and for
            statements within it, in this order.
        lineage: The parts that it quotes or describes, then the parts that these depend on, each
            once, with the number of steps that lead to it.
        events: The events of these parts and of the document as a whole, in the record's order.
        agents: The agents that the statement names, that supplied its evidence, made the parts or
            took part in the events.
    """

    field: str
    value: Any
    evidence: tuple[Evidence, ...]
    lineage: tuple[tuple[int, Part], ...]
    events: tuple[Event, ...]
    agents: tuple[Agent, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the trace as plain data."""
        return {
            "field": self.field,
            "value": _plain(self.value),
            "evidence": [_plain(item) for item in self.evidence],
            "lineage": [{"steps": steps, **_plain(part)} for steps, part in self.lineage],
            "events": [_plain(event) for event in self.events],
            "agents": [_plain(agent) for agent in self.agents],
        }


def trace(record: Record, field: str) -> Trace:
    """Trace a statement to its origin.

    Args:
        record: The record.
        field: The dotted path of the statement, such as `agents.khrushchev.name`.

    Raises:
        UsageError: The record has no such field, or no value and no evidence for it.
    """
    index = StatementIndex(record)
    try:
        value = index.value(field)
    except KeyError as error:
        reason: Message = error.args[0]
        wrong = reason.values.get("message", reason)
        hint = _("Name a statement like date, sender, parts.letter or agents.khrushchev.name.")
        if near := reason.values.get("near"):
            hint = _("Did you mean {near}?", near=near)
        if "." in field:
            wrong = _("{path}: {message}", path=field, message=wrong)
        raise UsageError(wrong, hint) from error
    evidence = (*index.evidence(field), *index.finer_evidence(field))
    if value in (None, ()) and not evidence:
        raise UsageError(
            _("the record has no value for {field}", field=field), _("Name a field that it has.")
        )
    lineage = tuple(_lineage(record, dict.fromkeys(_origins(record, field, value, evidence))))
    parts = {part.id for __, part in lineage}
    # An event without parts is about the document as a whole.
    events = tuple(
        event
        for event in record.events
        if not (event.objects or event.sources) or parts & {*event.objects, *event.sources}
    )
    agents = _agents(evidence, (part for __, part in lineage), events)
    place = index.place(field)
    agents |= {
        one.id
        for one in references(record, type(record))
        if one.what == "agent" and one.place[: len(place)] == place
    }
    return Trace(
        field,
        value,
        evidence,
        lineage,
        events,
        tuple(agent for agent in record.agents if agent.id in agents),
    )


def _origins(record: Record, field: str, value: Any, evidence: Iterable[Evidence]) -> Iterator[str]:
    """Yield the ids of the parts that a statement quotes or describes."""
    names = field.split(".")
    if names[0] == "parts" and len(names) > 1:
        yield names[1]
    for item in evidence:
        if item.at:
            yield item.at.part
    part = getattr(value, "part", None)
    if isinstance(part, str):
        yield part
    at = getattr(value, "at", None)
    if at is not None:
        yield at.part
    if names[0] == "events" and len(names) > 1:
        for event in record.events:
            if event.id == names[1]:
                yield from (*event.objects, *event.sources)


def _lineage(record: Record, origins: Iterable[str]) -> Iterator[tuple[int, Part]]:
    parts = {part.id: part for part in record.parts}
    seen: set[str] = set()
    now, steps = list(origins), 0
    while now:
        after: list[str] = []
        for name in now:
            if name not in seen:
                seen.add(name)
                yield steps, parts[name]
                after += parts[name].leads_to
        now, steps = after, steps + 1


def _agents(
    evidence: Iterable[Evidence], parts: Iterable[Part], events: Iterable[Event]
) -> set[str]:
    return {
        *(item.agent for item in evidence if item.agent),
        *(name for part in parts for name in part.made_by),
        *(name for event in events for name in event.agents),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, (int, bool)) or value is None else str(value)
