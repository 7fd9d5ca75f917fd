"""Build many packages: each batch is staged, synced once, and then moved to its destination."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from archive_pkg import storage
from archive_pkg.collection.audits.fingerprints import file_digest, fingerprint_of
from archive_pkg.collection.bulk.build_cache import BuildCache, CachedBuild
from archive_pkg.collection.bulk.running import NOT_BEGUN, Done, failed, guarded, run
from archive_pkg.collection.bulk.searching import TableRow
from archive_pkg.errors import ArchivePkgError, InvalidError, StorageError
from archive_pkg.executors import InProcess
from archive_pkg.packages import layout, payload_files
from archive_pkg.packages.access.visibility import Audience, judged_on
from archive_pkg.packages.building import (
    CheckedPackage,
    check_loaded,
    check_source,
    commit_if_allowed,
    date_for,
    refuse_inside,
)
from archive_pkg.packages.checking.runner import RECORD_ID_TWICE, RECORD_IDS_ALIKE
from archive_pkg.projects import Project
from archive_pkg.records import load_record, record_file
from archive_pkg.records.register_entries import REGISTER
from archive_pkg.reports import Location, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from archive_pkg.collection.opening import Collection
    from archive_pkg.executors import Executor
    from archive_pkg.paths import StrPath

BATCH = 200
"""The number of packages in a batch, which are synced together."""

_Job: TypeAlias = "tuple[Path | TableRow, CachedBuild | None]"


@dataclass(frozen=True, slots=True)
class Options:
    """How packages are built.

    Attributes:
        on: The date of packaging; see `packages.build_package`.
        replace: Whether to replace packages that differ.
        drop_signatures: Whether to replace signed packages, too, which removes their signatures.
        sync: Whether to sync each batch before its packages are moved to their destinations.
        audience: The audience of the packages.
        project: The settings of the project.
    """

    on: date | None = None
    replace: bool = False
    drop_signatures: bool = False
    sync: bool = True
    audience: Audience = "internal"
    project: Project = field(default_factory=Project)

    @property
    def as_text(self) -> str:
        """Return the options that change a package's bytes, as text for the key of the cache."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        documents = ",".join(self.project.settings.packages.metadata)
        project = f"{self.project.recorded}\n{self.project.settings.language}"
        text = f"{SOFTWARE}\n{self.on or ''}\n{epoch}\n{documents}\n{project}"
        if self.audience == "internal":
            return text
        judged = judged_on(self.on) if self.on else ""
        return f"{text}\n{self.audience} {judged}"

    def key(self, source: Path | TableRow) -> str:
        """Return the key in the cache for a source with these options."""
        if isinstance(source, TableRow):
            name = f"{source.catalogue.absolute()}\n{source.record.id}"
        else:
            name = str(source.absolute())
        return f"{name}\n{self.audience}" if self.audience == "public" else name


def build_many(
    sources: Iterable[StrPath | TableRow],
    collection: Collection,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor] = InProcess,
    options: Options = Options(),
    batch: int = BATCH,
    wait: float = 0,
) -> None:
    """Build the packages of many records into a collection, and verify them.

    A package that was built from the same record, files and options is left alone; their digests
    show this. A record with errors does not stop the others.

    Args:
        sources: Records, their files or folders, and letters of catalogues.
        collection: The collection for the packages, which is locked during the run.
        take: Called with the result for each source; its findings include warnings.
        executor: Returns the executor; see `executors.executor_for`. The default does the work in
            this process.
        options: How to build.
        batch: The number of packages that are synced together.
        wait: Seconds to wait for another run in the collection.

    Raises:
        StorageError: Another run holds the collection, or the storage fails.
    """
    with collection.held(wait), BuildCache(collection.own / "built.sqlite") as cache:

        def remembered() -> Iterator[_Job]:
            for given in sources:
                source = given if isinstance(given, TableRow) else Path(given)
                yield source, cache.recall(options.key(source))

        def taken(job: _Job, done: Done) -> None:
            built = done.details.pop("remember", None)
            if built is not None:
                source = options.key(job[0])
                other = cache.built_by_another(source, built.package)
                if other and done.outcome != "unchanged":
                    _report_replaced(done, other)
                alike = cache.built_alike(built.package)
                if alike:
                    _report_alike(done, built.package, *alike)
                with storage.storage_errors(f"reading {built.package}"):
                    mode = storage.mode_of(collection.root / built.package)
                cache.keep(source, built, mode)
            take(done)

        run(_Building(collection, options), remembered(), taken, executor=executor, batch=batch)
        if options.sync:
            with storage.storage_errors(f"making {collection.root} durable"):
                storage.sync_filesystem(collection.root)


def _report_replaced(done: Done, other: str) -> None:
    first = " ".join(other.splitlines())
    message = f"its package replaced the one that this run built from {first}"
    hint = "Give one of the two records another id."
    done.findings.append(RECORD_ID_TWICE.at(Location(done.path, field="id"), message, hint))
    done.status = max(done.status, InvalidError.exit_status)


def _report_alike(done: Done, package: str, other: str, source: str) -> None:
    first = " ".join(source.splitlines())
    message = (
        f"its package {package} and the package {other} of {first} differ only in upper "
        "and lower case"
    )
    hint = "Give one of the two records another id, or use a collection with the layout hashed."
    done.findings.append(RECORD_IDS_ALIKE.at(Location(done.path, field="id"), message, hint))


@dataclass(slots=True)
class _Staged:
    """A package that is written and verified, but not yet moved to its destination."""

    source: Path | TableRow
    checked: CheckedPackage
    inputs: bytes
    path: Path
    destination: Path
    fingerprint: bytes
    withheld: dict[str, str]


def _place(staged: _Staged, *, replace: bool = False) -> None:
    like = staged.destination if replace else None
    storage.set_final_mode(staged.path, staged.checked.mode(), like=like)
    storage.move_to_destination(staged.path, staged.destination, replace=replace)


@dataclass(frozen=True, slots=True)
class _Building:
    """A function that builds a batch of packages. It can be sent to other processes."""

    collection: Collection
    options: Options
    options_text: str = field(init=False)

    def __post_init__(self) -> None:
        # Read here, because the environment of a worker process can differ.
        object.__setattr__(self, "options_text", self.options.as_text)

    def __call__(self, batch: Sequence[_Job]) -> list[Done]:
        place = self.collection.work / secrets.token_hex(8)
        try:
            results = list(self._staged(batch, place))
            if self.options.sync and place.exists():
                with storage.storage_errors(f"making {place} durable"):
                    storage.sync_filesystem(place)
            done = [self._committed(result) for result in results]
            if self.options.sync and any(one.outcome == "replaced" for one in done):
                with storage.storage_errors(f"making {self.collection.root} durable"):
                    storage.sync_filesystem(place)  # before the replaced packages are removed
            return done
        except StorageError as error:
            return [failed(source, error) for source, _ in batch]
        finally:
            storage.remove_tree(place)

    def _staged(self, batch: Sequence[_Job], place: Path) -> Iterator[Done | _Staged]:
        full = False
        for number, (source, known) in enumerate(batch):
            if full:
                yield Done(str(source), NOT_BEGUN)
                continue
            path = place / str(number)
            result = guarded(source, partial(self._stage, source, known, path))
            full = isinstance(result, Done) and result.fatal
            yield result

    def _committed(self, result: Done | _Staged) -> Done:
        if isinstance(result, Done):
            return result
        return guarded(result.source, partial(self._commit, result))

    def _stage(
        self, source: Path | TableRow, known: CachedBuild | None, path: Path
    ) -> Done | _Staged:
        # Digest the record before reading it: if it changes meanwhile, the next run rebuilds it.
        record, folder = _record_of(source)
        if known is not None and self._is_as_known(source, record, folder, known):
            package = str(self.collection.root / known.package)
            return Done(str(source), "unchanged", details={"package": package})
        audience = self.options.audience
        if isinstance(source, TableRow):
            checked = check_loaded(source.record, source.folder, source.catalogue, audience)
        else:
            checked = check_source(source, audience)
        destination = self.collection.home(checked.id)
        # The folder of a letter in a table can be that of all letters.
        if not isinstance(source, TableRow):
            refuse_inside(checked.folder, destination)
        with storage.storage_errors(f"staging {path}"):
            path.mkdir(0o700, parents=True)
        on = self.options.on or date_for(destination, checked.record)
        copied = checked.write(path, on, self.options.project, jobs=1).manifests["sha256"]
        files = {
            # Withheld files count as inputs too: the build searches them for traces.
            name: copied.get(f"data/{layout.PARTS}/{name}") or file_digest(checked.folder, name)
            for name in checked.record.files
        }
        inputs = self._inputs(record, files)
        withheld = {name: one.sentence for name, one in checked.withheld(on).items()}
        return _Staged(source, checked, inputs, path, destination, fingerprint_of(path), withheld)

    def _commit(self, staged: _Staged) -> Done:
        destination = staged.destination
        with storage.storage_errors(f"writing {destination}"):
            destination.parent.mkdir(parents=True, exist_ok=True)
            outcome, differences = commit_if_allowed(
                staged.path,
                destination,
                partial(_place, staged),
                replace=self.options.replace,
                drop_signatures=self.options.drop_signatures,
            )
        package = destination.relative_to(self.collection.root).as_posix()
        files = None if staged.withheld else staged.checked.record.files
        remember = CachedBuild(staged.inputs, package, staged.fingerprint, files)
        return Done(
            str(staged.source),
            outcome,
            findings=staged.checked.report.of(Severity.WARNING),
            details={
                "package": str(destination),
                "differences": differences,
                **({"withheld": staged.withheld} if staged.withheld else {}),
                "remember": remember,
            },
        )

    def _is_as_known(
        self, source: Path | TableRow, record: bytes, folder: Path, known: CachedBuild
    ) -> bool:
        """Return whether the source and the package are those that the cache describes."""
        try:
            if fingerprint_of(self.collection.root / known.package) != known.fingerprint:
                return False
            names = _files_of(source) if known.files is None else known.files
            files = {name: file_digest(folder, name) for name in names}
            return self._inputs(record, files) == known.inputs
        except (OSError, ArchivePkgError):
            return False

    def _inputs(self, record: bytes, files: Mapping[str, bytes]) -> bytes:
        hashing = hashlib.sha256(self.options_text.encode() + record)
        for name, digest in files.items():
            hashing.update(name.encode() + b"\0" + digest)
        return hashing.digest()


def _files_of(source: Path | TableRow) -> tuple[str, ...]:
    """Return the paths of a record's files."""
    record = source.record if isinstance(source, TableRow) else load_record(source)
    return record.files


def _record_of(source: Path | TableRow) -> tuple[bytes, Path]:
    """Return the digests of a record and of the register above it, and the folder of its files."""
    if isinstance(source, TableRow):
        return hashlib.sha256(payload_files.record_bytes(source.record)).digest(), source.folder
    file, _ = record_file(source)
    register = storage.find_upwards(file.parent, REGISTER)
    inputs = (each for each in (file, register) if each and each.is_file())
    return b"".join(file_digest(each.parent, each.name) for each in inputs), file.parent
