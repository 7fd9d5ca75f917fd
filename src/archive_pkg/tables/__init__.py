"""Catalogues of letters as tables: a Frictionless Data Package, CSV files, a workbook.

The one room that knows frictionless, which it imports only where it is needed.
"""

from archive_pkg.tables.catalogue import check, read_catalogue, read_records
from archive_pkg.tables.package import package_files, table_schema

__all__ = ["check", "package_files", "read_catalogue", "read_records", "table_schema"]
