"""Find the positions of the keys and values in a TOML file, which tomllib does not give."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from archive_pkg.records.yaml.nodes import Node, Position

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+|\'\'\'.*?\'\'\'+'  # several lines; up to two quotes can end the text
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|\#[^\n]*|\n|[\[\]{}=,.]|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)


def toml_tree(text: str) -> Node:
    """Return the tree of a TOML file with the positions of its keys and values.

    Scalars have their source text as values.

    Args:
        text: The file's text, which tomllib has accepted.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            (match[0], match.start())
            for match in _TOKEN.finditer(text)
            if not match[0].startswith("#")
        ]
        self._at = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._line = 0

    def read(self) -> Node:
        root = here = _table(Position(0, 0, 0))
        while self._at < len(self._tokens):
            sign, start = self._tokens[self._at]
            if sign == "\n":
                self._at += 1
            elif sign == "[":
                here = self._header(root, self._position(start))
            else:
                self._pair(here, "block")
        return root

    def _header(self, root: Node, start: Position) -> Node:
        """Read `[a.b]` or `[[a.b]]`, and return the table that follows."""
        self._at += 1
        many = self._next == "["
        self._at += many
        *above, (name, place) = self._key()
        self._at += 1 + many
        owner = _descend(root, above)
        if not many:
            return _descend(owner, [(name, place)])
        items = _mapping(owner).setdefault(name, Node([], start, start, "block"))
        owner.keys.setdefault(name, place)
        made = _table(start)
        if isinstance(items.value, list):
            items.value.append(made)
        return made

    def _pair(self, table: Node, style: str) -> None:
        """Read `key = value` into a table."""
        *above, (name, place) = self._key()
        self._at += 1
        owner = _descend(table, above, style)
        _mapping(owner)[name] = self._value()
        owner.keys[name] = place

    def _key(self) -> list[tuple[str, Position]]:
        names = []
        while True:
            sign, start = self._tokens[self._at]
            self._at += 1
            plain = tomllib.loads(f"key = {sign}")["key"] if sign[0] in "\"'" else sign
            names.append((plain, self._position(start)))
            if self._next != ".":
                return names
            self._at += 1

    def _value(self) -> Node:
        sign, offset = self._tokens[self._at]
        start = self._position(offset)
        if sign == "[":
            self._at += 1
            items = []
            while self._skip(",", "\n") != "]":
                items.append(self._value())
            self._at += 1
            return Node(items, start, start, "flow")
        if sign == "{":
            self._at += 1
            table = Node({}, start, start, "flow")
            while self._skip(",", "\n") != "}":
                self._pair(table, "flow")
            self._at += 1
            return table
        end = offset
        while self._next not in ("", "\n", ",", "]", "}"):
            word, begin = self._tokens[self._at]
            end = begin + len(word)
            self._at += 1
        return Node(self._text[offset:end], start, start)

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _skip(self, *signs: str) -> str:
        while self._next in signs:
            self._at += 1
        return self._next

    def _position(self, offset: int) -> Position:
        while self._line + 1 < len(self._lines) and self._lines[self._line + 1] <= offset:
            self._line += 1
        return Position(offset, self._line, offset - self._lines[self._line])


def _table(start: Position) -> Node:
    return Node({}, start, start, "block")


def _mapping(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def _descend(node: Node, path: Sequence[tuple[str, Position]], style: str = "block") -> Node:
    """Return the table at a path, after making the tables that do not exist yet."""
    for name, place in path:
        inner = _mapping(node).setdefault(name, Node({}, place, place, style))
        node.keys.setdefault(name, place)
        # In a list of tables, a key belongs to the last one.
        node = inner.value[-1] if isinstance(inner.value, list) else inner
    return node
