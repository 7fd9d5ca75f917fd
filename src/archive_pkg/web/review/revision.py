"""Change a record as a reviewer: accept, correct, quote, annotate, remove or leave unknown.

Each change becomes evidence with the reviewer as its agent, so that a reader can distinguish what a
person has reviewed from what a rule has read.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive_pkg.drafting import load_vocabulary
from archive_pkg.drafting.records.frame_builder import CONTEXT
from archive_pkg.drafting.records.titles_and_ids import composed_title
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.names import slug
from archive_pkg.records import Record, read_record
from archive_pkg.records.display import OF_AGENTS, unread, words
from archive_pkg.records.explaining import FIELD_MISSING
from archive_pkg.records.models import WrittenDate
from archive_pkg.records.record_errors import ID_FIELDS, references
from archive_pkg.records.statement_index import StatementIndex
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.reports import Location, Report
from archive_pkg.web.review.inputs import Input, inputs, single_inputs, value_at, with_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from archive_pkg.records import Part

UNKNOWN = "unknown"
"""The value in the evidence of a field that a person looked for and did not find."""

REVIEWER = "reviewer-"
"""The prefix of the ids of reviewers."""


@dataclass(frozen=True, slots=True)
class SelectedWords:
    """Words that a reviewer selected.

    Attributes:
        file: The path of the part's file.
        start: Offset of the first character, in code points.
        end: Offset after the last character.
        text: The complete decoded text of that file.
    """

    file: str
    start: int
    end: int
    text: str

    @property
    def exact(self) -> str:
        """The selected words."""
        return self.text[self.start : self.end]

    def trimmed(self) -> SelectedWords:
        """Return the selection without white space around it.

        Raises:
            UsageError: The selection is blank, or the offsets are not in the text.
        """
        if not 0 <= self.start < self.end <= len(self.text) or not self.exact.strip():
            raise UsageError("no words are selected", "Select some words in the text first.")
        before = len(self.exact) - len(self.exact.lstrip())
        after = len(self.exact) - len(self.exact.rstrip())
        return SelectedWords(self.file, self.start + before, self.end - after, self.text)


class Revision:
    """The data of a record while a reviewer changes it.

    Attributes:
        data: The record as plain data.
    """

    def __init__(self, record: Record, reviewer: str, day: date) -> None:
        """Start from a record.

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
        """Return the changed record, or None if it is not valid, and all findings."""
        self._renew_title()
        data = {name: self.data[name] for name in Record.model_fields if name in self.data}
        for name in [name for name, value in data.items() if value in (None, "", [])]:
            del data[name]
        made, report = read_record(data)
        for note in made.translation_notes if made else ():
            if (
                note.kind == "editorial"
                and not note.text
                and note not in self.record.translation_notes
            ):
                place = Location(field=f"translation_notes.{note.id}.text")
                hint = _("Write in “Text” what a reader should know.")
                return None, Report([FIELD_MISSING.at(place, _("the note has no text"), hint)])
        return made, report

    def _renew_title(self) -> None:
        """Make the title again from changed parts, unless a person has written it."""
        own, before = self._own("title"), self.record.as_json()
        if not any(item.get("rule") == "title-from-parts" for item in own):
            return
        short = load_vocabulary()
        style = short if composed_title(before, short) == before["title"] else None
        made = composed_title(self.data, style)
        is_as_before = made == composed_title(before, style)
        if self.data.get("title") == before["title"] and not is_as_before:
            self.data["title"] = made
            accepted = [item for item in own if "agent" in item]
            self.data["evidence"] = [item for item in self.data["evidence"] if item not in accepted]

    def accept(self, field: str) -> None:
        """Add evidence that the reviewer accepts a statement."""
        self._require_value(field)
        if any(self._is_mine(item) and "value" not in item for item in self._own(field)):
            return
        self._add_evidence(field, {"note": f"Read and accepted on {self._day}."})

    def correct(self, field: str, given: Mapping[str, Any], at: SelectedWords | None = None) -> str:
        """Replace the value of a statement.

        The reviewer's evidence keeps the value that a rule read. A value that another person
        supports stays in the evidence as that person's statement.

        Args:
            field: The statement's path; `agents.` to add to a list.
            given: The values entered, by the inputs' names.
            at: The words that support the new value. If it is None, the earlier quote stays.

        Returns:
            The statement's path, which is new for an added item.
        """
        before, old = self._words(field), deepcopy(value_at(self.data, field))
        form = inputs(self.record, field, given)
        given = self._with_new_agents(dict(given), form)
        if field.endswith("."):
            item = with_values(None, given, form) or {}
            if at and field == "items.":
                item = {"at": self._quote(at), **item}
            field = self._append(field[:-1], item)
        else:
            self._set(field, with_values(value_at(self.data, field), given, form))
        if field == "type" and self.data.get("type") in document_types():
            self.data.pop("own_type", None)
            said = self.data.get("evidence", [])
            self.data["evidence"] = [each for each in said if self._is_supported(each)]
        if value_at(self.data, field) in (None, []):
            self._mark_unknown(field, before)
            return field
        if at is None and value_at(self.data, field) == old:
            self.accept(field)
            return field
        quote = self._quote(at) if at else self._quoted(field)
        said = self._earlier_value(field) or before
        note = (
            f"Corrected on {self._day}; it said “{said}”." if said else f"Entered on {self._day}."
        )
        more = {"at": quote} if quote else {}
        self._add_evidence(
            field, {**more, "note": note}, kept=self._evidence_of_others(field, before)
        )
        return field

    def set_one(self, field: str, name: str, value: Any) -> None:
        """Set one value of a statement without reviewing its other values.

        If another person supports the statement, the record keeps the earlier value as theirs.
        """
        path = f"{field}.{name}"
        before = self._words(path)
        value_at(self.data, field)[name] = value
        said = f"Corrected on {self._day}; it said “{before}”."
        others = filter(self._is_of_another, self._own(field) if before else ())
        theirs = [{"value": before, **item, "field": path} for item in others]
        self._add_evidence(
            path,
            {"note": said if before else f"Entered on {self._day}."},
            kept=[*self._evidence_of_others(path, before), *theirs],
        )

    def quote(self, field: str, at: SelectedWords) -> None:
        """Add a quote as evidence of a statement."""
        self._require_value(field)
        more = {"basis": "quoted", "at": self._quote(at), "note": f"Pointed out on {self._day}."}
        self._add_evidence(field, more, kept=list(filter(self._is_of_another, self._own(field))))

    def annotate(self, given: Mapping[str, Any], at: SelectedWords) -> str:
        """Add a translation note at words of a text and return its path."""
        form = inputs(self.record, "translation_notes.", given)
        note = with_values(None, given, form) or {}
        quote = self._quote(at)
        return self._append_quoted("translation_notes", {"at": quote, **note}, quote)

    def leave_unknown(self, field: str) -> None:
        """Remove a value that the reviewer looked for and did not find."""
        before = self._words(field)
        self._set(field, None)
        self._mark_unknown(field, before)

    def remove(self, field: str) -> None:
        """Remove an item from its list, with its evidence and all references to it."""
        name, _, item = field.partition(".")
        items = self.data.get(name, [])
        removed = value_at(self.data, field)
        if removed is None or not item:
            raise UsageError(f"{field} is not in the record", "Reload the page.")
        number = next(n for n, each in enumerate(items) if each is removed)
        if name in ("agents", "parts"):
            self._remove_references(name.removesuffix("s"), item)
        del items[number]
        left = (
            _without(each, name, item, number, numbered="id" not in removed)
            for each in self.data.get("evidence", [])
        )
        self.data["evidence"] = [each for each in left if each and self._is_supported(each)]

    def _append_quoted(self, name: str, item: dict[str, Any], quote: dict[str, Any]) -> str:
        field = self._append(name, item)
        self._add_evidence(
            field, {"basis": "quoted", "at": quote, "note": f"Added on {self._day}."}
        )
        return field

    def _append(self, name: str, item: Any) -> str:
        items = self.data.setdefault(name, [])
        if ID_FIELDS.get(name) != "id":
            items.append(item)
            return f"{name}.{len(items) - 1}"
        names = ("name", "title", "text", "type", "kind")
        hint = next((item[each] for each in names if each in item), "")
        if not hint and "at" in item:
            hint = item["at"]["exact"]
        made = self._new_id(name, slug(hint) or name.removesuffix("s"))
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
        """Return the values entered, after adding new agents that they name to the record."""
        for one in single_inputs(form):
            if one.kind not in ("agents", "agent"):
                continue
            name = str(given.pop(f"{one.name}+name", "")).strip()
            kind = str(given.pop(f"{one.name}+kind", "person"))
            written = str(given.pop(f"{one.name}+as_written", "")).strip()
            if not name:
                continue
            agent = {"name": name, "kind": kind} | ({"as_written": written} if written else {})
            path = self._append("agents", agent)
            self._add_evidence(path, {"note": f"Entered on {self._day}."})
            key = path.partition(".")[2]
            given[one.name] = [*given.get(one.name, []), key] if one.kind == "agents" else key
        return given

    def add_part(self, part: dict[str, Any]) -> None:
        """Add a part for a file that the reviewer added."""
        self.data.setdefault("parts", []).append(part)
        self._add_evidence(f"parts.{part['id']}", {"note": f"Added on {self._day}."})

    def person(self, name: str) -> str:
        """Return the id of the agent with a name, after adding a person if the record has none."""
        for agent in self.data.get("agents", ()):
            if agent["name"] == name:
                return str(agent["id"])
        path = self._append("agents", {"name": name, "kind": "person"})
        self._add_evidence(path, {"note": f"Entered on {self._day}."})
        return path.partition(".")[2]

    def _set(self, field: str, value: Any) -> None:
        name, _, item = field.partition(".")
        if not item:
            self.data[name] = value
            if value in (None, [], ""):
                del self.data[name]
            return
        items = self.data[name]
        old = value_at(self.data, field)
        if value is None:
            raise UsageError("an item cannot be empty", "Remove it instead.")
        items[next(n for n, each in enumerate(items) if each is old)] = value

    def _require_value(self, field: str) -> None:
        if value_at(self.data, field) in (None, "", []):
            raise UsageError(f"the record states nothing for {field}", "Enter it first.")

    def _words(self, field: str) -> str:
        """Return the value of a field of the original record in words."""
        if value_at(self.data, field) in (None, [], ""):
            return ""
        value = StatementIndex(self.record).value(field)
        said = words(self.record, value, of_agents=field in OF_AGENTS, dates=str)
        if isinstance(value, WrittenDate) and not value.edtf and value.as_written:
            # A value has no words of the interface.
            said = value.as_written + said.removeprefix(unread(value.as_written))
        return said.replace("\n", "; ")

    # Evidence.

    def _own(self, field: str) -> list[dict[str, Any]]:
        return [item for item in self.data.get("evidence", []) if item["field"] == field]

    def _is_mine(self, item: Mapping[str, Any]) -> bool:
        return item.get("agent") == self._id()

    def _is_of_another(self, item: Mapping[str, Any]) -> bool:
        """Return whether evidence names an agent other than this reviewer."""
        return "agent" in item and not self._is_mine(item)

    def _evidence_of_others(self, field: str, before: str) -> list[dict[str, Any]]:
        """Return the evidence of other agents, with the value that they support."""
        others = filter(self._is_of_another, self._own(field))
        return [{"value": before, **item} if before else item for item in others]

    def _earlier_value(self, field: str) -> str:
        """Return the value before this reviewer's first correction, from its note."""
        notes = [item.get("note", "") for item in self._own(field) if self._is_mine(item)]
        found = re.search("it said “(.*)”", notes[0], re.DOTALL) if notes else None
        return found[1] if found else ""

    def _mark_unknown(self, field: str, before: str) -> None:
        """Replace a statement by evidence that the reviewer looked for it."""
        said = self._earlier_value(field) or before
        earlier = f"; it said “{said}”" if said else ""
        note = f"Looked for on {self._day} and not found{earlier}."
        self._add_evidence(
            field, {"value": UNKNOWN, "note": note}, kept=self._evidence_of_others(field, before)
        )

    def _quoted(self, field: str) -> dict[str, Any] | None:
        """Return the first quote that supports a statement; None if there is none."""
        quotes = [item["at"] for item in self._own(field) if "at" in item and "value" not in item]
        return quotes[0] if quotes else None

    def _add_evidence(
        self, field: str, more: Mapping[str, Any], kept: list[dict[str, Any]] | None = None
    ) -> None:
        """Add the reviewer's evidence of a statement; replace their earlier evidence.

        Args:
            field: The statement's path.
            more: The content of their evidence.
            kept: The evidence of others to keep. If it is None, all of it.
        """
        mine = {"field": field, "basis": "supplied", "agent": self._ensure_reviewer()}
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
            if not item["field"].startswith(below) or self._is_supported(item)
        ]

    def _is_supported(self, item: Mapping[str, Any]) -> bool:
        """Return whether evidence belongs to a value of the record or has a value of its own."""
        return "value" in item or value_at(self.data, item["field"]) not in (None, [])

    def _quote(self, at: SelectedWords) -> dict[str, Any]:
        at = at.trimmed()
        return {
            "part": self._part(at).id,
            "start": at.start,
            "end": at.end,
            "exact": at.exact,
            "prefix": at.text[max(0, at.start - CONTEXT) : at.start],
            "suffix": at.text[at.end : at.end + CONTEXT],
        }

    def _part(self, at: SelectedWords) -> Part:
        """Return the smallest part that contains words, or the first of the file if none does."""
        of_file = [part for part in self.record.parts if part.file == at.file]
        if not of_file:
            raise UsageError(
                "the selected words are not in a part of the record", "Reload the page."
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

    # The reviewer as an agent of the record.

    def _id(self) -> str:
        """Return the id that the reviewer has in the record, or a new one."""
        for agent in self.data.get("agents", []):
            if agent["name"] == self._reviewer and agent["id"].startswith(REVIEWER):
                return str(agent["id"])
        return self._new_id("agents", REVIEWER + (slug(self._reviewer) or "name"))

    def _ensure_reviewer(self) -> str:
        """Return the reviewer's id after adding the reviewer to the agents."""
        made = self._id()
        if made not in {agent["id"] for agent in self.data.get("agents", [])}:
            agent = {"id": made, "name": self._reviewer, "kind": "person"}
            agent["note"] = "Reviewed or supplied statements."
            self.data.setdefault("agents", []).append(agent)
            self._add_evidence(f"agents.{made}", {"note": "Gave this name when reviewing."})
        return made

    def _remove_references(self, what: str, item: str) -> None:
        """Remove all references to an agent or part."""
        places = [
            place
            for kind, place, name in references(self.record, Record)
            if kind == what and name == item and place[0] != "evidence"
        ]
        # Go backwards, so that the other items of a list keep their numbers.
        for place in sorted(places, key=str, reverse=True):
            *above, last = place
            holder: Any = self.data
            for step in above:
                holder = holder[step]
            if place[0] == "participants":  # evidence without an agent says nothing
                del self.data["participants"][place[1]]
            else:
                del holder[last]


def _without(
    evidence: dict[str, Any], name: str, item: str, number: int, *, numbered: bool
) -> dict[str, Any] | None:
    """Adjust evidence to the removal of an item; return None if it belongs to that item."""
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
