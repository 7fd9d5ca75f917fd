"""Build packages for targets: a bag, a folder with METS, or files and metadata."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace as changed
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import bags, storage
from archive_pkg.bags.archives import serializing
from archive_pkg.bags.archives.archive import unpack_hint
from archive_pkg.bags.name_checks import NAME_MISREAD
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange import FORMATS
from archive_pkg.packages import layout, metadata_documents, payload_files
from archive_pkg.packages.access.leaks import refuse_leaks
from archive_pkg.packages.access.redaction import public
from archive_pkg.packages.building import (
    Built,
    CheckedPackage,
    check_source,
    commit_if_allowed,
    date_for,
    refuse_inside,
    today,
)
from archive_pkg.packages.checking.runner import examine
from archive_pkg.packages.layout import is_bag
from archive_pkg.packages.opening import open_package, verify
from archive_pkg.packages.packaging_events import Packing, packaged
from archive_pkg.packages.reading_back import check_copy
from archive_pkg.packages.targets.requirements import TARGET_NAME, answer, blockers
from archive_pkg.packages.targets.target import STRONGEST_FIRST
from archive_pkg.records import record_file
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from archive_pkg.interchange import ExportContext
    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.packages.targets.target import Target
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Record
    from archive_pkg.reports import Finding

TARGET_LEFT_OUT = Code(
    "target-left-out",
    Severity.WARNING,
    "Derived documents are left out of the package, since the target's profile does not "
    "allow them.",
)


def build_for(
    target: Target,
    source: StrPath,
    out: StrPath,
    *,
    given: Mapping[str, str] | None = None,
    on: date | None = None,
    replace: bool = False,
    drop_signatures: bool = False,
    audience: Audience = "internal",
    wait: float = 0,
) -> Built:
    """Build a record's package for a target, and check it before it is renamed to its place.

    Args:
        target: The target.
        source: The record's file or folder.
        out: The folder in which the package is created. Created if it does not exist.
        given: Values to use instead of the record's, by the target's labels.
        on: The date of packaging. If None, for a bag in a folder as in `build_package`; for others,
            SOURCE_DATE_EPOCH or today (UTC).
        replace: Replace a package that differs.
        drop_signatures: Replace a package even if it is signed; its signatures are lost.
        audience: "public" for a package without restricted parts; see `build_package`.
        wait: Seconds to wait for another build of the same package to end.

    Raises:
        UsageError: `source` is a package, `out` is inside the record's folder, a label or value in
            `given` is not valid, or SOURCE_DATE_EPOCH is not a time.
        InvalidError: The record is not valid; the target would not accept it (the error's report
            has every reason); a different package exists and may not be replaced; the package would
            reveal something withheld; or it failed its verification.
        StorageError: The storage failed, or another build holds the lock.
    """
    source = Path(source)
    out = Path(out)
    checked = check_source(source, audience)
    answers = _checked_values(target, given or {})
    sizes = {name: (checked.folder / name).stat().st_size for name in checked.record.files}
    report = blockers(target, checked.record, answers, sizes, audience)
    if not report.ok:
        raise InvalidError(
            f"{target.title} would not accept {source}", "Correct what the findings name.", report
        )
    destination = out / f"{checked.id}{target.archive}"
    refuse_inside(checked.folder, out)
    with storage.storage_errors(f"making {out}"):
        storage.make_folder(out)
    with storage.Staging(destination, wait=wait) as staging:
        keeps_date = target.form == "bag" and not target.archive
        day = on or (date_for(destination, checked.record) if keeps_date else today())
        maker = _TargetBuilder(target, checked, answers, sizes, day)
        item = maker.make(staging.path)
        checked.report.extend(maker.left_out)
        staging.mode = checked.mode()
        commit = partial(staging.commit, item=item)
        outcome, differences = commit_if_allowed(
            item, destination, commit, replace=replace, drop_signatures=drop_signatures
        )
    return Built(destination, outcome, differences, checked.report, checked.withheld(day))


def _checked_values(target: Target, given: Mapping[str, str]) -> dict[str, str]:
    """Return the given values and, for other labels that the target uses, the project's.

    Raises:
        UsageError: The target does not use a label, or a value is not valid.
    """
    asked = {ask.tag or ask.label for asks in target.asks.values() for ask in asks}
    known = asked | {"Publisher", "Publication-Year", "Contact-Name", "Subject"}
    for label, value in given.items():
        if label not in known:
            raise UsageError(
                f"{target.title} does not use the label {label}",
                f"Its labels are {', '.join(sorted(asked))}." if asked else "",
            )
        if any(sign in value for sign in "\r\n"):
            raise UsageError(f"the value of {label} contains a line break")
    year = given.get("Publication-Year", "")
    if year and not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise UsageError(f"{year!r} is not a year", "Write four digits.")
    settings = target.project.labels
    if target.project.publisher:
        settings["Publisher"] = target.project.publisher
    return {label: value for label, value in settings.items() if label in known} | dict(given)


def why_not(
    path: StrPath, target: Target, given: Mapping[str, str], audience: Audience = "internal"
) -> Report:
    """Return why a target would not accept a record's package, and warnings that concern it.

    Args:
        path: A record's file or folder, or a package, which is verified and checked as it is.
        target: The target.
        given: The user's values, by label.
        audience: "public" if restricted parts are to be left out.

    Raises:
        UsageError: The path is an archive, and the target has no profile to check it against; or a
            label or value in `given` is not valid.
        InvalidError: The record is not valid, or the path is a bag but not a package of
            archive-pkg.
        StorageError: The path does not exist or cannot be read.
    """
    path = Path(path)
    serialized = path.is_file() and bool(unpack_hint(path))
    if serialized and target.profile is None:
        raise UsageError(
            f"{path} is an archive, which cannot be checked for {target.title}",
            "Name the record, or a package's folder.",
        )
    if serialized or (is_bag(path) and target.profile is not None):
        return Report(list(_check_bag(path, target)))
    if is_bag(path):
        package = open_package(path)
        record, folder = package.record, package.parts
        examined = Report()
        report = Report(verify(path).report.errors)
    else:
        found, examined, _ = examine(path)
        report = Report(examined.errors)
        if found is None:
            raise InvalidError(f"{path} is not a valid record", report=report)
        record, folder = found, record_file(path)[0].parent
    sizes = {name: _size(folder / name) for name in record.files}
    values = _checked_values(target, given)
    report.extend(blockers(target, record, values, sizes, audience))
    if not any(found.code == TARGET_NAME.code for found in report):
        report.extend(found for found in examined if found.code == NAME_MISREAD.code)
    if report.ok and target.profile is not None:
        report.extend(_against_profile(target, path, values, sizes, audience))
    return report


def _against_profile(
    target: Target,
    path: Path,
    given: dict[str, str],
    sizes: Mapping[str, int],
    audience: Audience,
) -> list[Finding]:
    """Check the bag that would be built against the profile; report documents left out.

    The bag is made with empty files.
    """
    checked = check_source(path, audience)
    with tempfile.TemporaryDirectory(prefix="archive-pkg-") as folder:
        maker = _TargetBuilder(target, checked, given, dict(sizes), today(), hollow=True)
        try:
            maker.make(Path(folder))
        except InvalidError as error:
            return error.report.errors if error.report else []
    return maker.left_out


def _check_bag(path: Path, target: Target) -> Iterator[Finding]:
    """Check an existing bag against a target: its validity and the profile."""
    hint = f"Build it with --target {target.name}."
    for finding in bags.verify(path, profile=target.profile).report.errors:
        yield changed(finding, hint=f"{finding.hint} {hint}".strip())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _packing(target: Target) -> Packing:
    """Return a description of how the package for a target is made, for its events."""
    if target.form == "csip":
        return Packing(
            "SHA-256 of every file for METS.xml",
            f"an E-ARK {'SIP' if target.oais == 'SIP' else 'CSIP package'}",
            "the record against its files in the package",
        )
    digests = f"{_in_words(target.algorithms)} of every file"
    if target.tag_algorithms and set(target.tag_algorithms) != set(target.algorithms):
        tags = _in_words(target.tag_algorithms)
        digests = f"{_in_words(target.algorithms)} of the payload and {tags} of the tag files"
    return Packing(f"{digests} for the bag's manifests", f"a BagIt {target.version} bag")


def _manifests(target: Target) -> payload_files.Manifests:
    algorithms, tag_algorithms = (
        tuple(name for name in STRONGEST_FIRST if name in names)
        for names in (target.algorithms, target.tag_algorithms or target.algorithms)
    )
    return payload_files.Manifests(algorithms, tag_algorithms, target.version)


def _in_words(algorithms: Sequence[str]) -> str:
    return " and ".join(name.upper().replace("SHA", "SHA-") for name in algorithms)


def _failed(report: Report) -> InvalidError:
    return InvalidError(
        "the built package failed its verification and was removed",
        "A file may have changed during the build. Build again.",
        report=report,
    )


class _TargetBuilder:
    """Makes one package for one target in a staging folder."""

    def __init__(
        self,
        target: Target,
        checked: CheckedPackage,
        given: dict[str, str],
        sizes: dict[str, int],
        on: date,
        *,
        hollow: bool = False,
    ) -> None:
        """Collect the inputs.

        Args:
            target: The target.
            checked: The record and its files.
            given: Values to use instead of the record's, by label.
            sizes: The size of each file in bytes.
            on: The date of packaging.
            hollow: Make the bag with empty files, only to check it against the profile.
        """
        self.hollow = hollow
        self.left_out: list[Finding] = []
        self.target = target
        self.checked = checked
        self.given = given
        self.on = on
        self.withheld_parts = checked.withheld(on)
        record = (
            public(checked.record, self.withheld_parts, checked.folder)
            if checked.audience == "public"
            else checked.record
        )
        self.record: Record = packaged(
            record,
            on,
            checked.digests(record),
            self.withheld_parts,
            target.project.recorded,
            checked.registered,
            _packing(target),
        )
        self.tags = answer(target, record, given, sum(sizes[n] for n in record.files)).tags

    def export_context(self) -> ExportContext:
        """Return what exports need besides the record."""
        year = self.given.get("Publication-Year")
        return changed(
            metadata_documents.export_context(
                self.record,
                self.checked.folder,
                made=self.on.isoformat(),
                project=self.target.project.for_packages,
            ),
            publisher=self.given.get("Publisher"),
            year=int(year) if year else None,
            given=self.given,
        )

    def make(self, staged: Path) -> Path:
        """Make the package, and return its file or folder."""
        match self.target.form:
            case "csip":
                from archive_pkg.packages.targets.csip import write_csip

                folder = staged / "package"
                data = write_csip(
                    folder,
                    self.record,
                    self.checked.folder,
                    self.export_context(),
                    self.target.oais,
                )
                self._refuse_leaks(folder)
                self._check_copy(data, data)
                return folder
            case "invenio":
                return self._upload(staged, "invenio")
            case "dataverse":
                return self._files(staged)
        if not self.target.archive:
            folder = staged / "package"
            self.bag(folder)
            return folder
        return self._packed(staged, staged / f"{self.record.id}{self.target.archive}")

    def bag(self, folder: Path) -> None:
        """Write the bag for the target, and check it against the target's profile."""
        folder.mkdir()
        context = self.export_context()
        payload: dict[str, Path | bytes] = {
            f"{layout.PARTS}/{name}": b"" if self.hollow else self.checked.folder / name
            for name in self.record.files
        }
        allowed = self._allowed()
        if self.target.form == "dataverse":
            payload |= payload_files.record_files(self.record, {}, None)
        else:
            titles = metadata_documents.titles(allowed, self.record)
            payload |= payload_files.record_files(self.record, titles, _manifests(self.target))
        payload[metadata_documents.CRATE] = metadata_documents.crate_file(self.record, context)
        objects = f"objects/{layout.PARTS}/"
        inside = changed(context, folder=objects, original_folder=objects)
        for path, name in self.target.payload.items():
            payload[path] = FORMATS[name].write([self.record], inside)
        tag_files = metadata_documents.metadata_files(self.record, context, allowed)
        for path, tags in self.tags.items():
            if path != "bag-info.txt":
                lines = (f"{label}: {value}\n" for label, value in tags)
                tag_files[path] = "".join(lines).encode()
        bags.write(
            folder,
            payload,
            info=self._info(),
            tag_files=tag_files,
            algorithms=self.target.algorithms,
            tag_algorithms=self.target.tag_algorithms,
            version=self.target.version,
        )
        self._refuse_leaks(folder)
        # An archive is checked against the profile after packing.
        self._check(bags.verify(folder, profile=None if self.is_packed else self.target.profile))
        self._check_copy(folder / "data", folder / "data" / layout.PARTS)

    @property
    def is_packed(self) -> bool:
        """Whether the bag is packed in an archive."""
        return bool(self.target.archive) or self.target.form == "invenio"

    def _allowed(self) -> list[str]:
        """Return the documents that the target's profile allows in `metadata/`."""
        allowed = self.target.profile.tag_files_allowed if self.target.profile else None
        paths = {name: metadata_documents.path_of(name) for name in self.target.documents}
        without = [
            path
            for path in paths.values()
            if allowed is not None and not any(fnmatchcase(path, one) for one in allowed)
        ]
        if without:
            count = f"{len(without)} derived document{'s are' if len(without) > 1 else ' is'}"
            message = f"{count} left out, since the profile allows no such tag files: "
            found = TARGET_LEFT_OUT.at(Location(), message + ", ".join(without))
            self.left_out.append(found)
        return [name for name, path in paths.items() if path not in without]

    def _refuse_leaks(self, folder: Path) -> None:
        if self.withheld_parts and not self.hollow:
            refuse_leaks(
                folder, self.checked.record, self.record, self.checked.folder, self.withheld_parts
            )

    def _info(self) -> list[tuple[str, str]]:
        asked = self.tags.get("bag-info.txt", [])
        labels = {label.lower() for label, _ in asked}
        info = payload_files.bag_info(
            self.record, SOFTWARE, self.on.isoformat(), self.target.project
        )
        info = [(label, value) for label, value in info if label.lower() not in labels] + asked
        profile = self.target.profile
        if profile is not None and profile.identifier:
            info.append(("BagIt-Profile-Identifier", profile.identifier))
        return info

    def _packed(self, staged: Path, archive: Path) -> Path:
        folder = staged / "bag"
        self.bag(folder)
        serializing.pack(folder, archive, on=self.on)
        self._check(bags.verify(archive, profile=self.target.profile))
        return archive

    def _check(self, verdict: bags.Verdict) -> None:
        if verdict.conforms is False:
            raise InvalidError(
                f"the package does not conform to the profile of {self.target.title}; "
                "nothing was written",
                "Correct what the findings name.",
                report=verdict.report,
            )
        if not verdict.valid:
            raise _failed(verdict.report)

    def _check_copy(self, data: Path, parts: Path) -> None:
        """Check the written record and the copied files."""
        report = Report() if self.hollow else check_copy(data / layout.RECORD, parts, self.record)
        if not report.ok:
            raise _failed(report)

    def _upload(self, staged: Path, name: str) -> Path:
        folder = staged / "upload"
        folder.mkdir()
        self._packed(staged, folder / f"{self.record.id}.zip")
        described = FORMATS[name].write([self.record], self.export_context())
        (folder / FORMATS[name].file).write_bytes(described)
        return folder

    def _files(self, staged: Path) -> Path:
        """Write the files and the dataset's metadata for a repository that reads no bags."""
        bag = staged / "bag"
        self.bag(bag)
        folder = staged / "upload"
        folder.mkdir()
        shutil.move(bag / "data", folder / "files")
        chosen = FORMATS["dataverse"]
        (folder / chosen.file).write_bytes(chosen.write([self.record], self.export_context()))
        return folder
