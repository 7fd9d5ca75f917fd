"""Read the addressee in lines of address and in the salutation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.dates.written.reader import find_dates
from archive_pkg.drafting.name_shapes import (
    PARTICLES,
    looks_like_name,
    strip_titles,
    without_brackets,
)
from archive_pkg.drafting.official_documents.people import names_group, without_article
from archive_pkg.drafting.vocabulary import after_words, first_word, words_of
from archive_pkg.names import is_corporate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.drafting.lines import Line
    from archive_pkg.drafting.vocabulary import Vocabulary

_HELD = frozenset(
    {"president", "secretary", "chairman", "minister", "ambassador", "majesty", "excellency"}
    | {"highness"}
)
_JOINS = frozenset({"and", "und", "et", "&", "и", "i", "oraz"})
_SUFFIX = ("Jr", "Jr.", "Sr", "Sr.", "II", "III", "Esquire", "Esq.")
_STRIP = " ,;:.!–—-"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person or body to whom the letter is addressed.

    Attributes:
        name: The name, without titles and words such as "To".
        role: The titles and offices before the name.
        start: The offset of the words that name the addressee.
        end: The offset after these words.
        office: Whether the name is that of an office or a body.
        addressed: Whether the address begins with more than a title, as with "To".
    """

    name: str
    role: str
    start: int
    end: int
    office: bool
    addressed: bool = False

    @property
    def words(self) -> frozenset[str]:
        """The words of the name without initials and particles."""
        return frozenset(w for w in words_of(self.name) if len(w) > 1 and w not in PARTICLES)


def _first_part(name: str) -> str:
    """Return the text before the first comma or break. A "Jr." after the comma is included."""
    head, comma, rest = _BREAK.split(name)[0].partition(",")
    first = rest.split(",")[0].strip()
    return f"{head}, {first}" if comma and first in _SUFFIX[:6] else head


def _after_opener(text: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return a line without the opening words of an address, and whether these mean "to"."""
    words = words_of(text)
    opener = vocabulary.forms["addressee openers"].at(words)
    rest = _ONLY.sub("", text[after_words(text, opener) :].lstrip(_STRIP))
    return rest, bool(opener) and words[0] in (
        "to",
        "for",
        "memorandum",
        "an",
        "à",
        "a",
        "кому",
    )


_ONLY = re.compile(r"\s(?:only|personally|in person|persönlich)[.!]?$", re.IGNORECASE)
_FROM_TO = re.compile(r"\S\sto\s", re.IGNORECASE)  # "Mr. Bee to Mr. Lind" is a heading
_BREAK = re.compile(r"\s--|\.-|\s-\s|\s{3,}")
_INITIALS_ONLY = re.compile(r"(?:[A-Z]\.){1,3}[A-Z]?")  # "Washington D.C."
_BARE_TITLES = frozenset({"dr", "doctor", "prof", "mr", "mrs", "miss", "messrs", "die", "der"})
_FRENCH_OFFICE = re.compile(r"(?:le |la |l['’])([A-ZÉ].*)")  # "Monsieur le Ministre"
_LOCATED = re.compile(r"^(.*?)\s+IN\s+[A-Z. ]+$|^(.*?)\s+in\s+[A-Z][a-z. ]+$")


def _undated(text: str, vocabulary: Vocabulary) -> str:
    """Return a line of address without its date, and without the place before the date."""
    dates = find_dates(text, vocabulary)
    if not dates:
        return text
    after = text[dates[-1].end :].strip(_STRIP)
    before = text[: dates[0].start].rstrip(_STRIP)
    return f"{before.rpartition(',')[0] or before} {after}".strip()


def _office(text: str, greeted: frozenset[str], vocabulary: Vocabulary) -> tuple[str, str, bool]:
    """Separate the name from the office, as in "Secretary of the Treasury Humphrey".

    Returns:
        The name, the role, and whether the name is only an office.
    """
    pieces = text.split()
    if not pieces:
        return "", "", False
    if is_corporate(text):
        return text, "", True
    place = len(pieces) - 1
    words = words_of(pieces[place])
    if (
        _INITIALS_ONLY.fullmatch(pieces[place])
        or len(pieces) < 2
        or not words
        or words[-1] in vocabulary.office_ends
        or pieces[place].islower()  # "the Soviet leadership"
        or first_word(pieces[place - 1]) in ("of", "the", "for")
    ):
        return text, "", True
    if vocabulary.offices.at(words) and not set(words) & greeted:
        return text, "", True
    while place > 1 and (
        len(pieces[place - 1].strip(".")) == 1 or pieces[place - 1].casefold() in greeted
    ):
        place -= 1
    return " ".join(pieces[place:]), " ".join(pieces[:place]).rstrip(_STRIP), False


def read_block(
    lines: Sequence[Line], block: Sequence[int], greeted: frozenset[str], vocabulary: Vocabulary
) -> Addressee | None:
    """Read the addressee in a block of lines; None if no line names one.

    Args:
        lines: The lines of the letter.
        block: The numbers of the block's lines.
        greeted: The words of the name in the salutation. They show which words belong to the name.
        vocabulary: The vocabulary, with titles and offices.
    """
    roles: list[str] = []
    for place, number in enumerate(block[:4]):
        line = lines[number]
        rest, to = (_after_opener(line.text, vocabulary)) if place == 0 else (line.text, False)
        if not rest:
            continue
        addressed = first_word(lines[block[0]].text) not in _BARE_TITLES
        start = line.start + line.text.index(rest)
        if to:
            rest = _undated(rest, vocabulary)
            if names_group(rest, vocabulary):
                return Addressee(
                    without_article(rest).strip(_STRIP),
                    "",
                    start,
                    line.end,
                    office=True,
                    addressed=True,
                )
            if words_of(rest)[:1] in (["the"], ["die"], ["den"]) and " " in rest:
                name = rest.split(None, 1)[1].strip(_STRIP)
                name, role, office = _office(name, greeted, vocabulary)
                return Addressee(name, role, start, line.end, office, addressed=True)
            located = _LOCATED.match(rest)
            rest = (located.group(1) or located.group(2)) if located else rest
        name, role = strip_titles(_first_part(rest), vocabulary)
        name = name.strip(_STRIP)
        if _greets_kin(name, vocabulary) or _FROM_TO.search(name):
            return None
        if to and (titled := _FRENCH_OFFICE.fullmatch(name)):
            return Addressee(titled[1], role, start, line.end, office=True, addressed=True)
        if to and name == _first_part(rest).strip(_STRIP) and " of " in name.casefold():
            name, role, office = _office(name, greeted, vocabulary)
            return Addressee(name, role, start, line.end, office, addressed=True)
        if not name or name[-1] == "?" or any(c.isdigit() for c in name):
            roles.append(rest)
            continue
        at = line.start + max(line.text.find(name.split()[0]), 0)
        role = " ".join([*roles, role]).strip(_STRIP)
        group = not _JOINS.isdisjoint(name.split())  # "Kämpfer und Kommandeure"
        below = [lines[each] for each in block[place + 1 :]]
        name, end = _with_lines_below(name, line.end, below, greeted, group=group)
        return Addressee(name, role, at, end, office=group, addressed=addressed)
    return None


def _greets_kin(name: str, vocabulary: Vocabulary) -> bool:
    """Return whether a name is that of a relation: "Dr Brother I write", which is no doctor."""
    words = words_of(name)
    begins = bool(words) and words[0] in vocabulary.kin
    return begins and (all(w in vocabulary.kin for w in words) or not looks_like_name(name))


def _with_lines_below(
    name: str, end: int, below: Sequence[Line], greeted: frozenset[str], *, group: bool
) -> tuple[str, int]:
    """Return a name with the lines that continue it, and the offset after them.

    These are a family name below a first name that the salutation has, and lines in lower case
    below a group of people.
    """
    first = " " not in name and name.casefold().rstrip(".") in {w.rstrip(".") for w in greeted}
    for place, line in enumerate(below):
        family = first and place == 0 and looks_like_name(line.text, most=2)
        if not family and not (group and line.text[0].islower()):
            break
        name, end = f"{name} {line.text.strip(_STRIP)}", line.end
    return name, end


def read_salutation(line: Line, vocabulary: Vocabulary) -> Addressee | None:
    """Read the person or office ("Mr. President") in a salutation; None if it names none."""
    words = words_of(line.text)
    if words[:2] == ["to", "the"] and len(words) > 2:
        name = line.text.rstrip(_STRIP).split(None, 2)[2]
        start = line.start + line.text.index(name)
        return Addressee(name, "", start, start + len(name), office=True, addressed=True)
    opener = vocabulary.forms["salutation openers"].at(words)
    if opener == len(words) and words[0] == "your":
        name = line.text.rstrip(_STRIP)  # "Your Majesty"
        return Addressee(name, "", line.start, line.start + len(name), office=True)
    if opener and words[opener - 1] in _HELD:
        opener = 0  # the opener is the office itself: "Mr. President"
    place = after_words(line.text, opener)
    rest = line.text[place:]
    start = place + len(rest) - len(rest.lstrip(_STRIP + "/ "))
    rest = line.text[start:].rstrip(_STRIP)
    closers = vocabulary.forms["salutation openers"]
    pieces = rest.split()
    while pieces and (
        closers.at(words_of(pieces[0]))
        or words_of(pieces[0])[:1] in (["und"], ["and"], ["verehrter"], [])
    ):
        pieces = pieces[1:]
    if len(pieces) > 1 and pieces[0].isalpha() and first_word(pieces[0]) in vocabulary.kin:
        pieces = pieces[1:]  # "Lieber Freund Bee"
    rest = " ".join(pieces)
    if not rest:
        return None
    if "," in rest:
        rest = rest.rsplit(",", 1)[1].strip()
    name, role = strip_titles(rest, vocabulary)
    start = line.start + max(line.text.rfind(rest.split()[0] if rest.split() else rest), 0)
    end = line.start + len(line.text.rstrip(_STRIP))
    if not name:
        office = [
            p
            for p in role.split()
            if words_of(p) not in (["mr"], ["madam"], ["herr"], ["monsieur"], ["le"])
        ]
        return Addressee(" ".join(office) or role, "", start, end, office=True)
    if not looks_like_name(name) or all(word in vocabulary.kin for word in words_of(name)):
        return None
    if role and " " not in name and name.strip(".").casefold() in vocabulary.office_words:
        return Addressee(name, role, start, end, office=True)  # "Herr Präsident"
    return Addressee(without_brackets(name), role, start, end, office=False)
