"""List the agents of a collection, and report what differs or is described twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.collection.agents.agent_collection import (
    DATES,
    AgentCollection,
    differences,
    is_within,
)
from archive_pkg.records import Agent, placed
from archive_pkg.reports import Code, Location, Report, Severity, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive_pkg.collection.agents.agent_collection import ReadRecord
    from archive_pkg.collection.bulk.searching import Note
    from archive_pkg.records.models import WrittenDate
    from archive_pkg.reports import Finding

AGENT_DIFFERS = Code(
    "agent-differs",
    Severity.WARNING,
    "A record describes an agent differently from the register, or from another record.",
)
AGENT_DESCRIBED_AGAIN = Code(
    "agent-described-again",
    Severity.ADVICE,
    "Records describe an agent that the register describes, or could describe once for all.",
)
AGENT_TWICE = Code(
    "agent-twice",
    Severity.WARNING,
    "Two agents have the same identifier, or the same name and nothing that contradicts.",
)
AGENT_UNUSED = Code("agent-unused", Severity.ADVICE, "No record uses an entry of the register.")


@dataclass(slots=True)
class AgentSummary:
    """An agent of a collection.

    Attributes:
        agent: The description in the register, or else in the first record.
        registered: Whether the register has an entry for it.
        used: The number of records that use it.
        described: The files of the records that describe it themselves.
        exact: The most exact birth and death dates in the records, each with its file.
    """

    agent: Agent
    registered: bool
    used: int = 0
    described: list[Path] = field(default_factory=list)
    exact: dict[str, tuple[WrittenDate, Path]] = field(default_factory=dict)

    @property
    def most_exact(self) -> Agent:
        """The description with the most precise dates."""
        return self.agent.model_copy(update={name: one for name, (one, _) in self.exact.items()})

    def take_dates(self, agent: Agent, file: Path) -> None:
        """Keep the dates of a record that are more precise than the earlier ones."""
        for name in DATES:
            date, before = getattr(agent, name), getattr(self.most_exact, name)
            if date and (before is None or is_within(date, before)):
                self.exact[name] = (date, file)


def summaries(
    collection: AgentCollection, invalid: Report, note: Note
) -> tuple[dict[str, AgentSummary], Report]:
    """Return the agents of a collection by their ids, and the descriptions that differ.

    Args:
        collection: The collection.
        invalid: Receives the findings about records that are not valid.
        note: Called for folders that cannot be searched.
    """
    known = {name: AgentSummary(entry, True) for name, entry in collection.entries.items()}
    report = Report()
    for read in collection.records(invalid, note):
        for agent in read.record.agents:
            known.setdefault(agent.id, AgentSummary(agent, False)).used += 1
        found: list[Finding] = []
        for agent in read.own:
            summary = known[agent.id]
            summary.described.append(read.file)
            found += _differing(read, summary, agent)
            summary.take_dates(agent, read.file)
        report.extend(placed(found, read.file, read.root))
    return known, report


def check_agents(collection: AgentCollection, invalid: Report, note: Note) -> tuple[int, Report]:
    """Return the number of agents of a collection, and what is wrong with their descriptions.

    Args:
        collection: The collection.
        invalid: Receives the findings about records that are not valid.
        note: Called for folders that cannot be searched.
    """
    known, report = summaries(collection, invalid, note)
    report.extend(_same_agents(collection, known))
    for name, summary in known.items():
        place = Location(str(collection.file), field=f"agents.{name}")
        times = counted(len(summary.described), "record")
        hint = f"Move the description into the register: archive-pkg agents merge {name}"
        if summary.registered and not summary.used:
            report.add(AGENT_UNUSED.at(place, f"no record uses {name}", "Remove it, or keep it."))
        elif len(summary.described) > (not summary.registered):
            also = "the register does, too" if summary.registered else "the register does not"
            verb = "describes" if len(summary.described) == 1 else "describe"
            report.add(AGENT_DESCRIBED_AGAIN.at(place, f"{times} {verb} {name}; {also}", hint))
    return len(known), report


def _differing(read: ReadRecord, summary: AgentSummary, agent: Agent) -> Iterator[Finding]:
    if agent.kind == "software" and not summary.registered:
        return  # records use different versions of a program
    there = "the register" if summary.registered else str(summary.described[0])
    for one in differences(summary.most_exact, agent):
        source = summary.exact[one.field][1] if one.field in summary.exact else there
        place = Location(str(read.file), field=f"agents.{agent.id}.{one.field}")
        message = f"{one.field} of {agent.id} is “{one.other}” here, but “{one.kept}” in {source}"
        hint = "Correct one of them, or give one of the agents another id: archive-pkg agents split"
        yield AGENT_DIFFERS.at(place, message, hint)


def _same_agents(collection: AgentCollection, known: dict[str, AgentSummary]) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], list[Agent]] = {}
    for name, summary in known.items():
        agent = summary.agent
        alike: dict[str, str] = {}
        for key, words in _keys(agent):
            for other in seen.setdefault(key, []):
                if key[0] == "identifier" or not any(
                    one.is_contradiction for one in differences(other, agent)
                ):
                    alike.setdefault(other.id, words)
            seen[key].append(agent)
        file = collection.file if summary.registered else summary.described[0]
        for other_id, what in alike.items():
            place = Location(str(file), field=f"agents.{name}")
            message = f"{other_id} and {name} may be the same agent: both have {what}"
            hint = f"If they are: archive-pkg agents merge {other_id} {name}"
            yield AGENT_TWICE.at(place, message, hint)


def _keys(agent: Agent) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys by which agents are recognized as the same, each in words for a message."""
    for one in agent.identifiers:
        if one.scheme != "local":
            yield ("identifier", one.scheme, one.value), f"{one.scheme} {one.value}"
    yield ("name", agent.kind, " ".join(agent.name.casefold().split())), f"the name {agent.name}"
