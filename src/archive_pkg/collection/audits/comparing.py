"""Compare a package with its other copies: in repositories, in folders, and in receipts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.bags.archives.archive import SUFFIXES
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_tree
from archive_pkg.deposits import load_receipt, receipts_of, repository_for
from archive_pkg.errors import ArchivePkgError, InvalidError, UsageError
from archive_pkg.packages import is_bag
from archive_pkg.reports import Code, Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.deposits import Receipt, Repository

RECEIPTS = "receipts"
"""A copy with this name stands for the receipts next to each package. After a colon, it can name a
folder of receipts."""

_DEEPEST = 12
"""The greatest depth of a package below a mirror's folder."""
_LISTED = 20
"""The number of differing files of a package that are listed one by one."""

COPY_DIFFERS = Code(
    "copy-differs",
    Severity.ERROR,
    "A file of a package and the same file of another copy have different bytes. The package's "
    "manifests say which of the two is right.",
)
COPY_LACKS = Code(
    "copy-lacks-file", Severity.ERROR, "A file of a package is missing from another copy."
)
COPY_HAS_MORE = Code(
    "copy-has-more", Severity.ERROR, "Another copy of a package has an additional file."
)
COPY_ABSENT = Code(
    "copy-absent", Severity.ERROR, "A copy of a package is missing where one was expected."
)
COPY_UNREADABLE = Code(
    "copy-unreadable",
    Severity.ERROR,
    "A package or its other copy cannot be read, so the two were not compared.",
)


def compare(package: Path, identifier: str, copy: str) -> list[Finding]:
    """Return the differences between a package and another copy. All its bytes are read.

    Args:
        package: The package's folder.
        identifier: Its record's id.
        copy: The address of a repository (`ocfl:PATH`); a folder of packages, such as a mirror of
            the collection; a receipt's file, "receipts" for those next to the package, or
            "receipts:FOLDER" for those in a folder. All bytes of the copy are read, too. Only with
            receipts, the package is compared with what was deposited.
    """
    place = Location(str(package))
    try:
        held = _held(package, identifier, copy)
    except ArchivePkgError as error:
        message = f"the copy in {copy} cannot be read: {error.message}"
        return [COPY_UNREADABLE.at(place, message, error.hint)]
    except (OSError, LookupError) as error:
        return [
            COPY_UNREADABLE.at(
                place, f"the copy in {copy} cannot be read: {storage.explain(error)}"
            )
        ]
    if held is None:
        return [COPY_ABSENT.at(place, f"there is no copy in {copy}", "Deposit the package there.")]
    try:
        own = digests_of(package)
    except OSError as error:
        return [
            COPY_UNREADABLE.at(
                place, f"not compared: the package cannot be read: {storage.explain(error)}"
            )
        ]
    found = [
        _difference(Location(f"{package}/{path}"), copy, own.get(path), held.get(path))
        for path in sorted(own.keys() | held.keys())
        if own.get(path) != held.get(path)
    ]
    if len(found) > _LISTED:
        rest = f"{len(found) - _LISTED} more files differ from the copy in {copy}"
        found = [*found[:_LISTED], COPY_DIFFERS.at(place, rest)]
    return found


def refuse_unknown(copy: str) -> None:
    """Raise UsageError unless a copy is receipts, an existing path or a known repository."""
    if copy.partition(":")[0] == RECEIPTS or Path(copy).exists():
        return
    if ":" not in copy:
        raise UsageError(
            f"{copy} does not exist",
            "Name a folder of packages, a receipt, an address such as ocfl:PATH, or receipts.",
        )
    repository(copy)


def in_folder(package: Path, identifier: str, folder: Path) -> Path | None:
    """Return the package's copy in a folder of packages; None if there is none.

    The copy has the same path as in the collection (the folder is a mirror), or its name is that of
    the package's folder, or the record's id.
    """
    parts = package.absolute().parts[1:]
    places = (Path(folder, *parts[-depth:]) for depth in range(min(len(parts), _DEEPEST), 0, -1))
    if is_serialized(package):
        return next((place for place in places if place.is_file()), None)
    return next((place for place in (*places, folder / identifier) if is_bag(place)), None)


def is_serialized(package: Path) -> bool:
    """Return whether a package is an archive. If it has vanished, its name decides."""
    return package.name.lower().endswith(SUFFIXES) and not package.is_dir()


def is_read(copy: str) -> bool:
    """Return whether the bytes of a copy are read. Receipts have only checksums."""
    return copy.partition(":")[0] != RECEIPTS and not copy.endswith(".json")


def receipts_named(package: Path, copy: str) -> list[Path] | None:
    """Return the receipts that a copy's name stands for, oldest first; None for other copies.

    Raises:
        InvalidError: A file there is not a receipt.
    """
    kind, colon, folder = copy.partition(":")
    if kind == RECEIPTS:
        return [path for path, _ in receipts_of(package, Path(folder) if colon else None)]
    return [Path(copy)] if Path(copy).is_file() else None


def newest_version(repository: Repository, identifier: str) -> str | None:
    """Return the newest version of an id in a repository: "" without versions, None if absent.

    Raises:
        DepositError: The repository cannot be reached, or refuses.
    """
    status = repository.status(identifier, "")
    if status.state == "absent":
        return None
    versions = status.answer.get("versions")
    return str(versions[-1]) if versions else ""


@cache
def repository(address: str) -> Repository:
    """Return the repository of an address, opened once in each process. Raises UsageError."""
    return repository_for(address)


def digests_of(package: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a package's folder, by path.

    Raises:
        OSError: A file cannot be read.
    """
    if package.is_file():
        return _digests_in_archive(package)
    found = {}
    for path in sorted(package.rglob("*")):
        if path.is_file():
            name = path.relative_to(package).as_posix()
            with storage.open_beneath(package, name) as file:
                found[name] = fixity.digest(file, ["sha256"])["sha256"]
    return found


def _digests_in_archive(path: Path) -> dict[str, str]:
    try:
        with open_tree(path) as tree:
            files = sorted(tree.listing().files)
            with tree.digesting(files, ["sha256"]) as digesting:
                digests = digesting.finish(lambda files, size: None)
    except BadArchiveError as error:
        raise OSError(0, str(error), str(path)) from error
    if digests.findings:
        raise OSError(0, digests.findings[0].message, str(path))
    return {name: digests.of(index, "sha256").hex() for index, name in enumerate(files)}


def _held(package: Path, identifier: str, copy: str) -> Mapping[str, str] | None:
    receipts = receipts_named(package, copy)
    if receipts is not None:
        own = [each for each in map(load_receipt, receipts) if each.package == identifier]
        return _sent(own[-1]) if own else None
    if Path(copy).is_dir():
        mirrored = in_folder(package, identifier, Path(copy))
        return digests_of(mirrored) if mirrored else None
    holder = repository(copy)
    version = newest_version(holder, identifier)
    return None if version is None else holder.verify(identifier, version)


def _sent(receipt: Receipt) -> Mapping[str, str]:
    if receipt.packaging.endswith("zip") or len(receipt.files) < 2:
        raise InvalidError(f"the receipt {receipt.name} records one zip, not the package's files")
    return {file.path: file.sha256 for file in receipt.files}


def _difference(place: Location, copy: str, own: str | None, other: str | None) -> Finding:
    if other is None:
        return COPY_LACKS.at(place, f"the copy in {copy} does not have this file")
    if own is None:
        return COPY_HAS_MORE.at(place, f"only the copy in {copy} has this file")
    return COPY_DIFFERS.at(place, f"its SHA-256 is {own}, in the copy in {copy} {other}")
