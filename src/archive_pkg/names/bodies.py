"""Tell bodies (committees, ministries, companies) from persons. The words are in `bodies.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive_pkg.records.yaml.reading import read_yaml

_WORD = re.compile(r"\w+(?:[.'’-]\w+)*")
_INITIALS = re.compile(r"[\w’'-]+, (?:\w\.[ -]?)+")
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)")


@cache
def body_vocabulary() -> dict[str, Any]:
    """Return the lists of `bodies.yaml` by their keys."""
    text = files(__name__.rpartition(".")[0]).joinpath("bodies.yaml").read_text("utf-8")
    tree = read_yaml(text, "bodies.yaml")
    return dict(tree.root.plain) if tree.root else {}


@cache
def _body_words() -> re.Pattern[str]:
    known = body_vocabulary()
    words = map(re.escape, (*known["body_words"], *known["body_words_in_names"]))
    ends = "|".join(known["body_ends"])
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)}|[\w-]+(?:{ends}))(?!\w)", re.IGNORECASE)


_ARTICLES = frozenset(["the", "der", "die", "das", "den", "dem", "le", "la"])
_OF = frozenset([
    "of", "der", "des", "von", "zu", "de", "du", "del", "della", "di", "da", "w", "we", "v", "ve",
    "miasta", "m.", "города", "г.",
])  # fmt: skip


@cache
def _corporations() -> tuple[frozenset[str], frozenset[str]]:
    known = body_vocabulary()
    return frozenset(known["body_words_before_of"]), frozenset(known["bodies_of_places"])


def is_corporate(name: str) -> bool:
    """Return whether a name is that of a town's or a church's body: "Senate of Exton"."""
    before_of, before_places = _corporations()
    words = name.casefold().split()
    words = words[words[:1] != [] and words[0] in _ARTICLES :]
    heads = ((" ".join(words[:count]), words[count : count + 2]) for count in (1, 2, 3))
    return any(
        (head in before_places and after) or (head in before_of and after[1:] and after[0] in _OF)
        for head, after in heads
    )


def is_body(name: str) -> bool:
    """Return whether a name has a word, or is an abbreviation, that only bodies have."""
    if _INITIALS.fullmatch(name):
        return False
    if is_corporate(name) or _body_words().search(name):
        return True
    words = _WORD.findall(name)
    acronyms = body_vocabulary()["acronyms"]
    if any(word.casefold() in acronyms and word != word.capitalize() for word in words):
        return True
    # "MfAA", "BStU" and "PZPR" are abbreviations; "LENIN" and "McDonald" are not.
    one = words[0] if len(words) == 1 else ""
    mixed = re.fullmatch(r"(?=.*[^\W\d_A-Z])[A-ZÄÖÜ]\w*[A-ZÄÖÜ]", one)
    return bool(mixed or re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{2,6}", one))


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A name as a list gives it, divided into its parts.

    Attributes:
        name: The name without title and office.
        is_body: Whether it is the name of a body.
        office: What follows the name of a person in brackets: "Minister"; empty if there is
            nothing, or if it is not an office.
    """

    name: str
    is_body: bool
    office: str = ""


def divide_name(text: str) -> WrittenName:
    """Divide a name: "Müller, Hans (Minister)", "Genosse Ulbricht"."""
    found = _IN_BRACKETS.fullmatch(text)
    if is_body(found[1] if found else text):
        return WrittenName(text, is_body=True)
    name, office = (found[1], found[2]) if found else (text, "")
    if any(sign.isdigit() or sign == "?" for sign in office) or is_body(office):
        return WrittenName(text, is_body=False)
    first, _, rest = name.partition(" ")
    title = first.rstrip(".").casefold()
    words = body_vocabulary()
    is_title = title in words["comrades"] and title not in words["kept_titles"]
    if rest and is_title and (first.endswith(".") or len(title) > 3):
        name = rest.strip()
    return WrittenName(name, is_body=False, office=office)


def in_reading_order(name: str) -> str:
    """Return a person's name with the given names first: "Müller, Hans" is "Hans Müller"."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and not set(",()") & set(given) else name
