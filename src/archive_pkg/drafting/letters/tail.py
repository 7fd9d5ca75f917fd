"""Read the tail of a letter: closing, signatures, and everything after them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.datelines import Dateline, is_citation, read_dateline
from archive_pkg.drafting.letters.signatures import SEARCHED, SignatureFinder
from archive_pkg.drafting.name_shapes import LONGEST
from archive_pkg.drafting.statements.summary import is_editorial_summary, is_personal, is_sentence
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.letters.head import DocumentHead
    from archive_pkg.drafting.letters.line_shapes import SignatureLine
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary


@dataclass(slots=True)
class DocumentTail:
    """The parts below the body, mostly as numbers of lines.

    Attributes:
        closings: The lines of closings.
        signatures: The signatures, in order.
        for_another: The line that says for whom the signer signs; None if there is none.
        datelines: The dates below the signature.
        addressee: The lines of an address below the signature, one list for each block.
        enclosures: The lines with headings of attachments.
        summary: The first and the last line of an editor's summary; None if there is none.
        set_off: Whether the line above the summary is short, as a signature or a date is.
        end: The line after the letter, where attachments or the summary begin.
    """

    closings: list[int] = field(default_factory=list)
    signatures: list[SignatureLine] = field(default_factory=list)
    for_another: int | None = None
    datelines: list[Dateline] = field(default_factory=list)
    addressee: list[list[int]] = field(default_factory=list)
    enclosures: list[int] = field(default_factory=list)
    summary: tuple[int, int] | None = None
    set_off: bool = False
    end: int = 0


# "Special Assistant to the President", "Respectfully submitted to the President".
_BELONGING = re.compile(r"(?:assistant|advis[eo]r|counsel(?:or)?|attaché|aide|[a-z]ed) to\b", re.I)


def is_document_heading(line: Line) -> bool:
    """Return whether a line is a heading such as "President Roosevelt to Generalissimo Chiang"."""
    text = line.text
    pieces = text.split()
    if not line.alone or not 4 <= len(pieces) <= 32 or text[-1] in ".:,;?!":
        return False
    if "to" not in pieces[1:-1] or not text[0].isupper() or _BELONGING.search(text):
        return False
    long = [p for p in pieces if len(p.strip('(),“”"’')) > 3]
    capital = sum(1 for p in long if p.lstrip('(“"')[:1].isupper())
    return len(long) >= 3 and capital >= len(long) - 1


class _TailReader:
    def __init__(
        self,
        lines: Sequence[Line],
        kinds: list[str],
        head: DocumentHead,
        vocabulary: Vocabulary,
        conventions: TextConventions,
    ) -> None:
        self.lines, self.kinds, self.head = lines, kinds, head
        self.vocabulary, self.conventions = vocabulary, conventions
        self.tail = DocumentTail(end=len(lines))

    def read(self) -> DocumentTail:
        self._find_summary()
        last = self.tail.end - 1
        if last > self.head.body and is_citation(self.lines[last].text):
            self.kinds[last], self.tail.end = "registry", last
        self._find_enclosures()
        self._find_signatures()
        self._read_after()
        return self.tail

    def _find_summary(self) -> None:
        """Find an editor's summary at the end of the last block."""
        lines, last = self.lines, len(self.lines) - 1
        first = last
        while first > self.head.body and not lines[first].first:
            first -= 1
        if last - first > 12:
            return
        for start in range(first, last + 1):
            if start <= self.head.body:
                continue
            text = " ".join(line.text for line in lines[start : last + 1])
            above = lines[start - 1]
            set_off = len(above.text) <= LONGEST and above.text.count(" ") < 8
            summary = is_editorial_summary(text, self.vocabulary, set_off=set_off)
            if summary and not self._has_body_above(start, set_off=set_off):
                continue
            if summary and (lines[start].first or above.is_short):
                self.tail.summary, self.tail.set_off = (start, last), set_off
                self.tail.end = start
                self.kinds[start : last + 1] = ["summary"] * (last + 1 - start)
                return

    def _has_body_above(self, number: int, *, set_off: bool) -> bool:
        """Return whether a text that a paragraph can summarize is above the paragraph.

        Without a short line above it, the text must have "I" or "you". A text that is all in the
        third person is a note.
        """
        own = [line.text for line in self.lines[self.head.body : number]]
        return any(map(is_sentence if set_off else is_personal, own))

    def _find_enclosures(self) -> None:
        headings = self.vocabulary.forms["enclosure headings"]
        for number in range(self.head.body, self.tail.end):
            line = self.lines[number]
            if not line.first or len(line.text) > 240:
                continue
            words = words_of(line.text[:80])
            length = headings.at(words)
            named = length and len(words) <= length + 6 and len(line.text) <= 60
            if (
                named
                and (line.text[0] == "[" or line.text[0].isupper())
                and (line.alone or line.text.isupper() or len(words) <= 3)
            ) or (self._follows_name(number) and is_document_heading(line)):
                self.tail.enclosures.append(number)
                self.kinds[number] = "enclosure"
        if self.tail.enclosures:
            self.tail.end = min(self.tail.end, self.tail.enclosures[0])

    def _follows_name(self, number: int) -> bool:
        """Return whether the line above is short and has letters, as a signature has."""
        above = self.lines[number - 1].text if number > self.head.body + 1 else ""
        return 0 < len(above) <= LONGEST and any(c.isalpha() for c in above)

    def _find_signatures(self) -> None:
        signing = SignatureFinder(
            self.lines, self.head, self.tail.end, self.vocabulary, self.conventions
        )
        signing.find()
        self.tail.signatures, self.tail.closings = signing.signatures, signing.closings
        self.tail.for_another = signing.for_another
        for kind, numbers in (
            ("title", signing.titles),
            ("signature", [one.line for one in signing.signatures]),
            ("closing", signing.closings),
        ):
            for number in numbers:
                self.kinds[number] = kind
        if signing.for_another is not None:
            self.kinds[signing.for_another] = "for-another"

    def _read_after(self) -> None:
        """Read dates, copies, addressees and postscripts below the signature."""
        tail, forms = self.tail, self.vocabulary.forms
        start = (
            tail.signatures[-1].line + 1 if tail.signatures else max(self.head.body, tail.end - 3)
        )
        if tail.signatures:
            start = min(start, tail.signatures[0].line + 1)
        postscript = False
        for number in range(start, min(tail.end, start + SEARCHED)):
            line = self.lines[number]
            if self.kinds[number] not in ("body", "title"):
                continue
            words = words_of(line.text[:100])
            postscript = postscript or bool(forms["postscripts"].at(words) and tail.signatures)
            dated = None
            if len(line.text) <= 80:
                dated = read_dateline(number, line, self.vocabulary, self.conventions)
            if dated is not None and self._below_history(number):
                self.kinds[number] = "registry"
            elif dated is not None and not postscript:
                tail.datelines.append(dated)
                self.kinds[number] = "dateline"
            elif forms["copies"].at(words) and line.is_short:
                self.kinds[number] = "copies"
            elif self._addressed(number, words):
                self.kinds[number] = "addressee"
            elif tail.signatures and self.kinds[number] == "body":
                self.kinds[number] = "postscript"

    def _below_history(self, number: int) -> bool:
        """Return whether a line above in the block is history: "First published in Pravda"."""
        while not self.lines[number].first:
            number -= 1
            if self.vocabulary.history.within(words_of(self.lines[number].text)) >= 0:
                return True
        return False

    def _addressed(self, number: int, words: Sequence[str]) -> bool:
        line, blocks = self.lines[number], self.tail.addressee
        if len(line.text) > LONGEST + 30 or self.kinds[number] == "title":
            return False
        if not line.first and blocks and blocks[-1][-1] == number - 1:
            blocks[-1].append(number)
            return True
        opener = self.vocabulary.forms["addressee openers"].at(words)
        if (
            not opener
            or words[0] in ("for", "to", "die", "der")
            or (opener == 1 and words[0] in ("an", "à"))
        ):
            return False
        blocks.append([number])
        return True


def read_tail(
    lines: Sequence[Line],
    kinds: list[str],
    head: DocumentHead,
    vocabulary: Vocabulary,
    conventions: TextConventions,
) -> DocumentTail:
    """Return the tail, and set the kinds of its lines in `kinds`."""
    return _TailReader(lines, kinds, head, vocabulary, conventions).read()
