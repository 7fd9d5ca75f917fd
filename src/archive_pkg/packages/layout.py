"""Paths in a package, and tests for the form of its record and descriptor."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.bags.archives.opening import is_mark

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath

RECORD = "record.json"
DESCRIPTOR = "datapackage.json"
PARTS = "parts"
README = "README.txt"
SOFTWARE_LABEL = "Bag-Software-Agent"


def is_bag(path: StrPath) -> bool:
    """Return whether a folder has bagit.txt, bag-info.txt or a manifest: a bag, perhaps damaged."""
    path = Path(path)
    if storage.is_regular(path / "bagit.txt"):
        return True
    with contextlib.suppress(OSError):
        return any(is_mark(entry.name) for entry in path.iterdir())
    return False


def package_of(path: Path) -> Path | None:
    """Return the package if a path is its folder, its `data` folder or its record; else None."""
    from archive_pkg.records import record_file

    if storage.is_folder(path) and is_bag(path) and record_file(path)[1]:
        return path
    data = path.parent if path.name == RECORD else path
    package = data.resolve().parent
    if data.resolve().name != "data" or not is_bag(package):
        return None
    # A bag made by a different program may have a record's folder as its `data`.
    has_form = (data / DESCRIPTOR).is_file() or (data / PARTS).is_dir()
    return data.parent if has_form else None


def is_record(data: bytes) -> bool:
    """Return whether bytes have the form of a record in a package, whatever its values."""
    found = _mapping(data)
    fields = set(found) - {"format"}
    return {"id", "version", "type", "title"} <= fields and (
        "format" in found or fields <= _record_fields()
    )


def _record_fields() -> set[str]:
    from archive_pkg.records import Record  # not needed for other bags

    return set(Record.model_fields)


def is_descriptor(data: bytes) -> bool:
    """Return whether bytes have the form of the Data Package's descriptor in a package."""
    resources = _mapping(data).get("resources")
    return isinstance(resources, list) and any(
        isinstance(one, dict) and one.get("path") == "tables/letters.csv" for one in resources
    )


def _mapping(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
