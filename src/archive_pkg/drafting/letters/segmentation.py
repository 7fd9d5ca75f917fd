"""Divide a letter into zones: marking, dateline, salutation, body, signature and so on.

The head ends with the salutation; without a salutation, before the first prose. Every line gets one
kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.drafting.language import text_conventions
from archive_pkg.drafting.letters import head as heads
from archive_pkg.drafting.letters import tail as tails
from archive_pkg.drafting.lines import Line, split_lines, without_lines
from archive_pkg.drafting.official_documents.reader import read_forms

if TYPE_CHECKING:
    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.official_documents.facts import DocumentForms
    from archive_pkg.drafting.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Zone:
    """A range of the text with its kind.

    Attributes:
        kind: The kind ("dateline", "salutation", "body", …).
        start: The offset of the first character, in code points.
        end: The offset after the last character.
    """

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class LetterLayout:
    """A text with its lines classified.

    Attributes:
        text: The decoded text.
        lines: The lines, without those that a form of official documents occupies.
        conventions: The language and the century.
        kinds: The kind of each line.
        head: The lines above the body.
        tail: The lines below the body.
        forms: The facts that the forms of official documents state.
        zones: The zones of all lines; neighbouring lines of the same kind are one zone.
    """

    text: str
    lines: list[Line]
    conventions: TextConventions
    kinds: list[str]
    head: heads.DocumentHead
    tail: tails.DocumentTail
    forms: DocumentForms
    zones: list[Zone] = field(default_factory=list)


def _zones(
    lines: list[Line], kinds: list[str], forms: DocumentForms, every: list[Line]
) -> list[Zone]:
    """Return the zones: neighbouring lines of one kind, and each paragraph of the body."""
    zones: list[Zone] = []
    kind_at = {line.start: kind for line, kind in zip(lines, kinds, strict=True)}
    for number, line in enumerate(every):
        kind = kind_at.get(line.start) or forms.taken[number]
        if zones and zones[-1].kind == kind and not (kind == "body" and line.first):
            zones[-1] = Zone(kind, zones[-1].start, line.end)
        else:
            zones.append(Zone(kind, line.start, line.end))
    return zones


def segment(text: str, vocabulary: Vocabulary, forms: DocumentForms | None = None) -> LetterLayout:
    """Classify the lines of a letter's text.

    Args:
        text: The decoded text with its original line endings.
        vocabulary: The vocabulary.
        forms: The forms of official documents in the text; they are read if this is None.
    """
    every = split_lines(text)
    conventions = text_conventions(text, vocabulary)
    if forms is None:
        forms = read_forms(text, every, vocabulary, conventions)
    lines = without_lines(every, forms.taken)
    head, kinds = heads.read_head(lines, vocabulary, conventions)
    kinds += ["body"] * (len(lines) - len(kinds))
    tail = tails.read_tail(lines, kinds, head, vocabulary, conventions)
    zones = _zones(lines, kinds, forms, every)
    return LetterLayout(text, lines, conventions, kinds, head, tail, forms, zones)
