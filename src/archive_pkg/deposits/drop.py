"""Drop folders: a package as a folder, in a place that others look into.

What Archivematica's transfer sources and many others have: files are put there, and the place says
nothing of digests. So a package is sent under a hidden name, read back whole, and only then gets
its name, by a rename that refuses to replace. Whoever looks sees it whole or not at all.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from archive_pkg import storage
from archive_pkg.deposits.parcels import Checked, Item, Parcel
from archive_pkg.deposits.repositories import (
    Capabilities,
    Plan,
    Status,
    Stored,
    Transfer,
    arrivals,
)
from archive_pkg.errors import DepositError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal


class Place(Protocol):
    """Folders and files somewhere, by paths with `/` from the drop folder.

    Every method raises DepositError where the place refuses or cannot be reached, StorageError
    where the storage on this side fails. All may be called from several threads.
    """

    resumes: bool
    """Whether `write` can go on at the end of a file that is there in part."""

    width: int
    """How many files are worth sending at a time."""

    def list(self, path: str) -> dict[str, int] | None:
        """The files of a folder and of those below, with their sizes; None if it is not there."""

    def make(self, path: str) -> None:
        """Make a folder in one that is there; nothing happens if it is there already."""

    def write(self, path: str, source: Checked, size: int, offset: int) -> None:
        """Write a file from an offset on, which is 0 or its present size; the folder is there."""

    def read(self, path: str) -> Iterator[bytes]:
        """A file's bytes."""

    def rename(self, old: str, new: str) -> None:
        """Give a folder another name; refuses with TakenError if something has it."""

    def remove(self, path: str) -> None:
        """Remove a file, or a folder and all in it; nothing happens if it is not there."""


class TakenError(DepositError):
    """Something in the repository has the name already."""


class DropFolder:
    """A repository made of a place; each kind of place is a subclass that says which."""

    kind = "drop"
    target: str

    def __init__(self, place: Place) -> None:
        """Take the place."""
        self._place = place

    def capabilities(self) -> Capabilities:
        """Files as they are, read back; a rename that refuses makes it write-once."""
        return Capabilities(packaging="folder", write_once=True, resumes=self._place.resumes)

    def plan(self, parcel: Parcel, *, publish: bool) -> Plan:
        """What would lie where; see `Repository`."""
        return Plan(
            tuple(
                Transfer(item.path, item.size, f"{parcel.identifier}/{item.path}")
                for item in parcel.items
            ),
            steps=(
                f"send the files into the hidden folder {_part(parcel)}",
                "read every file back and compare its SHA-256",
                f"rename the folder to {parcel.identifier}, unless something has that name",
            ),
        )

    def deposit(self, parcel: Parcel, journal: Journal, *, publish: bool) -> Stored:
        """Send, read back, rename; see `Repository`."""
        home, part = parcel.identifier, _part(parcel)
        journal.begin("place", remote_id=home)
        if self._place.list(home) is not None:
            return self._there_already(parcel)
        self._send(parcel, part, journal)
        held = self._read_back(parcel, part, journal)
        journal.begin("rename", old=part, new=home)
        try:
            self._place.rename(part, home)
        except TakenError:
            # Another run, or this one before it was stopped, was first.
            stored = self._there_already(parcel)
            self._place.remove(part)
            return stored
        journal.done("rename")
        return self._stored(parcel, held, new=True)

    def status(self, remote_id: str, version: str) -> Status:
        """Whether the folder is there, under its name or still hidden; see `Repository`."""
        files = self._place.list(remote_id)
        if files is not None:
            size = sum(files.values())
            return Status("stored", f"{len(files)} files, {size} bytes")
        return Status("absent", f"{self.target} has no {remote_id}")

    def verify(self, remote_id: str, version: str) -> Mapping[str, str]:
        """Read every file back; see `Repository`."""
        files = self._place.list(remote_id)
        if files is None:
            raise DepositError(f"{self.target} does not hold {remote_id} any more")
        return self._digests(remote_id, list(files))

    def fetch(self, remote_id: str, version: str, into: Path) -> None:
        """Copy the folder's files; see `Repository`."""
        files = self._place.list(remote_id)
        if files is None:
            raise DepositError(f"{self.target} does not hold {remote_id} any more")
        for path in files:
            write_file(into, path, self._place.read(f"{remote_id}/{path}"))

    def _send(self, parcel: Parcel, part: str, journal: Journal) -> None:
        there = self._place.list(part) or {}
        if not there:
            self._place.make(part)
        for folder in _folders(parcel):
            self._place.make(f"{part}/{folder}")
        known = {item.path for item in parcel.items}
        for stranger in there.keys() - known:
            self._place.remove(f"{part}/{stranger}")
        missing = [
            item
            for item in parcel.items
            if there.get(item.path) != item.size or not journal.is_done(f"send {item.path}")
        ]

        def send(item: Item) -> None:
            self._send_one(parcel, item, part, there.get(item.path), journal)

        with ThreadPoolExecutor(self._place.width) as pool:
            list(pool.map(send, missing))

    def _send_one(
        self, parcel: Parcel, item: Item, part: str, there: int | None, journal: Journal
    ) -> None:
        path = f"{part}/{item.path}"
        offset = 0
        if there is not None:
            if self._place.resumes and 0 < there <= item.size:
                offset = there
            else:
                self._place.remove(path)
        journal.begin(f"send {item.path}", offset=offset)
        with parcel.open(item) as file:
            source = Checked(file, item, parcel.tick)
            source.skip(offset)
            self._place.write(path, source, item.size, offset)
        journal.done(f"send {item.path}")

    def _read_back(self, parcel: Parcel, part: str, journal: Journal) -> Mapping[str, str]:
        """The digests of what arrived; a file that arrived wrong is sent again, once."""
        held = self._digests(part, [item.path for item in parcel.items])
        for item in parcel.items:
            if held[item.path] != item.sha256:
                journal.undo(f"send {item.path}")
                self._place.remove(f"{part}/{item.path}")
                self._send_one(parcel, item, part, None, journal)
                held |= self._digests(part, [item.path])
                if held[item.path] != item.sha256:
                    journal.undo(f"send {item.path}")
                    self._place.remove(f"{part}/{item.path}")
                    raise DepositError(
                        f"{item.path} did not arrive in {self.target} as it was sent, twice",
                        "nothing has the package's name there; look at that storage",
                    )
        return held

    def _there_already(self, parcel: Parcel) -> Stored:
        home = parcel.identifier
        files = self._place.list(home) or {}
        sent = {item.path: item.size for item in parcel.items}
        held = self._digests(home, list(files)) if files == sent else {}
        if files != sent or any(held[item.path] != item.sha256 for item in parcel.items):
            raise TakenError(
                f"{self.target} has another {home} already, and nothing is ever replaced there",
                "move that one away, or deposit into another folder",
            )
        return self._stored(parcel, held, new=False)

    def _stored(self, parcel: Parcel, held: Mapping[str, str], *, new: bool) -> Stored:
        return Stored(
            remote_id=parcel.identifier,
            version="",
            location=parcel.identifier,
            files=arrivals(parcel.items, held),
            verified="read-back",
            new=new,
        )

    def _digests(self, folder: str, paths: list[str]) -> dict[str, str]:
        def digest(path: str) -> str:
            hashing = hashlib.sha256()
            for block in self._place.read(f"{folder}/{path}"):
                hashing.update(block)
            return hashing.hexdigest()

        with ThreadPoolExecutor(self._place.width) as pool:
            return dict(zip(paths, pool.map(digest, paths), strict=True))


def write_file(folder: Path, path: str, blocks: Iterator[bytes]) -> None:
    """Write a file that a repository gives back, below a folder and nowhere else.

    Raises:
        DepositError: Its path leads out of the folder.
        StorageError: It cannot be written.
    """
    steps = path.split("/")
    if any(step in ("", ".", "..") for step in steps) or "\0" in path:
        raise DepositError(f"the repository gives a file called {path!r}, which no package has")
    target = folder.joinpath(*steps)
    with storage.storage_errors(f"writing {target}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    with file:
        for block in blocks:
            with storage.storage_errors(f"writing {target}"):
                file.write(block)


def _part(parcel: Parcel) -> str:
    return f".{parcel.identifier}.{parcel.fingerprint[:12]}.part"


def _folders(parcel: Parcel) -> list[str]:
    """All folders of a package, those above before those below."""
    found: set[str] = set()
    for item in parcel.items:
        steps = item.path.split("/")[:-1]
        found |= {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
    return sorted(found)
