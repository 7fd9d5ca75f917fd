"""Import DataCite's XML, kernel 4: the description of one letter, without its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import datacite
from archive_pkg.interchange.importing.dates import normal
from archive_pkg.interchange.importing.imported_record import (
    Imported,
    ImportedDraft,
    language,
    optional,
)
from archive_pkg.interchange.importing.restrictions import folded, own_restriction
from archive_pkg.interchange.importing.watched_xml import fit, text_of
from archive_pkg.interchange.licences import spdx_id
from archive_pkg.names import without_signs
from archive_pkg.records.models.description import RelationKind
from archive_pkg.records.vocabularies.document_types import type_called
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "variant_titles", "sender", "date.edtf", "identifiers", "summary.text",
    "subjects.term", "rights.statement", "rights.licence", "publications", "enclosures.title",
    "supersedes", "version",
])  # fmt: skip
"""The fields that survive an export to DataCite and an import from it."""

_KINDS = {"Organizational": "organization", "Personal": "person"}
_RELATIONS = {derived_facts.relation_label(kind): kind for kind in get_args(RelationKind)}
_OLD_CLASSIFICATION = "Classification: "
"""The beginning of classifications that earlier versions of this program wrote as rights."""
_UNKNOWN = frozenset([datacite.TO_BE_ANNOUNCED, datacite.UNKNOWN, ":unav", ":none", ":null"])


def read(source: XmlSource) -> list[Imported]:
    """Return the record of a `resource`."""
    return [_Reader(source).read()]


class _Reader:
    def __init__(self, source: XmlSource) -> None:
        self.source = source
        self.root = source.root
        own = self._own_id()
        self.is_ours = own is not None
        name = own or source.stem
        kind = type_called(source.text(self.root, "resourceType") or "")
        self.draft = ImportedDraft(source, name, "", kind or "other")
        for element in source.all(self.root, "resourceType") if kind else []:
            is_usual = element.get("resourceTypeGeneral") in ("Text", "Report")
            source.mark_used([(element, "text")])
            source.mark_used([(element, "@resourceTypeGeneral")] if is_usual else [])

    def _own_id(self) -> str | None:
        for item in self.source.all(self.root, "alternateIdentifiers/alternateIdentifier"):
            if item.get("alternateIdentifierType") == "record":
                self.source.attribute(item, "alternateIdentifierType")
                return self.source.words(item)
        return None

    def read(self) -> Imported:
        for element in self.root.iter("*"):
            if text_of(element) in _UNKNOWN:
                self.source.mark_all_used(element)
        element = self.source.first(self.root, "publisher")
        publisher = self.source.words(element)
        if publisher and publisher not in _UNKNOWN:
            identifier = self.source.identifier(element, "publisherIdentifier")
            identifiers = [identifier] if identifier else []
            self.draft.supplier = self.draft.agent(publisher, "organization", identifiers)
        for year in self.source.all(self.root, "publicationYear"):
            if text_of(year) == datacite.NO_YEAR:
                self.source.mark_all_used(year)
        self._titles()
        self._people()
        self._identifiers()
        self._dates()
        self._descriptions()
        self._rights()
        self._related()
        self._rest()
        if not self.draft.raw["title"]:
            self.draft.infer_title()
        return self.draft.finish([self.root])

    def _titles(self) -> None:
        titles = self.source.all(self.root, "titles/title")
        titles.sort(key=lambda title: "titleType" in title.attrib)
        words = [self.source.words(title) for title in titles]
        known = [word for word in words if word]
        self.source.mark_used(
            (t, "@titleType") for t in titles if t.get("titleType") == "AlternativeTitle"
        )
        self.draft.state("title", known[0] if known else None)
        self.draft.state("variant_titles", known[1:])

    def _people(self) -> None:
        creators = [
            self._person(item, "creator") for item in self.source.all(self.root, "creators/creator")
        ]
        self.draft.state("sender", list(dict.fromkeys(filter(None, creators))))
        for agent in filter(None, creators):
            written = self.draft.agent_written(agent)
            if written != self.draft.agent_name(agent):
                self.draft.doubt(f"sender.{agent}", written)
        translators = [
            item
            for item in self.source.all(self.root, "contributors/contributor")
            if item.get("contributorType") == "Translator"
        ]
        self.source.mark_used((item, "@contributorType") for item in translators)
        makers = [self._person(item, "contributor") for item in translators]
        originals = [
            self.source.text(item, "titles/title")
            for item in self.source.all(self.root, "relatedItems/relatedItem")
            if item.get("relationType") == "IsTranslationOf"
        ]
        element = self.source.first(self.root, "language")
        tag = language(text_of(element))
        if tag:
            self.source.mark_all_used(element)
        if makers or originals:
            original: dict[str, Any] = {"id": "original", "kind": "original", "held": False}
            if originals and originals[0]:
                original["title"] = originals[0]
            translation = {
                "id": "translation",
                "kind": "translation",
                "held": False,
                "made_from": ["original"],
                "made_by": [maker for maker in makers if maker],
                "languages": [tag] if tag else [],
            }
            self.draft.raw["parts"] = [original, translation]
        elif tag:
            self.draft.raw["parts"] = [
                {"id": "letter", "kind": "original", "held": False, "languages": [tag]}
            ]

    def _person(self, item: Element, what: str) -> str | None:
        name = self.source.first(item, f"{what}Name")
        words = self.source.words(name)
        if name is None or not words or words in _UNKNOWN:
            return None
        for half in ("givenName", "familyName"):
            self.source.words(self.source.first(item, half))
        identifiers = []
        for element in self.source.all(item, "nameIdentifier"):
            identifiers += self._identifier(element, "nameIdentifierScheme")
        if name.get("nameType") in _KINDS:
            self.source.attribute(name, "nameType")
        bare = words if self.is_ours else without_signs(words) or words
        return self.draft.agent(
            bare,
            _KINDS.get(name.get("nameType"), "person"),
            identifiers,
            as_written=words if bare != words else None,
        )

    def _identifier(self, element: Element, scheme: str) -> list[dict[str, str]]:
        """Return the identifier in an element as a list of one; empty if it is not valid.

        Args:
            element: The element.
            scheme: The attribute that names the identifier's scheme.
        """
        text = text_of(element)
        found = identify(text, fit(element.get(scheme))) if text not in _UNKNOWN else None
        self.source.mark_used([(element, "text"), (element, f"@{scheme}")] if found else [])
        return [found] if found else []

    def _identifiers(self) -> None:
        found = []
        for item in self.source.all(self.root, "identifier")[:1]:
            found += self._identifier(item, "identifierType")
        for item in self.source.all(self.root, "alternateIdentifiers/alternateIdentifier"):
            if item.get("alternateIdentifierType") != "record":
                found += self._identifier(item, "alternateIdentifierType")
        self.draft.state("identifiers", found)

    def _dates(self) -> None:
        for item in self.source.all(self.root, "dates/date"):
            kind = item.get("dateType")
            if kind != "Created" or "date" in self.draft.raw:
                continue
            written = text_of(item)
            said = normal(written) if written else None
            self.source.mark_all_used(item)
            information = fit(item.get("dateInformation"))
            if said is None:
                self.draft.open_date("date", written, information)
            else:
                self.draft.state("date", said | optional("note", information))

    def _descriptions(self) -> None:
        for item in self.source.all(self.root, "descriptions/description"):
            if item.get("descriptionType") == "Abstract" and "summary" not in self.draft.raw:
                words = self.source.words(item)
                self.source.attribute(item, "descriptionType")
                self.draft.state("summary", {"text": words} if words else None)

    def _rights(self) -> None:
        restrictions: list[tuple[Element, dict[str, Any]]] = []
        for item in self.source.all(self.root, "rightsList/rights"):
            words = text_of(item)
            restriction = own_restriction(words) if self.is_ours else None
            if restriction:
                restrictions.append((item, restriction))
                continue
            if "rights" in self.draft.raw or not words or words.startswith(_OLD_CLASSIFICATION):
                continue
            names = [name for name in ("rightsIdentifier", "rightsURI") if item.get(name)]
            licences = [spdx_id(item.get(name)) or fit(item.get(name)) for name in names]
            licence = licences[0] if licences else None
            pairs = zip(names, licences, strict=True)
            self.source.mark_used((item, f"@{name}") for name, said in pairs if said == licence)
            self.source.mark_used([(item, "text")])
            self.draft.state("rights", {"statement": words} | optional("licence", licence))
        access = folded(self.source, restrictions, self.draft.raw["title"])
        if access:
            original = {"id": "original", "kind": "original", "held": False}
            parts = self.draft.raw.setdefault("parts", [original])
            parts[0]["access"] = access

    def _related(self) -> None:
        for number, item in enumerate(self.source.all(self.root, "relatedItems/relatedItem"), 1):
            words = self.source.text(item, "titles/title")
            if not words:
                continue
            said = item.get("relationTypeInformation")
            if said in _RELATIONS:
                named = self.source.first(item, "relatedItemIdentifier")
                known = (
                    [] if named is None else self._identifier(named, "relatedItemIdentifierType")
                )
                relation = {"kind": _RELATIONS[said], "title": words}
                self.draft.add(
                    "relations", relation | optional("identifier", next(iter(known), None))
                )
                self.source.attribute(item, "relationType")
                self.source.attribute(item, "relationTypeInformation")
                continue
            match item.get("relationType"):
                case "HasPart":
                    self.draft.add("enclosures", {"id": f"enclosure-{number}", "title": words})
                case "IsPublishedIn":
                    self.draft.add("publications", words)
                case "IsNewVersionOf":
                    self.draft.raw["supersedes"] = words
                case "IsTranslationOf":
                    pass
                case _:
                    continue
            self.source.attribute(item, "relationType")

    def _rest(self) -> None:
        places = [
            self.source.words(place)
            for place in self.source.all(self.root, "geoLocations/geoLocation/geoLocationPlace")
        ]
        known = [place for place in places if place]
        # DataCite does not say which place is the place of writing.
        self.draft.state("mentioned_places", [{"name": name} for name in known])
        subjects = []
        for item in self.source.all(self.root, "subjects/subject"):
            words = self.source.words(item)
            identified = self.source.identifier(item, "valueURI") if words else None
            if words:
                subjects.append({"term": words} | optional("identifier", identified))
        self.draft.state("subjects", subjects)
        version = self.source.first(self.root, "version")
        number = text_of(version) if version is not None else None
        if number and re.fullmatch("[1-9][0-9]{0,8}", number):
            self.source.mark_all_used(version)
            self.draft.raw["version"] = int(number)
