"""Find identifiers of agents and places in authority files, and add the accepted ones.

Candidates come from a service (W3C Reconciliation Service API 0.2), from a list of names, or from a
table that OpenRefine reconciled. They are rows of a table, in which a person accepts some.
"""

from __future__ import annotations

import csv
import ipaddress
import json
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from archive_pkg import csv_text, storage
from archive_pkg.collection.agents.agent_changes import (
    AgentChanges,
    change_record,
    read_plain,
    register_plain,
    written,
)
from archive_pkg.collection.agents.registered_names import name_forms
from archive_pkg.collection.bulk.searching import unheard
from archive_pkg.deposits.http.client import HttpClient
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.names import latin
from archive_pkg.packages.access.redaction import seen_by
from archive_pkg.parsing import read_json
from archive_pkg.records.models import Register
from archive_pkg.records.value_paths import items
from archive_pkg.records.vocabularies.identifiers import SCHEMES, identify
from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from archive_pkg.collection.agents.agent_collection import AgentCollection
    from archive_pkg.collection.bulk.searching import Note
    from archive_pkg.packages.access.visibility import Audience
    from archive_pkg.records import Agent, Record

CANDIDATE_INVALID = Code(
    "agents-candidate-invalid",
    Severity.ERROR,
    "The identifier of an accepted candidate cannot be added.",
)

_PLACE = "place"
_NAMES = ("id", "name", "kind", "born", "died", "records")
_CANDIDATES = (
    *_NAMES, "identifier", "candidate", "description", "score", "match", "source", "accept",
)  # fmt: skip
"""The columns of the tables of names and of candidates."""
_YES = frozenset({"yes", "y", "x", "1", "true", "ja", "oui", "да"})
_MANIFEST = {"identifierSpace?": str, "view?": {"url": str}}
_ANSWER = {"result": [{"id": str, "name": str, "description?": str, "type?": [object]}]}
"""The models of a service's manifest, and of its response to one query."""
_BATCH = 10
_MOST = 5
"""The number of candidates for a name."""


@dataclass(frozen=True, slots=True)
class NameToFind:
    """An agent or a place of a collection.

    Attributes:
        agent: The agent; None for a place.
        place: The name of the place; empty for an agent.
        records: The number of records that name it.
        identifiers: Its identifiers, as `scheme:value`.
    """

    agent: Agent | None = None
    place: str = ""
    records: int = 0
    identifiers: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The id of an agent, or the name of a place."""
        return self.agent.id if self.agent else self.place

    @property
    def name(self) -> str:
        """The name."""
        return self.agent.name if self.agent else self.place

    def cells(self) -> dict[str, str]:
        """Return the cells of the columns that describe it."""
        one = self.agent
        dates = [date.words if date else "" for date in ((one.born, one.died) if one else ())]
        values = (self.key, self.name, one.kind, *dates) if one else ("", self.name, _PLACE, "", "")
        return dict(zip(_NAMES, (*values, str(self.records)), strict=True))


@dataclass(frozen=True, slots=True)
class NamesToFind:
    """The agents and places of a collection.

    Attributes:
        names: Those that the audience may see.
        withheld: The number of others, which are only in what is withheld from the audience.
    """

    names: list[NameToFind]
    withheld: int


def names_to_find(
    collection: AgentCollection,
    invalid: Report,
    note: Note = unheard,
    *,
    audience: Audience = "public",
    places: bool = False,
) -> NamesToFind:
    """Return the agents of a collection, without programs, or its places.

    Args:
        collection: The collection.
        invalid: Receives the findings about records that are not valid.
        note: Called for folders that cannot be searched.
        audience: Who will see the names. A name is left out if each record that has it withholds
            it from the audience. An entry of the register that no record uses is not left out.
        places: Whether to return the places.
    """
    found: dict[str, NameToFind] = {}
    seen: set[str] = set()
    for read in collection.records(invalid, note):
        open_record = seen_by(read.record, audience, read.file.parent).record
        seen |= {one.key for one in _in(open_record, places)}
        for one in _in(read.record, places):
            before = found.get(one.key, one)
            known = before.identifiers | one.identifiers
            found[one.key] = NameToFind(before.agent, before.place, before.records + 1, known)
    if not places:
        entries = collection.entries.items()
        for name, entry in ((n, one) for n, one in entries if one.kind != "software"):
            used = found[name].records if name in found else 0
            seen |= set() if used else {name}
            found[name] = NameToFind(entry, "", used, _identifiers(entry.identifiers))
    names = [found[key] for key in sorted(found) if key in seen]
    return NamesToFind(names, len(found) - len(names))


def _in(record: Record, places: bool) -> Iterator[NameToFind]:
    if not places:
        for agent in record.agents:
            if agent.kind != "software":
                yield NameToFind(agent, identifiers=_identifiers(agent.identifiers))
        return
    listed = [record.place, *record.mentioned_places]
    listed += [one.place for one in (record.recorded, record.dispatched, record.received) if one]
    for place in {one.name: one for one in listed if one}.values():
        yield NameToFind(place=place.name, identifiers=_identifiers(place.identifiers))


def _identifiers(listed: Iterable[Any]) -> frozenset[str]:
    return frozenset(f"{one.scheme}:{one.value}" for one in listed)


def from_service(names: Sequence[NameToFind], address: str) -> Iterator[dict[str, str]]:
    """Return the candidates that a service finds for names, as cells by column.

    The address is checked at once. The names are sent when the candidates are read.

    Args:
        names: The names, which are sent to the service.
        address: The address of its endpoint.

    Raises:
        UsageError: The address is not encrypted, and not one of this computer.
        LostError: The service cannot be reached, or is busy.
        DepositError: Its answer is not one of the Reconciliation Service API.
    """
    _refuse_unencrypted(address)
    return _asked(names, address)


def _asked(names: Sequence[NameToFind], address: str) -> Iterator[dict[str, str]]:
    client = HttpClient(address, address, "", {})
    manifest = client.ask("GET", "", expect=(200,)).json(_MANIFEST)
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        queries = {f"q{n}": {"query": one.name, "limit": _MOST} for n, one in enumerate(batch)}
        sent = urlencode({"queries": json.dumps(queries, ensure_ascii=False)}).encode()
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = client.ask("POST", "", content=sent, headers=head, expect=(200,))
        answers = reply.json(dict.fromkeys(queries, _ANSWER))
        for key, one in zip(queries, batch, strict=True):
            for result in answers[key]["result"][:_MOST]:
                identifier = _identifier_of(manifest, result["id"])
                cells = {
                    "identifier": identifier,
                    "candidate": result["name"],
                    "description": _described(result),
                    "score": str(result.get("score", "")),
                    "match": "yes" if result.get("match") is True else "",
                    "source": address,
                }
                if identifier and identifier not in one.identifiers:
                    yield one.cells() | cells


def _refuse_unencrypted(address: str) -> None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise UsageError(
            f"{address} is not an encrypted address",
            "Names are sent over https only, or over http to a service on this computer.",
        )


def _described(result: dict[str, Any]) -> str:
    listed = result.get("type") or ()
    types = [one.get("name", "") if isinstance(one, dict) else one for one in listed]
    words = [str(result.get("description") or ""), ", ".join(map(str, types))]
    return "; ".join(filter(None, words))


def _identifier_of(manifest: dict[str, Any], name: str) -> str:
    """Return an identifier of a service as `scheme:value`."""
    template = (manifest.get("view") or {}).get("url", "")
    shown = re.sub(r"\{\{\s*id\s*\}\}", quote(name, safe="/:"), template)
    space = manifest.get("identifierSpace") or ""
    tried = [identify(text) for text in (f"{space}{name}", shown, name) if text]
    known = [one for one in tried if one and one["scheme"] not in ("url", "local")]
    addresses = [identify(text) for text in (shown, name) if text]
    fitting = [*known, *(one for one in addresses if one and one["scheme"] == "url"), *tried]
    return next((f"{one['scheme']}:{one['value']}" for one in fitting if one), "")


def from_file(names: Sequence[NameToFind], file: Path) -> Iterator[dict[str, str]]:
    """Yield candidates from a file, as cells by column.

    A table that OpenRefine reconciled has the columns of a table of names, and `identifier`. A list
    of an authority file has the columns `id` and `name`, and perhaps `description`; it is CSV, or
    has one JSON object in each line, in which `names` can have more names.

    Raises:
        InvalidError: It is neither.
        StorageError: It cannot be read.
    """
    rows = _rows(file)
    first = next(rows, {})
    if not {"id", "name"} <= first.keys():
        raise InvalidError(
            f"{file} has no columns “id” and “name”",
            "Name a list of an authority file, or a table from OpenRefine with a column "
            "“identifier”.",
        )
    is_reconciled = "identifier" in first
    if not is_reconciled and first.keys() >= set(_NAMES):
        raise InvalidError(
            f"{file} is a table of names without identifiers",
            "Reconcile it in OpenRefine first, and add the column “identifier” there.",
        )
    by_key: dict[object, list[NameToFind]] = {}
    for one in names:
        own = (one.key if one.agent else "", one.name)
        keys = {own} if is_reconciled else _keys(one)
        for key in keys:
            by_key.setdefault(key, []).append(one)
    for row in (first, *rows):
        identifier = _cell_identifier(row["identifier" if is_reconciled else "id"])
        keys = {(row["id"], row["name"])} if is_reconciled else set(map(_key, _all_names(row)))
        found = {id(one): one for key in keys for one in by_key.get(key, ())}
        for one in found.values() if identifier else ():
            if identifier not in one.identifiers:
                yield one.cells() | {
                    "identifier": identifier,
                    "candidate": row.get("candidate" if is_reconciled else "name", ""),
                    "description": row.get("description", ""),
                    "match": "yes" if is_reconciled else "",
                    "source": file.name,
                }


def _all_names(row: dict[str, Any]) -> list[str]:
    more = row.get("names") or []
    return [row["name"], *(map(str, more) if isinstance(more, list) else ())]


def _keys(one: NameToFind) -> set[object]:
    forms = name_forms(one.agent) if one.agent else [one.place]
    return set(map(_key, forms))


def _key(name: str) -> object:
    """Return what two spellings of a name have in common: its words in Latin letters, sorted."""
    return frozenset(re.findall(r"[^\W\d_]+", latin(name).casefold()))


def _cell_identifier(text: str) -> str:
    scheme, colon, value = text.partition(":")
    found = identify(value, scheme) if colon and scheme in SCHEMES else identify(text)
    return f"{found['scheme']}:{found['value']}" if found else ""


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with storage.storage_errors(f"reading {file}"), storage.open_regular(file) as stream:
        text = (line.decode("utf-8-sig") for line in stream)
        try:
            if file.suffix.lower() in (".jsonl", ".ndjson"):
                for number, line in enumerate(text, 1):
                    row = read_json(line.encode()) if line.strip() else {}
                    if not isinstance(row, dict):
                        raise InvalidError(f"{file}, line {number}: not a JSON object")
                    if row:
                        yield row | {key: str(row[key]) for key in ("id", "name") if key in row}
            else:
                for cells in csv.DictReader(text, restval=""):
                    yield {
                        key: csv_text.unguarded(value.strip())
                        for key, value in cells.items()
                        if isinstance(value, str)
                    }
        except (ValueError, csv.Error) as error:
            raise InvalidError(
                f"{file} is neither CSV nor lines of JSON in UTF-8: {error}",
                "Name a file with the extension .csv or .jsonl.",
            ) from error


def names_table(names: Sequence[NameToFind]) -> bytes:
    """Return a CSV table of names, for OpenRefine."""
    return _table(_NAMES, [one.cells() for one in names])


def candidates_table(candidates: Iterable[dict[str, str]]) -> bytes:
    """Return a CSV table of candidates, in which a person writes `yes` into `accept`."""
    return _table(_CANDIDATES, candidates)


def _table(header: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    lines = [csv_text.line(header)]
    lines += (csv_text.line(row.get(name, "") for name in header) for row in rows)
    return "".join(lines).encode()


def accept(collection: AgentCollection, file: Path, by: str, day: datetime.date) -> AgentChanges:
    """Add the identifiers of accepted candidates to the register, and those of places to records.

    Each gets evidence: who accepted it on which day, and where it came from.

    Args:
        collection: The collection.
        file: The table of candidates.
        by: The id of the entry of the register that accepted them.
        day: The day.

    Raises:
        InvalidError: An identifier cannot be added, or a record is not valid. Nothing is changed.
        StorageError: A file cannot be read.
        UsageError: The register has no entry `by`, or no row is accepted.
    """
    if by not in collection.entries:
        raise UsageError(
            f"{collection.file} has no entry {by}", "Add an entry for the person who accepts."
        )
    rows = [
        (number, row)
        for number, row in enumerate(_rows(file), 2)
        if row.get("accept", "").casefold() in _YES
    ]
    if not rows:
        raise UsageError(
            f"{file} has no accepted candidate", "Write yes into the column “accept” of a row."
        )
    before, plain = register_plain(collection)
    now, report = deepcopy(plain), Report()
    places: dict[str, list[_Accepted]] = {}
    entries = {item["id"]: item for item in items(now, "agents")}
    for number, row in rows:
        accepted = _accepted(row, by, day)
        if accepted and row.get("kind") == _PLACE:
            places.setdefault(row["name"], []).append(accepted)
            continue
        entry = entries.get(row.get("id", ""))
        if fault := _fault(accepted, entry, row):
            report.add(CANDIDATE_INVALID.at(Location(str(file), line=number), *fault))
        elif accepted and entry:
            accepted.add_to(entry, now, f"agents.{entry['id']}.identifiers")
    changes = AgentChanges()
    if places and not report.errors:
        _change_places(collection, places, changes, report)
    if report.errors:
        message = f"{file} has candidates that cannot be added; nothing was changed"
        raise InvalidError(message, report=report)
    if now != plain:
        Register.model_validate(now)
        changes.add(collection.file, before, written(before, collection.file, now))
    return changes


@dataclass(frozen=True, slots=True)
class _Accepted:
    """An accepted identifier, and the evidence for it without its field."""

    identifier: dict[str, str]
    evidence: dict[str, str]

    def add_to(self, holder: dict[str, Any], data: dict[str, Any], path: str) -> None:
        """Add the identifier to an agent or a place, and the evidence to the data around it."""
        if self.identifier not in items(holder, "identifiers"):
            holder["identifiers"] = [*items(holder, "identifiers"), self.identifier]
            data["evidence"] = [*items(data, "evidence"), {"field": path, **self.evidence}]

    def contradicts(self, listed: Sequence[dict[str, Any]]) -> bool:
        scheme, value = self.identifier["scheme"], self.identifier["value"]
        return scheme not in ("url", "local") and any(
            one.get("scheme") == scheme and one.get("value") != value for one in listed
        )


def _accepted(row: dict[str, Any], by: str, day: datetime.date) -> _Accepted | None:
    scheme, _, value = _cell_identifier(row.get("identifier", "")).partition(":")
    if not value:
        return None
    called = f" (“{row['candidate']}”)" if row.get("candidate") else ""
    source = f", a candidate from {row['source']}" if row.get("source") else ""
    note = f"{scheme} {value}{called}{source}; accepted on {day.isoformat()}"
    evidence = {"basis": "supplied", "agent": by, "note": note}
    return _Accepted({"scheme": scheme, "value": value}, evidence)


def _fault(
    accepted: _Accepted | None, entry: dict[str, Any] | None, row: dict[str, Any]
) -> tuple[str, str] | None:
    """Return why a candidate cannot be added, and what to do; None if it can."""
    if accepted is None:
        text = row.get("identifier", "")
        return f"“{text}” is not an identifier", "Write it as wikidata:Q42, or as an address."
    if entry is None:
        name = row.get("id", "")
        return (
            f"the register has no entry {name}",
            f"Move the description into the register: archive-pkg agents merge {name}",
        )
    if accepted.contradicts(items(entry, "identifiers")):
        scheme = accepted.identifier["scheme"]
        return (
            f"{entry['id']} already has a different identifier of {scheme}",
            "Correct one of them.",
        )
    return None


def _change_places(
    collection: AgentCollection,
    places: dict[str, list[_Accepted]],
    changes: AgentChanges,
    report: Report,
) -> None:
    for read in collection.records(report):
        data, was = read_plain(read.file)
        now = deepcopy(was)
        for path, place in _places_in(now):
            for accepted in places.get(place.get("name", ""), ()):
                if accepted.contradicts(items(place, "identifiers")):
                    scheme = accepted.identifier["scheme"]
                    message = f"{place['name']} already has a different identifier of {scheme}"
                    at = Location(str(read.file), field=path)
                    report.add(CANDIDATE_INVALID.at(at, message, "Correct one of them."))
                else:
                    accepted.add_to(place, now, f"{path}.identifiers")
        register = collection.register
        change_record(changes, read.file, data, was, now, register, collection.file)


def _places_in(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the plain data of each place of a record."""
    if data.get("place"):
        yield "place", data["place"]
    for number, place in enumerate(items(data, "mentioned_places")):
        yield f"mentioned_places.{number}", place
    for name in ("recorded", "dispatched", "received"):
        if isinstance(data.get(name), dict) and data[name].get("place"):
            yield f"{name}.place", data[name]["place"]
