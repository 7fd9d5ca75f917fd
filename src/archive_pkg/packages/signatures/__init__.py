"""Signatures and timestamps: making and verifying them (OpenSSH, RFC 3161)."""
