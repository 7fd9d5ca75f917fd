"""The way of a package into a repository and back, and what is known of it since."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from archive_pkg import storage
from archive_pkg.deposits.credentials import redact
from archive_pkg.deposits.journal import Journal
from archive_pkg.deposits.parcels import Parcel, fingerprint_of, pack
from archive_pkg.deposits.receipts import Receipt, load_receipt, place, saving
from archive_pkg.deposits.repositories import (
    TARGET_TAKES_FEWER,
    TARGET_TAKES_LESS,
    LostError,
    Plan,
    Repository,
    Reserving,
    Status,
    Stepwise,
    Stored,
    repository_for,
)
from archive_pkg.deposits.together import together
from archive_pkg.errors import DepositError, InvalidError, UsageError
from archive_pkg.records import load_record
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from archive_pkg.deposits.together import Steps

HELD_DIFFERENTLY = Code(
    "receipt-file-differs",
    Severity.ERROR,
    "A repository holds a file of a deposit, and not as it was deposited.",
)
HELD_NO_MORE = Code(
    "receipt-file-gone",
    Severity.ERROR,
    "A repository does not hold a file of a deposit any more.",
)
HELD_UNKNOWN = Code(
    "receipt-file-unknown",
    Severity.WARNING,
    "A repository holds a file, in the place of a deposit, that was not deposited.",
)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between one attempt and the next, each a little longer by chance."""
LONGEST_WAIT = 120.0
"""Where a repository asks for more seconds than these, the run ends and says so."""
_LOT = 100
_LOT_BYTES = 64 << 20
"""So many packages, or bytes of them, are enough for a sync of the disk to cost little beside."""

T = TypeVar("T")

_PACKAGING = {
    "folder": "BagIt 1.0 (RFC 8493), as a folder",
    "zip": "BagIt 1.0 (RFC 8493), as a zip",
}


class RefusedError(DepositError):
    """What the repository would refuse; nothing was sent.

    Attributes:
        report: Every reason.
    """

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message, "nothing was sent")
        self.report = report


@dataclass(frozen=True, slots=True)
class Deposited:
    """What `deposit` did.

    Attributes:
        receipt: The receipt.
        path: The receipt's file.
        new: False where the repository held exactly this package already.
    """

    receipt: Receipt
    path: Path
    new: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one deposit of a package.

    Attributes:
        target: The repository.
        remote_id: What the repository calls it.
        receipt: The receipt's file; None for a deposit that did not come to its end.
        status: What the repository says of it now.
    """

    target: str
    remote_id: str
    receipt: Path | None
    status: Status


def deposit(
    package: Path,
    to: str | Repository,
    *,
    receipts: Path | None = None,
    publish: bool = False,
    tick: Callable[[int], None] = lambda count: None,
) -> Deposited:
    """Deposit a package and keep a receipt; the package is verified first and not changed.

    A deposit that was stopped goes on from its journal. Depositing the same package again changes
    nothing in the repository.

    Args:
        package: The package's folder.
        to: The repository's address, `ocfl:PATH`, or the repository itself.
        receipts: The folder for journal and receipt; `<package>.receipts` beside it if not given.
        publish: Whether the repository is to publish it; where it can, it stays a draft otherwise.
        tick: Called with the number of bytes after each block that was sent.

    Raises:
        InvalidError: The package is not valid; nothing was sent. Its report has the findings.
        DepositError: The repository refused it, could not be reached, or what arrived is not what
            was sent.
        StorageError: The storage failed.
        UsageError: The address is of no known repository, or of one that publishes nothing.
    """
    ((_, outcome),) = deposit_many([package], to, receipts=receipts, publish=publish, tick=tick)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def plan(package: Path, to: str | Repository, *, publish: bool = False) -> Plan:
    """What depositing a package would do, and every reason why it would be refused.

    Raises:
        InvalidError: The package is not valid.
        StorageError: The storage failed.
        UsageError: The address is of no known repository, or of one that publishes nothing.
    """
    repository = repository_for(to) if isinstance(to, str) else to
    parcel = pack(package)
    parcel = _with_earlier(parcel, receipts_folder(package), repository)
    return _planned(repository, parcel, publish=publish)


def _planned(repository: Repository, parcel: Parcel, *, publish: bool) -> Plan:
    """A repository's own plan, held against what its kind can do."""
    can = repository.capabilities()
    if publish and not can.publishes:
        raise UsageError(
            f"{repository.target} keeps what it gets and publishes nothing",
            "leave --publish away",
        )
    planned = repository.plan(parcel, publish=publish)
    files, size, place = len(planned.transfers), planned.size, Location(parcel.identifier)
    if can.most_files is not None and files > can.most_files:
        message = f"the package has {files} files; the repository takes {can.most_files}"
        planned.report.add(TARGET_TAKES_FEWER.at(place, message))
    if can.most_bytes is not None and size > can.most_bytes:
        message = f"the package has {size} bytes; the repository takes {can.most_bytes}"
        planned.report.add(TARGET_TAKES_LESS.at(place, message))
    return planned


def reserve(record: Path, to: str | Repository, *, receipts: Path | None = None) -> str:
    """Reserve a persistent identifier for a record whose package is not built yet.

    Asking again gives the same one. The draft that it stands in is what the package is deposited
    into later, which finds it by the identifier in the record.

    Args:
        record: The record's file or folder.
        to: The repository's address, or the repository itself.
        receipts: The folder for the journal; `<record>.receipts` beside the record if not given.

    Returns:
        The identifier, "10.5281/zenodo.123".

    Raises:
        DepositError: The repository gives none, or cannot be reached.
        InvalidError: The record is not sound.
        UsageError: Such a repository gives none before it has the package.
    """
    repository = repository_for(to) if isinstance(to, str) else to
    if not isinstance(repository, Reserving):
        raise UsageError(
            f"{repository.target} gives no identifier before it has the package",
            "deposit the package; what the repository calls it stands in the receipt",
        )
    home = record if record.is_dir() else record.parent
    folder = receipts or receipts_folder(home)
    with storage.storage_errors(f"making {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
    read = load_record(record)
    path = folder / f"{repository.kind}-{place(repository.target, read.id)}-reserved.journal"
    with storage.Lock(path):
        return repository.reserve(read, Journal(path))


def deposit_many(
    packages: Sequence[Path],
    to: str | Repository,
    *,
    receipts: Path | None = None,
    publish: bool = False,
    jobs: int = 1,
    tick: Callable[[int], None] = lambda count: None,
) -> Iterator[tuple[Path, Deposited | Exception]]:
    """Deposit packages side by side; one that fails does not keep the others.

    Into a repository on a disk here, packages go some at a time: those of each lot are staged, made
    durable and placed together.

    Args:
        packages: Their folders.
        to: The repository's address, or the repository itself; it is opened once for all.
        receipts: See `deposit`.
        publish: See `deposit`.
        jobs: How many at a time.
        tick: See `deposit`; called from several threads.

    Yields:
        Each package with what came of it, in the order in which they were given.

    Raises:
        UsageError: The address is of no known repository.
    """
    repository = repository_for(to) if isinstance(to, str) else to
    fair = -(-len(packages) // jobs)
    size = max(1, min(_LOT, fair)) if isinstance(repository, Stepwise) else 1
    some = [packages[start : start + size] for start in range(0, len(packages), size)]
    send = partial(_deposited, repository, receipts, publish, tick)
    if jobs <= 1 or len(some) == 1:
        for lot in some:
            yield from zip(lot, send(lot), strict=True)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        for lot, outcomes in zip(some, pool.map(send, some), strict=True):
            yield from zip(lot, outcomes, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _deposited(
    repository: Repository,
    receipts: Path | None,
    publish: bool,
    tick: Callable[[int], None],
    packages: Sequence[Path],
) -> list[Deposited | Exception]:
    """Deposit packages, as many of them together as is reasonable."""
    outcomes: dict[int, Deposited | Exception] = {}
    lot: dict[str, tuple[int, Parcel]] = {}

    def send() -> None:
        # In one order everywhere, so that no two runs wait for what the other holds.
        chosen = [lot[identifier] for identifier in sorted(lot)]
        works = [_depositing(parcel, repository, receipts, publish) for _, parcel in chosen]
        for (number, _), outcome in zip(chosen, together(works), strict=True):
            outcomes[number] = outcome
        lot.clear()

    for number, package in enumerate(packages):
        try:
            parcel = pack(package, tick)
        except Exception as error:  # it is the caller's to tell what it means
            outcomes[number] = error
            continue
        if parcel.identifier in lot or sum(each.size for _, each in lot.values()) > _LOT_BYTES:
            send()
        lot[parcel.identifier] = number, parcel
    send()
    return [outcomes[number] for number in range(len(packages))]


def _depositing(
    parcel: Parcel, repository: Repository, receipts: Path | None, publish: bool
) -> Steps[Deposited]:
    """The steps of depositing one package that has been verified."""
    folder = receipts or receipts_folder(parcel.folder)
    with storage.storage_errors(f"making {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
    parcel = _with_earlier(parcel, folder, repository)
    planned = _planned(repository, parcel, publish=publish)
    if not planned.report.ok:
        raise RefusedError(f"{repository.target} would refuse {parcel.folder}", planned.report)
    path = folder / _journal_name(repository, parcel)
    with storage.Lock(path):
        journal = Journal(path, sync=not isinstance(repository, Stepwise))
        journal.begin(
            "deposit",
            target=repository.target,
            package=parcel.identifier,
            fingerprint=parcel.fingerprint,
            client=SOFTWARE,
            publish=publish,
            started=_started(journal),
        )
        stored = yield from _stored(repository, parcel, journal, publish)
        _compare(parcel, stored, repository)
        done = yield from _keep(parcel, repository, stored, folder, _started(journal))
        journal.done("deposit")
    return done


def _stored(
    repository: Repository, parcel: Parcel, journal: Journal, publish: bool
) -> Steps[Stored]:
    """What the repository has of a package in the end; it is tried with patience."""
    for pause in (*PAUSES, None):
        try:
            if isinstance(repository, Stepwise):
                return (yield from repository.steps(parcel, journal))
            return repository.deposit(parcel, journal, publish=publish)
        except LostError as error:
            _wait_after(error, pause)
    raise AssertionError("the last attempt returns or raises")


def fetch(receipt_file: Path, out: Path) -> Path:
    """Bring a package back from where its receipt says it is, and verify it.

    Args:
        receipt_file: The receipt.
        out: The folder that the package is to be in; made if it is not there.

    Returns:
        The package's folder, byte for byte the one that was deposited.

    Raises:
        DepositError: What the repository gave is not what was deposited; nothing is kept.
        InvalidError: The receipt is none.
        StorageError: The storage failed, or something of that name is there already.
    """
    receipt = load_receipt(receipt_file)
    repository = repository_for(receipt.target)
    destination = out / receipt.package
    with storage.storage_errors(f"making {out}"):
        out.mkdir(parents=True, exist_ok=True)
    with storage.Staging(destination) as staging:

        def bring() -> None:
            for left in staging.path.iterdir():
                storage.remove_tree(left)
            repository.fetch(receipt.remote_id, receipt.version, staging.path)

        patiently(bring)
        if fingerprint_of(staging.path) != receipt.fingerprint:
            raise DepositError(
                f"what {receipt.target} gave back is not what the receipt is for",
                "nothing was kept; look at the repository itself, and at other copies",
            )
        staging.commit()
    return destination


def check_receipt(receipt_file: Path) -> Report:
    """Read back all that a receipt is for, and compare it with what was deposited.

    Raises:
        DepositError: The repository cannot be asked, or does not hold it any more.
        InvalidError: The receipt is none.
    """
    receipt = load_receipt(receipt_file)
    repository = repository_for(receipt.target)
    held = patiently(lambda: repository.verify(receipt.remote_id, receipt.version))
    sent = {file.path: file.sha256 for file in receipt.files}
    report = Report()
    for path in sorted(sent.keys() | held.keys()):
        where = Location(f"{receipt.target} {receipt.remote_id} {path}")
        if path not in held:
            report.add(HELD_NO_MORE.at(where, "it was deposited and is not there any more"))
        elif path not in sent:
            report.add(HELD_UNKNOWN.at(where, "it is there and was not deposited"))
        elif sent[path] != held[path]:
            message = f"its SHA-256 is {held[path]}, deposited was {sent[path]}"
            report.add(HELD_DIFFERENTLY.at(where, message, "look for another copy to restore from"))
    return report


def receipts_folder(package: Path) -> Path:
    """Where a package's receipts lie unless another folder is asked for: beside it."""
    return package.absolute().with_name(f"{package.absolute().name}.receipts")


def receipts_of(package: Path, folder: Path | None = None) -> list[tuple[Path, Receipt]]:
    """The receipts of a package, oldest first.

    Raises:
        InvalidError: A file in the folder is no receipt.
        StorageError: The storage failed.
    """
    folder = folder or receipts_folder(package)
    found = [(path, load_receipt(path)) for path in folder.glob("*.json")]
    return sorted(found, key=lambda pair: pair[1].ended)


def ask(package: Path, to: str | None = None, *, receipts: Path | None = None) -> list[Known]:
    """Ask repositories what they know of a package's deposits, those cut short included.

    Args:
        package: The package's folder.
        to: Only this repository; all that the receipts and journals name if not given.
        receipts: The folder of receipts, if not beside the package.

    Raises:
        DepositError: A repository cannot be asked.
    """
    folder = receipts or receipts_folder(package)
    only = repository_for(to).target if to else None
    known = []
    for path, receipt in receipts_of(package, folder):
        if only in (None, receipt.target):
            status = repository_for(receipt.target).status(receipt.remote_id, receipt.version)
            known.append(Known(receipt.target, receipt.remote_id, path, status))
    for path in sorted(folder.glob("*.journal")):
        journal = Journal(path)
        begun = journal.begun("deposit")
        if begun is None or journal.is_done("deposit") or only not in (None, begun["target"]):
            continue
        made = journal.outcome("place") or journal.begun("place") or {}
        remote_id = made.get("remote_id", "")
        status = (
            repository_for(begun["target"]).status(remote_id, "")
            if remote_id
            else Status("absent", "nothing had been sent when the deposit was stopped")
        )
        known.append(Known(begun["target"], remote_id, None, status))
    return known


def patiently(do: Callable[[], T]) -> T:
    """Do something that looks before it acts; do it again while the repository is out of reach.

    Raises:
        LostError: It stays out of reach, or asks for more patience than is reasonable.
    """
    for pause in (*PAUSES, None):
        try:
            return do()
        except LostError as error:
            _wait_after(error, pause)
    raise AssertionError("the last attempt returns or raises")


def _wait_after(error: LostError, pause: float | None) -> None:
    """Wait until it is time for the next attempt; raise the error where there is to be none."""
    wait = error.after if error.after is not None else pause
    if pause is None or wait is None or wait > LONGEST_WAIT:
        raise error
    time.sleep(wait + random.uniform(0, wait / 4))  # noqa: S311 - jitter, no secret


def _keep(
    parcel: Parcel, repository: Repository, stored: Stored, folder: Path, started: datetime
) -> Steps[Deposited]:
    sha256 = {item.path: item.sha256 for item in parcel.items}
    receipt = Receipt(
        target=repository.target,
        kind=repository.kind,
        client=SOFTWARE,
        packaging=_PACKAGING[repository.capabilities().packaging],
        package=parcel.identifier,
        fingerprint=parcel.fingerprint,
        manifests={
            path: digest
            for path, digest in sha256.items()
            if "/" not in path and "manifest-" in path
        },
        payload_oxum=parcel.payload_oxum,
        remote_id=stored.remote_id,
        version=stored.version,
        location=stored.location,
        pid=stored.pid,
        status_url=stored.status_url,
        state=stored.state,
        files=stored.files,
        verified=stored.verified,
        started=started,
        ended=datetime.now(UTC),
        answer=redact(dict(stored.answer)),
    )
    there = folder / receipt.name
    if not stored.new and there.is_file() and _says_the_same(there, receipt):
        return Deposited(load_receipt(there), there, new=False)
    path = yield from saving(receipt, folder)
    return Deposited(receipt, path, stored.new)


def _compare(parcel: Parcel, stored: Stored, repository: Repository) -> None:
    """What arrived must be what was sent, each file; a claim without proof counts for nothing."""
    wrong = [file.path for file in stored.files if file.stored not in (None, file.expected)]
    missing = stored.verified != "unverified" and (
        any(file.stored is None for file in stored.files)
        or (
            repository.capabilities().packaging == "folder"
            and [file.path for file in stored.files] != [item.path for item in parcel.items]
        )
        or not stored.files
    )
    if wrong or missing:
        named = ", ".join(wrong[:5]) or "the repository does not account for every file"
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise DepositError(
            f"what arrived in {repository.target} is not what was sent: {named}{more}",
            "deposit again; if it stays so, look at the repository's storage",
        )


def _with_earlier(parcel: Parcel, folder: Path, repository: Repository) -> Parcel:
    def find() -> tuple[Receipt, ...]:
        found = []
        for path in folder.glob(f"{repository.kind}-*.json"):
            try:
                receipt = load_receipt(path)
            except InvalidError:
                continue
            if (receipt.target, receipt.package) == (repository.target, parcel.identifier):
                found.append(receipt)
        return tuple(sorted(found, key=lambda receipt: receipt.ended))

    return replace(parcel, find_earlier=find)


def _journal_name(repository: Repository, parcel: Parcel) -> str:
    where = place(repository.target, parcel.identifier)
    return f"{repository.kind}-{where}-{parcel.fingerprint[:12]}.journal"


def _started(journal: Journal) -> datetime:
    begun = journal.begun("deposit")
    if begun is None or journal.is_done("deposit"):
        return datetime.now(UTC)
    return datetime.fromisoformat(begun["started"])


def _says_the_same(there: Path, receipt: Receipt) -> bool:
    try:
        old = load_receipt(there)
    except InvalidError:
        return False
    return (old.fingerprint, old.state, old.verified) == (
        receipt.fingerprint,
        receipt.state,
        receipt.verified,
    )
