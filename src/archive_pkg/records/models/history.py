"""The history of a document, and the evidence for statements about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, field_is, present, validated_by
from archive_pkg.records.models.dates import DateField
from archive_pkg.records.models.fields import (
    EMPTY,
    UNKNOWN,
    AgentId,
    Confidence,
    Digest,
    Id,
    Many,
    PartId,
    StatementPath,
    Text,
)
from archive_pkg.records.models.quotes import Quote
from archive_pkg.records.value_paths import get

if TYPE_CHECKING:
    from collections.abc import Iterator


class Event(Model):
    """Something that happened to the document or its parts, as in PREMIS 3.

    Attributes:
        id: The id within the record.
        type: A type from the Library of Congress's vocabulary of events, or a local one.
        date: The date, if known.
        agents: The agents who took part.
        objects: The parts that it concerns or produced; none means the document as a whole.
        sources: The parts that it used.
        inputs: The digests of the files that it used.
        outputs: The digests of the files that it produced or checked.
        outcome: The outcome.
        detail: Details in words.
    """

    id: Id
    type: Text
    date: DateField = UNKNOWN
    agents: Many[AgentId] = EMPTY
    objects: Many[PartId] = EMPTY
    sources: Many[PartId] = EMPTY
    inputs: Many[Digest] = EMPTY
    outputs: Many[Digest] = EMPTY
    outcome: Literal["success", "warning", "fail"] | None = None
    detail: Text | None = None


_NEEDED = {"quoted": "at", "inferred": "rule", "supplied": "agent"}
"""The field that evidence must have, by its basis."""


def _evidence_faults(evidence: Any) -> Iterator[Fault]:
    basis = get(evidence, "basis")
    needed = _NEEDED.get(basis) if isinstance(basis, str) else None
    if needed and get(evidence, needed) is None:
        how = {
            "at": "the part, start, end and exact words",
            "rule": "the name of the rule",
            "agent": "the id of an agent",
        }[needed]
        yield Fault(
            _("basis is {basis}, but {needed} is missing", basis=basis, needed=needed),
            _("Add {needed}: {how}.", needed=needed, how=how),
        )


class Evidence(Model):
    """Evidence for a statement of the record.

    Attributes:
        field: The dotted path of the statement, `agents.khrushchev.name`. Items of lists are named
            by their id, text or number. The evidence covers all values below the path.
        basis: "quoted" from the text (with `at`), "inferred" by a rule (with `rule`), or "supplied"
            by an agent (with `agent`).
        at: The words that it is quoted or inferred from.
        rule: The name of the rule.
        agent: The agent who supplied it.
        value: A different value that this evidence supports, if it contradicts the value in the
            record.
        confidence: How certain the statement is.
        note: The reasoning, in words.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"if": field_is("basis", basis), "then": present(needed)}
                for basis, needed in _NEEDED.items()
            ]
        }
    )

    field: StatementPath
    basis: Literal["quoted", "inferred", "supplied"]
    at: Quote | None = None
    rule: Id | None = None
    agent: AgentId | None = None
    value: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    _evidence_rule = validated_by(_evidence_faults)
