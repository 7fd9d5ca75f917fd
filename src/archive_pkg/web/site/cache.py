"""The cache of a site, in the collection, so that a later run reads only changed packages.

It contains nothing that is not on the site. Without it, the next run reads all packages.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING

from archive_pkg.collection.index.databases import forget, narrow, open_to_write
from archive_pkg.web.site.entries import CatalogueEntry
from archive_pkg.web.site.letters import CachedLetter, SiteLetter

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


class SiteCache:
    """The cache of a site in SQLite; a context manager."""

    def __init__(self, path: Path) -> None:
        """Use a file. A damaged one is replaced; if that fails, a temporary file is used."""
        self._path = path

    def __enter__(self) -> SiteCache:
        try:
            self._open()
        except (OSError, sqlite3.DatabaseError):
            try:
                forget(self._path)
                self._open()
            except (OSError, sqlite3.DatabaseError):
                self._base = sqlite3.connect("")
                self._make()  # the collection may be read-only
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
        # It has words of packages that other users may not be allowed to read.
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

    def find(self, package: str) -> CachedLetter | None:
        """Return what the last run recorded about a letter."""
        row = self._base.execute(
            "SELECT key, since, until, files FROM made1 WHERE package = ?", (package,)
        ).fetchone()
        return CachedLetter(row[0], row[1], row[2], json.loads(row[3])) if row else None

    def store(self, package: str, made: SiteLetter) -> None:
        """Store a letter."""
        cached = made.cached
        self._base.execute(
            "INSERT OR REPLACE INTO made1 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                package,
                cached.key,
                cached.since,
                cached.until,
                json.dumps(dict(cached.files)),
                json.dumps(made.entry.as_json(), ensure_ascii=False),
                made.head,
                made.text,
                made.cmif,
            ),
        )
        self.confirm(package)

    def confirm(self, package: str) -> None:
        """Record that the letter of a package is still on the site."""
        self._base.execute("INSERT OR IGNORE INTO seen VALUES (?)", (package,))

    def letter(self, package: str) -> SiteLetter:
        """Return a stored letter."""
        key, since, until, files, entry, head, text, cmif = self._base.execute(
            "SELECT key, since, until, files, entry, head, text, cmif FROM made1 WHERE package = ?",
            (package,),
        ).fetchone()
        cached = CachedLetter(key, since, until, json.loads(files))
        return SiteLetter(cached, CatalogueEntry.from_json(json.loads(entry)), head, text, cmif)

    def fragments(self) -> Iterator[bytes]:
        """Yield the CMIF of the correspondence on the site, in the order of the packages' paths."""
        rows = self._base.execute(
            "SELECT cmif FROM made1 WHERE cmif != x'' AND package IN (SELECT package FROM seen) "
            "ORDER BY package"
        )
        yield from (fragment for (fragment,) in rows)
