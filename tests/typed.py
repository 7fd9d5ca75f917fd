"""Narrow a value to the type that a test expects, and fail if it has another."""

from __future__ import annotations

from typing import TypeVar

from lxml import etree

T = TypeVar("T")


def present(value: T | None) -> T:
    """Return a value that is not None."""
    assert value is not None
    return value


def elements(
    within: etree._Element | etree._ElementTree,
    path: str,
    namespaces: dict[str, str] | None = None,
) -> list[etree._Element]:
    """Return the elements that an XPath expression finds."""
    return _all_of(etree._Element, within.xpath(path, namespaces=namespaces))


def strings(
    within: etree._Element | etree._ElementTree,
    path: str,
    namespaces: dict[str, str] | None = None,
) -> list[str]:
    """Return the attributes or texts that an XPath expression finds."""
    return _all_of(str, within.xpath(path, namespaces=namespaces))


def content(element: etree._Element) -> str:
    """Return all the text in an element."""
    return str(element.xpath("string()"))


def _all_of(kind: type[T], found: object) -> list[T]:
    assert isinstance(found, list)
    for each in found:
        assert isinstance(each, kind)
    return found
