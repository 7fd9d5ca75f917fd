"""Build and query the index of a collection, and find probable duplicates."""
