"""The way of a package into a repository and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.deposits.receipts import Deposit, Receipt, fingerprint, load_receipt, save_receipt
from archive_pkg.deposits.repositories import Stored, repository_for
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.packages import open_package, verify
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.packages import Package


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


def deposit(package: Path, to: str, *, receipts: Path | None = None) -> Deposited:
    """Deposit a package and keep a receipt; the package is verified first and not changed.

    Depositing the same package again changes nothing in the repository.

    Args:
        package: The package's folder.
        to: The repository's address, `ocfl:PATH`.
        receipts: The folder for the receipt; `<package>.receipts` beside it if not given.

    Raises:
        InvalidError: The package is not valid; nothing was sent. Its report has the findings.
        DepositError: The repository refused it, or it could not be verified.
        StorageError: The storage failed.
        UsageError: The address is of no known repository.
    """
    repository = repository_for(to)
    verification = verify(package)
    if not verification.ok:
        raise InvalidError(
            f"{package} is not valid and was not deposited", report=verification.report
        )
    opened = open_package(package)
    started = datetime.now(UTC)
    stored = repository.deposit(package, opened.record.id)
    sent = _digests(package, stored.algorithm)
    _compare(sent, stored, to)
    folder = receipts or package.absolute().with_name(f"{package.absolute().name}.receipts")
    receipt = Receipt(
        target=repository.target,
        kind=repository.kind,
        client=SOFTWARE,
        packaging="BagIt 1.0 (RFC 8493), as a folder",
        package=opened.record.id,
        fingerprint=fingerprint(sent),
        manifests=_manifests(package),
        payload_oxum=_oxum(opened),
        remote_id=stored.remote_id,
        version=stored.version,
        location=stored.location,
        algorithm=stored.algorithm,
        files=tuple(
            Deposit(
                path=path,
                size=(package / path).stat().st_size,
                expected=digest,
                stored=stored.digests.get(path),
            )
            for path, digest in sent.items()
        ),
        verified=stored.verified,
        started=started,
        ended=datetime.now(UTC),
        answer=dict(stored.answer),
    )
    there = folder / receipt.name
    if not stored.new and there.is_file() and _says_the_same(there, receipt):
        return Deposited(load_receipt(there), there, new=False)
    return Deposited(receipt, save_receipt(receipt, folder), stored.new)


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
        repository.fetch(receipt.remote_id, receipt.version, staging.path)
        if fingerprint(_digests(staging.path, receipt.algorithm)) != receipt.fingerprint:
            raise DepositError(
                f"what {receipt.target} gave back is not what the receipt is for",
                "nothing was kept; look at the repository itself, and at other copies",
            )
        staging.commit()
    return destination


def _digests(package: Path, algorithm: str) -> dict[str, str]:
    """The digest of every file in a package, by its path."""
    names = sorted(
        path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()
    )
    found = {}
    for name in names:
        with storage.storage_errors(f"reading {name}"), storage.open_beneath(package, name) as file:
            found[name] = fixity.digest(file, [algorithm])[algorithm]
    return found


def _compare(sent: dict[str, str], stored: Stored, to: str) -> None:
    wrong = sorted(
        path
        for path in sent.keys() | stored.digests.keys()
        if sent.get(path) != stored.digests.get(path)
    )
    if wrong:
        raise DepositError(
            f"what arrived in {to} is not what was sent: {', '.join(wrong[:5])}"
            + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""),
            "deposit again; if it stays so, look at the repository's storage",
        )


def _manifests(package: Path) -> dict[str, str]:
    return {
        path.name: fixity.digest(path, ["sha256"])["sha256"]
        for path in sorted(package.glob("*manifest-*.txt"))
    }


def _oxum(package: Package) -> str:
    return next((value for label, value in package.bag.info if label == "Payload-Oxum"), "")


def _says_the_same(there: Path, receipt: Receipt) -> bool:
    try:
        return load_receipt(there).fingerprint == receipt.fingerprint
    except InvalidError:
        return False
