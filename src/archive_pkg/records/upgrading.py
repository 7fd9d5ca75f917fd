"""Upgrade records of earlier file formats.

Each format has a number, which a file names as `format`. A file without `format` may have the
fields of any format. To change the format, increase `FORMAT` and add a step.

Format 2 replaces a part's `of` with `made_from`, `part_of` and `about`. Format 3 replaces `holding`
with `holdings`, whose levels have the archive's own names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.records.scalars import TEXT_PATTERN
from archive_pkg.records.yaml.nodes import Node
from archive_pkg.records.yaml.patching import comments_within, line_after, value_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMAT = 3
"""The format that this version writes."""

RELATIONS = ("made_from", "part_of", "about")
"""The fields of a part that name other parts."""

_LEVELS = ("fonds", "file", "folio")
"""The fields of `holding` that are levels of the archive, the highest first."""

_RELATIONS_SINCE, _HOLDINGS_SINCE = 2, 3


def relation_for_kind(kind: object) -> str:
    """Return the field that replaces `of` in a part of the given kind."""
    return {"enclosure": "part_of", "summary": "about"}.get(str(kind), "made_from")


def upgrade(data: dict[str, Any]) -> dict[str, Any]:
    """Return the plain data of a record in the current format, without `format`.

    Args:
        data: The plain data of a file; it is not changed.
    """
    rest = {key: value for key, value in data.items() if key != "format"}
    if _is_before(_RELATIONS_SINCE, data):
        rest = _with_three_relations(rest)
    if _is_before(_HOLDINGS_SINCE, data):
        rest = _with_holdings(rest)
    return rest


def unknown_format(data: dict[str, Any]) -> str:
    """Return a message if the format of a record's plain data is unknown, or ""."""
    given = data.get("format")
    if given is None or _number(given):
        return ""
    said = given if isinstance(given, str | int) else "not a number"
    return (
        f"format is {said}, but this version of archive-pkg reads formats 1 to {FORMAT}; "
        f"install a newer version, or correct it to format: {FORMAT}"
    )


def describe_formats(record: dict[str, Any], part: dict[str, Any]) -> None:
    """Add the field `format` and the fields of earlier formats to the JSON Schema.

    Args:
        record: The schema of a record.
        part: The schema of its parts.
    """
    numbers = [number for n in range(1, FORMAT + 1) for number in (n, str(n))]
    text = {"type": "string", "pattern": TEXT_PATTERN}
    level = {"anyOf": [text, {"type": "null"}]}
    record["properties"]["format"] = {
        "enum": [None, *numbers],
        "default": None,
        "description": "The number of the file's format. You can leave it out.",
    }
    part["properties"]["of"] = {
        "type": "array",
        "items": {"type": "string"},
        "deprecated": True,
        "description": "In format 1: the parts that it was made from, belongs to or is about.",
    }
    record["properties"]["holding"] = {
        "type": ["object", "null"],
        "properties": {"repository": text, **dict.fromkeys(_LEVELS, level)},
        "required": ["repository"],
        "additionalProperties": False,
        "deprecated": True,
        "description": "In formats 1 and 2: where the document is kept.",
    }

    def since(first: int, then: dict[str, Any]) -> dict[str, Any]:
        later = {"enum": numbers[2 * (first - 1) :]}
        return {"if": {"properties": {"format": later}, "required": ["format"]}, "then": then}

    no_of = {"properties": {"parts": {"items": {"not": {"required": ["of"]}}}}}
    record["allOf"] = [
        since(_RELATIONS_SINCE, no_of),
        since(_HOLDINGS_SINCE, {"not": {"required": ["holding"]}}),
        {"not": {"required": ["holding", "holdings"]}},
    ]


def upgrade_tree(root: Node) -> Node:
    """Return the tree of a file with the current names of fields, at the old positions."""
    if not has_former_fields(root.plain):
        return root
    names = {id(node): name for node, name in _parts_with_of(root)}
    holding = _holding(root)

    def renamed(node: Node) -> Node:
        if isinstance(node.value, list):
            return _copy_of(node, [renamed(child) for child in node.value], node.keys)
        if not isinstance(node.value, dict):
            return node
        new = {"of": names[id(node)]} if id(node) in names else {}
        new |= {"holding": "holdings"} if node is root and holding else {}
        return _copy_of(
            node,
            {new.get(key, key): renamed(child) for key, child in node.value.items()},
            {new.get(key, key): mark for key, mark in node.keys.items()},
        )

    tree = renamed(root)
    if holding and isinstance(tree.value, dict):
        found = [] if holding.value is None else [_holding_with_levels(holding)]
        tree.value["holdings"] = _copy_of(holding, found, {})
    return tree


def upgrade_text(text: str, root: Node) -> str:
    """Return the text of a YAML file with the current names of fields.

    Args:
        text: The text without a byte order mark.
        root: Its tree.
    """
    if not has_former_fields(root.plain):
        return text
    edits = []
    for node, name in _parts_with_of(root):
        place = node.keys["of"].index
        edits.append((place, place + len(_key_at(text, place, "of")), name))
    holding = _holding(root)
    if holding:
        edits += _holding_edits(text, root, holding)
    evidence = root.value.get("evidence") if isinstance(root.value, dict) else None
    upgraded = upgrade(root.plain).get("evidence", ())
    for node, item in zip(evidence.children if evidence else (), upgraded, strict=False):
        field = node.value.get("field") if isinstance(node.value, dict) else None
        if field and field.value != item["field"]:
            edits.append((field.start.index, field.end.index, item["field"]))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def has_former_fields(data: object) -> bool:
    """Return whether the plain data of a record has fields of an earlier format."""
    if not isinstance(data, dict):
        return False
    parts = _as_list(data.get("parts")) if _is_before(_RELATIONS_SINCE, data) else ()
    return _has_holding(data) or any(isinstance(part, dict) and "of" in part for part in parts)


def names_earlier_format(data: object) -> bool:
    """Return whether the plain data of a record names the number of an earlier format."""
    number = _number(data.get("format")) if isinstance(data, dict) else 0
    return 0 < number < FORMAT


def _number(given: object) -> int:
    """Return the number of a known format, or 0."""
    text = str(given)
    return int(text) if text in {str(n) for n in range(1, FORMAT + 1)} else 0


def _is_before(first: int, data: dict[str, Any]) -> bool:
    given = data.get("format")
    return given is None or 0 < _number(given) < first


def _has_holding(data: dict[str, Any]) -> bool:
    return "holding" in data and "holdings" not in data and _is_before(_HOLDINGS_SINCE, data)


def _with_three_relations(data: dict[str, Any]) -> dict[str, Any]:
    """Return data of format 1 in format 2, replacing `of` according to the kind of the part."""
    names: dict[str, str] = {}
    parts = []
    for index, part in enumerate(_as_list(data.get("parts"))):
        if isinstance(part, dict):
            name = relation_for_kind(part.get("kind"))
            names[str(part.get("id"))] = names[str(index)] = name
            if "of" in part and name not in part:
                part = {name if key == "of" else key: value for key, value in part.items()}
        parts.append(part)

    def renamed(field: str) -> str:
        steps = field.split(".")
        if len(steps) == 3 and steps[0] == "parts" and steps[2] == "of":
            steps[2] = names.get(steps[1], "of")
        return ".".join(steps)

    evidence = _evidence(data, renamed)
    return {**data, **({"parts": parts} if parts else {}), **evidence}


def _with_holdings(data: dict[str, Any]) -> dict[str, Any]:
    """Return data of format 2 in format 3, replacing `holding` with `holdings`."""
    if _has_holding(data):
        data = {
            "holdings" if key == "holding" else key: _holdings(value) if key == "holding" else value
            for key, value in data.items()
        }
    first = next(iter(_as_list(data.get("holdings"))), None)
    levels = _as_list(first.get("levels")) if isinstance(first, dict) else []
    names = [level.get("name") for level in levels if isinstance(level, dict)]

    def renamed(field: str) -> str:
        holding, _, below = field.partition(".")
        if holding != "holding":
            return field
        if first is None:
            return "holdings"
        if below in _LEVELS:
            known = f".{names.index(below)}.value" if below in names else ""
            return f"holdings.0.levels{known}"
        return f"holdings.0.{below}" if below else "holdings.0"

    return {**data, **_evidence(data, renamed)}


def _holdings(holding: Any) -> list[Any]:
    if not isinstance(holding, dict):
        return [] if holding is None else [holding]
    levels = [
        {"name": name, "value": holding[name]} for name in _LEVELS if holding.get(name) is not None
    ]
    rest = {key: value for key, value in holding.items() if key not in _LEVELS}
    return [{**rest, **({"levels": levels} if levels else {})}]


def _evidence(data: dict[str, Any], renamed: Callable[[str], str]) -> dict[str, Any]:
    evidence = [
        {**item, "field": renamed(item["field"])}
        if isinstance(item, dict) and isinstance(item.get("field"), str)
        else item
        for item in _as_list(data.get("evidence"))
    ]
    return {"evidence": evidence} if evidence else {}


def _parts_with_of(root: Node) -> Iterator[tuple[Node, str]]:
    """Yield the parts of a tree that have `of`, each with the new name of the field."""
    if not _is_before(_RELATIONS_SINCE, root.plain):
        return
    parts = root.value.get("parts") if isinstance(root.value, dict) else None
    for part in parts.children if parts and isinstance(parts.value, list) else ():
        if isinstance(part.value, dict) and "of" in part.value:
            kind = part.value.get("kind")
            name = relation_for_kind(kind.value if kind else None)
            if name not in part.value:
                yield part, name


def _holding(root: Node) -> Node | None:
    """Return the value of `holding` in a tree, or None if it is not to be replaced."""
    there = isinstance(root.value, dict) and _has_holding(root.plain)
    return root.value["holding"] if there and isinstance(root.value, dict) else None


def _holding_with_levels(holding: Node) -> Node:
    if not isinstance(holding.value, dict):
        return holding
    levels = []
    for name in _LEVELS:
        value = holding.value.get(name)
        if value is not None and value.value is not None:
            keys = dict.fromkeys(("name", "value"), holding.keys[name])
            named = Node(name, holding.keys[name], holding.keys[name])
            levels.append(_copy_of(value, {"name": named, "value": value}, keys))
    rest = {key: value for key, value in holding.value.items() if key not in _LEVELS}
    keys = {key: holding.keys[key] for key in rest}
    if levels:
        rest["levels"] = _copy_of(holding, levels, {})
        keys["levels"] = levels[0].keys["name"]
    return _copy_of(holding, rest, keys)


def _holding_edits(text: str, root: Node, holding: Node) -> Iterator[tuple[int, int, str]]:
    """Yield ranges of a text, and the new text of each, that make `holding` a list."""
    place = root.keys["holding"].index
    key = _key_at(text, place, "holding")
    if holding.value is None:
        empty = re.compile(r"\s*:[ \t]*(?:null|Null|NULL|~)?").match(text, place + len(key))
        yield place, empty.end() if empty else place, "holdings: []"
        return
    yield place, place + len(key), "holdings"
    if holding.style == "flow":
        comments = "".join(f"  {comment}" for comment in comments_within(text, holding))
        comments += "\n" if comments and root.style == "flow" else ""
        yield holding.start.index, holding.end.index, _holding_in_flow(text, holding) + comments
    else:
        start = line_after(text, place + len(key))
        end = line_after(text, value_end(text, holding))
        yield start, end, _holding_in_lines(text, start, holding)


def _holding_in_flow(text: str, holding: Node) -> str:
    values = {
        key: text[node.start.index : node.end.index]
        for key, node in zip(holding.keys, holding.children, strict=True)
        if key not in _LEVELS or node.value is not None
    }
    pairs = [f"{key}: {value}" for key, value in values.items() if key not in _LEVELS]
    levels = [f"{{name: {key}, value: {values[key]}}}" for key in _LEVELS if key in values]
    pairs += [f"levels: [{', '.join(levels)}]"] if levels else []
    return f"[{{{', '.join(pairs)}}}]"


def _holding_in_lines(text: str, start: int, holding: Node) -> str:
    """Return the lines of a mapping in block style, from a position, rewritten as a list."""
    line_ending = "\r\n" if "\r\n" in text else "\n"
    column = holding.start.column
    fields: dict[str, str] = {}
    levels: dict[str, str] = {}
    for key, node in zip(holding.keys, holding.children, strict=True):
        end = line_after(text, value_end(text, node))
        line = holding.keys[key].index - column
        above, rest = text[start:line], text[line:end].rstrip("\r\n") + line_ending
        start = end
        if key not in _LEVELS:
            mark = " " * column + ("  " if fields else "- ")
            fields[key] = _indented(above, 2) + mark + _indented(rest, 2)[column + 2 :]
        elif node.value is None:
            _, sign, comment = rest.partition("#")
            levels[key] = _indented(above, 4) + " " * (column + 4) * bool(sign) + sign + comment
        else:
            name = f"{' ' * (column + 4)}- name: {key}{line_ending}{' ' * (column + 6)}value"
            after = column + len(_key_at(rest, column, key))
            levels[key] = _indented(above, 4) + name + _indented(rest, 6)[after + 6 :]
    lines = "".join(fields.values())
    if levels:
        lines += f"{' ' * (column + 2)}levels:{line_ending}"
        lines += "".join(levels[key] for key in _LEVELS if key in levels)
    return lines if text[:start].endswith("\n") else lines.removesuffix(line_ending)


def _indented(lines: str, by: int) -> str:
    return re.sub(r"^(?=[^\r\n])", " " * by, lines, flags=re.MULTILINE)


def _key_at(text: str, place: int, key: str) -> str:
    found = re.compile(rf"""(["']?){key}\1""").match(text, place)
    return found[0] if found else ""


def _copy_of(node: Node, value: Any, keys: Any) -> Node:
    return Node(value, node.start, node.end, node.style, keys)


def _as_list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
