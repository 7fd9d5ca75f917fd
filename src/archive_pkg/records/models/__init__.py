"""The models of a record: its description, and the evidence for each statement.

The models are strict and frozen, and they refuse unknown keys. They convert few values: a list to a
tuple, `true` and decimal digits from text, an EDTF text to a date, a citation to a publication, and
a record of an earlier format to the current one. A validated record is coherent: whatever it refers
to exists, parts do not depend on each other in a circle, and all evidence is for a statement of the
record.

`Record.model_validate` raises one `pydantic.ValidationError` with the places of all errors, and
`archive_pkg.read_record` returns them as findings.
"""

from archive_pkg.records.models.agents import Agent, NameParts, Participant
from archive_pkg.records.models.dates import Date, DateAndPlace, Place, RecordedEvent, WrittenDate
from archive_pkg.records.models.description import (
    AgendaItem,
    Classification,
    Enclosure,
    Holding,
    HoldingLevel,
    OwnType,
    Publication,
    Reclassification,
    Relation,
    Rights,
    Subject,
    Summary,
)
from archive_pkg.records.models.history import Event, Evidence
from archive_pkg.records.models.parts import Access, Part, TranslationNote
from archive_pkg.records.models.quotes import Quote, Span
from archive_pkg.records.models.record import Record
from archive_pkg.records.models.register import Register

__all__ = [
    "Access",
    "AgendaItem",
    "Agent",
    "Classification",
    "Date",
    "DateAndPlace",
    "Enclosure",
    "Event",
    "Evidence",
    "Holding",
    "HoldingLevel",
    "NameParts",
    "OwnType",
    "Part",
    "Participant",
    "Place",
    "Publication",
    "Quote",
    "Reclassification",
    "Record",
    "RecordedEvent",
    "Register",
    "Relation",
    "Rights",
    "Span",
    "Subject",
    "Summary",
    "TranslationNote",
    "WrittenDate",
]
