"""Import TEI P5: a letter with its text, or the `correspDesc` elements of a CMIF file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, get_args

from archive_pkg.faults import Fault
from archive_pkg.interchange.importing.correspondence import (
    ROLES,
    Correspondence,
    read_date_element,
)
from archive_pkg.interchange.importing.imported_record import (
    Imported,
    ImportedDraft,
    fits,
    held,
    language,
    record_id,
)
from archive_pkg.interchange.importing.restrictions import strictest, written_by_us
from archive_pkg.interchange.importing.watched_xml import (
    XmlSource,
    fit,
    local,
    refuse_unknown,
    text_of,
)
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.names import slug
from archive_pkg.records.models import TranslationNote
from archive_pkg.records.scalars import portable_path
from archive_pkg.records.vocabularies.identifiers import identify
from archive_pkg.reports import Code, Location, Severity
from archive_pkg.texts import Note, Stretch, TextReading, Version, read_text
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
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

READS = frozenset([
    "type", "title", "variant_titles", "sender", "recipients", "copies_to", "date.edtf",
    "date.as_written", "date.note", "received.edtf", "received.as_written", "received.note",
    "place.name", "place.identifiers", "summary.text", "subjects.term", "holding.repository",
    "holding.fonds", "holding.file", "holding.folio", "custody", "publications",
    "rights.statement", "rights.licence", "enclosures.title", "mentioned_places.name",
    "identifiers", "salutation", "closing",
])  # fmt: skip
"""Fields that come back from what `tei` writes."""

READS_INDEX = frozenset([
    "sender", "recipients", "copies_to", "date.edtf", "received.edtf", "place.name",
    "place.identifiers",
])  # fmt: skip
"""Fields that come back from what `cmif` writes."""

_NO_MAKERS = ("signatory", "rights holder", "author of summary")
_TRANSLATES = re.compile(r"translat|übersetz|uebersetz|traduc|tradu[cz]|перев", re.IGNORECASE)
_DIVS = ("div", "div1", "div2", "text")
_LETTER_TYPES = frozenset(["letter", "brief", "lettre", "lettera", "document"])
_SHELFMARKS = frozenset([
    "", "call", "callnumber", "call-number", "cote", "file", "idno", "inventory", "shelfmark",
    "shelf-mark", "signatur", "signature", "segnatura", "unitid",
])  # fmt: skip
_NOTE_KINDS = get_args(TranslationNote.model_fields["kind"].annotation)
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTEXT = 24
_PARTIES = ("sender", "signatories", "recipients", "copies_to")


def read(source: XmlSource, data: bytes) -> list[Imported]:
    """Return a record for each `correspDesc`, or one for a letter without any."""
    if local(source.root) == "teiCorpus":
        return _read_corpus(source, data)
    described = source.all(source.root, "teiHeader/profileDesc/correspDesc")
    if len(described) > 1 or (described and not _is_letter(source, described[0])):
        return _Index(source, described).read()
    name = _letter_id(source, source.root, source.stem)
    return [_Letter(source, source.root, data, name).read([source.root])]


def _read_corpus(source: XmlSource, data: bytes) -> list[Imported]:
    """Return a record for each `TEI` of a `teiCorpus`."""
    letters = source.all(source.root, ".//TEI")
    if not letters:
        raise refuse_unknown(
            source.name,
            "its teiCorpus has no TEI element",
            "Put each letter into it as a TEI element.",
        )
    counts = Counter(_letter_id(source, letter, "") for letter in letters)
    found: list[Imported] = []
    for number, letter in enumerate(letters, 1):
        own = _letter_id(source, letter, "")
        name = own if counts[own] == 1 else f"{source.stem}-{number}"
        # Unread content of the corpus header is reported once, with the first letter.
        roots, skip = ([letter], []) if found else ([source.root], letters[1:])
        found.append(_Letter(source, letter, data, name or f"{source.stem}-1").read(roots, skip))
    return found


def _is_letter(source: XmlSource, described: Element) -> bool:
    """Return whether the file is one letter; an index names each letter's key or edition."""
    texts = source.all(source.root, "text/body")
    has_text = any(text_of(body) for body in texts) or _own_id(source, source.root) is not None
    return has_text or not (described.get("key") or described.get("source"))


def _own_id(source: XmlSource, root: Element) -> str | None:
    """Return the id of the record that this program exported the file from."""
    edition = text_of(source.first(root, "teiHeader/fileDesc/editionStmt/edition")) or ""
    for idno in source.all(root, "teiHeader/fileDesc/publicationStmt/idno"):
        if idno.get("type") == "record" and edition.endswith(" of the record"):
            return text_of(idno)
    return None


def _letter_id(source: XmlSource, root: Element, otherwise: str) -> str:
    return source.attribute(root, _XML_ID) or _own_id(source, root) or otherwise


class _Index:
    """Reads the letters of a CMIF file, which says who wrote to whom, when and where."""

    def __init__(self, source: XmlSource, described: list[Element]) -> None:
        self.source = source
        self.described = described
        self.editions = {
            bibl.get(_XML_ID): bibl
            for bibl in source.root.iter(*(f"{{{source.namespace}}}{n}" for n in _EDITIONS))
            if bibl.get(_XML_ID)
        }
        self.title = text_of(source.first(source.root, "teiHeader/fileDesc/titleStmt/title"))

    def read(self) -> list[Imported]:
        names = self._names()
        letters = zip(self.described, names, strict=True)
        found = [self._letter(item, name) for item, name in letters]
        # Unread content of the file's header is reported once.
        everything = "\n".join(held(imported.record, imported.files) for imported in found)
        unread = self.source.unread([self.source.root], everything, self.described)
        found[0].report.extend(unread)
        return found

    def _names(self) -> list[str]:
        """Return an id for each letter: the first unique one of its xml:id, key and address."""
        stem = self.source.stem
        candidates = [
            [
                *(fit(item.get(name)) for name in (_XML_ID, "key")),
                (fit(item.get("ref")) or "").rstrip("/").split("/")[-1],
                "-".join(filter(None, (self._edition_name(item), fit(item.get("key"))))),
                f"{stem}-{number}",
            ]
            for number, item in enumerate(self.described, 1)
        ]
        counts = Counter(
            record_id(name).casefold() for names in candidates for name in {*filter(None, names)}
        )
        taken: set[str] = set()
        chosen = []
        for number, names in enumerate(candidates, 1):
            given = [name for name in names if name and counts[record_id(name).casefold()] == 1]
            name = given[0] if given else f"{stem}-letter-{number}"
            while record_id(name).casefold() in taken:
                name += "-again"
            taken.add(record_id(name).casefold())
            chosen.append(name)
        return chosen

    def _edition_name(self, item: Element) -> str:
        return (fit(item.get("source")) or "").split(" ")[0].rpartition("#")[2]

    def _letter(self, described: Element, name: str) -> Imported:
        source = self.source
        draft = ImportedDraft(source, name, "Letter", "letter")
        _supplier(source, draft, source.root)
        self._identifiers(draft, described, name)
        self._editions(draft, described)
        correspondence = Correspondence(source, draft)
        correspondence.read(described)
        draft.state("title", _title_from(draft))
        return draft.finish([described])

    def _identifiers(self, draft: ImportedDraft, described: Element, name: str) -> None:
        """Return the letter's address, and its key if that is not the record's id."""
        address = identify(self.source.attribute(described, "ref"))
        found = [address] if address else []
        self.source.attribute(described, _XML_ID)
        key = self.source.attribute(described, "key")
        if key and record_id(key) != record_id(name):
            identified = identify(key, "key")
            found += [identified] if identified else []
        draft.state("identifiers", found)

    def _editions(self, draft: ImportedDraft, described: Element) -> None:
        """Return the editions that a letter is printed in."""
        citations = []
        for reference in (described.get("source") or "").split():
            bibl = self.editions.get(reference.removeprefix("#"))
            words = _citation(self.source, bibl) if bibl is not None else None
            if words and words == self.title:
                # A file that is its own source, like those of this program.
                self.source.use([(described, "@source")])
            elif words:
                self.source.use([(described, "@source"), (bibl, f"@{_XML_ID}")])
                citations.append(words)
        draft.state("publications", citations)


_EDITIONS = ("bibl", "biblStruct", "biblFull", "msDesc")


def _supplier(source: XmlSource, draft: ImportedDraft, root: Element) -> None:
    """Return the agent responsible for the file: its publisher, else its first editor."""
    statement = source.first(root, "teiHeader/fileDesc/publicationStmt")
    for path in ("publisher/name", "publisher/orgName", "publisher", "authority"):
        words = source.text(statement, path)
        if words and words != "Unknown":
            draft.supplier = draft.agent(words, "organization", _links(source, statement, path))
            return
    for path in ("editor/persName", "editor/name", "editor"):
        words = source.text(root, f"teiHeader/fileDesc/titleStmt/{path}")
        if words and words != "Unknown":
            draft.supplier = draft.agent(words)
            return


def _links(source: XmlSource, statement: Element, path: str) -> list[dict[str, str]]:
    """Return the addresses that a publisher's name has or links to."""
    named = source.first(statement, path)
    links = [(named, "ref"), *((link, "target") for link in source.all(named, "ref"))]
    found = [identify(source.attribute(element, name)) for element, name in links]
    return [item for item in found if item and item["scheme"] != "local"]


def _title_from(draft: ImportedDraft) -> str:
    """Return a title made from the other fields."""

    def names(field: str) -> str:
        return "; ".join(draft.agent_name(name) for name in draft.raw.get(field, ()))

    words = ["Letter"]
    words += [names("sender")] if names("sender") else []
    title = ", ".join(words) + (f" to {names('recipients')}" if names("recipients") else "")
    written = draft.raw.get("date", {}).get("edtf")
    return title + (f", {written}" if written else "")


def _licence(address: str) -> str:
    """Return the SPDX identifier of a licence whose page at spdx.org is given, or the address."""
    listed = spdx_id(address) if address.startswith("https://spdx.org/") else None
    return listed or address


def _if(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


class _Letter:
    """Reads a letter with its text."""

    def __init__(self, source: XmlSource, root: Element, data: bytes, name: str) -> None:
        self.source = source
        self.root = root
        self.header = source.first(root, "teiHeader")
        self.data = data
        self.file = _portable(PurePath(source.name).name)
        self.is_ours = _own_id(source, root) is not None
        self.draft = ImportedDraft(source, name, "Letter", "letter")
        self.correspondence = Correspondence(source, self.draft)
        self.note_ids: set[str] = set()
        self.access: list[dict[str, Any]] = []

    def _all(self, path: str) -> list[Element]:
        return self.source.all(self.header, path)

    def read(self, roots: list[Element], skip: Any = ()) -> Imported:
        _supplier(self.source, self.draft, self.root)
        if self.is_ours:
            self._own_agents()
        for described in self._all("profileDesc/correspDesc"):
            if self.is_ours:
                self.source.use([(described, "@key"), (described, "@ref")])
            elif address := identify(fit(described.get("ref"))):
                self.source.attribute(described, "ref")
                self.draft.add("identifiers", address)
            self.correspondence.read(described)
        self._author()
        self._creation()
        self._publication()
        self._holding()
        self._profile()
        self._parts()
        self._titles()
        return self.draft.finish(roots, skip)

    def _own_agents(self) -> None:
        """Read the agents that this program exported, with all their fields."""
        for path, kind in (("listPerson/*", "person"), ("listOrg/*", "organization")):
            for entry in self._all(f"profileDesc/particDesc/{path}"):
                if local(entry) == "personGrp":
                    kind = "family"
                names = [e for e in entry if local(e) in ("persName", "orgName", "name")]
                written = [n for n in names if n.get("type") == "as-written"]
                notes = {note.get("type"): note for note in self.source.all(entry, "note")}
                for element in (*written, *notes.values()):
                    self.source.attribute(element, "type")
                more: dict[str, Any] = {
                    field: self.source.words(notes[field])
                    for field in ("role", "version", "note")
                    if field in notes
                }
                more |= {"as_written": self.source.words(written[0])} if written else {}
                software = self.source.attribute(entry, "type") == "software"
                listed = self.correspondence.listed_identifiers(entry) if names else []
                self.draft.agent(
                    self.source.words(names[0]) if names else None,
                    "software" if software else kind,
                    [item for item in listed if item],
                    reference=f"#{entry.get(_XML_ID)}",
                    **more,
                )

    def _author(self) -> None:
        """Read the author, who is the sender if no `correspDesc` names one."""
        names = []
        for author in self._all("fileDesc/titleStmt/author"):
            inner = [e for e in author if isinstance(e.tag, str) and local(e) in ROLES]
            names += [self.correspondence.agent(named) for named in inner or [author]]
        found = [name for name in dict.fromkeys(names) if name]
        if "sender" not in self.draft.raw:
            self.draft.state("sender", found)

    def _creation(self) -> None:
        """Read date and place of writing, if no `correspDesc` has them."""
        for created in self._all("profileDesc/creation"):
            for element in self.source.all(created, "date"):
                said = read_date_element(self.source, element)
                if said and "date" not in self.draft.raw:
                    self.draft.state("date", said)
            for element in self.source.all(created, "placeName"):
                words = self.source.words(element)
                if words and "place" not in self.draft.raw:
                    found = self.correspondence.identifiers(element)
                    self.draft.state("place", {"name": words} | _if("identifiers", found))

    def _titles(self) -> None:
        titles = self._all("fileDesc/titleStmt/title")
        mine = [
            t
            for t in titles
            if t.get("level") in (None, "a", "u")
            and t.get("type") in (None, "main", "letter", "alternative")
        ]
        for title in mine:
            self.source.use([(title, "@level"), (title, "@type")])
        words = [self.source.words(title) for title in mine]
        known = [word for word in words if word]
        self.draft.state("title", known[0] if known else _title_from(self.draft))
        self.draft.state("variant_titles", list(dict.fromkeys(known[1:])))

    def _publication(self) -> None:
        identifiers = []
        for idno in self._all("fileDesc/publicationStmt//idno"):
            kind = fit(idno.get("type"))
            if kind == "record" and self.is_ours:
                self.source.take(idno)
                continue
            found = identify(text_of(idno), kind)
            self.source.use([(idno, "text"), (idno, "@type")] if found else [])
            identifiers += [found] if found else []
        for identifier in identifiers:
            self.draft.add("identifiers", identifier)
        for available in self._all("fileDesc/publicationStmt/availability"):
            self._rights(available)

    def _rights(self, available: Element) -> None:
        """Read the rights: every licence and every paragraph on it."""
        statements: list[str | None] = []
        address = None
        for child in available:
            if not isinstance(child.tag, str):
                continue
            if child.get("type") == "access" and written_by_us([text_of(child)]):
                self.source.attribute(child, "type")
                self.access += written_by_us([self.source.words(child)])
            elif local(child) == "licence":
                target = child.get("target")
                if target and address is None:
                    address = self.source.attribute(child, "target")
                words = self.source.words(child)
                is_name = self.is_ours and words == _licence(target or "")
                statements.append(None if is_name else words)
            else:
                statements.append(self.source.words(child))
        statement = " ".join(filter(None, statements)) or address
        if not statement and not self.access:
            statement = self.source.words(available)
        licence = _licence(address or "")
        if statement:
            self.draft.state("rights", {"statement": statement} | _if("licence", licence))

    def _holding(self) -> None:
        for description in self._all("fileDesc/sourceDesc//msDesc"):
            if "holding" not in self.draft.raw:
                self._manuscript(description)
        citations = [
            _citation(self.source, cited)
            for path in ("biblStruct", "bibl", "biblFull")
            for cited in self._all(f"fileDesc/sourceDesc//{path}")
            if not any(
                local(up) in ("bibl", "biblStruct", "msDesc") for up in cited.iterancestors()
            )
        ]
        self.draft.state("publications", [words for words in dict.fromkeys(citations) if words])

    def _manuscript(self, description: Element) -> None:
        place = self.source.first(description, "msIdentifier")
        holding: dict[str, str] = {}
        if place is not None:
            names = ("repository", "institution", "settlement", "region", "country")
            where = [self.source.text(place, name) for name in names]
            if any(where):
                holding["repository"] = ", ".join(word for word in where if word)
            collections = [self.source.words(c) for c in self.source.all(place, "collection")]
            if any(collections):
                holding["fonds"] = ", ".join(word for word in collections if word)
            for idno in self.source.all(place, "idno"):
                self._call_number(idno, holding)
        if place is not None:
            for idno in self.source.all(place, "altIdentifier/idno"):
                self._other_number(idno, "another call number")
        if "repository" in holding:
            self.draft.state("holding", holding)
        else:
            for kind, value in holding.items():
                self.draft.add("identifiers", identify(value, f"call number ({kind})"))
        kept = [
            self.source.words(item) for item in self.source.all(description, "history/provenance")
        ]
        acquired = self.source.first(description, "history/acquisition")
        donors = [] if acquired is None else [e for e in acquired if local(e) in ROLES]
        if self.is_ours and donors:
            self.draft.state("donor", self.correspondence.agent(donors[0]))
        else:
            kept.append(self.source.words(acquired))
        self.draft.state("custody", " ".join(word for word in kept if word))
        for path in ("physDesc", "history/origin"):
            for item in self.source.all(description, path):
                self.draft.remark(self.source.words(item))

    def _call_number(self, idno: Element, holding: dict[str, str]) -> None:
        """Read an `idno` by its type: the call number, or another identifier."""
        kind = fit(idno.get("type")) or fit(idno.get("subtype")) or ""
        words = self.source.words(idno)
        field = "folio" if kind == "folio" else "file" if kind.casefold() in _SHELFMARKS else ""
        if not words:
            return
        if field and field not in holding:
            holding[field] = words
            self.source.attribute(idno, "type" if idno.get("type") else "subtype")
        else:
            self._other_number(idno, "another call number")

    def _other_number(self, idno: Element, otherwise: str) -> None:
        """Read an `idno` as an identifier of the letter."""
        kind = fit(idno.get("type")) or fit(idno.get("subtype")) or otherwise
        identified = identify(self.source.words(idno), kind)
        if identified:
            self.source.use([(idno, "@type" if idno.get("type") else "@subtype"), (idno, "text")])
            self.draft.add("identifiers", identified)

    def _profile(self) -> None:
        found = [
            *self._all("profileDesc/abstract"),
            *self._all("fileDesc/sourceDesc//msContents/summary"),
        ]
        abstract = self.source.words(found[0] if found else None)
        self.draft.state("summary", {"text": abstract} if abstract else None)
        subjects = [
            {"term": words} | _if("identifier", identify(self.source.attribute(term, "ref")))
            for term in self._all("profileDesc/textClass/keywords/term")
            if term.get("type") != "document-type" and (words := self.source.words(term))
        ]
        self.draft.state("subjects", subjects)
        for term in self._all("profileDesc/textClass/keywords/term"):
            if term.get("type") == "document-type":
                self.source.attribute(term, "type")
                self.draft.raw["type"] = self.source.words(term)
        for place in self._all("profileDesc/settingDesc/listPlace/place"):
            words = self.source.text(place, "placeName")
            found = self.correspondence.listed_identifiers(place) if words else []
            written = self.source.all(place, "placeName")[1:]
            number = self._mention_place(words, [item for item in found if item])
            if number is not None and written and written[0].get("type") == "as-written":
                self.source.attribute(written[0], "type")
                self.draft.raw["mentioned_places"][number]["as_written"] = self.source.words(
                    written[0]
                )

    def _mention_place(self, name: str | None, identifiers: list[dict[str, str]]) -> int | None:
        """Return the index of a mentioned place."""
        if not name:
            return None
        listed = self.draft.raw.setdefault("mentioned_places", [])
        for number, place in enumerate(listed):
            known = place.get("identifiers", [])
            alike = place["name"] == name or (known and fits(place["name"], name, inflected=True))
            if alike and (not known or not identifiers or known == identifiers):
                place |= _if("identifiers", identifiers)
                return number
        listed.append({"name": name} | _if("identifiers", identifiers))
        return len(listed) - 1

    def _languages(self) -> list[str]:
        found = []
        for item in self._all("profileDesc/langUsage/language"):
            tag = language(item.get("ident") or text_of(item))
            if tag:
                self.source.take(item)
                found.append(tag)
        texts = self.source.all(self.root, "text")
        for item in (self.root, *texts, *self.source.all(self.root, "text/body")):
            tag = language(item.get(_XML_LANG))
            if tag and item is not self.root:
                self.source.attribute(item, _XML_LANG)
                found = found or [tag]
        return list(dict.fromkeys(found))

    def _parts(self) -> None:
        languages = self._languages()
        makers, translators = self._makers()
        encoded = {
            "id": "tei",
            "kind": "transcription",
            "title": "The edition's TEI file",
            "media_type": "application/tei+xml",
            "made_from": ["original"],
            **_if("made_by", makers),
            **_if("languages", languages),
            **self.draft.file(self.file, self.data),
        }
        original = {
            "id": "original",
            "kind": "original",
            "held": False,
            **_if("access", strictest(self.access)),
        }
        parts = [original, encoded]
        texts = self.source.all(self.root, "text")
        standoff = self.source.first(self.root, "standOff")
        reading = read_text(texts[0], standoff) if texts else TextReading()
        self.source.use(reading.read)
        # The name of an element in a text says nothing of the letter.
        self.source.use((e, f"@{_XML_ID}") for text in texts for e in text.iter("*"))
        self._count_letters(texts)
        for note in reading.unplaced:
            self._unplaced(note)
        if reading.text:
            parts += self._text_parts(reading, languages, translators)
        self.draft.raw["parts"] = parts
        if reading.text:
            self._quotes(reading, [part for part in parts if "span" in part])

    def _count_letters(self, texts: list[Element]) -> None:
        """Report a text that holds several letters, which are one in the record."""
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
            self.source.use([(note, "@target" if note.get("target") else "@from")])
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
        for span in reading.versions:
            element = span.element
            tag = language(element.get(_XML_LANG)) if element is not None else None
            if tag:
                self.source.attribute(element, _XML_LANG)
            kind = "transcription" if span.what == "normalized" else span.what
            part = {
                "id": self._part_id(span, [part["id"] for part in parts]),
                "kind": kind,
                "title": "The text taken from the TEI file"
                + (f": {span.name}" if span.name and not self.is_ours else ""),
                "span": {"start": span.start, "end": span.end},
                "media_type": "text/plain",
                "encoding": "UTF-8",
                "made_from": ["tei"],
                **_if("about", ["original"] if kind == "summary" else []),
                **_if("part_of", ["original"] if kind == "enclosure" else []),
                "method": f"Taken from the TEI file by {SOFTWARE}: {_whose(span)}, white space "
                "as TEI has it, without deletions, gaps and the edition's notes.",
                **_if("languages", [tag] if tag else languages),
                **kept,
            }
            if kind == "translation":
                part |= _if("made_by", translators)
                if not tag:
                    # The languages of the file are those of the letter and of its translation.
                    part.pop("languages", None)
            if span.is_foreign:
                self._ask_language(part["id"], tag or element.get(_XML_LANG))
            parts.append(part)
            self.draft.infer(
                f"parts.{part['id']}",
                "text-of-the-tei-file",
                "Its words are those of the TEI file.",
            )
        own = [part["id"] for part, span in zip(parts, reading.versions, strict=True)
               if span.what == "transcription" and not span.is_foreign]  # fmt: skip
        for part, span in zip(parts, reading.versions, strict=True):
            if own and span.what in ("translation", "normalized"):
                part["made_from"] = [*own, "tei"]
        return parts

    def _ask_language(self, part: str, tag: str) -> None:
        self.draft.report.add(
            IMPORT_OTHER_LANGUAGE.at(
                Location(self.source.name, field=f"parts.{part}"),
                f"a division in {tag} is next to the letter in a different language",
                "If it is a translation, write kind: translation in the record.",
            )
        )

    def _part_id(self, span: Stretch, taken: list[str]) -> str:
        own = (span.element.get(_XML_ID) or "") if span.element is not None else ""
        base = "text" if span.what == "transcription" else span.what
        if self.is_ours and own.startswith("part-") and own != "part-tei":
            base = own.removeprefix("part-")
        if base not in (*taken, "tei", "original"):
            return base
        return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)

    def _makers(self) -> tuple[list[str], list[str]]:
        """Read the makers of the edition's file, and the translators."""
        makers: list[str] = []
        translators: list[str] = []
        for path in ("titleStmt/editor", "titleStmt/respStmt", "editionStmt/respStmt"):
            for element in self._all(f"fileDesc/{path}"):
                did = "; ".join(filter(None, map(text_of, self.source.all(element, "resp"))))
                did = did or fit(element.get("role")) or ""
                named = [e for e in element if isinstance(e.tag, str) and local(e) in ROLES]
                if self.is_ours and did in _NO_MAKERS:
                    self.source.take(element)
                    continue
                if local(element) == "editor":
                    named = named or [element]
                    self.source.attribute(element, "role")
                for resp in self.source.all(element, "resp"):
                    self.source.words(resp)
                for who in named:
                    agent = self._maker(who, did)
                    if agent:
                        (translators if _TRANSLATES.search(did) else makers).append(agent)
        return list(dict.fromkeys(makers)), list(dict.fromkeys(translators))

    def _maker(self, who: Element, did: str) -> str | None:
        """Read an agent of the edition, with its role as its note."""
        agent = self.correspondence.agent(who)
        if agent and did and not self.is_ours:
            self.draft.note_on(agent, did)
        elif agent and did:
            for resp in self.source.all(who.getparent(), "resp"):
                self.source.use([(resp, "text")])
        return agent

    def _quotes(self, reading: TextReading, parts: list[dict[str, Any]]) -> None:
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
        for note in reading.notes:
            self._note(note, quote(note))

    def _note(self, note: Note, at: dict[str, Any]) -> None:
        """Read a note: one exported by this program with all its fields, others as they are."""
        notes = self.draft.raw.setdefault("translation_notes", [])
        said = note.text_element if note.text_element is not None else note.element
        kind, more = note.what, _if("text", note.text)
        own = (note.name or "").removeprefix("note-")
        name = f"note-{len(notes) + 1}"
        if self.is_ours and local(said) == "note":
            more = self._own_note(said)
            name = (said.get("target") or "").removeprefix("#note-") or own or name
            kind = fit(said.get("type")) or kind
            self.source.use([(said, "@type"), (said, "@target"), (said, "@targetEnd")])
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
                found |= _if(field, self.source.words(child))
                self.source.use([(child, "@type"), (child, f"@{_XML_LANG}")])
            if field == "original":
                found |= _if("language", language(child.get(_XML_LANG)))
        return found

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
        elif field == "date" and field not in self.draft.raw:
            self._dateline(zone, quote)
        elif field == "recipients":
            # An address may be the sender's own: only a recipient's name in it says whose it is.
            names = map(self.draft.agent_name, self.draft.raw.get(field, ()))
            known = {w for name in names for w in re.findall(r"[^\W\d_]{3,}", name.casefold())}
            if known & set(re.findall(r"[^\W\d_]{3,}", words.casefold())):
                self.draft.at(field, quote, f"tei-{local(zone.element)}")
        elif field == "date" and _numbers(words) & _numbers(str(self.draft.raw[field])):
            self.draft.at(field, quote, f"tei-{local(zone.element)}")

    def _dateline(self, zone: Stretch, quote: dict[str, Any]) -> None:
        """Read the date from the letter's dateline, if the header has none."""
        dates = [*zone.element.iter(f"{{{self.source.namespace}}}date")]
        said = read_date_element(self.source, dates[0]) if len(dates) == 1 else None
        if said:
            self.draft.state("date", said, quoted=True)
            self.draft.at("date", quote, "tei-dateline")

    def _name(self, stretch: Stretch, quote: dict[str, Any]) -> None:
        element, what = stretch.element, stretch.what
        kind = element.get("type") or ""
        if what == "date":
            if self.is_ours:
                self.source.take(element)
            return
        if what in _PLACE_NAMES or kind == "place":
            self._mentioned_in(element, quote)
        elif what in ("orgName", "persName") or kind in ("person", "org", "organization"):
            agent = self._mentioned(element)
            if agent:
                self.draft.at(f"agents.{agent}", quote)
                if not any(agent in self.draft.raw.get(role, ()) for role in _PARTIES):
                    self.draft.add("mentioned_agents", agent)

    def _mentioned_in(self, element: Element, quote: dict[str, Any]) -> None:
        """Read a place that the letter names."""
        identifiers = self.correspondence.identifiers(element)
        if element.get("type") == "place":
            self.source.attribute(element, "type")
        listed = {place["name"] for place in self.draft.raw.get("mentioned_places", ())}
        own = self.is_ours and (text_of(element) or "").strip(" ,;:") not in listed
        if own or any(local(up) == "dateline" for up in element.iterancestors()):
            place: dict[str, Any] = self.draft.raw.get("place", {})
            same = fits(place.get("name", ""), text_of(element) or "")
            known = place.get("identifiers", [])
            if same and (not known or not identifiers or known == identifiers):
                place |= _if("identifiers", identifiers)
                self.draft.at("place", quote)
                return
        name = (text_of(element) or "").strip(" ,;:")
        number = self._mention_place(name, identifiers)
        if number is not None:
            self.draft.at(f"mentioned_places.{number}", quote)

    def _mentioned(self, element: Element) -> str | None:
        """Return the agent that a name in the text means; the file's list has its full name."""
        reference = element.get("ref") or ""
        listed = self.correspondence.people.get(reference.removeprefix("#"))
        identifiers = self.correspondence.identifiers(element)
        kind = self.correspondence.kind(element)
        if listed is None:
            refers = local(element) == "rs"
            return self.draft.agent(
                text_of(element), kind, identifiers, mentioned=True, referred=refers
            )
        names = [e for e in listed if isinstance(e.tag, str) and local(e) in ROLES]
        full = self.source.words(names[0]) if names else None
        kind = "organization" if local(listed) == "org" else "person"
        return self.draft.agent(full or text_of(element), kind, identifiers, reference=reference)


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
"""What each element of a note in our `standOff` says."""


def _portable(name: str) -> str:
    """Return a TEI file's name, valid in a record and different from those of texts."""
    if PurePath(name).suffix.lower() == ".txt":
        name += ".xml"
    try:
        return portable_path(name)
    except Fault:
        return f"{slug(PurePath(name).stem) or 'letter'}.xml"


def _numbers(text: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"[0-9]{1,9}", text)}


def _citation(source: XmlSource, element: Element) -> str | None:
    """Return the words of a bibliographic entry, with commas between its elements."""
    source.words(element)
    words = [fit(text) for text in element.xpath(".//text()[normalize-space()]")]
    for link in element.iter(f"{{{source.namespace}}}ref"):
        target = source.attribute(link, "target")
        words += [target] if target and target not in words else []
    return ", ".join(word.strip(" ,") for word in words if word and word.strip(" ,.;:")) or None
