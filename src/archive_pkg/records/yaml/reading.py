"""Read the YAML 1.2 of a record: one document of mappings, lists and scalars, with positions.

Anchors and tags are refused. The parser is libyaml, if PyYAML has it, or PyYAML's own. Where YAML
1.1 and 1.2 differ, this module decides, not the parser (`docs/decisions`).
"""

from __future__ import annotations

import re
from typing import Any

from archive_pkg.limits import RECORD_VALUES
from archive_pkg.messages import _, sentences
from archive_pkg.records.yaml.nodes import (
    CHARACTER,
    DEEP,
    KEY_REPEATED,
    MANY,
    MAX_DEPTH,
    MAX_FINDINGS,
    SYNTAX,
    Node,
    StopReading,
    YamlTree,
    path_within,
    refuse_empty,
    visible,
)
from archive_pkg.reports import Code, Finding, Location, Report, Severity

KEY_NO_TEXT = Code("record-key-no-text", Severity.ERROR, "A key is a list or a mapping.")
ANCHOR = Code(
    "record-anchor",
    Severity.ERROR,
    "The file has an anchor or alias. They are not allowed, because they can make a small file "
    "expand into a huge one.",
    "YAML 1.2.2, 7.1",
)
TAG = Code(
    "record-tag",
    Severity.ERROR,
    "The file has a YAML tag. Tags are not allowed, because each field has a fixed type.",
    "YAML 1.2.2, 6.9",
)
DOCUMENTS = Code("record-several-documents", Severity.ERROR, "The file has more than one document.")

_NO_KEYS: dict[str, Any] = {}
"""Shared by all scalars, which have no keys."""
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
# Characters that YAML 1.2 does not allow, or that readers of YAML 1.1 drop or read as line breaks.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)


def read_yaml(text: str, path: str) -> YamlTree:
    """Read YAML 1.2.

    Args:
        text: The file's text without a byte order mark.
        path: The path for the findings.
    """
    tree = YamlTree(None, complete=True, report=Report())
    if not _readable(text, path, tree.report):
        tree.complete = False
        return tree
    import yaml

    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    builder = Builder(path, tree)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except StopReading:
        tree.complete = False
    except (yaml.YAMLError, ValueError) as error:  # from chr() in PyYAML's reader
        tree.complete = False
        tree.report.add(_syntax(error, text, path))
    return refuse_empty(tree, path)


def _readable(text: str, path: str, report: Report) -> bool:
    for found, match in enumerate(_UNREADABLE.finditer(text)):
        if found == MAX_FINDINGS:
            break
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        name = f"U+{ord(match[0]):04X}"
        text_of_its_own = match[0] in "\u2028\u2029\ufeff"
        report.add(
            CHARACTER.at(
                Location(path, line, column),
                _("the character {name} is not allowed", name=name),
                _('To keep it, write "\\u{ord:04X}" in double quotes.', ord=ord(match[0]))
                if text_of_its_own
                else _("Remove this control character."),
            )
        )
    return report.ok


class Builder:
    """Builds the tree from a parser's events, without recursion."""

    def __init__(self, path: str, tree: YamlTree) -> None:
        self._path = path
        self._tree = tree
        self._open: list[Node] = []
        self._keys: list[str | None] = []
        self._documents = 0
        self._count = 0
        self._most = RECORD_VALUES.value

    def take(self, event: Any) -> None:
        """Build the node for an event of PyYAML."""
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
            if len(self._open) > MAX_DEPTH:
                self._stop(
                    DEEP,
                    event.start_mark,
                    _("nested more than {max_depth} levels deep", max_depth=MAX_DEPTH),
                    _("Remove levels; a record has up to 7."),
                )
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            node = self._open.pop()
            node.end = event.end_mark if node.style == "flow" else event.start_mark
            self._keys.pop()
            self._put(node, event)
        elif name == "AliasEvent":
            self.report(
                ANCHOR,
                event.start_mark,
                _("*{anchor} is an alias", anchor=event.anchor),
                _("Write the value."),
            )
            self._tree.complete = False
            self._put(Node(None, event.start_mark, event.end_mark, "*"), event)
        elif name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._stop(
                    DOCUMENTS,
                    event.start_mark,
                    _("a second document begins"),
                    _("Write one record per file."),
                )

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self.report(
                ANCHOR,
                event.start_mark,
                _("&{anchor} is an anchor", anchor=event.anchor),
                _("Remove it."),
            )
        if event.tag is not None:
            self.report(
                TAG,
                event.start_mark,
                _("{tag} is a tag", tag=event.tag),
                _("Remove it, and put text in quotes."),
            )

    def _put(self, node: Node, event: Any) -> None:
        self._count += 1
        if self._count > self._most:
            self._stop(
                MANY,
                event.start_mark,
                _("more than {most:,} values", most=self._most),
                _(
                    "The record of a document usually has a few hundred. {hint}",
                    hint=RECORD_VALUES.hint,
                ),
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
                # The first value of a repeated key counts; the second is already reported.
                parent.value.setdefault(key, node)
                self._keys[-1] = None

    def _key(self, parent: Node, node: Node, event: Any) -> str:
        if isinstance(node.value, dict | list):
            hint = _("Write the name of a field.")
            self.report(KEY_NO_TEXT, node.start, _("a key is a list or mapping"), hint)
            self._tree.complete = False
            return f"\0{node.start.index}"
        key = str(event.value) if type(event).__name__ == "ScalarEvent" else ""
        if key in parent.keys:
            first = parent.keys[key].line + 1
            message = _("“{key}” is repeated; it is already in line {first}", key=key, first=first)
            self._keys[-1] = key
            self.report(KEY_REPEATED, node.start, message, _("Merge the two or rename one."))
        else:
            parent.keys[key] = node.start
        return key

    def report(self, code: Code, mark: Any, message: str, hint: str) -> None:
        """Report an error in the value that is being read."""
        field = path_within(self._open, self._keys)
        location = Location(self._path, mark.line + 1, mark.column + 1, field)
        self._tree.report.add(code.at(location, visible(message), visible(hint)))
        if len(self._tree.report) >= MAX_FINDINGS:
            raise StopReading

    def _stop(self, code: Code, mark: Any, message: str, hint: str) -> None:
        self.report(code, mark, message, hint)
        raise StopReading


def _syntax(error: Any, text: str, path: str) -> Finding:
    """Return a finding for an error of the parser, in plain words."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    if "end of stream" in problem and context_mark:
        mark = context_mark
    if mark is None:
        return SYNTAX.at(Location(path), problem)
    line = text.split("\n")[mark.line] if mark.line <= text.count("\n") else ""
    message, hint = explain_syntax(problem, line, mark.column)
    if "does not fit the lines" in message and (number := _unclosed(text, mark.line)):
        hint = _(
            "The quotation mark in line {number} may not be closed. {hint}",
            number=number,
            hint=hint,
        )
    location = Location(path, mark.line + 1, mark.column + 1)
    return SYNTAX.at(location, visible(message), hint)


def _unclosed(text: str, end: int) -> int:
    """Return the number of the last line before another in which a quoted value does not end.

    The result is 0 if there is none.
    """
    lines = text.split("\n")[:end]
    for number in range(len(lines), 0, -1):
        opened = _QUOTED.match(lines[number - 1])
        if opened and opened["sign"] not in opened["rest"].replace("\\" + opened["sign"], ""):
            return number
    return 0


_QUOTED = re.compile(r"""\s*(?:- )?(?:[\w.-]+: +)?(?P<sign>["'])(?P<rest>.*)""")
_INDENT = _("Begin all items of a list, and all keys of a mapping, in the same column.")
_QUOTE = _('Put the value in quotes: title: "Letter: to Berlin".')

_MISSING = _("Write what is missing. JSON has no comments, and no comma before } and ].")

# Part of a message of libyaml, PyYAML or json; what it means; what to do.
_PROBLEMS = (
    (
        "Expecting property name",
        _("a key in double quotes is missing here"),
        _('Write "key": value.'),
    ),
    (
        "trailing comma",
        _("nothing follows this comma"),
        _('Write "key": value, or remove the comma.'),
    ),
    ("Expecting ',' delimiter", _("a “,” is missing here, or the end of the list"), _MISSING),
    ("Expecting ':' delimiter", _("a “:” is missing after a key"), _MISSING),
    ("Expecting value", _("a value is missing here, or is not JSON"), _("Put text in quotes.")),
    (
        "Extra data",
        _("there is more text after the end of the record"),
        _("Write one record per file."),
    ),
    (
        "Unterminated string",
        _("a quote is opened and not closed"),
        _("Close the quotes, and write line breaks as \\n."),
    ),
    (
        "Invalid control character",
        _("a line break or another control character is in a text"),
        _("Close the quotes, and write line breaks as \\n."),
    ),
    ("Invalid \\", _("this escape does not exist"), _("Write \\\\ for a backslash.")),
    (
        "mapping values are not allowed",
        _("a second colon in one value, or a line indented too far"),
        sentences((_QUOTE, _INDENT)),
    ),
    (
        "could not find expected ':'",
        _("the line is not a key with a value"),
        _("Write key: value. Indent the lines of a long text more than its key, after |."),
    ),
    (
        "did not find expected key",
        _("the line does not fit the lines above it"),
        sentences((_INDENT, _("Within '…', write an apostrophe twice."))),
    ),
    (
        "expected <block end>",
        _("the line does not fit the lines above it"),
        sentences((_INDENT, _("Within '…', write an apostrophe twice."))),
    ),
    (
        "did not find expected '-' indicator",
        _("the line does not fit the list above it"),
        _INDENT,
    ),
    (
        "sequence entries are not allowed",
        _("a list begins on the line of its key"),
        _("Begin it on the next line, or write [a, b]."),
    ),
    (
        "expected ',' or ']'",
        _("a list in brackets is not closed"),
        _("Write ] at its end, and commas between its items."),
    ),
    (
        "expected ',' or '}'",
        _("a mapping in braces is not closed"),
        _("Write } at its end, and commas between its fields."),
    ),
    (
        "found unexpected end of stream",
        _("a quote is opened and not closed"),
        _("Write the same quote at the end of the text."),
    ),
    (
        "found unexpected document indicator",
        _("a quote is opened and not closed before the document ends"),
        _("Write the same quote at the end of the text."),
    ),
    (
        "found unknown escape character",
        _("this escape does not exist in double quotes"),
        _("Write \\\\ for a backslash, or use single quotes."),
    ),
    (
        "did not find expected hexdecimal number",
        _("an escape in double quotes is cut short"),
        _("Write \\xXX, \\uXXXX or \\UXXXXXXXX."),
    ),
    (
        "found invalid Unicode character escape code",
        _("the escape does not stand for a character"),
        _("Write one character as \\uXXXX or \\UXXXXXXXX."),
    ),
    (
        "found undefined tag handle",
        _("! begins a tag"),
        _("Put the value in quotes."),
    ),
    (
        "did not find expected alphabetic or numeric character",
        _("& and * begin anchors"),
        _("Put the value in quotes."),
    ),
    (
        "<document start>",
        _("there is more text after the end of the record"),
        _("Write one record per file."),
    ),
    (
        "did not find expected node content",
        _("a value is missing here"),
        _("Write the value, or remove the line."),
    ),
    (
        "did not find expected comment or line break",
        _("there is text after | or >"),
        _("Begin the text on the next line."),
    ),
    (
        "found unknown directive name",
        _("% begins a directive"),
        _("Put the value in quotes."),
    ),
    (
        "found incompatible YAML document",
        _("the %YAML line names a version other than 1.2"),
        _("Remove the %YAML line."),
    ),
)


def explain_syntax(problem: str, line: str, column: int) -> tuple[str, str]:
    """Return a message and a hint for a problem that a parser reports.

    Args:
        problem: The message of libyaml, PyYAML or the standard library's json.
        line: The line where the parser stopped.
        column: The column, from 0.
    """
    character = line[column : column + 1]
    if "tab character" in problem or ("cannot start any token" in problem and character == "\t"):
        return _("the line is indented with a tab"), _("Indent with spaces.")
    if "cannot start any token" in problem:
        return _("a value cannot begin with {character}", character=character), _(
            "Put the value in quotes."
        )
    for part, message, hint in _PROBLEMS:
        if part in problem:
            return message, hint
    return problem, _("Put values with special characters in quotes, and check the indentation.")
