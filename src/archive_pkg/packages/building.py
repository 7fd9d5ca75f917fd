"""Build the package of a record; a failed build leaves the destination as it was."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archive_pkg import bags, fixity, storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.packages import layout, payload_files
from archive_pkg.packages.access.leaks import refuse_leaks
from archive_pkg.packages.access.redaction import SUFFIX, public
from archive_pkg.packages.access.visibility import Audience, Withheld, withheld
from archive_pkg.packages.checking.runner import (
    Files,
    check_record,
    examine,
    folder_of,
    refuse_files,
)
from archive_pkg.packages.metadata_documents import (
    CRATE,
    chosen,
    crate_file,
    export_context,
    metadata_files,
    titles,
)
from archive_pkg.packages.packaging_events import latest_event, packaged
from archive_pkg.packages.reading_back import read_back
from archive_pkg.packages.signatures.verifying import is_signature_file, is_signed
from archive_pkg.projects import Project
from archive_pkg.records import Record, record_file
from archive_pkg.records.register_entries import REGISTER
from archive_pkg.reports import Code, Location, Report, Severity, counted
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archive_pkg.paths import StrPath

_LONGEST_ID = 128

PACKAGE_SIGNED = Code(
    "package-signed",
    Severity.ERROR,
    "The package to replace is signed, and its signatures would be lost. To replace it anyway, "
    "use `--replace --drop-signatures`, then sign the new package.",
)
PACKAGE_DIFFERS = Code(
    "package-differs",
    Severity.ERROR,
    "A different package of this name already exists. Compare the files that differ. "
    "`--replace` puts the new package in its place.",
)


Change = Literal["added", "changed", "removed"]
"""What replacing a package did to a file."""


@dataclass(frozen=True, slots=True)
class Built:
    """What `build_package` did.

    Attributes:
        path: The package's folder.
        outcome: "built" if there was no package; "unchanged" if the existing one differs at most
            by its signatures; "replaced" if it differed and was replaced.
        differences: What replacing the old package did to each path that differs, including
            removed signatures; empty unless replaced.
        report: Warnings and advice on the record.
        withheld: The parts left out of a public package, by their ids.
    """

    path: Path
    outcome: Literal["built", "unchanged", "replaced"]
    differences: Mapping[str, Change]
    report: Report
    withheld: Mapping[str, Withheld] = field(default_factory=dict)


def build_package(
    source: StrPath | Record,
    out: StrPath,
    *,
    files: Files | None = None,
    on: date | None = None,
    replace: bool = False,
    drop_signatures: bool = False,
    audience: Audience = "internal",
    project: Project | None = None,
    wait: float = 0,
) -> Built:
    """Build the package of a record.

    The package is a BagIt 1.0 bag (RFC 8493) named after the record's id. With one version of this
    program, the same arguments, files and settings give the same bytes on the same date. The
    package is written to a hidden folder, verified, and then renamed. The record and its files are
    not changed.

    Args:
        source: The record's file or folder, or a record.
        out: The folder in which the package's folder is created. Created if it does not exist.
        files: The files of a `Record`: the folder that contains them, or a mapping from each path
            in the record to bytes or a file. Not allowed if `source` is a path.
        on: The date of packaging. If None, the first of: SOURCE_DATE_EPOCH; the date of the
            existing package, so that rebuilding changes nothing, unless the record has a later
            event; today (UTC).
        replace: Replace a package that differs.
        drop_signatures: Replace a package even if it is signed; its signatures are lost.
        audience: "public" leaves out the parts that are restricted on `on` or today, whichever is
            earlier. The package is named `<id>-public` and says what it withholds.
        project: The settings of the project, as `load_project` returns them. They also choose
            the documents in `metadata/`.
        wait: Seconds to wait for another build of the same package to end.

    Raises:
        InvalidError: The record or its files are not valid; a different package exists and may
            not be replaced; the package would reveal something withheld; or it failed its
            verification. The error's report lists the findings.
        StorageError: The storage failed, such as a full disk, or another build holds the lock.
        UsageError: `source` is a package; `out` is inside the record's folder; `files` has a name
            that no part has, or is given although `source` is a path; SOURCE_DATE_EPOCH is not a
            time.
    """
    out = Path(out)
    project = project or Project()
    with _checked(source, files, audience) as checked:
        destination = out / checked.id
        refuse_inside(checked.folder, out)
        with storage.storage_errors(_("making {out}", out=out)):
            storage.make_folder(out)
        with storage.Staging(destination, wait=wait) as staging:
            on = on or date_for(destination, checked.record)
            withheld_parts = checked.withheld(on)
            checked.write(staging.path, on, project)
            staging.mode = checked.mode()
            outcome, differences = commit_if_allowed(
                staging.path,
                destination,
                staging.commit,
                replace=replace,
                drop_signatures=drop_signatures,
            )
    return Built(destination, outcome, differences, checked.report, withheld_parts)


@contextmanager
def _checked(
    source: StrPath | Record, files: Files | None, audience: Audience
) -> Iterator[CheckedPackage]:
    if isinstance(source, Record):
        with folder_of(source, files) as folder:
            yield check_loaded(source, folder, Path(source.id), audience)
    else:
        refuse_files(files)
        yield check_source(Path(source), audience)


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """A valid record and its files, which were checked and can be written as a package.

    Attributes:
        record: The record as it was read.
        folder: The folder that the parts' paths are relative to.
        report: Warnings and advice on the record.
        audience: Who may see the package.
        registered: The ids of the agents that come from the register of the collection.
    """

    record: Record
    folder: Path
    report: Report
    audience: Audience = "internal"
    registered: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The package's name."""
        return self.record.id + (SUFFIX if self.audience == "public" else "")

    def withheld(self, on: date) -> dict[str, Withheld]:
        """Return the parts that a package made on a day leaves out, by their ids."""
        return withheld(self.record, self.audience, on)

    def mode(self) -> int:
        """Return the widest permissions for the package.

        If the group, or all other users, cannot read one of the sources, they get none.
        """
        files = [self.folder / name for name in self.record.files]
        if self.registered and (register := storage.find_upwards(self.folder, REGISTER)):
            files.append(register)
        with storage.storage_errors(_("reading {folder}", folder=self.folder)):
            return storage.mode_of(self.folder, record_file(self.folder)[0], *files)

    def digests(self, record: Record) -> list[str]:
        """Return the SHA-256 of each file of a record.

        Digests in the record are reused, because `check_record` compared them with the files.
        """
        recorded = {part.file: part.sha256 for part in record.parts if part.sha256}
        return [recorded.get(name) or self._digest(name) for name in record.files]

    def _digest(self, name: str) -> str:
        with (
            storage.storage_errors(_("reading {name}", name=name)),
            storage.open_beneath(self.folder, name) as stream,
        ):
            return fixity.digest(stream, ["sha256"])["sha256"]

    def write(
        self,
        staged: Path,
        on: date,
        project: Project | None = None,
        jobs: int | None = None,
    ) -> bags.Written:
        """Write the package into an empty folder and verify it.

        Args:
            staged: The folder.
            on: The date of packaging.
            project: The settings of the project.
            jobs: How many files to write or read at a time; None means one per processor.

        Returns:
            The digests of the written files.

        Raises:
            InvalidError: The package would reveal something withheld, or failed its verification.
            StorageError: The storage failed, or a source changed during the build.
        """
        project = project or Project()
        documents = chosen(project.settings.packages.metadata)
        withheld_parts = self.withheld(on)
        record = self.record
        if self.audience == "public":
            record = public(record, withheld_parts, self.folder)
        record = packaged(
            record,
            on,
            self.digests(record),
            withheld_parts,
            project.recorded,
            self.registered,
        )
        payload: dict[str, Path | bytes] = {
            f"{layout.PARTS}/{name}": self.folder / name for name in record.files
        }
        payload |= payload_files.record_files(record, titles(documents, record))
        context = export_context(
            record, self.folder, made=on.isoformat(), project=project.for_packages
        )
        payload[CRATE] = crate_file(record, context)
        info = payload_files.bag_info(record, SOFTWARE, on.isoformat(), project)
        files = metadata_files(record, context, documents)
        written = bags.write(staged, payload, info=info, tag_files=files, jobs=jobs)
        if withheld_parts:
            refuse_leaks(staged, self.record, record, self.folder, withheld_parts)
        verification = read_back(staged, record, jobs=jobs)
        if not verification.ok:
            raise InvalidError(
                _("the built package failed its verification and was removed"),
                _("A file may have changed during the build. Build again."),
                report=verification.report,
            )
        return written


def check_source(source: Path, audience: Audience = "internal") -> CheckedPackage:
    """Read a record, and check it and the files it names.

    Args:
        source: The record's file or folder.
        audience: Who may see the package.

    Raises:
        InvalidError: The record or its files are not valid; the error's report has every finding.
        StorageError: The record or its folder cannot be read.
        UsageError: `source` is a package or part of one, or a folder of packages.
    """
    record, report, registered = examine(source)
    if record is None or not report.ok:
        raise InvalidError(
            _(
                "{source} was not built: it has {errors}",
                source=source,
                errors=counted(len(report.errors), "error"),
            ),
            report=report,
        )
    return _checked_package(record, record_file(source)[0].parent, report, audience, registered)


def check_loaded(
    record: Record, folder: Path, source: Path, audience: Audience = "internal"
) -> CheckedPackage:
    """Check a record that is already in memory.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        source: The record's file, or its id if it has none, for the places of the findings.
        audience: Who may see the package.

    Raises:
        InvalidError: The record or its files are not valid; the error's report has every finding.
    """
    report = Report(list(check_record(record, folder, source)))
    if not report.ok:
        what = (
            record.id
            if source == Path(record.id)
            else _("{id} of {source}", id=record.id, source=source)
        )
        raise InvalidError(
            _(
                "{what} was not built: it has {errors}",
                what=what,
                errors=counted(len(report.errors), "error"),
            ),
            report=report,
        )
    return _checked_package(record, folder, report, audience)


def _checked_package(
    record: Record,
    folder: Path,
    report: Report,
    audience: Audience,
    registered: tuple[str, ...] = (),
) -> CheckedPackage:
    if audience == "public" and len(record.id) + len(SUFFIX) > _LONGEST_ID:
        raise InvalidError(
            _("the id {id} is too long with {suffix} after it", id=record.id, suffix=SUFFIX),
            _("Shorten the record's id."),
        )
    return CheckedPackage(record, folder, report, audience, registered)


def commit_if_allowed(
    staged: Path,
    destination: Path,
    commit: Callable[..., None],
    *,
    replace: bool,
    drop_signatures: bool = False,
) -> tuple[Literal["built", "unchanged", "replaced"], dict[str, Change]]:
    """Commit a staged package, unless the same one exists or a different one must be kept.

    Args:
        staged: The folder with the written package.
        destination: The path of the package.
        commit: Moves the folder to its destination; `replace=True` replaces a package there.
        replace: Whether a package that differs may be replaced.
        drop_signatures: Whether a signed package may be replaced.

    Returns:
        The outcome, and what a replacement did to each path that differs.

    Raises:
        InvalidError: A different package exists, and `replace` is not set, or the existing package
            is signed and `drop_signatures` is not set.
        StorageError: The storage failed.
    """
    if not destination.exists():
        commit()
        return "built", {}
    differences = differing(destination, staged)
    # A package that was only signed since it was built counts as unchanged.
    if all(map(is_signature_file, differences)):
        return "unchanged", {}
    if not replace:
        found = [
            PACKAGE_DIFFERS.at(
                Location(str(destination / name)), _difference(name, destination, staged)
            )
            for name in differences
            if not is_signature_file(name)
        ]
        raise InvalidError(
            _("{destination} exists and differs; it was not changed", destination=destination),
            _("Build with --replace to put the new package in its place."),
            report=Report(found),
        )
    if is_signed(destination) and not drop_signatures:
        message = _("the existing package is signed; its signatures would be lost")
        raise InvalidError(
            _("{destination} is signed and was not replaced", destination=destination),
            _(
                "To drop its signatures, use --replace --drop-signatures, then sign "
                "the new package."
            ),
            report=Report([PACKAGE_SIGNED.at(Location(str(destination)), message)]),
        )
    changes = {name: _change(name, destination, staged) for name in differences}
    commit(replace=True)
    return "replaced", changes


def _change(name: str, old: Path, new: Path) -> Change:
    """Return what a replacement did to a file that differs."""
    if new.is_dir() and not os.path.lexists(new / name):
        return "removed"
    return "changed" if os.path.lexists(old / name) or not old.is_dir() else "added"


def _difference(name: str, old: Path, new: Path) -> str:
    return {
        "added": "is only in the new package",
        "changed": "differs from the new package",
        "removed": "is not in the new package",
    }[_change(name, old, new)]


def differing(one: Path, other: Path) -> tuple[str, ...]:
    """Return the sorted paths of the files that differ, or that only one of two folders has.

    If either path is not a folder, compare them as files, and return the first's name if they
    differ.
    """
    if not one.is_dir() or not other.is_dir():
        return () if _same(one, other) else (one.name,)
    names = _files(one) | _files(other)
    return tuple(sorted(name for name in names if not _same(one / name, other / name)))


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def _same(one: Path, other: Path) -> bool:
    if any(path.is_symlink() or not path.is_file() for path in (one, other)):
        return False
    if one.stat().st_size != other.stat().st_size:
        return False
    with storage.open_regular(one) as left, storage.open_regular(other) as right:
        while block := left.read(1 << 20):
            if block != right.read(1 << 20):
                return False
    return True


def today() -> date:
    """Return the day that SOURCE_DATE_EPOCH names, else today (UTC).

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a time.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            _("SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds since 1970", epoch=epoch)
        ) from error


def date_for(destination: Path, record: Record) -> date:
    """Return the default date of packaging; see `build_package`.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a time.
    """
    if "SOURCE_DATE_EPOCH" not in os.environ and destination.is_dir():
        last = latest_event(record)
        for value in bags.Bag.open(destination).values("Bagging-Date")[:1]:
            with suppress(ValueError):
                existing = date.fromisoformat(value)
                if last is None or last <= existing:
                    return existing
    return today()


def refuse_inside(folder: Path, out: Path) -> None:
    """Raise UsageError if the output folder is inside the record's folder."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            _("{out} is inside the record's folder, which a build only reads", out=out),
            _("Choose a folder outside it with --out."),
        )
