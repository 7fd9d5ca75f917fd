"""SWORD 3's metadata document: Dublin Core in JSON, `metadata/sword.json` of a SWORDBagIt bag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.exporting.dublin_core import MAPPING, values
from archive_pkg.interchange.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import Setting
    from archive_pkg.records.models import Record

__all__ = ["MAPPING", "write"]

CONTEXT = "https://swordapp.github.io/swordv3/swordv3.jsonld"


def write(records: Sequence[Record], setting: Setting) -> bytes:
    """The record as SWORD's default metadata; an element that is said twice is a list."""
    [record] = records
    said: dict[str, list[str]] = {}
    for name, value in values(record, setting):
        said.setdefault(f"dc:{name}", []).append(value)
    document: dict[str, Any] = {"@context": CONTEXT, "@type": "Metadata"}
    document |= {name: one if len(one) > 1 else one[0] for name, one in said.items()}
    return to_json(document)
