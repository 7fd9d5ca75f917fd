"""The index of a collection, queries in it, and probable duplicates."""
