"""Detect the language of a text, and the century of its two-digit years."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.dates.written.reader import find_dates
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.dates.written.readings import DateReading
    from archive_pkg.drafting.vocabulary import Vocabulary

_YEAR = re.compile(r"(1[789]\d\d|20[012]\d)(?<![\d.,/-]\d{4})(?![\d,/-]|\s?h(?:s|rs|ours)?\b)")
_BULGARIAN = re.compile("ъ(?![еёюя])")  # Russian has ъ only before these letters
SAMPLE = 4000
SCRIPTS = {"zh": ("\u4e00", "\u9fff"), "ja": ("\u3040", "\u30ff"), "ko": ("\uac00", "\ud7a3")}
"""The first and the last letter of the script, by language."""
_LETTER = re.compile(r"\w")
# States, parties, services and names of towns of the years after 1917, and embassies in towns that
# had none in the 19th century.
_MODERN = re.compile(
    r"(?:USSR|U\.S\.S\.R|GDR|FRG|DDR|BRD|ČSSR|CSSR|UdSSR|KVDR|DRV|DPRK|PRC|ROK"
    r"|CPSU|SED|PZPR|PUWP|CCP|CPC|KGB|MVD|MfS|CIA|NATO|UNO?|Soviet|Comrades?|Cdes?"
    r"|СССР|КПСС|ГДР|КНР|КНДР|ПНР|КГБ|тов|товарищ\w*|tow|ambasador|TASS"
    r"|Pyongyang|PYONGYANG|Пхеньян\w?|Ulan[ -]Bator|Leningrad|Ленинград\w?"
    r"|(?:Embassy|EMBASSY)(?: of \w+)? (?i:in (?:Bonn|Bucharest|Budapest|Hanoi|Havana|Helsinki"
    r"|Moscow|New Delhi|Prague|Pyongyang|Sofia|Tirana|Warsaw)))\b"
)


@dataclass(frozen=True, slots=True)
class TextConventions:
    """The language and the century of a text.

    Attributes:
        language: The BCP 47 code of the language; empty if it is not known.
        share: The share of the sample's words that are function words of this language.
        pivot: A two-digit year is in the hundred years before this year.
        dated_around: The median of the four-digit years in the text; None if it has none.
        century_known: Whether years or states in the text show the century of two-digit years.
    """

    language: str
    share: float
    pivot: int
    dated_around: int | None
    century_known: bool = False


@lru_cache(maxsize=256)
def dates_on(line: str, vocabulary: Vocabulary, pivot: int) -> list[DateReading]:
    """Return the dates on a line, cached because several readers need those of the same line."""
    return find_dates(line, vocabulary, pivot=pivot)


def question_about(read: DateReading, *, century_open: bool) -> str:
    """Return the reason why a person must decide on a date; empty if its meaning is clear.

    Args:
        read: The date.
        century_open: Whether nothing in the text shows the century of its year.
    """
    if read.edtf.startswith("XXXX") and read.rule != "edtf":
        return "The text does not give the year."
    if century_open and read.edtf[:2].isdigit():
        return question_about_century(read.edtf)
    if dates := [one.edtf for one in read.readings if not read.sure]:
        return f"It may be {' or '.join(dates)}."
    return "" if read.edtf else "There is no such day."


def question_about_century(edtf: str) -> str:
    """Return the question in which century a date is."""
    return f"It may be 18{edtf[2:]} or 19{edtf[2:]}."


@lru_cache(maxsize=8)
def _languages_by_word(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Return the languages that have a function word, by word."""
    found: dict[str, list[str]] = {}
    for language, words in vocabulary.function_words.items():
        for word in words:
            found.setdefault(word, []).append(language)
    return found


def text_conventions(text: str, vocabulary: Vocabulary) -> TextConventions:
    """Detect the language and century of a text from its beginning."""
    sample = text[:SAMPLE]
    words = Counter(words_of(sample[: SAMPLE // 2]))
    total = sum(words.values())
    scores = dict.fromkeys(vocabulary.function_words, 0)
    known_words = _languages_by_word(vocabulary)
    for word in words.keys() & known_words.keys():
        for language in known_words[word]:
            scores[language] += words[word]
    marked = [(set(word), number) for word, number in words.items() if not word.isascii()]
    for language, known in vocabulary.source_languages.items():
        if language in scores:
            scores[language] += sum(number for signs, number in marked if known.marks & signs)
    if "bg" in scores and "ъ" in sample:
        scores["bg"] += 3 * sum(words[word] for word in words if _BULGARIAN.search(word))
    language, score = max(scores.items(), key=lambda item: item[1], default=("", 0))
    share = score / total if total else 0.0
    if score < 3 or share < 0.08:
        language = _by_script(sample)
        share = 1.0 if language else share
    # Round numbers such as 2000 are more often counts than years.
    years = [int(year) for year in _YEAR.findall(sample) if not year.endswith("00")]
    around = int(statistics.median(years)) if years else None
    pivot = (
        around + 50 if around is not None else (1960 if language in ("de", "fr", "it") else 1990)
    )
    modern = _names_modern_state(sample)
    if modern and around is None:
        pivot = 1995
    return TextConventions(language, share, pivot, around, modern or around is not None)


def _by_script(sample: str) -> str:
    """Return the language of a text in Chinese, Japanese or Korean script; empty for others."""
    letters = [sign for sign in sample[: SAMPLE // 2] if sign.isalpha()]
    counts = {
        language: sum(1 for sign in letters if first <= sign <= last)
        for language, (first, last) in SCRIPTS.items()
    }
    if 2 * sum(counts.values()) <= len(letters):
        return ""
    return "ja" if 10 * counts["ja"] > len(letters) else max(counts, key=lambda one: counts[one])


def _names_modern_state(sample: str) -> bool:
    """Return whether a text names a state, party or service that only the 20th century had."""
    found = (match.start() for match in _MODERN.finditer(sample))
    return any(not start or not _LETTER.match(sample, start - 1) for start in found)
