"""Make and verify signatures and timestamps (OpenSSH, RFC 3161)."""
