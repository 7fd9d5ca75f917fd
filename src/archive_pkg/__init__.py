"""Archival letters as described, checksummed, verifiable packages."""
