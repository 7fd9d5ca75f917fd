"""Make the record that an audience may see, without withheld parts and traces of them.

The public record keeps the id, kind, relations and access restriction of a withheld part. All
else about the part is removed: its file name, checksum, title, makers and history; statements
that are quoted from its text, or inferred without a quote; statements without evidence that have a
word of its text which no open text has; translation notes on its text; agents that are known only
from it. If it is doubtful what a statement rests on, it is removed, too.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from archive_pkg.packages.access.leaks import WithheldWords
from archive_pkg.packages.access.visibility import Audience, Withheld, withheld
from archive_pkg.packages.packaging_events import SOFTWARE_ID
from archive_pkg.records import Record
from archive_pkg.records.models.parts import WITHHELD
from archive_pkg.records.record_errors import references
from archive_pkg.records.statement_index import StatementIndex, statements
from archive_pkg.records.titles import title_from_parts
from archive_pkg.records.upgrading import RELATIONS
from archive_pkg.records.value_paths import id_of, models_in
from archive_pkg.texts.letter_files import holds_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from archive_pkg.records import Evidence

SUFFIX = "-public"

_COMPOSED = {
    "title-from-parts": (
        "number", "authors", "sender", "recipients", "participants", "date", "recorded",
    ),
    "named-in-text": (),
}  # fmt: skip
"""The rules that infer a statement only from others, with these others.

The agents that are `named-in-text` have quotes of their own.
"""
_LEVEL_FIELDS = ("scheme", "level")
"""The fields of a classification's level and its vocabulary. Neither has a meaning alone."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record as an audience may see it.

    Attributes:
        full: The complete record.
        record: The record that the audience may see, with the same id.
        withheld: The withheld parts, by their ids.
    """

    full: Record
    record: Record
    withheld: Mapping[str, Withheld] = dataclasses.field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        """Whether something was removed; False if the record comes from a public package."""
        return self.record is not self.full

    @property
    def sentences(self) -> dict[str, str]:
        """The restrictions of the withheld parts in words, by the parts' ids."""
        return {name: one.sentence for name, one in self.withheld.items()}


def seen_by(record: Record, audience: Audience, folder: Path, on: date | None = None) -> Outgoing:
    """Return a record as an audience may see it on a day; see `access.withheld`.

    Args:
        record: The record.
        audience: Who will see the record.
        folder: The folder that the parts' paths are relative to.
        on: The day; see `access.withheld`.
    """
    withheld_parts = withheld(record, audience, on)
    if is_redacted(record, withheld_parts):
        return Outgoing(record, record, withheld_parts)
    cut = public(record, withheld_parts, folder).model_copy(update={"id": record.id})
    return Outgoing(record, cut, withheld_parts)


def is_redacted(record: Record, withheld_parts: Mapping[str, Withheld]) -> bool:
    """Return whether the withheld parts, if there are any, were already removed from a record."""
    taken_out = {
        name
        for event in record.events
        if event.type == "redaction" and event.agents == (SOFTWARE_ID,)
        for name in event.objects
    }
    return all(name in taken_out and not one.part.held for name, one in withheld_parts.items())


def public(record: Record, withheld_parts: Mapping[str, Withheld], folder: Path) -> Record:
    """Return the public record, with the id `<id>-public`. See the module's docstring.

    Args:
        record: The complete record.
        withheld_parts: The withheld parts, by their ids.
        folder: The folder that the parts' paths are relative to.
    """
    return _Public(record, withheld_parts, folder).record()


class _Public:
    """Makes one record public: changes its plain data and validates the result."""

    def __init__(
        self, record: Record, withheld_parts: Mapping[str, Withheld], folder: Path
    ) -> None:
        self.withheld_parts = withheld_parts
        self.folder = folder
        # Removed items become None, so that paths to the others stay correct.
        self.places = {name: _places(value) for name, value in record if isinstance(value, tuple)}
        evidence = tuple(self._by_id(record, item) for item in record.evidence)
        self.source = record.model_copy(update={"evidence": evidence})
        self.index = StatementIndex(self.source)
        self.data: dict[str, Any] = self.source.as_json()
        # A statement without evidence may rest on any text, so it is kept only if a text is
        # public, and if it has no word that only withheld texts have.
        texts = [part for part in record.parts if holds_text(part, folder)]
        self.has_public_text = any(part.id not in withheld_parts for part in texts)

    def _by_id(self, record: Record, item: Evidence) -> Evidence:
        """Return evidence with a path that names an item by its id instead of its number."""
        kind, *names = item.field.split(".")
        if not names or kind not in self.places:
            return item
        named = getattr(record, kind)[self.places[kind][names[0]]]
        named = names[0] if isinstance(named, str) else id_of(named) or names[0]
        return item.model_copy(update={"field": ".".join((kind, named, *names[1:]))})

    def record(self) -> Record:
        self.data["id"] = f"{self.source.id}{SUFFIX}"
        if self.withheld_parts:
            self._parts()
            dropped = {path for path in statements(self.source) if not self._is_public(path)}
            self._statements(dropped)
            self._withhold_values(dropped)
            self._events()
            self._agents()
            self._title()
            self._evidence()
        return Record.model_validate(self.data)

    def _rests_on_withheld(self, item: Evidence) -> bool:
        """Return whether evidence rests, or may rest, on a withheld part."""
        if item.at is not None:
            return item.at.part in self.withheld_parts
        return item.basis == "inferred" and not self._is_inferred_from_open(item)

    def _is_inferred_from_open(self, item: Evidence) -> bool:
        """Return whether an inference without a quote rests only on what the audience may see."""
        kind, _, rest = item.field.partition(".")
        if kind == "parts":
            return rest.partition(".")[0] not in self.withheld_parts
        if item.rule not in _COMPOSED:
            return False
        fields = [name for name in _COMPOSED[item.rule] if getattr(self.source, name)]
        agents = [f"agents.{who}" for name in fields for who in _names_of(self.source, name)]
        return all(map(self._is_public, (*fields, *agents)))

    def _supports(self, item: Evidence) -> bool:
        return not self._rests_on_withheld(item)

    def _is_public(self, path: str) -> bool:
        kind = path.partition(".")[0]
        if kind == "parts":
            return True
        item = self.index.value(path)
        at = getattr(item, "at", None)
        if at is not None and at.part in self.withheld_parts:
            return False
        if kind == "summary" and item.part in self.withheld_parts:
            return False
        grounds = [one for one in self.index.evidence(path) if one.value is None]
        if not grounds:
            is_withheld = kind == "enclosures" and item.part in self.withheld_parts
            return self.has_public_text and not is_withheld and not self._reveals(path, item)
        return any(map(self._supports, grounds))

    @cached_property
    def _words(self) -> WithheldWords:
        return WithheldWords(self.source, self.folder, self.withheld_parts)

    def _reveals(self, path: str, item: Any) -> bool:
        """Return whether a statement without evidence has a word that only withheld texts have."""
        kind, _, name = path.partition(".")
        if any(map(self._is_supplied, self.index.finer_evidence(path))):
            return False
        if kind == "agents" and name in self._supplied_agents:
            return False
        value = item.model_dump(mode="json") if isinstance(item, BaseModel) else item
        return self._words.are_in(list(value) if isinstance(value, tuple) else value)

    @cached_property
    def _supplied_agents(self) -> set[str]:
        """The agents that supply a statement, or are named in a statement that was supplied.

        Parts and events do not count, because they may be withheld.
        """
        found = {
            item.agent
            for item in self.source.evidence
            if item.agent and self._is_supplied(item) and not self._is_of_stub(item.field)
        }
        for what, place, name in references(self.source, Record):
            kind = str(place[0])
            if what == "agent" and kind not in ("agents", "evidence", "events", "parts"):
                evidence = self.index.evidence(f"{kind}.{name}")
                if any(map(self._is_supplied, evidence)):
                    found.add(name)
        return found

    def _is_supplied(self, item: Evidence) -> bool:
        return item.basis == "supplied" and not self._rests_on_withheld(item)

    def _parts(self) -> None:
        for data in self.data.get("parts", ()):
            if data["id"] not in self.withheld_parts:
                grounds = self.index.evidence(f"parts.{data['id']}")
                if grounds and not any(map(self._supports, grounds)):
                    for field in ("title", "method", "note"):
                        data.pop(field, None)
                continue
            one = self.withheld_parts[data["id"]]
            access = {**one.access.model_dump(), "rule": one.rule}
            stub = {"id": data["id"], "kind": data["kind"], "held": False, "access": access}
            stub |= {name: data[name] for name in RELATIONS if name in data}
            if one.part.held:
                stub["note"] = WITHHELD
            data.clear()
            data.update(stub)

    def _statements(self, dropped: set[str]) -> None:
        for field in list(self.data):
            value = self.data[field]
            if field in dropped:
                del self.data[field]
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                paths = [f"{field}.{id_of(x) or n}" for n, x in enumerate(value)]
                self.data[field] = [
                    None if path in dropped else item
                    for path, item in zip(paths, value, strict=True)
                ]
        for path in statements(self.source):
            if path not in dropped and any(map(self._rests_on_withheld, self.index.evidence(path))):
                _without_words(self._at(path))

    def _withhold_values(self, dropped: set[str]) -> None:
        """Remove withheld values from public statements."""
        own: dict[str, list[Evidence]] = {}
        for item in self.source.evidence:
            if item.value is None:
                own.setdefault(item.field, []).append(item)
        for path in sorted(own.keys() - dropped - set(statements(self.source))):
            if not self._is_of_stub(path) and not any(map(self._supports, own[path])):
                self._remove(path)
        _drop_invalid(Record, self.data)

    def _remove(self, path: str) -> None:
        """Remove a value, and the values around it that are not valid without it."""
        above, _, name = path.rpartition(".")
        holder = self._at(above) if above else self.data
        if isinstance(holder, list):
            if "." in above:
                self._remove(above)
            elif above != "parts":
                holder[self.places[above][name]] = None
        elif isinstance(holder, dict) and name in holder:
            model = self.index.value(above) if above else self.source
            if type(model).model_fields[name].is_required():
                self._remove(above)
                return
            for field in _LEVEL_FIELDS if name in _LEVEL_FIELDS else (name,):
                holder.pop(field, None)

    def _at(self, path: str) -> Any:
        """Return the plain data at a path; None if it was removed."""
        kind, *names = path.split(".")
        value = self.data.get(kind)
        places = self.places.get(kind, {})
        for name in names:
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list):
                value = value[places[name]] if name in places else None
            else:
                return None
            places = _places(value) if isinstance(value, list) else {}
        return value

    def _events(self) -> None:
        """Remove events that concern only withheld parts, and mentions of these parts in others."""
        digests = {
            f"sha256:{p.sha256}" for p in self.source.parts if p.id not in self.withheld_parts
        }
        events = self.data.get("events", [])
        for number, event in enumerate(events):
            if event is None:
                continue
            objects = event.get("objects", [])
            kept = [name for name in objects if name not in self.withheld_parts]
            if objects and not kept:
                events[number] = None
                continue
            is_open = bool(objects) and not self.withheld_parts.keys() & {
                *objects,
                *event.get("sources", ()),
            }
            if is_open:
                continue
            event["objects"] = kept
            own = self.index.evidence(f"events.{event['id']}")
            if objects or not any(item.basis == "supplied" for item in own):
                # An event of the entire letter is also an event of its withheld parts.
                event.pop("detail", None)
                if "date" in event:
                    event["date"] = {"edtf": event["date"]["edtf"]}
            for side in ("inputs", "outputs"):
                if side in event:
                    event[side] = [digest for digest in event[side] if digest in digests]

    def _agents(self) -> None:
        """Remove agents that no remaining statement names, and references to removed agents."""
        remaining = {agent["id"] for agent in self.data.get("agents", ()) if agent}
        found = list(self._references())
        for place, name in found:
            if name in remaining:
                continue
            above: list[Any]
            last: Any
            *above, last = ("participants", place[1]) if place[0] == "participants" else place
            holder: Any = self.data
            for step in above:
                holder = holder[step]
            if isinstance(holder, list):
                holder[last] = None
            else:
                del holder[last]
        for field in dict.fromkeys(str(place[0]) for place, _ in found):
            _compact(self.data.get(field, ()))
        used = set(self._mentioned())
        # Keep a supplier of a statement about an agent only if that agent is kept.
        while more := {*self._suppliers(used), *self._affiliations(used)} - used:
            used |= more
        self.data["agents"] = [
            agent if agent and agent["id"] in used else None
            for agent in self.data.get("agents", ())
        ]

    def _references(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the place and id of each reference to an agent, except those in evidence."""
        for what, place, name in references(self.data, Record):
            if what == "agent" and place[0] != "evidence":
                yield place, name

    def _mentioned(self) -> Iterator[str]:
        return (name for place, name in self._references() if place[0] != "agents")

    def _affiliations(self, used: set[str]) -> Iterator[str]:
        for agent in filter(None, self.data.get("agents", ())):
            if agent["id"] in used:
                yield from agent.get("affiliations", ())

    def _suppliers(self, used: set[str]) -> Iterator[str]:
        for item in self.source.evidence:
            kind, _, rest = item.field.partition(".")
            about_nobody = kind == "agents" and rest.partition(".")[0] not in used
            if item.agent and not about_nobody and self._is_kept(item):
                yield item.agent

    def _is_kept(self, item: Evidence) -> bool:
        """Return whether evidence and its statement are public."""
        value = self._at(item.field)
        items = value if isinstance(value, list) else [value]
        lost = all(item is None for item in items)
        return not (self._is_of_stub(item.field) or lost or self._rests_on_withheld(item))

    def _is_of_stub(self, path: str) -> bool:
        """Return whether a path is that of a withheld part or inside one."""
        kind, *names = path.split(".")
        return kind == "parts" and bool(names) and names[0] in self.withheld_parts

    def _title(self) -> None:
        """Give the record a neutral title if its own title names something that was removed."""
        grounds = [one for one in self.index.evidence("title") if self._supports(one)]
        is_composed = bool(grounds) and all(one.rule in _COMPOSED for one in grounds)
        fields = _COMPOSED["title-from-parts"] if is_composed else ()
        whole = self.source.as_json()
        edtf = self.data.get("date", {}).get("edtf")
        if edtf and edtf == whole["date"].get("edtf"):
            # A title has the date, but not the original words of it.
            whole["date"] = self.data["date"]
        if "title" in self.data and all(self.data.get(f) == whole.get(f) for f in fields):
            return
        title = title_from_parts(self.source.type, "", "", edtf)
        self.data["title"] = title if edtf else f"{title} {self.source.id}"

    def _evidence(self) -> None:
        """Keep the evidence for the remaining statements, and adapt the numbers in its paths."""
        present = {agent["id"] for agent in self.data.get("agents", ()) if agent}
        kept = []
        for item, data in zip(self.source.evidence, self.data.get("evidence", ()), strict=True):
            is_removed = item.agent is not None and item.agent not in present
            if is_removed or not self._is_kept(item):
                continue
            evidence = self.index.evidence(item.field)
            if item.at is None or any(map(self._rests_on_withheld, evidence)):
                data.pop("note", None)
            kind, *names = item.field.split(".")
            if names and kind in self.places:
                place = self.places[kind][names[0]]
                stated = getattr(self.source, kind)[place]
                if names[0] not in (stated, id_of(stated)):
                    number = place - self.data[kind][:place].count(None)
                    data["field"] = ".".join((kind, str(number), *names[1:]))
            kept.append(data)
        for field, value in list(self.data.items()):
            if isinstance(value, list):
                self.data[field] = [x for x in value if x is not None]
        self.data["evidence"] = kept
        if self.data["title"] != self.source.title:
            rule = {"field": "title", "basis": "inferred", "rule": "title-withheld"}
            self.data["evidence"].append(rule)


def _names_of(record: Record, field: str) -> Iterator[str]:
    """Yield the agents that a statement names."""
    for what, place, name in references(record, Record):
        if what == "agent" and place[0] == field:
            yield name


def _drop_invalid(model: type[BaseModel], data: dict[str, Any]) -> None:
    """Remove nested values that are not valid any more, such as a date without words or EDTF."""
    for name, value in list(data.items()):
        field = model.model_fields.get(name)
        below = next(models_in(field.annotation), None) if field else None
        if below is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _drop_invalid(below, item)
        if isinstance(value, dict) and not _is_valid(below, value):
            del data[name]


def _is_valid(model: type[BaseModel], data: dict[str, Any]) -> bool:
    try:
        model.model_validate(data)
    except ValidationError:
        return False
    return True


def _compact(value: Any, *, is_inner: bool = False) -> None:
    """Remove None from the lists within a value, but not from the value if it is a list itself."""
    if isinstance(value, list) and is_inner:
        value[:] = [item for item in value if item is not None]
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            _compact(item, is_inner=True)


def _places(items: Sequence[Any]) -> dict[str, int]:
    """Return the indexes of items by their names in paths: ids, numbers or words."""
    places = {str(place): place for place in range(len(items))}
    for place in reversed(range(len(items))):
        name = id_of(items[place])
        if name is not None:
            places[name] = place
    return places


def _without_words(value: Any) -> None:
    """Remove the words of the document (`as_written`), which may come from a withheld part."""
    if isinstance(value, dict):
        value.pop("as_written", None)
        for inner in value.values():
            _without_words(inner)
