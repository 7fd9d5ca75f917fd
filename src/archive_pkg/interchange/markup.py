"""Writing XML: elements that take any text, and documents that come out the same every time.

What is written is kept as the markup it will be: `put` begins an element that others go into, `say`
writes one that holds text, or nothing. Names are as they are written, with their prefixes
(`premis:object`), which the root declares.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Concatenate, ParamSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_CHARACTERS = "\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_FIT = re.compile(f"[{_CHARACTERS}]*+")
HOSTILE = re.compile(f"[^{_CHARACTERS}]")
"""A character that no XML 1.0 document can hold, not even escaped (XML 1.0, 2.2)."""

_PREFIXES = {"xml", "xlink", "xsi", "csip"}


Words = ParamSpec("Words")


class Element(list["Element | str"]):
    """An element that others go into: the list of those, and of what else is in it as markup.

    Attributes:
        tag: Its name, with its prefix.
        prefix: What stands before the names of its children, "premis:" or nothing.
        start: Its start tag, up to the bracket, on its line.
        line: The line end and indentation before each child; empty in mixed content, where white
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
    """The first element of a document, whose namespace is the default one unless mapped.

    Args:
        namespace: The address of its namespace.
        name: Its name, without a prefix.
        nsmap: The namespaces that it declares, by prefix.
        within: The element that the document goes into, if it is one within another.
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
    """A new child that others go into.

    Attributes that are None are left out. An underscore after `xml`, `xlink` or another known
    prefix stands for the colon, one at the end of a name that is a Python keyword for nothing:
    `xml_id`, `xlink_href`, `from_`.
    """
    prefix, line = parent.prefix, parent.line
    tag = prefix + name
    start = f"{line}<{tag}{_written(attributes) if attributes else ''}"
    child = Element(tag, prefix, start, line and f"{line}  ")
    parent.append(child)
    return child


def say(parent: Element, name: str, text: str | None = None, /, **attributes: str | None) -> None:
    """A new child with this text and nothing else in it; its attributes are as `put` has them."""
    tag = parent.prefix + name
    start = f"{parent.line}<{tag}{_written(attributes) if attributes else ''}"
    parent.append(f"{start}>{escaped(fit(text))}</{tag}>" if text else f"{start}/>")


def repeated(
    write: Callable[Concatenate[Element, Words], None],
) -> Callable[Concatenate[Element, Words], None]:
    """A writer of what is the same again and again, in a letter and from letter to letter.

    Args:
        write: Puts elements into the one it is given, the same for the same words; they are kept
            as markup, so they should be short.
    """

    def written(prefix: str, line: str, /, *words: Words.args, **named: Words.kwargs) -> str:
        parent = Element("", prefix, "", line)
        write(parent, *words, **named)
        return text_of(*parent)

    kept: Callable[..., str] = lru_cache(4096)(written)

    def again(parent: Element, /, *words: Words.args, **named: Words.kwargs) -> None:
        parent.append(kept(parent.prefix, parent.line, *words, **named))

    return again


def label(element: Element, /, **attributes: str | None) -> Element:
    """The element, with these attributes."""
    element.start += _written(attributes)
    return element


def serialize(document: Element) -> bytes:
    """The document in UTF-8, with its declaration and a line end."""
    return f"<?xml version='1.0' encoding='UTF-8'?>{text_of(document)}\n".encode()


def text_of(*content: Element | str) -> str:
    """Elements as they stand in a document, each on its line."""
    written: list[str] = []
    # By hand and not by recursion: notes may lie one in another deeper than Python calls.
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
    """The text with a replacement character (U+FFFD) for each that XML cannot hold."""
    # What can be printed is never hostile, and quicker told.
    if text.isprintable() or _FIT.fullmatch(text):
        return text
    return HOSTILE.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Text as it stands between tags; a reader takes line ends for line feeds."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _written(attributes: Mapping[str, str | None]) -> str:
    written = ""
    for key, value in attributes.items():
        if value is not None:
            written += _attribute(key, value)
    return written


@lru_cache(4096)
def _attribute(key: str, value: str) -> str:
    """An attribute as it stands in a tag; most of them are the same in every document."""
    prefix, _, local = key.partition("_")
    name = f"{prefix}:{local}" if local and prefix in _PREFIXES else key.rstrip("_")
    # A reader takes any white space in an attribute for a space.
    quoted = escaped(fit(value)).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    return f' {name}="{quoted}"'
