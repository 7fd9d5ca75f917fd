"""A name as an id or a file may have it."""

from __future__ import annotations

from dataclasses import replace

from slugify import slugify
from text_unidecode import unidecode

from archive_pkg.names.romanisation import BGN_PCGN, romanise

_WITHOUT_SIGNS = replace(BGN_PCGN, letters={**BGN_PCGN.letters, "ъ": "", "ь": ""})


def latin(text: str) -> str:
    """Return a text in ASCII; Russian after BGN/PCGN, without the hard and the soft sign."""
    written: str = unidecode(romanise(text, _WITHOUT_SIGNS))
    return written


def slug(text: str, longest: int = 40) -> str:
    """Return a text as small ASCII letters and digits, its words joined by hyphens.

    Args:
        text: The text, in any script.
        longest: The most characters; it is cut between words where it can be.

    Returns:
        The slug; empty if nothing in the text can be written so.
    """
    return slugify(latin(text), max_length=longest, word_boundary=True, save_order=True)
