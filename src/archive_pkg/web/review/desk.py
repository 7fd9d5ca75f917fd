"""One letter under review: its record's file, read and written so that nobody's work is lost."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.drafting import load_vocabulary
from archive_pkg.drafting.layout.segmentation import segment
from archive_pkg.errors import ArchivePkgError, StorageError, UsageError
from archive_pkg.packages.checking import check_record, decode
from archive_pkg.records import read_record
from archive_pkg.records.saving import updated
from archive_pkg.reports import Report, Severity
from archive_pkg.web.review.revising import Revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive_pkg.drafting import Zone
    from archive_pkg.records import Part, Record

MOST_UNDONE = 200
"""Changes of one letter that can be taken back."""
_CHECKED_AT_ONCE = 8 * 1024 * 1024
"""Bytes of a letter's files up to which they are checked anew after each change."""


class ChangedError(ArchivePkgError):
    """The record's file is not the one that the reviewer has seen; it was not written."""

    exit_status = 3


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the letter.

    Attributes:
        file: Its path from the record's folder.
        text: The decoded text.
        zones: What its stretches are in a letter.
    """

    file: str
    text: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record's file as it was at one moment.

    Attributes:
        digest: SHA-256 of its bytes.
        data: Its bytes.
        record: The record; None where the file is not valid.
        report: What is wrong with the file, or between the record and its files.
        texts: The texts that the record has.
    """

    digest: str
    data: bytes
    record: Record | None
    report: Report
    texts: tuple[Text, ...] = ()


@dataclass(slots=True)
class Step:
    """A change that can be taken back: the file before and after it, and what it was."""

    before: bytes
    after: bytes
    message: str


@dataclass(slots=True)
class Desk:
    """A letter's record on the reviewer's desk.

    Attributes:
        root: The opened folder; nothing outside it is read or written.
        path: The record's file, from the opened folder.
        undone: Steps that were taken back and can be made again.
        done: Steps that can be taken back.
    """

    root: Path
    path: str
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: Seen | None = None
    _stamped: list[tuple[str, int, int]] = field(default_factory=list)
    _texts: dict[tuple[str, str], Text] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The record's file."""
        return self.root / self.path

    @property
    def folder(self) -> Path:
        """The folder that the parts' paths start from."""
        return self.file.parent

    def look(self) -> Seen:
        """The record's file as it is now.

        Raises:
            StorageError: It cannot be read, or a link leads to it.
        """
        with (
            storage.storage_errors(f"reading {self.file}"),
            storage.open_beneath(self.root, self.path) as stream,
        ):
            data = stream.read()
        digest = _digest(data)
        seen = self._seen
        if seen is None or seen.digest != digest or self._stamps(seen.record) != self._stamped:
            seen = self._seen = self._read(digest, data)
            self._stamped = self._stamps(seen.record)
        return seen

    def _stamps(self, record: Record | None) -> list[tuple[str, int, int]]:
        """By which it shows that one of the letter's files has changed."""
        files = [(name, self.folder / name) for name in (record.files if record else ())]
        known = ((name, file.lstat()) for name, file in files if os.path.lexists(file))
        return [(name, about.st_mtime_ns, about.st_size) for name, about in known]

    def parts(self) -> tuple[Part, ...]:
        """The parts of the letter, as far as its record can be read."""
        try:
            record = self.look().record
        except StorageError:
            return ()
        return record.parts if record else ()

    def change(self, digest: str, make: Callable[[Revision, Seen], str], who: str) -> Report:
        """Change the record, if it is still the one that was seen.

        Args:
            digest: The digest of the file that the reviewer has seen.
            make: What changes it; gives back what was done, in words.
            who: The reviewer's name.

        Returns:
            What keeps the change from being written; nothing wrong in it, and it is.

        Raises:
            ChangedError: Somebody else has changed the file since; nothing was written.
            UsageError: The change makes no sense.
            StorageError: The file cannot be written.
        """
        with self._lock:
            seen = self._expected(digest)
            revision, record = self._revision(seen, who), seen.record
            told = make(revision, seen)
            made, report = revision.result()
            if made is None:
                return report
            if made == record:
                return Report()
            after = updated(made, seen.data, self.file)
            self._write(seen.data, after)
            self._seen = self._made(_digest(after), after, made, Report())
            self._stamped = self._stamps(made)
            self.done = [*self.done[-MOST_UNDONE:], Step(seen.data, after, told)]
            self.undone.clear()
            return Report()

    def trial(self, make: Callable[[Revision, Seen], str], who: str) -> Report:
        """What would keep a change from being written."""
        seen = self.look()
        revision = self._revision(seen, who)
        make(revision, seen)
        return revision.result()[1]

    def undo(self, digest: str) -> str:
        """Take the last change back; what it was.

        Raises:
            ChangedError: The file is not as that change left it; nothing was written.
            UsageError: There is nothing to take back.
        """
        with self._lock:
            return self._back(digest, self.done, self.undone, forwards=False)

    def redo(self, digest: str) -> str:
        """Make the change again that was taken back last; what it was.

        Raises:
            ChangedError: The file is not as it was left; nothing was written.
            UsageError: There is nothing to make again.
        """
        with self._lock:
            return self._back(digest, self.undone, self.done, forwards=True)

    def _back(self, digest: str, taken: list[Step], given: list[Step], *, forwards: bool) -> str:
        if not taken:
            raise UsageError(f"there is nothing to {'redo' if forwards else 'undo'}", "")
        seen = self._expected(digest)
        step = taken[-1]
        here, there = (step.before, step.after) if forwards else (step.after, step.before)
        if seen.data != here:
            taken.clear()
            raise _changed(self.file)
        self._write(here, there)
        given.append(taken.pop())
        return step.message

    def _revision(self, seen: Seen, who: str) -> Revision:
        if seen.record is None:
            raise UsageError(
                "the record is not valid, so it was not changed",
                "correct the errors in the file with a text editor",
            )
        return Revision(seen.record, who, datetime.now(UTC).date())

    def _expected(self, digest: str) -> Seen:
        seen = self.look()
        if seen.digest != digest:
            raise _changed(self.file)
        return seen

    def _write(self, before: bytes, after: bytes) -> None:
        if not storage.replace_unchanged(self.file, after, before):
            raise _changed(self.file)

    def _read(self, digest: str, data: bytes) -> Seen:
        record, report = read_record(data, self.file.name)
        if record is None:
            return Seen(digest, data, None, report)
        return self._made(digest, data, record, report)

    def _made(self, digest: str, data: bytes, record: Record, report: Report) -> Seen:
        """A valid record with what is wrong between it and its files, and its texts."""
        if self._size(record) <= _CHECKED_AT_ONCE:
            found = check_record(record, self.folder, self.file)
            report.extend(one for one in found if one.severity is not Severity.ADVICE)
        return Seen(digest, data, record, report, tuple(self._read_texts(record)))

    def _size(self, record: Record) -> int:
        files = (self.folder / name for name in record.files)
        return sum(file.lstat().st_size for file in files if file.exists())

    def _read_texts(self, record: Record) -> list[Text]:
        """The texts of the record's parts, each once, as far as they can be read."""
        texts: dict[str, Text] = {}
        for part in record.parts:
            if part.file is None or not part.is_text or part.file in texts:
                continue
            try:
                with storage.open_beneath(self.folder, part.file) as stream:
                    data = stream.read()
                text = decode(data, part.encoding or "utf-8")
            except (OSError, LookupError, UnicodeDecodeError):
                continue  # a finding tells it
            key = part.file, _digest(data)
            if key not in self._texts:
                zones = tuple(segment(text, load_vocabulary()).zones)
                self._texts[key] = Text(part.file, text, zones)
            texts[part.file] = self._texts[key]
        return list(texts.values())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _changed(file: Path) -> ChangedError:
    return ChangedError(
        f"another tab or program has changed {file.name}",
        "nothing was overwritten; reload the page",
    )
