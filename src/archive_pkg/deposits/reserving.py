"""Reserve persistent identifiers before a package is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.receipts import place_digest
from archive_pkg.deposits.repository_interface import (
    Repository,
    Reserving,
    repository_errors,
    repository_for,
)
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.packages.access.redaction import seen_by
from archive_pkg.packages.later_events import ready_receipts
from archive_pkg.records import load_record

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project


def reserve(
    record: StrPath,
    to: str | Repository,
    *,
    receipts: StrPath | None = None,
    project: Project | None = None,
) -> str:
    """Reserve a persistent identifier for a record whose package is not built yet.

    A second call returns the same identifier. It belongs to a draft in the repository. When the
    package is deposited later, the deposit finds this draft by the identifier in the record.

    Args:
        record: The record's file or folder.
        to: The repository's address, or the repository itself.
        receipts: The folder for the journal, as in `deposit`; None for `<folder>.receipts` next to
            the record's folder.
        project: See `deposit`.

    Returns:
        The identifier, for example "10.5281/zenodo.123".

    Raises:
        DepositError: The repository refused, or cannot be reached.
        InvalidError: The record is not valid.
        UsageError: The repository cannot reserve identifiers.
    """
    record = Path(record)
    receipts = Path(receipts) if receipts is not None else None
    repository = repository_for(to, project) if isinstance(to, str) else to
    if not isinstance(repository, Reserving):
        raise UsageError(
            _("{target} cannot reserve identifiers", target=repository.target),
            _("Deposit the package. The receipt has its identifier."),
        )
    home = record if record.is_dir() else record.parent
    folder = ready_receipts(home, receipts)
    read = load_record(record)
    path = folder / f"{repository.kind}-{place_digest(repository.target, read.id)}-reserved.journal"
    with storage.Lock(path), repository_errors(repository):
        public = seen_by(read, "public", home).record
        return repository.reserve(public, Journal(path))
