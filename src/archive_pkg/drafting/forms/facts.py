"""What the forms of a document state, before the best statement of each field is chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.drafting.statements.base import Confidence


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a form states.

    Attributes:
        field: The field of the draft.
        value: The value as records write it.
        sure: How certain it is.
        rule: The rule that read it.
        start: Offset of the words that support it.
        end: Offset after them.
        rank: Facts of the highest rank are kept, if a field has one value.
        kind: "person" or "organization" for agents.
        details: Further values from the same words.
    """

    field: str
    value: str
    sure: Confidence
    rule: str
    start: int
    end: int
    rank: int = 5
    kind: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class DocumentForms:
    """What the forms of a text state, and the lines that they occupy.

    Attributes:
        facts: The facts, in the order of the text.
        taken: The kind of each line that a form occupies.
        body: The first line below the head.
        documents: Offsets at which further documents begin.
    """

    facts: list[Fact] = field(default_factory=list)
    taken: dict[int, str] = field(default_factory=dict)
    body: int = 0
    documents: list[int] = field(default_factory=list)

    def of(self, name: str) -> list[Fact]:
        """Return the facts about a field, best rank first, then in the order of the text."""
        found = [fact for fact in self.facts if fact.field == name]
        return sorted(found, key=lambda fact: -fact.rank)
