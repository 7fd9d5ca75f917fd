"""Who wrote to whom: TEI's `correspAction`s, of a letter or of an index of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.crosswalks.incoming.drafts import date, day, identify
from archive_pkg.crosswalks.incoming.source import local, text_of

if TYPE_CHECKING:
    from archive_pkg.crosswalks.incoming.drafts import Draft
    from archive_pkg.crosswalks.incoming.source import Element, Source

ROLES = {"persName": "person", "orgName": "organization", "name": "person", "rs": "person"}
"""What an element that names somebody says of whom it names."""


class Correspondence:
    """Reads `correspAction`s into a draft."""

    def __init__(self, source: Source, draft: Draft) -> None:
        self.source = source
        self.draft = draft
        self.people = source.listed

    def read(self, described: Element) -> None:
        """Read a `correspDesc`."""
        for action in self.source.all(described, "correspAction"):
            kind, copy = action.get("type"), action.get("subtype") == "copy"
            if kind == "sent":
                self._sent(action)
            elif kind == "received":
                self._names(action, "copies_to" if copy else "recipients")
                if not copy:
                    self._date(action, "received")
            else:
                self._lost(f"correspAction {kind}: {self.source.words(action)}")
        for number, note in enumerate(self.source.all(described, "correspContext/note"), 1):
            words = self.source.words(note)
            if note.get("type") == "enclosure" and words:
                self.draft.add("enclosures", {"id": f"enclosure-{number}", "title": words})
            else:
                self._lost(f"correspContext/note: {words}")

    def _lost(self, what: str, count: int = 1) -> None:
        self.draft.report.add(self.source.not_read(what, count))

    def _sent(self, action: Element) -> None:
        self._names(action, "sender")
        self._date(action, "date")
        places = self.source.all(action, "placeName")
        for number, place in enumerate(places):
            words = self.source.words(place)
            if number:
                self._lost(f"a further place of sending: {words}")
            elif words:
                identifiers = self.identifiers(place)
                self.draft.state(
                    "place", {"name": words} | ({"identifiers": identifiers} if identifiers else {})
                )

    def _names(self, action: Element, field: str) -> None:
        found = []
        for element in action:
            if isinstance(element.tag, str) and local(element) in ROLES:
                agent = self.agent(element)
                found += [agent] if agent else []
        for place in self.source.all(action, "placeName") if field != "sender" else []:
            self._lost(f"place received: {self.source.words(place)}")
        self.draft.state(field, list(dict.fromkeys(found)))

    def agent(self, element: Element) -> str | None:
        """The agent that an element names, known better where the file lists it."""
        words = self.source.words(element)
        if not words or words == "Unknown":
            return None
        kind = "family" if element.get("type") == "family" else ROLES[local(element)]
        if element.get("type") in ("org", "organization"):
            kind = "organization"
        return self.draft.agent(words, kind, self.identifiers(element), element.get("ref"))

    def identifiers(self, element: Element) -> list[dict[str, str]]:
        """The identifiers that an element refers to, or that the person it refers to has."""
        found = []
        for reference in (element.get("ref") or element.get("key") or "").split():
            if reference.startswith("#"):
                person = self.people.get(reference[1:])
                listed = self.source.all(person, "idno") if person is not None else []
                found += [identify(text_of(idno), idno.get("type")) for idno in listed]
            else:
                found.append(identify(reference))
        unique = [item for n, item in enumerate(found) if item and item not in found[:n]]
        return [item for item in unique if item["scheme"] != "local"]

    def _date(self, action: Element, field: str) -> None:
        for number, element in enumerate(self.source.all(action, "date")):
            words = self.source.words(element)
            said = _date(element, words)
            if said and not number:
                self.draft.state(field, said)
            else:
                self._lost(f"date: {words or dict(element.attrib)}")
        for note in self.source.all(action, "note"):
            self._lost(f"note on a correspAction: {self.source.words(note)}")


def _date(element: Element, words: str | None) -> dict[str, str] | None:
    def of(name: str) -> str | None:
        return day(element.get(name) or element.get(f"{name}-iso"))

    doubtful = element.get("cert") in ("low", "medium", "unknown")
    said = date(
        when=of("when"),
        between=(of("notBefore"), of("notAfter")),
        span=(of("from"), of("to")),
        doubtful=doubtful or element.get("evidence") == "conjecture",
    )
    if said and words and words != said["edtf"]:
        said["as_written"] = words
    return said
