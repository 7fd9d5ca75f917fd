"""Recognize terms of the original in brackets of a translation, and their language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from archive_pkg.names.romanisation import SCHEMES, deromanise, romanise

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import SourceLanguage, Vocabulary

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NAMED = re.compile(
    r"(?:in (?:the )?|the )?(?:orig(?:inal)?\.?:?,? ?(?:in )?)?"
    r"(?P<language>[^\W\d]+(?:-[^\W\d]+)?)?\.?"
    r"(?: (?:original|text|term|word))?: ?[\"'“„«‘]?(?P<term>[^:]{2,60}?)[\"'”“»’]?",
    re.IGNORECASE,
)
_BOTH = re.compile(r"(?P<one>[^,;:/=()[]+?)[,;:/=([ ]+(?P<other>[^],;:/=()[]+)[])]?")
_LONGEST = 60
# Romanised endings of Russian that English words also have ("regret", "freedom", "sortie").
_ENGLISH_ENDINGS = frozenset(
    ("am", "ee", "em", "et", "ie", "im", "ist", "it", "la", "lo", "om", "oy", "ut")
)
_RUSSIAN_LETTERS = re.compile(r"zh|shch|kh(?!$)|iy|yy|sya$|’")
# Endings in the names of bodies ("Urząd Bezpieczeństwa"), not of persons and places.
_BODY_ENDINGS = (
    "stwa", "stwo", "nictwa", "ności", "owego", "owej", "skiej", "skiego", "ckiego", "ság", "ség",
    "ságok", "ségek", "sági", "ségi", "ções", "ství", "ského", "ckého", "ului", "iilor", "alny",
)  # fmt: skip
# Languages with many words that end in a vowel, unlike most English words.
_VOWEL_ENDS = frozenset(("pl", "cs", "sk", "sh", "pt", "es", "it", "ro", "bg", "uk"))
_ENDS_IN_VOWEL = re.compile("[aoiu]$")
# Scripts by the first word of the Unicode names of their letters, and the language of most texts.
_SCRIPTS = {
    "CYRILLIC": "ru", "CJK": "zh", "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja",
    "GREEK": "el", "HEBREW": "he", "ARABIC": "ar", "GEORGIAN": "ka", "ARMENIAN": "hy",
}  # fmt: skip
_SAME_SCRIPT = {"ru": ("bg", "mk", "sr", "uk", "mn"), "zh": ("ja", "ko")}
_OTHER_CYRILLIC = {"uk": "іїєґ", "sr": "јљњћђџ", "be": "ў", "mn": "өү"}


@dataclass(frozen=True, slots=True)
class SourceTerm:
    """A term of the original.

    Attributes:
        rule: The rule that recognized it.
        sure: Whether it is certainly one.
        language: Its language; empty if it is not known.
        original: The term in its own script; empty if only a romanized form is known.
        romanized: The romanized form; empty if the original is in Latin letters.
        spellings: The spellings of a romanized term in Cyrillic, by scheme.
    """

    rule: str
    sure: bool = False
    language: str = ""
    original: str = ""
    romanized: str = ""
    spellings: tuple[tuple[str, tuple[str, ...]], ...] = ()


def source_term(
    inner: str, language: str, expected: str, vocabulary: Vocabulary
) -> SourceTerm | None:
    """Return the term of the original that a bracket has; None if it has none.

    Args:
        inner: The text in the bracket.
        language: The language of the text; empty if it is not known.
        expected: The language of the original, if the text shows it.
        vocabulary: The vocabulary.
    """
    if not 2 <= len(inner) <= _LONGEST + 20:
        return None
    named = _NAMED.fullmatch(inner)
    if named is not None:
        code = vocabulary.language_names.get((named["language"] or "").casefold(), "")
        original = inner.casefold().startswith(("orig", "in the orig"))
        if (code or original) and (code or expected) != language:
            term = _of_script(named["term"], language, code or expected)
            term = term or SourceTerm("", original=named["term"])
            return SourceTerm(
                "language-named-in-brackets", True, code or term.language or expected,
                term.original, term.romanized,
            )  # fmt: skip
    if len(inner) > _LONGEST:
        return None
    written = _of_script(inner, language, expected)
    if written is not None:
        return written
    if any(word.casefold() in vocabulary.loanwords for word in _WORD.findall(inner)):
        return None
    apostrophes = inner.replace("'", "’")
    russian = expected in ("", "ru") and russian_spellings(apostrophes, vocabulary)
    if russian and language != "ru":
        return SourceTerm("romanised-russian", False, "ru", "", inner, russian)
    return _of_letters(inner, language, expected, vocabulary)


def _of_script(inner: str, language: str, expected: str) -> SourceTerm | None:
    """Return a term in a script that the text is not written in, perhaps next to a romanization."""
    romanized, term = "", inner
    both = _BOTH.fullmatch(inner)
    if both is not None and {_script(both["one"]), _script(both["other"])} > {"LATIN"}:
        romanized, term = both["one"].strip(), both["other"].strip()
        if _script(term) == "LATIN":
            romanized, term = term, romanized
    script = _script(term)
    if script not in _SCRIPTS or not language or language in ("ru", "bg", "uk", "zh", "ko", "ja"):
        return None
    code = _SCRIPTS[script]
    if script == "CYRILLIC":
        signs = set(term.casefold())
        code = next((one for one, own in _OTHER_CYRILLIC.items() if set(own) & signs), code)
    if expected in _SAME_SCRIPT.get(code, ()):
        code = expected
    return SourceTerm("other-script", True, code, term, romanized)


def _script(text: str) -> str:
    """Return the script of all letters of a text; empty if they have several scripts."""
    names = {unicodedata.name(c, "?").split()[0] for c in text if c.isalpha()}
    names -= {"MODIFIER"}
    if names & {"HIRAGANA", "KATAKANA"} and names <= {"HIRAGANA", "KATAKANA", "CJK"}:
        return "HIRAGANA"
    return names.pop() if len(names) == 1 else ""


def _of_letters(
    inner: str, language: str, expected: str, vocabulary: Vocabulary
) -> SourceTerm | None:
    """Return a term whose letters and endings show that it is in another language."""
    words = [word.casefold() for word in _WORD.findall(inner)]
    small = [word for word in _WORD.findall(inner) if word == word.casefold()]
    if not language or re.search(r"[^\w\s'’.-]|\d", inner):
        return None
    foreign = {c for word in words for c in word if not c.isascii() and c.isalpha()}
    of_body = len(words) > 1 and any(
        word.endswith(_BODY_ENDINGS) or (foreign and word in vocabulary.body_words)
        for word in words
    )
    if len(small) < len(words) and not of_body:
        return None  # a name of a person or place
    if _script(inner) != "LATIN":
        return None
    common = vocabulary.function_words.get(language, frozenset())
    if any(word in common and word.isascii() and len(word) > 2 for word in words):
        return None
    scores = _scores(words, foreign, expected, vocabulary)
    scores.pop(language, None)
    best = [code for code, score in scores.most_common(2) if score]
    own = vocabulary.source_languages.get(language)
    if own is not None and foreign and foreign <= own.letters:
        return None
    if best and (len(best) == 1 or scores[best[0]] > scores[best[1]]):
        code = best[0]
        if foreign or scores[code] >= 2:
            return SourceTerm("letters-of-a-language", False, code, inner)
    if foreign and all(len(word) > 2 or word.isascii() for word in words):
        return SourceTerm("letters-of-a-language", False, "", inner)
    return None


def _scores(
    words: list[str], foreign: set[str], expected: str, vocabulary: Vocabulary
) -> Counter[str]:
    """Return a score for each language that has all letters of the words."""
    scores = Counter[str]()
    for code, known in vocabulary.source_languages.items():
        if foreign <= known.letters:
            scores[code] = sum(_weight(word, known) for word in words)
    long = [word for word in words if len(word) > 3]
    vowels = expected in _VOWEL_ENDS and long and all(map(_ENDS_IN_VOWEL.search, long))
    if expected in scores and (scores[expected] or foreign or vowels):
        scores[expected] += 2
    return scores


def _weight(word: str, language: SourceLanguage) -> int:
    """Return a score for the language of a word."""
    marks = 2 * bool(language.marks & set(word))
    long_enough = len(word) > (5 if word.isascii() else 4)
    return marks + 2 * (long_enough and word.endswith(language.endings))


@cache
def _russian_endings(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the endings of Russian words, romanised by each scheme."""
    return tuple(
        {
            romanise(f"б{ending}", scheme)[1:]
            for ending in vocabulary.russian_endings
            for scheme in SCHEMES
        }
    )


@lru_cache(maxsize=1024)
def russian_spellings(term: str, vocabulary: Vocabulary) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the Russian spellings that a romanised term may have, by scheme.

    Romanising each spelling gives the term again. The result is empty for a term with a word that
    does not end as Russian words do.
    """
    words = term.split()
    endings = _russian_endings(vocabulary)
    own = tuple(ending for ending in endings if ending not in _ENGLISH_ENDINGS)
    if (
        not 6 <= len(term) <= 60
        or not all(word.islower() and word.endswith(endings) for word in words)
        or not any(word.endswith(own) or _RUSSIAN_LETTERS.search(word) for word in words)
    ):
        return ()
    found = []
    for scheme in SCHEMES:
        spellings = tuple(
            one
            for one in deromanise(term, scheme)
            if all(
                len(word) > 3 and word.endswith(vocabulary.russian_endings) for word in one.split()
            )
        )
        if spellings:
            found.append((scheme.name, spellings))
    return tuple(found)
