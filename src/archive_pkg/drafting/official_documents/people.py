"""Read persons, bodies and offices in lines of address, lists of participants and signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import looks_like_name
from archive_pkg.drafting.vocabulary import words_of
from archive_pkg.names import is_corporate

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import NamedEntity, Vocabulary

_GLOSS = re.compile(r"\s*\[[^\[\]]*\]|\s*\([^()]*\)")
_AFTER = re.compile(
    r"\s+(?:as|acting as|et al\.?|and others|u\. ?a\.|и др\.?|i inni|in his capacity)(?=\s|$).*$"
)
_CUT = re.compile(r"\s[–—-]\s|\s[–—]|,|;|:|/")
_ARTICLE = re.compile(r"^(?:the|der|die|das|den|dem|le|la|les|l['’]|o|a)\s+", re.IGNORECASE)
_INITIALS = re.compile(r"^(?:[^\W\d_](?:\.[ -]?|$)){1,3}$")
_WITH_INITIALS = re.compile(r"(?!U\. ?S\.)(?:[^\W\d_]\.[ -]?){1,3}[^\W\d_][\w'’-]+")
# "Министру иностранных дел А. А. Орлину", "Секретарю ЦК Орлину А. А."
_OFFICE_AND_INITIALS = re.compile(
    r"(?P<office>.+?),? (?P<who>(?:[^\W\d_]\. ?){1,3}[^\W\d_][\w’-]+"
    r"|[^\W\d_][\w’-]+ (?:[^\W\d_]\. ?){1,2})"
)
# Words in names of places and states that persons do not have.
_OF_PLACES = frozenset([
    "new", "san", "santa", "saint", "st", "fort", "port", "north", "south", "east", "west", "great",
    "el", "los", "las", "upper", "lower", "mount", "cape", "rio", "hong", "tel", "sri", "costa",
    "d.c", "republic", "kingdom", "state", "states", "union", "federal", "people's", "democratic",
    "united", "socialist", "island", "islands", "city", "house", "palace", "street", "road",
    "avenue", "hotel", "county", "province", "region", "nord", "ost", "west", "süd", "neu",
])  # fmt: skip
_THE = frozenset(["The", "Der", "Die", "Das", "Le", "La", "Les"])
_NOBLE = frozenset(["von", "van", "de", "di", "da", "du", "zu", "ten", "ter", "dos", "del"])
_CLOSE = " ,;:.!–—-«»“”\"'="


@dataclass(frozen=True, slots=True)
class Named:
    """A person, an office or a body in a line.

    Attributes:
        name: The name as written, without titles; an office or body also without its article.
        kind: "person", "organization", or "" for an office whose holder is not named.
        role: The office of a person; empty if it is not known.
        sure: Whether a title, an office or initials show that the name is a person's. It is always
            True for offices and bodies.
        guessed: Whether only its place after an office shows that the name is a person's.
    """

    name: str
    kind: str
    role: str = ""
    sure: bool = True
    guessed: bool = False


_DATIVE = re.compile(r"[а-яё]{2}(?:[ую]|ой)\b", re.IGNORECASE)


def is_dative(name: str) -> bool:
    """Return whether a person's name seems to be in the dative of Russian: "Орлову Ю. В."."""
    return _DATIVE.search(name) is not None


def without_glosses(text: str) -> str:
    """Return a string without brackets and parentheses."""
    before = ""
    while before != text:
        before, text = text, _GLOSS.sub("", text)
    return text


def without_article(text: str) -> str:
    """Return a string without the article at its beginning."""
    return _ARTICLE.sub("", text)


_CHINESE = ("使馆", "大使馆", "部", "委员会", "总领事馆", "代办处", "局", "司")
# Abbreviations of committees and ministries that can be the head of a body's name.
_PARTIES = frozenset([
    "cc", "ck", "kc", "zk", "цк", "mfa", "mid", "мид", "kgb", "кгб", "mvd", "fm", "mofa", "mfs",
    "mfaa", "hq",
])  # fmt: skip


def is_comrade(piece: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word is a title such as "Comrade", "Cde." or "тов."."""
    bare = piece.strip(".,:()").casefold()
    if len(bare) == 1:
        return False
    return bare in vocabulary.comrades and (
        piece[0].isupper() or piece.endswith(".") or len(bare) > 3
    )


def is_party_title(piece: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word is a title such as "Comrade", not one such as "Dr." or "Herrn"."""
    bare = piece.strip(".,:()").casefold()
    return is_comrade(piece, vocabulary) and bare not in vocabulary.words["honorifics"]


def is_office_word(piece: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word names an office or is a part of an office's name."""
    bare = piece.strip(".,:()«»").casefold()
    if "-" in bare and not bare.startswith("-"):
        return any(is_office_word(part, vocabulary) for part in bare.split("-") if len(part) > 3)
    return bare in vocabulary.office_words


def is_body_word(piece: str, vocabulary: Vocabulary) -> bool:
    """Return whether a word is the head of a body's name."""
    bare = piece.strip(".,:()[]«»“”'’").casefold()
    return bare in vocabulary.body_words or bare in vocabulary.acronyms


def known_body(text: str, vocabulary: Vocabulary) -> NamedEntity | None:
    """Return the body in the vocabulary that has the given name; None if there is none."""
    words = words_of(_ARTICLE.sub("", text.strip(_CLOSE)))
    known = vocabulary.agents.get(" ".join(words))
    return known if known is not None and known.kind == "organization" else None


def looks_like_body(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string is like the name of a body, "the Romanian Ministry of Fisheries"."""
    bare = _ARTICLE.sub("", without_glosses(text).strip(_CLOSE))
    pieces = bare.split()
    if not 1 <= len(pieces) <= 16 or not bare[:1].isalpha() or bare[0].islower():
        return False
    if bare[0] > "\u2e80":
        return bare.endswith(_CHINESE)
    if any(is_comrade(piece, vocabulary) for piece in pieces):
        return False
    long = [p for p in pieces if len(p) > 4 and p[0].isalpha()]
    if sum(p[0].islower() for p in long) * 2 > len(long) and not bare.isupper():
        return False
    if known_body(bare, vocabulary) is not None or is_corporate(bare):
        return True
    heads = [p.strip(".,:()[]«»“”’'").casefold() for p in pieces]
    return any(head in vocabulary.body_words for head in heads) or (
        len(pieces) > 1 and any(head in _PARTIES for head in heads)
    )


def find_person(text: str, vocabulary: Vocabulary) -> Named | None:
    """Return the person and the office in an entry of a list; None if it names no person.

    Examples: "Comrade Kryuchkov - Deputy of the Chairman", "Deputy Secretary-General Zhang Su",
    "Choe Chang-seok [Choe Chang-sok], Delegation Leader".
    """
    entry = _AFTER.sub("", without_glosses(text)).strip()
    title, _, rest = entry.partition(":")
    if rest and is_comrade(title.rpartition(" ")[2], vocabulary):  # "Comrades: Kosygin, Baibakov"
        entry = f"{title}{rest}"
    cut = _CUT.search(entry)
    head, rest = (entry[: cut.start()], entry[cut.end() :]) if cut else (entry, "")
    pieces = head.split()
    titles = [n for n, piece in enumerate(pieces) if is_comrade(piece, vocabulary)]
    if titles and titles[-1] + 1 < len(pieces):
        named, office = _after_title(pieces, titles[-1], vocabulary)
    else:  # in Hungarian, the title comes last
        untitled = [piece for n, piece in enumerate(pieces) if n not in titles]
        named, office = _beside_office(untitled, vocabulary)
    name = undotted(" ".join(named).strip(_CLOSE.replace(".", "")))
    if not _is_persons(name, vocabulary):
        return None
    held = _ARTICLE.sub("", f"{' '.join(office)} ").strip(_CLOSE)  # not "the" of "the Comrades"
    role = ", ".join(part for part in (held, rest.strip(_CLOSE)) if part)
    return Named(name, "person", role, bool(titles or office) or "." in name)


def _after_title(
    pieces: list[str], title: int, vocabulary: Vocabulary
) -> tuple[list[str], list[str]]:
    """Return the name after "Comrade", and the words of the office around them."""
    begin = title + 1
    while begin < len(pieces) and is_office_word(pieces[begin], vocabulary):
        begin += 1
    end = begin
    while end < len(pieces) and not is_office_word(pieces[end], vocabulary):
        end += 1
    return pieces[begin:end], pieces[:title] + pieces[title + 1 : begin] + pieces[end:]


def _beside_office(pieces: list[str], vocabulary: Vocabulary) -> tuple[list[str], list[str]]:
    """Return the name before or after an office, and the words of the office."""
    offices = [n for n, piece in enumerate(pieces) if is_office_word(piece, vocabulary)]
    if not offices:
        return pieces, []
    begin = offices[-1] + 1
    if begin < len(pieces) and pieces[begin].casefold() in vocabulary.words["scopes"]:
        begin = _after_scope(pieces, begin, vocabulary)
    elif begin == len(pieces) and offices[0] > 1:  # "Nguyen Van Thach Director"
        return pieces[: offices[0]], pieces[offices[0] :]
    return pieces[begin:], pieces[:begin]


def _is_persons(name: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string can be a person's name."""
    bare = name.split()
    noble = len(bare) > 1 and bare[0] in _NOBLE and bare[1][0].isupper()
    if (
        is_corporate(name)
        or not looks_like_name(name, most=5)
        or not (name[0].isupper() or noble)
        or bare[0] in _THE
    ):
        return False
    if any(is_body_word(p, vocabulary) or is_office_word(p, vocabulary) for p in bare):
        return False
    return not all(p.strip(".,").casefold() in vocabulary.office_ends for p in bare)


def _after_scope(pieces: list[str], begin: int, vocabulary: Vocabulary) -> int:
    """Return the place after the scope of an office: "to Cuba" in "Ambassador to Cuba Alekseev"."""
    last = begin
    for place in range(begin, len(pieces)):
        bare = pieces[place].strip(".,'’").casefold()
        scope = (
            bare in vocabulary.words["scopes"]
            or bare in vocabulary.office_ends
            or bare in vocabulary.towns
            or is_body_word(pieces[place], vocabulary)
            or bare.removesuffix("'s") in vocabulary.acronyms
        )
        if scope:
            last = place + 1
    if last < len(pieces) and pieces[last - 1].casefold() in vocabulary.words["scopes"]:
        last += 1  # an unknown place
    return last


def is_only_office(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string is only an office, such as "the First Secretary of the SED CC"."""
    bare = _ARTICLE.sub("", without_glosses(text).strip(_CLOSE))
    offices = any(is_office_word(piece, vocabulary) for piece in bare.split())
    return offices and not bare[0].islower() and find_person(bare, vocabulary) is None


def is_office(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string is an office, as "General Secretary of the CPSU CC", not a body."""
    return is_only_office(text, vocabulary) and not _begins_body(_ARTICLE.sub("", text), vocabulary)


_AND = re.compile(
    r"\s*(?:[,;]\s*(?:and|und|et|i|и)\s+|[;,、，；]|\s(?:and|und|et|i|a|и|oraz|és|și)\s)\s*"
)


def split_names(text: str) -> list[tuple[int, str]]:
    """Return the offsets and names of a list that commas, semicolons and "and" separate.

    Separators in brackets and parentheses do not count.
    """
    found: list[tuple[int, str]] = []
    masked = re.sub(r"\[[^\]]*\]|\([^)]*\)", lambda m: "\x00" * len(m.group()), text)
    place = 0
    for begin, end in [*(m.span() for m in _AND.finditer(masked)), (len(text), len(text))]:
        piece = text[place:begin]
        if piece.strip(_CLOSE):
            lead = len(piece) - len(piece.lstrip())
            found.append((place + lead, piece.strip()))
        place = end
    return found


def read_people(text: str, vocabulary: Vocabulary) -> list[Named]:
    """Return the persons and bodies of a list: "Comrades Kosygin, Baibakov; Statistical Board"."""
    found: list[Named] = []
    for _, entry in split_names(text):
        known = known_body(entry, vocabulary)
        if found and " ".join(words_of(entry)) in vocabulary.towns:
            continue  # "Embassy of India, Belgrade"
        person = None if known else find_person(entry, vocabulary)
        last = found[-1] if found and found[-1].kind == "person" else None
        if person is not None and last is not None and _INITIALS.match(person.name):
            found[-1] = replace(last, name=f"{last.name}, {person.name}")  # "MIKOYAN, A.I."
        elif person is not None:
            found.append(person)
        elif looks_like_body(entry, vocabulary) and (
            last is None or _begins_body(entry, vocabulary)
        ):
            name = _ARTICLE.sub("", without_glosses(entry)).strip(_CLOSE)
            found.append(Named(name, "organization"))
        elif last is not None and not last.role:
            found[-1] = replace(last, role=entry)
    return found


def read_addressees(text: str, vocabulary: Vocabulary) -> list[Named]:
    """Return the persons, offices and bodies that a line of address names.

    Args:
        text: The line without its opening "To".
        vocabulary: The vocabulary.
    """
    plain = undotted(without_glosses(text).strip(" ,;:!–—"))
    name = _ARTICLE.sub("", plain)
    if known_body(plain, vocabulary) is not None or names_group(plain, vocabulary):
        return [Named(name, "" if names_group(plain, vocabulary) else "organization")]
    if any(is_comrade(piece, vocabulary) for piece in plain.split()):
        found = _comrade_with_office(plain, vocabulary)
        return [found] if found else read_people(plain, vocabulary)
    if is_corporate(plain):
        return [Named(name, "organization")]
    if looks_like_body(plain, vocabulary) and "," not in plain:
        if _begins_body(name, vocabulary):
            return [Named(name, "organization")]
        person = find_person(plain, vocabulary)
        return [person if person is not None and person.role else Named(name, "")]
    if holder := _holder(plain, vocabulary):
        return [holder]
    office, _, town = plain.rpartition(", ")
    post = office.isupper() and " " not in office and " ".join(words_of(town)) in vocabulary.towns
    if post or is_only_office(plain, vocabulary):  # "SAC, NEW YORK"
        return [Named(name, "")]
    return read_people(plain, vocabulary)


def names_group(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string names a group of people: "the Workers of Exton", "Our Soldiers"."""
    first = words_of(_CUT.split(text)[0])[:4]
    return not vocabulary.words["groups"].isdisjoint(first)


def _holder(plain: str, vocabulary: Vocabulary) -> Named | None:
    """Read "the Chancellor, B. Moser" or "the Minister of Fisheries, Ann Bee, Exton".

    Returns None if no name of a person follows the office: "the Minister of Fisheries, Exton".
    """
    parts = plain.split(", ")
    while len(parts) > 2 and " ".join(words_of(parts[-1])) in vocabulary.towns:
        parts.pop()
    both = _OFFICE_AND_INITIALS.fullmatch(plain) if len(parts) == 1 else None
    office, who = (both["office"], both["who"]) if both else (", ".join(parts[:-1]), parts[-1])
    if not office or not is_only_office(office, vocabulary) or looks_like_body(who, vocabulary):
        return None
    person = find_person(who, vocabulary)
    if person is None or " " not in person.name or _is_of_place(who, vocabulary):
        return None
    role = ", ".join(filter(None, (_ARTICLE.sub("", office), person.role)))
    return Named(person.name, "person", role, guessed=not person.sure)


def _is_of_place(name: str, vocabulary: Vocabulary) -> bool:
    """Return whether a string may be the name of a town or state: "New Exton", "West Germany"."""
    words = words_of(name)
    known = vocabulary.agents.get(" ".join(words))
    if " ".join(words) in vocabulary.towns or (known is not None and known.kind != "person"):
        return True
    return any(
        word in vocabulary.towns or word in vocabulary.office_ends or word in _OF_PLACES
        for word in words
    )


def _comrade_with_office(plain: str, vocabulary: Vocabulary) -> Named | None:
    """Read "the First Secretary, Comrade X" or "Comrade Minister"; None for any other text."""
    before, _, after = plain.partition(",")
    if is_only_office(before, vocabulary):
        person = find_person(after, vocabulary)
        if person is not None:
            return Named(person.name, "person", _ARTICLE.sub("", before))
    pieces = plain.split()
    title = next((n for n, piece in enumerate(pieces) if is_comrade(piece, vocabulary)), 0)
    office, person = " ".join(pieces[:title]), find_person(" ".join(pieces[title:]), vocabulary)
    if person is not None and not person.role and is_only_office(office, vocabulary):
        return Named(person.name, "person", _ARTICLE.sub("", office))
    kept = " ".join(p for p in pieces if not is_comrade(p, vocabulary)).rstrip(" ,")
    return Named(_ARTICLE.sub("", kept), "") if is_only_office(kept, vocabulary) else None


def undotted(text: str) -> str:
    """Return a string without a full stop at its end, unless an initial ends it."""
    return text if re.search(r"\b[^\W\d_]\.$", text) else text.rstrip(". ")


def _begins_body(name: str, vocabulary: Vocabulary) -> bool:
    """Return whether a name has a word of a body before any word of an office."""
    for piece in name.split():
        if is_body_word(piece, vocabulary):
            return True
        if is_office_word(piece, vocabulary):
            return False
    return False
