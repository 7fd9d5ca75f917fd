"""Find the evidence of a statement, for formats that mark its confidence and its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.records.models import Evidence
    from archive_pkg.records.statement_index import StatementIndex

_CERTAINTY = ("guess", "probable", "certain", None)
"""The confidences in ascending order. Evidence without one is not in doubt."""


def strongest(statements: StatementIndex, path: str) -> Evidence | None:
    """Return the evidence that makes a statement most certain; None if there is none.

    Evidence for the statement itself takes precedence over evidence for one that contains it.
    Evidence for rival values is left out.

    Args:
        statements: The statements of the record.
        path: The dotted path of the statement, such as `sender.khrushchev`.
    """
    found = [item for item in statements.evidence(path) if item.value is None]
    return max(
        found,
        key=lambda item: (len(item.field), _CERTAINTY.index(item.confidence)),
        default=None,
    )
