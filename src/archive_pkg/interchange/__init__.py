"""Exports of records: one module per format, chosen by name."""

from archive_pkg.interchange.formats import FORMATS, Format, export, find_format
from archive_pkg.interchange.setting import FileFacts, Setting

__all__ = ["FORMATS", "FileFacts", "Format", "Setting", "export", "find_format"]
