"""The exceptions of this library, with their messages, hints, findings and exit statuses."""

from __future__ import annotations

from archive_pkg.reports import Report, counted

_SHOWN = 20


class ArchivePkgError(Exception):
    """The base class of all exceptions for bad input, failed storage and refused deposits.

    `str` gives the message, the first 20 findings with their places, and the hint.

    Attributes:
        message: What happened and where, in one sentence.
        hint: What to do; may be empty.
        report: The findings; may be empty.
        exit_status: The exit status of the command line.
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "", report: Report | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.report = report if report is not None else Report()

    def __str__(self) -> str:
        found = self.report.findings
        lines = [f"  {finding}" for finding in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"  and {counted(len(found) - _SHOWN, 'more finding')}")
        return "\n".join(filter(None, (self.message, *lines, self.hint)))


class UsageError(ArchivePkgError):
    """A wrong request, such as an unknown target or options that cannot be combined."""

    exit_status = 2


class InvalidError(ArchivePkgError):
    """The input is invalid, so the request cannot be carried out."""

    exit_status = 3


class DepositError(ArchivePkgError):
    """A deposit that was refused, could not be verified, or is still pending."""

    exit_status = 4


class StorageError(ArchivePkgError):
    """The storage failed, for example a full disk, a missing file, or another process's lock."""

    exit_status = 5
