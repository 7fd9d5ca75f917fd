"""The search that the site carries with it: words, and an inverted index in small pieces.

A browser loads only the pieces that a question needs, as scripts, since a page opened from a disk
may load nothing else. `site.js` reads what is written here and cuts questions into words the same
way.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_RUN = re.compile(r"[^\W_]+")
_UNSPACED = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\U00020000-\U0003134f"
)
_PIECE = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_UNSPACED_SIGN = re.compile(rf"[{_UNSPACED}]")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LONGEST = 40
"""So many characters of a word count."""
_SHARD = 48_000
"""Characters of lists in a piece of the index, about."""


def words_of(text: str) -> Iterator[str]:
    """The words of a text as the index has them, in its order, with repeats.

    Case, accents, vowel points and the forms of letters make no difference. Of scripts without
    spaces (Chinese, Japanese, Korean) each two neighbouring signs are a word, and each last one.
    """
    plain = folded(text)
    if not _UNSPACED_SIGN.search(plain):
        yield from (run[:_LONGEST] for run in _RUN.findall(plain))
        return
    for run in _RUN.findall(plain):
        for piece in _PIECE.findall(run):
            if not _UNSPACED_SIGN.match(piece):
                yield piece[:_LONGEST]
                continue
            for at in range(len(piece)):
                yield piece[at : at + 2]


def folded(text: str) -> str:
    """A text without what makes no difference: case, accents, compatibility forms."""
    if text.isascii():
        return text.lower()
    kept = unicodedata.normalize("NFKD", text)
    for mark in _marks().intersection(kept):  # a few, each taken out quickly
        kept = kept.replace(mark, "")
    # Hangul is composed again, since its signs are syllables.
    return unicodedata.normalize("NFC", kept).lower().replace("ß", "ss").replace("ς", "σ")


@cache
def _marks() -> frozenset[str]:
    """All combining marks. None stands above the variation selectors of plane 14."""
    planes = chain(range(0x20000), range(0xE0100, 0xE01F0))
    return frozenset(sign for sign in map(chr, planes) if unicodedata.category(sign)[0] == "M")


class Words:
    """An inverted index being gathered, letter by letter."""

    def __init__(self) -> None:
        self._lists: dict[str, array[int]] = {}
        self._count = 0

    def add(self, head: Iterable[str], text: Iterable[str]) -> None:
        """Add the next letter.

        Args:
            head: The words that describe it: title, names, subjects.
            text: The words of its texts.
        """
        lists, number = self._lists, self._count << 1
        described = frozenset(head)
        for words, value in (
            (described, number | 1),
            (frozenset(text) - described, number),
        ):
            for word in words:
                found = lists.get(word)
                if found is None:
                    lists[word] = array("I", (value,))
                else:
                    found.append(value)
        self._count += 1

    def pieces(self, places: Sequence[int]) -> Iterator[tuple[list[str], list[str]]]:
        """The index in pieces: words in order, and for each the letters that have it.

        Args:
            places: For each letter in the order of adding, its place in the catalogue.
        """
        words: list[str] = []
        lists: list[str] = []
        size = 0
        # In the order of UTF-16, in which browsers compare.
        for word in sorted(self._lists, key=lambda word: word.encode("utf-16-be")):
            told = _coded(self._lists[word], places)
            words.append(word)
            lists.append(told)
            size += len(told) + len(word) + 6
            if size > _SHARD:
                yield words, lists
                words, lists, size = [], [], 0
        if words:
            yield words, lists


def _coded(numbers: array[int], places: Sequence[int]) -> str:
    """Letters' places as steps from one to the next, five bits to a sign, the lowest first.

    The lowest bit of each number tells whether the word describes the letter.
    """
    values = sorted([(places[number >> 1] << 1) | (number & 1) for number in numbers])
    steps = [((v | 1) - (w | 1)) | (v & 1) for v, w in zip(values, [0, *values], strict=False)]
    return "".join([_SIGNS[step] if step < _FEW else _one_sign(step) for step in steps])


def _one_sign(number: int) -> str:
    signs = ""
    while number > 31:
        signs += _DIGITS[32 + (number & 31)]
        number >>= 5
    return signs + _DIGITS[number]


_FEW = 4096
_SIGNS = [_one_sign(number) for number in range(_FEW)]
