"""List the letters of a folder: how far the review of each is, and whether it has a package.

Reading a record takes milliseconds, so the records of a large folder are read in the background.
Until then, the list shows only their paths.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from archive_pkg.deposits import receipts_of
from archive_pkg.errors import ArchivePkgError, StorageError
from archive_pkg.names import latin
from archive_pkg.packages import is_bag
from archive_pkg.records.display import search_texts
from archive_pkg.web.review.cards import NEEDS_REVIEW, REVIEWED, cards
from archive_pkg.web.review.record_editor import RecordEditor
from archive_pkg.web.review.revision import REVIEWER
from archive_pkg.web.review.shared_values import missing_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_AT_ONCE = 20
"""Up to this number of records are read before the list is shown."""
_DELAY = 0.3
SORTED_BY = ("least certain first", "title", "date", "file")
"""The orders of the list."""
STATES = ("draft", "in review", "reviewed", "packaged", "not packaged", "deposited")
"""The states by which the list can be filtered."""
Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class LetterEntry:
    """A letter in the list of letters.

    Attributes:
        key: Its key.
        path: Its record's file, relative to the opened folder.
        is_read: Whether its record has been read. If not, the attributes below are empty.
        title: Its title; empty if the record is not valid.
        record_id: The record's id; empty if the record is not valid.
        date: When it was written, in EDTF.
        shown_date: The date as the list shows it: EDTF, or the words if they are not read.
        numbers: Its call numbers.
        access: The access statuses of its parts that are not open.
        search: The text that a search looks in, from `_searched`.
        files: The paths of its files.
        counts: The number of statements in each state.
        worst: A sort key that puts the least certain letter first.
        reviewers: The names of the persons who have reviewed statements.
        missing: The values for many letters that it does not have; see `shared_values.VALUES`.
        digests: The SHA-256 of its files, as far as the record states them.
        undigested: The paths of its other files, relative to the opened folder.
        is_packaged: Whether there is a package with its id.
        is_newer: Whether its record's file is newer than the package.
        deposits: The addresses to which the package was deposited.
    """

    key: str
    path: str
    is_read: bool = True
    title: str = ""
    record_id: str = ""
    date: str = ""
    shown_date: str = ""
    numbers: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    search: str = ""
    files: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    worst: tuple[int, ...] = (1,)
    reviewers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    digests: frozenset[str] = frozenset()
    undigested: tuple[str, ...] = ()
    is_packaged: bool = False
    is_newer: bool = False
    deposits: tuple[str, ...] = ()

    @property
    def reviewed(self) -> int:
        """The number of reviewed statements."""
        return sum(self.counts.get(state, 0) for state in REVIEWED)

    @property
    def stated(self) -> int:
        """The number of statements, including those marked as unknown."""
        return sum(self.counts.values()) - self.counts.get("open", 0)

    @property
    def needs_review(self) -> int:
        """The number of statements that need review."""
        return sum(self.counts.get(state, 0) for state in NEEDS_REVIEW)

    @property
    def progress(self) -> Literal["draft", "in review", "reviewed"]:
        """How far a person has reviewed it."""
        if not self.reviewed:
            return "draft"
        return "reviewed" if self.reviewed == self.stated else "in review"

    @property
    def states(self) -> tuple[str, ...]:
        """The states in `STATES` that apply."""
        packaged = "packaged" if self.is_packaged else "not packaged"
        return (self.progress, packaged, *(["deposited"] if self.deposits else []))


@dataclass(frozen=True, slots=True)
class Selection:
    """What the list shows, and in which order.

    Attributes:
        sort: One of `SORTED_BY`.
        words: Words that the description, a call number or a file's path has to contain.
        state: One of `STATES`; empty for all.
        missing: A value of `shared_values.VALUES` that the letters do not have; empty for all.
    """

    sort: str = SORTED_BY[0]
    words: str = ""
    state: str = ""
    missing: str = ""

    def of(self, entries: Iterable[LetterEntry]) -> list[LetterEntry]:
        """Return the entries that are shown, in their order."""
        orders: dict[str, Callable[[LetterEntry], Any]] = {
            "title": lambda entry: (not entry.title, entry.title.casefold()),
            "date": lambda entry: (not entry.date, entry.date),
            "file": lambda entry: entry.files or (entry.path,),
        }
        order = orders.get(self.sort, attrgetter("worst"))
        found = [entry for entry in entries if self._has(entry)]
        return sorted(found, key=lambda entry: (order(entry), entry.path))

    def _has(self, entry: LetterEntry) -> bool:
        text = entry.search or _searched(entry.path)
        return (
            all(word in text for word in _searched(self.words).split())
            and (not self.state or (entry.is_read and self.state in entry.states))
            and (not self.missing or self.missing in entry.missing)
        )


class LetterList:
    """The entries of the letters of a folder, each read once after every change of its files.

    Attributes:
        unread: How many records are still to be read in the background.
    """

    def __init__(self) -> None:
        """Start with nothing read."""
        self._read: dict[str, tuple[tuple[Path, ...], Stamp, LetterEntry]] = {}
        self._receipts: dict[Path, tuple[Stamp, tuple[str, ...]]] = {}
        self._thread: threading.Thread | None = None
        self.unread = 0

    def entries(
        self, editors: Mapping[str, RecordEditor], *, wait: bool = False
    ) -> list[LetterEntry]:
        """Return an entry for each letter. If many are not read, start a thread that reads them.

        Args:
            editors: The editors of the records, by key.
            wait: Whether to return only when all are read.
        """
        unread = [key for key in editors if self._known(key) is None]
        if len(unread) <= _AT_ONCE or wait:
            for key in unread:
                self._add(key, editors[key])
        elif self._thread is None or not self._thread.is_alive():
            work = [(key, editors[key]) for key in unread]
            # Reading would slow down the answer to the request that begins it.
            self._thread = threading.Timer(_DELAY, self._add_all, args=(work,))
            self._thread.daemon = True
            self.unread = len(work)
            self._thread.start()
        return [
            self._known(key) or LetterEntry(key, editor.path, is_read=False)
            for key, editor in editors.items()
        ]

    def with_package(self, entry: LetterEntry, packages: Path, record: Path) -> LetterEntry:
        """Return an entry with the state of the letter's package."""
        package = packages / entry.record_id
        if not entry.record_id or not is_bag(package):
            return entry
        written, built = _stamp((record, package / "bagit.txt"))
        newer = written is not None and built is not None and written[0] > built[0]
        deposits = self._deposits(package)
        return replace(entry, is_packaged=True, is_newer=newer, deposits=deposits)

    def _known(self, key: str) -> LetterEntry | None:
        """Return the entry of a letter whose files have not changed since it was read."""
        known = self._read.get(key)
        return known[2] if known and _stamp(known[0]) == known[1] else None

    def _add_all(self, work: list[tuple[str, RecordEditor]]) -> None:
        try:
            for key, editor in work:
                self._add(key, editor)
                self.unread -= 1
        finally:
            self.unread = 0

    def _add(self, key: str, editor: RecordEditor) -> None:
        # Editors keep what they read. If the list read with them, they would fill the memory.
        reader = RecordEditor(editor.root, editor.path)
        before = _stamp((editor.file,))
        entry, files = _read_entry(key, reader)
        self._read[key] = (editor.file, *files), before + _stamp(files), entry

    def _deposits(self, package: Path) -> tuple[str, ...]:
        folder = package.with_name(f"{package.name}.receipts")
        stamp = _stamp((folder,))
        if stamp == (None,):
            return ()
        known = self._receipts.get(package)
        if known is None or known[0] != stamp:
            try:
                found = {receipt.target: None for _, receipt in receipts_of(package)}
            except ArchivePkgError:  # the deposit reports it
                found = {}
            known = self._receipts[package] = stamp, tuple(found)
        return known[1]


def _read_entry(key: str, editor: RecordEditor) -> tuple[LetterEntry, tuple[Path, ...]]:
    """Return the entry of a letter, and the files other than the record that it depends on."""
    try:
        snapshot = editor.read()
    except StorageError:  # its own page says why
        return LetterEntry(key, editor.path, counts={"wrong": 1}, worst=(-1,)), ()
    record = snapshot.record
    if record is None:
        wrong = len(snapshot.report)
        return LetterEntry(key, editor.path, counts={"wrong": wrong}, worst=(-wrong,)), ()
    counts: dict[str, int] = {}
    for card in cards(record, snapshot.report):
        counts[card.state] = counts.get(card.state, 0) + 1
    named = {item.agent for item in record.evidence if item.agent and item.value is None}
    entry = LetterEntry(
        key,
        editor.path,
        title=record.title,
        record_id=record.id,
        date=str(record.date.edtf or "") if record.date else "",
        shown_date=record.date.words if record.date else "",
        numbers=tuple(one.value for one in record.identifiers if one.scheme == "local"),
        access=tuple(
            dict.fromkeys(
                part.access.status
                for part in record.parts
                if part.access and part.access.status != "open"
            )
        ),
        search=_searched(
            "\n".join(
                (
                    *search_texts(record),
                    str(record.date.edtf or "") if record.date else "",
                    editor.path,
                    *record.files,
                )
            )
        ),
        files=record.files,
        counts=counts,
        worst=tuple(
            -counts.get(state, 0) for state in ("wrong", "unread", "guess", "probable", "unsourced")
        ),
        reviewers=tuple(
            agent.name
            for agent in record.agents
            if agent.id in named and agent.id.startswith(REVIEWER)
        ),
        missing=missing_values(record),
        digests=frozenset(part.sha256 for part in record.parts if part.sha256),
        undigested=tuple(
            (PurePosixPath(editor.path).parent / part.file).as_posix()
            for part in record.parts
            if part.file and not part.sha256
        ),
    )
    return entry, editor.depends_on(record)


def _searched(text: str) -> str:
    """Return a text as a search compares it: in lower-case Latin letters without accents."""
    return latin(text).casefold()


def _stamp(paths: Iterable[Path]) -> Stamp:
    """Return the time and size of each file; None for one that is not there."""
    found: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            about = path.lstat()
        except OSError:
            found.append(None)
        else:
            found.append((about.st_mtime_ns, about.st_size))
    return tuple(found)
