"""The index of a collection, questions to it, and probable duplicates."""
