"""Make the search index of a site: an inverted index in small files.

A browser loads only the files that a query needs, as scripts, since a page opened from a disk may
load nothing else. `site.js` reads these files and splits queries into words in the same way.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from archive_pkg.texts.folding import folded

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
"""Only this number of characters of a word are in the index."""
_SHARD = 48_000
"""The approximate number of characters in a file of the index."""


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text in order, with repeats, in the form of the index.

    Case, accents, vowel points and compatibility forms make no difference. In scripts without
    spaces (Chinese, Japanese, Korean), each pair of neighbouring characters is a word, and so is
    the last character.
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


class WordIndex:
    """An inverted index, built letter by letter."""

    def __init__(self) -> None:
        self._lists: dict[str, array[int]] = {}
        self._count = 0

    def add(self, head: Iterable[str], text: Iterable[str]) -> None:
        """Add the next letter.

        Args:
            head: The words of its description: title, names, subjects.
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
        """Yield the index in pieces: sorted words, and the encoded letters of each.

        Args:
            places: The place of each letter in the catalogue, in the order of adding.
        """
        words: list[str] = []
        lists: list[str] = []
        size = 0
        # Browsers compare in UTF-16 order.
        for word in sorted(self._lists, key=lambda word: word.encode("utf-16-be")):
            encoded = _encoded(self._lists[word], places)
            words.append(word)
            lists.append(encoded)
            size += len(encoded) + len(word) + 6
            if size > _SHARD:
                yield words, lists
                words, lists, size = [], [], 0
        if words:
            yield words, lists


def _encoded(numbers: array[int], places: Sequence[int]) -> str:
    """Return places as the differences between them: five bits per character, lowest bits first.

    The lowest bit of each number says whether the word is in the letter's description.
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
