"""The operations of bulk work on one subject: check, export, deposit."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.bulk.for_each import INVALID, Pace
from archive_pkg.collection.bulk.running import Done, guarded
from archive_pkg.errors import DepositError
from archive_pkg.packages import later_events
from archive_pkg.packages.access.leaks import refuse_traces
from archive_pkg.packages.checking.runner import examine, like_id, same_id
from archive_pkg.packages.layout import is_bag, package_of
from archive_pkg.packages.metadata_documents import read_for_export
from archive_pkg.packages.output_protection import refuse_output, source_mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from archive_pkg.collection.bulk.byte_counting import ByteCounter
    from archive_pkg.deposits import Deposited
    from archive_pkg.packages import Package
    from archive_pkg.packages.access.redaction import Outgoing
    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.projects import Project
    from archive_pkg.records import Record
    from archive_pkg.reports import Report


def check_one(record: Path, pace: Pace) -> Done:
    """Check a record, its files and its quotes."""
    found, report, _ = examine(record)
    done = checked(record, report)
    done.details["record"] = found.id if found else None
    return done


def checked(path: Path, report: Report) -> Done:
    """Return the result of a check."""
    outcome, status = ("valid", 0) if report.ok else ("invalid", INVALID)
    return Done(str(path), outcome, status, list(report))


@contextmanager
def marking_duplicate_ids() -> Iterator[Callable[[Done], Done]]:
    """Yield a function that adds a finding if another record has the same, or nearly the same, id.

    The ids are kept in a temporary file.
    """
    with closing(sqlite3.connect("")) as base:
        base.text_factory = os.fsdecode  # names of files need not be UTF-8
        base.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, path TEXT) WITHOUT ROWID")
        base.execute("CREATE INDEX alike ON ids (id COLLATE NOCASE)")
        like = "SELECT id, path FROM ids WHERE id = ? COLLATE NOCASE ORDER BY id <> ? LIMIT 1"

        def marked(done: Done) -> Done:
            name = done.details.get("record")
            if name is None:
                return done
            met = base.execute(like, (name, name)).fetchone()
            base.execute(
                "INSERT OR IGNORE INTO ids VALUES (?, CAST(? AS TEXT))",
                (name, os.fsencode(done.path)),
            )
            if met is not None and met[0] != name:
                done.findings.append(like_id(done.path, name, *met))
            elif met is not None and met[1] != done.path:
                done.findings.append(same_id(done.path, *met))
                done.status = INVALID
                done.outcome = "invalid" if done.outcome == "valid" else done.outcome
            return done

        yield marked


@dataclass(frozen=True, slots=True)
class Depositing:
    """Work that deposits a batch of packages. It can be sent to other processes.

    Attributes:
        to: The repository's address.
        receipts: The folder for all receipts. If it is None, they are next to each package.
        publish: Whether to publish the deposits.
        include_restricted: Whether to send restricted parts to a repository that is open to all.
        project: The settings that descriptions of deposits use.
        page: Makes a page of a package, for repositories with a website.
        rate: Bytes per second that one process may send; 0 for no limit.
        meter: Counts the bytes that are sent.
    """

    to: str
    receipts: Path | None = None
    publish: bool = False
    page: Callable[[Package], str] | None = None
    rate: float = 0
    meter: ByteCounter | None = None
    include_restricted: bool = False
    project: Project | None = None

    def __call__(self, batch: Sequence[Path]) -> list[Done]:
        """Deposit the packages. Those that the repository already has are left alone."""
        from archive_pkg.collection.audits.comparing import repository
        from archive_pkg.deposits import deposit_many
        from archive_pkg.deposits.repository_interface import using

        pace = Pace(self.rate)

        def tick(count: int) -> None:
            if self.meter is not None:
                self.meter.add(count)
            pace.spend(count)

        outcomes = deposit_many(
            batch,
            using(repository(self.to), self.project),
            receipts=self.receipts,
            publish=self.publish,
            include_restricted=self.include_restricted,
            page=self.page,
            tick=tick,
        )
        return [guarded(package, partial(_deposited, package, done)) for package, done in outcomes]


def _deposited(package: Path, done: Deposited | Exception) -> Done:
    if isinstance(done, Exception):
        raise done
    receipt = done.receipt
    differ = done.differences
    return Done(
        str(package),
        "differs" if differ else "deposited" if done.new else "unchanged",
        0 if receipt.settled and not differ else DepositError.exit_status,
        done.findings,
        details=receipt.summary() | {"receipt": str(done.path), "made": done.made},
    )


LEFT_OUT = "left out"
"""The outcome of a document that a format does not describe."""


def export_one(
    path: Path,
    pace: Pace,
    *,
    to: str,
    out: Path,
    made: str,
    ledger: Path | None = None,
    audience: Audience = "public",
    on: date | None = None,
    project: Project | None = None,
) -> Done:
    """Export a record into a folder, in a file named after its id and the format.

    A format of correspondence leaves out documents of other types, with a warning.
    """
    from archive_pkg.interchange import export, find_format
    from archive_pkg.interchange.losses import left_out

    known = read_for_export(path, audience=audience, on=on, made=made, project=project)
    record, chosen = known.outgoing.record, find_format(to)
    if not chosen.takes(record):
        details: dict[str, Any] = {"record": record.id}
        return Done(str(path), LEFT_OUT, findings=list(left_out(chosen, record)), details=details)
    document = export(to, [with_later_events(known.outgoing, path, to, ledger)], known.context)
    refuse_traces(known.outgoing, known.folder, {to: document.decode()}, "nothing was written")
    target = out / f"{record.id}.{chosen.file}"
    unchanged = target.is_file() and storage.read_regular(target) == document
    if not unchanged:
        refuse_output(target)
        with storage.storage_errors(f"reading {path}"):
            mode = 0o777 if audience == "public" else source_mode(path)
        storage.write_output(target, document, mode=mode)
    pace.spend(len(document))
    outcome = "unchanged" if unchanged else "exported"
    details = {"record": record.id, "output": str(target)}
    if withheld_parts := known.outgoing.sentences:
        details["withheld"] = withheld_parts
    return Done(str(path), outcome, details=details)


_WITH_LATER_EVENTS = ("premis", "mets")
"""The formats that can express events after packaging."""


def with_later_events(
    outgoing: Outgoing, path: Path, to: str, ledger: Path | None = None
) -> Record:
    """Return a package's record with its later events, if the format can express them.

    The details of a check in a ledger concern everything in the package. If something is withheld,
    they are left out.

    Args:
        outgoing: The record, as its audience may see it.
        path: The package, or the record in it. The record of any other path is returned unchanged.
        to: The name of the format.
        ledger: The ledger with its fixity checks. If it is None, that of its collection.

    Raises:
        InvalidError: A receipt is invalid, or the ledger was changed or is damaged.
        StorageError: They cannot be read.
    """
    record = outgoing.record
    path = package_of(path) or path
    if to not in _WITH_LATER_EVENTS or not is_bag(path):
        return record
    from archive_pkg.collection.audits.check_events import checks_of
    from archive_pkg.deposits import receipts_of

    signings = later_events.load_events(later_events.receipts_folder(path))
    deposits = (receipt.event() for _, receipt in receipts_of(path))
    checks = checks_of(record.id, path, ledger)
    if outgoing.is_cut:
        checks = [one.model_copy(update={"detail": None}) for one in checks]
    return later_events.joined(record, [*signings, *deposits, *checks])
