"""Write PREMIS 3.0: objects, events, agents and rights.

The letter is an intellectual entity, and so is each part that is not held. A part that is held is a
representation, and each file is a file object. A portion of a file that is a part is a bitstream,
which RFC 5147 names (`letter.txt#char=0,90`). Types of events are those of the Library of
Congress's vocabulary; a type that it does not have gets the authority "local".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.losses import OF_AGENTS, leaves
from archive_pkg.interchange.markup import XSI, Element, label, put, root, say, serialize
from archive_pkg.records.display import classification_in_words
from archive_pkg.records.vocabularies.terms import event_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Agent, Event, Part, Record

NAMESPACE = "http://www.loc.gov/premis/v3"
SCHEMA = "http://www.loc.gov/standards/premis/v3/premis.xsd"
FILE = "premis.xml"
UNKNOWN = "unknown"

_VOCABULARY = "http://id.loc.gov/vocabulary/preservation/"
_DIGEST_NAME = "SHA-256"
"""The type of an identifier that is the digest of a file."""
_REFERENCE, _ABOUT = "reference", "is about"
"""Our own terms, because the vocabulary has no relationship for a text about another text."""
_ROLES = {"linkingObject": "eventRelatedObjectRole"}
"""The vocabulary for the role of a linked object. There is none for agents."""
_DIGESTS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}

MAPPING = {
    "id": "objectIdentifier of the intellectual entity",
    "version": "significantProperties, record version",
    "supersedes": "significantProperties, supersedes",
    "identifiers": "objectIdentifier",
    "type": "significantProperties, type",
    "title": "significantProperties, title",
    "classification.as_written": "significantProperties, classification",
    "classification.caveats": "significantProperties, classification",
    "classification.scheme": "significantProperties, classification",
    "classification.level": "significantProperties, classification",
    "classification.history": "event; significantProperties, classification",
    "parts.kind": "significantProperties, kind",
    "parts.title": "significantProperties, title",
    "parts.held": "object, representation or intellectualEntity; significantProperties, held",
    "parts.file": "originalName, contentLocation",
    "parts.span": "object, bitstream",
    "parts.sha256": "fixity",
    "parts.media_type": "format",
    "parts.pronom": "formatRegistry",
    "parts.encoding": "significantProperties, encoding",
    "parts.languages": "significantProperties, language",
    "parts.access.status": "rightsStatement of basis other",
    "parts.access.until.edtf": "rightsStatement of basis other",
    "parts.access.rule": "rightsStatement of basis other",
    "parts.made_from": "relationship, derivation, has source",
    "parts.part_of": "relationship, structural, is part of",
    "parts.about": "relationship, reference, is about, which is a local term",
    "parts.made_by": "significantProperties, made by",
    "parts.made": "significantProperties, made",
    "parts.method": "significantProperties, method",
    "parts.note": "significantProperties, note",
    "rights": "rightsStatement",
    "agents.name": "agentName (except of agents who are only mentioned)",
    "agents.kind": "agentType",
    "agents.role": "agentNote",
    "agents.version": "agentVersion",
    "agents.identifiers": "agentIdentifier",
    "agents.note": "agentNote",
    "events.type": "eventType",
    "events.date.edtf": "eventDateTime",
    "events.date.as_written": "eventDetail",
    "events.date.note": "eventDetail",
    "events.agents": "linkingAgentIdentifier",
    "events.objects": "linkingObjectIdentifier; outcome of what makes, source of what examines",
    "events.sources": "linkingObjectIdentifier, source",
    "events.inputs": "linkingObjectIdentifier, source",
    "events.outputs": "linkingObjectIdentifier, outcome",
    "events.outcome": "eventOutcome",
    "events.detail": "eventDetail",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record as a PREMIS document."""
    [record] = records
    return serialize(element(record, context))


def element(record: Record, context: ExportContext, within: Element | None = None) -> Element:
    """Return a `premis` element, as a new root or as a child of `within`."""
    # Values of xsi:type need the prefix "premis", because some readers compare them as text.
    names = {None: NAMESPACE, "premis": NAMESPACE, "xsi": XSI}
    premis = root(NAMESPACE, "premis", names, within)
    label(premis, version="3.0", xsi_schemaLocation=f"{NAMESPACE} {SCHEMA}")
    bonds = derived_facts.bonds(record)
    _letter(premis, record, bonds)
    for part in record.parts:
        _part(premis, record, part, bonds[part.id])
    for path in record.files:
        _file(premis, record, path, context)
    for event in derived_facts.history(record):
        _event(premis, record, event)
    mentioned = _only_mentioned(record)
    for agent in record.agents:
        if agent.id not in mentioned:
            _agent(premis, agent)
    _rights(premis, record)
    return premis


def _only_mentioned(record: Record) -> set[str]:
    """Return the ids of the agents whom the text mentions and no other field or evidence names."""
    other = record.model_copy(update={"mentioned_agents": ()})
    named = {item.agent for item in record.evidence}
    for kind, _, value in leaves(other):
        if kind in OF_AGENTS:
            named.update(value if isinstance(value, tuple) else (value,))
    return set(record.mentioned_agents) - named


def _object(premis: Element, kind: str, name: str) -> Element:
    object_ = put(premis, "object", xsi_type=f"premis:{kind}")
    _identifier(object_, "object", name, "local")
    return object_


def _identifier(
    parent: Element, what: str, value: str, scheme: str = "local", role: str = ""
) -> None:
    identifier = put(parent, f"{what}Identifier")
    say(identifier, f"{what}IdentifierType", scheme)
    say(identifier, f"{what}IdentifierValue", value)
    if role:
        _term(identifier, f"{what}Role", role, _ROLES.get(what))


def _term(parent: Element, name: str, word: str, vocabulary: str | None) -> None:
    """Add a term, with its vocabulary if there is one."""
    say(parent, name, word, **(_authority(vocabulary) if vocabulary else {}))


def _property(object_: Element, kind: str, value: str | None) -> None:
    if value:
        described = put(object_, "significantProperties")
        say(described, "significantPropertiesType", kind)
        say(described, "significantPropertiesValue", value)


def _relation(object_: Element, kind: str, subtype: str, names: Sequence[str]) -> None:
    if names:
        relation = put(object_, "relationship")
        ours = kind == _REFERENCE
        _term(relation, "relationshipType", kind, None if ours else "relationshipType")
        _term(relation, "relationshipSubType", subtype, None if ours else "relationshipSubType")
        for name in names:
            _identifier(relation, "relatedObject", name)


def _authority(vocabulary: str) -> dict[str, str]:
    return {"authority": vocabulary, "authorityURI": f"{_VOCABULARY}{vocabulary}"}


def _part_name(name: str) -> str:
    return f"part/{name}"


def _letter(premis: Element, record: Record, bonds: dict[str, derived_facts.Bond]) -> None:
    letter = _object(premis, "intellectualEntity", record.id)
    for identifier in record.identifiers:
        _identifier(letter, "object", identifier.value, identifier.scheme)
    _property(letter, "title", record.title)
    _property(letter, "type", record.type)
    _property(letter, "record version", str(record.version))
    _property(letter, "supersedes", record.supersedes)
    _property(letter, "classification", classification_in_words(record))
    for relation, bond in (("is represented by", "version"), ("has part", "part")):
        names = [_part_name(part.id) for part in record.parts if bonds[part.id] == bond]
        _relation(letter, "structural", relation, names)


def _part(premis: Element, record: Record, part: Part, bond: derived_facts.Bond) -> None:
    here = part.held or part.is_withheld
    kind = "representation" if here else "intellectualEntity"
    object_ = _object(premis, kind, _part_name(part.id))
    _property(object_, "title", part.title)
    _property(object_, "kind", part.kind)
    _property(object_, "held", "yes" if here else "no")
    _property(object_, "language", " ".join(part.languages))
    _property(object_, "encoding", part.encoding)
    for name in part.made_by:
        _property(object_, "made by", record.agent(name).name)
    if part.made:
        made = (part.made.words, part.made.as_written, part.made.note)
        _property(object_, "made", "; ".join(filter(None, made)))
    _property(object_, "method", part.method)
    _property(object_, "note", part.note)
    if bond == "version":
        _relation(object_, "structural", "represents", [record.id])
    _relation(object_, "structural", "includes", [_bytes_name(part)] if part.file else [])
    _relation(object_, "derivation", "has source", [_part_name(name) for name in part.made_from])
    wholes = [_part_name(name) for name in part.part_of]
    if bond == "part":
        wholes.insert(0, record.id)
    _relation(object_, "structural", "is part of", wholes)
    about = [_part_name(name) for name in part.about]
    if bond == "about" and not about:
        about = [record.id]
    _relation(object_, _REFERENCE, _ABOUT, about)


def _bytes_name(part: Part) -> str:
    """Return the name of the file of a part, or of its portion of the file (RFC 5147)."""
    span = f"#char={part.span.start},{part.span.end}" if part.span else ""
    return f"{part.file}{span}"


def _bitstreams(premis: Element, parts: Sequence[Part]) -> None:
    """Add the portions of a file that are parts."""
    portions: dict[str, list[Part]] = {}
    for part in parts:
        if part.span:
            portions.setdefault(_bytes_name(part), []).append(part)
    for name, several in portions.items():
        object_ = _object(premis, "bitstream", name)
        traits = put(object_, "objectCharacteristics")
        say(traits, "compositionLevel", "0")
        designation = put(put(traits, "format"), "formatDesignation")
        say(designation, "formatName", several[0].media_type or UNKNOWN)
        names = [_part_name(part.id) for part in several]
        _relation(object_, "structural", "is included in", [str(several[0].file), *names])


def _file(premis: Element, record: Record, path: str, context: ExportContext) -> None:
    parts = [part for part in record.parts if part.file == path]
    facts = context.files.get(path)
    object_ = _object(premis, "file", path)
    digests = context.digests(record, path)
    if digests.get("sha256"):
        _identifier(object_, "object", digests["sha256"], _DIGEST_NAME)
    traits = put(object_, "objectCharacteristics")
    say(traits, "compositionLevel", "0")
    for algorithm in sorted(digests):
        fixity = put(traits, "fixity")
        name = _DIGESTS.get(algorithm, algorithm)
        _term(fixity, "messageDigestAlgorithm", name, "cryptographicHashFunctions")
        say(fixity, "messageDigest", digests[algorithm])
    if facts:
        say(traits, "size", str(facts.size))
    for media_type, pronom in dict.fromkeys((part.media_type, part.pronom) for part in parts):
        known = put(traits, "format")
        say(put(known, "formatDesignation"), "formatName", media_type or UNKNOWN)
        if pronom:
            registry = put(known, "formatRegistry")
            say(registry, "formatRegistryName", "PRONOM")
            say(registry, "formatRegistryKey", pronom)
    say(object_, "originalName", f"{context.original_folder}{path}")
    location = put(put(object_, "storage"), "contentLocation")
    say(location, "contentLocationType", "path")
    say(location, "contentLocationValue", f"{context.folder}{path}")
    names = [_part_name(part.id) for part in parts if not part.span]
    _relation(object_, "structural", "is included in", names)
    portions = dict.fromkeys(_bytes_name(part) for part in parts if part.span)
    _relation(object_, "structural", "includes", list(portions))
    _bitstreams(premis, parts)


def _event(premis: Element, record: Record, event: Event) -> None:
    event_element = put(premis, "event")
    _identifier(event_element, "event", event.id)
    _event_type(event_element, event.type)
    say(event_element, "eventDateTime", str(event.date.edtf) if event.date else UNKNOWN)
    date = event.date
    for detail in filter(None, (event.detail, *((date.as_written, date.note) if date else ()))):
        say(put(event_element, "eventDetailInformation"), "eventDetail", detail)
    if event.outcome:
        outcome = put(event_element, "eventOutcomeInformation")
        _term(outcome, "eventOutcome", event.outcome, "eventOutcome")
    for name in event.agents:
        _identifier(event_element, "linkingAgent", name)
    links = [(_part_name(name), "local", "source") for name in event.sources]
    if not (event.sources or event.objects):
        _identifier(event_element, "linkingObject", record.id)
    links += [(_part_name(name), "local", _role(event)) for name in event.objects]
    links += [(one.partition(":")[2], _DIGEST_NAME, "source") for one in event.inputs]
    links += [(one.partition(":")[2], _DIGEST_NAME, "outcome") for one in event.outputs]
    for name, scheme, role in links:
        _identifier(event_element, "linkingObject", name, scheme, role)


def _event_type(event_element: Element, name: str) -> None:
    known = event_types().get(name)
    if known and known.uri:
        say(event_element, "eventType", name, **_authority("eventType"), valueURI=known.uri)
    else:
        say(event_element, "eventType", name, authority="local")


def _role(event: Event) -> str:
    """Return the role of an event's objects.

    It is "" if the event neither examined nor made them, for which the vocabulary has no role.
    """
    if derived_facts.examines(event):
        return "source"
    return "outcome" if derived_facts.makes(event) or event.outputs else ""


def _agent(premis: Element, agent: Agent) -> None:
    agent_element = put(premis, "agent")
    _identifier(agent_element, "agent", agent.id)
    for identifier in agent.identifiers:
        _identifier(agent_element, "agent", identifier.value, identifier.scheme)
    say(agent_element, "agentName", agent.name)
    _term(agent_element, "agentType", agent.kind, None if agent.kind == "family" else "agentType")
    if agent.version:
        say(agent_element, "agentVersion", agent.version)
    for note in filter(None, (agent.role, agent.note)):
        say(agent_element, "agentNote", note)


def _rights(premis: Element, record: Record) -> None:
    if record.rights:
        licence = record.rights.licence
        statement = _statement(premis, "rights", "license" if licence else "other")
        if licence:
            terms = put(statement, "licenseInformation")
            say(terms, "licenseTerms", licence)
            say(terms, "licenseNote", record.rights.statement)
        else:
            other = put(statement, "otherRightsInformation")
            say(other, "otherRightsBasis", "statement of the record")
            say(other, "otherRightsNote", record.rights.statement)
        _identifier(statement, "linkingObject", record.id)
        if record.rights.holder:
            _identifier(statement, "linkingAgent", record.rights.holder, role="rights holder")
    for part in record.parts:
        words = derived_facts.access_words(part)
        if words:
            statement = _statement(premis, f"access/{part.id}", "other")
            other = put(statement, "otherRightsInformation")
            say(other, "otherRightsBasis", "access")
            say(other, "otherRightsNote", words)
            _identifier(statement, "linkingObject", _part_name(part.id))


def _statement(premis: Element, name: str, basis: str) -> Element:
    statement = put(put(premis, "rights"), "rightsStatement")
    _identifier(statement, "rightsStatement", name)
    _term(statement, "rightsBasis", basis, "rightsBasis")
    return statement
