"""From a letter's text to a draft of its record, every statement with its evidence."""
