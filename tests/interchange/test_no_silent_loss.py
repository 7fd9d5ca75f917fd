"""No field of a record is lost silently: each value is in the document or reported as lost.

After an import of the document, each value is in its field again, or is reported, or its field is
in `CHANGED_FIELDS`.

Every text, date, identifier and agent of the record gets unique words, so that no value can be in
the document by chance.
"""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from examples import LEAST_CONTEXT, PROJECT
from hypothesis import HealthCheck, given, settings
from lxml import etree
from pydantic import BaseModel

from archive_pkg.interchange import FORMATS, dates, export, find_format
from archive_pkg.interchange.derived_facts import part_title
from archive_pkg.interchange.importing import read
from archive_pkg.interchange.importing.changed_fields import CHANGED_FIELDS, LOST, MOVED
from archive_pkg.interchange.losses import OF_AGENTS, fields, leaves, losses
from archive_pkg.packages.metadata_documents import read_for_export
from archive_pkg.records import Edtf, load_record
from archive_pkg.records.models import Evidence, Quote, Record, Span
from archive_pkg.records.vocabularies.identifiers import Identifier
from archive_pkg.records.vocabularies.languages import language_name, three_letters
from strategies import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.interchange import ExportContext
    from archive_pkg.reports import Report

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
PART_FIELDS = (".made_from", ".part_of", ".about", ".part", ".objects", ".sources")
OTHER_WORDS = {
    "present": [""],
    "organization": ["corp", "}org"],
    "person": ["pers"],
    "family": ["famname", "persongrp"],
    "software": ["name"],
    "success": ["completed"],
    "fail": ["failed"],
    "local": [""],
    "url": [""],
    "wikidata": ["wikidata.org"],
    "doi": ["doi.org"],
    "geonames": ["geonames.org"],
}
"""Words in some formats for values of lists."""


class Marks:
    """Copies a record as plain data, with unique words for every value."""

    def __init__(self, record: Record) -> None:
        self.numbers = count(1)
        self.years = count(1000)
        self.record = record
        self.agents: list[dict[str, Any]] = []

    def marked(self) -> Record:
        raw = self.model(self.record, "")
        raw["agents"] += self.agents
        return Record.model_validate(raw)

    def word(self) -> str:
        return f"w{next(self.numbers)}x"

    def model(self, model: BaseModel, kind: str) -> dict[str, Any]:
        made = {}
        for name, field in type(model).model_fields.items():
            value = getattr(model, name)
            if value in (None, ()) or name == "evidence":
                continue
            path = f"{kind}.{name}" if kind else name
            is_text = "clean_text" in repr((field.annotation, field.metadata))
            is_text = is_text or path.endswith((".record", "date.edtf"))
            made[name] = self.value(value, path, is_text=is_text)
        return made

    def value(self, value: Any, kind: str, *, is_text: bool) -> Any:
        if isinstance(value, tuple):
            return [self.value(one, kind, is_text=is_text) for one in value]
        if isinstance(value, Identifier):
            return self.identifier(value)
        if isinstance(value, Quote):
            word = self.word()
            return {**value.model_dump(), "exact": word, "end": value.start + len(word)}
        if isinstance(value, BaseModel):
            return self.model(value, kind)
        if isinstance(value, Edtf):
            return self.edtf(value, kind)
        if kind in OF_AGENTS:
            return self.agent(value)
        is_text = is_text and kind not in ("parts.encoding", "rights.licence")
        return self.word() if is_text else value

    def identifier(self, identifier: Identifier) -> dict[str, Any]:
        number = 900000 + next(self.numbers)
        values = {
            "wikidata": f"Q{number}",
            "doi": f"10.1000/{number}",
            "url": f"https://example.org/{number}",
            "geonames": str(number),
            "local": self.word(),
        }
        made = {"scheme": identifier.scheme, "value": values[identifier.scheme]}
        return made | ({"note": self.word()} if identifier.note else {})

    def edtf(self, date: Edtf, kind: str) -> str:
        if kind.startswith("events."):
            return str(date)
        return re.sub(r"(?<![\dY-])\d{4}", lambda _: str(next(self.years)), str(date))

    def agent(self, name: str) -> str:
        """Return a new agent, for one reference."""
        agent = self.record.agent(name)
        copy = {"id": f"marked-{next(self.numbers)}", "name": self.word(), "kind": agent.kind}
        self.agents.append(copy)
        return str(copy["id"])


def words_of(document: bytes) -> str:
    if document.startswith(b"<"):
        root = etree.fromstring(document)
        said = [t for e in root.iter() for t in (e.tag, e.text, e.tail, *e.attrib.values()) if t]
        return "\n".join(said)
    if not document.startswith((b"{", b"[")):
        return document.decode().replace(r"\textasciitilde{}", "~").replace(r"\%", "%")
    return "\n".join(_strings(json.loads(document)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "date-parts":
                yield "/".join("-".join(f"{n:02}" for n in end) for end in inner)
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    else:
        yield str(value)


def reported(report: Report) -> tuple[set[str], set[str]]:
    """Return the fields that are reported as lost, and the places of coarsened dates."""
    kinds, coarse = set(), set()
    for finding in report:
        named = re.search(r"(?:leaves out|only part of) ([\w.]+)", finding.message)
        if finding.code == "crosswalk-date-coarsened":
            coarse.add(str(finding.location.field))
        elif named:
            kinds.add(named[1])
    return kinds, coarse


def is_in(record: Record, kind: str, value: Any, said: str) -> bool:
    if isinstance(value, tuple):
        return all(is_in(record, kind, one, said) for one in value)
    if isinstance(value, Quote | Evidence):
        return (value.exact if isinstance(value, Quote) else value.field) in said
    if kind in OF_AGENTS or kind == "agents.name":
        name = value if kind == "agents.name" else record.agent(value).name
        return all(word in said for word in name.replace(",", " ").split())
    if isinstance(value, Edtf):
        opened = re.search("or (earlier|later)", said)
        ends = [end for end in value.split("/") if not (opened and end == "..")]
        return str(value) in said or all(end in said for end in ends)
    if kind.endswith("languages"):
        names = (value, language_name(value).split(" (")[0], three_letters(value))
        return any(re.search(rf"\b{re.escape(name)}\b", said) for name in names)
    if kind.endswith(PART_FIELDS) and kind != "participants.part":
        title = part_title(record, record.part(value))
        words = (title, f"part-{value}", f"part/{value}")
        return any(word in said for word in words)
    if isinstance(value, bool):
        return kind == "parts.held" or (kind == "excerpt" and "excerpt" in said.casefold())
    accepted = [str(value), *OTHER_WORDS.get(value, ())]
    accepted += [record.document_type.label] if kind == "type" else []
    if isinstance(value, Span):
        accepted = [f"{value.start}{to}{value.end}" for to in (" to ", ",")]
    return any(plain(word) in plain(said) for word in accepted)


def plain(text: str) -> str:
    return text.casefold().replace("-", " ")


def unreported(name: str, record: Record, context: ExportContext | None = None) -> Iterator[str]:
    chosen = find_format(name)
    document = export(name, record, context or LEAST_CONTEXT)
    texts = context.texts if context else {}
    kinds, coarse = reported(losses(chosen, record, texts, document))
    said = words_of(document)
    for kind, place, value in leaves(record):
        steps = kind.split(".")
        wholes = {".".join(steps[:n]) for n in range(1, len(steps) + 1)}
        in_days = place in coarse and any(
            end in said for end in (dates.plain(value), *dates.extremes(value)) if end
        )
        if in_days or wholes & kinds or is_in(record, kind, value, said):
            continue
        yield f"{name}: {kind}"


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_each_value_is_in_the_document_or_reported_as_lost(record: Record) -> None:
    marked = Marks(record).marked()
    taking = [name for name in FORMATS if find_format(name).takes(marked)]
    assert [each for name in taking for each in unreported(name, marked)] == []


@pytest.mark.parametrize("folder", sorted(DOCUMENTS.iterdir()), ids=lambda folder: folder.name)
def test_each_value_of_a_document_of_each_type_is_there_or_reported(folder: Path) -> None:
    record = load_record(folder)
    read = read_for_export(folder, audience="internal", made="2026-11-24", project=PROJECT)
    context = read.context
    marked = Marks(record).marked()
    for name in FORMATS:
        if find_format(name).takes(record):
            assert [*unreported(name, record, context), *unreported(name, marked)] == []


class MarksOfSameAgents(Marks):
    """Keeps the agents of the record, so that their names connect the statements."""

    def agent(self, name: str) -> str:
        return name


def stated(record: Record) -> set[tuple[str, str, str, Any]]:
    """Return each single value of a record: its field, its place, its owner's name, the value.

    Agents are represented by their names, because an import gives them other ids.
    """
    found = set()
    for kind, place, value in leaves(record):
        is_of_agent = kind.startswith("agents.")
        owner = record.agent(place.split(".")[1]).name if is_of_agent else ""
        for one in value if isinstance(value, tuple) else (value,):
            found.add((kind, place, owner, by_name(record, kind, one)))
    return found


def by_name(record: Record, kind: str, value: Any) -> Any:
    if isinstance(value, Evidence):
        # The path names agents by their ids.
        names = {agent.id: agent.name for agent in record.agents}
        field = ".".join(names.get(step, step) for step in value.field.split("."))
        return field, value.basis, value.at and value.at.exact
    if isinstance(value, Quote):
        return value.exact
    return record.agent(value).name if kind in OF_AGENTS else value


def changed(name: str, record: Record) -> Iterator[tuple[str, str]]:
    """Yield how and where an export and an import change values, without reporting them."""
    chosen = find_format(name)
    document = export(name, record, LEAST_CONTEXT)
    kinds, coarse = reported(losses(chosen, record, {}, document))
    [imported] = read(document, "letter.xml")
    back = {(kind, owner, value) for kind, _, owner, value in stated(imported.record)}
    everything = json.dumps(imported.record.as_json(), ensure_ascii=False)
    messages = " ".join(finding.message for finding in imported.report)
    for kind, place, owner, value in stated(record):
        steps = kind.split(".")
        wholes = {".".join(steps[:n]) for n in range(1, len(steps) + 1)}
        if steps[-1] == "scheme":  # A lost identifier has lost its scheme, too.
            wholes.add(".".join([*steps[:-1], "value"]))
        is_reported = wholes & kinds or place in coarse or str(value) in messages
        if (kind, owner, value) not in back and not is_reported:
            is_moved = isinstance(value, str) and value in everything
            yield MOVED if is_moved else LOST, kind


@settings(max_examples=24, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(record=records())
def test_each_value_comes_back_or_is_reported_or_declared_as_changed(record: Record) -> None:
    marked = MarksOfSameAgents(record).marked()
    for name in CHANGED_FIELDS:
        if not find_format(name).takes(marked):
            continue
        known = CHANGED_FIELDS[name]
        for how, kind in changed(name, marked):
            declared = {*known.get(LOST, ()), *(known[MOVED] if how == MOVED else ())}
            steps = kind.split(".")
            wholes = {".".join(steps[:n]) for n in range(1, len(steps) + 1)}
            assert wholes & declared, f"{name} changes {kind}, and the table omits it"


def test_the_fields_declared_as_changed_are_fields_of_the_record() -> None:
    listed = {one for hows in CHANGED_FIELDS.values() for names in hows.values() for one in names}
    known = [f"{field}." for field in fields()]
    assert [one for one in listed if not any(f.startswith(f"{one}.") for f in known)] == []
