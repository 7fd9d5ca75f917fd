"""Write the metadata document of SWORD 3: Dublin Core in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive_pkg.interchange.exporting.dublin_core import MAPPING, values
from archive_pkg.interchange.json_text import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

__all__ = ["MAPPING", "write"]

CONTEXT = "https://swordapp.github.io/swordv3/swordv3.jsonld"


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record as SWORD's default metadata."""
    [record] = records
    elements: dict[str, list[str]] = {}
    for name, value in values(record, context):
        elements.setdefault(f"dc:{name}", []).append(value)
    document: dict[str, Any] = {"@context": CONTEXT, "@type": "Metadata"}
    document |= {key: some if len(some) > 1 else some[0] for key, some in elements.items()}
    return to_json(document)
