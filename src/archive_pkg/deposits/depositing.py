"""Deposit packages into repositories, with retries and receipts."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.deposits import retrying
from archive_pkg.deposits.credentials import redact
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.planning import checked_plan, with_earlier, with_page
from archive_pkg.deposits.receipts import Receipt, load_receipt, place_digest, saving
from archive_pkg.deposits.repository_interface import (
    DEPOSIT_DIFFERS,
    DEPOSIT_NOTED,
    TARGET_NEEDS_LOGIN,
    LostError,
    Repository,
    Stepwise,
    Stored,
    repository_errors,
    repository_for,
)
from archive_pkg.deposits.shared_syncs import run_together
from archive_pkg.deposits.transfers import Transfer, pack
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.packages.later_events import ready_receipts
from archive_pkg.reports import Location, Report
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive_pkg.deposits.planning import PageMaker
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project
    from archive_pkg.reports import Finding

_log = logger(__name__)

_BATCH_PACKAGES = 100
"""The maximum number of packages that share a sync."""
_BATCH_BYTES = 64 << 20
"""A batch with more bytes than this takes no further package."""


class RefusedError(DepositError):
    """The plan of a deposit has errors, such as a missing login; nothing was sent.

    The report has a finding for every reason.
    """


@dataclass(frozen=True, slots=True)
class Deposited:
    """The result of `deposit`.

    Attributes:
        receipt: The receipt.
        path: The receipt's file.
        new: Whether something was stored now; False if the repository already had this package.
        differences: Sentences on how the stored deposit differs from the request.
        notes: Other sentences for the user.
        made: What the deposit created if the address did not exist yet, for example "a new folder".
    """

    receipt: Receipt
    path: Path
    new: bool
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made: str = ""

    @property
    def findings(self) -> list[Finding]:
        """The differences and notes as findings."""
        place, target = Location(self.receipt.package), self.receipt.target
        return [
            code.at(place, f"{target}: {each}")
            for code, words in ((DEPOSIT_DIFFERS, self.differences), (DEPOSIT_NOTED, self.notes))
            for each in words
        ]


def deposit(
    package: StrPath,
    to: str | Repository,
    *,
    receipts: StrPath | None = None,
    publish: bool = False,
    include_restricted: bool = False,
    page: PageMaker | None = None,
    project: Project | None = None,
    tick: Callable[[int], None] = lambda count: None,
) -> Deposited:
    """Verify a package or any other bag, deposit it, and write a receipt.

    An interrupted deposit is resumed from its journal. Depositing the same package again
    sends nothing that the repository already has. The package itself is not changed.

    Args:
        package: The package's folder. A bag that was not made from a record is named after its
            folder; only storage (OCFL, S3, SFTP, WebDAV, folders) takes it.
        to: The repository's address, such as `ocfl:PATH`, or the repository itself.
        receipts: The folder for the journals and receipts of many packages; None for the folder
            `<package>.receipts` next to the package. See `packages.later_events.receipts_folder`.
        publish: Whether to publish it. Otherwise it stays a draft, if the repository has drafts.
        include_restricted: Whether to send restricted parts to a repository that is open to
            everyone.
        page: Makes the HTML page of a package (`packages.page.package_page`); must be
            deterministic. Repositories with a website for readers get it with the package.
        project: The settings whose editors and funding the description names, if `to` is an
            address and its repository has descriptions.
        tick: Called after each block that was sent, with the block's size in bytes.

    Raises:
        InvalidError: The package is not valid; nothing is kept. The error's report has the
            findings.
        DepositError: The repository refused the package or could not be reached, or what arrived is
            not what was sent.
        StorageError: The storage failed.
        UsageError: The address does not belong to a known repository; or `publish` is set, and the
            repository cannot publish.
    """
    ((__, outcome),) = deposit_many(
        [package],
        to,
        receipts=receipts,
        publish=publish,
        include_restricted=include_restricted,
        page=page,
        project=project,
        tick=tick,
    )
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def deposit_many(
    packages: Sequence[StrPath],
    to: str | Repository,
    *,
    receipts: StrPath | None = None,
    publish: bool = False,
    include_restricted: bool = False,
    page: PageMaker | None = None,
    project: Project | None = None,
    jobs: int = 1,
    tick: Callable[[int], None] = lambda count: None,
) -> Iterator[tuple[Path, Deposited | Exception]]:
    """Deposit packages, several at a time; a failure does not stop the others.

    Repositories that are `Stepwise` get packages in batches that share their syncs.

    Args:
        packages: Their folders.
        to: The repository's address, or the repository itself; it is opened once for all.
        receipts: See `deposit`.
        publish: See `deposit`.
        include_restricted: See `deposit`.
        page: See `deposit`.
        project: See `deposit`.
        jobs: The number of batches to deposit at a time; less than 1 counts as 1.
        tick: See `deposit`; called from several threads.

    Yields:
        Each package with its result or its exception, in the given order.

    Raises:
        UsageError: The address does not belong to a known repository.
    """
    folders = [Path(package) for package in packages]
    receipts = Path(receipts) if receipts is not None else None
    repository = repository_for(to, project) if isinstance(to, str) else to
    even_share = -(-len(folders) // max(1, jobs))
    size = max(1, min(_BATCH_PACKAGES, even_share)) if isinstance(repository, Stepwise) else 1
    batches = [folders[start : start + size] for start in range(0, len(folders), size)]
    copy_early = isinstance(repository, Stepwise) and repository.near
    prepare = partial(_prepare, page, tick, copy_early)
    options = _DepositOptions(receipts, publish, include_restricted)
    send = partial(_deposit_batches, repository, options, prepare)
    if jobs <= 1 or len(batches) == 1:
        for batch in batches:
            yield from zip(batch, send(batch), strict=True)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        for batch, outcomes in zip(batches, pool.map(send, batches), strict=True):
            yield from zip(batch, outcomes, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _DepositOptions:
    """The options that all deposits of a run share; see `deposit`."""

    receipts: Path | None
    publish: bool
    include_restricted: bool


def _deposit_batches(
    repository: Repository,
    options: _DepositOptions,
    prepare: Callable[[Path], Transfer],
    packages: Sequence[Path],
) -> list[Deposited | Exception]:
    """Deposit packages in order, several together, and return their results or exceptions.

    A new batch begins after 64 MiB, or when a package has the same identifier as one before.
    """
    outcomes: dict[int, Deposited | Exception] = {}
    batch: dict[str, tuple[int, Transfer]] = {}
    size = 0

    def send() -> None:
        # All runs lock packages in the order of their identifiers, so that two cannot deadlock.
        chosen = [batch[identifier] for identifier in sorted(batch)]
        tasks = [_deposit_steps(transfer, repository, options) for __, transfer in chosen]
        at_once = repository.at_once if isinstance(repository, Stepwise) else 1
        for (number, __), outcome in zip(chosen, run_together(tasks, at_once), strict=True):
            outcomes[number] = outcome
        batch.clear()

    for number, package in enumerate(packages):
        try:
            transfer = prepare(package)
        except Exception as error:  # the caller reports it
            outcomes[number] = error
            continue
        if transfer.identifier in batch or size > _BATCH_BYTES:
            send()
            size = 0
        batch[transfer.identifier] = number, transfer
        size += transfer.size
    send()
    return [outcomes[number] for number in range(len(packages))]


def _prepare(
    page: PageMaker | None, tick: Callable[[int], None], copy_early: bool, package: Path
) -> Transfer:
    """Verify a package and return it as a transfer, with the maker of its page if there is one."""
    return with_page(pack(package, tick, copy_early=copy_early), page)


def _refusal(repository: Repository, transfer: Transfer, report: Report) -> RefusedError:
    if all(finding.code == TARGET_NEEDS_LOGIN.code for finding in report.errors):
        return RefusedError(
            _(
                "there is no login for {target}, so {folder} was not sent",
                target=repository.target,
                folder=transfer.folder,
            ),
            report=report,
        )
    return RefusedError(
        _(
            "{folder} cannot be deposited in “{target}”; nothing was sent",
            folder=transfer.folder,
            target=repository.target,
        ),
        report=report,
    )


def _deposit_steps(
    transfer: Transfer, repository: Repository, options: _DepositOptions
) -> Steps[Deposited]:
    """Deposit a transfer as a task of `shared_syncs`."""
    publish, stepwise = options.publish, isinstance(repository, Stepwise)
    above: list[Path] = []
    folder = ready_receipts(transfer.folder, options.receipts, unsynced=above if stepwise else None)
    transfer = with_earlier(transfer, folder, repository)
    planned = checked_plan(
        repository, transfer, publish=publish, include_restricted=options.include_restricted
    )
    if not planned.report.ok:
        raise _refusal(repository, transfer, planned.report)
    path = folder / _journal_name(repository, transfer)
    with storage.Lock(path):
        journal = Journal(path, sync=not stepwise, above=above)
        first = journal.begun("deposit") is None
        how = "depositing" if first else "resuming the deposit of"
        _log.info("%s %s in %s", how, transfer.folder, repository.target)
        journal.begin(
            "deposit",
            target=repository.target,
            package=transfer.identifier,
            fingerprint=transfer.fingerprint,
            client=SOFTWARE,
            publish=publish,
            started=_started(journal),
        )
        try:
            stored = yield from _deposit_with_retries(repository, transfer, journal, publish)
            transfer.confirm()
        except InvalidError:
            if first:
                path.unlink()
            raise
        with repository_errors(repository):
            _refuse_wrong_arrivals(transfer, stored, repository)
            _log.info("%s: %s is %s", repository.target, stored.remote_id, stored.state)
            done = yield from _save_receipt(transfer, repository, stored, folder, journal)
        journal.done("deposit")
    return replace(done, made=planned.makes, notes=(*done.notes, *transfer.left_out))


def _deposit_with_retries(
    repository: Repository, transfer: Transfer, journal: Journal, publish: bool
) -> Steps[Stored]:
    """Deposit the package, retrying lost connections, and return what was stored."""
    for pause in (*retrying.PAUSES, None):
        try:
            with repository_errors(repository):
                if isinstance(repository, Stepwise):
                    return (yield from repository.steps(transfer, journal))
                return repository.deposit(transfer, journal, publish=publish)
        except LostError as error:
            retrying.wait_after(error, pause)
    raise AssertionError("the last attempt returns or raises")


def _save_receipt(
    transfer: Transfer, repository: Repository, stored: Stored, folder: Path, journal: Journal
) -> Steps[Deposited]:
    sha256 = {item.path: item.sha256 for item in transfer.items}
    receipt = Receipt(
        target=repository.target,
        kind=repository.kind,
        client=SOFTWARE,
        packaging=_packaging(transfer.bag.version, repository.capabilities().packaging),
        package=transfer.identifier,
        fingerprint=transfer.fingerprint,
        manifests={
            path: digest
            for path, digest in sha256.items()
            if "/" not in path and "manifest-" in path
        },
        payload_oxum=transfer.payload_oxum,
        remote_id=stored.remote_id,
        version=stored.version,
        location=stored.location,
        pid=stored.pid,
        status_url=stored.status_url,
        state=stored.state,
        files=stored.files,
        verified=stored.verified,
        started=_started(journal),
        ended=datetime.now(UTC),
        answer=redact(dict(stored.answer)),
    )
    existing = folder / receipt.name
    if not stored.new and (kept := _receipt_to_keep(existing, receipt)):
        return Deposited(kept, existing, False, stored.differences, stored.notes)
    path = yield from saving(receipt, folder, journal.unsynced)
    return Deposited(receipt, path, stored.new, stored.differences, stored.notes)


def _packaging(version: str, form: str) -> str:
    """Return the form in which a package was sent, for its receipt."""
    standard = " (RFC 8493)" if version == "1.0" else ""
    return f"BagIt {version}{standard}, as a {form}"


def _refuse_wrong_arrivals(transfer: Transfer, stored: Stored, repository: Repository) -> None:
    """Raise a DepositError unless all files arrived unchanged.

    Missing digests are accepted if the deposit is unverified.
    """
    wrong = [file.path for file in stored.files if file.stored not in (None, file.expected)]
    missing = stored.verified != "unverified" and (
        any(file.stored is None for file in stored.files)
        or (
            repository.capabilities().packaging == "folder"
            and [file.path for file in stored.files] != [item.path for item in transfer.items]
        )
        or not stored.files
    )
    if wrong or missing:
        named = ", ".join(wrong[:5]) or "the repository does not account for every file"
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise DepositError(
            _(
                "what arrived in {target} is not what was sent: {named}{more}",
                target=repository.target,
                named=named,
                more=more,
            ),
            _("Deposit again. If the error persists, check the repository's storage."),
        )


def _journal_name(repository: Repository, transfer: Transfer) -> str:
    where = place_digest(repository.target, transfer.identifier)
    return f"{repository.kind}-{where}-{transfer.fingerprint[:12]}.journal"


def _started(journal: Journal) -> datetime:
    begun = journal.begun("deposit")
    if begun is not None and not journal.is_done("deposit"):
        with contextlib.suppress(
            LookupError, TypeError, ValueError
        ):  # an entry without a valid start
            return datetime.fromisoformat(begun["started"])
    return datetime.now(UTC)


def _receipt_to_keep(existing: Path, receipt: Receipt) -> Receipt | None:
    """Return the existing receipt if fingerprint, state and verification are those of the new one.

    Return None if it differs, or if there is none.
    """
    if not existing.is_file():
        return None
    try:
        old = load_receipt(existing)
    except InvalidError:
        return None
    before, now = ((each.fingerprint, each.state, each.verified) for each in (old, receipt))
    return old if before == now else None
