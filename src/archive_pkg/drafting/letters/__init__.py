"""Classify the lines of a letter: marking, dateline, salutation, body, closing, signature."""
