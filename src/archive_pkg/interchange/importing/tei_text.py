"""Read the text of a TEI letter: its parts, zones, names and notes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, get_args

from archive_pkg.dates.written.reader import read_date
from archive_pkg.faults import Fault
from archive_pkg.interchange.exporting.tei_text import SIGNED_BY_SENDER
from archive_pkg.interchange.importing.correspondence import AGENT_ELEMENTS, read_date_element
from archive_pkg.interchange.importing.imported_record import fits, language, optional
from archive_pkg.interchange.importing.restrictions import folded
from archive_pkg.interchange.importing.watched_xml import XML_ID, XML_LANG, fit, local, text_of
from archive_pkg.names import slug
from archive_pkg.records.models import TranslationNote
from archive_pkg.records.scalars import relative_path
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.texts import Note, Stretch, TextReading, Version, read_text
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.tei_header import TeiHeader
    from archive_pkg.interchange.importing.watched_xml import Element

IMPORT_SEVERAL_LETTERS = Code(
    "import-several-letters",
    Severity.WARNING,
    "A TEI text has several divisions that are letters. They become one record. Split the file.",
)

IMPORT_OTHER_LANGUAGE = Code(
    "import-other-language",
    Severity.WARNING,
    "A division of a TEI text is in a different language than the letter next to it. It "
    "becomes a separate part. If it is a translation, write that in the record.",
)
IMPORT_NOTE_UNPLACED = Code(
    "import-note-unplaced",
    Severity.WARNING,
    "A note of a TEI file points to a place that is not in the text. The note is kept in the "
    "original's note, without a place.",
)

_DIVS = ("div", "div1", "div2", "text")
_LETTER_TYPES = frozenset(["letter", "brief", "lettre", "lettera", "document"])
_NOTE_KINDS = get_args(TranslationNote.model_fields["kind"].annotation)
_DATELINES = frozenset(["dateline", "opener", "closer"])
_CONTEXT = 24
_PARTIES = ("sender", "signatories", "recipients", "copies_to")
_PLACE_NAMES = frozenset([
    "bloc", "country", "district", "geogName", "placeName", "region", "settlement",
])  # fmt: skip
_OWN_NOTE = {
    ("gloss", None): "rendering",
    ("term", None): "original",
    ("term", "romanized"): "romanized",
    ("note", "romanization"): "romanization",
    ("p", None): "text",
}
"""The field for each element, by name and type, of a note in `standOff` that we exported."""


class TeiText:
    """Reads the text of a letter into a draft, after its header."""

    def __init__(self, header: TeiHeader, data: bytes, text: Element | None = None) -> None:
        """Prepare to read the text.

        Args:
            header: The header of the letter.
            data: The bytes of the file.
            text: The element with the letter's text; None for the `text` of the file.
        """
        self.source = header.source
        self.root = header.root
        self.texts = self.source.all(self.root, "text") if text is None else [text]
        self.draft = header.draft
        self.header = header
        self.correspondence = header.correspondence
        self.is_ours = header.is_ours
        self.data = data
        self.file = _portable(PurePath(self.source.name).name)
        self.note_ids: set[str] = set()
        self.reading = TextReading()
        self.parts: list[dict[str, Any]] = []

    def read(self) -> None:
        """Read the text, and keep the file itself as a part."""
        languages = self.header.languages()
        makers, translators = self.header.makers()
        encoded = {
            "id": "tei",
            "kind": "transcription",
            "title": "The edition's TEI file",
            "media_type": "application/tei+xml",
            "made_from": ["original"],
            **optional("made_by", makers),
            **optional("languages", languages),
            **self.draft.file(self.file, self.data),
        }
        title = text_of(self.source.first(self.root, "teiHeader/fileDesc/titleStmt/title")) or ""
        original = {
            "id": "original",
            "kind": "original",
            "held": False,
            **optional("access", folded(self.source, self.header.access, title)),
        }
        parts = [original, encoded]
        texts = self.texts
        # The notes in `standOff` may be on the other letters of an anthology.
        is_only = texts == self.source.all(self.root, "text")
        standoff = self.source.first(self.root, "standOff") if is_only else None
        self.reading = reading = read_text(texts[0], standoff) if texts else TextReading()
        self.source.mark_used(reading.read)
        roots = texts if standoff is None else [*texts, standoff]
        for element in (e for root in roots for e in root.iter("*")):
            # Ids say nothing about the letter, nor does a language that the header names.
            self.source.mark_used([(element, f"@{XML_ID}")])
            if language(element.get(XML_LANG)) in languages:
                self.source.mark_used([(element, f"@{XML_LANG}")])
        self._count_letters(texts)
        for note in reading.unplaced:
            self._unplaced(note)
        if reading.text:
            parts += self._text_parts(reading, languages, translators)
        taken = {agent for part in parts for agent in part.get("made_by", ())}
        if unused := [agent for agent in translators if agent not in taken]:
            self.header.report_role("translator", unused)
        self.draft.raw["parts"] = parts
        if reading.text:
            self.parts = [part for part in parts if "span" in part]
            self._quotes(reading)

    def _count_letters(self, texts: list[Element]) -> None:
        """Report a text with several divisions that are letters; they become one record."""
        divisions = [
            element
            for text in texts
            for element in text.iter(*(f"{{{self.source.namespace}}}{name}" for name in _DIVS))
            if (element.get("type") or "").casefold() in _LETTER_TYPES
        ]
        count = max(Counter(e.getparent() for e in divisions).values(), default=0)
        if count > 1:
            self.draft.report.add(
                IMPORT_SEVERAL_LETTERS.at(
                    Location(self.source.name),
                    f"the text has {count} divisions of type letter, which became one record",
                    "Split the file where a letter ends.",
                )
            )

    def _unplaced(self, note: Element) -> None:
        """Keep a note whose target is not in the text, and report it."""
        words = self.source.words(note)
        if words:
            target = fit(note.get("target") or note.get("from"))
            self.draft.remark(f"Note on {target}: {words}")
            self.source.mark_used([(note, "@target" if note.get("target") else "@from")])
            self.draft.report.add(
                IMPORT_NOTE_UNPLACED.at(
                    Location(self.source.name, field="parts.original.note"),
                    f"the note “{words}” points to {target}, which is not in the text",
                    "Correct the target in the file, or add the note to the record.",
                )
            )

    def _text_parts(
        self, reading: TextReading, languages: list[str], translators: list[str]
    ) -> list[dict[str, Any]]:
        text_file = f"{PurePath(self.file).stem}.txt"
        kept = self.draft.file(text_file, reading.text.encode())
        parts: list[dict[str, Any]] = []
        own = self._languages_of(reading.own_divisions) or languages
        for span in reading.versions:
            element = span.element
            tag = language(element.get(XML_LANG)) if element is not None else None
            if tag:
                self.source.attribute(element, XML_LANG)
            kind = "transcription" if span.what == "normalized" else span.what
            part = {
                "id": self._part_id(span, [part["id"] for part in parts]),
                "kind": kind,
                **optional("title", not self.is_ours and span.name),
                "span": {"start": span.start, "end": span.end},
                "media_type": "text/plain",
                "encoding": "UTF-8",
                "made_from": ["tei"],
                **optional("about", ["original"] if kind == "summary" else []),
                **optional("part_of", ["original"] if kind == "enclosure" else []),
                "method": f"Taken from the TEI file by {SOFTWARE}: {_whose(span)}, white space "
                "as TEI has it, without deletions, gaps and the edition's notes.",
                **optional("languages", [tag] if tag else own if element is None else languages),
                **kept,
            }
            part |= optional("made_by", self._makers(span, translators))
            if kind == "translation" and not tag:
                # The languages of the file are those of the letter and of its translation.
                part.pop("languages", None)
            if span.is_foreign:
                self._report_language(part["id"], tag or element.get(XML_LANG))
            parts.append(part)
            self.draft.infer(
                f"parts.{part['id']}",
                "text-of-the-tei-file",
                "Its words are those of the TEI file.",
            )
        letters = [part["id"] for part, span in zip(parts, reading.versions, strict=True)
                   if span.what == "transcription" and not span.is_foreign]  # fmt: skip
        for part, span in zip(parts, reading.versions, strict=True):
            if letters and span.what in ("translation", "normalized"):
                part["made_from"] = [*letters, "tei"]
        return parts

    def _makers(self, span: Version, translators: list[str]) -> list[str]:
        """Return the makers of a version: those that its `resp` names, or else the translators."""
        references = (span.element.get("resp") or "").split() if span.element is not None else []
        if not references:
            return translators if span.what == "translation" else []
        known = [self.header.responsible.get(name.removeprefix("#"), []) for name in references]
        if all(known):
            self.source.mark_used([(span.element, "@resp")])
        return list(dict.fromkeys(agent for agents in known for agent in agents))

    def _languages_of(self, divisions: list[Element]) -> list[str]:
        """Return the languages that divisions name, each once."""
        known = [element for element in divisions if language(element.get(XML_LANG))]
        self.source.mark_used((element, f"@{XML_LANG}") for element in known)
        tags = (language(element.get(XML_LANG)) for element in known)
        return [tag for tag in dict.fromkeys(tags) if tag]

    def _report_language(self, part: str, tag: str) -> None:
        self.draft.report.add(
            IMPORT_OTHER_LANGUAGE.at(
                Location(self.source.name, field=f"parts.{part}"),
                f"a division in {tag} is next to the letter in a different language",
                "If it is a translation, write kind: translation in the record.",
            )
        )

    def _part_id(self, span: Stretch, taken: list[str]) -> str:
        own = (span.element.get(XML_ID) or "") if span.element is not None else ""
        base = "text" if span.what == "transcription" else span.what
        if self.is_ours and own.startswith("part-") and own != "part-tei":
            base = own.removeprefix("part-")
        if base not in (*taken, "tei", "original"):
            return base
        return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)

    def quote(self, start: int, end: int) -> dict[str, Any]:
        """Return the quote of a range of the text."""
        text = self.reading.text
        spans = ((part, part["span"]) for part in self.parts)
        around = (part for part, span in spans if span["start"] <= start < span["end"])
        return {
            "part": next(around, self.parts[0])["id"],
            "start": start,
            "end": end,
            "exact": text[start:end],
            "prefix": text[max(0, start - _CONTEXT) : start],
            "suffix": text[end : end + _CONTEXT],
        }

    def _quotes(self, reading: TextReading) -> None:
        for zone in reading.zones:
            self._zone(zone, self.quote(zone.start, zone.end))
        for name in reading.names:
            self._name(name, self.quote(name.start, name.end))
        for note in reading.notes:
            self._note(note, self.quote(note.start, note.end))

    def _note(self, note: Note, at: dict[str, Any]) -> None:
        """Read a note; a note that this program exported gets all its fields back."""
        notes = self.draft.raw.setdefault("translation_notes", [])
        said = note.text_element if note.text_element is not None else note.element
        kind, more = note.what, optional("text", note.text)
        own = (note.name or "").removeprefix("note-")
        name = f"note-{len(notes) + 1}"
        if self.is_ours and local(said) == "note":
            more = self._own_note(said)
            name = (said.get("target") or "").removeprefix("#note-") or own or name
            kind = fit(said.get("type")) or kind
            self.source.mark_used([(said, "@type"), (said, "@target"), (said, "@targetEnd")])
        elif self.is_ours and own:
            name = own
        self.source.words(said)
        if kind not in _NOTE_KINDS:
            kind = "editorial"
        if name in self.note_ids:
            name = f"{name}-{len(notes) + 1}"
        self.note_ids.add(name)
        notes.append({"id": name, "kind": kind, "at": at} | more)
        self.draft.at(f"translation_notes.{name}", at)

    def _own_note(self, said: Element) -> dict[str, Any]:
        """Return the fields of a note in `standOff` that this program exported."""
        found: dict[str, Any] = {}
        for child in said:
            field = _OWN_NOTE.get((local(child), child.get("type")))
            if field:
                found |= optional(field, self.source.words(child))
                self.source.mark_used([(child, "@type"), (child, f"@{XML_LANG}")])
            if field == "original":
                found |= optional("language", language(child.get(XML_LANG)))
        return found

    def _zone(self, zone: Stretch, quote: dict[str, Any]) -> None:
        """Record the field that a zone states; a zone without a field is evidence for its part."""
        if not self._states(zone, quote):
            self.draft.at(f"parts.{quote['part']}", quote, f"tei-{zone.what}")

    def _states(self, zone: Stretch, quote: dict[str, Any]) -> bool:
        """Record a zone as evidence for a field, and return whether it states one."""
        field, rule = zone.what, f"tei-{local(zone.element)}"
        words = " ".join(quote["exact"].split())
        if field in ("salutation", "closing", "classification") and field not in self.draft.raw:
            value = {"as_written": words} if field == "classification" else words
            self.draft.state(field, value, quoted=True)
            self.draft.at(field, quote)
        elif field == "signatories" and self._is_signed_by_sender(zone.element):
            self.draft.at(field, quote, SIGNED_BY_SENDER)
        elif field == "date" and field not in self.draft.raw:
            return self._dateline(zone, quote)
        elif self._names_recipient(field, words) or self._has_number_of_date(field, words):
            self.draft.at(field, quote, rule)
        else:
            return False
        return True

    def _is_signed_by_sender(self, signed: Element) -> bool:
        """Return whether a signature may be the sender's, who then is the signatory."""
        persons = [
            name
            for name in self.draft.raw.get("sender", ())
            if self.draft.agent_kind(name) == "person"
        ]
        tags = (f"{{{self.source.namespace}}}{name}" for name in ("persName", "name"))
        names = filter(None, map(text_of, signed.iter(*tags)))
        return (
            len(persons) == 1
            and all(fits(name, self.draft.agent_name(persons[0])) for name in names)
            and bool(self.draft.raw.setdefault("signatories", persons) == persons)
        )

    def _names_recipient(self, field: str, address: str) -> bool:
        """Return whether an address has a recipient's name; it may also be the sender's address."""
        names = map(self.draft.agent_name, self.draft.raw.get("recipients", ()))
        known = {word for name in names for word in _long_words(name)}
        return field == "recipients" and bool(known & _long_words(address))

    def _has_number_of_date(self, field: str, dateline: str) -> bool:
        """Return whether a dateline has a number of the letter's date."""
        date = str(self.draft.raw.get("date", ""))
        return field == "date" and bool(_numbers(dateline) & _numbers(date))

    def _dateline(self, zone: Stretch, quote: dict[str, Any]) -> bool:
        """Read the date from the letter's dateline, if the header has none."""
        dates = [*zone.element.iter(f"{{{self.source.namespace}}}date")]
        said = read_date_element(self.source, dates[0]) if len(dates) == 1 else None
        if said:
            self.draft.state("date", said, quoted=True)
            self.draft.at("date", quote, "tei-dateline")
        return bool(said)

    def _name(self, stretch: Stretch, quote: dict[str, Any]) -> None:
        element, what = stretch.element, stretch.what
        kind = element.get("type") or ""
        if what == "date":
            if self.is_ours:
                self.source.mark_all_used(element)
            if self._is_date_of_letter(element):
                self.source.mark_used([(element, "@when")])
                self.draft.at("date", quote)
            return
        if what in _PLACE_NAMES or kind == "place":
            self._mentioned_place(element, quote)
        elif what in ("orgName", "persName") or kind in ("person", "org", "organization"):
            agent = self._mentioned_agent(element)
            if agent:
                self.draft.at(f"agents.{agent}", quote)
                if not any(agent in self.draft.raw.get(role, ()) for role in _PARTIES):
                    self.draft.add("mentioned_agents", agent)

    def _is_date_of_letter(self, element: Element) -> bool:
        """Return whether a date is in a dateline, opener or closer and is that of the letter."""
        read = read_date(text_of(element) or "")
        said = element.get("when") or (str(read.edtf) if read else "")
        around = (local(up) for up in element.iterancestors())
        known = self.draft.raw.get("date", {}).get("edtf")
        return said == known and any(name in _DATELINES for name in around)

    def _mentioned_place(self, element: Element, quote: dict[str, Any]) -> None:
        """Read a place in the text: the place of writing in a dateline, else a mentioned place."""
        identifiers = self.correspondence.identifiers(element)
        if element.get("type") == "place":
            self.source.attribute(element, "type")
        listed = {place["name"] for place in self.draft.raw.get("mentioned_places", ())}
        own = self.is_ours and (text_of(element) or "").strip(" ,;:") not in listed
        datelines = [up for up in element.iterancestors() if local(up) == "dateline"]
        if "place" not in self.draft.raw and any(self._has_only(up, element) for up in datelines):
            name = (text_of(element) or "").strip(" ,;:")
            self.draft.state("place", {"name": name} if name else None, quoted=True)
        if own or datelines:
            place: dict[str, Any] = self.draft.raw.get("place", {})
            same = fits(place.get("name", ""), text_of(element) or "")
            known = place.get("identifiers", [])
            if same and (not known or not identifiers or known == identifiers):
                place |= optional("identifiers", identifiers)
                self.draft.at("place", quote)
                return
        name = (_name_of(element) or "").strip(" ,;:")
        number = self.draft.mention_place(name, identifiers)
        if number is not None:
            self.draft.at(f"mentioned_places.{number}", quote)

    def _has_only(self, dateline: Element, place: Element) -> bool:
        """Return whether a place is the only one in a dateline."""
        tags = (f"{{{self.source.namespace}}}{name}" for name in _PLACE_NAMES)
        outer = [e for e in dateline.iter(*tags) if local(e.getparent()) not in _PLACE_NAMES]
        return outer == [place]

    def _mentioned_agent(self, element: Element) -> str | None:
        """Return the id of the agent that a name in the text means.

        If the name refers to an entry in the file's own list, the agent has the entry's name.
        """
        reference = element.get("ref") or ""
        listed = self.correspondence.people.get(reference.removeprefix("#"))
        identifiers = self.correspondence.identifiers(element)
        kind = self.correspondence.kind(element)
        if listed is None:
            refers = local(element) == "rs"
            return self.draft.agent(
                _name_of(element), kind, identifiers, mentioned=True, referred=refers
            )
        names = [e for e in listed if isinstance(e.tag, str) and local(e) in AGENT_ELEMENTS]
        full = self.source.words(names[0]) if names else None
        kind = "organization" if local(listed) == "org" else "person"
        return self.draft.agent(full or _name_of(element), kind, identifiers, reference=reference)


def _name_of(element: Element) -> str | None:
    """Return a name in the text on one line, without the hyphens of words that line ends divide."""
    words = text_of(element)
    is_divided = any(local(e) in ("lb", "pb", "cb") for e in element.iter("*"))
    return _DIVIDED.sub("", words).replace("- ", "-") if words and is_divided else words


_DIVIDED = re.compile(r"(?<=[^\W\d_])[-‐¬=⸗] ?(?=[^\W\d_A-ZÄÖÜА-Я])")


def _whose(span: Version) -> str:
    """Return whose words a version of the letter has."""
    if span.is_foreign:
        return "the words of a division in another language"
    if span.what == "transcription":
        return "the letter's own words"
    return {
        "normalized": "the words of the normalized version",
        "redaction": "the words of the redacted version",
    }.get(span.what, f"the words of the {span.what}")


def _portable(name: str) -> str:
    """Return a valid path for a TEI file in a record; it does not end in .txt as texts do."""
    if PurePath(name).suffix.lower() == ".txt":
        name += ".xml"
    try:
        return relative_path(name)
    except Fault:
        return f"{slug(PurePath(name).stem) or 'letter'}.xml"


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", text.casefold()))


def _numbers(text: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"[0-9]{1,9}", text)}
