"""Talking to a repository over HTTPS."""
