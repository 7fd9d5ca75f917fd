"""The exception for a fault in one value of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.messages import _

if TYPE_CHECKING:
    from archive_pkg.reports import Code


class Fault(ValueError):  # noqa: N818 - a fault of the value, not of the program
    """A fault in a value, which loading turns into a finding.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        hint: What to write instead; may be empty.
        code: The code of the finding; None for the general code for values.
    """

    def __init__(self, message: str, hint: str = "", code: Code | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return (
            _("{message}; {hint}", message=self.message, hint=self.hint)
            if self.hint
            else self.message
        )
