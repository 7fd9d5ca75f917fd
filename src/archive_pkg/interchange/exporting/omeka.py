"""Write Dublin Core for the CSV Import module of Omeka S: a row per document, `|` between values.

The module maps a column named by a term, such as `dcterms:title`, to the property without asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange.exporting import dublin_core
from archive_pkg.interchange.exporting.csv_descriptions import joined, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

MAPPING = {field: f"dcterms:{place}" for field, place in dublin_core.TERMS.items()}
_ALWAYS = ("dcterms:identifier", "dcterms:title", "dcterms:abstract")
"""Columns of every file. `abstract` tells a reader that `description` has other things."""


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the table, with the terms of Dublin Core that a document has."""
    rows: list[dict[str, list[str]]] = []
    for record in records:
        row: dict[str, list[str]] = {}
        for name, value in dublin_core.terms(record, context):
            row.setdefault(f"dcterms:{name}", []).append(value)
        rows.append(row)
    header = list(dict.fromkeys([*_ALWAYS, *(name for row in rows for name in row)]))
    return table(header, [{name: joined(cell) for name, cell in row.items()} for row in rows])
