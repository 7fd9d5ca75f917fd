"""An OCFL 1.1 storage root on disk. A package is an object; a changed package is a new version.

An object is built in a hidden folder next to the root and renamed when it is complete and valid:
a root must not have empty folders, or anything except objects and registered extensions
(OCFL 1.1, 4.1 and 4.4). If the root is a mount point, or its parent is not writable, the object is
built below the root's `extensions/`. Its files are copied, read back and compared with
the package's manifests. The staging of a new version has hard links to the files of older versions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg import fixity, storage
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories.drop.drop_folder import write_file
from archive_pkg.deposits.repositories.ocfl.layouts import version_of
from archive_pkg.deposits.repositories.ocfl.objects import (
    DIGEST_ALGORITHM,
    Inventory,
    read_inventory,
    validate,
    with_version,
)
from archive_pkg.deposits.repositories.ocfl.storage_root import RootFolder
from archive_pkg.deposits.repositories.ocfl.versions import (
    is_newest,
    refuse_foreign,
    share,
    state_of,
    write_version,
)
from archive_pkg.deposits.repository_interface import (
    TARGET_NOT_READY,
    Capabilities,
    DepositPlan,
    PlannedFile,
    Status,
    Stored,
    arrivals,
)
from archive_pkg.deposits.shared_syncs import Unsynced, run_alone
from archive_pkg.deposits.transfers import sha256_of
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.messages import _
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.repository_interface import Expected
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.deposits.transfers import Transfer


class OcflRoot:
    """The repository behind `ocfl:PATH`; the first deposit creates the root."""

    kind = "ocfl"
    near = True
    at_once = 1

    def __init__(self, address: str) -> None:
        """Read `ocfl:PATH`; a relative path starts from the working folder."""
        path = address.partition(":")[2]
        if not path:
            raise UsageError(
                _("{address} does not name a folder", address=address), _("Write ocfl:PATH.")
            )
        self.root = Path(path).expanduser().absolute()
        self._folder = RootFolder(self.root)

    @property
    def target(self) -> str:
        """The address with the root's absolute path."""
        return f"ocfl:{self.root}"

    def capabilities(self) -> Capabilities:
        """See `Repository`: single files, read back. Old versions are kept."""
        return Capabilities(
            packaging="folder", digest=DIGEST_ALGORITHM, write_once=True, open_to_all=False
        )

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan which files go where, and check the root; see `Repository`."""
        try:
            there = self._folder.object_root(transfer.identifier).exists()
        except DepositError:
            there = False
        version = "next" if there else "first"
        plan = DepositPlan(
            tuple(
                PlannedFile(item.path, item.size, f"{transfer.identifier}, {version} version")
                for item in transfer.items
            ),
            steps=(
                f"store it as the {version} version of the object {transfer.identifier}"
                + ("; files that an earlier version has are not stored again" if there else ""),
                "read every file back and compare its SHA-256; validate the object",
            ),
            makes="" if self._folder.is_declared else "a new OCFL root",
        )
        try:
            self._refuse_unfit(transfer)
        except DepositError as error:
            here = Location(str(self.root))
            plan.report.add(TARGET_NOT_READY.at(here, error.message, error.hint))
        return plan

    def holds(self, transfer: Transfer) -> bool:
        """Return whether the newest version is exactly this package; see `Comparing`."""
        with storage.storage_errors(_("reading {root}", root=self.root)):
            if not self.root.is_dir() or not version_of(self.root):
                return False
            object_root = self._folder.object_root(transfer.identifier)
            if not object_root.exists():
                return False
            validate(object_root)
            return is_newest(read_inventory(object_root), transfer)

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Store a package's folder as a version of the object; see `Repository`."""
        return run_alone(self.steps(transfer, journal))

    def steps(self, transfer: Transfer, journal: Journal) -> Steps[Stored]:
        """Yield the steps of `deposit`; see `Stepwise`."""
        with storage.storage_errors(_("working in {root}", root=self.root)):
            self._folder.ensure()
            object_root = self._folder.object_root(transfer.identifier)
            journal.begin("place", remote_id=transfer.identifier)
            with self._folder.staging(object_root) as staging:
                made = staging.path / object_root.relative_to(self.root)
                if object_root.exists():
                    done = yield from self._next_version(transfer, object_root, made, journal)
                else:
                    done = yield from self._first_version(
                        transfer, object_root, staging.path, journal
                    )
            return self._stored(object_root, transfer, *done)

    def status(self, remote_id: str, version: str) -> Status:
        """Return whether the root has the object, and its versions; see `Repository`."""
        with storage.storage_errors(_("working in {root}", root=self.root)):
            object_root = self._folder.object_root(remote_id) if self.root.is_dir() else self.root
            if not (object_root / "inventory.json").is_file():
                return Status("absent", f"{self.target} does not hold {remote_id}")
            versions = sorted(
                read_inventory(object_root)["versions"], key=lambda name: int(name[1:])
            )
            if version and version not in versions:
                return Status("absent", f"it has {', '.join(versions)}, but not {version}")
            return Status("stored", f"versions: {', '.join(versions)}", {"versions": versions})

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> dict[str, str]:
        """Read a version's files in place; see `Repository`."""
        with storage.storage_errors(_("working in {root}", root=self.root)):
            object_root = self._folder.object_root(remote_id)
            if not object_root.is_dir():
                raise DepositError(
                    _("{target} does not hold {remote_id}", target=self.target, remote_id=remote_id)
                )
            inventory = read_inventory(object_root)
            if version not in inventory["versions"]:
                raise DepositError(
                    _(
                        "{target} holds no version {version} of {remote_id}",
                        target=self.target,
                        version=version,
                        remote_id=remote_id,
                    )
                )
            state: dict[str, list[str]] = inventory["versions"][version]["state"]
            found: dict[str, str] = {}
            for digest, paths in state.items():
                if (sha256 := _sha256(object_root, inventory["manifest"][digest][0])) is not None:
                    found |= dict.fromkeys(paths, sha256)
            return found

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Validate an object and copy a version into an empty folder; see `Repository`."""
        with storage.storage_errors(_("working in {root}", root=self.root)):
            object_root = self._folder.object_root(remote_id)
            if not object_root.is_dir():
                raise DepositError(
                    _("{target} does not hold {remote_id}", target=self.target, remote_id=remote_id)
                )
            _refuse_sizes(object_root, version, expected or {})
            validate(object_root)
            inventory = read_inventory(object_root)
            for digest, paths in inventory["versions"][version]["state"].items():
                for path in paths:
                    with storage.open_beneath(
                        object_root, inventory["manifest"][digest][0]
                    ) as file:
                        blocks = iter(lambda: file.read(fixity.BLOCK), b"")
                        write_file(into, path, blocks, expected.get(path) if expected else None)

    def _refuse_unfit(self, transfer: Transfer) -> None:
        """Refuse a root that cannot be written, and an object that cannot get another version.

        Raises:
            DepositError: The root or the object is unsuitable.
            StorageError: The storage failed.
        """
        with storage.storage_errors(_("reading {root}", root=self.root)):
            if not self._folder.is_fit():
                return
            identifier = transfer.identifier
            object_root = self._folder.object_root(identifier)
            self._folder.refuse_inside_object(object_root, identifier)
            if os.path.lexists(object_root):
                refuse_foreign(object_root, transfer)

    def _first_version(
        self, transfer: Transfer, object_root: Path, staged: Path, journal: Journal
    ) -> Steps[_Done]:
        made = staged / object_root.relative_to(self.root)
        inventory = with_version(None, transfer.identifier, state_of(transfer), "Deposited")
        with transfer.confirming():
            held = write_version(transfer, inventory, made, self.root)
        storage.set_final_mode(made, transfer.mode)
        yield [*journal.unsynced, Unsynced(staged)]
        # A root must never have an empty folder, so the parents are renamed with the object.
        steps = object_root.relative_to(self.root).parts
        for depth in range(1, len(steps) + 1):
            target = self.root.joinpath(*steps[:depth])
            try:
                storage.move_to_destination(staged.joinpath(*steps[:depth]), target)
            except storage.DestinationExistsError:
                if target == object_root:
                    raise
            else:
                yield [Unsynced(target.parent, storage.sync_folder)]
                return _Done(inventory, held)
        raise AssertionError("the last step is the object, which was placed or refused")

    def _next_version(
        self, transfer: Transfer, object_root: Path, made: Path, journal: Journal
    ) -> Steps[_Done]:
        """Add a version, unless the newest version already is this package."""
        storage.recover(object_root)
        validate(object_root)
        before = read_inventory(object_root)
        if is_newest(before, transfer):
            return _Done(before, None)
        share(object_root, made)
        inventory = with_version(
            before, transfer.identifier, state_of(transfer), "Deposited again, changed"
        )
        with transfer.confirming():
            held = write_version(transfer, inventory, made, self.root)
        storage.set_final_mode(made, transfer.mode, like=object_root)
        yield [*journal.unsynced, Unsynced(made)]
        storage.move_to_destination(made, object_root, replace=True)
        yield [Unsynced(object_root.parent, storage.sync_folder)]
        return _Done(inventory, held)

    def _stored(
        self,
        object_root: Path,
        transfer: Transfer,
        inventory: Inventory,
        new: Mapping[str, str] | None,
    ) -> Stored:
        head = str(inventory["head"])
        state: dict[str, list[str]] = inventory["versions"][head]["state"]
        named = {path: digest for digest, paths in state.items() for path in paths}
        expected = transfer.digests(DIGEST_ALGORITHM)
        read_back = new or {}
        # Content of earlier versions is not stored again. It was validated by its SHA-512.
        old = tuple(item for item in transfer.items if item.path not in read_back)
        files = [
            *arrivals(tuple(item for item in transfer.items if item.path in read_back), read_back),
            *(
                Arrival(
                    path=item.path,
                    size=item.size,
                    sha256=item.sha256,
                    algorithm=DIGEST_ALGORITHM,
                    expected=expected[item.path],
                    stored=named.get(item.path),
                )
                for item in old
            ),
        ]
        return Stored(
            remote_id=transfer.identifier,
            version=head,
            location=object_root.relative_to(self.root).as_posix(),
            files=tuple(sorted(files, key=lambda file: file.path)),
            verified="read-back",
            new=new is not None,
            answer={
                "head": head,
                "created": inventory["versions"][head]["created"],
                "inventory_sha512": storage.read_text(
                    object_root / f"inventory.json.{DIGEST_ALGORITHM}"
                ).split()[0],
            },
        )


class _Done(NamedTuple):
    """The inventory of an object, and the SHA-256 of its new files; None if it had all before."""

    inventory: Inventory
    held: Mapping[str, str] | None


def _refuse_sizes(object_root: Path, version: str, expected: Expected) -> None:
    """Refuse a version if the size of a file differs from what was deposited.

    Raises:
        DepositError: A size differs.
    """
    inventory = read_inventory(object_root)
    for digest, paths in inventory["versions"][version]["state"].items():
        size = (object_root / inventory["manifest"][digest][0]).lstat().st_size
        for path in paths:
            if path in expected and size != expected[path].size:
                raise DepositError(
                    _(
                        "{path}: it has {size:,} bytes, but {size_2:,} were deposited",
                        path=path,
                        size=size,
                        size_2=expected[path].size,
                    ),
                    _("Restore the object from another copy."),
                )


def _sha256(object_root: Path, path: str) -> str | None:
    """Return the SHA-256 of an object's file without following links; None if it is missing."""
    try:
        with storage.open_beneath(object_root, path) as file:
            return sha256_of(iter(lambda: file.read(fixity.BLOCK), b""))
    except FileNotFoundError:
        return None
