"""What a shelf remembers of its site, so that only letters that changed are read again.

It has nothing that is not on the site. Where it is lost, everything is read again.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING

from archive_pkg.collection.index.databases import forget, narrow, open_to_write
from archive_pkg.web.site.entries import Entry
from archive_pkg.web.site.publishing import Kept, Made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS made1 (
    package TEXT PRIMARY KEY, key BLOB, since TEXT, until TEXT, files TEXT, entry TEXT,
    head BLOB, text BLOB, cmif BLOB
);
CREATE TEMP TABLE seen (package TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Keeping:
    """The memory of a site, in SQLite; a context."""

    def __init__(self, path: Path) -> None:
        """Args: its file. One that is damaged is made anew; without one nothing is remembered."""
        self._path = path

    def __enter__(self) -> Keeping:
        try:
            self._open()
        except (OSError, sqlite3.DatabaseError):
            try:
                forget(self._path)
                self._open()
            except (OSError, sqlite3.DatabaseError):
                self._base = sqlite3.connect("")
                self._make()  # a shelf that cannot be written to has a site all the same
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with contextlib.suppress(sqlite3.Error):
            if kind is None:
                self._base.execute(
                    "DELETE FROM made1 WHERE package NOT IN (SELECT package FROM seen)"
                )
            self._base.commit()
        self._base.close()

    def _open(self) -> None:
        # It has the words of packages that others may not be allowed to read.
        self._base = open_to_write(self._path, 0o600)
        try:
            narrow(self._path, 0o600)
            self._make()
        except BaseException:
            self._base.close()
            raise

    def _make(self) -> None:
        self._base.executescript(_SCHEMA)
        self._base.execute("SELECT count(*) FROM made1 WHERE since < ''").fetchone()

    def recall(self, package: str) -> Kept | None:
        """What is known of a letter from the last time."""
        row = self._base.execute(
            "SELECT key, since, until, files FROM made1 WHERE package = ?", (package,)
        ).fetchone()
        return Kept(row[0], row[1], row[2], json.loads(row[3])) if row else None

    def keep(self, package: str, made: Made) -> None:
        """Remember a letter."""
        kept = made.kept
        self._base.execute(
            "INSERT OR REPLACE INTO made1 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                package,
                kept.key,
                kept.since,
                kept.until,
                json.dumps(dict(kept.files)),
                json.dumps(made.entry.as_json(), ensure_ascii=False),
                made.head,
                made.text,
                made.cmif,
            ),
        )
        self.note(package)

    def note(self, package: str) -> None:
        """Note that a letter is on the site, as it is remembered."""
        self._base.execute("INSERT OR IGNORE INTO seen VALUES (?)", (package,))

    def made(self, package: str) -> Made:
        """A letter that is remembered."""
        key, since, until, files, entry, head, text, cmif = self._base.execute(
            "SELECT key, since, until, files, entry, head, text, cmif FROM made1 WHERE package = ?",
            (package,),
        ).fetchone()
        kept = Kept(key, since, until, json.loads(files))
        return Made(kept, Entry.from_json(json.loads(entry)), head, text, cmif)

    def fragments(self) -> Iterator[bytes]:
        """The description in CMIF of each letter on the site, by their packages' paths."""
        rows = self._base.execute(
            "SELECT cmif FROM made1 WHERE package IN (SELECT package FROM seen) ORDER BY package"
        )
        yield from (fragment for (fragment,) in rows)
