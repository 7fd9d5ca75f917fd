"""The record as the public may have it: without what may not go out, and without its traces.

What is withheld leaves behind its id, its kind, what it was made from, and the rule. Everything
else that rests on it goes, too: its name, digest, title and makers; statements that are quoted or
inferred from its words and from nothing else; notes in its text; who is known from it alone. What
is in doubt stays at home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from archive_pkg.packages.layout import WITHHELD
from archive_pkg.records import Record
from archive_pkg.records.statements import Index, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from archive_pkg.records import Access, Evidence, Part

SUFFIX = "-public"

_STRICTNESS = {"open": 0, "restricted": 1, "closed": 2}
_REFERENCES = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part that does not go out.

    Attributes:
        part: The part.
        access: The restriction that applies to it, with its rule.
        because: Why it applies, where the part says nothing of its own; else empty.
    """

    part: Part
    access: Access
    because: str = ""

    @property
    def rule(self) -> str:
        """The rule in words."""
        return f"{self.because}: {self.access.rule}" if self.because else str(self.access.rule)


def withheld(record: Record, day: date) -> dict[str, Withheld]:
    """What may not go out on a day, by the parts' ids.

    A part that says nothing of its own goes by the strictest of what it was made from. A file that
    holds something withheld is withheld whole, since no file is ever cut.
    """
    found: dict[str, Withheld] = {}
    parts = {part.id: part for part in record.parts}
    for part in _ancestors_first(record):
        if part.access is not None:
            if not part.access.opened(day):
                found[part.id] = Withheld(part, part.access)
            continue
        sources = [found[name] for name in part.of if name in found]
        if sources:
            source = max(sources, key=lambda one: _STRICTNESS[one.access.status])
            found[part.id] = Withheld(part, source.access, f"it goes with {source.part.id}")
    while True:
        shut = {one.part.file: one for one in found.values() if one.part.file}
        more = [part for part in parts.values() if part.file in shut and part.id not in found]
        for part in more:
            other = shut[str(part.file)]
            why = f"it is in one file with {other.part.id}"
            found[part.id] = Withheld(part, other.access, why)
        if not more:
            return found


def public(record: Record, gone: dict[str, Withheld]) -> Record:
    """The record without what is withheld and all traces of it, called `<id>-public`."""
    return _Public(record, gone).record()


def _ancestors_first(record: Record) -> Iterator[Part]:
    parts = {part.id: part for part in record.parts}
    done: set[str] = set()
    waiting = list(reversed(record.parts))
    while waiting:
        part = waiting.pop()
        before = [name for name in part.of if name not in done]
        if part.id in done:
            continue
        if before:
            waiting += [part, *(parts[name] for name in before)]
            continue
        done.add(part.id)
        yield part


class _Public:
    """One record being made public; works on its plain data and validates what comes of it."""

    def __init__(self, record: Record, gone: dict[str, Withheld]) -> None:
        self.source = record
        self.gone = gone
        self.index = Index(record)
        self.data: dict[str, Any] = record.as_json()
        # What is inferred and does not say from which words may rest on any text that is held.
        texts = [part for part in record.parts if part.is_text]
        self.some_text_stays = any(part.id not in gone for part in texts)

    def record(self) -> Record:
        self.data["id"] = f"{self.source.id}{SUFFIX}"
        if self.gone:
            self._parts()
            dropped = {path for path in statements(self.source) if not self._goes_out(path)}
            self._statements(dropped)
            self._finer(dropped)
            self._events()
            self._agents()
            self._evidence()
        return Record.model_validate(self.data)

    def _rests_on_withheld(self, item: Evidence) -> bool:
        return item.at is not None and item.at.part in self.gone

    def _supports(self, item: Evidence) -> bool:
        """Whether evidence that may go out supports a statement."""
        if item.at is not None:
            return item.at.part not in self.gone
        return item.basis == "supplied" or self.some_text_stays

    def _goes_out(self, path: str) -> bool:
        kind = path.partition(".")[0]
        if kind == "parts":
            return True
        item = self.index.value(path)
        if kind == "translation_notes" and item.at.part in self.gone:
            return False
        if kind == "summary" and item.part in self.gone:
            return False
        grounds = [one for one in self.index.evidence(path) if one.value is None]
        if not grounds:
            return self.some_text_stays
        return any(map(self._supports, grounds))

    def _parts(self) -> None:
        for data in self.data.get("parts", ()):
            if data["id"] not in self.gone:
                grounds = self.index.evidence(f"parts.{data['id']}")
                if grounds and not any(map(self._supports, grounds)):
                    for field in ("title", "method", "note"):
                        data.pop(field, None)
                continue
            one = self.gone[data["id"]]
            access = {**one.access.model_dump(mode="json", exclude_none=True), "rule": one.rule}
            stub = {"id": data["id"], "kind": data["kind"], "held": False, "access": access}
            if "of" in data:
                stub["of"] = data["of"]
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
                paths = [f"{field}.{x.get('id', n)}" for n, x in enumerate(value)]
                # What is dropped leaves its place, so that evidence still finds the others.
                self.data[field] = [
                    None if path in dropped else item
                    for path, item in zip(paths, value, strict=True)
                ]
        if "title" not in self.data:
            self.data["title"] = f"{self.source.type.capitalize()} {self.source.id}"
        for path in statements(self.source):
            if path not in dropped and any(map(self._rests_on_withheld, self.index.evidence(path))):
                _without_words(self._at(path))
        if "classification" in self.data and "as_written" not in self.data["classification"]:
            del self.data["classification"]

    def _finer(self, dropped: set[str]) -> None:
        """Single things within statements that go out, which themselves may not."""
        fields = {item.field for item in self.source.evidence}
        for path in sorted(fields - dropped):
            kind, _, rest = path.partition(".")
            if kind == "parts" and rest.partition(".")[0] in self.gone:
                continue
            own = [one for one in self.source.evidence if one.field == path and one.value is None]
            if not own or any(map(self._supports, own)) or path in set(statements(self.source)):
                continue
            self._remove(path)

    def _remove(self, path: str) -> None:
        """Take out a value, and what would make no sense without it."""
        above, _, name = path.rpartition(".")
        holder = self._at(above) if above else self.data
        if not isinstance(holder, dict) or name not in holder:
            return
        model = self.index.value(above) if above else self.source
        required = isinstance(model, BaseModel) and type(model).model_fields[name].is_required()
        if required:
            self._remove(above) if "." in above else self._drop(above)
            return
        del holder[name]
        if above == "classification":
            for twin in ("scheme", "level"):
                holder.pop(twin, None)

    def _drop(self, path: str) -> None:
        self.data.pop(path, None)

    def _at(self, path: str) -> Any:
        """The plain data that a path leads to; None where it is gone."""
        value: Any = self.data
        for name in path.split("."):
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list):
                named = [
                    x for x in value if x == name or (isinstance(x, dict) and x.get("id") == name)
                ]
                by_number = value[int(name)] if name.isdigit() and int(name) < len(value) else None
                value = named[0] if named else by_number
            else:
                return None
        return value

    def _events(self) -> None:
        stay = {f"sha256:{p.sha256}" for p in self.source.parts if p.id not in self.gone}
        for event in filter(None, self.data.get("events", ())):
            if self.gone.keys() & {*event.get("objects", ()), *event.get("sources", ())}:
                event.pop("detail", None)
                if "date" in event:
                    event["date"] = {"edtf": event["date"]["edtf"]}
                for side in ("inputs", "outputs"):
                    event[side] = [x for x in event.get(side, ()) if x in stay]

    def _agents(self) -> None:
        """Take out whom nothing that goes out speaks of, and every mention of who is not there."""
        known = {agent["id"] for agent in self.data.get("agents", ()) if agent}
        for field in _REFERENCES:
            if field in self.data:
                self.data[field] = [name for name in self.data[field] if name in known]
        if self.data.get("donor") not in known:
            self.data.pop("donor", None)
        for field, key in (("summary", "author"), ("rights", "holder")):
            if (self.data.get(field) or {}).get(key) not in known:
                (self.data.get(field) or {}).pop(key, None)
        for change in (self.data.get("classification") or {}).get("history", ()):
            if change.get("by") not in known:
                change.pop("by", None)
        lists = ((part, "made_by") for part in self.data.get("parts", ()))
        events = ((event, "agents") for event in filter(None, self.data.get("events", ())))
        for holder, key in (*lists, *events):
            if key in holder:
                holder[key] = [name for name in holder[key] if name in known]
        used = set(self._mentioned())
        self.data["agents"] = [
            agent if agent and agent["id"] in used else None
            for agent in self.data.get("agents", ())
        ]

    def _mentioned(self) -> Iterator[str]:
        for field in _REFERENCES:
            yield from self.data.get(field, ())
        yield from filter(None, [self.data.get("donor")])
        yield from filter(None, [(self.data.get("summary") or {}).get("author")])
        yield from filter(None, [(self.data.get("rights") or {}).get("holder")])
        for change in (self.data.get("classification") or {}).get("history", ()):
            yield from filter(None, [change.get("by")])
        for part in self.data.get("parts", ()):
            yield from part.get("made_by", ())
        for event in filter(None, self.data.get("events", ())):
            yield from event.get("agents", ())
        for item in self.source.evidence:
            if item.agent and not self._rests_on_withheld(item):
                yield item.agent

    def _evidence(self) -> None:
        """Keep the evidence that may go out, for what is still there, under its new numbers."""
        numbers = {
            field: {str(old): str(new) for new, old in enumerate(_places(value))}
            for field, value in self.data.items()
            if isinstance(value, list) and None in value
        }
        present = {agent["id"] for agent in self.data.get("agents", ()) if agent}
        kept = []
        for item, data in zip(self.source.evidence, self.data.get("evidence", ()), strict=True):
            lost = self._at(item.field) in (None, [], {})
            stub = item.field.startswith("parts.") and item.field.split(".")[1] in self.gone
            nobody = item.agent is not None and item.agent not in present
            if lost or stub or nobody or self._rests_on_withheld(item):
                continue
            kind, dot, rest = item.field.partition(".")
            first, _, below = rest.partition(".")
            if kind in numbers and first in numbers[kind]:
                data["field"] = f"{kind}{dot}{numbers[kind][first]}" + (
                    f".{below}" if below else ""
                )
            kept.append(data)
        for field, value in list(self.data.items()):
            if isinstance(value, list):
                self.data[field] = [x for x in value if x is not None]
        self.data["evidence"] = kept
        if self.data["title"] != self.source.title:
            rule = {"field": "title", "basis": "inferred", "rule": "title-withheld"}
            self.data["evidence"].append(rule)


def _places(items: Iterable[Any]) -> list[int]:
    return [place for place, item in enumerate(items) if item is not None]


def _without_words(value: Any) -> None:
    """Take out the words of a source, which may be the withheld one's."""
    if isinstance(value, dict):
        value.pop("as_written", None)
        for inner in value.values():
            _without_words(inner)
