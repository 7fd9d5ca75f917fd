"""Read an agent from EAC-CPF 2010, for the register of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.dates.edtf_string import somewhere_between
from archive_pkg.dates.written.readings import is_edtf
from archive_pkg.interchange.exporting.eac_cpf import NAME_PARTS, NAMESPACE, TYPES
from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import Held, XmlSource, refuse_unknown
from archive_pkg.names import slug
from archive_pkg.records.vocabularies.identifiers import identify
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.watched_xml import Element

_KINDS = {name: kind for kind, name in TYPES.items()}
_PARTS = {kind: name for name, kind in NAME_PARTS.items()} | {
    "family": "family", "familyName": "family", "given": "given", "givenName": "given",
}  # fmt: skip


def read_agent(data: bytes, name: str) -> tuple[dict[str, Any], Report]:
    """Return the agent of a file as plain data, and what of the file it does not have.

    Args:
        data: The file's bytes.
        name: The file's path or name, for findings.

    Raises:
        InvalidError: The file is not EAC-CPF 2010, or does not describe one agent with a name.
    """
    source = XmlSource(data, name)
    identity = source.first(source.root, "cpfDescription/identity")
    if source.namespace != NAMESPACE or identity is None:
        hint = "Give EAC-CPF 2010 (urn:isbn:1-931666-33-4) with one cpfDescription."
        raise refuse_unknown(name, "it is not EAC-CPF with one identity", hint)
    agent = _named(source, identity)
    if "name" not in agent:
        raise refuse_unknown(name, "the agent has no name", "Add a nameEntry with a part.")
    entities = source.all(identity, "entityId")
    source.mark_used((one, "@localType") for one in entities)
    found = [source.words(one) for one in entities]
    identifiers = [one for one in map(identify, found) if one]
    description = source.first(source.root, "cpfDescription/description")
    born, died = _dates(source, description)
    notes = [source.words(one) for one in source.all(description, "biogHist/p")]
    role = source.text(description, "function/term") or source.text(description, "occupation/term")
    given = source.text(source.root, "control/recordId") or ""
    said = (
        {"id": slug(given) or slug(agent["name"]) or "agent"}
        | agent
        | {"kind": _KINDS.get(source.text(identity, "entityType") or "", "organization")}
        | optional("born", born)
        | optional("died", died)
        | optional("role", role)
        | optional("identifiers", list({one["value"]: one for one in identifiers}.values()))
        | optional("note", "\n".join(filter(None, notes)))
    )
    lines = [given, *found, *_KINDS, *_strings(said)]
    report = Report()
    report.extend(source.unread([source.root], Held("\n".join(filter(None, lines)))))
    return said, report


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return str(value).split("\n")


def _named(source: XmlSource, identity: Element) -> dict[str, Any]:
    """Return the name, its parts and the name as written; other names are reported as not read."""
    said: dict[str, Any] = {}
    for entry in source.all(identity, "nameEntry"):
        kind = entry.get("localType")
        parts = source.all(entry, "part")
        typed = {_PARTS[p.get("localType")]: p for p in parts if p.get("localType") in _PARTS}
        if "name_parts" not in said and {"family", "given"} & typed.keys():
            said["name_parts"] = {key: source.words(part) for key, part in typed.items()}
            for part in (*typed.values(), entry):
                source.mark_used([(part, "@localType")])
        if kind == "as-written" and "as_written" not in said and parts:
            said["as_written"] = source.words(parts[0])
            source.mark_used([(entry, "@localType")])
        elif kind != "name-parts" and "name" not in said and parts:
            said["name"] = ", ".join(filter(None, map(source.words, parts)))
    return {key: value for key, value in said.items() if value}


def _dates(source: XmlSource, description: Element | None) -> list[dict[str, str]]:
    """Return the dates of the beginning and the end; empty if they are not known."""
    return [
        _date(source, source.first(description, f"existDates/dateRange/{name}"))
        for name in ("fromDate", "toDate")
    ]


def _date(source: XmlSource, element: Element | None) -> dict[str, str]:
    if element is None:
        return {}
    words = source.words(element)
    exact = source.attribute(element, "standardDate")
    first, last = (source.attribute(element, name) for name in ("notBefore", "notAfter"))
    between = somewhere_between(first or "", last or "") if first or last else None
    edtf = exact or (words if words and is_edtf(words) else between)
    return ({"edtf": edtf} if edtf else {}) | (
        {"as_written": words} if words and words != edtf else {}
    )
