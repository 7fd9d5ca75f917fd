"""What a reviewer does to a record: accept, correct, point to words, annotate, leave unknown.

Whatever is done stands in the record as evidence with the reviewer as its agent, so that a reader
can tell what a person has looked at from what a rule has read.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting.records.frame_builder import CONTEXT
from archive_pkg.errors import UsageError
from archive_pkg.names import slug
from archive_pkg.records import Record, read_record
from archive_pkg.records.coherence import references
from archive_pkg.records.statements import Index
from archive_pkg.records.wording import OF_AGENTS, words
from archive_pkg.web.review.inputs import Input, inputs, stated, with_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from archive_pkg.records import Part
    from archive_pkg.reports import Report

UNKNOWN = "unknown"
"""What evidence states where a person looked for something and did not find it."""

REVIEWER = "reviewer-"
"""How the ids of reviewers begin."""

_NEW = {"agents": "agent", "translation_notes": "note", "enclosures": "enclosure"}


@dataclass(frozen=True, slots=True)
class Words:
    """Words that a reviewer has selected.

    Attributes:
        file: The path of the part's file in which they stand.
        start: Offset of the first character, in code points.
        end: Offset behind the last.
        text: The whole decoded text of that file.
    """

    file: str
    start: int
    end: int
    text: str

    @property
    def exact(self) -> str:
        """The words, without the white space around them."""
        return self.text[self.start : self.end]

    def trimmed(self) -> Words:
        """The same without the white space around it.

        Raises:
            UsageError: Nothing is left, or the offsets are not in the text.
        """
        if not 0 <= self.start < self.end <= len(self.text) or not self.exact.strip():
            raise UsageError("no words are selected", "select some words in the text first")
        before = len(self.exact) - len(self.exact.lstrip())
        after = len(self.exact) - len(self.exact.rstrip())
        return Words(self.file, self.start + before, self.end - after, self.text)


class Revision:
    """A record's data while one reviewer changes it.

    Attributes:
        data: The record as plain data.
    """

    def __init__(self, record: Record, reviewer: str, day: date) -> None:
        """Begin with a record as it is.

        Args:
            record: The record.
            reviewer: The reviewer's name.
            day: The day of the review.
        """
        self.record = record
        self.data: dict[str, Any] = record.as_json()
        self._day = day.isoformat()
        self._reviewer = reviewer

    def result(self) -> tuple[Record | None, Report]:
        """The changed record, None where it is not valid, and every finding."""
        data = {name: self.data[name] for name in Record.model_fields if name in self.data}
        for name in [name for name, value in data.items() if value in (None, "", [])]:
            del data[name]
        return read_record(data)

    def accept(self, field: str) -> None:
        """Let the reviewer vouch for a statement as it is."""
        self._must_be_there(field)
        if any(self._is_mine(item) and "value" not in item for item in self._own(field)):
            return
        self._vouch(field, {"note": f"Read and accepted on {self._day}."})

    def correct(self, field: str, given: Mapping[str, Any], at: Words | None = None) -> str:
        """Put what was entered in a statement's place.

        What a rule had read is replaced and named in the reviewer's evidence; what another person
        stands for stays beside it, as that person's statement.

        Args:
            field: The statement's path; `agents.` to add to a list.
            given: What was entered, by the inputs' names.
            at: The words it now rests on; where it rested before, if not given.

        Returns:
            The statement's path, which of something new is not known before.
        """
        before, old = self._words(field), deepcopy(stated(self.data, field))
        form = inputs(self.record, field)
        given = self._with_new_agents(dict(given), form)
        if field.endswith("."):
            field = self._append(field[:-1], with_values(None, given, form))
        else:
            self._set(field, with_values(stated(self.data, field), given, form))
        if stated(self.data, field) in (None, []):
            self._forget(field, before)
            return field
        if at is None and stated(self.data, field) == old:
            self.accept(field)
            return field
        quote = self._quote(at) if at else self._quoted(field)
        said = self._drafted(field) or before
        note = (
            f"Corrected on {self._day}; it said “{said}”." if said else f"Entered on {self._day}."
        )
        more = {"at": quote} if quote else {}
        self._vouch(field, {**more, "note": note}, kept=self._rivals(field, before))
        return field

    def rest(self, field: str, at: Words) -> None:
        """Let a statement rest on the words that the reviewer points to."""
        self._must_be_there(field)
        more = {"basis": "quoted", "at": self._quote(at), "note": f"Pointed out on {self._day}."}
        self._vouch(field, more, kept=list(filter(self._is_anothers, self._own(field))))

    def annotate(self, given: Mapping[str, Any], at: Words) -> str:
        """Add a note at words of a text; its path."""
        form = inputs(self.record, "translation_notes.")
        note = with_values(None, given, form) or {}
        quote = self._quote(at)
        return self._with_evidence("translation_notes", {"at": quote, **note}, quote)

    def leave_unknown(self, field: str) -> None:
        """Take a statement back: the reviewer looked for it, and the letter does not say it."""
        before = self._words(field)
        self._set(field, None)
        self._forget(field, before)

    def remove(self, field: str) -> None:
        """Take an item out of its list, with what rests on it and what names it."""
        name, _, item = field.partition(".")
        items = self.data.get(name, [])
        gone = stated(self.data, field)
        if gone is None or not item:
            raise UsageError(f"{field} is not in the record", "reload the page")
        number = next(n for n, each in enumerate(items) if each is gone)
        if name in ("agents", "parts"):
            self._unname(name.removesuffix("s"), item)
        del items[number]
        left = (
            _without(each, name, item, number, numbered="id" not in gone)
            for each in self.data.get("evidence", [])
        )
        self.data["evidence"] = [each for each in left if each and self._still_stands(each)]

    def _with_evidence(self, name: str, item: dict[str, Any], quote: dict[str, Any]) -> str:
        field = self._append(name, item)
        self._vouch(field, {"basis": "quoted", "at": quote, "note": f"Added on {self._day}."})
        return field

    def _append(self, name: str, item: Any) -> str:
        items = self.data.setdefault(name, [])
        if name not in _NEW:
            items.append(item)
            return f"{name}.{len(items) - 1}"
        item = item or {}
        hint = item.get("name") or item.get("title") or item.get("text") or ""
        if not hint and "at" in item:
            hint = item["at"]["exact"]
        made = self._new_id(name, slug(hint) or _NEW[name])
        items.append({"id": made, **item})
        if name == "translation_notes":
            items.sort(key=lambda note: (note["at"]["part"], note["at"]["start"]))
        return f"{name}.{made}"

    def _new_id(self, name: str, base: str) -> str:
        taken = {item["id"] for item in self.data.get(name, [])}
        number = 1
        while (made := base if number == 1 else f"{base}-{number}") in taken:
            number += 1
        return made

    def _with_new_agents(self, given: dict[str, Any], form: list[Input]) -> dict[str, Any]:
        """What was entered, with an agent that was named beside those known among them."""
        for one in form:
            if one.kind not in ("agents", "agent"):
                continue
            name = str(given.pop(f"{one.name}+name", "")).strip()
            kind = str(given.pop(f"{one.name}+kind", "person"))
            written = str(given.pop(f"{one.name}+as_written", "")).strip()
            if not name:
                continue
            agent = {"name": name, "kind": kind} | ({"as_written": written} if written else {})
            path = self._append("agents", agent)
            self._vouch(path, {"note": f"Entered on {self._day}."})
            key = path.partition(".")[2]
            given[one.name] = [*given.get(one.name, []), key] if one.kind == "agents" else key
        return given

    def _set(self, field: str, value: Any) -> None:
        name, _, item = field.partition(".")
        if not item:
            self.data[name] = value
            if value in (None, [], ""):
                del self.data[name]
            return
        items = self.data[name]
        old = stated(self.data, field)
        if value is None:
            raise UsageError("an item cannot be empty", "remove it instead")
        items[next(n for n, each in enumerate(items) if each is old)] = value

    def _must_be_there(self, field: str) -> None:
        if stated(self.data, field) in (None, "", []):
            raise UsageError(f"the record states nothing for {field}", "enter it first")

    def _words(self, field: str) -> str:
        """What the record has stated, in words."""
        if stated(self.data, field) in (None, [], ""):
            return ""
        value = Index(self.record).value(field)
        return words(self.record, value, of_agents=field in OF_AGENTS).replace("\n", "; ")

    # Evidence.

    def _own(self, field: str) -> list[dict[str, Any]]:
        return [item for item in self.data.get("evidence", []) if item["field"] == field]

    def _is_mine(self, item: Mapping[str, Any]) -> bool:
        return item.get("agent") == self._id()

    def _is_anothers(self, item: Mapping[str, Any]) -> bool:
        """Whether evidence is that of somebody other than this reviewer."""
        return "agent" in item and not self._is_mine(item)

    def _rivals(self, field: str, before: str) -> list[dict[str, Any]]:
        """What others stand for, beside a value that is no longer theirs."""
        others = filter(self._is_anothers, self._own(field))
        return [{"value": before, **item} if before else item for item in others]

    def _drafted(self, field: str) -> str:
        """What had stood there before this reviewer corrected it first."""
        notes = [item.get("note", "") for item in self._own(field) if self._is_mine(item)]
        found = re.search("it said “(.*)”", notes[0], re.DOTALL) if notes else None
        return found[1] if found else ""

    def _forget(self, field: str, before: str) -> None:
        """Leave a statement open; that a person looked for it stands in the evidence."""
        said = self._drafted(field) or before
        told = f"; it said “{said}”" if said else ""
        note = f"Looked for on {self._day} and not found{told}."
        self._vouch(field, {"value": UNKNOWN, "note": note}, kept=self._rivals(field, before))

    def _quoted(self, field: str) -> dict[str, Any] | None:
        """The words that a statement has rested on."""
        quotes = [item["at"] for item in self._own(field) if "at" in item and "value" not in item]
        return quotes[0] if quotes else None

    def _vouch(
        self, field: str, more: Mapping[str, Any], kept: list[dict[str, Any]] | None = None
    ) -> None:
        """Put the reviewer's evidence behind what a statement has; their earlier one goes.

        Args:
            field: The statement's path.
            more: What their evidence says.
            kept: What stays of the evidence that the statement had; all if not given.
        """
        mine = {"field": field, "basis": "supplied", "agent": self._known_id()}
        mine |= {"confidence": "certain", **more}
        own = self._own(field) if kept is None else kept
        own = [item for item in own if not self._is_mine(item)]
        evidence = self.data.get("evidence", [])
        first = next(
            (n for n, item in enumerate(evidence) if item["field"] == field), len(evidence)
        )
        before, after = evidence[:first], evidence[first:]
        below = f"{field}."
        self.data["evidence"] = [
            item
            for item in (*before, *own, mine, *(item for item in after if item["field"] != field))
            if not item["field"].startswith(below) or self._still_stands(item)
        ]

    def _still_stands(self, item: Mapping[str, Any]) -> bool:
        """Whether evidence is for something that the record states, or states it itself."""
        return "value" in item or stated(self.data, item["field"]) not in (None, [])

    def _quote(self, at: Words) -> dict[str, Any]:
        at = at.trimmed()
        return {
            "part": self._part(at).id,
            "start": at.start,
            "end": at.end,
            "exact": at.exact,
            "prefix": at.text[max(0, at.start - CONTEXT) : at.start],
            "suffix": at.text[at.end : at.end + CONTEXT],
        }

    def _part(self, at: Words) -> Part:
        """The narrowest part that words stand in; one of the file, where they cross its parts."""
        of_file = [part for part in self.record.parts if part.file == at.file]
        if not of_file:
            raise UsageError(
                "the selected words are not in a part of the record", "reload the page"
            )
        inside = [
            part
            for part in of_file
            if part.span is None or (part.span.start <= at.start and at.end <= part.span.end)
        ]
        return min(
            inside or of_file[:1],
            key=lambda part: part.span.end - part.span.start if part.span else len(at.text),
        )

    # The reviewer, an agent like others.

    def _id(self) -> str:
        """The reviewer's id: the one that they have in the record, or would have."""
        for agent in self.data.get("agents", []):
            if agent["name"] == self._reviewer and agent["id"].startswith(REVIEWER):
                return str(agent["id"])
        return self._new_id("agents", REVIEWER + (slug(self._reviewer) or "name"))

    def _known_id(self) -> str:
        """The reviewer's id, the reviewer being among the agents."""
        made = self._id()
        if made not in {agent["id"] for agent in self.data.get("agents", [])}:
            agent = {"id": made, "name": self._reviewer, "kind": "person"}
            agent["note"] = "Reviewed the record."
            self.data.setdefault("agents", []).append(agent)
            self._vouch(f"agents.{made}", {"note": "Gave this name when reviewing."})
        return made

    def _unname(self, what: str, item: str) -> None:
        """Take an agent or part out of all that names it."""
        places = [
            place
            for kind, place, name in references(self.record)
            if kind == what and name == item and place[0] != "evidence"
        ]
        # From the back, so that the items of a list that are still to go keep their numbers.
        for place in sorted(places, key=str, reverse=True):
            *above, last = place
            holder: Any = self.data
            for step in above:
                holder = holder[step]
            del holder[last]


def _without(
    evidence: dict[str, Any], name: str, item: str, number: int, *, numbered: bool
) -> dict[str, Any] | None:
    """A piece of evidence after an item of a list is gone; None if it was for that item."""
    first, *rest = evidence["field"].split(".")
    at = evidence.get("at", {})
    if name == "parts" and at.get("part") == item:
        return None
    if name == "agents" and evidence.get("agent") == item:
        return None
    if first != name or not rest:
        return evidence
    if not numbered:
        return None if rest[0] == item else evidence
    if int(rest[0]) == number:
        return None
    moved = int(rest[0]) - (int(rest[0]) > number)
    return {**evidence, "field": ".".join([first, str(moved), *rest[1:]])}
