"""Say who made the parts of a document, and how to cite it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.messages import _, joined
from archive_pkg.names import in_reading_order, is_unknown
from archive_pkg.records.display import words

if TYPE_CHECKING:
    from archive_pkg.records import Agent, Part, Record
    from archive_pkg.records.models import Event

_MAKING = {"creation", "transcription", "translation", "redaction", "digitization", "imaging"}


def making_events(record: Record, part: Part) -> list[Event]:
    """Return the events in which a part was made."""
    return [one for one in record.events if part.id in one.objects and one.type in _MAKING]


def makers(record: Record, part: Part) -> list[Agent]:
    """Return the known agents that made a part, according to the part or else its events."""
    by_events = (name for event in making_events(record, part) for name in event.agents)
    agents = map(record.agent, dict.fromkeys(part.made_by or by_events))
    return [agent for agent in agents if not is_unknown(agent.name)]


def citation(record: Record) -> str:
    """Return the title, the transcribers and translators, the holding and the package."""
    said = [record.title]
    for kind in ("transcription", "translation"):
        names = dict.fromkeys(
            in_reading_order(agent.name) if agent.kind == "person" else agent.name
            for part in record.parts
            if part.kind == kind
            for agent in makers(record, part)
            if agent.kind != "software"
        )
        if names:
            by = joined(list(names))
            said.append(
                _("Transcribed by {names}", names=by)
                if kind == "transcription"
                else _("Translated by {names}", names=by)
            )
    said += [words(record, holding) for holding in record.holdings[:1]]
    package = _("Package {id}, version {version}", id=record.id, version=record.version)
    return ". ".join((*said, package))
