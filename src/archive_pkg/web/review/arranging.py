"""Propose which letters uploaded files belong to, and add them when the reviewer agrees."""

from __future__ import annotations

import filecmp
import itertools
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.errors import ArchivePkgError, InvalidError, StorageError, UsageError
from archive_pkg.faults import Fault
from archive_pkg.messages import _, plural, sentences
from archive_pkg.names import slug
from archive_pkg.records import NAMES, Record, save_record
from archive_pkg.records.scalars import relative_path
from archive_pkg.reports import Report, counted
from archive_pkg.storage import is_regular
from archive_pkg.tables.converting import filled, write_records
from archive_pkg.tables.lists.file_matching import (
    LetterFiles,
    kind_of_file,
    letter_of,
    letters_of_files,
    part_of_file,
)
from archive_pkg.tables.lists.mapping import NOT_IMPORTED, TARGETS, ColumnMap, read_mapping
from archive_pkg.tables.lists.opening import draft_map, open_list
from archive_pkg.tables.lists.records_from_rows import DESCRIBER_MISSING
from archive_pkg.texts.letter_files import read_source
from archive_pkg.web.review.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archive_pkg.reports import Finding
    from archive_pkg.tables.lists.records_from_rows import ListedLetter, ListReader
    from archive_pkg.web.review.listing import LetterEntry
    from archive_pkg.web.review.opened_folder import OpenedFolder
    from archive_pkg.web.review.record_editor import RecordSnapshot
    from archive_pkg.web.review.revision import Revision

KINDS = ("original", "scan", "transcription", "translation", "enclosure", "summary")
"""The kinds of parts that the reviewer can choose for a file."""
FIELDS = (*TARGETS, *NOT_IMPORTED)
"""The fields that the reviewer can choose for a column of a list."""


@dataclass(frozen=True, slots=True)
class ProposedLetter:
    """A letter that the uploaded files make or join.

    Attributes:
        name: The name by which the reviewer moves files to it.
        title: Its title, if it is known already.
        date: Its date in EDTF, if it is known already.
        files: The paths of its files.
        key: The key of a letter that exists already; empty for a new one.
        wrong: Whether its row in the list has errors.
    """

    name: str
    title: str = ""
    date: str = ""
    files: tuple[str, ...] = ()
    key: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What adding the uploaded files would do.

    Attributes:
        letters: The letters.
        loose: The files that belong to no letter. They are not added.
        report: The findings about the list.
        columns: For each column of the list its field and its first value.
        records: The records of the list's rows.
    """

    letters: Sequence[ProposedLetter]
    loose: Sequence[str] = ()
    report: Report = field(default_factory=Report)
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    records: Sequence[Record] = ()

    def groups(self, *severities: str) -> list[list[list[Finding]]]:
        """Return the findings by code, and those of a code in groups with the same message."""
        codes: dict[str, dict[str, list[Finding]]] = {}
        for severity in severities:
            for finding in self.report:
                if finding.severity == severity:
                    codes.setdefault(finding.code, {}).setdefault(finding.message, []).append(
                        finding
                    )
        return [list(groups.values()) for groups in codes.values()]


class Arrangement:
    """The uploaded files, and what the reviewer has decided about them.

    Attributes:
        uploads: The files.
        placed: The names of the letters that the reviewer chose for files, by path; empty for a
            file that is not added.
        kinds: The kinds of parts that the reviewer chose for files, by path.
        columns: The fields that the reviewer chose for columns of the list, by header.
        described_by: The author of the list.
    """

    def __init__(self, folder: OpenedFolder) -> None:
        """Start without files.

        Args:
            folder: The folder to which letters are added.
        """
        self._folder = folder
        self.uploads = Uploads()
        self.clear()

    def clear(self) -> None:
        """Remove all files and forget the decisions."""
        self.uploads.close()
        self.placed: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.columns: dict[str, str] = {}
        self.described_by = ""

    def decide(self, data: Mapping[str, Any]) -> None:
        """Take over what the reviewer has entered in the form.

        Raises:
            UsageError: A kind or a field is not one that can be chosen.
        """
        for path, kind in _texts(data, "kinds"):
            if kind not in KINDS:
                raise UsageError(f"{kind} is not a kind of part", "Reload the page.")
            if path in self.uploads.paths and kind != self.kind(path):
                self.kinds[path] = kind
        for header, name in _texts(data, "columns"):
            if name not in FIELDS:
                raise UsageError(f"{name} is not a field", "Reload the page.")
            self.columns[header] = name
        for path, letter in _texts(data, "letters"):
            if path in self.uploads.paths:
                self.placed[path] = letter.strip()
        if isinstance(data.get("described_by"), str):
            self.described_by = data["described_by"].strip()

    def kind(self, path: str) -> str:
        """Return the kind of part that a file is."""
        return self.kinds.get(path) or kind_of_file(path)

    # Proposals.

    def proposal(self, entries: Iterable[LetterEntry]) -> Proposal:
        """Return what adding the files would do.

        Args:
            entries: The letters that exist already.

        Raises:
            InvalidError: The list cannot be read.
        """
        path = self.uploads.list_path
        return self._of_list(path) if path else self._of_files(entries)

    def _of_files(self, entries: Iterable[LetterEntry]) -> Proposal:
        existing = {entry.record_id: entry for entry in entries if entry.record_id}
        owners = {
            words: entry.record_id
            for entry in existing.values()
            for words in (letter_of(entry.record_id), *map(letter_of, entry.files))
        }
        letters: dict[str, list[str]] = {}
        for group in letters_of_files(self.uploads.letters):
            stem = min((PurePosixPath(path).stem for path in group), key=len)
            name = owners.get(letter_of(group[0])) or (group[0] if stem in letters else stem)
            for path in group:
                letters.setdefault(self.placed.get(path, name), []).append(path)
        loose = letters.pop("", [])
        return Proposal(
            [
                ProposedLetter(
                    name,
                    existing[name].title if name in existing else "",
                    files=tuple(paths),
                    key=existing[name].key if name in existing else "",
                )
                for name, paths in letters.items()
            ],
            loose,
        )

    def _of_list(self, path: Path) -> Proposal:
        mapping = self._mapping(path)
        files = LetterFiles(self.uploads.folder, without=(path,))
        reader, report = self._read(path, mapping, files)
        if reader is not None and self.placed:
            # The reviewer moves files by the names of letters, which the first reading gives.
            rows = {letter.name: letter.row for letter in reader.letters()}
            files = LetterFiles(self.uploads.folder, without=(path,))
            files.placed = {name: rows.get(letter, 0) for name, letter in self.placed.items()}
            reader, report = self._read(path, mapping, files)
        if reader is None:
            return Proposal([], files.paths, report)
        return Proposal(
            [_listed(letter) for letter in reader.letters()],
            [*files.unused(), *(name for name, row in files.placed.items() if not row)],
            report,
            {header: (name, reader.example(header)) for header, name in mapping.columns.items()},
            [letter.record for letter in reader.letters() if letter.record],
        )

    def _mapping(self, path: Path) -> ColumnMap:
        """Return the drafted map of the list with the reviewer's changes."""
        with TemporaryDirectory() as folder:
            drafted = Path(folder, "map.yaml")
            drafted.write_bytes(draft_map(path).encode())
            mapping = read_mapping(drafted)
        mapping.columns |= {
            header: name for header, name in self.columns.items() if header in mapping.columns
        }
        mapping.described_by = self.described_by
        return mapping

    def _read(
        self, path: Path, mapping: ColumnMap, files: LetterFiles
    ) -> tuple[ListReader | None, Report]:
        files.kinds = self.kinds
        reader, report = open_list(path, mapping, files)
        if reader is not None:
            reader.records()
            # The page asks for the author itself.
            report.extend(one for one in reader.report if one.code != DESCRIBER_MISSING.code)
        return reader, report

    # Adding.

    def shown(self, text: str) -> str:
        """Return a message without the path of the private folder."""
        folder = str(self.uploads.folder)
        return text.replace(f"{folder}/", "").replace(folder, "the dropped files")

    def add(self, proposal: Proposal, who: str) -> tuple[str, list[tuple[str, ArchivePkgError]]]:
        """Add the letters and files, and forget the files that were added.

        Args:
            proposal: What the reviewer saw.
            who: The reviewer's name.

        Returns:
            What was added, in words, and each letter that failed with the reason. Nothing of these
            is lost: their files can be added again.

        Raises:
            InvalidError: The list has errors; nothing was added.
            StorageError: The files cannot be written.
        """
        if not proposal.report.ok:
            raise InvalidError(
                plural(
                    "the list has {n:,} error",
                    "the list has {n:,} errors",
                    len(proposal.report.errors),
                ),
                _("Correct them, then add the letters."),
            )
        if self.uploads.list_path:
            return _letters_added(self._add_list(proposal)), []
        failed: list[tuple[str, ArchivePkgError]] = []
        new = joined = same = 0
        for letter in proposal.letters:
            try:
                is_changed = self._add_letter(letter, who)
            except ArchivePkgError as error:
                error.hint = _hint(error)
                failed.append((letter.name, error))
                continue
            new, joined = new + (not letter.key), joined + bool(letter.key and is_changed)
            same += not is_changed
            for path in letter.files:
                self.uploads.remove(path)
        if not failed:
            self.clear()
        said = [_letters_added(new)] if new or not joined + same else []
        if joined:
            said.append(
                plural("Files added to {n:,} letter.", "Files added to {n:,} letters.", joined)
            )
        if same:
            said.append(
                plural(
                    "{n:,} letter had these files already.",
                    "{n:,} letters had these files already.",
                    same,
                )
            )
        return sentences(said), failed

    def _add_list(self, proposal: Proposal) -> int:
        records = filled(list(proposal.records), self._folder.project)
        try:
            written, unchanged = write_records(
                records, self._folder.records, files=self.uploads.folder
            )
        except StorageError as error:
            if "would change" not in error.message:
                raise
            hint = "Correct these letters on their pages, or delete their folders in records first."
            raise StorageError(error.message, hint) from error
        self.clear()
        return written + unchanged

    def _add_letter(self, letter: ProposedLetter, who: str) -> bool:
        """Add a letter, or files to a letter; return whether anything was new."""
        files, key = list(letter.files), letter.key
        if not key:
            main = self._readable(files)
            if main:
                key = self._folder.add(self.uploads.folder / main)
                self._choose_kind(key, main, who)
                files.remove(main)
            else:
                key = self._add_bare(letter)
        return bool(files and self._attach(key, files, who)) or not letter.key

    def _readable(self, files: Sequence[str]) -> str:
        """Return the file of a letter from which a record is drafted; empty if none has a text.

        Raises:
            StorageError: A PDF file cannot be read.
        """
        texts = [path for path in files if kind_of_file(path) != "scan"]
        originals = [path for path in texts if self.kind(path) != "translation"]
        for path in (*originals, *texts):
            return path
        for path in files:
            if path.lower().endswith(".pdf"):
                try:
                    read_source(self.uploads.folder / path)
                except (InvalidError, UsageError):  # a PDF of images only
                    continue
                return path
        return ""

    def _choose_kind(self, key: str, path: str, who: str) -> None:
        """Set the kind of the file that was drafted, if the reviewer chose one."""
        kind, editor = self.kinds.get(path), self._folder.editor(key)
        snapshot = editor.read()
        if kind is None or snapshot.record is None:
            return
        name = PurePosixPath(path).name
        part = next((each for each in snapshot.record.parts if each.file == name), None)
        if part is None or part.kind == kind:
            return

        def change(revision: Revision, _: RecordSnapshot) -> str:
            revision.correct(f"parts.{part.id}", {"kind": kind})
            return f"kind of {name} set"

        editor.change(snapshot.digest, change, who)

    def _add_bare(self, letter: ProposedLetter) -> str:
        """Add a letter that has no text, and return its key."""
        base = slug(letter.name) or "letter"
        numbers = range(2, 10_000)
        name = next(
            each
            for each in (base, *(f"{base}-{number}" for number in numbers))
            if not (self._folder.records / each).exists()
        )
        data = {"id": name, "type": "letter", "title": letter.name}
        home = self._folder.records / name
        with storage.storage_errors(f"making {home}"):
            storage.make_folder(home)
        (record,) = filled([Record.model_validate(data)], self._folder.project)
        save_record(record, home)
        return self._folder.key_of(home / NAMES[0])

    def _attach(self, key: str, files: Iterable[str], who: str) -> bool:
        """Copy files into a record's folder, and add their parts to the record.

        Returns:
            Whether a file was added; the record may have all of them already.

        Raises:
            InvalidError: The record is not valid with the parts; the copies are removed.
        """
        editor, copied = self._folder.editor(key), []
        snapshot = editor.read()
        if snapshot.record is None:
            raise InvalidError("its record is not valid", "Correct the errors on its page first.")
        known = [editor.folder / name for name in snapshot.record.files]
        try:
            named: list[tuple[str, str]] = []
            for path in files:
                source = self.uploads.folder / path
                if any(_is_same(source, file) for file in known):
                    continue
                copied.append(_copy(source, editor.folder))
                named.append((copied[-1].name, self.kind(path)))

            def change(revision: Revision, _: RecordSnapshot) -> str:
                for name, kind in named:
                    revision.add_part(part_of_file(name, kind, revision.data.get("parts", [])))
                return counted(len(named), "file") + " added"

            report = editor.change(snapshot.digest, change, who)
            if not report.ok:
                raise InvalidError(report.errors[0].message, report.errors[0].hint, report)
        except ArchivePkgError:
            for copy in copied:
                copy.unlink(missing_ok=True)
            raise
        return bool(copied)


def _hint(error: ArchivePkgError) -> str:
    """Return what to do after an error, without options of commands."""
    report = getattr(error, "report", Report())
    hint = error.hint or next((each.hint for each in report.errors), "")
    return "Save it as a text in UTF-8, and drop it again." if "--encoding" in hint else hint


def _is_same(one: Path, other: Path) -> bool:
    return is_regular(other) and filecmp.cmp(one, other, shallow=False)


def _copy(source: Path, folder: Path) -> Path:
    """Copy a file into a folder under a free name that records accept, and return its path."""
    stem, ending = source.stem, source.suffix
    try:
        relative_path(source.name)
    except Fault:
        stem, ending = slug(stem) or "file", ending.lower()
    numbers = itertools.count(2)
    target = folder / f"{stem}{ending}"
    while os.path.lexists(target):
        target = folder / f"{stem}-{next(numbers)}{ending}"
    part = storage.hidden(target, ".part")
    with storage.storage_errors(f"copying {source.name}"):
        try:
            shutil.copyfile(source, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return target


def _listed(letter: ListedLetter) -> ProposedLetter:
    record = letter.record
    date = str(record.date.edtf or "") if record and record.date else ""
    title = record.title if record else ""
    return ProposedLetter(letter.name, title, date, letter.files, wrong=record is None)


def _texts(data: Mapping[str, Any], name: str) -> Iterable[tuple[str, str]]:
    """Return the texts of a mapping that the page sent, by their names."""
    given = data.get(name, {})
    return (
        [(str(key), str(value)) for key, value in given.items()] if isinstance(given, dict) else []
    )


def _letters_added(number: int) -> str:
    return plural("{n:,} letter added.", "{n:,} letters added.", number)
