"""Write XML. Elements accept any text, and the same elements give the same bytes.

`put` adds an element that contains other elements, `say` one that contains only text or nothing.
For speed, elements without child elements are kept as markup instead of objects. Names have
prefixes (`mets:file`), which the root declares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

HOSTILE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that an XML 1.0 document cannot hold, not even escaped (XML 1.0, 2.2)."""

_PREFIXES = {"xml", "xlink", "xsi", "csip"}


class Element(list["Element | str"]):
    """An element, as a list of its contents: elements, and markup for everything else.

    Attributes:
        tag: The name of the element, with its prefix.
        prefix: The prefix for the names of the children, such as "mets:"; or "".
        start: The line break and indentation before the element, and its start tag without the `>`.
        line: The line break and indentation before each child; empty in mixed content, where white
            space would be new text.
    """

    __slots__ = ("line", "prefix", "start", "tag")

    def __init__(self, tag: str, prefix: str, start: str, line: str) -> None:
        self.tag = tag
        self.prefix = prefix
        self.start = start
        self.line = line


def root(
    namespace: str,
    name: str,
    nsmap: Mapping[str | None, str] | None = None,
    within: Element | None = None,
) -> Element:
    """Return the root element of a document.

    Args:
        namespace: The namespace of the element.
        name: The name of the element, without a prefix.
        nsmap: The namespaces that the element declares, by prefix; by default its own, without a
            prefix. If `namespace` has several prefixes, names get the first.
        within: The element to which the root is added, if the document is part of another one.
    """
    names = nsmap or {None: namespace}
    prefix = next(f"{each}:" if each else "" for each, space in names.items() if space == namespace)
    declared = {f"xmlns:{each}" if each else "xmlns": space for each, space in names.items()}
    outside = Element("", prefix, "", "\n" if within is None else within.line)
    document = put(outside, name, **declared)
    if within is not None:
        within.append(document)
    return document


def put(parent: Element, name: str, /, **attributes: str | None) -> Element:
    """Add a child that can contain elements, and return it.

    Attributes that are None are left out. An underscore after a known prefix stands for the colon
    (`xml_id`, `xlink_href`). An underscore at the end of a name is dropped (`from_`).
    """
    prefix, line = parent.prefix, parent.line
    tag = prefix + name
    start = f"{line}<{tag}{_written(attributes) if attributes else ''}"
    child = Element(tag, prefix, start, line and f"{line}  ")
    parent.append(child)
    return child


def say(parent: Element, name: str, text: str | None = None, /, **attributes: str | None) -> None:
    """Add a child that contains only text; attributes are as in `put`."""
    tag = parent.prefix + name
    start = f"{parent.line}<{tag}{_written(attributes) if attributes else ''}"
    parent.append(f"{start}>{escaped(fit(text))}</{tag}>" if text else f"{start}/>")


def label(element: Element, /, **attributes: str | None) -> Element:
    """Add attributes to an element, and return it."""
    element.start += _written(attributes)
    return element


def serialize(document: Element) -> bytes:
    """Return a document in UTF-8, with an XML declaration and a line ending."""
    return f"<?xml version='1.0' encoding='UTF-8'?>{text_of(document)}\n".encode()


def text_of(*content: Element | str) -> str:
    """Return elements and markup as one text of markup."""
    written: list[str] = []
    # This is not recursive, because notes can be nested more deeply than Python allows calls.
    begun: list[tuple[Element, Iterator[Element | str]]] = []
    coming = iter(content)
    while True:
        for item in coming:
            if isinstance(item, str):
                written.append(item)
            elif item:
                written.append(f"{item.start}>")
                begun.append((item, coming))
                coming = iter(item)
                break
            else:
                written.append(f"{item.start}/>")
        else:
            if not begun:
                return "".join(written)
            ended, coming = begun.pop()
            written.append(f"{ended.line[:-2]}</{ended.tag}>")


def fit(text: str) -> str:
    """Return a string with U+FFFD in place of each character that XML cannot hold."""
    # Printable text has no such character, and this check is faster than the search.
    if text.isprintable():
        return text
    return HOSTILE.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Return a string escaped for use between tags.

    A carriage return is escaped, too, because XML readers turn it into a line feed.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def quoted(value: str) -> str:
    """Return the value of an attribute, escaped and in quotation marks."""
    # XML readers turn unescaped white space in an attribute into spaces.
    text = escaped(fit(value)).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    return f'"{text}"'


def _written(attributes: Mapping[str, str | None]) -> str:
    written = ""
    for key, value in attributes.items():
        if value is not None:
            prefix, _, local = key.partition("_")
            name = f"{prefix}:{local}" if local and prefix in _PREFIXES else key.rstrip("_")
            written += f" {name}={quoted(value)}"
    return written
