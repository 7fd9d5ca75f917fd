"""Findings, their codes and reports.

Each kind of finding is declared as a `Code` in the module that checks for it. The documentation's
page of codes is generated from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import _, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def some(names: Sequence[str], most: int = 3) -> str:
    """Return the first names and the number of the others: "a, b, c and 36 more"."""
    more, first = len(names) - most, ", ".join(names[:most])
    if more <= 0:
        return first
    return plural("{names} and {n:,} more", "{names} and {n:,} more", more, names=first)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 file", "1,200 files"."""
    one, many = "{n:,} " + noun, "{n:,} " + noun + "s"
    return plural(one, many, number)


def abridged(text: str, most: int = 60) -> str:
    """Return a string, with "…" for what comes after the first characters."""
    return text if len(text) <= most else f"{text[:most]}…"


class Severity(StrEnum):
    """How grave a finding is. Only an error makes its subject invalid."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Location:
    """The place of a finding. Unknown attributes are empty or None.

    Attributes:
        path: The file as the user named it, or its path in a bag.
        line: Line, counted from 1.
        column: Column in code points, counted from 1.
        field: Dotted path of the field in a record, or a tag's label.
        table: Name of a table or of a workbook's sheet.
        cell: Address of a cell in a spreadsheet ("C7").
        offset: Position in a decoded text, in code points from 0.
        byte: Position in a file, in bytes from 0.
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
        if self.cell and self.path.lower().endswith((".csv", ".tsv")):
            row = self.cell.lstrip(ascii_uppercase)
            column = self.field or self.cell.removesuffix(row)
            known = _("row {row}, column {column}", row=row, column=column)
            words = [place, known if column else _("row {row}", row=row)]
        if self.offset is not None:
            before = words.pop() or words.pop()
            character = _("character {number}", number=self.offset)
            words.append(", ".join(filter(None, (before, character))))
        if self.byte is not None:
            words.append(_("(byte {number} of the file)", number=self.byte))
        return " ".join(word for word in words if word)

    def as_json(self) -> dict[str, Any]:
        """Return the known attributes."""
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in known.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or remarkable: a code, a severity, a place, a message and a hint."""

    code: str
    severity: Severity
    message: str
    location: Location = Location()
    hint: str = ""

    def __str__(self) -> str:
        place = str(self.location)
        hint = f" {self.hint}" if self.hint else ""
        return f"{place + ': ' if place else ''}{self.severity}: {self.message} [{self.code}]{hint}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as in the command line's JSON."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "location": self.location.as_json(),
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding.

    Attributes:
        code: Name in kebab-case that never changes and begins with its subject
            ("manifest-line-malformed").
        severity: How grave such a finding is.
        meaning: What such a finding means and what to do, for the documentation.
        section: Section of the standard ("RFC 8493, 2.1.3"); empty for our own rules.
    """

    code: str
    severity: Severity
    meaning: str
    section: str = ""

    def at(self, location: Location, message: str, hint: str = "") -> Finding:
        """Return a finding of this kind at a place."""
        return Finding(self.code, self.severity, message, location, hint)


@dataclass(slots=True)
class Report:
    """Findings in the order in which they were added."""

    findings: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def add(self, finding: Finding) -> None:
        """Add a finding."""
        self.findings.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings, for example those of another report."""
        self.findings.extend(findings)

    def of(self, severity: Severity) -> list[Finding]:
        """Return the findings of one severity."""
        return [finding for finding in self.findings if finding.severity is severity]

    @property
    def errors(self) -> list[Finding]:
        """The findings that make the subject invalid."""
        return self.of(Severity.ERROR)

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    def as_json(self) -> list[dict[str, Any]]:
        """Return the findings as in the command line's JSON."""
        return [finding.as_json() for finding in self.findings]
