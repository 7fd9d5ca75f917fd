"""Access restrictions as documents say them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OURS = re.compile(r"Access to .*: (open|restricted|closed)(?: until (\S+))?(?: \((.*)\))?")
_STRICTNESS = {"open": 0, "restricted": 1, "closed": 2}


def access(status: str, until: str | None, rule: str | None) -> dict[str, Any]:
    """Return plain data for a part's access."""
    said: dict[str, Any] = {"status": status} | ({"rule": rule} if rule else {})
    return said | ({"until": {"edtf": until}} if until else {})


def written_by_us(paragraphs: Iterable[str | None]) -> list[dict[str, Any]]:
    """Read paragraphs that this program's exports wrote (`views.restrictions`)."""
    ours = (_OURS.fullmatch(words) for words in paragraphs if words)
    return [access(m[1], m[2], m[3]) for m in ours if m]


def strictest(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the strictest of some restrictions, with the rules of all."""
    if not found:
        return None
    rules = list(dict.fromkeys(one["rule"] for one in found if "rule" in one))
    return max(found, key=_strictness) | ({"rule": " / ".join(rules)} if rules else {})


def _strictness(said: dict[str, Any]) -> tuple[int, str]:
    return _STRICTNESS[said["status"]], said.get("until", {}).get("edtf", "")
