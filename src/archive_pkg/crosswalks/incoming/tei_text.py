"""The text of a TEI letter as plain text, with what its elements say of places in it.

White space is TEI's: a run of it is one space, `lb` a line end; paragraphs and the pieces of opener
and closer are parted by an empty line. The reading text is taken: what was added, the spelling and
the slips of the letter; deletions and the edition's own corrections are left out and counted. A
gap, which has no text, is written `[…]`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive_pkg.crosswalks.incoming.source import fit, local, text_of

if TYPE_CHECKING:
    from archive_pkg.crosswalks.incoming.source import Element

GAP = "[…]"

_BLOCKS = frozenset([
    "ab", "addrLine", "address", "argument", "cell", "closer", "dateline", "div", "div1",
    "div2", "epigraph", "floatingText", "head", "item", "l", "lg", "list", "opener", "p",
    "postscript", "row", "salute", "signed", "table", "trailer",
])  # fmt: skip
_LEFT_OUT = frozenset([
    "del", "fw", "figDesc", "index", "interp", "interpGrp", "spanGrp", "metamark", "certainty",
])  # fmt: skip
_EMPTY = frozenset([
    "anchor", "cb", "gb", "gap", "graphic", "handShift", "lb", "milestone", "pb", "ptr",
    "space", "addSpan", "delSpan", "damageSpan", "listTranspose",
])  # fmt: skip
_PLAIN = frozenset([
    "ab", "body", "choice", "closer", "dateline", "div", "lb", "lg", "opener", "p", "reg",
    "seg", "g",
])  # fmt: skip
"""Elements of which the plain text loses nothing."""
_NOTES = {"supplied": "insertion", "unclear": "uncertain", "sic": "sic"}
_NAMES = frozenset([
    "persName", "orgName", "placeName", "rs", "name", "date",
])  # fmt: skip
_WEAKEST_FIRST = ("", " ", "\n", "\n\n")


@dataclass(slots=True)
class Stretch:
    """What an element says of a stretch of the text.

    Attributes:
        what: The element's name, or what it is for a letter ("salutation").
        element: The element.
        start: Offset of its first character.
        end: Offset behind its last.
        text: What a note says, where it says anything.
    """

    what: str
    element: Element
    start: int
    end: int
    text: str | None = None


@dataclass(slots=True)
class Reading:
    """The plain text and what is said of it.

    Attributes:
        text: The text.
        zones: Pieces of opener and closer: salutation, closing, signatories, date, recipients,
            classification.
        names: Names and dates.
        notes: Notes, supplied words, doubtful and illegible ones, slips.
        parts: The stretches of `div`s that are parts of their own.
        flattened: How often an element was read as its words alone.
        left_out: How often an element's words were left out.
    """

    text: str = ""
    zones: list[Stretch] = field(default_factory=list)
    names: list[Stretch] = field(default_factory=list)
    notes: list[Stretch] = field(default_factory=list)
    parts: list[Stretch] = field(default_factory=list)
    flattened: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def read_text(body: Element, part_kinds: frozenset[str]) -> Reading:
    """Read a `body`.

    Args:
        body: The element.
        part_kinds: Types of `div` that are parts of their own.
    """
    reader = _Reader(part_kinds)
    reader.children(body)
    reader.reading.text = "".join(reader.pieces)
    if set(reader.reading.text.split()) <= {GAP}:
        return Reading()
    for name in ("zones", "names", "notes", "parts"):
        stretches: list[Stretch] = getattr(reader.reading, name)
        setattr(reader.reading, name, [item for item in stretches if item.end > item.start >= 0])
    return reader.reading


class _Reader:
    """Walks the elements, writing their text; the start of a stretch is where text begins in it."""

    def __init__(self, part_kinds: frozenset[str]) -> None:
        self.reading = Reading()
        self.pieces: list[str] = []
        self.part_kinds = part_kinds
        self._length = 0
        self._pending = ""
        self._waiting: list[Stretch] = []

    def children(self, element: Element) -> None:
        self._write(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._element(child)
            self._write(child.tail)

    def _element(self, element: Element) -> None:
        name = local(element)
        if name in _LEFT_OUT:
            self.reading.left_out[name] += 1
            return
        if name in _EMPTY:
            self._empty(element, name)
            return
        if name == "note" and element.get("place") != "inline":
            self._footnote(element)
            return
        if name == "choice":
            self._choice(element)
            return
        is_block = name in _BLOCKS or (
            name == "seg" and local(element.getparent()) in ("opener", "closer")
        )
        if is_block:
            self._break("\n\n")
        stretches = self._open(element, name)
        self.children(element)
        for stretch in stretches:
            stretch.end = self._length
        self._waiting = [item for item in self._waiting if item not in stretches]
        if is_block:
            self._break("\n\n")
        elif not stretches and name not in _PLAIN:
            self.reading.flattened[name] += 1

    def _open(self, element: Element, name: str) -> list[Stretch]:
        found = []
        zone = _zone(element, name)
        if zone:
            found.append((self.reading.zones, zone, None))
        if name in _NAMES:
            found.append((self.reading.names, name, None))
        if name in _NOTES or name == "note":
            kind = _NOTES.get(name) or element.get("type") or "editorial"
            found.append((self.reading.notes, kind, None))
        if name == "seg" and element.get("type") in ("illegible", "omission", "withheld"):
            found.append((self.reading.notes, str(element.get("type")), None))
        if name == "div" and element.get("type") in self.part_kinds:
            found.append((self.reading.parts, str(element.get("type")), None))
        stretches = []
        for where, what, text in found:
            stretch = Stretch(what, element, -1, -1, text)
            where.append(stretch)
            stretches.append(stretch)
        self._waiting += stretches
        return stretches

    def _empty(self, element: Element, name: str) -> None:
        if name == "lb":
            self._break("\n")
        elif name == "space":
            self._break(" ")
        elif name == "gap" and local(element.getparent()) != "seg":
            start = self._written(GAP)
            reason = element.get("reason") or ""
            kind = "illegible" if reason in ("illegible", "damage", "") else "omission"
            words = " ".join(filter(None, (reason, text_of(element)))) or None
            self.reading.notes.append(Stretch(kind, element, start, self._length, words))
        elif name not in ("gap", "anchor", "milestone"):
            self.reading.flattened[name] += 1

    def _footnote(self, note: Element) -> None:
        """A note that stands beside the text speaks of the word before it."""
        words = text_of(note)
        before = "".join(self.pieces[-8:])
        last = before.split()[-1] if before.split() else ""
        if not words or not last:
            self.reading.left_out["note"] += 1
            return
        end = self._length - (len(before) - len(before.rstrip()))
        self.reading.notes.append(Stretch("editorial", note, end - len(last), end, words))

    def _choice(self, choice: Element) -> None:
        """What the letter has, of what an edition lets its reader choose from."""
        order = ("sic", "orig", "abbr", "unclear", "seg")
        children = [child for child in choice if isinstance(child.tag, str)]
        children.sort(key=lambda c: order.index(local(c)) if local(c) in order else len(order))
        if not children:
            return
        chosen, *others = children
        count = len(self.reading.notes)
        self._element(chosen)
        words = [text_of(other) for other in others if local(other) == "corr"]
        if len(self.reading.notes) > count and words and words[0]:
            self.reading.notes[count].text = words[0]
        else:
            self.reading.left_out.update(local(other) for other in others)

    def _break(self, space: str) -> None:
        if _WEAKEST_FIRST.index(space) > _WEAKEST_FIRST.index(self._pending):
            self._pending = space

    def _write(self, text: str | None) -> None:
        if not text:
            return
        if text[0].isspace():
            self._break(" ")
        words = fit(text)
        if words:
            self._written(words)
            if text[-1].isspace():
                self._break(" ")

    def _written(self, words: str) -> int:
        if self._length and self._pending:
            self._put(self._pending)
        self._pending = ""
        start = self._length
        for stretch in self._waiting:
            stretch.start = start
        self._waiting = []
        self._put(words)
        return start

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self._length += len(text)


def _zone(element: Element, name: str) -> str | None:
    parents = {local(parent) for parent in element.iterancestors()}
    if name == "salute":
        return "closing" if "closer" in parents else "salutation"
    if name == "seg" and element.get("type") == "classification":
        return "classification"
    if name == "address" and "opener" in parents:
        return "recipients"
    return {"dateline": "date", "signed": "signatories"}.get(name)
