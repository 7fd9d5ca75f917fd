"""Vocabularies of records: identifiers, languages, document types, levels of secrecy, events."""
