"""A record's file as YAML 1.2: read with the place of every value, written, changed in part."""
