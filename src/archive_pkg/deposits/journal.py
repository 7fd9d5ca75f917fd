"""The journal of a deposit: an entry before each step and one with its outcome.

An interrupted run leaves its journal, and the next run resumes from it. A step that was begun and
has no outcome may or may not have happened: the next run checks first.

A journal may arrive with a package from someone else, and may name a draft that belongs to a
different package. So each line has a mark that only this user can make for this journal. A line
without a valid mark counts only as a sign that its step was begun: its data is ignored. An "undone"
line without a valid mark is ignored completely.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.deposits.shared_syncs import Unsynced
from archive_pkg.errors import StorageError
from archive_pkg.messages import _
from archive_pkg.parsing import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_MARK_KEY = b', "mark": '
"""The bytes between an entry and its mark. The mark is the last value of a line."""


class Journal:
    """A file of JSON lines: one for each step that was begun, done or undone.

    Valid lines are never changed.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, *, sync: bool = True, above: Sequence[Path] = ()) -> None:
        """Read the journal if it exists.

        Args:
            path: The file.
            sync: Whether to sync entries to disk; see `begin` and `done`. If False, the caller
                syncs the journals of many deposits together; see `unsynced`.
            above: Folders to sync with it, because they have new folders.

        Raises:
            StorageError: The file cannot be read.
        """
        self.path = path
        self._sync = sync
        self._above = above
        self._outcomes: dict[str, dict[str, Any]] = {}
        self._begun: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._valid_length = 0
        # The valid lines, if the file must be replaced: it has a broken end or a second hard link.
        self._rewrite_as: bytes | None = None
        with (
            storage.storage_errors(_("reading {path}", path=path)),
            contextlib.suppress(FileNotFoundError),
        ):
            data = storage.read_beneath(path.parent, path.name)
            self._load(data)
            if len(data) != self._valid_length or path.lstat().st_nlink != 1:
                self._rewrite_as = data[: self._valid_length]

    def _load(self, data: bytes) -> None:
        # A run that died while writing leaves an incomplete last line, which does not count.
        for line in data.splitlines(keepends=True):
            try:
                entry = read_json(line)
                what, step, values = entry["what"], entry["step"], entry["known"]
            except (ValueError, LookupError, TypeError):
                break
            if not (isinstance(step, str) and isinstance(values, dict) and line.endswith(b"\n")):
                break
            self._valid_length += len(line)
            if self._is_ours(line):
                self._apply(what, step, values)
            elif what != "undone":
                self._apply("intent", step, {})

    def _is_ours(self, line: bytes) -> bool:
        """Return whether this user wrote a line into this journal."""
        entry, __, mark = line.rpartition(_MARK_KEY)
        return mark == self._mark_of(entry)

    def _mark_of(self, entry: bytes) -> bytes:
        mark = storage.user_mac(b"journal", os.fsencode(self.path.name), entry)
        return f'"{mark.hex()}"}}\n'.encode()

    def _apply(self, what: str, step: str, values: dict[str, Any]) -> None:
        if what == "intent":
            self._begun[step] = values
            self._outcomes.pop(step, None)
        elif what == "outcome":
            self._outcomes[step] = values
        else:
            self._outcomes.pop(step, None)
            self._begun.pop(step, None)

    @property
    def unsynced(self) -> list[Unsynced]:
        """What to sync so that the entries so far are durable, if the journal does not sync."""
        folders = dict.fromkeys((self.path.parent, *self._above))
        return [Unsynced(self.path), *(Unsynced(each, storage.sync_folder) for each in folders)]

    def begin(self, step: str, **values: Any) -> None:
        """Record that a step is about to be done.

        If the journal syncs, the entry is on disk before this returns.
        """
        self._write("intent", step, values)

    def done(self, step: str, **values: Any) -> dict[str, Any]:
        """Record that a step was done, and return its outcome.

        If the journal syncs, an outcome with values is on disk before this returns. An outcome
        without values is not synced until the next entry is: after a power cut in between, the next
        run checks whether the step was done.
        """
        self._write("outcome", step, values, lasting=bool(values))
        return self._outcomes[step]

    def undo(self, step: str) -> None:
        """Record that a step was undone: the thing that it created no longer exists."""
        self._write("undone", step, {})

    def outcome(self, step: str) -> dict[str, Any] | None:
        """Return the outcome of a step; None unless the step is known to be done."""
        return self._outcomes.get(step)

    def is_done(self, step: str) -> bool:
        """Return whether a step is known to be done."""
        return step in self._outcomes

    def begun(self, step: str) -> dict[str, Any] | None:
        """Return what `begin` recorded; None if the step was not begun, or was undone."""
        return self._begun.get(step)

    def _write(self, what: str, step: str, values: dict[str, Any], *, lasting: bool = True) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "what": what,
            "step": step,
            "known": values,
        }
        unmarked = json.dumps(entry, ensure_ascii=False, default=str).encode().removesuffix(b"}")
        line = unmarked + _MARK_KEY + self._mark_of(unmarked)
        with self._lock:
            try:
                if self._rewrite_as is not None:
                    storage.write_atomically(self.path, self._rewrite_as)
                    self._rewrite_as = None
                exists = os.path.lexists(self.path)
                descriptor = storage.write_beneath(self.path.parent, self.path.name, append=exists)
                try:
                    os.ftruncate(descriptor, self._valid_length)
                    written = 0
                    while written < len(line):
                        written += os.write(descriptor, line[written:])
                    if lasting and self._sync:
                        storage.system.sync_data(descriptor)
                        if not exists:
                            storage.sync_folder(self.path.parent)
                finally:
                    os.close(descriptor)
            except OSError as error:
                meaning, hint = storage.describe(error)
                raise StorageError(
                    _("writing {path}: {meaning}", path=self.path, meaning=meaning), hint
                ) from error
            self._valid_length += len(line)
            self._apply(what, step, read_json(line)["known"])
