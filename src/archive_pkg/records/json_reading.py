"""Read JSON (RFC 8259) with the position of every value."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from archive_pkg.messages import _
from archive_pkg.records.yaml.nodes import (
    CHARACTER,
    SYNTAX,
    Position,
    StopReading,
    YamlTree,
    refuse_empty,
    visible,
)
from archive_pkg.records.yaml.reading import Builder, explain_syntax
from archive_pkg.reports import Location, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]|[^\s{}\[\],:"]+')
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_JSON = frozenset(["NaN", "Infinity", "-Infinity"])


def read_json(text: str, path: str) -> YamlTree:
    """Read JSON as `read_yaml` reads YAML: numbers and truth values stay text.

    Args:
        text: The file's text without a byte order mark.
        path: The path for the findings.
    """
    tree = YamlTree(None, complete=True, report=Report())
    if not text.strip():
        return refuse_empty(tree, path)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        message, hint = explain_syntax(error.msg, line, error.colno - 1)
        place = Location(path, error.lineno, error.colno)
        return YamlTree(
            None, complete=False, report=Report([SYNTAX.at(place, visible(message), hint)])
        )
    except RecursionError:
        pass  # the builder reports the depth
    builder = Builder(path, tree)
    try:
        for event in _events(text, builder):
            builder.take(event)
    except StopReading:
        tree.complete = False
    return tree


def _events(text: str, builder: Builder) -> Iterator[Any]:
    """Yield the values of valid JSON as events of a YAML parser."""
    import yaml

    line, line_start, seen = 0, 0, 0
    for match in _WORD.finditer(text):
        word, index = match[0], match.start()
        if ends := text.count("\n", seen, index):
            line, line_start = line + ends, text.rindex("\n", 0, index) + 1
        seen = index
        start: Any = Position(index, line, index - line_start)
        end: Any = Position(match.end(), line, match.end() - line_start)
        if word in "{[":
            kind = yaml.MappingStartEvent if word == "{" else yaml.SequenceStartEvent
            yield kind(None, None, True, start, end, flow_style=True)
        elif word in "}]":
            yield yaml.MappingEndEvent(start, end)
        elif word[0] == '"':
            value = json.loads(word)
            if _SURROGATE.search(value):
                builder.report(
                    CHARACTER,
                    start,
                    _("this is half of a surrogate pair, not a character"),
                    _("Remove it."),
                )
            value = _SURROGATE.sub("\ufffd", value)
            yield yaml.ScalarEvent(None, None, (True, True), value, start, end, '"')
        else:
            if word in _NOT_JSON:  # json.loads accepts these words
                builder.report(
                    SYNTAX, start, _("{word} is not JSON", word=word), _("Put text in quotes.")
                )
            yield yaml.ScalarEvent(None, None, (True, True), word, start, end)
