"""Import Tropy's JSON-LD: items with their metadata, tags, photos and notes.

Each item becomes XML with one element per property, so that it is read as Dublin Core, and
everything that is not read is reported.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from archive_pkg.interchange.importing.dublin_core import DC, DCTERMS, DublinCoreReader
from archive_pkg.interchange.importing.imported_record import optional
from archive_pkg.interchange.importing.watched_xml import (
    XML_LANG,
    XmlSource,
    local,
    refuse_unknown,
    text_of,
)
from archive_pkg.interchange.markup import fit
from archive_pkg.parsing import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.interchange.importing.imported_record import Imported
    from archive_pkg.interchange.importing.watched_xml import Element

ROUND_TRIP_FIELDS = frozenset([
    "type", "title", "date.edtf", "place.name", "summary.text", "subjects.term", "custody",
])  # fmt: skip
"""The fields that survive an export to Tropy's JSON-LD and an import from it."""

TROPY = "https://tropy.org/v1/tropy#"
_HINT = "Export the items from Tropy as JSON-LD."
_SINGLE = frozenset(["title", "abstract", "date", "provenance"])
"""Properties whose text is one value, even with a `|` in it."""
_LEVELS = ("collection", "box", "folder")


def recognizes(head: bytes) -> bool:
    """Return whether a file is JSON-LD of Tropy, by its first bytes."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and b"tropy.org/v1/" in head


def read(data: bytes, name: str, stem: str) -> list[Imported]:
    """Return a record for each item.

    Args:
        data: The file's bytes.
        name: The file's path or name, for findings.
        stem: The id of the record, or the beginning of the ids of several.

    Raises:
        InvalidError: The file is not JSON, or has no item.
    """
    try:
        items = list(_items(read_json(data), {}))
    except ValueError as error:
        raise refuse_unknown(name, f"it is not JSON: {error}", _HINT) from error
    if not items:
        raise refuse_unknown(name, "it has no items of Tropy", _HINT)
    found = []
    for number, (item, context) in enumerate(items, 1):
        root = etree.Element(f"{{{TROPY}}}item")
        _add(root, item, context)
        own = f"{stem}-{number}" if len(items) > 1 else stem
        found.append(_Item(XmlSource(etree.tostring(root), name, own)).read())
    return found


def _items(data: Any, context: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the items in a file, each with its context; they can be in groups by template."""
    if isinstance(data, list):
        for one in data:
            yield from _items(one, context)
    elif isinstance(data, dict):
        context = context | _context(data)
        if "@graph" in data:
            yield from _items(data["@graph"], context)
        elif any(key.removeprefix(TROPY) in ("template", "photo") for key in data) or any(
            str(kind).removeprefix(TROPY) == "Item" for kind in _flat(data.get("@type", ""))
        ):
            yield data, context


def _context(data: dict[str, Any]) -> dict[str, Any]:
    own = data.get("@context", {})
    found: dict[str, Any] = {}
    for one in own if isinstance(own, list) else [own]:
        found |= one if isinstance(one, dict) else {}
    return found


def _add(parent: Element, properties: dict[str, Any], context: dict[str, Any]) -> None:
    """Add the properties of an item, photo, selection or note to an element."""
    for key, values in properties.items():
        if key in ("@context", "@type"):
            continue
        term = context.get(key)
        below = context | (_context(term) if isinstance(term, dict) else {})
        address = str((term.get("@id") if isinstance(term, dict) else term) or key)
        for value in _flat(values):
            inner = value if isinstance(value, dict) else {"@value": value}
            text = inner.get("@value", inner.get("@id") if len(inner) == 1 else None)
            for words in _values(address, text):
                child = _element(parent, address)
                child.text = words
                if "@language" in inner:
                    child.set(XML_LANG, fit(str(inner["@language"])))
            if text is None and inner:
                _add(_element(parent, address), inner, below)


def _flat(values: Any) -> Iterator[Any]:
    """Yield the values in lists and in JSON-LD's lists and sets."""
    if isinstance(values, dict) and ("@list" in values or "@set" in values):
        values = values.get("@list", values.get("@set"))
    if isinstance(values, list):
        for one in values:
            yield from _flat(one)
    elif values is not None:
        yield values


def _values(address: str, value: Any) -> list[str]:
    """Return the values in a text, which can have several with `|` between them."""
    if value is None:
        return []
    text = fit(str(value))
    is_list = address.startswith((DC, DCTERMS)) and re.split("[/#]", address)[-1] not in _SINGLE
    return [words.strip() for words in text.split("|")] if is_list else [text]


def _element(parent: Element, address: str) -> Element:
    """Add an element for a property. One of another vocabulary has its address as an attribute."""
    address = address if ":" in address or address.startswith("@") else f"{TROPY}{address}"
    space = next((one for one in (DC, DCTERMS, TROPY) if address.startswith(one)), "")
    if space and re.fullmatch(r"[A-Za-z_][\w.-]*", address.removeprefix(space), re.ASCII):
        return etree.SubElement(parent, f"{{{space}}}{address.removeprefix(space)}")
    child = etree.SubElement(parent, f"{{{TROPY}}}property")
    child.set("name", fit(address))
    return child


class _Item(DublinCoreReader):
    """Reads an item as a letter if it has Tropy's template for correspondence or that type."""

    def __init__(self, source: XmlSource) -> None:
        elements: dict[str, list[Element]] = {}
        for element in source.root.iterchildren(f"{{{DC}}}*", f"{{{DCTERMS}}}*"):
            elements.setdefault(local(element), []).append(element)
        super().__init__(source, elements)

    def fill(self) -> None:
        """Read the metadata, tags, photos and notes."""
        source, root, draft = self.source, self.source.root, self.said.draft
        template = source.first(root, "template")
        is_letter = (text_of(template) or "").endswith("/correspondence")
        if is_letter and "type" not in self.elements:
            draft.raw["type"] = "letter"
        source.mark_used([(template, "text")] if is_letter else [])
        for name in self._words("audience"):
            self.said.person(self._agent(name), "recipients")
        if is_letter and (places := self._words("coverage")[:1]):
            draft.state("place", {"name": places[0]})
            self.elements["coverage"].pop(0)
        self._held()
        super().fill()
        for tag in source.all(root, "tag"):
            if words := source.words(tag):
                draft.add("subjects", {"term": words})
        for listed in source.all(root, "list"):
            draft.remark(f"Tropy list: {source.words(listed)}")
        for number, photo in enumerate(source.all(root, "photo"), 1):
            self.said.scans.append(self._photo(photo, number))

    def _held(self) -> None:
        """Read the archive and the path in it; without an archive, they stay remarks."""
        archives = self._words("source")
        levels = {name: self.source.text(self.source.root, name) for name in _LEVELS}
        known = {name: words for name, words in levels.items() if words}
        if archives:
            self.said.draft.hold(archives[0], known)
            self.elements["source"].pop(0)
        else:
            for name, words in known.items():
                self.said.draft.remark(f"{name}: {words}")

    def _photo(self, photo: Element, number: int) -> dict[str, Any]:
        """Return the part for a photo. The import does not copy the photo's file."""
        source = self.source
        title = next(photo.iterchildren(f"{{{DC}}}title"), None)
        media_type = source.text(photo, "mimetype")
        path, checksum = source.text(photo, "path"), source.text(photo, "checksum")
        said = [f"Photo in Tropy: {path}"] if path else []
        said += [f"Checksum in Tropy: {checksum}"] if checksum else []
        said += [
            f"Note: {words}" for note in source.all(photo, "note") if (words := self._note(note))
        ]
        for note in source.all(photo, "selection/note"):
            said += [f"Note on a selection: {words}"] if (words := self._note(note)) else []
        return {
            "id": f"photo-{number}",
            "kind": "scan",
            "held": False,
            "made_from": ["original"],
            **optional("title", source.words(title)),
            **optional("media_type", media_type if "/" in (media_type or "") else None),
            **optional("note", "\n".join(said)),
        }

    def _note(self, note: Element) -> str | None:
        """Return the words of a note; its HTML is not read if it has other words."""
        marked = source_html = self.source.first(note, "html")
        words = self.source.text(note, "text") or (
            self.source.words(note) if not len(note) else None
        )
        plain = html.unescape(re.sub("<[^>]*>", " ", text_of(marked) or "")).split()
        if source_html is not None and (words is None or "".join(words.split()) == "".join(plain)):
            self.source.mark_used([(source_html, "text")])
        return words or " ".join(plain) or None
