"""Turn the statements of a record into cards for review, least certain first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_origin

from archive_pkg.dates.date_words import in_words
from archive_pkg.dates.written.reader import read_date
from archive_pkg.messages import _, term
from archive_pkg.records import Part, Record
from archive_pkg.records.display import FIELDS, OF_AGENTS, label, words
from archive_pkg.records.models import WrittenDate
from archive_pkg.records.statement_index import StatementIndex, statements
from archive_pkg.records.value_paths import models_in
from archive_pkg.reports import Severity
from archive_pkg.web.review.revision import REVIEWER, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive_pkg.records import Evidence
    from archive_pkg.reports import Finding, Report

STATES = (
    "wrong", "unread", "guess", "probable", "open", "unsourced", "certain", "supplied", "reviewed",
    "unknown",
)  # fmt: skip
"""How certain statements are, least certain first; after them what a reviewer has reviewed."""
NEEDS_REVIEW = frozenset({"wrong", "unread", "guess", "probable", "open", "unsourced"})
"""The states that need review."""
REVIEWED = frozenset({"reviewed", "unknown"})
"""The states that a statement gets only by a review."""

# These fields have a card even if they are empty. Other empty fields do not.
_ALWAYS_SHOWN = (
    "sender", "recipients", "date", "place", "signatories", "classification", "summary", "rights",
)  # fmt: skip
LISTS = {
    name: label(name.removesuffix("s"))
    for name, declared in Record.model_fields.items()
    if get_origin(declared.annotation) is tuple and any(models_in(declared.annotation))
}
"""The lists of mappings of a record, with what one of their items is called."""
_FROM_WORDS = ("translation_notes", "evidence")
"""The lists to which a reviewer can add items only from words of the text."""


def addable(shown: Iterable[Card]) -> dict[str, str]:
    """Return what a reviewer can add to a record: items of lists, and fields without a card.

    Args:
        shown: The cards of the record.

    Returns:
        What each is called, by its path.
    """
    cards = {card.field for card in shown}
    items = {f"{name}.": label(name.removesuffix("s")) for name in LISTS if name not in _FROM_WORDS}
    empty = {name: label(name) for name in FIELDS if name not in LISTS and name not in cards}
    return items | empty


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """A piece of evidence of a statement, in words."""

    basis: str
    words: str
    quote: str
    place: str


@dataclass(frozen=True, slots=True)
class Card:
    """A statement to review.

    Attributes:
        field: Its path.
        name: The id of its element on the page. The words that support it refer to this id.
        label: Its label.
        value: The value in words; empty if the record has none.
        state: One of `STATES`.
        evidence: Its evidence.
        findings: The findings about it.
        readings: The possible dates in words if it is a date that is not read.
        removable: Whether it is an item of a list that can be removed.
        editable: Whether it has a form.
    """

    field: str
    name: str
    label: str
    value: str
    state: str
    evidence: tuple[CardEvidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    readings: str = ""
    removable: bool = False
    editable: bool = True

    @property
    def needs_review(self) -> bool:
        """Whether a person has to review the statement."""
        return self.state in NEEDS_REVIEW


def card_name(field: str) -> str:
    """Return the id of the element of a statement on the page."""
    return f"s-{field.replace('.', '-')}"


def cards(record: Record, report: Report) -> list[Card]:
    """Return the statements of a record as cards, least certain first.

    Args:
        record: The record.
        report: The findings about it.
    """
    builder = _CardBuilder(record, report)
    found = [builder.card(field) for field in builder.fields()]
    return sorted(found, key=lambda card: STATES.index(card.state))


def findings_without_card(report: Report, made: Iterable[Card]) -> list[Finding]:
    """Return the findings that no card shows."""
    shown = {id(finding) for card in made for finding in card.findings}
    return [finding for finding in report if id(finding) not in shown]


def _unread(value: object) -> str:
    """Return the words of a date that is not read; empty for other values."""
    if isinstance(value, WrittenDate) and value.edtf is None:
        return value.as_written or ""
    return ""


def _readings(value: object) -> str:
    read = read_date(_unread(value)) if _unread(value) else None
    return in_words(read.one_of) if read and len(read.readings) > 1 and read.one_of else ""


def _is_reviewer(field: str) -> bool:
    return field.startswith(f"agents.{REVIEWER}")


class _CardBuilder:
    def __init__(self, record: Record, report: Report) -> None:
        self._record = record
        self._report = report
        self._index = StatementIndex(record)

    def fields(self) -> Iterator[str]:
        """Yield the paths of all cards in reading order."""
        there = [path for path in statements(self._record) if not _is_reviewer(path)]
        yield "type"
        if self._record.own_type:
            yield "own_type"
        for name in FIELDS:
            paths = [path for path in there if path.split(".")[0] == name]
            yield from paths or ([name] if name in _ALWAYS_SHOWN or self._unknown(name) else [])
        for name in ("agents", "translation_notes", "enclosures", "parts", "events"):
            yield from (path for path in there if path.split(".")[0] == name)

    def _unknown(self, field: str) -> bool:
        return any(item.value == UNKNOWN for item in self._index.evidence(field))

    def card(self, field: str) -> Card:
        name = field.partition(".")[0]
        value = self._index.value(field)
        there = value not in (None, ())
        evidence = self._index.evidence(field)
        finer = self._index.finer_evidence(field)
        findings = tuple(self._findings(field))
        item_of = name if field != name else ""
        return Card(
            field,
            card_name(field),
            self._label(field, name),
            words(self._record, value, of_agents=name in OF_AGENTS) if there else "",
            self._state(field, there, evidence, findings),
            tuple(map(self._evidence_in_words, (*evidence, *finer))),
            findings,
            readings=_readings(value),
            removable=bool(item_of) and not (isinstance(value, Part) and value.held),
            editable=field != name or name not in LISTS,
        )

    def _label(self, field: str, name: str) -> str:
        if name == "translation_notes" and not any(
            part.kind == "translation" for part in self._record.parts
        ):
            return _("Note on the text")
        return label(name if field == name else name.removesuffix("s"))

    def _state(
        self,
        field: str,
        there: bool,
        own: Sequence[Evidence],
        findings: Iterable[Finding],
    ) -> str:
        if any(finding.severity is Severity.ERROR for finding in findings):
            return "wrong"
        stated_by = {item.agent for item in own if item.agent and item.value is None}
        if not there:
            return "unknown" if any(item.value == UNKNOWN for item in own) else "open"
        if any(agent.startswith(REVIEWER) for agent in stated_by):
            return "reviewed"
        if _unread(self._index.value(field)):
            return "unread"
        if uncertain := self._index.uncertainty(field):
            return uncertain
        if self._index.is_by_person(field):
            return "supplied"
        return "certain" if own or field in ("type", "own_type") else "unsourced"

    def _findings(self, field: str) -> Iterator[Finding]:
        for finding in self._report:
            about = finding.location.field
            if about.startswith("evidence."):
                about = self._record.evidence[int(about.split(".")[1])].field
            if about == field or about.startswith(f"{field}."):
                yield finding

    def _evidence_in_words(self, evidence: Evidence) -> CardEvidence:
        said: list[str] = []
        if evidence.value:
            said.append(_("gives a different value: {value}.", value=evidence.value))
        if evidence.agent:
            said.append(f"{self._record.agent(evidence.agent).name}:")
        elif evidence.rule and not evidence.note:
            said.append(term("rule", evidence.rule.replace("-", " ")))
        if evidence.note:
            said.append(evidence.note)
        quote, place = "", ""
        if evidence.at:
            file = self._record.part(evidence.at.part).file or ""
            number = self._record.files.index(file) if file else -1
            quote, place = evidence.at.exact, f"{number}:{evidence.at.start}:{evidence.at.end}"
        return CardEvidence(evidence.basis, " ".join(said), quote, place)
