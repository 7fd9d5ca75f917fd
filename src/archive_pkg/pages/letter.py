"""The page of a letter: its text beside its record, each statement tied to its words."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.pages.marked import Line, Mark, Segment, marked_lines
from archive_pkg.records.statements import Index, statements
from archive_pkg.records.wording import facts, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jinja2 import Environment

    from archive_pkg.packages import Verification
    from archive_pkg.records import Evidence, Part, Record, TranslationNote

IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"}
"""Types of scans that browsers show."""
_IMAGE_LIMIT = 64 * 1024 * 1024
_ROLES = ("classification", "recipients", "salutation", "closing", "signatories", "date", "place")
_LISTS = {
    "agents": "People and bodies",
    "parts": "Parts",
    "enclosures": "Enclosures",
    "events": "What happened to it",
}
_RTL = ("ar", "fa", "he", "ur", "yi", "ps", "syr", "dv", "ckb", "ug", "sd")


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a statement rests on.

    Attributes:
        basis: "quoted", "inferred" or "supplied".
        words: The rule, the agent or the note, for a reader.
        quote: The words it is quoted from; empty where there are none.
        anchor: Where they stand on the page; empty where they are not on it.
        rival: What it states instead of the record's value; empty where it supports that.
    """

    basis: str
    words: str
    quote: str
    anchor: str
    rival: str


@dataclass(frozen=True, slots=True)
class Row:
    """A statement on the page: its name there, its label, its value in words, its grounds."""

    name: str
    label: str
    value: str
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of the letter to be read: its lines, or its image."""

    part: Part
    title: str
    language: str
    rtl: bool
    lines: tuple[Line, ...] = ()
    image: str = ""


def letter_page(
    record: Record,
    folder: Path,
    *,
    verification: Verification | None = None,
    checked_on: str = "",
) -> str:
    """The page of a letter, one HTML file that needs nothing else.

    The same arguments give the same page.

    Args:
        record: Its record.
        folder: The folder that its parts' paths start from; only read.
        verification: What verifying its package found, where it is a package.
        checked_on: The day of that verification.

    Raises:
        StorageError: A part cannot be read.
    """
    from archive_pkg.packages.checking import decode

    page = _Page(record)
    readings = []
    for part in record.parts:
        if part.file is None:
            continue
        with (
            storage.storage_errors(f"reading {part.file}"),
            storage.open_beneath(folder, part.file) as stream,
        ):
            data = stream.read()
        title, language = part.title or part.kind.capitalize(), (part.languages or ("",))[0]
        rtl = language.split("-")[0] in _RTL
        if part.is_text:
            text = decode(data, part.encoding or "utf-8")
            readings.append(Reading(part, title, language, rtl, tuple(page.lines(part, text))))
        elif part.media_type in IMAGES and len(data) <= _IMAGE_LIMIT:
            image = f"data:{part.media_type};base64,{base64.b64encode(data).decode()}"
            readings.append(Reading(part, title, language, rtl, image=image))
    return (
        _environment()
        .get_template("letter.html")
        .render(
            record=record,
            readings=readings,
            matching=_matching(readings),
            facts=list(page.facts()),
            lists=list(page.lists()),
            notes={_note_name(note): note for note in page.notes},
            note_words={_note_name(note): words(record, note) for note in page.notes},
            numbers={_note_name(note): number for number, note in enumerate(page.notes, start=1)},
            drawing=_drawing(record),
            state=_state(verification, checked_on),
            citation=_citation(record),
            style=_asset("letter.css"),
            script=_asset("letter.js"),
            policy=_policy(),
        )
    )


class _Page:
    """What is on the page of one record, and under which names."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.index = Index(record)
        self.shown: set[str] = set()
        self.notes = sorted(record.translation_notes, key=lambda note: note.at.start)

    def lines(self, part: Part, text: str) -> Iterator[Line]:
        """A part's lines, with the names of the statements and notes that cover their words."""
        start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
        marks = list(self._marks(part))
        for line in marked_lines(text, start, end, marks, [f"s-{name}" for name in _ROLES]):
            yield replace(line, segments=tuple(map(self._anchored, line.segments)))

    def _anchored(self, segment: Segment) -> Segment:
        """The segment with only those beginnings that come first on the page: they are anchors."""
        first = tuple(name for name in segment.begins if name not in self.shown)
        self.shown.update(first)
        return replace(segment, begins=first)

    def _marks(self, part: Part) -> Iterator[Mark]:
        for path in statements(self.record):
            if path.startswith("translation_notes."):
                continue
            for evidence in self._grounds(path):
                if evidence.at and self._same_file(evidence.at.part, part):
                    yield Mark(evidence.at.start, evidence.at.end, _name(path))
        for note in self.record.translation_notes:
            if self._same_file(note.at.part, part):
                yield Mark(note.at.start, note.at.end, _note_name(note))

    def _same_file(self, name: str, part: Part) -> bool:
        return self.record.part(name).file == part.file

    def _grounds(self, path: str) -> tuple[Evidence, ...]:
        return (*self.index.evidence(path), *self.index.finer_evidence(path))

    def facts(self) -> Iterator[Row]:
        """The statements on the letter itself."""
        for field, label, value in facts(self.record):
            paths = [path for path in statements(self.record) if path.split(".")[0] == field]
            for path in paths:
                single = value if len(paths) == 1 else words(self.record, self.index.value(path))
                yield Row(_name(path), label, single, tuple(self._told(path)))

    def lists(self) -> Iterator[tuple[str, list[Row]]]:
        """The statements on agents, parts, enclosures and events."""
        for field, title in _LISTS.items():
            rows = [
                Row(
                    _name(f"{field}.{item.id}"),
                    _label(item),
                    words(self.record, item),
                    tuple(self._told(f"{field}.{item.id}")),
                )
                for item in getattr(self.record, field)
            ]
            if rows:
                yield title, rows

    def _told(self, path: str) -> Iterator[Ground]:
        name = _name(path)
        for evidence in self._grounds(path):
            if evidence.basis == "supplied" and evidence.agent:
                said = f"by {self.record.agent(evidence.agent).name}"
            else:
                said = (evidence.rule or "").replace("-", " ")
            if evidence.note:
                said = f"{said}: {evidence.note}" if said else evidence.note
            quote = evidence.at.exact if evidence.at else ""
            anchor = f"q-{name}" if quote and name in self.shown else ""
            yield Ground(evidence.basis, said, quote, anchor, evidence.value or "")


def _label(item: Any) -> str:
    if hasattr(item, "date"):
        return str(item.date.edtf) if item.date else "Not dated"
    return str(item.kind.capitalize() if hasattr(item, "kind") else item.id)


def _name(path: str) -> str:
    return f"s-{path.replace('.', '-')}"


def _note_name(note: TranslationNote) -> str:
    return f"n-{note.id}"


def _matching(readings: list[Reading]) -> bool:
    """Whether the texts have the same number of paragraphs, so that they can run side by side."""
    counts = {sum(1 for line in reading.lines if line.segments) for reading in readings}
    return len(readings) > 1 and len(counts) == 1 and not any(r.image for r in readings)


def _drawing(record: Record) -> str:
    """The graph of the parts as an image's address; an image's styles need no leave of the page."""
    from archive_pkg.packages.picture import picture

    return f"data:image/svg+xml;base64,{base64.b64encode(picture(record).encode()).decode()}"


def _state(verification: Verification | None, checked_on: str) -> dict[str, Any] | None:
    if verification is None:
        return None
    from archive_pkg.packages import states

    return {
        "good": verification.ok,
        "sentences": states(verification),
        "errors": [
            f"{finding.location}: {finding.message}" for finding in verification.report.errors
        ],
        "checked_on": checked_on,
        "digests": [
            (path.name, hashlib.sha512(path.read_bytes()).hexdigest())
            for path in sorted(verification.path.glob("tagmanifest-*.txt"))
        ],
    }


def _citation(record: Record) -> str:
    held = words(record, record.holding) if record.holding else ""
    return ". ".join(
        text
        for text in (record.title, held, f"Package {record.id}, version {record.version}")
        if text
    )


@cache
def _asset(name: str) -> str:
    return (files("archive_pkg.pages") / "templates" / name).read_text(encoding="utf-8")


def _policy() -> str:
    """A content security policy under which the page loads nothing and runs its own script only."""

    def digest(name: str) -> str:
        return base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()

    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest('letter.css')}'; "
        f"script-src 'sha256-{digest('letter.js')}'; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("archive_pkg.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
