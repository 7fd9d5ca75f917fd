"""The record of a document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from pydantic import ModelWrapValidatorHandler, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from archive_pkg.records.base import Model, Steps, absent, present, with_all_faults
from archive_pkg.records.models.agents import Agent, Participant
from archive_pkg.records.models.dates import (
    DateAndPlaceField,
    Place,
    RecordedEventField,
    WrittenDateField,
)
from archive_pkg.records.models.description import (
    AgendaItem,
    Classification,
    Enclosure,
    Holding,
    OwnType,
    Publications,
    Relation,
    Rights,
    Subject,
    Summary,
)
from archive_pkg.records.models.fields import EMPTY, UNKNOWN, AgentId, Id, Many, RecordId, Text
from archive_pkg.records.models.history import Event, Evidence
from archive_pkg.records.models.parts import Part, TranslationNote
from archive_pkg.records.record_errors import incoherence
from archive_pkg.records.scalars import Flag, PositiveNumber
from archive_pkg.records.upgrading import FORMAT, describe_formats, unknown_format, upgrade
from archive_pkg.records.vocabularies.document_types import DocumentType, document_types
from archive_pkg.records.vocabularies.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class Record(Model):
    """The record of a document.

    Attributes:
        id: The id of the record, which is also the name of its folder and package.
        version: The version of this record, from 1.
        supersedes: The id and version of the record that this one replaces.
        identifiers: Identifiers of the document.
        type: The type of document: letter, telegram, memorandum, memorandum-of-conversation,
            minutes, report, resolution, decision, note, speech, diary-entry, message, other, or
            the id of a type that the record defines in own_type.
        own_type: The definition of a type that is not in the list.
        title: The title.
        variant_titles: Other titles.
        number: The number of the telegram, protocol or other document, as written.
        authors: The agents who wrote it, if they are not its senders.
        sender: The agents in whose name it was sent.
        signatories: The agents who signed it.
        recipients: The agents to whom it was sent.
        attention: The agents in its attention line.
        copies_to: The agents who were sent a copy.
        distribution: The distribution list, in the words of the document.
        participants: The agents who took part in what it records, such as a talk.
        date: When it was written.
        place: Where it was written.
        recorded: When and where the talk, session or speech that it records took place.
        dispatched: When and where it was dispatched.
        received: When and where it arrived.
        classification: The level of secrecy that it states.
        copy_number: The number of the copy, as written.
        filing_reference: Its place in a file, as written, "Enclosure No. 2 to Protocol No. 49".
        extent: How long it is, in words, "3 pages" (ISAD(G) 3.1.5).
        excerpt: Whether it is an excerpt of a longer document.
        salutation: The words with which it addresses the recipient.
        closing: The words before the signature.
        summary: A summary by an editor.
        subjects: The subjects.
        mentioned_agents: The agents whom the text mentions.
        mentioned_places: The places that the text mentions.
        parts: The parts: texts, translations, scans, enclosures.
        translation_notes: Notes by translators and editors.
        enclosures: Things that were sent with it.
        items: The items of minutes or of a protocol.
        relations: Its relations to other documents.
        holdings: Where its copies are kept.
        custody: The history of custody, in words.
        donor: The agent who gave it to the repository.
        publications: Where it has been published.
        rights: Copyright and licence.
        agents: All agents that the record refers to.
        events: Events in its history, oldest first.
        evidence: The evidence for the statements.
    """

    id: RecordId
    version: PositiveNumber = 1
    supersedes: Text | None = None
    identifiers: Many[Identifier] = EMPTY
    type: Id
    own_type: OwnType | None = None
    title: Text
    variant_titles: Many[Text] = EMPTY
    number: Text | None = None
    authors: Many[AgentId] = EMPTY
    sender: Many[AgentId] = EMPTY
    signatories: Many[AgentId] = EMPTY
    recipients: Many[AgentId] = EMPTY
    attention: Many[AgentId] = EMPTY
    copies_to: Many[AgentId] = EMPTY
    distribution: Text | None = None
    participants: Many[Participant] = EMPTY
    date: WrittenDateField = UNKNOWN
    place: Place | None = None
    recorded: RecordedEventField = UNKNOWN
    dispatched: DateAndPlaceField = UNKNOWN
    received: DateAndPlaceField = UNKNOWN
    classification: Classification | None = None
    copy_number: Text | None = None
    filing_reference: Text | None = None
    extent: Text | None = None
    excerpt: Flag | None = None
    salutation: Text | None = None
    closing: Text | None = None
    summary: Summary | None = None
    subjects: Many[Subject] = EMPTY
    mentioned_agents: Many[AgentId] = EMPTY
    mentioned_places: Many[Place] = EMPTY
    parts: Many[Part] = EMPTY
    translation_notes: Many[TranslationNote] = EMPTY
    enclosures: Many[Enclosure] = EMPTY
    items: Many[AgendaItem] = EMPTY
    relations: Many[Relation] = EMPTY
    holdings: Many[Holding] = EMPTY
    custody: Text | None = None
    donor: AgentId | None = None
    publications: Publications = EMPTY
    rights: Rights | None = None
    agents: Many[Agent] = EMPTY
    events: Many[Event] = EMPTY
    evidence: Many[Evidence] = EMPTY

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe types of documents, fields of earlier formats, and agents of a register."""
        made = super().__get_pydantic_json_schema__(core_schema, handler)
        if handler.mode == "validation":
            own = handler.resolve_ref_schema(made)
            describe_formats(own, handler.resolve_ref_schema(own["properties"]["parts"]["items"]))
            agents = own["properties"]["agents"]
            described = handler.resolve_ref_schema(agents["items"])
            agents["items"] = {"anyOf": [agents["items"], _entry_of_a_register(described)]}
            known = {"properties": {"type": {"enum": list(document_types())}}}
            own["oneOf"] = [
                {"allOf": [known, absent("own_type")]},
                {"not": known, **present("own_type")},
            ]
        return made

    @model_validator(mode="wrap")
    @classmethod
    def _coherent(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Report errors of single fields together with those about several fields.

        The validation context, if any, is the file of the register and the ids of its entries.
        """
        if not isinstance(data, dict):
            return handler(data)

        def faults(
            whole: Any, places: Collection[tuple[str | int, ...]]
        ) -> Iterator[InitErrorDetails]:
            if message := unknown_format(data):
                yield fault("format_unknown", message, ("format",), data["format"])
            for problem in incoherence(whole, cls, places, info.context):
                yield fault(*problem)

        return cast("Self", with_all_faults(cls, upgrade(data), handler, faults))

    @property
    def document_type(self) -> DocumentType:
        """The type of the document, with its label, title and rules."""
        if self.own_type is None:
            return document_types()[self.type]
        like = document_types()[self.own_type.like]
        label, definition = self.own_type.label, self.own_type.definition
        return replace(like, id=self.type, label=label, plural=label, definition=definition)

    def agent(self, name: str) -> Agent:
        """Return the agent with an id. Raises KeyError if there is none."""
        return _by_id(self.agents, name)

    def part(self, name: str) -> Part:
        """Return the part with an id. Raises KeyError if there is none."""
        return _by_id(self.parts, name)

    def names(self, ids: Sequence[str]) -> str:
        """Return the names of agents, separated by semicolons."""
        return "; ".join(self.agent(name).name for name in ids)

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all held files, each once, in the order of the parts."""
        return tuple(dict.fromkeys(part.file for part in self.parts if part.file))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of all parts, each once."""
        return tuple(dict.fromkeys(tag for part in self.parts for tag in part.languages))

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain data, with its format and without empty fields."""
        data = _without_empty(self.model_dump(mode="json", exclude_none=True))
        return {"format": FORMAT, **data}


def _entry_of_a_register(described: JsonSchemaValue) -> JsonSchemaValue:
    """Return the JSON Schema of an agent that a record lists without a name."""
    fields = described["properties"]
    return {
        **described,
        "description": "An agent that the nearest register, agents.yaml, describes. The record "
        "states only what it adds or states differently.",
        "properties": {
            **fields,
            "name": {"type": "null"},
            "kind": {
                **fields["kind"],
                "enum": [*fields["kind"]["enum"], None],
                "type": ["string", "null"],
            },
        },
        "required": ["id"],
    }


def fault(kind: str, message: str, place: Steps, value: Any) -> InitErrorDetails:
    """Return an error for Pydantic."""
    error = PydanticCustomError(kind, message, {"text": message})
    return InitErrorDetails(type=error, loc=place, input=value)


Named = TypeVar("Named", Agent, Part)


def _by_id(items: Sequence[Named], name: str) -> Named:
    for item in items:
        if item.id == name:
            return item
    raise KeyError(name)


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    kept = {}
    for key, value in data.items():
        if isinstance(value, dict):
            value = _without_empty(value)
        elif isinstance(value, list):
            value = [_without_empty(each) if isinstance(each, dict) else each for each in value]
        if value or isinstance(value, bool | int):
            kept[key] = value
    return kept
