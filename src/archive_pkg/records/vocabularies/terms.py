"""Vocabularies with an order or an authority: levels of secrecy, types of events.

What they hold stands in `data/`, with its sources, and is read when first asked for.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from archive_pkg.faults import Fault
from archive_pkg.records.yaml.reading import read_yaml


@dataclass(frozen=True, slots=True)
class Level:
    """A level of secrecy within its scheme.

    Attributes:
        scheme: The scheme's id, "ussr".
        id: The level's id within it, "top-secret".
        rank: Its height: 1 is the scheme's lowest level.
        terms: By language, the words of the marking itself; the first is the usual one.
        renderings: By language, how the marking is found translated or romanised.
        sources: What shows the level and its place in the order, as citations.
        note: What a reader should know.
    """

    scheme: str
    id: str
    rank: int
    terms: dict[str, tuple[str, ...]] = field(hash=False)
    renderings: dict[str, tuple[str, ...]] = field(hash=False)
    sources: tuple[str, ...]
    note: str = ""

    def __lt__(self, other: Level) -> bool:
        """Whether this level is lower; of two schemes' levels neither is."""
        return self.scheme == other.scheme and self.rank < other.rank


@dataclass(frozen=True, slots=True)
class Scheme:
    """An ordered vocabulary of levels.

    Attributes:
        id: Its name in records, "ussr".
        name: What it is.
        levels: Its levels, the highest first.
        note: What a reader should know.
    """

    id: str
    name: str
    levels: tuple[Level, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A level that a marking may mean.

    Attributes:
        level: The level.
        words: The words of the vocabulary that were found.
        language: Their language.
        rendering: Whether they render the marking rather than being it.
    """

    level: Level
    words: str
    language: str
    rendering: bool


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event.

    Attributes:
        label: Its name.
        uri: Its address in the Library of Congress's vocabulary; empty for a local type.
        definition: Of a local type, what it means.
    """

    label: str
    uri: str = ""
    definition: str = ""

    @property
    def local(self) -> bool:
        """Whether the type is ours and not the Library of Congress's."""
        return not self.uri


@cache
def schemes() -> dict[str, Scheme]:
    """The schemes of secrecy by their ids."""
    return {entry["id"]: _scheme(entry) for entry in _data("classification.yaml")}


def level(scheme: str, name: str) -> Level:
    """A level of secrecy.

    Args:
        scheme: The scheme's id: ussr, us, uk, ddr, nato.
        name: The level's id within it.

    Raises:
        Fault: There is no such scheme, or it has no such level; the hint names what there is.
    """
    known = schemes()
    if scheme not in known:
        raise Fault(f"there is no scheme “{scheme}”", f"the schemes are {', '.join(known)}")
    for candidate in known[scheme].levels:
        if candidate.id == name:
            return candidate
    names = [candidate.id for candidate in known[scheme].levels]
    near = get_close_matches(name, names, 1)
    raise Fault(
        f"the scheme {scheme} has no level “{name}”",
        f"did you mean {near[0]}?" if near else f"its levels are {', '.join(names)}",
    )


def find_marking(text: str) -> tuple[Candidate, ...]:
    """The levels that a marking may mean, in any scheme.

    Words within longer ones do not count: "Completely Secret" is no "Secret".

    Args:
        text: The marking as written, "Completely Secret" or "TOP SECRET//NOFORN".

    Returns:
        Candidates: markings themselves first, then renderings; each scheme once.
    """
    words = f" {_bare(text)} "
    found = [entry for entry in _phrases() if f" {entry[0]} " in words]
    longest = [
        candidate
        for phrase, candidate in found
        if not any(phrase != other and f" {phrase} " in f" {other} " for other, _ in found)
    ]
    best: dict[str, Candidate] = {}
    for candidate in sorted(longest, key=lambda c: (c.rendering, -c.level.rank)):
        best.setdefault(candidate.level.scheme, candidate)
    return tuple(best.values())


@cache
def event_types() -> dict[str, EventType]:
    """The types of events by their labels, those of the Library of Congress and the local ones."""
    data = _data("events.yaml")
    return {
        **{label: EventType(label, data["base"] + code) for label, code in data["premis"].items()},
        **{label: EventType(label, "", meaning) for label, meaning in data["local"].items()},
    }


def _scheme(entry: dict[str, Any]) -> Scheme:
    count = len(entry["levels"])
    levels = tuple(
        Level(
            scheme=entry["id"],
            id=item["id"],
            rank=count - place,
            terms=_by_language(item["terms"]),
            renderings=_by_language(item.get("renderings", {})),
            sources=tuple(entry["sources"][name] for name in item["source"]),
            note=item.get("note", ""),
        )
        for place, item in enumerate(entry["levels"])
    )
    return Scheme(entry["id"], entry["name"], levels, entry.get("note", ""))


def _by_language(words: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(terms) for language, terms in words.items()}


@cache
def _phrases() -> tuple[tuple[str, Candidate], ...]:
    """Every wording of every level, bare, with what it stands for."""
    return tuple(
        (_bare(words), Candidate(one, words, language, rendering))
        for scheme in schemes().values()
        for one in scheme.levels
        for rendering, wordings in ((False, one.terms), (True, one.renderings))
        for language, terms in wordings.items()
        for words in terms
    )


def _bare(text: str) -> str:
    """Words in small letters with single spaces between them, and no signs."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold()))


@cache
def _data(name: str) -> Any:
    text = (files("archive_pkg.records") / "data" / name).read_text("utf-8")
    root = read_yaml(text, name).root
    return root.plain if root else None
