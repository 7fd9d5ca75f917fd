"""Check the files of a record: presence, kind of file, checksums, and files that no part names."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg import fixity, storage
from archive_pkg.bags import check_names
from archive_pkg.messages import _
from archive_pkg.records import NAMES
from archive_pkg.records.file_kinds import LOCK_NAMES
from archive_pkg.reports import Code, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from archive_pkg.records import Part, Record
    from archive_pkg.reports import Finding

_MAX_IN_MEMORY = 1 << 20
"""Files up to this size in bytes are read into memory; larger ones are read in blocks."""

PART_MISSING = Code(
    "part-missing",
    Severity.ERROR,
    "The file of a part is not in the record's folder. Put it there, or write `held: false`.",
)
PART_NOT_A_FILE = Code(
    "part-not-a-file",
    Severity.ERROR,
    "The path of a part is a link, a folder or a device, or goes through a link. Only regular "
    "files inside the record's folder are read.",
)
PART_CHANGED = Code(
    "part-changed",
    Severity.ERROR,
    "The file of a part does not have the SHA-256 checksum that the record gives.",
)
PART_EMPTY = Code("part-empty", Severity.WARNING, "The file of a part is empty.")
PART_UNREADABLE = Code(
    "part-unreadable", Severity.ERROR, "The file of a part could not be read completely."
)
PART_WITHOUT_DIGEST = Code(
    "part-without-digest",
    Severity.ADVICE,
    "The record has no SHA-256 checksum for a part, so a change of its file before the build "
    "goes unnoticed.",
)
FILE_NOT_IN_RECORD = Code(
    "file-not-in-record",
    Severity.WARNING,
    "A file or link in the record's folder is not named by any part, so the package will not "
    "contain it.",
)
FOLDER_NAMED_OTHERWISE = Code(
    "folder-named-otherwise",
    Severity.ADVICE,
    "The record's folder is not named after the record's id.",
)


def check_files(
    record: Record, folder: Path, source: Path
) -> Generator[Finding, None, dict[str, bytes | None]]:
    """Check the presence, type and checksum of each part's file.

    Returns:
        The files that could be read, by their paths in the record. The value of a small text is
        its bytes, so that the bytes that have the checksum are decoded; for other files, None.
    """
    readable: dict[str, bytes | None] = {}
    holders: dict[str, list[Part]] = defaultdict(list)
    for part in record.parts:
        if part.file:
            holders[part.file].append(part)
    for name, parts in holders.items():
        place = Location(str(source), field=f"parts.{parts[0].id}.file")
        try:
            with storage.open_beneath(folder, name) as stream:
                size = os.fstat(stream.fileno()).st_size
                data = stream.read() if size <= _MAX_IN_MEMORY else None
                digest = fixity.digest(stream if data is None else data, ["sha256"])["sha256"]
        except FileNotFoundError:
            hint = _(
                "Put {name} into the record's folder. If you do not have it, write "
                "held: false in the part, and remove its file, span and sha256.",
                name=name,
            )
            yield PART_MISSING.at(place, _("the file {name} is missing", name=name), hint)
            continue
        except storage.NotRegularError as error:
            yield PART_NOT_A_FILE.at(
                place,
                _("{name} was not read: {error}", name=name, error=storage.explain(error)),
                _("Replace it with the file itself."),
            )
            continue
        except OSError as error:
            message = _(
                "{name} could not be read: {error}", name=name, error=storage.explain(error)
            )
            yield PART_UNREADABLE.at(place, message, _("Check its permissions and the disk."))
            continue
        readable[name] = data if any(part.is_text for part in parts) else None
        yield from _name_findings(name, place)
        if size == 0:
            yield PART_EMPTY.at(
                place, _("{name} is empty", name=name), _("Check whether it is the right file.")
            )
        for part in parts:
            at = Location(str(source), field=f"parts.{part.id}.sha256")
            if part.sha256 is None:
                hint = _("Write sha256: {digest}", digest=digest)
                yield PART_WITHOUT_DIGEST.at(
                    at, _("{name} has no checksum in the record", name=name), hint
                )
            elif part.sha256 != digest:
                message = _(
                    "{name} has changed: its sha256 is {digest}, the record has {sha256}",
                    name=name,
                    digest=digest,
                    sha256=part.sha256,
                )
                hint = _(
                    "Restore the right file. If you changed the file on purpose, write "
                    "sha256: {digest}",
                    digest=digest,
                )
                yield PART_CHANGED.at(at, message, hint)
    return readable


def _name_findings(name: str, place: Location) -> Iterator[Finding]:
    """Report files with names that some programs or systems cannot read."""
    for found in check_names([f"data/{name}"]):
        yield replace(found, location=place, message=f"{name}: {found.message}")


def check_folder(record: Record, source: Path) -> Iterator[Finding]:
    """Report files that no part names, and a folder that is not named after the record's id.

    Lock files of office programs are not reported. Report nothing if the record's file does not
    have one of the usual names (`NAMES`).
    """
    folder = source.parent
    if source.name not in NAMES:
        return
    if folder.resolve().name != record.id:
        message = _(
            "the record's id is {id}, but its folder is {name}",
            id=record.id,
            name=folder.resolve().name,
        )
        hint = _("Rename the folder to {id}, or correct the id.", id=record.id)
        yield FOLDER_NAMED_OTHERWISE.at(Location(str(folder)), message, hint)
    known = {folder / name for name in (*record.files, source.name)}
    for file in sorted(map(Path, _files_below(str(folder)))):
        if file not in known and not file.name.startswith(LOCK_NAMES):
            hint = _("Add a part for it, or move it elsewhere.")
            name = file.relative_to(folder).as_posix()
            yield FILE_NOT_IN_RECORD.at(
                Location(str(file)), _("no part names {name}", name=name), hint
            )


def _files_below(folder: str) -> Iterator[str]:
    """Yield the paths of all files and links in a folder and its subfolders."""
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        with (
            storage.storage_errors(_("listing {folder}", folder=folder)),
            os.scandir(folder) as entries,
        ):
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry.path
