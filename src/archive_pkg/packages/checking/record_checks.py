"""Check what a record states: evidence, completeness, classification, access and events."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.packages.access.visibility import withheld
from archive_pkg.records.display import label, relations
from archive_pkg.records.statement_index import StatementIndex, statements
from archive_pkg.records.vocabularies import terms
from archive_pkg.records.vocabularies.identifiers import is_placeholder
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archive_pkg.records import Classification, Edtf, Record
    from archive_pkg.reports import Finding

STATEMENT_UNSOURCED = Code(
    "statement-unsourced",
    Severity.WARNING,
    "A statement in the record has no evidence: it is neither quoted, inferred nor supplied.",
)
AGENT_WITHOUT_AUTHORITY = Code(
    "agent-without-authority",
    Severity.ADVICE,
    "An author, sender, signatory, recipient or participant has no identifier from an authority "
    "file (VIAF, GND, …).",
)
STATEMENT_MISSING = Code(
    "statement-missing",
    Severity.ADVICE,
    "The record lacks a statement that a complete record of its type has.",
)
LEVEL_UNKNOWN = Code(
    "classification-level-unknown",
    Severity.ERROR,
    "The level of classification is not in the vocabulary that the record names, or only one of "
    "`level` and `scheme` is given.",
)
IDENTIFIER_PLACEHOLDER = Code(
    "identifier-placeholder",
    Severity.WARNING,
    "An identifier is a placeholder, such as XXXX, that an edition or a form left.",
)
EVENT_TYPE_LOCAL = Code(
    "event-type-local",
    Severity.ADVICE,
    "An event's type is neither in the Library of Congress's vocabulary nor one of the types for "
    "letters that archive-pkg adds. It is exported as a local type.",
    "PREMIS 3.0, 2.2",
)
ACCESS_WIDER = Code(
    "access-wider-than-source",
    Severity.WARNING,
    "A part is open, but it was made from, belongs to, or is about a part that is not open. This "
    "is probably a mistake, unless the open part is a redaction.",
)
EVENT_TOO_EARLY = Code(
    "event-before-its-object",
    Severity.WARNING,
    "An event is dated before a part that it names was made. Correct one of the two dates.",
)
CHANGE_TOO_EARLY = Code(
    "reclassified-before-the-letter",
    Severity.WARNING,
    "A change of the classification is dated before the document itself. Correct one of the two "
    "dates.",
)


def check_statements(record: Record, source: Path) -> Iterator[Finding]:
    """Check the statements of a record; its files are not read.

    Args:
        record: The record.
        source: The record's file, for the places of the findings.
    """

    def at(field: str) -> Location:
        return Location(str(source), field=field)

    known = StatementIndex(record)
    for path in statements(record):
        if not known.evidence(path):
            hint = _(
                "Quote the words that say so. Or write basis: supplied and agent: your "
                "id, and describe yourself in agents."
            )
            yield STATEMENT_UNSOURCED.at(at(path), _("the record gives no evidence for this"), hint)
    kind = record.document_type
    for group in kind.states:
        if not any(getattr(record, field) for field in group):
            words = " or ".join(map(label, group)).lower()
            hint = _(
                "{plural} usually have this. If the document does, add {group}.",
                plural=kind.plural,
                group=group[0],
            )
            message = _("the record does not state the {words}", words=words)
            yield STATEMENT_MISSING.at(at(group[0]), message, hint)
    participants = (one.agent for one in record.participants)
    agent_ids = dict.fromkeys(
        (
            *record.authors,
            *record.sender,
            *record.signatories,
            *record.recipients,
            *participants,
        )
    )
    for agent_id in agent_ids:
        agent = record.agent(agent_id)
        if not agent.identifiers:
            hint = _(
                "Search for the name at viaf.org, d-nb.info/gnd or wikidata.org, and "
                "add the address to the agent's identifiers."
            )
            message = _("{name} has no identifier from an authority file", name=agent.name)
            yield AGENT_WITHOUT_AUTHORITY.at(at(f"agents.{agent_id}"), message, hint)
    yield from _level(record.classification, at("classification.level"))
    yield from _history(record, at)
    yield from _event_types(record, source)
    for index, identifier in enumerate(record.identifiers):
        if is_placeholder(identifier.value):
            yield IDENTIFIER_PLACEHOLDER.at(
                at(f"identifiers.{index}"),
                _("“{value}” is a placeholder, not an identifier", value=identifier.value),
                _("Write the identifier, or remove it."),
            )
    yield from _access(record, source)
    yield from _events(record, source)


def _level(classification: Classification | None, place: Location) -> Iterator[Finding]:
    if classification is None or not (classification.scheme or classification.level):
        return
    if not (classification.scheme and classification.level):
        message = _("level and scheme must be given together")
        yield LEVEL_UNKNOWN.at(place, message, _("Give both, or leave both out."))
        return
    try:
        terms.level(classification.scheme, classification.level)
    except Fault as fault:
        yield LEVEL_UNKNOWN.at(place, fault.message, fault.hint)


def _history(record: Record, at: Callable[[str], Location]) -> Iterator[Finding]:
    written = record.date.edtf if record.date else None
    if record.classification is None or written is None:
        return
    for index, change in enumerate(record.classification.history):
        if change.date and _surely_before(change.date.edtf, written):
            message = _(
                "the change “{action}” is dated {edtf}, but the document is dated {written}",
                action=change.action,
                edtf=change.date.edtf,
                written=written,
            )
            place = at(f"classification.history.{index}.date")
            hint = _("Correct the date that is wrong.")
            yield CHANGE_TOO_EARLY.at(place, message, hint)


def _surely_before(one: Edtf, other: Edtf) -> bool:
    """Return whether one date is before the other; False if either is uncertain or approximate."""
    if one.uncertain or one.approximate or other.uncertain or other.approximate:
        return False
    return bool(one.latest and other.earliest and one.latest < other.earliest)


def _event_types(record: Record, source: Path) -> Iterator[Finding]:
    known = terms.event_types()
    for event in record.events:
        if event.type in known:
            continue
        place = Location(str(source), field=f"events.{event.id}.type")
        near = get_close_matches(event.type, known, 1)
        hint = (
            _("Did you mean “{near}”?", near=near[0])
            if near
            else _("PREMIS exports mark it as a local term.")
        )
        yield EVENT_TYPE_LOCAL.at(
            place,
            _("“{type}” is not a known type of event", type=event.type),
            hint,
        )


def _access(record: Record, source: Path) -> Iterator[Finding]:
    restricted = withheld(record, "public", date.min)
    for part in record.parts:
        if part.kind == "redaction" or part.access is None or part.access.status != "open":
            continue
        for other in map(record.part, part.leads_to):
            if other.id in restricted:
                at = Location(str(source), field=f"parts.{part.id}.access")
                relation = "; ".join(relations(part))
                access = restricted[other.id].sentence
                message = _(
                    "{id} ({relation}) is open, but {id2} is {access}",
                    id=part.id,
                    relation=relation,
                    id2=other.id,
                    access=access,
                )
                hint = _("Describe it as a part of kind redaction, or restrict it too.")
                yield ACCESS_WIDER.at(at, message, hint)


def _events(record: Record, source: Path) -> Iterator[Finding]:
    parts = {part.id: part for part in record.parts}
    for event in record.events:
        date = event.date.edtf if event.date else None
        for part in map(parts.__getitem__, dict.fromkeys((*event.sources, *event.objects))):
            made = part.made.edtf.earliest if part.made else None
            if date and made and date.latest and date.latest < made:
                at = Location(str(source), field=f"events.{event.id}.date")
                message = _(
                    "{id} is dated {date}, but {id2} was not made before {made}",
                    id=event.id,
                    date=date,
                    id2=part.id,
                    made=made,
                )
                yield EVENT_TOO_EARLY.at(at, message, _("Correct the date that is wrong."))
