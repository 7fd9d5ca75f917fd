"""Cache the builds of a collection, so that a second run builds only what is missing or changed.

The cache has digests, which a run compares with the files. Without a cache, it builds all packages
again and compares them with the existing ones.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.collection.index.databases import (
    forget,
    is_from_here,
    narrow,
    open_to_read,
    open_to_write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS built (
    source TEXT PRIMARY KEY, inputs BLOB, package TEXT, seal BLOB, files TEXT, run INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS built_package ON built (package);
CREATE INDEX IF NOT EXISTS built_alike ON built (package COLLATE NOCASE);
"""


@dataclass(frozen=True, slots=True)
class CachedBuild:
    """How a package was built.

    Attributes:
        inputs: SHA-256 over the digests of record and files, the options and the software.
        package: The package's path in the collection.
        fingerprint: The package's fingerprint.
        files: The paths of the parts' files, relative to the record's folder. None if some names
            are withheld from the package's audience; they are then read from the record.
    """

    inputs: bytes
    package: str
    fingerprint: bytes
    files: tuple[str, ...] | None


class BuildCache:
    """The cache of a collection, an SQLite database. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the cache in a file. A missing or damaged file is replaced by an empty cache."""
        self._path = path
        self._changes = 0

    def __enter__(self) -> BuildCache:
        with storage.storage_errors(f"opening {self._path}"):
            try:
                self._open()
            except sqlite3.DatabaseError:
                forget(self._path)
                self._open()
        (last,) = self._base.execute("SELECT coalesce(max(run), 0) FROM built").fetchone()
        self._run = last + 1
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._base.commit()
        self._base.close()

    def _open(self) -> None:
        try:
            self._base = open_to_write(self._path, one_thread=False)
        except sqlite3.OperationalError as error:
            raise OSError(None, str(error), str(self._path)) from error
        self._base.text_factory = os.fsdecode  # names of sources need not be UTF-8
        try:
            self._base.executescript(_SCHEMA)
        except BaseException:
            self._base.close()
            raise

    def recall(self, source: str) -> CachedBuild | None:
        """Return how a source was built; None if it is not in the cache."""
        row = self._base.execute(
            "SELECT inputs, package, seal, files FROM built WHERE source = CAST(? AS TEXT)",
            (os.fsencode(source),),
        ).fetchone()
        if row is None:
            return None
        files = json.loads(row[3])
        return CachedBuild(row[0], row[1], row[2], None if files is None else tuple(files))

    def built_by_another(self, source: str, package: str) -> str | None:
        """Return a different source of the same package in this run; None if there is none."""
        row = self._base.execute(
            "SELECT source FROM built WHERE package = ? AND run = ? AND source <> CAST(? AS TEXT)",
            (package, self._run, os.fsencode(source)),
        ).fetchone()
        return str(row[0]) if row else None

    def built_alike(self, package: str) -> tuple[str, str] | None:
        """Return a package whose path differs only in case, and its source; None if there is none.

        The layout "hashed" never has one, because the digest depends on case.
        """
        row: tuple[str, str] | None = self._base.execute(
            "SELECT package, source FROM built WHERE package = ? COLLATE NOCASE AND package <> ?",
            (package, package),
        ).fetchone()
        return row

    def keep(self, source: str, built: CachedBuild, mode: int) -> None:
        """Record how a source was built. The cache is not more readable than the package.

        Args:
            source: The source.
            built: How it was built.
            mode: The permissions that the cache gets at most.

        Raises:
            StorageError: The cache belongs to another user and is more open.
        """
        with storage.storage_errors(f"writing {self._path}"):
            narrow(self._path, mode & 0o666)
        self._base.execute(
            "INSERT OR REPLACE INTO built VALUES (CAST(? AS TEXT), ?, ?, ?, ?, ?)",
            (
                os.fsencode(source),
                built.inputs,
                built.package,
                built.fingerprint,
                json.dumps(built.files),
                self._run,
            ),
        )
        self._changes += 1
        if self._changes % 1000 == 0:
            self._base.commit()


@contextlib.contextmanager
def built_fingerprints(path: Path) -> Iterator[Callable[[str], bytes | None]]:
    """Yield a function that returns the fingerprint of a package built here, or None.

    Args:
        path: The cache's file. A cache that was made elsewhere is ignored.
    """
    base = None
    with contextlib.suppress(sqlite3.Error):
        base = open_to_read(path) if is_from_here(path) else None

    def fingerprint(package: str) -> bytes | None:
        if base is None:
            return None
        query = "SELECT seal FROM built WHERE package = ? ORDER BY run DESC LIMIT 1"
        with contextlib.suppress(sqlite3.Error):
            row = base.execute(query, (package,)).fetchone()
            return bytes(row[0]) if row else None
        return None

    try:
        yield fingerprint
    finally:
        if base is not None:
            base.close()
