"""Exports are read back, and state nothing that the record does not state.

A small reader for each format returns its statements on relations, makers, dates, languages, access
and rights. The allowed statements are derived here from the record, without the code of the
exports.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from examples import FULL_CONTEXT, LEAST_CONTEXT, full
from hypothesis import HealthCheck, given, settings
from lxml import etree
from prov.model import ProvDocument

from archive_pkg.csv_text import unguarded
from archive_pkg.interchange import FORMATS, ExportContext, export, find_format
from archive_pkg.interchange.markup import fit
from archive_pkg.records import Edtf, display, load_record
from archive_pkg.records.models import Agent, Place, Record
from archive_pkg.records.vocabularies.languages import language_name
from strategies import records
from typed import present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LETTER = "letter"

TELEGRAM: dict[str, Any] = {
    "id": "telegram",
    "type": "telegram",
    "title": "Telegram, Embassy to Ministry, 5 May 1968",
    "sender": ["emb"],
    "signatories": ["amb"],
    "recipients": ["min"],
    "copies_to": ["kgb"],
    "date": {"edtf": "1968-05-05", "as_written": "5/V/68"},
    "received": {"edtf": "1968-05~"},
    "classification": {
        "as_written": "SEKRETNO",
        "history": [{"action": "declassified", "date": "1993-06", "by": "arch"}],
    },
    "summary": {"text": "On tanks.", "part": "sum", "author": "ed"},
    "parts": [
        {"id": "orig", "kind": "original", "file": "o.txt", "languages": ["ru"]},
        {"id": "scan", "kind": "scan", "file": "s.tif", "media_type": "image/tiff",
         "made_from": ["orig"], "made_by": ["arch"], "made": "2001"},
        {"id": "page", "kind": "scan", "file": "p.tif", "media_type": "image/tiff",
         "part_of": ["scan"]},
        {"id": "ocr", "kind": "transcription", "file": "t.txt", "made_from": ["scan"],
         "made_by": ["soft"], "languages": ["ru"]},
        {"id": "en", "kind": "translation", "file": "e.txt", "made_from": ["ocr"],
         "made_by": ["ed", "soft"], "languages": ["en"]},
        {"id": "list", "kind": "enclosure", "title": "A list", "held": False, "languages": ["cs"],
         "part_of": ["orig"], "made_by": ["staff"],
         "access": {"status": "closed", "rule": "by order"}},
        {"id": "list-en", "kind": "translation", "title": "The list in English", "file": "l.txt",
         "made_from": ["list"], "made_by": ["sam"], "languages": ["en"]},
        {"id": "sum", "kind": "summary", "file": "u.txt", "about": ["en"], "made_by": ["ed"],
         "languages": ["de"]},
    ],
    "enclosures": [{"id": "list", "title": "A list", "part": "list"}],
    "rights": {"statement": "Free of rights.", "holder": "min"},
    "agents": [
        {"id": "emb", "name": "Embassy", "kind": "organization"},
        {"id": "amb", "name": "Chervonenko, Stepan, 1915-2003", "kind": "person"},
        {"id": "min", "name": "Ministry", "kind": "organization"},
        {"id": "kgb", "name": "KGB", "kind": "organization"},
        {"id": "arch", "name": "Archive", "kind": "organization"},
        {"id": "soft", "name": "Tesseract", "kind": "software", "version": "5"},
        {"id": "ed", "name": "Editor, Eva", "kind": "person"},
        {"id": "sam", "name": "Second, Sam", "kind": "person"},
        {"id": "staff", "name": "General Staff", "kind": "organization"},
    ],
    "events": [
        {"id": "written", "type": "creation", "date": "1968-05-05", "agents": ["emb"]},
        {"id": "ocred", "type": "transcription", "agents": ["soft"], "sources": ["scan"],
         "objects": ["ocr"]},
        {"id": "checked", "type": "virus check", "date": "2020", "objects": ["ocr"]},
    ],
}  # fmt: skip


def plain(text: str | None) -> str:
    """Return a text on one line, which every format can hold."""
    return " ".join(fit(text or "").split())


class Says:
    """The statements of a record, in the words that the readers use."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.parts = {part.id: part for part in record.parts}

    def names(self, ids: Iterable[str]) -> set[str]:
        """The names of agents, and the names that parts of these make."""
        agents = [self.record.agent(name) for name in ids]
        parts = [agent.name_parts for agent in agents if agent.name_parts]
        made = {plain(agent.name) for agent in agents}
        for part in parts:
            given = " ".join(filter(None, (part.given, part.patronymic)))
            made |= {
                plain(f"{part.family}, {given}"),
                plain(f"{part.family} {given} {part.suffix}"),
            }
        return made

    @property
    def derived(self) -> set[tuple[str, str]]:
        return {(p.id, name) for p in self.record.parts for name in p.made_from}

    @property
    def part_of(self) -> set[tuple[str, str]]:
        said = {(p.id, name) for p in self.record.parts for name in p.part_of}
        # A part of a part of the letter is also part of the letter.
        return said | {(name, LETTER) for name in self.parts if self._within(name)}

    def _within(self, name: str) -> bool:
        part = self.parts[name]
        if part.kind == "enclosure" and not part.part_of:
            return True
        return any(self.is_version(n) or self._within(n) for n in part.part_of)

    def is_version(self, name: str) -> bool:
        """Return whether a part is the letter itself: an original, or made from an original."""
        part = self.parts[name]
        if part.kind in ("enclosure", "summary") or part.part_of or part.about:
            return False
        return not part.made_from or any(map(self.is_version, part.made_from))

    @property
    def about(self) -> set[tuple[str, str]]:
        said = {(p.id, name) for p in self.record.parts for name in p.about}
        loose = {(p.id, LETTER) for p in self.record.parts if p.kind == "summary" and not p.about}
        described = {
            (p.id, LETTER) for p in self.record.parts if any(map(self.is_version, p.about))
        }
        return said | loose | described

    @property
    def made(self) -> set[tuple[str, str]]:
        return {(p.id, name) for p in self.record.parts for name in p.made_by}

    @property
    def translators(self) -> set[str]:
        return {
            name
            for part in self.record.parts
            if part.kind == "translation" and self.is_version(part.id)
            for name in self.names(
                n for n in part.made_by if self.record.agent(n).kind != "software"
            )
        }

    @property
    def creators(self) -> set[str]:
        record = self.record
        known = (*record.authors, *record.sender) or record.signatories
        return self.names(known) | {":unkn", "Unknown"}

    @property
    def contributors(self) -> set[str]:
        record = self.record
        ids = [*record.signatories, *record.recipients, *record.copies_to]
        ids += [one.agent for one in record.participants]
        ids += () if record.document_type.correspondence else record.sender
        ids += [name for part in record.parts for name in part.made_by]
        ids += [name for name in (record.donor, record.summary and record.summary.author) if name]
        ids += [record.rights.holder] if record.rights and record.rights.holder else []
        return self.names(ids)

    @property
    def rights(self) -> set[str]:
        rights = self.record.rights
        if rights is None:
            return set()
        holder = self.names([rights.holder]) if rights.holder else set()
        said = {plain(rights.statement), plain(rights.licence)}
        said |= {plain(f"Licence: {rights.licence}")}
        said |= {f"Rights holder: {name}" for name in holder}
        return said - {""}

    @property
    def access(self) -> set[str]:
        said = set()
        for part in self.record.parts:
            if part.access:
                until = f" until {part.access.until.edtf}" if part.access.until else ""
                rule = f" ({part.access.rule})" if part.access.rule else ""
                words = f"{part.access.status}{until}{rule}"
                said |= {plain(words), plain(f"Access to {self._called(part.id)}: {words}")}
        return said

    def title(self, name: str) -> str:
        return plain(self._called(name))

    def _called(self, name: str) -> str:
        part = self.parts[name]
        listed = [item.title for item in self.record.enclosures if item.part == name]
        if given := part.title or next(iter(listed), None):
            return given
        above, whole = part, self.record.title
        while above.made_from or above.part_of or above.about:
            above = self.parts[(*above.made_from, *above.part_of, *above.about)[0]]
            if above.kind in ("enclosure", "summary"):
                whole = self._called(above.id)
                break
        return f"{part.kind.capitalize()} of {whole}"

    @property
    def languages(self) -> set[str]:
        return {tag for part in self.record.parts for tag in part.languages}

    def covers(self, written: str, date: Any) -> bool:
        """Return whether a document's date is the record's date, or the nearest in its format."""
        if date is None or date.edtf is None:
            return False
        if written in (str(date.edtf), date.words):
            return True
        said = Edtf(written) if "/" not in written else None
        first, last = written.split("/") if said is None else (written, written)
        first_day = Edtf(first).earliest if first else None
        last_day = Edtf(last).latest if last else None
        edtf = date.edtf
        return (not first_day or edtf.earliest is None or first_day <= edtf.earliest) and (
            not last_day or edtf.latest is None or last_day >= edtf.latest
        )


def xml(written: bytes, path: str) -> list[Any]:
    """Return what a path of local names finds, such as `correspAction[@type="sent"]/persName`."""
    steps = re.sub(r"(?<![\w@'\"\-:])([A-Za-z]+)(?=[/\[]|$)", r"*[local-name()='\1']", path)
    found = etree.fromstring(written).xpath(f"//{steps}")
    assert isinstance(found, list)
    return found


def words(elements: Iterable[Any]) -> list[str]:
    return [plain("".join(e.itertext())) for e in elements]


# The readers: each checks one document against the statements of the record.


def check_prov(says: Says, written: bytes) -> None:
    document = ProvDocument.deserialize(content=written, format="json")
    found: dict[str, set[tuple[str, ...]]] = {}
    for statement in document.get_records():
        ends = tuple(str(value).partition(":")[2] for _, value in statement.formal_attributes)
        found.setdefault(statement.get_type().localpart, set()).add(ends)

    def own(name: str) -> str:
        return LETTER if name == "document" else name.removeprefix("part/")

    def pairs(kind: str) -> set[tuple[str, str]]:
        return {(own(a), own(b)) for a, b, *_ in found.get(kind, set())}

    assert not found.keys() & {"Specialization", "Alternate"}
    assert pairs("Derivation") == says.derived
    assert {(part, whole) for whole, part in pairs("Membership")} <= says.part_of
    assert {(p, w) for p, w in says.part_of if w != LETTER} <= {
        (part, whole) for whole, part in pairs("Membership")
    }
    named = (*says.record.authors, *says.record.sender)
    senders = {(LETTER, f"agent/{name}") for name in named}
    makers = {(part, f"agent/{name}") for part, name in says.made}
    assert pairs("Attribution") == senders | makers
    entities = json.loads(written)["entity"]
    for name, entity in entities.items():
        about = entity.get("schema:about", [])
        for one in about if isinstance(about, list) else [about]:
            pair = (name.rpartition("/")[2], own(one["$"].removeprefix("record:")))
            assert pair in says.about
    objects = {(n, f"event/{e.id}") for e in says.record.events for n in e.objects or (LETTER,)}
    changes = {(a, b) for a, b in pairs("Generation") if b.startswith("event/classification-")}
    assert pairs("Generation") - changes <= objects


def check_rico(says: Says, written: bytes) -> None:
    graph = {node["@id"]: node for node in json.loads(written)["@graph"]}
    start = f"arcp://name,{says.record.id}/"
    document = graph[f"{start}document"]

    def ends(node: dict[str, Any], name: str) -> set[str]:
        found = node.get(f"rico:{name}", [])
        several = found if isinstance(found, list) else [found]
        return {one["@id"].removeprefix(start) for one in several}

    assert ends(document, "hasSender") == {f"agent/{name}" for name in says.record.sender}
    assert ends(document, "hasAddressee") == {f"agent/{name}" for name in says.record.recipients}
    for part in says.record.parts:
        node = graph[f"{start}part/{part.id}"]
        [instantiated] = ends(node, "isOrWasInstantiationOf")
        assert instantiated != "document" or says.is_version(part.id)
        sources = ends(node, "isOrWasDerivedFromInstantiation")
        assert {(part.id, one.removeprefix("part/")) for one in sources} <= says.derived
        assert len(sources) == len(set(part.made_from))
    relations = [node for node in graph.values() if node.get("rico:type") == "evidence"]
    assert len(relations) == len(says.record.evidence)


def check_premis(says: Says, written: bytes) -> None:
    name = "{http://www.loc.gov/premis/v3}"
    found: dict[str, set[tuple[str, str]]] = {}
    for thing in xml(written, "object"):
        me = thing.findtext(f"{name}objectIdentifier/{name}objectIdentifierValue")
        for relation in thing.iter(f"{name}relationship"):
            kind = relation.findtext(f"{name}relationshipSubType")
            for other in relation.iter(f"{name}relatedObjectIdentifierValue"):
                found.setdefault(kind, set()).add((_own(says, me), _own(says, other.text)))
    assert found.get("has source", set()) == says.derived
    assert found.get("is part of", set()) <= says.part_of
    assert {(p, w) for p, w in says.part_of if w != LETTER} <= found.get("is part of", set())
    assert found.get("is about", set()) <= says.about
    versions = {(n, LETTER) for n in says.parts if says.is_version(n)}
    assert found.get("represents", set()) == versions
    assert {(b, a) for a, b in found.get("is represented by", set())} == versions
    assert {(b, a) for a, b in found.get("has part", set())} <= says.part_of
    assert set(words(xml(written, "originalName"))) <= {plain(n) for n in says.record.files}
    for statement in xml(written, "rightsStatement"):
        basis = {plain(e.text) for e in statement.iter(f"{name}otherRightsBasis")}
        notes = {plain(e.text) for e in statement.iter(f"{name}otherRightsNote")}
        notes |= {plain(e.text) for e in statement.iter(f"{name}licenseTerms")}
        notes |= {plain(e.text) for e in statement.iter(f"{name}licenseNote")}
        assert notes <= (says.access if basis == {"access"} else says.rights)
    made = {
        (_own(says, e.findtext(f"{name}linkingObjectIdentifierValue")), event_id(event, name))
        for event in xml(written, "event")
        for e in event.iter(f"{name}linkingObjectIdentifier")
        if e.findtext(f"{name}linkingObjectRole") == "outcome"
        and e.findtext(f"{name}linkingObjectIdentifierType") == "local"
    }
    assert made <= {(n, e.id) for e in says.record.events for n in e.objects}


def event_id(event: Any, name: str) -> str:
    return str(event.findtext(f"{name}eventIdentifier/{name}eventIdentifierValue"))


def _own(says: Says, name: str | None) -> str:
    return LETTER if name == says.record.id else str(name).removeprefix("part/")


def check_schema_org(says: Says, written: bytes) -> None:
    graph = json.loads(written)["@graph"]
    # The letter can have a web address; the names of its parts begin with #.
    kind = says.record.document_type.schema_org
    letter = next(t for t in graph if t["@type"] == [kind, "ArchiveComponent"])
    named = {t["@id"]: t for t in reversed(graph)}

    def ids(thing: dict[str, Any], key: str) -> set[str]:
        value = thing.get(key, [])
        listed = value if isinstance(value, list) else [value]
        return {
            LETTER if one["@id"] == letter["@id"] else one["@id"].removeprefix("#part-")
            for one in listed
            if isinstance(one, dict)
        }

    def people(thing: dict[str, Any], key: str) -> set[str]:
        names = [named[one["@id"]]["name"] for one in thing.get(key, [])]
        return {
            plain(one) for name in names for one in (name if isinstance(name, list) else [name])
        }

    def twins(allowed: set[str]) -> set[str]:
        """Return names, and the names of agents that are the same node of a graph."""
        record = says.record
        dated = (record, record.recorded, record.dispatched, record.received)
        places = [one.place for one in dated if one and one.place]
        things: list[Agent | Place] = [*record.agents, *places, *record.mentioned_places]
        known = {item for a in record.agents if plain(a.name) in allowed for item in a.identifiers}
        twins = {plain(a.name) for a in things if known & {*a.identifiers}}
        return allowed | twins | {plain(s.term) for s in record.subjects if s.identifier in known}

    derived, part_of, about = set(), set(), set()
    for part in says.record.parts:
        thing = named[f"#part-{part.id}"]
        sources = ids(thing, "isBasedOn") | ids(thing, "translationOfWork")
        derived |= {(part.id, name) for name in sources}
        part_of |= {(part.id, name) for name in ids(thing, "isPartOf")}
        about |= {(part.id, name) for name in ids(thing, "about")}
        assert bool(ids(thing, "exampleOfWork")) == says.is_version(part.id)
        assert set(thing.get("inLanguage", [])) <= set(part.languages)
        access = thing.get("conditionsOfAccess")
        assert access is None or plain(access) in says.access
        hands = people(thing, "translator") | people(thing, "creator")
        makers = [n for n in part.made_by if says.record.agent(n).kind != "software"]
        assert hands <= twins(says.names(makers))
    families = [a for a in says.record.agents if a.kind == "family" and not a.identifiers]
    assert all(named[f"#agent-{family.id}"]["@type"] == "Thing" for family in families)
    assert derived == says.derived
    assert part_of <= says.part_of
    assert about <= says.about
    assert {(n, LETTER) for n in ids(letter, "hasPart") if n in says.parts} <= says.part_of | {
        (item.part, LETTER) for item in says.record.enclosures
    }
    assert ids(letter, "workExample") == {n for n in says.parts if says.is_version(n)}
    assert "conditionsOfAccess" not in letter
    assert "isBasedOn" not in letter
    rights = says.record.rights
    assert letter.get("copyrightNotice") == (rights and rights.statement)
    licence = named[letter["license"]["@id"]]["name"] if "license" in letter else None
    assert licence == (rights and rights.licence)
    for key, date in (("dateCreated", says.record.date), ("dateReceived", says.record.received)):
        assert key not in letter or letter[key] == str(present(date).edtf)


def check_dublin_core(says: Says, written: bytes) -> None:
    assert set(words(xml(written, "creator"))) <= says.creators
    for said in words(xml(written, "contributor")):
        name, _, role = said.rpartition(" (")
        if role == "translator)":
            assert name in says.translators
    assert set(words(xml(written, "rights"))) <= says.rights | says.access
    assert set(words(xml(written, "language"))) <= says.languages
    for date in words(xml(written, "date")):
        assert says.record.date is not None
        assert date == plain(says.record.date.words)
    titles = _part_titles(says)
    for relation in words(xml(written, "relation")):
        if relation.startswith("Has part: "):
            assert relation.removeprefix("Has part: ") in titles


def _part_titles(says: Says) -> set[str]:
    wholes = {name for name, whole in says.part_of if whole == LETTER}
    titles = {plain(item.title) for item in says.record.enclosures}
    titles |= {plain(display.words(says.record, item)) for item in says.record.items}
    return titles | {says.title(name) for name in wholes}


def check_datacite(says: Says, written: bytes) -> None:
    assert set(words(xml(written, "creatorName"))) <= says.creators
    for contributor in xml(written, "contributor"):
        [name] = words(contributor.findall("{*}contributorName"))
        kind = contributor.get("contributorType")
        allowed = says.translators if kind == "Translator" else says.contributors
        assert name in allowed, kind
    assert set(words(xml(written, "rights"))) <= says.rights | says.access
    assert set(words(xml(written, "language"))) <= says.languages
    for date in xml(written, "date"):
        occasion = date.get("dateInformation", "").partition(";")[0]
        created = date.get("dateType") == "Created"
        assert says.covers(date.text, getattr(says.record, "date" if created else occasion))
    translated_from = {
        says.title(n)
        for p in says.record.parts
        if p.kind == "translation" and says.is_version(p.id)
        for n in p.made_from
    }
    for item in xml(written, "relatedItem"):
        [title] = words(item.iter("{*}title"))
        relation = item.get("relationType")
        if relation == "IsTranslationOf":
            assert title in translated_from
        if relation == "HasPart":
            assert title in _part_titles(says)


def check_ead(says: Says, written: bytes) -> None:
    assert set(words(xml(written, "accessrestrict/p"))) <= says.access
    assert set(words(xml(written, "userestrict/p"))) <= says.rights
    record = says.record
    roles = {"author": record.authors, "sender": record.sender, "signatory": record.signatories}
    for origination in xml(written, "origination"):
        [name] = words(origination.findall("*/{*}part")[:1] or origination.findall("*"))
        assert name in says.names(roles[str(origination.get("label"))])
    names = {language_name(tag) for tag in says.languages}
    assert set(words(xml(written, "langmaterial/language"))) <= says.languages | names
    kinds = {
        "altformavail": {"scan", "transcription", "translation", "redaction"},
        "originalsloc": {"original"},
    }
    for section, allowed in kinds.items():
        for said in words(xml(written, f"{section}/p")):
            assert said.partition(":")[0] in allowed


def check_atom(says: Says, written: bytes) -> None:
    *_, row = csv.DictReader(written.decode().splitlines(keepends=True))
    for column, known in (
        ("accessConditions", says.access),
        ("reproductionConditions", says.rights),
    ):
        for line in filter(None, map(plain, unguarded(row[column]).splitlines())):
            assert any(line in words for words in known)
    primary = {tag.partition("-")[0] for tag in says.languages}
    assert primary.issuperset(filter(None, row["language"].split("|")))


def check_archivesspace(says: Says, written: bytes) -> None:
    *_, row = csv.DictReader(written.decode().splitlines(keepends=True))
    names = {plain(agent.name) for agent in says.record.agents}
    for column, value in row.items():
        if "_agent_header_" in column and value:
            assert plain(unguarded(value)) in names
    for line in filter(None, map(plain, unguarded(row["n_accessrestrict"]).splitlines())):
        assert any(line in words for words in says.access)


def _letters(text: str) -> str:
    """Return a text without what tables replace: spaces and signs."""
    return re.sub(r"[\W_]+", "", text)


def check_islandora(says: Says, written: bytes) -> None:
    row, *pages = csv.DictReader(written.decode().splitlines(keepends=True))
    assert {page["parent_id"] for page in pages} <= {row["id"]}
    record = says.record
    roles = {"rcp": record.recipients, "sgn": record.signatories}
    for value in filter(None, unguarded(row["field_linked_agent"]).split("|")):
        _, code, _, name = value.split(":", 3)
        known = roles.get(code, [agent.id for agent in record.agents])
        assert _letters(name) in set(map(_letters, says.names(known)))
    statements = {plain(text) for text in unguarded(row["field_rights"]).split("|") if text}
    allowed = [re.sub(r"\s*\|\s*", " / ", known) for known in says.rights]
    assert all(any(one in known for known in allowed) for one in statements)


def check_mods(says: Says, written: bytes) -> None:
    assert set(words(xml(written, "languageTerm"))) <= says.languages
    allowed = {"restriction on access": says.access, "use and reproduction": says.rights}
    for condition in xml(written, "accessCondition"):
        assert set(words([condition])) <= allowed[condition.get("type")]
    for date in xml(written, "dateCreated[@encoding]"):
        assert says.covers(date.text, says.record.date)


def check_tei(says: Says, written: bytes) -> None:
    header = etree.tostring(xml(written, "teiHeader")[0])
    authors = words(xml(header, "titleStmt/author"))
    assert set(authors) <= says.names((*says.record.authors, *says.record.sender))
    for statement in xml(header, "titleStmt/respStmt"):
        role, name = words(statement)
        if role == "translator":
            assert name in says.translators
        assert name in says.contributors
    allowed = xml(header, "availability/ab")
    holders = [each for each in allowed if each.get("type") == "rights-holder"]
    if holders:
        assert says.record.rights
        assert set(words(holders)) <= says.names([says.record.rights.holder or ""])
    assert set(words([each for each in allowed if each not in holders])) <= says.access
    assert set(words(xml(header, "availability/p"))) <= says.rights
    _correspondence(says, header)
    for division in xml(written, "body/div"):
        name = division.get("{http://www.w3.org/XML/1998/namespace}id").removeprefix("part-")
        assert division.get("type") == says.parts[name].kind


def check_cmif(says: Says, written: bytes) -> None:
    _correspondence(says, written)
    mentioned = says.names(says.record.mentioned_agents)
    allowed: dict[str, set[str]] = {
        "mentionsPerson": mentioned,
        "mentionsOrg": mentioned,
        "mentionsPlace": {plain(place.name) for place in says.record.mentioned_places},
        "mentionsSubject": {plain(subject.term) for subject in says.record.subjects},
        "hasLanguage": {*says.languages},
        "hasTextBase": {"cmif:Draft"} if "draft-of" in kinds_of_relations(says) else set(),
        "isPublishedWith": {"cmif:Abstract"} if says.record.summary else set(),
        "isAvailableAsTEIfile": set(FULL_CONTEXT.tei_addresses.values()),
    }
    if any(part.kind == "transcription" and part.held for part in says.record.parts):
        allowed["isPublishedWith"].add("cmif:Transcription")
    for ref in xml(written, "note/ref"):
        said = plain(ref.text) if ref.text else ref.get("target")
        assert said in allowed[ref.get("type").removeprefix("cmif:")]
    in_doubt = {one.confidence for one in says.record.evidence} & {"guess", "probable"}
    for name in xml(written, "correspAction/persName"):
        assert in_doubt or not name.get("cert")


def kinds_of_relations(says: Says) -> set[str]:
    return {relation.kind for relation in says.record.relations}


def _correspondence(says: Says, written: bytes) -> None:
    for action in xml(written, "correspAction"):
        names = {plain(e.text) for e in action if re.search(r"(?:pers|org|})[nN]ame$", str(e.tag))}
        if action.get("type") == "sent":
            assert names <= says.creators
        elif action.get("subtype") == "copy":
            assert names <= says.names(says.record.copies_to)
        else:
            assert names <= says.names(says.record.recipients) | {"Unknown"}
        date = says.record.date if action.get("type") == "sent" else says.record.received
        for said in action.findall("{*}date"):
            for key in ("when", "notBefore", "notAfter", "from", "to"):
                written_date = said.get(key)
                if written_date and key == "when":
                    assert says.covers(written_date, date)


def check_annotations(says: Says, written: bytes) -> None:
    """Check that each annotation is a piece of evidence, a note or a heading of the record."""
    record = says.record
    known = {
        (one.field, one.basis, one.at and one.at.exact, one.at and one.at.start)
        for one in record.evidence
    }
    notes = {f"translation_notes.{note.id}": note.at for note in record.translation_notes}
    places = notes | {f"items.{item.id}": item.at for item in record.items if item.at}
    for each in json.loads(written)["items"]:
        bodies = {body["purpose"]: body["value"] for body in each["body"]}
        target, path = each["target"], bodies["tagging"]
        position, words = target["selector"] if isinstance(target, dict) else ({}, {})
        said = (words.get("exact"), position.get("start"))
        if path in places:
            at = present(places[path])
            assert said == (at.exact, at.start)
        else:
            assert (path, bodies["commenting"].split(maxsplit=1)[0].rstrip(";"), *said) in known


def check_iiif(says: Says, written: bytes) -> None:
    made = json.loads(written)
    scans = {part.id for part in says.record.parts if part.kind == "scan" and part.held}
    assert {canvas["id"].rsplit("/", 1)[1] for canvas in made["items"]} <= scans
    quoted = {one.field for one in says.record.evidence if one.at}
    quoted |= {f"translation_notes.{note.id}" for note in says.record.translation_notes}
    quoted |= {f"items.{item.id}" for item in says.record.items}
    for canvas in made["items"]:
        for one in (each for page in canvas["annotations"] for each in page["items"]):
            if one["motivation"] == "commenting":
                assert one["body"]["value"].rpartition("\n")[2].strip("()") in quoted


def check_csl(says: Says, written: bytes) -> None:
    [item] = json.loads(written)

    def names(key: str) -> set[str]:
        return {
            plain(one.get("literal") or f"{one['family']}, {one['given']}")
            for one in item.get(key, [])
        }

    def index(allowed: set[str]) -> set[str]:
        """Return names without years of birth and death."""
        return allowed | {re.sub(r",? *\d{4}-\d{4}$", "", name) for name in allowed}

    def loosely(names_: set[str]) -> set[str]:
        return {",".join(p.strip() for p in name.split(",")) for name in names_}

    assert loosely(names("author")) <= loosely(index(says.creators))
    assert loosely(names("translator")) <= loosely(index(says.translators))
    recipients = says.names(says.record.recipients)
    assert loosely(names("recipient")) <= loosely(index(recipients))
    assert item.get("language") in {*says.languages, None}
    issued = item.get("issued", {})
    date = says.record.date
    assert issued.get("literal") in {None, date and date.words}
    ends = [
        "-".join([f"{year:04}", *(f"{number:02}" for number in more)])
        for year, *more in issued.get("date-parts", [])
    ]
    assert not ends or says.covers("/".join(ends), date)
    assert len(ends) < 2 or (date and date.edtf and date.edtf.is_interval)


def check_bibtex(says: Says, written: bytes) -> None:
    entry = dict(re.findall(r"(?m)^  (\w+) = \{(.*)\},$", written.decode()))
    date = says.record.date
    assert entry.get("date") in {None, str(date and date.edtf)}
    known = {word for name in says.translators for word in re.findall(r"[^\W_]+", name)}
    translators = re.sub(r"\\text\w+\{\}", " ", entry.get("translator", ""))
    assert set(re.findall(r"[^\W_]+", translators)) <= known | {"and"}


def check_repository(says: Says, written: bytes) -> None:
    """Check the makers and the rights in InvenioRDM or Dataverse."""
    data = json.loads(written)
    if "metadata" in data:
        for one in data["metadata"].get("rights", []):
            said = {plain(text) for text in one.get("description", {}).values()}
            assert said <= says.rights
        for one in data["metadata"].get("contributors", []):
            name = one["person_or_org"].get("name") or one["person_or_org"]["family_name"]
            if one["role"]["id"] == "translator":
                assert any(plain(name) in known for known in says.translators)
    else:
        terms = data["datasetVersion"].get("termsOfUse", "").partition("\nLicence: ")[0]
        assert not terms or plain(terms) in says.rights


READERS = {
    "prov": check_prov,
    "rico": check_rico,
    "premis": check_premis,
    "mets": check_premis,
    "schema-org": check_schema_org,
    "ro-crate": check_schema_org,
    "dc": check_dublin_core,
    "datacite": check_datacite,
    "ead3": check_ead,
    "ead2002": check_ead,
    "mods": check_mods,
    "atom": check_atom,
    "archivesspace": check_archivesspace,
    "islandora": check_islandora,
    "tei": check_tei,
    "cmif": check_cmif,
    "annotations": check_annotations,
    "iiif": check_iiif,
    "csl": check_csl,
    "bibtex": check_bibtex,
    "invenio": check_repository,
    "dataverse": check_repository,
}
"""The readers by format. DataCite's JSON, SWORD and Archivematica are made from these formats."""


def read_back(record: Record, context: ExportContext) -> Iterator[str]:
    says = Says(record)
    for name, check in READERS.items():
        if not find_format(name).takes(record):
            continue
        try:
            check(says, export(name, record, context))
        except AssertionError as error:
            yield f"{name}: {error}"


def test_there_is_a_reader_for_every_format() -> None:
    made_of = {"datacite-json", "sword", "archivematica", "omeka", "tropy", "tropy-json"}
    assert READERS.keys() | made_of == FORMATS.keys()


@pytest.mark.parametrize("name", ["full", "telegram"])
def test_exports_of_a_rich_record_state_only_what_the_record_states(name: str) -> None:
    record = full() if name == "full" else Record.model_validate(TELEGRAM)
    texts = {part.id: "Text." for part in record.parts if part.is_text and part.held}
    context = FULL_CONTEXT if name == "full" else replace(LEAST_CONTEXT, texts=texts)
    assert list(read_back(record, context)) == []


def test_exports_of_the_first_letter_state_only_what_its_record_states(letter: Path) -> None:
    assert list(read_back(load_record(letter), LEAST_CONTEXT)) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_exports_of_any_record_state_only_what_the_record_states(record: Record) -> None:
    assert list(read_back(record, replace(LEAST_CONTEXT, year=2026))) == []
