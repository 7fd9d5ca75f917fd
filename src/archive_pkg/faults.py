"""A fault in one value of a record: what is wrong with it and what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.reports import Code


class Fault(ValueError):  # noqa: N818 - not a failure of ours, a fault of the value
    """Raised by a value type or a model's validator; loading turns it into a finding.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        hint: What would be right; may be empty.
        code: The kind of finding it becomes; without one, loading's general code for values.
    """

    def __init__(self, message: str, hint: str = "", code: Code | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message
