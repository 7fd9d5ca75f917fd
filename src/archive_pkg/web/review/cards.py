"""The statements of a record as cards to be read one by one, the least sure first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.records.statements import Index, statements
from archive_pkg.records.wording import FIELDS, OF_AGENTS, label, words
from archive_pkg.reports import Severity
from archive_pkg.web.review.revising import REVIEWER, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive_pkg.records import Evidence, Record
    from archive_pkg.reports import Finding, Report

STATES = (
    "wrong", "guess", "probable", "open", "unsaid", "certain", "supplied", "reviewed", "unknown",
)  # fmt: skip
"""How certain statements are, least certain first; after them what a reviewer has reviewed."""
TO_READ = frozenset({"wrong", "guess", "probable", "open", "unsaid"})
"""The states that need review."""
REVIEWED = frozenset({"reviewed", "unknown"})
"""The states that only a reviewer gives a statement."""

# What every letter should say or be known not to; other fields are open without being asked for.
_ASKED = ("sender", "recipients", "date", "place", "signatories", "classification", "summary",
          "holding", "rights")  # fmt: skip
_ITEMS = {
    "agents": "Agent",
    "parts": "Part",
    "translation_notes": "Translation note",
    "enclosures": "Enclosure",
    "events": "Event",
    "mentioned_places": "Mentioned place",
    "subjects": "Subject",
    "identifiers": "Identifier",
}
_REMOVABLE = {"agents", "translation_notes", "enclosures", "mentioned_places", "subjects"}
ADDABLE = {
    "agents.": "an agent",
    "mentioned_places.": "a mentioned place",
    "subjects.": "a subject",
    "enclosures.": "an enclosure",
}
"""What can be added to a record's lists, by the path that asks for it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a statement rests on, for a reader."""

    basis: str
    words: str
    quote: str
    place: str


@dataclass(frozen=True, slots=True)
class Card:
    """A statement to be looked at.

    Attributes:
        field: Its path.
        name: What its element is called on the page; the names of its words in the text.
        label: What it is called.
        value: What the record says, in words; empty where it says nothing.
        state: One of `STATES`.
        grounds: What it rests on.
        findings: What is wrong with it.
        removable: Whether it is an item that can be taken out.
        editable: Whether a form changes it.
    """

    field: str
    name: str
    label: str
    value: str
    state: str
    grounds: tuple[Ground, ...] = ()
    findings: tuple[Finding, ...] = ()
    removable: bool = False
    editable: bool = True

    @property
    def to_read(self) -> bool:
        """Whether it wants a person's eyes."""
        return self.state in TO_READ


def card_name(field: str) -> str:
    """What the element of a statement is called on the page."""
    return f"s-{field.replace('.', '-')}"


def cards(record: Record, report: Report) -> list[Card]:
    """The statements of a record, the least sure first.

    Args:
        record: The record.
        report: What is wrong with it, by its fields.
    """
    maker = _Maker(record, report)
    found = [maker.card(field) for field in maker.fields()]
    return sorted(found, key=lambda card: STATES.index(card.state))


def loose(report: Report, made: Iterable[Card]) -> list[Finding]:
    """The findings that stand on no card."""
    shown = {id(finding) for card in made for finding in card.findings}
    return [finding for finding in report if id(finding) not in shown]


def _is_reviewer(field: str) -> bool:
    return field.startswith(f"agents.{REVIEWER}")


class _Maker:
    def __init__(self, record: Record, report: Report) -> None:
        self._record = record
        self._report = report
        self._index = Index(record)

    def fields(self) -> Iterator[str]:
        """The paths of all cards, in the order in which a reader wants them."""
        there = [path for path in statements(self._record) if not _is_reviewer(path)]
        yield "type"
        for name in FIELDS:
            paths = [path for path in there if path.split(".")[0] == name]
            yield from paths or ([name] if name in _ASKED or self._unknown(name) else [])
        for name in ("agents", "translation_notes", "enclosures", "parts", "events"):
            yield from (path for path in there if path.split(".")[0] == name)

    def _unknown(self, field: str) -> bool:
        return any(item.value == UNKNOWN for item in self._index.evidence(field))

    def card(self, field: str) -> Card:
        name = field.partition(".")[0]
        value = self._index.value(field)
        there = value not in (None, ())
        evidence = self._index.evidence(field)
        own = [item for item in evidence if item.field == field]
        findings = tuple(self._findings(field))
        item_of = name if field != name else ""
        return Card(
            field,
            card_name(field),
            self._label(field, name),
            words(self._record, value, of_agents=name in OF_AGENTS) if there else "",
            self._state(field, there, own, findings),
            tuple(map(self._ground, (*evidence, *self._index.finer_evidence(field)))),
            findings,
            removable=item_of in _REMOVABLE,
            editable=name != "identifiers",
        )

    def _label(self, field: str, name: str) -> str:
        if field == "type":
            return "Type"
        if field == name:
            return label(name)
        return _ITEMS[name]

    def _state(
        self, field: str, there: bool, own: list[Evidence], findings: Iterable[Finding]
    ) -> str:
        if any(finding.severity is Severity.ERROR for finding in findings):
            return "wrong"
        stated_by = {item.agent for item in own if item.agent and item.value is None}
        if not there:
            return "unknown" if any(item.value == UNKNOWN for item in own) else "open"
        if any(agent.startswith(REVIEWER) for agent in stated_by):
            return "reviewed"
        if any(self._record.agent(agent).kind != "software" for agent in stated_by):
            return "supplied"
        said = [item.confidence for item in own if item.confidence and item.value is None]
        for word in ("guess", "probable"):
            if word in said:
                return word
        return "certain" if own or field == "type" else "unsaid"

    def _findings(self, field: str) -> Iterator[Finding]:
        for finding in self._report:
            about = finding.location.field
            if about.startswith("evidence."):
                about = self._record.evidence[int(about.split(".")[1])].field
            if about == field or about.startswith(f"{field}."):
                yield finding

    def _ground(self, evidence: Evidence) -> Ground:
        said = []
        if evidence.value:
            said.append(f"says instead: {evidence.value}.")
        if evidence.agent:
            said.append(f"{self._record.agent(evidence.agent).name}:")
        elif evidence.rule and not evidence.note:
            said.append(evidence.rule.replace("-", " "))
        if evidence.note:
            said.append(evidence.note)
        quote, place = "", ""
        if evidence.at:
            file = self._record.part(evidence.at.part).file or ""
            number = self._record.files.index(file) if file else -1
            quote, place = evidence.at.exact, f"{number}:{evidence.at.start}:{evidence.at.end}"
        return Ground(evidence.basis, " ".join(said), quote, place)
