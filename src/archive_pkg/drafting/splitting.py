"""Split a file with several documents into a draft for each of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from archive_pkg.drafting.draft import Draft, draft_source
from archive_pkg.drafting.official_documents.reader import heads_enclosure
from archive_pkg.drafting.statements.base import PROBABLE, DraftQuote, Statement
from archive_pkg.reports import Report

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary


def split_draft(draft: Draft, vocabulary: Vocabulary) -> list[Draft]:
    """Return a draft for each document of a file, with offsets in the file's text.

    Args:
        draft: The draft of the file. Its `cuts` say where the documents begin.
        vocabulary: The vocabulary of the draft.
    """
    boundaries = [0, *draft.cuts, len(draft.text)]
    return [_piece(draft, start, end, vocabulary) for start, end in pairwise(boundaries)]


def _piece(draft: Draft, start: int, end: int, vocabulary: Vocabulary) -> Draft:
    text = draft.text[start:end]
    read = draft_source(replace(draft.source, text=text), vocabulary)
    return replace(
        read,
        source=draft.source,
        zones=tuple(
            replace(zone, start=zone.start + start, end=zone.end + start) for zone in read.zones
        ),
        statements=tuple(_moved(one, start) for one in read.statements),
        report=Report([
            replace(one, location=replace(one.location, offset=one.location.offset + start))
            if one.location.offset is not None else one
            for one in read.report
        ]),
        cuts=(),
        span=(start, end),
    )  # fmt: skip


def _moved(one: Statement, by: int) -> Statement:
    if one.quote is None:
        return one
    quote = one.quote
    return replace(one, quote=DraftQuote(quote.start + by, quote.end + by, quote.exact))


def with_enclosure_relation(draft: Draft, record: str) -> Draft:
    """Return the draft of a piece, with a relation to a record if the piece is an enclosure.

    A piece is an enclosure if its first line says so. Otherwise the draft is returned unchanged.

    Args:
        draft: The draft of the piece.
        record: The id of the record of the covering letter.
    """
    if draft.span is None:
        return draft
    start, end = draft.span
    line = draft.text[start:end].lstrip().partition("\n")[0].rstrip()
    if not heads_enclosure(line):
        return draft
    at = draft.text.index(line, start)
    quote = DraftQuote(at, at + len(line), line)
    rule = "enclosure-heading"
    one = Statement("relation", record, PROBABLE, rule, quote, "enclosure-of", (("record", "yes"),))
    itself = ("enclosure", quote)  # the heading, which announces no enclosure here
    kept = [
        each
        for each in draft.statements
        if each.field != "relation" and (each.field, each.quote) != itself
    ]
    return replace(draft, statements=(*kept, one))
