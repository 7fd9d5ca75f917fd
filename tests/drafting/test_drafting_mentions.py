"""The longest names of the vocabulary are found in a text."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.statements.mentions import find_mentions
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("NATO met", ["NATO"]),
        ("Nato, nato", []),
        ("Nato and the UN met", ["the UN"]),
        ("in the USSR", ["the USSR"]),
        ("The USSR", ["The USSR"]),
        ("bathe USSR", ["USSR"]),
        ("the  USSR", ["USSR"]),
        ("of the Soviet Union.", ["the Soviet Union"]),
        ("Soviet\nUnion", ["Soviet\nUnion"]),
        ("Soviet\n\nUnion", []),
        ("Soviet pears", []),
        ("Soviet", []),
        ("Pears of NATO", ["NATO"]),
        ("CC CPSU and CPSU", ["CC CPSU", "CPSU"]),
        ("Central Committee of the CPSU", ["Central Committee of the CPSU"]),
        ("Warsaw Pact, Warsaw Treaty", ["Warsaw Pact", "Warsaw Treaty"]),
    ],
)
def test_the_longest_names_of_a_text_are_found(text: str, right: list[str]) -> None:
    assert [text[one.start : one.end] for one in find_mentions(text, WORDS)] == right


def test_names_are_found_within_a_range() -> None:
    text = "NATO and CPSU and SED"
    for start, end, right in ((0, 4, ["NATO"]), (1, 21, ["CPSU", "SED"]), (5, 12, [])):
        found = find_mentions(text, WORDS, start, end)
        assert [text[one.start : one.end] for one in found] == right
    assert find_mentions("in the USSR", WORDS)[0].known.name == "Soviet Union"
