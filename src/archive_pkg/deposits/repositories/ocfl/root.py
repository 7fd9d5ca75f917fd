"""An OCFL 1.1 storage root on disk. A package is an object; a changed package is a new version.

An object is built in a hidden folder next to the root and renamed when it is complete and valid:
a root must not have empty folders, or anything except objects and registered extensions
(OCFL 1.1, 4.1 and 4.4). If the root is a mount point, or its parent is not writable, the object is
built below the root's `extensions/`. Its files are copied, read back and compared with
the package's manifests. The staging of a new version has hard links to the files of older versions.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from archive_pkg import fixity, storage
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories.drop.drop_folder import write_file
from archive_pkg.deposits.repositories.drop.local import LocalStorage
from archive_pkg.deposits.repositories.ocfl.layouts import Layout, layout_of, version_of
from archive_pkg.deposits.repositories.ocfl.objects import (
    DECLARATION,
    DIGEST_ALGORITHM,
    MUTABLE_HEAD,
    SPECIFICATION,
    Inventory,
    content_folder,
    declaration_fault,
    inventory_files,
    newest_state,
    read_inventory,
    validate,
    with_version,
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
from archive_pkg.deposits.transfers import VerifiedReader, sha256_of
from archive_pkg.errors import DepositError, StorageError, UsageError
from archive_pkg.packages.layout import RECORD
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.repository_interface import Expected
    from archive_pkg.deposits.shared_syncs import Steps
    from archive_pkg.deposits.transfers import Item, Transfer

STAGING = "archive-pkg-staging"
"""The folder in `extensions/` where objects are built if that is not possible next to the root."""
_ROOT = f"0=ocfl_{SPECIFICATION}"
_LAYOUT_FILE = "ocfl_layout.json"
_EXTENSIONS = "extensions"
_OF_A_ROOT = (_ROOT, _LAYOUT_FILE, _EXTENSIONS)


class OcflRoot:
    """The repository behind `ocfl:PATH`; the first deposit creates the root."""

    kind = "ocfl"
    near = True
    at_once = 1

    def __init__(self, address: str) -> None:
        """Read `ocfl:PATH`; a relative path starts from the working folder."""
        path = address.partition(":")[2]
        if not path:
            raise UsageError(f"{address} does not name a folder", "Write ocfl:PATH.")
        self.root = Path(path).expanduser().absolute()
        self._mounts: dict[tuple[Path, int], bool] = {}
        self._fit: os.stat_result | None = None
        self._layout: tuple[os.stat_result, Layout] | None = None

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
        there = self._has(transfer.identifier)
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
            makes="" if os.path.lexists(self.root / _ROOT) else "a new OCFL root",
        )
        try:
            self._refuse_unfit(transfer)
        except DepositError as error:
            here = Location(str(self.root))
            plan.report.add(TARGET_NOT_READY.at(here, error.message, error.hint))
        return plan

    def holds(self, transfer: Transfer) -> bool:
        """Return whether the newest version is exactly this package; see `Comparing`."""
        with storage.storage_errors(f"reading {self.root}"):
            if not self.root.is_dir() or not version_of(self.root):
                return False
            object_root = self._object_root(transfer.identifier)
            if not object_root.exists():
                return False
            validate(object_root)
            return _is_newest(read_inventory(object_root), transfer)

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Store a package's folder as a version of the object; see `Repository`."""
        return run_alone(self.steps(transfer, journal))

    def steps(self, transfer: Transfer, journal: Journal) -> Steps[Stored]:
        """Yield the steps of `deposit`; see `Stepwise`."""
        with storage.storage_errors(f"working in {self.root}"):
            self._ensure_root()
            object_root = self._object_root(transfer.identifier)
            journal.begin("place", remote_id=transfer.identifier)
            with self._staging(object_root) as staging:
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
        with storage.storage_errors(f"working in {self.root}"):
            object_root = self._object_root(remote_id) if self.root.is_dir() else self.root
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
        with storage.storage_errors(f"working in {self.root}"):
            object_root = self._object_root(remote_id)
            if not object_root.is_dir():
                raise DepositError(f"{self.target} does not hold {remote_id}")
            inventory = read_inventory(object_root)
            if version not in inventory["versions"]:
                raise DepositError(f"{self.target} holds no version {version} of {remote_id}")
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
        with storage.storage_errors(f"working in {self.root}"):
            object_root = self._object_root(remote_id)
            if not object_root.is_dir():
                raise DepositError(f"{self.target} does not hold {remote_id}")
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

    def _ensure_root(self) -> None:
        """Create the root if it does not exist; finish one that a killed run left incomplete."""
        if (self.root / _ROOT).is_file():
            return
        with storage.storage_errors(f"making {self.root}"):
            storage.make_folder(self.root)
        layout = Layout()
        about = {"extension": layout.name, "description": "Objects in folders named by their id"}
        config = {"extensionName": layout.name, **layout.parameters}
        files = {
            f"{_EXTENSIONS}/{layout.name}/config.json": json.dumps(config, indent=2),
            _LAYOUT_FILE: json.dumps(about, indent=2),
            _ROOT: f"{_ROOT[2:]}\n",  # last, because only the declaration makes the folder a root
        }
        with (
            storage.Lock(self.root / _LAYOUT_FILE, wait=60),
            storage.storage_errors(f"making {self.root}"),
        ):
            storage.make_beneath(self.root, f"{_EXTENSIONS}/{layout.name}")
            for path, text in files.items():
                storage.recover(self.root / path)
                storage.write_atomically(self.root / path, text.encode())

    def _refuse_unfit(self, transfer: Transfer) -> None:
        """Refuse a root that cannot be written, and an object that cannot get another version.

        Raises:
            DepositError: The root or the object is unsuitable.
            StorageError: The storage failed.
        """
        with storage.storage_errors(f"reading {self.root}"):
            if not self._is_fit():
                return
            identifier = transfer.identifier
            object_root = self._object_root(identifier)
            way = [object_root, *object_root.parents][
                : len(object_root.relative_to(self.root).parts)
            ]
            for above in way[1:]:
                if _is_object(above):
                    raise DepositError(
                        f"{above} is an object, and {identifier} would be inside it",
                        "Deposit it into another root.",
                    )
            if os.path.lexists(object_root):
                _refuse_foreign(object_root, transfer)

    def _is_fit(self) -> bool:
        """Return whether the root exists and can be written; False if it must be made first.

        A root is examined once, because listing many objects for each package takes time.

        Raises:
            DepositError: It cannot be written.
            OSError: The storage failed.
        """
        if self._fit and _is_same(self._fit, self.root / _ROOT):
            return True
        if not self.root.exists():
            return False
        if not self.root.is_dir():
            raise DepositError(
                f"{self.root} is a file, not a folder", "Name an OCFL root or a new folder."
            )
        # List names first: another run may create the root and objects at this moment.
        names = os.listdir(self.root)  # noqa: PTH208 - hot
        version = version_of(self.root)
        if version.startswith("object_"):
            raise DepositError(
                f"{self.root} is an OCFL object, not an OCFL root",
                "Name the root that it is in.",
            )
        declared = sorted(name for name in names if name.startswith("0=ocfl_"))
        if len(declared) > 1:
            raise DepositError(
                f"{self.root} declares more than one version: {', '.join(declared)}",
                "Ask its administrator to correct it, or use another root.",
            )
        if not version:
            if not all(name.lstrip(".").startswith(_OF_A_ROOT) for name in names):
                raise DepositError(
                    f"{self.root} is not empty and not an OCFL root",
                    "Name an OCFL root or a new folder.",
                )
            return False
        if version != SPECIFICATION:
            raise DepositError(
                f"{self.root} is an OCFL {version} root; only OCFL {SPECIFICATION} is written here",
                f"Ask its administrator to upgrade it to OCFL {SPECIFICATION}, or use "
                "another root.",
            )
        if fault := declaration_fault(self.root, _ROOT):
            raise DepositError(
                f"{self.root} is not a valid OCFL root: {fault}",
                "Ask its administrator to correct the file, or use another root.",
            )
        self._fit = (self.root / _ROOT).stat()
        return True

    def _has(self, identifier: str) -> bool:
        try:
            return self._object_root(identifier).exists()
        except DepositError:
            return False

    def _object_root(self, identifier: str) -> Path:
        if not self.root.is_dir():
            raise DepositError(
                f"there is no OCFL root at {self.root}",
                "If it was moved, move it back. Otherwise deposit the package again.",
            )
        path = self._its_layout().path(identifier)
        if path in _OF_A_ROOT or not all(part not in ("", ".", "..") for part in path.split("/")):
            raise DepositError(
                f"{identifier} does not fit the layout of {self.root}",
                "Give the record another id, or use another root.",
            )
        return self.root / path

    def _its_layout(self) -> Layout:
        """Return the root's layout, which is read once if the root declares it."""
        declared = self.root / _LAYOUT_FILE
        if self._layout and _is_same(self._layout[0], declared):
            return self._layout[1]
        layout = layout_of(self.root)
        with contextlib.suppress(FileNotFoundError):
            self._layout = declared.stat(), layout
        return layout

    @contextlib.contextmanager
    def _staging(self, object_root: Path) -> Iterator[storage.Staging]:
        """Yield a folder for building an object, while a lock on the object is held."""
        name = hashlib.sha256(object_root.relative_to(self.root).as_posix().encode()).hexdigest()[
            :16
        ]
        inside = self.root / _EXTENSIONS / STAGING
        with contextlib.ExitStack() as entered:
            # Runs can build at either place; the lock is the same for all.
            entered.enter_context(storage.Lock(self.root / name, wait=60))
            staging = None
            while staging is None:
                place = self._path_next_to_root(name)
                if place is None:
                    place = inside / name
                    with storage.storage_errors(f"making {inside}"):
                        storage.make_beneath(self.root, f"{_EXTENSIONS}/{STAGING}")
                try:
                    staging = entered.enter_context(storage.Staging(place, locked=True))
                except StorageError:
                    if place.parent.is_dir():
                        raise
                    # Another run ended at this moment and removed the empty folder.
            try:
                yield staging
            finally:
                entered.close()
                for folder in (inside, self.root / _EXTENSIONS):
                    with contextlib.suppress(OSError):
                        folder.rmdir()

    def _path_next_to_root(self, name: str) -> Path | None:
        """Return a path next to the root from which a rename works; None if that is not safe.

        If other users can rename files there, they could replace a staged folder by a link.
        """
        above = self.root.parent
        if (
            os.access(above, os.W_OK | os.X_OK)
            and self._is_on_mount_of(above)
            and not storage.others_can_swap(above)
        ):
            return above / f"{self.root.name}.{name}"
        return None

    def _is_on_mount_of(self, above: Path) -> bool:
        """Return whether a rename from another folder works; found out once for each folder."""
        key = above, self.root.stat().st_ino
        if key not in self._mounts:
            self._mounts[key] = storage.same_mount(above, self.root)
        return self._mounts[key]

    def _first_version(
        self, transfer: Transfer, object_root: Path, staged: Path, journal: Journal
    ) -> Steps[_Done]:
        inventory = with_version(None, transfer.identifier, _state(transfer), "Deposited")
        with transfer.confirming():
            held = self._write(transfer, inventory, staged / object_root.relative_to(self.root))
        storage.set_final_mode(staged / object_root.relative_to(self.root), transfer.mode)
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
        if _is_newest(before, transfer):
            return _Done(before, None)
        _share(object_root, made)
        inventory = with_version(
            before, transfer.identifier, _state(transfer), "Deposited again, changed"
        )
        with transfer.confirming():
            held = self._write(transfer, inventory, made)
        storage.set_final_mode(made, transfer.mode, like=object_root)
        yield [*journal.unsynced, Unsynced(made)]
        storage.move_to_destination(made, object_root, replace=True)
        yield [Unsynced(object_root.parent, storage.sync_folder)]
        return _Done(inventory, held)

    def _write(self, transfer: Transfer, inventory: Inventory, made: Path) -> Mapping[str, str]:
        """Write a version's files and inventories; return the SHA-256 of each new file there."""
        head, folder = str(inventory["head"]), content_folder(inventory)
        content: dict[str, str] = {}
        for digest, (path, *_) in _state(transfer).items():
            if digest not in inventory["manifest"]:
                content[path] = f"{folder}/{_plain(path)}"
                inventory["manifest"][digest] = [content[path]]
        made.mkdir(parents=True, exist_ok=True)
        for folder in [head, *sorted({path.rpartition("/")[0] for path in content.values()})]:
            storage.make_beneath(made, folder)
        items = [item for item in transfer.items if item.path in content]
        with storage.RecentFolder(transfer.folder) as package, storage.RecentFolder(made) as opened:
            place = LocalStorage(made, opened)

            def bring(item: Item) -> str:
                with transfer.open(item, package) as file:
                    source = VerifiedReader(file, item, transfer.tick, digest=False)
                    return place.send(content[item.path], source, item.size, 0)

            held = {item.path: bring(item) for item in items}
        for item in items:
            if held[item.path] != item.sha256:
                raise DepositError(
                    f"{item.path} changed in {self.root} since the package was verified",
                    "Nothing was kept. Check whether another program writes into the "
                    "package, and check the disk.",
                )
        about = inventory_files(inventory)
        declaration = {DECLARATION: f"{DECLARATION[2:]}\n".encode()}
        above = {f"{head}/{name}": data for name, data in about.items()}
        for name in about if head != "v1" else ():
            storage.remove_beneath(made, name)  # copies from the earlier version
        written = (declaration if head == "v1" else {}) | above | about
        found = LocalStorage(made).send_many(written)
        for (name, data), digest in zip(written.items(), found, strict=True):
            if digest != hashlib.sha256(data).hexdigest():
                raise DepositError(f"{made / name} is not as it was written", "Check the disk.")
        validate(made, digests=False, written=written)
        return held

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


def _is_same(before: os.stat_result, path: Path) -> bool:
    """Return whether a file still is the one with an earlier status, and was not written since."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(before, now) and before.st_mtime_ns == now.st_mtime_ns


def _is_object(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("0=ocfl_object_*"))


def _refuse_foreign(object_root: Path, transfer: Transfer) -> None:
    """Refuse to add a version to an object that is not a deposit of the same package.

    Raises:
        DepositError: The object has a different id, OCFL version or digest; has no valid
            declaration; holds something else; or cannot be read.
    """
    try:
        inventory = read_inventory(object_root)
        said = {
            "id": inventory.get("id"),
            "OCFL version": "".join(str(inventory.get("type", "")).split("/")[3:4]),
            "digest": inventory.get("digestAlgorithm"),
        }
    except (OSError, ValueError, AttributeError) as error:
        raise DepositError(
            f"{object_root} is not a readable OCFL object: {storage.explain(error)}",
            "Repair it before you deposit again.",
        ) from error
    ours = {"id": transfer.identifier, "OCFL version": SPECIFICATION, "digest": DIGEST_ALGORITHM}
    for name, value in ours.items():
        if said[name] != value:
            raise DepositError(
                f"{object_root} was not written by archive-pkg: its {name} is {said[name]}, "
                f"not {value}",
                "Add the version with the program that wrote it, or use another root.",
            )
    if fault := declaration_fault(object_root, DECLARATION):
        raise DepositError(
            f"{object_root} is not a valid OCFL object: {fault}",
            "Repair it before you deposit again.",
        )
    if os.path.lexists(object_root / MUTABLE_HEAD):
        raise DepositError(
            f"{object_root} has changes of another program that are not yet a version "
            f"({MUTABLE_HEAD})",
            "Commit these changes with that program first.",
        )
    needed = {"bagit.txt"} | ({f"data/{RECORD}"} if transfer.letter else set())
    if lacking := needed - newest_state(inventory).keys():
        raise DepositError(
            f"{object_root} holds something else: its newest version has no {max(lacking)}",
            "Use another root.",
        )
    if not (transfer.letter or transfer.earlier or _is_newest(inventory, transfer)):
        raise DepositError(
            f"{object_root} holds a different bag named {transfer.identifier}, and no receipt "
            f"shows that {transfer.folder} is a new version of it",
            "If it is a different bag, rename its folder. If it is a new version, name the folder "
            "of its receipts with --receipts.",
        )


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
                    f"{path}: it has {size:,} bytes, but {expected[path].size:,} were deposited",
                    "Restore the object from another copy.",
                )


def _state(transfer: Transfer) -> dict[str, list[str]]:
    """Return the package's paths by digest, as the state of a version (OCFL 1.1, 3.5.3.1)."""
    state: dict[str, list[str]] = {}
    for path, digest in transfer.digests(DIGEST_ALGORITHM).items():
        state.setdefault(digest, []).append(path)
    return state


def _is_newest(inventory: Inventory, transfer: Transfer) -> bool:
    """Return whether the newest version of an object is exactly this package."""
    return dict(newest_state(inventory)) == dict(transfer.digests(DIGEST_ALGORITHM))


def _plain(path: str) -> str:
    """Return a content path for a logical path, valid on every file system and not hidden."""
    return "/".join(
        "%2E" + quoted[1:] if quoted.startswith(".") else quoted
        for quoted in map(quote, path.split("/"))
    )


def _sha256(object_root: Path, path: str) -> str | None:
    """Return the SHA-256 of an object's file without following links; None if it is missing."""
    try:
        with storage.open_beneath(object_root, path) as file:
            return sha256_of(iter(lambda: file.read(fixity.BLOCK), b""))
    except FileNotFoundError:
        return None


def _share(object_root: Path, made: Path) -> None:
    """Copy an object into the staging folder: content as hard links, other files as copies."""

    def place(source: str, target: str) -> str:
        if Path(source).parent != object_root:
            with contextlib.suppress(OSError):
                os.link(source, target)
                return target
        return str(shutil.copy2(source, target))

    with storage.storage_errors(f"staging {object_root}"):
        shutil.copytree(object_root, made, copy_function=place)
