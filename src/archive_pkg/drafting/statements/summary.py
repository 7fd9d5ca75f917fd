"""Distinguish an editor's summary from the letter's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

LONGEST = 1600
_ADVERBS = frozenset({"again", "also", "then", "further", "later", "subsequently", "once", "now"})
_NO_NAMES = frozenset(
    {"He", "She", "It", "They", "This", "That", "These", "Detailed", "The", "There"}
)
# The number of words that are searched for the reporting verb ("In a letter to General Gowon, …").
REACH = 48
# The same if no short line sets the paragraph off: then it must begin with its subject.
NEAR = 12
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST = 15  # characters of a sentence
_LABEL = re.compile(r"[^\W\d_]+:")  # "Spravka:", "Reference:"
_PREPARED = re.compile(r"\b(?:prepared|drafted|compiled|coordinated|requested) by\b")
_QUOTED = re.compile(r"[“\"][^”\"]{0,400}[”\"]")
_FIRST_PERSON = frozenset(
    {"i", "we", "my", "our", "us", "me", "mine", "ours", "i'm", "i've", "we've", "i'd", "we'd"}
    | {"you", "your", "yours", "ich", "wir", "mein", "meine", "unser", "unsere", "dir", "dich"}
    | {"du", "je", "nous", "mon", "ma", "mes", "notre", "nos", "vous", "votre"}
    | {"я", "мы", "мой", "наш", "вы", "ваш"}
)


def _has_subject(words: list[str], verb: int) -> bool:
    """Return whether a name comes right before a verb, or before an adverb and the verb."""
    place = verb - 1
    while (
        place >= 0
        and words[place].islower()
        and (words[place].endswith("ly") or words[place] in _ADVERBS)
    ):
        place -= 1
    return place >= 0 and words[place][0].isupper() and words[place] not in _NO_NAMES


def is_sentence(text: str) -> bool:
    """Return whether a line ends a sentence, as the body above a summary does."""
    return len(text) > _SHORTEST and text.rstrip("\"'”’»)]")[-1:] in (".", "!", "?", "…", "。")


def is_personal(text: str) -> bool:
    """Return whether a text has "I" or "you" outside quotation marks."""
    words = _WORD.findall(_QUOTED.sub(" ", text))
    return any(word.casefold().replace("’", "'") in _FIRST_PERSON for word in words)


def _is_registrars(words: list[str], vocabulary: Vocabulary) -> bool:
    """Return whether a paragraph begins as a registrar's note: "Answered on 4 May"."""
    if _PREPARED.search(" ".join(words[:14])):
        return True  # "This paper was prepared by the Office of Fisheries"
    begins = next((w for w in map(str.casefold, words[:3]) if w not in ("to", "for", "the")), "")
    return begins in vocabulary.words["registrars"]


def is_editorial_summary(text: str, vocabulary: Vocabulary, *, set_off: bool) -> bool:
    """Return whether a paragraph is an editor's summary of the letter.

    A summary has complete sentences, no "I" or "you" outside quotation marks, and a name as the
    subject of a reporting verb such as "replied" or "urges".

    Args:
        text: The paragraph.
        vocabulary: The vocabulary, with reporting verbs.
        set_off: Whether the line above is short, as a signature or a date is.
    """
    if len(text) > LONGEST or not text or text[-1] not in ".”\"’'" or not text[0].isupper():
        return False
    words = _WORD.findall(text)
    if len(words) < 9 or _LABEL.match(text) or _is_registrars(words, vocabulary):
        return False
    return not is_personal(text) and any(
        word in vocabulary.reporting and _has_subject(words, place)
        for place, word in enumerate(words[1 : REACH if set_off else NEAR], start=1)
    )


def is_abstract(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a line at the end can be an editor's abstract.

    An abstract has no first person, and its first words have a reporting verb or a noun for the
    document.
    """
    if not 30 <= len(text) <= LONGEST or text[-1] not in ".”\"’'])" or not text[0].isupper():
        return False
    words = _WORD.findall(_QUOTED.sub(" ", text))
    if len(words) < 8:
        return False
    folded = [w.casefold().replace("’", "'") for w in words]
    if any(word in _FIRST_PERSON for word in folded) or folded[0] in ("note", "p", "ps", "nb"):
        return False
    if _is_registrars(folded, vocabulary):
        return False
    if set(folded[:5]) & vocabulary.words["abstracts"]:
        return True
    if _LABEL.match(text):
        return False
    return any(
        (word in vocabulary.reporting and word.endswith("s"))
        or (word == "is" and folded[place + 1 : place + 2] in (["told"], ["informed"], ["asked"]))
        for place, word in enumerate(folded[:24])
        if place
    )
