"""What a ledger tells of one package, as events of its life."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from archive_pkg.errors import InvalidError
from archive_pkg.holdings import ledger
from archive_pkg.holdings.seals import BEST
from archive_pkg.holdings.shelves import OWN
from archive_pkg.holdings.state import CHECK, MISSING, RECOVERY
from archive_pkg.packages.afterwards import LaterEvent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def checks_of(name: str, package: Path, path: Path | None = None) -> list[LaterEvent]:
    """A package's fixity checks and recoveries, as its shelf's ledger has them.

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
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            return []
    found: list[LaterEvent] = []

    def take(entry: dict[str, Any]) -> None:
        known = entry.get("id"), str(entry.get("package", "")).rpartition("/")[2]
        if entry.get("event") in (CHECK, RECOVERY, MISSING) and {name, package.name} & set(known):
            found.append(_event(entry, name, package))

    _, report = ledger.read(path, take)
    if not report.ok:
        raise InvalidError(f"the ledger {path} is not what was written", report=report)
    return found


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
