"""YAML 1.2 as a record needs it: one document of mappings, lists and scalars, each with its place.

Anchors and tags are refused. The parser is libyaml's where PyYAML has it: it reads the syntax, and
what YAML 1.1 and 1.2 take differently is settled here (`docs/decisions`).
"""

from __future__ import annotations

import re
from typing import Any

from archive_pkg.limits import RECORD_VALUES
from archive_pkg.records.yaml.nodes import (
    CHARACTER,
    DEEP,
    DEEPEST,
    KEY_REPEATED,
    MANY,
    MOST_FINDINGS,
    SYNTAX,
    Node,
    StopReading,
    Tree,
    path_within,
    refuse_nothing,
    visible,
)
from archive_pkg.reports import Code, Finding, Location, Report, Severity

KEY_NO_TEXT = Code("record-key-no-text", Severity.ERROR, "A key is a list or a mapping.")
ANCHOR = Code(
    "record-anchor",
    Severity.ERROR,
    "An anchor or alias; a record says everything where it stands, so that a small file cannot "
    "unfold into a huge one.",
    "YAML 1.2.2, 7.1",
)
TAG = Code("record-tag", Severity.ERROR, "A YAML tag; the models decide types.", "YAML 1.2.2, 6.9")
DOCUMENTS = Code("record-several-documents", Severity.ERROR, "A file with more than one document.")

_NO_KEYS: dict[str, Any] = {}
"""Shared by all scalars, which never have any."""
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
# What YAML 1.2 cannot hold, and what YAML 1.1's readers would take for a line end or drop.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)


def read_yaml(text: str, path: str) -> Tree:
    """Read YAML 1.2.

    Args:
        text: The file's text without a byte order mark.
        path: What findings call the file.
    """
    tree = Tree(None, whole=True, report=Report())
    if not _readable(text, path, tree.report):
        tree.whole = False
        return tree
    import yaml

    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    builder = Builder(path, tree)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except StopReading:
        tree.whole = False
    except (yaml.YAMLError, ValueError) as error:  # PyYAML's own reader lets chr() complain
        tree.whole = False
        tree.report.add(_syntax(error, text, path))
    return refuse_nothing(tree, path)


def _readable(text: str, path: str, report: Report) -> bool:
    for found, match in enumerate(_UNREADABLE.finditer(text)):
        if found == MOST_FINDINGS:
            break
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        name = f"U+{ord(match[0]):04X}"
        text_of_its_own = match[0] in "\u2028\u2029\ufeff"
        report.add(
            CHARACTER.at(
                Location(path, line, column),
                f"the character {name} stands here",
                f'where it is meant, write "\\u{ord(match[0]):04X}" in double quotes'
                if text_of_its_own
                else "take it out; it is a control character, not text",
            )
        )
    return report.ok


class Builder:
    """Builds the tree from a parser's events, without recursion."""

    def __init__(self, path: str, tree: Tree) -> None:
        self._path = path
        self._tree = tree
        self._open: list[Node] = []
        self._keys: list[str | None] = []
        self._documents = 0
        self._count = 0
        self._most = RECORD_VALUES.value

    def take(self, event: Any) -> None:
        """Build what an event of PyYAML stands for."""
        name = type(event).__name__
        if name == "ScalarEvent":
            if event.anchor is not None or event.tag is not None:
                self._refuse_properties(event)
            style = event.style or ""
            value = None if not style and event.value in _NULL else event.value
            self._put(Node(value, event.start_mark, event.end_mark, style, _NO_KEYS), event)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if event.anchor is not None or event.tag is not None:
                self._refuse_properties(event)
            style = "flow" if event.flow_style else "block"
            empty: dict[str, Node] | list[Node] = {} if name == "MappingStartEvent" else []
            self._open.append(Node(empty, event.start_mark, event.end_mark, style))
            self._keys.append(None)
            if len(self._open) > DEEPEST:
                self._stop(
                    DEEP,
                    event.start_mark,
                    f"nested more than {DEEPEST} levels deep",
                    "a record has 7",
                )
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            node = self._open.pop()
            node.end = event.end_mark if node.style == "flow" else event.start_mark
            self._keys.pop()
            self._put(node, event)
        elif name == "AliasEvent":
            self.find(
                ANCHOR, event.start_mark, f"*{event.anchor} points elsewhere", "write the value out"
            )
            self._tree.whole = False
            self._put(Node(None, event.start_mark, event.end_mark, "*"), event)
        elif name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._stop(
                    DOCUMENTS,
                    event.start_mark,
                    "a second document begins",
                    "one file holds one record",
                )

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self.find(ANCHOR, event.start_mark, f"&{event.anchor} is an anchor", "take it out")
        if event.tag is not None:
            self.find(
                TAG, event.start_mark, f"{event.tag} is a tag", "take it out; quote what is text"
            )

    def _put(self, node: Node, event: Any) -> None:
        self._count += 1
        if self._count > self._most:
            self._stop(
                MANY,
                event.start_mark,
                f"more than {self._most} values",
                f"a letter's record has some hundreds. {RECORD_VALUES.hint}",
            )
        if not self._open:
            self._tree.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict):
            key = self._keys[-1]
            if key is None:
                self._keys[-1] = self._key(parent, node, event)
            else:
                # Of a repeated key the first value counts; the second was told.
                parent.value.setdefault(key, node)
                self._keys[-1] = None

    def _key(self, parent: Node, node: Node, event: Any) -> str:
        if isinstance(node.value, dict | list):
            hint = "keys are names of fields"
            self.find(KEY_NO_TEXT, node.start, "a key is a list or mapping", hint)
            self._tree.whole = False
            return f"\0{node.start.index}"
        key = str(event.value) if type(event).__name__ == "ScalarEvent" else ""
        if key in parent.keys:
            first = parent.keys[key].line + 1
            message = f"“{key}” stands here again, first in line {first}"
            self._keys[-1] = key
            self.find(KEY_REPEATED, node.start, message, "merge the two or rename one")
        else:
            parent.keys[key] = node.start
        return key

    def find(self, code: Code, mark: Any, message: str, hint: str) -> None:
        """Report what is wrong with what is just being read."""
        field = path_within(self._open, self._keys)
        location = Location(self._path, mark.line + 1, mark.column + 1, field)
        self._tree.report.add(code.at(location, visible(message), visible(hint)))
        if len(self._tree.report) >= MOST_FINDINGS:
            raise StopReading

    def _stop(self, code: Code, mark: Any, message: str, hint: str) -> None:
        self.find(code, mark, message, hint)
        raise StopReading


def _syntax(error: Any, text: str, path: str) -> Finding:
    """What the parser stumbled over, as a person would put it."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    if "end of stream" in problem and context_mark:
        mark = context_mark
    if mark is None:
        return SYNTAX.at(Location(path), problem)
    line = text.split("\n")[mark.line] if mark.line <= text.count("\n") else ""
    message, hint = plainly(problem, line, mark.column)
    location = Location(path, mark.line + 1, mark.column + 1)
    return SYNTAX.at(location, visible(message), hint)


_INDENT = "items of one list, and keys of one mapping, begin in the same column"
_QUOTE = 'put the whole value in quotes: title: "Letter: to Berlin"'

_MISSING = "write what is missing; JSON has no comments, and no comma before } and ]"

# A part of the parser's words (libyaml's, PyYAML's or json's); what they mean; what to do.
_PROBLEMS = (
    ("Expecting property name", "a key in double quotes is missing here", 'write "key": value'),
    ("trailing comma", "nothing comes after this comma", 'write "key": value, or remove the comma'),
    ("Expecting ',' delimiter", "a “,” is missing here, or the end of the list", _MISSING),
    ("Expecting ':' delimiter", "a “:” is missing after a key", _MISSING),
    ("Expecting value", "a value is missing here, or is not JSON", "put text in quotes"),
    ("Extra data", "there is more text after the record's end", "one file holds one record"),
    (
        "Unterminated string",
        "a quote is opened and not closed",
        "close quotes; escape line ends as \\n",
    ),
    (
        "Invalid control character",
        "a line end or another control character is in a text",
        "close quotes; escape line ends as \\n",
    ),
    ("Invalid \\", "there is no such escape in a text", "close quotes; write \\\\ for a backslash"),
    (
        "mapping values are not allowed",
        "a second colon in one value, or a line indented too far",
        f"{_QUOTE}; {_INDENT}",
    ),
    (
        "could not find expected ':'",
        "the line is no key with a value",
        "write key: value; text that goes on stands deeper than its key, best after |",
    ),
    (
        "did not find expected key",
        "the line does not fit what stands above it",
        f"{_INDENT}; within '…' an apostrophe is written twice",
    ),
    (
        "expected <block end>",
        "the line does not fit what stands above it",
        f"{_INDENT}; within '…' an apostrophe is written twice",
    ),
    (
        "did not find expected '-' indicator",
        "the line does not fit the list above it",
        _INDENT,
    ),
    (
        "sequence entries are not allowed",
        "a list begins on the line of its key",
        "begin it on the next line, or write [a, b]",
    ),
    (
        "expected ',' or ']'",
        "a list in brackets is not closed",
        "write ] at its end, and commas between its items",
    ),
    (
        "expected ',' or '}'",
        "a mapping in braces is not closed",
        "write } at its end, and commas between its fields",
    ),
    (
        "found unexpected end of stream",
        "a quote is opened and not closed",
        "write the same quote at the end of the text",
    ),
    (
        "found unexpected document indicator",
        "a quote is opened and not closed before the document ends",
        "write the same quote at the end of the text",
    ),
    (
        "found unknown escape character",
        "there is no such escape in double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    (
        "did not find expected hexdecimal number",
        "an escape in double quotes is cut short",
        "write \\xXX, \\uXXXX or \\UXXXXXXXX",
    ),
    (
        "found invalid Unicode character escape code",
        "the escape names no character",
        "write one whole character as \\uXXXX or \\UXXXXXXXX",
    ),
    (
        "found undefined tag handle",
        "! begins a tag",
        "put the value in quotes",
    ),
    (
        "did not find expected alphabetic or numeric character",
        "& and * begin anchors",
        "put the value in quotes",
    ),
    (
        "<document start>",
        "text stands after the record's end",
        "one file holds one record",
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        "write the value, or take the line out",
    ),
    (
        "did not find expected comment or line break",
        "text stands behind | or >",
        "begin the text on the next line",
    ),
    (
        "found unknown directive name",
        "% begins a directive",
        "put the value in quotes",
    ),
    (
        "found incompatible YAML document",
        "the file calls itself another YAML than 1.2",
        "take the %YAML line out",
    ),
)


def plainly(problem: str, line: str, column: int) -> tuple[str, str]:
    """Return what a parser's words for a problem mean, and what to do.

    Args:
        problem: The words of libyaml, of PyYAML or of the standard library's json.
        line: The line that the parser stopped in.
        column: Where in it, from 0.
    """
    character = line[column : column + 1]
    if "tab character" in problem or ("cannot start any token" in problem and character == "\t"):
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if "cannot start any token" in problem:
        return f"{character} cannot begin a value", "put the value in quotes"
    for part, message, hint in _PROBLEMS:
        if part in problem:
            return message, hint
    return problem, "quote values that have signs in them, and indent with spaces alike"
