"""Catalogues of letters as tables: a Frictionless Data Package, CSV files, a workbook.

The one room that knows frictionless, which it imports only where it is needed.
"""

from archive_pkg.tables.catalogue import check, read_catalogue, read_records
from archive_pkg.tables.exchange import (
    annotate,
    export_records,
    read_tables,
    write_records,
    write_template,
)
from archive_pkg.tables.lists import draft_map
from archive_pkg.tables.package import package_files, table_schema
from archive_pkg.tables.sources import is_tables

__all__ = [
    "annotate",
    "check",
    "draft_map",
    "export_records",
    "is_tables",
    "package_files",
    "read_catalogue",
    "read_records",
    "read_tables",
    "table_schema",
    "write_records",
    "write_template",
]
