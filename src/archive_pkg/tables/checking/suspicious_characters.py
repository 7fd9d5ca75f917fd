"""Find what readers overlook: spaces at the edges, invisible characters, look-alike letters."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from archive_pkg.messages import _
from archive_pkg.reports import Code, Severity, abridged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPACE_AROUND = Code(
    "tables-space-around", Severity.WARNING, "A cell begins or ends with a space or line break."
)
INVISIBLE = Code(
    "tables-invisible-character",
    Severity.WARNING,
    "A cell has a zero-width character, or one that changes the writing direction.",
)
LOOK_ALIKE = Code(
    "tables-look-alike",
    Severity.WARNING,
    "A word mixes Latin letters with Greek or Cyrillic ones, many of which look alike.",
    "Unicode Technical Standard 39, 5",
)

# Joiners (U+200C, U+200D) are normal in several scripts, and soft hyphens in scanned texts.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# The pattern begins with the rarer letter, so that the search skips Latin text quickly.
_MIXED = re.compile(r"[Ͱ-ӿ](?:(?=[A-Za-z])|(?<=[A-Za-z].))")
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
    """Return quickly whether a row of cells may have suspicious characters.

    Args:
        cells: The cells.
        others: The cells of columns that do not have words of the source.
    """
    if tuple(map(str.strip, others)) != others:
        return True
    text = "".join(cells)
    if text.isascii():
        return False
    # Zero-width characters do not count as printable.
    if not text.isprintable() and _INVISIBLE.search(text):
        return True
    return _MIXED.search("\n".join(others)) is not None


def find_suspicious(cell: str, *, verbatim: bool) -> Iterator[tuple[Code, str, str]]:
    """Yield code, message and hint of the first problem of each kind in a cell.

    Args:
        cell: The text of the cell.
        verbatim: Whether it has words of the source, which keep their spaces and scripts.
    """
    if cell != cell.strip() and not verbatim:
        if bare := cell.strip():
            message = _(
                "“{visible}” begins or ends with a space or line break", visible=_visible(cell)
            )
            yield SPACE_AROUND, message, f"Write “{abridged(bare)}”."
        else:
            yield SPACE_AROUND, "the cell has only spaces or line breaks", "Leave the cell empty."
    for match in _INVISIBLE.finditer(cell):
        name = unicodedata.name(match.group(), "unnamed character").lower()
        message = _(
            "character {start} is invisible: U+{ord:04X}, {name}",
            start=match.start() + 1,
            ord=ord(match.group()),
            name=name,
        )
        yield INVISIBLE, message, "Type the text again, or delete the character."
        break
    if not verbatim and _MIXED.search(cell):
        for match in _WORD.finditer(cell):
            if _MIXED.search(match.group()):
                yield _look_alike(match.group())
                break


def _look_alike(word: str) -> tuple[Code, str, str]:
    latin = sum(character.isascii() for character in word)
    foreign = [character for character in word if character.isascii() != (2 * latin >= len(word))]
    right = _LATIN if 2 * latin >= len(word) else _OTHER
    letter = foreign[0]
    name = unicodedata.name(letter, "").lower()
    message = _(
        "in “{word}” the letter “{letter}” is U+{ord:04X}, {name}",
        word=word,
        letter=letter,
        ord=ord(letter),
        name=name,
    )
    plain = "".join(
        right.get(character, character) if character in foreign else character for character in word
    )
    return LOOK_ALIKE, message, f"Write “{plain}” in one script." if plain != word else ""


def _visible(cell: str) -> str:
    return abridged(cell.replace("\n", "⏎").replace("\t", "⇥").replace("\u00a0", "⍽"))
