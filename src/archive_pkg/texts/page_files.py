"""Read the text of pages: PAGE XML and ALTO, which text recognition writes, and PDF.

Each line of a page is a line of the text. A blank line separates regions and pages. The order is
the reading order that the file states, otherwise the order of its elements.
"""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any

from archive_pkg import limits
from archive_pkg.errors import UsageError
from archive_pkg.messages import _
from archive_pkg.parsing import OverLimitError, parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Element = Any

PAGE = "application/vnd.prima.page+xml"
ALTO = "application/alto+xml"
PDF = "application/pdf"

_INDEX = re.compile(r"readingOrder\s*\{[^}]*?index\s*:\s*(\d+)")
_LAST = 1 << 30
_REFERENCES = ("regionRef", "REF")


def _name(element: Element) -> str:
    """Return an element's name without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _below(element: Element, *names: str) -> Iterator[Element]:
    return (child for child in element if _name(child) in names)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else _LAST


def page_blocks(data: bytes) -> Iterator[str]:
    """Yield the regions of a PAGE XML file, in reading order.

    Raises:
        MalformedError: The file is not XML, or exceeds a limit.
    """
    for page in _below(parse_xml(data), "Page"):
        yield from _regions(page, _stated_order(page))


def _regions(parent: Element, order: dict[str, int]) -> Iterator[str]:
    """Yield the text of each region in an element, before the regions inside it."""
    regions = [child for child in parent if _name(child).endswith("Region")]

    def place(region: Element) -> int:
        custom = _INDEX.search(region.get("custom") or "")
        stated = order.get(region.get("id") or "")
        return stated if stated is not None else _number(custom[1] if custom else None)

    for region in sorted(regions, key=place):
        lines = sorted(_below(region, "TextLine"), key=place)
        yield "\n".join(map(_equivalent, lines)) if lines else _equivalent(region)
        yield from _regions(region, order)
    for row in _below(parent, "TableCell"):
        yield from _regions(row, order)


def _equivalent(element: Element) -> str:
    """Return the first choice for the text of a line or region, or the texts of its words."""
    choices = sorted(_below(element, "TextEquiv"), key=lambda one: _number(one.get("index")))
    for choice in choices:
        for text in _below(choice, "Unicode"):
            return text.text or ""
    return " ".join(filter(None, map(_equivalent, _below(element, "Word"))))


def _stated_order(page: Element) -> dict[str, int]:
    """Return the place of each region in the reading order that a page states."""
    order: dict[str, int] = {}

    def read(group: Element) -> None:
        for entry in sorted(group, key=lambda one: _number(one.get("index"))):
            for reference in filter(None, map(entry.get, _REFERENCES)):
                order.setdefault(reference, len(order))
            read(entry)

    for stated in _below(page, "ReadingOrder"):
        read(stated)
    return order


def alto_blocks(data: bytes) -> Iterator[str]:
    """Yield the blocks of an ALTO file, in reading order.

    Raises:
        MalformedError: The file is not XML, or exceeds a limit.
    """
    root = parse_xml(data)
    order = _stated_order(root) | {
        key: place
        for layout in _below(root, "Layout")
        for key, place in _stated_order(layout).items()
    }
    blocks = [element for element in root.iter() if _name(element) == "TextBlock"]
    for block in sorted(blocks, key=lambda one: order.get(one.get("ID") or "", _LAST)):
        yield "\n".join(map(_line, _below(block, "TextLine")))


def _line(line: Element) -> str:
    """Return the words of a line of ALTO, with the hyphen at its end."""
    words = " ".join(word.get("CONTENT") or "" for word in _below(line, "String"))
    return words + "".join(sign.get("CONTENT") or "-" for sign in _below(line, "HYP"))


def pdf_blocks(data: bytes) -> Iterator[str]:
    """Yield the text of each page of a PDF file; empty for a page without a text layer.

    Raises:
        UsageError: pypdf is not installed.
        ValueError: The file is damaged or encrypted.
    """
    try:
        from pypdf import PdfReader
    except ImportError as error:
        hint = _("Install it: pip install 'archive-pkg[pdf]'. Or save the text as .txt.")
        raise UsageError(_("PDF files need pypdf, which is not installed"), hint) from error
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # it warns about many files that it reads without loss
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError(_("a password protects it"))
        for page in reader.pages:
            yield page.extract_text()
    except (MemoryError, ValueError):
        raise
    except Exception as error:  # pypdf raises many types for damaged files
        raise ValueError(_("it is damaged or incomplete")) from error
    finally:
        logger.setLevel(level)


BLOCKS: dict[str, Callable[[bytes], Iterator[str]]] = {
    PAGE: page_blocks, ALTO: alto_blocks, PDF: pdf_blocks,
}  # fmt: skip
"""The reader of each media type."""


def text_of_pages(data: bytes, media_type: str) -> str:
    """Return the text of a file of pages.

    Raises:
        OverLimitError: The text is too long.
        UsageError: A library is not installed.
        ValueError: The file is damaged.
    """
    blocks: list[str] = []
    length = 0
    for block in BLOCKS[media_type](data):
        lines = [line.rstrip() for line in block.splitlines()]
        if any(lines):
            blocks.append("\n".join(lines).strip("\n"))
            length += len(blocks[-1])
        if length > limits.DOCUMENT_TEXT.value:
            raise OverLimitError(
                _("its text has more than {length} characters", length=length), limits.DOCUMENT_TEXT
            )
    return "\n\n".join(blocks) + "\n" if blocks else ""
