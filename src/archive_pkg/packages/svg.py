"""Write SVG 1.1 elements as escaped text."""

from __future__ import annotations

import unicodedata

from archive_pkg.interchange.markup import escaped, fit, quoted

_TURNING = {"R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI"}


def text(words: str) -> str:
    """Escape text for SVG, and isolate right-to-left text, so that it does not move other text."""
    kept = fit(words)
    if kept.isascii():
        return escaped(kept)
    is_turned = any(unicodedata.bidirectional(sign) in _TURNING for sign in kept)
    return escaped(f"\u2068{kept}\u2069" if is_turned else kept)


def element(name: str, /, *content: str, **attributes: object) -> str:
    """Return an element.

    Args:
        name: The element's name.
        content: The inner elements or text, already escaped.
        attributes: The attributes. Those that are None are left out. `class_` becomes `class`, and
            other underscores become hyphens.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoted(str(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(content)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def words(content: str, /, x: float, y: float, **attributes: object) -> str:
    """Return a line of text that begins, ends or is centred at a position."""
    return element("text", text(content), x=short(x), y=short(y), **attributes)


def title(content: str) -> str:
    """Return an element's title, which browsers show as a tooltip."""
    return element("title", text(content))


def short(number: float) -> str:
    """Format a length with one decimal, or without if it is zero."""
    return f"{number:.1f}".removesuffix(".0")
