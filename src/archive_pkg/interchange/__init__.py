"""Exports of records in other formats, and imports (in `importing`)."""

from archive_pkg.interchange.export_context import ExportContext, FileFacts
from archive_pkg.interchange.formats import FORMATS, Format, export, find_format

__all__ = ["FORMATS", "ExportContext", "FileFacts", "Format", "export", "find_format"]
