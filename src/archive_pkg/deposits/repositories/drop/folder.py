"""Drop folders: a package as a folder, in a place that others look into.

What Archivematica's transfer sources and many others have: files are put there, and the place says
nothing of digests. So a package is sent under a hidden name, read back whole, and only then gets
its name, by a rename that refuses to replace. Whoever looks sees it whole or not at all.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from archive_pkg import limits, storage
from archive_pkg.deposits.parcels import Checked, Item, Parcel, limited, sha256_of
from archive_pkg.deposits.protocol import Capabilities, Plan, Status, Stored, Transfer, arrivals
from archive_pkg.deposits.shared_syncs import Unsynced, run_alone
from archive_pkg.errors import DepositError, InvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.protocol import Expected
    from archive_pkg.deposits.receipts import Arrival
    from archive_pkg.deposits.shared_syncs import Steps

T = TypeVar("T")

SMALL = 64 * 1024
_BATCH = 64
"""Files of up to so many bytes are sent so many at a time."""


class Place(Protocol):
    """Folders and files somewhere, by paths with `/` from the drop folder.

    Every method raises DepositError where the place refuses or cannot be reached, StorageError
    where the storage on this side fails. All may be called from several threads.
    """

    resumes: bool
    """Whether `write` can go on at the end of a file that is there in part."""

    width: int
    """How many files are worth sending at a time."""

    near: bool = False
    """Whether it is on a disk here."""

    def list(self, path: str) -> dict[str, int] | None:
        """The files of a folder and of those below, with their sizes; None if it is not there."""

    def make(self, paths: Sequence[str]) -> None:
        """Make folders, those above before those below; nothing happens if one is there."""

    def write(self, path: str, source: Iterable[bytes], size: int, offset: int) -> None:
        """Write a file from an offset on, which is 0 or its present size; the folder is there."""

    def read(self, path: str) -> Iterator[bytes]:
        """A file's bytes."""

    def secure(self, folder: str, files: Sequence[str], folders: Sequence[str]) -> Steps[bool]:
        """Have a folder on that storage's disk itself; False where that cannot be asked for.

        Args:
            folder: The folder.
            files: All files in it and below that may not be there yet, by paths from the drop
                folder.
            folders: All folders below it, the same way.
        """
        yield from ()
        return False

    def rename(self, old: str, new: str, mode: int) -> Steps[None]:
        """Give a folder another name; refuses with TakenError if something has it.

        Where `secure` can be asked for, the name is on the disk, too, when this has ended.

        Args:
            old: The folder's name.
            new: The name it gets.
            mode: The widest permissions that it gets, where the place has permissions.
        """

    def remove(self, path: str) -> None:
        """Remove a file, or a folder and all in it; nothing happens if it is not there."""

    def send(self, path: str, source: Iterable[bytes], size: int, offset: int) -> str:
        """Write a file, and read it back; the SHA-256 of all that is there."""
        self.write(path, source, size, offset)
        return sha256_of(self.read(path))

    def send_many(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """The same for small files that are not there yet.

        Where `secure` can be asked for, they are on the disk, too, when this returns.
        """

        def one(path: str) -> str:
            return self.send(path, iter([files[path]]), len(files[path]), 0)

        with ThreadPoolExecutor(self.width) as pool:
            return [*pool.map(one, files)]


class Trail:
    """How much of a file has arrived, for whoever reads it back while it is still being sent.

    The block in which it is sent is entered with this; its end, good or bad, is the trail's.
    """

    def __init__(self) -> None:
        self._arrived = 0
        self._over: bool | None = None
        self._news = threading.Condition()

    def __enter__(self) -> Trail:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self._news:
            self._over = error is None
            self._news.notify_all()

    def grow(self, offset: int) -> None:
        """So much is there now."""
        with self._news:
            self._arrived = offset
            self._news.notify_all()

    def ready(self, offset: int) -> int:
        """Wait until more than an offset is there, or all; up to where it can be read.

        Raises:
            DepositError: It does not come any more.
        """
        with self._news:
            while self._over is None and self._arrived <= offset:
                self._news.wait()
            if self._over is False:
                raise DepositError("the rest of the file is missing")
            return sys.maxsize if self._over else self._arrived


class TakenError(DepositError):
    """Something in the repository has the name already."""


class DropFolder:
    """A repository made of a place; each kind of place is a subclass that says which."""

    kind = "drop"
    target: str

    def __init__(self, place: Place) -> None:
        """Take the place."""
        self._place = place
        self.near = place.near
        self.at_once = 1 if place.near else place.width

    def capabilities(self) -> Capabilities:
        """Files as they are, read back; a rename that refuses makes it write-once."""
        return Capabilities(
            packaging="folder",
            write_once=True,
            resumes=self._place.resumes,
            open_to_all=False,
        )

    def plan(self, parcel: Parcel, *, publish: bool) -> Plan:
        """What would lie where; see `Repository`."""
        return Plan(
            tuple(
                Transfer(item.path, item.size, f"{parcel.identifier}/{item.path}")
                for item in parcel.items
            ),
            steps=(
                f"send the files into a hidden folder, .{parcel.identifier}.….part",
                "read every file back and compare its SHA-256; ask the storage to sync to disk",
                f"rename the folder to {parcel.identifier}, unless something has that name",
            ),
        )

    def deposit(self, parcel: Parcel, journal: Journal, *, publish: bool) -> Stored:
        """Send, read back, rename; see `Repository`."""
        return run_alone(self.steps(parcel, journal))

    def steps(self, parcel: Parcel, journal: Journal) -> Steps[Stored]:
        """The steps of `deposit`; see `Stepwise`."""
        home, part = parcel.identifier, _part(parcel, journal)
        journal.begin("place", remote_id=home)
        if self._place.list(home) is not None:
            return (yield from self._there_already(parcel))
        journal.begin("send", part=part)
        yield [Unsynced(journal.path), Unsynced(journal.path.parent, storage.sync_folder)]
        try:
            with parcel.confirming():
                held, late = self._send(parcel, part)
        except InvalidError:
            self._place.remove(part)
            raise
        durable = yield from self._secure(parcel, part, late)
        journal.done("send")
        journal.begin("rename", old=part, new=home)
        yield [Unsynced(journal.path)]
        try:
            yield from self._place.rename(part, home, parcel.mode)
        except TakenError:
            # Another run, or this one before it was stopped, was first.
            stored = yield from self._there_already(parcel)
            self._place.remove(part)
            return stored
        journal.done("rename")
        return self._stored(parcel, held, new=True, durable=durable)

    def status(self, remote_id: str, version: str) -> Status:
        """Whether the folder is there, under its name or still hidden; see `Repository`."""
        files = self._place.list(remote_id)
        if files is not None:
            size = sum(files.values())
            return Status("stored", f"{len(files)} files, {size} bytes")
        return Status("absent", f"{self.target} has no {remote_id}")

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Read every file back; see `Repository`."""
        return self._digests(remote_id, self._held(remote_id))

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Copy the folder's files; see `Repository`."""
        files = self._held(remote_id)
        refuse_others(files, expected)
        for path in files:
            blocks = self._place.read(f"{remote_id}/{path}")
            write_file(into, path, blocks, expected[path] if expected else None)

    def _held(self, remote_id: str) -> Mapping[str, int]:
        files = self._place.list(remote_id)
        if files is None:
            raise DepositError(f"{self.target} no longer holds {remote_id}")
        return files

    def _send(self, parcel: Parcel, part: str) -> tuple[Mapping[str, str], Iterable[str]]:
        """Send what is missing, read everything back.

        Returns:
            The SHA-256 of what arrived, by path; and what may not be on the disk there.
        """
        there = self._place.list(part) or {}
        self._place.make([part, *(f"{part}/{folder}" for folder in _folders(parcel))])
        known = {item.path for item in parcel.items}
        for stranger in there.keys() - known:
            self._place.remove(f"{part}/{stranger}")
        small = [item for item in parcel.items if item.size <= SMALL and item.path not in there]
        singly = known - {item.path for item in small}
        late = set(singly)

        def one(item: Item) -> dict[str, str]:
            path = f"{part}/{item.path}"
            return {item.path: self._bring(parcel, item, path, there.get(item.path))}

        def some(items: list[Item]) -> dict[str, str]:
            held = self._bring_many(parcel, items, part)
            again = [item for item in items if held[item.path] != item.sha256]
            late.update(item.path for item in again)
            return held | {
                item.path: self._bring_again(parcel, item, f"{part}/{item.path}") for item in again
            }

        sent = side_by_side(
            [
                *(partial(one, item) for item in parcel.items if item.path in singly),
                *(partial(some, small[at : at + _BATCH]) for at in range(0, len(small), _BATCH)),
            ],
            self._place.width,
        )
        held = {path: digest for each in sent for path, digest in each.items()}
        return held, late

    def _bring_many(self, parcel: Parcel, items: list[Item], part: str) -> dict[str, str]:
        """The SHA-256 of small files, of which none was there, as they have arrived, by path."""
        files = {}
        for item in items:
            with parcel.open(item) as file:
                # What arrived is what counts, and is digested; what is sent is not.
                source = Checked(file, item, parcel.tick, digest=False)
                files[f"{part}/{item.path}"] = source.read(SMALL + 1)
        held = self._place.send_many(files)
        return {item.path: digest for item, digest in zip(items, held, strict=True)}

    def _bring(self, parcel: Parcel, item: Item, path: str, there: int | None) -> str:
        """Send a file or the rest of it, and read it back; its SHA-256 there."""
        if there == item.size:
            parcel.tick(item.size)
            digest = sha256_of(self._place.read(path))
        else:
            if there is not None and not (self._place.resumes and 0 < there < item.size):
                self._place.remove(path)
                there = None
            # What arrived is what counts, and is digested; what is sent is not.
            digest = self._write(parcel, item, path, there or 0, digest=False)
        return digest if digest == item.sha256 else self._bring_again(parcel, item, path)

    def _bring_again(self, parcel: Parcel, item: Item, path: str) -> str:
        """Send a file once more that arrived wrong; digested now: was it the package's change?"""
        self._place.remove(path)
        unseen = replace(parcel, tick=lambda count: None)
        if (digest := self._write(unseen, item, path, 0, digest=True)) == item.sha256:
            return digest
        self._place.remove(path)
        raise DepositError(
            f"{item.path} did not arrive in {self.target} as it was sent, twice",
            "Nothing was stored under the package's name. Check the storage.",
        )

    def _write(self, parcel: Parcel, item: Item, path: str, offset: int, *, digest: bool) -> str:
        with parcel.open(item) as file:
            source = Checked(file, item, parcel.tick, digest=digest)
            source.skip(offset)
            return self._place.send(path, source, item.size, offset)

    def _there_already(self, parcel: Parcel) -> Steps[Stored]:
        home = parcel.identifier
        files = self._place.list(home) or {}
        sent = {item.path: item.size for item in parcel.items}
        held = self._digests(home, files) if files == sent else {}
        if files != sent or any(held[item.path] != item.sha256 for item in parcel.items):
            raise TakenError(
                f"{self.target} already has a different {home}, and nothing is ever replaced there",
                "Move that one, or deposit into another folder.",
            )
        durable = yield from self._secure(parcel, home, [item.path for item in parcel.items])
        return self._stored(parcel, held, new=False, durable=durable)

    def _secure(self, parcel: Parcel, home: str, late: Iterable[str]) -> Steps[bool]:
        files, folders = (
            [f"{home}/{path}" for path in paths] for paths in (late, _folders(parcel))
        )
        return self._place.secure(home, files, folders)

    def _stored(
        self, parcel: Parcel, held: Mapping[str, str], *, new: bool, durable: bool
    ) -> Stored:
        return Stored(
            remote_id=parcel.identifier,
            version="",
            location=parcel.identifier,
            files=arrivals(parcel.items, held),
            verified="read-back",
            new=new,
            answer={"durable": durable},
        )

    def _digests(self, folder: str, sizes: Mapping[str, int]) -> dict[str, str]:
        def digest(path: str) -> str:
            most = min(sizes[path], limits.DOWNLOAD.value)
            return sha256_of(limited(self._place.read(f"{folder}/{path}"), most, path))

        with ThreadPoolExecutor(self._place.width) as pool:
            return dict(zip(sizes, pool.map(digest, sizes), strict=True))


def side_by_side(works: Iterable[Callable[[], T]], width: int) -> list[T]:
    """Do several things at a time; one by itself needs no thread for that."""
    works = list(works)
    if len(works) == 1:
        return [works[0]()]
    with ThreadPoolExecutor(width) as pool:
        return [each.result() for each in [pool.submit(work) for work in works]]


def refuse_more(count: int, target: str) -> None:
    """Refuse to read on if a repository lists more files and folders than a package can have.

    Raises:
        DepositError: It does.
    """
    if count > limits.REPOSITORY_FILES.value:
        raise DepositError(
            f"{target} lists more than {limits.REPOSITORY_FILES.value} files",
            limits.REPOSITORY_FILES.hint,
        )


def refuse_others(files: Collection[str], expected: Expected | None) -> None:
    """Refuse to fetch a package that has other files than were deposited.

    Raises:
        DepositError: It has.
    """
    if expected is None:
        return
    for path in sorted(expected.keys() ^ set(files)):
        where = "was deposited and is not there" if path in expected else "was never deposited"
        raise DepositError(f"the repository does not hold what was deposited: {path} {where}")


def write_file(
    folder: Path, path: str, blocks: Iterator[bytes], expected: Arrival | None = None
) -> None:
    """Write a file that a repository gives back, below a folder and nowhere else.

    Args:
        folder: The folder.
        path: The file's path in it.
        blocks: Its bytes.
        expected: The file that was deposited; if not given, its size has a limit.

    Raises:
        DepositError: Its path leads out of the folder, or it is not what was deposited.
        StorageError: It cannot be written.
    """
    steps = path.split("/")
    if any(step in ("", ".", "..") for step in steps) or "\0" in path:
        raise DepositError(f"the repository gives a file called {path!r}, which no package has")
    target = folder.joinpath(*steps)
    with storage.storage_errors(f"writing {target}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    hashing = hashlib.sha256()
    with file:
        for block in limited(blocks, expected.size if expected else limits.DOWNLOAD.value, path):
            hashing.update(block)
            with storage.storage_errors(f"writing {target}"):
                file.write(block)
    if expected and hashing.hexdigest() != expected.sha256:
        raise DepositError(
            f"{path}: the repository returned other bytes than were deposited",
            "Nothing was kept. Check the repository, and other copies.",
        )


def _part(parcel: Parcel, journal: Journal) -> str:
    """The hidden folder that a stopped run has begun, or a new one.

    Other people may write into the drop folder, so that its name cannot be foretold.
    """
    begun = str((journal.begun("send") or {}).get("part"))
    if re.fullmatch(rf"\.{re.escape(parcel.identifier)}\.[0-9a-f]{{12}}\.part", begun):
        return begun
    return f".{parcel.identifier}.{secrets.token_hex(6)}.part"


def _folders(parcel: Parcel) -> list[str]:
    """All folders of a package, those above before those below."""
    found: set[str] = set()
    for item in parcel.items:
        steps = item.path.split("/")[:-1]
        found |= {"/".join(steps[:depth]) for depth in range(1, len(steps) + 1)}
    return sorted(found)
