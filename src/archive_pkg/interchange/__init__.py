"""Exports of records: one module per format, chosen by name."""

from archive_pkg.interchange.export_context import FileFacts, Setting
from archive_pkg.interchange.formats import FORMATS, Format, export, find_format

__all__ = ["FORMATS", "FileFacts", "Format", "Setting", "export", "find_format"]
