"""Where in a record's file a statement stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archive_pkg.records.loading import read_tree
from archive_pkg.storage import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from archive_pkg.records.nodes import Mark, Node
    from archive_pkg.reports import Finding


def placed(findings: Iterable[Finding], file: Path, root: Node | None = None) -> list[Finding]:
    """Findings on fields of a record, with the lines and columns of those fields in its file.

    Args:
        findings: Findings; those that name no field or have a line already stay as they are.
        file: The record's file.
        root: Its tree, where it has been read already.
    """
    found = list(findings)
    if not any(map(_lacks_line, found)):
        return found
    root = root or read_tree(read_regular(file), str(file)).root
    return [_with_line(item, root) if root and _lacks_line(item) else item for item in found]


def _lacks_line(finding: Finding) -> bool:
    return bool(finding.location.field) and finding.location.line is None


def _with_line(finding: Finding, root: Node) -> Finding:
    mark = _mark(root, finding.location.field.split("."))
    place = replace(finding.location, line=mark.line + 1, column=mark.column + 1)
    return replace(finding, location=place)


def _mark(node: Node, names: list[str]) -> Mark:
    """The place of what a path leads to, or of the last thing on the way that is there."""
    mark = node.start
    for name in names:
        value = node.value
        if isinstance(value, dict):
            if name not in value:
                break
            mark, node = node.keys.get(name, value[name].start), value[name]
        elif isinstance(value, list):
            item = next((item for at, item in enumerate(value) if _is(item, name, at)), None)
            if item is None:
                break
            mark, node = item.start, item
    return mark


def _is(item: Node, name: str, index: int) -> bool:
    inner = item.value
    named = inner["id"].value if isinstance(inner, dict) and "id" in inner else inner
    return name in (named, str(index))
