"""Read the text of a letter's file, with its parts and notes."""

from archive_pkg.texts.tei import Note, Stretch, TextReading, Version, read_text
from archive_pkg.texts.tei_elements import PART_KINDS, words_of

__all__ = ["PART_KINDS", "Note", "Stretch", "TextReading", "Version", "read_text", "words_of"]
