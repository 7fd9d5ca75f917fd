"""OCFL storage roots."""
