"""Check what makes a valid bag a valid package of archive-pkg."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg import storage, tables
from archive_pkg.bags.verifying import include_command
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _
from archive_pkg.packages import layout
from archive_pkg.packages.checking.runner import FILE_CODES, check_record
from archive_pkg.packages.packaging_events import SOFTWARE_ID
from archive_pkg.packages.signatures.verifying import is_signature_file
from archive_pkg.records import read_record
from archive_pkg.records.upgrading import FORMAT
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.bags import Bag
    from archive_pkg.records import Record

_STATE = ".archive-pkg/"

PACKAGE_TAG_MANIFEST_MISSING = Code(
    "package-tagmanifest-missing",
    Severity.ERROR,
    "A package of archive-pkg does not have a tag manifest for each algorithm of its manifests, so "
    "changes of bag-info.txt and metadata/ can go unnoticed. A copy was interrupted, or the "
    "package was changed. Restore it from another copy.",
)
PACKAGE_TAG_FILE_UNLISTED = Code(
    "package-tag-file-unlisted",
    Severity.ERROR,
    "A file outside data/ in a package of archive-pkg is missing from a tag manifest, so a change "
    "of the file can go unnoticed.",
)
TABLES_DISAGREE = Code(
    "tables-disagree",
    Severity.ERROR,
    "The tables in a package's payload differ from its record.json.",
)
EVENT_DIGEST_UNKNOWN = Code(
    "event-digest-unknown",
    Severity.ERROR,
    "A packaging event has an output whose checksum no file in the payload has.",
)
PACKAGE_NAMED_OTHERWISE = Code(
    "package-named-otherwise",
    Severity.WARNING,
    "A package's External-Identifier is not the id of the record in it.",
)

_RESTORE = "Restore the file from another copy of the package."


def examine_contents(path: Path, bag: Bag, report: Report) -> Record | None:
    """Report what is wrong with the contents of an archive-pkg package, and return its record.

    Args:
        path: The package. The record in an archive is not read.
        bag: The bag as it was read.
        report: Receives the findings.

    Returns:
        The record; None if the package is an archive, or its record is not valid or unreadable.
    """
    _check_tag_files(bag, report)
    record = None
    if path.is_dir():
        with contextlib.suppress(StorageError):  # the bag's report says what cannot be read
            record, found = read_record(path / "data" / layout.RECORD, standalone=True)
            report.extend(found)
        if record is not None:
            _check_payload(record, path, bag, report)
    return record


def _check_tag_files(bag: Bag, report: Report) -> None:
    """Report missing tag manifests, and tag files that are not in every tag manifest."""
    lacking = sorted(bag.manifests.keys() - bag.tag_manifests.keys())
    # A profile may allow fewer tag manifests than manifests, but every package has one.
    if lacking and not (bag.tag_manifests and bag.values("BagIt-Profile-Identifier")):
        names = " and ".join(f"tagmanifest-{name}.txt" for name in lacking)
        hint = _("Restore the package from another copy.")
        report.add(
            PACKAGE_TAG_MANIFEST_MISSING.at(Location(""), _("{names}: missing", names=names), hint)
        )
    manifests = bag.tag_manifests.values()
    listing = {manifest.name for manifest in manifests}
    unlisted = {
        path: without
        for path in bag.tag_files
        if not (path in listing or is_signature_file(path))
        and (without := [one.name for one in manifests if path not in one.digests])
    }
    command = include_command(bag, [name for name in unlisted if not name.startswith(_STATE)])
    for path, without in unlisted.items():
        hint = _("Remove the file, or list it: {command}", command=command)
        if path.startswith(_STATE):
            hint = _("Remove the folder .archive-pkg, which does not belong in a package.")
        message = _("is not in {without}", without=" and ".join(without))
        report.add(PACKAGE_TAG_FILE_UNLISTED.at(Location(path), message, hint))


def _check_payload(record: Record, path: Path, bag: Bag, report: Report) -> None:
    source = path / "data" / layout.RECORD
    # Warnings and advice are for the record's author, who saw them when building.
    for finding in check_record(record, path / "data" / layout.PARTS, source):
        if finding.severity is not Severity.ERROR:
            continue
        # A changed file in a package must be restored. The usual hint is to edit the record.
        of_file = finding.code in FILE_CODES
        report.add(replace(finding, hint=_RESTORE) if of_file else finding)
    named = [value for label, value in bag.info if label == "External-Identifier"]
    if record.id not in named:
        message = _(
            "the record's id is {id}, but External-Identifier is {value}",
            id=record.id,
            value=", ".join(named) or "not given",
        )
        report.add(PACKAGE_NAMED_OTHERWISE.at(Location(str(path / "bag-info.txt")), message))
    _check_event_digests(record, source, bag, report)
    source = path / "data" / "datapackage.json"
    if _is_of_an_earlier_format(path) or _tables_are_made_from(record, bag):
        return
    try:
        if tables.tables_hold(record, source):
            return
        from_tables = tables.read_records(source)
    except StorageError:
        return  # the bag's report says what cannot be read
    except InvalidError as error:
        report.extend(error.report)
        return
    if from_tables != [record]:
        message = _("the tables differ from record.json")
        hint = _(
            "One of the two was changed after packaging. Restore the package from another copy."
        )
        report.add(TABLES_DISAGREE.at(Location(str(source)), message, hint))


def _is_of_an_earlier_format(path: Path) -> bool:
    """Return whether the record has an earlier format, so that its tables have other columns.

    These tables are not read; their checksums show that they are unchanged.
    """
    data = json.loads(storage.read_regular(path / "data" / layout.RECORD))
    return bool(data.get("format") != FORMAT)


def _tables_are_made_from(record: Record, bag: Bag) -> bool:
    """Return whether the listed digests are those of tables made from the record by this version.

    Tables with different digests have to be read and compared. A table that does not match its
    listed digest makes the bag invalid, which is reported elsewhere.
    """
    listed = bag.manifests.get("sha256")
    return listed is not None and all(
        listed.digests.get(f"data/{name}") == hashlib.sha256(made).digest()
        for name, made in tables.package_files([record], record.id).items()
    )


def _check_event_digests(record: Record, source: Path, bag: Bag, report: Report) -> None:
    manifest = bag.manifests.get("sha256")
    if manifest is None:
        return
    digests = set(manifest.digests.values())
    for event in record.events:
        if event.agents != (SOFTWARE_ID,):
            continue
        for digest in event.outputs:
            if bytes.fromhex(digest.removeprefix("sha256:")) not in digests:
                place = Location(str(source), field=f"events.{event.id}.outputs")
                report.add(
                    EVENT_DIGEST_UNKNOWN.at(
                        place, _("no file has the checksum {digest}", digest=digest)
                    )
                )
