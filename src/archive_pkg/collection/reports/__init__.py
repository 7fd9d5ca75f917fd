"""What a ledger shows: in words, as a page with charts, as metrics."""
