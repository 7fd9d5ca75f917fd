"""The record of a letter: models, vocabularies, dates, loading and saving."""
