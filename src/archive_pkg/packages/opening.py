"""Opening and verifying: any bag as RFC 8493 has it; one of ours, its record as well."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import bags, limits, storage, tables
from archive_pkg.bags.archives.opening import is_mark, open_tree
from archive_pkg.bags.bag import TAG_FILE_UNREADABLE
from archive_pkg.bags.verifying import TAG_FILE_UNLISTED
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages import layout
from archive_pkg.packages.checking import PART_CHANGED, check_record
from archive_pkg.packages.history import SOFTWARE_ID
from archive_pkg.packages.signatures.verifying import (
    FOLDER,
    Signed,
    Trust,
    examine_signatures,
    is_signature_file,
)
from archive_pkg.records import Record, read_record
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.bags import Bag, Verdict
    from archive_pkg.fixity import Tally
    from archive_pkg.paths import StrPath
    from archive_pkg.reports import Finding

PACKAGE_TAG_MANIFEST_MISSING = Code(
    "package-tagmanifest-missing",
    Severity.ERROR,
    "A package of archive-pkg lacks a tag manifest, so that nothing shows whether bag-info.txt and "
    "metadata/ are complete and unchanged: a copy stopped half way, or somebody changed it. "
    "Restore it from another copy.",
)
PACKAGE_TAG_FILE_UNLISTED = Code(
    "package-tag-file-unlisted",
    Severity.ERROR,
    "A file next to data/ in a package of archive-pkg is not in every tag manifest, so that "
    "nothing shows whether it belongs there or has changed.",
)
TABLES_DISAGREE = Code(
    "tables-disagree",
    Severity.ERROR,
    "The tables in a package's payload do not say the same as its record.json.",
)
EVENT_DIGEST_UNKNOWN = Code(
    "event-digest-unknown",
    Severity.ERROR,
    "An event of the packaging says that a file with a digest came of it, and no file in the "
    "payload has that digest.",
)
RECORD_NOT_AS_MEANT = Code(
    "record-not-as-meant",
    Severity.ERROR,
    "What was read back from a package that was written just now is not the record that was meant.",
)
PACKAGE_NAMED_OTHERWISE = Code(
    "package-named-otherwise",
    Severity.WARNING,
    "A package's External-Identifier is not the id of the record in it.",
)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was opened: its folder, what its bag-info.txt says, and the record in it.

    Opening reads these two files; only `verify` looks at every byte.
    """

    path: Path
    info: list[tuple[str, str]]
    record: Record

    @property
    def parts(self) -> Path:
        """The folder that the parts' paths start from."""
        return self.path / "data" / layout.PARTS

    @property
    def packaged_on(self) -> str:
        """The date of packaging as bag-info.txt has it; empty if it has none."""
        return self.value("Bagging-Date")

    def value(self, label: str) -> str:
        """The first value of a label of bag-info.txt; empty if it has none."""
        return next((value for name, value in self.info if name == label), "")


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found.

    Attributes:
        path: What was verified.
        verdict: The bag's: complete, valid (RFC 8493, 3), and its findings.
        report: All findings, those on the record included.
        record: The record, where the bag is a package of ours and its record can be read.
        signatures: Its signatures, right and wrong.
    """

    path: Path
    verdict: Verdict
    report: Report
    record: Record | None
    signatures: tuple[Signed, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the bag is valid and nothing is wrong with its record."""
        return self.verdict.valid and self.report.ok


def is_bag(path: StrPath) -> bool:
    """Whether a path is a bag's folder, damaged ones included: it has a tag file of a bag's own."""
    path = Path(path)
    if storage.is_regular(path / "bagit.txt"):
        return True
    with contextlib.suppress(OSError):
        return any(is_mark(entry.name) for entry in path.iterdir())
    return False


def open_package(path: StrPath) -> Package:
    """Open a package's folder to read in it.

    Raises:
        InvalidError: It is no package of ours, or its record is not sound.
        StorageError: It is not there or cannot be read.
    """
    path = Path(path)
    if not path.is_dir():
        raise StorageError(f"{path} is not a folder", "name the folder of a package")
    info = bags.read_info(path)
    if not _is_ours(partial(storage.read_beneath, path)):
        raise InvalidError(
            f"{path} is not a package of archive-pkg: neither data/{layout.RECORD} nor "
            f"data/{layout.DESCRIPTOR} has the form of one",
            "verify takes any bag; other commands need a letter's package",
        )
    record, report = read_record(path / "data" / layout.RECORD)
    if record is None:
        raise InvalidError(f"the record in {path} is not sound", report=report)
    return Package(path, info, record)


def verify(
    path: StrPath,
    *,
    second_opinion: bool = False,
    trust: Trust | None = None,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Verification:
    """Verify any bag: every digest of every manifest; of ours, the record against its bytes too.

    Args:
        path: A bag's folder or its serialization.
        second_opinion: Also ask the Library of Congress's bagit-python and report where it differs.
        trust: Whose signatures and timestamps to believe, and which must be there. Without it,
            whether each is over the right bytes is checked all the same.
        jobs: How many files to read at a time; as many as there are processors when None.
        progress: Called now and then with how far the bag's files have been read.

    Raises:
        StorageError: There is nothing at the path, or it cannot be read.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise StorageError(f"there is nothing at {path}", "check the path")
    verdict = bags.verify(path, second_opinion=second_opinion, jobs=jobs, progress=progress)
    report = Report([finding for finding in verdict.report if not _is_on_signature(finding)])
    record = None
    bag = verdict.bag
    is_ours = bag is not None and _is_ours(partial(_listed, bag))
    if bag is not None and is_ours:
        report.findings[:] = [one for one in report if one.code != TAG_FILE_UNLISTED.code]
        _is_covered(bag, report)
    if path.is_dir() and bag is not None and is_ours:
        with contextlib.suppress(StorageError):  # what cannot be read has been found above
            record, found = read_record(path / "data" / layout.RECORD)
            report.extend(found)
        if record is not None:
            _against_its_bytes(record, path, bag, report)
    signatures = _signatures(path, bag, trust or Trust(), report) if bag else ()
    return Verification(path, verdict, report, record, signatures)


def read_back(path: Path, record: Record, *, jobs: int | None = None) -> Verification:
    """Verify a package that was written just now from a record that was checked.

    Every byte is read again and every digest computed; the record in it must be readable, and the
    one that was meant; the files of its parts must have the digests that it was checked against.
    Tables and descriptions were made from it in memory, and the manifests from the bytes there, so
    that nothing is left that `verify` would find.

    Args:
        path: The package.
        record: The record that was written into it.
        jobs: How many files to read at a time; as many as there are processors when None.

    Raises:
        StorageError: It cannot be read.
    """
    if any(part.file and part.sha256 is None for part in record.parts):
        return verify(path, jobs=jobs)  # quotes were looked up in bytes that may be others now
    verdict = bags.verify(path, jobs=jobs)
    report = Report(list(verdict.report))
    source = path / "data" / layout.RECORD
    found, findings = read_record(source)
    report.extend(findings)
    if found is not None and found != record:
        report.add(RECORD_NOT_AS_MEANT.at(Location(str(source)), "it is not the record meant"))
    listed = verdict.bag.manifests["sha256"].digests if verdict.bag else {}
    for part in record.parts:
        there = listed.get(f"data/{layout.PARTS}/{part.file}")
        if part.file and (there is None or there.hex() != part.sha256):
            place = Location(str(source), field=f"parts.{part.id}.sha256")
            report.add(PART_CHANGED.at(place, f"{part.file} changed while it was copied"))
    return Verification(path, verdict, report, found)


def _is_on_signature(finding: Finding) -> bool:
    """Whether a finding is on a signature's being in no manifest, where it cannot be."""
    return finding.code == TAG_FILE_UNLISTED.code and is_signature_file(finding.location.path)


def _signatures(path: Path, bag: Bag, trust: Trust, report: Report) -> tuple[Signed, ...]:
    beside = [name for name in bag.tag_files if name.startswith(f"{FOLDER}/")]
    files = dict.fromkeys(beside, b"")  # which no signature is over
    names = [name for name in beside if is_signature_file(name)]
    if len(names) > limits.SIGNATURE_FILES.value:
        message = f"has {len(names)} files, and at most {limits.SIGNATURE_FILES.value} are read"
        report.add(TAG_FILE_UNREADABLE.at(Location(FOLDER), message, limits.SIGNATURE_FILES.hint))
        names = []
    most = dict.fromkeys(names, limits.SIGNATURE_SIZE)
    if names:
        most |= {one.name: limits.SIGNED_SIZE for one in bag.tag_manifests.values()}
    with storage.storage_errors(f"reading {path}"), open_tree(path) as tree:
        tree.listing()  # by which an archive learns where its bag begins
        for name, limit in most.items():
            files[name] = b""
            try:
                with tree.open(name) as file:
                    data = file.read(limit.value + 1)
            except OSError as error:
                meaning, hint = storage.describe(error)
                place = Location(name)
                report.add(TAG_FILE_UNREADABLE.at(place, f"cannot be read: {meaning}", hint))
                continue
            if len(data) > limit.value:
                message = f"has more than {limit.value} bytes, and is not read"
                report.add(TAG_FILE_UNREADABLE.at(Location(name), message, limit.hint))
                del files[name]
            else:
                files[name] = data
    return examine_signatures(bag, files, trust, report)


_FORMS = {layout.RECORD: layout.is_record, layout.DESCRIPTOR: layout.is_descriptor}


def _is_ours(read: Callable[[str], bytes]) -> bool:
    """Whether a bag is a package of ours by its payload; bag-info.txt may not be covered.

    Args:
        read: Returns the bytes of a file in the bag.
    """
    for name, has_form in _FORMS.items():
        with contextlib.suppress(OSError, InvalidError, StorageError):
            if has_form(read(f"data/{name}")):
                return True
    return False


def _listed(bag: Bag, path: str) -> bytes:
    if path not in bag.listing.files:  # an archive would be read again to look for it
        raise FileNotFoundError(path)
    return bag.read(path)


def _is_covered(bag: Bag, report: Report) -> None:
    """Report what the tag manifests of one of our packages leave without a checksum."""
    lacking = sorted(bag.manifests.keys() - bag.tag_manifests.keys())
    # A profile may ask for fewer algorithms, but no package is without a tag manifest.
    if lacking and not (bag.tag_manifests and bag.values("BagIt-Profile-Identifier")):
        names = " and ".join(f"tagmanifest-{name}.txt" for name in lacking)
        hint = "Restore the package from another copy."
        report.add(PACKAGE_TAG_MANIFEST_MISSING.at(Location(""), f"{names}: not there", hint))
    manifests = bag.tag_manifests.values()
    listing = {manifest.name for manifest in manifests}
    for path in bag.tag_files:
        if path in listing or is_signature_file(path):
            continue
        if without := [one.name for one in manifests if path not in one.digests]:
            message = f"is not in {' and '.join(without)}"
            hint = "Remove it, or list it (archive-pkg bag update PACKAGE --take PATH)."
            report.add(PACKAGE_TAG_FILE_UNLISTED.at(Location(path), message, hint))


def _against_its_bytes(record: Record, path: Path, bag: Bag, report: Report) -> None:
    source = path / "data" / layout.RECORD
    # Advice is for the record's maker, who saw it before building.
    report.extend(
        finding
        for finding in check_record(record, path / "data" / layout.PARTS, source)
        if finding.severity is Severity.ERROR
    )
    named = [value for label, value in bag.info if label == "External-Identifier"]
    if record.id not in named:
        message = (
            f"the record is {record.id}, External-Identifier is {', '.join(named) or 'not given'}"
        )
        report.add(PACKAGE_NAMED_OTHERWISE.at(Location(str(path / "bag-info.txt")), message))
    _events_name_its_files(record, source, bag, report)
    if _tables_are_made_from(record, bag):
        return
    try:
        told = list(tables.read_records(path / "data" / "datapackage.json"))
    except InvalidError as error:
        report.extend(error.report)
        return
    if told != [record]:
        message = "the tables do not say what record.json says"
        hint = (
            "one of the two was changed after packaging; the manifests tell which bytes are whose"
        )
        report.add(TABLES_DISAGREE.at(Location(str(path / "data/datapackage.json")), message, hint))


def _tables_are_made_from(record: Record, bag: Bag) -> bool:
    """Whether the tables are, by their digests, those that this version makes of the record.

    Then they say the same; those of another version have to be read to tell. Where a table is not
    what its digest says, the bag is not valid, and that is told.
    """
    listed = bag.manifests.get("sha256")
    return listed is not None and all(
        listed.digests.get(f"data/{name}") == hashlib.sha256(made).digest()
        for name, made in tables.package_files([record], record.id).items()
    )


def _events_name_its_files(record: Record, source: Path, bag: Bag, report: Report) -> None:
    manifest = bag.manifests.get("sha256")
    if manifest is None:
        return
    there = set(manifest.digests.values())
    for event in record.events:
        if event.agents != (SOFTWARE_ID,):
            continue
        for digest in event.outputs:
            if bytes.fromhex(digest.removeprefix("sha256:")) not in there:
                place = Location(str(source), field=f"events.{event.id}.outputs")
                report.add(EVENT_DIGEST_UNKNOWN.at(place, f"no file has {digest}"))
