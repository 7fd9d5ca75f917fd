"""Convert the text of a TEI letter to plain text, with the places of its elements.

White space follows TEI: a run of it is one space. `lb` breaks the line unless `break="no"` joins
the word; so do `cb` and `gb`, unless they directly follow a letter. `pb` is a form feed before the
first word that begins on the page. Blank lines separate paragraphs and the parts of opener and
closer. The text has the letter's own words, including additions and slips, without deletions and
without the edition's corrections and notes. Nothing else is added: a gap becomes a note at the word
before it.

The type of a `div` decides what it is. A version of the letter (translation, normalized text,
summary, enclosure) is a separate part, and so is a `div` whose language differs from the letter
next to it. An editor's section (commentary, notes, register) is left out. Any other `div` belongs
to the letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from archive_pkg.texts.tei_elements import (
    BLOCKS,
    BREAKS,
    CHOSEN,
    DIVISIONS,
    EMPTY,
    ILLEGIBLE,
    LEFT_OUT,
    LETTER_DIVISIONS,
    LINES,
    LISTS,
    NAMES,
    NOTES,
    PLACES,
    REASONS,
    SEGMENTS,
    UNTYPED,
    WRITERS,
    XML_ID,
    XML_LANG,
    has_element,
    has_target,
    is_citation,
    is_endnote,
    is_evidence,
    is_version,
    kind_of,
    language_around,
    primary_language,
    reasons_of,
    tag_of,
    words_in,
    words_of,
    zone_of,
)

if TYPE_CHECKING:
    from archive_pkg.texts.tei_elements import Element

_WEAKEST_FIRST = ("", " ", "\n", "\n\n")
_SPACE = re.compile(r"[ \t\r\n]+")
_BLANKS = " \t\r\n\f"
_WORD = re.compile(rf"[^{_BLANKS}]+")
_CLOSING_SIGNS = ".,;:!?)"
_SIGN = re.compile(r"U\+([0-9A-F]{4,6})")


@dataclass(slots=True)
class Stretch:
    """A range of the text that an element marks.

    Attributes:
        what: The element's name, or its zone ("salutation").
        element: The element.
        start: The offset of its first character.
        end: The offset after its last character.
    """

    what: str
    element: Element
    start: int
    end: int


@dataclass(slots=True)
class Note(Stretch):
    """A note, a gap, or a word that an editor doubts, supplied or corrected.

    Attributes:
        text: The text of the note; None if it has none.
        name: The xml:id of its element, or an empty string.
        point: Whether the element is at a point next to the words, not around them.
        forward: Whether the words follow that point.
        text_element: The element that has the text of the note, which can be elsewhere in the file.
    """

    text: str | None = None
    name: str = ""
    point: bool = False
    forward: bool = False
    text_element: Element | None = None


@dataclass(slots=True)
class Version(Stretch):
    """A version or part of the letter; `what` is the kind of part.

    Attributes:
        name: Its type in the file, such as "normalized".
        is_foreign: Whether its language differs from the letter next to it, although it is not
            marked as a translation.
    """

    name: str = ""
    is_foreign: bool = False


@dataclass(slots=True)
class TextReading:
    """The plain text and the places of its elements.

    Attributes:
        text: The text.
        versions: The versions and parts in order; they cover the complete text.
        zones: Parts of opener and closer: salutation, closing, signatories, date, recipients,
            classification, postscript.
        names: Names and dates.
        notes: Notes, gaps, supplied, doubtful and illegible words, slips.
        unplaced: Notes whose target is not in the text.
        own_divisions: The letter's own divisions that have an `xml:lang`.
        read: The text nodes (element, "text" or "tail") and attributes (element, "@name") whose
            content is in the text or in a note.
    """

    text: str = ""
    versions: list[Version] = field(default_factory=list)
    zones: list[Stretch] = field(default_factory=list)
    names: list[Stretch] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unplaced: list[Element] = field(default_factory=list)
    own_divisions: list[Element] = field(default_factory=list)
    read: set[tuple[Element, str]] = field(default_factory=set)


def read_text(text: Element, standoff: Element | None = None) -> TextReading:
    """Read the letter in a `text` element.

    Args:
        text: The element. Of its `front` and `back`, only the letter's own sections are read.
        standoff: A `standOff` element with notes on places in the text, or None.
    """
    reader = _TextWriter(text)
    reader.element(text)
    return reader.finish([text] if standoff is None else [text, standoff])


class _TextWriter:
    """Walks the elements and writes their text. A stretch starts with its first text."""

    def __init__(self, text: Element) -> None:
        self.reading = TextReading()
        self.pieces: list[str] = []
        self._length = 0
        self._pending = ""
        self._joined = False
        self._on_new_page = False
        self._waiting: list[Stretch] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._pointers: dict[str, list[tuple[int, int]]] = {}
        self._versions = [Version("transcription", None, -1, -1)]
        self._editors: set[Element] = set()
        self._languages: dict[Element, str] = {}
        self._noted = {
            note.get(XML_ID)
            for note in text.getroottree().getroot().iter("{*}note", "{*}app", "{*}item")
            if note.get(XML_ID) and (tag_of(note) != "item" or is_endnote(note))
        }

    def finish(self, roots: list[Element]) -> TextReading:
        """Return the reading after all elements are written."""
        reading = self.reading
        reading.text = "".join(self.pieces)
        reading.zones = [item for item in reading.zones if item.end > item.start >= 0]
        reading.names = [item for item in reading.names if item.end > item.start >= 0]
        self._merge_versions()
        self._place_notes(roots)
        return reading

    def _children(self, element: Element) -> None:
        self._write(element.text, element, "text")
        for child in element:
            if isinstance(child.tag, str):
                self.element(child)
            self._write(child.tail, child, "tail")

    def element(self, element: Element) -> None:
        """Write an element and everything in it, unless it does not belong to the letter."""
        name = tag_of(element)
        if name in LEFT_OUT or name in LISTS or is_citation(element, name):
            return
        if element in self._editors:
            return
        if name == "noteGrp":
            for note in element.iterfind("{*}note"):
                self._note(note)
        elif name in BREAKS:
            self._line_break(element)
        elif name in EMPTY:
            self._empty(element, name)
        elif name == "note" and not _is_ours(element):
            self._note(element)
        elif name in ("choice", "app"):
            self._choice(element)
        elif name == "g" and _SIGN.fullmatch(element.get("n") or ""):
            self._sign(element)
        elif name == "ref" and self._is_note_number(element):
            self._point(element, (self._length, self._length))
        elif name in DIVISIONS or name in ("front", "back") or is_version(element, name):
            self._division(element, name)
        else:
            self._inner(element, name)

    def _division(self, element: Element, name: str) -> None:
        """Write a `div` or another block with a kind, unless it is an editor's."""
        above = tag_of(element.getparent()) if element.getparent() is not None else ""
        kind = kind_of(element, above) if name not in ("front", "back") else ""
        if kind == "editors":
            return
        if kind or (element.get("type") or "").casefold() in LETTER_DIVISIONS:
            self.reading.read.add((element, "@type"))
        if name in ("front", "back"):
            loose = [e for e in element if isinstance(e.tag, str) and tag_of(e) not in DIVISIONS]
            if not any(has_element(e, UNTYPED[name]) for e in loose):
                self._editors.update(loose)
        ours = (element.get(XML_ID) or "").startswith("part-")
        foreign = kind in ("", "transcription") and not ours and self._is_foreign(element)
        if ours or foreign or kind not in ("", "transcription", self._versions[-1].what):
            called = element.get("type") or ""
            self._versions.append(
                Version(kind or "transcription", element, -1, -1, called, foreign)
            )
            self._inner(element, name)
            self._versions.pop()
            return
        if element.get(XML_LANG) and name.startswith("div") and len(self._versions) == 1:
            self.reading.own_divisions.append(element)
        self._inner(element, name)

    def _is_foreign(self, element: Element) -> bool:
        """Return whether the language of a division differs from the letter next to it."""
        own, parent = primary_language(element.get(XML_LANG)), element.getparent()
        if not own or parent is None:
            return False
        if parent not in self._languages:
            self._languages[parent] = self._own_language(parent)
        return own != self._languages[parent]

    def _own_language(self, parent: Element) -> str:
        """Return the main language of the letter's own words in an element."""
        around = language_around(parent)
        above = tag_of(parent)
        found = [
            primary_language(child.get(XML_LANG)) or around
            for child in parent
            if isinstance(child.tag, str)
            and tag_of(child) in BLOCKS
            and tag_of(child) not in ("front", "back")
            and (tag_of(child) not in DIVISIONS or kind_of(child, above) in ("", "transcription"))
        ]
        return around if around in found or not found else found[0]

    def _inner(self, element: Element, name: str) -> None:
        is_block = name in BLOCKS or (
            name == "seg" and tag_of(element.getparent()) in ("opener", "closer")
        )
        around = "\n\n" if is_block else "\n" if name in LINES else " " if name == "cell" else ""
        self._break(around)
        stretches = self._open(element, name)
        start = Stretch("", element, -1, -1)
        self._waiting.append(start)
        self._children(element)
        for stretch in (*stretches, start):
            stretch.end = self._length
        closed = {id(stretch) for stretch in (*stretches, start)}
        self._waiting = [item for item in self._waiting if id(item) not in closed]
        begin = start.start if start.start >= 0 else self._length
        if element.get(XML_ID):
            self._places[element.get(XML_ID)] = (begin, self._length)
        self._point(element, (begin, self._length), "target" if name == "ref" else "corresp")
        self._break(around)

    def _open(self, element: Element, name: str) -> list[Stretch]:
        stretches: list[Stretch] = []
        zone = zone_of(element, name)
        if zone:
            stretches.append(Stretch(zone, element, -1, -1))
            self.reading.zones.append(stretches[-1])
            self.reading.read.update([(element, "@type")] if name == "seg" else [])
        if name in NAMES and not (name in PLACES and tag_of(element.getparent()) in PLACES):
            stretches.append(Stretch(name, element, -1, -1))
            self.reading.names.append(stretches[-1])
        kind = NOTES.get(name)
        if (name == "seg" and element.get("type") in SEGMENTS) or name == "note":
            kind = element.get("type") or "editorial"
            self.reading.read.update([(element, "@type"), (element, "@place")])
        if kind:
            words = reasons_of(element)
            note = Note(kind, element, -1, -1, words, element.get(XML_ID) or "")
            stretches.append(note)
            self.reading.notes.append(note)
        self._waiting += stretches
        return stretches

    def _line_break(self, element: Element) -> None:
        if element.get(XML_ID):
            self._places[element.get(XML_ID)] = (self._length, self._length)
        name = tag_of(element)
        if name == "pb":
            self._on_new_page = bool(self._length)
        if element.get("break") == "no":
            self.reading.read.add((element, "@break"))
            self._pending = ""
            # White space after it belongs to the layout of the file.
            self._joined = True
        elif name == "lb" or (name != "pb" and (self._pending or not self._ends_in_a_letter())):
            # A column can begin within a word, and most editions do not mark that.
            self._break("\n")

    def _ends_in_a_letter(self) -> bool:
        return bool(self.pieces) and self.pieces[-1][-1:].isalpha()

    def _empty(self, element: Element, name: str) -> None:
        here = (self._length, self._length)
        if element.get(XML_ID):
            self._places[element.get(XML_ID)] = here
        if name == "space":
            self._break(" ")
        elif name == "ptr":
            self._point(element, here)
        elif name == "gap" and tag_of(element.getparent()) != "seg":
            words = reasons_of(element)
            reason = element.get("reason") or "illegible"
            kind = "illegible" if reason in ILLEGIBLE else "omission"
            text = "Gap next to this word" + (f": {words}" if words else "")
            self.reading.notes.append(Note(kind, element, *here, f"{text}.", "", point=True))
        elif name == "gap":
            self.reading.read.add((element, "@reason"))

    def _point(self, element: Element, place: tuple[int, int], name: str = "target") -> None:
        """Remember the range of a pointer to notes in an attribute."""
        for target in (element.get(name) or "").split():
            if target.startswith("#") and target[1:] in self._noted:
                self._pointers.setdefault(target[1:], []).append(place)
                self.reading.read.add((element, f"@{name}"))

    def _is_note_number(self, ref: Element) -> bool:
        """Return whether a `ref` is the number of a note that an edition added to the text."""
        targets = (ref.get("target") or "").split()
        words = words_of(ref) or ""
        points = any(t.startswith("#") and t[1:] in self._noted for t in targets)
        letters = sum(sign.isalpha() for sign in words)
        small = "sup" in " ".join(str(e.get("rend") or "") for e in ref.iter("*"))
        number = points and (letters == 0 or (letters == 1 and small))
        if number:
            self.reading.read.update((node, "text") for node in ref.iter("*"))
        return number

    def _note(self, note: Element) -> None:
        """Write a note by the letter's writer; remember the place of an editor's note."""
        kinds = words_in(note.get("type"), note.get("resp"))
        if kinds & WRITERS or note.get("hand"):
            self._break(" ")
            self._inner(note, "hi")
            self._break(" ")
            return
        here = (self._length, self._length)
        found = Note("editorial", note, *here, words_of(note), note.get(XML_ID) or "", point=True)
        # At the beginning of a block, a note is about the words after it.
        found.forward = self._pending == "\n\n"
        self.reading.notes.append(found)

    def _choice(self, choice: Element) -> None:
        """Write the alternative that has the letter's own words."""
        children = [child for child in choice if isinstance(child.tag, str)]
        if not children:
            self._write(choice.text, choice, "text")
            return
        children.sort(key=lambda c: CHOSEN.index(tag_of(c)) if tag_of(c) in CHOSEN else 99)
        chosen = children[0]
        count, before = len(self.reading.notes), self._length
        if tag_of(chosen) in LEFT_OUT:
            self._inner(chosen, "hi")
        else:
            self.element(chosen)
        others = [other for other in children[1:] if tag_of(other) in ("corr", "unclear")]
        corrected = "; ".join(filter(None, map(words_of, others)))
        if len(self.reading.notes) > count and self._length > before and corrected:
            note = self.reading.notes[count]
            note.text = "; ".join(filter(None, (corrected, note.text)))
            for other in others:
                self.reading.read.update((node, "text") for node in other.iter())
                self.reading.read.update((node, "tail") for node in other.iterdescendants())

    def _sign(self, element: Element) -> None:
        """Write a character that our export spelled out, because XML cannot contain it."""
        found = _SIGN.fullmatch(element.get("n") or "")
        code = int(found[1], 16) if found else 0xFFFD
        surrogate = 0xD800 <= code <= 0xDFFF or code > 0x10FFFF
        self.reading.read.update([(element, "text"), (element, "@n")])
        self._written("\N{REPLACEMENT CHARACTER}" if surrogate else chr(code))

    def _break(self, space: str) -> None:
        if _WEAKEST_FIRST.index(space) > _WEAKEST_FIRST.index(self._pending):
            self._pending = space

    def _write(self, text: str | None, element: Element, slot: str) -> None:
        if not text:
            return
        self.reading.read.add((element, slot))
        words = _SPACE.sub(" ", text)
        if slot == "tail" and words[0] in _CLOSING_SIGNS and self._pending == "\n\n":
            # A full stop directly after a block belongs to it; a block may begin with one.
            self._pending = ""
        if words.startswith(" ") and not self._joined:
            self._break(" ")
        words = words.strip(" ")
        if words:
            self._written(words)
            if text[-1] in " \t\r\n":
                self._break(" ")

    def _written(self, words: str) -> None:
        if self._length and self._pending:
            self._put(self._pending + "\f" * self._on_new_page)
            self._on_new_page = False
        self._pending = ""
        self._joined = False
        if self._on_new_page and " " in words:
            end, rest = words.split(" ", 1)
            self._written(end)
            self._break(" ")
            self._written(rest)
            return
        start = self._length
        for stretch in self._waiting:
            if stretch.start < 0:
                stretch.start = start
        self._waiting = []
        now = self._versions[-1]
        last = self.reading.versions[-1] if self.reading.versions else None
        if last is None or (last.what, last.element) != (now.what, now.element):
            last = replace(now, start=start, end=start)
            self.reading.versions.append(last)
        self._put(words)
        last.end = self._length

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self._length += len(text)

    def _merge_versions(self) -> None:
        """Extend the versions to cover the text, and join neighbouring transcriptions."""
        merged: list[Version] = []
        for version in self.reading.versions:
            last = merged[-1] if merged else None
            ours = version.element is not None and version.element.get(XML_ID)
            foreign = version.is_foreign or (last is not None and last.is_foreign)
            if last and last.what == version.what == "transcription" and not (ours or foreign):
                last.end = version.end
            else:
                merged.append(version)
        for one, after in pairwise(merged):
            one.end = after.start
        if len(merged) == 1:
            merged[0].start = 0
        self.reading.versions = merged

    def _place_notes(self, roots: list[Element]) -> None:
        """Find the words of every note: in it, before it, or at its target or pointer."""
        placed: list[Note] = []
        seen = set()
        for note in self.reading.notes:
            seen.add(note.element)
            places = self._targets(note.element, note.start) if note.point else []
            if not note.point and note.end > note.start >= 0:
                placed.append(note)
            elif not places and has_target(note.element):
                self.reading.unplaced.append(note.element)
            elif places or note.point:
                placed += self._copies(note, places or [(note.start, note.end)])
        named = {note.name: note for note in placed if note.name}
        for root in roots:
            for element in root.iter("{*}note", "{*}span", "{*}item"):
                is_other = tag_of(element) == "item" and not is_endnote(element)
                if is_other or element in seen or _inside(element, seen) or is_evidence(element):
                    continue
                seen.add(element)
                known = named.get((element.get("target") or "").removeprefix("#"))
                if known is not None and known.text_element is None:
                    known.text_element = element
                    known.text = "; ".join(filter(None, (words_of(element), known.text)))
                    self.reading.read.add((element, "@target"))
                    continue
                found = Note("editorial", element, 0, 0, words_of(element), point=True)
                places = self._targets(element)
                placed += self._copies(found, places)
                if not places and has_target(element) and found.text:
                    self.reading.unplaced.append(element)
        self.reading.notes = sorted(placed, key=lambda note: (note.start, note.end))
        for note in placed:
            if tag_of(note.element) in (*NOTES, "gap"):
                self.reading.read.update((note.element, f"@{name}") for name in REASONS)

    def _copies(self, note: Note, places: list[tuple[int, int]]) -> list[Note]:
        """Return a copy of a note for each place with words; none if it has no text or target."""
        copies = []
        for start, end in places:
            words = _trimmed(self.reading.text, start, end)
            forward = note.forward and (start, end) == (note.start, note.end)
            words = words or _word_at(self.reading.text, start, forward=forward)
            if words and (note.text or note.element.get("target")):
                name = note.name
                copy = Note(note.what, note.element, *words, note.text, name, note.point)
                copy.text_element = note.text_element or note.element
                copies.append(copy)
        return copies

    def _targets(self, note: Element, note_place: int = -1) -> list[tuple[int, int]]:
        """Return the places of a note's targets, or of pointers to it.

        Args:
            note: The note.
            note_place: The note's offset in the text; -1 if it is not in the text.
        """
        above = note.getparent()
        note = above if tag_of(above) == "annotation" and not note.get("target") else note
        first = (note.get("target") or note.get("from") or "").split()
        last = (note.get("targetEnd") or note.get("to") or "").removeprefix("#")
        places = [self._places[t[1:]] for t in first if t[:1] == "#" and t[1:] in self._places]
        if len(places) == len(first):
            self.reading.read.update([(note, "@target"), (note, "@from")])
        meant = self._places.get((note.get("corresp") or "").removeprefix("#"))
        if meant and tag_of(note) == "note" and (meant[0] < meant[1] or meant[0] < note_place):
            self.reading.read.add((note, "@corresp"))
            # An anchor is at the beginning of the note's words, the note at their end.
            return [meant if meant[0] < meant[1] else (meant[0], note_place)]
        if places and last in self._places:
            self.reading.read.update([(note, "@targetEnd"), (note, "@to")])
            return [(places[0][0], self._places[last][1])]
        return places or self._pointers.get(note.get(XML_ID) or "", [])


def _word_at(text: str, position: int, *, forward: bool = False) -> tuple[int, int] | None:
    """Return the range of the word before or after a position, without punctuation, or None."""
    before = text[:position].rstrip(_BLANKS)
    start = max(before.rfind(sign) for sign in _BLANKS) + 1
    if not before or (forward and text[position:].strip(_BLANKS)):
        found = _WORD.search(text, position)
        if found is None:
            return None
        start, before = found.start(), text[: found.end()]
    word = before[start:]
    inner = word.strip(".,;:!?…)(“”„‘’»«–—-\"'")
    if inner:
        start += word.index(inner)
        word = inner
    return start, start + len(word)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a range without white space at its ends, or None if nothing is left."""
    start += len(text[start:end]) - len(text[start:end].lstrip(_BLANKS))
    end -= len(text[start:end]) - len(text[start:end].rstrip(_BLANKS))
    return (start, end) if end > start else None


def _inside(element: Element, others: set[Element]) -> bool:
    return any(above in others for above in element.iterancestors())


def _is_ours(note: Element) -> bool:
    """Return whether earlier versions of this program put the note around the letter's words."""
    return note.get("place") == "inline" and (note.get(XML_ID) or "").startswith("note-")
