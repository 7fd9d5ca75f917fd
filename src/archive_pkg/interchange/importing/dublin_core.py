"""Import Dublin Core (oai_dc, DCTERMS): the description of one document, without its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive_pkg.interchange.importing.bibliographic import Description, kind_of, role_of
from archive_pkg.interchange.importing.dates import normal
from archive_pkg.interchange.importing.imported_record import language
from archive_pkg.interchange.importing.restrictions import own_restriction
from archive_pkg.interchange.importing.watched_xml import local, text_of
from archive_pkg.names import is_body
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
_WITH_ROLE = re.compile(r"(.+?)\s*\(([a-z][^()]*)\)")
_BEGINNINGS = ("Has part", "Enclosed", "Published in")
"""The words that this program writes before a title."""
ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "variant_titles", "recipients", "copies_to", "date.edtf", "summary.text",
    "subjects.term", "enclosures.title", "publications",
])  # fmt: skip
"""The fields that survive an export to Dublin Core and an import from it."""


def read(source: XmlSource) -> list[Imported]:
    """Return the record of the elements in the file."""
    elements: dict[str, list[Element]] = {}
    for element in source.root.iter(f"{{{DC}}}*", f"{{{DCTERMS}}}*"):
        elements.setdefault(local(element), []).append(element)
    return [DublinCoreReader(source, elements).read()]


class DublinCoreReader:
    """Reads the elements of a description.

    Attributes:
        elements: The elements by their names.
        said: The description.
    """

    def __init__(self, source: XmlSource, elements: dict[str, list[Element]]) -> None:
        self.source, self.elements = source, elements
        titles = list(filter(None, self._words("title", "alternative")))
        kind = kind_of(*(text_of(e) for e in elements.get("type", ())))
        for element in elements.get("type", ()):
            words = text_of(element)
            if words == "Text" or (kind and kind_of(words) == kind):
                source.mark_all_used(element)
        self.said = Description(source, source.stem, titles, kind)

    def _words(self, *names: str) -> list[str]:
        found = (self.source.words(e) for name in names for e in self.elements.get(name, ()))
        return [words for words in found if words]

    def read(self) -> Imported:
        """Return the record."""
        self.fill()
        return self.said.finish(self.source.root)

    def fill(self) -> None:
        """Fill the draft."""
        draft = self.said.draft
        for name in self._words("publisher")[:1]:
            draft.supplier = draft.agent(name, "organization")
        for name in self._words("creator"):
            self.said.person(self._agent(name), "sender")
        for element in self.elements.get("contributor", ()):
            self._contributor(element)
        self._date()
        draft.state("subjects", [{"term": words} for words in self._words("subject")])
        for words in self._words("coverage", "spatial"):
            draft.mention_place(words, [])
        self._descriptions()
        self._codes()
        draft.state("extent", "; ".join(self._words("extent")))
        draft.state("custody", " ".join(self._words("provenance")))
        self._relations()
        self._rights()
        for words in self._words("source", "isPartOf"):
            draft.remark(words)

    def _descriptions(self) -> None:
        draft = self.said.draft
        summaries = self._words("abstract") or self._words("description")[:1]
        draft.state("summary", {"text": "\n".join(summaries)} if summaries else None)
        for words in self._words("description"):
            if words not in summaries:
                draft.remark(words)

    def _codes(self) -> None:
        draft = self.said.draft
        for element in self.elements.get("language", ()):
            if tag := language(text_of(element)):
                self.said.languages.append(tag)
                self.source.mark_all_used(element)
        for element in self.elements.get("identifier", ()):
            if found := identify(text_of(element)):
                self.source.mark_used([(element, "text")])
                draft.add("identifiers", found)

    def _agent(self, name: str) -> str | None:
        return self.said.draft.agent(name or None, "organization" if is_body(name) else "person")

    def _contributor(self, element: Element) -> None:
        words = self.source.words(element) or ""
        found = _WITH_ROLE.fullmatch(words)
        agent = self._agent(found[1] if found else words)
        field = role_of(found[2]) if found else None
        if found and field:
            self.source.mark_all_used(element)
        elif found and agent:
            self.said.draft.note_on(agent, found[2])
        self.said.person(agent, field)

    def _date(self) -> None:
        draft = self.said.draft
        for name in ("created", "date", "issued"):
            for element in self.elements.get(name, ()):
                words = text_of(element)
                said = normal(words) if words else None
                self.source.mark_used([(element, "text")])
                if said:
                    draft.state("date", said)
                else:
                    draft.open_date("date", words)
                if words:
                    return

    def _relations(self) -> None:
        names = ("relation", "hasPart", "references", "isReferencedBy", "isVersionOf", "replaces")
        draft, number = self.said.draft, 0
        for name, element in ((n, e) for n in names for e in self.elements.get(n, ())):
            words = self.source.words(element) or ""
            begins, _, rest = words.partition(": ")
            if begins in _BEGINNINGS:
                self.source.mark_all_used(element)
            if begins in ("Has part", "Enclosed") or name == "hasPart":
                number += 1
                title = rest if begins in _BEGINNINGS else words
                draft.add("enclosures", {"id": f"enclosure-{number}", "title": title})
            elif begins == "Published in" or name == "isReferencedBy":
                draft.add("publications", rest if begins in _BEGINNINGS else words)
            else:
                draft.remark(words)

    def _rights(self) -> None:
        elements = self.elements
        for element in (*elements.get("rights", ()), *elements.get("license", ())):
            words = self.source.words(element)
            if own_restriction(words):
                self.said.restrict(words, element)
            elif words:
                self.said.rights.append(words)
        for element in elements.get("accessRights", ()):
            self.said.restrict(self.source.words(element), element)
