"""What the pages of the review show: a letter's text with its marks, its cards, the letters."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from archive_pkg.packages.page.marked import Line, Mark, marked_lines
from archive_pkg.web.review.cards import card_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from archive_pkg.records import Record
    from archive_pkg.web.review.desk import Seen, Text

# Signs that nobody would see: control characters but tabs and line ends, what turns the direction
# of writing, spaces without width, tags. Joiners and soft hyphens are part of ordinary writing.
_UNSEEN = re.compile(
    "([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f])"
)
# What writing runs from right to left in.
_RTL = ("ar", "fa", "he", "ur", "yi", "ps", "syr", "dv", "ckb", "ug", "sd")


def seen(text: str) -> Markup:
    """A text as HTML, in which signs that nobody would see stand by their names.

    Such a sign could turn a line round, so that what is shown is not what is there.
    """
    if text.isascii() and text.isprintable():
        return escape(text)
    return Markup("").join(
        Markup('<span class="sign" data-sign="{}"></span>').format(f"U+{ord(piece):04X}")
        if _UNSEEN.fullmatch(piece)
        else escape(piece)
        for piece in _UNSEEN.split(text)
        if piece
    )


def readings(seen: Seen) -> list[dict[str, Any]]:
    """The letter's texts, each in lines of marked segments."""
    record = seen.record
    if record is None:
        return []
    return [_reading(record, text) for text in seen.texts]


def _reading(record: Record, text: Text) -> dict[str, Any]:
    parts = [part for part in record.parts if part.file == text.file]
    kinds = list(dict.fromkeys(zone.kind for zone in text.zones))
    marks = [Mark(zone.start, zone.end, f"z-{zone.kind}") for zone in text.zones]
    marks += _marks(record, {part.id for part in parts})
    language = next((part.languages[0] for part in parts if part.languages), "")
    lines = marked_lines(text.text, 0, len(text.text), marks, [f"z-{kind}" for kind in kinds])
    return {
        "number": record.files.index(text.file),
        "title": " and ".join(part.title or part.kind for part in parts),
        "file": text.file,
        "language": language,
        "rtl": language.split("-")[0] in _RTL,
        "lines": [line for line in lines if line.segments],
    }


def _marks(record: Record, parts: set[str]) -> Iterator[Mark]:
    for evidence in record.evidence:
        if evidence.at and evidence.at.part in parts and evidence.value is None:
            name = ".".join(evidence.field.split(".")[:2])
            yield Mark(evidence.at.start, evidence.at.end, card_name(name))
    for note in record.translation_notes:
        if note.at.part in parts:
            yield Mark(note.at.start, note.at.end, card_name(f"translation_notes.{note.id}"))


def quoting(names: tuple[str, ...]) -> list[str]:
    """The names of the statements among a segment's marks; zones are on its line."""
    return [name for name in names if name.startswith("s-")]


def zone(line: Line) -> str:
    """What a line is in the letter, for its margin."""
    kind = line.role.removeprefix("z-")
    return "" if kind == "body" else kind


@cache
def environment() -> Environment:
    """The templates; whatever they show of a letter is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("archive_pkg.web", "templates/review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"seen": seen, "quoting": quoting, "zone": zone, "card_name": card_name}
    return made
