"""The search index contains every word with its letters; case and accents make no difference."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from archive_pkg.texts.line_ends import unbroken
from archive_pkg.web.site.search_index import WordIndex, words_of

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
WORDS = st.sets(st.text("abcdeя中", min_size=1, max_size=3), max_size=8)


def decoded(encoded: str) -> dict[int, bool]:
    """Decode a list as `site.js` does."""
    found, place, number, shift = {}, 0, 0, 0
    for sign in encoded:
        value = DIGITS.index(sign)
        number |= (value & 31) << shift
        if value > 31:
            shift += 5
            continue
        place += number >> 1
        found[place] = bool(number & 1)
        number = shift = 0
    return found


@given(st.lists(st.tuples(WORDS, WORDS), max_size=12), st.randoms(use_true_random=False))
def test_the_index_finds_exactly_the_letters_with_a_word(
    letters: list[tuple[set[str], set[str]]], dice: Random
) -> None:
    words = WordIndex()
    for head, text in letters:
        words.add(head, text)
    places = list(range(len(letters)))
    dice.shuffle(places)
    found = {w: decoded(x) for ws, xs in words.pieces(places) for w, x in zip(ws, xs, strict=True)}
    meant: dict[str, dict[int, bool]] = {}
    for number, (head, text) in enumerate(letters):
        for word in head | text:
            meant.setdefault(word, {})[places[number]] = word in head
    assert found == meant


def test_large_gaps_between_letters_are_encoded_in_the_index() -> None:
    words = WordIndex()
    for number in range(70_000):
        words.add(["x"] if number in (0, 1, 40, 69_999) else [], ["y"])
    [(_, lists)] = words.pieces(range(70_000))
    assert list(decoded(lists[0])) == [0, 1, 40, 69_999]
    assert len(decoded(lists[1])) == 70_000


def test_words_are_indexed_without_case_accents_and_vowel_points() -> None:
    assert list(words_of("GRÜSSE Grüße ﬁle naïve")) == ["grusse", "grusse", "file", "naive"]
    assert list(words_of("שָׁלוֹם سَلَام Київ")) == ["שלום", "سلام", "киів"]


def test_scripts_without_spaces_are_indexed_as_pairs_of_characters() -> None:
    assert list(words_of("中文信ab")) == ["中文", "文信", "信", "ab"]
    assert list(words_of("한국")) == ["한국", "국"]


def test_words_are_sorted_by_their_utf16_code_units() -> None:
    words = WordIndex()
    words.add(["\U0001d7ff0", "\uffee", "z"], [])
    [(found, _)] = words.pieces([0])
    assert found == sorted(found, key=lambda word: word.encode("utf-16-be"))


def test_words_hyphenated_at_a_line_break_are_joined() -> None:
    text = "a monu-\nment, a stein\u00ac\r\n platte, 1914-\n1918, an al\u00adtar, well - \nno"
    assert unbroken(text) == "a monument, a steinplatte, 1914-\n1918, an altar, well - \nno"
