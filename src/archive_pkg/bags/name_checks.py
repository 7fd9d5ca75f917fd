"""Check whether the names of files can be in a bag (RFC 8493, 5.1 and 6)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.bags import names
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_UNSAFE = Code(
    "name-unsafe",
    Severity.ERROR,
    "A path for a bag could lead out of the bag, or is not the plain path of a file.",
    "RFC 8493, 5.1",
)
NAME_NOT_UTF8 = Code(
    "name-not-utf8",
    Severity.ERROR,
    "A file's name is not UTF-8, so a UTF-8 manifest cannot list it. --encode-names gives the file "
    "a new name and records both.",
    "RFC 8493, 2.1.3",
)
NAME_TAKEN = Code(
    "name-is-file-and-folder",
    Severity.ERROR,
    "The same path is given for a file and for a folder.",
)
NAME_UNPORTABLE = Code(
    "name-unportable",
    Severity.WARNING,
    "A name is not possible on Windows or macOS. `bag create --portable` refuses it.",
    "RFC 8493, 6",
)
NAMES_ALIKE = Code(
    "names-alike",
    Severity.WARNING,
    "Names are the same on some file systems (letter case, Unicode normalization). --portable "
    "refuses them.",
    "RFC 8493, 6",
)
NAME_MISREAD = Code(
    "name-misread",
    Severity.WARNING,
    "Programs that use bagit-python, such as Archivematica, do not find a file with this name in a "
    "bag. It is an error for a target that is known to use it.",
    "RFC 8493, 2.1.3",
)


def check_names(
    paths: Iterable[str], *, portable: bool = False, existing: Iterable[str] = ()
) -> Report:
    """Report unsafe, unportable and colliding names of a bag's files (RFC 8493, 5.1 and 6).

    Args:
        paths: Paths in the bag or below data/, with "/".
        portable: Whether names that are not possible on other systems are errors, not warnings.
        existing: Paths of files that are already in the bag.
    """
    paths = list(paths)
    report = Report()
    severity = Severity.ERROR if portable else Severity.WARNING
    unportable = Code(NAME_UNPORTABLE.code, severity, NAME_UNPORTABLE.meaning)
    alike = Code(NAMES_ALIKE.code, severity, NAMES_ALIKE.meaning)
    files = {*paths, *existing}
    above = {folder for path in files for folder in folders_of(path)}
    for path in paths:
        fault = _name_fault(path)
        if fault:
            code, why, hint = fault
            code = unportable if code is NAME_UNPORTABLE else code
            report.add(code.at(Location(shown_name(path)), why, hint))
        if why := names.misread(path):
            hint = _("Rename it if such programs have to read the bag.")
            report.add(NAME_MISREAD.at(Location(shown_name(path)), why, hint))
    for path in sorted(files & above):
        report.add(
            NAME_TAKEN.at(Location(shown_name(path)), _("is given as a file and as a folder"))
        )
    every = [*paths, *above - files]
    for group in names.collisions(every, set(every)):
        others = ", ".join(shown_name(each) for each in sorted(group)[1:])
        report.add(
            alike.at(
                Location(shown_name(min(group))),
                _("is the same on some file systems as {others}", others=others),
            )
        )
    return report


@lru_cache(maxsize=4096)  # most names are the same in all packages of a collection
def _name_fault(path: str) -> tuple[Code, str, str] | None:
    """Return the code, message and hint for a name that is not allowed or not portable."""
    if why := names.unsafe(path):
        return NAME_UNSAFE, why, ""
    if not path or path != names.straighten(path) or path.endswith("/"):
        return NAME_UNSAFE, "it is not a plain path of a file", ""
    if not names.encodable(path):
        return NAME_NOT_UTF8, "the name is not UTF-8", "Rename it, or use --encode-names."
    if why := names.unportable(path):
        return NAME_UNPORTABLE, why, "Rename it if the bag is to be read there."
    return None


def folders_of(path: str) -> Iterable[str]:
    """Yield the folders that contain a path, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def shown_name(path: str) -> str:
    """Return a path that can be printed, with bytes escaped that are not UTF-8."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
