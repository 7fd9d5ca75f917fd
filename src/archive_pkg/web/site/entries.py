"""What the catalogue keeps of a letter: enough to list, sort, count and find it."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.addresses import address
from archive_pkg.names import slug
from archive_pkg.records.vocabularies.languages import language_name
from archive_pkg.records.wording import classification_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records import Agent, Record

ROLES = ("sender", "signatories", "recipients", "copies_to", "mentioned_agents")
"""The fields of a record that name agents."""

_AUTHORITIES = ("gnd", "viaf", "isni", "orcid", "wikidata", "lcnaf", "ulan")
"""Authority files whose identifiers make two agents one, the first that is given counting."""
_LAST = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as one letter names them.

    Attributes:
        key: Their page's name, the same in all letters: from an authority file, else the name.
        name: Their name.
        kind: "person", "organization" or "family".
        addresses: Where authority files tell of them.
    """

    key: str
    name: str
    kind: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter in the catalogue.

    Attributes:
        id: The record's id.
        title: Its title.
        date: Its date in EDTF; empty where it is not known.
        sort: The earliest day it may be of, for sorting.
        year: The year of that day; None where it is not known.
        classification: Its classification; empty if it has none.
        classified: The classification with its history, for a reader.
        languages: Its languages' names.
        holding: The archive that keeps it; empty where it is not known.
        people: Everybody it names, each once.
        roles: Who is what to it: a field of `ROLES`, and a key.
        download: The size and SHA-256 of its package; None where that is not offered.
    """

    id: str
    title: str
    date: str
    sort: str
    year: int | None
    classification: str
    classified: str
    languages: tuple[str, ...]
    holding: str
    people: tuple[Known, ...] = field(default=())
    roles: tuple[tuple[str, str], ...] = field(default=())
    download: tuple[int, str] | None = None

    def of(self, *fields: str) -> list[str]:
        """The keys of those who have one of these roles, each once."""
        return list(dict.fromkeys(key for role, key in self.roles if role in fields))

    def as_json(self) -> dict[str, Any]:
        """The entry as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Entry:
        """The entry that gave this plain data."""
        people = tuple(
            Known(one["key"], one["name"], one["kind"], tuple(one["addresses"]))
            for one in data["people"]
        )
        roles = tuple((role, key) for role, key in data["roles"])
        download = tuple(data["download"]) if data["download"] else None
        languages = tuple(data["languages"])
        return cls(
            **{
                **data,
                "people": people,
                "roles": roles,
                "download": download,
                "languages": languages,
            }
        )


def entry_of(record: Record, download: tuple[int, str] | None) -> Entry:
    """What the catalogue keeps of a record, which has to be one that may go out."""
    date = record.date.edtf if record.date else None
    earliest = date.earliest if date else None
    mark = record.classification
    known = {agent.id: known_as(agent) for agent in record.agents if agent.kind != "software"}
    roles = tuple(
        (name, known[agent].key)
        for name in ROLES
        for agent in getattr(record, name)
        if agent in known
    )
    named = {key for _, key in roles}
    people = {one.key: one for one in known.values() if one.key in named}
    return Entry(
        id=record.id,
        title=record.title,
        date=str(date) if date else "",
        sort=str(earliest) if earliest else _LAST,
        year=earliest.year if earliest else None,
        classification="; ".join((mark.as_written, *mark.caveats)) if mark else "",
        classified=classification_in_words(record, brief=True),
        languages=tuple(dict.fromkeys(map(language_name, record.languages))),
        holding=record.holding.repository if record.holding else "",
        people=tuple(people.values()),
        roles=roles,
        download=download,
    )


def described_by(record: Record) -> Iterator[str]:
    """All texts that describe a letter, to be searched."""
    yield record.id
    yield record.title
    yield from record.variant_titles
    for agent in record.agents:
        if agent.kind != "software":
            yield from filter(None, (agent.name, agent.as_written, agent.role))
    for place in (*((record.place,) if record.place else ()), *record.mentioned_places):
        yield from filter(None, (place.name, place.as_written))
    for subject in record.subjects:
        yield subject.term
    if record.summary:
        yield record.summary.text
    if record.classification:
        yield classification_in_words(record)
    if record.holding:
        yield from (text for _, text in record.holding if text)


def known_as(agent: Agent) -> Known:
    """Somebody under the name of their page.

    Agents with the same identifier of an authority file are one. Of those without, the same name
    and kind are one, for want of anything better; their page says so.
    """
    given = {item.scheme: item.value for item in reversed(agent.identifiers)}
    scheme = next((name for name in _AUTHORITIES if name in given), None)
    if scheme:
        key = f"{scheme}-{slug(given[scheme], 60)}"
    else:
        exact = f"{agent.kind} {unicodedata.normalize('NFC', agent.name)}"
        mark = hashlib.sha256(exact.encode()).hexdigest()[:8]
        key = "-".join(filter(None, ("name", slug(agent.name, 60), mark)))
    addresses = dict.fromkeys(filter(None, (address(item.uri) for item in agent.identifiers)))
    return Known(key, agent.name, agent.kind, tuple(addresses))
