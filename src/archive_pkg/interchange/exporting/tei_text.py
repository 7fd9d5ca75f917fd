"""Write the text of a part in TEI, with its zones, notes and quoted names and dates.

Markup is added around the text. Every character that is not white space between blocks stays in the
document; one that XML cannot hold becomes a `g`. Blank lines divide the text into blocks. Evidence
that quotes at least half of a block says what the block is: the classification, the address, the
date, the salutation, the closing, the signature or the postscript; so does the place of such an
element in a TEI file that the record comes from. The blocks up to the salutation are the opener,
those from the closing on are the closer, and all others are paragraphs. Inside a block, notes and
quoted names and dates are elements. If a note overlaps other elements or extends over several
blocks, it becomes two anchors. A quoted name or date in this case stays unmarked.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from archive_pkg.interchange.dates import tei
from archive_pkg.interchange.markup import HOSTILE, Element, escaped, put, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.models import Part, Quote, Record, TranslationNote

_XML_ID = "xml_id"
# Python counts some control characters as white space. Here they are part of the text.
_SPACES = r"[^\S\n\x0b\x0c\x1c-\x1f]*+"
_LINE = rf"{_SPACES}.++"
_BLOCK = re.compile(rf"({_LINE}(?:\n{_LINE})*)|{_SPACES}(?:\n|\Z)")
"""Several lines that are not blank, or one blank line.

The repetition of the group is not possessive, because Python before 3.11.5 would then match one
line ending too many.
"""
_AROUND = re.compile(
    r"([^\S\x0b\x0c\x1c-\x1f]*+)(?=[\S\x0b\x0c\x1c-\x1f]).*[\S\x0b\x0c\x1c-\x1f](.*)", re.DOTALL
)
_BARE_RETURN = re.compile(r"\r(?!\n)")
_NEW_PAGE = re.compile(r"(?<=[ \n])\f(?=\S|\Z)")
_BARE_RETURN_IN_MARKUP = re.compile(r"&#13;(?!\n)")

_OPENING = {"classification", "recipients", "salutation", "date", "place"}
_ENDING = {"closing", "signatories", "postscript"}
SIGNED_BY_SENDER = "signed-by-the-sender"
"""The rule of an import by which the sender signed the letter."""
_OF_AN_ELEMENT = re.compile(f"tei-(.+)|{SIGNED_BY_SENDER}")
"""The rules of an import that say which element a place in the text had."""

_NOTES = {
    "source-term": ("seg", {"type": "source-term"}, None),
    "insertion": ("supplied", {}, None),
    "uncertain": ("unclear", {}, None),
    "illegible": ("seg", {"type": "illegible"}, "illegible"),
    "sic": ("sic", {}, None),
    "omission": ("seg", {"type": "omission"}, "editorial"),
    "withheld": ("seg", {"type": "withheld"}, "withheld"),
    "editorial": ("seg", {"type": "editorial"}, None),
}
"""The element for each kind of note, its attributes, and the reason of a gap in it.

The element is never `note`, because it contains words of the text, and programs may skip notes.
"""

_NAMES = {"person": "persName", "organization": "orgName"}


class Mark(NamedTuple):
    """An element around a range of the text. Marks with the same start sort outermost first."""

    start: int
    minus_end: int
    element: str
    attributes: dict[str, str]
    gap: str | None
    note: str | None

    @property
    def end(self) -> int:
        """The offset after the last character."""
        return -self.minus_end


class Block(NamedTuple):
    """Consecutive lines that are not blank, with their zone, such as "salutation", or None."""

    start: int
    end: int
    zone: str | None


def note_id(name: str) -> str:
    """Return the `xml:id` of the words that a note is about.

    If they become two anchors, the second has this name with ".end".
    """
    return f"note-{name}"


def render(division: Element, record: Record, part: Part, text: str) -> set[str]:
    """Add the text of a part to a `div`, and return the `xml:id`s of the notes in it."""
    start, end = (part.span.start, part.span.end) if part.span else (0, len(text))
    zones = _zones(record, part)
    blocks = [Block(*block, _zone(zones, text, *block)) for block in _blocks(text, start, end)]
    opening = _opening(blocks)
    closing = _closing(blocks[opening:])
    ended = len(blocks) - closing
    writer = _Writer(record, part, text)
    if opening:
        opener = _on_a_line(division, "opener")
        for block in blocks[:opening]:
            writer.write(_zone_element(opener, block), block)
    for block in blocks[opening:ended]:
        writer.write(_on_a_line(division, "p"), block)
    if opening == ended:
        _on_a_line(division, "p")
    for is_after, ending in groupby(blocks[ended:], lambda block: block.zone == "postscript"):
        element = _on_a_line(division, "postscript" if is_after else "closer")
        for block in ending:
            writer.write(_zone_element(element, block), block)
    return writer.placed


def _on_a_line(division: Element, name: str) -> Element:
    child = put(division, name)
    division.append("\n")
    return child


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # Replacing carriage returns lets the pattern use a dot, which is five times as fast as a class.
    lines = _BARE_RETURN.sub("\n", text[start:end])
    for found in _BLOCK.finditer(lines):
        if found[1]:
            yield start + found.start(), start + found.end() - found[1].endswith("\r")


def _quotes(record: Record, part: Part) -> Iterator[tuple[str, Quote]]:
    """Yield the field and the quote of each statement that is quoted from a part."""
    for evidence in record.evidence:
        at = evidence.at
        if at and at.part == part.id and evidence.basis == "quoted" and not evidence.value:
            yield evidence.field, at


def _zones(record: Record, part: Part) -> list[tuple[int, int, str]]:
    """Return the places in a part that belong to the opener or closer: start, end and zone.

    Postscripts are last, because they contain other zones.
    """
    zones: list[tuple[str, Quote, str | None]] = [(*each, None) for each in _quotes(record, part)]
    for evidence in record.evidence:
        rule = _OF_AN_ELEMENT.fullmatch(evidence.rule or "")
        if rule and evidence.at and evidence.at.part == part.id:
            zones.append((evidence.field, evidence.at, rule[1]))
    known = _OPENING | _ENDING
    found = [
        (at.start, at.end, zone)
        for field, at, element in zones
        if (zone := element if field.startswith("parts.") else field.partition(".")[0]) in known
    ]
    return sorted(found, key=lambda each: each[2] == "postscript")


def _zone(zones: list[tuple[int, int, str]], text: str, start: int, end: int) -> str | None:
    """Return the first zone that covers at least half of a block; None if no zone does."""
    needed = len(text[start:end].strip()) / 2
    return next((z for s, e, z in zones if min(e, end) - max(s, start) >= needed), None)


def _opening(blocks: list[Block]) -> int:
    """Return the number of blocks in the opener.

    The opener ends with the salutation. Without a salutation, it consists of the blocks at the
    beginning whose zones belong to an opener.
    """
    for count, block in enumerate(blocks, 1):
        if block.zone == "salutation":
            return count
    count = 0
    while count < len(blocks) and blocks[count].zone in _OPENING:
        count += 1
    return count


def _closing(blocks: list[Block]) -> int:
    """Return the number of blocks from the first closing or signature to the end."""
    for count, block in enumerate(blocks):
        if block.zone in _ENDING:
            return len(blocks) - count
    return 0


def _zone_element(parent: Element, block: Block) -> Element:
    if parent:
        parent.append("\n")
    match block.zone:
        case "classification":
            return put(parent, "seg", type="classification")
        case "recipients":
            return put(put(parent, "address"), "addrLine")
        case "date" | "place":
            return put(parent, "dateline")
        case "signatories":
            return put(parent, "signed")
        case "salutation" | "closing":
            return put(parent, "salute")
        case "postscript":
            return put(parent, "p")
    return put(parent, "seg")


class _Writer:
    """Writes blocks of a part's text with the marks in it."""

    def __init__(self, record: Record, part: Part, text: str) -> None:
        self.text = text
        self.placed: set[str] = set()
        notes = [_note_mark(note) for note in record.translation_notes if note.at.part == part.id]
        names = (mark for quote in _quotes(record, part) for mark in _named(record, *quote))
        # Evidence for several statements may quote the same words.
        unique = {(mark.start, mark.end, mark.element): mark for mark in names}
        self._marks = sorted([*notes, *unique.values()], key=lambda mark: mark.start)
        self._starts = [mark.start for mark in self._marks]
        self._notes = sorted(notes, key=lambda mark: mark.end)
        self._ends = [mark.end for mark in self._notes]

    def write(self, element: Element, block: Block) -> None:
        """Write the text of a block, with its marks, into an element."""
        begun = self._begun(block)
        within = [mark for mark in begun if mark.end <= block.end]
        marks, anchors = _nested(within, [*begun, *self._ended(block)], block)
        open_elements: list[tuple[Element, int]] = [(element, block.end)]
        position = block.start
        is_marked = any(mark.start == position for mark in begun)
        if position and self.text[position] == "\f" and not is_marked:
            element.append("<pb/>")
            position += 1
        for mark in sorted([*marks, *anchors], key=lambda mark: (mark.start, mark.minus_end)):
            position = self._close(open_elements, position, mark.start)
            open_elements[-1][0].append(_lined(self.text[position : mark.start]))
            position = mark.start
            child = put(open_elements[-1][0], mark.element, **mark.attributes)
            self.placed.add(mark.attributes.get(_XML_ID, ""))
            if mark.gap:
                say(child, "gap", reason=mark.gap)
            if mark.end > mark.start:
                open_elements.append((child, mark.end))
        position = self._close(open_elements, position, block.end)
        element.append(_lined(self.text[position : block.end]))

    def _begun(self, block: Block) -> list[Mark]:
        """Return the marks that begin in a block."""
        first, last = (bisect_left(self._starts, position) for position in (block.start, block.end))
        return self._marks[first:last]

    def _ended(self, block: Block) -> list[Mark]:
        """Return the notes that end in a block and began before it."""
        first, last = (bisect_right(self._ends, position) for position in (block.start, block.end))
        return [mark for mark in self._notes[first:last] if mark.start < block.start]

    def _close(self, elements: list[tuple[Element, int]], position: int, until: int) -> int:
        """Close the elements that end before a position, after writing the rest of their text."""
        while len(elements) > 1 and elements[-1][1] <= until:
            element, end = elements.pop()
            element.append(_lined(self.text[position:end]))
            position = end
        return position


def _lined(text: str) -> str:
    """Return a string as markup: `lb` follows line breaks, `g` replaces what XML does not allow.

    A form feed between white space and a word becomes `pb`.
    """
    markup = _NEW_PAGE.sub("<pb/>", escaped(text)).replace("\n", "\n<lb/>")
    return HOSTILE.sub(_sign, _BARE_RETURN_IN_MARKUP.sub("&#13;<lb/>", markup))


def _sign(hostile: re.Match[str]) -> str:
    return f'<g n="U+{ord(hostile[0]):04X}">\N{REPLACEMENT CHARACTER}</g>'


def _note_mark(note: TranslationNote) -> Mark:
    element, attributes, gap = _NOTES[note.kind]
    named = {_XML_ID: note_id(note.id)} | attributes
    # White space around the words may be outside the blocks, where no element is possible.
    found = _AROUND.fullmatch(note.at.exact)
    before, after = (len(found[1]), len(found[2])) if found else (0, 0)
    return Mark(note.at.start + before, -(note.at.end - after), element, named, gap, note.id)


def _named(record: Record, place: str, at: Quote) -> Iterator[Mark]:
    """Yield a mark for the quote of a statement, if TEI has an element for its field."""
    field, _, rest = place.partition(".")
    element, attributes = "", {}
    if field == "agents" or (field in _ROLES and len(getattr(record, field)) == 1):
        agent = record.agent(rest.partition(".")[0] if field == "agents" else _only(record, field))
        element = _NAMES.get(agent.kind, "rs")
        attributes = {"ref": f"#agent-{agent.id}"}
    elif field in _DATES and (date := getattr(record, field)):
        element, attributes = "date", tei(date.edtf)
    elif field in ("place", "mentioned_places"):
        element = "placeName"
    if element:
        yield Mark(at.start, -at.end, element, attributes, None, None)


_ROLES = ("sender", "signatories", "recipients")
_DATES = ("date", "dispatched", "received", "recorded")


def _only(record: Record, field: str) -> str:
    names: tuple[str, ...] = getattr(record, field)
    return names[0]


def _nested(
    within: list[Mark], reaching: list[Mark], block: Block
) -> tuple[list[Mark], list[Mark]]:
    """Return marks that do not overlap, and anchors for the notes that are not among them.

    Args:
        within: The marks that begin and end in the block.
        reaching: All marks that begin or end in the block.
        block: The block.
    """
    kept: list[Mark] = []
    # The kept marks by stretches of the text, so that a mark is compared only with marks near it.
    near: dict[int, list[Mark]] = defaultdict(list)
    # Notes take precedence over names, and short marks, which are more precise, over long ones.
    for mark in sorted(within, key=lambda mark: (mark.note is None, mark.end - mark.start)):
        stretches = range(mark.start // _NEAR, mark.end // _NEAR + 1)
        if all(_nests(mark, other) for number in stretches for other in near[number]):
            kept.append(mark)
            for number in stretches:
                near[number].append(mark)
    whole = {mark.note for mark in kept}
    anchors = [
        _anchor(position, suffix, mark.note)
        for mark in reaching
        if mark.note and mark.note not in whole
        for position, suffix in ((mark.start, ""), (mark.end, ".end"))
        if block.start <= position <= block.end
    ]
    return kept, anchors


_NEAR = 256
"""The number of characters in each stretch of the index of kept marks in `_nested`."""


def _nests(one: Mark, other: Mark) -> bool:
    apart = one.end <= other.start or other.end <= one.start
    inside = other.start <= one.start and one.end <= other.end
    around = one.start <= other.start and other.end <= one.end
    return apart or inside or around


def _anchor(position: int, suffix: str, note: str) -> Mark:
    name = {_XML_ID: f"{note_id(note)}{suffix}"}
    return Mark(position, -position, "anchor", name, None, note)
