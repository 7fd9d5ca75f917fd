"""Read persons, bodies and offices in lines of address, lists of participants and signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive_pkg.drafting.name_shapes import PARTICLES, looks_like_name
from archive_pkg.drafting.vocabulary import words_of

if TYPE_CHECKING:
    from archive_pkg.drafting.vocabulary import NamedEntity, Vocabulary

_GLOSS = re.compile(r"\s*\[[^\[\]]*\]|\s*\([^()]*\)")
_AFTER = re.compile(
    r"\s+(?:as|acting as|et al\.?|and others|u\. ?a\.|и др\.?|i inni|in his capacity)(?=\s|$).*$"
)
_CUT = re.compile(r"\s[–—-]\s|\s[–—]|,|;|:|/")
_ARTICLE = re.compile(r"^(?:the|der|die|das|den|dem|le|la|les|l['’]|o|a)\s+", re.IGNORECASE)
_INITIALS = re.compile(r"^(?:[^\W\d_](?:\.[ -]?|$)){1,3}$")
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th|\.)?$|^(?:I|II|III|IV)\.?$")
_CLOSE = " ,;:.!–—-«»“”\"'="


@dataclass(frozen=True, slots=True)
class Named:
    """A person, an office or a body in a line.

    Attributes:
        name: The name as written, without titles; of an office or body without its article.
        kind: "person", "organization", or "" for an office whose holder is not named.
        role: The office of a person.
        start: Offset of the name in the line.
        sure: Whether a title, initials or the list of bodies shows what it is.
    """

    name: str
    kind: str
    role: str = ""
    start: int = 0
    sure: bool = True

    @property
    def end(self) -> int:
        """Offset after the name, if it is written without interruption."""
        return self.start + len(self.name)


def without_glosses(text: str) -> str:
    """Return a text without brackets and parentheses."""
    before = ""
    while before != text:
        before, text = text, _GLOSS.sub("", text)
    return text


_CHINESE = ("使馆", "大使馆", "部", "委员会", "总领事馆", "代办处", "局", "司")
# Abbreviations of committees and ministries, which head a body's name on their own.
_PARTIES = frozenset(
    [
        "cc",
        "ck",
        "kc",
        "zk",
        "цк",
        "mfa",
        "mid",
        "мид",
        "kgb",
        "кгб",
        "mvd",
        "fm",
        "mofa",
        "mfs",
        "mfaa",
        "hq",
        "ministry",
    ]
)


def is_comrade(piece: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is a title such as "Comrade", "Cde." or "тов."."""
    bare = piece.strip(".,:()").casefold()
    if len(bare) == 1:
        return False
    return bare in vocabulary.comrades and (
        piece[0].isupper() or piece.endswith(".") or len(bare) > 3
    )


def is_party_title(piece: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is a title of comradeship, not one of courtesy such as "Dr." or "Herrn"."""
    bare = piece.strip(".,:()").casefold()
    return is_comrade(piece, vocabulary) and bare not in vocabulary.words["honorifics"]


def is_office_word(piece: str, vocabulary: Vocabulary) -> bool:
    """Whether a word names an office or is a part of an office's name."""
    bare = piece.strip(".,:()«»").casefold()
    if "-" in bare and not bare.startswith("-"):
        return any(is_office_word(part, vocabulary) for part in bare.split("-") if len(part) > 3)
    return bare in vocabulary.office_words


def is_body_word(piece: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is the head of a body's name."""
    bare = piece.strip(".,:()[]«»“”'’").casefold()
    return bare in vocabulary.body_words or bare in vocabulary.acronyms


def known_body(text: str, vocabulary: Vocabulary) -> NamedEntity | None:
    """Return the body of the vocabulary that a text names completely."""
    words = words_of(_ARTICLE.sub("", text.strip(_CLOSE)))
    known = vocabulary.agents.get(" ".join(words))
    return known if known is not None and known.kind == "organization" else None


def looks_like_body(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has the form of a body's name: "the Romanian Ministry of Fisheries"."""
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
    if known_body(bare, vocabulary) is not None:
        return True
    heads = [p.strip(".,:()[]«»“”’'").casefold() for p in pieces]
    return any(head in vocabulary.body_words for head in heads) or (
        len(pieces) > 1 and any(head in _PARTIES for head in heads)
    )


def _initials_last(pieces: list[str]) -> bool:
    """Whether initials follow a family name: "Khrushchev N. S.", "MIKOYAN, A.I."."""
    return len(pieces) > 1 and all(
        _INITIALS.match(p) and len(p) <= 5 and "." in p for p in pieces[1:]
    )


def find_person(text: str, vocabulary: Vocabulary) -> Named | None:
    """Return the person whom an entry of a list names, with their office.

    "Comrade Kryuchkov - Deputy of the Chairman", "Deputy Secretary-General Zhang Su",
    "Choe Chang-seok [Choe Chang-sok], Delegation Leader".
    """
    entry = _AFTER.sub("", without_glosses(text)).strip()
    if not entry:
        return None
    head = entry
    cut = _CUT.search(entry)
    rest = ""
    if cut is not None and cut.start() > 0:
        after = entry[cut.end() :].strip()
        if cut.group() == "," and _INITIALS.match(after) and "." in after:
            head = entry[: cut.start()] + ", " + after
        else:
            head, rest = entry[: cut.start()].strip(), after
    pieces = head.split()
    if not pieces or len(pieces) > 16:
        return None
    titles = [n for n, piece in enumerate(pieces) if is_comrade(piece, vocabulary)]
    if titles:
        named, office = _after_title(pieces, titles[-1], vocabulary)
    else:
        named, office = _beside_office(pieces, vocabulary)
    name = _undotted(" ".join(named).strip(_CLOSE.replace(".", "")))
    if not _is_persons(name, vocabulary):
        return None
    start = text.find(name.split()[0])
    role = ", ".join(p for p in (" ".join(office).strip(_CLOSE), rest.strip(_CLOSE)) if p)
    return Named(name, "person", role, max(start, 0), bool(titles or office) or "." in name)


def _after_title(
    pieces: list[str], title: int, vocabulary: Vocabulary
) -> tuple[list[str], list[str]]:
    """Return the name after "Comrade", and the words of the office around them."""
    begin = title + 1
    while begin < len(pieces) and is_office_word(pieces[begin], vocabulary):
        begin += 1
    end = begin
    while end < len(pieces) and not is_office_word(pieces[end], vocabulary):
        if not looks_like_name(pieces[end]) and pieces[end].casefold() not in PARTICLES:
            break
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
    """Whether a text can be a person's name."""
    bare = name.split()
    if not bare or any(c.isdigit() for c in name) or not name[0].isupper() or len(name) < 2:
        return False
    if not (looks_like_name(name.replace(",", ""), most=5) or _initials_last(bare)):
        return False
    if any(is_body_word(p, vocabulary) or is_office_word(p, vocabulary) for p in bare):
        return False
    return not all(p.strip(".,").casefold() in vocabulary.office_ends for p in bare)


def _after_scope(pieces: list[str], begin: int, vocabulary: Vocabulary) -> int:
    """Return the place after the scope of an office: "Ambassador to Cuba Alekseev"."""
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
    """Whether a text is an office without its holder: "the First Secretary of the SED CC"."""
    pieces = _ARTICLE.sub("", without_glosses(text).strip(_CLOSE)).split()
    if not pieces or len(pieces) > 16 or any(is_comrade(p, vocabulary) for p in pieces):
        return False
    offices = [n for n, piece in enumerate(pieces) if is_office_word(piece, vocabulary)]
    if not offices or pieces[0][0].islower():
        return False
    return find_person(" ".join(pieces), vocabulary) is None


_AND = re.compile(r"\s*(?:[,;]\s*(?:and|und|et|i|и)\s+|;|,|\s(?:and|und|et|i|a|и|oraz|és|și)\s)\s*")


def split_names(text: str) -> list[tuple[int, str]]:
    """Split a list of names at commas, semicolons and "and", outside brackets, with offsets."""
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
    for start, entry in split_names(text):
        bare = entry.strip()
        person = None
        if known_body(bare, vocabulary) is None and not (
            looks_like_body(bare, vocabulary)
            and not any(is_office_word(p, vocabulary) for p in bare.split())
        ):
            person = find_person(bare, vocabulary)
        if person is not None:
            initials = _INITIALS.match(person.name) and found and found[-1].kind == "person"
            if initials:  # "MIKOYAN, A.I."
                last = found.pop()
                person = Named(
                    f"{last.name}, {person.name}", "person", last.role, last.start, last.sure
                )
                found.append(person)
                continue
            found.append(
                Named(person.name, "person", person.role, start + person.start, person.sure)
            )
        elif looks_like_body(bare, vocabulary) and (
            not found or found[-1].kind != "person" or _begins_body(bare, vocabulary)
        ):
            name = _ARTICLE.sub("", without_glosses(bare)).strip(_CLOSE)
            found.append(Named(name, "organization", "", start + max(bare.find(name[:8]), 0), True))
        elif found and found[-1].kind == "person" and not found[-1].role:
            last = found.pop()
            found.append(Named(last.name, last.kind, bare, last.start, last.sure))
    return found


def read_addressees(text: str, vocabulary: Vocabulary) -> list[Named]:
    """Return whom a line of address names, without its opening "To".

    The complete text is looked up as a body before it is cut into persons.
    """
    plain = _undotted(without_glosses(text).strip(" ,;:!–—"))
    article = _ARTICLE.match(plain)
    name = plain[article.end() :] if article else plain
    at = max(text.find(name[:8]), 0)
    if not name:
        return []
    if known_body(plain, vocabulary) is not None:
        return [Named(name, "organization", "", at)]
    if any(is_comrade(piece, vocabulary) for piece in plain.split()):
        found = _comrade_with_office(text, plain, vocabulary)
        return [found] if found else _in_text(read_people(plain, vocabulary), text)
    if looks_like_body(plain, vocabulary) and "," not in plain:
        if _begins_body(name, vocabulary):
            return [Named(name, "organization", "", at)]
        person = find_person(plain, vocabulary)
        return [person if person is not None and person.role else Named(name, "", "", at)]
    if is_only_office(plain, vocabulary):
        return [Named(name, "", "", at)]
    return _in_text(read_people(plain, vocabulary), text)


def _in_text(found: list[Named], text: str) -> list[Named]:
    """Return names with their offsets in a text."""
    return [replace(one, start=max(text.find(one.name.split(",")[0]), 0)) for one in found]


def _comrade_with_office(text: str, plain: str, vocabulary: Vocabulary) -> Named | None:
    """Read "the First Secretary, Comrade X", "Comrade X, Ambassador" or "Comrade Minister"."""
    before, comma, after = (part.strip() for part in plain.partition(","))
    first = plain.split()[0].strip(".").casefold()
    person, role = None, ""
    if comma and is_only_office(before, vocabulary):
        person, role = find_person(after, vocabulary), _ARTICLE.sub("", before)
    elif comma and first not in _PLURAL and is_comrade(plain.split()[0], vocabulary):
        person, role = find_person(before, vocabulary), after.strip(_CLOSE)
        if not (is_only_office(after, vocabulary) or looks_like_body(after, vocabulary)):
            person = None
    if person is not None:
        return Named(person.name, "person", role, max(text.find(person.name), 0))
    kept = " ".join(p for p in plain.split() if not is_comrade(p, vocabulary))
    if is_only_office(kept, vocabulary):
        return Named(kept, "", "", max(text.find(kept[:6]), 0))
    return None


def _undotted(text: str) -> str:
    """Return a text without a full stop at its end, unless an initial ends it."""
    return text if re.search(r"\b[^\W\d_]\.$", text) else text.rstrip(". ")


_PLURAL = frozenset(["comrades", "cdes", "coms", "comrs", "тт", "товарищам", "genossen", "messrs"])


def _begins_body(name: str, vocabulary: Vocabulary) -> bool:
    """Whether the first head word of a name is a body's, not an office's."""
    for piece in name.split():
        if is_body_word(piece, vocabulary):
            return True
        if is_office_word(piece, vocabulary):
            return False
    return False
