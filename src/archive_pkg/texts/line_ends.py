"""Join words that are divided at line ends, for searches."""

from __future__ import annotations

import re

_BROKEN = re.compile(r"(?<=\w)[-\u00ad\u00ac\u2010\u2e17]\s*\n\s*(?=[^\W\d_])")


def unbroken(text: str) -> str:
    """Return a string without soft hyphens and without hyphens at line ends within words."""
    return _BROKEN.sub("", text).replace("\u00ad", "")
