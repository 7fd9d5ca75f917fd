"""Find the lines and columns of statements in a record's file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.records.loading import read_tree
from archive_pkg.storage import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from archive_pkg.records.yaml.nodes import Node, Position
    from archive_pkg.reports import Finding


def placed(findings: Iterable[Finding], file: Path, root: Node | None = None) -> list[Finding]:
    """Return findings after adding the lines and columns of the fields that they are about.

    Args:
        findings: The findings. Those without a field, or with a line, stay as they are.
        file: The record's file.
        root: The tree of the file, if it has been read already.
    """
    found = list(findings)
    if not any(map(_lacks_line, found)):
        return found
    root = root or read_tree(read_regular(file), str(file)).root
    lists: dict[int, dict[str, Node]] = {}
    return [_with_line(item, root, lists) if root and _lacks_line(item) else item for item in found]


def _lacks_line(finding: Finding) -> bool:
    return bool(finding.location.field) and finding.location.line is None


def _with_line(finding: Finding, root: Node, lists: dict[int, dict[str, Node]]) -> Finding:
    position = _position(root, finding.location.field.split("."), lists)
    place = replace(finding.location, line=position.line + 1, column=position.column + 1)
    return replace(finding, location=place)


def _position(node: Node, names: list[str], lists: dict[int, dict[str, Node]]) -> Position:
    """Return the position of the value at a path, or of the last value that exists on the way.

    Args:
        node: The record.
        names: The steps of the path.
        lists: A cache of the items of each list, by the list's identity and the item's name.
    """
    position = node.start
    for name in names:
        value = node.value
        if isinstance(value, dict):
            if name not in value:
                break
            position, node = node.keys.get(name, value[name].start), value[name]
        elif isinstance(value, list):
            if id(value) not in lists:
                lists[id(value)] = _by_name(value)
            item = lists[id(value)].get(name)
            if item is None:
                break
            position, node = item.start, item
    return position


def _by_name(items: list[Node]) -> dict[str, Node]:
    """Return items by their ids and numbers. If an id repeats, the first item counts."""
    named: dict[str, Node] = {}
    for number, item in enumerate(items):
        inner = item.value
        name = inner["id"].value if isinstance(inner, dict) and "id" in inner else inner
        if isinstance(name, str):
            named.setdefault(name, item)
        named.setdefault(str(number), item)
    return named
