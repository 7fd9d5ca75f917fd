"""Who may see what: the one decision, the record for an audience, the search for leaks."""
