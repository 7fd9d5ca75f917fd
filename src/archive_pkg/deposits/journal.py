"""The journal of a deposit: an entry before each step and one with its outcome.

An interrupted run leaves its journal, and the next run resumes from it. A step that was begun and
has no outcome may or may not have happened: the next run checks first.

A journal can come with a delivered package, and could name another draft than the package's. Each
line has a mark that only this user can make for that journal. A line without it only says that its
step was begun: its other data is ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.parsing import read_json

if TYPE_CHECKING:
    from pathlib import Path


_MARK = b', "mark": '
"""The bytes before the mark, which ends a line."""


class Journal:
    """A file of JSON lines, one for each intent and each outcome; append-only.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        """Read the journal if it exists.

        Args:
            path: The file.
            sync: Whether to sync each line before the method that writes it returns. If False, the
                caller syncs the journals of many deposits together.

        Raises:
            StorageError: It cannot be read.
        """
        self.path = path
        self._sync = sync
        self._outcomes: dict[str, dict[str, Any]] = {}
        self._begun: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._whole = 0
        self._kept: bytes | None = None  # the valid lines of a file to replace, not change
        with (
            storage.storage_errors(f"reading {path}"),
            contextlib.suppress(FileNotFoundError),
        ):
            data = storage.read_beneath(path.parent, path.name)
            self._load(data)
            if len(data) != self._whole or path.lstat().st_nlink != 1:
                self._kept = data[: self._whole]

    def _load(self, data: bytes) -> None:
        # A run that died while writing leaves an incomplete last line, which does not count.
        for line in data.splitlines(keepends=True):
            try:
                entry = read_json(line)
                what, step, known = entry["what"], entry["step"], entry["known"]
            except (ValueError, LookupError, TypeError):
                break
            whole = isinstance(step, str) and isinstance(known, dict) and line.endswith(b"\n")
            if not whole:
                break
            self._whole += len(line)
            if self._is_ours(line):
                self._take(what, step, known)
            elif what != "undone":
                self._take("intent", step, {})

    def _is_ours(self, line: bytes) -> bool:
        """Return whether this user wrote a line into this journal."""
        entry, _, mark = line.rpartition(_MARK)
        return mark == self._mark(entry)

    def _mark(self, entry: bytes) -> bytes:
        mark = storage.user_mac(b"journal", os.fsencode(self.path.name), entry)
        return f'"{mark.hex()}"}}\n'.encode()

    def _take(self, what: str, step: str, known: dict[str, Any]) -> None:
        if what == "intent":
            self._begun[step] = known
            self._outcomes.pop(step, None)
        elif what == "outcome":
            self._outcomes[step] = known
        else:
            self._outcomes.pop(step, None)
            self._begun.pop(step, None)

    def begin(self, step: str, **known: Any) -> None:
        """Record that a step is about to be done; it is on disk before this returns."""
        self._write("intent", step, known)

    def done(self, step: str, **known: Any) -> dict[str, Any]:
        """Record that a step was done, with its outcome.

        An outcome with data is on disk before this returns. One without data is on disk with the
        next line: after a power cut in between, the next run checks whether the step was done.
        """
        self._write("outcome", step, known, lasting=bool(known))
        return self._outcomes[step]

    def undo(self, step: str) -> None:
        """Record that a step was undone: the thing that it created no longer exists."""
        self._write("undone", step, {})

    def outcome(self, step: str) -> dict[str, Any] | None:
        """Return the outcome of a step; None if it was not done or that is unknown."""
        return self._outcomes.get(step)

    def is_done(self, step: str) -> bool:
        """Return whether a step was done."""
        return step in self._outcomes

    def begun(self, step: str) -> dict[str, Any] | None:
        """Return what was recorded before a step; None if it was never begun."""
        return self._begun.get(step)

    def _write(self, what: str, step: str, known: dict[str, Any], *, lasting: bool = True) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "what": what,
            "step": step,
            "known": known,
        }
        said = json.dumps(entry, ensure_ascii=False, default=str).encode().removesuffix(b"}")
        line = said + _MARK + self._mark(said)
        with self._lock:
            try:
                if self._kept is not None:
                    storage.write_atomically(self.path, self._kept)
                    self._kept = None
                exists = os.path.lexists(self.path)
                descriptor = storage.write_beneath(self.path.parent, self.path.name, more=exists)
                try:
                    os.ftruncate(descriptor, self._whole)
                    written = 0
                    while written < len(line):
                        written += os.write(descriptor, line[written:])
                    if lasting and self._sync:
                        os.fdatasync(descriptor)
                        if not exists:
                            storage.sync_folder(self.path.parent)
                finally:
                    os.close(descriptor)
            except OSError as error:
                meaning, hint = storage.describe(error)
                raise StorageError(f"writing {self.path}: {meaning}", hint) from error
            self._whole += len(line)
            self._take(what, step, read_json(line)["known"])
