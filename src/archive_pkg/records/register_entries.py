"""Complete records from the register of a collection, and keep its entries out of record files.

A record takes an agent from the register if it refers to the agent without describing it, or if it
lists the agent without a name. In the second case, the fields in the record take precedence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.records.models import Agent, Evidence, Record, Register
from archive_pkg.records.record_errors import references
from archive_pkg.records.value_paths import get, id_of, items

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

REGISTER = "agents.yaml"
"""The name of a register's file."""


def is_described(item: Any) -> bool:
    """Return whether an item of `agents` describes its agent, so that no entry is needed."""
    return get(item, "name") is not None


def completed(data: dict[str, Any], register: Register) -> dict[str, Any]:
    """Return the plain data of a record with the entries of a register that it uses.

    Entries that the record does not list come after its own agents, in the order of the references.

    Args:
        data: The plain data of a file, in the current format; it is not changed.
        register: The register.
    """
    if not all(isinstance(data.get(name, []), list) for name in ("agents", "evidence")):
        return data  # the validation reports that
    entries = {agent.id: agent for agent in register.agents}
    listed = _agents_by_id(data)
    evidence_by_agent = _evidence_by_agent(register)
    used: dict[str, dict[str, Any]] = {}
    waiting = [
        *listed,
        *(one.id for one in references(data, Record) if one.what == "agent"),
    ]
    evidence = [*data.get("evidence", ())]
    for name in waiting:  # grows while it is read
        item = _without_none(listed.get(name, {}))
        if name in used or name not in entries or is_described(item):
            continue
        used[name] = {**_plain(entries[name]), **item}
        taken = [one for one in evidence_by_agent.get(name, ()) if _step(one, 2) not in item]
        evidence += [plain for one in taken if (plain := _plain(one)) not in evidence]
        within = (one for one in items(used[name], "affiliations") if isinstance(one, str))
        waiting += [*within, *(one.agent for one in taken if one.agent)]
    agents: list[Any] = []
    for item in items(data, "agents"):
        agent_id = id_of(item) or ""
        agents.append(used.pop(agent_id, item) if item is listed.get(agent_id) else item)
    agents += used.values()
    made = {"agents": agents, "evidence": evidence}
    return data | {name: value for name, value in made.items() if value}


def remove_register_entries(
    record: Record, before: Mapping[str, Any], register: Register, *dumps: dict[str, Any]
) -> None:
    """Remove from a record's plain data what came from a register.

    A field stays if the file states it, or if its value differs from the entry's. All fields of an
    agent stay if its name differs from the entry's, or if it lacks a field that the entry has.

    Args:
        record: The record.
        before: The plain data of its current file, which is valid.
        register: The register.
        dumps: Plain data of the record, which is changed in place.
    """
    entries = {agent.id: agent for agent in register.agents}
    listed = _agents_by_id(before)
    left_out: dict[str, set[str]] = {}
    for agent in record.agents:
        item = _without_none(listed.get(agent.id, {}))
        if agent.id in entries and not is_described(item):
            same = _taken(agent, entries[agent.id], item)
            left_out |= {agent.id: same} if same else {}
    own = {Evidence.model_validate(item) for item in items(before, "evidence")}
    evidence_by_agent = _evidence_by_agent(register)
    taken = {one for name in left_out for one in evidence_by_agent.get(name, ())} - own
    for data in dumps:
        agents = [_without(one, left_out.get(one["id"], ())) for one in data.get("agents", ())]
        data["evidence"] = [
            plain
            for one, plain in zip(record.evidence, data.get("evidence", ()), strict=True)
            if one not in taken
        ]
        data["agents"] = [one for one in agents if set(one) != {"id"} or one["id"] in listed]
        pulled = {id_of(one) for one in items(completed(data, register), "agents")}
        data["agents"] = [one for one in agents if one in data["agents"] or one["id"] not in pulled]
        for name in ("agents", "evidence"):
            if not data[name]:
                del data[name]


def taken_from_register(record: Record, before: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the agents that a record has and its file does not describe.

    Args:
        record: The record.
        before: The plain data of its file.
    """
    own = {name for name, item in _agents_by_id(before).items() if is_described(item)}
    return tuple(agent.id for agent in record.agents if agent.id not in own)


def _agents_by_id(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the items of `agents` by their ids, without malformed ones."""
    dicts = (item for item in items(data, "agents") if isinstance(item, dict))
    return {name: item for item in dicts if (name := id_of(item))}


def _without_none(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _taken(agent: Agent, entry: Agent, item: Mapping[str, Any]) -> set[str]:
    """Return the fields that a record's agent takes from its entry."""
    same = {
        name
        for name in set(Agent.model_fields) - {"id", *item}
        if getattr(agent, name) == getattr(entry, name)
    }
    stated = {name for name in Agent.model_fields if getattr(entry, name) not in (None, ())}
    lost = any(getattr(agent, name) in (None, ()) for name in stated)
    return set() if lost or "name" not in same else same


def _without(item: dict[str, Any], fields: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in fields}


def _evidence_by_agent(register: Register) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for one in register.evidence:
        found.setdefault(_step(one, 1), []).append(one)
    return found


def _step(evidence: Evidence, number: int) -> str:
    """Return a step of evidence's path, 1 for the agent's id, 2 for its field; "" if missing."""
    return "".join(evidence.field.split(".")[number : number + 1])


def _plain(model: Agent | Evidence) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True)
