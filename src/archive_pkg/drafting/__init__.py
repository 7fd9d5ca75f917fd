"""From a letter's text to a draft of its record, every statement with its evidence."""

from archive_pkg.drafting.draft import Draft, draft_letter, draft_source, draft_text
from archive_pkg.drafting.layout.anatomy import Zone
from archive_pkg.drafting.records.filing import Filed, file_draft, letters_in
from archive_pkg.drafting.records.redrafting import Difference, redraft
from archive_pkg.drafting.records.writing import record_of, record_yaml
from archive_pkg.drafting.rules import reason
from archive_pkg.drafting.statements.statement import Confidence, Quote, Statement
from archive_pkg.drafting.vocabulary import Vocabulary, load_vocabulary
from archive_pkg.texts.files import read_source

__all__ = [
    "Confidence",
    "Difference",
    "Draft",
    "Filed",
    "Quote",
    "Statement",
    "Vocabulary",
    "Zone",
    "draft_letter",
    "draft_source",
    "draft_text",
    "file_draft",
    "letters_in",
    "load_vocabulary",
    "read_source",
    "reason",
    "record_of",
    "record_yaml",
    "redraft",
]
