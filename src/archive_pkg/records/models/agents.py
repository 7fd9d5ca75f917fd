"""Models of agents, and of the part that each took in what the document records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ConfigDict

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, OrText, present, validated_by
from archive_pkg.records.models.dates import WrittenDateField
from archive_pkg.records.models.fields import EMPTY, UNKNOWN, AgentId, Id, Many, Text
from archive_pkg.records.value_paths import get
from archive_pkg.records.vocabularies.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records.base import Settable


def _name_faults(parts: Any) -> Iterator[Fault]:
    if get(parts, "family") is None and get(parts, "given") is None:
        yield Fault(_("the name has neither family nor given"), _("Add one of them."))


class NameParts(Model):
    """The parts of a person's name.

    Attributes:
        family: The family name, "Orlov".
        given: The given names or initials, "Ivan".
        patronymic: The patronymic, "Sergeyevich".
        suffix: What follows the name, "Jr.".
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [present("family"), present("given")]})

    family: Text | None = None
    given: Text | None = None
    patronymic: Text | None = None
    suffix: Text | None = None

    _name_rule = validated_by(_name_faults)


class Agent(Model):
    """A person, organization, family or program that did something or is mentioned.

    Attributes:
        id: The id within the record.
        name: The complete, authorized form of the name.
        kind: The kind of agent; "software" for programs, which have a version.
        name_parts: The parts of a person's name.
        born: When a person was born or an organization was founded.
        died: When a person died or an organization was dissolved.
        role: The office or function at the time of the document, "First Secretary".
        affiliations: The organizations to which the agent belonged at the time.
        as_written: The name in the words of the document.
        version: The version of a program.
        identifiers: Identifiers in authority files, each with its scheme.
        note: A note for readers.
    """

    id: Id
    name: Text
    kind: Literal["person", "organization", "family", "software"]
    name_parts: NameParts | None = None
    born: WrittenDateField = UNKNOWN
    died: WrittenDateField = UNKNOWN
    role: Text | None = None
    affiliations: Many[AgentId] = EMPTY
    as_written: Text | None = None
    version: Text | None = None
    identifiers: Many[Identifier] = EMPTY
    note: Text | None = None


PRESENT: Any = ("present",)
PartTaken = Literal["chair", "interpreter", "note-taker", "speaker", "present"]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


if TYPE_CHECKING:
    PartsTaken = Settable[tuple[PartTaken, ...], Sequence[PartTaken] | PartTaken]
else:
    PartsTaken = Annotated[
        Many[PartTaken], BeforeValidator(_as_list), OrText({"enum": list(get_args(PartTaken))})
    ]


class Participant(Model):
    """An agent who took part in what the document records, such as a talk or a session.

    Attributes:
        agent: The agent.
        part: What the agent did there: one or several of the values.
        office: The office in which the agent took part, in the words of the document.
        side: The side or delegation, in the words of the document.
    """

    agent: AgentId
    part: PartsTaken = PRESENT
    office: Text | None = None
    side: Text | None = None
