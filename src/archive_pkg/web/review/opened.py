"""The opened folder: which letters lie in it, and how new ones come into it.

Letters go by keys that are made here, so that no request names a path.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.drafting import draft_letter, load_vocabulary, save_draft
from archive_pkg.drafting.records.draft_files import SUFFIXES
from archive_pkg.errors import InvalidError, StorageError, UsageError
from archive_pkg.interchange.importing import file_letter, is_description
from archive_pkg.records import NAMES
from archive_pkg.web.review.cards import REVIEWED, cards
from archive_pkg.web.review.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.reports import Finding
    from archive_pkg.web.review.cards import Card

RECORDS = "records"
"""The folder, within the opened one, in which letters get a folder of their own."""
LARGEST = 4 * 1024 * 1024
"""Most bytes of a letter that is pasted."""

_DEEPEST = 4
_MOST = 20_000
# Folders that are no letters' but made from them.
_NOT_OURS = ("bagit.txt", "0=ocfl_1.0", "0=ocfl_1.1")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter in the folder that has no record yet."""

    key: str
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter in the list of all.

    Attributes:
        key: Its key.
        path: Its record's file, from the opened folder.
        title: Its title; of a record that is not valid, empty.
        counts: How many of its statements are in which state.
        worst: The number of those that are least sure, for sorting: the surest last.
    """

    key: str
    path: str
    title: str
    counts: dict[str, int]
    worst: tuple[int, ...]

    @property
    def reviewed(self) -> int:
        """How many statements a person has reviewed."""
        return sum(self.counts.get(state, 0) for state in REVIEWED)

    @property
    def stated(self) -> int:
        """How many statements there are, those that a person looked for in vain included."""
        return sum(self.counts.values()) - self.counts.get("open", 0)

    @property
    def to_read(self) -> int:
        """How many of its statements want a person's eyes."""
        return sum(self.counts.get(state, 0) for state in ("wrong", "guess", "probable", "unsaid"))


class Opened:
    """A folder that was opened for review.

    Attributes:
        root: The folder, its links resolved.
    """

    def __init__(
        self,
        root: Path,
        only: Path | None = None,
        *,
        gather: bool = True,
        packages: Path | None = None,
    ) -> None:
        """Open a folder.

        Args:
            root: The folder.
            only: The one record in it that is to be reviewed; all if not given.
            gather: Whether letters without a record are looked for in it, too.
            packages: The folder for packages; `packages` in the opened one if not given, or beside
                it where it is a record's own.
        """
        self.root = root.resolve()
        self._only = only
        self._gather = gather
        self._packages = packages.absolute() if packages else None
        self._desks: dict[str, Desk] = {}
        self._letters: dict[str, str] = {}
        self._digests: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    @classmethod
    def with_letter(cls, letter: Path, packages: Path | None = None) -> Opened:
        """Open the folder of a letter that has no record yet, and draft it.

        Raises:
            InvalidError: The letter cannot be read.
        """
        opened = cls(letter.parent, packages=packages)
        key = opened._filed(letter)
        opened._only = Path(opened._desks[key].path)
        return opened

    @property
    def single(self) -> bool:
        """Whether one letter was opened, not a folder of them."""
        return self._only is not None

    def packages_of(self, desk: Desk) -> Path:
        """The folder that a letter's package goes into: never the record's own."""
        if self._packages:
            return self._packages
        home = self.root
        if desk.folder == home:
            home = home.parent.parent if home.parent.name == RECORDS else home.parent
        return home / "packages"

    def desk(self, key: str) -> Desk:
        """The letter of a key.

        Raises:
            UsageError: There is none, or no more.
        """
        desk = self._desks.get(key) or self._scan()[0].get(key)
        if desk is None:
            raise UsageError("there is no such letter here", "go back to the list of letters")
        return desk

    def desks(self) -> dict[str, Desk]:
        """The letters that have a record, by their keys."""
        return self._scan()[0]

    def entries(self) -> list[Entry]:
        """The letters that have a record, the least sure first."""
        found = [_entry(key, desk) for key, desk in self.desks().items()]
        return sorted(found, key=lambda entry: (entry.worst, entry.path))

    def waiting(self) -> list[Waiting]:
        """The letters without a record: those whose bytes no record here is of."""
        desks, letters = self._scan()
        known = {part.sha256 for desk in desks.values() for part in desk.parts()}
        found = [path for path in letters if self._digest(path) not in known]
        self._letters = {key_of(path): path for path in found}
        return [Waiting(key, path) for key, path in self._letters.items()]

    def draft(self, key: str) -> str:
        """Draft a letter that waits for it, into a folder of its own; its key from then on.

        Raises:
            UsageError: There is no such letter.
            InvalidError: It cannot be read.
        """
        path = self._letters.get(key)
        if path is None:
            raise UsageError("there is no such letter here", "reload the page")
        # It was a regular file when it was listed; a link in its place now is not followed.
        with storage.storage_errors(f"reading {path}"):
            storage.open_beneath(self.root, path).close()
        return self._filed(self.root / path)

    def paste(self, text: str) -> str:
        """Write a pasted letter, to the byte as it came, into a folder of its own; draft it.

        Returns:
            The letter's key.

        Raises:
            InvalidError: It is no text that a letter can have.
        """
        data = text.encode("utf-8")
        if not text.strip():
            raise InvalidError("the text is empty", "paste the letter's text first")
        if len(data) > LARGEST:
            raise InvalidError(
                f"the text has {len(data):,} bytes; a pasted letter can have up to {LARGEST:,}",
                "save it as a file in the folder instead",
            )
        with tempfile.TemporaryDirectory() as folder:
            letter = Path(folder, "letter.txt")
            letter.write_bytes(data)
            return self._filed(letter)

    def _filed(self, letter: Path) -> str:
        out = self.root / RECORDS
        if out.is_symlink():
            raise InvalidError(f"{out} is a symbolic link", "replace it with a folder")
        with self._lock:
            if is_description(storage.read_regular(letter)):
                record = file_letter(letter, out).record
            else:
                record = save_draft(draft_letter(letter), load_vocabulary(), out).record
        path = record.relative_to(self.root).as_posix()
        self._desks.setdefault(key_of(path), Desk(self.root, path))
        return key_of(path)

    def _scan(self) -> tuple[dict[str, Desk], list[str]]:
        """The records and the letters that lie in the folder now."""
        records, letters = [], []
        for path, mode in self._files():
            if not stat.S_ISREG(mode):
                continue
            name = path.rpartition("/")[2]
            if name in NAMES:
                records.append(path)
            elif Path(name).suffix.lower() in SUFFIXES:
                letters.append(path)
        desks = {}
        for path in records:
            key = key_of(path)
            desks[key] = self._desks.setdefault(key, Desk(self.root, path))
        return desks, letters

    def left_out(self) -> list[Finding]:
        """Return a finding for each link, pipe, socket and device among the files."""
        return [
            storage.left_out(path, "it is a link or not a regular file")
            for path, mode in self._files()
            if not stat.S_ISREG(mode)
        ]

    def _files(self) -> Iterator[tuple[str, int]]:
        """Yield the files that may be records or letters, with their modes; follow no link."""
        if self._only is not None:
            yield self._only.as_posix(), stat.S_IFREG
            return
        count = 0
        for folder, folders, names in os.walk(self.root):
            depth = len(Path(folder).relative_to(self.root).parts)
            if any(name in names for name in _NOT_OURS):
                folders.clear()
                continue
            links = [name for name in folders if Path(folder, name).is_symlink()]
            enough = depth >= _DEEPEST or (not self._gather and depth >= 2)
            folders[:] = (
                []
                if enough
                else sorted(
                    name
                    for name in folders
                    if not name.startswith(".")
                    and not name.endswith(".receipts")
                    and (self._gather or depth > 0 or name == RECORDS)
                )
            )
            own = not any(name in NAMES for name in names)
            for name in sorted([*names, *links]):
                count += 1
                path = Path(folder, name)
                if name.startswith("."):
                    continue
                # What lies beside a record belongs to it.
                if name in NAMES or (own and self._gather):
                    try:
                        mode = path.lstat().st_mode
                    except OSError:  # it is gone, or nobody may ask
                        continue
                    yield path.relative_to(self.root).as_posix(), mode
            if count > _MOST:
                return

    def _digest(self, path: str) -> str:
        """The digest of a letter's file; empty where it cannot be read: drafting tells why."""
        try:
            about = (self.root / path).lstat()
            key = path, about.st_mtime_ns, about.st_size
            if key not in self._digests:
                with storage.open_beneath(self.root, path) as stream:
                    self._digests[key] = fixity.digest(stream, ["sha256"])["sha256"]
        except OSError:
            return ""
        return self._digests[key]


def key_of(path: str) -> str:
    """What a letter is called in addresses."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _entry(key: str, desk: Desk) -> Entry:
    try:
        seen = desk.look()
    except StorageError:  # its own page tells why
        return Entry(key, desk.path, "", {"wrong": 1}, (-1,))
    if seen.record is None:
        return Entry(key, desk.path, "", {"wrong": len(seen.report)}, (-len(seen.report),))
    made: list[Card] = cards(seen.record, seen.report)
    counts: dict[str, int] = {}
    for card in made:
        counts[card.state] = counts.get(card.state, 0) + 1
    worst = tuple(-counts.get(state, 0) for state in ("wrong", "guess", "probable", "unsaid"))
    return Entry(key, desk.path, seen.record.title, counts, worst)
