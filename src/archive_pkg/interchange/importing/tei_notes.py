"""Read the notes, relations and recorded events in TEI files of this program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import text_of
from archive_pkg.records.vocabularies.identifiers import identify

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.correspondence import Correspondence
    from archive_pkg.interchange.importing.watched_xml import Element

_TEXTS = frozenset(
    {"number", "distribution", "copy_number", "filing_reference", "extent", "excerpt"}
)
_AGENTS = {
    "attention": "attention",
    "copies_to": "copies_to",
    "mentioned": "mentioned_agents",
    "recipients": "recipients",
}
_LISTS = {"item": "items", "enclosure": "enclosures"}


class OwnNotes:
    """Reads the notes in the header of a file that this program exported."""

    def __init__(self, correspondence: Correspondence) -> None:
        self.correspondence = correspondence
        self.source, self.draft = correspondence.source, correspondence.draft

    def read(self, header: Element) -> None:
        """Read all notes, relations and the recorded event of a header."""
        for note in self.source.all(header, "fileDesc/notesStmt/note"):
            self._note(note, note.get("type") or "")
        for related in self.source.all(header, "fileDesc/notesStmt/relatedItem"):
            self._relation(related)
        for setting in self.source.all(header, "profileDesc/settingDesc/setting"):
            self._occasion(setting, "recorded")
            for activity in self.source.all(setting, "activity"):
                self.source.mark_all_used(activity)
                if text_of(activity) != "event" and "recorded" in self.draft.raw:
                    self.draft.raw["recorded"]["kind"] = text_of(activity)

    def _note(self, note: Element, kind: str) -> None:
        if kind in _TEXTS:
            self.source.mark_all_used(note)
            words = text_of(note)
            self.draft.state(kind, words == "yes" if kind == "excerpt" else words)
        elif kind in _AGENTS:
            self.draft.state(_AGENTS[kind], self.correspondence.agents(note))
        elif kind in _LISTS:
            self.correspondence.read_listed(note, _LISTS[kind], kind)
        elif kind in ("dispatched", "received"):
            self._occasion(note, kind)
        else:
            return
        self.source.attribute(note, "type")

    def _occasion(self, parent: Element, field: str) -> None:
        """Read a date, its place and its note into a field."""
        self.correspondence.read_dates(parent, field)
        self.correspondence.read_place(parent, field)
        note = self.source.text(parent, "note")
        if field in self.draft.raw:
            self.draft.raw[field] |= optional("note", note)

    def _relation(self, related: Element) -> None:
        cited = self.source.first(related, "bibl")
        said: dict[str, Any] = {"kind": self.source.attribute(related, "type")}
        said |= optional("title", self.source.text(cited, "title"))
        said |= optional("record", self.correspondence.record(cited))
        notes = {note.get("type"): note for note in self.source.all(cited, "note")}
        for idno in self.source.all(cited, "idno"):
            found = identify(self.source.words(idno), idno.get("type"))
            if found and idno.get("type") != "record":
                self.source.attribute(idno, "type")
                about = self.source.words(notes.get("identifier"))
                said["identifier"] = found | optional("note", about)
        if "identifier" in notes:
            self.source.attribute(notes["identifier"], "type")
        said |= optional("note", self.source.words(notes.get(None)))
        self.draft.add("relations", said)
