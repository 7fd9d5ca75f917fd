"""Receipts: what was deposited where, when, and how it is known to have arrived.

A receipt lies outside the package, which stays as it was closed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from archive_pkg import storage
from archive_pkg.errors import InvalidError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

RECEIPT_LIMIT = 256 * 1024 * 1024


class Deposit(BaseModel):
    """One file as it was sent and as the repository has it.

    Attributes:
        path: Its path in the package.
        size: In bytes.
        expected: Its digest when it was sent.
        stored: Its digest as the repository states or as it was read back; None if unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    expected: str
    stored: str | None


class Receipt(BaseModel):
    """A receipt.

    Attributes:
        target: The repository's address, without credentials.
        kind: The kind of repository, "ocfl".
        client: The software that made the deposit, with its version.
        packaging: The form in which the package was sent.
        package: The package's identifier, its External-Identifier.
        fingerprint: SHA-256 over the paths and digests of all its files; the same package has
            the same one wherever it lies.
        manifests: SHA-256 of each manifest and tag manifest.
        payload_oxum: Octets and number of payload files (RFC 8493, 2.2.2).
        remote_id: The repository's identifier of what it holds.
        version: The repository's version of it.
        location: Where in the repository it lies.
        algorithm: The algorithm of the digests in `files`.
        files: Every file.
        verified: How it is known that what arrived is what was sent.
        started: When the deposit began (UTC).
        ended: When it was verified (UTC).
        answer: What the repository said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    kind: str
    client: str
    packaging: str
    package: str
    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    manifests: dict[str, str]
    payload_oxum: str
    remote_id: str
    version: str
    location: str
    algorithm: str
    files: tuple[Deposit, ...]
    verified: Literal["server-digest", "read-back", "unverified"]
    started: datetime
    ended: datetime
    answer: dict[str, Any]

    @property
    def name(self) -> str:
        """The receipt's file name: the same deposit has the same one."""
        place = hashlib.sha256(f"{self.target}\0{self.remote_id}".encode()).hexdigest()[:8]
        return f"{self.kind}-{place}-{self.version}.json"


def save_receipt(receipt: Receipt, folder: Path) -> Path:
    """Write a receipt into a folder, which is made if it is not there.

    Raises:
        StorageError: It could not be written.
    """
    with storage.storage_errors(f"writing a receipt into {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / receipt.name
    storage.write_atomically(path, (receipt.model_dump_json(indent=2) + "\n").encode())
    return path


def load_receipt(path: Path) -> Receipt:
    """Read a receipt.

    Raises:
        InvalidError: It is none.
        StorageError: It is not there or cannot be read.
    """
    try:
        if path.stat().st_size > RECEIPT_LIMIT:
            raise InvalidError(f"{path} is too large for a receipt")
        return Receipt.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path} could not be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise InvalidError(
            f"{path} is no receipt: {place + ': ' if place else ''}{first['msg']}",
            "name a file that `deposit` wrote into a folder ending in .receipts",
        ) from error


def fingerprint(digests: dict[str, str]) -> str:
    """SHA-256 over the sorted paths of a package's files, each with its digest."""
    listing = json.dumps(sorted(digests.items()), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(listing.encode()).hexdigest()
