"""Find the media type of a file by the ending of its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive_pkg.records.models import Part

_BY_ENDING = {
    "txt": "text/plain",
    "tif": "image/tiff", "tiff": "image/tiff", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "png": "image/png", "jp2": "image/jp2", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "xml": "application/xml",
    "htm": "text/html", "html": "text/html", "rtf": "application/rtf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip


def media_type_of(name: str) -> str:
    """Return the media type of a file with a name; empty if its ending is unknown."""
    return _BY_ENDING.get(PurePosixPath(name).suffix[1:].casefold(), "")


def media_type_of_part(part: Part) -> str:
    """Return the media type of a part, by its file's name if the record has none; may be empty."""
    return part.media_type or media_type_of(part.file or "")
