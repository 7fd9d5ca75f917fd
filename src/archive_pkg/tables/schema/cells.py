"""Convert values to the text of cells and back, without loss.

Several values in one cell are separated by semicolons. A backslash escapes a semicolon, a backslash
or a space at the edge of an item. An identifier is `scheme:value`, followed by its note in square
brackets. A level of an archive is `name: value`. In CSV, an apostrophe precedes a text that a
spreadsheet would run as a formula.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg import csv_text
from archive_pkg.tables.schema.columns import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.tables.schema.columns import Column

_CHARACTER = re.compile(r"\\[\\;\s]|.", re.DOTALL)
_IDENTIFIER = re.compile(r"([^:]*):((?:\\[\\\[]|(?! \[).)*)(?: \[(.*)\])?", re.DOTALL)
_LEVEL = re.compile(r"((?:\\[\\:]|(?!: )[^\\])*): (.*)", re.DOTALL)
_PLAIN = re.compile(r'\w[^",\r\n]*(?<!\s)')
"""Matches most cells, which need no apostrophe and no quotes."""


def to_cell(column: Column, value: Any) -> str:
    """Return the text of a cell for a value of a record; empty for None."""
    if value is None:
        return ""
    if not column.many:
        return _one_to_cell(column, value)
    return SEPARATOR.join(_escaped(_one_to_cell(column, item)) for item in value)


def from_cell(column: Column, text: str) -> Any:
    """Return the value that a cell's text represents, as in a record file.

    Numbers and booleans stay text, which the models parse. An identifier or a level becomes a
    mapping. The function never raises, because the models report what is wrong.
    """
    if not column.many:
        return _one_from_cell(column, text)
    return [_one_from_cell(column, item) for item in split_items(text)]


def split_items(text: str) -> list[str]:
    """Split a cell into its items and strip them; empty items are kept."""
    if "\\" not in text:
        return [item.strip() for item in text.split(";")]
    items: list[list[str]] = [[]]
    for character in _CHARACTER.findall(text):
        if character == ";":
            items.append([])
        else:
            items[-1].append(character)
    return ["".join(character[-1] for character in _trimmed(item)) for item in items]


def guarded(column: Column, text: str) -> str:
    """Return a cell's text, with an apostrophe if a spreadsheet would take it for a formula."""
    return csv_text.guarded(text) if column.is_free else text


def unguarded(column: Column, text: str) -> str:
    """Return a cell's text without the apostrophe that `guarded` adds."""
    return csv_text.unguarded(text) if column.is_free else text


def csv_cell(column: Column, text: str) -> str:
    """Return a cell as text of a CSV file, guarded and quoted if needed."""
    return text if not text or _PLAIN.fullmatch(text) else csv_text.quoted(guarded(column, text))


def csv_line(cells: Sequence[str]) -> str:
    """Return a line of a CSV file (RFC 4180, but with a line feed)."""
    return ",".join([text and csv_text.quoted(text) for text in cells]) + "\n"


def _one_to_cell(column: Column, value: Any) -> str:
    if column.form == "level":
        name = value.name.replace("\\", "\\\\").replace(": ", "\\: ")
        return f"{name}: {value.value}"
    if column.form == "identifier":
        bare = value.value.replace("\\", "\\\\").replace(" [", " \\[")
        note = "" if value.note is None else f" [{value.note}]"
        return f"{value.scheme}:{bare}{note}"
    if column.type == "boolean":
        return "true" if value else "false"
    return str(value)


def _one_from_cell(column: Column, text: str) -> Any:
    if column.form == "level":
        level = _LEVEL.fullmatch(text)
        name = re.sub(r"\\([\\:])", r"\1", level[1] if level else text)
        return {"name": name} | ({"value": level[2]} if level else {})
    if column.form != "identifier":
        return text
    match = _IDENTIFIER.fullmatch(text)
    if not match:
        return {"scheme": text}
    scheme, bare, note = match.groups()
    known = {"scheme": scheme, "value": re.sub(r"\\([\\\[])", r"\1", bare), "note": note}
    return {name: value for name, value in known.items() if value is not None}


def _escaped(item: str) -> str:
    if not (";" in item or "\\" in item or item[:1].isspace() or item[-1:].isspace()):
        return item
    edges = (0, len(item) - 1)
    return "".join(
        f"\\{character}"
        if character in "\\;" or (place in edges and character.isspace())
        else character
        for place, character in enumerate(item)
    )


def _trimmed(characters: list[str]) -> list[str]:
    start, end = 0, len(characters)
    while start < end and characters[start].isspace():
        start += 1
    while end > start and characters[end - 1].isspace():
        end -= 1
    return characters[start:end]
