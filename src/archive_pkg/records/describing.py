"""Give evidence for all statements of a record at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.records.models import Agent, Evidence
from archive_pkg.records.statement_index import StatementIndex, statements

if TYPE_CHECKING:
    from archive_pkg.records.models import Record


def described_by(record: Record, agent: Agent | str, note: str | None = None) -> Record:
    """Return a record with the evidence that an agent supplied its statements.

    Statements that have evidence already keep it. Each other statement gets evidence of the basis
    "supplied".

    Args:
        record: The record.
        agent: Who supplies the statements: an agent, which is added to the record if it is missing,
            or the id of an agent of the record.
        note: The source that the agent used, such as "Card index of 1998".

    Raises:
        UsageError: The record has no agent with this id, or describes it differently.
    """
    name = agent if isinstance(agent, str) else agent.id
    known = {each.id: each for each in record.agents}
    if isinstance(agent, Agent) and known.setdefault(name, agent) != agent:
        raise UsageError(
            _("{id} describes the agent {name} differently", id=record.id, name=name),
            _("Use another id."),
        )
    if name not in known:
        raise UsageError(
            _("{id} has no agent {name}", id=record.id, name=name),
            _("Give the agent instead of its id."),
        )
    record = record.model_copy(update={"agents": tuple(known.values())})
    index = StatementIndex(record)
    supplied = (
        Evidence(field=path, basis="supplied", agent=name, note=note)
        for path in statements(record)
        if not index.evidence(path)
    )
    return record.model_copy(update={"evidence": (*record.evidence, *supplied)})
