"""Validate the tables of a catalogue with Frictionless and the rules for letters."""
