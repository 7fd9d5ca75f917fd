"""Make statements about the content of a letter: notes, enclosures, summary, names, languages."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from archive_pkg.drafting.language import SCRIPTS
from archive_pkg.drafting.statements.base import (
    CERTAIN,
    GUESS,
    PROBABLE,
    Statement,
    StatementReader,
)
from archive_pkg.drafting.statements.enclosures import enclosure_name
from archive_pkg.drafting.statements.mentions import find_mentions
from archive_pkg.drafting.statements.notes import (
    MOST_NOTES,
    find_brackets,
    find_slips,
    kind_of,
    one_letter_apart,
    rendering_before,
)
from archive_pkg.drafting.statements.text_kind import original_language
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.drafting.statements.notes import Bracket

# The number of characters that are searched for names, enclosures and slips.
SEARCHED = 200_000
# The largest number of characters between a word and the beginning or end of its sentence.
REACH = 400
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|(?=[\r\n])")
_REFERENCE = re.compile(
    r"\((?:see |vgl\. |см\. )?(?P<name>(?:enclosure|attachment|annex|appendix|anlage|приложение"
    r"|załącznik|příloha)\s(?:no\.?\s?|nr\.?\s?|№\s?)?[\dIVX]+)\)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{5,}")


class ContentReader(StatementReader):
    """Reads notes, enclosures, summary, mentions and languages."""

    def read(self) -> None:
        """Read all of them."""
        self.notes()
        self.slips()
        self.enclosures()
        self.summary()
        self.mentions()
        self.languages()

    @cached_property
    def expected(self) -> str:
        """The language of the original, if a heading, the source line or the sender shows it."""
        stated = [
            Statement(one.field, one.value, one.sure, one.rule, self.quote(one.start, one.end),
                      one.kind, one.details)
            for one in self.layout.forms.facts
        ]  # fmt: skip
        return original_language(self.text, stated, self.vocabulary)

    def notes(self) -> None:
        """Add the brackets as notes."""
        for bracket in find_brackets(self.text)[0][:MOST_NOTES]:
            self.note(bracket)

    def note(self, bracket: Bracket) -> None:
        """Add one bracket as a note.

        A source term also gets its language, original and the translated words before it.
        """
        quote = self.quote(bracket.start, bracket.end)
        sources = (*self.layout.forms.of("source-line"), *self.layout.forms.of("translator"))
        if any(bracket.start <= one.start < bracket.end for one in sources):
            self.add("note", bracket.text, CERTAIN, "source-line", quote, "editorial")
            return
        language = self.layout.conventions.language
        kind = kind_of(bracket, self.text, self.vocabulary, language, self.expected)
        details: dict[str, str] = {"kind_sure": "" if kind.sure else "no"}
        if kind.term is not None:
            details["language"] = kind.term.language
            details["original"], details["romanized"] = kind.term.original, kind.term.romanized
            spelled = dict(kind.term.spellings)
            if spelled:
                ways = list(dict.fromkeys(one for several in spelled.values() for one in several))
                strict = [one for name in ("BGN/PCGN", "ALA-LC") for one in spelled.get(name, ())]
                details["original"] = strict[0] if strict else ways[0]
                details["spellings"] = "; ".join(ways)
                details["schemes"] = "; ".join(spelled)
            written = kind.term.original or kind.term.romanized
            before = rendering_before(self.text, bracket, len(written.split()))
            if before is not None:
                details["rendering"] = self.text[before[0] : before[1]]
        self.add("note", bracket.text, CERTAIN, kind.rule, quote, kind.kind, **details)

    def slips(self) -> None:
        """Add slips in grammar, and names that the signature spells differently."""
        start = self.lines[self.layout.head.body].start if self.in_body() else 0
        for begin, end, word in find_slips(self.text[start : start + SEARCHED], self.vocabulary):
            quote = self.quote(start + begin, start + end)
            self.add(
                "slip", quote.exact, PROBABLE, "past-tense-after-have", quote, "sic", word=word
            )
        span = self.summary_range()
        if span is None:
            return
        names = {
            word: one.text
            for one in self.layout.tail.signatures
            for word in words_of(one.text)
            if len(word) > 5
        }
        begin, end = span
        reported: set[str] = set()
        for match in _WORD.finditer(self.text, begin, end):
            word = match.group().casefold()
            near = next((name for name in names if one_letter_apart(word, name)), None)
            if match.group()[0].isupper() and near is not None and word not in reported:
                reported.add(word)
                quote = self.quote(*match.span())
                self.add(
                    "slip",
                    quote.exact,
                    PROBABLE,
                    "name-spelt-otherwise",
                    quote,
                    "sic",
                    word=names[near],
                )

    def summary_range(self) -> tuple[int, int] | None:
        """Return the range of the editor's summary in the text; None if there is none."""
        facts, span = self.layout.forms.of("summary"), self.layout.tail.summary
        if facts:
            return facts[0].start, facts[0].end
        return None if span is None else (self.lines[span[0]].start, self.lines[span[1]].end)

    def in_body(self) -> bool:
        """Return whether the letter has a body."""
        return self.layout.head.body < len(self.lines)

    def enclosures(self) -> None:
        """Add attachments in the text, and enclosures that the letter mentions."""
        for number in self.layout.tail.enclosures:
            quote = self.line_quote(number)
            self.add("enclosure", quote.exact, CERTAIN, "enclosure-heading", quote)
        for match in _REFERENCE.finditer(self.text[:SEARCHED]):
            quote = self.quote(*match.span("name"))
            self.add("enclosure-mentioned", quote.exact, PROBABLE, "enclosure-reference", quote)
        for start, end, word, sure in self.sentences_on_enclosures():
            quote = self.quote(start, end)
            begin = word.start() - quote.start
            name = enclosure_name(quote.exact, begin, begin + len(word[0]), self.vocabulary)
            confidence = PROBABLE if sure else GUESS
            self.add("enclosure-mentioned", name, confidence, "letter-speaks-of-it", quote)

    def sentences_on_enclosures(self) -> Iterator[tuple[int, int, re.Match[str], bool]]:
        """Yield sentences that mention an enclosure: start, end, the words, whether it is clear."""
        if not self.in_body():
            return
        start = self.lines[self.layout.head.body].start
        end = self.lines[self.layout.tail.end - 1].end if self.layout.tail.end else start
        last = start
        for match in self.vocabulary.mention.finditer(self.text, start, min(end, start + SEARCHED)):
            if match.start() < last:
                continue
            begin, last = self.sentence(match.start(), match.end(), start, end)
            sure = match.group().casefold() not in ("attached", "herewith")
            yield begin, last, match, sure

    def sentence(self, begin: int, end: int, first: int, last: int) -> tuple[int, int]:
        """Return the range of the sentence around some words, within the body.

        Args:
            begin: The start of the words.
            end: The end of the words.
            first: The start of the body.
            last: The end of the body.
        """
        before = self.text[max(first, begin - REACH) : begin]
        cut = max(map(before.rfind, (". ", "! ", "? ", "\n", "\r")))
        if cut < 0 and len(before) == REACH:
            cut = before.find(" ")
        start = begin - len(before) + cut + 1
        start += len(self.text[start:begin]) - len(self.text[start:begin].lstrip(" \u00a0"))
        after = _SENTENCE_END.search(self.text, end, min(last, end + REACH))
        return start, after.end() if after else min(last, end + REACH)

    def summary(self) -> None:
        """Add the editor's summary."""
        span = self.layout.tail.summary
        if span is not None:
            quote = self.quote(self.lines[span[0]].start, self.lines[span[1]].end)
            sure = CERTAIN if self.layout.tail.set_off else PROBABLE
            self.add("summary", quote.exact, sure, "editorial-paragraph", quote)

    def mentions(self) -> None:
        """Add each body, person and place of the vocabulary, at its first mention in the letter."""
        if not self.in_body():
            return
        start = self.lines[self.layout.head.body].start
        tail = self.layout.tail
        last = tail.signatures[0].start if tail.signatures else self.lines[tail.end - 1].end
        end = min(max(last, start), start + SEARCHED)
        reported: set[str] = set()
        for one in find_mentions(self.text, self.vocabulary, start, end):
            if one.known.name in reported:
                continue
            reported.add(one.known.name)
            name = "mentioned-place" if one.known.kind == "place" else "mentioned"
            quote = self.quote(one.start, one.end)
            self.add(name, one.known.name, PROBABLE, "name-in-vocabulary", quote, one.known.kind)

    def languages(self) -> None:
        """Add the language of the text, and of the original if a source term shows it."""
        conventions = self.layout.conventions
        if conventions.language:
            sure = CERTAIN if conventions.share > 0.2 else PROBABLE
            rule = "script-of-text" if conventions.language in SCRIPTS else "function-words"
            self.add("language", conventions.language, sure, rule)
        terms = [one for one in self.statements if one.more.get("language")]
        if terms:
            counted = Counter(one.more["language"] for one in terms)
            language = counted.most_common(1)[0][0]
            term = next(one for one in terms if one.more["language"] == language)
            self.add(
                "original-language", language, PROBABLE, "language-of-source-terms", term.quote
            )
