"""Base classes for repositories that store a package as one zip.

If people browse the repository, an HTML page can be stored next to the zip, so that they can read
the letter without unpacking anything. The page is not part of the package: `fetch` ignores it.
"""

from __future__ import annotations

import contextlib
import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from archive_pkg import limits, storage
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_archive
from archive_pkg.deposits.repositories.drop.drop_folder import write_file
from archive_pkg.deposits.repository_interface import TARGET_NEEDS_METADATA
from archive_pkg.deposits.transfers import Item, limited, sha256_of
from archive_pkg.errors import DepositError, InvalidError
from archive_pkg.interchange.export_context import ExportContext
from archive_pkg.messages import _
from archive_pkg.packages.access.leaks import refuse_traces
from archive_pkg.packages.access.visibility import opening
from archive_pkg.projects import Project
from archive_pkg.reports import Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.http.client import HttpClient
    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.receipts import Arrival
    from archive_pkg.deposits.repository_interface import Expected
    from archive_pkg.deposits.transfers import Transfer
    from archive_pkg.records import Record
    from archive_pkg.reports import Report


@dataclass(frozen=True, slots=True)
class Upload:
    """A package's zip, or its page, while it is being sent.

    Attributes:
        path: The temporary file.
        item: The file's name in the repository, size and SHA-256.
        md5: The file's MD5, which many repositories state.
    """

    path: Path
    item: Item
    md5: str


class ZipRepository(ABC):
    """A repository that stores packages as zips, and can return them.

    Subclasses give the addresses of the files.
    """

    target: str

    _web: HttpClient

    @abstractmethod
    def _contents(self, remote_id: str) -> Mapping[str, str]:
        """Return the address of each file of a deposit, by the file's name."""

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Download every file; see `Repository`."""
        found = {}
        for name, path in self._contents(remote_id).items():
            with self._web.download(path) as blocks:
                found[name] = sha256_of(limited(blocks, _most_bytes_of(name, expected), name))
        return found

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Download the zip and unpack it; see `Repository`."""
        contents = self._contents(remote_id)
        zips = [path for name, path in contents.items() if name.endswith(".zip")]
        if len(zips) != 1:
            raise DepositError(
                _(
                    "{target}: {remote_id} has {zips} zips instead of one",
                    target=self.target,
                    remote_id=remote_id,
                    zips=len(zips),
                )
            )
        with self._web.download(zips[0]) as blocks:
            unpack(blocks, into, _zip_of(expected))


def _zip_of(expected: Expected | None) -> Arrival | None:
    """Return the zip among the files of a deposit; None unless there is exactly one."""
    zips = [file for path, file in (expected or {}).items() if path.endswith(".zip")]
    return zips[0] if len(zips) == 1 else None


def _most_bytes_of(name: str, expected: Expected | None) -> int:
    """Return how many bytes a file may have when it is read back."""
    known = (expected or {}).get(name) or (_zip_of(expected) if name.endswith(".zip") else None)
    return known.size if known else limits.DOWNLOAD.value


class RestrictingRepository(ZipRepository):
    """A repository that is open to everyone, but can restrict the access to files.

    Everyone can read the description of a deposit. With `access=restricted`, it has only what the
    public may see of the record.
    """

    _options: Mapping[str, str]
    """The options of the address; `access`, if given, is "public" or "restricted"."""

    project = Project()
    """The settings whose editors and funding the description names."""

    def _context(self, **more: Any) -> ExportContext:
        """Return what the description needs besides the record."""
        editors = self._options.get("creators") == "editors"
        creators: Literal["senders", "editors"] = "editors" if editors else "senders"
        return ExportContext(project=self.project, creators=creators, **more)

    @property
    def _is_restricting(self) -> bool:
        return self._options.get("access") == "restricted"

    def _public_record(self, transfer: Transfer) -> Record:
        """Return the record that the description is made from."""
        return transfer.outgoing.record if self._is_restricting else transfer.record

    def _report_no_sender(self, transfer: Transfer, report: Report, required: str) -> None:
        """Report that a description would have neither a sender nor signatories.

        Args:
            transfer: The package.
            report: Gets the finding.
            required: A clause that says who requires a sender.
        """
        record, full = self._public_record(transfer), transfer.outgoing.full
        if self._options.get("creators") == "editors":
            if not self.project.settings.editors:
                message = _("creators=editors, but the project file names no editors")
                hint = _("Add editors to archive-pkg.toml, or write creators=senders.")
                where = Location(self.target, field="creators")
                report.add(TARGET_NEEDS_METADATA.at(where, message, hint))
            return
        if record.sender or record.signatories:
            return
        message = _("the record has no sender, but {required}", required=required)
        hint = _("Add the sender or signatories, if they are known.")
        if full.sender or full.signatories:
            message = _("the sender is withheld, but {required}", required=required)
            hint = _("Deposit it in a repository that does not require a sender.")
        where = Location("data/record.json", field="sender")
        report.add(TARGET_NEEDS_METADATA.at(where, message, hint))

    def _embargo(self, transfer: Transfer) -> str:
        """Return the day on which restricted files open; empty if there is none."""
        outgoing = transfer.outgoing
        day = opening(outgoing.withheld) if self._is_restricting and outgoing.is_cut else None
        return day.isoformat() if day else ""

    def _rules(self, transfer: Transfer) -> str:
        """Return the access rules of the withheld parts, in words."""
        withheld_parts = transfer.outgoing.withheld.values()
        return "; ".join(dict.fromkeys(str(one.access.rule) for one in withheld_parts))

    def _restriction(self, transfer: Transfer) -> tuple[str, ...]:
        """Return the step of a plan that restricts the files; empty if they are not restricted."""
        if not self._is_restricting:
            return ()
        until = self._embargo(transfer)
        return (f"restrict the files{f', under an embargo until {until}' if until else ''}",)

    def _other_embargo(self, transfer: Transfer, there: str) -> tuple[str, ...]:
        """Return a sentence if the repository's embargo does not end on the requested day."""
        asked = self._embargo(transfer)
        if there == asked:
            return ()
        return (f"its embargo ends on {there or 'no day'}, not on {asked or 'no day'}",)

    def _asks_access(self, journal: Journal) -> bool:
        """Return whether this run or an earlier run of this deposit has the option `access`.

        If so, record it in the journal. If not, the deposit keeps the access that a person set in
        the repository.
        """
        if "access" in self._options:
            journal.done("access", asked=self._options["access"])
        return journal.outcome("access") is not None

    def _report_traces(self, transfer: Transfer, report: Report) -> None:
        """Report words of restricted parts that the public description would show."""
        if self._is_restricting:
            try:
                refuse_traces(transfer.outgoing, transfer.opened.parts, {}, _("nothing was sent"))
            except InvalidError as error:
                report.extend(error.report)


@contextlib.contextmanager
def zipped(transfer: Transfer, journal: Journal) -> Iterator[Upload]:
    """Write a package's zip into a temporary folder next to the journal, and yield it.

    Each run writes the zip again, with the same bytes, because a different person may have written
    an existing one.

    Raises:
        DepositError: A file changed since the package was verified.
        StorageError: A file cannot be read, or the zip cannot be written.
    """
    with storage.Staging(journal.path, locked=True) as staging:
        path = staging.path / "package.zip"
        item, md5 = transfer.zipped(path)
        yield Upload(path, item, md5)


@contextlib.contextmanager
def paged(transfer: Transfer, sent: Upload) -> Iterator[tuple[Upload, ...]]:
    """Write a package's page next to its temporary zip, and yield it; empty if there is no page.

    Raises:
        StorageError: The page cannot be written.
    """
    if transfer.page is None:
        yield ()
        return
    path, page = sent.path.with_suffix(".html"), transfer.page()
    with storage.storage_errors(_("writing {path}", path=path)):
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
    """Unpack a zip that a repository returns into a folder, without the zip's top folder.

    Args:
        blocks: The bytes of the zip.
        into: The folder.
        expected: The zip that was deposited; a different one is refused.

    Raises:
        DepositError: The zip differs from `expected`, or is not a valid zip of one package.
        StorageError: The files cannot be written.
    """
    write_file(into, ".zip", blocks, expected)
    temporary = into / ".zip"
    try:
        with (
            storage.storage_errors(_("reading {temporary}", temporary=temporary)),
            open_archive(temporary) as archive,
        ):
            listing = archive.listing()
            for finding in listing.findings:
                if finding.severity is Severity.ERROR:
                    place = f"{finding.location.path} " if finding.location.path else ""
                    raise DepositError(
                        _(
                            "the zip that came back: {place}{message}",
                            place=place,
                            message=finding.message,
                        )
                    )
            for path, content in archive.contents(sorted(listing.files)):
                write_file(into, path, content)
    except BadArchiveError as error:
        place = f"{error.finding.location.path} " if error.finding.location.path else ""
        raise DepositError(
            _("the zip that came back: {place}{error}", place=place, error=error)
        ) from error
    with storage.storage_errors(_("removing {temporary}", temporary=temporary)):
        temporary.unlink()
