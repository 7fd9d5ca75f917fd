"""Writing XML: elements that take any text, and documents that come out the same every time."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable

XML = "http://www.w3.org/XML/1998/namespace"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

HOSTILE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no XML 1.0 document can hold, not even escaped (XML 1.0, 2.2)."""

_QUALIFIED = {"xml": XML, "xlink": XLINK, "xsi": XSI}

Element = Any  # lxml's stubs name elements by a private class


def fit(text: str) -> str:
    """The text with a replacement character (U+FFFD) for each that XML cannot hold."""
    # What can be printed is never hostile, and quicker told.
    return text if text.isprintable() else HOSTILE.sub("\N{REPLACEMENT CHARACTER}", text)


def root(namespace: str, name: str, nsmap: dict[str | None, str] | None = None) -> Element:
    """The first element of a document, whose namespace is the default one unless mapped."""
    names: Any = nsmap or {None: namespace}
    return etree.Element(f"{{{namespace}}}{name}", nsmap=names)


def put(
    parent: Element, name: str, text: str | None = None, /, **attributes: str | None
) -> Element:
    """A new child in its parent's namespace; attributes that are None are left out.

    An underscore after `xml`, `xlink` or `xsi` stands for the colon, one at the end of a name that
    is a Python keyword for nothing: `xml_id`, `xlink_href`, `from_`.
    """
    child = etree.SubElement(parent, _beside(parent.tag, name))
    if text is not None:
        child.text = fit(text)
    return label(child, **attributes) if attributes else child


def locate(document: Element, **schemas: str) -> None:
    """Say where the schemas of a document's namespaces are published, by the namespace's prefix.

    Many validators look there, or know the address; nothing here fetches it.
    """
    pairs = (f"{document.nsmap[prefix]} {address}" for prefix, address in schemas.items())
    document.set(f"{{{XSI}}}schemaLocation", " ".join(pairs))


def label(element: Element, /, **attributes: str | None) -> Element:
    """The element, with these attributes."""
    for key, value in attributes.items():
        if value is not None:
            element.set(_attribute(key), fit(value))
    return element


@cache
def _beside(tag: str, name: str) -> str:
    """The qualified name of an element in the namespace of another."""
    return f"{tag.partition('}')[0]}}}{name}"


@cache
def _attribute(key: str) -> str:
    prefix, _, local = key.partition("_")
    if local and prefix in _QUALIFIED:
        return f"{{{_QUALIFIED[prefix]}}}{local}"
    return key.rstrip("_")


def latest(make: Callable[[Any, Any], Element]) -> Callable[[Any, Any], Element]:
    """Make an element once where it is asked for again at once; each caller gets a copy.

    PREMIS is a document by itself and is in METS, too, and making it takes longer than all else.
    """
    kept: tuple[Any, Any, Element] = (None, None, None)

    def remembered(record: Any, setting: Any) -> Element:
        nonlocal kept
        known = kept
        if known[0] is not record or known[1] is not setting:
            kept = known = (record, setting, make(record, setting))
        return deepcopy(known[2])

    return remembered


def serialize(document: Element, *, indent: bool = True) -> bytes:
    """The document in UTF-8, with its declaration and a line end.

    `indent` is for documents without mixed content: white space would be new text in those.
    """
    if indent:
        etree.indent(document)
    written: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"
