"""Recognize names by their shape and separate them from titles and offices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import Vocabulary

_PIECE = re.compile(r"\S+")
# Chinese and Korean names: one syllable, then two joined by a hyphen ("Wei Tao-ming").
_SURNAME_FIRST = re.compile(
    r"([A-Z][a-z]{1,5}) [A-Z][a-z]{1,5}-[a-z]{1,6}|([A-Z]{2,6}) [A-Z]{2,6}-[A-Z]{2,6}"
)
PARTICLES = frozenset([
    "von", "van", "v", "d", "de", "der", "den", "di", "da", "dos", "du", "la", "le", "zu", "zur",
    "ten", "ter", "bin", "ibn", "al", "el", "y", "und", "and", "et", "u", "of", "des", "del",
    "do", "af", "+", "&", "st", "te", "i",
])  # fmt: skip
_SUFFIXES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "ph.d", "esq", "k.t", "m.p", "jun", "sen"}
)
# Given names that were shortened with a colon: "Th: Jefferson".
_SHORTENED = frozenset([
    "th", "tho", "thos", "go", "geo", "wm", "will", "jas", "jno", "jos", "chas", "sam", "saml",
    "dan", "danl", "benj", "alex", "alexr", "robt", "richd", "edwd", "nathl", "ja", "jo",
])  # fmt: skip
_ELIDED = ("d'", "d’", "l'", "l’", "o'", "o’")
LONGEST = 70
# "Finis", "End of telegram", "Конец документа": words below a text that are not a name.
END_OF_TEXT = re.compile(
    r"[(*=–— -]*(?:the )?(?:end|ende|fin|finis|koniec|konec|конец|край|vége|sfâr[sșş]it(?:ul)?)"
    r"(?: (?:of (?:the )?|des |du |de la )?(?:telegram|document|message|letter|text|dokuments"
    r"|textes|telegramms|briefs|texte|télégramme|lettre|dokumentu|tekstu|telegramu|listu|документа|текста"
    r"|телеграммы|сообщения|письма))?[)*=.!–— -]*",
    re.IGNORECASE,
)


def is_caseless(letter: str) -> bool:
    """Return whether a letter is of a script without upper and lower case, such as Chinese."""
    return letter.isalpha() and letter.upper() == letter.lower()


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A person's name, separated from title and office.

    Attributes:
        name: The name without title and office.
        role: The title or office before the name; empty if there is none.
        family: Whether the name seems to include a family name.
        surname_first: The family name if it comes first ("Wei Tao-ming"); otherwise empty.
    """

    name: str
    role: str = ""
    family: bool = False
    surname_first: str = ""


# Short words that never occur between the parts of a name.
_NO_MIDDLE = frozenset([
    "am", "im", "an", "in", "bei", "auf", "aus", "mit", "oder", "or", "at", "on", "to", "sur",
    "ou",
])  # fmt: skip


def _bare(piece: str) -> str:
    return piece.strip(".,;:!?()[]\"'“”„«»‒–—-_* ")


def _is_name_piece(piece: str) -> bool:
    bare = _bare(piece)
    for elided in _ELIDED:
        if bare.casefold().startswith(elided):
            bare = bare[len(elided) :]
    if not bare:
        return piece in ("–", "-", "—")
    letters = (
        bare.replace("-", "")
        .replace(".", "")
        .replace("’", "")
        .replace("'", "")
        .replace("[", "")
        .replace("]", "")
        .replace("/", "")
    )
    return bool(letters) and letters.isalpha() and bare[0].isupper()


def _is_lower_middle(piece: str, number: int, pieces: list[str]) -> bool:
    """Return whether a piece is a middle name in lower case, as in "Nguyen dinh Thuan"."""
    small = piece.isalpha() and piece.islower() and len(piece) <= 4 and piece not in _NO_MIDDLE
    return small and number == 1 and len(pieces) == 3


def looks_like_name(line: str, *, most: int = 6) -> bool:
    """Return whether a line has the shape of one name, or of two names joined by "and".

    The words of a name begin with capitals. Initials and particles can be between them, digits
    cannot. The caller must exclude other phrases of this shape ("Yours Truly").
    """
    if not line or len(line) > LONGEST:
        return False
    pieces = _PIECE.findall(line)
    if not 1 <= len(pieces) <= most:
        return False
    capitals = 0
    for number, piece in enumerate(pieces):
        bare = _bare(piece).casefold()
        if bare in _SUFFIXES and number:
            continue
        if _is_name_piece(piece):
            capitals += bool(bare)  # a dash between names is not a name
        elif not (
            number < len(pieces) - 1
            and (bare in PARTICLES or _is_lower_middle(piece, number, pieces))
        ):
            return False
        shortened = piece[-1] == ":" and not number and len(pieces) > 1 and bare in _SHORTENED
        if piece.endswith((":", "?")) and not shortened:
            return False
    return capitals > 0


_BETWEEN_TITLES = frozenset({"the", "der", "die", "le", "la", "u", "und", "and", "et"})
_OF_OFFICE = frozenset({"of", "for", "in", "at", "to", "de", "des", "du", "general"})


def strip_titles(name: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Separate a name from the titles and offices before it: return name and titles.

    If the text has only titles, the name is empty. An office such as "Secretary of the Treasury" is
    returned unchanged as the name.
    """
    pieces = name.split()
    words = [" ".join(words_of(piece)) for piece in pieces]
    place = titles = 0
    while place < len(pieces):
        length = vocabulary.offices.at(words, place)
        if length:
            place = titles = place + length
        elif not words[place] or words[place] in _BETWEEN_TITLES:
            place += 1
        else:
            break
    if place == len(pieces):
        return "", name
    if not titles or words[place] in _OF_OFFICE:
        return name, ""
    return " ".join(pieces[place:]), " ".join(pieces[:place])


def person_of(name: str, vocabulary: Vocabulary) -> PersonalName:
    """Read a name with a title, such as "Dr. Arthur Schnitzler" or "Senator Engle"."""
    bare, role = strip_titles(name.strip(" ,;:!.–—-'"), vocabulary)
    full = [
        p
        for p in bare.split()
        if len(_bare(p).replace(".", "")) > 1 and _bare(p).casefold() not in PARTICLES
    ]
    # "G. Bee" has a family name, "Georg B." only its initial.
    initial = bool(full) and bare.split()[-1] == full[-1] and len(bare.split()) > 1
    first = _SURNAME_FIRST.fullmatch(bare)
    family = len(full) > 1 or bool(role) or initial
    return PersonalName(bare, role, family, (first.group(1) or first.group(2)) if first else "")


def without_brackets(text: str) -> str:
    """Return a string without square brackets, as in "W[inston S. Churchill]"."""
    return text.replace("[", "").replace("]", "")
