"""Requests to repositories over HTTPS."""
