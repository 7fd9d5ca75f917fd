"""The record of a letter: its description, and the evidence for each statement.

The models are strict and frozen, and they refuse unknown keys. They convert only what a file cannot
write in another way: a list becomes a tuple, `true` and decimal digits as text become values, a
date can be only its EDTF text, and a record of format 1 is upgraded. An instance is always
coherent: all references lead somewhere, parts do not depend on each other in a circle, and all
evidence is for a statement of the record.

`Record.model_validate` raises one `pydantic.ValidationError` with the places of all errors, and
`archive_pkg.read_record` returns them as findings.
"""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003  pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from archive_pkg.dates.edtf_string import EDTF_FORM, Edtf
from archive_pkg.faults import Fault
from archive_pkg.records.base import (
    Model,
    OrText,
    Steps,
    absent,
    given,
    says,
    validated_by,
    with_all_faults,
)
from archive_pkg.records.coherence import incoherence
from archive_pkg.records.scalars import (
    PATH_PATTERN,
    TEXT_PATTERN,
    Flag,
    Form,
    PositiveNumber,
    WholeNumber,
    clean_text,
    portable_path,
)
from archive_pkg.records.upgrading import FORMAT, describe_formats, unknown_format, upgrade
from archive_pkg.records.values import get
from archive_pkg.records.vocabularies.identifiers import Identifier
from archive_pkg.records.vocabularies.languages import Language

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterator

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from archive_pkg.records.base import Given


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _date_from_text(value: object) -> object:
    return {"edtf": value} if isinstance(value, str) else value


T = TypeVar("T")
EMPTY: Any = ()
UNKNOWN: Any = None

if TYPE_CHECKING:
    Many = Given[tuple[T, ...], Sequence[T]]
    AnyEdtf = Given[Edtf, str]
    MaybeEdtf = Given[Edtf | None, str | None]
else:
    Many = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
    AnyEdtf = Edtf
    MaybeEdtf = Edtf | None

Text = Annotated[
    str,
    AfterValidator(clean_text),
    WithJsonSchema({"type": "string", "pattern": TEXT_PATTERN}, mode="validation"),
]
"""Text that is not blank and has no control characters except tab and line ends."""

ID_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?$"
Id = Annotated[
    str,
    Form(
        "an id",
        ID_PATTERN,
        "Use up to 64 letters, digits, - and _, without - at either end.",
    ),
]
"""The id of an agent, part, note or event within its record."""

AgentId = Annotated[
    str,
    Form(
        "an agent's id",
        ID_PATTERN,
        "Write the id of an agent, such as khrushchev, and describe the agent under agents.",
    ),
    Field(json_schema_extra={"refersTo": "agents"}),
]
"""The id of one of the record's agents."""

PartId = Annotated[
    str,
    Form(
        "a part's id",
        ID_PATTERN,
        "Write the id of a part, such as letter, and describe the part under parts.",
    ),
    Field(json_schema_extra={"refersTo": "parts"}),
]
"""The id of one of the record's parts."""

RECORD_ID_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?$"
RecordId = Annotated[
    str,
    Form(
        "a record's id",
        RECORD_ID_PATTERN,
        "Use letters, digits, dots, - and _, beginning with a letter or digit. The id is also the "
        "name of a folder.",
    ),
]
"""The id of a record, which is also the name of its folder."""

PartPath = Annotated[
    str,
    AfterValidator(portable_path),
    Field(json_schema_extra={"format": "path"}),
    WithJsonSchema(
        {"type": "string", "format": "path", "pattern": PATH_PATTERN}, mode="validation"
    ),
]
"""The path of a file in the record's folder, with `/` between names."""

Sha256 = Annotated[
    str,
    Form(
        "a SHA-256 digest",
        r"^[0-9a-f]{64}$",
        "Write 64 of 0-9 and a-f, as `sha256sum FILE` prints them.",
    ),
]
"""A SHA-256 digest in lower-case hexadecimal."""

MediaType = Annotated[
    str,
    Form(
        "a media type",
        r"^[\w.+-]+/[\w.+-]+$",
        "Write two names with / between them, as in text/plain.",
    ),
]
"""A media type (RFC 6838) without parameters."""

StatementPath = Annotated[
    str,
    Form(
        "a statement's path",
        r"^[a-z_]+(?:\.[A-Za-z0-9_-]+)*$",
        "Write names with dots between them, and list items by id: agents.khrushchev.name.",
    ),
]
"""The dotted path of a statement in a record."""

Puid = Annotated[
    str, Form("a PRONOM identifier", r"^(?:x-)?fmt/[0-9]+$", "Write fmt/ or x-fmt/ and a number.")
]
"""A format's identifier in PRONOM."""

Digest = Annotated[
    str, Form("a digest", r"^sha256:[0-9a-f]{64}$", "Write sha256: and 64 of 0-9 and a-f.")
]
"""The digest of the bytes of a file or another object."""

Confidence = Literal["certain", "probable", "guess"]


def _says_nothing(date: Any) -> Iterator[Fault]:
    if get(date, "edtf") is None and get(date, "as_written") is None:
        yield Fault(
            "the date has neither edtf nor as_written",
            "Write the date as edtf, or its words as as_written if it is not clear.",
        )


class WrittenDate(Model):
    """A date as the document gives it. Plain text is read as the EDTF form.

    Attributes:
        edtf: The date in the Extended Date/Time Format (ISO 8601-2), "1960-07-18"; None if the
            meaning of the words is unclear.
        as_written: The words of the document, "18 July 1960".
        note: A note for readers, such as the calendar.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("edtf"), given("as_written")]})

    edtf: MaybeEdtf = Field(default=UNKNOWN, examples=["1960-07-18"])
    as_written: Text | None = None
    note: Text | None = None

    _says_something = validated_by(_says_nothing)

    @property
    def words(self) -> str:
        """The date in EDTF or, if it has none, the words of the document."""
        return str(self.edtf or self.as_written)


class Date(WrittenDate):
    """A known date, and how it was written. Plain text is read as the EDTF form."""

    model_config = ConfigDict(json_schema_extra={})

    edtf: AnyEdtf = Field(examples=["1960-07-18"])
    _says_something = validated_by(lambda _: ())  # edtf is required


def _open_or_known(value: object) -> object:
    return dict(value) if isinstance(value, Date) else _date_from_text(value)


if TYPE_CHECKING:
    DateField = Given[Date | None, Date | str | None]
    WrittenDateField = Given[WrittenDate | None, WrittenDate | str | None]
else:
    DateField = Annotated[Date, BeforeValidator(_date_from_text), OrText(EDTF_FORM)] | None
    WrittenDateField = (
        Annotated[WrittenDate, BeforeValidator(_open_or_known), OrText(EDTF_FORM)] | None
    )


class Place(Model):
    """A place.

    Attributes:
        name: The name in the language of the record, "Moscow".
        as_written: The words of the document.
        identifiers: Identifiers in authority files.
    """

    name: Text
    as_written: Text | None = None
    identifiers: Many[Identifier] = EMPTY


class Agent(Model):
    """A person, organization, family or program that did something or is mentioned.

    Attributes:
        id: The id within the record.
        name: The complete, authorized form of the name.
        kind: The kind of agent; "software" for programs, which have a version.
        role: The office or function at the time of the letter, "First Secretary".
        as_written: The name in the words of the document.
        version: The version of a program.
        identifiers: Identifiers in authority files, each with its scheme.
        note: A note for readers.
    """

    id: Id
    name: Text
    kind: Literal["person", "organization", "family", "software"]
    role: Text | None = None
    as_written: Text | None = None
    version: Text | None = None
    identifiers: Many[Identifier] = EMPTY
    note: Text | None = None


class Reclassification(Model):
    """A change of a classification, such as a declassification.

    Attributes:
        action: The action.
        date: The date of the action.
        by: The agent who took it.
        level: The new level, in the scheme of the classification.
        note: The authority for the action, or another note.
    """

    action: Literal["classified", "upgraded", "downgraded", "declassified", "reviewed"]
    date: DateField = UNKNOWN
    by: AgentId | None = None
    level: Id | None = None
    note: Text | None = None


class Classification(Model):
    """The level of secrecy that the letter states.

    Attributes:
        as_written: The marking verbatim, "Completely Secret".
        language: The language of the marking.
        scheme: The vocabulary of levels, "ussr"; required with `level`.
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


def _length(span: Any) -> int | None:
    """Return the length of a span, or None if its start or end is not a number."""
    start, end = get(span, "start"), get(span, "end")
    try:
        return int(end) - int(start)
    except (TypeError, ValueError):
        return None


def _backwards(span: Any) -> Iterator[Fault]:
    length = _length(span)
    if length is not None and length <= 0:
        start, end = get(span, "start"), get(span, "end")
        yield Fault(
            f"the span ends at {end}, not after its start at {start}",
            "Count code points from 0. The end is the offset after the last character.",
        )


def _misquoted(quote: Any) -> Iterator[Fault]:
    length, exact = _length(quote), get(quote, "exact")
    if length is None or length <= 0:
        yield from _backwards(quote)
    elif isinstance(exact, str) and len(exact) not in (0, length):
        yield Fault(
            f"the quote has {len(exact)} characters, but its span has {length}",
            "Count code points, and copy the words exactly, with line ends.",
        )


class Span(Model):
    """A range of a decoded text.

    Attributes:
        start: Offset of the first character: Unicode code points from 0, with unchanged line ends,
            without a byte order mark.
        end: Offset after the last character.
    """

    start: WholeNumber
    end: WholeNumber

    _forwards = validated_by(_backwards)


class Quote(Span):
    """A quote: words of a part with their place.

    It combines the TextPositionSelector and TextQuoteSelector of W3C Web Annotation. The offsets
    are into the complete text of the part's file.

    Attributes:
        part: The part whose file has the words.
        exact: The exact words.
        prefix: A few words before them.
        suffix: A few words after them.
    """

    part: PartId
    exact: Annotated[str, Field(min_length=1)]
    prefix: str = ""
    suffix: str = ""

    _forwards = validated_by(_misquoted)


def _unruled(access: Any) -> Iterator[Fault]:
    status, until = get(access, "status"), get(access, "until")
    if status in ("restricted", "closed") and get(access, "rule") is None:
        yield Fault(f"status is {status}, but rule is missing", "Add rule: the law or agreement.")
    if status == "restricted" and until is None:
        yield Fault(
            "status is restricted, but until is missing",
            "Add until, the day from which the part is open, or write status: closed.",
        )
    if status in ("open", "closed") and until is not None:
        yield Fault(
            f"until is given, but status is {status}",
            "Write status: restricted, or remove until.",
        )


class Access(Model):
    """Who may see a part, and by which rule.

    Attributes:
        status: Open to everybody, restricted until a date, or closed.
        until: The day from which a restricted part is open; for a year or month, its last day.
        rule: The reason for the restriction: a law, an agreement with the donor, a decision.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"allOf": [says("status", "open"), absent("until")]},
                {"allOf": [says("status", "restricted"), given("rule", "until")]},
                {"allOf": [says("status", "closed"), given("rule"), absent("until")]},
            ]
        }
    )

    status: Literal["open", "restricted", "closed"]
    until: DateField = UNKNOWN
    rule: Text | None = None

    _ruled = validated_by(_unruled)

    def opened(self, day: datetime.date) -> bool:
        """Return whether everybody may see the part on a day."""
        if self.until is None:
            return self.status == "open"
        last = self.until.edtf.latest
        return last is not None and day >= last


def _held_otherwise(part: Any) -> Iterator[Fault]:
    held = get(part, "held", True)
    if held in (True, "true") and get(part, "file") is None:
        yield Fault(
            "file is missing", "Add file, or write held: false if you do not hold the part."
        )
    if held in (False, "false") and any(get(part, name) for name in ("file", "span", "sha256")):
        yield Fault(
            "the part has held: false, but also a file, span or digest",
            "Remove them, or write held: true.",
        )


class Part(Model):
    """A part of the letter, held as a file or only known.

    Attributes:
        id: The id within the record.
        kind: The kind of part.
        title: The title.
        held: Whether you hold its file. A part that is not held has no file.
        file: The path of the file in the record's folder.
        span: The range of the file that is this part, if the file has several parts.
        sha256: The digest of the file.
        media_type: The type of the file, "text/plain".
        pronom: The identifier of the file's format in PRONOM, "fmt/354".
        encoding: The character encoding of a text, by its IANA name; UTF-8 if missing.
        languages: BCP 47 tags.
        made_from: The parts it was made from, such as the original of a translation.
        part_of: The parts it belongs to, such as the letter that an enclosure was sent with.
        about: The parts it describes, such as the letter that a summary describes.
        made_by: The agents who made it.
        made: The date when it was made.
        method: How it was made.
        access: Who may see it; if missing, the same as for the parts that it depends on.
        note: A note for readers.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "if": says("held", False, "false"),
            "then": absent("file", "span", "sha256"),
            "else": given("file"),
        }
    )

    id: Id
    kind: Literal[
        "original", "scan", "transcription", "translation", "redaction", "enclosure", "summary"
    ]
    title: Text | None = None
    held: Flag = True
    file: PartPath | None = None
    span: Span | None = None
    sha256: Sha256 | None = None
    media_type: MediaType | None = None
    pronom: Puid | None = None
    encoding: Text | None = None
    languages: Many[Language] = EMPTY
    made_from: Many[PartId] = EMPTY
    part_of: Many[PartId] = EMPTY
    about: Many[PartId] = EMPTY
    made_by: Many[AgentId] = EMPTY
    made: DateField = UNKNOWN
    method: Text | None = None
    access: Access | None = None
    note: Text | None = None

    _held_as_a_file = validated_by(_held_otherwise)

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The ids of the parts that it was made from, belongs to or is about, each once."""
        return tuple(dict.fromkeys((*self.made_from, *self.part_of, *self.about)))

    @property
    def is_text(self) -> bool:
        """Whether its file is plain text."""
        return self.held and (self.media_type or "text/plain").startswith("text/")


class TranslationNote(Model):
    """A note by a translator or editor in a text, or about an error in it.

    Attributes:
        id: The id within the record.
        kind: The kind of note: a source term next to its translation, words inserted for the
            reader, an uncertain reading, an illegible place, an error in the text (sic), an
            omission, a withheld passage, or another editorial note.
        at: Its place, with brackets.
        text: The words of the note, or an explanation of the place.
        rendering: The translation of a source term.
        original: The source term in its own script.
        language: The language of the source term.
        romanized: The source term as romanized in the text.
        romanization: The scheme of romanization, if it is known.
    """

    id: Id
    kind: Literal[
        "source-term",
        "insertion",
        "uncertain",
        "illegible",
        "sic",
        "omission",
        "withheld",
        "editorial",
    ]
    at: Quote
    text: Text | None = None
    rendering: Text | None = None
    original: Text | None = None
    language: Language | None = None
    romanized: Text | None = None
    romanization: Text | None = None


class Enclosure(Model):
    """Something that was sent with the letter. Its evidence quotes the letter.

    Attributes:
        id: The id within the record.
        title: The title.
        part: The part with its file, or with held: false.
    """

    id: Id
    title: Text
    part: PartId | None = None


class Summary(Model):
    """A summary of the letter.

    Attributes:
        text: The summary.
        part: The part that it was taken from.
        author: The agent who wrote it, if known.
    """

    text: Text
    part: PartId | None = None
    author: AgentId | None = None


class Subject(Model):
    """A subject of the letter.

    Attributes:
        term: The heading.
        identifier: The identifier of the heading in an authority file.
    """

    term: Text
    identifier: Identifier | None = None


class Holding(Model):
    """Where the document is kept (ISAD(G) 3.1.1).

    Attributes:
        repository: The archive.
        fonds: The fonds or collection.
        file: The file or box.
        folio: The leaf or page.
    """

    repository: Text
    fonds: Text | None = None
    file: Text | None = None
    folio: Text | None = None


class Rights(Model):
    """Copyright and licence of the letter.

    Attributes:
        statement: The rights in words; "unknown" is allowed.
        licence: An SPDX identifier or the address of a licence.
        holder: The agent who holds the rights.
    """

    statement: Text
    licence: Text | None = None
    holder: AgentId | None = None


class Event(Model):
    """Something that happened to the letter or its parts, as in PREMIS 3.

    Attributes:
        id: The id within the record.
        type: A type from the Library of Congress's vocabulary of events, or a local one.
        date: The date, if known.
        agents: The agents who took part.
        objects: The parts that it concerns or produced; none means the letter as a whole.
        sources: The parts that it used.
        inputs: The digests of the files that it used.
        outputs: The digests of the files that it produced or checked.
        outcome: The outcome.
        detail: Details in words.
    """

    id: Id
    type: Text
    date: DateField = UNKNOWN
    agents: Many[AgentId] = EMPTY
    objects: Many[PartId] = EMPTY
    sources: Many[PartId] = EMPTY
    inputs: Many[Digest] = EMPTY
    outputs: Many[Digest] = EMPTY
    outcome: Literal["success", "warning", "fail"] | None = None
    detail: Text | None = None


_NEEDED = {"quoted": "at", "inferred": "rule", "supplied": "agent"}
"""The field that evidence must have, by its basis."""


def _unsupported(evidence: Any) -> Iterator[Fault]:
    basis = get(evidence, "basis")
    needed = _NEEDED.get(basis) if isinstance(basis, str) else None
    if needed and get(evidence, needed) is None:
        how = {
            "at": "the part, start, end and exact words",
            "rule": "the name of the rule",
            "agent": "the id of an agent",
        }[needed]
        yield Fault(f"basis is {basis}, but {needed} is missing", f"Add {needed}: {how}.")


class Evidence(Model):
    """Evidence for a statement of the record.

    Attributes:
        field: Dotted path of the statement, with list items by id: `agents.khrushchev.name`. The
            evidence covers all values below it.
        basis: "quoted" from the text (with `at`), "inferred" by a rule (with `rule`), or "supplied"
            by an agent (with `agent`).
        at: The words that it is quoted or inferred from.
        rule: The name of the rule.
        agent: The agent who supplied it.
        value: Another value that this evidence supports, if it contradicts the value in the
            record.
        confidence: How sure the statement is.
        note: The reasoning, in words.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"if": says("basis", basis), "then": given(needed)}
                for basis, needed in _NEEDED.items()
            ]
        }
    )

    field: StatementPath
    basis: Literal["quoted", "inferred", "supplied"]
    at: Quote | None = None
    rule: Id | None = None
    agent: AgentId | None = None
    value: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    _says_on_what = validated_by(_unsupported)


class Record(Model):
    """A letter's record.

    Attributes:
        id: The id of the record, which is also the name of its folder and package.
        version: The version of this record, from 1.
        supersedes: The id and version of the record that this one replaces.
        identifiers: Identifiers of the letter.
        type: The kind of document.
        title: The title.
        variant_titles: Other titles.
        sender: The agents in whose name it was sent.
        signatories: The agents who signed it.
        recipients: The agents to whom it was sent.
        copies_to: The agents who were sent a copy.
        date: When it was written.
        received: When it arrived.
        place: Where it was written.
        classification: The level of secrecy that it states.
        salutation: The words with which it addresses the recipient.
        closing: The words before the signature.
        summary: A summary by an editor.
        subjects: The subjects.
        mentioned_agents: The agents whom the text mentions.
        mentioned_places: The places that the text mentions.
        parts: The parts: texts, translations, scans, enclosures.
        translation_notes: Notes by translators and editors.
        enclosures: Things that were sent with it.
        holding: Where the document is kept.
        custody: The history of custody, in words.
        donor: The agent who gave it to the repository.
        publications: Where it has been published, as citations.
        rights: Copyright and licence.
        agents: All agents that the record refers to.
        events: Events in its history, oldest first.
        evidence: The evidence for the statements.
    """

    id: RecordId
    version: PositiveNumber = 1
    supersedes: Text | None = None
    identifiers: Many[Identifier] = EMPTY
    type: Literal["letter", "telegram", "memorandum", "note", "message", "report", "other"]
    title: Text
    variant_titles: Many[Text] = EMPTY
    sender: Many[AgentId] = EMPTY
    signatories: Many[AgentId] = EMPTY
    recipients: Many[AgentId] = EMPTY
    copies_to: Many[AgentId] = EMPTY
    date: WrittenDateField = UNKNOWN
    received: WrittenDateField = UNKNOWN
    place: Place | None = None
    classification: Classification | None = None
    salutation: Text | None = None
    closing: Text | None = None
    summary: Summary | None = None
    subjects: Many[Subject] = EMPTY
    mentioned_agents: Many[AgentId] = EMPTY
    mentioned_places: Many[Place] = EMPTY
    parts: Many[Part] = EMPTY
    translation_notes: Many[TranslationNote] = EMPTY
    enclosures: Many[Enclosure] = EMPTY
    holding: Holding | None = None
    custody: Text | None = None
    donor: AgentId | None = None
    publications: Many[Text] = EMPTY
    rights: Rights | None = None
    agents: Many[Agent] = EMPTY
    events: Many[Event] = EMPTY
    evidence: Many[Evidence] = EMPTY

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the fields of earlier formats, too."""
        made = super().__get_pydantic_json_schema__(core_schema, handler)
        if handler.mode == "validation":
            own = handler.resolve_ref_schema(made)
            describe_formats(own, handler.resolve_ref_schema(own["properties"]["parts"]["items"]))
        return made

    @model_validator(mode="wrap")
    @classmethod
    def _coherent(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Report errors of single fields together with those about several fields."""
        if not isinstance(data, dict):
            return handler(data)

        def faults(
            whole: Any, places: Collection[tuple[str | int, ...]]
        ) -> Iterator[InitErrorDetails]:
            if message := unknown_format(data):
                yield _fault("format_unknown", message, ("format",), data["format"])
            for problem in incoherence(whole, cls, places):
                yield _fault(*problem)

        return cast("Self", with_all_faults(cls, upgrade(data), handler, faults))

    def agent(self, name: str) -> Agent:
        """Return the agent with an id. Raises KeyError."""
        return _by_id(self.agents, name)

    def part(self, name: str) -> Part:
        """Return the part with an id. Raises KeyError."""
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
        """Return the record as plain data, without empty fields."""
        data = _without_empty(self.model_dump(mode="json", exclude_none=True))
        return {"format": FORMAT, **data}


def _fault(kind: str, message: str, place: Steps, value: Any) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(kind, message), loc=place, input=value)


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
