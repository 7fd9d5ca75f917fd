"""Words for unknown people and places are recognized."""

from __future__ import annotations

import pytest

from archive_pkg.names import is_unknown


@pytest.mark.parametrize("text", ["?", "[?]", "N.N.", "N. N.", "(Unbekannt)", "anonim", "s. d."])
def test_words_for_unknown_are_recognized(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize("text", ["", "Nina", "Unbekannter Dichter", "N. Nowak", "Dean"])
def test_other_words_are_not_recognized_as_unknown(text: str) -> None:
    assert not is_unknown(text)
