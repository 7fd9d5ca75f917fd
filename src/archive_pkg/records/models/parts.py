"""The parts of a document, who may see them, and notes in their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict

from archive_pkg.faults import Fault
from archive_pkg.messages import _
from archive_pkg.records.base import Model, absent, field_is, present, validated_by
from archive_pkg.records.models.dates import DateField
from archive_pkg.records.models.fields import (
    EMPTY,
    UNKNOWN,
    AgentId,
    Id,
    Many,
    MediaType,
    PartId,
    PartPath,
    Puid,
    Sha256,
    Text,
)
from archive_pkg.records.models.quotes import Quote, Span
from archive_pkg.records.scalars import Flag
from archive_pkg.records.value_paths import get
from archive_pkg.records.vocabularies.languages import Language

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator


def _access_faults(access: Any) -> Iterator[Fault]:
    status, until = get(access, "status"), get(access, "until")
    if status in ("restricted", "closed") and get(access, "rule") is None:
        yield Fault(
            _("status is {status}, but rule is missing", status=status),
            _("Add rule: the law or agreement."),
        )
    if status == "restricted" and until is None:
        yield Fault(
            _("status is restricted, but until is missing"),
            _("Add until, the day from which the part is open, or write status: closed."),
        )
    if status in ("open", "closed") and until is not None:
        yield Fault(
            _("until is present, but status is {status}", status=status),
            _("Write status: restricted, or remove until."),
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
                {"allOf": [field_is("status", "open"), absent("until")]},
                {"allOf": [field_is("status", "restricted"), present("rule", "until")]},
                {"allOf": [field_is("status", "closed"), present("rule"), absent("until")]},
            ]
        }
    )

    status: Literal["open", "restricted", "closed"]
    until: DateField = UNKNOWN
    rule: Text | None = None

    _access_rule = validated_by(_access_faults)

    def opened(self, day: datetime.date) -> bool:
        """Return whether everybody may see the part on a day."""
        if self.until is None:
            return self.status == "open"
        last = self.until.edtf.latest
        return last is not None and day >= last


def _file_faults(part: Any) -> Iterator[Fault]:
    held = get(part, "held", True)
    if held in (True, "true") and get(part, "file") is None:
        yield Fault(
            _("file is missing"), _("Add file, or write held: false if you do not hold the part.")
        )
    if held in (False, "false") and any(get(part, name) for name in ("file", "span", "sha256")):
        yield Fault(
            _("the part has held: false, but also a file, span or digest"),
            _("Remove them, or write held: true."),
        )


WITHHELD = "Held, and withheld from this package."
"""The note of a part in a public package that is held but withheld."""


class Part(Model):
    """A part of the document, held as a file or only known.

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
        excerpt: Whether it gives only an excerpt of the document.
        encoding: The character encoding of a text, by its IANA name; UTF-8 if missing.
        languages: BCP 47 tags.
        made_from: The parts it was made from, such as the original of a translation.
        part_of: The parts it belongs to. An enclosure belongs to the document it was sent with.
        about: The parts it describes, such as the letter that a summary describes.
        made_by: The agents who made it.
        made: The date when it was made.
        method: How it was made.
        access: Who may see it; if missing, the same as for the parts that it depends on.
        note: A note for readers.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "if": field_is("held", False, "false"),
            "then": absent("file", "span", "sha256"),
            "else": present("file"),
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
    excerpt: Flag | None = None
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

    _file_rule = validated_by(_file_faults)

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The ids of the parts that it was made from, belongs to or is about, each once."""
        return tuple(dict.fromkeys((*self.made_from, *self.part_of, *self.about)))

    @property
    def is_text(self) -> bool:
        """Whether it is held, and its media type is text or missing.

        If it is missing, the file may still be an image: see `texts.letter_files.holds_text`.
        """
        return self.held and (self.media_type or "text/plain").startswith("text/")

    @property
    def is_withheld(self) -> bool:
        """Whether it is held, but withheld from the public package of this record."""
        return not self.held and self.note == WITHHELD

    @property
    def file_in_words(self) -> str:
        """The path of its file, or why there is none."""
        return self.file or (_("withheld from this package") if self.is_withheld else _("not held"))


class TranslationNote(Model):
    """A note by a translator or editor in a text, or an error in a text.

    Attributes:
        id: The id within the record.
        kind: The kind of note: a source term next to its translation, words inserted for the
            reader, an uncertain reading, an illegible place, an error in the text (sic), an
            omission, a withheld passage, or an editorial note of a different kind.
        at: Its place in the text, including brackets.
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
