"""Import CMIF: each `correspDesc` says who wrote to whom, when and where.

In an anthology, which also has the texts of the letters, each `div` or `text` names its
`correspDesc` in `decls`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archive_pkg.interchange.importing.correspondence import Correspondence
from archive_pkg.interchange.importing.imported_record import (
    Imported,
    ImportedDraft,
    held,
    record_id,
)
from archive_pkg.interchange.importing.tei_header import (
    TeiHeader,
    citation,
    read_supplier,
)
from archive_pkg.interchange.importing.tei_text import TeiText
from archive_pkg.interchange.importing.watched_xml import XML_ID, XmlSource, fit
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.watched_xml import Element

ROUND_TRIP_FIELDS = frozenset([
    "sender", "recipients", "copies_to", "date.edtf", "received.edtf", "place.name",
    "place.identifiers", "mentioned_agents", "mentioned_places.name",
    "mentioned_places.identifiers", "received.place.name", "received.place.identifiers",
    "subjects.term",
])  # fmt: skip
"""The fields that survive an export to CMIF and an import from it."""

_EDITIONS = ("bibl", "biblStruct", "biblFull", "msDesc")


def read(source: XmlSource, described: list[Element], data: bytes) -> list[Imported]:
    """Return a record for each `correspDesc`."""
    return _Index(source, described, data).read()


class _Index:
    """Reads the letters of a CMIF file."""

    def __init__(self, source: XmlSource, described: list[Element], data: bytes) -> None:
        self.source = source
        self.described = described
        self.data = data
        named = {item.get(XML_ID) for item in described}
        self.texts: dict[str | None, Element] = {}
        for text in source.root.iter(*(f"{{{source.namespace}}}{n}" for n in ("text", "div"))):
            for reference in (text.get("decls") or "").split():
                if reference.removeprefix("#") in named:
                    self.texts.setdefault(reference.removeprefix("#"), text)
        self.editions = {
            bibl.get(XML_ID): bibl
            for bibl in source.root.iter(*(f"{{{source.namespace}}}{n}" for n in _EDITIONS))
            if bibl.get(XML_ID)
        }

    def read(self) -> list[Imported]:
        names = self._names()
        letters = zip(self.described, names, strict=True)
        found = [self._letter(item, name) for item, name in letters]
        # Unread content of the file's header is reported once, with the first letter.
        others = [*self.described, *self.texts.values()]
        unread = self.source.unread([self.source.root], held(found), others)
        found[0].report.extend(unread)
        return found

    def _names(self) -> list[str]:
        """Return an id for each letter: the first that is unique in the file.

        The candidates are its xml:id, its key, the end of its address, its edition with its key,
        and its number in the file.
        """
        stem = self.source.stem
        candidates = [
            [
                *(fit(item.get(name)) for name in (XML_ID, "key")),
                (fit(item.get("ref")) or "").rstrip("/").split("/")[-1],
                "-".join(filter(None, (self._edition_name(item), fit(item.get("key"))))),
                f"{stem}-{number}",
            ]
            for number, item in enumerate(self.described, 1)
        ]
        counts = Counter(
            record_id(name).casefold() for names in candidates for name in {*filter(None, names)}
        )
        return [
            next((n for n in names if n and counts[record_id(n).casefold()] == 1), str(names[-1]))
            for names in candidates
        ]

    def _edition_name(self, item: Element) -> str:
        return (fit(item.get("source")) or "").split(" ")[0].rpartition("#")[2]

    def _letter(self, described: Element, name: str) -> Imported:
        source = self.source
        draft = ImportedDraft(source, name, "", "letter")
        read_supplier(source, draft, source.root)
        self._identifiers(draft, described, name)
        self._editions(draft, described)
        correspondence = Correspondence(source, draft)
        correspondence.read(described)
        draft.infer_title()
        text = self.texts.get(described.get(XML_ID))
        if text is None:
            return draft.finish([described])
        source.mark_used([(text, "@decls")])
        header = TeiHeader(source, source.root, draft)
        header.correspondence = correspondence
        TeiText(header, self.data, text).read()
        return draft.finish([described, text])

    def _identifiers(self, draft: ImportedDraft, described: Element, name: str) -> None:
        """Read the letter's address, and its key unless the key is the record's id."""
        address = self.source.identifier(described, "ref")
        found = [address] if address else []
        for attribute in (XML_ID, "key"):
            if described.get(attribute) == record_id(name):
                self.source.attribute(described, attribute)
        key = identify(fit(described.get("key")), "key")
        if key and key["value"] != record_id(name):
            self.source.attribute(described, "key")
            found.append(key)
        draft.state("identifiers", found)

    def _editions(self, draft: ImportedDraft, described: Element) -> None:
        """Read the editions that a letter is printed in."""
        references = (described.get("source") or "").split()
        citations = []
        for reference in references:
            bibl = self.editions.get(reference.removeprefix("#"))
            words = citation(self.source, bibl) if bibl is not None else None
            if words:
                citations.append(words)
                self.source.mark_used([(bibl, f"@{XML_ID}")])
        if len(citations) == len(references):
            self.source.mark_used([(described, "@source")])
        draft.state("publications", citations)
