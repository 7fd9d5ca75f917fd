"""Find the agents of imported records in a register by their names, and refer to their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.collection.agents.agent_changes import renamed, with_other_value
from archive_pkg.collection.agents.agent_collection import differences
from archive_pkg.records import Record
from archive_pkg.records.register_entries import completed
from archive_pkg.records.saving import with_short_dates
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records import Agent
    from archive_pkg.records.models import Register

AGENT_REGISTERED = Code(
    "agent-registered",
    Severity.ADVICE,
    "The name of an imported agent is that of an entry of the register, which its record uses.",
)
AGENT_NOT_REGISTERED = Code(
    "agent-not-registered",
    Severity.WARNING,
    "The name of an imported agent fits entries of the register, but not exactly one.",
)


def with_registered_agents(
    records: Sequence[Record], register: Register, place: str
) -> tuple[list[Record], Report]:
    """Return records that refer to the entries that have the names of their agents.

    An agent becomes a reference if its name is a form of the name of exactly one entry, and if it
    does not contradict this entry. The record keeps what the entry does not state.

    Args:
        records: The records.
        register: The register.
        place: The path for the findings, each of which is reported once for all records.
    """
    matcher = _Matcher(register, place)
    made = [matcher.matched(record) for record in records]
    report = Report()
    report.extend(dict.fromkeys(matcher.report))
    return made, report


def name_forms(agent: Agent) -> Iterator[str]:
    """Yield the forms of an agent's name, in lower case and without repeated spaces.

    A person has them with the family name first and last, with the patronymic and without it.
    """
    parts = agent.name_parts
    last, _, first = agent.name.partition(", ")
    names = {(first, last)} if agent.kind == "person" and first else set()
    if parts and parts.family and parts.given:
        full = f"{parts.given} {parts.patronymic}" if parts.patronymic else parts.given
        names |= {(parts.given, parts.family), (full, parts.family)}
    forms = [agent.name, agent.as_written]
    forms += (form for first, last in names for form in (f"{first} {last}", f"{last}, {first}"))
    yield from dict.fromkeys(" ".join(form.casefold().split()) for form in forms if form)


class _Matcher:
    """Finds the entries of a register by name, and reports what it finds."""

    def __init__(self, register: Register, place: str) -> None:
        self.report = Report()
        self._register = register
        self._place = place
        self._entries = {agent.id: agent for agent in register.agents}
        self._named: dict[str, set[str]] = {}
        for agent in register.agents:
            for form in name_forms(agent):
                self._named.setdefault(form, set()).add(agent.id)
        for one in register.evidence:
            _, name, field = (*one.field.split("."), "", "", "")[:3]
            if field in ("name", "as_written") and one.value and name in self._entries:
                other = self._entries[name].model_copy(update={"name": one.value})
                for form in name_forms(other):
                    self._named.setdefault(form, set()).add(name)

    def matched(self, record: Record) -> Record:
        """Return a record that refers to the entries of its agents."""
        data = record.as_json()
        guessed = {one.field for one in record.evidence if one.rule == "kind-from-name"}
        used = {agent.id for agent in record.agents}
        for agent in record.agents:
            is_guess = f"agents.{agent.id}.kind" in guessed
            entry = None if agent.id in self._entries else self._entry(agent, is_guess)
            if entry is None or entry.id in used:
                continue
            used.add(entry.id)
            data = _referring(data, agent, entry, is_guess)
            message = f"“{agent.name}” is {entry.id} of the register"
            self._add(AGENT_REGISTERED, message, "If it is another agent, correct the records.")
        return Record.model_validate(completed(data, self._register))

    def _entry(self, agent: Agent, kind_is_guess: bool) -> Agent | None:
        names = set().union(*(self._named.get(form, ()) for form in name_forms(agent)))
        entries = [self._entries[name] for name in sorted(names)]
        fitting = [one for one in entries if not _contradictions(one, agent, kind_is_guess)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            which = f"several agents of the register: {', '.join(one.id for one in fitting)}"
            self._add(AGENT_NOT_REGISTERED, f"“{agent.name}” is the name of {which}", _SAY)
        elif entries:
            fields = ", ".join(_contradictions(entries[0], agent, kind_is_guess))
            message = f"“{agent.name}” is {entries[0].id} of the register, but differs in {fields}"
            self._add(AGENT_NOT_REGISTERED, message, _SAY)
        return None

    def _add(self, code: Code, message: str, hint: str) -> None:
        self.report.add(code.at(Location(self._place), message, hint))


_SAY = "The records describe the agent themselves. Refer to an entry by its id if it is the agent."


def _contradictions(entry: Agent, agent: Agent, kind_is_guess: bool) -> list[str]:
    found = [one.field for one in differences(entry, agent) if one.is_contradiction]
    return [field for field in found if not (field == "kind" and kind_is_guess)]


def _referring(
    data: dict[str, Any], agent: Agent, entry: Agent, kind_is_guess: bool
) -> dict[str, Any]:
    """Return the plain data of a record that refers to an entry instead of describing an agent."""
    data = renamed(data, {agent.id}, entry.id)
    stated = with_short_dates(entry.model_dump(mode="json", exclude_defaults=True))
    data["evidence"] = [
        with_other_value(one, data, entry.id, entry)
        for one in data.get("evidence", ())
        if not (kind_is_guess and one["field"] == f"agents.{entry.id}.kind")
    ]
    for item in data["agents"]:
        if item["id"] != entry.id:
            continue
        own = with_short_dates(dict(item))
        item.clear()
        item["id"] = entry.id
        for field, value in own.items():
            if field == "identifiers":
                known = stated.get(field, [])
                more = [one for one in value if one not in known]
                item |= {field: [*known, *more]} if more else {}
            elif field not in ("name", "kind", "name_parts") or field not in stated:
                item |= {field: value} if value != stated.get(field) else {}
    return data
