"""An editor's summary differs from the letter's own words by subject, verb and persons."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.statements.summary import is_abstract, is_editorial_summary
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()
SEVEN = "in the old garden of the town"


@pytest.mark.parametrize(
    ("text", "set_off", "in_text"),
    [
        ("Orlin thanks Melnik for the pears and the ladders.", True, True),
        ("Orlin thanks Melnik for the pears and ladders.", False, False),
        ("Orlin thanks Melnik for the pears and the ladders", False, False),
        ("orlin, Orlin thanks Melnik for the pears and ladders.", False, False),
        ("Orlin thanks Melnik for the pears and the “ladders.”", True, True),
        ("Orlin thanks Melnik for the pears and the 'ladders'", True, True),
        ("He thanks Melnik for the pears and the old ladders.", False, False),
        ("Answered on 4 May. Orlin thanks Melnik for the pears.", False, False),
        ("To the file: on 4 May Orlin thanks Melnik for the pears.", False, False),
        ("This paper was prepared by Anna Orlin, who thanks Melnik.", False, False),
        ("Orlin also warmly thanks Melnik for pears and ladders.", True, True),
        ("Pears now also warmly thanks Melnik for the ladders.", True, True),
        ("The garden thanks Melnik for the pears and the ladders.", False, False),
        ("Also thanks Melnik for the pears and the old ladders.", True, True),
        ("Orlin thanks Melnik for my pears and the old ladders.", False, False),
        ("Orlin thanks Melnik and says I’m in the old garden.", False, False),
        ("Orlin thanks Melnik for “my pears and ladders” in the garden.", True, True),
        ("The pears are ripe in the old garden, and Orlin thanks Melnik.", True, True),
        ("Pears are ripe in the old large garden, and then Orlin thanks Melnik.", True, True),
        ("Pears are ripe in the old large garden, so and then Orlin thanks Melnik.", True, False),
        ("Pears " + "are ripe " * 22 + "so Orlin thanks Melnik.", True, False),
        ("Pears " + "are ripe " * 22 + "so now Orlin thanks Melnik.", False, False),
        ("Orlin thanks Melnik for the pears and the ladder" + "s" * 1550 + ".", True, True),
        ("Orlin thanks Melnik for the pears and the ladder" + "s" * 1552 + ".", False, False),
        ("", False, False),
    ],
)
def test_a_summary_has_a_name_before_a_reporting_verb(
    text: str, set_off: bool, in_text: bool
) -> None:
    """Check a text that is set off (below a signature) and one that is not."""
    assert is_editorial_summary(text, WORDS, set_off=True) is set_off
    assert is_editorial_summary(text, WORDS, set_off=False) is in_text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (f"The memorandum is about pears {SEVEN}.", True),
        ("The memorandum is on my pears in the gardens.", False),
        ("The memorandum is on “my pears” in the old gardens.", True),
        ("The memorandum is on pears.", False),
        ("The memorandum is on all pears of the garden.", True),
        ("The memorandum is on pears of the gardens.", True),
        ("The memorandum is on pears of gardens.", False),
        ("The memorandum is on all pears of the garden", False),
        ("The memorandum is on all pears of the [garden]", True),
        ("the memorandum is on all pears of the garden.", False),
        ("Note the memorandum is on all pears of the garden.", False),
        ("In all this old memorandum are pears of the garden.", True),
        ("Here in all this old memorandum are pears of the garden.", False),
        ("Orlin thanks Melnik for the pears and the ladders.", True),
        ("Orlin thanked Melnik for the pears and the ladders.", False),
        ("Thanks to Melnik for the pears and the ladders there.", False),
        ("Orlin is told that the pears of the garden are ripe.", True),
        ("Orlin is asked for the pears of the garden there.", True),
        ("Orlin is fond of the pears of the garden there.", False),
        ("Pears " + "are ripe " * 11 + "thanks.", True),
        ("Pears " + "are ripe " * 11 + "so thanks.", False),
        (f"The memorandum is about pears {SEVEN}" + "s" * 1540 + ".", True),
        (f"The memorandum is about pears {SEVEN}" + "s" * 1541 + ".", False),
        ("A memorandum is on it all, so b.", True),
        ("A memorandum is on it, so a b.", True),
        ("A memorandum is on it, a b c.", False),
    ],
)
def test_an_abstract_names_a_document_or_has_a_reporting_verb(text: str, right: bool) -> None:
    assert is_abstract(text, WORDS) is right
