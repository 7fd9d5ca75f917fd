"""Brackets of editors and translators, and slips of the pen, are found and distinguished."""

from __future__ import annotations

import pytest

from archive_pkg.drafting.statements.notes import (
    find_brackets,
    find_slips,
    kind_of,
    one_letter_apart,
    rendering_before,
)
from archive_pkg.drafting.statements.source_terms import russian_spellings, source_term
from archive_pkg.drafting.vocabulary import load_vocabulary

WORDS = load_vocabulary()


@pytest.mark.parametrize(
    ("text", "brackets", "loose"),
    [
        ("a [b] c [d]", ["[b]", "[d]"], []),
        ("a [b [c] d] e", ["[b [c] d]"], []),
        ("[to [[a] and\nb]", ["[to [[a] and\nb]"], []),
        ("[[a] b]", ["[[a] b]"], []),
        ("[a] [b [c] [d] e]", ["[a]", "[b [c] [d] e]"], []),
        ("a [b", [], [2]),
        ("a] b [c", [], [1, 5]),
        ("a [b [c] d", ["[c]"], [2]),
        ("a] [b]", ["[b]"], [1]),
    ],
)
def test_outermost_brackets_and_unmatched_brackets_are_found(
    text: str, brackets: list[str], loose: list[int]
) -> None:
    found, alone = find_brackets(text, 10)
    assert [one.text for one in found] == brackets
    assert [text[one.start : one.end] for one in found] == brackets
    assert alone == loose


def test_the_number_of_brackets_is_limited() -> None:
    assert len(find_brackets("[a] " * 5, 3)[0]) == 3
    assert len(find_brackets("[a] " * 3, 3)[0]) == 3
    assert find_brackets("] " * 5 + "[a]", 3) == ([], [0, 2, 4, 6])
    assert len(find_brackets("] " * 3 + "[a]", 3)[0]) == 1
    assert not find_brackets("[" * 301 + "a]", 3)[0]
    assert len(find_brackets("[" * 300 + "a]", 3)[0]) == 1


@pytest.mark.parametrize(
    ("text", "kind", "rule", "sure"),
    [
        ("the pears [sic] are ripe", "sic", "bracket-says-sic", True),
        ("two words [illegible] here", "illegible", "bracket-says-illegible", True),
        ("a line [withheld] here", "withheld", "bracket-says-withheld", True),
        ("a line [name not declassified] here", "withheld", "bracket-says-withheld", True),
        ("[Stamp: Declassified 4 May 1991]", "editorial", "bracket-says-editorial", True),
        ("[Declassified 4 May 1991]", "editorial", "bracket-says-editorial", True),
        ("[one more illegible signature]", "illegible", "bracket-says-illegible", True),
        ("[the round stamp, illegible]", "editorial", "bracket-says-editorial", True),
        ("[Ministry letterhead]", "editorial", "bracket-says-editorial", True),
        ("pears [page 3] ladders", "editorial", "page-mark", True),
        ("pears [л. 3] ladders", "editorial", "page-mark", True),
        ("the ladders.[1] Then", "editorial", "footnote-mark", True),
        ("on [3] May", "insertion", "words-in-brackets", False),
        ("the first [stampede] of", "insertion", "words-in-brackets", False),
        ("pears […] ladders", "omission", "dots-in-brackets", False),
        ("pears [...] ladders", "omission", "dots-in-brackets", False),
        ("pe[...]s", "illegible", "dots-in-brackets", True),
        ("[...]s are ripe", "illegible", "dots-in-brackets", True),
        ("pe[...] are ripe", "illegible", "dots-in-brackets", True),
        ("pears [.] ladders", "insertion", "completion", True),
        ("pears [are ripe.. now] here", "insertion", "words-in-brackets", False),
        ("pears [ladders?] here", "uncertain", "question-mark-in-brackets", True),
        ("pears [¿] here", "uncertain", "question-mark-in-brackets", True),
        ("pe[ar]s", "insertion", "completion", True),
        ("pears [and ladders] here", "insertion", "words-in-brackets", False),
        ("as I told you [1], we", "editorial", "footnote-mark", False),
        ("in the garden [sadovnik] here", "source-term", "romanised-russian", False),
    ],
)
def test_the_words_and_the_position_of_a_bracket_decide_its_kind(
    text: str, kind: str, rule: str, sure: bool
) -> None:
    [bracket] = find_brackets(text, 10)[0]
    found = kind_of(bracket, text, WORDS, "en")
    assert (found.kind, found.rule, found.sure) == (kind, rule, sure)
    assert bool(found.term) == (kind == "source-term")


@pytest.mark.parametrize(
    ("term", "language"),
    [
        ("zakład pracy", "pl"), ("kierownictwo", "pl"), ("rada zakładowa", "pl"),
        ("pártbizottság", "hu"), ("szövetkezet", "hu"), ("reunião", "pt"), ("companheiros", "pt"),
        ("usnesení", "cs"), ("şedinţa biroului", "ro"), ("ședința", "ro"), ("të lodhur", "sq"),
        ("planului", "ro"), ("pártközpont", ""),
    ],
)  # fmt: skip
def test_a_source_term_in_latin_letters_has_the_language_of_its_letters_and_endings(
    term: str, language: str
) -> None:
    found = source_term(term, "en", "", WORDS)
    assert found is not None
    assert (found.language, found.original, found.romanized) == (language, term, "")
    assert not found.sure


@pytest.mark.parametrize(
    ("term", "expected", "found"),
    [
        ("rada", "pl", "pl"), ("narada robocza", "pl", "pl"), ("dohoda", "cs", "cs"),
        ("tanács", "hu", "hu"), ("ministério", "pt", "pt"), ("rada", "", None),
        ("rada", "hu", None), ("guerrilla", "pl", None), ("to", "pl", None), ("new", "pl", None),
        ("Urząd Bezpieczeństwa", "", "pl"), ("Államvédelmi Hatóság", "", "hu"),
        ("Ministerstvo zahraničních věcí", "", "cs"), ("Władysław Gomułka", "pl", None),
        ("Kraków", "pl", None), ("João Goulart", "pt", None), ("съвет", "bg", "bg"),
        ("съвет", "", "ru"), ("会議", "ja", "ja"), ("обком", "pl", "ru"),
    ],
)  # fmt: skip
def test_the_language_of_the_original_shows_that_plain_words_are_source_terms(
    term: str, expected: str, found: str | None
) -> None:
    one = source_term(term, "en", expected, WORDS)
    assert (one and one.language) == found


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("обком", ("ru", "обком", "")), ("обласний комітет", ("uk", "обласний комітет", "")),
        ("ініціатива", ("uk", "ініціатива", "")), ("同志", ("zh", "同志", "")),
        ("동지", ("ko", "동지", "")), ("sadovnik, садовник", ("ru", "садовник", "sadovnik")),
        ("同志 tongzhi", ("zh", "同志", "tongzhi")), ("obkom [обком]", ("ru", "обком", "obkom")),
        ("Polish: narada", ("pl", "narada", "")), ("in German: “Ofen”", ("de", "Ofen", "")),
        ("the Russian word: обком", ("ru", "обком", "")),
    ],
)  # fmt: skip
def test_a_term_in_another_script_or_with_its_language_is_certainly_a_source_term(
    inner: str, expected: tuple[str, str, str]
) -> None:
    found = source_term(inner, "en", "", WORDS)
    assert found is not None
    assert (found.language, found.original, found.romanized) == expected
    assert found.sure


@pytest.mark.parametrize(
    ("inner", "language"),
    [
        ("songs", "en"), ("of communist parties", "en"), ("détente", "en"), ("Hamhŭng", "en"),
        ("Raúl Roa", "en"), ("the café in Łódź", "en"), ("literally: dry", "en"),
        ("12 mężczyzn", "en"), ("regret", "en"), ("program", "en"), ("telegram system", "en"),
        ("permafrost", "en"), ("questionnaire", "en"), ("similar", "en"), ("sheikh", "en"),
        ("для сна", "ru"), ("w sprawie węgla", "pl"), ("über die Kohle", "de"), ("année", "fr"),
        ("zakład pracy", ""),
    ],
)  # fmt: skip
def test_words_of_the_texts_own_language_and_names_are_not_source_terms(
    inner: str, language: str
) -> None:
    assert source_term(inner, language, "", WORDS) is None


def test_the_language_of_the_original_decides_between_romanized_russian_and_others() -> None:
    found = {one: source_term("gospodarowanie", "en", one, WORDS) for one in ("ru", "pl")}
    assert found["pl"] is not None
    assert found["pl"].language == "pl"
    assert source_term("sadovnik", "en", "", WORDS) is not None
    assert source_term("sadovnik", "en", "pl", WORDS) is None


@pytest.mark.parametrize("mark", ["[1]", "[*]", "[**]", "[†]", "[iv]"])
def test_a_bracketed_mark_after_a_word_is_a_footnote_mark(mark: str) -> None:
    text = f"the ladders.{mark} Then"
    [bracket] = find_brackets(text, 10)[0]
    assert kind_of(bracket, text, WORDS).rule == "footnote-mark"


@pytest.mark.parametrize(
    "mark", ["[p. 3]", "[k. 12]", "[fl. 4]", "[3. oldal]", "[/3/]", "[12v]", "[verso]", "[л. 5]"]
)  # fmt: skip
def test_a_bracketed_page_number_is_a_page_mark(mark: str) -> None:
    text = f"the ladders {mark} and pears"
    [bracket] = find_brackets(text, 10)[0]
    assert kind_of(bracket, text, WORDS, "en").rule == "page-mark"


def test_only_terms_with_russian_endings_get_russian_spellings() -> None:
    assert any("садовник" in words for _, words in russian_spellings("sadovnik", WORDS))
    for term in ("ovnik", "Sadovnik", "sadovnik ladder", "sadovnik " * 7):
        assert russian_spellings(term, WORDS) == ()


def test_the_words_before_a_source_term_are_its_translation() -> None:
    for text, words, right in (
        ("He saw the old garden [sadovnik]", 1, "garden"),
        ("He saw the old garden [sadovnik]", 2, "old garden"),
        ("old garden [sadovnik]", 2, "old garden"),
        ("garden [sadovnik]", 2, None),
        ("old\ngarden [sadovnik]", 2, None),
        ("x " * 200 + "old garden [sadovnik]", 2, "old garden"),
        ("It is new. Garden [sadovnik]", 2, None),
        ("the pears [so] garden [sadovnik]", 2, None),
        ("He saw the garden [sadovnik]", 2, "garden"),
    ):
        bracket = find_brackets(text, 10)[0][-1]
        found = rendering_before(text, bracket, words)
        assert (found and text[found[0] : found[1]]) == right


def test_a_past_tense_after_have_is_found_as_a_slip_of_the_pen() -> None:
    [(start, end, word)] = find_slips("The pears have went away", WORDS)
    assert (start, end, word) == (10, 19, "went")
    assert not find_slips("The pears have gone away", WORDS)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("orlin", "orlin", False),
        ("orlin", "orlim", True),
        ("orlin", "arlin", True),
        ("orlin", "orln", True),
        ("orln", "orlin", True),
        ("orlin", "orlins", True),
        ("orlin", "olrin", True),
        ("orlin", "orlni", True),
        ("orlin", "olrim", False),
        ("orlin", "orlinas", False),
        ("orlin", "orxxn", False),
        ("orlin", "ilron", False),
    ],
)
def test_names_that_differ_by_a_letter_or_their_order_are_similar(
    one: str, other: str, near: bool
) -> None:
    assert one_letter_apart(one, other) is near
    assert one_letter_apart(other, one) is near
