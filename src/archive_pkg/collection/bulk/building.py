"""Building many packages: a batch is staged and made durable in one go, then gets its names."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from archive_pkg import storage
from archive_pkg.collection.audits.seals import file_digest, seal_of
from archive_pkg.collection.bulk.memory import Memory, Remembered
from archive_pkg.collection.bulk.running import NOT_BEGUN, Done, failed, guarded, run
from archive_pkg.collection.bulk.subjects import Row
from archive_pkg.errors import ArchivePkgError, InvalidError, StorageError
from archive_pkg.packages import layout, payload_files
from archive_pkg.packages.access.decision import Audience, judged_on
from archive_pkg.packages.building import (
    Draft,
    date_for,
    draft_from,
    draft_package,
    refuse_inside,
    settle,
)
from archive_pkg.packages.checking import RECORD_ID_TWICE, RECORD_IDS_ALIKE
from archive_pkg.packages.metadata import DEFAULT
from archive_pkg.records import load_record, record_file
from archive_pkg.reports import Location, Severity
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from archive_pkg.collection.shelves import Shelf
    from archive_pkg.executors import Executor
    from archive_pkg.paths import StrPath

BATCH = 200
"""Packages that are made durable together."""

_Job: TypeAlias = "tuple[Path | Row, Remembered | None]"


@dataclass(frozen=True, slots=True)
class Options:
    """How packages are built.

    Attributes:
        on: The date of packaging; see `packages.build_package`.
        replace: Put packages in the place of those that differ.
        drop_signatures: Also where those are signed; their signatures are then gone.
        sync: Make each batch durable before its packages get their names.
        audience: For whom the packages are.
        documents: The documents in their `metadata/`, as `packages.metadata.chosen` returns them.
    """

    on: date | None = None
    replace: bool = False
    drop_signatures: bool = False
    sync: bool = True
    audience: Audience = "internal"
    documents: tuple[str, ...] = DEFAULT

    @property
    def said(self) -> str:
        """Everything in them that a package's bytes depend on."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        said = f"{SOFTWARE}\n{self.on or ''}\n{epoch}\n{','.join(self.documents)}"
        if self.audience == "internal":
            return said
        judged = judged_on(self.on) if self.on else ""
        return f"{said}\n{self.audience} {judged}"

    def key(self, source: Path | Row) -> str:
        """What the memory calls what is built from a source in this way."""
        if isinstance(source, Row):
            name = f"{source.catalogue.absolute()}\n{source.record.id}"
        else:
            name = str(source.absolute())
        return f"{name}\n{self.audience}" if self.audience == "public" else name


def build_many(
    sources: Iterable[StrPath | Row],
    shelf: Shelf,
    take: Callable[[Done], None],
    *,
    executor: Callable[[], Executor],
    options: Options = Options(),
    batch: int = BATCH,
    wait: float = 0,
) -> None:
    """Build the packages of many records onto a shelf, verified before they have their names.

    What is on the shelf already, from the same record, files and options, is left as it is: that
    is decided by their digests. A bad record does not keep the others from being built.

    Args:
        sources: Records, their files or folders, and letters of catalogues.
        shelf: Where the packages go; nobody else may build there meanwhile.
        take: Called with what came of each, as it comes; of good ones with their warnings.
        executor: Makes those who do the work; see `crews.executor_for`.
        options: How to build.
        batch: How many packages are made durable together.
        wait: Seconds to wait for another run on the shelf.

    Raises:
        StorageError: Another run holds the shelf, or the storage fails as a whole.
    """
    with shelf.held(wait), Memory(shelf.own / "built.sqlite") as memory:

        def remembered() -> Iterator[_Job]:
            for given in sources:
                source = given if isinstance(given, Row) else Path(given)
                yield source, memory.recall(options.key(source))

        def taken(job: _Job, done: Done) -> None:
            built = done.details.pop("remember", None)
            if built is not None:
                source = options.key(job[0])
                other = memory.built_by_another(source, built.package)
                if other and done.outcome != "unchanged":
                    _tell_twice(done, other)
                alike = memory.built_alike(built.package)
                if alike:
                    _tell_alike(done, built.package, *alike)
                with storage.storage_errors(f"reading {built.package}"):
                    mode = storage.mode_of(shelf.root / built.package)
                memory.keep(source, built, mode)
            take(done)

        run(_Building(shelf, options), remembered(), taken, executor=executor, batch=batch)
        if options.sync:
            with storage.storage_errors(f"making {shelf.root} durable"):
                storage.sync_filesystem(shelf.root)


def _tell_twice(done: Done, other: str) -> None:
    first = " ".join(other.splitlines())
    message = f"its package took the place of the one that was built from {first} just before"
    hint = "give one of the two records another id"
    done.findings.append(RECORD_ID_TWICE.at(Location(done.path, field="id"), message, hint))
    done.status = max(done.status, InvalidError.exit_status)


def _tell_alike(done: Done, package: str, other: str, source: str) -> None:
    first = " ".join(source.splitlines())
    message = (
        f"its package {package} and the package {other} of {first} differ only in capital and "
        "small letters"
    )
    hint = "give one of the two records another id, or build on a shelf of the layout hashed"
    done.findings.append(RECORD_IDS_ALIKE.at(Location(done.path, field="id"), message, hint))


@dataclass(slots=True)
class _Staged:
    """A package that was written and passed its verification, and has no name yet."""

    source: Path | Row
    draft: Draft
    inputs: bytes
    path: Path
    destination: Path
    seal: bytes
    withheld: dict[str, str]


def _place(staged: _Staged, *, replace: bool = False) -> None:
    like = staged.destination if replace else None
    storage.open_up(staged.path, staged.draft.mode(), like=like)
    storage.place(staged.path, staged.destination, replace=replace)


@dataclass(frozen=True, slots=True)
class _Building:
    """The work of building a batch; goes to other processes."""

    shelf: Shelf
    options: Options
    said: str = field(init=False)

    def __post_init__(self) -> None:
        # Taken here, as the environment of another process may differ.
        object.__setattr__(self, "said", self.options.said)

    def __call__(self, batch: Sequence[_Job]) -> list[Done]:
        place = self.shelf.work / secrets.token_hex(8)
        try:
            results = list(self._staged(batch, place))
            if self.options.sync and place.exists():
                with storage.storage_errors(f"making {place} durable"):
                    storage.sync_filesystem(place)
            done = [self._settled(result) for result in results]
            if self.options.sync and any(one.outcome == "replaced" for one in done):
                with storage.storage_errors(f"making {self.shelf.root} durable"):
                    storage.sync_filesystem(place)  # before what they replaced is removed
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

    def _settled(self, result: Done | _Staged) -> Done:
        if isinstance(result, Done):
            return result
        return guarded(result.source, partial(self._settle, result))

    def _stage(self, source: Path | Row, known: Remembered | None, path: Path) -> Done | _Staged:
        # Before it is read: should it change meanwhile, the next run builds it again.
        record, folder = _record_of(source)
        if known is not None and self._is_as_known(source, record, folder, known):
            package = str(self.shelf.root / known.package)
            return Done(str(source), "unchanged", details={"package": package})
        audience = self.options.audience
        if isinstance(source, Row):
            draft = draft_from(source.record, source.folder, source.catalogue, audience)
        else:
            draft = draft_package(source, audience)
        destination = self.shelf.home(draft.id)
        refuse_inside(draft.folder, destination)
        with storage.storage_errors(f"staging {path}"):
            path.mkdir(0o700, parents=True)
        on = self.options.on or date_for(destination)
        copied = draft.write(path, on, self.options.documents, jobs=1).manifests["sha256"]
        files = {
            # What is withheld has a part in what is made all the same: it is searched for.
            name: copied.get(f"data/{layout.PARTS}/{name}") or file_digest(draft.folder, name)
            for name in draft.record.files
        }
        inputs = self._inputs(record, files)
        gone = {name: one.sentence for name, one in draft.withheld(on).items()}
        return _Staged(source, draft, inputs, path, destination, seal_of(path), gone)

    def _settle(self, staged: _Staged) -> Done:
        destination = staged.destination
        with storage.storage_errors(f"writing {destination}"):
            destination.parent.mkdir(parents=True, exist_ok=True)
            outcome, differences = settle(
                staged.path,
                destination,
                partial(_place, staged),
                replace=self.options.replace,
                drop_signatures=self.options.drop_signatures,
            )
        package = str(destination.relative_to(self.shelf.root))
        files = None if staged.withheld else staged.draft.record.files
        remember = Remembered(staged.inputs, package, staged.seal, files)
        return Done(
            str(staged.source),
            outcome,
            findings=staged.draft.report.of(Severity.WARNING),
            details={
                "package": str(destination),
                "differences": list(differences),
                **({"withheld": staged.withheld} if staged.withheld else {}),
                "remember": remember,
            },
        )

    def _is_as_known(
        self, source: Path | Row, record: bytes, folder: Path, known: Remembered
    ) -> bool:
        """Whether source and package have the bytes that they had when it was built."""
        try:
            if seal_of(self.shelf.root / known.package) != known.seal:
                return False
            names = _files_of(source) if known.files is None else known.files
            files = {name: file_digest(folder, name) for name in names}
            return self._inputs(record, files) == known.inputs
        except (OSError, ArchivePkgError):
            return False

    def _inputs(self, record: bytes, files: Mapping[str, bytes]) -> bytes:
        whole = hashlib.sha256(self.said.encode() + record)
        for name, digest in files.items():
            whole.update(name.encode() + b"\0" + digest)
        return whole.digest()


def _files_of(source: Path | Row) -> tuple[str, ...]:
    """The paths of a record's files, from the record."""
    record = source.record if isinstance(source, Row) else load_record(source)
    return record.files


def _record_of(source: Path | Row) -> tuple[bytes, Path]:
    """The digest of a record's bytes, and the folder of its files."""
    if isinstance(source, Row):
        return hashlib.sha256(payload_files.record_bytes(source.record)).digest(), source.folder
    file, _ = record_file(source)
    return (file_digest(file.parent, file.name) if file.is_file() else b""), file.parent
