"""Show the words of a search in the texts and descriptions of packages that it found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.errors import ArchivePkgError
from archive_pkg.texts.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from archive_pkg.packages.access.visibility import Audience

_WORD = re.compile(r"[^\W_]+")
_BEFORE, _AFTER = 50, 90
"""The number of characters of a passage before and after the words that were found."""
_MOST = 3
_SHOWN = {"title", "date", "classification"}
"""The fields that `find` shows of each hit."""


def passages_in(package: Path, words: Sequence[str], audience: Audience) -> list[str]:
    """Return passages with the words of a query, of what an audience may see of a package.

    There are none if the package cannot be read or has changed since it was indexed.

    Args:
        package: The folder of the package.
        words: The words of the query, in the form of `Query.words`.
        audience: Who may see the passages.
    """
    from archive_pkg.collection.index.refreshing import seen_in
    from archive_pkg.packages import open_package
    from archive_pkg.records.display import facts

    try:
        seen, texts = seen_in(open_package(package), audience)
    except (ArchivePkgError, OSError):
        return []
    fields = (f"{name}: {value}" for key, name, value in facts(seen) if key not in _SHOWN)
    return passages([*texts, *fields], words)


def passages(texts: Iterable[str], words: Sequence[str]) -> list[str]:
    """Return up to three passages of texts, in which each word of a query is at least once."""
    phrases = [_WORD.findall(folded(word)) for word in words]
    missing = {number for number, phrase in enumerate(phrases) if phrase}
    begun = {number for number, word in enumerate(words) if word.endswith("*")}
    found: list[str] = []
    for text in texts:
        done = 0
        for start, end, number in _places(text, phrases, begun):
            if not missing or len(found) == _MOST:
                return found
            if number in missing and start >= done:
                passage, done = _passage(text, start, end)
                found.append(passage)
            if end <= done:
                missing.discard(number)
    return found


def _places(
    text: str, phrases: Sequence[list[str]], begun: set[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the start and the end of each phrase in a text, and the number of the phrase."""
    spans = [match.span() for match in _WORD.finditer(text)]
    plain = [folded(text[start:end]) for start, end in spans]
    for at, (start, _) in enumerate(spans):
        for number, phrase in enumerate(phrases):
            here = plain[at : at + len(phrase)]
            if not phrase or len(here) < len(phrase):
                continue
            last = here[-1].startswith(phrase[-1]) if number in begun else here[-1] == phrase[-1]
            if last and here[:-1] == phrase[:-1]:
                yield start, spans[at + len(phrase) - 1][1], number


def _passage(text: str, start: int, end: int) -> tuple[str, int]:
    """Return a passage around a place, cut at spaces, and where it ends in the text."""
    begin, stop = max(0, start - _BEFORE), min(len(text), end + _AFTER)
    before = re.sub(r"^\S*\s", "… ", text[begin:start]) if begin else text[:start]
    after = text[end:stop]
    if stop < len(text):
        after = re.sub(r"\s\S*$", "", after)
    passage = f"{before}{text[start:end]}{after}"
    return " ".join(f"{passage} …".split() if stop < len(text) else passage.split()), end + len(
        after
    )
