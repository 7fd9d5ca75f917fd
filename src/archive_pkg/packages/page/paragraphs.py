"""The text of a part as HTML, with numbers of notes and anchors of quotes."""

from __future__ import annotations

import itertools
import re
from html import escape
from typing import TYPE_CHECKING

from archive_pkg.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive_pkg.packages.page.marked_text import MarkedLine, Segment
    from archive_pkg.packages.page.parts import ShownPart
    from archive_pkg.records import TranslationNote

_SEPARATOR = '<span class="ref">,</span>'
_WORD_END = re.compile(r"[\w\u00ad]*")


def paragraphs(notes: Mapping[str, TranslationNote], shown: ShownPart) -> str:
    """Return the text of a part as HTML. A template would take three times as long."""
    numbers = {name: number for number, name in enumerate(notes, start=1)}
    segments = [piece for block in shown.paragraphs for line in block for piece in line.segments]
    ends = {name: at for at, piece in enumerate(segments) for name in piece.names}
    at = itertools.count()
    waiting: list[str] = []  # numbers of notes that end within a word

    def piece(segment: Segment, following: str) -> str:
        here = next(at)
        text = _html(segment.text)
        if waiting:
            word = _WORD_END.match(segment.text)[0]  # type: ignore[index]
            if len(word) < len(segment.text) or not following:
                rest = segment.text[len(word) :]
                text = f"{escape(word)}{_SEPARATOR.join(waiting)}{_html(rest)}"
                waiting.clear()
        ended = [name for name in segment.names if name in notes and ends[name] == here]
        links = [
            f'<a class="ref" href="#{escape(name)}" dir="ltr" '
            f'aria-label="{escape(_("Note {number}", number=numbers[name]))}">{numbers[name]}</a>'
            for name in ended
        ]
        if links and segment.text[-1].isalnum() and following[:1].isalnum():
            waiting.extend(links)
            links = []
        elif links:
            links = [*waiting, *links]
            waiting.clear()
        if segment.names:
            kinds = "".join(f" note {notes[name].kind}" for name in segment.names if name in notes)
            first, *others = segment.begins or ("",)
            anchor = f' id="q-{escape(first)}"' if first else ""
            inner = "".join(f'<span id="q-{escape(name)}"></span>' for name in others)
            named = escape(" ".join(segment.names))
            text = f'<span class="q{kinds}" data-for="{named}"{anchor}>{inner}{text}</span>'
        return text + _SEPARATOR.join(links)

    def line_html(line: MarkedLine) -> str:
        texts = [segment.text for segment in line.segments]
        return "".join(map(piece, line.segments, [*texts[1:], ""]))

    return "\n".join(
        f'<p class="line{block[0].role and f" {block[0].role}"}" dir="auto">'
        f"{'<br>'.join(map(line_html, block))}</p>"
        for block in shown.paragraphs
    )


def _html(text: str) -> str:
    """Return a text as HTML in which form feeds are page breaks."""
    if "\f" not in text:
        return escape(text)
    name = escape(_("Page break"))
    page_break = f'<span class="page" role="img" aria-label="{name}" title="{name}"></span>'
    return escape(text).replace("\f", page_break)
