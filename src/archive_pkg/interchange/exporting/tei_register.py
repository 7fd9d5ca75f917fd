"""Write the register of agents as TEI: lists of persons and organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange.dates import tei_exactly
from archive_pkg.interchange.exporting.eac_cpf import NAME_PARTS, words_of
from archive_pkg.interchange.markup import Element, put, root, say, serialize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records import Agent
    from archive_pkg.records.models import Evidence, WrittenDate

NAMESPACE = "http://www.tei-c.org/ns/1.0"
_TAGS = {"person": ("person", "persName"), "family": ("personGrp", "name")}
_ORGANIZATION = ("org", "orgName")
_NAMES = {"surname": "surname", "suffix": "genName"}
"""The elements of the parts of a name, by the type in EAC-CPF; others are forenames."""


def write(
    agents: Mapping[str, Agent], evidence: Mapping[str, Sequence[Evidence]], context: ExportContext
) -> bytes:
    """Return the document. A program is an organization of this type.

    Args:
        agents: The agents by id.
        evidence: The evidence for what is stated of each.
        context: The export; `made` is the date of the document.
    """
    document = root(NAMESPACE, "TEI")
    described = put(put(document, "teiHeader"), "fileDesc")
    say(put(described, "titleStmt"), "title", "Register of agents")
    published = put(described, "publicationStmt")
    say(published, "publisher", context.publisher or "Unknown")
    if context.made:
        say(published, "date", context.made, when=context.made)
    source = f"The register of agents of a collection, written by {context.software}."
    say(put(described, "sourceDesc"), "p", source)
    standoff = put(document, "standOff")
    people = [agent for agent in agents.values() if agent.kind in _TAGS]
    bodies = [agent for agent in agents.values() if agent.kind not in _TAGS]
    for name, listed in (("listPerson", people), ("listOrg", bodies)):
        entries = put(standoff, name) if listed else standoff
        for agent in listed:
            tag, called = _TAGS.get(agent.kind, _ORGANIZATION)
            kind = "software" if agent.kind == "software" else None
            entry = put(entries, tag, xml_id=f"agent-{agent.id}", type=kind)
            _agent(entry, called, agent, evidence[agent.id])
    if not agents:
        say(standoff, "listPerson")
    return serialize(document)


def _agent(entry: Element, called: str, agent: Agent, evidence: Sequence[Evidence]) -> None:
    add_name_forms(entry, called, agent)
    for identifier in agent.identifiers:
        say(entry, "idno", identifier.value, type=identifier.scheme)
    add_life(entry, agent)
    for kind in ("role", "version", "note"):
        if value := getattr(agent, kind):
            say(entry, "note", value, type=kind)
    for one in evidence:
        say(entry, "note", words_of(one), type="evidence")


def add_life(entry: Element, agent: Agent) -> None:
    """Add the beginning and end of an agent, and the organizations to which it belonged.

    In an `org`, these are notes, which must follow all names and identifiers.
    """
    for tag, date in (("birth", agent.born), ("death", agent.died)):
        if date and agent.kind == "person":
            _date(entry, tag, date)
        elif date:
            kind = "founded" if tag == "birth" else "dissolved"
            _date(put(entry, "note", type=kind), "date", date)
    for name in agent.affiliations:
        if agent.kind == "person":
            say(entry, "affiliation", ref=f"#agent-{name}")
        else:
            say(put(entry, "note", type="affiliation"), "rs", ref=f"#agent-{name}")


def _date(parent: Element, tag: str, date: WrittenDate) -> None:
    say(parent, tag, date.as_written or date.words, **tei_exactly(date))


def add_name_forms(entry: Element, called: str, agent: Agent) -> None:
    """Add the name of an agent, its parts, and the name as written, in elements with a tag."""
    say(entry, called, agent.name)
    if agent.name_parts and agent.kind == "person":
        parts = put(entry, called, type="name-parts")
        for name, kind in NAME_PARTS.items():
            if value := getattr(agent.name_parts, name):
                more = kind if kind == "patronymic" else None
                say(parts, _NAMES.get(kind, "forename"), value, type=more)
    if agent.as_written:
        say(entry, called, agent.as_written, type="as-written")
