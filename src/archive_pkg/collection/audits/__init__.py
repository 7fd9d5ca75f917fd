"""Audits over the years: the ledger, its signed heads, checks, copies and repair."""
