"""The parts of a letter: their files read, and their texts and images to be shown."""

from __future__ import annotations

import base64
import os
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from archive_pkg import storage
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.messages import _, capitalized, term
from archive_pkg.packages.page.marked_text import MarkedLine
from archive_pkg.packages.page.statement_rows import PageStatements
from archive_pkg.records.display import language_in_words
from archive_pkg.records.media_types import media_type_of_part
from archive_pkg.records.statement_index import StatementIndex
from archive_pkg.texts.letter_files import DOCX, ODT, extracted_text, holds_text
from archive_pkg.texts.page_files import PDF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archive_pkg.records import Part, Record

IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"}
"""The media types of scans that browsers can show."""
_FILE_LIMIT = 64 * 1024 * 1024
_LONG_LINE = 100
_RTL = ("ar", "fa", "he", "ur", "yi", "ps", "syr", "dv", "ckb", "ug", "sd")


@dataclass(frozen=True)
class ShownPart:
    """A part of the letter as the page shows it: its lines or its image.

    Attributes:
        part: The part.
        title: The heading.
        language: A BCP 47 tag; empty if unknown.
        rtl: Whether the language is written from right to left.
        shown: The ids of statements and notes with words in any of the shown parts.
        lines: The lines; empty if the page does not show the text.
        is_text: Whether its file is a text.
        is_extracted: Whether the text was extracted from a Word, OpenDocument or PDF file.
        image: The address of the image; empty if the page shows none.
        file: The address of the file; empty if the page does not link to it.
    """

    part: Part
    title: str
    language: str
    rtl: bool
    shown: set[str]
    lines: tuple[MarkedLine, ...] = ()
    is_text: bool = False
    is_extracted: bool = False
    image: str = ""
    file: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the page shows its text or image, and not only a link to its file."""
        return bool(self.lines or self.image or self.is_text or self.is_extracted)

    @property
    def file_name(self) -> str:
        """The name of its file, without folders."""
        return PurePosixPath(str(self.part.file)).name

    @cached_property
    def paragraphs(self) -> list[list[MarkedLine]]:
        """The lines as paragraphs.

        A blank line ends a paragraph, and so does a change of role. In a text that has long lines
        and no blank ones, each line is a paragraph.
        """
        is_spaced = "\n\n" in self.text.strip("\n")
        is_wrapped = is_spaced or all(len(line.text) <= _LONG_LINE for line in self.lines)
        found: list[list[MarkedLine]] = []
        last = MarkedLine(())
        for line in self.lines:
            if is_wrapped and line.segments and last.segments and line.role == last.role:
                found[-1].append(line)
            elif line.segments:
                found.append([line])
            last = line
        return found

    @property
    def text(self) -> str:
        """The text of the lines."""
        return "\n".join(line.text for line in self.lines)


def image_type(part: Part) -> str:
    """Return the media type of an image that browsers can show; empty for other files.

    Without a media type in the record, the extension of the file's name counts.
    """
    media_type = media_type_of_part(part)
    return media_type if media_type in IMAGES else ""


def embedded(media_type: str, data: bytes) -> str:
    """Return a `data:` address, which contains the file itself."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def read_parts(
    record: Record,
    folder: Path,
    scan_limit: int | None = None,
    store: Callable[[Part, BinaryIO], str] | None = None,
) -> list[ShownPart]:
    """Read the parts of a letter that a page shows, in the record's order.

    Images of more than 64 MiB are not shown.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        scan_limit: The most bytes of scans, in total; None for no limit. A scan that does not fit
            is left out.
        store: Stores a part's file next to the page and returns its address. It is not called for
            files over 64 MiB. Without it, the page contains the images and has no links to files.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    texts, extracted, images, files = {}, {}, {}, {}
    for part in record.parts:
        if part.file is None:
            continue
        if not os.path.lexists(Path(folder, part.file)):
            message = _("{file} cannot be shown: the file is missing", file=part.file)
            raise StorageError(message, _("Put it into {folder}.", folder=folder))
        with (
            storage.storage_errors(_("reading {file}", file=part.file)),
            storage.open_beneath(folder, part.file) as stream,
        ):
            size = os.fstat(stream.fileno()).st_size
            if store and size <= _FILE_LIMIT:
                files[part.id] = store(part, stream)
                stream.seek(0)
            is_text = holds_text(part, folder)
            is_image = not is_text and bool(image_type(part))
            most = _FILE_LIMIT if scan_limit is None or not is_image else scan_limit
            if not is_text and size > min(most, _FILE_LIMIT):
                continue
            if not (is_image or is_text or part.media_type in (DOCX, ODT, PDF)):
                continue
            data = stream.read()
        if is_text:
            texts[part.id] = _decoded(part, data)
        elif is_image:
            scan_limit = scan_limit if scan_limit is None else scan_limit - len(data)
            # An SVG file could run scripts if it were opened by itself.
            stored = "" if part.media_type == "image/svg+xml" else files.get(part.id)
            images[part.id] = stored or embedded(image_type(part), data)
        else:
            text = extracted_text(data, part.media_type)
            # A PDF file of scans has no text.
            if text is not None and (text.strip() or part.media_type != PDF):
                extracted[part.id] = text
    return shown_parts(record, texts, extracted, images, files)


def _decoded(part: Part, data: bytes) -> str:
    from archive_pkg.packages.checking.texts import decode

    encoding = part.encoding or "utf-8"
    try:
        return decode(data, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        hint = _("Correct parts.{id}.encoding, or media_type if it is not a text.", id=part.id)
        raise InvalidError(
            _("{file}: the text is not {encoding}", file=part.file, encoding=encoding), hint
        ) from error


def shown_parts(
    record: Record,
    texts: Mapping[str, str],
    extracted: Mapping[str, str],
    images: Mapping[str, str],
    files: Mapping[str, str],
) -> list[ShownPart]:
    """Return the held parts of a letter, in the record's order, with what a page shows of each.

    Args:
        record: The record.
        texts: The complete text of each text part's file, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id.
        images: The address of each scan, by the part's id.
        files: The address of each file that the page links to, by the part's id.
    """
    page = PageStatements(record)
    titles = _titles(record)
    parts = []
    for part in record.parts:
        if part.file is None:
            continue
        language = (part.languages or ("",))[0]
        text = texts.get(part.id, extracted.get(part.id))
        parts.append(
            ShownPart(
                part,
                titles[part.id],
                language,
                language.split("-")[0] in _RTL,
                page.shown,
                () if text is None else tuple(page.lines(part, text)),
                part.id in texts,
                part.id in extracted,
                images.get(part.id, ""),
                files.get(part.id, ""),
            )
        )
    return parts


def _kind_and_language(part: Part) -> str:
    kind = capitalized(term("part", part.kind))
    if not part.languages:
        return kind
    return _("{kind} in {language}", kind=kind, language=language_in_words(part.languages[0]))


def _titles(record: Record) -> dict[str, str]:
    """Return a unique title for each part. It says if the kind or the language is uncertain."""
    index = StatementIndex(record)
    titles: dict[str, str] = {}
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for part in record.parts:
        title = part.title or _kind_and_language(part)
        unsure = {index.uncertainty(f"parts.{part.id}.{field}") for field in ("kind", "languages")}
        if not part.title and (word := min(unsure - {""}, default="")):  # "guess" before others
            title += " (" + _(word) + ")"
        name = title
        numbers[title] += 1
        while name in taken:
            name = f"{title} ({numbers[title]})"
            numbers[title] += 1
        taken.add(name)
        titles[part.id] = name
    return titles
