"""What a ledger tells of one package, as events of its life."""

from __future__ import annotations

import json
import sqlite3
import weakref
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.seals import BEST
from archive_pkg.collection.audits.state import CHECK, MISSING, RECOVERY
from archive_pkg.collection.shelves import OWN
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages.afterwards import LaterEvent
from archive_pkg.storage import check_state_folder, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def checks_of(name: str, package: Path, path: Path | None = None) -> list[LaterEvent]:
    """A package's fixity checks and recoveries, as its shelf's ledger has them.

    A ledger is read once for all the packages that a process asks for.

    Args:
        name: The package's id.
        package: Its folder.
        path: The ledger; if not given, that of the shelf on which the package stands, if any.

    Raises:
        InvalidError: The ledger is not what was written.
        StorageError: It cannot be read.
    """
    package = package.absolute()
    if path is None:
        places = (folder / OWN / "ledger.jsonl" for folder in package.parents)
        path = next((place for place in places if place.is_file() and _is_trusted(place)), None)
        if path is None:
            return []
    with storage_errors(f"reading the ledger {path}"):
        about = path.stat()
    told = _told(path.absolute(), about.st_size, about.st_mtime_ns)
    if not told.report.ok:
        raise InvalidError(f"the ledger {path} is not what was written", report=told.report)
    return [_event(entry, name, package) for entry in told.about(name, package.name)]


def _is_trusted(path: Path) -> bool:
    """Whether no stranger has put a ledger above a package, as into /tmp."""
    try:
        check_state_folder(path.parent)
    except StorageError:
        return False
    return True


class _Told:
    """What a ledger tells, by the packages, in a temporary database."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect("", check_same_thread=False)  # a file that SQLite removes
        weakref.finalize(self, self._base.close)
        self._base.execute("CREATE TABLE told (number INTEGER, name TEXT, entry TEXT)")
        _, self.report = ledger.read(path, self._take)
        self._base.execute("CREATE INDEX told_name ON told (name)")

    def _take(self, entry: dict[str, Any]) -> None:
        if entry.get("event") in (CHECK, RECOVERY, MISSING):
            line = json.dumps(entry)
            names = {str(entry.get("id")), str(entry.get("package", "")).rpartition("/")[2]}
            rows = ((entry["number"], name, line) for name in names)
            self._base.executemany("INSERT INTO told VALUES (?, ?, ?)", rows)

    def about(self, *names: str) -> Iterator[dict[str, Any]]:
        """The entries about a package that goes by some names, in their order."""
        query = "SELECT DISTINCT number, entry FROM told WHERE name IN (?, ?) ORDER BY number"
        for _, entry in self._base.execute(query, names):
            yield json.loads(entry)


@lru_cache(maxsize=2)
def _told(path: Path, size: int, changed: int) -> _Told:
    """What a ledger tells, as long as it has this size and time of change."""
    return _Told(path)


def _event(entry: dict[str, Any], name: str, package: Path) -> LaterEvent:
    software, _, version = str(entry.get("software", "archive-pkg ?")).partition(" ")
    recovered = entry["event"] == RECOVERY
    sealed = {BEST: entry["seal"]} if "seal" in entry and (package / BEST).is_file() else {}
    return LaterEvent(
        # What is looked for and not there has failed its check; PREMIS has no other word for it.
        type=CHECK if entry["event"] == MISSING else entry["event"],
        time=datetime.fromisoformat(entry["time"]),
        package=name,
        software=software,
        version=version,
        inputs={} if recovered else sealed,
        outputs=sealed if recovered else {},
        outcome="success" if entry.get("outcome") in ("pass", "success") else "fail",
        detail=" ".join(_words(entry)) or None,
    )


def _words(entry: dict[str, Any]) -> Iterator[str]:
    if entry["event"] == CHECK and "files" in entry and "size" in entry:
        yield f"{entry['files']} files, {entry['size']} bytes, against the package's manifests."
    if entry.get("detail"):
        yield entry["detail"]
    if entry.get("findings"):
        yield f"Found: {', '.join(entry['findings'])}."
    if entry.get("accepted"):
        yield f"Accepted as it is: {entry['accepted']}"
    for copy, came_out in entry.get("against", {}).items():
        yield f"Compared with {copy}: {came_out}."
    if entry["event"] == RECOVERY:
        yield f"From {entry.get('from')}: {', '.join(entry.get('files', ())) or 'all of it'}."
