"""Describe a letter for the catalogue, so that it can be listed, sorted, counted and found."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.date_words import in_words
from archive_pkg.interchange.addresses import address
from archive_pkg.messages import term
from archive_pkg.names import is_unknown, slug
from archive_pkg.records.display import classification_in_words, language_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records import Agent, Record
    from archive_pkg.records.models import AgendaItem, Enclosure, Relation
    from archive_pkg.records.vocabularies.identifiers import Identifier

ROLES = (
    "authors",
    "participants",
    "sender",
    "signatories",
    "recipients",
    "copies_to",
    "mentioned_agents",
)
"""The fields of a record that name agents."""

PLACES = ("place", "mentioned_places")
"""The fields of a record that name places."""
_AUTHORITIES = ("gnd", "viaf", "isni", "orcid", "ror", "wikidata", "lcnaf", "ulan", "geonames")
"""The authority files that identify an agent or place, in order of preference."""
UNDATED = "undated"
"""The name of the page of documents without a date."""
_LAST = "9999-12-31"


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent or place that a letter names.

    Attributes:
        key: The name of its page. It comes from an authority identifier or, without one, from
            its name.
        name: Its name.
        kind: "person", "organization", "family" or "place".
        addresses: The addresses of its authority records.
    """

    key: str
    name: str
    kind: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A letter in the catalogue.

    Attributes:
        id: The record's id.
        title: Its title.
        kind: The label of its type, such as "Letter".
        date: The date in words; empty if unknown.
        sort: The earliest possible day, for sorting.
        year: The year of that day; None if unknown.
        classification: Its classification; empty if it has none.
        classified: The classification with its history, in words.
        languages: The names of its languages.
        holding: The archive that keeps it; empty if unknown.
        people: The agents and places that it names.
        roles: Pairs of a field in `ROLES` or `PLACES` and the key of an agent or place.
        related: The ids of the records that its page links to.
        download: The size and SHA-256 of the package; None if it cannot be downloaded.
        modified: The day since which its page is as it is; empty if unknown.
    """

    id: str
    title: str
    kind: str
    date: str
    sort: str
    year: int | None
    classification: str
    classified: str
    languages: tuple[str, ...]
    holding: str
    people: tuple[AgentEntry, ...] = field(default=())
    roles: tuple[tuple[str, str], ...] = field(default=())
    related: tuple[str, ...] = ()
    download: tuple[int, str] | None = None
    modified: str = ""

    @property
    def year_name(self) -> str:
        """The name of the page of its year."""
        return UNDATED if self.year is None else f"{self.year:04}"

    def of(self, *fields: str) -> list[str]:
        """Return the keys of the agents in these fields."""
        return list(dict.fromkeys(key for role, key in self.roles if role in fields))

    def as_json(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CatalogueEntry:
        """Return the entry from its plain data."""
        people = tuple(
            AgentEntry(one["key"], one["name"], one["kind"], tuple(one["addresses"]))
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
                "related": tuple(data["related"]),
            }
        )


def catalogue_entry(record: Record, download: tuple[int, str] | None) -> CatalogueEntry:
    """Return the entry of a record, which must contain only what the public may see."""
    date = record.date.edtf if record.date else None
    earliest = date.earliest if date else None
    classification = record.classification
    known = {
        agent.id: agent_entry(agent)
        for agent in record.agents
        if agent.kind != "software" and not is_unknown(agent.name)
    }
    named_in = {name: getattr(record, name) for name in ROLES}
    named_in["participants"] = tuple(one.agent for one in record.participants)
    roles = tuple(
        (name, known[agent].key) for name in ROLES for agent in named_in[name] if agent in known
    )
    named = {key for _, key in roles}
    people = {one.key: one for one in known.values() if one.key in named}
    for place in (record.place, *record.mentioned_places):
        if place and not is_unknown(place.name):
            one = _entry("place", place.name, place.identifiers)
            people[one.key] = one
            roles += ((PLACES[place is not record.place], one.key),)
    return CatalogueEntry(
        id=record.id,
        title=record.title,
        kind=str(term("type", record.document_type.label)),
        date=in_words(str(date)) if date else "",
        sort=str(earliest) if earliest else _LAST,
        year=earliest.year if earliest else None,
        classification="; ".join((classification.as_written, *classification.caveats))
        if classification
        else "",
        classified=classification_in_words(record, brief=True),
        languages=tuple(dict.fromkeys(map(language_in_words, record.languages))),
        holding=record.holdings[0].repository if record.holdings else "",
        people=tuple(people.values()),
        roles=roles,
        related=tuple(dict.fromkeys(_related(record))),
        download=download,
    )


def _related(record: Record) -> Iterator[str]:
    """Yield the ids of the records that a record names."""
    named: tuple[AgendaItem | Enclosure | Relation, ...]
    named = (*record.items, *record.enclosures, *record.relations)
    yield from (one.record for one in named if one.record)


def agent_entry(agent: Agent) -> AgentEntry:
    """Return the entry of an agent.

    Agents with the same identifier in an authority file get the same key. Without an
    identifier, agents with the same name and kind get the same key, and their page says so.
    """
    return _entry(agent.kind, agent.name, agent.identifiers)


def _entry(kind: str, name: str, identifiers: Sequence[Identifier]) -> AgentEntry:
    given = {item.scheme: item.value for item in reversed(identifiers)}
    scheme = next((known for known in _AUTHORITIES if known in given), None)
    if scheme:
        key = f"{scheme}-{slug(given[scheme], 60)}"
    else:
        exact = f"{kind} {unicodedata.normalize('NFC', name)}"
        suffix = hashlib.sha256(exact.encode()).hexdigest()[:8]
        key = "-".join(filter(None, ("name", slug(name, 60), suffix)))
    addresses = dict.fromkeys(filter(None, (address(item.uri) for item in identifiers)))
    return AgentEntry(key, name, kind, tuple(addresses))
