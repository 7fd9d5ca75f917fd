"""Write YAML that all readers read alike: text that looks like a number or a date is quoted."""

from __future__ import annotations

from typing import Any

_OTHER_TYPES = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
_SHORT = 72
_PLAIN_IN_FLOW = " -_./"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def document(data: dict[str, Any]) -> str:
    """Return the text of a file, with blank lines around entries of more than one line.

    Args:
        data: Mappings, lists, texts, integers and truth values; none of them empty.
    """
    text, before = "", ""
    for key, value in data.items():
        entry = "".join(mapping({key: value}, 0))
        tall = entry.count("\n") > 1
        text += "\n" if text and (tall or before.count("\n") > 1) else ""
        text += entry
        before = entry
    return text


def mapping(data: dict[str, Any], indent: int) -> list[str]:
    """Return the lines of a mapping in block style.

    Args:
        data: The mapping.
        indent: The column of its keys.
    """
    lines = []
    for key, value in data.items():
        first, *rest = _value(value, indent)
        lines.append(f"{' ' * indent}{key}:{' ' if first else ''}{first}\n")
        lines.extend(rest)
    return lines


def sequence(items: list[Any], indent: int) -> list[str]:
    """Return the lines of a list in block style.

    Args:
        items: The list.
        indent: The column of its dashes.
    """
    lines = []
    for item in items:
        if isinstance(item, dict):
            inner = mapping(item, indent + 2)
            lines.append(f"{' ' * indent}- {inner[0][indent + 2 :]}")
            lines.extend(inner[1:])
        else:
            first, *rest = _value(item, indent)
            lines.append(f"{' ' * indent}- {first}\n")
            lines.extend(rest)
    return lines


def value(data: Any, indent: int) -> str:
    """Return the text of a value after its key and colon.

    Args:
        data: The value.
        indent: The column of the key.
    """
    first, *rest = _value(data, indent)
    return (f" {first}" if first else "") + ("\n" + "".join(rest) if rest else "").removesuffix(
        "\n"
    )


def scalar(data: str | int, *, style: str = "", flow: bool = False) -> str:
    """Return a string, number or truth value on one line.

    Args:
        data: The scalar.
        style: Its present quotes, which are kept if possible.
        flow: Whether it is within brackets or braces.
    """
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int):
        return str(data)
    if style == "'" and data.isprintable():
        return "'" + data.replace("'", "''") + "'"
    if style != '"' and _reads_as_text(data, flow=flow):
        return data
    return '"' + "".join(_ESCAPES.get(c) or _escaped(c) for c in data) + '"'


def _value(data: Any, indent: int) -> list[str]:
    """Return the text for the line of the key, then the lines after it."""
    if isinstance(data, dict):
        return ["", *mapping(data, indent + 2)]
    if isinstance(data, list):
        flow = f"[{', '.join(scalar(item, flow=True) for item in data)}]" if _flat(data) else ""
        return [flow] if flow and len(flow) <= _SHORT else ["", *sequence(data, indent + 2)]
    if isinstance(data, str) and _fits_literal(data):
        lines = data.removesuffix("\n").split("\n")
        header = "|" if data.endswith("\n") else "|-"
        return [header, *(f"{' ' * (indent + 2)}{line}".rstrip() + "\n" for line in lines)]
    return [scalar(data)]


def _flat(items: list[Any]) -> bool:
    return all(
        isinstance(item, int) or (isinstance(item, str) and "\n" not in item) for item in items
    )


def _reads_as_text(text: str, *, flow: bool) -> bool:
    """Return whether readers of YAML 1.1 and 1.2 read this plain scalar as text."""
    return (
        text[:1].isalpha()
        and text.isprintable()
        and not text.endswith((" ", ":"))
        and ": " not in text
        and " #" not in text
        and text.lower() not in _OTHER_TYPES
        and not (flow and any(not (c.isalnum() or c in _PLAIN_IN_FLOW) for c in text))
    )


def _fits_literal(text: str) -> bool:
    """Return whether a string of several lines can be written after `|`."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and len(text) > _SHORT
        and bool(lines[0])
        and bool(lines[-1])
        and not lines[0].startswith(" ")
        and all(line.isprintable() and not line.endswith(" ") for line in lines)
    )


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
