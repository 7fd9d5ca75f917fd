"""Write CSV (RFC 4180) without cells that a spreadsheet would run as formulas.

Spreadsheets can read a cell as a formula if it begins with `=`, `+`, `-`, `@` (or a full-width form
of these), a tab or a line break. Such a cell gets an apostrophe in front, which marks it as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|\s$')


def guarded(text: str) -> str:
    """Return a cell's text, with an apostrophe in front if it looks like a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return a cell's text without the apostrophe that `guarded` added."""
    return text[1:] if _GUARDED.match(text) else text


def quoted(text: str) -> str:
    """Return a cell's text in quotation marks if CSV needs them."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def line(cells: Iterable[object]) -> str:
    """Return a line of guarded cells with LF at its end."""
    return ",".join(quoted(guarded(str(cell))) for cell in cells) + "\n"
