"""TEI P5 read in: a letter with its text, or the many `correspDesc` of a CMIF file."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from archive_pkg.crosswalks.incoming.correspondence import ROLES, Correspondence
from archive_pkg.crosswalks.incoming.drafts import (
    Draft,
    Imported,
    identify,
    language,
)
from archive_pkg.crosswalks.incoming.source import Source, fit, local, text_of
from archive_pkg.crosswalks.incoming.tei_text import Reading, Stretch, read_text
from archive_pkg.version import SOFTWARE, VERSION

if TYPE_CHECKING:
    from archive_pkg.crosswalks.incoming.source import Element

READS = frozenset([
    "title", "variant_titles", "sender", "recipients", "copies_to", "date.edtf",
    "date.as_written", "received.edtf", "received.as_written", "place.name",
    "place.identifiers", "summary.text", "subjects.term", "holding.repository", "holding.fonds",
    "holding.file", "holding.folio", "custody", "publications", "rights.statement",
    "rights.licence", "enclosures.title", "mentioned_places.name", "identifiers", "salutation",
    "closing",
])  # fmt: skip
"""Fields that come back from what `tei` writes."""

READS_INDEX = frozenset([
    "sender", "recipients", "copies_to", "date.edtf", "received.edtf", "place.name",
    "place.identifiers",
])  # fmt: skip
"""Fields that come back from what `cmif` writes."""

PART_KINDS = frozenset([
    "transcription", "translation", "redaction", "enclosure", "summary", "original",
])  # fmt: skip
_NO_MAKERS = ("signatory", "rights holder", "author of summary")
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_CONTEXT = 24


def read(source: Source, data: bytes) -> list[Imported]:
    """A record for each `correspDesc`; one for a letter without any."""
    header = source.first(source.root, "teiHeader")
    described = source.all(source.root, "teiHeader/profileDesc/correspDesc")
    if len(described) > 1 or (described and not _is_letter(source)):
        return [_from_index(source, item, number) for number, item in enumerate(described, 1)]
    return [_Letter(source, header, described[0] if described else None, data).read()]


def _is_letter(source: Source) -> bool:
    """Whether the file is one letter's: it has a text, or was written from one record."""
    texts = source.all(source.root, "text/body")
    return any(text_of(body) for body in texts) or _own_id(source) is not None


def _own_id(source: Source) -> str | None:
    """The id of the record that a file was made from, where it was made by us."""
    for idno in source.all(source.root, "teiHeader/fileDesc/publicationStmt/idno"):
        if idno.get("type") == "record":
            return text_of(idno)
    return None


def _from_index(source: Source, described: Element, number: int) -> Imported:
    """A letter of a CMIF file, which says who wrote to whom, when and where."""
    stem = PurePath(source.name).stem
    key = fit(described.get("key")) or (fit(described.get("ref")) or "").rstrip("/").split("/")[-1]
    draft = Draft(key or f"{stem}-{number}", "Letter", "letter", source.name)
    _supplier(source, draft)
    address = identify(described.get("ref"))
    draft.state("identifiers", [address] if address else None)
    Correspondence(source, draft).read(described)
    draft.state("title", _title_from(draft))
    # What the file says of itself is told once.
    file = source.all(source.root, "teiHeader/fileDesc") if number == 1 else []
    for element in (described, *file):
        for path, count in source.untaken(element):
            draft.report.add(source.not_read(path, count))
    return draft.finish()


def _supplier(source: Source, draft: Draft) -> None:
    """Whoever answers for the file: its publisher, else its first editor."""
    statement = source.first(source.root, "teiHeader/fileDesc/publicationStmt")
    for path in ("publisher/name", "publisher/orgName", "publisher", "authority"):
        words = source.text(statement, path)
        if words and words != "Unknown":
            draft.supplier = draft.agent(words, "organization")
            return
    for path in ("editor/persName", "editor/name", "editor"):
        words = source.text(source.root, f"teiHeader/fileDesc/titleStmt/{path}")
        if words and words != "Unknown":
            draft.supplier = draft.agent(words)
            return


def _title_from(draft: Draft) -> str:
    """A title in the field's form, from what else is known."""

    def names(field: str) -> str:
        return "; ".join(draft.agent_name(name) for name in draft.raw.get(field, ()))

    words = ["Letter"]
    words += [names("sender")] if names("sender") else []
    title = ", ".join(words) + (f" to {names('recipients')}" if names("recipients") else "")
    written = draft.raw.get("date", {}).get("edtf")
    return title + (f", {written}" if written else "")


def _if(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


class _Letter:
    """Reads a letter with its text."""

    def __init__(
        self, source: Source, header: Element | None, described: Element | None, data: bytes
    ) -> None:
        self.source = source
        self.header = header
        self.described = described
        self.data = data
        self.stem = PurePath(source.name).stem
        name = fit(source.root.get(_XML_ID)) or _own_id(source) or self.stem
        self.draft = Draft(name, "Letter", "letter", source.name)
        self.correspondence = Correspondence(source, self.draft)

    def _all(self, path: str) -> list[Element]:
        return self.source.all(self.header, path) if self.header is not None else []

    def read(self) -> Imported:
        _supplier(self.source, self.draft)
        if self.described is not None:
            self.correspondence.read(self.described)
        self._author()
        self._titles()
        self._publication()
        self._holding()
        self._profile()
        self._parts()
        if self.header is not None:
            for path, count in self.source.untaken(self.header):
                self.draft.report.add(self.source.not_read(path, count))
        for path in ("facsimile", "sourceDoc", "text/front", "text/back"):
            if self.source.all(self.source.root, path):
                self.draft.report.add(self.source.not_read(path))
        return self.draft.finish()

    def _author(self) -> None:
        """The author of the letter, who sent it where no `correspDesc` says who did."""
        authors = self._all("fileDesc/titleStmt/author")
        known = [self.draft.known(text_of(author)) for author in authors]
        if all(known):
            for author in authors:
                self.source.take(author)
        elif "sender" not in self.draft.raw:
            names = []
            for author in authors:
                inner = [e for e in author if isinstance(e.tag, str) and local(e) in ROLES]
                for named in inner or [author]:
                    kind = ROLES.get(local(named), "person")
                    identifiers = self.correspondence.identifiers(named)
                    names.append(self.draft.agent(self.source.words(named), kind, identifiers))
            self.draft.state("sender", [name for name in dict.fromkeys(names) if name])

    def _titles(self) -> None:
        titles = self._all("fileDesc/titleStmt/title")
        mine = [
            t
            for t in titles
            if t.get("level") in (None, "a", "u")
            and t.get("type") in (None, "main", "letter", "alternative")
        ]
        words = [self.source.words(title) for title in mine]
        known = [word for word in words if word]
        self.draft.state("title", known[0] if known else _title_from(self.draft))
        self.draft.state("variant_titles", list(dict.fromkeys(known[1:])))

    def _publication(self) -> None:
        identifiers = []
        for idno in self._all("fileDesc/publicationStmt/idno"):
            words = self.source.words(idno)
            if idno.get("type") == "record":
                continue
            found = identify(words, idno.get("type"))
            identifiers += [found] if found else []
        self.draft.state("identifiers", identifiers)
        for available in self._all("fileDesc/publicationStmt/availability"):
            licence = self.source.first(available, "licence")
            statements = [self.source.words(p) for p in self.source.all(available, "p")]
            words = " ".join(filter(None, statements)) or self.source.words(licence)
            if licence is not None:
                self.source.take(licence)
            address = (licence.get("target") if licence is not None else None) or ""
            spdx = address.removeprefix("https://spdx.org/licenses/")
            if words:
                self.draft.state("rights", {"statement": words} | _if("licence", spdx))

    def _holding(self) -> None:
        description = self._all("fileDesc/sourceDesc//msDesc")
        if description:
            self._manuscript(description[0])
        citations = []
        for path in ("biblStruct", "bibl"):
            for cited in self._all(f"fileDesc/sourceDesc//{path}"):
                citations += [_citation(cited)]
                self.source.take(cited)
        self.draft.state("publications", [words for words in dict.fromkeys(citations) if words])

    def _manuscript(self, description: Element) -> None:
        place = self.source.first(description, "msIdentifier")
        if place is None:
            return
        names = ("repository", "institution", "settlement", "region", "country")
        where = [self.source.text(place, name) for name in names]
        holding: dict[str, str] = {}
        if any(where):
            holding["repository"] = ", ".join(word for word in where if word)
        collections = [self.source.words(c) for c in self.source.all(place, "collection")]
        if any(collections):
            holding["fonds"] = ", ".join(word for word in collections if word)
        for idno in self.source.all(place, "idno"):
            kind = idno.get("type") if idno.get("type") in ("file", "folio") else "file"
            words = self.source.words(idno)
            if words and kind not in holding:
                holding[kind] = words
        if "repository" in holding:
            self.draft.state("holding", holding)
        kept = [
            self.source.words(item) for item in self.source.all(description, "history/provenance")
        ]
        self.draft.state("custody", " ".join(word for word in kept if word))

    def _profile(self) -> None:
        abstract = self.source.words(next(iter(self._all("profileDesc/abstract")), None))
        self.draft.state("summary", {"text": abstract} if abstract else None)
        subjects = [
            {"term": words}
            for term in self._all("profileDesc/textClass/keywords/term")
            if term.get("type") != "document-type" and (words := self.source.words(term))
        ]
        self.draft.state("subjects", subjects)
        for term in self._all("profileDesc/textClass/keywords/term"):
            self._type(term)
        for place in self._all("profileDesc/settingDesc/listPlace/place"):
            words = self.source.text(place, "placeName")
            listed = self.source.all(place, "idno")
            found = [identify(text_of(idno), idno.get("type")) for idno in listed]
            self.source.take(place)
            self._mention_place(words, [item for item in found if item])

    def _type(self, term: Element) -> None:
        if term.get("type") == "document-type":
            self.draft.raw["type"] = self.source.words(term)

    def _mention_place(self, name: str | None, identifiers: list[dict[str, str]]) -> int | None:
        """The number of a mentioned place."""
        if not name:
            return None
        listed = self.draft.raw.setdefault("mentioned_places", [])
        for number, place in enumerate(listed):
            if place["name"] == name:
                return number
        listed.append({"name": name} | _if("identifiers", identifiers))
        return len(listed) - 1

    def _parts(self) -> None:
        languages = [
            tag
            for item in self._all("profileDesc/langUsage/language")
            if (tag := language(item.get("ident") or self.source.words(item)))
        ]
        for item in self._all("profileDesc/langUsage/language"):
            self.source.take(item)
        makers = self._makers()
        encoded = {
            "id": "tei",
            "kind": "transcription",
            "title": "The edition's TEI file",
            "media_type": "application/tei+xml",
            "made_from": ["original"],
            **_if("made_by", makers),
            **_if("languages", languages),
            **self.draft.file(f"{self.stem}.xml", self.data),
        }
        parts = [{"id": "original", "kind": "original", "held": False}, encoded]
        bodies = self.source.all(self.source.root, "text/body")
        reading = read_text(bodies[0], PART_KINDS) if bodies else Reading()
        if reading.text:
            parts += self._text_parts(reading, languages)
        self.draft.raw["parts"] = parts
        if reading.text:
            self._quotes(reading, [part for part in parts if "span" in part])

    def _text_parts(self, reading: Reading, languages: list[str]) -> list[dict[str, Any]]:
        software = self.draft.agent("archive-pkg", "software", version=VERSION)
        self.draft.supplied(f"agents.{software}", software)
        kept = self.draft.file(f"{self.stem}.txt", reading.text.encode())
        spans = reading.parts or [Stretch("transcription", None, 0, len(reading.text))]
        parts = []
        for number, span in enumerate(spans, 1):
            tag = (
                span.element.get("{http://www.w3.org/XML/1998/namespace}lang")
                if (span.element is not None)
                else None
            )
            tags = [language(tag)] if language(tag) else languages
            parts.append(
                {
                    "id": "text" if len(spans) == 1 else f"text-{number}",
                    "kind": span.what,
                    "title": "The text taken from the TEI file",
                    "span": {"start": span.start, "end": span.end},
                    "media_type": "text/plain",
                    "encoding": "UTF-8",
                    "made_from": ["tei"],
                    "made_by": [software],
                    "method": f"Taken from the TEI file by {SOFTWARE}: the reading text, white "
                    "space as TEI has it, gaps written as […].",
                    **_if("languages", tags),
                    **kept,
                }
            )
            self.draft.supplied(f"parts.{parts[-1]['id']}", software)
        return parts

    def _makers(self) -> list[str]:
        """Who edited the text: the editors, and those to whom a responsibility is given."""
        found = []
        for path in ("titleStmt/editor", "titleStmt/respStmt", "editionStmt/respStmt"):
            for element in self._all(f"fileDesc/{path}"):
                if self.source.text(element, "resp") in _NO_MAKERS:
                    continue
                names = [
                    e
                    for e in element.iter()
                    if isinstance(e.tag, str) and local(e) in ("name", "persName", "orgName")
                ]
                for named in names or [element]:
                    kind = "organization" if local(named) == "orgName" else "person"
                    identifiers = self.correspondence.identifiers(named)
                    agent = self.draft.agent(self.source.words(named), kind, identifiers)
                    found += [agent] if agent else []
        return list(dict.fromkeys(found))

    def _quotes(self, reading: Reading, parts: list[dict[str, Any]]) -> None:
        text = reading.text

        def quote(stretch: Stretch) -> dict[str, Any]:
            part = next(
                (p for p in parts if p["span"]["start"] <= stretch.start < p["span"]["end"]),
                parts[0],
            )
            return {
                "part": part["id"],
                "start": stretch.start,
                "end": stretch.end,
                "exact": text[stretch.start : stretch.end],
                "prefix": text[max(0, stretch.start - _CONTEXT) : stretch.start],
                "suffix": text[stretch.end : stretch.end + _CONTEXT],
            }

        for zone in reading.zones:
            self._zone(zone, quote(zone))
        for name in reading.names:
            self._name(name, quote(name))
        for number, note in enumerate(reading.notes, 1):
            said = {"id": f"note-{number}", "kind": note.what, "at": quote(note)}
            self.draft.raw.setdefault("translation_notes", []).append(said | _if("text", note.text))
            self.draft.at(f"translation_notes.note-{number}", quote(note))
        for counter, words in (
            (reading.flattened, "read as its words alone"),
            (reading.left_out, "left out of the text"),
        ):
            for element, count in sorted(counter.items()):
                self.draft.report.add(self.source.not_read(f"text/{element}, {words}", count))

    def _zone(self, zone: Stretch, quote: dict[str, Any]) -> None:
        field = zone.what
        words = " ".join(quote["exact"].split())
        if field in ("salutation", "closing") and field not in self.draft.raw:
            self.draft.state(field, words, quoted=True)
            self.draft.at(field, quote)
        elif field == "classification" and field not in self.draft.raw:
            self.draft.state(field, {"as_written": words}, quoted=True)
            self.draft.at(field, quote)
        elif field == "signatories":
            persons = [
                name
                for name in self.draft.raw.get("sender", ())
                if self.draft.agent_kind(name) == "person"
            ]
            if len(persons) == 1:
                self.draft.raw["signatories"] = persons
                self.draft.at(field, quote, "signed-by-the-sender")
        elif field in self.draft.raw:
            self.draft.at(field, quote, f"tei-{local(zone.element)}")

    def _name(self, stretch: Stretch, quote: dict[str, Any]) -> None:
        element, what = stretch.element, stretch.what
        if what == "date":
            return
        if what == "placeName" or element.get("type") == "place":
            if any(local(up) == "dateline" for up in element.iterancestors()):
                return
            identifiers = self.correspondence.identifiers(element)
            number = self._mention_place(text_of(element), identifiers)
            if number is not None:
                self.draft.at(f"mentioned_places.{number}", quote)
            return
        if (
            what == "orgName"
            or element.get("type") in ("person", "org", "organization")
            or (what == "persName")
        ):
            agent = self._mentioned(element)
            if agent:
                self.draft.at(f"agents.{agent}", quote)
                if not any(agent in self.draft.raw.get(role, ()) for role in _PARTIES):
                    self.draft.add("mentioned_agents", agent)
            return
        self.draft.report.add(self.source.not_read(f"text/{what}: {text_of(element)}"))

    def _mentioned(self, element: Element) -> str | None:
        """The agent that a name in the text means; the file's own list knows its full name."""
        listed = self.correspondence.people.get((element.get("ref") or "").removeprefix("#"))
        words = text_of(element)
        if listed is None:
            return self.correspondence.agent(element)
        full = next(
            (
                text_of(n)
                for n in listed
                if isinstance(n.tag, str) and local(n) in ("persName", "orgName", "name")
            ),
            None,
        )
        kind = "organization" if local(listed) == "org" else "person"
        identifiers = self.correspondence.identifiers(element)
        return self.draft.agent(full or words, kind, identifiers, element.get("ref"))


_PARTIES = ("sender", "signatories", "recipients", "copies_to")


def _citation(element: Element) -> str | None:
    """A bibliographic entry's words, parted by commas where its elements part them."""
    words = [fit(text) for text in element.xpath(".//text()[normalize-space()]")]
    return ", ".join(word.strip(" ,") for word in words if word and word.strip(" ,.;:")) or None
