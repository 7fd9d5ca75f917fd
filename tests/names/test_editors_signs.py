"""Brackets and question marks of editors around names and places."""

from __future__ import annotations

import pytest

from archive_pkg.names import confidence_in, without_signs


@pytest.mark.parametrize(
    ("written", "bare", "confidence"),
    [
        ("Anna Orlov", "Anna Orlov", None),
        ("[Anna Orlov]", "Anna Orlov", "probable"),
        ("[Anna Orlov?]", "Anna Orlov", "guess"),
        ("[Anna Orlov]?", "Anna Orlov", "guess"),
        ("Anna Orlov (?)", "Anna Orlov", "guess"),
        ("(Anna Orlov)", "Anna Orlov", None),
        ("(Anna Orlov?)", "Anna Orlov", "guess"),
        ("⟨Anna Orlov⟩", "Anna Orlov", None),
        ("[Anna Orlov", "Anna Orlov", "probable"),
        ("Anna Orlov]", "Anna Orlov", None),
        ("Anna Orlov (countess)", "Anna Orlov (countess)", None),
        ("[Anna] Orlov", "[Anna] Orlov", "probable"),
        ("Anna [Orlov]", "Anna Orlov", None),
        ("Anna [Orlov?]", "Anna Orlov", "guess"),
        ("?", "", "guess"),
    ],
)
def test_signs_are_separated_from_a_name(written: str, bare: str, confidence: str | None) -> None:
    assert (without_signs(written), confidence_in(written)) == (bare, confidence)
