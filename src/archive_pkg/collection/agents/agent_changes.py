"""Merge or split agents of a collection, in the register and in all records that use them."""

from __future__ import annotations

import difflib
import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from archive_pkg import storage
from archive_pkg.collection.agents.agent_collection import (
    AgentCollection,
    Difference,
    combined,
    differences,
    words_of_value,
)
from archive_pkg.collection.file_changes import FileChanges
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.records import Agent, Record, record_file
from archive_pkg.records.explaining import explain_entry
from archive_pkg.records.loading import read_tree, validate_completed
from archive_pkg.records.models import Register
from archive_pkg.records.record_errors import references
from archive_pkg.records.register_entries import is_described
from archive_pkg.records.saving import with_short_dates
from archive_pkg.records.value_paths import id_of, items
from archive_pkg.records.yaml import writing
from archive_pkg.records.yaml.patching import patch
from archive_pkg.reports import Code, Location, Report, Severity, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from archive_pkg.paths import StrPath

AGENTS_CONTRADICT = Code(
    "agents-contradict",
    Severity.ERROR,
    "Two descriptions that are to be merged contradict each other.",
)

_OF_DOCUMENTS = ("role", "affiliations", "as_written", "note")
"""The fields that can differ between documents, so they stay in the records."""


@dataclass(slots=True)
class AgentChanges(FileChanges):
    """Changes to the register and the records of a collection, which are not yet written.

    Attributes:
        dropped: The differences of each later description from the earlier ones, with its file.
    """

    dropped: list[tuple[Path, Difference]] = field(default_factory=list)


def merge(
    collection: AgentCollection, keep: str, others: Sequence[str], *, keep_first: bool = False
) -> AgentChanges:
    """Combine the descriptions of an agent into one entry of the register, for all records to use.

    Roles, affiliations, notes and names as written stay in the records that state them.

    Args:
        collection: The collection.
        keep: The id that the agent keeps.
        others: Other ids of the same agent, which are replaced.
        keep_first: Whether to drop values that contradict an earlier description. The entry of
            `keep` is the first; then come the entries of `others`, then the records.

    Raises:
        InvalidError: Descriptions contradict each other, or a record is not valid or would not be.
        UsageError: No agent has one of the ids, or an id is given twice.
    """
    names = [keep, *others]
    if len(set(names)) < len(names):
        raise UsageError("an agent cannot be merged with itself", "Name each id once.")
    changes, entries = AgentChanges(), collection.entries
    found = {name for name in names if name in entries}
    described = [(collection.file, entries[name], False) for name in names if name in entries]
    users: list[Path] = []
    for file, own, mentioned in _users(collection, set(names)):
        described += [(file, agent, True) for agent in own]
        found |= mentioned
        users.append(file)
    if missing := [name for name in names if name not in found]:
        raise _unknown(missing[0], collection)
    _, agent, _ = described[0]
    for file, other, in_record in described[1:]:
        changes.dropped += [(file, one) for one in differences(agent, other, identity=in_record)]
        agent = combined(agent, other, identity=in_record)
    first = described[0][1].affiliations
    within = (name for name in agent.affiliations if name in first or name not in names)
    agent = agent.model_copy(update={"affiliations": tuple(within)})
    if described[0][2]:  # a record describes it, and keeps what belongs to its document
        agent = agent.model_copy(update=dict.fromkeys(_OF_DOCUMENTS) | {"affiliations": ()})
    _refuse_contradictions(changes, keep_first=keep_first)

    old = set(others)
    before, plain = register_plain(collection)
    fuller = _with_entry(plain, keep, old, agent)
    final = renamed(fuller, old, keep)
    both = zip(fuller["agents"], final["agents"], strict=True)
    final["agents"] = [item for was, item in both if was["id"] not in old]
    register = Register.model_validate(final)
    last = written(before, collection.file, final)
    step = written(before, collection.file, fuller) if old & entries.keys() else last
    changes.add(collection.file, before, step)
    for file in users:
        data, was = read_plain(file)
        now = _with_entry_used(renamed(was, old, keep), keep, agent)
        change_record(changes, file, data, was, now, register, collection.file)
    changes.add(collection.file, step, last)
    return changes


def split(
    collection: AgentCollection, name: str, new: str, records: Sequence[StrPath]
) -> AgentChanges:
    """Give an agent in some records a new id, with a copy of its entry in the register.

    Args:
        collection: The collection.
        name: The agent's id.
        new: The new id.
        records: The records that use the new id.

    Raises:
        InvalidError: A record is not valid, or would not be.
        UsageError: No agent has the id, the new id is used already, or a record does not refer to
            the agent.
    """
    wanted = {_record_at(path).resolve() for path in records}
    changes, users = AgentChanges(), {}
    for file, _, mentioned in _users(collection, {name, new}):
        if new in mentioned:
            raise UsageError(f"{file} already uses the id {new}", "Choose another id.")
        users[file.resolve()] = file
    if new in collection.entries:
        raise UsageError(f"{collection.file} already has the id {new}", "Choose another id.")
    if name not in collection.entries and not users:
        raise _unknown(name, collection)
    for file in wanted - users.keys():
        raise UsageError(
            f"{file} does not refer to {name}", "Name records that do: archive-pkg agents list"
        )
    before, plain = register_plain(collection)
    register = collection.register
    if name in collection.entries:
        copy = deepcopy(plain)
        for each in ("agents", "evidence"):
            twins = renamed(
                {each: [x for x in items(plain, each) if _concerns(x, name)]}, {name}, new
            )
            if twins[each]:
                copy[each] += twins[each]
        try:
            register = Register.model_validate(copy)
        except ValueError as error:
            raise UsageError(f"{new} cannot be an id", "Use letters, digits, - and _.") from error
        changes.add(collection.file, before, written(before, collection.file, copy))
    for key in sorted(wanted):
        data, was = read_plain(users[key])
        now = renamed(was, {name}, new)
        change_record(changes, users[key], data, was, now, register, collection.file)
    return changes


def add_entries(
    collection: AgentCollection, entries: Mapping[str, tuple[str, dict[str, Any]]]
) -> AgentChanges:
    """Add entries to the register, each with evidence that it comes from a file.

    Args:
        collection: The collection.
        entries: The rule and the plain data of each entry, by the name of its file and its row.

    Raises:
        InvalidError: An entry is not valid.
        UsageError: The register already has an entry with the id.
    """
    before, plain = register_plain(collection)
    now = deepcopy(plain)
    taken = {item["id"] for item in items(now, "agents")}
    for name, (rule, entry) in entries.items():
        if entry["id"] in taken:
            raise UsageError(
                f"{collection.file} already has an entry {entry['id']}, so {name} is not imported",
                f"Correct the entry by hand, or give the agent in {name} another id.",
            )
        taken.add(entry["id"])
        now["agents"].append(entry)
        evidence = {"field": f"agents.{entry['id']}", "basis": "inferred", "rule": rule}
        now["evidence"] = [*items(now, "evidence"), evidence | {"note": name}]
    try:
        Register.model_validate(now)
    except ValidationError as error:
        report = Report()
        for fault in error.errors(include_url=False):
            code, message, hint = explain_entry(fault, Register)
            field = ".".join(map(str, fault["loc"]))
            report.add(code.at(Location(str(collection.file), field=field), message, hint))
        hint = "Correct the files."
        raise InvalidError("an entry is not valid, so nothing was changed", hint, report) from error
    changes = AgentChanges()
    changes.add(collection.file, before, written(before, collection.file, now))
    return changes


def _record_at(path: StrPath) -> Path:
    file, findings = record_file(path)
    if findings or not file.exists():
        raise UsageError(f"{path} is not a record", "Name a record's file or folder.")
    return file


def _concerns(item: dict[str, Any], name: str) -> bool:
    return bool(name == item.get("id", ".".join(item.get("field", "").split(".")[1:2])))


def _users(
    collection: AgentCollection, names: set[str]
) -> Iterator[tuple[Path, list[Agent], set[str]]]:
    """Yield the records that name some agents, with their descriptions and the ids that they name.

    Raises:
        InvalidError: Some records are not valid, after the last record.
    """
    invalid = Report()
    for read in collection.records(invalid):
        plain = read.root.plain
        named = {one.id for one in references(plain, Record) if one.what == "agent"}
        named |= {id_of(item) or "" for item in items(plain, "agents")}
        named |= {".".join(one.field.split(".")[1:2]) for one in read.record.evidence}
        if used := named & names & {agent.id for agent in read.record.agents}:
            yield read.file, [one for one in read.own if one.id in names], used
    if invalid.errors:
        paths = {found.location.path for found in invalid.errors}
        message = f"{counted(len(paths), 'record')} of the collection cannot be read"
        hint = f"Correct {'it' if len(paths) == 1 else 'them'} first."
        raise InvalidError(f"{message}, so nothing was changed", hint, invalid)


def _unknown(name: str, collection: AgentCollection) -> UsageError:
    near = difflib.get_close_matches(name, collection.entries, 1)
    hint = f"Did you mean {near[0]}?" if near else "List them: archive-pkg agents list"
    where = f"no record below {collection.file.parent}"
    if collection.file.exists():
        where = f"neither {collection.file} nor a record below {collection.file.parent}"
    return UsageError(f"{where} has an agent {name}", hint)


def _refuse_contradictions(changes: AgentChanges, *, keep_first: bool) -> None:
    found = [
        AGENTS_CONTRADICT.at(
            Location(str(file)),
            f"{one.field} is “{one.other}” here, but “{one.kept}” in an earlier description",
            "Correct one of them.",
        )
        for file, one in changes.dropped
        if one.is_contradiction
    ]
    if found and not keep_first:
        raise InvalidError(
            "the descriptions contradict each other, so nothing was merged",
            "Correct them, or drop the later values with --keep-first. If they are two agents, "
            "give one of them another id: archive-pkg agents split",
            Report(found),
        )


def register_plain(collection: AgentCollection) -> tuple[bytes | None, dict[str, Any]]:
    """Return the bytes of the register, None if it does not exist, and its plain data."""
    if not collection.file.exists():
        return None, {"agents": []}
    data, plain = read_plain(collection.file)
    return data, {"agents": []} | plain


def read_plain(file: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes of a record or register, and its plain data."""
    with storage.storage_errors(f"reading {file}"):
        data = storage.read_regular(file.resolve())
    if file.suffix == ".json":
        return data, json.loads(data.decode().removeprefix("\ufeff"))
    root = read_tree(data, str(file)).root
    return data, root.plain if root else {}


def _with_entry(
    plain: dict[str, Any], keep: str, old: Collection[str], agent: Agent
) -> dict[str, Any]:
    """Return the plain data of a register in which the entry `keep` describes the agent."""
    listed = items(plain, "agents")
    known: dict[str, Any] = next((item for item in listed if item["id"] == keep), {})
    made = with_short_dates(agent.model_dump(mode="json", exclude_defaults=True)) | {"id": keep}
    changed = {
        name: made[name] for name in made if name not in known or _is_longer(made, known, name)
    }
    entry = {**known, **changed}
    if known:
        agents = [entry if item is known else item for item in listed]
    else:
        at = next((n for n, item in enumerate(listed) if item["id"] in old), len(listed))
        agents = [*listed[:at], entry, *listed[at:]]
    return {**plain, "agents": agents}


def _is_longer(made: dict[str, Any], known: dict[str, Any], name: str) -> bool:
    return name in ("identifiers", "affiliations") and len(made[name]) > len(known[name] or ())


def _with_entry_used(data: dict[str, Any], name: str, entry: Agent) -> dict[str, Any]:
    """Return the plain data of a record that refers to an agent's entry in the register."""
    made: list[Any] = []
    first: dict[str, Any] | None = None
    for item in items(data, "agents"):
        if id_of(item) != name:
            made.append(item)
            continue
        kept = _of_its_document(item, entry) if is_described(item) else item
        if first is None:
            first = dict(kept)
            made.append(first)
        elif clash := [key for key in kept if first.setdefault(key, kept[key]) != kept[key]]:
            raise InvalidError(
                f"{data.get('id')} has two agents that differ in {' and '.join(clash)}",
                "Merge these two in the record first.",
            )
    if not made:
        return data
    evidence = [with_other_value(one, data, name, entry) for one in items(data, "evidence")]
    return data | {"agents": made} | ({"evidence": evidence} if evidence else {})


def _of_its_document(item: dict[str, Any], entry: Agent) -> dict[str, Any]:
    stated = with_short_dates(entry.model_dump(mode="json", exclude_defaults=True))
    return {"id": item["id"]} | {
        key: item[key] for key in _OF_DOCUMENTS if item.get(key) and item[key] != stated.get(key)
    }


def with_other_value(
    evidence: dict[str, Any], data: dict[str, Any], name: str, entry: Agent
) -> dict[str, Any]:
    """Return evidence with the value of the record, if the entry has a different one."""
    steps = evidence["field"].split(".")
    if len(steps) != 3 or steps[:2] != ["agents", name] or "value" in evidence:
        return evidence
    said = next((item.get(steps[2]) for item in data["agents"] if id_of(item) == name), None)
    here = getattr(entry, steps[2], None)
    if not isinstance(said, str) or said == words_of_value(here) or steps[2] in _OF_DOCUMENTS:
        return evidence
    return {**evidence, "value": said}


def renamed(plain: dict[str, Any], old: Collection[str], new: str) -> dict[str, Any]:
    """Return plain data that refers to an agent by a new id."""
    data = deepcopy(plain)
    ids = [id_of(item) for item in items(data, "agents")]
    for item in items(data, "evidence"):
        steps = item["field"].split(".")
        if steps[0] == "agents" and len(steps) > 1:
            if steps[1] not in ids and steps[1].isdecimal() and int(steps[1]) < len(ids):
                steps[1] = str(ids[int(steps[1])])
            steps[1] = new if steps[1] in old else steps[1]
            item["field"] = ".".join(steps)
    for what, place, name in list(references(data, Record)):
        if what == "agent" and name in old:
            holder: Any = data
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = new
    for _, place, name in list(references(data, Record)):
        if name == new and isinstance(place[-1], int):
            above: Any = data
            for step in place[:-2]:
                above = above[step]
            above[place[-2]] = list(dict.fromkeys(above[place[-2]]))
    for was, item in zip(items(plain, "agents"), items(data, "agents"), strict=True):
        item["id"] = new if item["id"] in old else item["id"]
        within = items(item, "affiliations")
        if item["id"] == new and new in within and was["id"] not in was["affiliations"]:
            item["affiliations"].remove(new)  # it came from an affiliation with a merged agent
    return data


def change_record(
    changes: AgentChanges,
    file: Path,
    data: bytes,
    was: dict[str, Any],
    now: dict[str, Any],
    register: Register,
    register_file: Path,
) -> None:
    """Add the change of a record.

    Raises:
        InvalidError: The changed record would not be valid.
    """
    if was == now:
        return
    record, report = validate_completed(now, str(file), register, register_file)
    if record is None:
        raise InvalidError(
            f"{file} would not be valid, so nothing was changed",
            "Correct it first, so that the change is possible.",
            report,
        )
    changes.add(file, data, written(data, file, now))


def written(data: bytes | None, file: Path, now: dict[str, Any]) -> bytes:
    """Return the bytes of a file with plain data; its comments and style stay."""
    needed = _without_empty(now)
    if data is None:
        return writing.document(needed).encode()
    text = data.decode()
    if file.suffix == ".json":
        return (json.dumps(now, ensure_ascii=False, indent=2) + "\n").encode()
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix(mark)
    root = read_tree(bare.encode(), str(file)).root
    if root is None:
        return (text.rstrip() + "\n\n" + writing.document(needed)).encode()
    return (mark + patch(bare, root, now, needed)).encode()


def _without_empty(data: Any) -> Any:
    if isinstance(data, dict):
        made = {key: _without_empty(value) for key, value in data.items()}
        return {key: value for key, value in made.items() if value not in (None, [], {})}
    return [_without_empty(item) for item in data] if isinstance(data, list) else data
