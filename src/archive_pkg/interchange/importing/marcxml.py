"""Import MARC 21 in XML: the description of each document, without its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.importing.bibliographic import Description, kind_of, life, role_of
from archive_pkg.interchange.importing.dates import dated
from archive_pkg.interchange.importing.imported_record import language, optional
from archive_pkg.interchange.importing.watched_xml import fit, local, text_of
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

_NAMES = {"00": "person", "10": "organization", "11": "organization"}
_REMARKS = ("351", "533", "534", "535", "541", "544", "545", "546", "555", "580", "583", "585")
_STATED = {"300": ("extent", "abce"), "561": ("custody", "a")}
_SCHEMES = {"DE-588": "gnd"}
_END = " ,.:;/="


def read(source: XmlSource) -> list[Imported]:
    """Return the record of each bibliographic record."""
    found = [source.root] if local(source.root) == "record" else source.all(source.root, "record")
    return [_Reader(source, record, n if len(found) > 1 else 0).read()
            for n, record in enumerate(found, 1)]  # fmt: skip


class _Reader:
    def __init__(self, source: XmlSource, record: Element, number: int) -> None:
        self.source, self.record = source, record
        self.fields: dict[str, list[Element]] = {}
        for field in source.all(record, "datafield"):
            self.fields.setdefault(field.get("tag") or "", []).append(field)
        for control in source.all(record, "controlfield"):
            self.fields.setdefault(control.get("tag") or "", []).append(control)
        own = next((source.words(field) for field in self.fields.get("001", ())), None)
        source.mark_used((field, "@tag") for field in self.fields.get("001", ())[:1])
        stem = f"{source.stem}-{number}" if number else source.stem
        genres = [(field, self._plain(field, "a")) for field in self.fields.get("655", ())]
        kind = kind_of(*(words for _, words in genres))
        for field, words in genres:
            if kind and kind_of(words) == kind:
                self._use(field, "a")
        titles = [self._words(field, "abknps") for tag in ("245", "240", "246")
                  for field in self.fields.get(tag, ())]  # fmt: skip
        known = list(dict.fromkeys(filter(None, titles)))
        self.said = Description(source, own or stem, known, kind)

    def read(self) -> Imported:
        for field in self.fields.get("040", ())[:1]:
            if agency := self._words(field, "a"):
                draft = self.said.draft
                draft.supplier = draft.agent(agency, "organization")
        for tag, fields in sorted(self.fields.items()):
            for field in fields:
                self._field(tag, field)
        self._date()
        return self.said.finish(self.record)

    def _field(self, tag: str, field: Element) -> None:
        draft = self.said.draft
        if tag[:1] in ("1", "6", "7") and tag[1:] in _NAMES:
            self._name(tag, field)
        elif tag in _STATED:
            name, codes = _STATED[tag]
            draft.state(name, self._words(field, codes, keep=True))
        elif tag in ("510", "581"):
            draft.add("publications", self._words(field, "abc", keep=True))
        elif tag in ("041", "008"):
            self._language(tag, field)
        elif tag in ("024", "035", "856"):
            self._identifier(tag, field)
        elif tag in ("260", "264", "650", "651", "653", "851", "852"):
            self._heading_or_place(tag, field)
        elif tag in ("506", "520", "540"):
            self._words_of(tag, field)
        elif re.fullmatch(r"50\d", tag) or tag in _REMARKS:
            draft.remark(self._words(field, "abc", keep=True))

    def _words_of(self, tag: str, field: Element) -> None:
        words = self._words(field, "abcdef", keep=True)
        if tag == "506":
            self.said.restrict(words, field)
        elif tag == "520":
            self.said.draft.state("summary", {"text": words} if words else None)
        elif words:
            self.said.rights.append(words)

    def _heading_or_place(self, tag: str, field: Element) -> None:
        draft = self.said.draft
        if tag in ("650", "653"):
            if words := self._words(field, "abvxyz", "--"):
                draft.add("subjects", {"term": words} | optional("identifier", self._id(field)))
        elif tag == "651":
            identified = self._id(field)
            place = self._words(field, "avxyz", "--")
            draft.mention_place(place, [identified] if identified else [])
        elif tag in ("260", "264"):
            written = self._words(field, "a") if "place" not in draft.raw else None
            place = (written or "").strip(f"[]{_END}")
            if place:
                self._use(field, "a")
            draft.state("place", {"name": place} if place else None)
        elif "holdings" not in draft.raw:
            where, shelf = self._words(field, "ab"), self._words(field, "chij")
            if where:
                draft.hold(where, {"file": shelf} if shelf else {})

    def _subfields(self, field: Element, codes: str) -> list[Element]:
        return [e for e in self.source.all(field, "subfield") if (e.get("code") or "-") in codes]

    def _plain(self, field: Element, codes: str) -> str | None:
        found = map(text_of, self._subfields(field, codes))
        return fit(" ".join(filter(None, found)))

    def _use(self, field: Element, codes: str) -> None:
        for subfield in self._subfields(field, codes):
            self.source.mark_all_used(subfield)
        self._use_tag(field)

    def _use_tag(self, field: Element) -> None:
        names = [name for name in ("ind1", "ind2") if len(field.get(name, "")) == 1]
        self.source.mark_used((field, f"@{name}") for name in ("tag", *names))

    def _words(
        self, field: Element, codes: str, between: str = " ", *, keep: bool = False
    ) -> str | None:
        """Return the text of some subfields, without the punctuation of ISBD at its end."""
        found = []
        for subfield in self._subfields(field, codes):
            words = self.source.words(subfield)
            self.source.mark_used([(subfield, "@code")])
            found += [words] if words else []
        if not found:
            return None
        self._use_tag(field)
        words = between.join(found)
        return words if keep else words.rstrip(_END) or None

    def _name(self, tag: str, field: Element) -> None:
        roles = [text_of(e) for e in self._subfields(field, "4ej")]
        known = role_of(*roles)
        if known:
            self._use(field, "4ej")
        kind = "family" if tag[1:] == "00" and field.get("ind1") == "3" else _NAMES[tag[1:]]
        identified = self._id(field)
        words = self._words(field, "abcq" if kind != "organization" else "abcdn")
        default = {"1": "sender"}.get(tag[0])
        years = life(self._plain(field, "d")) if kind == "person" else {}
        if years:
            self._use(field, "d")
        agent = self.said.draft.agent(
            words,
            kind,
            [identified] if identified else [],
            born=years.get("born"),
            died=years.get("died"),
        )
        self.said.person(agent, None if tag[0] == "6" else known or default)

    def _id(self, field: Element) -> dict[str, str] | None:
        for subfield in self._subfields(field, "01"):
            scheme, _, value = (text_of(subfield) or "").strip("(").rpartition(")")
            found = identify(value, _SCHEMES.get(scheme, scheme) or None)
            if found:
                self._use(field, subfield.get("code") or "0")
                return found
        return None

    def _language(self, tag: str, field: Element) -> None:
        if tag == "008":
            codes = [(field.text or "")[35:38]]
        else:
            codes = [text_of(e) or "" for e in self._subfields(field, "a")]
        tags = [one for code in codes if code.strip("| ") and (one := language(code))]
        if tags and tag == "041":
            self._use(field, "a")
        self.said.languages += tags

    def _identifier(self, tag: str, field: Element) -> None:
        codes = "u" if tag == "856" else "a"
        words = self._plain(field, codes)
        scheme = self._plain(field, "2") if tag == "024" else None
        identified = identify(words, scheme)
        if identified:
            self._use(field, f"{codes}2")
            self.said.draft.add("identifiers", identified)

    def _date(self) -> None:
        """State the date: coded (046), or else in words (264, 260, 245)."""
        draft = self.said.draft
        written = None
        for tag, codes in (("264", "c"), ("260", "cg"), ("245", "fg")):
            for field in self.fields.get(tag, ()):
                written = written or self._words(field, codes)
        for field in self.fields.get("046", ()):
            coded = {e.get("code"): text_of(e) for e in self._subfields(field, "cdeklop")}
            start = coded.get("k") or coded.get("c") or coded.get("o")
            end = coded.get("l") or coded.get("e") or coded.get("p")
            more: dict[str, Any] = {"words": written}
            said = dated(span=(start, end), **more) if end else dated(when=start, **more)
            if said:
                self._use(field, "ceklop2")
                draft.state("date", said)
                return
        plain = (written or "").strip("[]")
        said = dated(words=plain) if plain else None
        if said and written != plain:
            said["as_written"] = written
        if said:
            draft.state("date", said)
        else:
            draft.open_date("date", written)
