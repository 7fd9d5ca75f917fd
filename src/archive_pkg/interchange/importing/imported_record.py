"""Build a draft record while a description is imported."""

from __future__ import annotations

import datetime
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.reader import read_date
from archive_pkg.faults import Fault
from archive_pkg.interchange.addresses import address
from archive_pkg.interchange.importing.dates import before_christ
from archive_pkg.interchange.importing.watched_xml import (
    IMPORT_NOT_READ,
    Held,
    fit,
    refuse_unknown,
    text_of,
)
from archive_pkg.names import confidence_in, in_reading_order, slug
from archive_pkg.records.models import Record
from archive_pkg.records.statement_index import statements
from archive_pkg.records.titles import joined_names, title_from_parts
from archive_pkg.records.vocabularies.identifiers import SCHEMES
from archive_pkg.records.vocabularies.languages import as_bcp47, language_called, language_tag
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource


LEVELS = ("fonds", "file", "folio")
"""The levels of an archive that the readers distinguish, from the top."""


LETTERS = re.compile(
    r"letter|correspond|brief|korrespond|postcard|postkarte|lettre|lettera|carta|письм|переписк",
    re.IGNORECASE,
)
"""Words in the title of a document or of a level above it that show that it is a letter."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A draft record with its files and findings.

    Attributes:
        record: The record.
        files: The bytes of the parts' files, by path.
        report: What the import did not understand, and content that the record does not have.
    """

    record: Record
    files: dict[str, bytes] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


IMPORT_SHARED_IDENTIFIER = Code(
    "import-shared-identifier",
    Severity.WARNING,
    "Two different names have the same identifier in the imported file. They are imported as two "
    "agents. Check which of them the identifier belongs to.",
)

IMPORT_DATE_OPEN = Code(
    "import-date-open",
    Severity.WARNING,
    "A date in the imported file was not understood. The record has only the words of the date. "
    "Write the date as edtf in the record.",
)


class ImportedDraft:
    """Collects the statements of a record as plain data, with their evidence."""

    def __init__(self, source: XmlSource, name: str, title: str, record_type: str) -> None:
        self.report = Report()
        self.files: dict[str, bytes] = {}
        self.source = source
        self.supplier: str | None = None
        self.remarks: list[str] = []
        self._agents: dict[str, dict[str, Any]] = {}
        self._by_reference: dict[str, str] = {}
        self._by_words: dict[tuple[str, ...], list[str]] = {}
        self._by_key: dict[tuple[str, str], list[str]] = {}
        self._evidence: list[dict[str, Any]] = []
        self._quoted: set[tuple[str, int, int]] = set()
        self._restored: list[dict[str, Any]] = []
        self._items: dict[str, set[str]] = {}
        self.raw: dict[str, Any] = {"id": record_id(name), "type": record_type, "title": title}

    def agent(
        self,
        name: str | None,
        kind: str = "person",
        identifiers: Iterable[dict[str, str]] = (),
        *,
        reference: str | None = None,
        mentioned: bool = False,
        referred: bool = False,
        **more: Any,
    ) -> str | None:
        """Return the id of an agent with a name, adding the agent if necessary; None without name.

        Two names that do not fit become two agents even if they have the same identifier, which is
        then reported. Only a vague or indirect mention is joined to an agent by its identifier, or
        a name by its `reference`.

        Args:
            name: The name.
            kind: The kind of agent.
            identifiers: Authority identifiers, as plain data.
            reference: A reference to the agent's entry in the file's own list.
            mentioned: Whether the name is a word of the letter ("husband"), which may be vague.
            referred: Whether the words are not a name but refer to a person ("your dear friend").
            more: More fields of the agent.
        """
        if not name:
            return None
        listed = list(identifiers)
        known = self._by_reference.get(reference or "") or self._same(
            name, listed, mentioned, referred
        )
        if known is None:
            known = self._unused_id(name)
            self._agents[known] = {"id": known, "name": name, "kind": kind}
            self._by_words.setdefault(tuple(_tokens(name)), []).append(known)
            self._report_shared(known, listed)
        agent = self._agents[known]
        if reference:
            self._by_reference.setdefault(reference, known)
        if name != agent["name"] and not mentioned:
            more.setdefault("as_written", name)
        agent |= {label: words for label, words in more.items() if words and label not in agent}
        held = agent.setdefault("identifiers", [])
        for item in listed:
            if _key(item) not in map(_key, held):
                held.append(item)
                self._by_key.setdefault(_key(item), []).append(known)
                if not referred and not (mentioned and _vague(name)):
                    self._report_shared_with_other_letters(known, _key(item))
        return known

    def _same(
        self, name: str, identifiers: list[dict[str, str]], mentioned: bool, referred: bool
    ) -> str | None:
        """Return the known agent that a name with these identifiers means; None if none fits."""
        wanted = set(map(_key, identifiers))
        for known in self._candidates(name, wanted):
            agent = self._agents[known]
            held = set(map(_key, agent.get("identifiers", ())))
            shared = held & wanted
            realms, others = set(map(_realm, held)), set(map(_realm, wanted))
            if not shared and (realms & others or (realms & _PUBLIC and others & _PUBLIC)):
                continue
            if _tokens(name) == _tokens(agent["name"]):
                return known
            if shared and fits(name, agent["name"], inflected=mentioned):
                return known
            if shared and (referred or (mentioned and _vague(name))):
                return known
        return None

    def _candidates(self, name: str, keys: Iterable[tuple[str, str]]) -> list[str]:
        """Return the agents with a name or with one of some identifiers, in order of addition."""
        named = self._by_words.get(tuple(_tokens(name)), []) if name else []
        lists = [named, *map(self._by_key.get, keys)]
        found = {known for listed in lists for known in listed or ()}
        return sorted(found, key=list(self._agents).index) if len(found) > 1 else list(found)

    def _report_shared(self, new: str, identifiers: list[dict[str, str]]) -> None:
        """Report each known agent that has an identifier of a new agent."""
        wanted = set(map(_key, identifiers))
        for known in self._candidates("", wanted):
            agent = self._agents[known]
            scheme, value = min(wanted & set(map(_key, agent["identifiers"])))
            self.report.add(
                IMPORT_SHARED_IDENTIFIER.at(
                    Location(self.source.name, field=f"agents.{new}"),
                    f"“{agent['name']}” and “{self._agents[new]['name']}” have the same "
                    f"identifier, {scheme} {value}",
                    "Check whom it identifies, and remove it from the other.",
                )
            )

    def _report_shared_with_other_letters(self, agent: str, key: tuple[str, str]) -> None:
        """Report an agent whose identifier belongs to a different name in an earlier letter."""
        name, here = self.agent_name(agent), self.raw["id"]
        bearers = self.source.bearers.setdefault(key, [])
        within = any(letter == here for _, letter in bearers)
        if bearers and not within and not any(fits(name, other) for other, _ in bearers):
            other, letter = bearers[0]
            self.report.add(
                IMPORT_SHARED_IDENTIFIER.at(
                    Location(self.source.name, field=f"agents.{agent}"),
                    f"“{other}” in the letter {letter} and “{name}” in the letter {here} have the "
                    f"same identifier, {key[0]} {key[1]}",
                    "Check whom it identifies, and remove it from the other.",
                )
            )
        if not any(name == other for other, _ in bearers):
            bearers.append((name, here))

    def _unused_id(self, name: str) -> str:
        base = slug(name) or "agent"
        number, tried = 1, base
        while tried in self._agents:
            number += 1
            tried = f"{base}-{number}"
        return tried

    def agent_name(self, agent_id: str) -> str:
        """Return the name of an agent."""
        return str(self._agents[agent_id]["name"])

    def agent_written(self, agent_id: str) -> str:
        """Return the name of an agent as the file writes it."""
        agent = self._agents[agent_id]
        return str(agent.get("as_written", agent["name"]))

    def agent_kind(self, agent_id: str) -> str:
        """Return the kind of an agent."""
        return str(self._agents[agent_id]["kind"])

    def note_on(self, agent_id: str, words: str) -> None:
        """Add words to the note of an agent, unless the note has them."""
        agent = self._agents[agent_id]
        notes = agent["note"].split("; ") if agent.get("note") else []
        if words not in notes:
            agent["note"] = "; ".join([*notes, words])

    def event(
        self, kind: str, when: dict[str, Any] | None, agents: list[str], detail: str | None
    ) -> None:
        """Add an event to the letter's history."""
        events = self.raw.setdefault("events", [])
        event: dict[str, Any] = {"id": f"{slug(kind) or 'event'}-{len(events) + 1}"}
        event["type"] = kind
        if when:
            when.pop("rule", None)
        events.append(
            event | optional("date", when) | optional("agents", agents) | optional("detail", detail)
        )

    def remark(self, words: str | None) -> None:
        """Add a remark on the letter. Remarks become the note of the part `original`."""
        if words and words not in self.remarks:
            self.remarks.append(words)

    def state(self, name: str, value: Any, *, quoted: bool = False) -> None:
        """State a field, unless the value is empty.

        Its evidence is the rule in the value, or else the supplier, if known. With `quoted`, the
        caller adds the evidence.
        """
        if value in (None, "", [], {}):
            return
        self.raw[name] = value
        rule = value.pop("rule", None) if isinstance(value, dict) else None
        if rule:
            words = value.get("as_written", value.get("edtf"))
            self.infer(name, rule, f"Read from “{words}”.")
        elif not quoted:
            self.supplied(name)

    def hold(self, repository: str, levels: Mapping[str, str]) -> None:
        """State the archive that keeps the document, and the document's path in the archive."""
        known = [name for name in LEVELS if name in levels]
        names = [*(name for name in levels if name not in LEVELS), *known]
        path = [{"name": name, "value": levels[name]} for name in names]
        self.state("holdings", [{"repository": repository} | ({"levels": path} if path else {})])

    def add(self, name: str, value: Any) -> None:
        """Add an item to a list, unless the item is empty or in the list already."""
        if value in (None, "", {}):
            return
        items = self.raw.setdefault(name, [])
        if name not in self._items:
            self._items[name] = set(map(repr, items))
        if repr(value) not in self._items[name]:
            self._items[name].add(repr(value))
            items.append(value)

    def mention_place(self, name: str | None, identifiers: list[dict[str, str]]) -> int | None:
        """Return the index of a mentioned place, adding it if necessary; None without a name."""
        if not name:
            return None
        listed = self.raw.setdefault("mentioned_places", [])
        for number, place in enumerate(listed):
            known = place.get("identifiers", [])
            alike = place["name"] == name or (known and fits(place["name"], name, inflected=True))
            if alike and (not known or not identifiers or known == identifiers):
                place |= optional("identifiers", identifiers)
                return number
        listed.append({"name": name} | optional("identifiers", identifiers))
        return len(listed) - 1

    def supplied(self, path: str) -> None:
        """Add evidence that the supplier, if known, supplied a statement."""
        if self.supplier:
            note = f"As {self.file_name} has it."
            self._evidence.append(
                {"field": path, "basis": "supplied", "agent": self.supplier, "note": note}
            )

    def open_date(self, field: str, words: str | None, note: str | None = None) -> None:
        """State the words of a date, and report the date unless it is known to be undated.

        Does nothing if there are no words or the field has a value.
        """
        if not words or field in self.raw:
            return
        self.state(field, {"as_written": words} | optional("note", note))
        read = read_date(words)
        if read and read.is_open and read.readings:
            ways = " or ".join(one.edtf for one in read.readings)
            what = f"the date “{words}” can mean {ways}"
        elif year := before_christ(words):
            what = f"the date “{words}” is {year} in EDTF" + (
                f", but it has {note}" if note else ""
            )
        elif read is None or read.is_open or read.edtf:
            what = f"the date “{words}” was not understood" + (f" ({note})" if note else "")
        else:
            return
        hint = "Write it as edtf in the record."
        self.report.add(IMPORT_DATE_OPEN.at(Location(self.source.name, field=field), what, hint))

    def qualify(self, path: str, confidence: str, note: str) -> None:
        """Record how certain the source is of a statement."""
        said = {"field": path, "confidence": confidence, "note": note}
        self._evidence.append(said | self._basis())

    def doubt(self, path: str, written: str) -> None:
        """Record how certain an editor's signs make a name, if it has such signs."""
        if confidence := confidence_in(written):
            self.qualify(path, confidence, f"written {written}")

    def rival(self, path: str, value: str, note: str | None = None) -> None:
        """Record a further value of the source for a field, which the record does not use."""
        said = {"field": path, "value": value} | self._basis()
        self._evidence.append(said | optional("note", note))

    def infer(self, path: str, rule: str, note: str) -> None:
        """Record by which rule a statement follows from the source."""
        self._evidence.append({"field": path, "basis": "inferred", "rule": rule, "note": note})

    def infer_title(self) -> None:
        """State a title made from the other fields."""

        def names(field: str) -> str:
            return joined_names(
                [
                    in_reading_order(self.agent_name(one))
                    if self.agent_kind(one) == "person"
                    else self.agent_name(one)
                    for one in self.raw.get(field, ())
                ]
            )

        date = self.raw.get("date", {}).get("edtf")
        self.raw["title"] = title_from_parts(
            self.raw["type"], names("sender"), names("recipients"), date
        )
        self.infer("title", "title-from-parts", f"{self.file_name} has no title of the document.")

    def _basis(self) -> dict[str, str]:
        if self.supplier:
            return {"basis": "supplied", "agent": self.supplier}
        return {"basis": "inferred", "rule": "as-the-imported-file-has-it"}

    @property
    def file_name(self) -> str:
        """The source's name without its folders."""
        return PurePath(self.source.name).name

    def at(self, path: str, quote: dict[str, Any], rule: str | None = None) -> None:
        """Record the place in a text that states a field, or from which a rule infers it."""
        basis = {"basis": "inferred", "rule": rule} if rule else {"basis": "quoted"}
        place = (path, quote["start"], quote["end"])
        if place not in self._quoted:
            self._quoted.add(place)
            self._evidence.append({"field": path, **basis, "at": quote})

    def restore_evidence(self, evidence: list[dict[str, Any]]) -> None:
        """Use the evidence that a file states, instead of what was collected for its statements."""
        fields = {item["field"] for item in evidence}
        collected = self._evidence
        others = [item for item in collected if not fields.intersection(_wholes(item["field"]))]
        self._evidence = [*evidence, *others]
        self._restored = list(evidence)

    def referenced(self, reference: str) -> str | None:
        """Return the agent whose entry in the file's own list has a reference; None if none has."""
        return self._by_reference.get(reference)

    def file(self, path: str, data: bytes) -> dict[str, str]:
        """Keep a file, and return the fields of its part."""
        self.files[path] = data
        return {"file": path, "sha256": hashlib.sha256(data).hexdigest()}

    def finish(self, roots: Iterable[Element], skip: Iterable[Element] = ()) -> Imported:
        """Return the record; report statements that are removed because the models refuse them.

        Args:
            roots: The elements whose content must be in the record or in the report.
            skip: Elements below them that belong to other records.

        Raises:
            InvalidError: No valid record is left.
        """
        self._finish_original()
        agents = [
            {key: value for key, value in agent.items() if value} for agent in self._agents.values()
        ]
        if "events" in self.raw:
            self.raw["events"].sort(key=_first_day)
        raw = self.raw | {"agents": agents, "evidence": self._evidence}
        record = self._repaired(raw)
        covered = {item.field for item in record.evidence}
        for path in statements(record):
            if not covered.intersection(_wholes(path)):
                self.supplied(path)
        imported = Imported(Record.model_validate(raw), self.files, self.report)
        self.report.extend(self.source.unread(roots, held([imported]), skip))
        return imported

    def _repaired(self, raw: dict[str, Any]) -> Record:
        """Return the record without the statements that the models refuse.

        Raises:
            InvalidError: No valid record is left.
        """
        for _ in range(_MOST_REPAIRS):
            try:
                return Record.model_validate(raw)
            except ValidationError as error:
                first = error.errors()[0]
                try:
                    self._remove_invalid(raw, error)
                except LookupError:  # a missing value cannot be removed
                    break
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        hint = "Correct it in the file, or describe the document by hand."
        raise refuse_unknown(self.source.name, what, hint)

    def _finish_original(self) -> None:
        """Add the remarks on the letter and its languages to the part `original`."""
        tags = self.raw.pop("languages", [])
        if not self.remarks and not tags:
            return
        parts = self.raw.setdefault("parts", [])
        if not any(part["id"] == "original" for part in parts):
            parts.insert(0, {"id": "original", "kind": "original", "held": False})
        original = next(part for part in parts if part["id"] == "original")
        notes = [original["note"]] if original.get("note") else []
        if notes or self.remarks:
            original["note"] = "\n".join([*notes, *self.remarks])
        if tags:
            original["languages"] = list(dict.fromkeys([*original.get("languages", ()), *tags]))

    def _remove_invalid(self, raw: dict[str, Any], error: ValidationError) -> None:
        """Remove and report invalid statements and items, the last of a list first."""
        places: dict[tuple[Any, ...], str] = {}
        for item in error.errors():
            places.setdefault(_whole(item["loc"]), item["msg"])
        for place in sorted(places, reverse=True):
            holder: Any = raw
            for step in place[:-1]:
                holder = holder[step]
            value = holder.pop(place[-1])
            if place == ("type",):
                holder["type"] = "other"
            if place[0] != "evidence" or value in self._restored:
                where = Location(self.source.name, field=".".join(map(str, place)))
                message = f"not read: “{_said(value)}”: {places[place]}"
                self.report.add(IMPORT_NOT_READ.at(where, message))


_MOST_REPAIRS = 8


def _wholes(path: str) -> list[str]:
    """Return the paths above a statement's path, and the path itself."""
    steps = path.split(".")
    return [".".join(steps[:count]) for count in range(1, len(steps) + 1)]


def _whole(place: tuple[int | str, ...]) -> tuple[Any, ...]:
    """Return the statement that contains a place, or the item if the statement is a list."""
    return place[:2] if len(place) > 1 and isinstance(place[1], int) else place[:1]


def optional(key: str, value: Any) -> dict[str, Any]:
    """Return an object with one field; an empty object if the value is empty."""
    return {key: value} if value else {}


def record_id(text: str) -> str:
    """Return a string as a valid id of a record."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip("-._")[:128].rstrip("-.")
    return plain or slug(text) or "letter"


def language(text: str | None) -> str | None:
    """Return the language tag for a tag or a language's name; None if it is not known."""
    if not text:
        return None
    for tag in (text, as_bcp47(text)):
        with suppress(Fault):
            return language_tag(tag)
    with suppress(Fault):
        return language_called(text)
    return None


def read_language(source: XmlSource, element: Element, attribute: str) -> str | None:
    """Return the language tag of an element from an attribute or its words; None if unknown.

    Words that say more than the tag stay unread.
    """
    given, words = fit(element.get(attribute)), text_of(element)
    named = language(words)
    tag = language(given) or named
    if language(given):
        source.mark_used([(element, f"@{attribute}")])
    if tag and named and tag.partition("-")[0] == named.partition("-")[0]:
        source.mark_used([(element, "text")])
    return tag


def held(found: Iterable[Imported]) -> Held:
    """Return what records and their text files contain."""
    lines: list[str | None] = []
    values: set[str] = set()
    for imported in found:
        record = imported.record.as_json()
        texts = (data for path, data in imported.files.items() if path.endswith(".txt"))
        lines += map(fit, _strings(record))
        lines += (fit(data.decode("utf-8", "replace")) for data in texts)
        values.update(filter(None, map(fit, _strings(record, _OURS))))
    return Held("\n".join(filter(None, lines)), frozenset(values))


# Fields whose values are words of this program, or of the letter.
_OURS = frozenset([
    "about", "agent", "at", "basis", "confidence", "field", "held", "id", "kind", "made_from",
    "media_type", "method", "part_of", "rule", "scheme", "sha256", "type",
])  # fmt: skip


def _strings(data: Any, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield all values in plain data, except those of some fields."""
    if isinstance(data, dict):
        for name, item in data.items():
            if name not in without:
                yield from _strings(item, without)
    elif isinstance(data, list):
        for item in data:
            yield from _strings(item, without)
    elif data is not None:
        yield str(data)


def _said(value: Any) -> str:
    return ", ".join(_strings(value))


def _first_day(event: dict[str, Any]) -> tuple[bool, datetime.date]:
    """Sort key for events: oldest first, those without a date last."""
    earliest = Edtf(event["date"]["edtf"]).earliest if event.get("date") else None
    return earliest is None, earliest or datetime.date.max


def _key(identifier: dict[str, str]) -> tuple[str, str]:
    scheme, value = identifier["scheme"], identifier["value"]
    return scheme, (address(value) or value) if scheme == "url" else value


_PUBLIC = frozenset(SCHEMES) - {"local", "url"}
"""Authorities with one identifier per person. Two identifiers of one name mean two persons."""


@lru_cache(4096)
def _realm(key: tuple[str, str]) -> str:
    """Return the authority of an identifier. An agent has one identifier per authority."""
    scheme, value = key
    if scheme == "url":
        return value.split("/")[2]
    return re.sub(r"[0-9]+", "0", value) if scheme == "local" else scheme


@lru_cache(4096)
def _tokens(name: str) -> list[str]:
    """Return the words of a name in lower case, sorted, without a final 's.

    A name without letters and digits is one word.
    """
    name = name.casefold()
    return sorted(re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", name))) or [name]


def fits(one: str, other: str, *, inflected: bool = False) -> bool:
    """Return whether two names fit: the longer one has every word of the shorter one.

    An initial stands for a word, and titles do not count: "A. Orlov", "Mr Orlov", "Orlov, Anna".

    Args:
        one: The first name.
        other: The second name.
        inflected: Whether words may have endings of up to three letters, as in sentences.
    """
    names = ([word for word in _tokens(name) if word not in _TITLES] for name in (one, other))
    fewer, more = sorted(names, key=len)
    return bool(fewer) and all(any(_is_word(a, b, inflected) for b in more) for a in fewer)


def _is_word(one: str, other: str, inflected: bool) -> bool:
    short, long = sorted((one, other), key=len)
    if not long.startswith(short):
        return False
    return len(short) in (1, len(long)) or (inflected and len(long) - len(short) <= _ENDING)


_ENDING = 3
_TITLES = frozenset([
    "comrade", "dr", "frau", "fraulein", "fräulein", "genosse", "genossin", "herr", "herrn",
    "lady", "lord", "madame", "miss", "mlle", "mme", "monsieur", "mr", "mrs", "ms", "prof",
    "professor", "sir", "г", "господин", "госпожа", "товарищ", "тов",
])  # fmt: skip


def _vague(name: str) -> bool:
    """Return whether words for a person are not a full name: "husband", "Goethe"."""
    words = [word for word in _WORDS.findall(name) if word.casefold() not in _TITLES]
    return len(words) < _FULL or not all(word[:1].isupper() for word in words)


_WORDS = re.compile(r"[^\W\d_]+")
_FULL = 2
