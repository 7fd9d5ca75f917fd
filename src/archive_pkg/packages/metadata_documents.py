"""Make the documents in a package's `metadata/`, and collect what exports need."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

from archive_pkg import storage
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.interchange import FORMATS, ExportContext, FileFacts
from archive_pkg.messages import _, within
from archive_pkg.packages.access.redaction import Outgoing, seen_by
from archive_pkg.packages.checking.texts import TEXT_LIMIT, decode
from archive_pkg.packages.layout import PARTS
from archive_pkg.packages.opening import read_record_or_package, verify
from archive_pkg.projects import DEFAULT_DOCUMENTS, Project
from archive_pkg.texts.letter_files import DOCX, ODT, extracted_text, holds_text
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from pathlib import Path

    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.records import Part, Record

CRATE = "ro-crate-metadata.json"
"""The RO-Crate metadata file, in the root of the crate, `data/` (RO-Crate 1.3, "Structure")."""
PAGE = "page"
"""The name of the HTML page."""
_NOT_CHOSEN = {
    "ro-crate": "ro-crate is always in data/ and cannot be chosen",
    "cmif": "cmif requires its own address on the web and cannot be in a package",
    "iiif": "iiif requires its own address on the web and cannot be in a package",
}
DOCUMENTS = (PAGE, *(name for name in FORMATS if name not in _NOT_CHOSEN))
"""The documents that `metadata/` can have: the page, and export formats by their names."""
DEFAULT: tuple[str, ...] = DEFAULT_DOCUMENTS
"""The documents in `metadata/` by default."""


@dataclass(frozen=True, slots=True)
class ExportInput:
    """A record as an audience may see it, and what an export needs besides the record.

    Attributes:
        outgoing: The complete record, and the record that the audience may see.
        context: The texts and sizes of its files, the software and the settings of the project.
        folder: The folder that the paths of the parts are relative to.
    """

    outgoing: Outgoing
    context: ExportContext
    folder: Path


def read_for_export(
    source: Path,
    *,
    audience: Audience = "public",
    on: date | None = None,
    made: str | None = None,
    project: Project | None = None,
) -> ExportInput:
    """Read a record, and what an export needs besides the record.

    A missing file is left out, and so is the text of a file that is too large or cannot be decoded.
    `check` reports them.

    Args:
        source: A record's file or folder, or a package.
        audience: Who will see the export.
        on: The day on which restrictions are judged. Without one, or for a future day, it is today.
        made: The date of the document that will be written. For a package, the day of packaging is
            used instead.
        project: The settings of the project.

    Raises:
        InvalidError: There is no valid record at the path, or the package is not valid.
        StorageError: The record or the package cannot be read.
    """
    record, folder, package = read_record_or_package(source)
    if package and not (verification := verify(package.path, jobs=1)).ok:
        message = _("{source} is not a valid package; nothing was written", source=source)
        hint = _("Restore the package, or export the record that it was built from.")
        raise InvalidError(message, hint, report=verification.report)
    files_prefix = f"data/{PARTS}/" if package else ""
    if package:
        made = package.packaged_on or made
    outgoing = seen_by(record, audience, folder, on)
    context = export_context(
        outgoing.record, folder, files_prefix=files_prefix, made=made, project=project
    )
    return ExportInput(outgoing, context, folder)


def export_context(
    record: Record,
    folder: Path,
    *,
    files_prefix: str = "",
    made: str | None = None,
    project: Project | None = None,
) -> ExportContext:
    """Return what the formats need besides the record, such as the texts and sizes of its files.

    Args:
        record: The record.
        folder: The folder that the paths of the parts are relative to. It is not changed.
        files_prefix: The path from the document that will be written to that folder, with a slash
            at its end; empty if the document will be in that folder.
        made: The date of that document.
        project: The settings of the project.
    """
    sizes, contents = {}, {}
    wanted = {part.file for part in record.parts if part.is_text or part.media_type in (DOCX, ODT)}
    for path in record.files:
        try:
            with storage.open_beneath(folder, path) as stream:
                sizes[path] = os.fstat(stream.fileno()).st_size
                if path in wanted and sizes[path] <= TEXT_LIMIT:
                    contents[path] = stream.read()
        except OSError:
            continue
    texts = {
        part.id: text
        for part in record.parts
        if part.file in contents
        and holds_text(part, folder)
        and (text := _text(part, contents[part.file])) is not None
    }
    extracted = {
        part.id: text
        for part in record.parts
        if part.file in contents
        and (text := extracted_text(contents[part.file], part.media_type)) is not None
    }
    files = {path: FileFacts(size) for path, size in sizes.items()}
    project = project or Project()
    return ExportContext(
        texts=texts,
        extracted=extracted,
        files=files,
        image_size=partial(_image_size, folder),
        folder=files_prefix,
        publisher=project.publisher,
        made=made,
        software=SOFTWARE,
        project=project,
    )


def _image_size(folder: Path, path: str) -> tuple[int, int] | None:
    """Return the width and height of an image in pixels; None if it cannot be read.

    Raises:
        UsageError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        hint = _("Install it: pip install 'archive-pkg[images]'")
        raise UsageError(
            _("Pillow, which reads the sizes of images, is not installed"), hint
        ) from None
    try:
        with storage.open_beneath(folder, path) as stream, Image.open(stream) as image:
            width, height = image.size
            return int(width), int(height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _text(part: Part, data: bytes) -> str | None:
    try:
        return decode(data, part.encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None


def chosen(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of documents for `metadata/`, each once, in the order of `DOCUMENTS`.

    Args:
        names: The names, as a list or separated by commas. "all" means the page and the formats
            that are not made for a single repository.

    Raises:
        UsageError: A name is unknown, or is one of ro-crate, which is always in `data/`, cmif and
            iiif.
    """
    given = {name.strip() for name in (names.split(",") if isinstance(names, str) else names)}
    if "all" in given:
        given |= {PAGE, *(item.name for item in FORMATS.values() if item.packaged)}
    for name in sorted(given & {*_NOT_CHOSEN}):
        raise UsageError(f"metadata: {_NOT_CHOSEN[name]}", _("Leave it out."))
    for name in sorted(given - {"all", *DOCUMENTS}):
        near = get_close_matches(name, DOCUMENTS, 1)
        raise UsageError(
            _("metadata: there is no document called “{name}”", name=name),
            (f"Did you mean {near[0]}? " if near else "")
            + f"The documents are {', '.join(DOCUMENTS)}, or all.",
        )
    return tuple(name for name in DOCUMENTS if name in given)


def metadata_files(
    record: Record, context: ExportContext, documents: Collection[str]
) -> dict[str, bytes]:
    """Make the files of `metadata/` from a record.

    Args:
        record: The record.
        context: What the formats need besides the record.
        documents: The names of the documents, some of `DOCUMENTS`.

    Returns:
        The documents, by their path in the package.
    """
    made: dict[str, bytes] = {}
    seen = replace(context, folder=f"../data/{PARTS}/", beside=made)
    for name in documents:
        made[_file(name)] = (
            _page(record, seen) if name == PAGE else FORMATS[name].write([record], seen)
        )
    return {path_of(name): made[_file(name)] for name in documents}


def _page(record: Record, context: ExportContext) -> bytes:
    from archive_pkg.packages.page.letter import page_in_package

    with within(context.project.language):
        return page_in_package(record, context.texts, context.extracted, context.folder).encode()


def _file(document: str) -> str:
    return "page.html" if document == PAGE else FORMATS[document].file


def path_of(document: str) -> str:
    """Return the path of a document in the package."""
    return f"metadata/{_file(document)}"


def titles(documents: Iterable[str], record: Record) -> dict[str, str]:
    """Return the titles of the documents about a record, by the names of their files."""
    return {
        _file(name): f"the {record.document_type.word} and its record, to read in a browser"
        if name == PAGE
        else FORMATS[name].title
        for name in documents
    }


def crate_file(record: Record, context: ExportContext) -> bytes:
    """Return the RO-Crate metadata file, as it is in `data/`."""
    return FORMATS["ro-crate"].write([record], replace(context, folder=f"{PARTS}/"))
