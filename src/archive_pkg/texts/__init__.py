"""The text of a letter's file: its characters, its parts and its notes at their places."""

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
