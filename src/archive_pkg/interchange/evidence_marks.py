"""Find the evidence of a statement, for formats that mark how certain it is and who says so."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.records.models import Evidence, Record

_CERTAINTY = ("guess", "probable", "certain", None)
"""How certain a statement is, in ascending order. Evidence without a word on it is not in doubt."""


class Grounds:
    """The evidence of a record by the statements that it supports.

    Evidence for rival values is left out.
    """

    def __init__(self, record: Record) -> None:
        self._by_field: defaultdict[str, list[Evidence]] = defaultdict(list)
        for item in record.evidence:
            if item.value is None:
                self._by_field[item.field].append(item)

    def of(self, path: str) -> Evidence | None:
        """Return the evidence that makes a statement most certain; None if there is none.

        Evidence for the statement itself takes precedence over evidence for one that contains it.

        Args:
            path: The dotted path of the statement, such as `sender.khrushchev`.
        """
        while path not in self._by_field:
            path, dot, _ = path.rpartition(".")
            if not dot:
                return None
        return max(self._by_field[path], key=lambda item: _CERTAINTY.index(item.confidence))
