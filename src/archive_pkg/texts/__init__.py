"""Read the text of a letter's file, with its parts and notes."""

from archive_pkg.texts.tei import (
    PART_KINDS,
    Note,
    Stretch,
    TextReading,
    Version,
    read_text,
    words_of,
)

__all__ = ["PART_KINDS", "Note", "Stretch", "TextReading", "Version", "read_text", "words_of"]
