"""Findings: what a check has to say, as data.

A room declares each thing it can find as a `Code`, once, beside the check that finds it; the docs'
page of codes is written from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def some(names: Sequence[str], most: int = 3) -> str:
    """Return the first names of many in words: "a, b, c and 36 more"."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 file", "1,200 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Severity(StrEnum):
    """How grave a finding is: an error makes its subject invalid, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a finding is; only what is known is set.

    Attributes:
        path: The file, as the user named it, or inside a bag its path from the bag's folder.
        line: Line, counted from 1.
        column: Column in code points, counted from 1.
        field: Dotted path of the field in a record, or a tag's label.
        table: Name of a table or of a workbook's sheet.
        cell: Address of a cell, as in a spreadsheet ("C7").
        offset: Place in a decoded text, in code points from 0.
        byte: Place in a file, in bytes from 0.
    """

    path: str = ""
    line: int | None = None
    column: int | None = None
    field: str = ""
    table: str = ""
    cell: str = ""
    offset: int | None = None
    byte: int | None = None

    def __str__(self) -> str:
        place = self.path
        if self.line is not None:
            place += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        words = [place, f"{self.table}!{self.cell}".strip("!"), self.field]
        if self.offset is not None:
            words.append(f"at character {self.offset}")
        if self.byte is not None:
            words.append(f"at byte {self.byte}")
        return " ".join(word for word in words if word)

    def as_json(self) -> dict[str, Any]:
        """Only what is known."""
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in known.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its stable code, how grave, where, what is wrong and what would be right."""

    code: str
    severity: Severity
    message: str
    location: Location = Location()
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line's JSON has it."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "location": self.location.as_json(),
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding, declared once: `code` never changes, `section` names the standard's place.

    Attributes:
        code: Stable name in kebab-case, beginning with its subject ("manifest-line-malformed").
        severity: How grave such a finding is.
        meaning: One sentence for the docs: what it means and what to do.
        section: Section of the standard it rests on ("RFC 8493, 2.1.3"); empty for our own rules.
    """

    code: str
    severity: Severity
    meaning: str
    section: str = ""

    def at(self, location: Location, message: str, hint: str = "") -> Finding:
        """Such a finding at a place."""
        return Finding(self.code, self.severity, message, location, hint)


@dataclass(slots=True)
class Report:
    """Findings in the order they were made."""

    findings: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def add(self, finding: Finding) -> None:
        """Take one more finding."""
        self.findings.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take more findings, those of another report too."""
        self.findings.extend(findings)

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity."""
        return [finding for finding in self.findings if finding.severity is severity]

    @property
    def errors(self) -> list[Finding]:
        """The findings that make the subject invalid."""
        return self.of(Severity.ERROR)

    @property
    def ok(self) -> bool:
        """Whether nothing found makes the subject invalid."""
        return not self.errors

    def as_json(self) -> list[dict[str, Any]]:
        """The findings as the command line's JSON has them."""
        return [finding.as_json() for finding in self.findings]
