"""Arrange records below the levels of their archives, for a finding aid."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.names import slug
from archive_pkg.records.display import level_in_words
from archive_pkg.reports import counted

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from archive_pkg.records.models import HoldingLevel, Record

_LEVELS = {
    "fonds": "f fond fonds bestand nachlass nachlaß ф фонд zespół",
    "subfonds": "subfonds teilbestand",
    "collection": "collection sammlung коллекция",
    "recordgrp": "rg record-group",
    "series": "series serie série reihe op opis оп опись",
    "subseries": "subseries unterserie",
    "file": "file folder box d delo д дело akte mappe karton signatur dossier papka папка volume "
    "band reel sygnatura call-number",
    "item": "item document l ll list leaf folio fol bl blatt p pp page pages s seite л лист листы",
}
_LEVEL_OF = {name: level for level, names in _LEVELS.items() for name in names.split()}


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name.casefold()).strip("-_")


def _level_of(name: str) -> str | None:
    return _LEVEL_OF.get(_plain(name))


def level_attributes(name: str) -> dict[str, str]:
    """Return the attributes of EAD for a level that an archive calls by a name."""
    level = _level_of(name)
    return {"level": level} if level else {"level": "otherlevel", "otherlevel": slug(name) or "x"}


@dataclass
class Component:
    """A level of an archive, and what is in it.

    Attributes:
        title: Its name.
        level: The archive's own name for the level, such as "opis".
        number: Its number; empty for the top of a finding aid of several archives.
        repository: The archive, if the level is the highest of it.
        inner: The levels directly below, by their name and number.
        items: The records directly below, with those levels of their archive that only they have.
        records: All records below.
        first: The first day of their dates, if one is known.
        last: The last day of their dates, if one is known.
    """

    title: str
    level: str = "collection"
    number: str = ""
    repository: str = ""
    inner: dict[tuple[str, ...], Component] = field(default_factory=dict)
    items: list[tuple[Record, Sequence[HoldingLevel]]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    first: datetime.date | None = None
    last: datetime.date | None = None

    def add(self, record: Record) -> None:
        """Count a record as one below this level."""
        self.records.append(record)
        date = record.date.edtf if record.date else None
        first, last = (date.earliest, date.latest) if date else (None, None)
        self.first = min(filter(None, (self.first, first)), default=None)
        self.last = max(filter(None, (self.last, last)), default=None)


def arrange(records: Sequence[Record]) -> Component:
    """Return the top of a finding aid: the highest common level, or else a collection."""
    top = Component(counted(len(records), "document"))
    for record in records:
        _place(top, record)
    repositories = {one.holdings[0].repository if one.holdings else "" for one in records}
    if len(repositories) == 1:
        [repository] = repositories
        if len(top.inner) == 1 and not top.items:
            [top] = top.inner.values()
        elif repository:
            top.title += f" ({repository})"
            top.repository = repository
    return top


def _place(top: Component, record: Record) -> None:
    at = top
    at.add(record)
    holding = record.holdings[0] if record.holdings else None
    levels = list(holding.levels) if holding else []
    own: list[HoldingLevel] = []
    while levels and _level_of(levels[-1].name) == "item":
        own.insert(0, levels.pop())
    for level in levels:
        repository = holding.repository if holding and at is top else ""
        key = (repository, level.name, level.value)
        if key not in at.inner:
            # "Orlov Papers" is a title, "DY 30" only a number.
            is_title = re.search(r"[^\W\d_]{4}", level.value)
            title = level.value if is_title else level_in_words(level)
            at.inner[key] = Component(title, level.name, level.value, repository)
        at = at.inner[key]
        at.add(record)
    at.items.append((record, own))
