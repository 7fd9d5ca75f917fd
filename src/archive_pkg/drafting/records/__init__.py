"""From statements to the file of a draft record."""
