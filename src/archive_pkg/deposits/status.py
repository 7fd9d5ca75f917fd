"""The status of deposits: receipts, what repositories say now, and what they hold now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.receipts import Receipt, load_receipt
from archive_pkg.deposits.repository_interface import (
    Status,
    repository_errors,
    repository_for,
    repository_of,
)
from archive_pkg.deposits.retrying import with_retries
from archive_pkg.messages import _
from archive_pkg.packages.later_events import receipts_folder
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archive_pkg.deposits.repository_interface import Repository
    from archive_pkg.paths import StrPath

HELD_DIFFERENTLY = Code(
    "receipt-file-differs",
    Severity.ERROR,
    "A file in a repository is not the one that was deposited. Restore it from another copy.",
)
HELD_NO_MORE = Code(
    "receipt-file-gone",
    Severity.ERROR,
    "A file of a deposit is missing from the repository. Restore it from another copy.",
)
HELD_UNKNOWN = Code(
    "receipt-file-unknown",
    Severity.WARNING,
    "A deposit in a repository has a file that was not deposited.",
)


@dataclass(frozen=True, slots=True)
class DepositStatus:
    """What is known about one deposit of a package.

    Attributes:
        target: The repository's address.
        remote_id: The repository's identifier of the deposit; empty if nothing was sent.
        receipt: The receipt's file; None if there is none yet.
        status: What the repository says about the deposit now.
        unfinished: Whether the last run of this deposit did not finish.
    """

    target: str
    remote_id: str
    receipt: Path | None
    status: Status
    unfinished: bool = False


def check_receipt(receipt_file: StrPath, repositories: Sequence[str | Repository] = ()) -> Report:
    """Read back everything that a receipt records, and compare it with what was deposited.

    Args:
        receipt_file: The receipt.
        repositories: See `fetch`.

    Raises:
        DepositError: The repository cannot be read, or no longer has the deposit.
        InvalidError: The file is not a receipt.
        StorageError: The file cannot be read.
        UsageError: The receipt's repository is on a server and is not in `repositories`.
    """
    receipt_file = Path(receipt_file)
    receipt = load_receipt(receipt_file)
    repository = repository_of(receipt, repositories)
    expected = {file.path: file for file in receipt.files}
    with repository_errors(repository):
        held = with_retries(lambda: repository.verify(receipt.remote_id, receipt.version, expected))
    sent = {path: file.sha256 for path, file in expected.items()}
    report = Report()
    for path in sorted(sent.keys() | held.keys()):
        where = Location(f"{receipt.target} {receipt.remote_id} {path}")
        if path not in held:
            report.add(HELD_NO_MORE.at(where, _("it was deposited and is missing now")))
        elif path not in sent:
            report.add(HELD_UNKNOWN.at(where, _("it was not deposited")))
        elif sent[path] != held[path]:
            message = _(
                "its SHA-256 is {held}, but {sent} was deposited", held=held[path], sent=sent[path]
            )
            report.add(HELD_DIFFERENTLY.at(where, message, _("Restore it from another copy.")))
    return report


def receipts_of(package: StrPath, within: StrPath | None = None) -> list[tuple[Path, Receipt]]:
    """Return the receipts of a package, oldest first.

    Args:
        package: The package's folder.
        within: The folder for the receipts of many packages, if not next to the package.

    Raises:
        InvalidError: A JSON file in the folder is not a receipt.
        StorageError: The folder or a file cannot be read.
    """
    package = Path(package)
    within = Path(within) if within is not None else None
    folder = receipts_folder(package, within)
    with storage.storage_errors(_("reading {folder}", folder=folder)):
        names = storage.names_in(folder, "*.json")
    found = [(folder / name, load_receipt(folder / name)) for name in names]
    return sorted(found, key=lambda pair: pair[1].ended)


def superseded(receipts: Iterable[Receipt]) -> list[bool]:
    """Return for each receipt whether a later deposit of its package has replaced it.

    A later receipt in the same repository replaces a draft, and every deposit with the same id and
    version. A published or stored version stays as it is.
    """
    known = list(receipts)

    def replaces(later: Receipt, old: Receipt) -> bool:
        same = (later.target, later.package) == (old.target, old.package)
        is_old = old.state in ("draft", "pending") or (later.remote_id, later.version) == (
            old.remote_id,
            old.version,
        )
        return same and later.ended > old.ended and is_old

    return [any(replaces(later, old) for later in known) for old in known]


def receipts_below(folder: StrPath) -> list[Path]:
    """Return the JSON files in all `.receipts` folders below a folder, sorted by path.

    Links are not followed.

    Args:
        folder: A collection of packages, or a folder that was named with `--receipts`.

    Raises:
        StorageError: A folder cannot be read.
    """
    folder = Path(folder)
    found: list[Path] = []
    with storage_errors(_("searching {folder}", folder=folder)):
        for path, __, names in os.walk(folder, onerror=_raise):
            if path.endswith(".receipts"):
                found += (Path(path, name) for name in names if name.endswith(".json"))
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def ask(
    package: StrPath, to: str | Repository, *, receipts: StrPath | None = None
) -> list[DepositStatus]:
    """Ask a repository about a package's deposits, including interrupted ones.

    Args:
        package: The package's folder.
        to: The repository's address, or the repository itself.
        receipts: The folder for the receipts of many packages, if not next to the package.

    Raises:
        DepositError: The repository cannot be reached, or refuses.
        InvalidError: A JSON file among the receipts is not a receipt.
        StorageError: The receipts or journals cannot be read.
        UsageError: The address does not belong to a known repository.
    """
    package = Path(package)
    receipts = Path(receipts) if receipts is not None else None
    repository = repository_for(to) if isinstance(to, str) else to
    with repository_errors(repository):
        return list(_known(package, repository, receipts))


def _known(package: Path, repository: Repository, receipts: Path | None) -> Iterator[DepositStatus]:
    target = repository.target
    unfinished = _unfinished(receipts_folder(package, receipts))
    begun = [each for each in unfinished if each.get("target") == target]
    for path, receipt in _not_replaced(receipts_of(package, receipts)):
        if receipt.target == target:
            status = repository.status(receipt.remote_id, receipt.version)
            own = [each for each in begun if _is_of(receipt, each)]
            begun = [each for each in begun if each not in own]
            # If the start times are equal, that run wrote this receipt and was stopped just after.
            left = any(datetime.fromisoformat(each["started"]) != receipt.started for each in own)
            yield DepositStatus(target, receipt.remote_id, path, status, left)
    for each in begun:
        remote_id = str(each["remote_id"])
        status = (
            repository.status(remote_id, "")
            if remote_id
            else Status("absent", "the deposit was stopped before anything was sent")
        )
        yield DepositStatus(target, remote_id, None, status, unfinished=True)


def _not_replaced(receipts: list[tuple[Path, Receipt]]) -> Iterator[tuple[Path, Receipt]]:
    """Yield receipts, except those without a version that a later receipt replaces."""
    for number, (path, receipt) in enumerate(receipts):
        later = (each for __, each in receipts[number + 1 :])
        if receipt.version or not any(
            (each.target, each.remote_id, each.fingerprint)
            == (receipt.target, receipt.remote_id, receipt.fingerprint)
            for each in later
        ):
            yield path, receipt


def _unfinished(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what each unfinished journal in a folder recorded first, with the deposit's remote id.

    The remote id is empty if nothing was sent.
    """
    with storage.storage_errors(_("reading {folder}", folder=folder)):
        names = storage.names_in(folder, "*.journal")
    for name in names:
        journal = Journal(folder / name)
        begun = journal.begun("deposit")
        if begun is not None and not journal.is_done("deposit"):
            made = journal.outcome("place") or journal.begun("place") or {}
            yield begun | {"remote_id": made.get("remote_id", "")}


def _is_of(receipt: Receipt, begun: Mapping[str, Any]) -> bool:
    return (receipt.target, receipt.fingerprint) == (begun["target"], begun["fingerprint"]) and (
        begun["remote_id"] in ("", receipt.remote_id)
    )
