"""Which line of a document is what: marking, dateline, salutation, body, closing, signature."""
