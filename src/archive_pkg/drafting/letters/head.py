"""Read the head of a letter: everything above its body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.datelines import Dateline, is_receipt_stamp, read_dateline
from archive_pkg.drafting.letters.markings import MarkingLine, read_marking
from archive_pkg.drafting.name_shapes import looks_like_name
from archive_pkg.drafting.vocabulary import first_word, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.language import TextConventions
    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

# The largest number of lines in a head.
DEEPEST = 48
# The length of the longest line that is not prose.
PROSE_LENGTH = 100
LONGEST_TITLE = 320
_INITIAL_AND_NAME = re.compile(r"[^\W\d_]\.\s?[^\W\d_]{2,}")
_INITIAL_ENDS = re.compile(r"(?<!\w)[^\W\d]\.$")  # "1931 г."
_SENTENCE = re.compile(r"[a-zà-ÿа-я]{2}[.?!]$")
_GREETING_ENDS = re.compile(r"[:,!](?=\s)")
# Titles that can begin a salutation or an address.
_ADDRESS_TITLES = frozenset({"monsieur", "madame", "mademoiselle", "messieurs", "mesdames", "sir"})


@dataclass(slots=True)
class DocumentHead:
    """The parts above the body, mostly as numbers of lines.

    Attributes:
        body: The first line of the body.
        salutation: The line of the salutation; None if there is none.
        run_in: Whether the body begins in the block of the salutation.
        markings: The lines of markings, each with its meaning.
        datelines: The lines with a date, in order.
        addressee: The lines of the address, one list for each block.
        senders: The lines of the sender from "FROM:" on, one list for each block.
    """

    body: int = 0
    salutation: int | None = None
    run_in: bool = False
    markings: list[tuple[int, MarkingLine]] = field(default_factory=list)
    datelines: list[Dateline] = field(default_factory=list)
    addressee: list[list[int]] = field(default_factory=list)
    senders: list[list[int]] = field(default_factory=list)


SPEAKERS = frozenset({"ich", "wir", "i", "we", "je", "nous"})


def is_prose(line: Line) -> bool:
    """Return whether a line is too long, or too much like a sentence, to belong to a head."""
    if line.text.startswith("TO ") and line.text.isupper() and line.is_short:
        return False
    words = line.text.count(" ") + 1
    return len(line.text) > PROSE_LENGTH or (words > 11 and bool(_SENTENCE.search(line.text[-4:])))


def is_title(line: Line) -> bool:
    """Return whether a line is the first of a text and does not end like a sentence."""
    begins = line.block == 0 and line.first and len(line.text) <= LONGEST_TITLE
    return begins and (line.text[-1] not in ".!?:;," or bool(_INITIAL_ENDS.search(line.text)))


def _exclaimed(line: Line, words: list[str], vocabulary: Vocabulary) -> bool:
    """Return whether a line is only a name with "!" ("Hannah!", "Mein Herzenssohn!", "LP!")."""
    text = line.text
    if not line.alone or text[-1] != "!" or len(words) > 3 or len(text) > 30:
        return False
    if (text.isupper() and len(text) > 5) or words[0] in vocabulary.weekdays:
        return False
    if read_marking(text, vocabulary) is not None:
        return False
    return looks_like_name(text[:-1]) and vocabulary.forms["closings"].within(words) < 0


def is_salutation(line: Line, vocabulary: Vocabulary) -> int:
    """Return 2 if a line is certainly a salutation, 1 if it may be one, and 0 if it is not."""
    text = line.text
    if len(text) > 90 or text[0] in "([0123456789":
        return 0
    words = words_of(text)
    if not words or len(words) > 12:
        return 0
    forms = vocabulary.forms
    ends = text[-1] in ":,!;–—" or text.endswith((" -", "--"))
    opener = forms["salutation openers"].at(words)
    if opener:
        if text[-1] == "." and (len(words) > 6 or words[0] in _ADDRESS_TITLES):
            return 0
        if ends:
            return 2
        if words[0] in _ADDRESS_TITLES and len(words) > opener:
            return 0
        if forms["closings"].within(words[opener:]) >= 0:
            return 0  # "Dear Ann, they are missed, a thousand greetings, your Otto"
        return 2 if len(words) <= 4 and line.alone else 1
    if (
        forms["salutation abbreviated"].at(words)
        and not (words[0] == "m" and words[1:2] != ["l"] and max(map(len, words)) > 3)
        and len(words) <= 4
        and line.alone
        and len(text) < 20
        and (len(words[0]) > 1 or len(words) > 1 or ends)
    ):
        return 2 if ends else 1
    if (
        text[-1] in "!,–"
        and len(words) <= 10
        and forms["salutation endearments"].within(words) >= 0
        and words[0] not in SPEAKERS
    ):
        return 2 if line.alone else 0
    if line.alone and text[-1] in "—–" and len(words) <= 2 and looks_like_name(text[:-1]):
        return 2  # "Mac—"
    return 2 if _exclaimed(line, words, vocabulary) else 0


def salutation_in(text: str, vocabulary: Vocabulary) -> int:
    """Return the length of a salutation that begins a line of prose; 0 if there is none.

    Examples: "Sir: I have the honor …", "Verehrter Freund! Ich bin …".
    """
    sign = _GREETING_ENDS.search(text, 0, 70)
    if sign is None:
        return 0
    words = words_of(text[: sign.start()])
    opener = vocabulary.forms["salutation openers"].at(words)
    if not opener or len(words) > 8:
        return 0
    title = words[0] in _ADDRESS_TITLES and sign.group() == "," and len(words) > opener
    return 0 if title else sign.end()


class _HeadReader:
    def __init__(
        self, lines: Sequence[Line], vocabulary: Vocabulary, conventions: TextConventions
    ) -> None:
        self.lines, self.vocabulary, self.conventions = lines, vocabulary, conventions
        self.head = DocumentHead()
        self.kinds: list[str] = []

    def read(self) -> tuple[DocumentHead, list[str]]:
        self._find_salutation()
        limit = self.head.salutation
        if limit is None:
            limit = next(
                (
                    number
                    for number, line in enumerate(self.lines[:DEEPEST])
                    if self._is_prose(number) or self._is_closing(number)
                ),
                min(len(self.lines), DEEPEST),
            )
        for number in range(limit):
            self.kinds.append(self._kind(number))
        if self.head.salutation is not None:
            self.kinds.append("salutation")
            self.head.body = limit + 1
        else:
            self._cut_after_last_form()
        return self.head, self.kinds

    def _find_salutation(self) -> None:
        prose = 0
        for number, line in enumerate(self.lines[:DEEPEST]):
            if line.first or self._after_dateline(number):
                sure = is_salutation(line, self.vocabulary)
                signs = number + 1 == len(self.lines) and _INITIAL_AND_NAME.match(line.text)
                if signs:  # "L. Lind" at the end is not "Lieber Lind"
                    return
                if sure and (line.first or sure == 2) and not self._heads_an_address(number):
                    self.head.salutation = number
                    self.head.run_in = not line.last
                    return
            if self._is_prose(number):
                prose += 1
                if prose > 1 or not line.alone:
                    return

    def _is_prose(self, number: int) -> bool:
        line = self.lines[number]
        if not is_prose(line) or (number == 0 and is_title(line)):
            return False
        labelled = line.is_short and ":" in line.text[:12]
        return not (labelled and self.vocabulary.forms["subjects"].at(words_of(line.text[:20])))

    def _is_closing(self, number: int) -> bool:
        """Return whether a line in the head is a closing, as on a card with a short text."""
        words = words_of(self.lines[number].text[:80])
        closings = self.vocabulary.forms["closings"]
        return number > 0 and len(words) <= 5 and closings.within(words) >= 0

    def _after_dateline(self, number: int) -> bool:
        above = self.lines[number - 1]
        return read_dateline(number - 1, above, self.vocabulary, self.conventions) is not None

    def _heads_an_address(self, number: int) -> bool:
        """Return whether a line begins an address, because a salutation follows it."""
        if first_word(self.lines[number].text) not in _ADDRESS_TITLES:
            return False
        following = self.lines[number + 1 : number + 3]
        return any(line.first and is_salutation(line, self.vocabulary) == 2 for line in following)

    def _cut_after_last_form(self) -> None:
        """End a head without a salutation after its last line of a kind that only heads have."""
        sure = (
            "marking", "dateline", "subject", "addressee", "registry", "stamp", "copies",
            "sender",
        )  # fmt: skip
        last = max((n for n, kind in enumerate(self.kinds) if kind in sure), default=-1)
        del self.kinds[last + 1 :]
        self.head.body = last + 1
        self.head.addressee = [b for b in self.head.addressee if b[0] <= last]

    def _kind(self, number: int) -> str:
        """Return the kind of a line in the head, and add the line to `head`."""
        line = self.lines[number]
        text, words = line.text, words_of(line.text)
        forms = self.vocabulary.forms
        if is_receipt_stamp(text):
            return "stamp"
        marking = read_marking(text, self.vocabulary)
        if marking is not None:
            self.head.markings.append((number, marking))
            return "marking"
        dateline = read_dateline(number, line, self.vocabulary, self.conventions)
        if dateline is not None and not (words[0] == "to" and self._is_addressee(number, words)):
            self.head.datelines.append(dateline)
            return "dateline"
        if ":" in text[:24]:
            if forms["subjects"].at(words):
                return "subject"
            if forms["copies"].at(words):
                return "copies"
            if forms["senders"].at(words):
                self.head.senders.append([number])
                return "sender"
        if self._is_addressee(number, words):
            self.head.addressee.append([number])
            return "addressee"
        if self._continues(number, "sender", self.head.senders):
            return "sender"
        if self._continues(number, "addressee", self.head.addressee):
            return "addressee"
        registry = forms["registry"].at(words)
        if registry and (
            registry == len(words) or (len(words) <= 5 and any(c.isdigit() for c in text))
        ):
            return "registry"
        if len(words) <= 9 and text[0].isupper() and forms["letterheads"].within(words) >= 0:
            return "letterhead"
        if (
            len(text) <= 50
            and looks_like_name(text.replace(",", " "), most=5)
            and text[-1] not in ":!"
        ):
            return "letterhead" if text.isupper() and len(words) > 1 else "place"
        return "heading"

    def _continues(self, number: int, kind: str, blocks: list[list[int]]) -> bool:
        """Add a line to the block above it if the block has a kind; return whether it has."""
        if self.lines[number].first or number == 0 or self.kinds[number - 1] != kind:
            return False
        blocks[-1].append(number)
        return True

    def _is_addressee(self, number: int, words: list[str]) -> bool:
        line = self.lines[number]
        if not words or len(words) > 24:
            return False
        opener = self.vocabulary.forms["addressee openers"].at(words)
        if not opener:
            return False
        if words[0] in ("to", "for", "an", "à") and opener == 1:
            if len(words) == 1:
                return line.text.endswith(":")
            if words[0] == "for" and not line.first and ":" not in line.text[:6]:
                return False  # the line above goes on
            return line.text[0].isupper() and (
                line.text.isupper() or ":" in line.text[:6] or words[1] in ("the", "herrn", "frau")
            )
        return True


def read_head(
    lines: Sequence[Line], vocabulary: Vocabulary, conventions: TextConventions
) -> tuple[DocumentHead, list[str]]:
    """Return the head, with the kind of each of its lines."""
    return _HeadReader(lines, vocabulary, conventions).read()
