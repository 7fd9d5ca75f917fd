"""Sign heads of a ledger, so that people who can write to the ledger cannot forge them.

In `<ledger>.heads/`, for each signed head:

    000123.head              the ledger's head at that time: number and digest of its last entry
    000123.head.sig          an OpenSSH signature over it
    000123.head.sig.tsr      a timestamp over the signature (RFC 3161)
    000123.head.sig.tsr.pem  the certificates that came with it
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import limits, storage
from archive_pkg.collection.audits import ledger
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages.signatures import timestamps
from archive_pkg.packages.signatures.signing import sign_files
from archive_pkg.packages.signatures.verifying import examine_signature
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.packages import Signed, Trust
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Report


SIGNED_HEAD = "signed head"

HEAD_SIGNATURE_GONE = Code(
    "ledger-head-signature-gone",
    Severity.ERROR,
    "The signature of a ledger's head is missing, invalid, or not made with the key that the "
    "ledger names. Restore it from a copy.",
)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The result of signing a head.

    Attributes:
        file: The head's file.
        head: The head itself.
        new: The signature, and the timestamp with its certificates, if this run wrote them.
        pending: Why the timestamp could not be made; empty if it exists or was not asked for.
        report: Findings about the ledger.
    """

    file: Path
    head: ledger.LedgerHead
    new: tuple[Path, ...]
    pending: str
    report: Report


def sign_head(
    path: StrPath, *, key: StrPath | None = None, timestamp: str | None = None
) -> SignedHead:
    """Sign the current head of a ledger, and have the signature timestamped.

    An existing signature or timestamp is left alone. If the time-stamping authority fails, the
    signature stays, and the timestamp can be added until the ledger gets another entry.

    Args:
        path: The ledger's file. Its chain is verified first.
        key: The private key's file, or the public key's if an SSH agent holds the private one.
        timestamp: The address of a time-stamping authority (RFC 3161).

    Raises:
        InvalidError: The ledger was changed or is damaged.
        LockedError: A run is writing it.
        StorageError: A file cannot be read or written.
        UsageError: Neither key nor timestamp is given, the timestamp's address is not a web
            address, the ledger is empty, the key cannot be used, or there is no signature to
            timestamp.
    """
    path = Path(path)
    key = Path(key) if key is not None else None
    if key is None and timestamp is None:
        raise UsageError(
            "nothing to do", "Name a key with --key, or an authority with --timestamp."
        )
    if timestamp is not None:
        timestamps.refuse_other_addresses(timestamp)
    ledger.refuse_missing(path)
    with ledger.held(path, lambda entry: None) as (book, report):
        if not book.head.number:
            raise UsageError(f"the ledger {path} has no entries", "Run an audit first.")
        file = _head_file(path, book.head.number)
        signature = file.with_name(f"{file.name}.sig")
        new: list[Path] = []
        with storage.storage_errors(f"writing {file.parent}"):
            storage.make_folder(file.parent)
        if key is not None and not signature.exists():
            data = f"{book.head}\n".encode()
            made = _signed(data, key)
            storage.write_atomically(file, data)
            storage.write_atomically(signature, made)
            new.append(signature)
        pending = _stamp(signature, timestamp, new) if timestamp is not None else ""
    return SignedHead(file, book.head, tuple(new), pending, report)


def _signed(data: bytes, key: Path) -> bytes:
    with (
        storage.storage_errors("signing the ledger's head"),
        tempfile.TemporaryDirectory() as folder,
    ):
        file = Path(folder) / "head"
        file.write_bytes(data)
        sign_files(key, [file])
        return storage.read_regular(file.with_name("head.sig"))


def _stamp(signature: Path, url: str, new: list[Path]) -> str:
    """Get a timestamp for a signature. Return why that failed, or an empty string."""
    stamp = signature.with_name(f"{signature.name}.tsr")
    if not signature.exists():
        raise UsageError(
            "this head is not signed, so it cannot be timestamped", "Sign it with --key."
        )
    if stamp.exists():
        return ""
    with storage.storage_errors(f"reading {signature}"):
        data = storage.read_regular(signature)
    try:
        answer = timestamps.request(data, url)
    except timestamps.NoStampError as error:
        return str(error)
    certificates = stamp.with_name(f"{stamp.name}.pem")
    storage.write_atomically(certificates, timestamps.read(answer).certificates)
    storage.write_atomically(stamp, answer)
    new += [stamp, certificates]
    return ""


class SignedHeads:
    """The signed heads of a ledger, compared with the entries about them.

    Attributes:
        signed: Each signed head and its signature, valid or not.
    """

    signed: tuple[tuple[ledger.LedgerHead, Signed], ...] = ()

    def __init__(self, path: Path) -> None:
        """Start without entries; `take` receives them.

        Args:
            path: The ledger's file.
        """
        self._path = path
        self._recorded: dict[int, dict[str, Any]] = {}

    def take(self, entry: dict[str, Any]) -> None:
        """Take the next entry of the ledger."""
        number = entry.get("head")
        if entry.get("event") == SIGNED_HEAD and isinstance(number, int):
            self._recorded[number] = entry

    def examine(self, trust: Trust, report: Report) -> None:
        """Check every signature, and that every signature in the ledger still exists.

        Reading the ledger checks the heads themselves against its entries.

        Args:
            trust: Whose signatures to trust.
            report: Receives findings about the signatures.

        Raises:
            StorageError: They cannot be read.
        """
        self.signed = tuple(self._examined(trust, report))
        there = {head.number: signed.fingerprint for head, signed in self.signed if signed.good}
        for number, entry in self._recorded.items():
            if there.get(number) != entry.get("key"):
                place = Location(str(_head_file(self._path, number)))
                message = f"the signature of entry {number} with the key {entry.get('key')} is gone"
                hint = "Restore the file and those next to it from a copy."
                report.add(HEAD_SIGNATURE_GONE.at(place, message, hint))

    def new_entries(self) -> list[dict[str, Any]]:
        """Return entries for the valid signatures that the ledger does not record yet."""
        return [
            {
                "event": SIGNED_HEAD,
                "head": head.number,
                "key": signed.fingerprint,
                "signers": list(signed.signers),
                "times": [stamp.time.isoformat() for stamp in signed.stamps],
            }
            for head, signed in self.signed
            if signed.good and head.number not in self._recorded
        ]

    def _examined(self, trust: Trust, report: Report) -> Iterator[tuple[ledger.LedgerHead, Signed]]:
        for file in ledger.kept_heads(self._path):
            try:
                head = ledger.read_head(file)
            except OSError:
                head = None
            if head is None:  # reading the ledger reports such a file
                continue
            if not file.with_name(f"{file.name}.sig").is_file():
                message = "its signature is missing"
                report.add(
                    HEAD_SIGNATURE_GONE.at(Location(str(file)), message, "Restore it from a copy.")
                )
                continue
            with storage.storage_errors(f"reading {file.parent}"):
                names = storage.names_in(file.parent, f"{file.name}*")
                if len(names) > limits.SIGNATURE_FILES.value:
                    message = f"{file}: {len(names)} files belong to this head, which is too many"
                    raise StorageError(message, limits.SIGNATURE_FILES.hint)
                files = {str(file.parent / name): _small(file.parent, name) for name in names}
            yield head, examine_signature(f"{file}.sig", str(file), files, trust, report)


def _small(folder: Path, name: str) -> bytes:
    with storage.open_beneath(folder, name) as file:
        data = file.read(limits.SIGNATURE_SIZE.value + 1)
    if len(data) > limits.SIGNATURE_SIZE.value:
        raise StorageError(f"{folder / name} is too large to read", limits.SIGNATURE_SIZE.hint)
    return data


def _head_file(path: Path, number: int) -> Path:
    return ledger.heads_folder(path) / f"{number:06}.head"
