"""Write imported records: each into its own folder, or next to its source file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError
from archive_pkg.interchange.importing.formats import read
from archive_pkg.records.loading import read_record
from archive_pkg.records.saving import as_yaml
from archive_pkg.storage import (
    DestinationExistsError,
    Staging,
    make_folder,
    read_regular,
    storage_errors,
    write_atomically,
)

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.reports import Report

RECORD = "record.yaml"


def file_imported(
    imported: Imported, folder: Path, *, replace: bool = False, mode: int = 0o777
) -> Path:
    """Write a record and its files into a new folder, which is either complete or absent.

    Args:
        imported: The record.
        folder: The folder to create.
        replace: Whether an existing folder may be replaced.
        mode: The widest permissions of the folder.

    Returns:
        The record's file.

    Raises:
        DestinationExistsError: The folder exists, and `replace` is not set or it does not look
            like the folder of this record.
        StorageError: Something cannot be written.
    """
    with storage_errors(f"making {folder.parent}"):
        make_folder(folder.parent)
    with Staging(folder) as staging, storage_errors(f"writing {folder}"):
        for path, data in imported.files.items():
            target = staging.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        (staging.path / RECORD).write_bytes(as_yaml(imported.record).encode())
        staging.mode = mode
        try:
            staging.commit(replace=replace)
        except DestinationExistsError as error:
            if replace:
                raise
            hint = "Replace it with --replace, or name another folder with --out."
            raise DestinationExistsError(error.message, hint) from error
    return folder / RECORD


@dataclass(frozen=True, slots=True)
class FiledImport:
    """The outcome of `file_letter`.

    Attributes:
        record: The record's file.
        changed: Whether the record was written; False if an existing record was kept.
        report: Findings about the import, such as content that the record does not have.
    """

    record: Path
    changed: bool
    report: Report


def file_letter(letter: Path, out: Path | None = None) -> FiledImport:
    """Import the file of one letter. An existing record of the same file is kept.

    Args:
        letter: The file.
        out: The folder that gets a folder for the record; None to write the record next to the
            file.

    Raises:
        DestinationExistsError: The record's folder in `out` exists and is different.
        InvalidError: The file cannot be imported, or does not describe exactly one letter; or,
            next to it, the record describes a different letter, or a file of the new record exists
            with different content.
        StorageError: A file cannot be read or written.
    """
    with storage_errors(f"reading {letter}"):
        data = read_regular(letter)
    found = read(data, str(letter))
    if len(found) != 1:
        raise InvalidError(
            f"{letter} describes {len(found)} letters, not one",
            "Import it with archive-pkg import.",
        )
    [imported] = found
    if out is None:
        return FiledImport(*_file_beside(imported, letter), imported.report)
    record = out / imported.record.id / RECORD
    if record.exists() and _is_same(record.parent, imported):
        return FiledImport(record, False, imported.report)
    return FiledImport(file_imported(imported, record.parent), True, imported.report)


def _is_same(folder: Path, imported: Imported) -> bool:
    with storage_errors(f"reading {folder}"):
        files = ((folder / name, data) for name, data in imported.files.items())
        return all(file.is_file() and read_regular(file) == data for file, data in files)


def _file_beside(imported: Imported, letter: Path) -> tuple[Path, bool]:
    """Write a record and its files next to its source file; existing files are kept.

    Returns:
        The record's file, and whether it was written.

    Raises:
        InvalidError: The existing record describes a different letter, or a file of the record
            exists with different content.
        StorageError: A file cannot be read or written.
    """
    record = letter.parent / RECORD
    if record.exists():
        _refuse_other_letter(record, imported, letter)
        return record, False
    with storage_errors(f"reading {letter.parent}"):
        for name, data in imported.files.items():
            file = letter.parent / name
            if file.exists() and read_regular(file) != data:
                raise InvalidError(
                    f"{file} exists, but is not the text of {letter.name}",
                    "Give the record a folder of its own with --out.",
                )
    for name, data in imported.files.items():
        if not (letter.parent / name).exists():
            write_atomically(letter.parent / name, data)
    write_atomically(record, as_yaml(imported.record).encode())
    return record, True


def _refuse_other_letter(record: Path, imported: Imported, letter: Path) -> None:
    """Raise InvalidError if a record describes a different letter than the file next to it."""
    known, _ = read_record(record)
    if known is None or known.id == imported.record.id:
        return
    digests = {hashlib.sha256(data).hexdigest() for data in imported.files.values()}
    held = {part.sha256 for part in known.parts}
    if not (digests & held or {letter.name, *imported.files} & {*known.files}):
        raise InvalidError(
            f"{record} describes a different letter (its id is “{known.id}”)",
            "Use --out, which makes a folder for each letter.",
        )
