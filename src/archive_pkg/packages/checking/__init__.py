"""Checks of a record, its files and its texts."""
