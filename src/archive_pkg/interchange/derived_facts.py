"""Derive facts from a record that several formats need."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from itertools import chain, count
from typing import TYPE_CHECKING, Literal, NamedTuple

from archive_pkg.interchange.dates import edtf_of, plain
from archive_pkg.records.display import label, words
from archive_pkg.records.models import Event, RecordedEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from archive_pkg.records.models import (
        Agent,
        Date,
        DateAndPlace,
        Enclosure,
        Evidence,
        Part,
        Reclassification,
        Record,
    )
    from archive_pkg.records.vocabularies.identifiers import Identifier

Bond = Literal["version", "part", "about", "other"]
"""The relation of a part to the letter: a version of the letter, a part of the letter such as an
enclosure, a text about the letter, or another relation, as the translation of an enclosure has."""

MAKERS = {
    "scan": "digitizer",
    "transcription": "transcriber",
    "translation": "translator",
    "redaction": "redactor",
    "summary": "author of summary",
}
"""The roles of the makers of some kinds of parts; for other kinds, see `_roles`."""

SOFTWARE = "software"
"""The role of every program."""

OCCASIONS = (
    "recorded.kind",
    *(f"{name}.{field}" for name in ("recorded", "dispatched", "received")
      for field in ("edtf", "as_written", "calendar", "note", "place.name")),
)  # fmt: skip
"""The fields that `occasion_words` puts into words."""
PARTICULARS = (
    "number", "attention", "distribution", "copy_number", "filing_reference", "extent",
    "excerpt",
    *OCCASIONS, "participants.office", "participants.side", "enclosures.number",
    "enclosures.sender", "enclosures.date.edtf", "enclosures.date.as_written",
    "enclosures.date.calendar", "enclosures.record", "mentioned_agents", "salutation", "closing",
    *(f"agents.{name}.{field}" for name in ("born", "died")
      for field in ("edtf", "as_written", "calendar", "note")),
    "agents.as_written", "agents.note",
)  # fmt: skip
"""The fields that `labelled_particulars` puts into words."""
ITEMS = ("items.title", "items.number", "items.record")
"""The fields that `items` puts into words."""
RELATIONS = (
    "relations.kind", "relations.record", "relations.title", "relations.identifier.scheme",
    "relations.identifier.value", "relations.identifier.note", "relations.note",
)  # fmt: skip
"""The fields that `related` puts into words."""
CLASSIFICATION = (
    "classification.as_written", "classification.caveats", "classification.scheme",
    "classification.level", "classification.history.action", "classification.history.date.edtf",
    "classification.history.by", "classification.history.level", "classification.history.note",
)  # fmt: skip
"""The fields that `classification_in_words` puts into words."""
NOTES = (
    "translation_notes.kind", "translation_notes.at", "translation_notes.text",
    "translation_notes.rendering", "translation_notes.original", "translation_notes.romanized",
)  # fmt: skip
"""The fields that `note_words` puts into words; of the place in the text, only the quoted words."""

_YEAR = r"(?:(?:ca?\.|approximately|circa|um) ?)?\d{3,4}\??"
_DATED = r"(?:b\.|d\.|fl\.|born|died|active|\*|†)"
_LIFE = re.compile(rf"{_DATED} ?{_YEAR}|{_YEAR} ?[-–—] ?(?:{_YEAR})?|[-–—] ?{_YEAR}")
"""Dates of life, as authority files add them to a name."""
_LIFE_IN_BRACKETS = re.compile(rf"\s*[(\[<](?:{_LIFE.pattern})[)\]>]$")
_SUFFIX = re.compile(r"[JS](?:r|un|en)\.?|II|III|IV", re.IGNORECASE)

_EXAMINING = {
    "appraisal", "digital signature validation", "fixity check", "forensic feature analysis",
    "format identification", "message digest calculation", "metadata extraction", "validation",
    "virus check",
}  # fmt: skip
"""Types of events that do not change or move their objects."""

_MAKING = {
    "capture", "creation", "digitization", "imaging", "migration", "normalization", "redaction",
    "transcription", "translation",
}  # fmt: skip
"""Types of events that create their objects."""

_CHANGES = {
    "classified": "classification",
    "upgraded": "upgrading",
    "downgraded": "downgrading",
    "declassified": "declassification",
    "reviewed": "classification review",
}
"""The type of event for each action on a classification. These types are our own."""


class Contribution(NamedTuple):
    """A contribution of an agent.

    Attributes:
        agent: The agent.
        role: The role in which the agent contributed, such as "translator".
        is_own: Whether the agent contributed to the letter itself, not to an enclosure or a
            summary.
    """

    agent: Agent
    role: str
    is_own: bool = True


def contributions(record: Record) -> Iterator[Contribution]:
    """Yield the signatories, the makers of the parts and the author of the summary.

    Each agent is yielded once for each role. A program always has the role "software".
    """
    seen = set()
    for name, role, is_own in _roles(record):
        agent = record.agent(name)
        if agent.kind == "software":
            role = SOFTWARE
        if (name, role) not in seen:
            seen.add((name, role))
            yield Contribution(agent, role, is_own)


def persons(record: Record) -> Iterator[Contribution]:
    """Yield the contributions of persons and bodies, without programs."""
    return (one for one in contributions(record) if one.role != SOFTWARE)


def addressees(record: Record) -> Iterator[Contribution]:
    """Yield the recipients, then the agents who were sent a copy."""
    for agent in agents(record, record.recipients):
        yield Contribution(agent, "recipient")
    for agent in agents(record, record.copies_to):
        yield Contribution(agent, "recipient of a copy")


def participants(record: Record) -> Iterator[Contribution]:
    """Yield the participants of the talk or session that the document records.

    Their role is the part that they took; "participant" if they were only present.
    """
    for one in record.participants:
        parts = ", ".join(part for part in one.part if part != "present")
        yield Contribution(record.agent(one.agent), parts or "participant")


def all_contributors(record: Record) -> Iterator[Contribution]:
    """Yield the `persons`, `participants` and `addressees` of a record, and the donor."""
    yield from persons(record)
    yield from participants(record)
    yield from addressees(record)
    if record.donor:
        yield Contribution(record.agent(record.donor), "donor")


def _roles(record: Record) -> Iterator[tuple[str, str, bool]]:
    for name in record.signatories:
        yield name, "signatory", True
    known = bonds(record)
    for part in record.parts:
        role = MAKERS.get(part.kind, f"maker of the {part.kind}")
        # The translator of a commentary on the letter did not translate the letter.
        if known[part.id] != ("about" if part.kind == "summary" else "version"):
            role = f"maker of “{part_title(record, part)}”"
        for name in part.made_by:
            yield name, role, known[part.id] == "version"
    if record.summary and record.summary.author:
        yield record.summary.author, "author of summary", False


def agents(record: Record, names: Sequence[str]) -> list[Agent]:
    """Return the agents with the given ids, each once."""
    return [record.agent(name) for name in dict.fromkeys(names)]


def creators(record: Record) -> list[Agent]:
    """Return the authors and senders; if there are none, the signatories."""
    return agents(record, (*record.authors, *record.sender) or record.signatories)


def senders(record: Record) -> list[Agent]:
    """Return the senders; if there are none, the authors; if there are none, the signatories."""
    return agents(record, record.sender or record.authors or record.signatories)


def family_and_given(agent: Agent) -> NamePieces | None:
    """Split the name of a person, by its parts or its index form, "Khrushchev, Nikita, 1894-1971".

    Dates of life are dropped. Returns None for a name in any other form, and for other agents.
    """
    parts = agent.name_parts
    if agent.kind == "person" and parts and parts.family and parts.given:
        given = " ".join(filter(None, (parts.given, parts.patronymic)))
        return NamePieces(parts.family, given, parts.suffix or "")
    name = _LIFE_IN_BRACKETS.sub("", agent.name)
    pieces = [piece.strip() for piece in name.split(",")]
    while pieces and _LIFE.fullmatch(pieces[-1]):
        pieces.pop()
    if agent.kind != "person" or len(pieces) < 2 or not all(pieces):
        return None
    suffixes = [at for at in range(1, len(pieces)) if _SUFFIX.fullmatch(pieces[at])]
    suffix = pieces.pop(suffixes[0]) if len(pieces) > 2 and suffixes else ""
    given = ", ".join(pieces[1:])
    first, _, last = given.rpartition(" ")
    if not suffix and first and _SUFFIX.fullmatch(last):
        given, suffix = first.rstrip(","), last
    return NamePieces(pieces[0], given, suffix)


class NamePieces(NamedTuple):
    """The pieces of a person's name.

    Attributes:
        family: The family name.
        given: The given names.
        suffix: The suffix of generations, "Jr."; usually empty.
    """

    family: str
    given: str
    suffix: str = ""

    @property
    def all_given(self) -> str:
        """The given names with the suffix, for formats without a field for it."""
        return f"{self.given} {self.suffix}".strip()


def doi(record: Record) -> Identifier | None:
    """Return the first DOI among the letter's identifiers; None if there is none."""
    return next((item for item in record.identifiers if item.scheme == "doi"), None)


def text_parts(record: Record) -> list[Part]:
    """Return the parts that can be read as text."""
    return [part for part in record.parts if part.is_text]


def scans(record: Record) -> list[Part]:
    """Return the held parts that are images of the document."""
    return [
        part
        for part in record.parts
        if part.kind == "scan" and part.held and (part.media_type or "image/").startswith("image/")
    ]


def bonds(record: Record) -> dict[str, Bond]:
    """Return the relation of each part to the letter itself, by the id of the part."""
    found: dict[str, Bond] = {}
    for part in _sources_first(record.parts):
        name = part.id
        if part.kind == "summary" or part.about:
            about = {found[other] for other in part.about}
            found[name] = "about" if not about or "version" in about else "other"
        elif part.kind == "enclosure" or part.part_of:
            wholes = {found[other] for other in part.part_of}
            found[name] = "part" if not wholes or wholes & {"version", "part"} else "other"
        else:
            sources = {found[other] for other in part.made_from}
            found[name] = "version" if not sources or "version" in sources else "other"
    return found


def _sources_first(parts: Sequence[Part]) -> Iterable[Part]:
    known: set[str] = set()
    for part in parts:
        if not known.issuperset(part.leads_to):
            break
        known.add(part.id)
    else:
        return parts  # most records list them in this order
    named = {part.id: part for part in parts}
    order = TopologicalSorter({part.id: part.leads_to for part in parts}).static_order()
    return map(named.__getitem__, order)


def versions(record: Record) -> list[Part]:
    """Return the parts that are the letter itself: its original, and versions made from it."""
    known = bonds(record)
    return [part for part in record.parts if known[part.id] == "version"]


def main_text(record: Record) -> Part | None:
    """Return the first text that is a version of the letter; None if there is none."""
    return next((part for part in versions(record) if part.is_text), None)


def languages(record: Record) -> list[str]:
    """Return the languages of the letter and its enclosures, each once."""
    known = bonds(record)
    return list(
        dict.fromkeys(
            tag
            for part in record.parts
            if known[part.id] in ("version", "part")
            for tag in part.languages
        )
    )


def enclosed(record: Record) -> list[str]:
    """Return the titles of the enclosures."""
    known = bonds(record)
    names = {item.part for item in record.enclosures}
    return [item.title for item in record.enclosures] + [
        part_title(record, part)
        for part in record.parts
        if part.kind == "enclosure" and known[part.id] == "part" and part.id not in names
    ]


def contained(record: Record) -> list[str]:
    """Return the titles of the enclosures, then of the other parts that belong to the letter."""
    known = bonds(record)
    return enclosed(record) + [
        part_title(record, part)
        for part in record.parts
        if part.kind != "enclosure" and known[part.id] == "part"
    ]


def main_language(record: Record) -> str | None:
    """Return the language of the main text.

    If it is not stated, return the first of `languages`, or None.
    """
    part = main_text(record)
    tags = part.languages if part else ()
    return next(iter(tags or languages(record)), None)


def originals(record: Record) -> list[Part]:
    """Return the parts that translations of the letter were made from, each once."""
    names = dict.fromkeys(
        name for part in versions(record) if part.kind == "translation" for name in part.made_from
    )
    return [record.part(name) for name in names]


def is_translation(record: Record) -> bool:
    """Return whether a translation is held, but no original, transcription or redaction."""
    held = {part.kind for part in versions(record) if part.held}
    return "translation" in held and not held & {"original", "transcription", "redaction"}


def part_title(record: Record, part: Part) -> str:
    """Return the title of a part.

    If the part has none, return the title of the enclosure that names it. If there is no such
    enclosure, return the part's kind and the title of the letter or enclosure that it is a version
    of, belongs to or is about.
    """
    listed = (enclosure.title for enclosure in record.enclosures if enclosure.part == part.id)
    title = part.title or next(listed, None)
    return title or f"{part.kind.capitalize()} of {_subject_title(record, part)}"


def _subject_title(record: Record, part: Part) -> str:
    while part.leads_to:
        part = record.part(part.leads_to[0])
        if part.kind in ("enclosure", "summary"):
            return part_title(record, part)
    return record.title


def kept_at(record: Record) -> list[str]:
    """Return the holdings in words, each with the archive and the place of the document there."""
    return [words(record, holding) for holding in record.holdings]


def published_in(record: Record) -> list[str]:
    """Return the publications of the document in words."""
    return [words(record, publication, dates=str) for publication in record.publications]


def editors(record: Record) -> list[Agent]:
    """Return the editors of the first publication that names its editors."""
    named = (one.editors for one in record.publications if one.editors)
    return agents(record, next(named, ()))


def examines(event: Event) -> bool:
    """Return whether an event only examines its objects, such as a check."""
    return event.type in _EXAMINING


def makes(event: Event) -> bool:
    """Return whether an event creates its objects, or the letter if the event has no objects.

    A failed event creates nothing.
    """
    if event.outcome == "fail":
        return False
    if not event.objects:
        return event.type == "creation"
    return event.type in _MAKING or bool(event.sources)


def history(record: Record) -> list[Event]:
    """Return the record's events, with the changes of its classification as events among them.

    The events keep their order, and the changes are inserted by their dates. A change is left out
    if the record has an event of its type and date.
    """
    events = list(record.events)
    recorded = {(event.type, edtf_of(event.date)) for event in events}
    taken = {event.id for event in events}
    names = (name for n in count(1) if (name := f"classification-{n}") not in taken)
    changes = [
        _reclassification_event(change, next(names))
        for change in (record.classification.history if record.classification else ())
        if (_CHANGES[change.action], edtf_of(change.date)) not in recorded
    ]
    place = len(events)
    for change in reversed(changes):
        if change.date:
            place = _later_than(change.date, events, place)
        elif place == len(events):
            place = _first_with_digests(events)
        events.insert(place, change)
    return events


def _reclassification_event(change: Reclassification, name: str) -> Event:
    words = change.action.capitalize() + (f" to {change.level}" if change.level else "") + "."
    return Event(
        id=name,
        type=_CHANGES[change.action],
        date=change.date,
        agents=(change.by,) if change.by else (),
        detail=" ".join(filter(None, (words, change.note))),
    )


def _first_with_digests(events: Sequence[Event]) -> int:
    """Return the index of the first event that names files by digests, as programs do.

    Changes of the classification without a date are inserted before it.
    """
    digested = (n for n, event in enumerate(events) if event.inputs or event.outputs)
    return next(digested, len(events))


def _later_than(date: Date, events: Sequence[Event], last: int) -> int:
    """Return the index of the first event before `last` that begins after a date; else `last`."""
    latest = date.edtf.latest
    for place, event in enumerate(events[:last]):
        starts = event.date.edtf.earliest if event.date else None
        if starts and latest and starts > latest:
            return place
    return last


def method_words(record: Record, part: Part) -> str:
    """Return in words how a part was made, and with which programs; "" if neither is known."""
    makers = (record.agent(name) for name in dict.fromkeys(part.made_by))
    programs = [agent.name for agent in makers if agent.kind == "software"]
    made_with = f"made with {', '.join(programs)}" if programs else ""
    return "; ".join(filter(None, (part.method, made_with)))


def access_words(part: Part) -> str:
    """Return the access to a part in words, with its end and its rule; "" if it is not stated."""
    access = part.access
    if access is None:
        return ""
    words: str = access.status
    words += f" until {access.until.edtf}" if access.until else ""
    return words + (f" ({access.rule})" if access.rule else "")


def restrictions(record: Record) -> Iterator[str]:
    """Yield the access in words to each part that states it."""
    for part in record.parts:
        words = access_words(part)
        if words:
            yield f"Access to {part_title(record, part)}: {words}"


def dates_without_edtf(record: Record) -> Iterator[str]:
    """Yield the document's date if it has words but no EDTF: `Date as written: 1923-24 (or 1924)`.

    Other dates are not yielded: `labelled_particulars` has them.
    """
    date = record.date
    if date and date.edtf is None:
        yield f"Date as written: {date.as_written}" + (f" ({date.note})" * bool(date.note))


def occasions(record: Record) -> Iterator[tuple[str, DateAndPlace]]:
    """Yield those of the fields `recorded`, `dispatched` and `received` that have a value."""
    for name in ("recorded", "dispatched", "received"):
        date: DateAndPlace | None = getattr(record, name)
        if date:
            yield name, date


def occasion_words(date: DateAndPlace, name: str = "") -> str:
    """Return in words everything that is known of an occasion.

    Args:
        date: The occasion.
        name: Its name, for formats with a field for the day. The words then begin with the name,
            and leave out a date that is an exact year, month or day.
    """
    kind = date.kind if isinstance(date, RecordedEvent) else None
    edtf = edtf_of(date)
    edtf = None if name and edtf and plain(edtf) == edtf else edtf
    calendar = f"{date.calendar} calendar" if date.calendar else None
    place = date.place.name if date.place else None
    said = (name, kind, edtf, date.as_written, calendar, place, date.note)
    return "; ".join(str(word) for word in said if word)


RECEIPT = (
    "copies_to", "received.edtf", "received.as_written", "received.calendar", "received.note",
    "received.place.name",
)  # fmt: skip
"""The fields in the words of `receipt`."""


def receipt(record: Record) -> str:
    """Return in words who got a copy, and when and where the document arrived; "" if unknown."""
    copies = f"Copies to: {record.names(record.copies_to)}" if record.copies_to else ""
    arrived = f"Received: {occasion_words(record.received)}" if record.received else ""
    return ". ".join(filter(None, (copies, arrived)))


def particulars(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the name and words of each field that TEI and other formats hold as a note."""
    if record.number:
        yield "number", record.number
    if record.attention:
        yield "attention", "; ".join(agent.name for agent in agents(record, record.attention))
    if record.distribution:
        yield "distribution", record.distribution
    if record.dispatched:
        yield "dispatched", occasion_words(record.dispatched)
    if record.copy_number:
        yield "copy_number", record.copy_number
    if record.filing_reference:
        yield "filing_reference", record.filing_reference
    if record.extent:
        yield "extent", record.extent
    if record.excerpt is not None:
        yield "excerpt", words(record, record.excerpt)


def _more_particulars(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the name and words of each field that formats other than TEI hold as a note."""
    for name, date in occasions(record):
        if name != "dispatched":
            yield name, occasion_words(date)
    for one in record.participants:
        if one.office or one.side:
            yield "participant", words(record, one)
    for item in record.enclosures:
        if said := enclosure_words(record, item):
            yield "enclosure", said
    if record.mentioned_agents:
        yield "mentioned", "; ".join(one.name for one in agents(record, record.mentioned_agents))
    if record.mentioned_places:
        yield "places_mentioned", "; ".join(dict.fromkeys(p.name for p in record.mentioned_places))
    if record.salutation:
        yield "salutation", record.salutation
    if record.closing:
        yield "closing", record.closing
    yield from _about_agents(record)


def _about_agents(record: Record) -> Iterator[tuple[str, str]]:
    """Yield in words what formats without fields for it say of each agent: life, form, note."""
    for agent in record.agents:
        dates = ((name, getattr(agent, name)) for name in ("born", "died"))
        known = [f"{name} {words(record, date, dates=str)}" for name, date in dates if date]
        known += [f"written “{agent.as_written}”"] if agent.as_written else []
        known += [agent.note] if agent.note else []
        if known:
            yield "about", f"{agent.name}: {'; '.join(known)}"


def enclosure_words(record: Record, item: Enclosure) -> str:
    """Return in words everything that is known of an enclosure; "" if that is only its title."""
    more = item.number or item.sender or item.date or item.record
    return words(record, item, dates=str) if more else ""


def labelled_particulars(record: Record, without: Collection[str] = ()) -> Iterator[str]:
    """Yield the fields of `PARTICULARS` in words with labels, such as `Copy number: 2`.

    Args:
        record: The record.
        without: Names to leave out, such as "recorded", "mentioned", "places_mentioned" and "about"
            (agents).
    """
    for name, said in chain(particulars(record), _more_particulars(record)):
        if name not in without:
            yield f"{label(name)}: {said}"


def items(record: Record) -> Iterator[str]:
    """Yield each item of minutes in words: its number, title and record."""
    return (words(record, item) for item in record.items)


def related(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the kind of each relation to another document, and the other document in words."""
    for one in record.relations:
        identifier = words(record, one.identifier) if one.identifier else None
        yield one.kind, "; ".join(filter(None, (one.title, one.record, identifier, one.note)))


def labelled_relations(record: Record) -> Iterator[str]:
    """Yield each relation in words, such as `Reply to: Telegram No. 7`."""
    for kind, said in related(record):
        yield f"{relation_label(kind)}: {said}"


def relation_label(kind: str) -> str:
    """Return the label of a kind of relation, such as "Reply to"."""
    return label(kind.replace("-", "_"))


def note_words(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the id of each translation note, and the note in words."""
    for note in record.translation_notes:
        source = " ".join(word for word in (note.original, note.romanized) if word)
        words = [f"{note.kind}, at “{note.at.exact}”"]
        words += [f"rendered “{note.rendering}”"] if note.rendering else []
        words += [source] if source else []
        words += [note.text] if note.text else []
        yield note.id, ": ".join(words)


def evidence_words(record: Record) -> Iterator[str]:
    """Yield the evidence of each statement: `date: quoted from part letter, “3 March”`."""
    for item in record.evidence:
        yield f"{item.field}: {rests_on(record, item)}"


def rests_on(record: Record, item: Evidence) -> str:
    """Return the basis of a statement in words, such as `quoted from part letter, “3 March”`."""
    said = f"{item.basis} by {item.rule}" if item.rule else item.basis
    said += f" by {record.agent(item.agent).name}" if item.agent else ""
    said += f" from part {item.at.part}, “{item.at.exact}”" if item.at else ""
    other = f"other value: {item.value}" if item.value else None
    return "; ".join(filter(None, (said, item.confidence, other, item.note)))
