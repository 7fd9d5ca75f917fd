"""Read and change the record of one letter without overwriting changes by other programs."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.drafting import load_vocabulary
from archive_pkg.drafting.letters.segmentation import segment
from archive_pkg.drafting.records.commented_yaml import without_comments
from archive_pkg.errors import ArchivePkgError, UsageError
from archive_pkg.messages import _
from archive_pkg.packages.checking.runner import check_record
from archive_pkg.packages.checking.texts import decode
from archive_pkg.records import read_record
from archive_pkg.records.register_entries import REGISTER
from archive_pkg.records.saving import updated
from archive_pkg.reports import Report, Severity
from archive_pkg.texts.letter_files import TEI, holds_text
from archive_pkg.web.review.cards import REVIEWED, cards
from archive_pkg.web.review.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.drafting import Zone
    from archive_pkg.records import Record

MOST_UNDONE = 200
"""The largest number of changes of a letter that can be undone."""
_CHECKED_AT_ONCE = 8 * 1024 * 1024
"""If a letter's files have up to this many bytes, they are checked after each change."""


class RecordChangedError(ArchivePkgError):
    """The record's file changed after the reviewer loaded it; nothing was written."""

    exit_status = 3


@dataclass(frozen=True, slots=True)
class LetterText:
    """A text of the letter.

    Attributes:
        file: Its path from the record's folder.
        text: The decoded text.
        zones: The zones that drafting recognizes in it, such as the dateline.
    """

    file: str
    text: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class RecordSnapshot:
    """A record's file as it was at one moment.

    Attributes:
        digest: SHA-256 of its bytes.
        data: Its bytes.
        record: The record; None if the file is not valid.
        report: Findings about the record and its files.
        texts: The texts of the record.
    """

    digest: str
    data: bytes
    record: Record | None
    report: Report
    texts: tuple[LetterText, ...] = ()


@dataclass(slots=True)
class AppliedChange:
    """A change that can be undone: the file before and after it, and a message about it."""

    before: bytes
    after: bytes
    message: str


@dataclass(slots=True)
class RecordEditor:
    """The record of a letter under review.

    Attributes:
        root: The opened folder. Outside of it, only the register of agents is read.
        path: The record's file, relative to the opened folder.
        done: The changes that can be undone.
        undone: The changes that can be redone.
    """

    root: Path
    path: str
    done: list[AppliedChange] = field(default_factory=list)
    undone: list[AppliedChange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _snapshot: RecordSnapshot | None = None
    _stamped: list[tuple[str, int, int]] = field(default_factory=list)
    _texts: dict[tuple[str, str], LetterText] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The record's file."""
        return self.root / self.path

    @property
    def folder(self) -> Path:
        """The folder that contains the record and the files of its parts."""
        return self.file.parent

    def read(self) -> RecordSnapshot:
        """Return the current state of the record's file.

        Raises:
            StorageError: It cannot be read, or it is a link.
        """
        with (
            storage.storage_errors(f"reading {self.file}"),
            storage.open_beneath(self.root, self.path) as stream,
        ):
            data = stream.read()
        digest = _digest(data)
        snapshot = self._snapshot
        if (
            snapshot is None
            or snapshot.digest != digest
            or self._stamps(snapshot.record) != self._stamped
        ):
            snapshot = self._snapshot = self._read(digest, data)
            self._stamped = self._stamps(snapshot.record)
        return snapshot

    def depends_on(self, record: Record | None) -> tuple[Path, ...]:
        """Return the files of a record, and the register if there is one."""
        files = tuple(self.folder / name for name in (record.files if record else ()))
        register = storage.find_upwards(self.folder, REGISTER)
        return (*files, register) if register else files

    def _stamps(self, record: Record | None) -> list[tuple[str, int, int]]:
        """Return the path, time and size of each file and of the register, to notice changes."""
        files = (file for file in self.depends_on(record) if os.path.lexists(file))
        known = ((str(file), file.lstat()) for file in files)
        return [(name, about.st_mtime_ns, about.st_size) for name, about in known]

    def change(
        self, digest: str, make: Callable[[Revision, RecordSnapshot], str], who: str
    ) -> Report:
        """Change the record, unless its file has changed since the reviewer loaded it.

        Args:
            digest: The digest of the file that the reviewer loaded.
            make: Makes the change and returns a message about it.
            who: The reviewer's name.

        Returns:
            The findings. The change is written if there are no errors.

        Raises:
            RecordChangedError: The file has changed since; nothing was written.
            UsageError: The change is not possible.
            StorageError: The file cannot be written.
        """
        with self._lock:
            snapshot = self._expected(digest)
            revision, record = self._revision(snapshot, who), snapshot.record
            message = make(revision, snapshot)
            made, report = revision.result()
            if made is None:
                return report
            if made == record:
                return Report()
            after = self._without_comments(made, updated(made, snapshot.data, self.file))
            self._write(snapshot.data, after)
            self._snapshot = self._made(_digest(after), after, made, Report())
            self._stamped = self._stamps(made)
            self.done.append(AppliedChange(snapshot.data, after, message))
            del self.done[:-MOST_UNDONE]
            self.undone.clear()
            return Report()

    def trial(self, make: Callable[[Revision, RecordSnapshot], str], who: str) -> Report:
        """Return the findings about a change without writing it."""
        snapshot = self.read()
        revision = self._revision(snapshot, who)
        make(revision, snapshot)
        return revision.result()[1]

    def undo(self, digest: str) -> str:
        """Undo the last change and return the message about it.

        Raises:
            RecordChangedError: The file has changed since; nothing was written.
            UsageError: There is nothing to undo.
        """
        with self._lock:
            return self._move(digest, self.done, self.undone, forwards=False)

    def redo(self, digest: str) -> str:
        """Redo the change that was undone last and return the message about it.

        Raises:
            RecordChangedError: The file has changed since; nothing was written.
            UsageError: There is nothing to redo.
        """
        with self._lock:
            return self._move(digest, self.undone, self.done, forwards=True)

    def _move(
        self, digest: str, taken: list[AppliedChange], given: list[AppliedChange], *, forwards: bool
    ) -> str:
        if not taken:
            raise UsageError(f"there is nothing to {'redo' if forwards else 'undo'}", "")
        snapshot = self._expected(digest)
        change = taken[-1]
        here, there = (change.before, change.after) if forwards else (change.after, change.before)
        if snapshot.data != here:
            taken.clear()
            raise _changed(self.file)
        self._write(here, there)
        given.append(taken.pop())
        return change.message

    def _without_comments(self, record: Record, data: bytes) -> bytes:
        """Return a record's file without the draft's comments on fields that are reviewed."""
        states: dict[str, set[str]] = {}
        for card in cards(record, Report()):
            states.setdefault(card.field.partition(".")[0], set()).add(card.state)
        reviewed = {name for name, found in states.items() if found <= REVIEWED}
        return without_comments(data.decode(), reviewed).encode()

    def _revision(self, snapshot: RecordSnapshot, who: str) -> Revision:
        if snapshot.record is None:
            raise UsageError(
                "the record is not valid, so it was not changed",
                "Correct the errors in the file with a text editor.",
            )
        return Revision(snapshot.record, who, datetime.now(UTC).date())

    def _expected(self, digest: str) -> RecordSnapshot:
        snapshot = self.read()
        if snapshot.digest != digest:
            raise _changed(self.file)
        return snapshot

    def _write(self, before: bytes, after: bytes) -> None:
        if not storage.replace_if_unchanged(self.file, after, before):
            raise _changed(self.file)

    def _read(self, digest: str, data: bytes) -> RecordSnapshot:
        record, report = read_record(data, self.file.name, folder=self.folder)
        if record is None:
            return RecordSnapshot(digest, data, None, report)
        return self._made(digest, data, record, report)

    def _made(self, digest: str, data: bytes, record: Record, report: Report) -> RecordSnapshot:
        """Return the snapshot of a valid record, with its texts and findings about its files."""
        if self._size(record) <= _CHECKED_AT_ONCE:
            found = check_record(record, self.folder, self.file)
            report.extend(one for one in found if one.severity is not Severity.ADVICE)
        return RecordSnapshot(digest, data, record, report, tuple(self._read_texts(record)))

    def _size(self, record: Record) -> int:
        files = (self.folder / name for name in record.files)
        return sum(file.lstat().st_size for file in files if file.exists())

    def _read_texts(self, record: Record) -> list[LetterText]:
        """Return the texts of the record's parts that can be read, each file once."""
        texts: dict[str, LetterText] = {}
        for part in record.parts:
            if part.file is None or part.file in texts or not holds_text(part, self.folder):
                continue
            try:
                with storage.open_beneath(self.folder, part.file) as stream:
                    data = stream.read()
                text = decode(data, part.encoding or "utf-8")
            except (OSError, LookupError, UnicodeDecodeError):
                continue  # a finding reports it
            key = part.file, _digest(data)
            if key not in self._texts:
                # The markup of a TEI file says more than the rules would guess from its text.
                is_marked_up = any(record.part(of).media_type == TEI for of in part.made_from)
                zones = () if is_marked_up else tuple(segment(text, load_vocabulary()).zones)
                self._texts[key] = LetterText(part.file, text, zones)
            texts[part.file] = self._texts[key]
        return list(texts.values())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _changed(file: Path) -> RecordChangedError:
    return RecordChangedError(
        _("another tab or program has changed {file}", file=file.name),
        _("Nothing was overwritten. Reload the page."),
    )
