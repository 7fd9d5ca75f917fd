"""The names of enclosures are words of the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.drafting import draft_text
from archive_pkg.drafting.statements.enclosures import enclosure_id, enclosure_name
from archive_pkg.drafting.vocabulary import load_vocabulary

LETTER = """Secret

London, May 3, 1955.

Dear Mr. Murphy:

{}

Sincerely yours,

John Q. Example
"""


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        (
            "I enclose a copy of his letter of March 2, which you know.",
            "copy of his letter of March 2",
        ),
        ("I am sending you herewith the final form of the note to Bonn.", "note to Bonn"),
        (
            "A translation of the debate in the Chamber is attached.",
            "translation of the debate in the Chamber",
        ),
        ("The report on the meeting, with a map, is enclosed.", "report on the meeting"),
        ("I received a letter from him, a copy of which is enclosed.", "letter from him"),
        ("As the enclosed report will show, much remains to be done.", "report"),
        (
            "If you have read the enclosed telegram of the 20th from Paris, say so.",
            "telegram of the 20th from Paris",
        ),
        (
            "There is enclosed for your files a revised draft of the treaty.",
            "revised draft of the treaty",
        ),
        ("I enclose a list of guests but the menu I do not send.", "list of guests"),
        ("I enclose the report of our Consul, Mr. Frost.", "report of our Consul"),
        ("I enclose a letter from Mr. Frost.", "letter"),
        ("We spoke of money, and it is enclosed, as you see.", "and it is enclosed"),
        (
            "Je vous envoie ci-joint, pour confirmation, copie du télégramme de Paris.",
            "copie du télégramme de Paris",
        ),
        (
            "Beiliegend schicke ich meinen kurzen Bericht an den Feldpropst.",
            "kurzen Bericht an den Feldpropst",
        ),
    ],
)
def test_an_enclosure_is_named_in_the_letters_own_words(sentence: str, name: str) -> None:
    text = LETTER.format(sentence)
    (one,) = [s for s in draft_text(text).statements if s.field == "enclosure-mentioned"]
    assert one.value == name
    assert one.quote is not None
    assert one.value in one.quote.exact


def test_the_id_of_an_enclosure_is_a_few_words() -> None:
    assert enclosure_id("copy of the note that we sent") == "copy-of-the-note"
    assert enclosure_id("report") == "report"
    assert enclosure_id("записка о поездке") == "zapiska-o-poyezdke"
    assert enclosure_id("…") == ""
    assert len(enclosure_id("Donaudampfschifffahrtsgesellschaftskapitänsbrief")) <= 40


WORDS = st.sampled_from(
    [
        "enclosed",
        "is attached",
        "the",
        "a",
        "copy",
        "note",
        "of which",
        "of",
        "which",
        "Mr.",
        "PRC",
        ",",
        ";",
        "…",
    ]
)


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=30))
def test_the_name_of_an_enclosure_is_always_a_part_of_the_sentence(
    before: list[str], after: list[str]
) -> None:
    begin = len(" ".join([*before, ""]))
    sentence = " ".join([*before, "enclosed", *after])
    name = enclosure_name(sentence, begin, begin + len("enclosed"), load_vocabulary())
    assert name in sentence
    assert 0 < len(name) <= 100
    assert len(enclosure_id(name)) <= 40


@pytest.mark.parametrize(
    ("sentence", "words", "name"),
    [
        ("The report and the letter are enclosed.", "are enclosed", "report and the letter"),
        ("The report, and the letter are enclosed.", "are enclosed", "report"),
        ("The report, and the letter I enclosed.", "enclosed", "letter I"),
        ("The plan, a letter of which are enclosed.", "are enclosed", "plan"),
        ("I enclose the very old long list.", "enclose", "very old long list"),
        ("I enclose the very old long large list.", "enclose", "list"),
        ("It is enclosed.", "is enclosed", "It is enclosed"),
        ("Enclosed report", "Enclosed", "report"),
        ("Report enclosed, as you see", "enclosed", "Report"),
        ("Report enclosed, with a list", "enclosed", "list"),
        ("The enclosed report shows", "enclosed", "report"),
        ("The enclosed report of pears", "enclosed", "report of pears"),
        (f"I enclose a report of {'x' * 90}.", "enclose", f"report of {'x' * 90}"),
        (f"I enclose a report of {'x' * 91}.", "enclose", "report"),
    ],
)
def test_the_nearest_noun_names_the_enclosure(sentence: str, words: str, name: str) -> None:
    begin = sentence.index(words)
    assert enclosure_name(sentence, begin, begin + len(words), load_vocabulary()) == name


@pytest.mark.parametrize(
    ("name", "right"), [("copy of", "copy"), ("list 12", "list-12"), ("of", "of")]
)
def test_an_id_ends_in_a_long_word_or_a_number(name: str, right: str) -> None:
    assert enclosure_id(name) == right
