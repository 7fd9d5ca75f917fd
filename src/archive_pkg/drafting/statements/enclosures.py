"""Find the name of an enclosure in the sentence that mentions it.

In "I enclose a copy of his letter, which …" the name is "copy of his letter". In "A copy is
attached" it is "copy".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.names import slug

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

# The largest number of characters between "enclosed" and the noun for the thing.
_NEAR = 60
# The largest number of characters in the name of a thing.
_LONGEST = 100
# The largest number of words between an article and the noun.
_ADJECTIVES = 3
_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*’?")
_STOP = re.compile(r"[,;:.!?()\[\]—–]")
_APART = re.compile(r"[;:.!?()\[\]—–]")
_SUBJECT_BEFORE = re.compile(
    r"(?<!there )\b(?:is|are|was|were|ist|sind|est|sont)(?: \w+)? $", re.IGNORECASE
)
_OF_WHICH = re.compile(r"\s(?:of which|whereof|dont|deren|dessen)\b", re.IGNORECASE)


def enclosure_id(name: str) -> str:
    """Return an id made from the first words of a name, such as "copy-of-the-note"."""
    words = slug(name).split("-")[:4]
    while len(words) > 1 and len(words[-1]) <= 3 and words[-1].isalpha():
        words.pop()
    return "-".join(words)


def enclosure_name(sentence: str, begin: int, end: int, vocabulary: Vocabulary) -> str:
    """Return the name of an enclosure.

    Args:
        sentence: The sentence.
        begin: The start of the words that mention the enclosure.
        end: The end of these words.
        vocabulary: The vocabulary, with nouns for things that are enclosed.

    Returns:
        The words of the sentence that name the thing. If it names none, the clause.
    """
    naming = _Naming(sentence, vocabulary)
    subject = sentence[begin:end].casefold().startswith(("is ", "are "))
    if subject or _SUBJECT_BEFORE.search(sentence, 0, begin):
        name = naming.before(begin, first=True) or naming.after(begin, end)
    else:
        name = naming.after(begin, end) or naming.before(begin)
    return name or naming.clause(begin)


class _Naming:
    """Finds the names of things in a sentence."""

    def __init__(self, sentence: str, vocabulary: Vocabulary) -> None:
        self._sentence = sentence
        self._thing = vocabulary.thing
        self._words = vocabulary.words

    def after(self, begin: int, end: int) -> str:
        """Return the name of the thing after the words; empty if there is none."""
        found = self._thing.search(self._sentence, end, end + _NEAR)
        if found is None or _APART.search(self._sentence, end, found.start()):
            return ""
        start, stop = self._head(end, found.start()), self._tail(found.end(), len(self._sentence))
        before = _WORD.findall(self._sentence, 0, begin)
        after = _WORD.match(self._sentence, found.end() + 1, stop)
        described = before and self._is("before names", before[-1])
        if described and not (after and self._is("joining names", after[0])):
            stop = found.end()  # "the enclosed report will show"
        return self._trimmed(start, stop)

    def before(self, begin: int, *, first: bool = False) -> str:
        """Return the name of the nearest thing before the words; empty if there is none.

        With `first`, return the name of the first thing in the sentence.
        """
        found = [
            one
            for one in self._thing.finditer(self._sentence, 0, begin)
            if not _OF_WHICH.match(self._sentence, one.end())
        ]
        if not found:
            return ""
        thing = found[0 if first else -1]
        return self._trimmed(self._head(0, thing.start()), self._tail(thing.end(), begin))

    def clause(self, begin: int) -> str:
        """Return the text between the punctuation marks around the words."""
        stops = [each.end() for each in _STOP.finditer(self._sentence, 0, begin)]
        return self._trimmed(stops[-1] if stops else 0, self._stop(begin, len(self._sentence)))

    def _head(self, first: int, thing: int) -> int:
        """Return the start of the name of a thing: after a near article, or else at the noun."""
        start = thing
        for count, word in enumerate(reversed([*_WORD.finditer(self._sentence, first, thing)])):
            apart = not self._sentence[word.end() : start].isspace()
            if apart or self._is("before names", word[0]):
                return start
            if count == _ADJECTIVES:
                return thing
            start = word.start()
        return start

    def _tail(self, thing: int, last: int) -> int:
        """Return the end of the name of a thing: before punctuation, or before a new clause."""
        end = self._stop(thing, last)
        words = _WORD.finditer(self._sentence, thing, end)
        return next((word.start() for word in words if self._is("after names", word[0])), end)

    def _stop(self, first: int, last: int) -> int:
        found = _STOP.search(self._sentence, first, last)
        return found.start() if found else last

    def _is(self, kind: str, word: str) -> bool:
        return word.casefold() in self._words[kind]

    def _trimmed(self, start: int, end: int) -> str:
        """Return part of the sentence, shortened, without a conjunction or title at the end."""
        words = self._sentence[start:end].strip()
        if len(words) > _LONGEST:
            words = words[:_LONGEST].rpartition(" ")[0]
        while " " in words and self._is_incomplete(words.rpartition(" ")[2]):
            words = words.rpartition(" ")[0].rstrip()
        return words

    def _is_incomplete(self, word: str) -> bool:
        return self._is("joining names", word) or self._is("honorifics", word)
