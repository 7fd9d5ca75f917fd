"""Rename records whose date or names were corrected, and update the relations to them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.bulk.searching import find_records, has_record, unheard
from archive_pkg.collection.file_changes import FileChanges
from archive_pkg.dates.written.reader import read_date
from archive_pkg.drafting.records.titles_and_ids import (
    composed_id,
    composed_title,
    correspondents,
)
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.names import slug
from archive_pkg.packages.output_protection import refuse_in_package
from archive_pkg.records import Record, read_record, record_file
from archive_pkg.records.loading import invalid
from archive_pkg.records.saving import updated
from archive_pkg.records.titles import type_of_title
from archive_pkg.records.vocabularies.document_types import document_types
from archive_pkg.reports import Report, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive_pkg.collection.bulk.searching import Note
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.paths import StrPath

_REFERRING = ("relations", "items", "enclosures")
"""The lists of a record whose items can refer to another record."""


@dataclass(slots=True)
class _Listed:
    """A record of a collection: its file, its id, and the ids that it refers to."""

    file: Path
    id: str
    refers_to: set[str]


@dataclass(slots=True)
class Renaming(FileChanges):
    """The new id, title and folder of a record, which are not yet written.

    Attributes:
        record: The record's file.
        former: Its id.
        id: Its new id; the former one if it stays.
        title: Its new title; the former one if it stays.
        folder: The record's folder after the change.
        kept: Why the id or the title stays although it does not follow from the fields.
    """

    record: Path = Path()
    former: str = ""
    id: str = ""
    title: str = ""
    folder: Path = Path()
    kept: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything changes."""
        return bool(self.files) or self.moves

    @property
    def moves(self) -> bool:
        """Whether the folder gets another name."""
        return self.folder != self.record.parent

    def write(self) -> None:
        """Write the records that refer to this one, then the record, and then rename its folder.

        Raises:
            StorageError: Something cannot be written, or another program has changed it. The same
                command continues.
        """
        FileChanges.write(self)
        if self.moves:
            folder = storage.named(self.record.parent)  # "." cannot be renamed
            with storage.storage_errors(f"renaming {folder}"):
                storage.move_to_destination(folder, self.folder)
                storage.sync_folder(self.folder.parent)


class RecordIds:
    """The ids of the records of a collection, and which of them refer to each other."""

    def __init__(self, folder: StrPath, note: Note = unheard) -> None:
        """Read the records in a folder and below.

        Args:
            folder: The folder of the collection.
            note: Called for folders that cannot be searched.

        Raises:
            InvalidError: Some records are not valid, so their references cannot be read.
        """
        self._all: list[_Listed] = []
        report = Report()
        for found in find_records([Path(folder)], note):
            if not has_record(found):
                continue
            file, findings = record_file(found)
            record, read = (None, findings) if findings else read_record(file)
            report.extend(read)
            if record is not None:
                self._all.append(_Listed(file, record.id, set(_referred(record))))
        if report.errors:
            wrong = {finding.location.path for finding in report.errors}
            message = f"{counted(len(wrong), 'record')} of the collection cannot be read"
            hint = f"Correct {'it' if len(wrong) == 1 else 'them'} first."
            raise InvalidError(f"{message}, so nothing was renamed", hint, report)

    def rename(self, path: StrPath, vocabulary: Vocabulary, new: str = "") -> Renaming:
        """Return the changes of the id, folder and title that follow from the fields of a record.

        Later calls take the new id into account.

        Args:
            path: The record's file or folder.
            vocabulary: The vocabulary with the short names of bodies.
            new: The new id, if the program should not compose it.

        Raises:
            InvalidError: The record is not valid.
            StorageError: The record cannot be read.
            UsageError: The record is in a package, the new id is not possible, another record has
                it, or its folder exists.
        """
        file = record_file(path)[0]
        refuse_in_package(file)
        record, report = read_record(file)
        if record is None:
            raise invalid(report, f"{file} is not a valid record")
        data = record.as_json()
        kept = []
        if not new:
            new, why = _new_id(record, vocabulary)
            kept += [why] if why else []
        title = composed_title(data, vocabulary)
        if title != record.title and not _is_composed_title(record, vocabulary):
            title = record.title
            if new != record.id:
                kept.append("the title stays, because a person may have written it")
        changed = _changed(record, new, title)
        folder = _new_folder(file, record, new)
        self._refuse_taken(file, folder, record.id, new)
        renaming = Renaming(
            record=file, former=record.id, id=new, title=title, folder=folder, kept=tuple(kept)
        )
        for other in self._all:
            if record.id != new and record.id in other.refers_to and other.file != file:
                known = read_record(other.file)[0]
                if known is not None:
                    _add(renaming, other.file, _with_reference(known, record.id, new))
        _add(renaming, file, changed)
        self._remember(renaming)
        return renaming

    def _refuse_taken(self, file: Path, folder: Path, old: str, new: str) -> None:
        for other in self._all:
            if new != old and other.id == new and other.file.resolve() != file.resolve():
                raise UsageError(
                    f"{file}: the new id would be {new}, but {other.file} already has it",
                    "If they are the same document, keep one record. Otherwise choose an id: --id",
                )
        if folder != file.parent and os.path.lexists(folder):
            raise UsageError(
                f"{file}: the new folder would be {folder}, but it already exists",
                "Move that folder away, or choose an id: --id",
            )

    def _remember(self, renaming: Renaming) -> None:
        """Update the ids and files of the collection for the next record."""
        for each in self._all:
            if renaming.former in each.refers_to:
                each.refers_to = each.refers_to - {renaming.former} | {renaming.id}
            if each.file == renaming.record:
                each.id = renaming.id
                each.file = renaming.folder / each.file.name


def _new_id(record: Record, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return the id that follows from the fields, and why the id stays if it does."""
    made = composed_id(record.as_json(), vocabulary)
    if not made:
        return record.id, "the id stays, because the date or the correspondents are not known"
    if re.fullmatch(rf"{re.escape(made)}(-\d+)?", record.id):
        return record.id, ""
    stems = {slug(PurePosixPath(name).stem) for name in record.files}
    bare = re.sub(r"-\d+$", "", record.id)
    if re.match(r"\d{4}(-\d\d){0,2}-\D", record.id) or {record.id, bare} & {*stems, "letter"}:
        return made, ""
    return record.id, "the id stays, because it is not made of the date and the names"


def _is_composed_title(record: Record, vocabulary: Vocabulary) -> bool:
    """Return whether a title has only a type, names that the id or the record has, and a date."""
    grounds = [item for item in record.evidence if item.field == "title"]
    if not grounds or any(item.rule != "title-from-parts" for item in grounds):
        return False
    senders, recipients = correspondents(record.as_json(), vocabulary)
    ids = [re.sub(r"^\d{4}(-\d\d)*-", "", record.id), _joined(senders, recipients)]
    types = [record.type, *document_types()]
    rest = next(
        (
            record.title.removeprefix(words)
            for words in sorted(map(type_of_title, types), key=len, reverse=True)
            if record.title.startswith(words)
        ),
        None,
    )
    if rest is None:
        return False
    names, comma, last = rest.rpartition(", ")
    if comma and (_is_date(last) or re.fullmatch("“.*”", last)):  # an open date of a list
        rest = names
    if not rest:
        return True
    names = rest.removeprefix(", ").removeprefix(" from ")
    cuts = [match.span() for match in re.finditer(" to ", names)]
    readings = [_joined(names[:start], names[end:]) for start, end in cuts] or [slug(names)]
    return any(one in (each, re.sub(r"-\d+$", "", each)) for one in readings for each in ids)


def _joined(senders: str, recipients: str) -> str:
    return "-to-".join(filter(None, map(slug, (senders, recipients))))


def _is_date(text: str) -> bool:
    """Return whether a text is a date as titles have it."""
    bare = re.sub(r"^about | \(uncertain\)$| or (earlier|later)$", "", text)
    return read_date(bare) is not None


def _new_folder(file: Path, record: Record, new: str) -> Path:
    """Return the folder with the new id as its name, if its name was an id of the record."""
    folder = storage.named(file.parent)
    names = {record.id, *(one.value for one in record.identifiers if one.scheme == "local")}
    return folder.with_name(new) if folder.name in names else file.parent


def _changed(record: Record, new: str, title: str) -> Record:
    """Return a record with a new id and title, and its former id as an identifier.

    Raises:
        UsageError: The id is not possible.
    """
    data = record.as_json() | {"id": new, "title": title}
    known = [one.value for one in record.identifiers if one.scheme == "local"]
    if new != record.id and record.id not in known:
        number = len(record.identifiers)
        data["identifiers"] = [
            *(data.get("identifiers") or ()), {"scheme": "local", "value": record.id}
        ]  # fmt: skip
        why = {"field": f"identifiers.{number}", "basis": "inferred", "rule": "former-id"}
        data["evidence"] = [*(data.get("evidence") or ()), why]
    try:
        return Record.model_validate(data)
    except ValueError as error:
        hint = "Use letters, digits, dots, - and _, beginning with a letter or digit."
        raise UsageError(f"“{new}” cannot be an id", hint) from error


def _referred(record: Record) -> Iterable[str]:
    """Yield the ids of the records that a record names."""
    for name in _REFERRING:
        yield from (item.record for item in getattr(record, name) if item.record)


def _with_reference(record: Record, old: str, new: str) -> Record:
    """Return a record that refers to another one by its new id."""
    data: dict[str, Any] = record.as_json()
    for name in _REFERRING:
        for item in data.get(name) or ():
            if item.get("record") == old:
                item["record"] = new
    return Record.model_validate(data)


def _add(renaming: Renaming, file: Path, record: Record) -> None:
    """Add the change of a record's file."""
    with storage.storage_errors(f"reading {file}"):
        before = storage.read_regular(file.resolve())
    renaming.add(file, before, updated(record, before, file))
