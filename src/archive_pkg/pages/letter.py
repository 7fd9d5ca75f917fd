"""The page of a letter: its text beside its record, each statement tied to its words."""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import storage
from archive_pkg.crosswalks import views
from archive_pkg.pages import rendering
from archive_pkg.pages.marked import Line, Mark, Segment, marked_lines
from archive_pkg.records.languages import language_name
from archive_pkg.records.statements import Index, statements
from archive_pkg.records.wording import facts, marking_in_words, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive_pkg.packages import Package, Verification
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Evidence, Part, Record, TranslationNote

IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"}
"""Types of scans that browsers show."""
DAMAGED = "Damaged or changed since it was bagged."
_IMAGE_LIMIT = 64 * 1024 * 1024
_ROOM = 8 * 1024 * 1024
_ROLES = ("classification", "recipients", "salutation", "closing", "signatories", "date", "place")
_LISTS = {
    "agents": "People and bodies",
    "parts": "Parts",
    "enclosures": "Enclosures",
    "events": "What happened to it",
}
_VERSIONS = ("original", "transcription", "translation", "redaction")
"""Kinds of parts that are the letter itself, to be read side by side."""
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
    """A part of the letter to be read: its lines, or its image.

    Attributes:
        part: The part.
        title: What it is called.
        language: A BCP 47 tag; empty where it is not known.
        rtl: Whether it runs from right to left.
        shown: The statements and notes whose words are in one of the readings.
        lines: Its lines, if it is a text.
        image: The address of its image, if it is a scan.
    """

    part: Part
    title: str
    language: str
    rtl: bool
    shown: set[str]
    lines: tuple[Line, ...] = ()
    image: str = ""

    @property
    def text(self) -> str:
        """Its words."""
        return "\n".join("".join(piece.text for piece in line.segments) for line in self.lines)


def letter_page(
    record: Record,
    folder: StrPath,
    *,
    verification: Verification | None = None,
    checked_on: str = "",
    room: int | None = None,
    is_cut: bool = False,
) -> str:
    """The page of a letter, one HTML file that needs nothing else.

    The same arguments give the same page.

    Args:
        record: Its record.
        folder: The folder that its parts' paths start from; only read.
        verification: What verifying its package found, where it is a package.
        checked_on: The day of that verification.
        room: So many bytes of scans are in it at most; without it, all.
        is_cut: Whether the record is what an audience may see of its package. Findings are not
            on the page then, because they name files.

    Raises:
        StorageError: A part cannot be read.
    """
    folder = Path(folder)
    shown = view(record, readings_of(record, folder, room=room))
    style, script = rendering.asset("letter.css"), rendering.asset("letter.js")
    return rendering.render(
        "letter.html",
        shown,
        state=_state(verification, checked_on, is_cut=is_cut),
        style=style,
        script=script,
        policy=rendering.policy(styles=(style, shown["row_style"]), scripts=(script,)),
    )


def package_page(package: Package) -> str:
    """The page of a package that lies beside it in a repository.

    It says nothing of when anybody checked the package, so the same package gives the same page;
    scans are in it as long as they are not too large for a page in all.

    Raises:
        StorageError: A part cannot be read.
    """
    return letter_page(package.record, package.parts, room=_ROOM)


def embedded(part: Part, data: bytes) -> str:
    """An image as an address that has it in itself."""
    return f"data:{part.media_type};base64,{base64.b64encode(data).decode()}"


def readings_of(
    record: Record,
    folder: Path,
    address: Callable[[Part, bytes], str] = embedded,
    room: int | None = None,
) -> list[Reading]:
    """The parts of a letter that can be shown, in the record's order.

    Args:
        record: Its record.
        folder: The folder that its parts' paths start from; only read.
        address: Gives the address at which a scan will be found, and sees to it that it is.
        room: So many bytes of scans are shown at most, as they come; without it, all.

    Raises:
        StorageError: A part cannot be read.
    """
    from archive_pkg.packages.checking import decode

    page = _Page(record)
    titles = _titles(record)
    readings = []
    for part in record.parts:
        is_image = part.media_type in IMAGES
        if part.file is None or not (part.is_text or is_image):
            continue
        with (
            storage.storage_errors(f"reading {part.file}"),
            storage.open_beneath(folder, part.file) as stream,
        ):
            size = os.fstat(stream.fileno()).st_size
            if is_image and (size > _IMAGE_LIMIT or (room is not None and size > room)):
                continue
            data = stream.read()
        title, language = titles[part.id], (part.languages or ("",))[0]
        rtl = language.split("-")[0] in _RTL
        if part.is_text:
            text = decode(data, part.encoding or "utf-8")
            lines = tuple(page.lines(part, text))
            readings.append(Reading(part, title, language, rtl, page.shown, lines))
        else:
            room = room if room is None else room - len(data)
            image = address(part, data)
            readings.append(Reading(part, title, language, rtl, page.shown, image=image))
    return readings


def view(record: Record, readings: Sequence[Reading]) -> dict[str, Any]:
    """All that the page's template shows of a letter, by the names it has there."""
    page = _Page(record, readings[0].shown if readings else set())
    bonds = views.bonds(record)
    texts = [
        reading
        for reading in readings
        if reading.lines and reading.part.kind in _VERSIONS and bonds[reading.part.id] == "version"
    ]
    bands = _bands(texts) if len(texts) > 1 else []
    scans = [reading for reading in readings if reading.image]
    beside = bool(scans) and bool(texts)
    placed = {reading.part.id for reading in (*(texts if bands or beside else ()),)}
    placed |= {reading.part.id for reading in scans} if beside else set()
    return {
        "record": record,
        "scans": scans if beside else [],
        "bands": bands or ([texts] if beside else []),
        "row_style": _row_style(bands, "90rem" if beside else "60.01rem"),
        "others": [reading for reading in readings if reading.part.id not in placed],
        "absent": [_absent(part) for part in record.parts if not part.held],
        "facts": list(page.facts()),
        "lists": list(page.lists()),
        "notes": {_note_name(note): note for note in page.notes},
        "note_words": {_note_name(note): _note_words(note) for note in page.notes},
        "numbers": {_note_name(note): number for number, note in enumerate(page.notes, start=1)},
        "marking": marking_in_words(record, brief=True),
        "drawing": _drawing(record) if record.parts else "",
        "citation": _citation(record),
    }


class _Page:
    """What is on the page of one record, and under which names."""

    def __init__(self, record: Record, shown: set[str] | None = None) -> None:
        self.record = record
        self.index = Index(record)
        self.paths = list(statements(record))
        self.shown: set[str] = set() if shown is None else shown
        self.notes = sorted(record.translation_notes, key=lambda note: note.at.start)

    def lines(self, part: Part, text: str) -> Iterator[Line]:
        """A part's lines, with the names of the statements and notes that cover their words."""
        start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
        marks = list(self._marks(part))
        for line in marked_lines(text, start, end, marks, [f"s-{name}" for name in _ROLES]):
            if any(segment.begins for segment in line.segments):
                line = replace(line, segments=tuple(map(self._anchored, line.segments)))
            yield line

    def _anchored(self, segment: Segment) -> Segment:
        """The segment with only those beginnings that come first on the page: they are anchors."""
        if not segment.begins:
            return segment
        first = tuple(name for name in segment.begins if name not in self.shown)
        self.shown.update(first)
        return replace(segment, begins=first)

    def _marks(self, part: Part) -> Iterator[Mark]:
        for path in self.paths:
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
            paths = [path for path in self.paths if path.split(".")[0] == field]
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


def _titles(record: Record) -> dict[str, str]:
    """What each part is called on the page, so that none is called as another."""
    titles: dict[str, str] = {}
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for part in record.parts:
        tongue = f" in {language_name(part.languages[0])}" if part.languages else ""
        title = name = part.title or f"{part.kind.capitalize()}{tongue}"
        numbers[title] += 1
        while name in taken:
            name = f"{title} ({numbers[title]})"
            numbers[title] += 1
        taken.add(name)
        titles[part.id] = name
    return titles


def _bands(texts: list[Reading]) -> list[list[Reading]]:
    """Versions of a text in rows of those that stand side by side: two, or three if there are."""
    if len(texts) == 3:
        return [texts]
    return [texts[at : at + 2] for at in range(0, len(texts), 2)]


def _row_style(bands: list[list[Reading]], width: str) -> str:
    """The style by which paragraphs match, where the versions have as many of them.

    Args:
        bands: The versions that stand side by side.
        width: Of a screen on which they do.
    """
    rules = []
    for number, band in enumerate(bands):
        counts = {sum(1 for line in reading.lines if line.segments) for reading in band}
        if len(counts) == 1 and len(band) > 1:
            rows = f"grid-row:1/span {counts.pop() + 1}"
            rules.append(
                f"#band-{number}>section{{display:grid;grid-template-rows:subgrid;{rows}}}"
            )
    return f"@media screen and (min-width:{width}){{{''.join(rules)}}}" if rules else ""


def _note_words(note: TranslationNote) -> str:
    """A note for who reads it below the text."""
    said = f"“{note.at.exact}”"
    if note.rendering:
        said += f", rendered “{note.rendering}”"
    if note.original:
        romanized = f" ({note.romanized})" if note.romanized else ""
        said += f", from {note.original}{romanized}"
    return f"{said}. {note.text}" if note.text and note.text not in note.at.exact else f"{said}."


def _absent(part: Part) -> dict[str, str]:
    """What is said of a part that is not here: that it is not, and where it is withheld, why."""
    name = part.title or f"{part.kind.capitalize()} ({part.id})"
    access = part.access
    if access is None or access.status == "open":
        return {"name": name, "why": ""}
    until = f" until {access.until.edtf}" if access.until else ""
    return {"name": name, "why": f"{access.status}{until}: {access.rule}"}


def _drawing(record: Record) -> str:
    """The graph of the parts as an image's address; an image's styles need no leave of the page."""
    from archive_pkg.packages.picture import picture

    return f"data:image/svg+xml;base64,{base64.b64encode(picture(record).encode()).decode()}"


def _state(
    verification: Verification | None, checked_on: str, *, is_cut: bool
) -> dict[str, Any] | None:
    if verification is None:
        return None
    from archive_pkg.packages import states

    bag = verification.verdict.bag
    manifests = bag.tag_manifests.values() if bag else ()
    return {
        "good": verification.ok,
        "sentences": states(verification) if verification.ok or not is_cut else [DAMAGED],
        "errors": []
        if is_cut
        else [f"{finding.location}: {finding.message}" for finding in verification.report.errors],
        "checked_on": checked_on,
        "digests": [
            (name, hashlib.sha512(storage.read_beneath(verification.path, name)).hexdigest())
            for name in sorted(manifest.name for manifest in manifests)
        ],
    }


def _citation(record: Record) -> str:
    held = words(record, record.holding) if record.holding else ""
    return ". ".join(
        text
        for text in (record.title, held, f"Package {record.id}, version {record.version}")
        if text
    )
