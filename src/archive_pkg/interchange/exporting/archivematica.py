"""Write Archivematica's metadata.csv: Dublin Core for the transfer, and a title for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg import csv_text
from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting.dublin_core import MAPPING as DUBLIN_CORE
from archive_pkg.interchange.exporting.dublin_core import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Record

MAPPING = {field: f"dc.{place}" for field, place in DUBLIN_CORE.items()} | {
    "parts.file": "filename, beginning with objects/ or data/",
    "parts.title": "dc.title of the file; dc.relation",
}
_TRANSFER = "objects"


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the table. An element with several values for the letter gets several columns."""
    [record] = records
    elements = list(values(record, context))
    columns = ["filename", *(f"dc.{name}" for name, _ in elements)]
    rows = [[_TRANSFER, *(_line(value) for _, value in elements)]]
    for path in record.files:
        parts = [part for part in record.parts if part.file == path]
        titles = "; ".join(derived_facts.part_title(record, part) for part in parts)
        row = [""] * len(columns)
        row[0], row[columns.index("dc.title")] = (
            f"{context.folder or f'{_TRANSFER}/'}{path}",
            _line(titles),
        )
        rows.append(row)
    return "".join(csv_text.line(cells) for cells in [columns, *rows]).encode()


def _line(text: str) -> str:
    return " ".join(text.split())
