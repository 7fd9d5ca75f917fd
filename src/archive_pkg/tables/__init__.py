"""Catalogues of letters as tables: a Frictionless Data Package, CSV files or a workbook.

Only this package imports Frictionless. Names are loaded when they are first used, because building
an archival package needs only the modules that write its tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg.tables.catalogue import (
        check,
        read_catalogue,
        read_records,
        register_for,
        stream_records,
        tables_hold,
    )
    from archive_pkg.tables.converting import (
        annotate,
        export_records,
        files_folder,
        filled,
        read_tables,
        write_records,
        write_template,
    )
    from archive_pkg.tables.lists.opening import draft_map
    from archive_pkg.tables.reading.sources import is_tables, subjects
    from archive_pkg.tables.writing.data_package import package_files, table_schema

_MODULES = {
    "catalogue": (
        "check",
        "read_catalogue",
        "read_records",
        "register_for",
        "stream_records",
        "tables_hold",
    ),
    "converting": (
        "annotate",
        "export_records",
        "files_folder",
        "filled",
        "read_tables",
        "write_records",
        "write_template",
    ),
    "lists.opening": ("draft_map",),
    "writing.data_package": ("package_files", "table_schema"),
    "reading.sources": ("is_tables", "subjects"),
}

__all__ = [
    "annotate",
    "check",
    "draft_map",
    "export_records",
    "files_folder",
    "filled",
    "is_tables",
    "package_files",
    "read_catalogue",
    "read_records",
    "read_tables",
    "register_for",
    "stream_records",
    "subjects",
    "table_schema",
    "tables_hold",
    "write_records",
    "write_template",
]

__getattr__ = names_from(__name__, _MODULES)
