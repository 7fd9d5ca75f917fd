"""Build a package of a record and its files: either complete or absent."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archive_pkg import bags, fixity, storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.packages import layout, payload_files
from archive_pkg.packages.access.audience import SUFFIX, public
from archive_pkg.packages.access.decision import Audience, Withheld, withheld
from archive_pkg.packages.access.leaks import refuse_leaks
from archive_pkg.packages.checking import Files, check_record, examine, folder_of, refuse_files
from archive_pkg.packages.history import packaged
from archive_pkg.packages.metadata import (
    CRATE,
    DEFAULT,
    chosen,
    crate_file,
    metadata_files,
    setting,
    titles,
)
from archive_pkg.packages.reading_back import read_back
from archive_pkg.packages.signatures.verifying import is_signature_file, is_signed
from archive_pkg.records import Record, record_file
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class Built:
    """What `build_package` did.

    Attributes:
        path: The package's folder.
        outcome: "built"; "unchanged" where the same package was there already; "replaced".
        differences: Paths in the package that a replacement changed, added or removed; its lost
            signatures among them.
        report: Warnings and advice on the record.
        withheld: What a public package is without, by the parts' ids.
    """

    path: Path
    outcome: Literal["built", "unchanged", "replaced"]
    differences: tuple[str, ...]
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
    metadata: str | Iterable[str] = DEFAULT,
    wait: float = 0,
) -> Built:
    """Build the package of a record in a folder, verified before it gets its name.

    The package is a BagIt 1.0 bag (RFC 8493) called after the record's id. The same record, files
    and date give the same bytes. Sources are only read.

    Args:
        source: The record's file or folder, or a record.
        out: The folder that the package is to be in; made if it is not there.
        files: The files of the record that is given: the folder that the paths of its parts start
            from, or the bytes or the path of each file by its path in the record.
        on: The date of packaging. If not given: that of SOURCE_DATE_EPOCH; or that of the package
            already there, so that building again tomorrow changes nothing; or today's (UTC).
        replace: Put it in the place of a package that differs.
        drop_signatures: Also where that is signed; its signatures are then gone.
        audience: "public" for a package without what may not go out on that day or today,
            whichever is earlier. It is called `<id>-public` and says what it withholds.
        metadata: The documents in its folder `metadata/`: "page" and names of export formats, as
            a list or separated by commas; "all" for every one that is not made for one target.
        wait: Seconds to wait for another build of the same package.

    Raises:
        InvalidError: The record or its files are not valid, or a package that differs is there;
            its report has every finding.
        StorageError: Disk full, no permission, or another build holds the lock.
        UsageError: There is no such document; the folder is in the record's own; `files` has a
            name that no part has, or goes with a path.
    """
    out = Path(out)
    documents = chosen(metadata)
    with _drafted(source, files, audience) as draft:
        destination = out / draft.id
        refuse_inside(draft.folder, out)
        with storage.storage_errors(f"making {out}"):
            storage.make_folder(out)
        with storage.Staging(destination, wait=wait) as staging:
            on = on or date_for(destination)
            gone = draft.withheld(on)
            draft.write(staging.path, on, documents)
            staging.mode = draft.mode()
            outcome, differences = settle(
                staging.path,
                destination,
                staging.commit,
                replace=replace,
                drop_signatures=drop_signatures,
            )
    return Built(destination, outcome, differences, draft.report, gone)


@contextmanager
def _drafted(source: StrPath | Record, files: Files | None, audience: Audience) -> Iterator[Draft]:
    if isinstance(source, Record):
        with folder_of(source, files) as folder:
            yield draft_from(source, folder, Path(source.id), audience)
    else:
        refuse_files(files)
        yield draft_package(Path(source), audience)


@dataclass(frozen=True, slots=True)
class Draft:
    """A package that can be written: a sound record and the folder of its files.

    Attributes:
        record: The record as its makers left it.
        folder: The folder that the parts' paths start from.
        report: Warnings and advice on the record.
        audience: For whom the package is.
    """

    record: Record
    folder: Path
    report: Report
    audience: Audience = "internal"

    @property
    def id(self) -> str:
        """The package's name."""
        return self.record.id + (SUFFIX if self.audience == "public" else "")

    def withheld(self, on: date) -> dict[str, Withheld]:
        """What the package is without, by the parts' ids, if it is packaged on a day."""
        return withheld(self.record, self.audience, on)

    def mode(self) -> int:
        """The widest permissions of the package: who may not read all of it gets none."""
        files = (self.folder / name for name in self.record.files)
        with storage.storage_errors(f"reading {self.folder}"):
            return storage.mode_of(self.folder, record_file(self.folder)[0], *files)

    def digests(self, record: Record) -> list[str]:
        """SHA-256 of the files, each of which the record's own digest has been checked against."""
        said = {part.file: part.sha256 for part in record.parts if part.sha256}
        return [said.get(name) or self._digest(name) for name in record.files]

    def _digest(self, name: str) -> str:
        with (
            storage.storage_errors(f"reading {name}"),
            storage.open_beneath(self.folder, name) as stream,
        ):
            return fixity.digest(stream, ["sha256"])["sha256"]

    def write(
        self,
        staged: Path,
        on: date,
        documents: Sequence[str] = DEFAULT,
        jobs: int | None = None,
    ) -> bags.Written:
        """Write the package into an empty folder and verify it.

        Args:
            staged: The folder.
            on: The date of packaging.
            documents: The documents of `metadata/`, as `metadata.chosen` returns them.
            jobs: How many files to write or read at a time; as many as processors when None.

        Returns:
            The digests of all that was written.

        Raises:
            InvalidError: It did not pass.
            StorageError: The storage failed, or a source changed meanwhile.
        """
        gone = self.withheld(on)
        record = public(self.record, gone) if self.audience == "public" else self.record
        record = packaged(record, on, self.digests(record), gone)
        payload: dict[str, Path | bytes] = {
            f"{layout.PARTS}/{name}": self.folder / name for name in record.files
        }
        payload |= payload_files.described(record, titles(documents))
        known = setting(record, self.folder, made=on.isoformat())
        payload[CRATE] = crate_file(record, known)
        info = payload_files.bag_info(record, SOFTWARE, on.isoformat())
        files = metadata_files(record, known, documents)
        written = bags.write(staged, payload, info=info, tag_files=files, jobs=jobs)
        if gone:
            refuse_leaks(staged, self.record, record, self.folder, gone)
        verification = read_back(staged, record, jobs=jobs)
        if not verification.ok:
            raise InvalidError(
                "the built package failed its verification and was removed",
                "A file may have changed during the build. Build again.",
                report=verification.report,
            )
        return written


def draft_package(source: Path, audience: Audience = "internal") -> Draft:
    """Read a record and everything it names.

    Args:
        source: The record's file or folder.
        audience: For whom the package is to be.

    Raises:
        InvalidError: The record or its files are not sound; its report has every finding.
        StorageError: They cannot be read.
    """
    record, report = examine(source)
    if record is None or not report.ok:
        raise InvalidError(
            f"{source} was not built: it has {_count(len(report.errors), 'error')}", report=report
        )
    return _draft(record, record_file(source)[0].parent, report, audience)


def draft_from(
    record: Record, folder: Path, told_as: Path, audience: Audience = "internal"
) -> Draft:
    """The same for a record that was read already, from a table.

    Args:
        record: The record.
        folder: The folder that the parts' paths start from.
        told_as: What findings call the place that it was read from.
        audience: For whom the package is to be.

    Raises:
        InvalidError: Its files are not sound; its report has every finding.
    """
    report = Report(list(check_record(record, folder, told_as)))
    if not report.ok:
        what = record.id if told_as == Path(record.id) else f"{record.id} of {told_as}"
        raise InvalidError(
            f"{what} was not built: it has {_count(len(report.errors), 'error')}", report=report
        )
    return _draft(record, folder, report, audience)


def _draft(record: Record, folder: Path, report: Report, audience: Audience) -> Draft:
    if audience == "public" and len(record.id) + len(SUFFIX) > _LONGEST_ID:
        raise InvalidError(
            f"the id {record.id} is too long for the ending {SUFFIX}", "Shorten the record's id."
        )
    return Draft(record, folder, report, audience)


def settle(
    staged: Path,
    destination: Path,
    commit: Callable[..., None],
    *,
    replace: bool,
    drop_signatures: bool = False,
) -> tuple[Literal["built", "unchanged", "replaced"], tuple[str, ...]]:
    """Let a written package have its name, unless what is there already speaks against it.

    Args:
        staged: The folder with the written package.
        destination: The path it is to have.
        commit: Called to put it there, with `replace=True` where it takes another's place.
        replace: Whether a package that differs may be replaced.
        drop_signatures: Whether it may be replaced though it is signed.

    Returns:
        What was done, and the paths that a replacement changed, added or removed.

    Raises:
        InvalidError: A package that differs is there, and `replace` is not set, or it is signed.
        StorageError: The storage failed.
    """
    if not destination.exists():
        commit()
        return "built", ()
    differences = differing(destination, staged)
    # Signing changes nothing of what was built.
    if all(map(is_signature_file, differences)):
        return "unchanged", ()
    if not replace:
        found = [
            PACKAGE_DIFFERS.at(Location(str(destination / name)), f"{name} differs")
            for name in differences
            if not is_signature_file(name)
        ]
        raise InvalidError(
            f"{destination} exists and differs; it was not changed",
            "Build with --replace to put the new package in its place.",
            report=Report(found),
        )
    if is_signed(destination) and not drop_signatures:
        message = "the existing package is signed; its signatures would be lost"
        raise InvalidError(
            f"{destination} is signed and was not replaced",
            "To drop its signatures, use --replace --drop-signatures, then sign the new package.",
            report=Report([PACKAGE_SIGNED.at(Location(str(destination)), message)]),
        )
    commit(replace=True)
    return "replaced", differences


def differing(one: Path, other: Path) -> tuple[str, ...]:
    """The paths, sorted, of files that only one of two folders has or whose bytes differ.

    Of two files, the name of the first if they differ.
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
    """The day that SOURCE_DATE_EPOCH names, else today (UTC).

    Raises:
        UsageError: SOURCE_DATE_EPOCH is no time.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds since 1970"
        ) from error


def date_for(destination: Path) -> date:
    """The date of a packaging for which none was given: see `build_package`.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is no time.
    """
    if "SOURCE_DATE_EPOCH" not in os.environ and destination.is_dir():
        for label, value in bags.Bag.open(destination).info:
            if label == "Bagging-Date":
                try:
                    return date.fromisoformat(value)
                except ValueError:
                    break
    return today()


def refuse_inside(folder: Path, out: Path) -> None:
    """Raise UsageError where packages would come to lie in a record's own folder."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{out} is inside the record's folder, which a build only reads",
            "Choose a folder outside it with --out.",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
