"""Scan a folder to bag: its files, and what cannot or should not be in a bag."""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive_pkg.bags import names
from archive_pkg.bags.folder import Folder
from archive_pkg.bags.name_checks import check_names, folders_of, shown_name
from archive_pkg.errors import StorageError
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENCODED_NAMES = "encoded-names.json"
_SYSTEM_FILES = (".DS_Store", "Thumbs.db", "._*")
"""Patterns of files that macOS and Windows put into folders by themselves."""

SOURCE_LINK = Code(
    "source-is-link",
    Severity.ERROR,
    "The files to bag include a symbolic link. It is not followed.",
)
SOURCE_SPECIAL = Code(
    "source-is-special",
    Severity.ERROR,
    "The files to bag include a FIFO, socket or device.",
)
SOURCE_EMPTY_FOLDER = Code(
    "source-folder-empty",
    Severity.WARNING,
    "An empty folder is kept in the bag, but no manifest can list it, so its loss would not be "
    "noticed.",
    "RFC 8493, 2.1.3",
)
SOURCE_SYSTEM_FILE = Code(
    "source-system-file",
    Severity.WARNING,
    "A file to bag was probably made by macOS or Windows (.DS_Store, Thumbs.db, ._*), and is not "
    "content. `bag create --exclude` leaves it out.",
)
SOURCE_EXCLUDED = Code(
    "source-excluded",
    Severity.ADVICE,
    "A file was left out of the bag, as `bag create --exclude` asked.",
)


def survey(
    source: Path,
    *,
    portable: bool = False,
    encode_names: bool = False,
    exclude: Sequence[str] = (),
) -> tuple[Report, dict[str, str], dict[str, str]]:
    """Return findings on a folder to bag, its files, and its empty folders.

    The files and folders map their original paths to their paths below data/.

    Raises:
        StorageError: The folder cannot be read.
    """
    if source.is_file():
        raise StorageError(
            _("{source} is a file, not a folder", source=source),
            _("Name the folder with the files."),
        )
    with storage_errors(_("reading {source}", source=source)), Folder(source) as folder:
        listing = folder.listing()
    report = Report()
    for path in [*listing.files, *(one.location.path for one in listing.findings)]:
        if _matches(path, exclude):
            report.add(SOURCE_EXCLUDED.at(Location(shown_name(path)), _("was left out")))
    listing.files, listing.empty = (
        [path for path in paths if not _matches(path, exclude)]
        for paths in (listing.files, listing.empty)
    )
    listing.findings = [one for one in listing.findings if not _matches(str(one.location), exclude)]
    for path in listing.files:
        if _matches(path, _SYSTEM_FILES):
            hint = _("Leave it out: --exclude '{rpartition}'", rpartition=path.rpartition("/")[2])
            report.add(
                SOURCE_SYSTEM_FILE.at(Location(shown_name(path)), _("is a system file"), hint)
            )
    if encode_names:
        given = names.utf8_names([*listing.files, *listing.empty])
    else:
        given = {path: path for path in [*listing.files, *listing.empty]}
    files = {path: given[path] for path in listing.files}
    report.extend(check_names([f"data/{path}" for path in files.values()], portable=portable))
    for finding in listing.findings:
        if finding.code == "file-is-link":
            report.add(SOURCE_LINK.at(finding.location, finding.message, finding.hint))
        elif finding.code == "file-is-special":
            report.add(SOURCE_SPECIAL.at(finding.location, finding.message, finding.hint))
        else:
            raise StorageError(f"{source}/{finding.location} {finding.message}", finding.hint)
    for path in listing.empty:
        report.add(SOURCE_EMPTY_FOLDER.at(Location(shown_name(path)), _("is an empty folder")))
    return report, files, {path: given[path] for path in listing.empty}


def _matches(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern matches a path, a folder above it, or the name of one of them."""
    return bool(patterns) and any(
        fnmatchcase(each, pattern) or fnmatchcase(each.rpartition("/")[2], pattern)
        for each in (path, *folders_of(path))
        for pattern in patterns
    )


def names_record(files: Mapping[str, str]) -> bytes:
    """Return the bytes of encoded-names.json; empty if all files keep their names."""
    changed = {
        f"data/{path}": quote(os.fsencode(original), safe="/ ")
        for original, path in files.items()
        if original != path
    }
    if not changed:
        return b""
    record = {
        "meaning": "names of files before bagging, their bytes percent-encoded (RFC 3986)",
        "names": changed,
    }
    return json.dumps(record, indent=2, sort_keys=True).encode() + b"\n"
