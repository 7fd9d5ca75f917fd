"""The statements and notes of a record, as its page shows them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.date_words import in_words
from archive_pkg.messages import _, capitalized, term
from archive_pkg.packages.page.marked_text import Highlight, MarkedLine, Segment, marked_lines
from archive_pkg.records.display import (
    FIELDS,
    by_agents,
    facts,
    item_title,
    label,
    quoted,
    record_named,
    words,
)
from archive_pkg.records.models import Agent, DateAndPlace, Enclosure, Part, Place, Rights
from archive_pkg.records.statement_index import StatementIndex, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from archive_pkg.records import Record, TranslationNote
    from archive_pkg.records.models import Quote

_ROLES = tuple(
    f"s-{name}"
    for name in (
        "classification", "recipients", "salutation", "closing", "signatories", "date", "place"
    )
)  # fmt: skip
_LISTS = ("agents", "parts", "enclosures", "events")
_BEGINS = attrgetter("begins")
_LONG = 300
_WORD_END = re.compile(r"\w+\Z")
_WORD_START = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A piece of evidence as the page shows it.

    Attributes:
        basis: "quoted", "inferred" or "supplied".
        basis_in_words: The basis in the language of the page.
        words: The rule, the agent or the note, in words.
        quote: The quoted words; empty if there are none.
        anchor: The id of the quoted words on the page; empty if they are not on it.
        rival: The value that it supports instead of the record's; empty if it supports that.
    """

    basis: str
    basis_in_words: str
    words: str
    quote: str
    anchor: str
    rival: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement on the page.

    Attributes:
        name: The id of the row on the page.
        label: The statement's label.
        value: The statement's value in words.
        evidence: The statement's evidence.
        links: The words and the address of each link: to a heading, a part or another record.
        more: The words and the address of each identifier, if `value` does not have all of them;
            the address is empty if it has none.
        full: A long text that is not in `value`.
        uncertain: "guess" or "probable" in the language of the page; empty if neither.
    """

    name: str
    label: str
    value: str
    evidence: tuple[EvidenceView, ...]
    links: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    full: str = ""
    uncertain: str = ""


class PageStatements:
    """The statements and notes on the page of one record, and their ids."""

    def __init__(
        self, record: Record, shown: set[str] | None = None, parts: Collection[str] = ()
    ) -> None:
        self.record = record
        self.parts = parts
        self.address_of: Callable[[str], str] | None = None
        self.index = StatementIndex(record)
        self.evidence = {
            path: (*self.index.evidence(path), *self.index.finer_evidence(path))
            for path in statements(record)
        }
        self.shown: set[str] = set() if shown is None else shown
        self.notes = sorted(record.translation_notes, key=lambda note: note.at.start)

    def lines(self, part: Part, text: str) -> Iterator[MarkedLine]:
        """Yield the lines of a part, with the ids of statements and notes on their words."""
        start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
        for line in marked_lines(text, start, end, self._marks[str(part.file)], _ROLES):
            if any(map(_BEGINS, line.segments)):
                line = line._replace(segments=tuple(map(self._anchored, line.segments)))
            yield line

    def _anchored(self, segment: Segment) -> Segment:
        """Return the segment with only those `begins` that are the first of their name on the page.

        They become anchors, whose ids must be unique.
        """
        if not segment.begins:
            return segment
        first = tuple(name for name in segment.begins if name not in self.shown)
        self.shown.update(first)
        return segment._replace(begins=first)

    @cached_property
    def _marks(self) -> dict[str, list[Highlight]]:
        """The highlights of quotes and notes in each file."""
        marks: dict[str, list[Highlight]] = defaultdict(list)
        for path, items in self.evidence.items():
            if not path.startswith("translation_notes."):
                for evidence in items:
                    self._mark(marks, evidence.at, _name(path))
        for item in self.record.items:
            self._mark(marks, item.at, _name(f"items.{item.id}"))
        for note in self.record.translation_notes:
            self._mark(marks, note.at, note_name(note))
        return marks

    def _mark(self, marks: dict[str, list[Highlight]], at: Quote | None, name: str) -> None:
        if at:
            file = str(self.record.part(at.part).file)
            marks[file].append(Highlight(at.start, at.end, name))

    def contents(self) -> Iterator[tuple[str, str]]:
        """Yield the title of each item whose heading is on the page, and the heading's address."""
        for item in self.record.items:
            name = _name(f"items.{item.id}")
            if name in self.shown:
                yield item_title(item), f"#q-{name}"

    def _links(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the words and addresses of links from an item, an enclosure or a relation."""
        if path.split(".")[0] not in ("items", "enclosures", "relations"):
            return
        value = self.index.value(path)
        if _name(path) in self.shown and getattr(value, "at", None):
            yield _("in the text"), f"#q-{_name(path)}"
        part = getattr(value, "part", None)
        if part in self.parts:
            yield _("the enclosure"), f"#r-{part}"
        if value.record and self.address_of:
            yield record_named(value.record), self.address_of(value.record)

    def facts(self) -> Iterator[StatementRow]:
        """Yield the statements about the document itself."""
        for field, name, said in facts(self._brief):
            paths = [path for path in self.evidence if path.split(".")[0] == field]
            for path in paths:
                is_only = len(paths) == 1
                value = getattr(self.record, field) if is_only else self.index.value(path)
                yield StatementRow(
                    _name(path),
                    name,
                    said if is_only else words(self.record, _brief(value)),
                    tuple(self._evidence(path)),
                    tuple(self._links(path)),
                    tuple(self._more(value)),
                    value.statement if _is_long(value) else "",
                    self._uncertain(path),
                )

    @cached_property
    def _brief(self) -> Record:
        """The record with one identifier for each place, and without the text of a licence."""
        known = {name: getattr(self.record, name) for name in FIELDS}
        return self.record.model_copy(update={name: _brief(one) for name, one in known.items()})

    def _more(self, value: Any) -> Iterator[tuple[str, str]]:
        """Yield the words and address of each identifier, if the brief value does not have all."""
        several = isinstance(value, tuple)
        for item in value if several else (value,):
            named = getattr(item, "place", None) or item
            for one in getattr(named, "identifiers", ()) if _brief(named) is not named else ():
                shown = words(self.record, one)
                yield f"{named.name}: {shown}" if several else shown, one.uri or ""

    def lists(self) -> Iterator[tuple[str, str, list[StatementRow]]]:
        """Yield the statements about agents, parts, enclosures and events: field, label and rows.

        Kinds of statements that the record does not have are left out.
        """
        for field in _LISTS:
            rows = [
                StatementRow(
                    _name(f"{field}.{item.id}"),
                    _row_label(item),
                    words(self.record, _brief(item)),
                    tuple(self._evidence(f"{field}.{item.id}")),
                    tuple(self._links(f"{field}.{item.id}")),
                    tuple(self._more(item)),
                    uncertain=self._uncertain(f"{field}.{item.id}"),
                )
                for item in getattr(self.record, field)
            ]
            if rows:
                yield field, label(field), rows

    def _uncertain(self, path: str) -> str:
        word = self.index.uncertainty(path)
        return str(_(word)) if word else ""

    def _evidence(self, path: str) -> Iterator[EvidenceView]:
        name = _name(path)
        for evidence in self.evidence[path]:
            if evidence.basis == "supplied" and evidence.agent:
                described = by_agents(self.record.agent(evidence.agent).name)
            else:
                described = _rule_in_words(evidence.rule or "")
            if evidence.note:
                described = f"{described}: {evidence.note}" if described else evidence.note
            quote = evidence.at.exact if evidence.at else ""
            anchor = f"q-{name}" if quote and name in self.shown else ""
            basis = term("evidence", evidence.basis)
            rival = evidence.value or ""
            yield EvidenceView(evidence.basis, basis, described, quote, anchor, rival)


def _brief(value: Any) -> Any:
    """Return a value with one identifier for each place and agent, and without a licence's text.

    The identifier is one of an authority file, so that readers do not see keys of an edition.
    """
    if isinstance(value, tuple):
        return tuple(map(_brief, value))
    if isinstance(value, DateAndPlace) and value.place:
        return value.model_copy(update={"place": _brief(value.place)})
    if _is_long(value):
        return value.model_copy(update={"statement": ""})
    if not isinstance(value, (Agent, Place)):
        return value
    best = [one for one in value.identifiers if one.scheme not in ("url", "local")][:1]
    changed = len(best) < len(value.identifiers)
    return value.model_copy(update={"identifiers": tuple(best)}) if changed else value


def _is_long(value: Any) -> bool:
    """Return whether a value is a licence with its text, whose name or address is enough."""
    return isinstance(value, Rights) and bool(value.licence) and len(value.statement) > _LONG


def _rule_in_words(rule: str) -> str:
    element = rule.removeprefix("tei-")
    if element == rule:
        return term("rule", rule.replace("-", " "))
    return _("the TEI element {name}", name=element)


def _row_label(item: Any) -> str:
    if isinstance(item, Enclosure):
        return _("Enclosure {number}", number=item.number) if item.number else _("Enclosure")
    if hasattr(item, "date"):
        return in_words(str(item.date.edtf)) if item.date else _("Not dated")
    if hasattr(item, "kind"):
        return capitalized(term("part" if isinstance(item, Part) else "agent", item.kind))
    return str(item.id)


def _name(path: str) -> str:
    return f"s-{path.replace('.', '-')}"


def note_name(note: TranslationNote) -> str:
    """Return the id of a note on the page."""
    return f"n-{note.id}"


def note_words(note: TranslationNote) -> str:
    """Return a note in words, for the list below the text."""
    described = quoted(note.at.exact)
    before = _WORD_END.search(note.at.prefix or "")
    after = _WORD_START.match(note.at.suffix or "")
    word = f"{before[0] if before else ''}{note.at.exact}{after[0] if after else ''}"
    if word != note.at.exact and note.at.exact.isalpha():
        described = _("{part} in {word}", part=described, word=quoted(word))
    if note.rendering:
        described += ", " + _("rendered “{words}”", words=note.rendering)
    if note.original:
        romanized = ", ".join(filter(None, (note.romanized, note.romanization)))
        described += ", " + _("from {original}", original=note.original)
        described += f" ({romanized})" if romanized else ""
    return (
        f"{described}. {note.text}"
        if note.text and note.text not in note.at.exact
        else f"{described}."
    )
