"""Recognize closings and signatures by the shape of single lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.drafting.letters.head import SPEAKERS, is_salutation
from archive_pkg.drafting.name_shapes import END_OF_TEXT, LONGEST, looks_like_name
from archive_pkg.drafting.vocabulary import after_words, first_word, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

_PIECE = re.compile(r"\S+")
# Where two words are joined because a line break was lost: "GrussIhr".
_JOINED = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_QUOTES = '“”„«»"'
_SIGNATURE_NOTE = re.compile(r"\[[^\[\]]{0,40}signature\]", re.IGNORECASE)
# "/s/", "(sd.)", "Sd/-", "s/d", "Sgd."
_TYPED_SIGN = re.compile(
    r"\(?/?s/(?!d)|/s\)|\(?(?:s/d\b|sg?d(?:\s?/\s?[-–—]|\b\s?[.)/-]+))(?:\s?[-–—])?",
    re.IGNORECASE,
)
# Words of sentences and headings that names do not have: "PLATES TO BE SOLD".
_NO_NAME_WORDS = frozenset(
    {"to", "be", "is", "are", "was", "were", "the", "by", "with", "has", "have", "that", "this"}
)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signature, with its place and the way in which it was recognized.

    Attributes:
        line: The number of the line.
        start: The offset of the signature in the text.
        end: The offset after the signature.
        text: The signature as written.
        how: "after-closing", "with-closing", "marked-signed", "co-signed", "last-line",
            "before-postscript", "postscript", or "typed" for the typed name below a signature.
        typed: The number of the line with the signer's typed name; None if there is none.
    """

    line: int
    start: int
    end: int
    text: str
    how: str
    typed: int | None = None


def closing_end(text: str, vocabulary: Vocabulary) -> int:
    """Return the number of pieces up to and including the last closing word; 0 if there is none.

    Pieces are the parts of a text between spaces.
    """
    closings, known = vocabulary.forms["closings"], vocabulary.words
    if closings.within(words_of(text)) < 0 and not _JOINED.search(text):
        return 0
    words: list[str] = []
    piece_of: list[int] = []
    for number, piece in enumerate(_PIECE.findall(text)):
        for part in _JOINED.split(piece) if len(piece) < 40 else [piece]:
            for word in words_of(part):
                words.append(word)
                piece_of.append(number)
    last = 0
    for place in range(len(words)):
        length = closings.at(words, place)
        possessive = length == 1 and words[place] in known["possessives"]
        if possessive and place and words[place - 1] in known["prepositions"]:
            continue  # "an Deine Frau"
        if length:
            last = max(last, piece_of[place + length - 1] + 1)
    return last


def is_certain_closing(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text has a closing that is more than a possessive within the text.

    "Ich greife Deine Hand!" has only the possessive.
    """
    closings, known = vocabulary.forms["closings"], vocabulary.words["possessives"]
    words = words_of(text)
    return any(
        closings.at(words, place) > (words[place] in known and 0 < place < len(words) - 1)
        for place in range(len(words))
    )


class LineShapes:
    """Classify single lines below the body by their shape."""

    def __init__(self, lines: Sequence[Line], vocabulary: Vocabulary) -> None:
        self.lines, self.vocabulary = lines, vocabulary

    def read_name(self, number: int, how: str) -> SignatureLine | None:
        """Read a complete line as a signature; None if it cannot be one."""
        line = self.lines[number]
        text = line.text
        if len(text) > LONGEST:
            return None
        if _SIGNATURE_NOTE.fullmatch(text):
            return SignatureLine(number, line.start, line.end, text, "marked-signed")
        if any(q in text for q in _QUOTES) or text[-1] == ":":
            return None
        if _TYPED_SIGN.fullmatch(text):  # the name is below the mark
            return None if line.last else self.read_name(number + 1, "marked-signed")
        if not looks_like_name(text.lstrip("= ")):
            return self.name_before_office(number, how)
        if self.is_other_form(number, signed=how == "after-closing"):
            return None
        return SignatureLine(number, line.start, line.end, text, how)

    def name_before_office(self, number: int, how: str) -> SignatureLine | None:
        """Read the name before an office, as in "Ann Bee Counselor of Embassy"; None if none."""
        line = self.lines[number]
        pieces = list(_PIECE.finditer(line.text))
        for place, piece in enumerate(pieces[2:5], start=2):
            if self.vocabulary.offices.at(words_of(piece.group())):
                name = line.text[: pieces[place - 1].end()].rstrip(",")
                if looks_like_name(name) and line.text[-1] not in ".!?" and not line.text.isupper():
                    return SignatureLine(number, line.start, line.start + len(name), name, how)
                return None
        return None

    def is_other_form(self, number: int, *, signed: bool = False) -> bool:
        """Return whether a line with the shape of a name is something else, such as a closing.

        Below a closing (`signed`), "Paul!" is a signature, not a salutation.
        """
        text = self.lines[number].text
        words = words_of(text)
        if not words or words == ["d"] or (text[0] == "(" and not text.isupper()):
            return True
        if not _NO_NAME_WORDS.isdisjoint(words) or END_OF_TEXT.fullmatch(text):
            return True
        if self.cannot_begin_name(text, words) or words[-1] in self.vocabulary.words["pronouns"]:
            return True
        forms = self.vocabulary.forms
        exclaimed = signed and text[-1] == "!" and not forms["salutation openers"].at(words)
        return (
            closing_end(text, self.vocabulary) > 0
            or (not exclaimed and is_salutation(self.lines[number], self.vocabulary) == 2)
            or (all(word in self.vocabulary.kin for word in words) and text[-1] != ".")
            or bool(forms["postscripts"].at(words))
            or bool(forms["choices"].at(words))
            or forms["registry"].at(words) == len(words)
            or self.vocabulary.offices.at(words) == len(words)
        )

    def cannot_begin_name(self, text: str, words: Sequence[str]) -> bool:
        """Return whether a string begins with a word that cannot begin a name."""
        initial = text[0].isupper() and text[1:2] == "."
        return words[0] in self.vocabulary.words["never first"] and not initial

    def is_title(self, number: int) -> bool:
        """Return whether a line names an office or a body."""
        line = self.lines[number]
        words = words_of(line.text[:100])
        if not words or len(words) > 12 or len(line.text) > LONGEST + 30:
            return False
        if words[0] in self.vocabulary.words["honorifics"] and len(words) > 1:
            words = words[1:]  # "Dr. P. Tillich" is a person
        forms = self.vocabulary.forms
        return self.vocabulary.offices.within(words) >= 0 or forms["letterheads"].within(words) >= 0

    def read_marked(self, number: int) -> SignatureLine | None:
        """Read a line that is marked as signed, such as "Signé: …", "[signed Joe]" or "/s/ …".

        Returns None for any other line.
        """
        line = self.lines[number]
        text = line.text
        if len(text) > LONGEST or any(q in text for q in _QUOTES):
            return None
        if _SIGNATURE_NOTE.fullmatch(text):
            return SignatureLine(number, line.start, line.end, text, "marked-signed")
        words = words_of(text)
        length = self.vocabulary.forms["signed"].at(words)
        typed = _TYPED_SIGN.match(text)
        if typed and len(text) > typed.end() + 1:
            rest = text[typed.end() :]
        elif length and len(words) > length:
            rest = text[after_words(text, length) :]
        elif len(words) > 1 and words[-1] == "signed":
            rest = text[: after_words(text, len(words) - 1)]
        else:
            return None
        name = rest.strip(" .:)]([/")
        if not looks_like_name(name) or words_of(name)[:1] == ["and"]:
            return None
        start = line.start + text.index(name)
        return SignatureLine(number, start, start + len(name), name, "marked-signed")

    def name_after_closing(self, number: int, closing: int) -> SignatureLine | None:
        """Read the name at the end of a line with a closing, as in "Dein Paul."; None if none.

        Args:
            number: The number of the line.
            closing: The number of pieces that belong to the closing.
        """
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
        if any(q in rest for q in _QUOTES) or not looks_like_name(rest, most=5) or not words:
            return None
        if self.cannot_begin_name(rest, words) or all(w in self.vocabulary.kin for w in words):
            return None
        if words[-1] in self.vocabulary.words["pronouns"]:
            return None  # "Całuję Cię"
        if first_word(line.text) in SPEAKERS or (rest[-1] == "!" and len(pieces) > 5):
            return None
        if self.vocabulary.forms["closings"].within(words) >= 0:
            return None
        if all(self.vocabulary.offices.at([word]) for word in words):
            return None
        return SignatureLine(number, line.start + start, line.end, rest, "with-closing")

    def is_for_another(self, number: int) -> bool:
        """Return whether a line says on whose behalf the signer signs ("For the Ambassador:")."""
        text = self.lines[number].text
        words = words_of(text[:80]) if text.endswith((":", ",")) else []
        return 2 < len(words) <= 10 and self.vocabulary.forms["for_another"].at(words) > 0

    def closing_length(self, number: int) -> int:
        """Return the number of pieces of a line that its closing includes; 0 without a closing.

        A line that is too long to be a closing counts completely if it ends with one.
        """
        line = self.lines[number]
        if line.is_short:
            return closing_end(line.text, self.vocabulary)
        last = _PIECE.findall(line.text[-80:])[-3:]
        end = closing_end(" ".join(last), self.vocabulary)
        ends = end == len(last) or (end and all(piece.islower() for piece in last[end:]))
        return line.text.count(" ") + 1 if ends else 0
