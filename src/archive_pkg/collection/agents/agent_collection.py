"""Read a register of agents and the records that use it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.collection.bulk.searching import find_records, has_record, unheard
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.records import Agent, Record, read_placed, record_file
from archive_pkg.records.loading import read_register
from archive_pkg.records.models import Register
from archive_pkg.records.register_entries import REGISTER, is_described
from archive_pkg.records.value_paths import id_of, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.collection.bulk.searching import Note
    from archive_pkg.paths import StrPath
    from archive_pkg.records.models import WrittenDate
    from archive_pkg.records.vocabularies.identifiers import Identifier
    from archive_pkg.records.yaml.nodes import Node
    from archive_pkg.reports import Report

_IDENTITY = ("name", "kind", "name_parts", "born", "died", "version", "identifiers")
"""The fields that are the same for an agent in every document."""
DATES = ("born", "died")
_REPEATABLE = ("local", "url")
"""The schemes in which an agent can have several identifiers."""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record of a collection.

    Attributes:
        file: Its file.
        record: The record, completed from the register.
        root: The tree of its file.
    """

    file: Path
    record: Record
    root: Node

    @property
    def own(self) -> list[Agent]:
        """The agents that the record describes itself."""
        listed = items(self.root.plain, "agents")
        described = {id_of(item) for item in listed if is_described(item)}
        return [agent for agent in self.record.agents if agent.id in described]


@dataclass(frozen=True, slots=True)
class AgentCollection:
    """A register, and the records in its folder and below.

    Attributes:
        file: The register's file, which need not exist.
        register: The register.
    """

    file: Path
    register: Register

    @property
    def entries(self) -> dict[str, Agent]:
        """The entries of the register by their ids."""
        return {agent.id: agent for agent in self.register.agents}

    def records(self, invalid: Report, note: Note = unheard) -> Iterator[ReadRecord]:
        """Yield the valid records that this register applies to.

        Args:
            invalid: Receives the findings about the others.
            note: Called for folders that cannot be searched.
        """
        exists = self.file.exists()
        for folder in find_records([self.file.parent], note):
            if not has_record(folder):
                continue  # the collection has no records
            nearest = storage.find_upwards(folder, REGISTER)
            if nearest != self.file and (exists or (nearest and self._is_above(nearest))):
                continue
            file, findings = record_file(folder)
            if findings:
                invalid.extend(findings)
                continue
            record, report, root = read_placed(file)
            if record is None or root is None:
                invalid.extend(report)
            else:
                yield ReadRecord(file, record, root)

    def _is_above(self, nearest: Path) -> bool:
        return nearest.is_relative_to(self.file.parent)


def agent_collection(register: StrPath) -> AgentCollection:
    """Read a register.

    Args:
        register: Its file, or its folder. A register that does not exist has no entries.

    Raises:
        InvalidError: It is not valid; the error's report has every finding.
        StorageError: It cannot be read or trusted, or other users can write to its folder.
    """
    file = Path(register)
    file = file / REGISTER if file.is_dir() else file
    file = file.parent.resolve() / file.name
    if file.name != REGISTER or not file.parent.is_dir():
        raise StorageError(
            f"{file} cannot be a register", f"Name an existing folder, or a file {REGISTER} in one."
        )
    if os.path.lexists(file):
        read, report = read_register(file)
        if read is None:
            raise InvalidError(f"{file} is not a valid register of agents", report=report)
        return AgentCollection(file, read)
    with storage.storage_errors(f"reading {file.parent}"):
        if file.parent.stat().st_mode & stat.S_IWOTH and not storage.is_trusted(file.parent):
            raise StorageError(
                f"{file.parent}: every user of the machine can write to it, so a register there is "
                "not used",
                f"Choose a folder of your own, or {storage.trusting(file.parent)}",
            )
    return AgentCollection(file, Register())


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two descriptions of an agent state differently.

    Attributes:
        field: The field.
        kept: The value of the first description.
        other: The value of the second one.
    """

    field: str
    kept: str
    other: str

    @property
    def is_contradiction(self) -> bool:
        """Whether the descriptions cannot both be true; a name can have several forms."""
        return self.field not in ("name", "name_parts", "as_written")


def differences(kept: Agent, other: Agent, *, identity: bool = True) -> list[Difference]:
    """Return the fields that both descriptions state, but differently.

    Dates agree if one of them contains the other, as 1909 contains 1909-07-18.

    Args:
        kept: The first description.
        other: The second one.
        identity: Whether to compare only what must be the same in every document.
    """
    found = []
    for field in _IDENTITY if identity else Agent.model_fields:
        one, two = getattr(kept, field), getattr(other, field)
        if field in ("id", "affiliations") or one in (None, ()) or two in (None, ()):
            continue
        if field == "identifiers":
            found += [
                Difference(field, f"{a.scheme} {a.value}", f"{b.scheme} {b.value}")
                for b in two
                for a in one
                if a.scheme == b.scheme and not (a.scheme in _REPEATABLE or _has(one, b))
            ]
        elif words_of_value(one) != words_of_value(two) and not (
            field in DATES and (is_within(one, two) or is_within(two, one))
        ):
            found.append(Difference(field, words_of_value(one), words_of_value(two)))
    return found


def combined(kept: Agent, other: Agent, *, identity: bool) -> Agent:
    """Return the first description, with what the second one adds or states more precisely.

    Args:
        kept: The first description.
        other: The second one.
        identity: Whether to take only what must be the same in every document.
    """
    taken: dict[str, Any] = {
        field: getattr(other, field)
        for field in (_IDENTITY if identity else Agent.model_fields)
        if getattr(kept, field) in (None, ())
        or (field in DATES and is_within(getattr(other, field), getattr(kept, field)))
    }
    clash = {
        two.scheme for two in other.identifiers for one in kept.identifiers if _clash(one, two)
    }
    more = [
        one for one in other.identifiers if not (one.scheme in clash or _has(kept.identifiers, one))
    ]
    taken["identifiers"] = (*kept.identifiers, *more)
    if not identity:
        taken["affiliations"] = tuple(dict.fromkeys((*kept.affiliations, *other.affiliations)))
    return kept.model_copy(update=taken)


def is_within(date: WrittenDate | None, other: WrittenDate | None) -> bool:
    """Return whether a date is more precise than another one, and agrees with it."""
    if not (date and other and date.edtf and other.edtf) or date.edtf == other.edtf:
        return False
    return other.edtf.contains(date.edtf)


def words_of_value(value: Any) -> str:
    """Return a field of an agent in words."""
    if hasattr(value, "words"):
        return str(value.words)
    if hasattr(value, "model_dump"):
        return ", ".join(value.model_dump(exclude_none=True).values())
    return str(value)


def _clash(one: Identifier, two: Identifier) -> bool:
    return one.scheme == two.scheme and one.value != two.value and one.scheme not in _REPEATABLE


def _has(known: tuple[Identifier, ...], one: Identifier) -> bool:
    return any((each.scheme, each.value) == (one.scheme, one.value) for each in known)
