"""Make the page of a letter: its text next to its record, each statement linked to quoted words."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from html import escape
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from archive_pkg import storage
from archive_pkg.dates.english import in_words
from archive_pkg.errors import InvalidError, StorageError
from archive_pkg.interchange import derived_facts
from archive_pkg.packages.citation import citation
from archive_pkg.packages.page import rendering
from archive_pkg.packages.page.marked_text import Highlight, MarkedLine, Segment, marked_lines
from archive_pkg.records.display import (
    access_in_words,
    classification_in_words,
    facts,
    item_title,
    label,
    words,
)
from archive_pkg.records.models import Enclosure
from archive_pkg.records.statement_index import StatementIndex, statements
from archive_pkg.records.vocabularies.languages import language_name
from archive_pkg.texts.letter_files import DOCX, ODT, extracted_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from archive_pkg.packages.opening import Package, Verification
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Part, Record, TranslationNote
    from archive_pkg.records.models import Quote

IMAGES = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml"}
"""The media types of scans that browsers can show."""
DAMAGED = "The package is damaged or was changed after it was created."
_FILE_LIMIT = 64 * 1024 * 1024
_SCAN_LIMIT = 8 * 1024 * 1024
_LONG_LINE = 100
_PAGE_BREAK = '<span class="page" role="img" aria-label="Page break" title="Page break"></span>'
_WORD_END = re.compile(r"[\w\u00ad]*")
_ROLES = tuple(
    f"s-{name}"
    for name in (
        "classification", "recipients", "salutation", "closing", "signatories", "date", "place"
    )
)  # fmt: skip
_LISTS = ("agents", "parts", "enclosures", "events")
_VERSIONS = ("original", "transcription", "translation", "redaction")
"""The kinds of parts that are versions of the letter and are shown side by side."""
_BEGINS = attrgetter("begins")
_RTL = ("ar", "fa", "he", "ur", "yi", "ps", "syr", "dv", "ckb", "ug", "sd")


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A piece of evidence as the page shows it.

    Attributes:
        basis: "quoted", "inferred" or "supplied".
        words: The rule, the agent or the note, in words.
        quote: The quoted words; empty if there are none.
        anchor: The id of the quoted words on the page; empty if they are not on it.
        rival: The value that it supports instead of the record's; empty if it supports that.
    """

    basis: str
    words: str
    quote: str
    anchor: str
    rival: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement on the page.

    Attributes:
        name: The id of the row on the page.
        label: The statement's label.
        value: The statement's value in words.
        evidence: The statement's evidence.
        links: The words and the address of each link: to a heading, a part or another record.
    """

    name: str
    label: str
    value: str
    evidence: tuple[EvidenceView, ...]
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ShownPart:
    """A part of the letter as the page shows it: its lines or its image.

    Attributes:
        part: The part.
        title: The heading.
        language: A BCP 47 tag; empty if unknown.
        rtl: Whether the language is written from right to left.
        shown: The ids of statements and notes with words in any of the shown parts.
        lines: The lines; empty if the page does not show the text.
        is_extracted: Whether the text was extracted from a Word or OpenDocument file.
        image: The address of the image; empty if the page shows none.
        file: The address of the file; empty if the page does not link to it.
    """

    part: Part
    title: str
    language: str
    rtl: bool
    shown: set[str]
    lines: tuple[MarkedLine, ...] = ()
    is_extracted: bool = False
    image: str = ""
    file: str = ""

    @property
    def file_name(self) -> str:
        """The name of its file, without folders."""
        return PurePosixPath(str(self.part.file)).name

    @cached_property
    def paragraphs(self) -> list[list[MarkedLine]]:
        """The lines as paragraphs.

        A blank line ends a paragraph, and so does a change of role. In a text that has long lines
        and no blank ones, each line is a paragraph.
        """
        is_spaced = "\n\n" in self.text.strip("\n")
        is_wrapped = is_spaced or all(len(line.text) <= _LONG_LINE for line in self.lines)
        found: list[list[MarkedLine]] = []
        last = MarkedLine(())
        for line in self.lines:
            if is_wrapped and line.segments and last.segments and line.role == last.role:
                found[-1].append(line)
            elif line.segments:
                found.append([line])
            last = line
        return found

    @property
    def text(self) -> str:
        """The text of the lines."""
        return "\n".join(line.text for line in self.lines)


def letter_page(
    record: Record,
    folder: StrPath,
    *,
    verification: Verification | None = None,
    checked_on: str = "",
    scan_limit: int | None = None,
    is_cut: bool = False,
) -> str:
    """Return the page of a letter: one HTML file that needs no other file.

    The same arguments give the same page. Scans of more than 64 MiB are left out.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        verification: The result of verifying the package; None if there is no package.
        checked_on: The day of the verification.
        scan_limit: The most bytes of scans in the page, in total; None for no limit.
        is_cut: Whether something was removed from the record for an audience. The page does not
            list findings then, because they name files.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    shown = view(
        record, read_parts(record, Path(folder), scan_limit=scan_limit), drawing_of(record)
    )
    script = rendering.asset("letter.js")
    return _rendered(shown, _state(verification, checked_on, is_cut=is_cut), script)


def package_page(package: Package) -> str:
    """Return the page that goes next to a package in a repository.

    It does not say when the package was checked, so the same package gives the same page. It
    contains scans of up to 8 MiB in total.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    return letter_page(package.record, package.parts, scan_limit=_SCAN_LIMIT)


def page_in_package(
    record: Record, texts: Mapping[str, str], extracted: Mapping[str, str], folder: str
) -> str:
    """Return the page that a package contains: it has no script and links to the files.

    Args:
        record: The record.
        texts: The complete text of each text part's file, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id.
        folder: The folder of the parts' files, seen from the page, with a slash at its end.
    """
    files = {part.id: quote(f"{folder}{part.file}") for part in record.parts if part.file}
    images = {
        part.id: files[part.id] for part in record.parts if part.file and part.media_type in IMAGES
    }
    return _rendered(view(record, shown_parts(record, texts, extracted, images, files)))


def _rendered(shown: dict[str, Any], state: dict[str, Any] | None = None, script: str = "") -> str:
    style = rendering.asset("letter.css")
    return rendering.render(
        "letter.html",
        shown,
        state=state,
        style=style,
        script=script,
        policy=rendering.policy(
            styles=(style, shown["row_style"]), scripts=(script,), images=not script
        ),
    )


def _embedded(part: Part, data: bytes) -> str:
    """Return a `data:` address, which contains the image itself."""
    return f"data:{part.media_type};base64,{base64.b64encode(data).decode()}"


def read_parts(
    record: Record,
    folder: Path,
    scan_limit: int | None = None,
    store: Callable[[Part, BinaryIO], str] | None = None,
) -> list[ShownPart]:
    """Read the parts of a letter that a page shows, in the record's order.

    Images of more than 64 MiB are not shown.

    Args:
        record: The record.
        folder: The folder that the parts' paths are relative to.
        scan_limit: The most bytes of scans, in total; None for no limit. A scan that does not fit
            is left out.
        store: Stores a part's file next to the page and returns its address. It is not called for
            files over 64 MiB. Without it, the page contains the images and has no links to files.

    Raises:
        InvalidError: A text does not have the encoding that the record states.
        StorageError: A part cannot be read.
    """
    texts, extracted, images, files = {}, {}, {}, {}
    for part in record.parts:
        if part.file is None:
            continue
        if not os.path.lexists(Path(folder, part.file)):
            message = f"{part.file} cannot be shown: the file is missing"
            raise StorageError(message, f"Put it into {folder}.")
        with (
            storage.storage_errors(f"reading {part.file}"),
            storage.open_beneath(folder, part.file) as stream,
        ):
            size = os.fstat(stream.fileno()).st_size
            if store and size <= _FILE_LIMIT:
                files[part.id] = store(part, stream)
                stream.seek(0)
            is_image = part.media_type in IMAGES
            if is_image and (size > _FILE_LIMIT or (scan_limit is not None and size > scan_limit)):
                continue
            if not (is_image or part.is_text or part.media_type in (DOCX, ODT)):
                continue
            data = stream.read()
        if part.is_text:
            texts[part.id] = _decoded(part, data)
        elif is_image:
            scan_limit = scan_limit if scan_limit is None else scan_limit - len(data)
            # An SVG file could run scripts if it were opened by itself.
            stored = "" if part.media_type == "image/svg+xml" else files.get(part.id)
            images[part.id] = stored or _embedded(part, data)
        elif (text := extracted_text(data, part.media_type)) is not None:
            extracted[part.id] = text
    return shown_parts(record, texts, extracted, images, files)


def _decoded(part: Part, data: bytes) -> str:
    from archive_pkg.packages.checking.texts import decode

    encoding = part.encoding or "utf-8"
    try:
        return decode(data, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        hint = f"Correct parts.{part.id}.encoding, or media_type if it is not a text."
        raise InvalidError(f"{part.file}: the text is not {encoding}", hint) from error


def shown_parts(
    record: Record,
    texts: Mapping[str, str],
    extracted: Mapping[str, str],
    images: Mapping[str, str],
    files: Mapping[str, str],
) -> list[ShownPart]:
    """Return the held parts of a letter, in the record's order, with what a page shows of each.

    Args:
        record: The record.
        texts: The complete text of each text part's file, by the part's id.
        extracted: The text extracted from each Word and OpenDocument file, by the part's id.
        images: The address of each scan, by the part's id.
        files: The address of each file that the page links to, by the part's id.
    """
    page = _Page(record)
    titles = _titles(record)
    parts = []
    for part in record.parts:
        if part.file is None:
            continue
        language = (part.languages or ("",))[0]
        text = texts.get(part.id, extracted.get(part.id))
        parts.append(
            ShownPart(
                part,
                titles[part.id],
                language,
                language.split("-")[0] in _RTL,
                page.shown,
                () if text is None else tuple(page.lines(part, text)),
                part.id in extracted,
                images.get(part.id, ""),
                files.get(part.id, ""),
            )
        )
    return parts


def view(
    record: Record,
    parts: Sequence[ShownPart],
    drawing: str = "",
    address_of: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """Return the values that the page's template shows, by their names in the template.

    Args:
        record: The record.
        parts: The parts, as `shown_parts` returns them.
        drawing: The address of a diagram of the parts; empty if there is none.
        address_of: Returns the address of the page of a record, by its id. If None, the page does
            not link to other records.
    """
    page = _Page(record, parts[0].shown if parts else set(), {one.part.id for one in parts})
    page.address_of = address_of
    bonds = derived_facts.bonds(record)
    texts = [
        shown
        for shown in parts
        if shown.lines and shown.part.kind in _VERSIONS and bonds[shown.part.id] == "version"
    ]
    bands = _bands(texts) if len(texts) > 1 else []
    scans = [shown for shown in parts if shown.image]
    has_both = bool(scans) and bool(texts)
    placed = {shown.part.id for shown in (*(texts if bands or has_both else ()),)}
    placed |= {shown.part.id for shown in scans} if has_both else set()
    notes = {_note_name(note): note for note in page.notes}
    return {
        "record": record,
        "called": record.document_type.word,
        "paragraphs": partial(_paragraphs, notes),
        "scans": scans if has_both else [],
        "bands": bands or ([texts] if has_both else []),
        "row_style": _row_style(bands, "90rem" if has_both else "60.01rem"),
        "others": sorted(
            (shown for shown in parts if shown.part.id not in placed),
            key=lambda shown: not (shown.lines or shown.image),
        ),
        "absent": [_absent(part) for part in record.parts if not part.held],
        "contents": list(page.contents()),
        "facts": list(page.facts()),
        "lists": list(page.lists()),
        "notes": notes,
        "note_words": {_note_name(note): _note_words(note) for note in page.notes},
        "classification": classification_in_words(record, brief=True),
        "drawing": drawing,
        "citation": citation(record),
    }


def _paragraphs(notes: Mapping[str, TranslationNote], shown: ShownPart) -> str:
    """Return the text of a part as HTML. A template would take three times as long."""
    numbers = {name: number for number, name in enumerate(notes, start=1)}
    segments = [piece for block in shown.paragraphs for line in block for piece in line.segments]
    ends = {name: at for at, piece in enumerate(segments) for name in piece.names}
    at = itertools.count()
    waiting: list[str] = []  # numbers of notes that end within a word

    def piece(segment: Segment, following: str) -> str:
        here = next(at)
        text = _html(segment.text)
        if waiting:
            word = _WORD_END.match(segment.text)[0]  # type: ignore[index]
            if len(word) < len(segment.text) or not following:
                rest = segment.text[len(word) :]
                text = f"{escape(word)}{''.join(waiting)}{_html(rest)}"
                waiting.clear()
        ended = [name for name in segment.names if name in notes and ends[name] == here]
        links = [
            f'<a class="ref" href="#{escape(name)}" dir="ltr" aria-label="Note {numbers[name]}">'
            f"{numbers[name]}</a>"
            for name in ended
        ]
        if links and segment.text[-1].isalnum() and following[:1].isalnum():
            waiting.extend(links)
            links = []
        if segment.names:
            kinds = "".join(f" note {notes[name].kind}" for name in segment.names if name in notes)
            first, *others = segment.begins or ("",)
            anchor = f' id="q-{escape(first)}"' if first else ""
            inner = "".join(f'<span id="q-{escape(name)}"></span>' for name in others)
            named = escape(" ".join(segment.names))
            text = f'<span class="q{kinds}" data-for="{named}"{anchor}>{inner}{text}</span>'
        return text + "".join(links)

    def line_html(line: MarkedLine) -> str:
        texts = [segment.text for segment in line.segments]
        return "".join(map(piece, line.segments, [*texts[1:], ""]))

    return "\n".join(
        f'<p class="line{block[0].role and f" {block[0].role}"}" dir="auto">'
        f"{'<br>'.join(map(line_html, block))}</p>"
        for block in shown.paragraphs
    )


def _html(text: str) -> str:
    """Return a text as HTML in which form feeds are page breaks."""
    return escape(text).replace("\f", _PAGE_BREAK)


class _Page:
    """The statements and notes on the page of one record, and their ids."""

    def __init__(
        self, record: Record, shown: set[str] | None = None, parts: Collection[str] = ()
    ) -> None:
        self.record = record
        self.parts = parts
        self.address_of: Callable[[str], str] | None = None
        self.index = StatementIndex(record)
        self.evidence = {
            path: (*self.index.evidence(path), *self.index.finer_evidence(path))
            for path in statements(record)
        }
        self.shown: set[str] = set() if shown is None else shown
        self.notes = sorted(record.translation_notes, key=lambda note: note.at.start)

    def lines(self, part: Part, text: str) -> Iterator[MarkedLine]:
        """Yield the lines of a part, with the ids of statements and notes on their words."""
        start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
        for line in marked_lines(text, start, end, self._marks[str(part.file)], _ROLES):
            if any(map(_BEGINS, line.segments)):
                line = line._replace(segments=tuple(map(self._anchored, line.segments)))
            yield line

    def _anchored(self, segment: Segment) -> Segment:
        """Return the segment with only those `begins` that are the first of their name on the page.

        They become anchors, whose ids must be unique.
        """
        if not segment.begins:
            return segment
        first = tuple(name for name in segment.begins if name not in self.shown)
        self.shown.update(first)
        return segment._replace(begins=first)

    @cached_property
    def _marks(self) -> dict[str, list[Highlight]]:
        """The highlights of quotes and notes in each file."""
        marks: dict[str, list[Highlight]] = defaultdict(list)
        for path, items in self.evidence.items():
            if not path.startswith("translation_notes."):
                for evidence in items:
                    self._mark(marks, evidence.at, _name(path))
        for item in self.record.items:
            self._mark(marks, item.at, _name(f"items.{item.id}"))
        for note in self.record.translation_notes:
            self._mark(marks, note.at, _note_name(note))
        return marks

    def _mark(self, marks: dict[str, list[Highlight]], at: Quote | None, name: str) -> None:
        if at:
            file = str(self.record.part(at.part).file)
            marks[file].append(Highlight(at.start, at.end, name))

    def contents(self) -> Iterator[tuple[str, str]]:
        """Yield the title of each item whose heading is on the page, and the heading's address."""
        for item in self.record.items:
            name = _name(f"items.{item.id}")
            if name in self.shown:
                yield item_title(item), f"#q-{name}"

    def _links(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the words and addresses of links from an item, an enclosure or a relation."""
        if path.split(".")[0] not in ("items", "enclosures", "relations"):
            return
        value = self.index.value(path)
        if _name(path) in self.shown and getattr(value, "at", None):
            yield "in the text", f"#q-{_name(path)}"
        part = getattr(value, "part", None)
        if part in self.parts:
            yield "the enclosure", f"#r-{part}"
        if value.record and self.address_of:
            yield f"record {value.record}", self.address_of(value.record)

    def facts(self) -> Iterator[StatementRow]:
        """Yield the statements about the document itself."""
        for field, name, value in facts(self.record):
            paths = [path for path in self.evidence if path.split(".")[0] == field]
            for path in paths:
                single = value if len(paths) == 1 else words(self.record, self.index.value(path))
                evidence, links = tuple(self._evidence(path)), tuple(self._links(path))
                yield StatementRow(_name(path), name, single, evidence, links)

    def lists(self) -> Iterator[tuple[str, list[StatementRow]]]:
        """Yield the statements about agents, parts, enclosures and events, with a label for each.

        Kinds of statements that the record does not have are left out.
        """
        for field in _LISTS:
            rows = [
                StatementRow(
                    _name(f"{field}.{item.id}"),
                    _row_label(item),
                    words(self.record, item),
                    tuple(self._evidence(f"{field}.{item.id}")),
                    tuple(self._links(f"{field}.{item.id}")),
                )
                for item in getattr(self.record, field)
            ]
            if rows:
                yield label(field), rows

    def _evidence(self, path: str) -> Iterator[EvidenceView]:
        name = _name(path)
        for evidence in self.evidence[path]:
            if evidence.basis == "supplied" and evidence.agent:
                described = f"by {self.record.agent(evidence.agent).name}"
            else:
                described = (evidence.rule or "").replace("-", " ")
            if evidence.note:
                described = f"{described}: {evidence.note}" if described else evidence.note
            quote = evidence.at.exact if evidence.at else ""
            anchor = f"q-{name}" if quote and name in self.shown else ""
            yield EvidenceView(evidence.basis, described, quote, anchor, evidence.value or "")


def _row_label(item: Any) -> str:
    if isinstance(item, Enclosure):
        return f"Enclosure {item.number}" if item.number else "Enclosure"
    if hasattr(item, "date"):
        return in_words(str(item.date.edtf)) if item.date else "Not dated"
    return str(item.kind.capitalize() if hasattr(item, "kind") else item.id)


def _name(path: str) -> str:
    return f"s-{path.replace('.', '-')}"


def _note_name(note: TranslationNote) -> str:
    return f"n-{note.id}"


def _titles(record: Record) -> dict[str, str]:
    """Return a unique title for each part."""
    titles: dict[str, str] = {}
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for part in record.parts:
        language = f" in {language_name(part.languages[0])}" if part.languages else ""
        title = name = part.title or f"{part.kind.capitalize()}{language}"
        numbers[title] += 1
        while name in taken:
            name = f"{title} ({numbers[title]})"
            numbers[title] += 1
        taken.add(name)
        titles[part.id] = name
    return titles


def _bands(texts: list[ShownPart]) -> list[list[ShownPart]]:
    """Return the versions of a text in rows of two, or of three if there are three."""
    if len(texts) == 3:
        return [texts]
    return [texts[at : at + 2] for at in range(0, len(texts), 2)]


def _row_style(bands: list[list[ShownPart]], width: str) -> str:
    """Return the style that aligns paragraphs of versions with the same number of paragraphs.

    Args:
        bands: The rows of versions.
        width: The smallest width of the screen for versions side by side.
    """
    rules = []
    for number, band in enumerate(bands):
        counts = {len(shown.paragraphs) for shown in band}
        if len(counts) == 1 and len(band) > 1:
            rows = f"grid-row:1/span {counts.pop() + 1}"
            rules.append(
                f"#band-{number}>section{{display:grid;grid-template-rows:subgrid;{rows}}}"
            )
    return f"@media screen and (min-width:{width}){{{''.join(rules)}}}" if rules else ""


def _note_words(note: TranslationNote) -> str:
    """Return a note in words, for the list below the text."""
    described = f"“{note.at.exact}”"
    if note.rendering:
        described += f", rendered “{note.rendering}”"
    if note.original:
        romanized = ", ".join(filter(None, (note.romanized, note.romanization)))
        described += f", from {note.original}" + (f" ({romanized})" if romanized else "")
    return (
        f"{described}. {note.text}"
        if note.text and note.text not in note.at.exact
        else f"{described}."
    )


def _absent(part: Part) -> dict[str, Any]:
    """Return the name of a part without a file, whether it is withheld, and its restriction."""
    access = part.access
    return {
        "name": part.title or f"{part.kind.capitalize()} ({part.id})",
        "withheld": part.is_withheld,
        "why": access_in_words(access) if access and access.status != "open" else "",
    }


def drawing_of(record: Record) -> str:
    """Return the data address of a diagram of the parts."""
    from archive_pkg.packages.parts_diagram import picture

    if not record.parts:
        return ""
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
