"""Report what a ledger shows: in words, as a page with charts, and as metrics."""
