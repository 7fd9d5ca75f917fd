"""Save and load the events of a package after its packaging, which are kept next to it."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from archive_pkg import storage
from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.records import Agent, Date, Edtf, Event, Record
from archive_pkg.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "events"


class LaterEvent(BaseModel):
    """An event in a package's life after its packaging, in PREMIS 3's terms.

    Attributes:
        type: A term of the Library of Congress's vocabulary of event types, or a local term.
        time: When it happened. Fractions of seconds keep events in order.
        package: The package's id.
        software: The program that performed the event.
        version: The program's version.
        inputs: SHA-256 of the inputs, by their path in the package.
        outputs: SHA-256 of the outputs, by their path in the package.
        outcome: The result.
        detail: Further information.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    time: datetime
    package: str
    software: str = "archive-pkg"
    version: str = VERSION
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    outcome: Literal["success", "warning", "fail"]
    detail: str | None = None

    @property
    def name(self) -> str:
        """The name of the event's file, which begins with the time."""
        words = self.type.replace(" ", "-")
        mark = hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]
        return f"{self.time.astimezone(UTC):%Y%m%dT%H%M%SZ}-{words}-{mark}.json"

    def event(self) -> Event:
        """Return the event in the form that records use."""
        return Event(
            id=self.name.removesuffix(".json"),
            type=self.type,
            date=Date(edtf=Edtf(f"{self.time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")),
            agents=(_agent(self).id,),
            inputs=tuple(f"sha256:{digest}" for digest in self.inputs.values()),
            outputs=tuple(f"sha256:{digest}" for digest in self.outputs.values()),
            outcome=self.outcome,
            detail=self.detail,
        )


def _agent(event: LaterEvent) -> Agent:
    name = f"{event.software}-{event.version}"
    return Agent(
        id=re.sub("[^A-Za-z0-9_-]", "-", name),
        name=event.software,
        kind="software",
        version=event.version,
    )


def joined(record: Record, later: Iterable[LaterEvent]) -> Record:
    """Return a record with later events added, for export.

    Args:
        record: The record as the package has it.
        later: The events. Those with the same time keep their order.
    """
    # Reuse the agent if the program is already in the record.
    known = {(agent.name, agent.version): agent.id for agent in record.agents}
    agents = {agent.id: agent for agent in record.agents}
    events = list(record.events)
    for one in sorted(later, key=lambda event: event.time):
        name = known.get((one.software, one.version))
        if name is None:
            agent = _agent(one)
            agents[agent.id] = agent
        event = one.event()
        events.append(event.model_copy(update={"agents": (name,)}) if name else event)
    return record.model_copy(update={"events": tuple(events), "agents": tuple(agents.values())})


def receipts_folder(package: Path, within: Path | None = None) -> Path:
    """Return the folder of a package's receipts and later events; it need not exist.

    Args:
        package: The package's folder.
        within: A folder for those of many packages, which are spread over 4,096 subfolders by
            the SHA-256 of the packages' names. If None, the folder is next to the package.
    """
    package = package.absolute()
    name = f"{package.name}.receipts"
    if within is None:
        return package.parent / name
    return within / hashlib.sha256(os.fsencode(package.name)).hexdigest()[:3] / name


def ready_receipts(
    package: Path, within: Path | None = None, *, unsynced: list[Path] | None = None
) -> Path:
    """Return `receipts_folder`, after creating it if necessary.

    Args:
        package: See `receipts_folder`.
        within: See `receipts_folder`.
        unsynced: See `storage.state_folder`.

    Raises:
        StorageError: The folder cannot be created, is a link, or another user can write into it.
    """
    folder = receipts_folder(package, within)
    base = within or folder.parent
    with storage.storage_errors(_("making {base}", base=base)):
        storage.make_folder(base)
        # Receipts contain names of files, so only those who can read the package may read them.
        mode = storage.widest_mode(package.stat())
    path = folder.relative_to(base).as_posix()
    return storage.state_folder(base, path, mode, unsynced=unsynced)


def save_event(event: LaterEvent, receipts: Path) -> Path:
    """Write an event into the existing receipts folder of a package.

    Raises:
        StorageError: The event could not be written.
    """
    folder = storage.state_folder(receipts, FOLDER)
    path = folder / event.name
    storage.write_atomically(path, (event.model_dump_json(indent=2) + "\n").encode())
    return path


def load_events(receipts: Path) -> tuple[LaterEvent, ...]:
    """Return the events in a package's receipts, oldest first; empty if there is no folder.

    Raises:
        InvalidError: A file there is not an event.
        StorageError: A file there cannot be read.
    """
    found = []
    with storage.storage_errors(_("reading {receipts}", receipts=receipts / FOLDER)):
        for name in storage.names_in(receipts / FOLDER, "*.json"):
            path = receipts / FOLDER / name
            try:
                found.append(LaterEvent.model_validate_json(storage.read_regular(path)))
            except ValidationError as error:
                said = error.errors()[0]["msg"]
                raise InvalidError(
                    _("{path} is not an event: {said}", path=path, said=said)
                ) from error
    return tuple(sorted(found, key=lambda event: event.time))
