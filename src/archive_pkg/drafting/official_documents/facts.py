"""The facts that the forms of a document state, from which statements are chosen later."""

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
        start: The offset of the words that support the fact.
        end: The offset after these words.
        rank: The rank among the facts about a field. Facts of a higher rank are preferred.
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
    """The facts that the forms of a text state, and the lines that the forms occupy.

    Attributes:
        facts: The facts, in the order in which they were read.
        taken: The kind of each line that a form occupies, by the number of the line.
        body: The first line below the head.
        documents: The offsets at which further documents begin.
    """

    facts: list[Fact] = field(default_factory=list)
    taken: dict[int, str] = field(default_factory=dict)
    body: int = 0
    documents: list[int] = field(default_factory=list)

    def of(self, name: str) -> list[Fact]:
        """Return the facts about a field, highest rank first, then in the order of `facts`."""
        found = [fact for fact in self.facts if fact.field == name]
        return sorted(found, key=lambda fact: -fact.rank) if len(found) > 1 else found
