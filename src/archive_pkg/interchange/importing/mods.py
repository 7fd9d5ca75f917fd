"""Import MODS: the description of each document, without its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.importing.bibliographic import (
    ROUND_TRIP_FIELDS as ROUND_TRIP_FIELDS,
)
from archive_pkg.interchange.importing.bibliographic import Description, kind_of, life, role_of
from archive_pkg.interchange.importing.dates import dated
from archive_pkg.interchange.importing.imported_record import language, optional
from archive_pkg.interchange.importing.watched_xml import fit, local, text_of
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

_KINDS = {"personal": "person", "corporate": "organization", "family": "family"}
_CODED = {
    "type": ("code", "text", "family", "given", "termsOfAddress"),
    "authority": ("marcrelator", "iso639-2b", "iso639-3", "rfc3066", "rfc4646", "rfc5646"),
    "encoding": ("edtf", "w3cdtf", "iso8601", "marc"),
    "point": ("start", "end"),
    "qualifier": ("approximate", "questionable", "inferred"),
    "keyDate": ("yes",),
}
_USE = "use and reproduction"
_NOT_OF_US = ("part", "translation", "action", "classification", "date")
"""The types of notes that this program derives from fields."""


def read(source: XmlSource) -> list[Imported]:
    """Return the record of each `mods`."""
    found = [source.root] if local(source.root) == "mods" else source.all(source.root, "mods")
    return [_Reader(source, mods, n if len(found) > 1 else 0).read()
            for n, mods in enumerate(found, 1)]  # fmt: skip


class _Reader:
    def __init__(self, source: XmlSource, mods: Element, number: int) -> None:
        self.source, self.mods = source, mods
        own = source.first(mods, "recordInfo/recordIdentifier")
        self.is_ours = own is not None and own.get("source") == "archive-pkg"
        stem = f"{source.stem}-{number}" if number else source.stem
        name = source.text(mods, "recordInfo/recordIdentifier") or stem
        if own is not None:
            source.mark_used([(own, "@source")] if self.is_ours else [])
        titles = [(t.get("type"), self._title(t)) for t in source.all(mods, "titleInfo")]
        known = [title for _, title in sorted(titles, key=lambda one: bool(one[0])) if title]
        genres = source.all(mods, "genre")
        kind = kind_of(*map(text_of, genres))
        for genre in genres if kind else []:
            if kind_of(text_of(genre)) == kind:
                source.mark_used([(genre, "text")])
        for resource in source.all(mods, "typeOfResource"):
            if text_of(resource) == "text":
                source.mark_all_used(resource)
        self.said = Description(source, name, known, kind)

    def _title(self, info: Element) -> str | None:
        if info.get("type") in ("alternative", "translated", "uniform", "abbreviated"):
            self.source.attribute(info, "type")
        names = ("nonSort", "title", "subTitle", "partNumber", "partName")
        texts = {name: self.source.text(info, name) for name in names}
        main = " ".join(filter(None, (texts["nonSort"], texts["title"])))
        more = ". ".join(filter(None, (texts["partNumber"], texts["partName"])))
        title = ": ".join(filter(None, (main, texts["subTitle"])))
        return ". ".join(filter(None, (title, more))) or None

    def read(self) -> Imported:
        source, mods, draft = self.source, self.mods, self.said.draft
        agency = source.text(mods, "recordInfo/recordContentSource")
        if agency:
            draft.supplier = draft.agent(agency, "organization")
        for name in source.all(mods, "name"):
            self._name(name, "sender")
        self._origin()
        for term in source.all(mods, "language/languageTerm"):
            tag = language(text_of(term))
            if tag:
                self.said.languages.append(tag)
                self._use(term)
        extents = map(source.words, source.all(mods, "physicalDescription/extent"))
        draft.state("extent", "; ".join(filter(None, extents)))
        abstracts = list(filter(None, map(source.words, source.all(mods, "abstract"))))
        draft.state("summary", {"text": "\n".join(abstracts)} if abstracts else None)
        self._notes()
        self._subjects()
        self._related()
        self._identifiers()
        for condition in source.all(mods, "accessCondition"):
            self._condition(condition)
        return self.said.finish(mods)

    def _name(self, name: Element, default: str | None) -> None:
        source = self.source
        roles = source.all(name, "role/roleTerm")
        texts = [text_of(role) for role in roles if role.get("type") != "code"]
        terms = [*texts, *(text_of(role) for role in roles), *(r.get("valueURI") for r in roles)]
        field = role_of(*terms) if roles else default
        if "author" in texts and self.is_ours:
            field = "authors"
        for role in roles:
            if role_of(text_of(role)):
                self._use(role)
                source.mark_used([(role, "@valueURI")] if role_of(role.get("valueURI")) else [])
        if field or not self.is_ours:
            self.said.person(self._agent(name), field)

    def _use(self, element: Element) -> None:
        """Mark a coded text as used, with those attributes that have a known meaning."""
        known = [name for name, values in _CODED.items() if element.get(name) in values]
        self.source.mark_used((element, slot) for slot in ("text", *(f"@{n}" for n in known)))

    def _agent(self, name: Element) -> str | None:
        source = self.source
        parts = [p for p in source.all(name, "namePart") if p.get("type") != "date"]
        pieces = [source.words(part) for part in parts]
        source.mark_used((p, "@type") for p in parts if p.get("type") in _CODED["type"])
        shown = source.text(name, "displayForm")
        years: dict[str, str] = {}
        for part in source.all(name, "namePart"):
            if part.get("type") == "date" and (years := life(text_of(part))):
                source.mark_all_used(part)
        words = ", ".join(filter(None, pieces)) or shown
        if not words:
            return None
        identified = [self._identified(n, "type") for n in source.all(name, "nameIdentifier")]
        uri = source.identifier(name, "valueURI")
        source.mark_used([(name, "@type")] if name.get("type") in _KINDS else [])
        return self.said.draft.agent(
            shown if self.is_ours and shown else words,
            _KINDS.get(name.get("type"), "person"),
            [one for one in (*identified, uri) if one],
            role=source.text(name, "description"),
            born=years.get("born"),
            died=years.get("died"),
        )

    def _identified(self, element: Element, scheme: str) -> dict[str, str] | None:
        found = identify(text_of(element), fit(element.get(scheme)))
        self.source.mark_used([(element, "text"), (element, f"@{scheme}")] if found else [])
        return found

    def _origin(self) -> None:
        source, draft = self.source, self.said.draft
        places = source.all(self.mods, "originInfo/place/placeTerm")
        for place in [p for p in places if p.get("type") != "code"][:1]:
            words = source.words(place)
            identified = source.identifier(place, "valueURI")
            source.mark_used([(place, "@type")] if place.get("type") == "text" else [])
            where = {"name": words} | optional("identifiers", identified and [identified])
            draft.state("place", where if words else None)
        paths = (f"originInfo/{name}" for name in ("dateCreated", "dateIssued", "copyrightDate"))
        dates = next(filter(None, (source.all(self.mods, path) for path in paths)), [])
        coded = [date for date in dates if date.get("encoding")]
        plain = [date for date in dates if not date.get("encoding")]
        words = next(filter(None, map(source.words, plain)), None)
        ends = {date.get("point"): text_of(date) for date in coded}
        doubts = {date.get("qualifier") for date in dates}
        more: dict[str, Any] = {"words": words, "doubtful": "questionable" in doubts}
        more["about"] = "approximate" in doubts
        if ends.get("start") or ends.get("end"):
            said = dated(span=(ends.get("start"), ends.get("end")), **more)
        else:
            written = next(iter(ends.values()), None)
            first, slash, last = (written or "").partition("/")
            said = dated(span=(first, last), **more) if slash else dated(when=written, **more)
        if said:
            for date in coded:
                self._use(date)
            known = _CODED["qualifier"]
            source.mark_used((d, "@qualifier") for d in plain if d.get("qualifier") in known)
            draft.state("date", said)
        else:
            draft.open_date("date", words or next(filter(None, map(source.words, coded)), None))

    def _notes(self) -> None:
        for note in self.source.all(self.mods, "note"):
            kind = note.get("type")
            if kind in ("ownership", "provenance") and "custody" not in self.said.draft.raw:
                self.source.attribute(note, "type")
                self.said.draft.state("custody", self.source.words(note))
            elif not (self.is_ours and kind in _NOT_OF_US):
                self.said.draft.remark(self.source.words(note))

    def _subjects(self) -> None:
        source, draft = self.source, self.said.draft
        subjects = []
        for subject in source.all(self.mods, "subject"):
            topics = [e for n in ("topic", "temporal", "genre") for e in source.all(subject, n)]
            terms = list(filter(None, map(source.words, topics)))
            found = [source.identifier(e, "valueURI") for e in (*topics, subject)]
            identified = next(filter(None, found), None)
            if terms:
                term = {"term": "--".join(terms)}
                subjects.append(term | optional("identifier", identified))
            for name in source.all(subject, "name"):
                self.said.person(self._agent(name), None)
            for place in source.all(subject, "geographic"):
                where = source.identifier(place, "valueURI")
                draft.mention_place(source.words(place), [where] if where else [])
        draft.state("subjects", subjects)

    def _related(self) -> None:
        for number, item in enumerate(self.source.all(self.mods, "relatedItem"), 1):
            words = self.source.text(item, "titleInfo/title")
            kind = item.get("type")
            if kind == "constituent":
                self.said.draft.add("enclosures", {"id": f"enclosure-{number}", "title": words})
            elif kind in ("isReferencedBy", "host", "otherVersion"):
                self.said.draft.add("publications", words)
            else:
                self.said.draft.remark(words)
                continue
            self.source.attribute(item, "type")

    def _identifiers(self) -> None:
        source = self.source
        found = [self._identified(e, "type") for e in source.all(self.mods, "identifier")]
        found += [identify(text_of(e)) for e in source.all(self.mods, "location/url")]
        for url in source.all(self.mods, "location/url"):
            source.mark_used([(url, "text")] if identify(text_of(url)) else [])
        known = [one for one in found if one]
        self.said.draft.state("identifiers", [i for n, i in enumerate(known) if i not in known[:n]])
        for location in source.all(self.mods, "location"):
            where = source.text(location, "physicalLocation")
            shelf = source.text(location, "shelfLocator")
            if where and "holdings" not in self.said.draft.raw:
                self.said.draft.hold(where, {"file": shelf} if shelf else {})
            else:
                self.said.draft.remark(", ".join(filter(None, (where, shelf))))

    def _condition(self, condition: Element) -> None:
        words = self.source.words(condition)
        kind = (condition.get("type") or "").casefold()
        if kind.startswith("restriction"):
            self.source.attribute(condition, "type")
            self.said.restrict(words, condition)
        elif words and not (self.is_ours and self.said.rights):
            if kind == _USE:
                self.source.attribute(condition, "type")
            self.said.rights.append(words)
