"""Catalogues of letters as tables: a Frictionless Data Package, CSV files, a workbook.

The one room that knows frictionless, which it imports only where it is needed.
"""

from archive_pkg.tables.package import package_files, read_records, table_schema

__all__ = ["package_files", "read_records", "table_schema"]
