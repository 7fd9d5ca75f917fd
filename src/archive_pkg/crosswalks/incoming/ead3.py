"""EAD3 read in: a finding aid's items, or the one item that it describes."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from archive_pkg.crosswalks.incoming.drafts import (
    Draft,
    Imported,
    date,
    day,
    identify,
    language,
)
from archive_pkg.crosswalks.incoming.source import fit, local, text_of
from archive_pkg.crosswalks.views import TYPE_NAMES
from archive_pkg.records.dates import Edtf
from archive_pkg.records.faults import Fault

if TYPE_CHECKING:
    from archive_pkg.crosswalks.incoming.source import Element, Source

READS = frozenset([
    "type", "title", "variant_titles", "sender", "signatories", "recipients", "copies_to",
    "mentioned_agents", "date.edtf", "date.as_written", "place.name", "place.identifiers",
    "mentioned_places.name", "mentioned_places.identifiers", "summary.text", "subjects.term",
    "subjects.identifier", "holding.repository", "holding.fonds", "holding.file",
    "holding.folio", "custody", "publications", "rights.statement", "identifiers",
    "enclosures.title",
])  # fmt: skip
"""Fields that come back from what `ead3` writes."""

_TYPES = {name: kind for kind, name in TYPE_NAMES.items()}
_NAMES = {"persname": "person", "corpname": "organization", "famname": "family", "name": "person"}
_LEVELS = ("fonds", "file", "folio")


def read(source: Source) -> list[Imported]:
    """A record for each item: a component of that level, or the whole."""
    description = source.first(source.root, "archdesc")
    if description is None:
        return []
    tags = [f"{{{source.namespace}}}c"] + [f"{{{source.namespace}}}c{n:02}" for n in range(1, 13)]
    items = [c for c in description.iter(*tags) if c.get("level") == "item"]
    repository = source.first(description, "did/repository")
    alone = not items
    return [
        _Item(source, item, number, repository, alone=alone).read()
        for number, item in enumerate(items or [description], 1)
    ]


class _Item:
    def __init__(
        self, source: Source, item: Element, number: int, repository: Element | None, *, alone: bool
    ) -> None:
        self.source = source
        self.item = item
        self.did = source.first(item, "did")
        self.repository = repository
        self.alone = alone
        titles = [source.words(title) for title in source.all(item, "did/unittitle")]
        self.titles = [title for title in titles if title] or ["Letter"]
        stem = PurePath(source.name).stem
        record_id = fit(source.text(source.root, "control/recordid")) if alone else None
        name = record_id or item.get("id") or (stem if alone else f"{stem}-{number}")
        self.draft = Draft(name, self.titles[0], self._type(), source.name)

    def _type(self) -> str:
        for form in self.source.all(self.item, "controlaccess/genreform"):
            kind = _TYPES.get(text_of(form) or "")
            if kind:
                self.source.take(form)
                return kind
        return "letter"

    def read(self) -> Imported:
        agency = self.source.text(self.source.root, "control/maintenanceagency/agencyname")
        if agency and agency != "Unknown":
            self.draft.supplier = self.draft.agent(agency, "organization")
        self.draft.state("title", self.titles[0])
        self.draft.state("variant_titles", self.titles[1:])
        self._identifiers()
        self._date()
        self._people()
        self._places_and_subjects()
        self._words()
        tags = []
        for element in self.source.all(self.item, "did/langmaterial/language"):
            tag = language(element.get("langcode") or text_of(element))
            if tag:
                tags.append(tag)
                self.source.take(element)
        original: dict[str, Any] = {"id": "original", "kind": "original", "held": False}
        self.draft.raw["parts"] = [original | ({"languages": tags} if tags else {})]
        roots = (
            [self.item, self.source.first(self.source.root, "control")]
            if self.alone
            else [self.item]
        )
        for root in roots:
            for path, count in self.source.untaken(root):
                self.draft.report.add(self.source.not_read(path, count))
        return self.draft.finish()

    def _identifiers(self) -> None:
        holding: dict[str, str] = {}
        found = []
        for element in self.source.all(self.item, "did/unitid"):
            words = self.source.words(element)
            kind = element.get("localtype")
            if not words or kind == "record":
                continue
            if kind in _LEVELS:
                holding[kind] = words
            elif kind:
                identified = identify(words, kind)
                found += [identified] if identified else []
            else:
                holding.setdefault("file", words)
        if self.repository is not None:
            where = self.source.words(self.repository)
            if where:
                self.draft.state("holding", {"repository": where} | holding)
        self.draft.state("identifiers", found)

    def _date(self) -> None:
        structured = self.source.first(self.item, "did/unitdatestructured")
        plain = self.source.first(self.item, "did/unitdate")
        said = None
        if structured is not None:
            self.source.take(structured)
            said = self._structured(structured)
        elif plain is not None:
            normal = plain.get("normal") or ""
            first, slash, last = normal.partition("/")
            words = self.source.words(plain)
            if slash and first != last:
                said = date(span=(day(first), day(last)), as_written=words)
            else:
                said = date(when=day(first), as_written=words)
        if said:
            self.draft.state("date", said)
        elif structured is not None or plain is not None:
            element = structured if structured is not None else plain
            self.draft.report.add(self.source.not_read(f"date: {text_of(element)}"))

    def _structured(self, structured: Element) -> dict[str, str] | None:
        single = self.source.first(structured, "datesingle")
        if single is not None:
            written = _edtf(single.get("standarddate")) or text_of(single)
            words = text_of(single) if text_of(single) != written else None
            if _edtf(written):
                return {"edtf": str(written)} | ({"as_written": words} if words else {})
            limits = (day(single.get("notbefore")), day(single.get("notafter")))
            return date(between=limits, as_written=text_of(single))
        spread = self.source.first(structured, "daterange")
        if spread is None:
            return None
        first = self.source.first(spread, "fromdate")
        last = self.source.first(spread, "todate")
        ends = [day(end.get("standarddate")) if end is not None else None for end in (first, last)]
        said = date(span=(ends[0], ends[1]))
        words = text_of(first) if first is not None else None
        if said and words and not _edtf(words):
            said["as_written"] = words
        return said

    def _people(self) -> None:
        roles: dict[str, list[str]] = {}
        for origination in self.source.all(self.item, "did/origination"):
            role = "signatories" if origination.get("label") == "signatory" else "sender"
            for element in origination:
                self._take_name(element, role, roles)
        for element in self.source.all(self.item, "controlaccess/*"):
            relator = (element.get("relator") or "").lower()
            role = {
                "recipient": "recipients",
                "addressee": "recipients",
                "rcp": "recipients",
                "copy": "copies_to",
            }.get(relator, "mentioned_agents")
            self._take_name(element, role, roles)
        for role, names in roles.items():
            self.draft.state(role, list(dict.fromkeys(names)))

    def _take_name(self, element: Element, role: str, roles: dict[str, list[str]]) -> None:
        if not isinstance(element.tag, str) or local(element) not in _NAMES:
            return
        parts = self.source.all(element, "part")
        titles = [text_of(part) for part in parts if part.get("localtype") == "role"]
        words = " ".join(
            filter(None, (text_of(part) for part in parts if part.get("localtype") != "role"))
        )
        identified = self._identified(element)
        self.source.take(element)
        agent = self.draft.agent(
            fit(words),
            _NAMES[local(element)],
            [identified] if identified else [],
            role=titles[0] if titles else None,
        )
        if agent:
            roles.setdefault(role, []).append(agent)

    def _identified(self, element: Element) -> dict[str, str] | None:
        return identify(element.get("identifier"), element.get("source"))

    def _places_and_subjects(self) -> None:
        mentioned = []
        for element in self.source.all(self.item, "controlaccess/geogname"):
            words = self.source.words(element)
            identified = self._identified(element)
            place = {"name": words} | ({"identifiers": [identified]} if identified else {})
            if element.get("relator") == "place of writing":
                self.draft.state("place", place)
            elif words:
                mentioned.append(place)
        self.draft.state("mentioned_places", mentioned)
        subjects = []
        for element in self.source.all(self.item, "controlaccess/subject"):
            words = self.source.words(element)
            identified = self._identified(element)
            if words:
                subjects.append(
                    {"term": words} | ({"identifier": identified} if identified else {})
                )
        self.draft.state("subjects", subjects)

    def _words(self) -> None:
        summary = self._paragraphs("scopecontent")
        abstract = self.source.text(self.item, "did/abstract")
        said = summary[:1] or ([abstract] if abstract else [])
        self.draft.state("summary", {"text": said[0]} if said else None)
        self.draft.state("custody", " ".join(self._paragraphs("custodhist")))
        rights = self._paragraphs("userestrict")
        self.draft.state("rights", {"statement": rights[0]} if rights else None)
        for number, words in enumerate(self._paragraphs("relatedmaterial", only="Enclosed: "), 1):
            title = words.removeprefix("Enclosed: ")
            self.draft.add("enclosures", {"id": f"enclosure-{number}", "title": title})
        citations = [
            self.source.words(e) for e in self.source.all(self.item, "bibliography/bibref")
        ]
        self.draft.state("publications", [words for words in citations if words])

    def _paragraphs(self, name: str, only: str = "") -> list[str]:
        """The paragraphs of a section; of some sections the first alone is understood."""
        found: list[str] = []
        for element in self.source.all(self.item, f"{name}/p"):
            words = text_of(element)
            if words and words.startswith(only):
                first_only = name in ("scopecontent", "userestrict")
                if not (first_only and found):
                    self.source.take(element)
                    found.append(words)
        return found


def _edtf(text: str | None) -> str | None:
    try:
        return str(Edtf(text)) if text else None
    except Fault:
        return None
