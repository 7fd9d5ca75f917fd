"""Read TEI's `correspAction`: who wrote to whom, when and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.dates.edtf_string import Edtf
from archive_pkg.dates.written.reader import read_date
from archive_pkg.interchange.dates import tei as date_attributes
from archive_pkg.interchange.exporting.cmif import UNKNOWN
from archive_pkg.interchange.exporting.tei_annotations import CALENDAR
from archive_pkg.interchange.importing.dates import dated, edtf
from archive_pkg.interchange.importing.imported_record import language, optional
from archive_pkg.interchange.importing.watched_xml import XML_ID, fit, local, text_of
from archive_pkg.names import confidence_in, is_unknown, without_signs
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import ImportedDraft
    from archive_pkg.interchange.importing.watched_xml import Element, XmlSource

AGENT_ELEMENTS = {"persName": "person", "orgName": "organization", "name": "person", "rs": "person"}
"""The elements that name agents, with the usual kind of agent."""
PLACES = (
    "placeName", "settlement", "district", "region", "country", "bloc", "geogName",
)  # fmt: skip
_KINDS = {
    "org": "organization", "organization": "organization", "organisation": "organization",
    "family": "family", "software": "software", "person": "person",
}  # fmt: skip
_REFERENCES = ("ref", "sameAs", "corresp", "key")
_ROLES = {"sent": "sender", "received": "recipients"}
_SUBTYPES = {"copy": "copies_to", "cc": "copies_to", "bcc": "copies_to", "to": "recipients"}
"""The fields for the subtypes of a receipt."""
_OTHERS = ("author", "signatory")
_STAMPS = frozenset(["stamp", "postmark", "poststempel", "cachet"])
_CONFIDENCE = {"high": "certain", "medium": "probable", "low": "guess", "unknown": "guess"}
_DATING = (
    "when", "when-iso", "notBefore", "notBefore-iso", "notAfter", "notAfter-iso", "from",
    "from-iso", "to", "to-iso",
)  # fmt: skip

_NOTED = ("calendar", "datingMethod", "when-custom", "period", "from-custom", "to-custom")
_CERTAINTY = ("cert", "evidence", "precision")


class Correspondence:
    """Reads the correspondents, dates and places of a letter into a draft.

    In a file that this program exported, `role` marks authors and signatories who are not senders.

    Attributes:
        own: For each name that this program exported, the reference to the agent's entry.
    """

    def __init__(self, source: XmlSource, draft: ImportedDraft, *, is_ours: bool = False) -> None:
        self.source = source
        self.draft = draft
        self.is_ours = is_ours
        self.people = source.listed
        self.own: dict[str, str] = {}

    def read(self, described: Element) -> None:
        """Read a `correspDesc`."""
        for action in self.source.all(described, "correspAction"):
            kind = self.source.attribute(action, "type") or ""
            field = _ROLES.get(kind)
            if kind == "received" and action.get("subtype") in _SUBTYPES:
                field = _SUBTYPES[self.source.attribute(action, "subtype") or ""]
            if field is None:
                self._event(action, kind)
            else:
                self._agents(action, field)
            if field in ("sender", "recipients"):
                self.read_dates(action, _DATED[kind])
                self.read_place(action, _DATED[kind])
            for note in self.source.all(action, "note"):
                if note.get("type") == "date" and kind in _DATED:
                    self._date_note(note, _DATED[kind])
                else:
                    self._remark(note)
        for note in self.source.all(described, "correspContext/note"):
            if note.get("type") == "enclosure" and text_of(note):
                self.source.attribute(note, "type")
                self.read_listed(note, "enclosures", "enclosure")
            else:
                self._remark(note)
        for path in ("note", "p", "correspContext/p"):
            for note in self.source.all(described, path):
                self._remark(note)

    def _remark(self, note: Element) -> None:
        """Read a note as statements of CMIF's vocabulary, or else as a remark on the letter."""
        statements = self.source.all(note, "ref")
        said = [self._statement(ref) for ref in statements]
        if statements and all(said):
            self.source.mark_used([(note, "@type")])
            return
        words = self.source.words(note)
        if words:
            kind = self.source.attribute(note, "type")
            self.draft.remark(f"{kind}: {words}" if kind else words)

    def _statement(self, ref: Element) -> bool:
        """Read a `ref` as a statement of CMIF's vocabulary; return whether it is one."""
        term = re.split("[:#]", ref.get("type") or "")[-1]
        target = fit(ref.get("target"))
        words = self.source.words(ref)
        identified = identify(target)
        identifiers = [identified] if identified else []
        if term in ("mentionsPerson", "mentionsOrg") and words:
            kind = "person" if term == "mentionsPerson" else "organization"
            self.draft.add("mentioned_agents", self.draft.agent(words, kind, identifiers))
        elif term == "mentionsPlace" and words:
            place = {"name": words} | optional("identifiers", identifiers)
            self.draft.add("mentioned_places", place)
        elif term == "mentionsSubject" and words:
            subject = {"term": words} | optional("identifier", identified)
            self.draft.add("subjects", subject)
        elif term == "hasLanguage" and language(target):
            self.draft.add("languages", language(target))
        elif term in _STATEMENTS and (words or target):
            self.draft.remark(f"{term}: {' '.join(filter(None, (words, target)))}")
        else:
            return False
        self.source.mark_used([(ref, "@type"), (ref, "@target")])
        return True

    def _agents(self, action: Element, field: str) -> None:
        found = list(self.draft.raw.get(field, ()))
        for element in action:
            if isinstance(element.tag, str) and local(element) in AGENT_ELEMENTS:
                if element.get("type") == "place":
                    continue
                if self.is_ours and self.source.attribute(element, "role") in _OTHERS:
                    self.agent(element)
                    continue
                agent = self.agent(element, field)
                found += [agent] if agent and agent not in found else []
        self.draft.state(field, found)

    def agent(self, element: Element, field: str = "") -> str | None:
        """Return the id of the agent that an element names; None if the agent is unknown.

        Args:
            element: The element.
            field: The field that the agent goes into. How certain the source is about it is
                recorded, unless this is empty.
        """
        own = self.own.get(text_of(element) or "")
        if own:
            listed = self.identifiers(element)
            words = self.source.words(element)
            return self.draft.agent(words, self.kind(element), listed, reference=own)
        written, name, role = self._name(element)
        if not name or is_unknown(name):
            self._report_unknown(element, written)
            return None
        references = self._references(element)
        lists = [ref for ref in references if ref.startswith("#") and ref[1:] in self.people]
        agent = self.draft.agent(
            name,
            self.kind(element),
            self.identifiers(element),
            reference=lists[0] if len(lists) == 1 and not field else None,
            as_written=written if written != name else None,
            role=role,
        )
        if agent and field:
            self._record_certainty(element, f"{field}.{agent}", written)
        return agent

    def _report_unknown(self, element: Element, written: str) -> None:
        """Report a name or place that only says that it is unknown."""
        self.source.mark_used([(element, "text")])
        if written and written != UNKNOWN:
            # CMIF itself writes "Unknown" for an unidentified correspondent.
            what = f"{local(element.getparent())}/{local(element)}: “{written}”"
            self.draft.report.add(self.source.not_read(what))

    def kind(self, element: Element) -> str:
        """Return the kind of agent that an element names."""
        kind = _KINDS.get(element.get("type") or "")
        if kind:
            self.source.attribute(element, "type")
        return kind or AGENT_ELEMENTS.get(local(element), "person")

    def _name(self, element: Element) -> tuple[str, str, str | None]:
        """Return a name as written, the name without editorial signs, and the office or None."""
        words = self.source.words(element) or ""
        surname = text_of(self.source.first(element, "surname"))
        forename = text_of(self.source.first(element, "forename"))
        role = text_of(self.source.first(element, "roleName"))
        if surname and forename and not has_loose_text(element):
            parts = [
                text_of(part)
                for part in element
                if isinstance(part.tag, str) and local(part) not in ("surname", "roleName")
            ]
            words = f"{surname}, {' '.join(filter(None, parts))}"
        else:
            role = None
        before = (element.getprevious().tail if element.getprevious() is not None else None) or ""
        if element.getprevious() is None:
            before = element.getparent().text or ""
        after = element.tail or ""
        opened, closed = _OPENS.search(before), _CLOSES.match(after)
        if opened or closed:
            # Brackets around the element are part of how the edition writes the name.
            words = f"{opened[0].strip() if opened else ''}{words}{closed[0] if closed else ''}"
        return words, without_signs(words), role

    def _record_certainty(self, element: Element, path: str, written: str) -> None:
        """Record how certain the source is about a correspondent or place, if it says so."""
        # What this program's exports say of the evidence is reported, because it lacks the quotes.
        names = ("cert",) if self.is_ours else _CERTAINTY
        signs = [name for name in names if element.get(name)]
        said = [f"{name}: {element.get(name)}" for name in signs]
        confidence = _CONFIDENCE.get(element.get("cert") or "")
        marked = confidence_in(written)
        if marked == "guess":
            confidence = marked
        elif marked or (element.get("evidence") in ("conjecture", "external") and not self.is_ours):
            confidence = confidence or "probable"
        if written.startswith(("[", "(")) or "?" in written:
            said.append(f"written {written}")
        if confidence:
            self.source.mark_used((element, f"@{name}") for name in signs)
            self.draft.qualify(path, confidence, "; ".join(said))

    def _references(self, element: Element) -> list[str]:
        found = []
        for name in _REFERENCES:
            said = fit(element.get(name)) or ""
            references = said.split() if name != "key" else [said] * bool(said)
            if all(map(identify, references)):
                self.source.mark_used([(element, f"@{name}")])
            found += references
        return found

    def identifiers(self, element: Element) -> list[dict[str, str]]:
        """Return the identifiers of an element, and of the listed entries that it refers to."""
        found: list[dict[str, str] | None] = []
        for reference in self._references(element):
            listed = self.people.get(reference[1:]) if reference.startswith("#") else None
            if listed is not None:
                own = self.listed_identifiers(listed)
                # The id of an entry without identifiers identifies it within the edition.
                is_ours = reference.startswith("#agent-")
                found += own or ([] if is_ours else [identify(reference[1:])])
            else:
                found.append(identify(reference))
        return [item for n, item in enumerate(found) if item and item not in found[:n]]

    def listed_identifiers(self, listed: Element) -> list[dict[str, str] | None]:
        """Return the identifiers of an entry in the file's own list, with None for invalid ones.

        They are its `idno` and the references of the entry and of its names.
        """
        self.source.mark_used([(listed, f"@{XML_ID}")])
        found = []
        for idno in self.source.all(listed, "idno"):
            kinds = [kind for name in ("type", "subtype") if (kind := fit(idno.get(name)))]
            identified = identify(self.source.words(idno), " ".join(kinds) or None)
            found.append(identified)
            if identified:
                self.source.mark_used([(idno, "text"), (idno, "@type")])
                scheme = f"{identified['scheme']} {identified.get('note', '')}".casefold()
                if (idno.get("subtype") or "").casefold() in scheme:
                    self.source.attribute(idno, "subtype")
        names = [
            name
            for name in listed
            if isinstance(name.tag, str) and local(name) in (*AGENT_ELEMENTS, *PLACES)
        ]
        for name in names:
            self.source.words(name)
        for element in (listed, *names):
            # A reference within the file names another entry.
            if not any((element.get(name) or "").startswith("#") for name in _REFERENCES):
                found += map(identify, self._references(element))
        return found

    def read_place(self, action: Element, field: str) -> None:
        """Read the place in an element.

        Elements of different kinds, such as `settlement` and `country`, are one place; two
        `placeName` are two, and the second is recorded as a rival.

        Args:
            action: The element.
            field: The field of the occasion: `date` for the place of writing, or another field,
                which gets a place.
        """
        places = [
            element
            for element in action
            if isinstance(element.tag, str)
            and (local(element) in PLACES or element.get("type") == "place")
        ]
        kinds = [local(place) if local(place) in PLACES else "placeName" for place in places]
        one = len(set(kinds)) == len(kinds)
        names = [self.source.words(place) for place in places]
        first = ", ".join(filter(None, names)) if one else names[0]
        if not first:
            return
        bare = first if self.is_ours else without_signs(first) or first
        if is_unknown(bare):
            self._report_unknown(places[0], first)
            return
        identifiers: list[dict[str, str]] = []
        for place in places if one else places[:1]:
            if place.get("type") == "place":
                self.source.attribute(place, "type")
            identifiers += self.identifiers(place)
        said: dict[str, Any] = {"name": bare}
        said |= {"as_written": first} if bare != first else {}
        said |= optional("identifiers", identifiers)
        path = "place" if field == "date" else f"{field}.place"
        if field == "date":
            self.draft.state("place", said)
        elif field in self.draft.raw:
            self.draft.raw[field].setdefault("place", said)
        else:
            self.draft.state(field, {"place": said})
        self._record_certainty(places[0], path, first)
        for name in [] if one else filter(None, names[1:]):
            self.draft.rival(path, name, "a further place")

    def read_listed(self, note: Element, field: str, kind: str) -> None:
        """Read an enclosure or item into a list: its number, title, record, sender and date.

        If the note has text besides these, all its words are the title.
        """
        known = self.draft.raw.setdefault(field, [])
        item: dict[str, Any] = {"id": f"{kind}-{len(known) + 1}"}
        if self.is_ours and (name := self.source.attribute(note, XML_ID)):
            item["id"] = name.removeprefix(f"{kind}-")
        title = self.source.first(note, "title")
        if title is None or has_loose_text(note):
            known.append(item | {"title": self.source.words(note)})
            return
        item["title"] = self.source.words(title)
        item |= optional("number", self.source.text(note, "num"))
        item |= optional("record", self.record(note)) | optional("sender", self.agents(note))
        for date in self.source.all(note, "date")[:1]:
            said = read_date_element(self.source, date, is_ours=self.is_ours)
            if said is None:
                said = {"as_written": text_of(date)}
                if self.is_ours and (calendar := _own_calendar(date)):
                    self.source.attribute(date, "calendar")
                    said["calendar"] = calendar
            said.pop("rule", None)
            item["date"] = said
        known.append(item)

    def agents(self, parent: Element) -> list[str]:
        """Return the ids of the agents that the children of an element name, each once."""
        named = [e for e in parent if isinstance(e.tag, str) and local(e) in AGENT_ELEMENTS]
        return list(dict.fromkeys(filter(None, map(self.agent, named))))

    def record(self, parent: Element) -> str | None:
        """Return the id of the record that an `idno` in an element has."""
        for idno in self.source.all(parent, "idno"):
            if idno.get("type") == "record":
                self.source.attribute(idno, "type")
                return self.source.words(idno)
        return None

    def read_dates(self, action: Element, field: str) -> None:
        """Read the dates in an element into a field; postmarks become events.

        If the field has a date, other dates are recorded as its rivals.
        """
        for element in self.source.all(action, "date"):
            said = read_date_element(self.source, element, is_ours=self.is_ours)
            kinds = {name: (element.get(name) or "").casefold() for name in ("type", "subtype")}
            stamps = [name for name, kind in kinds.items() if kind in _STAMPS]
            is_stamp = bool(stamps)
            if said is None and not is_stamp:
                self.open_date(element, field)
            elif said is None:
                continue
            elif is_stamp:
                self.source.attribute(element, stamps[0])
                self.draft.event("postmark", said, [], None)
            elif "edtf" not in self.draft.raw.get(field, {}):
                self.draft.state(field, said)
                if self.is_ours and element.get("cert") in ("high", "medium"):
                    cert = self.source.attribute(element, "cert") or ""
                    self.draft.qualify(field, _CONFIDENCE[cert], f"cert: {cert}")
            elif said["edtf"] != self.draft.raw[field]["edtf"] or "note" in said:
                known = filter(None, (said.get("as_written"), said.get("note")))
                self.draft.rival(field, said["edtf"], "; ".join(known) or None)

    def open_date(self, element: Element, field: str) -> None:
        """Keep the words and attributes of a date that was not understood."""
        own = _own_calendar(element) if self.is_ours else ""
        noted = _NOTED[1:] if own else _NOTED
        names = [name for name in (*_DATING, *noted, *_CERTAINTY) if element.get(name)]
        attributes = "; ".join(f"{name}: {element.get(name)}" for name in names)
        if field not in self.draft.raw:
            self.source.mark_used((element, f"@{name}") for name in names)
            words = text_of(element)
            self.draft.open_date(field, words or attributes, attributes if words else None)
            if own and field in self.draft.raw:
                self.source.attribute(element, "calendar")
                self.draft.raw[field]["calendar"] = own

    def _date_note(self, note: Element, field: str) -> None:
        """Add a note of type `date` to the note of a date; without a date, it is a remark."""
        date = self.draft.raw.get(field)
        words = self.source.words(note)
        if date and words:
            self.source.attribute(note, "type")
            date["note"] = "; ".join(filter(None, (date.get("note"), words)))
        else:
            self._remark(note)

    def _event(self, action: Element, kind: str) -> None:
        """Read an action that is neither sending nor receiving as an event, such as forwarding."""
        agents = self.agents(action)
        places = [
            self.source.words(element)
            for element in action
            if isinstance(element.tag, str) and local(element) in PLACES
        ]
        read = (read_date_element(self.source, e) for e in self.source.all(action, "date"))
        dates = [said for said in read if said]
        plain = [self.source.words(p) for p in self.source.all(action, "p")]
        more = [word for said in dates[1:] for key, word in said.items() if key != "rule"]
        detail = "; ".join(filter(None, [*places, *more, *plain])) or None
        if kind or agents or detail or dates:
            first = dates[0] if dates else None
            self.draft.event(kind or "correspondence action", first, agents, detail)


def has_loose_text(element: Element) -> bool:
    """Return whether an element has text outside its children."""
    return any((text or "").strip() for text in (element.text, *(one.tail for one in element)))


_STATEMENTS = ("hasTextBase", "isAvailableAsTEIfile", "isPublishedWith", "mentionsBibl")
_DATED = {"sent": "date", "received": "received"}
_OPENS = re.compile(r"[\[(⟨<]\s*$")
_CLOSES = re.compile(r"\s*(?:\?\s*[\])⟩>]?|[\])⟩>]\s*\??)")


def _own_calendar(element: Element) -> str:
    """Return the calendar of a date that this program exported; may be empty."""
    return (element.get("calendar") or "").removeprefix(f"#{CALENDAR}")


def _own_edtf(element: Element) -> str | None:
    """Return the exact date in a `date` that this program exported; None if it does not have one.

    The date is in `when-custom`, or it is the text if the other attributes were made from it.
    """
    said = edtf(element.get("when-custom") or "")
    words = None if said else edtf(text_of(element) or "")
    if words is None:
        return said
    made = {name.rstrip("_"): value for name, value in date_attributes(Edtf(words)).items()}
    stated = {name: element.get(name) for name in _DATING if element.get(name)}
    stated |= {"cert": "low"} if element.get("cert") == "low" else {}
    return words if stated and stated == made else None


def read_date_element(
    source: XmlSource, element: Element, *, is_ours: bool = False
) -> dict[str, Any] | None:
    """Return the date of a TEI element by its attributes or else its words.

    None if it is not understood.

    Args:
        source: The file.
        element: The element.
        is_ours: Whether this program exported the file. Then only a low certainty is doubt about
            the date, and the other attributes are left for evidence.
    """
    words = source.words(element)

    def of(name: str) -> str | None:
        return fit(element.get(name) or element.get(f"{name}-iso"))

    own = _own_calendar(element) if is_ours else ""
    exact = _own_edtf(element) if is_ours else None
    if exact:
        names = (*_DATING, "when-custom", "calendar")
        source.mark_used((element, f"@{name}") for name in names)
        source.mark_used([(element, "@cert")] if element.get("cert") == "low" else [])
        more = optional("as_written", words if words != exact else None)
        return {"edtf": exact} | more | optional("calendar", own)
    if own and not any(map(element.get, _DATING)):
        return None  # a date with words alone, which are not in EDTF's calendar
    noted = _NOTED[1:] if own else _NOTED
    remarks = [f"{name}: {element.get(name)}" for name in noted if element.get(name)]
    cert = element.get("cert")
    doubtful = (
        cert == "low"
        if is_ours
        else (cert in ("low", "medium", "unknown") or element.get("evidence") == "conjecture")
    )
    certainty = () if is_ours else _CERTAINTY
    written = words or ""
    said = dated(
        when=of("when"),
        between=(of("notBefore"), of("notAfter")),
        span=(of("from"), of("to")),
        doubtful=doubtful or bool(re.search(r"\?\s*[\])]?\s*$", written)),
        about=element.get("precision") in ("low", "medium"),
        words=words,
        # The calendar is that of the words. `dated` decides whether `when` is in it, too.
        calendar=element.get("calendar") if words and read_date(words) and not own else None,
    )
    if said is None:
        return None
    said |= {"calendar": own} if own else {}
    # The sign of doubt in a date has the same meaning as `low`.
    known = ("low",) if said["edtf"].endswith(("?", "~", "%")) else ()
    remarks += [f"{name}: {element.get(name)}" for name in certainty
                if element.get(name) and element.get(name) not in known]  # fmt: skip
    if remarks:
        said["note"] = "; ".join(filter(None, (said.get("note"), *remarks)))
    read = [name for name in _DATING if element.get(name) and _is_in(element, name, said)]
    source.mark_used((element, f"@{name}") for name in (*read, *_NOTED, *certainty))
    if is_ours and cert == "low":
        source.mark_used([(element, "@cert")])
    return said


def _is_in(element: Element, name: str, said: dict[str, Any]) -> bool:
    """Return whether a date was read from an attribute."""
    when = element.get("when") or element.get("when-iso")
    if when:
        return name.startswith("when")
    if any(element.get(n) for n in ("from", "from-iso", "to", "to-iso")):
        return name.startswith(("from", "to"))
    return True
