"""Recognize files that are neither text nor records by their first bytes.

Messages can then say what a file is and which command reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from archive_pkg.parsing import ZIP_ERRORS


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Attributes:
        name: The kind: "an image (JPEG)".
        hint: What to do with it; `{}` is replaced by the path of the file.
    """

    name: str
    hint: str


_PART = "Give the letter's text as .txt, .docx or .odt, and describe this file as a part of it."
_UNPACK = "Unpack it, and use a file in it."
WORD = FileKind("a Word file", "Draft a record from it: archive-pkg draft {}")
OPEN_DOCUMENT = FileKind("an OpenDocument text", "Draft a record from it: archive-pkg draft {}")
DAMAGED = FileKind("a damaged zip archive or Office file", "Restore it from another copy.")
XML = FileKind("XML", "If it is TEI, CMIF, EAD3 or DataCite, import it: archive-pkg import {}")
_ZIP = FileKind("a zip archive", _UNPACK)
_PREFIXES = (
    (b"%PDF-", FileKind("a PDF file", _PART)),
    (b"\xff\xd8\xff", FileKind("an image (JPEG)", _PART)),
    (b"\x89PNG\r\n", FileKind("an image (PNG)", _PART)),
    (b"GIF8", FileKind("an image (GIF)", _PART)),
    (b"II*\0", FileKind("an image (TIFF)", _PART)),
    (b"MM\0*", FileKind("an image (TIFF)", _PART)),
    (b"\0\0\0\x0cjP  ", FileKind("an image (JPEG 2000)", _PART)),
    (b"{\\rtf", FileKind("an RTF file", "Save it as .docx, .odt or .txt, and use that file.")),
    (
        bytes.fromhex("d0cf11e0a1b11ae1"),
        FileKind(
            "a file of an old Office program (.doc, .xls, .msg)",
            "Save a letter as .docx or .txt, a table as .xlsx.",
        ),
    ),
    (b"\x1f\x8b", FileKind("a compressed file (gzip)", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", FileKind("a compressed file (zstd)", _UNPACK)),
)
# By the beginning of a member's name.
_MEMBERS = (
    ("word/", WORD),
    (
        "xl/",
        FileKind("a workbook", "Check it as a table: archive-pkg check {}"),
    ),
    ("ppt/", FileKind("a presentation", _PART)),
    ("content.xml", OPEN_DOCUMENT),
)
_TYPES = {
    b"application/vnd.oasis.opendocument.text": OPEN_DOCUMENT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileKind(
        "an OpenDocument spreadsheet", "Save it as .xlsx, and use archive-pkg tables import."
    ),
}
_EMAIL = FileKind("an e-mail message", "Save the text of the message as .txt, and use that file.")
_IS_EMAIL = re.compile(
    rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*"
    # Not "Received:": records and the heads of memoranda say when a document was received.
    rb"(?:MIME-Version:\s*\d|Message-ID:\s*<)",
    re.IGNORECASE,
)
_HEAD = 16384


def recognize(data: bytes) -> FileKind | None:
    """Return the kind of a file by its bytes, or None for text and unknown kinds."""
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind("an image (WebP)", _PART)
    if data[257:262] == b"ustar":
        return FileKind("a tar archive", _UNPACK)
    return _EMAIL if _IS_EMAIL.match(data[:_HEAD].replace(b"\r\n", b"\n")) else None


def _in_zip(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            declared = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < _HEAD:
                declared = archive.read("mimetype").strip()
    except (OSError, zipfile.BadZipFile, *ZIP_ERRORS):
        return DAMAGED
    if declared in _TYPES:
        return _TYPES[declared]
    if any(name.rpartition("/")[2] == "bagit.txt" for name in names):
        return FileKind("a zip archive with a bag in it", "Verify it: archive-pkg verify {}")
    return next(
        (kind for start, kind in _MEMBERS if any(name.startswith(start) for name in names)), _ZIP
    )
