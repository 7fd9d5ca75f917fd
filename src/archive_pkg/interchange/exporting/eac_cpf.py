"""Write an agent of a register as EAC-CPF 2010, one document for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange.dates import extremes, is_exact
from archive_pkg.interchange.markup import XLINK, Element, put, root, say, serialize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records import Agent
    from archive_pkg.records.models import Evidence, WrittenDate

NAMESPACE = "urn:isbn:1-931666-33-4"
TYPES = {"person": "person", "organization": "corporateBody", "family": "family"}
"""The types of entities by the kind of agent. EAC-CPF has no programs."""
NAME_PARTS = {
    "family": "surname", "given": "forename", "patronymic": "patronymic", "suffix": "suffix",
}  # fmt: skip
"""The local types of the parts of a name."""
_LAST_YEAR = "2099"
"""The last year that the schema allows."""
MAPPING = {
    "id": "control, recordId",
    "name": "identity, nameEntry, part",
    "kind": "identity, entityType",
    "name_parts": "identity, nameEntry, part localType",
    "born": "description, existDates",
    "died": "description, existDates",
    "role": "description, function",
    "affiliations": "relations, cpfRelation",
    "as_written": "identity, nameEntry localType=as-written",
    "identifiers": "identity, entityId",
    "note": "description, biogHist",
    "evidence": "control, sources",
}
"""Where each field of an agent goes. `version` is for programs, which the format does not have."""


def write(
    agent: Agent,
    others: Mapping[str, Agent],
    evidence: Iterable[Evidence],
    context: ExportContext,
) -> bytes:
    """Return the document.

    Args:
        agent: The agent, which is not a program.
        others: The agents that it may be affiliated with, by id.
        evidence: The evidence for what is stated of it.
        context: The export; `made` is the date of the document.
    """
    document = root(NAMESPACE, "eac-cpf", {None: NAMESPACE, "xlink": XLINK})
    _control(put(document, "control"), agent, evidence, context)
    described = put(document, "cpfDescription")
    _identity(put(described, "identity"), agent)
    if agent.born or agent.died or agent.role or agent.note:
        _description(put(described, "description"), agent)
    if agent.affiliations:
        relations = put(described, "relations")
        for name in agent.affiliations:
            relation = put(
                relations,
                "cpfRelation",
                cpfRelationType="associative",
                xlink_type="simple",
                xlink_href=f"{name}.xml",
            )
            say(relation, "relationEntry", others[name].name if name in others else name)
    return serialize(document)


def _control(
    control: Element, agent: Agent, evidence: Iterable[Evidence], context: ExportContext
) -> None:
    say(control, "recordId", agent.id)
    say(control, "maintenanceStatus", "new")
    institution = context.project.settings.institution
    agency = put(control, "maintenanceAgency")
    if institution and institution.isil:
        say(agency, "agencyCode", institution.isil)
    say(agency, "agencyName", institution.name if institution else "Unknown")
    event = put(put(control, "maintenanceHistory"), "maintenanceEvent")
    say(event, "eventType", "created")
    made = context.made
    say(event, "eventDateTime", made or "Unknown", standardDateTime=made)
    say(event, "agentType", "machine")
    say(event, "agent", context.software)
    if said := [words_of(one) for one in evidence]:
        sources = put(control, "sources")
        for entry in said:
            say(put(sources, "source"), "sourceEntry", entry)


def words_of(evidence: Evidence) -> str:
    """Return evidence of a register in words."""
    by = evidence.agent or evidence.rule or ""
    more = (f"{evidence.basis} by {by}", evidence.value and f"other value: {evidence.value}")
    said = "; ".join(filter(None, (*more, evidence.confidence, evidence.note)))
    return f"{evidence.field}: {said}"


def _identity(identity: Element, agent: Agent) -> None:
    for one in agent.identifiers:
        say(identity, "entityId", one.uri or one.value, localType=one.scheme)
    say(identity, "entityType", TYPES[agent.kind])
    say(put(identity, "nameEntry"), "part", agent.name)
    if agent.name_parts:
        entry = put(identity, "nameEntry", localType="name-parts")
        for name, kind in NAME_PARTS.items():
            if value := getattr(agent.name_parts, name):
                say(entry, "part", value, localType=kind)
    if agent.as_written:
        say(put(identity, "nameEntry", localType="as-written"), "part", agent.as_written)


def _description(description: Element, agent: Agent) -> None:
    if agent.born or agent.died:
        dates = put(put(description, "existDates"), "dateRange")
        for name, date in (("fromDate", agent.born), ("toDate", agent.died)):
            if date:
                say(dates, name, date.as_written or date.words, **_standard(date))
    if agent.role:
        say(put(description, "function"), "term", agent.role)
    if agent.note:
        say(put(description, "biogHist"), "p", agent.note)


def _standard(date: WrittenDate) -> dict[str, str]:
    """Return a date as attributes; empty if they cannot express it."""
    if date.edtf is None:
        return {}
    if is_exact(date.edtf):
        days = {"standardDate": str(date.edtf)}
    else:
        ends = zip(("notBefore", "notAfter"), extremes(date.edtf), strict=True)
        days = {name: end for name, end in ends if end}
    return {name: day for name, day in days.items() if day[:4] <= _LAST_YEAR}
