"""Statements about the document as a whole: type, classification, summary, archive, editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, OrText, present, validated_by
from archive_pkg.records.models.dates import DateField, WrittenDateField
from archive_pkg.records.models.fields import (
    EMPTY,
    UNKNOWN,
    AgentId,
    Id,
    KnownType,
    Many,
    PartId,
    RecordId,
    Text,
)
from archive_pkg.records.models.quotes import Quote
from archive_pkg.records.scalars import TEXT_PATTERN
from archive_pkg.records.value_paths import get
from archive_pkg.records.vocabularies.identifiers import Identifier
from archive_pkg.records.vocabularies.languages import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive_pkg.records.base import Settable


class OwnType(Model):
    """A type of document that the record defines itself.

    Attributes:
        label: What such a document is called, "Aide-mémoire".
        definition: What such a document is.
        like: The known type whose rules it follows, such as note.
    """

    label: Text
    definition: Text
    like: KnownType


class Reclassification(Model):
    """A change of a classification, such as a declassification.

    Attributes:
        action: The action.
        date: The date of the action.
        by: The agent who took the action.
        level: The new level, in the scheme of the classification.
        note: The authority for the action, or another note.
    """

    action: Literal["classified", "upgraded", "downgraded", "declassified", "reviewed"]
    date: DateField = UNKNOWN
    by: AgentId | None = None
    level: Id | None = None
    note: Text | None = None


class Classification(Model):
    """The level of secrecy that the document states.

    Attributes:
        as_written: The marking verbatim, "Completely Secret".
        language: The language of the marking.
        scheme: The vocabulary of levels, "ussr". Give it together with `level`.
        level: The level in that vocabulary, "top-secret".
        caveats: Additional markings, verbatim.
        history: Later changes, oldest first.
    """

    as_written: Text
    language: Language | None = None
    scheme: Id | None = None
    level: Id | None = None
    caveats: Many[Text] = EMPTY
    history: Many[Reclassification] = EMPTY


class Summary(Model):
    """A summary of the document.

    Attributes:
        text: The summary.
        part: The part that it was taken from.
        author: The agent who wrote it, if known.
    """

    text: Text
    part: PartId | None = None
    author: AgentId | None = None


class Subject(Model):
    """A subject of the document.

    Attributes:
        term: The heading.
        identifier: The identifier of the heading in an authority file.
    """

    term: Text
    identifier: Identifier | None = None


class HoldingLevel(Model):
    """A level of an archive, in the archive's own words.

    Attributes:
        name: The name of the level, "fond", "Bestand" or "box".
        value: The number or title, "5".
    """

    name: Text
    value: Text


class Holding(Model):
    """Where a copy of the document is kept (ISAD(G) 3.1.1).

    Attributes:
        repository: The archive.
        levels: The path within the archive, from the highest level down: fond, opis, delo, list;
            Bestand, Signatur, Blatt; series, box, folder.
        note: A note for readers, such as which copy it is.
    """

    repository: Text
    levels: Many[HoldingLevel] = EMPTY
    note: Text | None = None


def _citation_from_text(value: object) -> object:
    return {"citation": value} if isinstance(value, str) else value


class Publication(Model):
    """Where the document has been published. A text alone is read as the citation.

    Attributes:
        citation: The citation in words.
        title: The title of the publication.
        editors: The editors.
        translators: The translators.
        place_in: The place of the document in it, "pp. 12–14" or "document 7".
        date: When it was published.
        identifiers: Identifiers of the publication, such as its DOI.
    """

    citation: Text
    title: Text | None = None
    editors: Many[AgentId] = EMPTY
    translators: Many[AgentId] = EMPTY
    place_in: Text | None = None
    date: WrittenDateField = UNKNOWN
    identifiers: Many[Identifier] = EMPTY


if TYPE_CHECKING:
    Publications = Settable[tuple[Publication, ...], Sequence[Publication | str]]
else:
    Publications = Many[
        Annotated[
            Publication,
            BeforeValidator(_citation_from_text),
            OrText({"pattern": TEXT_PATTERN}),
        ]
    ]


class Rights(Model):
    """Copyright and licence of the document.

    Attributes:
        statement: The rights in words; "unknown" is allowed.
        licence: An SPDX identifier or the address of a licence.
        holder: The agent who holds the rights.
    """

    statement: Text
    licence: Text | None = None
    holder: AgentId | None = None


def _relation_faults(relation: Any) -> Iterator[Fault]:
    if all(get(relation, name) is None for name in ("record", "title", "identifier")):
        yield Fault(
            _("the relation does not name the other document"),
            _("Add record (the id of the other document's record), title or identifier."),
        )


RelationKind = Literal[
    "reply-to",
    "enclosure-of",
    "item-of",
    "draft-of",
    "version-of",
    "same-as",
    "refers-to",
]
"""The relation of a document to another one."""


class Relation(Model):
    """A relation of the document to another document.

    Attributes:
        kind: The relation of this document to the other one.
        record: The id of the other document's record.
        title: The other document in words, if it has no record here.
        identifier: An identifier of the other document.
        note: A note for readers.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [present("record"), present("title"), present("identifier")]}
    )

    kind: RelationKind
    record: RecordId | None = None
    title: Text | None = None
    identifier: Identifier | None = None
    note: Text | None = None

    _relation_rule = validated_by(_relation_faults)


class Enclosure(Model):
    """Something that was sent with the document. Its evidence quotes the document.

    Attributes:
        id: The id within the record.
        title: The title.
        number: The number of the enclosure, as written.
        sender: The agents in whose name it was written.
        date: When it was written.
        part: The part that is the enclosure. The part has held: false if you do not hold it.
        record: The id of the enclosure's own record.
    """

    id: Id
    title: Text
    number: Text | None = None
    sender: Many[AgentId] = EMPTY
    date: WrittenDateField = UNKNOWN
    part: PartId | None = None
    record: RecordId | None = None


class AgendaItem(Model):
    """An item of minutes or of a protocol.

    Attributes:
        id: The id within the record.
        title: The title of the item.
        number: The number of the item, as written.
        at: The heading of the item in the text.
        record: The id of the item's own record.
    """

    id: Id
    title: Text
    number: Text | None = None
    at: Quote | None = None
    record: RecordId | None = None
