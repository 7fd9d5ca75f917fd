"""Detect the language of a text and the conventions for reading its dates."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

_YEAR = re.compile(r"(?<![\d.,/-])(1[789]\d\d|20[012]\d)(?![\d,/-])")
SAMPLE = 4000


@dataclass(frozen=True, slots=True)
class TextConventions:
    """Conventions that apply to one text.

    Attributes:
        language: BCP 47 code of its language; empty if unknown.
        share: Share of the sample's words that are function words of that language.
        pivot: A two-digit year falls in the hundred years before this one.
        dated_around: Median of the four-digit years in the text; None if it has none.
    """

    language: str
    share: float
    pivot: int
    dated_around: int | None


def text_conventions(text: str, vocabulary: Vocabulary) -> TextConventions:
    """Detect the language and century of a text from its beginning."""
    sample = text[:SAMPLE]
    words = Counter(words_of(sample[: SAMPLE // 2]))
    total = sum(words.values())
    scores = {
        language: sum(words[word] for word in small)
        for language, small in vocabulary.function_words.items()
    }
    language, score = max(scores.items(), key=lambda item: item[1], default=("", 0))
    share = score / total if total else 0.0
    if score < 3 or share < 0.08:
        language = ""
    years = [int(year) for year in _YEAR.findall(sample)]
    around = int(statistics.median(years)) if years else None
    pivot = (
        around + 50 if around is not None else (1960 if language in ("de", "fr", "it") else 1990)
    )
    return TextConventions(language, share, pivot, around)
