"""The datapackage.json of a catalogue, read without trusting it: which file holds which table."""

from __future__ import annotations

import codecs
import contextlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import StorageError
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTOR = "datapackage.json"

DESCRIPTOR_INVALID = Code(
    "tables-descriptor-invalid",
    Severity.ERROR,
    "The datapackage.json is not what a data package's descriptor must be.",
    "Data Package 2.0, Descriptor",
)
PATH_UNSAFE = Code(
    "tables-path-unsafe",
    Severity.ERROR,
    "A path in a data package leaves its folder, goes through a link or leads to another machine.",
    "Data Package 2.0, Path or URL",
)
FILE_MISSING = Code(
    "tables-file-missing", Severity.ERROR, "A file that a data package names is not there."
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a data package whose file is there and safe to open.

    Attributes:
        name: Its name.
        path: Where its file is.
        descriptor: What the package says of it.
    """

    name: str
    path: Path
    descriptor: dict[str, Any]

    @property
    def encoding(self) -> str | None:
        """The encoding that the package says its file has, if there is such a one."""
        declared = self.descriptor.get("encoding")
        with contextlib.suppress(LookupError, TypeError, ValueError):
            return codecs.lookup(str(declared)).name
        return None


def find_descriptor(path: Path) -> Path | None:
    """The datapackage.json that a path means, in a folder or itself; None if it means none."""
    if path.is_dir():
        path = path / DESCRIPTOR
        return path if path.is_file() else None
    return path if path.suffix.lower() == ".json" else None


def read_descriptor(path: Path) -> tuple[list[Resource], Report]:
    """The resources of a data package, and what is wrong with its descriptor.

    Nothing is fetched and no link followed: a path has to stay in the package's folder.

    Raises:
        StorageError: The descriptor cannot be read.
    """
    report = Report()
    here = Location(str(path))
    try:
        descriptor = read_json(storage.read_regular(path).decode("utf-8-sig"))
    except OSError as error:
        meaning, hint = storage.describe(error)
        raise StorageError(f"{path}: {meaning}", hint) from error
    except (ValueError, RecursionError) as error:
        report.add(DESCRIPTOR_INVALID.at(here, f"it is not JSON in UTF-8: {error}"))
        return [], report
    found = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(found, list) or not found:
        message = "it has no list `resources`"
        report.add(DESCRIPTOR_INVALID.at(here, message, "a data package names its files there"))
        return [], report
    return list(_resources(path, found, report)), report


def _resources(path: Path, found: list[Any], report: Report) -> Iterator[Resource]:
    names: set[str] = set()
    for number, resource in enumerate(found):
        here = Location(str(path), field=f"resources.{number}")
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or not name:
            report.add(DESCRIPTOR_INVALID.at(here, "a resource without a name"))
        elif name in names:
            message = f"two resources are called {name}"
            report.add(DESCRIPTOR_INVALID.at(here, message, "rename one of them"))
        else:
            names.add(name)
            file = safe_file(path.parent, resource.get("path"), here, report)
            if file:
                yield Resource(name, file, resource)


def safe_file(folder: Path, named: Any, here: Location, report: Report) -> Path | None:
    """The file that a path in a data package names; None where it may not be opened, which is told.

    Args:
        folder: The package's folder.
        named: The path as the descriptor has it.
        here: The descriptor's place that names it.
        report: What takes the findings.
    """
    if isinstance(named, list) and len(named) == 1:
        named = named[0]
    if not isinstance(named, str) or not named:
        message = "a resource must name one file in `path`"
        report.add(DESCRIPTOR_INVALID.at(here, message, "put each table in one CSV file"))
        return None
    if why := _unsafe(folder, named):
        hint = "name a file below the folder of datapackage.json"
        report.add(PATH_UNSAFE.at(here, f"“{named}” {why}; it is not opened", hint))
        return None
    file = folder / named
    if not file.is_file():
        report.add(FILE_MISSING.at(here, f"there is no file {named}"))
        return None
    return file


def _unsafe(folder: Path, named: str) -> str:
    """Why a path may not be opened; empty if it may."""
    pure = PurePosixPath(named)
    if "://" in named:
        return "leads to another machine"
    if pure.is_absolute() or "\\" in named or named[1:2] == ":" or "\0" in named:
        return "is not a relative path with / between its names"
    if ".." in pure.parts:
        return "leaves the package's folder"
    step = folder
    for part in pure.parts:
        step = step / part
        try:
            if step.is_symlink():
                return "goes through a link"
        except OSError as error:
            return f"cannot be a path: {error.strerror}"
    return ""
