"""Access: who may see what, the record for an audience, and the search for leaks."""
