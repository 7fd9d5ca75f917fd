"""Vocabularies: levels of secrecy and types of events.

They are read from `data/` when they are first needed. The files there name their sources.
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
from archive_pkg.messages import _
from archive_pkg.records.yaml.reading import read_yaml


@dataclass(frozen=True, slots=True)
class ClassificationLevel:
    """A level of secrecy in a scheme.

    Attributes:
        scheme: The scheme's id, such as "ussr".
        id: The level's id, such as "top-secret".
        rank: Its rank, from 1 for the lowest level.
        terms: The words of the marking by language; the first is the usual one.
        renderings: Translations and romanizations of the marking, by language.
        sources: Citations for the level and its rank.
        note: A note for readers.
    """

    scheme: str
    id: str
    rank: int
    terms: dict[str, tuple[str, ...]] = field(hash=False)
    renderings: dict[str, tuple[str, ...]] = field(hash=False)
    sources: tuple[str, ...]
    note: str = ""

    def __lt__(self, other: ClassificationLevel) -> bool:
        """Return whether this level is lower. Levels of different schemes have no order."""
        return self.scheme == other.scheme and self.rank < other.rank


@dataclass(frozen=True, slots=True)
class ClassificationScheme:
    """An ordered vocabulary of levels.

    Attributes:
        id: The id in records, such as "ussr".
        name: The name.
        levels: Its levels, the highest first.
        note: A note for readers.
    """

    id: str
    name: str
    levels: tuple[ClassificationLevel, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TermCandidate:
    """A level that a marking could mean.

    Attributes:
        level: The level.
        words: The matching words of the vocabulary.
        language: Their language.
        rendering: Whether they are a translation or romanization.
    """

    level: ClassificationLevel
    words: str
    language: str
    rendering: bool


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event.

    Attributes:
        label: The name.
        uri: The address in the Library of Congress's vocabulary; empty for a local type.
        definition: The meaning of a local type.
    """

    label: str
    uri: str = ""
    definition: str = ""

    @property
    def local(self) -> bool:
        """Whether the type is not in the Library of Congress's vocabulary."""
        return not self.uri


@cache
def schemes() -> dict[str, ClassificationScheme]:
    """Return the schemes of secrecy by their ids."""
    return {entry["id"]: _scheme(entry) for entry in read_vocabulary("classification.yaml")}


def level(scheme: str, name: str) -> ClassificationLevel:
    """Return a level of secrecy.

    Args:
        scheme: The scheme's id: ussr, us, uk, ddr, nato.
        name: The id of the level.

    Raises:
        Fault: The scheme or level does not exist; the hint names a similar one or all.
    """
    known = schemes()
    if scheme not in known:
        raise Fault(
            _("there is no scheme “{scheme}”", scheme=scheme),
            _("Write one of {known}.", known=", ".join(known)),
        )
    for candidate in known[scheme].levels:
        if candidate.id == name:
            return candidate
    names = [candidate.id for candidate in known[scheme].levels]
    near = get_close_matches(name, names, 1)
    raise Fault(
        _("the scheme {scheme} has no level “{name}”", scheme=scheme, name=name),
        _("Did you mean {near}?", near=near[0])
        if near
        else _("Write one of {names}.", names=", ".join(names)),
    )


def find_marking(text: str) -> tuple[TermCandidate, ...]:
    """Return the levels that a marking could mean, up to one per scheme.

    Only the longest match counts: "Completely Secret" does not match "Secret".

    Args:
        text: The marking as written, such as "TOP SECRET//NOFORN".

    Returns:
        The candidates: markings first, then translations and romanizations.
    """
    words = f" {_bare(text)} "
    found = [entry for entry in _phrases() if f" {entry[0]} " in words]
    longest = [
        candidate
        for phrase, candidate in found
        if not any(phrase != other and f" {phrase} " in f" {other} " for other, __ in found)
    ]
    best: dict[str, TermCandidate] = {}
    for candidate in sorted(longest, key=lambda c: (c.rendering, -c.level.rank)):
        best.setdefault(candidate.level.scheme, candidate)
    return tuple(best.values())


@cache
def event_types() -> dict[str, EventType]:
    """Return the Library of Congress's and the local types of events by their labels."""
    data = read_vocabulary("events.yaml")
    return {
        **{label: EventType(label, data["base"] + code) for label, code in data["premis"].items()},
        **{label: EventType(label, "", meaning) for label, meaning in data["local"].items()},
    }


def _scheme(entry: dict[str, Any]) -> ClassificationScheme:
    count = len(entry["levels"])
    levels = tuple(
        ClassificationLevel(
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
    return ClassificationScheme(entry["id"], entry["name"], levels, entry.get("note", ""))


def _by_language(words: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(terms) for language, terms in words.items()}


@cache
def _phrases() -> tuple[tuple[str, TermCandidate], ...]:
    """Return each wording of each level, normalized, with its candidate."""
    return tuple(
        (_bare(words), TermCandidate(one, words, language, rendering))
        for scheme in schemes().values()
        for one in scheme.levels
        for rendering, wordings in ((False, one.terms), (True, one.renderings))
        for language, terms in wordings.items()
        for words in terms
    )


def _bare(text: str) -> str:
    """Return the words of a string in lower case, separated by spaces."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold()))


@cache
def read_vocabulary(name: str) -> Any:
    """Return the plain data of a file in `data/`."""
    text = (files("archive_pkg.records") / "data" / name).read_text("utf-8")
    root = read_yaml(text, name).root
    return root.plain if root else None
