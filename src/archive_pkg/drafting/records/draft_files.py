"""Drafts on disk: the letter's file and its record side by side in a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archive_pkg.drafting.records.commented_yaml import record_of, record_yaml
from archive_pkg.drafting.records.merging import Difference, redraft
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.faults import Fault
from archive_pkg.names import slug
from archive_pkg.records.loading import read_record
from archive_pkg.records.scalars import portable_path
from archive_pkg.storage import (
    files_below,
    is_folder,
    make_folder,
    mode_of,
    read_regular,
    refuse_exchange,
    storage_errors,
    write_output,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.paths import StrPath

SUFFIXES = (".txt", ".docx", ".odt", ".xml", ".tei")
RECORD = "record.yaml"


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """Where a draft was written.

    Attributes:
        record: The record's file.
        new: Whether there was none before.
        changed: Whether the file was written.
        differences: Where a record that was there says something else; it was kept.
    """

    record: Path
    new: bool
    changed: bool
    differences: list[Difference] = field(default_factory=list)


def letters_in(
    paths: Iterable[StrPath], unreadable: Callable[[OSError], None] = lambda error: None
) -> Iterator[Path]:
    """Yield the letters' files that paths name: each file, and of a folder all that could be one.

    Args:
        paths: Files and folders.
        unreadable: Takes the error of each folder or file that cannot be read; the rest goes on.
    """
    for path in map(Path, paths):
        if is_folder(path):
            inside = files_below(path, unreadable)
            yield from (file for file in inside if file.suffix.lower() in SUFFIXES)
        else:
            yield path


def save_draft(draft: Draft, vocabulary: Vocabulary, out: StrPath | None = None) -> SavedDraft:
    """Write a draft's record: beside the letter, or into a folder of its own with a copy of it.

    A record that is there is never overwritten: what it has stays, open fields are filled.

    Args:
        draft: The draft of a file.
        vocabulary: The words it was drafted with.
        out: The folder to make the letter's folder in; none to write beside the letter.

    Raises:
        InvalidError: The record that is there is not valid, or is that of another letter.
        StorageError: Something cannot be read or written.
        UsageError: The letter's file has a name that a record cannot hold.
    """
    out = Path(out) if out is not None else None
    letter = Path(draft.source.path)
    name = letter.name
    try:
        portable_path(name)
    except Fault as fault:
        if out is None:
            raise UsageError(
                f"{letter}: {fault}", "Rename the file, or draft with --out."
            ) from None
        name = f"{slug(letter.stem) or 'letter'}{letter.suffix.lower()}"
    text_name = f"{Path(name).stem}.text.txt" if draft.source.extracted else name
    if out is not None:
        with storage_errors(f"writing into {out}"):
            make_folder(out)
            refuse_exchange(out)
    folder = letter.parent if out is None else _folder(draft, out, name, vocabulary)
    record = folder / RECORD
    if record.exists():
        _refuse_anothers(record, name, draft)
        with storage_errors(f"reading {record}"):
            before = read_regular(record).decode("utf-8")
        after, differences = redraft(before, draft, name, vocabulary, text_name)
        if after != before:
            write_output(record, after.encode())
        return SavedDraft(record, new=False, changed=after != before, differences=differences)
    record_id = folder.name if out is not None else ""
    written = record_yaml(draft, name, vocabulary, text_name, record_id).encode()
    with storage_errors(f"writing {folder}"):
        mode = mode_of(letter, letter.parent)
        make_folder(folder, mode)
    if out is not None:
        with storage_errors(f"reading {letter}"):
            data = read_regular(letter)
        if hashlib.sha256(data).hexdigest() != draft.source.sha256:
            raise InvalidError(f"{letter} was changed while it was read", "Draft it again.")
        write_output(folder / name, data, mode=mode)
    if draft.source.extracted:
        write_output(folder / text_name, draft.text.encode(), mode=mode)
    write_output(record, written, mode=mode)
    return SavedDraft(record, new=True, changed=True)


def _folder(draft: Draft, out: Path, name: str, vocabulary: Vocabulary) -> Path:
    """The folder of a letter: that of its record's id, or with a number behind if that is taken."""
    base = record_of(draft, name, vocabulary).id
    number = 1
    while True:
        folder = out / (base if number == 1 else f"{base}-{number}")
        there = folder / RECORD
        if not there.exists() or _is_of(there, draft):
            return folder
        number += 1


def _is_of(record: Path, draft: Draft) -> bool:
    """Whether a record is that of this letter's bytes; one that cannot be read may be."""
    known, _ = read_record(record)
    return known is None or any(part.sha256 == draft.source.sha256 for part in known.parts)


def _refuse_anothers(record: Path, name: str, draft: Draft) -> None:
    """Raise where a record beside the letter is another letter's."""
    known, _ = read_record(record)
    if known is not None and name not in known.files and not _is_of(record, draft):
        raise InvalidError(
            f"{record} is the record of another letter, {known.id}",
            "Draft with --out, which gives each letter a folder of its own.",
        )
