"""Receipts: what was deposited where, when, and how its arrival was verified.

A receipt is kept outside the package, which stays unchanged.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from archive_pkg import storage
from archive_pkg.deposits.shared_syncs import Unsynced
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.packages.later_events import LaterEvent, receipts_folder
from archive_pkg.records.path_checks import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.paths import StrPath

RECEIPT_LIMIT = 256 * 1024 * 1024


def name_fault(name: str) -> str:
    """Return what is wrong with a name for a folder in any repository; empty if it is suitable."""
    if not name or name.startswith(".") or "/" in name:
        return "is empty, begins with a dot or has a slash"
    if not name.isprintable():
        return "has invisible characters or is not UTF-8"
    return "is longer than 200 bytes" if len(name.encode()) > 200 else ""


def _checked_name(name: str) -> str:
    if fault := name_fault(name):
        raise ValueError(_("the name {fault}", fault=fault))
    return name


Verified = Literal["server-digest", "read-back", "unverified"]


class Arrival(BaseModel):
    """One file as it was sent and as the repository has it.

    Attributes:
        path: The file's path in the package; or the name of the zip, or of the page sent with it.
        size: The size in bytes.
        sha256: The SHA-256 of the file as it was sent.
        algorithm: The algorithm of `expected` and `stored`.
        expected: The digest of the file as it was sent.
        stored: The digest that the repository states, or that was computed from the bytes read
            back; None if there is neither.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    algorithm: str
    expected: str
    stored: str | None


class Receipt(BaseModel):
    """The record of one deposit.

    Attributes:
        target: The address of the repository, without credentials.
        kind: The kind of repository, for example `ocfl`.
        client: The software that made the deposit, with its version.
        packaging: The form in which the package was sent.
        package: The identifier of the package: the id of its record, or the name of the folder of a
            bag without a record. `fetch` gives the fetched folder this name.
        fingerprint: SHA-256 over the sorted paths and SHA-256 checksums of all files of the
            package, including signatures; the same for every copy of the package.
        manifests: The SHA-256 of each manifest and tag manifest, by path.
        payload_oxum: Bytes and number of payload files (RFC 8493, 2.2.2).
        remote_id: The repository's identifier of the deposit.
        version: The repository's version of the deposit; empty if it has no versions.
        location: The place of the deposit in the repository.
        pid: The persistent identifier from the repository; empty if there is none.
        status_url: A web address that shows the current state; empty if there is none.
        state: `stored`, `draft`, `published`, or `pending`: not finished.
        files: Every file that was sent (for InvenioRDM, Dataverse and SWORD a zip, and a page if
            there is one): `path`, `size`, `sha256`, and for `algorithm` the checksum `expected`
            and the one `stored`.
        verified: `server-digest`: the repository's own checksums were compared; `read-back`: every
            byte was read back; `unverified`.
        started: When the deposit began (UTC).
        ended: When the receipt was made, after the verification (UTC).
        answer: The repository's response, without secrets. For a drop folder, whether its storage
            confirmed that everything is on its disk (`durable`). For InvenioRDM and Dataverse, the
            description that was sent last, and what the server made of it (`described`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    kind: str
    client: str
    packaging: str
    package: Annotated[str, AfterValidator(_checked_name)]
    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    manifests: dict[str, str]
    payload_oxum: str
    remote_id: str
    version: str
    location: str
    pid: str = ""
    status_url: str = ""
    state: Literal["stored", "draft", "published", "pending"] = "stored"
    files: tuple[Arrival, ...]
    verified: Verified
    started: datetime
    ended: datetime
    answer: dict[str, Any]

    def event(self) -> LaterEvent:
        """Return the deposit as an event in the package's life, in PREMIS 3's terms.

        The Library of Congress's vocabulary has no event type for deposits; "deposit" is a local
        type.
        """
        proof = {
            "server-digest": "the repository's digests are those of what was sent",
            "read-back": "all files were read back, and their digests are those of what was sent",
            "unverified": "not verified",
        }[self.verified]
        software, __, release = self.client.partition(" ")
        version = f", {self.version}" if self.version else ""
        return LaterEvent(
            type="deposit",
            time=self.ended,
            package=self.package,
            software=software,
            version=release,
            inputs=self.manifests,
            outcome="success" if self.verified != "unverified" else "warning",
            detail=f"Into {self.target} as {self.remote_id}{version}; {proof}.",
        )

    @property
    def settled(self) -> bool:
        """Whether the deposit was verified, and the repository has finished processing it."""
        return self.verified != "unverified" and self.state != "pending"

    @property
    def concept_pid(self) -> str:
        """The persistent identifier of all versions together; empty if it is not known.

        InvenioRDM and Zenodo state it in their answer. Dataverse has only this one.
        """
        if self.kind == "dataverse":
            return self.pid
        said: Any = self.answer
        try:
            record = said["record"]
            return str(record.get("conceptdoi") or record["parent"]["pids"]["doi"]["identifier"])
        except (LookupError, TypeError, AttributeError):
            return ""

    def summary(self) -> dict[str, str]:
        """Return the summary of a deposit for the commands' JSON."""
        return {
            "target": self.target,
            "location": self.location,
            "remote_id": self.remote_id,
            "version": self.version,
            "state": self.state,
            "pid": self.pid,
            "concept_pid": self.concept_pid,
            "verified": self.verified,
        }

    @property
    def name(self) -> str:
        """The receipt's file name, the same for the same deposit."""
        version = f"-{self.version}" if self.version else ""
        return f"{self.kind}-{place_digest(self.target, self.remote_id)}{version}.json"


def _receipt_hint(folder: Path) -> str:
    """Return a hint that names a receipt in a folder of receipts, or a package's receipt."""
    receipts = folder if folder.name.endswith(".receipts") else receipts_folder(folder)
    with storage.storage_errors(_("reading {receipts}", receipts=receipts)):
        names = sorted(storage.names_in(receipts, "*.json"))
    return f"Name a receipt, such as {receipts / (names or ['….json'])[0]}."


def place_digest(target: str, remote_id: str) -> str:
    """Return eight hexadecimal digits that stand for a deposit in a repository in file names."""
    return hashlib.sha256(f"{target}\0{remote_id}".encode()).hexdigest()[:8]


def saving(receipt: Receipt, folder: Path, unsynced: Sequence[Unsynced] = ()) -> Steps[Path]:
    """Write a receipt into an existing folder, as a task of `shared_syncs`.

    The bytes of the receipt, and other unsynced paths, are durable before the file gets its name.

    Raises:
        StorageError: It could not be written.
    """
    path = folder / receipt.name
    data = (receipt.model_dump_json(indent=2) + "\n").encode()
    with (
        storage.storage_errors(_("writing a receipt into {folder}", folder=folder)),
        storage.staged_file(path, data) as staged,
    ):
        yield [Unsynced(staged), *unsynced]
        staged.replace(path)
    yield [Unsynced(folder, storage.sync_folder)]
    return path


def load_receipt(path: StrPath) -> Receipt:
    """Read a receipt.

    Raises:
        InvalidError: The file is not a receipt.
        StorageError: The file does not exist or cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        raise InvalidError(refusal(path, "receipt")[0], _receipt_hint(path))
    try:
        with (
            storage.storage_errors(_("reading {path}", path=path)),
            storage.open_regular(path) as file,
        ):
            data = file.read(RECEIPT_LIMIT + 1)
        if len(data) > RECEIPT_LIMIT:
            raise InvalidError(_("{path} is too large for a receipt", path=path))
        receipt = Receipt.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        said = {"json_invalid": "it is not JSON", "missing": "the field is missing"}
        wrong = said.get(first["type"], first["msg"])
        place = ".".join(str(step) for step in first["loc"])
        raise InvalidError(
            _(
                "{path} is not a receipt: {place}{wrong}",
                path=path,
                place=place + ": " if place else "",
                wrong=wrong,
            ),
            _("Name a file that `deposit` wrote into a folder ending in .receipts."),
        ) from error
    if not receipt.target.isprintable():
        raise InvalidError(
            _("{path} is not a receipt: the target has invisible characters", path=path)
        )
    return receipt
