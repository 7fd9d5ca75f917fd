"""A record's file as a tree of texts, each with its place; nothing is interpreted.

Every plain scalar is its source text (`1960-07-18`, `012`, `1e3`, `no`); only `null`, `~` and
nothing at all mean None. The models decide what is a number, a date or a truth value.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive_pkg.reports import Code, Location, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SYNTAX = Code("record-syntax", Severity.ERROR, "The file is neither YAML nor JSON.", "YAML 1.2.2")
CHARACTER = Code(
    "record-character",
    Severity.ERROR,
    "A character that cannot stand in the file as it is.",
    "YAML 1.2.2, 5.1",
)
EMPTY = Code("record-empty", Severity.ERROR, "The file says nothing.")
KEY_REPEATED = Code(
    "record-key-repeated",
    Severity.ERROR,
    "A mapping has the same key twice, so that one of the values would be lost.",
    "YAML 1.2.2, 3.2.1.3",
)
DEEP = Code("record-too-deep", Severity.ERROR, "Nested deeper than any record is.")
MANY = Code("record-too-many-values", Severity.ERROR, "More values than any record has.")

DEEPEST = 32
"""Levels of nesting that are read; a record has seven."""

MOST_FINDINGS = 100
"""Findings in one file's form after which reading stops: it is no record, or a broken one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, all counted from 0 in code points."""

    index: int
    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value as it stands in a file.

    Attributes:
        value: Text or None of a scalar, nodes by key of a mapping, nodes of a list.
        start: Its first character.
        end: Behind its last character; of a collection in block style, where the next thing begins.
        style: Of a scalar `""` (plain), `'`, `"`, `|` or `>`; of a collection "flow" or "block".
        keys: Where the keys of a mapping stand.
    """

    value: str | dict[str, Node] | list[Node] | None
    start: Mark
    end: Mark
    style: str = ""
    keys: dict[str, Mark] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id that a mapping gives itself; empty where it gives none."""
        held = self.value.get("id") if isinstance(self.value, dict) else None
        return held.value if held and isinstance(held.value, str) else ""

    @property
    def children(self) -> list[Node]:
        """The values of a mapping or list, in the file's order; none of a scalar."""
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
class Tree:
    """What was read from a file, and what was found wrong with it on the way.

    Attributes:
        root: The document's value; None where nothing could be read.
        whole: Whether the tree has all that the file says, so that a model may judge it.
        report: The findings.
    """

    root: Node | None
    whole: bool
    report: Report


def visible(text: str, most: int = 500) -> str:
    """A text as a finding may show it: no control characters, and not without end.

    A file must not be able to steer the terminal that its findings are printed on.
    """
    shown = text if len(text) <= most else f"{text[:most]}…"
    return "".join(c if c.isprintable() or c in "\u00a0\n" else f"\\u{ord(c):04X}" for c in shown)


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Keep Python's collector from walking again and again over a tree that only grows."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class StopReading(Exception):  # noqa: N818 - no error, the end of reading
    """Nothing more can be read, or need be."""


def refuse_nothing(tree: Tree, path: str) -> Tree:
    """The tree, with a finding where the file had nothing in it."""
    nothing = tree.root is None or (tree.root.value is None and tree.root.style == "")
    if nothing and tree.report.ok:
        tree.root, tree.whole = None, False
        tree.report.add(
            EMPTY.at(Location(path), "the file is empty", "a record begins with its id")
        )
    return tree


def walk(node: Node, loc: tuple[str | int, ...]) -> Iterator[tuple[str | int, Node]]:
    """The nodes on the way to a place, as far as it exists: each step and where it leads."""
    for step in loc:
        child = _child(node, step)
        if child is None:
            return
        node = child
        yield step, node


def path_within(around: Sequence[Node], keys: Sequence[str | None]) -> str:
    """The dotted path of what is just being read.

    Args:
        around: The collections that are open around it, the outermost first.
        keys: Of each mapping among them the key whose value is being read; else None.
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
