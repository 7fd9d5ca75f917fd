"""Upgrade records of earlier file formats.

Each format has a number, which a file names as `format`. A file without `format` has format 1. To
change the format, increase `FORMAT` and add a step to `upgrade`.

Format 2 replaces a part's `of` with `made_from`, `part_of` and `about`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archive_pkg.records.yaml.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 2
"""The format that this version writes."""

RELATIONS = ("made_from", "part_of", "about")
"""The fields of a part that name other parts."""


def relation_of(kind: object) -> str:
    """Return the field that replaces `of` in a part of a kind."""
    return {"enclosure": "part_of", "summary": "about"}.get(str(kind), "made_from")


def upgrade(data: dict[str, Any]) -> dict[str, Any]:
    """Return the plain data of a record in the present format, without `format`.

    Args:
        data: The plain data of a file; it is not changed.
    """
    rest = {key: value for key, value in data.items() if key != "format"}
    return _with_three_relations(rest) if _is_first(data.get("format")) else rest


def unknown_format(data: dict[str, Any]) -> str:
    """Return what is wrong with the format of a record's plain data, or ""."""
    given = data.get("format")
    if _is_first(given) or str(given) == str(FORMAT):
        return ""
    said = given if isinstance(given, str | int) else "not a number"
    return (
        f"format is {said}, but this version of archive-pkg reads formats 1 to {FORMAT}; "
        f"install a newer version, or correct it to format: {FORMAT}"
    )


def describe_formats(record: dict[str, Any], part: dict[str, Any]) -> None:
    """Add the fields that only files have, or files of an earlier format, to the JSON Schema.

    Args:
        record: The schema of a record.
        part: The schema of its parts.
    """
    record["properties"]["format"] = {
        "enum": [None, 1, "1", FORMAT, str(FORMAT)],
        "default": None,
        "description": "The number of the file's format; format 1 if it is missing.",
    }
    part["properties"]["of"] = {
        "type": "array",
        "items": {"type": "string"},
        "deprecated": True,
        "description": "In format 1: the parts that this one was made from, part of or about.",
    }
    record["if"] = {
        "properties": {"format": {"enum": [FORMAT, str(FORMAT)]}},
        "required": ["format"],
    }
    record["then"] = {"properties": {"parts": {"items": {"not": {"required": ["of"]}}}}}


def upgrade_tree(root: Node) -> Node:
    """Return the tree of a file with the present names of fields, at the old positions."""
    if not is_former(root.plain):
        return root
    names = {id(node): name for node, name in _parts_with_of(root)}

    def renamed(node: Node) -> Node:
        if isinstance(node.value, list):
            return _with(node, [renamed(child) for child in node.value], node.keys)
        if not isinstance(node.value, dict):
            return node
        new = {"of": names[id(node)]} if id(node) in names else {}
        return _with(
            node,
            {new.get(key, key): renamed(child) for key, child in node.value.items()},
            {new.get(key, key): mark for key, mark in node.keys.items()},
        )

    return renamed(root)


def upgrade_text(text: str, root: Node) -> str:
    """Return the text of a YAML file with the present names of fields.

    Args:
        text: The text without a byte order mark.
        root: Its tree.
    """
    if not is_former(root.plain):
        return text
    places = [(node.keys["of"].index, name) for node, name in _parts_with_of(root)]
    for place, name in sorted(places, reverse=True):
        text = text[:place] + re.sub(r"""^(["']?)of\1""", name, text[place:])
    return text


def is_former(data: object) -> bool:
    """Return whether the plain data of a record has fields of an earlier format."""
    if not isinstance(data, dict) or not _is_first(data.get("format")):
        return False
    return any(isinstance(part, dict) and "of" in part for part in _listed(data.get("parts")))


def _is_first(given: object) -> bool:
    return given is None or str(given) == "1"


def _with_three_relations(data: dict[str, Any]) -> dict[str, Any]:
    """Return data of format 1 in format 2, replacing `of` according to the kind of the part."""
    names: dict[str, str] = {}
    parts = []
    for index, part in enumerate(_listed(data.get("parts"))):
        if isinstance(part, dict):
            name = relation_of(part.get("kind"))
            names[str(part.get("id"))] = names[str(index)] = name
            if "of" in part and name not in part:
                part = {name if key == "of" else key: value for key, value in part.items()}
        parts.append(part)
    evidence = [
        {**item, "field": _renamed(item["field"], names)}
        if isinstance(item, dict) and isinstance(item.get("field"), str)
        else item
        for item in _listed(data.get("evidence"))
    ]
    return {
        **data,
        **({"parts": parts} if parts else {}),
        **({"evidence": evidence} if evidence else {}),
    }


def _renamed(field: str, names: dict[str, str]) -> str:
    steps = field.split(".")
    if len(steps) == 3 and steps[0] == "parts" and steps[2] == "of":
        steps[2] = names.get(steps[1], "of")
    return ".".join(steps)


def _parts_with_of(root: Node) -> Iterator[tuple[Node, str]]:
    """Yield the parts of a tree that have `of`, each with the new name of the field."""
    parts = root.value.get("parts") if isinstance(root.value, dict) else None
    for part in parts.children if parts and isinstance(parts.value, list) else ():
        if isinstance(part.value, dict) and "of" in part.value:
            kind = part.value.get("kind")
            name = relation_of(kind.value if kind else None)
            if name not in part.value:
                yield part, name


def _with(node: Node, value: Any, keys: Any) -> Node:
    return Node(value, node.start, node.end, node.style, keys)


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
