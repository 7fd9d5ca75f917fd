"""The record of a letter: what is known of it, and what each statement rests on.

The models are strict and frozen, and they refuse unknown keys. They convert only what a file
cannot write in another way: a list becomes a tuple, `true` and decimal digits given as text become
values, a date may be its EDTF text alone, and a record of format 1 is upgraded. An instance is
always coherent: every reference leads somewhere, the graph of parts has no circle, every piece of
evidence names a statement that the record makes.

`Record.model_validate` raises one `pydantic.ValidationError` with the place of every fault, those
of single fields and those of the whole; `archive_pkg.read_record` returns them as findings.
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
    judged_by,
    says,
    with_all_faults,
)
from archive_pkg.records.coherence import incoherence
from archive_pkg.records.scalars import (
    PATH_PATTERN,
    TEXT_PATTERN,
    Counted,
    Flag,
    Form,
    Whole,
    clean_text,
    portable_path,
)
from archive_pkg.records.statements import get
from archive_pkg.records.upgrading import FORMAT, describe_formats, unknown_format, upgrade
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
"""Text that says something: not empty, no control characters but tab and line ends."""

ID_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?$"
Id = Annotated[
    str,
    Form(
        "an id",
        ID_PATTERN,
        "an id has up to 64 letters, digits, - and _, and neither begins nor ends with -",
    ),
]
"""The name of an agent, part, note or event within its record: letters, digits, hyphens."""

AgentId = Annotated[
    str,
    Form(
        "an agent's id",
        ID_PATTERN,
        "name the agent by its id, such as khrushchev; who that is stands under agents",
    ),
    Field(json_schema_extra={"refersTo": "agents"}),
]
"""The id of one of the record's agents."""

PartId = Annotated[
    str,
    Form(
        "a part's id",
        ID_PATTERN,
        "name the part by its id, such as letter; what that is stands under parts",
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
        "it is also a folder's name: letters, digits, dots, - and _, beginning with a letter or "
        "digit",
    ),
]
"""The name of a record, which is also its folder's: letters, digits, dots, hyphens."""

PartPath = Annotated[
    str,
    AfterValidator(portable_path),
    Field(json_schema_extra={"format": "path"}),
    WithJsonSchema(
        {"type": "string", "format": "path", "pattern": PATH_PATTERN}, mode="validation"
    ),
]
"""A file's path below the record's folder, with `/` between names, never leaving the folder."""

Sha256 = Annotated[
    str,
    Form("a SHA-256 digest", r"^[0-9a-f]{64}$", "64 of 0-9 and a-f, as `sha256sum FILE` prints it"),
]
"""A SHA-256 digest in lower-case hexadecimal."""

MediaType = Annotated[
    str,
    Form(
        "a media type",
        r"^[\w.+-]+/[\w.+-]+$",
        "two names with / between them, as in text/plain",
    ),
]
"""A media type (RFC 6838) without parameters."""

StatementPath = Annotated[
    str,
    Form(
        "a statement's path",
        r"^[a-z_]+(?:\.[A-Za-z0-9_-]+)*$",
        "names with dots between them, items of lists by their id: agents.khrushchev.name",
    ),
]
"""The dotted path of a statement in a record."""

Puid = Annotated[
    str, Form("a PRONOM identifier", r"^(?:x-)?fmt/[0-9]+$", "fmt/ or x-fmt/ and a number")
]
"""A format's identifier in PRONOM."""

Digest = Annotated[str, Form("a digest", r"^sha256:[0-9a-f]{64}$", "sha256: and 64 of 0-9 and a-f")]
"""What a file's or another object's bytes were, whatever it was called."""

Confidence = Literal["certain", "probable", "guess"]


def _says_nothing(date: Any) -> Iterator[Fault]:
    if get(date, "edtf") is None and get(date, "as_written") is None:
        yield Fault(
            "the date has neither edtf nor as_written",
            "write the date as edtf, or its words as as_written while it is not clear",
        )


class WrittenDate(Model):
    """A date as the document gives it; plain text is taken as the EDTF form alone.

    Attributes:
        edtf: The date in the Extended Date/Time Format (ISO 8601-2), "1960-07-18"; None while it is
            open how the words are to be read.
        as_written: The words of the source, "18 July 1960".
        note: What a reader should know, such as the calendar.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("edtf"), given("as_written")]})

    edtf: MaybeEdtf = Field(default=UNKNOWN, examples=["1960-07-18"])
    as_written: Text | None = None
    note: Text | None = None

    _says_something = judged_by(_says_nothing)

    @property
    def words(self) -> str:
        """The date in EDTF; where it is open, the words of the source."""
        return str(self.edtf or self.as_written)


class Date(WrittenDate):
    """A date that is known, and how it was written; plain text is taken as the EDTF form alone."""

    model_config = ConfigDict(json_schema_extra={})

    edtf: AnyEdtf = Field(examples=["1960-07-18"])
    _says_something = judged_by(lambda _: ())  # its edtf is needed


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
        name: Its name in the describer's language, "Moscow".
        as_written: The words of the source.
        identifiers: Authority identifiers.
    """

    name: Text
    as_written: Text | None = None
    identifiers: Many[Identifier] = EMPTY


class Agent(Model):
    """A person, body, family or program that did something or is spoken of.

    Attributes:
        id: Its name within the record.
        name: The name in its full, authorized form.
        kind: What it is; "software" for programs, with their version.
        role: Its office or function at the time of the letter, "First Secretary".
        as_written: The name in the source's words.
        version: Of a program.
        identifiers: Authority identifiers, each with its scheme.
        note: What else is to be said.
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
        action: What was done.
        date: When.
        by: The agent that did it.
        level: The level from then on, in the scheme of the classification.
        note: The authority it rested on, or what else is known.
    """

    action: Literal["classified", "upgraded", "downgraded", "declassified", "reviewed"]
    date: DateField = UNKNOWN
    by: AgentId | None = None
    level: Id | None = None
    note: Text | None = None


class Classification(Model):
    """The marking that restricted who might read the letter.

    Attributes:
        as_written: The marking verbatim, "Completely Secret".
        language: The language the marking stands in.
        scheme: The vocabulary of levels, "ussr"; together with `level`.
        level: The level in that vocabulary, "top-secret".
        caveats: Further markings stacked on the first, verbatim.
        history: What became of it, oldest first.
    """

    as_written: Text
    language: Language | None = None
    scheme: Id | None = None
    level: Id | None = None
    caveats: Many[Text] = EMPTY
    history: Many[Reclassification] = EMPTY


def _length(span: Any) -> int | None:
    """The characters of a span; None where its start or end is not a number."""
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
            "offsets count code points from 0; the end is behind the last character",
        )


def _misquoted(quote: Any) -> Iterator[Fault]:
    length, exact = _length(quote), get(quote, "exact")
    if length is None or length <= 0:
        yield from _backwards(quote)
    elif isinstance(exact, str) and len(exact) not in (0, length):
        yield Fault(
            f"the quote has {len(exact)} characters, its span {length}",
            "count code points, and copy the words as they stand, line ends included",
        )


class Span(Model):
    """A stretch of a decoded text.

    Attributes:
        start: Offset of its first character: Unicode code points from 0, line ends untranslated,
            a byte order mark not counted.
        end: Offset behind its last character.
    """

    start: Whole
    end: Whole

    _forwards = judged_by(_backwards)


class Quote(Span):
    """Words at a place in a part, found again by what they are and what stands around them.

    W3C Web Annotation's TextPositionSelector and TextQuoteSelector in one. The offsets are into
    the whole text of the part's file.

    Attributes:
        part: The part whose file has the words.
        exact: The words, to the letter.
        prefix: A little of what stands before them.
        suffix: A little of what stands after them.
    """

    part: PartId
    exact: Annotated[str, Field(min_length=1)]
    prefix: str = ""
    suffix: str = ""

    _forwards = judged_by(_misquoted)


def _unruled(access: Any) -> Iterator[Fault]:
    status, until = get(access, "status"), get(access, "until")
    if status in ("restricted", "closed") and get(access, "rule") is None:
        yield Fault(f"what is {status} needs the rule that says so", "add rule")
    if status == "restricted" and until is None:
        yield Fault(
            "status is restricted, and until is missing",
            "Add until, the day from which the part is open, or write status: closed.",
        )
    if status in ("open", "closed") and until is not None:
        yield Fault(
            f"until is given, and status is {status}",
            "Write status: restricted, or remove until.",
        )


class Access(Model):
    """Who may have a part, and by which rule.

    Attributes:
        status: Open to everybody, restricted until a date, or closed.
        until: The day from which a restricted part is open; of a year or month, its last day.
        rule: What the restriction rests on: a law, an agreement with the donor, a decision.
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

    _ruled = judged_by(_unruled)

    def opened(self, day: datetime.date) -> bool:
        """Whether everybody may have the part on a day."""
        if self.until is None:
            return self.status == "open"
        last = self.until.edtf.latest
        return last is not None and day >= last


def _held_otherwise(part: Any) -> Iterator[Fault]:
    held = get(part, "held", True)
    if held in (True, "true") and get(part, "file") is None:
        yield Fault("a part that is held needs its file", "add file, or say held: false")
    if held in (False, "false") and any(get(part, name) for name in ("file", "span", "sha256")):
        yield Fault(
            "a part that is not held has no file, span or digest",
            "take them out, or say held: true",
        )


class Part(Model):
    """One thing that the letter consists of, held as a file or known and not held.

    Attributes:
        id: Its name within the record.
        kind: What it is.
        title: What it is called.
        held: Whether its file is here; a part not held has none.
        file: The file's path below the record's folder.
        span: The stretch of the file that is this part, where the file holds more than one.
        sha256: The file's digest.
        media_type: The file's type, "text/plain".
        pronom: The identifier of the file's format in the National Archives' PRONOM, "fmt/354".
        encoding: The character encoding of a text, by its IANA name; UTF-8 if not said.
        languages: BCP 47 tags.
        made_from: The parts it was made from, such as the original of a translation.
        part_of: The parts it belongs to, such as the letter that an enclosure was sent with.
        about: The parts it describes, such as the letter that a summary sums up.
        made_by: Who made it.
        made: When it was made.
        method: How it was made.
        access: Who may have it; if not said, the same as for the parts it leads to.
        note: What else is to be said.
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

    _held_as_a_file = judged_by(_held_otherwise)

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The ids of the parts that it was made from, belongs to or is about, each once."""
        return tuple(dict.fromkeys((*self.made_from, *self.part_of, *self.about)))

    @property
    def is_text(self) -> bool:
        """Whether its file can be read as plain text."""
        return self.held and (self.media_type or "text/plain").startswith("text/")


class TranslationNote(Model):
    """A translator's or editor's intervention in a text, or a remark on a slip in it.

    Attributes:
        id: Its name within the record.
        kind: What it is: a source term given beside its rendering, words inserted for the reader,
            an uncertain reading, an illegible place, a slip that stands so in the text, an
            omission, a passage withheld, or any other editorial remark.
        at: Where it stands, brackets included.
        text: The note's own words, or what is to be said of the place.
        rendering: The words of the translation that a source term stands behind.
        original: The source term in its own script.
        language: The source term's language.
        romanized: The source term as romanised in the text.
        romanization: The scheme of romanisation; left out where it cannot be told.
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
    """Something sent with the letter; its evidence says where the letter speaks of it.

    Attributes:
        id: Its name within the record.
        title: What it is.
        part: The part that it is, which says whether it is held.
    """

    id: Id
    title: Text
    part: PartId | None = None


class Summary(Model):
    """What the letter says, in short.

    Attributes:
        text: The summary.
        part: The part it is taken from.
        author: Who wrote it; left out where that is not known.
    """

    text: Text
    part: PartId | None = None
    author: AgentId | None = None


class Subject(Model):
    """What the letter is about.

    Attributes:
        term: The heading.
        identifier: Where the heading comes from an authority file.
    """

    term: Text
    identifier: Identifier | None = None


class Holding(Model):
    """Where the document itself is kept (ISAD(G) 3.1.1).

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
    """What may be done with the letter's text.

    Attributes:
        statement: In words; "unknown" is a statement, too.
        licence: An SPDX identifier or the address of a licence.
        holder: The agent that holds the rights.
    """

    statement: Text
    licence: Text | None = None
    holder: AgentId | None = None


class Event(Model):
    """Something that happened to the letter or its parts, in PREMIS 3's terms.

    Attributes:
        id: Its name within the record.
        type: From the Library of Congress's vocabulary of event types, or a local one.
        date: When; left out where that is not known.
        agents: Who did it.
        objects: The parts it concerns or brought forth; none means the letter as a whole.
        sources: The parts it started from.
        inputs: The digests of what it started from.
        outputs: The digests of what it brought forth or left as it was.
        outcome: How it ended.
        detail: What else is to be said.
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
"""What evidence needs, by its basis."""


def _unsupported(evidence: Any) -> Iterator[Fault]:
    basis = get(evidence, "basis")
    needed = _NEEDED.get(basis) if isinstance(basis, str) else None
    if needed and get(evidence, needed) is None:
        how = {
            "at": "part, start, end and exact of the words",
            "rule": "the rule's name",
            "agent": "the id of who says so",
        }[needed]
        yield Fault(f"evidence that is {basis} needs `{needed}`", f"add {needed}: {how}")


class Evidence(Model):
    """What a statement of the record rests on.

    Attributes:
        field: Dotted path of the statement, items of lists by their id: `agents.khrushchev.name`.
            It covers all below it.
        basis: "quoted" from the text (needs `at`), "inferred" by a rule (needs `rule`), or
            "supplied" by an agent (needs `agent`).
        at: The words it is quoted or inferred from.
        rule: The name of the rule.
        agent: Who supplied it.
        value: What this evidence states instead, where it speaks against the value that the
            record prefers; both statements stand.
        confidence: How sure the statement is, in the words that `draft` uses.
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

    _says_on_what = judged_by(_unsupported)


class Record(Model):
    """A letter's record.

    Attributes:
        id: The record's name, also that of its folder and package.
        version: Of this record, counted from 1.
        supersedes: The id and version of the record that this one replaces.
        identifiers: Other identifiers of the letter.
        type: The kind of document.
        title: A title in the field's form.
        variant_titles: Other titles it goes by.
        sender: Agents that sent it, the body and the person apart.
        signatories: Agents that signed it.
        recipients: Agents it is addressed to.
        copies_to: Agents that got a copy.
        date: When it was written.
        received: When it arrived.
        place: Where it was written.
        classification: Its marking.
        salutation: The words of address that open it.
        closing: The words that close it.
        summary: What it says, in short.
        subjects: What it is about.
        mentioned_agents: People and bodies it speaks of.
        mentioned_places: Places it speaks of.
        parts: What it consists of.
        translation_notes: Interventions in its texts.
        enclosures: What was sent with it.
        holding: Where the document is kept.
        custody: Its history of custody, in words.
        donor: The agent it was acquired from.
        publications: Where it has been published, as citations.
        rights: What may be done with it.
        agents: Everybody named above or below.
        events: What happened to it, oldest first.
        evidence: What the statements rest on.
    """

    id: RecordId
    version: Counted = 1
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
        """Describe what files hold of earlier formats, too."""
        made = super().__get_pydantic_json_schema__(core_schema, handler)
        if handler.mode == "validation":
            own = handler.resolve_ref_schema(made)
            describe_formats(own, handler.resolve_ref_schema(own["properties"]["parts"]["items"]))
        return made

    @model_validator(mode="wrap")
    @classmethod
    def _coherent(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Report the faults of fields and those of the whole together."""
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
        """The agent of that id; KeyError if there is none."""
        return _by_id(self.agents, name)

    def part(self, name: str) -> Part:
        """The part of that id; KeyError if there is none."""
        return _by_id(self.parts, name)

    def names(self, ids: Sequence[str]) -> str:
        """The names of some agents, as a person would list them."""
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
        """The record as plain data, in the models' order, without what is unknown or empty."""
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
