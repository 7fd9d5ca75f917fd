"""Read the YAML 1.2 of a record with the position of every value, write it, and patch it."""
