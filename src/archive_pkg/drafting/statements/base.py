"""Statements about a letter: what is said, how sure it is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.drafting.layout.segmentation import LetterLayout
    from archive_pkg.drafting.vocabulary import Vocabulary


class Confidence(StrEnum):
    """How sure a statement is; how often each was right stands in the docs."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """A place in the text: offsets in code points, and what stands there."""

    start: int
    end: int
    exact: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said about the letter.

    Attributes:
        field: Which field of the record.
        value: The value, in the record's form (EDTF for dates).
        confidence: How sure.
        rule: The rule that read it, in kebab-case.
        quote: The words it rests on; None where a rule alone infers it.
        kind: "person" or "organization" for agents, the kind of a note for notes.
        details: More that the same words say (role, level, candidates).
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
        """The details by their names."""
        return dict(self.details)


CERTAIN, PROBABLE, GUESS = Confidence.CERTAIN, Confidence.PROBABLE, Confidence.GUESS


class StatementReader:
    """Reads some of the fields from a letter taken apart, and gathers what it says of them."""

    def __init__(self, layout: LetterLayout, vocabulary: Vocabulary) -> None:
        self.layout, self.vocabulary = layout, vocabulary
        self.text, self.lines = layout.text, layout.lines
        self.statements: list[Statement] = []

    def quote(self, start: int, end: int) -> DraftQuote:
        """The words between two offsets."""
        return DraftQuote(start, end, self.text[start:end])

    def line_quote(self, number: int) -> DraftQuote:
        """A whole line's words."""
        line = self.lines[number]
        return DraftQuote(line.start, line.end, line.text)

    def say(
        self,
        name: str,
        value: str,
        sure: Confidence,
        rule: str,
        quote: DraftQuote | None = None,
        kind: str = "",
        **details: str,
    ) -> None:
        """State something; details that are empty are left out."""
        known = tuple((key, detail) for key, detail in sorted(details.items()) if detail)
        self.statements.append(Statement(name, value, sure, rule, quote, kind, known))
