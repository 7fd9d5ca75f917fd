"""A draft record that grows while somebody's description is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg.crosswalks.incoming.source import IMPORT_NOT_READ
from archive_pkg.records.faults import Fault
from archive_pkg.records.identifiers import SCHEMES, Identifier
from archive_pkg.records.languages import language_tag
from archive_pkg.records.models import Record
from archive_pkg.records.statements import statements
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Imported:
    """A draft record with the files that go beside it, and what of the source is not in it.

    Attributes:
        record: The record.
        files: The bytes of its parts' files, by their path.
        report: What the source says and the record does not.
    """

    record: Record
    files: dict[str, bytes] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


class Draft:
    """A record in the making: its statements as plain data, each with who supplied it."""

    def __init__(self, name: str, title: str, record_type: str, source: str) -> None:
        self.report = Report()
        self.files: dict[str, bytes] = {}
        self.source = source
        self.supplier: str | None = None
        self._agents: dict[str, dict[str, Any]] = {}
        self._by_key: dict[str, str] = {}
        self._evidence: list[dict[str, Any]] = []
        self._quoted: set[tuple[str, int, int]] = set()
        self.raw: dict[str, Any] = {"id": record_id(name), "type": record_type, "title": title}

    def agent(
        self,
        name: str | None,
        kind: str = "person",
        identifiers: Iterable[dict[str, str]] = (),
        key: str | None = None,
        **more: str | None,
    ) -> str | None:
        """The id of an agent; one that is named again by the same key or name is the same."""
        if not name:
            return None
        known = self._by_key.get(key or name) or self._by_key.get(name)
        if known is None:
            known = self._unused_id(name)
            self._agents[known] = {"id": known, "name": name, "kind": kind}
        self._by_key.setdefault(key or name, known)
        self._by_key.setdefault(name, known)
        agent = self._agents[known]
        agent |= {label: words for label, words in more.items() if words and label not in agent}
        listed = agent.setdefault("identifiers", [])
        listed += [item for item in identifiers if item not in listed]
        return known

    def _unused_id(self, name: str) -> str:
        base = slug(name)[:40].strip("-_") or "agent"
        number, tried = 1, base
        while tried in self._agents:
            number += 1
            tried = f"{base}-{number}"
        return tried

    def known(self, name: str | None) -> str | None:
        """The id of an agent that was named before."""
        return self._by_key.get(name or "")

    def agent_name(self, name: str) -> str:
        """The name of an agent of this draft."""
        return str(self._agents[name]["name"])

    def agent_kind(self, name: str) -> str:
        """The kind of an agent of this draft."""
        return str(self._agents[name]["kind"])

    def state(self, name: str, value: Any, *, quoted: bool = False) -> None:
        """State a field; unless evidence quotes it, it rests on whoever made the source."""
        if value in (None, "", [], {}):
            return
        self.raw[name] = value
        if not quoted:
            self.supplied(name)

    def add(self, name: str, value: Any) -> None:
        """Add an item to a list."""
        if value not in (None, "", {}) and value not in self.raw.get(name, ()):
            self.raw.setdefault(name, []).append(value)

    def supplied(self, path: str, agent: str | None = None) -> None:
        """Say that a statement was supplied by an agent, if not another by the source's maker."""
        supplier = agent or self.supplier
        if supplier:
            note = {} if agent else {"note": f"As {self.source} has it."}
            self._evidence.append({"field": path, "basis": "supplied", "agent": supplier} | note)

    def at(self, path: str, quote: dict[str, Any], rule: str | None = None) -> None:
        """Say where in a text a statement stands, or by which rule it follows from there."""
        basis = {"basis": "inferred", "rule": rule} if rule else {"basis": "quoted"}
        place = (path, quote["start"], quote["end"])
        if place not in self._quoted:
            self._quoted.add(place)
            self._evidence.append({"field": path, **basis, "at": quote})

    def file(self, path: str, data: bytes) -> dict[str, str]:
        """Keep a file; what a part says of it."""
        self.files[path] = data
        return {"file": path, "sha256": hashlib.sha256(data).hexdigest()}

    def finish(self) -> Imported:
        """The draft as a record; a statement that the models refuse is taken out and told."""
        agents = [
            {key: value for key, value in agent.items() if value} for agent in self._agents.values()
        ]
        raw = self.raw | {"agents": agents, "evidence": self._evidence}
        for _ in range(_MOST_REPAIRS):
            try:
                record = Record.model_validate(raw)
                break
            except ValidationError as error:
                self._take_out(raw, error)
        else:
            record = Record.model_validate(raw)
        covered = {item.field for item in record.evidence}
        for path in statements(record):
            if not covered.intersection(_wholes(path)):
                self.supplied(path)
        record = Record.model_validate(raw)
        return Imported(record, self.files, self.report)

    def _take_out(self, raw: dict[str, Any], error: ValidationError) -> None:
        """Remove the statements and items that are wrong, the last of a list first."""
        places: dict[tuple[Any, ...], str] = {}
        for item in error.errors():
            places.setdefault(_whole(item["loc"]), item["msg"])
        for place in sorted(places, key=lambda place: (place[0], place[1:]), reverse=True):
            holder: Any = raw
            for step in place[:-1]:
                holder = holder[step]
            value = holder.pop(place[-1])
            if place[0] != "evidence":
                where = Location(self.source, field=".".join(map(str, place)))
                message = f"not read: {str(value)[:80]!r}: {places[place]}"
                self.report.add(IMPORT_NOT_READ.at(where, message))


_MOST_REPAIRS = 8


def _wholes(path: str) -> list[str]:
    """A statement's path and those of what it is part of."""
    steps = path.split(".")
    return [".".join(steps[:count]) for count in range(1, len(steps) + 1)]


def _whole(place: tuple[int | str, ...]) -> tuple[Any, ...]:
    """The statement that a place lies in, or the item where the statement is a list."""
    return place[:2] if len(place) > 1 and isinstance(place[1], int) else place[:1]


def slug(text: str) -> str:
    """A text as a name of ASCII letters, digits and hyphens."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-_").lower()


def record_id(text: str) -> str:
    """A text as a record's id."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:128].rstrip("-._")
    return plain or slug(text) or "letter"


def identify(text: str | None, scheme: str | None = None) -> dict[str, str] | None:
    """An identifier from its address, or from its bare value.

    Args:
        text: The address or value.
        scheme: What the source says it is; followed where the value has that scheme's form.
    """
    if not text:
        return None
    stated = (scheme or "").lower()
    if stated in SCHEMES and stated not in ("local", "url") and _is(stated, text):
        return {"scheme": stated, "value": text}
    for name, known in SCHEMES.items():
        if name == "url":
            continue
        for start in (known.uri.partition("{}")[0], *known.prefixes):
            value = _after(text.strip(), start)
            if value and _is(name, value):
                return {"scheme": name, "value": value}
    scheme_name = "url" if _is("url", text.strip()) else "local"
    value = text.strip()
    return {"scheme": scheme_name, "value": value} if _is(scheme_name, value) else None


def _after(text: str, start: str) -> str:
    """What follows a beginning of an address, whichever of http and https it has."""
    bare_text, bare_start = text.split("://", 1)[-1], start.split("://", 1)[-1]
    if not bare_start or "://" not in text or not bare_text.startswith(bare_start):
        return ""
    return bare_text[len(bare_start) :].rstrip("/").removesuffix(".html")


def _is(scheme: str, value: str) -> bool:
    try:
        Identifier(scheme=scheme, value=value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True


def language(text: str | None) -> str | None:
    """A language tag in the form that records have; None if it is none."""
    if not text:
        return None
    for tag in (text, _shortened(text)):
        try:
            return language_tag(tag)
        except Fault:
            continue
    return None


def _shortened(text: str) -> str:
    import langcodes

    try:
        return langcodes.standardize_tag(text)
    except ValueError:
        return text


def date(
    *,
    when: str | None = None,
    between: tuple[str | None, str | None] = (None, None),
    span: tuple[str | None, str | None] = (None, None),
    doubtful: bool = False,
    as_written: str | None = None,
) -> dict[str, str] | None:
    """A date for a record: a day, one between two, or from one to another; None if none is said.

    Args:
        when: A year, month or day.
        between: Not before and not after.
        span: From and to.
        doubtful: Whether the source is not sure.
        as_written: The source's words.
    """
    mark = "?" if doubtful else ""
    edtf = None
    if when:
        edtf = f"{when}{mark}"
    elif any(span):
        first, last = span
        edtf = f"{_marked(first, mark) or '..'}/{_marked(last, mark) or '..'}"
    elif any(between):
        first, last = _alike(*between)
        edtf = f"{first}{mark}" if first and first == last else f"[{first or ''}..{last or ''}]"
    if edtf is None:
        return None
    return {"edtf": edtf} | ({"as_written": as_written} if as_written else {})


def _marked(day: str | None, mark: str) -> str | None:
    return f"{day}{mark}" if day else None


def _alike(first: str | None, last: str | None) -> tuple[str | None, str | None]:
    """Both ends of a set as days, where one is a day and the other is not."""
    import calendar

    if first and last and len(first) != len(last):
        first = {4: f"{first}-01-01", 7: f"{first}-01"}.get(len(first), first)
        if len(last) == 4:
            last = f"{last}-12-31"
        elif len(last) == 7:
            year, month = int(last[:4]), int(last[5:])
            last = f"{last}-{calendar.monthrange(year, month)[1]:02}"
    return first, last


_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


def day(text: str | None) -> str | None:
    """A year, month or day from an XML date, whose time of day and zone are left off."""
    found = _DAY.match(text or "")
    return found[0] if found else None
