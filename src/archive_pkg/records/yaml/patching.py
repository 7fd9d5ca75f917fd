"""Change some values of a YAML text in block style, and keep every other character."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from archive_pkg.records.yaml import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive_pkg.records.yaml.nodes import Node


def patch(text: str, root: Node, full: dict[str, Any], needed: dict[str, Any]) -> str:
    """Return the text with the values of the data.

    A text in flow style, such as `{id: a}`, is replaced if a value differs.

    Args:
        text: The file's text without a byte order mark.
        root: Its tree; a mapping.
        full: The complete data, with defaults.
        needed: The data without defaults.

    Returns:
        The changed text. New lines end as its first line does.
    """
    patcher = _Patcher(text)
    if root.style == "block":
        patcher.mapping(root, full, needed)
        return patcher.text
    return text if _equals(root.plain, full, needed) else writing.document(needed)


def _equals(there: Any, full: Any, needed: Any) -> bool:
    """Return whether a value in the file equals the data."""
    if isinstance(full, dict) and isinstance(there, str):
        there = {"edtf": there}
    if isinstance(needed, str) and isinstance(full, dict):
        needed = {"edtf": needed}
    if isinstance(full, dict) and isinstance(there, dict):
        needed = needed if isinstance(needed, dict) else {}
        return all(key in there for key in needed) and all(
            _equals(value, full.get(key), needed.get(key)) for key, value in there.items()
        )
    if isinstance(full, list) and isinstance(there, list):
        wanted = needed if isinstance(needed, list) else full
        return len(full) == len(there) and all(map(_equals, there, full, wanted))
    return (
        _empty(there) and _empty(full) if _empty(full) or _empty(there) else there == _as_text(full)
    )


def _empty(data: Any) -> bool:
    return data is None or data in ([], {})


def _as_text(data: Any) -> Any:
    return writing.scalar(data) if isinstance(data, int) else data


class _Patcher:
    """Collects the edits to a text. Each replaces a range, and the ranges do not overlap."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []
        first = text.find("\n")
        self._line_end = "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"

    @property
    def text(self) -> str:
        """The text with all edits made."""
        return self._edited(0, len(self._text))

    def mapping(self, node: Node, full: dict[str, Any], needed: dict[str, Any]) -> None:
        """Change, remove and add keys of a mapping in block style."""
        there = node.value if isinstance(node.value, dict) else {}
        removed = []
        for key, child in there.items():
            if _equals(child.plain, full.get(key), needed.get(key)):
                continue
            if _empty(full.get(key)):
                removed.append(key)
            else:
                self._change(child, full[key], needed.get(key, full[key]), node.start.column)
        self._remove_keys(node, removed)
        for key in needed:
            if key not in there:
                self._add_key(node, key, needed, list(full))

    def _change(self, node: Node, full: Any, needed: Any, indent: int) -> None:
        """Change a value to the data; `indent` is the column of its key or dash."""
        if node.style == "block" and isinstance(node.value, dict) and isinstance(full, dict):
            self.mapping(node, full, needed if isinstance(needed, dict) else {"edtf": needed})
        elif node.style == "block" and isinstance(node.value, list) and isinstance(full, list):
            self._sequence(node, full, needed)
        elif isinstance(node.value, str) and node.style in ("", "'", '"') and _one_line(needed):
            word = writing.scalar(needed, style=node.style)
            self._edits.append((node.start.index, node.end.index, word))
        else:
            self._replace(node, self._lines(writing.value(needed, indent)))

    def _replace(self, node: Node, written: str) -> None:
        """Replace a value by new text, and keep the comments in it and after it."""
        start, end = self._around(node)
        line_end = self._text.find("\n", end)
        rest = self._text[end : line_end if line_end >= 0 else len(self._text)].rstrip("\r")
        first, newline, more = written.partition(self._line_end)
        remarks = "".join(f"  {remark}" for remark in comments_within(self._text, node))
        if (newline or remarks) and rest.lstrip().startswith("#"):
            remarks, end = remarks + rest, end + len(rest)
        self._edits.append((start, end, first + remarks + newline + more))

    def _around(self, node: Node) -> tuple[int, int]:
        """Return the range of a value and of the space before it."""
        start = node.start.index
        while self._text[start - 1] in " \n\r\t":
            start -= 1
        if self._text[start - 1] not in ":-":  # there is a comment between
            start = node.start.index - node.start.column - 1
        end = value_end(self._text, node)
        while self._text[end - 1] in "\r\n":  # a text that keeps the blank lines after it
            end -= 1
        return start, end

    def _remove_keys(self, node: Node, removed: list[str]) -> None:
        values = node.value if isinstance(node.value, dict) else {}
        place = node.start.index
        kept = next((mark.index for key, mark in node.keys.items() if key not in removed), None)
        if kept is not None and self._text[place - node.start.column : place].strip():
            # After a dash, the first key that stays takes the place of those before it.
            removed = [key for key in removed if node.keys[key].index > kept]
            if kept > place:
                self._edits.append((place, kept, ""))
        for key in removed:
            line = node.keys[key].index - node.keys[key].column
            self._edits.append(
                (line, line_after(self._text, value_end(self._text, values[key])), "")
            )

    def _add_key(self, node: Node, key: str, needed: dict[str, Any], order: list[str]) -> None:
        """Add a key after the nearest key that precedes it in the models."""
        there = node.value if isinstance(node.value, dict) else {}
        before = [name for name in order[: order.index(key)] if name in there]
        column = node.start.column
        entry = self._lines("".join(writing.mapping({key: needed[key]}, column)))
        if not before:
            start = node.start.index
            self._edits.append((start, start, entry.lstrip(" ") + " " * column))
            return
        place = line_after(self._text, value_end(self._text, there[before[-1]]))
        if place == len(self._text) and not self._text.endswith("\n"):
            entry = self._line_end + entry.removesuffix(self._line_end)
        self._edits.append((place, place, entry))

    def _sequence(self, node: Node, full: list[Any], needed: list[Any]) -> None:
        """Change, remove, add and move items of a list in block style."""
        items = node.value if isinstance(node.value, list) else []
        old = [_identity(item.plain) for item in items]
        new = [_identity(item) for item in needed]
        source = _old_items(old, new)
        for place, index in enumerate(source):
            if index is not None and not _equals(items[index].plain, full[place], needed[place]):
                self._change(items[index], full[place], needed[place], node.start.column)
        if source == list(range(len(items))):
            return
        starts = [self._dash_line(node, item) for item in items]
        ends = [line_after(self._text, value_end(self._text, item)) for item in items]
        # A chunk includes the comments above its item, except above the first item of the list.
        chunks = [self._edited(a, b) for a, b in zip([starts[0], *ends], ends, strict=False)]
        column = node.start.column
        written = ""
        for place, index in enumerate(source):
            fresh = self._lines("".join(writing.sequence([needed[place]], column)))
            written += fresh if index is None else chunks[index]
            written += "" if written.endswith("\n") else self._line_end
        made = self._within(starts[0], ends[-1])
        self._edits = [edit for edit in self._edits if edit not in made]
        self._edits.append((starts[0], ends[-1], written))

    def _dash_line(self, node: Node, item: Node) -> int:
        """Return the start of the line with an item's dash."""
        line = self._text.rfind("\n", 0, item.start.index) + 1
        column = node.start.column
        while self._text[line : line + column + 1] != " " * column + "-":
            line = self._text.rfind("\n", 0, line - 1) + 1
        return line

    def _lines(self, text: str) -> str:
        return text.replace("\n", self._line_end)

    def _edited(self, start: int, end: int) -> str:
        """Return a range of the text with its edits applied."""
        written, place = "", start
        for edit_start, edit_end, new in sorted(self._within(start, end), key=lambda e: e[:2]):
            written += self._text[place:edit_start] + new
            place = edit_end
        return written + self._text[place:end]

    def _within(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return the edits in a range. An insertion between two ranges belongs to the first."""
        return [
            edit
            for edit in self._edits
            if start <= edit[0] and edit[1] <= end and (edit[1] > start or start == 0)
        ]


def comments_within(text: str, node: Node) -> list[str]:
    """Return the comments within the brackets or braces of a value in flow style."""
    if node.style != "flow":
        return []
    gaps, place = [], node.start.index
    for leaf in _leaves(node):
        gaps.append(text[place : leaf.start.index])
        place = leaf.end.index
    gaps.append(text[place : node.end.index])
    return [found.rstrip() for gap in gaps for found in re.findall(r"(?<=\s)#[^\n]*", gap)]


def value_end(text: str, node: Node) -> int:
    """Return the position after the last character of a value."""
    if node.style == "block":
        return max(value_end(text, child) for child in node.children)
    if node.style in ("|", ">"):
        end = node.end.index
        header = text[node.start.index : line_after(text, node.start.index)]
        kept = text[node.start.index : end]
        return end if "+" in header else node.start.index + len(kept.rstrip(" \r\n"))
    return node.end.index


def line_after(text: str, index: int) -> int:
    """Return the start of the next line, or the same position if it is the start of a line."""
    if index and text[index - 1] == "\n":
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from _leaves(child)
    if not node.children:
        yield node


def _one_line(data: Any) -> bool:
    return isinstance(data, int) or (isinstance(data, str) and "\n" not in data)


def _identity(item: Any) -> str:
    """Return what identifies an item: its id, or else its content."""
    if isinstance(item, dict) and "id" in item:
        return f"id {item['id']}"
    return json.dumps(_words(item), ensure_ascii=False, sort_keys=True)


def _words(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _words(value) for key, value in data.items()}
    return [_words(item) for item in data] if isinstance(data, list) else _as_text(data)


def _old_items(old: list[str], new: list[str]) -> list[int | None]:
    """Return, for each new item, the index of the old item it comes from, or None."""
    source: list[int | None] = [None] * len(new)
    pairs: list[tuple[int, int]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            for offset in range(d - c):
                source[c + offset] = a + offset
        elif tag == "replace":
            pairs.extend(zip(range(a, b), range(c, d), strict=False))
    used = set(source)
    for place, key in enumerate(new):
        if source[place] is None and key in old and (moved := old.index(key)) not in used:
            source[place] = moved
            used.add(moved)
    for index, place in pairs:
        changed_in_place = not old[index].startswith("id ") and not new[place].startswith("id ")
        if source[place] is None and index not in used and changed_in_place:
            source[place] = index
            used.add(index)
    return source
