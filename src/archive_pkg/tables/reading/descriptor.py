"""Read the resources of a datapackage.json, and refuse unsafe paths."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.messages import _
from archive_pkg.parsing import read_json
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.texts.decoding import codec_name

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTOR = "datapackage.json"

DESCRIPTOR_INVALID = Code(
    "tables-descriptor-invalid",
    Severity.ERROR,
    "The datapackage.json is not a valid descriptor of a data package.",
    "Data Package 2.0, Descriptor",
)
PATH_UNSAFE = Code(
    "tables-path-unsafe",
    Severity.ERROR,
    "A path in a data package is absolute, leaves its folder, goes through a link or is a URL.",
    "Data Package 2.0, Path or URL",
)
FILE_MISSING = Code(
    "tables-file-missing", Severity.ERROR, "A file that a data package names does not exist."
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a data package whose file exists and is safe to open.

    Attributes:
        name: The name of the resource.
        path: The path of its file.
        descriptor: Its entry in datapackage.json.
    """

    name: str
    path: Path
    descriptor: dict[str, Any]

    @property
    def encoding(self) -> str | None:
        """The encoding that the package declares for the file, if Python knows it."""
        declared = self.descriptor.get("encoding")
        with contextlib.suppress(LookupError):
            return codec_name(str(declared))
        return None


def find_descriptor(path: Path) -> Path | None:
    """Return the datapackage.json in a folder, or the path if it is a JSON file; else None."""
    if path.is_dir():
        path = path / DESCRIPTOR
        return path if path.is_file() else None
    return path if path.suffix.lower() == ".json" else None


def read_descriptor(path: Path) -> tuple[list[Resource], Report]:
    """Return the resources of a data package, and the findings about its descriptor.

    Nothing is downloaded and no link is followed. A path must stay in the package's folder.

    Raises:
        StorageError: The descriptor cannot be read.
    """
    report = Report()
    here = Location(str(path))
    try:
        descriptor = read_json(storage.read_regular(path).decode("utf-8-sig"))
    except OSError as error:
        raise storage.unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        report.add(DESCRIPTOR_INVALID.at(here, _("it is not JSON in UTF-8: {error}", error=error)))
        return [], report
    found = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(found, list) or not found:
        message = _("there is no list `resources`")
        report.add(
            DESCRIPTOR_INVALID.at(here, message, _("List the files of the data package in it."))
        )
        return [], report
    return list(_resources(path, found, report)), report


def _resources(path: Path, found: list[Any], report: Report) -> Iterator[Resource]:
    names: set[str] = set()
    for number, resource in enumerate(found):
        here = Location(str(path), field=f"resources.{number}")
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str) or not name:
            report.add(DESCRIPTOR_INVALID.at(here, _("a resource has no name")))
        elif name in names:
            message = _("two resources have the name {name}", name=name)
            report.add(DESCRIPTOR_INVALID.at(here, message, _("Rename one of them.")))
        else:
            names.add(name)
            file = safe_file(path.parent, resource.get("path"), here, report)
            if file:
                yield Resource(name, file, resource)


def safe_file(folder: Path, named: Any, here: Location, report: Report) -> Path | None:
    """Return the file at a path in a data package. Report an unsafe or missing one; return None.

    Args:
        folder: The package's folder.
        named: The path in the descriptor.
        here: The location of the path in the descriptor.
        report: Receives the findings.
    """
    if isinstance(named, list) and len(named) == 1:
        named = named[0]
    if not isinstance(named, str) or not named:
        message = _("a resource must name one file in `path`")
        report.add(DESCRIPTOR_INVALID.at(here, message, _("Put each table into one CSV file.")))
        return None
    if why := _unsafe(folder, named):
        hint = _("Name a file in the folder of datapackage.json.")
        report.add(
            PATH_UNSAFE.at(here, _("“{named}” {why}; it is not opened", named=named, why=why), hint)
        )
        return None
    file = folder / named
    if not file.is_file():
        report.add(FILE_MISSING.at(here, _("the file {named} does not exist", named=named)))
        return None
    return file


def _unsafe(folder: Path, named: str) -> str:
    """Return why a path must not be opened; empty if it is safe."""
    pure = PurePosixPath(named)
    if "://" in named:
        return "is on another machine"
    if pure.is_absolute() or "\\" in named or named[1:2] == ":" or "\0" in named:
        return "is not a relative path with slashes"
    if ".." in pure.parts:
        return "leaves the package's folder"
    step = folder
    for part in pure.parts:
        step = step / part
        try:
            if step.is_symlink():
                return "goes through a link"
        except OSError as error:
            return f"is not a valid path: {error.strerror}"
    return ""
