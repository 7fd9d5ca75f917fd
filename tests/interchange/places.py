"""Write a document as lines of text: the path of each text and attribute, and its value.

A document that is neither XML nor JSON is split into its lines.

`places/FORMAT.txt` has these lines for the record with every field. A person checked each line
against the record, and no command writes these files.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).with_name("places")
PREFIXES = {
    "http://www.w3.org/XML/1998/namespace": "xml:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
    "http://www.w3.org/1999/xlink": "xlink:",
}


def expected(name: str) -> list[str]:
    """Return the lines that are expected for a format."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def places(document: bytes) -> list[str]:
    """Return the lines of a document, in its order."""
    if document.startswith(b"<"):
        root = etree.fromstring(document)
        return list(_in_xml(root, _name(root.tag)))
    if not document.startswith((b"{", b"[")):
        return document.decode().splitlines()
    return list(_in_json(json.loads(document), ""))


def _name(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    return PREFIXES.get(space.removeprefix("{"), "") + local


def _in_xml(element: Any, path: str) -> Iterator[str]:
    for name, value in element.attrib.items():
        yield f"{path}/@{_name(name)}: {value}"
    text = " ".join((element.text or "").split())
    if text or not (len(element) or element.attrib):
        yield f"{path}: {text}"
    names = [_name(child.tag) for child in element]
    more, seen = Counter(names), Counter[str]()
    for name, child in zip(names, element, strict=True):
        seen[name] += 1
        number = f"[{seen[name]}]" if more[name] > 1 else ""
        yield from _in_xml(child, f"{path}/{name}{number}")
        if after := " ".join((child.tail or "").split()):
            yield f"{path}: {after}"


def _in_json(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _in_json(inner, f"{path}/{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _in_json(inner, f"{path}[{number}]")
    else:
        yield f"{path}: {value}".replace("\n", "\\n")
