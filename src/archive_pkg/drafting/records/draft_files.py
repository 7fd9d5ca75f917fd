"""Save drafts on disk: the file of a letter and its record in the same folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from archive_pkg.drafting.records.commented_yaml import record_of, record_yaml
from archive_pkg.drafting.records.merging import Difference, redraft
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.faults import Fault
from archive_pkg.limits import DOCUMENT_SIZE
from archive_pkg.messages import _
from archive_pkg.names import slug
from archive_pkg.projects import schema_comment
from archive_pkg.records.file_kinds import recognize, recognize_text
from archive_pkg.records.loading import NAMES, read_record
from archive_pkg.records.path_checks import package_above
from archive_pkg.records.scalars import relative_path
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.storage import (
    files_below,
    is_folder,
    make_folder,
    mode_of,
    open_regular,
    read_regular,
    refuse_unsafe_folder,
    storage_errors,
    write_output,
)
from archive_pkg.texts.letter_files import BLANK, OTHER_KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive_pkg.drafting.draft import Draft
    from archive_pkg.drafting.vocabulary import Vocabulary
    from archive_pkg.errors import ArchivePkgError
    from archive_pkg.paths import StrPath
    from archive_pkg.projects import Project
    from archive_pkg.records.file_kinds import FileKind
    from archive_pkg.reports import Finding

SUFFIXES = (".txt", ".docx", ".odt", ".xml", ".tei")
_PDF = ".pdf"
_HEAD = 16384
RECORD = "record.yaml"
SKIPPED = Code(
    "draft-file-skipped",
    Severity.ADVICE,
    "A file in a folder of letters is not a letter's text, so it was not drafted.",
)
HAS_RECORD = Code(
    "draft-has-record",
    Severity.ADVICE,
    "A letter that was drafted into another folder already has a record.",
)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """The outcome of saving a draft.

    Attributes:
        record: The record's file.
        new: Whether the record is new.
        changed: Whether the file was written.
        differences: Fields of an existing record that differ from the draft and were kept.
        kept: The fields that an existing record had.
    """

    record: Path
    new: bool
    changed: bool
    differences: list[Difference] = field(default_factory=list)
    kept: frozenset[str] = frozenset()


def letters_in(
    paths: Iterable[StrPath],
    unreadable: Callable[[OSError], None] = lambda error: None,
    skipped: Callable[..., None] = lambda path: None,
) -> Iterator[Path]:
    """Yield the files of letters: each file given, and all files in a folder that may be letters.

    The function skips packages and sites in a folder. If a record has several texts, it yields only
    the first of them. It skips a PDF file next to a record, or next to a text with the same name.

    Args:
        paths: Files and folders.
        unreadable: Called with the error of each folder or file that cannot be read.
        skipped: Called with each file in a folder that is not a letter, unless it is in a package
            or next to a record.
    """
    listed: dict[Path, list[str]] = {}
    for path in map(Path, paths):
        if not is_folder(path):
            yield path
            continue
        for file in files_below(path, unreadable):
            if package_above(file):
                continue
            is_text = file.suffix.lower() in SUFFIXES
            if any((file.parent / name).exists() for name in NAMES):
                if is_text and file.parent not in listed:
                    listed[file.parent] = _texts_of_record(file.parent)
                if is_text and file.name not in listed[file.parent][1:]:
                    yield file
            elif is_text or (file.suffix.lower() == _PDF and not text_next_to(file)):
                yield file
            else:
                skipped(file)


def _texts_of_record(folder: Path) -> list[str]:
    """Return the names of the texts that the record in a folder lists, in its order."""
    for name in NAMES:
        if (folder / name).is_file():
            known, __ = read_record(folder / name)
            files = known.files if known is not None else ()
            return [one for one in files if PurePosixPath(one).suffix.lower() in SUFFIXES]
    return []


def text_next_to(file: Path) -> Path | None:
    """Return the text with the same name in the folder of a PDF file; None if there is none."""
    if file.suffix.lower() != _PDF:
        return None
    names = (file.with_suffix(suffix) for suffix in SUFFIXES)
    return next((name for name in names if name.exists()), None)


def why_skipped(file: Path, error: ArchivePkgError | None = None) -> Finding:
    """Return the finding that says what a file in a folder of letters is.

    Args:
        file: The file.
        error: The error that reading its text raised, if it was read.
    """
    place = Location(str(file))
    if error is not None:
        report = error.report if isinstance(error, InvalidError) else None
        first = report.errors[0] if report else None
        message, hint = (first.message, first.hint) if first else (str(error), error.hint)
        return SKIPPED.at(place, _("not drafted, because {message}", message=message), hint)
    if text := text_next_to(file):
        hint = _(
            "If it is another letter, draft it: archive-pkg draft {quote}", quote=quote(str(file))
        )
        return SKIPPED.at(
            place, _("not drafted, because its text is in {name}", name=text.name), hint
        )
    kind = _kind_of(file)
    if kind is not None:
        hint = kind.hint.replace("{}", quote(str(file)))
        return SKIPPED.at(place, _("not drafted, because it is {name}", name=kind.name), hint)
    suffix = file.suffix.lower()
    message = (
        _("it is a {suffix} file", suffix=suffix) if suffix else _("its name has no extension")
    )
    hint = _("If it is a text, name it: archive-pkg draft {quote}", quote=quote(str(file)))
    return SKIPPED.at(place, _("not drafted, because {message}", message=message), hint)


def _kind_of(file: Path) -> FileKind | None:
    """Return the kind of a file by its first bytes, or by all of them if it is a small archive."""
    try:
        with open_regular(file) as opened:
            data = opened.read(_HEAD)
            if data.startswith(b"PK"):
                data += opened.read(DOCUMENT_SIZE.value)
    except OSError:
        return None
    return recognize(data) or recognize_text(data[:_HEAD].decode("utf-8", "replace"))


def is_no_letter(error: ArchivePkgError, file: Path) -> bool:
    """Return whether an error means that a file in a folder is not a letter's text.

    A text that is empty or damaged is a letter's text. A PDF file may be a scan.
    """
    codes = {found.code for found in error.report} if isinstance(error, InvalidError) else set()
    other = OTHER_KIND.code in codes
    return other or (file.suffix.lower() == _PDF and (BLANK.code in codes or not codes))


def record_of_letter(letter: Path) -> Path | None:
    """Return the record next to a letter that lists it; None if there is none."""
    for name in NAMES:
        if (letter.parent / name).is_file():
            known, __ = read_record(letter.parent / name)
            if known is not None and letter.name in known.files:
                return letter.parent / name
    return None


def save_draft(
    draft: Draft,
    vocabulary: Vocabulary,
    out: StrPath | None = None,
    project: Project | None = None,
) -> SavedDraft:
    """Save a draft's record next to the letter, or with a copy of the letter in a new folder.

    An existing record keeps its content; only open fields are filled.

    Args:
        draft: The draft of a file.
        vocabulary: The vocabulary of the draft.
        out: The folder in which the letter gets a new folder; None to save next to the letter.
        project: The project whose defaults fill open fields of a new record.

    Raises:
        InvalidError: The existing record is not valid, or belongs to another letter.
        StorageError: A file cannot be read or written.
        UsageError: The name of the letter's file is not allowed in records.
    """
    out = Path(out) if out is not None else None
    letter = Path(draft.source.path)
    name = letter.name
    try:
        relative_path(name)
    except Fault as fault:
        if out is None:
            raise UsageError(f"{letter}: {fault}", _("Rename the file, or use --out.")) from None
        name = f"{slug(letter.stem) or 'letter'}{letter.suffix.lower()}"
    text_name = f"{Path(name).stem}.text.txt" if draft.source.extracted else name
    if out is not None:
        with storage_errors(_("writing into {out}", out=out)):
            make_folder(out)
            refuse_unsafe_folder(out)
    folder = letter.parent if out is None else _folder(draft, out, name, vocabulary)
    record = folder / RECORD
    if record.exists():
        _refuse_other_letter(record, name, draft)
        with storage_errors(_("reading {record}", record=record)):
            before = read_regular(record).decode("utf-8")
        after, differences, kept = redraft(before, draft, name, vocabulary, text_name, folder)
        if after != before:
            if draft.source.extracted and not (folder / text_name).exists():
                mode = mode_of(letter, letter.parent)
                write_output(folder / text_name, draft.text.encode(), mode=mode)
            write_output(record, after.encode())
        return SavedDraft(record, False, after != before, differences, kept)
    record_id = folder.name if out is not None else ""
    yaml = record_yaml(draft, name, vocabulary, text_name, record_id, project)
    written = (schema_comment(project, folder) + yaml).encode()
    with storage_errors(_("writing {folder}", folder=folder)):
        mode = mode_of(letter, letter.parent)
        make_folder(folder, mode)
    if out is not None:
        with storage_errors(_("reading {letter}", letter=letter)):
            data = read_regular(letter)
        if hashlib.sha256(data).hexdigest() != draft.source.sha256:
            raise InvalidError(
                _("{letter} changed while it was being read", letter=letter), _("Draft it again.")
            )
        write_output(folder / name, data, mode=mode)
    if draft.source.extracted:
        write_output(folder / text_name, draft.text.encode(), mode=mode)
    write_output(record, written, mode=mode)
    return SavedDraft(record, new=True, changed=True)


def _folder(draft: Draft, out: Path, name: str, vocabulary: Vocabulary) -> Path:
    """Return the folder for a letter, named after the id of its record.

    If another letter has this folder, a number is added to the name.
    """
    base = record_of(draft, name, vocabulary).id
    number = 1
    while True:
        folder = out / (base if number == 1 else f"{base}-{number}")
        record = folder / RECORD
        if not record.exists() or _may_describe(record, draft):
            return folder
        number += 1


def _may_describe(record: Path, draft: Draft) -> bool:
    """Return whether a record describes the letter, or the piece of it that is drafted.

    Returns True for a record that is not valid, because nobody can tell.
    """
    known, __ = read_record(record)
    if known is None:
        return True
    start = draft.span[0] if draft.span else 0
    same = any(part.sha256 == draft.source.sha256 for part in known.parts)
    begins = [part.span.start if part.span else 0 for part in known.parts if part.held]
    return same and start in begins


def _refuse_other_letter(record: Path, name: str, draft: Draft) -> None:
    """Raise InvalidError if the record next to the letter describes a different letter."""
    known, __ = read_record(record)
    if known is not None and name not in known.files and not _may_describe(record, draft):
        raise InvalidError(
            _(
                "{record} describes a different letter (its id is “{id}”)",
                record=record,
                id=known.id,
            ),
            _("Use --out, which makes a folder for each letter."),
        )
