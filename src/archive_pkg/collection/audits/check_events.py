"""Return the checks and recoveries of a package that a ledger records, as events."""

from __future__ import annotations

import json
import sqlite3
import weakref
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from archive_pkg.collection.audits import ledger
from archive_pkg.collection.audits.fingerprints import BEST
from archive_pkg.collection.audits.histories import CHECK, MISSING, RECOVERY
from archive_pkg.collection.opening import OWN
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.packages.later_events import LaterEvent
from archive_pkg.storage import check_state_folder, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def checks_of(name: str, package: Path, path: Path | None = None) -> list[LaterEvent]:
    """Return a package's fixity checks and recoveries, from its collection's ledger.

    A process reads a ledger once for all packages.

    Args:
        name: The package's id.
        package: Its folder.
        path: The ledger; if not given, that of the collection that contains the package, if any.

    Raises:
        InvalidError: The ledger was changed or is damaged.
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
    events = _events_in(path.absolute(), about.st_size, about.st_mtime_ns)
    if not events.report.ok:
        raise InvalidError(f"the ledger {path} was changed or is damaged", report=events.report)
    return [_event(entry, name, package) for entry in events.about(name, package.name)]


def _is_trusted(path: Path) -> bool:
    """Return whether only trusted users can write to a ledger. In /tmp, every user can."""
    try:
        check_state_folder(path.parent)
    except StorageError:
        return False
    return True


class _PackageEvents:
    """The events in a ledger by package, in a temporary database."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect("", check_same_thread=False)  # a temporary file
        weakref.finalize(self, self._base.close)
        self._base.execute("CREATE TABLE events (number INTEGER, name TEXT, entry TEXT)")
        _, self.report = ledger.read(path, self._take)
        self._base.execute("CREATE INDEX events_name ON events (name)")

    def _take(self, entry: dict[str, Any]) -> None:
        if entry.get("event") in (CHECK, RECOVERY, MISSING):
            line = json.dumps(entry)
            names = {str(entry.get("id")), str(entry.get("package", "")).rpartition("/")[2]}
            rows = ((entry["number"], name, line) for name in names)
            self._base.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)

    def about(self, *names: str) -> Iterator[dict[str, Any]]:
        """Yield the entries about a package that has these names, in order."""
        query = "SELECT DISTINCT number, entry FROM events WHERE name IN (?, ?) ORDER BY number"
        for _, entry in self._base.execute(query, names):
            yield json.loads(entry)


@lru_cache(maxsize=2)
def _events_in(path: Path, size: int, changed: int) -> _PackageEvents:
    """Return a ledger's events. A file with a new size or time of change is read again."""
    return _PackageEvents(path)


def _event(entry: dict[str, Any], name: str, package: Path) -> LaterEvent:
    software, _, version = str(entry.get("software", "archive-pkg ?")).partition(" ")
    recovered = entry["event"] == RECOVERY
    sealed = {BEST: entry["seal"]} if "seal" in entry and (package / BEST).is_file() else {}
    return LaterEvent(
        # A missing package has failed its check; PREMIS has no other term for it.
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
