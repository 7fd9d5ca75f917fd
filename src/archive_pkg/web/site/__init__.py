"""The static site of a collection."""
