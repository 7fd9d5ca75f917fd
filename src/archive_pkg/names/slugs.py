"""Make slugs, for ids and file names, from names in any script."""

from __future__ import annotations

from dataclasses import replace

from slugify import slugify
from text_unidecode import unidecode

from archive_pkg.names.romanisation import BGN_PCGN, romanise

_WITHOUT_SIGNS = replace(BGN_PCGN, letters={**BGN_PCGN.letters, "ъ": "", "ь": ""})


def latin(text: str) -> str:
    """Return a string in ASCII; Russian in BGN/PCGN without hard and soft signs."""
    written: str = unidecode(romanise(text, _WITHOUT_SIGNS))
    return written


def slug(text: str, longest: int = 40) -> str:
    """Return a string in lower-case ASCII letters and digits with hyphens between words.

    Args:
        text: The text, in any script.
        longest: The maximum length. A longer slug is cut between words if possible.

    Returns:
        The slug; empty if the text has no letters or digits.
    """
    return slugify(latin(text), max_length=longest, word_boundary=True, save_order=True)
