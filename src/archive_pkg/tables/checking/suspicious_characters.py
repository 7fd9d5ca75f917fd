"""What the eye does not see in a cell: spaces at its edges, invisible signs, look-alike letters."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from archive_pkg.reports import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPACE_AROUND = Code(
    "tables-space-around", Severity.WARNING, "A cell has spaces or line ends at its edge."
)
INVISIBLE = Code(
    "tables-invisible-character",
    Severity.WARNING,
    "A cell has a character without width, or one that turns the direction of writing.",
)
LOOK_ALIKE = Code(
    "tables-look-alike",
    Severity.WARNING,
    "A word mixes scripts: a letter that looks like one of its script comes from another.",
    "Unicode Technical Standard 39, 5",
)

# Joiners (U+200C, U+200D) are part of ordinary writing in several scripts, and soft hyphens of
# scanned texts.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_MIXED = re.compile(r"[A-Za-z][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = dict(
    zip(
        "АВЕКМНОРСТУХаеорсухіјѕԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABEKMHOPCTYXaeopcyxijsdABEZHIKMNOPTYXo",
        strict=True,
    )
)
_OTHER = {latin: other for other, latin in reversed(_LATIN.items())}


def is_suspicious(cells: Sequence[str], others: tuple[str, ...]) -> bool:
    """Whether there may be a hazard in a row of cells; quick where there is none.

    Args:
        cells: The cells.
        others: Those that do not hold words of a source.
    """
    if tuple(map(str.strip, others)) != others:
        return True
    text = "".join(cells)
    if text.isascii():
        return False
    # No character without width counts as printable.
    if not text.isprintable() and _INVISIBLE.search(text):
        return True
    return any(_MIXED.search(cell) for cell in others if not cell.isascii())


def find_suspicious(cell: str, *, verbatim: bool) -> Iterator[tuple[Code, str, str]]:
    """Code, message and hint for each hazard in a cell.

    Args:
        cell: Its text.
        verbatim: Whether it holds words of a source, whose spaces and scripts are as they are.
    """
    if cell != cell.strip() and not verbatim:
        if bare := cell.strip():
            message = f"“{_visible(cell)}” begins or ends with a space or line end"
            yield SPACE_AROUND, message, f"Write “{_short(bare)}”."
        else:
            yield SPACE_AROUND, "the cell has only spaces or line ends", "Leave the cell empty."
    for match in _INVISIBLE.finditer(cell):
        name = unicodedata.name(match.group(), "a sign without a name").lower()
        message = f"character {match.start() + 1} is invisible: U+{ord(match.group()):04X}, {name}"
        yield INVISIBLE, message, "type the cell's text anew, or take the character out"
        break
    if not verbatim and _MIXED.search(cell):
        for match in _WORD.finditer(cell):
            if _MIXED.search(match.group()):
                yield _look_alike(match.group())
                break


def _look_alike(word: str) -> tuple[Code, str, str]:
    latin = sum(sign.isascii() for sign in word)
    strangers = [sign for sign in word if sign.isascii() != (2 * latin >= len(word))]
    right = _LATIN if 2 * latin >= len(word) else _OTHER
    stranger = strangers[0]
    name = unicodedata.name(stranger, "").lower()
    message = f"in “{word}” the “{stranger}” is U+{ord(stranger):04X}, {name}"
    plain = "".join(right.get(sign, sign) if sign in strangers else sign for sign in word)
    return LOOK_ALIKE, message, f"write “{plain}” in one script" if plain != word else ""


def _visible(cell: str) -> str:
    return _short(cell.replace("\n", "⏎").replace("\t", "⇥").replace("\u00a0", "⍽"))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
