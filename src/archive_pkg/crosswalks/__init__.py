"""The record as others read it: one module a format, chosen by name."""

from archive_pkg.crosswalks.formats import FORMATS, Format, export, find_format
from archive_pkg.crosswalks.setting import FileFacts, Setting

__all__ = ["FORMATS", "FileFacts", "Format", "Setting", "export", "find_format"]
