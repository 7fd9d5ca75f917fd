"""Statements about a letter with their confidence and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.drafting.letters.segmentation import LetterLayout
    from archive_pkg.drafting.vocabulary import Vocabulary


class Confidence(StrEnum):
    """How certain a statement is. docs/explanation/drafting.md has the accuracy of each degree."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """A range of the text: offsets in code points, and the text itself."""

    start: int
    end: int
    exact: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about the letter.

    Attributes:
        field: The field of the record.
        value: The value as records write it (EDTF for dates).
        confidence: How certain the statement is.
        rule: The rule that made it, in kebab-case.
        quote: The words that support it; None if a rule infers it from the complete text.
        kind: For agents "person" or "organization", for notes the kind of note, otherwise empty.
        details: Further values from the same words, such as role, level and candidates.
    """

    field: str
    value: str
    confidence: Confidence
    rule: str
    quote: DraftQuote | None = None
    kind: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> dict[str, str]:
        """The details by name."""
        return dict(self.details)


CERTAIN, PROBABLE, GUESS = Confidence.CERTAIN, Confidence.PROBABLE, Confidence.GUESS


class StatementReader:
    """Base of the classes that make statements from the layout of a letter."""

    def __init__(self, layout: LetterLayout, vocabulary: Vocabulary) -> None:
        self.layout, self.vocabulary = layout, vocabulary
        self.text, self.lines = layout.text, layout.lines
        self.statements: list[Statement] = []

    def quote(self, start: int, end: int) -> DraftQuote:
        """Quote the text between two offsets."""
        return DraftQuote(start, end, self.text[start:end])

    def line_quote(self, number: int) -> DraftQuote:
        """Quote a complete line."""
        line = self.lines[number]
        return DraftQuote(line.start, line.end, line.text)

    def add(
        self,
        name: str,
        value: str,
        sure: Confidence,
        rule: str,
        quote: DraftQuote | None = None,
        kind: str = "",
        **details: str,
    ) -> None:
        """Add a statement, without empty details."""
        known = tuple((key, detail) for key, detail in sorted(details.items()) if detail)
        self.statements.append(Statement(name, value, sure, rule, quote, kind, known))
