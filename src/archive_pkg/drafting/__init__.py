"""Draft a record from a letter's text, with evidence for every statement."""

from archive_pkg.drafting.draft import Draft, draft_letter, draft_source, draft_text
from archive_pkg.drafting.letters.segmentation import Zone
from archive_pkg.drafting.proposals import Proposals, read_proposals
from archive_pkg.drafting.records.commented_yaml import record_of, record_yaml
from archive_pkg.drafting.records.draft_files import SavedDraft, letters_in, save_draft
from archive_pkg.drafting.records.merging import Difference, redraft
from archive_pkg.drafting.rule_reasons import reason
from archive_pkg.drafting.splitting import split_draft, with_enclosure_relation
from archive_pkg.drafting.statements.base import Confidence, DraftQuote, Statement
from archive_pkg.drafting.vocabulary import Vocabulary, load_vocabulary
from archive_pkg.texts.letter_files import read_source

__all__ = [
    "Confidence",
    "Difference",
    "Draft",
    "DraftQuote",
    "Proposals",
    "SavedDraft",
    "Statement",
    "Vocabulary",
    "Zone",
    "draft_letter",
    "draft_source",
    "draft_text",
    "letters_in",
    "load_vocabulary",
    "read_proposals",
    "read_source",
    "reason",
    "record_of",
    "record_yaml",
    "redraft",
    "save_draft",
    "split_draft",
    "with_enclosure_relation",
]
