"""Base classes for repositories that store a package as one zip.

If people browse the repository, a page is stored next to the zip, so that they can read the letter
without unpacking anything. It is not part of the package: only the zip is ever fetched back.
"""

from __future__ import annotations

import contextlib
import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg import limits, storage
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_archive
from archive_pkg.deposits.protocol import TARGET_NEEDS_METADATA
from archive_pkg.deposits.repositories.drop.drop_folder import write_file
from archive_pkg.deposits.transfers import Item, limited, sha256_of
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.packages.access.leaks import refuse_traces
from archive_pkg.packages.access.visibility import opening
from archive_pkg.reports import Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.http.client import HttpClient
    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.protocol import Expected
    from archive_pkg.deposits.receipts import Arrival
    from archive_pkg.deposits.transfers import Transfer
    from archive_pkg.records import Record
    from archive_pkg.reports import Report


@dataclass(frozen=True, slots=True)
class Upload:
    """A package's zip, or its page, while it is being sent.

    Attributes:
        path: The temporary file.
        item: Its name in the repository, size and SHA-256.
        md5: Its MD5, which many repositories state.
    """

    path: Path
    item: Item
    md5: str


class ZipRepository(ABC):
    """Reads back and fetches a zip. Subclasses say where its bytes are."""

    target: str

    _web: HttpClient

    @abstractmethod
    def _contents(self, remote_id: str) -> Mapping[str, str]:
        """Return the path from which each file of a deposit can be downloaded, by name."""

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Download every file; see `Repository`."""
        found = {}
        for name, path in self._contents(remote_id).items():
            with self._web.download(path) as blocks:
                found[name] = sha256_of(limited(blocks, _size_of(name, expected), name))
        return found

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Download the zip and unpack it; see `Repository`."""
        contents = self._contents(remote_id)
        zips = [path for name, path in contents.items() if name.endswith(".zip")]
        if len(zips) != 1:
            raise DepositError(f"{self.target} has no {remote_id} with one zip in it")
        with self._web.download(zips[0]) as blocks:
            unpack(blocks, into, _zip_of(expected))


def _zip_of(expected: Expected | None) -> Arrival | None:
    """Return the zip among the files of a deposit."""
    zips = [file for path, file in (expected or {}).items() if path.endswith(".zip")]
    return zips[0] if len(zips) == 1 else None


def _size_of(name: str, expected: Expected | None) -> int:
    """Return the most bytes that a file may have."""
    known = (expected or {}).get(name) or (_zip_of(expected) if name.endswith(".zip") else None)
    return known.size if known else limits.DOWNLOAD.value


class RestrictingRepository(ZipRepository):
    """A repository that is open to everyone, but can restrict the files.

    The description of a restricted package has only what the public may see of its record.
    """

    _options: Mapping[str, str]
    """The options of its address; `access` is "public" or "restricted"."""

    @property
    def _is_restricting(self) -> bool:
        return self._options.get("access") == "restricted"

    def _public_record(self, transfer: Transfer) -> Record:
        """Return the record from which the description is made."""
        return transfer.outgoing.record if self._is_restricting else transfer.record

    def _report_no_sender(self, transfer: Transfer, report: Report, required: str) -> None:
        """Report a record without a sender or signatories; `required` says who requires what."""
        record, full = self._public_record(transfer), transfer.outgoing.full
        if record.sender or record.signatories:
            return
        message = f"the record has no sender, but {required}"
        hint = "Add the sender or signatories, if they are known."
        if full.sender or full.signatories:
            message = f"the sender is withheld, but {required}"
            hint = "Deposit it in a repository that does not require a sender."
        where = Location("data/record.json", field="sender")
        report.add(TARGET_NEEDS_METADATA.at(where, message, hint))

    def _embargo(self, transfer: Transfer) -> str:
        """Return the day on which restricted files open; empty if there is none."""
        outgoing = transfer.outgoing
        day = opening(outgoing.withheld) if self._is_restricting and outgoing.is_cut else None
        return day.isoformat() if day else ""

    def _rules(self, transfer: Transfer) -> str:
        """Return the rules of the restriction, in words."""
        withheld_parts = transfer.outgoing.withheld.values()
        return "; ".join(dict.fromkeys(str(one.access.rule) for one in withheld_parts))

    def _restriction(self, transfer: Transfer) -> tuple[str, ...]:
        """Return the step of a plan that restricts the files, if there is one."""
        if not self._is_restricting:
            return ()
        until = self._embargo(transfer)
        return (f"restrict the files{f', under an embargo until {until}' if until else ''}",)

    def _other_embargo(self, transfer: Transfer, there: str) -> tuple[str, ...]:
        """Return a sentence if the embargo in the repository ends on another day than requested."""
        asked = self._embargo(transfer)
        if there == asked:
            return ()
        return (f"its embargo ends on {there or 'no day'}, not on {asked or 'no day'}",)

    def _asks_access(self, journal: Journal) -> bool:
        """Return whether the address has the option `access`, or had it in an earlier run.

        Otherwise the access that a person set in the repository is kept.
        """
        if "access" in self._options:
            journal.done("access", asked=self._options["access"])
        return journal.outcome("access") is not None

    def _report_traces(self, transfer: Transfer, report: Report) -> None:
        """Report words of restricted parts that the public description would show."""
        if self._is_restricting:
            try:
                refuse_traces(transfer.outgoing, transfer.opened.parts, {}, "nothing was sent")
            except InvalidError as error:
                report.extend(error.report)


@contextlib.contextmanager
def zipped(transfer: Transfer, journal: Journal) -> Iterator[Upload]:
    """Yield the package's zip, next to the journal while it is being sent.

    Each run writes it again, with the same bytes: an existing one may have been written by another
    person.

    Raises:
        StorageError: It could not be written.
    """
    with storage.Staging(journal.path, locked=True) as staging:
        path = staging.path / "package.zip"
        item, md5 = transfer.zipped(path)
        yield Upload(path, item, md5)


@contextlib.contextmanager
def paged(transfer: Transfer, sent: Upload) -> Iterator[tuple[Upload, ...]]:
    """Yield the package's page, next to its zip while it is being sent; nothing if there is none.

    Raises:
        StorageError: It could not be written.
    """
    if transfer.page is None:
        yield ()
        return
    path, page = sent.path.with_suffix(".html"), transfer.page()
    with storage.storage_errors(f"writing {path}"):
        path.write_bytes(page)
    item = Item(page_name(transfer.identifier), len(page), hashlib.sha256(page).hexdigest())
    yield (Upload(path, item, hashlib.md5(page, usedforsecurity=False).hexdigest()),)


def page_name(identifier: str) -> str:
    """Return the file name of a package's page."""
    return f"{identifier}.html"


def zip_name(identifier: str) -> str:
    """Return the file name of a package's zip."""
    return f"{identifier}.zip"


def unpack(blocks: Iterator[bytes], into: Path, expected: Arrival | None = None) -> None:
    """Unpack a zip that a repository returns into a folder, without its top folder.

    Args:
        blocks: The zip.
        into: The folder.
        expected: The zip that was deposited; another one is not unpacked.

    Raises:
        DepositError: It is another zip, or not a zip of one package.
        StorageError: It cannot be written.
    """
    write_file(into, ".zip", blocks, expected)
    whole = into / ".zip"
    try:
        with storage.storage_errors(f"reading {whole}"), open_archive(whole) as archive:
            listing = archive.listing()
            for finding in listing.findings:
                if finding.severity is Severity.ERROR:
                    place = f"{finding.location.path} " if finding.location.path else ""
                    raise DepositError(f"the zip that came back: {place}{finding.message}")
            for path, content in archive.contents(sorted(listing.files)):
                write_file(into, path, content)
    except BadArchiveError as error:
        place = f"{error.finding.location.path} " if error.finding.location.path else ""
        raise DepositError(f"the zip that came back: {place}{error}") from error
    with storage.storage_errors(f"removing {whole}"):
        whole.unlink()
