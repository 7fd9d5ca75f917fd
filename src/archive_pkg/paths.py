"""Path arguments, and names that Windows cannot hold."""

from __future__ import annotations

import os
import re

StrPath = str | os.PathLike[str]

SITE_MANIFEST = "site-sha256.txt"
OUTPUT_MARKS = frozenset({"bagit.txt", SITE_MANIFEST, "0=ocfl_1.0", "0=ocfl_1.1"})
"""The files that only a bag, a site or an OCFL root has. What is below one is no new input."""

_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *([.:].*)?")


def is_reserved_on_windows(name: str) -> bool:
    """Return whether Windows opens a device by a name, such as `NUL` or `con.txt`."""
    return _RESERVED.fullmatch(name) is not None


def windows_fault(name: str) -> str:
    """Return why a file cannot have a name on Windows; empty if it can."""
    if name[-1:] in (" ", "."):
        return "ends with a dot or a space, which Windows drops"
    if _FORBIDDEN.search(name):
        return "has a character that Windows forbids"
    if is_reserved_on_windows(name):
        return "is reserved for a device on Windows"
    return ""
