"""Open packages, and verify bags (RFC 8493) together with their records and signatures."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archive_pkg import bags, limits, storage
from archive_pkg.bags.archives.archive import unpack_hint
from archive_pkg.bags.archives.findings import UNKNOWN
from archive_pkg.bags.archives.opening import open_tree
from archive_pkg.bags.bag import TAG_FILE_UNREADABLE
from archive_pkg.bags.tagfiles import MISSING
from archive_pkg.bags.verifying import TAG_FILE_UNLISTED
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _
from archive_pkg.packages import layout
from archive_pkg.packages.result_sentences import is_no_bag
from archive_pkg.packages.signatures.verifying import (
    FOLDER,
    Signed,
    Trust,
    examine_signatures,
    is_signature_file,
)
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive_pkg.bags import Bag, Verdict
    from archive_pkg.fixity import Tally
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Record
    from archive_pkg.reports import Finding


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package: its folder, the fields of its bag-info.txt, and its record.

    Opening a package does not compare checksums; `verify` does.
    """

    path: Path
    info: list[tuple[str, str]]
    record: Record

    @property
    def parts(self) -> Path:
        """The folder that the parts' paths are relative to."""
        return self.path / "data" / layout.PARTS

    @property
    def packaged_on(self) -> str:
        """The date of packaging in bag-info.txt; empty if there is none."""
        return self.value("Bagging-Date")

    def value(self, label: str) -> str:
        """Return the first value of a label of bag-info.txt; empty if there is none."""
        return next((value for name, value in self.info if name == label), "")


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of `verify`.

    Attributes:
        path: The bag.
        verdict: Whether the bag is complete and valid (RFC 8493, 3), with the findings on it.
        report: The findings on the bag, the record and the signatures.
        record: The record; None if the bag is an archive or not a package of archive-pkg, or the
            record is not valid.
        signatures: The bag's signatures, valid or not.
    """

    path: Path
    verdict: Verdict
    report: Report
    record: Record | None
    signatures: tuple[Signed, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the bag is valid and the report has no errors."""
        return self.verdict.valid is True and self.report.ok


def open_package(path: StrPath) -> Package:
    """Open a package's folder for reading.

    Raises:
        InvalidError: The folder is not a package of archive-pkg, or its record is not valid.
        StorageError: The folder does not exist or cannot be read.
    """
    path = Path(path)
    require_bag(path)
    info = bags.read_info(path)
    if not has_package_form(path):
        raise InvalidError(
            _(
                "{path} is not a package of archive-pkg: neither data/{RECORD} nor "
                "data/{DESCRIPTOR} has the expected form",
                path=path,
                RECORD=layout.RECORD,
                DESCRIPTOR=layout.DESCRIPTOR,
            ),
            _("Use verify for other bags."),
        )
    from archive_pkg.records import read_record

    record, report = read_record(path / "data" / layout.RECORD, standalone=True)
    if record is None:
        raise InvalidError(_("the record in {path} is not valid", path=path), report=report)
    return Package(path, info, record)


def read_record_or_package(path: StrPath) -> tuple[Record, Path, Package | None]:
    """Return a record, the folder that its parts' paths start from, and its package.

    Args:
        path: A record's file or folder, or a package, or the record in a package. The returned
            package is None if the record is not in a package.

    Raises:
        InvalidError: There is no valid record at the path.
        StorageError: The path does not exist or cannot be read.
    """
    path = Path(path)
    if (folder := layout.package_of(path)) and has_package_form(folder):
        package = open_package(folder)
        return package.record, package.parts, package
    if layout.is_bag(path):
        package = open_package(path)
        return package.record, package.parts, package
    from archive_pkg.records import load_record, record_file
    from archive_pkg.records.file_kinds import RECORD
    from archive_pkg.records.path_checks import FOLDER, kind_of, refusal

    if path.is_dir() and kind_of(path).name not in (RECORD.name, FOLDER):
        raise InvalidError(*refusal(path, "record or package"))
    return load_record(path), record_file(path)[0].parent, None


def require_bag(path: Path) -> None:
    """Refuse a path that is not the folder of a bag.

    Raises:
        InvalidError: It is an archive, or something else.
        StorageError: It does not exist.
    """
    if not os.path.lexists(path):
        raise storage.missing(path)
    if unpack := path.is_file() and unpack_hint(path):
        raise InvalidError(
            _("{path} is an archive, not the folder of a package", path=path), unpack
        )
    if not layout.is_bag(path):
        from archive_pkg.records.path_checks import refusal  # loads the models of records

        raise InvalidError(*refusal(path, "package"))


def verify(
    path: StrPath,
    *,
    second_opinion: bool = False,
    trust: Trust | None = None,
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Verification:
    """Verify every digest of a bag, its signatures and, in a package's folder, its record.

    Args:
        path: A bag's folder or its serialization.
        second_opinion: Also verify with the Library of Congress's bagit-python; report differences.
        trust: Whose signatures and timestamps to trust, and which are required. Without it,
            signatures and timestamps are only compared with the signed bytes.
        jobs: How many files to read at a time; None means one per processor.
        progress: Called regularly with the amount read so far.

    Returns:
        The result. A bag that is invalid or cannot be read gives findings.

    Raises:
        StorageError: The path does not exist.
    """
    path = Path(path)
    if not os.path.lexists(path):
        raise storage.missing(path)
    verdict = bags.verify(path, second_opinion=second_opinion, jobs=jobs, progress=progress)
    report = Report([finding for finding in verdict.report if not _is_on_signature(finding)])
    record = None
    bag = verdict.bag
    if is_no_bag(verdict):
        report.findings[:] = explained(path, report)
    is_ours = bag is not None and _has_package_form(partial(_read_listed, bag))
    if bag is not None and is_ours:
        from archive_pkg.packages import package_rules  # loads the models of records

        report.findings[:] = [one for one in report if one.code != TAG_FILE_UNLISTED.code]
        record = package_rules.examine_contents(path, bag, report)
    signatures = _signatures(path, bag, trust or Trust(), report) if bag else ()
    return Verification(path, verdict, report, record, signatures)


def explained(
    path: Path, report: Report, wanted: Literal["package", "bag"] = "package"
) -> list[Finding]:
    """Return the findings on a path that is not a bag; they say what it is instead."""
    return [_explained(path, finding, wanted) for finding in report]


def _explained(path: Path, finding: Finding, wanted: Literal["package", "bag"]) -> Finding:
    """If a finding says that a path is not a bag, make it say what the path is instead."""
    if finding.code not in (UNKNOWN.code, MISSING.code) or (path.is_file() and unpack_hint(path)):
        return finding  # an archive's own finding says more
    from archive_pkg.records.path_checks import refusal  # loads the models of records

    message, hint = refusal(path, wanted)
    return replace(
        finding, location=Location(str(path)), message=message.removeprefix(f"{path} "), hint=hint
    )


def _is_on_signature(finding: Finding) -> bool:
    """Return whether a finding reports a signature as unlisted, which is by design."""
    return finding.code == TAG_FILE_UNLISTED.code and is_signature_file(finding.location.path)


def _signatures(path: Path, bag: Bag, trust: Trust, report: Report) -> tuple[Signed, ...]:
    present = [name for name in bag.tag_files if name.startswith(f"{FOLDER}/")]
    files = dict.fromkeys(present, b"")
    names = [name for name in present if is_signature_file(name)]
    if len(names) > limits.SIGNATURE_FILES.value:
        message = _(
            "has {names} signatures, more than the limit of {value}",
            names=len(names),
            value=limits.SIGNATURE_FILES.value,
        )
        report.add(TAG_FILE_UNREADABLE.at(Location(FOLDER), message, limits.SIGNATURE_FILES.hint))
        names = []
    limits_by_name = dict.fromkeys(names, limits.SIGNATURE_SIZE)
    if names:
        limits_by_name |= {one.name: limits.SIGNED_SIZE for one in bag.tag_manifests.values()}
    with storage.storage_errors(_("reading {path}", path=path)), open_tree(path) as tree:
        tree.listing()  # finds where the bag begins in an archive
        for name, limit in limits_by_name.items():
            files[name] = b""
            try:
                with tree.open(name) as file:
                    data = file.read(limit.value + 1)
            except OSError as error:
                meaning, hint = storage.describe(error)
                place = Location(name)
                report.add(
                    TAG_FILE_UNREADABLE.at(
                        place, _("cannot be read: {meaning}", meaning=meaning), hint
                    )
                )
                continue
            if len(data) > limit.value:
                message = _(
                    "was not read: it is larger than the limit of {value} bytes", value=limit.value
                )
                report.add(TAG_FILE_UNREADABLE.at(Location(name), message, limit.hint))
                del files[name]
            else:
                files[name] = data
    return examine_signatures(bag, files, trust, report)


_FORMS = {layout.RECORD: layout.is_record, layout.DESCRIPTOR: layout.is_descriptor}


def has_package_form(path: Path) -> bool:
    """Return whether a bag's folder has the form of a package of archive-pkg."""
    return _has_package_form(partial(storage.read_beneath, path))


def _has_package_form(read: Callable[[str], bytes]) -> bool:
    """Return whether a bag's payload is that of an archive-pkg package.

    Args:
        read: Returns the bytes of a file in the bag.
    """
    for name, has_form in _FORMS.items():
        with contextlib.suppress(OSError, InvalidError, StorageError):
            if has_form(read(f"data/{name}")):
                return True
    return False


def _read_listed(bag: Bag, path: str) -> bytes:
    # An archive would be searched from its beginning for a file that is not in it.
    if path not in bag.listing.files:
        raise FileNotFoundError(path)
    return bag.read(path)
