"""Recognize the signs with which editors mark a name as supplied or doubtful: "[A. Orlov?]"."""

from __future__ import annotations

import re

_SIGNS = re.compile(
    r"^[\[(⟨<]\s*(?=[^\])⟩>]*[\])⟩>]?\s*\??\s*$)|(?:\s*(?:\(\?\)|\[\?\]|[\]⟩>?]))+\s*$"
)


def without_signs(written: str) -> str:
    """Return a name or place without an editor's brackets and question marks; may be empty."""
    bare = _SIGNS.sub("", written)
    if bare.endswith(")") and "(" not in bare:
        bare = _SIGNS.sub("", bare[:-1])
    if bare.count("[") != bare.count("]"):  # only the bracket at the end was removed
        bare = bare.replace("[", "").replace("]", "")
    return " ".join(bare.split())


def confidence_in(written: str) -> str | None:
    """Return how certain an editor's signs make a name: "guess", "probable" or None."""
    if "?" in written:
        return "guess"
    return "probable" if written.startswith("[") else None
