"""A shelf: a folder of packages, laid out so that no folder in it ever has a million entries."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.collection.bulk.subjects import Note, packages_below, unheard
from archive_pkg.errors import StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.paths import StrPath

OWN = ".archive-pkg"
"""The shelf's folder for what this program keeps of it; all but the ledger can be made again."""

_DECLARATION = "shelf.json"


def _flat(name: str) -> str:
    return name


def _hashed(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{digest[0:3]}/{digest[3:6]}/{digest[6:9]}/{name}"


def _pair_tree(name: str) -> str:
    # A dot would end a folder's name, which Windows does not take.
    clean = name.replace(".", ",")
    return "/".join([*(clean[at : at + 2] for at in range(0, len(clean), 2)), name])


LAYOUTS = {"flat": _flat, "hashed": _hashed, "pair-tree": _pair_tree}
"""How a package's id becomes its folder. "hashed" is OCFL's extension 0003 (SHA-256, three tuples
of three digits, then the id); "pair-tree" the California Digital Library's Pairtree 0.1, with the
package in a folder of its id behind the pairs."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf that was opened.

    Attributes:
        root: Its folder.
        layout: The name of its layout.
    """

    root: Path
    layout: str = "flat"

    def home(self, identifier: str) -> Path:
        """The folder of the package with that id, there or not."""
        return self.root / LAYOUTS[self.layout](identifier)

    @property
    def own(self) -> Path:
        """The folder of what this program keeps of the shelf."""
        return self.root / OWN

    @property
    def work(self) -> Path:
        """The folder in which packages are staged; nothing in it outlives a run."""
        return self.own / "work"

    @property
    def ledger(self) -> Path:
        """Where its ledger is unless it is kept elsewhere."""
        return self.own / "ledger.jsonl"

    def packages(self, note: Note = unheard, *, serialized: bool = False) -> Iterator[Path]:
        """Search it for packages, in the order of their paths folder by folder.

        Args:
            note: Takes what the search has to report besides; see `packages_below`.
            serialized: Whether serialized bags are wanted, too.
        """
        return packages_below(self.root, note, serialized=serialized)

    @contextlib.contextmanager
    def held(self, wait: float = 0) -> Iterator[None]:
        """Keep the shelf to oneself while changing it.

        Raises:
            LockedError: Another run holds it; the error says which.
            StorageError: The storage failed.
        """
        own = self.ready()
        with storage.storage_errors(f"reading {self.root}"):
            storage.refuse_exchange(self.root)
        work = f"{OWN}/{self.work.name}"
        with storage.Lock(own / "shelf", wait):
            with storage.storage_errors(f"clearing {self.work}"):
                storage.remove_beneath(self.root, work)  # a killed run's
                storage.make_beneath(self.root, work, 0o700)
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    storage.remove_beneath(self.root, work)

    def ready(self) -> Path:
        """Return the folder of what this program keeps of the shelf, made if it does not exist.

        Raises:
            StorageError: It cannot be made, or is not to be trusted.
        """
        with storage.storage_errors(f"making {self.root}"):
            storage.make_folder(self.root)
        return storage.state_folder(self.root, OWN)


def is_declared(root: Path) -> bool:
    """Whether a folder is a shelf that says how it is laid out."""
    return (root / OWN / _DECLARATION).is_file()


def open_shelf(root: StrPath) -> Shelf:
    """A shelf that is there; a folder of packages that says nothing of its layout is flat.

    Raises:
        StorageError: There is no such folder, or its declaration cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise StorageError(f"there is no folder {root}", "name a shelf: a folder of packages")
    return Shelf(root, _declared(root) or "flat")


def make_shelf(root: StrPath, layout: str = "") -> Shelf:
    """The shelf at a folder, made if it is not there.

    Args:
        root: The folder.
        layout: Its layout; empty for what it has, or "flat" for a new one.

    Raises:
        UsageError: There is no such layout, or the shelf has another.
        StorageError: The storage failed.
    """
    root = Path(root)
    if layout and layout not in LAYOUTS:
        raise UsageError(f"there is no layout {layout}", f"one of: {', '.join(LAYOUTS)}")
    there = _declared(root)
    if layout and there and layout != there:
        raise UsageError(
            f"the shelf {root} is {there}, not {layout}", "leave --layout out, or make a new shelf"
        )
    shelf = Shelf(root, layout or there or "flat")
    if not there:
        shelf.ready()
        said = json.dumps({"layout": shelf.layout}) + "\n"
        storage.write_atomically(shelf.own / _DECLARATION, said.encode())
    return shelf


def _declared(root: Path) -> str:
    storage.check_state_folder(root / OWN)
    path = root / OWN / _DECLARATION
    try:
        said = json.loads(storage.read_regular(path))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} could not be read: {storage.explain(error)}") from error
    layout = said.get("layout") if isinstance(said, dict) else None
    if layout not in LAYOUTS:
        raise StorageError(f"{path} names the layout {layout!r}, which is not known here")
    return str(layout)
