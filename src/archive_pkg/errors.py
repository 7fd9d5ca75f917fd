"""Errors that the library raises: each knows its exit status, says what happened and what to do."""

from __future__ import annotations

from archive_pkg.reports import Report


class ArchivePkgError(Exception):
    """Something the caller can act on; bad input never ends in another kind of exception.

    Attributes:
        message: What happened, in one sentence, with its place.
        hint: What would be right, or what to do next; may be empty.
        exit_status: The status with which the command line ends (see the docs' reference).
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(ArchivePkgError):
    """A request that makes no sense as put: an unknown target, an option against another."""

    exit_status = 2


class InvalidError(ArchivePkgError):
    """Input that was read and found wrong, where the caller asked for more than findings.

    Attributes:
        report: Every finding.
    """

    exit_status = 3

    def __init__(self, message: str, hint: str = "", report: Report | None = None) -> None:
        super().__init__(message, hint)
        self.report = report if report is not None else Report()


class DepositError(ArchivePkgError):
    """A deposit that was refused, could not be verified, or is still pending."""

    exit_status = 4


class StorageError(ArchivePkgError):
    """The storage failed: disk full, no permission, a path not there, a lock held by another."""

    exit_status = 5
