"""An OCFL 1.1 storage root on disk: each package an object, each deposit of a change a version.

ocfl-py writes in place; here it writes into a staging folder, which is renamed when the object in
it is whole and valid. A new version's staging shares the old versions' files by hard links.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import fixity, storage
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories import (
    TARGET_NOT_READY,
    Capabilities,
    Plan,
    Status,
    Stored,
    Transfer,
)
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.reports import Location
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.parcels import Parcel

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
SPECIFICATION = "1.1"
DIGEST = "sha512"


class OcflRoot:
    """The repository behind `ocfl:PATH`; the root is made at its first deposit."""

    kind = "ocfl"

    def __init__(self, address: str) -> None:
        """Take `ocfl:PATH`; a relative path starts from the working folder."""
        path = address.partition(":")[2]
        if not path:
            raise UsageError(f"{address} names no folder", "write ocfl:PATH")
        self.root = Path(path).expanduser().absolute()

    @property
    def target(self) -> str:
        """The address with the root's whole path."""
        return f"ocfl:{self.root}"

    def capabilities(self) -> Capabilities:
        """Files as they are, read back by ocfl-py's validator, versions kept."""
        return Capabilities(packaging="folder", digest=DIGEST, write_once=True)

    def plan(self, parcel: Parcel, *, publish: bool) -> Plan:
        """What would lie where, and whether the root is one; see `Repository`."""
        plan = Plan(
            tuple(
                Transfer(item.path, item.size, f"{parcel.identifier}, next version")
                for item in parcel.items
            ),
            steps=(
                f"store it as a version of the object {parcel.identifier}; files that a version "
                "before has are not stored again",
                "let ocfl-py's validator read the object whole",
            ),
        )
        if self._has_other_things():
            plan.report.add(
                TARGET_NOT_READY.at(
                    Location(str(self.root)),
                    f"{self.root} has other things in it and is no OCFL {SPECIFICATION} root",
                    "name an OCFL root, or a folder that is not there yet",
                )
            )
        return plan

    def deposit(self, parcel: Parcel, journal: Journal, *, publish: bool) -> Stored:
        """Store a package's folder as a version of the object; see `Repository`."""
        identifier, package = parcel.identifier, parcel.folder
        with _plain_errors(self.root):
            self._ensure_root()
            home = self._home(identifier)
            journal.begin("place", remote_id=identifier)
            with self._way_to(home), storage.Staging(home, wait=60) as staging:
                if not home.exists():
                    new = self._first_version(package, identifier, staging)
                else:
                    new = self._next_version(package, identifier, home, staging)
            return self._stored(home, parcel, new=new)

    def status(self, remote_id: str, version: str) -> Status:
        """Whether the root holds it, and in which versions; see `Repository`."""
        with _plain_errors(self.root):
            home = self._home(remote_id) if self.root.is_dir() else self.root
            if not (home / "inventory.json").is_file():
                return Status("absent", f"{self.target} does not hold {remote_id}")
            versions = sorted(_inventory(home)["versions"], key=lambda name: int(name[1:]))
            if version and version not in versions:
                return Status("absent", f"it has {', '.join(versions)}, and no {version}")
            return Status("stored", f"versions: {', '.join(versions)}", {"versions": versions})

    def verify(self, remote_id: str, version: str) -> dict[str, str]:
        """Read a version's files where they lie; see `Repository`."""
        with _plain_errors(self.root):
            home = self._home(remote_id)
            if not home.is_dir():
                raise DepositError(f"{self.target} does not hold {remote_id}")
            inventory = _inventory(home)
            state: dict[str, list[str]] = inventory["versions"][version]["state"]
            return {
                path: fixity.digest(home / inventory["manifest"][digest][0], ["sha256"])["sha256"]
                for digest, paths in state.items()
                for path in paths
                if (home / inventory["manifest"][digest][0]).is_file()
            }

    def fetch(self, remote_id: str, version: str, into: Path) -> None:
        """Copy a version of an object, validated first, into an empty folder; see `Repository`."""
        from ocfl import Object

        with _plain_errors(self.root):
            home = self._home(remote_id)
            if not home.is_dir():
                raise DepositError(f"{self.target} does not hold {remote_id}")
            self._validate(home)
            Object(path=str(home)).extract(str(home), version, str(into.absolute()))

    def _ensure_root(self) -> None:
        from ocfl import StorageRoot

        if self.root.is_dir() and any(self.root.iterdir()):
            return
        with storage.storage_errors(f"making {self.root}"):
            self.root.parent.mkdir(parents=True, exist_ok=True)
        with storage.Staging(self.root, wait=60) as staging:
            if self.root.is_dir() and any(self.root.iterdir()):
                return
            made = staging.path / "root"
            StorageRoot(str(made), layout_name=LAYOUT, spec_version=SPECIFICATION).initialize(
                spec_version=SPECIFICATION
            )
            staging.commit(replace=True, item=made)

    def _has_other_things(self) -> bool:
        with storage.storage_errors(f"reading {self.root}"):
            return (
                self.root.exists()
                and not (self.root / f"0=ocfl_{SPECIFICATION}").is_file()
                and (not self.root.is_dir() or any(self.root.iterdir()))
            )

    def _home(self, identifier: str) -> Path:
        from ocfl import StorageRoot

        root = StorageRoot(str(self.root))
        if not self.root.is_dir():
            raise DepositError(f"there is no OCFL root at {self.root}")
        return self.root / str(root.object_path(identifier))

    @contextlib.contextmanager
    def _way_to(self, home: Path) -> Iterator[None]:
        """The folders that lead to an object; if it does not come to be, none is left empty."""
        home.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield
        finally:
            folder = home.parent
            while folder != self.root and not any(folder.iterdir()):
                folder.rmdir()
                folder = folder.parent

    def _first_version(self, package: Path, identifier: str, staging: storage.Staging) -> bool:
        from ocfl import Object

        made = staging.path / "object"
        Object(identifier=identifier, spec_version=SPECIFICATION, digest_algorithm=DIGEST).create(
            srcdir=str(package.absolute()), metadata=_metadata("Deposited"), objdir=str(made)
        )
        self._validate(made)
        staging.commit(item=made)
        return True

    def _next_version(
        self, package: Path, identifier: str, home: Path, staging: storage.Staging
    ) -> bool:
        from ocfl import Object

        made = staging.path / "object"
        _share(home, made)
        inventory = Object(
            identifier=identifier, spec_version=SPECIFICATION, digest_algorithm=DIGEST
        ).add_version_with_content(
            objdir=str(made),
            srcdir=str(package.absolute()),
            metadata=_metadata("Deposited again, changed"),
            abort_if_no_difference=True,
        )
        if inventory is None:
            self._validate(home)
            return False
        self._validate(made)
        staging.commit(replace=True, item=made)
        return True

    def _validate(self, folder: Path) -> None:
        """Let ocfl-py's validator read the object whole, every digest included."""
        from ocfl import Object

        passed, validator = Object(path=str(folder)).validate(
            str(folder), log_warnings=False, log_errors=False
        )
        if not passed:
            raise DepositError(
                f"the OCFL object at {folder} is not valid: {validator.status_str()}".strip(),
                "restore it from another copy before depositing into it",
            )

    def _stored(self, home: Path, parcel: Parcel, *, new: bool) -> Stored:
        inventory = _inventory(home)
        head = str(inventory["head"])
        state: dict[str, list[str]] = inventory["versions"][head]["state"]
        held = {path: digest for digest, paths in state.items() for path in paths}
        expected = parcel.digests(DIGEST)
        return Stored(
            remote_id=parcel.identifier,
            version=head,
            location=home.relative_to(self.root).as_posix(),
            files=tuple(
                Arrival(
                    path=item.path,
                    size=item.size,
                    sha256=item.sha256,
                    algorithm=DIGEST,
                    expected=expected[item.path],
                    stored=held.get(item.path),
                )
                for item in parcel.items
            ),
            verified="read-back",
            new=new,
            answer={
                "head": head,
                "created": inventory["versions"][head]["created"],
                "inventory_sha512": (home / f"inventory.json.{DIGEST}").read_text().split()[0],
            },
        )


def _inventory(home: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((home / "inventory.json").read_bytes())
    return read


def _metadata(message: str) -> Any:
    from ocfl import VersionMetadata

    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return VersionMetadata(created=created, message=message, name=SOFTWARE)


def _share(home: Path, made: Path) -> None:
    """Give the staging the object's files: content by hard link, what gets rewritten as a copy."""

    def place(source: str, target: str) -> str:
        if Path(source).parent != home:
            with contextlib.suppress(OSError):
                os.link(source, target)
                return target
        return str(shutil.copy2(source, target))

    with storage.storage_errors(f"staging {home}"):
        shutil.copytree(home, made, copy_function=place)


@contextlib.contextmanager
def _plain_errors(root: Path) -> Iterator[None]:
    """Turn ocfl-py's exceptions into ours, and keep its log, on the root logger, to itself."""
    with _logging_left_alone():
        from ocfl import (
            InventoryException,
            NewVersionException,
            ObjectException,
            StorageRootException,
        )

        try:
            with storage.storage_errors(f"working in {root}"):
                yield
        except (
            InventoryException,
            NewVersionException,
            ObjectException,
            StorageRootException,
        ) as error:
            hint = "is it an OCFL root as others write it?"
            raise DepositError(f"{root}: {error}", hint) from error


@contextlib.contextmanager
def _logging_left_alone() -> Iterator[None]:
    """Keep the root logger as it is: ocfl-py writes there, and its pairtree sets it up anew."""
    root = logging.getLogger()
    level, handlers, disabled = root.level, list(root.handlers), root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.handlers[:] = handlers
