"""Find signatures after a closing, at the end of a letter, and below a postscript."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.datelines import read_dateline
from archive_pkg.drafting.letters.line_shapes import LineShapes, SignatureLine
from archive_pkg.drafting.name_shapes import LONGEST, looks_like_name
from archive_pkg.drafting.vocabulary import first_word, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.letters.head import DocumentHead
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

# The number of lines at the beginning, and at the end, that are searched for signatures.
SEARCHED = 2000


def _are_two(one: str, other: str) -> bool:
    """Return whether two names with initials are those of different persons."""
    both = _INITIALED.match(one) and _INITIALED.match(other)
    return bool(both) and words_of(one)[-1] != words_of(other)[-1]


_INITIALED = re.compile(r"(?:[A-ZА-Я][a-zа-я]?\.\s?){1,2}[^\W\d_]{2,}(?:-[^\W\d_]+)?$")


class SignatureFinder:
    """Finds the signatures of a letter.

    Attributes:
        signatures: The signatures, in order.
        closings: The numbers of lines with a closing.
        titles: The numbers of lines that belong to a signature, such as the typed name.
        for_another: The number of the line that says for whom the signer signs; None without one.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        head: DocumentHead,
        end: int,
        vocabulary: Vocabulary,
        conventions: TextConventions,
    ) -> None:
        self.lines, self.head, self.end = lines, head, end
        self.vocabulary, self.conventions = vocabulary, conventions
        self.shapes = LineShapes(lines, vocabulary)
        self.signatures: list[SignatureLine] = []
        self.closings: list[int] = []
        self.titles: list[int] = []
        self.for_another: int | None = None

    def find(self) -> None:
        """Find signatures after a closing or, as in telegrams, on the last lines."""
        found = self._after_closings()
        last = self._last_block()
        strong = [one for one in found if one.how != "with-closing"]
        found = strong or found[-1:]
        telegram = self.head.salutation is None and last and found
        if found and not (telegram and last[-1].line > found[-1].line + 1):
            self._with_cosigners(found)
        else:
            self.signatures = last or self._before_postscript()
            self._note_titles()

    def _after_closings(self) -> list[SignatureLine]:
        found: list[SignatureLine] = []
        number, gap = self.head.body, self.head.body + SEARCHED
        while number < self.end:
            if gap <= number < self.end - SEARCHED:
                number = self.end - SEARCHED
            one = self._signature_at(number)
            if one is not None:
                found.append(one)
                number = one.line
            number += 1
        return found

    def _signature_at(self, number: int) -> SignatureLine | None:
        """Return the signature on a line or on the lines right below it; None if there is none."""
        signed = self.shapes.read_marked(number)
        if signed is not None:
            return signed
        if self.shapes.is_for_another(number):
            self.for_another = number
            return self._following_name(number)
        line = self.lines[number]
        closing = self.shapes.closing_length(number)
        if not closing and line.text[-1] != ",":
            return None
        pieces = line.text.count(" ") + 1
        short = pieces <= 8
        follows = self._following_name(number)
        if not closing and not (follows is not None and self._may_close(number, follows.line)):
            return None
        inline = None
        if closing and line.is_short and line.last:
            inline = self.shapes.name_after_closing(number, closing)
        named = inline is not None and follows is not None and self.shapes.is_title(follows.line)
        if follows is not None and (closing >= pieces or short) and not named:
            self._note_closing(number)
            return follows
        if inline is not None or (closing >= pieces and short and line.last):
            self._note_closing(number)
        return inline

    def _may_close(self, number: int, name: int) -> bool:
        """Return whether a short line with a comma, above a name, can be an unknown closing."""
        line = self.lines[number]
        return (
            number > self.head.body
            and line.text[-1] == ","
            and line.text.count(" ") <= 4
            and line.text[0].isupper()
            and (line.last or name + 1 >= self.end)
            and not self._is_addressed(number)
            and not self._names_addressee(line.text)
        )

    def _names_addressee(self, text: str) -> bool:
        """Return whether a line begins an address, as "Monsieur N. Bee," and "N. Murray Bee,"."""
        pieces = text.split()
        if words_of(pieces[0])[:1] and first_word(pieces[0]) in self.vocabulary.words["honorifics"]:
            return True
        return len(pieces) > 1 and looks_like_name(text) and all(p[0].isupper() for p in pieces)

    def _note_closing(self, number: int) -> None:
        if self.lines[number].is_short and self.lines[number].text.count(" ") < 12:
            self.closings.append(number)

    def _following_name(self, number: int) -> SignatureLine | None:
        """Return the name on the next line; or below it if the next line is a title or "For …"."""
        following = number + 1
        if following >= self.end:
            return None
        line = self.lines[following]
        another = self.shapes.is_for_another(following)
        title = self.shapes.is_title(following) and line.alone and line.text[-1] not in ".!?"
        if following + 1 < self.end and (another or title):
            beyond = self.shapes.read_name(following + 1, "after-closing")
            if beyond is not None and not self.shapes.is_title(following + 1):
                self.for_another = following if another else self.for_another
                return beyond
        return self.shapes.read_name(following, "after-closing")

    def _is_dated(self, number: int) -> bool:
        line = self.lines[number]
        return read_dateline(number, line, self.vocabulary, self.conventions) is not None

    def _typed(self, one: SignatureLine) -> SignatureLine:
        """Return a signature with the line of the typed name, if this follows in the block."""
        below = one.line + 1
        if below < self.end and not self.lines[below].first and not self.shapes.is_title(below):
            typed = self.shapes.read_name(below, "typed")
            if typed is not None and " " in typed.text and not _are_two(one.text, typed.text):
                return replace(one, typed=below)
        return one

    def _with_cosigners(self, found: list[SignatureLine]) -> None:
        """Keep the first signature, the signatures near it, and one below a postscript."""
        self.signatures = [self._typed(found[0])]
        number = found[0].line + 1
        while number < min(self.end, found[0].line + SEARCHED):
            if self._is_addressed(number):
                break
            line = self.lines[number]
            if len(line.text) <= LONGEST and (not line.first or self.shapes.is_title(number)):
                if not self._is_dated(number):
                    self.titles.append(number)
            elif not self._cosigns(number):
                break
            number += 1
        self._add_later(found, number)
        self._add_under_postscript()

    def _is_addressed(self, number: int) -> bool:
        words = words_of(self.lines[number].text[:100])
        return self.vocabulary.forms["addressee openers"].at(words) > 1

    def _cosigns(self, number: int) -> bool:
        """Add the signature of a further signer on a line; return whether there is one."""
        one = self.shapes.read_name(number, "co-signed")
        if one is None or self._is_dated(number):
            return False
        below = number + 1
        if not self.lines[number].alone and not (below < self.end and self.shapes.is_title(below)):
            return False
        self.signatures.append(self._typed(one))
        return True

    def _add_later(self, found: list[SignatureLine], number: int) -> None:
        """Add signatures after further closings, up to twelve lines below."""
        known = {one.text for one in self.signatures}
        for later in found[1:]:
            if number <= later.line < number + 12 and later.text not in known:
                self.signatures.append(later)
                known.add(later.text)

    def _add_under_postscript(self) -> None:
        last = self._before_address()
        if last <= self.signatures[-1].line + 1 or not self.lines[last].alone:
            return
        under = self.shapes.read_name(last, "postscript")
        if under is None or len(under.text) > 24 or self.shapes.is_title(last):
            return
        if under.text not in {one.text for one in self.signatures}:
            self.signatures.append(under)

    def _before_address(self) -> int:
        """Return the number of the last line; or of the line above an address in the last block."""
        last = self.end - 1
        first = last
        while first > self.head.body and last - first < 6 and not self.lines[first].first:
            first -= 1
        return first - 1 if self._is_addressed(first) else last

    def _last_block(self) -> list[SignatureLine]:
        """Return the names that begin the last blocks, for letters without a closing."""
        signatures: list[SignatureLine] = []
        number = self.end - 1
        while number > self.head.body and number > self.end - 12:
            first = number
            while first > self.head.body and not self.lines[first].first:
                first -= 1
            if first <= self.head.body or len(self.lines[number].text) > LONGEST:
                break
            titled = self.shapes.is_title(first)
            one = None if titled else self.shapes.read_name(first, "last-line")
            if one is not None and one.text[-1] != "," and not self._is_dated(first):
                signatures[:0] = [self._typed(one), *self._signed_below(one)]
            elif signatures or not (titled or self._is_dated(first)):
                break
            number = first - 1
        return signatures

    def _signed_below(self, one: SignatureLine) -> list[SignatureLine]:
        """Return the further signers in the block of a signature: one full name on each line."""
        found: list[SignatureLine] = []
        for number in range(one.line + 1, self.end):
            below = None if self.lines[number].first else self.shapes.read_name(number, "co-signed")
            if below is None or not _are_two((found or [one])[-1].text, below.text):
                break
            found.append(below)
        return found

    def _before_postscript(self) -> list[SignatureLine]:
        """Return a name that is alone in a block among the last five lines, or no name."""
        for number in range(self.end - 1, max(self.head.body, self.end - 6), -1):
            line = self.lines[number]
            if line.alone and line.text.count(" ") < 4 and not self.shapes.is_title(number):
                one = self.shapes.read_name(number, "before-postscript")
                if one is not None and self.lines[number - 1].text.count(" ") > 3:
                    return [one]
        return []

    def _note_titles(self) -> None:
        """Collect the lines below each signature that belong to it."""
        for one in self.signatures:
            for below in range(one.line + 1, self.end):
                if self.lines[below].first and not self.shapes.is_title(below):
                    break
                self.titles.append(below)
