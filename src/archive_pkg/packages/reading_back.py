"""Verify a package right after it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg import bags
from archive_pkg.messages import _
from archive_pkg.packages import layout
from archive_pkg.packages.checking.files import PART_CHANGED
from archive_pkg.packages.checking.runner import check_record
from archive_pkg.packages.opening import Verification, verify
from archive_pkg.records import read_record
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.records import Record

RECORD_NOT_AS_MEANT = Code(
    "record-not-as-meant",
    Severity.ERROR,
    "The package that was just written contains a different record when it is read back.",
)


def read_back(path: Path, record: Record, *, jobs: int | None = None) -> Verification:
    """Verify a package right after it was written from a checked record.

    Every byte is read again and every digest computed. The record read back must equal the
    given one, and the files of its parts must have the digests in it. Tables and documents were
    made from the record in memory, and the manifests from the written bytes, so `verify` would
    find nothing more.

    Args:
        path: The package.
        record: The record that was written into the package.
        jobs: How many files to read at a time; None means one per processor.

    Raises:
        StorageError: The package cannot be read.
    """
    if any(part.file and part.sha256 is None for part in record.parts):
        return verify(path, jobs=jobs)  # the file may have changed since its quotes were checked
    verdict = bags.verify(path, jobs=jobs)
    report = Report(list(verdict.report))
    source = path / "data" / layout.RECORD
    found, findings = _read_record_back(source, record)
    report.extend(findings)
    listed = verdict.bag.manifests["sha256"].digests if verdict.bag else {}
    for part in record.parts:
        there = listed.get(f"data/{layout.PARTS}/{part.file}")
        if part.file and (there is None or there.hex() != part.sha256):
            place = Location(str(source), field=f"parts.{part.id}.sha256")
            report.add(PART_CHANGED.at(place, _("{file} changed during the copy", file=part.file)))
    return Verification(path, verdict, report, found)


def check_copy(source: Path, parts: Path, record: Record) -> Report:
    """Report errors of a record that was just written, and of its files in the package.

    Args:
        source: The record's file in the package.
        parts: The folder in the package that the parts' paths are relative to.
        record: The record that was written.

    Raises:
        StorageError: The record cannot be read.
    """
    __, report = _read_record_back(source, record)
    report.extend(
        found for found in check_record(record, parts, source) if found.severity is Severity.ERROR
    )
    return report


def _read_record_back(source: Path, record: Record) -> tuple[Record | None, Report]:
    found, report = read_record(source, standalone=True)
    if found is not None and found != record:
        message = _("the record read back differs from the one written")
        report.add(RECORD_NOT_AS_MEANT.at(Location(str(source)), message))
    return found, report
