"""Read the evidence in a TEI file of this program: the `annotation` elements in `standOff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.exporting.tei_annotations import CERTAINTY, DOCUMENT
from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import XML_ID, text_of
from archive_pkg.interchange.markup import fit
from archive_pkg.interchange.tei_places import Characters, TextRange, count, read_pointer

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.tei_text import TeiText
    from archive_pkg.interchange.importing.watched_xml import Element

_CONFIDENCE = {cert: confidence for confidence, cert in CERTAINTY.items()}
_FIELDS = {"basis": "basis", "rule": "rule", "value": "value", "reason": "note"}
_MARKS = ("@cert", "@resp", "@evidence")


def read_evidence(text: TeiText) -> None:
    """Read the evidence; it replaces the evidence that the elements of the text gave.

    An annotation whose quotation is not at its place in the text stays unread.
    """
    source, draft = text.source, text.draft
    found = []
    for listed in source.all(text.root, "standOff/listAnnotation"):
        if listed.get("type") == "evidence":
            source.attribute(listed, "type")
            found += [_Reader(text, one).read() for one in source.all(listed, "annotation")]
    known = [item for item in found if item]
    if known:
        draft.restore_evidence(known)
    if known == found:
        # The attributes of names and dates repeat the evidence.
        header = source.all(text.root, "teiHeader")
        source.mark_used((e, mark) for one in header for e in one.iter("*") for mark in _MARKS)


class _Reader:
    def __init__(self, text: TeiText, annotation: Element) -> None:
        self.text, self.annotation = text, annotation
        self.notes = {note.get("type"): note for note in annotation}

    def read(self) -> dict[str, Any] | None:
        """Return the evidence in the annotation; None if its quotation is not in the text."""
        at = None
        if "quote" in self.notes and (at := self._at()) is None:
            return None
        agent = (self.annotation.get("resp") or "").removeprefix("#agent-")
        confidence = _CONFIDENCE.get(self.annotation.get("cert") or "")
        self._mark(at, agent, confidence)
        said = {field: text_of(self.notes.get(kind)) for kind, field in _FIELDS.items()}
        return (
            {"field": self._field(), **{key: value for key, value in said.items() if value}}
            | optional("at", at)
            | optional("agent", agent and self._agent(agent))
            | optional("confidence", confidence)
        )

    def _mark(self, at: object, agent: str, confidence: str | None) -> None:
        """Mark what was read as used; notes of other types stay unread."""
        source, annotation = self.text.source, self.annotation
        for kind in ("statement", "quote", *_FIELDS):
            if (note := self.notes.get(kind)) is not None:
                source.mark_all_used(note)
        is_placed = at or annotation.get("target") == f"#{DOCUMENT}"
        read = {"motivation": True, "target": is_placed, "resp": agent, "cert": confidence}
        names = (f"@{name}" for name, known in read.items() if known)
        source.mark_used((annotation, name) for name in (f"@{XML_ID}", *names))

    def _field(self) -> str:
        """Return the path of the statement, with the ids that agents have in the new record."""
        first, *steps = (text_of(self.notes.get("statement")) or "").split(".")
        return ".".join([first, *map(self._agent, steps[:1]), *steps[1:]])

    def _agent(self, name: str) -> str:
        return self.text.draft.referenced(f"#agent-{name}") or name

    def _at(self) -> dict[str, Any] | None:
        """Return the place of the quoted words in the text; None if it has other words."""
        name, place = read_pointer(self.annotation.get("target") or "") or ("", TextRange(0, 0))
        reading = self.text.reading
        for version in reading.versions:
            if version.element is not None and version.element.get(XML_ID) == name:
                signs = version.element.iter("{*}g")
                blank = {sign for sign in signs if sign.get("n") == "U+000C"}
                pieces = version.element.xpath(".//text()")
                own = "".join(p for p in pieces if not (p.is_text and p.getparent() in blank))
                span = reading.text[version.start : version.end]
                words = own[place.start : place.end]
                found = Characters(span).range_of(count(own[: place.start]), count(words))
                exact = fit(span[found.start : found.end])
                if exact.split() == (self.notes["quote"].text or "").split() and exact:
                    start = version.start
                    return self.text.quote(start + found.start, start + found.end)
        return None
