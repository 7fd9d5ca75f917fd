"""JSON (RFC 8259) with the place of every value; its strings are read by the standard library."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from archive_pkg.limits import RECORD_VALUES
from archive_pkg.records.nodes import (
    CHARACTER,
    DEEP,
    DEEPEST,
    KEY_REPEATED,
    MANY,
    MOST_FINDINGS,
    SYNTAX,
    Mark,
    Node,
    StopReading,
    Tree,
    path_within,
    refuse_nothing,
    visible,
)
from archive_pkg.reports import Code, Location, Report


def read_json(text: str, path: str) -> Tree:
    """Read JSON (RFC 8259); numbers and truth values stay their source text, as in YAML.

    Args:
        text: The file's text without a byte order mark.
        path: What findings call the file.
    """
    tree = Tree(None, whole=True, report=Report())
    if not text.strip():
        return refuse_nothing(tree, path)
    reader = _Reader(text, path, tree)
    try:
        tree.root = reader.document()
    except StopReading:
        tree.whole = False
    return tree


_SURROGATE = re.compile("[\ud800-\udfff]")


class _Reader:
    """Reads by recursion, no deeper than a record may be."""

    _SPACE = re.compile(r"[ \t\n\r]*")
    _WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")

    def __init__(self, text: str, path: str, tree: Tree) -> None:
        self._text = text
        self._path = path
        self._tree = tree
        self._line, self._line_start, self._seen = 0, 0, 0
        self._count = 0
        self._open: list[Node] = []
        self._keys: list[str | None] = []

    def document(self) -> Node:
        node, index = self._value(self._space(0), 0)
        index = self._space(index)
        if index < len(self._text):
            self._stop(index, "text stands after the record's end", "one file holds one record")
        return node

    def _value(self, index: int, depth: int) -> tuple[Node, int]:
        self._count += 1
        if self._count > RECORD_VALUES.value:
            hint = f"a letter's record has some hundreds. {RECORD_VALUES.hint}"
            self._find(MANY, index, f"more than {RECORD_VALUES.value} values", hint)
            raise StopReading
        if depth > DEEPEST:
            self._find(DEEP, index, f"nested more than {DEEPEST} levels deep", "a record has 7")
            raise StopReading
        character = self._text[index : index + 1]
        start = self._mark(index)
        if character in ("{", "["):
            return self._collection(index, start, depth)
        if character == '"':
            text, end = self._string(index)
            return Node(text, start, self._mark(end), '"'), end
        match = self._WORD.match(self._text, index)
        if not match or self._text[match.end() : match.end() + 1].isalnum():
            self._stop(index, "a value is missing here, or is no JSON", "put text in quotes")
        value = None if match[0] == "null" else match[0]
        return Node(value, start, self._mark(match.end())), match.end()

    def _collection(self, index: int, start: Mark, depth: int) -> tuple[Node, int]:
        empty: dict[str, Node] | list[Node] = {} if self._text[index] == "{" else []
        node = Node(empty, start, start, "flow")
        self._open.append(node)
        self._keys.append(None)
        index = self._members(node, index, depth)
        self._open.pop()
        self._keys.pop()
        node.end = self._mark(index)
        return node, index

    def _members(self, node: Node, index: int, depth: int) -> int:
        """Read what is in an object or array, and say where it ends."""
        closing = "}" if isinstance(node.value, dict) else "]"
        kind = "an object" if closing == "}" else "an array"
        index = self._space(index + 1)
        first = True
        while self._text[index : index + 1] != closing:
            index = index if first else self._expect(index, ",", kind)
            first = False
            if isinstance(node.value, list):
                value, index = self._value(index, depth + 1)
                node.value.append(value)
            else:
                index = self._member(node, index, depth)
            index = self._space(index)
        return index + 1

    def _member(self, node: Node, index: int, depth: int) -> int:
        if self._text[index : index + 1] != '"':
            self._stop(index, "a key in double quotes is missing here", 'write "key": value')
        place = self._mark(index)
        key, index = self._string(index)
        index = self._expect(self._space(index), ":", "a key")
        self._keys[-1] = key
        if key in node.keys:
            first = node.keys[key].line + 1
            self._find(
                KEY_REPEATED,
                place.index,
                f"“{key}” stands here again, first in line {first}",
                "merge the two or rename one",
            )
        value, index = self._value(index, depth + 1)
        self._keys[-1] = None
        if isinstance(node.value, dict) and key not in node.keys:
            node.keys[key], node.value[key] = place, value
        return index

    def _string(self, index: int) -> tuple[str, int]:
        try:
            text, end = json.decoder.scanstring(self._text, index + 1, True)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            message = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
            self._stop(error.pos, f"in a text: {message}", "close quotes; escape line ends as \\n")
        if _SURROGATE.search(text):
            self._find(CHARACTER, index, "half of a surrogate pair stands here", "take it out")
            text = _SURROGATE.sub("\ufffd", text)
        return str(text), int(end)

    def _expect(self, index: int, sign: str, after: str) -> int:
        if self._text[index : index + 1] != sign:
            end = index >= len(self._text)
            self._stop(
                index,
                "the file ends in the middle" if end else f"a “{sign}” is missing in {after}",
                "write what is missing; JSON has no comments, and no comma before } and ]",
            )
        return self._space(index + 1)

    def _space(self, index: int) -> int:
        match = self._SPACE.match(self._text, index)
        return match.end() if match else index

    def _mark(self, index: int) -> Mark:
        """The place of an index; indexes come in rising order, so that lines are counted once."""
        if index < self._seen:
            line_start = self._text.rfind("\n", 0, index) + 1
            return Mark(index, self._text.count("\n", 0, index), index - line_start)
        self._line += self._text.count("\n", self._seen, index)
        found = self._text.rfind("\n", self._seen, index)
        if found >= 0:
            self._line_start = found + 1
        self._seen = index
        return Mark(index, self._line, index - self._line_start)

    def _find(self, code: Code, index: int, message: str, hint: str) -> None:
        mark = self._mark(index)
        field = path_within(self._open, self._keys)
        location = Location(self._path, mark.line + 1, mark.column + 1, field)
        self._tree.report.add(code.at(location, visible(message), hint))
        if len(self._tree.report) >= MOST_FINDINGS:
            raise StopReading

    def _stop(self, index: int, message: str, hint: str) -> NoReturn:
        self._find(SYNTAX, index, message, hint)
        raise StopReading
