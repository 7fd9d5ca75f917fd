"""Add the events of packaging, which the program performs, to a record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from archive_pkg.errors import InvalidError
from archive_pkg.messages import _
from archive_pkg.packages.payload_files import record_bytes
from archive_pkg.records import Agent, Date, Edtf, Event, Evidence, Record
from archive_pkg.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from archive_pkg.packages.access.visibility import Withheld

SOFTWARE_ID = "archive-pkg"

_COPYING = {"ingestion", "packing"}
"""The steps whose outputs are the files, copied without a change."""
_PROGRAM = Agent(id=SOFTWARE_ID, name="archive-pkg", kind="software", version=VERSION)


@dataclass(frozen=True, slots=True)
class Packing:
    """How a package is made, in the words of its events.

    Attributes:
        digests: The algorithms and what their digests are for.
        container: The kind of package.
        validation: What is checked after writing. A package that fails is removed.
    """

    digests: str = "SHA-256 and SHA-512 of every file for the bag's manifests"
    container: str = "a BagIt 1.0 bag"
    validation: str = "the bag against RFC 8493, and the record against its files in the bag"

    def steps(self) -> tuple[tuple[str, str], ...]:
        """Return the types and details of the events, in the order of building.

        The types are those of the Library of Congress's vocabulary.
        """
        checked = "the record against its files: all present and unchanged, every quote in place"
        described = "with documents that describe them"
        return (
            ("ingestion", "Read the record and the files of its parts."),
            ("validation", f"Checked {checked}."),
            ("message digest calculation", f"Computed {self.digests}."),
            ("packing", f"Copied the files unchanged into {self.container}, {described}."),
            ("validation", f"Checked {self.validation}."),
        )


def packaged(
    record: Record,
    on: date,
    digests: Sequence[str] = (),
    withheld_parts: Mapping[str, Withheld] | None = None,
    settings: str = "",
    registered: Sequence[str] = (),
    packing: Packing = Packing(),
) -> Record:
    """Return the record with the events of its packaging and the program as their agent.

    Args:
        record: The record.
        on: The date of packaging.
        digests: SHA-256 of the record's files, in the order of the parts.
        withheld_parts: The parts that the package withholds. If there are any, an event says so.
        settings: The settings of the project that change the package, in words.
        registered: The ids of the agents that come from the register of the collection.
        packing: How the package is made.

    Raises:
        InvalidError: An event of the record is later than the date of packaging.
    """
    last = latest_event(record)
    if last is not None and last > on:
        raise InvalidError(
            _(
                "{id} cannot be packaged on {on}: it has an event of {last}",
                id=record.id,
                on=on,
                last=last,
            ),
            _(
                "Package it on {last} or later (--date), or correct the date of the event.",
                last=last,
            ),
        )
    taken = {event.id for event in record.events}
    day = _day(on)
    withholding = [_withholding(withheld_parts, day, taken)] if withheld_parts else []
    held = tuple(part.id for part in record.parts if part.held)
    files = tuple(f"sha256:{digest}" for digest in digests)
    read = f"sha256:{hashlib.sha256(record_bytes(record)).hexdigest()}"
    known = {agent.id for agent in record.agents}  # without those that a public package withholds
    used = ", ".join(name for name in registered if name in known)
    more = {
        "ingestion": f" Took these agents from the register of the collection: {used}."
        * bool(used),
        "packing": f" Settings of the project: {settings}" * bool(settings),
    }
    events = (
        *withholding,
        *(
            Event(
                id=_unused_id(f"{SOFTWARE_ID}-{kind.replace(' ', '-')}", taken),
                type=kind,
                date=day,
                agents=(SOFTWARE_ID,),
                objects=held,
                inputs=(read, *files) if kind == "ingestion" else files,
                outputs=files if kind in _COPYING else (),
                outcome="success",
                detail=detail + more.get(kind, ""),
            )
            for kind, detail in packing.steps()
        ),
    )
    others = tuple(agent for agent in record.agents if agent.id != SOFTWARE_ID)
    evidence = (
        _own_evidence(f"agents.{SOFTWARE_ID}"),
        *(_own_evidence(f"events.{event.id}") for event in events),
    )
    # Not validated here: building reads the written record back and validates it.
    return record.model_copy(
        update={
            "agents": (*others, _PROGRAM),
            "events": (*record.events, *events),
            "evidence": (*record.evidence, *evidence),
        }
    )


def latest_event(record: Record) -> date | None:
    """Return the first possible day of the event that begins last; None if no event has a date."""
    days = [event.date.edtf.earliest for event in record.events if event.date]
    return max(filter(None, days), default=None)


@lru_cache
def _day(on: date) -> Date:
    return Date(edtf=Edtf(on.isoformat()))


@lru_cache
def _own_evidence(field: str) -> Evidence:
    """Return evidence that the program itself supplies a statement."""
    return Evidence(field=field, basis="supplied", agent=SOFTWARE_ID)


def _withholding(withheld_parts: Mapping[str, Withheld], day: Date, taken: set[str]) -> Event:
    rules = "; ".join(
        f"{name}, {one.access.status} ({one.rule})" for name, one in withheld_parts.items()
    )
    return Event(
        id=_unused_id(f"{SOFTWARE_ID}-redaction", taken),
        type="redaction",
        date=day,
        agents=(SOFTWARE_ID,),
        objects=tuple(withheld_parts),
        outcome="success",
        detail=f"Withheld from this public package: {rules}.",
    )


def _unused_id(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    taken.add(free)
    return free
