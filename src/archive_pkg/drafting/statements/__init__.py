"""Make statements, with evidence, from the lines of a letter."""
