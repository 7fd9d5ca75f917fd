"""Writing XML: elements that take any text, and documents that come out the same every time.

Elements are the standard library's; names in them are as they are written, with their prefixes
(`premis:object`), which the root declares.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator

XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

HOSTILE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no XML 1.0 document can hold, not even escaped (XML 1.0, 2.2)."""

_PREFIXES = {"xml", "xlink", "xsi", "csip"}

Element = ElementTree.Element


def fit(text: str) -> str:
    """The text with a replacement character (U+FFFD) for each that XML cannot hold."""
    # What can be printed is never hostile, and quicker told.
    return text if text.isprintable() else HOSTILE.sub("\N{REPLACEMENT CHARACTER}", text)


def root(namespace: str, name: str, nsmap: dict[str | None, str] | None = None) -> Element:
    """The first element of a document, whose namespace is the default one unless mapped."""
    names = nsmap or {None: namespace}
    [prefix] = [prefix for prefix, known in names.items() if known == namespace]
    declared = {f"xmlns:{each}" if each else "xmlns": space for each, space in names.items()}
    return Element(f"{prefix}:{name}" if prefix else name, declared)


def put(
    parent: Element, name: str, text: str | None = None, /, **attributes: str | None
) -> Element:
    """A new child, with its parent's prefix if it has none; attributes that are None are left out.

    An underscore after `xml`, `xlink` or another known prefix stands for the colon, one at the end
    of a name that is a Python keyword for nothing: `xml_id`, `xlink_href`, `from_`.
    """
    child = ElementTree.SubElement(parent, _beside(parent.tag, name))
    if text is not None:
        child.text = fit(text)
    return label(child, **attributes) if attributes else child


def locate(document: Element, **schemas: str) -> None:
    """Say where the schemas of a document's namespaces are published, by the namespace's prefix.

    Many validators look there, or know the address; nothing here fetches it.
    """
    pairs = (f"{document.get(f'xmlns:{prefix}')} {at}" for prefix, at in schemas.items())
    label(document, xsi_schemaLocation=" ".join(pairs))


def label(element: Element, /, **attributes: str | None) -> Element:
    """The element, with these attributes."""
    for key, value in attributes.items():
        if value is not None:
            element.set(_attribute(key), fit(value))
    return element


@cache
def _beside(tag: str, name: str) -> str:
    """The name of an element with the prefix of another."""
    prefix, colon, _ = tag.rpartition(":")
    return name if ":" in name else f"{prefix}{colon}{name}"


@cache
def _attribute(key: str) -> str:
    prefix, _, local = key.partition("_")
    return f"{prefix}:{local}" if local and prefix in _PREFIXES else key.rstrip("_")


def serialize(document: Element, *, indent: bool = True) -> bytes:
    """The document in UTF-8, with its declaration and a line end.

    `indent` is for documents without mixed content: white space would be new text in those.
    """
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{text_of(document, indent=indent)}\n".encode()


def text_of(element: Element, *, indent: bool = True, level: int = 0) -> str:
    """An element as it stands in a document, without what stands behind it.

    Args:
        element: The element.
        indent: Whether each element below it gets a line of its own.
        level: How deep it stands there.
    """
    written: list[str] = []
    # By hand and not by recursion: notes may lie one in another deeper than Python calls.
    begun: list[tuple[Element, Iterator[Element]]] = []
    children = iter((element,))
    line = ""
    while True:
        for child in children:
            written.append(f"{line}<{child.tag}{_attributes(child)}")
            if len(child):
                written.append(">" if indent else f">{_escaped(child.text)}")
                begun.append((child, children))
                children = iter(child)
                line = f"\n{'  ' * (level + len(begun))}" if indent else ""
                break
            written.append(f">{_escaped(child.text)}</{child.tag}>" if child.text else "/>")
            if not indent and child.tail and begun:
                written.append(_escaped(child.tail))
        else:
            if not begun:
                return "".join(written)
            child, children = begun.pop()
            line = f"\n{'  ' * (level + len(begun))}" if indent else ""
            written.append(f"{line}</{child.tag}>")
            if not indent and child.tail and begun:
                written.append(_escaped(child.tail))


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
# A reader takes line ends for line feeds, and any white space in an attribute for a space.
_IN_TEXT = re.compile("[&<>\r]")
_IN_ATTRIBUTES = re.compile('[&<>"\t\n\r]')


def _escaped(text: str | None) -> str:
    return _IN_TEXT.sub(_entity, text) if text else ""


def _attributes(element: Element) -> str:
    pairs = element.items()
    if not pairs:
        return ""
    return "".join([f' {name}="{_IN_ATTRIBUTES.sub(_entity, value)}"' for name, value in pairs])


def _entity(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"&#{ord(found[0])};"
