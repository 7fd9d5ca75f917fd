"""A document's file as text: decoding, lines, language."""
