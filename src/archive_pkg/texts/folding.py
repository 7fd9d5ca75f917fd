"""Fold strings for searches: case, accents and compatibility forms make no difference."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import chain


def folded(text: str) -> str:
    """Return a string without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    kept = unicodedata.normalize("NFKD", text)
    for mark in _marks().intersection(kept):  # only a few occur in a text
        kept = kept.replace(mark, "")
    # Compose Hangul again, since its characters are syllables.
    return unicodedata.normalize("NFC", kept).lower().replace("ß", "ss").replace("ς", "σ")


@cache
def _marks() -> frozenset[str]:
    """Return all combining marks. The last ones are the variation selectors of plane 14."""
    planes = chain(range(0x20000), range(0xE0100, 0xE01F0))
    return frozenset(sign for sign in map(chr, planes) if unicodedata.category(sign)[0] == "M")
