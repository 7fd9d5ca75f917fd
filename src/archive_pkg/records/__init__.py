"""The record of a letter: models, vocabularies, dates, loading and saving."""

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.records.line_numbers import placed
from archive_pkg.records.loading import (
    NAMES,
    load_record,
    load_records,
    read_placed,
    read_record,
    record_file,
)
from archive_pkg.records.models import (
    Access,
    Agent,
    Classification,
    Date,
    Enclosure,
    Event,
    Evidence,
    Holding,
    Part,
    Place,
    Quote,
    Reclassification,
    Record,
    Rights,
    Span,
    Subject,
    Summary,
    TranslationNote,
    WrittenDate,
)
from archive_pkg.records.saving import save_record
from archive_pkg.records.vocabularies.identifiers import Identifier

__all__ = [
    "NAMES",
    "Access",
    "Agent",
    "Classification",
    "Date",
    "Edtf",
    "Enclosure",
    "Event",
    "Evidence",
    "Holding",
    "Identifier",
    "Part",
    "Place",
    "Quote",
    "Reclassification",
    "Record",
    "Rights",
    "Span",
    "Subject",
    "Summary",
    "TranslationNote",
    "WrittenDate",
    "load_record",
    "load_records",
    "placed",
    "read_placed",
    "read_record",
    "record_file",
    "save_record",
]
