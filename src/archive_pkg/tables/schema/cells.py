"""What stands in a cell: a value as text, and back, losing nothing.

Several values in one cell are separated by semicolons; a backslash before a semicolon, a backslash
or a space at an item's edge makes it part of the item. An identifier is `scheme:value`, with a note
in square brackets behind it. In CSV a text that a spreadsheet would run as a formula has an
apostrophe before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg import csv_text
from archive_pkg.tables.schema.layout import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.tables.schema.layout import Column

_SIGN = re.compile(r"\\[\\;\s]|.", re.DOTALL)
_IDENTIFIER = re.compile(r"([^:]*):((?:\\[\\\[]|(?! \[).)*)(?: \[(.*)\])?", re.DOTALL)
_PLAIN = re.compile(r'\w[^",\r\n]*(?<!\s)')
"""Most cells: nothing in them to guard or to quote."""


def to_cell(column: Column, value: Any) -> str:
    """The text of a cell for a value of a record; empty for one that is not there."""
    if value is None:
        return ""
    if not column.many:
        return _one_to_cell(column, value)
    return SEPARATOR.join(_escaped(_one_to_cell(column, item)) for item in value)


def from_cell(column: Column, text: str) -> Any:
    """The value that a cell's text stands for, as a record file would have it.

    Numbers and truth values stay text, which the models read and refuse as they do in a record's
    file; an identifier becomes a mapping. Never raises: the models tell what is wrong.
    """
    if not column.many:
        return _one_from_cell(column, text)
    return [_one_from_cell(column, item) for item in split_items(text)]


def split_items(text: str) -> list[str]:
    """The items of a cell that holds several, without the spaces around them; empty ones too."""
    if "\\" not in text:
        return [item.strip() for item in text.split(";")]
    items: list[list[str]] = [[]]
    for sign in _SIGN.findall(text):
        if sign == ";":
            items.append([])
        else:
            items[-1].append(sign)
    return ["".join(sign[-1] for sign in _trimmed(item)) for item in items]


def guarded(column: Column, text: str) -> str:
    """A cell's text with an apostrophe before what a spreadsheet would take for a formula."""
    return csv_text.guarded(text) if column.is_free else text


def unguarded(column: Column, text: str) -> str:
    """A cell's text without that apostrophe."""
    return csv_text.unguarded(text) if column.is_free else text


def csv_cell(column: Column, text: str) -> str:
    """A cell as it stands in a CSV file: guarded and quoted where it must be."""
    return text if not text or _PLAIN.fullmatch(text) else csv_text.quoted(guarded(column, text))


def csv_line(cells: Sequence[str]) -> str:
    """A line of a CSV file (RFC 4180, but for its line feed), the same on every machine."""
    return ",".join([text and csv_text.quoted(text) for text in cells]) + "\n"


def _one_to_cell(column: Column, value: Any) -> str:
    if column.is_identifier:
        bare = value.value.replace("\\", "\\\\").replace(" [", " \\[")
        note = "" if value.note is None else f" [{value.note}]"
        return f"{value.scheme}:{bare}{note}"
    if column.type == "boolean":
        return "true" if value else "false"
    return str(value)


def _one_from_cell(column: Column, text: str) -> Any:
    if not column.is_identifier:
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
        f"\\{sign}" if sign in "\\;" or (place in edges and sign.isspace()) else sign
        for place, sign in enumerate(item)
    )


def _trimmed(signs: list[str]) -> list[str]:
    start, end = 0, len(signs)
    while start < end and signs[start].isspace():
        start += 1
    while end > start and signs[end - 1].isspace():
        end -= 1
    return signs[start:end]
