"""Prepare the texts of a letter for the pages of the review, and load their templates."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from archive_pkg.errors import ArchivePkgError
from archive_pkg.messages import _, joined, language, shown, term
from archive_pkg.packages.page.marked_text import Highlight, MarkedLine, marked_lines
from archive_pkg.packages.page.parts import image_type
from archive_pkg.packages.page.rendering import with_texts
from archive_pkg.texts.letter_files import METHODS, read_source
from archive_pkg.web.review.cards import card_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jinja2 import Environment

    from archive_pkg.records import Record
    from archive_pkg.web.review.record_editor import LetterText, RecordSnapshot

# Invisible characters: controls except tabs and line breaks, bidirectional controls, zero-width
# spaces, tags. Joiners and soft hyphens are part of ordinary text.
_INVISIBLE = re.compile(
    "([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f])"
)
IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp"}
"""The media types that browsers show as images, and that have no scripts."""
# Languages written from right to left.
_RTL = ("ar", "fa", "he", "ur", "yi", "ps", "syr", "dv", "ckb", "ug", "sd")


def visible(text: str) -> Markup:
    """Return a string as HTML that shows invisible characters by their code points.

    Such a character could reverse a line, so that the page would not show what the file contains.
    """
    text = shown(text, language())
    if text.isascii() and text.isprintable():
        return escape(text)
    return Markup("").join(
        Markup('<span class="sign" data-sign="{}"></span>').format(
            _("page break") if piece == "\f" else f"U+{ord(piece):04X}"
        )
        if _INVISIBLE.fullmatch(piece)
        else escape(piece)
        for piece in _INVISIBLE.split(text)
        if piece
    )


def shown_texts(snapshot: RecordSnapshot) -> list[dict[str, Any]]:
    """Return the letter's texts, each as lines and whether they continue a paragraph."""
    record = snapshot.record
    if record is None:
        return []
    return [_shown_text(record, text) for text in snapshot.texts]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of the letter that is not plain text.

    Attributes:
        number: Its index among the record's files, for its address.
        file: Its path from the record's folder.
        title: The title or kind of its parts.
        is_image: Whether browsers can show it as an image.
        paragraphs: Its text; empty if it has none, or if another part has the text.
    """

    number: int
    file: str
    title: str
    is_image: bool
    paragraphs: tuple[str, ...]


def shown_files(snapshot: RecordSnapshot, folder: Path) -> list[ShownFile]:
    """Return the letter's files whose texts cannot be quoted: scans and documents."""
    record = snapshot.record
    if record is None:
        return []
    sources = {source for part in record.parts for source in part.made_from}
    texts = {text.file for text in snapshot.texts}
    found: dict[str, ShownFile] = {}
    for part in record.parts:
        if part.file is None or part.file in texts or part.file in found:
            continue
        has_text = part.media_type in METHODS and part.id not in sources
        found[part.file] = ShownFile(
            record.files.index(part.file),
            part.file,
            part.title or term("part", part.kind),
            image_type(part) in IMAGES,
            _paragraphs(folder / part.file) if has_text else (),
        )
    return list(found.values())


def _paragraphs(path: Path) -> tuple[str, ...]:
    try:
        about = path.stat()
        return _read_paragraphs(path, about.st_mtime_ns, about.st_size)
    except (OSError, ArchivePkgError):  # a finding reports it, or a PDF has only images
        return ()


@lru_cache(maxsize=64)
def _read_paragraphs(path: Path, time: int, size: int) -> tuple[str, ...]:
    """Return the paragraphs of a document; its time and size notice changes."""
    return tuple(re.split(r"\n\s*\n|\f", read_source(path).text.strip()))


def _shown_text(record: Record, text: LetterText) -> dict[str, Any]:
    parts = [part for part in record.parts if part.file == text.file]
    kinds = list(dict.fromkeys(zone.kind for zone in text.zones))
    marks = [Highlight(zone.start, zone.end, f"z-{zone.kind}") for zone in text.zones]
    marks += _marks(record, {part.id for part in parts})
    language = next((part.languages[0] for part in parts if part.languages), "")
    lines = marked_lines(text.text, 0, len(text.text), marks, [f"z-{kind}" for kind in kinds])
    return {
        "number": record.files.index(text.file),
        "title": joined([part.title or term("part", part.kind) for part in parts]),
        "file": text.file,
        "language": language,
        "rtl": language.split("-")[0] in _RTL,
        "lines": [
            (line, bool(before.segments))
            for before, line in itertools.pairwise([MarkedLine(()), *lines])
            if line.segments
        ],
    }


def _marks(record: Record, parts: set[str]) -> Iterator[Highlight]:
    for evidence in record.evidence:
        if evidence.at and evidence.at.part in parts and evidence.value is None:
            name = ".".join(evidence.field.split(".")[:2])
            yield Highlight(evidence.at.start, evidence.at.end, card_name(name))
    for note in record.translation_notes:
        if note.at.part in parts:
            yield Highlight(note.at.start, note.at.end, card_name(f"translation_notes.{note.id}"))


def statement_names(names: tuple[str, ...]) -> list[str]:
    """Return the names of statements among a segment's highlights."""
    return [name for name in names if name.startswith("s-")]


def zone(line: MarkedLine) -> str:
    """Return the name of a line's zone for the margin."""
    kind = line.role.removeprefix("z-")
    return "" if kind == "body" else kind


@cache
def environment() -> Environment:
    """Return the environment of the templates, which escapes all values."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("archive_pkg.web", "templates/review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with_texts(made)
    made.filters |= {
        "visible": visible,
        "statement_names": statement_names,
        "zone": zone,
        "card_name": card_name,
    }
    return made
