"""Romanise Russian by BGN/PCGN 1947 and ALA-LC, and find the Russian spelling of romanised words.

The reverse direction is a search for all Russian spellings whose romanisation is the given word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_COMMON = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ж": "zh", "з": "z", "и": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh", "ч": "ch", "ш": "sh", "щ": "shch", "ы": "y",
}  # fmt: skip
_OTHERS = "еёйцъьэюя"
"""Letters whose Latin form depends on the scheme."""
_VOWELS = frozenset("аеёиоуыэюя")
# BGN/PCGN writes е as ye after these letters and at the beginning of a word.
_BEFORE_YE = _VOWELS | frozenset("йъь")
_LONGEST_WORD = 40
_MOST = 16


@dataclass(frozen=True, slots=True, eq=False)
class RomanisationScheme:
    """A scheme of romanisation.

    Attributes:
        name: Its name in records.
        letters: The Latin letters for each Cyrillic letter.
        iotated: Whether е is ye at the beginning of a word and after vowels and signs.
    """

    name: str
    letters: dict[str, str]
    iotated: bool = False


BGN_PCGN = RomanisationScheme(
    "BGN/PCGN",
    _COMMON | dict(zip(_OTHERS, ("e", "ë", "y", "ts", "”", "’", "e", "yu", "ya"), strict=True)),
    iotated=True,
)
ALA_LC = RomanisationScheme(
    "ALA-LC",
    _COMMON | dict(zip(_OTHERS, ("e", "ë", "ĭ", "t͡s", "ʺ", "ʹ", "ė", "i͡u", "i͡a"), strict=True)),
)
# ALA-LC as usually typed: without ligatures and diacritics.
ALA_LC_PLAIN = RomanisationScheme(
    "ALA-LC without diacritics",
    _COMMON | dict(zip(_OTHERS, ("e", "e", "i", "ts", "”", "’", "e", "iu", "ia"), strict=True)),
)
SCHEMES = (BGN_PCGN, ALA_LC, ALA_LC_PLAIN)


def romanise(text: str, scheme: RomanisationScheme) -> str:
    """Return Russian text in Latin letters; other characters are unchanged."""
    written: list[str] = []
    for place, letter in enumerate(text):
        small = letter.lower()
        latin = _latin(small, text[place - 1].lower() if place else "", scheme)
        if latin is None:
            written.append(letter)
        elif letter != small and latin:
            written.append(latin[0].upper() + latin[1:])
        else:
            written.append(latin)
    return "".join(written)


def _latin(letter: str, before: str, scheme: RomanisationScheme) -> str | None:
    """Return the Latin form of a letter that follows `before`; None if the scheme has none."""
    if scheme.iotated and letter in "её" and (before in _BEFORE_YE or not before.isalpha()):
        return "ye" if letter == "е" else "yë"
    return scheme.letters.get(letter)


@cache
def _by_latin(scheme: RomanisationScheme) -> tuple[tuple[str, str], ...]:
    # Skip ё typed as e: it looks like е, which Russian print uses for both.
    pairs = [
        (latin, letter) for letter, latin in scheme.letters.items() if (latin, letter) != ("e", "ё")
    ]
    if scheme.iotated:
        pairs += [("ye", "е"), ("yë", "ё")]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _follows(before: str, letter: str) -> bool:
    """Return whether a letter can follow another in Russian; э, ы, й and the signs have rules."""
    if letter == "э":
        return not before or before in _VOWELS
    if letter in "ъь":
        return bool(before) and before not in _VOWELS and before not in "йъь"
    if letter == "ы":
        return bool(before) and before not in _VOWELS and before not in "гкхжшщчй"
    if letter == "й":
        return before in _VOWELS and bool(before)
    return True


def _spellings(word: str, scheme: RomanisationScheme) -> list[str]:
    """Return up to 16 Russian spellings of a romanised word."""
    reached: list[list[str]] = [[] for _ in range(len(word) + 1)]
    reached[0] = [""]
    for place in range(len(word)):
        for begun in reached[place]:
            before = begun[-1:]
            for latin, letter in _by_latin(scheme):
                end = place + len(latin)
                if not word.startswith(latin, place) or not _follows(before, letter):
                    continue
                if _latin(letter, before, scheme) == latin and len(reached[end]) < _MOST:
                    reached[end].append(begun + letter)
    return reached[-1]


def deromanise(text: str, scheme: RomanisationScheme) -> list[str]:
    """Return up to 16 Russian spellings whose romanisation in a scheme is the given string.

    Args:
        text: A few words. If one is too long or not in lower case, there are no spellings.
        scheme: The scheme.
    """
    spelled = [""]
    for number, word in enumerate(text.split()):
        if len(word) > _LONGEST_WORD or not word.islower():
            return []
        ways = _spellings(word, scheme)
        spelled = [f"{begun}{' ' if number else ''}{way}" for begun in spelled for way in ways][
            :_MOST
        ]
    return [one for one in spelled if one and romanise(one, scheme) == " ".join(text.split())]
