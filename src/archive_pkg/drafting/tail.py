"""The foot of a letter: closing, signatures, and what stands after them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.drafting.datelines import Dateline, read_dateline
from archive_pkg.drafting.head import is_salutation
from archive_pkg.drafting.names import LONGEST, looks_like_name
from archive_pkg.drafting.summary import is_editorial_summary
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.head import Head
    from archive_pkg.drafting.language import Habits
    from archive_pkg.drafting.text import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

# How many lines at the beginning and at the end of a letter are searched for its signature.
SEARCHED = 2000
_PIECE = re.compile(r"\S+")
# Words that ran together where a line end was lost: "GrussIhr".
_GLUED = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_QUOTES = '“”„«»"'
_SIGNATURE_TOLD = re.compile(r"\[[^\[\]]{0,40}signature\]", re.IGNORECASE)
# No name begins with these, and before these a possessive takes no leave ("an Deine Frau").
_NOT_FIRST = frozenset(
    {
        "u",
        "und",
        "dich",
        "dir",
        "mich",
        "euch",
        "and",
        "et",
        "of",
        "in",
        "an",
        "zu",
        "auf",
        "mit",
        "sie",
        "wir",
        "ich",
        "ebenfalls",
    }
)
_BEFORE_POSSESSIVE = frozenset(
    {
        "an",
        "auf",
        "zu",
        "mit",
        "für",
        "in",
        "bei",
        "und",
        "u",
        "über",
        "nach",
        "durch",
        "to",
        "with",
        "à",
        "wie",
    }
)
_PRONOUNS = frozenset(
    {"dich", "dir", "mich", "mir", "sie", "ihnen", "euch", "uns", "you", "me", "us", "vous", "moi"}
)
_POSSESSIVE = frozenset(
    {
        "ihr",
        "ihre",
        "ihrer",
        "ihrem",
        "dein",
        "deine",
        "deiner",
        "deinem",
        "euer",
        "eure",
        "votre",
        "your",
        "yours",
    }
)
_TYPED_SIGN = re.compile(r"\(?/?s/|/s\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature: where it stands, and how it was known as one.

    Attributes:
        line: Number of its line.
        start: Offset in the text.
        end: Offset after it.
        text: The signature as written.
        how: "after-closing", "with-closing", "marked-signed", "co-signed", "last-line",
            "before-postscript" or "postscript".
        typed: Number of the line with the same signer's name in type; None if there is none.
    """

    line: int
    start: int
    end: int
    text: str
    how: str
    typed: int | None = None


@dataclass(slots=True)
class Tail:
    """What stands below the body, as numbers of lines.

    Attributes:
        closings: Lines that take leave.
        signatures: The signatures, in order.
        for_another: Line that says for whom was signed.
        datelines: Dates below the signature.
        addressee: Lines of an address below the signature, block by block.
        enclosures: Lines that head an attachment.
        summary: First and last line of an editor's summary.
        set_off: Whether a signature, date or address, not prose, stands right above the summary.
        end: Number of the line after the letter itself, before its attachments.
    """

    closings: list[int] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    for_another: int | None = None
    datelines: list[Dateline] = field(default_factory=list)
    addressee: list[list[int]] = field(default_factory=list)
    enclosures: list[int] = field(default_factory=list)
    summary: tuple[int, int] | None = None
    set_off: bool = False
    end: int = 0


def closing_end(text: str, vocabulary: Vocabulary) -> int:
    """Number of pieces of a line up to and with its last closing word; 0 if it takes no leave."""
    closings = vocabulary.forms["closings"]
    words: list[str] = []
    owner: list[int] = []
    for number, piece in enumerate(_PIECE.findall(text)):
        for part in _GLUED.split(piece) if len(piece) < 40 else [piece]:
            for word in words_of(part):
                words.append(word)
                owner.append(number)
    last = 0
    for place in range(len(words)):
        length = closings.at(words, place)
        if (
            length == 1
            and words[place] in _POSSESSIVE
            and place
            and words[place - 1] in _BEFORE_POSSESSIVE
        ):
            continue
        if length:
            last = max(last, owner[place + length - 1] + 1)
    return last


def is_document_heading(line: Line) -> bool:
    """Whether a line heads another document: "President Roosevelt to Generalissimo Chiang"."""
    text = line.text
    pieces = text.split()
    if not line.alone or not 4 <= len(pieces) <= 32 or text[-1] in ".:,;?!" or len(text) > 240:
        return False
    if "to" not in pieces[1:-1] or not text[0].isupper():
        return False
    heavy = [p for p in pieces if len(p.strip('(),“”"’')) > 3]
    capital = sum(1 for p in heavy if p.lstrip('(“"')[:1].isupper())
    return len(heavy) >= 3 and capital >= len(heavy) - 1


class _TailReader:
    def __init__(
        self,
        lines: Sequence[Line],
        kinds: list[str],
        head: Head,
        vocabulary: Vocabulary,
        habits: Habits,
    ) -> None:
        self.lines, self.kinds, self.head = lines, kinds, head
        self.vocabulary, self.habits = vocabulary, habits
        self.tail = Tail(end=len(lines))

    def read(self) -> Tail:
        self._find_summary()
        self._find_enclosures()
        self._find_signatures()
        self._read_after()
        return self.tail

    # What is no part of the letter itself.

    def _find_summary(self) -> None:
        """The last block, or its last lines, if an editor wrote them."""
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
            if (lines[start].first or lines[start - 1].is_short) and is_editorial_summary(
                text, self.vocabulary
            ):
                self.tail.summary = (start, last)
                above = lines[start - 1].text
                self.tail.set_off = len(above) <= LONGEST and above.count(" ") < 8
                self.tail.end = start
                self.kinds[start : last + 1] = ["summary"] * (last + 1 - start)
                return

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
            ) or (number > self.head.body and is_document_heading(line)):
                self.tail.enclosures.append(number)
                self.kinds[number] = "enclosure"
        if self.tail.enclosures:
            self.tail.end = min(self.tail.end, self.tail.enclosures[0])

    # Shapes of single lines.

    def _name(self, number: int, how: str) -> Signature | None:
        """A whole line as a signature."""
        line = self.lines[number]
        text = line.text
        if len(text) > LONGEST:
            return None
        if _SIGNATURE_TOLD.fullmatch(text):
            return Signature(number, line.start, line.end, text, "marked-signed")
        if any(q in text for q in _QUOTES) or text[-1] == ":":
            return None
        if not looks_like_name(text.lstrip("= ")) or self._is_other_form(number):
            return None
        return Signature(number, line.start, line.end, text, how)

    def _is_other_form(self, number: int) -> bool:
        """Whether a line of a name's shape is something else: a leave, an address, a copy."""
        text = self.lines[number].text
        words = words_of(text)
        if (
            not words
            or words[0] in _NOT_FIRST
            or words[-1] in _PRONOUNS
            or words == ["d"]
            or (text[0] == "(" and not text.isupper())
        ):
            return True
        forms = self.vocabulary.forms
        return (
            closing_end(text, self.vocabulary) > 0
            or is_salutation(self.lines[number], self.vocabulary) == 2
            or (all(word in self.vocabulary.kin for word in words) and text[-1] != ".")
            or bool(forms["postscripts"].at(words))
            or bool(forms["choices"].at(words))
            or forms["registry"].at(words) == len(words)
            or self.vocabulary.offices.at(words) == len(words)
        )

    def _is_title(self, number: int) -> bool:
        """Whether a line names an office or a body rather than a person."""
        line = self.lines[number]
        words = words_of(line.text[:100])
        if not words or len(words) > 12 or len(line.text) > LONGEST + 30:
            return False
        forms = self.vocabulary.forms
        return self.vocabulary.offices.within(words) >= 0 or forms["letterheads"].within(words) >= 0

    def _signed(self, number: int) -> Signature | None:
        """A line that says of itself that it is signed: "Signé: …", "[signed Joe]", "/s/ …"."""
        line = self.lines[number]
        text = line.text
        if len(text) > LONGEST or any(q in text for q in _QUOTES):
            return None
        words = words_of(text)
        length = self.vocabulary.forms["signed"].at(words)
        typed = _TYPED_SIGN.match(text)
        if typed and len(text) > typed.end() + 1:
            rest = text[typed.end() :]
        elif length and len(words) > length:
            rest = text[text.casefold().index(words[length - 1]) + len(words[length - 1]) :]
        elif len(words) > 1 and words[-1] == "signed":
            rest = text[: text.casefold().rindex("signed")]
        elif _SIGNATURE_TOLD.fullmatch(text):
            rest = text
        else:
            return None
        name = rest.strip(" .:)(/") if rest is text else rest.strip(" .:)]([/")
        if not (looks_like_name(name) or rest is text) or words_of(name)[:1] == ["and"]:
            return None
        start = line.start + text.index(name)
        return Signature(number, start, start + len(name), name, "marked-signed")

    def _with_closing(self, number: int, closing: int) -> Signature | None:
        """The name at the end of a line of leave-taking: "Dein Paul."."""
        line = self.lines[number]
        pieces = list(_PIECE.finditer(line.text))
        if closing <= 3 and len(pieces) <= 8:
            while closing < len(pieces) - 1 and pieces[closing].group()[0].islower():
                closing += 1  # "Dein tr. Paul", "Ihr treuergebener Eduard"
        if closing >= len(pieces):
            return None
        start = pieces[closing].start()
        rest = line.text[start:]
        words = words_of(rest)
        if any(q in rest for q in _QUOTES) or not looks_like_name(rest, most=5):
            return None
        if words[0] in _NOT_FIRST or all(word in self.vocabulary.kin for word in words):
            return None
        first = words_of(line.text)[0]
        if first in ("ich", "wir", "i", "we", "je") or (rest[-1] == "!" and len(pieces) > 5):
            return None
        if self.vocabulary.forms["closings"].within(words) >= 0 or all(
            self.vocabulary.offices.at([word]) for word in words
        ):
            return None
        return Signature(number, line.start + start, line.end, rest, "with-closing")

    def _for_another(self, number: int) -> bool:
        line = self.lines[number]
        words = words_of(line.text[:80])
        if (
            2 < len(words) <= 10
            and self.vocabulary.forms["for_another"].at(words)
            and line.text.endswith((":", ","))
        ):
            self.tail.for_another = number
            self.kinds[number] = "for-another"
            return True
        return False

    def _dated(self, number: int) -> Dateline | None:
        return read_dateline(number, self.lines[number], self.vocabulary, self.habits)

    # The signatures.

    def _leave(self, number: int) -> int:
        """For a line that takes leave the pieces up to its last closing word; 0 for another."""
        line = self.lines[number]
        if line.is_short:
            return closing_end(line.text, self.vocabulary)
        last = " ".join(_PIECE.findall(line.text[-60:])[-2:])
        ends = closing_end(last, self.vocabulary) == last.count(" ") + 1
        return line.text.count(" ") + 1 if ends else 0

    def _find_signatures(self) -> None:
        found: list[Signature] = []
        number, gap = self.head.body, self.head.body + SEARCHED
        while number < self.tail.end:
            if gap <= number < self.tail.end - SEARCHED:
                number = self.tail.end - SEARCHED
            one = self._signature_at(number)
            if one is not None:
                found.append(one)
                number = one.line
            number += 1
        last = self._last_block()
        strong = [one for one in found if one.how != "with-closing"]
        found = strong or found[-1:]
        if found and not (
            last and self.head.salutation is None and last[-1].line > found[-1].line + 1
        ):
            self.tail.signatures = self._with_cosigners(found)
        else:
            self.tail.signatures = last or self._before_postscript()
            self._mark_titles(self.tail.signatures)
        for one in self.tail.signatures:
            self.kinds[one.line] = "signature"
        for number in self.tail.closings:
            self.kinds[number] = "closing"

    def _signature_at(self, number: int) -> Signature | None:
        """The signature that a line has or leads to."""
        signed = self._signed(number)
        if signed is not None:
            return signed
        line = self.lines[number]
        pieces = line.text.count(" ") + 1
        follows = self._following_name(number)
        if self._for_another(number) and follows is not None:
            return follows
        closing = self._leave(number)
        short = pieces <= 8
        if not closing:
            takes_leave = (
                short
                and line.last
                and line.text[-1] == ","
                and pieces <= 5
                and line.text[0].isupper()
            )
            if not (takes_leave and follows is not None and number > self.head.body):
                return None
        inline = (
            self._with_closing(number, closing) if closing and line.is_short and line.last else None
        )
        if (
            follows is not None
            and (closing >= pieces or short)
            and not (inline and self._is_title(follows.line))
        ):
            self._note_closing(number)
            return follows
        if inline is not None and (pieces <= 12 or closing):
            self._note_closing(number)
            return inline
        if closing >= pieces and short and line.last:
            self._note_closing(number)
        return None

    def _note_closing(self, number: int) -> None:
        if self.lines[number].is_short and self.lines[number].text.count(" ") < 12:
            self.tail.closings.append(number)

    def _following_name(self, number: int) -> Signature | None:
        """The name on the next line, past a line that says for whom it is signed, or a title."""
        following = number + 1
        if (
            following < self.tail.end
            and self.lines[following].is_short
            and (
                self._for_another(following)
                or (self._is_title(following) and self.lines[following].alone)
            )
        ):
            beyond = (
                self._name(following + 1, "after-closing")
                if following + 1 < self.tail.end
                else None
            )
            if beyond is not None and not self._is_title(following + 1):
                return beyond
        if following >= self.tail.end:
            return None
        return self._name(following, "after-closing")

    def _typed(self, one: Signature) -> Signature:
        """The signature with the line of the same block that has the signer's name in type."""
        below = one.line + 1
        if below < self.tail.end and not self.lines[below].first and not self._is_title(below):
            typed = self._name(below, "typed")
            if typed is not None and " " in typed.text:
                return Signature(one.line, one.start, one.end, one.text, one.how, below)
        return one

    def _with_cosigners(self, found: list[Signature]) -> list[Signature]:
        """The first signature, those of others right after it, and one under a postscript."""
        signatures = [self._typed(found[0])]
        number = found[0].line + 1
        while number < min(self.tail.end, found[0].line + SEARCHED):
            line = self.lines[number]
            if self.vocabulary.forms["addressee openers"].at(words_of(line.text[:100])) > 1:
                break
            if len(line.text) <= LONGEST and (not line.first or self._is_title(number)):
                if self._dated(number) is None:
                    self.kinds[number] = "title"  # the signer's name in type, or his office
                number += 1
                continue
            one = self._name(number, "co-signed")
            if (
                one is None
                or self._dated(number) is not None
                or (not line.alone and not self._is_title(number + 1))
            ):
                break
            signatures.append(self._typed(one))
            number += 1
        known = {one.text for one in signatures}
        for later in found[1:]:
            if later.line >= number and later.text not in known and later.line - number < 12:
                signatures.append(later)
                known.add(later.text)
        last = self.tail.end - 1
        if last > signatures[-1].line + 1 and self.lines[last].alone:
            under = self._name(last, "postscript")
            if (
                under is not None
                and under.text not in known
                and len(under.text) <= 24
                and not self._is_title(last)
            ):
                signatures.append(under)
        return signatures

    def _last_block(self) -> list[Signature]:
        """No leave was taken: names on the last lines, as telegrams are signed."""
        signatures: list[Signature] = []
        number = self.tail.end - 1
        while number > self.head.body and number > self.tail.end - 12:
            first = number
            while first > self.head.body and not self.lines[first].first:
                first -= 1
            if first <= self.head.body or len(self.lines[number].text) > LONGEST:
                break
            one = None if self._is_title(first) else self._name(first, "last-line")
            if one is not None and one.text[-1] != "," and self._dated(first) is None:
                signatures.insert(0, self._typed(one))
            elif signatures or not (self._is_title(first) or self._dated(first) is not None):
                break
            number = first - 1
        return signatures

    def _before_postscript(self) -> list[Signature]:
        """A name alone between the letter and a few lines after it."""
        for number in range(self.tail.end - 1, max(self.head.body, self.tail.end - 6), -1):
            line = self.lines[number]
            if line.alone and line.text.count(" ") < 4 and not self._is_title(number):
                one = self._name(number, "before-postscript")
                if one is not None and self.lines[number - 1].text.count(" ") > 3:
                    return [one]
        return []

    def _mark_titles(self, signatures: Sequence[Signature]) -> None:
        """Note the lines below each signature that belong to it."""
        for one in signatures:
            for below in range(one.line + 1, self.tail.end):
                if self.lines[below].first and not self._is_title(below):
                    break
                self.kinds[below] = "title"

    # Below the signatures.

    def _read_after(self) -> None:
        """Dates, copies, addressees and postscripts below the signature."""
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
            dated = self._dated(number) if len(line.text) <= 80 else None
            if dated is not None and not postscript:
                tail.datelines.append(dated)
                self.kinds[number] = "dateline"
            elif forms["copies"].at(words) and line.is_short:
                self.kinds[number] = "copies"
            elif self._addressed(number, words):
                self.kinds[number] = "addressee"
            elif tail.signatures and self.kinds[number] == "body":
                self.kinds[number] = "postscript"

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
            or (opener == 1 and words[0] in ("a", "an", "à", "k"))
        ):
            return False
        blocks.append([number])
        return True


def read_tail(
    lines: Sequence[Line], kinds: list[str], head: Head, vocabulary: Vocabulary, habits: Habits
) -> Tail:
    """Read the foot and note the kind of each of its lines in `kinds`."""
    return _TailReader(lines, kinds, head, vocabulary, habits).read()
