"""The tree of a record's file: uninterpreted texts with their positions.

Every plain scalar is its source text (`1960-07-18`, `012`, `1e3`, `no`). Only `null`, `~` and an
empty value mean None. The models decide what is a number, a date or a truth value.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import Message, _, capital
from archive_pkg.reports import Code, Location, Report, Severity, abridged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SYNTAX = Code("record-syntax", Severity.ERROR, "The file is neither YAML nor JSON.", "YAML 1.2.2")
CHARACTER = Code(
    "record-character",
    Severity.ERROR,
    "The file has a character that is not allowed.",
    "YAML 1.2.2, 5.1",
)
EMPTY = Code("record-empty", Severity.ERROR, "The file is empty.")
KEY_REPEATED = Code(
    "record-key-repeated",
    Severity.ERROR,
    "A mapping has the same key twice, so one of the values would be lost.",
    "YAML 1.2.2, 3.2.1.3",
)
DEEP = Code("record-too-deep", Severity.ERROR, "The file is nested deeper than any record.")
MANY = Code("record-too-many-values", Severity.ERROR, "The file has more values than any record.")

MAX_DEPTH = 32
"""The maximum depth of nesting; a record has up to seven levels."""

MAX_FINDINGS = 100
"""The number of findings after which reading stops; such a file is hardly a record."""


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a text, counted from 0 in code points."""

    index: int
    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value in a file.

    Attributes:
        value: The text of a scalar or None, or the nodes of a mapping or list.
        start: The position of its first character.
        end: The position after its last character. For a collection in block style, the position
            of what follows.
        style: For a scalar `""` (plain), `'`, `"`, `|` or `>`; for a collection "flow" or "block".
        keys: The positions of the keys of a mapping.
    """

    value: str | dict[str, Node] | list[Node] | None
    start: Position
    end: Position
    style: str = ""
    keys: dict[str, Position] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The value of `id` in a mapping, or ""."""
        held = self.value.get("id") if isinstance(self.value, dict) else None
        return held.value if held and isinstance(held.value, str) else ""

    @property
    def children(self) -> list[Node]:
        """The values of a mapping or list, in the file's order."""
        if isinstance(self.value, dict):
            return list(self.value.values())
        return self.value if isinstance(self.value, list) else []

    @property
    def plain(self) -> Any:
        """The value as plain data."""
        value = self.value
        if isinstance(value, dict):
            return {key: node.plain for key, node in value.items()}
        if isinstance(value, list):
            return [node.plain for node in value]
        return value


@dataclass(slots=True)
class YamlTree:
    """The result of reading a file.

    Attributes:
        root: The document's value; None if nothing could be read.
        complete: Whether the tree has everything in the file, so that it can be validated.
        report: The findings.
    """

    root: Node | None
    complete: bool
    report: Report


def visible(text: str) -> str:
    """Return a string for a finding, shortened, with control characters escaped.

    A file must not be able to control the terminal that shows the findings.
    """
    if isinstance(text, Message):
        made = text.mapped(visible)
        return capital(made) if text[:1].isupper() else made
    return "".join(
        c if c.isprintable() or c in "\u00a0\n" else f"\\u{ord(c):04X}" for c in abridged(text, 500)
    )


@contextmanager
def garbage_collection_disabled() -> Iterator[None]:
    """Disable garbage collection, which is slow while a large tree grows."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class StopReading(Exception):  # noqa: N818 - not an error
    """Stops the reader: it cannot continue, or has found enough."""


def refuse_empty(tree: YamlTree, path: str) -> YamlTree:
    """Return a tree, after adding a finding if the file is empty."""
    nothing = tree.root is None or (tree.root.value is None and tree.root.style == "")
    if nothing and tree.report.ok:
        tree.root, tree.complete = None, False
        tree.report.add(
            EMPTY.at(
                Location(path), _("the file is empty"), _("Write a record, beginning with its id.")
            )
        )
    return tree


def walk(node: Node, loc: tuple[str | int, ...]) -> Iterator[tuple[str | int, Node]]:
    """Yield each step and node on the way to a place, until a step does not exist."""
    for step in loc:
        child = _child(node, step)
        if child is None:
            return
        node = child
        yield step, node


def path_within(around: Sequence[Node], keys: Sequence[str | None]) -> str:
    """Return the dotted path of the value that is being read.

    Args:
        around: The collections that contain it, the outermost first.
        keys: The current key of each of them that is a mapping, else None.
    """
    names = []
    for depth, (node, key) in enumerate(zip(around, keys, strict=True)):
        if isinstance(node.value, list):
            inner = around[depth + 1].id if depth + 1 < len(around) else ""
            names.append(inner or str(len(node.value)))
        elif key is not None:
            names.append(key)
    return visible(".".join(names))


def _child(node: Node, step: str | int) -> Node | None:
    value = node.value
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
