"""Recognize files that are not the text of a letter, so that messages can say what they are."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive_pkg.messages import Message, _
from archive_pkg.parsing import ZIP_ERRORS, read_json

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Attributes:
        name: The kind: "an image (JPEG)".
        hint: What to do with it; the value `{}` stands for the path of the file.
    """

    name: str
    hint: str

    def advice(self, path: str) -> str:
        """Return what to do with the file at a path."""
        if isinstance(self.hint, Message):
            return self.hint.mapped(lambda value: path if value == "{}" else value)
        return self.hint


_PART = _(
    "Give the document's text as .txt, .docx or .odt, and add this file to parts in the record."
)
_UNPACK = _("Unpack it, and use a file in it.")
WORD = FileKind(_("a Word file"), _("Draft a record from it: archive-pkg draft {path}", path="{}"))
OPEN_DOCUMENT = FileKind(
    _("an OpenDocument text"), _("Draft a record from it: archive-pkg draft {path}", path="{}")
)
DAMAGED = FileKind(_("a damaged zip archive or Office file"), _("Restore it from another copy."))
XML = FileKind(
    _("XML"), _("If it describes documents, import it: archive-pkg import {path}", path="{}")
)
PDF_FILE = FileKind(
    _("a PDF file"),
    _("If it has a text layer, draft a record from it: archive-pkg draft {path}", path="{}"),
)
WORKBOOK = FileKind(
    _("a workbook"), _("Save it as .xlsx, and check it: archive-pkg check FILE.xlsx")
)
OLD_OFFICE = FileKind(
    _("a file of an old Office program (.doc, .xls, .msg)"),
    _("Save a letter as .docx or .txt, a table as .xlsx."),
)
_LOCKED = FileKind(
    _("an Office file with a password"), _("Open it, remove the password, and save it again.")
)
_ZIP = FileKind(_("a zip archive"), _UNPACK)
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_PREFIXES = (
    (b"%PDF-", PDF_FILE),
    (b"\xff\xd8\xff", FileKind(_("an image (JPEG)"), _PART)),
    (b"\x89PNG\r\n", FileKind(_("an image (PNG)"), _PART)),
    (b"GIF8", FileKind(_("an image (GIF)"), _PART)),
    (b"II*\0", FileKind(_("an image (TIFF)"), _PART)),
    (b"MM\0*", FileKind(_("an image (TIFF)"), _PART)),
    (b"\0\0\0\x0cjP  ", FileKind(_("an image (JPEG 2000)"), _PART)),
    (
        b"{\\rtf",
        FileKind(_("an RTF file"), _("Save it as .docx, .odt or .txt, and use that file.")),
    ),
    (_COMPOUND, OLD_OFFICE),
    (b"\x1f\x8b", FileKind(_("a compressed file (gzip)"), _UNPACK)),
    (b"\x28\xb5\x2f\xfd", FileKind(_("a compressed file (zstd)"), _UNPACK)),
)
# The kind of an Office file, by the beginning of the name of a member.
_MEMBERS = (
    ("word/", WORD),
    ("xl/", WORKBOOK),
    ("ppt/", FileKind(_("a presentation"), _PART)),
    (
        "Index/",
        FileKind(
            _("a file of Numbers, Pages or Keynote"), _("Export a table as .xlsx, a text as .docx.")
        ),
    ),
    ("content.xml", OPEN_DOCUMENT),
)
_TYPES = {
    b"application/vnd.oasis.opendocument.text": OPEN_DOCUMENT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileKind(
        _("an OpenDocument spreadsheet"), _("Save it as .xlsx, and use that file.")
    ),
}
_EMAIL = FileKind(
    _("an e-mail message"), _("Save the text of the message as .txt, and use that file.")
)
_IS_EMAIL = re.compile(
    rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*"
    # Not "Received:": records and the heads of memoranda say when a document was received.
    rb"(?:MIME-Version:\s*\d|Message-ID:\s*<"
    rb"|Date:\s*(?:[a-z]{3},\s+)?\d{1,2}\s+[a-z]{3}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?"
    rb"\s+(?:[+-]\d{4}|GMT|UTC?)\b)",
    re.IGNORECASE,
)
_LOCK_FILE = FileKind(
    _("the lock file of an open document"),
    _("Use the document next to it, whose name does not begin with “~$” or “.~lock”."),
)
LOCK_NAMES = ("~$", ".~lock.")
"""How the names of lock files begin, which office programs write next to open documents."""
_LIBRE_OFFICE_LOCK = re.compile(rb",[^\n,]*,[^\n,]*,\d\d\.\d\d\.\d{4} \d\d:\d\d,file:[^\n]*\n?")
_DESCRIPTION = _("Import it: archive-pkg import {path}", path="{}")
_TABLE = FileKind(
    _("a table (CSV)"), _("Say what its columns mean: archive-pkg tables map {path}", path="{}")
)
TEXT = FileKind(_("a text"), _("Draft a record from it: archive-pkg draft {path}", path="{}"))
RECORD = FileKind(_("a record"), _("Check it: archive-pkg check {path}", path="{}"))
RECEIPT = FileKind(_("the receipt of a deposit"), _("Name the package that was deposited."))
_YAML = FileKind(
    _("a YAML file"), _("If it is a record, check it: archive-pkg check {path}", path="{}")
)
_JSON = FileKind(
    _("a JSON file"), _("If it is a record, check it: archive-pkg check {path}", path="{}")
)
WEB_PAGE = FileKind(_("a web page (HTML)"), _("Save its text as .txt, and use that file."))
# The kind of an XML file, by the name of its root element.
_MARKUP = {
    "PcGts": FileKind(
        _("a PAGE XML file"), _("Draft a record from it: archive-pkg draft {path}", path="{}")
    ),
    "alto": FileKind(
        _("an ALTO file"), _("Draft a record from it: archive-pkg draft {path}", path="{}")
    ),
    "html": WEB_PAGE,
    "mods": FileKind(_("a MODS record"), _DESCRIPTION),
    "modsCollection": FileKind(_("a MODS file"), _DESCRIPTION),
    "marc:record": FileKind(_("a MARCXML record"), _DESCRIPTION),
    "marc:collection": FileKind(_("a MARCXML file"), _DESCRIPTION),
    "ead": FileKind(_("an EAD 2002 finding aid"), _DESCRIPTION),
    "mets": FileKind(
        _("a METS file"), _("It describes a document. Convert it to MODS, EAD or CSV to import it.")
    ),
    "TEI.2": FileKind(_("a TEI P4 file"), _("Convert it to TEI P5, and import it.")),
    "TEI": FileKind(_("a TEI file"), _("Import it: archive-pkg import {path}", path="{}")),
}
_PROLOG = re.compile(
    r"\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)\s*)*", re.DOTALL
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[A-Za-z_][\w.-]*)(?P<rest>(?:[\s/][^<>]*)?)>")
_YAML_KEY = re.compile(r"(?P<key>[a-z_]+):(?: .*)?")
_YAML_LINE = re.compile(rf"{_YAML_KEY.pattern}|[ #-].*|")
_FEWEST_KEYS = 3
_DELIMITERS = (";", ",", "\t")
_FEWEST_COLUMNS = 3
_MOST_ROWS = 50
_HEAD = 16384


def recognize(data: bytes) -> FileKind | None:
    """Return the kind of a file by its bytes, or None for text and unknown kinds."""
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    if _is_lock(data):
        return _LOCK_FILE
    if data.startswith(_COMPOUND) and "EncryptedPackage".encode("utf-16-le") in data:
        return _LOCKED
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind(_("an image (WebP)"), _PART)
    if data[257:262] == b"ustar":
        return FileKind(_("a tar archive"), _UNPACK)
    return _EMAIL if _IS_EMAIL.match(data[:_HEAD].replace(b"\r\n", b"\n")) else None


def is_image_or_pdf(head: bytes) -> bool:
    """Return whether a file is an image or a PDF file by its first bytes."""
    kind = recognize(head)
    return kind is not None and (kind is PDF_FILE or kind.name.startswith("an image"))


def side_file(name: str) -> str:
    """Return what a file next to a document is for a program, by its name; empty for others."""
    if name.startswith(LOCK_NAMES):
        return "the lock file of an open document"
    return "a file in which macOS keeps attributes of another file" if name.startswith("._") else ""


def side_file_kind(path: Path) -> FileKind | None:
    """Return the kind of a file that `side_file` knows, with the name of its document."""
    kind = side_file(path.name)
    if not kind:
        return None
    # Word leaves out the first two characters of a long name.
    end = re.sub(r"^(?:~\$|\.~lock\.|\._)|#$", "", path.name)
    names = [one.name for one in path.parent.iterdir() if one.name.endswith(end)]
    documents = [name for name in names if not side_file(name)]
    hint = (
        _("Name the document itself: {documents}", documents=documents[0])
        if len(documents) == 1
        else _LOCK_FILE.hint
    )
    return FileKind(kind, hint)


def _is_lock(data: bytes) -> bool:
    """Return whether a file has the form of a lock file of Microsoft Office or LibreOffice."""
    office = len(data) in (162, 165) and 0 < data[0] < 55 and data.count(0) > 30
    return office or (len(data) < 1000 and bool(_LIBRE_OFFICE_LOCK.fullmatch(data)))


def recognize_text(text: str) -> FileKind | None:
    """Return the kind of a text that is data for programs: markup, a table, a record, JSON."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        return _markup(head, text)
    if head.startswith(("{", "[")):
        return _json(text)
    complete = len(text) <= _HEAD
    return _yaml(head, complete=complete) or (
        _TABLE if _is_table(head, complete=complete) else None
    )


def _markup(head: str, text: str) -> FileKind | None:
    prolog = _PROLOG.match(head)
    root = _ROOT.match(head, prolog.end() if prolog else 0)
    if root is None:
        return XML if head.startswith("<?xml") else None
    name, rest = root["name"], root["rest"]
    closed = rest.endswith("/") or re.search(rf"</(?:[\w.-]+:)?{re.escape(name)}\s*>\s*\Z", text)
    if not (closed or root.start()):
        return None
    if "MARC21" in rest:
        name = f"marc:{name}"
    unknown = FileKind(f"an XML file with the root element “{name}”", XML.hint)
    return _MARKUP.get(name.lower() if name.lower() == "html" else name, unknown)


def _yaml(head: str, *, complete: bool) -> FileKind | None:
    lines = head.splitlines()[: None if complete else -1]
    keys = {found["key"] for line in lines if (found := _YAML_KEY.fullmatch(line))}
    if len(keys) < _FEWEST_KEYS or not all(_YAML_LINE.fullmatch(line) for line in lines):
        return None
    return RECORD if {"id", "title"} <= keys else _YAML


def _json(text: str) -> FileKind | None:
    try:
        data = read_json(text.lstrip("\ufeff"))
    except ValueError:
        return None
    if is_receipt(data):
        return RECEIPT
    if isinstance(data, dict) and data.keys() >= {"id", "title"}:
        return RECORD
    return _JSON if isinstance(data, dict | list) else None


def is_receipt(data: object) -> bool:
    """Return whether the content of a JSON file has the form of a receipt of a deposit."""
    return isinstance(data, dict) and data.keys() >= {"target", "package", "fingerprint"}


def _is_table(head: str, *, complete: bool) -> bool:
    """Return whether every line has the same number of cells, below a line of column names."""
    first = head.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=False))
    except csv.Error:
        return False
    rows = [row for row in (rows if complete else rows[:-1])[:_MOST_ROWS] if row]
    names = rows[0] if rows else []
    named = all(name and len(name) < 60 and name == name.strip() for name in names)
    return (
        len(names) >= _FEWEST_COLUMNS
        and len(rows) > 1
        and named
        and len(set(names)) == len(names)
        and all(len(row) == len(names) for row in rows)
    )


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
        return FileKind(
            _("a zip archive with a bag in it"),
            _("Verify it: archive-pkg verify {path}", path="{}"),
        )
    return next(
        (kind for start, kind in _MEMBERS if any(name.startswith(start) for name in names)), _ZIP
    )
