"""A letter in TEI P5: its text, and what its markup says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archive_pkg.drafting.statements import CERTAIN, Quote, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

NS = "{http://www.tei-c.org/ns/1.0}"
_BLOCKS = frozenset(
    {
        "p",
        "ab",
        "head",
        "salute",
        "signed",
        "dateline",
        "opener",
        "closer",
        "postscript",
        "lg",
        "item",
        "address",
        "div",
    }
)
_LINES = frozenset({"lb", "l", "addrLine"})
_LEFT_OUT = frozenset(
    {"note", "fw", "del", "figure", "corr", "reg", "expan", "pb", "index", "teiHeader"}
)
_NAMES = ("persName", "orgName", "name", "rs")


def read_tei(data: bytes) -> tuple[str, tuple[Statement, ...]]:
    """The text of a TEI letter as blocks, and what its markup states.

    Raises:
        ValueError: It is not well-formed XML, or no TEI.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    body = root.find(f".//{NS}body")
    if body is None:
        raise ValueError("it has no text body")
    described = sum(1 for _ in root.iter(f"{NS}correspDesc"))
    if described > 1:
        raise ValueError(f"it describes {described} letters, not one")
    writer = _Writer()
    writer.write(body)
    text = writer.text
    stated = [*_described(root), *_marked(writer, text)]
    return text, tuple(stated)


class _Writer:
    """Writes out an element's text and notes where the parts of a letter stand."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.parts: list[tuple[str, int, int, etree._Element]] = []

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def put(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.length += len(text)

    def words(self, text: str | None) -> None:
        """Text of the file, where white space is one space, and none begins a line."""
        if not text:
            return
        words = " ".join(text.split())
        begins = not self.pieces or self.pieces[-1].endswith("\n")
        if text[0].isspace() and not begins and not self.pieces[-1].endswith(" "):
            self.put(" ")
        self.put(words)
        if words and text[-1].isspace():
            self.put(" ")

    def end_block(self) -> None:
        while self.pieces and self.pieces[-1] == " ":
            self.length -= len(self.pieces.pop())
        if self.pieces and not self.pieces[-1].endswith("\n\n"):
            self.put("\n" if self.pieces[-1].endswith("\n") else "\n\n")

    def write(self, root: etree._Element) -> None:
        """Write an element and all in it, without going down into what is left out."""
        left_out = 0
        started: list[int] = []
        for event, element in etree.iterwalk(root, events=("start", "end")):
            name = str(element.tag).removeprefix(NS) if isinstance(element.tag, str) else "note"
            if event == "start":
                left_out += name in _LEFT_OUT
                if not left_out:
                    if name in _BLOCKS:
                        self.end_block()
                    if name in _LINES and self.pieces and not self.pieces[-1].endswith("\n"):
                        self.put("\n")
                started.append(self.length)
                if not left_out:
                    self.put(
                        "[" if name in ("supplied", "unclear") else "[…]" if name == "gap" else ""
                    )
                    self.words(element.text)
            else:
                start = started.pop()
                if not left_out:
                    if name == "unclear":
                        self.put("?")
                    self.put("]" if name in ("supplied", "unclear") else "")
                    if self.length > start:
                        self.parts.append((name, start, self.length, element))
                    if name in _BLOCKS:
                        self.end_block()
                left_out -= name in _LEFT_OUT
                if not left_out and element is not root:
                    self.words(element.tail)


def _clean(element: etree._Element) -> str:
    return " ".join("".join(str(text) for text in element.itertext()).split())


def _date_of(element: etree._Element) -> str:
    """EDTF from TEI's dating attributes."""
    when = element.get("when") or element.get("when-iso")
    if when:
        return when[:10]
    begin, end = (
        element.get("notBefore") or element.get("from"),
        element.get("notAfter") or element.get("to"),
    )
    return f"{begin}/{end}" if begin and end else ""


def _described(root: etree._Element) -> Iterator[Statement]:
    """What the correspDesc says: sender, place, date, recipient."""
    for action in root.iter(f"{NS}correspAction"):
        kind = action.get("type", "")
        field = {"sent": "sender", "received": "recipient"}.get(kind)
        if field is None:
            continue
        for name in _NAMES:
            for element in action.iter(f"{NS}{name}"):
                whose = "organization" if name == "orgName" else "person"
                words = _clean(element)
                if words:
                    yield Statement(field, words, CERTAIN, "tei-corresp-action", None, whose)
        if kind != "sent":
            continue
        date = next((d for d in (_date_of(e) for e in action.iter(f"{NS}date")) if d), "")
        if date:
            yield Statement("date", date, CERTAIN, "tei-corresp-action")
        place = next((p for p in (_clean(e) for e in action.iter(f"{NS}placeName")) if p), "")
        if place:
            yield Statement("place", place, CERTAIN, "tei-corresp-action")


def _marked(writer: _Writer, text: str) -> Iterator[Statement]:
    """What the text's own markup says: salutation, closing, signatures, place and date lines."""
    seen: set[str] = set()
    for name, start, end, element in writer.parts:
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        words = words.strip()
        if not words:
            continue
        quote = Quote(start, start + len(words), words)
        above = {str(a.tag).removeprefix(NS) for a in element.iterancestors()}
        if name == "salute":
            field = "closing" if "closer" in above else "salutation"
            if field not in seen:
                yield Statement(field, words, CERTAIN, "tei-salute", quote)
                seen.add(field)
        elif name == "signed":
            yield Statement("signatory", words, CERTAIN, "tei-signed", quote, "person")
