"""Open and create collections: folders of packages in layouts that keep each folder small."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.collection.bulk.searching import Note, packages_below, unheard
from archive_pkg.errors import StorageError, UsageError
from archive_pkg.packages.layout import is_bag
from archive_pkg.records.path_checks import package_above, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.collection.bulk.running import Done
    from archive_pkg.paths import StrPath

OWN = ".archive-pkg"
"""The program's own folder in a collection. Everything in it except the ledger can be rebuilt."""

_DECLARATION = "shelf.json"


def _flat(name: str) -> str:
    return name


def _hashed(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{digest[0:3]}/{digest[3:6]}/{digest[6:9]}/{name}"


def _pair_tree(name: str) -> str:
    # Windows does not allow a dot at the end of a folder's name.
    clean = name.replace(".", ",")
    return "/".join([*(clean[at : at + 2] for at in range(0, len(clean), 2)), name])


LAYOUTS = {"flat": _flat, "hashed": _hashed, "pair-tree": _pair_tree}
"""Functions that return the folder for a package's id. "hashed" is OCFL's extension 0003 (SHA-256,
three tuples of three digits, then the id). "pair-tree" is the California Digital Library's
Pairtree 0.1; the folder after the pairs has the id as its name."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection.

    Attributes:
        root: Its folder.
        layout: The name of its layout.
    """

    root: Path
    layout: str = "flat"

    def home(self, identifier: str) -> Path:
        """Return the folder of the package with an id, whether it exists or not."""
        return self.root / LAYOUTS[self.layout](identifier)

    @property
    def own(self) -> Path:
        """The folder `.archive-pkg`, for the program's own files."""
        return self.root / OWN

    @property
    def work(self) -> Path:
        """The folder in which packages are staged. Each run empties it at its start and end."""
        return self.own / "work"

    @property
    def ledger(self) -> Path:
        """The default path of its ledger."""
        return self.own / "ledger.jsonl"

    def packages(self, note: Note = unheard, *, serialized: bool = False) -> Iterator[Path]:
        """Yield the packages of the collection, in the order of their paths.

        Args:
            note: Called for problems that the search finds; see `packages_below`.
            serialized: Whether to yield serialized bags, too.
        """
        return packages_below(self.root, note, serialized=serialized)

    @contextlib.contextmanager
    def held(self, wait: float = 0) -> Iterator[None]:
        """Lock the collection while the block changes it.

        Raises:
            LockedError: Another run holds the lock; the message says which.
            StorageError: The storage failed.
        """
        own = self.ready()
        with storage.storage_errors(f"reading {self.root}"):
            storage.refuse_unsafe_folder(self.root)
        work = f"{OWN}/{self.work.name}"
        with storage.Lock(own / "collection", wait):
            with storage.storage_errors(f"clearing {self.work}"):
                storage.remove_beneath(self.root, work)  # left by a killed run
                storage.make_beneath(self.root, work, 0o700)
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    storage.remove_beneath(self.root, work)

    def ready(self) -> Path:
        """Return the folder `.archive-pkg`; create it if it does not exist.

        Raises:
            StorageError: It cannot be created, or others can write into it.
        """
        with storage.storage_errors(f"making {self.root}"):
            storage.make_folder(self.root)
        return storage.state_folder(self.root, OWN)


def is_declared(root: Path) -> bool:
    """Return whether a folder is a collection that declares its layout."""
    return (root / OWN / _DECLARATION).is_file()


def open_collection(root: StrPath, *, may_be_empty: bool = False) -> Collection:
    """Return an existing collection. Without a declared layout, it is flat.

    Args:
        root: Its folder.
        may_be_empty: Whether to accept a folder that has no packages and never had an index or
            ledger.

    Raises:
        UsageError: It is a file or a package, is in a package, or has no packages.
        StorageError: There is no such folder, or its declaration cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise UsageError(*refusal(root, "collection")) if root.exists() else storage.missing(root)
    # The program's files in a package would make it invalid.
    if is_bag(root) or package_above(root):
        raise UsageError(*refusal(root, "collection"))
    collection = Collection(root, _declared(root) or "flat")
    if not may_be_empty and not collection.own.is_dir():
        _refuse_unrelated(collection)
    return collection


def _refuse_unrelated(collection: Collection) -> None:
    """Refuse a folder without packages, unless the search had problems."""
    noted: list[Done] = []
    found = next(collection.packages(noted.append, serialized=True), None)
    if found or any(each.status for each in noted):
        return
    raise UsageError(*refusal(collection.root, "collection"))


def make_collection(root: StrPath, layout: str = "") -> Collection:
    """Return the collection in a folder; create it if it does not exist.

    Args:
        root: The folder.
        layout: Its layout. If empty, the existing layout, or "flat" for a new collection.

    Raises:
        UsageError: There is no such layout, or the collection has a different one.
        StorageError: The storage failed.
    """
    root = Path(root)
    if layout and layout not in LAYOUTS:
        raise UsageError(f"{layout} is not a layout", f"Use one of {', '.join(LAYOUTS)}.")
    there = _declared(root)
    if layout and there and layout != there:
        raise UsageError(
            f"the collection {root} has the layout {there}, not {layout}",
            "Leave out --layout, or make a new collection.",
        )
    collection = Collection(root, layout or there or "flat")
    if not there:
        collection.ready()
        said = json.dumps({"layout": collection.layout}) + "\n"
        storage.write_atomically(collection.own / _DECLARATION, said.encode())
    return collection


def _declared(root: Path) -> str:
    storage.check_state_folder(root / OWN)
    path = root / OWN / _DECLARATION
    try:
        said = json.loads(storage.read_regular(path))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} cannot be read: {storage.explain(error)}") from error
    layout = said.get("layout") if isinstance(said, dict) else None
    if layout not in LAYOUTS:
        raise StorageError(f"{path} names the unknown layout {layout!r}")
    return str(layout)
