"""Read the text of a letter's file: plain text, Word, OpenDocument, PAGE XML, ALTO or PDF.

A blank line separates the paragraphs of a Word or OpenDocument file, and the regions of a page. TEI
files are imported instead, because their markup describes the letter.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive_pkg import limits
from archive_pkg.errors import InvalidError, UsageError
from archive_pkg.messages import _
from archive_pkg.parsing import ZIP_ERRORS, OverLimitError, check_xml, parse_xml
from archive_pkg.records.file_kinds import (
    DAMAGED,
    OPEN_DOCUMENT,
    PDF_FILE,
    WORD,
    FileKind,
    is_image_or_pdf,
    recognize,
    recognize_text,
)
from archive_pkg.reports import Code, Location, Report, Severity
from archive_pkg.storage import open_beneath, read_regular, unreadable
from archive_pkg.texts.decoding import decode
from archive_pkg.texts.page_files import ALTO, PAGE, PDF, text_of_pages

if TYPE_CHECKING:
    from archive_pkg.paths import StrPath
    from archive_pkg.records import Part

_HEAD = 16

UNREADABLE = Code(
    "letter-file-unreadable",
    Severity.ERROR,
    "The file is a Word, OpenDocument, PAGE, ALTO or PDF file, but it is damaged or encrypted.",
)
TOO_LARGE = Code(
    "letter-file-too-large", Severity.ERROR, "The file, its text or its markup exceeds a limit."
)
OTHER_KIND = Code(
    "letter-file-not-text",
    Severity.ERROR,
    "The file is not a letter's text but, for example, a table, an image, an e-mail or a METS "
    "file.",
)
BLANK = Code(
    "letter-file-blank",
    Severity.ERROR,
    "The file has no text: it is empty, has only white space, or has only images.",
)
LOCK_FILE = Code(
    "letter-file-lock",
    Severity.ADVICE,
    "A file belongs to a document next to it: the lock file of an office program (`~$…`), or "
    "attributes that macOS keeps (`._…`). It is left out.",
)
MARKUP = Code(
    "letter-file-markup",
    Severity.ERROR,
    "The file is a TEI file. Import it, because its markup says who wrote to whom.",
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
TEI = "application/tei+xml"
METHODS = {
    DOCX: "Text of the file, with a blank line between paragraphs",
    ODT: "Text of the file, with a blank line between paragraphs",
    PAGE: "Lines of the file, with a blank line between regions",
    ALTO: "Lines of the file, with a blank line between blocks",
    PDF: "Text layer of the file, with a blank line between pages",
}
"""How the text of each media type is extracted."""
_ROOTS = {
    re.compile(rb"<(?:[\w.-]+:)?PcGts[\s>]"): PAGE,
    re.compile(rb"<(?:[\w.-]+:)?alto[\s>]"): ALTO,
}


@dataclass(frozen=True, slots=True)
class SourceText:
    """A letter's file and its text.

    Attributes:
        path: The file's path as given.
        text: The decoded or extracted text; offsets point into it.
        encoding: IANA name of the encoding of a plain text; otherwise empty.
        bom: Whether the file begins with a byte order mark.
        sha256: SHA-256 of the file's bytes.
        media_type: The file's media type.
        charset: The encoding in which the text is saved.
    """

    path: str
    text: str
    encoding: str
    bom: bool
    sha256: str
    media_type: str
    charset: str = "UTF-8"

    @property
    def extracted(self) -> bool:
        """Whether the text comes from a file that is not plain text."""
        return self.media_type != "text/plain"


def read_source(path: StrPath, encoding: str | None = None) -> SourceText:
    """Read a letter's file. Its content, not its name, decides the type.

    Raises:
        InvalidError: The file is not a text, has no text, is damaged, too large, or TEI.
        StorageError: The file cannot be read.
        UsageError: The declared encoding is unknown, or pypdf is not installed for a PDF file.
    """
    path = Path(path)
    try:
        size = path.stat().st_size if path.is_file() else 0
        if size > limits.DOCUMENT_SIZE.value:
            raise _too_large(
                path, OverLimitError(_("it has {size} bytes", size=size), limits.DOCUMENT_SIZE)
            )
        data = read_regular(path)
    except OSError as error:
        raise unreadable(path, error) from error
    digest = hashlib.sha256(data).hexdigest()
    name = str(path)
    kind = media_type(data)
    other = recognize(data)
    if other is not None and other not in (WORD, OPEN_DOCUMENT, DAMAGED, PDF_FILE):
        raise _other_kind(name, other)
    if kind in METHODS:
        try:
            text = _document_text(data, kind)
        except OverLimitError as error:
            raise _too_large(path, error) from error
        except (MemoryError, UsageError):
            raise
        except Exception as error:  # the libraries raise many types for damaged files
            broken = isinstance(error, zipfile.BadZipFile)
            why = _("it is damaged or incomplete") if broken else str(error)
            raise _unreadable(name, why) from error
        _refuse_blank(name, text, "the PDF file has no text layer" if kind == PDF else "")
        return SourceText(name, text, "", False, digest, kind)
    if kind == TEI:
        hint = _("Use archive-pkg import, or archive_pkg.interchange.importing.read in Python.")
        finding = MARKUP.at(Location(name), _("this is a TEI file, not a plain text"), hint)
        raise InvalidError(_("{name} is a TEI file", name=name), report=Report([finding]))
    decoded = decode(data, encoding, path=name)
    try:
        _refuse_long(len(decoded.text))
    except OverLimitError as error:
        raise _too_large(path, error) from error
    _refuse_blank(name, decoded.text)
    data_kind = recognize_text(decoded.text)
    if data_kind is not None:
        raise _other_kind(name, data_kind)
    return SourceText(
        name, decoded.text, decoded.encoding, decoded.bom, digest, kind, decoded.encoding
    )


def holds_text(part: Part, folder: Path) -> bool:
    """Return whether a part's file is to be read as a text.

    The record decides with the media type or the encoding, then the extension ".txt". Otherwise an
    image and a PDF file are recognized by their first bytes.

    Args:
        part: The part.
        folder: The folder that the part's path is relative to.
    """
    if part.file is None or not part.is_text:
        return False
    if part.media_type or part.encoding or part.file.lower().endswith(".txt"):
        return True
    try:
        with open_beneath(folder, part.file) as stream:
            return not is_image_or_pdf(stream.read(_HEAD))
    except OSError:
        return False


def extracted_text(data: bytes, media_type: str | None) -> str | None:
    """Return the text of a file that is not plain text, such as a Word file.

    Returns:
        The text. None if the file has a different media type, is damaged, or is too large, or if
        pypdf is not installed for a PDF file.
    """
    if media_type not in METHODS or len(data) > limits.DOCUMENT_SIZE.value:
        return None
    try:
        return _document_text(data, media_type)
    except MemoryError:
        raise
    except Exception:  # the libraries raise many types for damaged files
        return None


def _document_text(data: bytes, kind: str) -> str:
    if kind not in (DOCX, ODT):
        return text_of_pages(data, kind)
    text = _docx(data) if kind == DOCX else _odt(data)
    _refuse_long(len(text))
    return text


def media_type(data: bytes) -> str:
    """Return the media type of a letter's file by its content.

    A zip archive counts as a Word file unless it has the content of an OpenDocument file.
    """
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = set(archive.namelist())
        except (OSError, zipfile.BadZipFile, *ZIP_ERRORS):
            return DOCX
        return ODT if "content.xml" in names else DOCX
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and b"http://www.tei-c.org/ns/1.0" in head:
        return TEI
    if head.startswith(b"<"):
        return next((kind for root, kind in _ROOTS.items() if root.search(head)), "text/plain")
    return "text/plain"


def _too_large(path: Path, error: OverLimitError) -> InvalidError:
    finding = TOO_LARGE.at(Location(str(path)), str(error), error.hint)
    return InvalidError(f"{path}: {error}", error.hint, Report([finding]))


def _other_kind(path: str, kind: FileKind) -> InvalidError:
    hint = kind.hint.replace("{}", path)
    finding = OTHER_KIND.at(
        Location(path), _("this is {name}, not a letter's text", name=kind.name), hint
    )
    return InvalidError(_("{path} cannot be drafted", path=path), report=Report([finding]))


def _refuse_blank(path: str, text: str, message: str = "") -> None:
    """Raise InvalidError if a text has no character that a reader would see."""
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        hint = _("Use a file that has the letter's text. Transcribe pages that are images.")
        finding = BLANK.at(Location(path), message or _("the file has no text"), hint)
        raise InvalidError(_("{path} cannot be drafted", path=path), report=Report([finding]))


def _unreadable(path: str, why: str) -> InvalidError:
    hint = _("Open it in the program that made it, and save it again, or save its text as .txt.")
    finding = UNREADABLE.at(Location(path), _("the file cannot be opened: {why}", why=why), hint)
    return InvalidError(_("{path} cannot be drafted", path=path), report=Report([finding]))


def _within_bounds(archive: zipfile.ZipFile) -> None:
    """Raise OverLimitError if the unpacked document is too large."""
    members = archive.infolist()
    size = sum(info.file_size for info in members)
    if size > limits.DOCUMENT_SIZE.value:
        raise OverLimitError(_("it unpacks to {size} bytes", size=size), limits.DOCUMENT_SIZE)
    marks = 0
    for info in members:
        if info.filename.endswith((".xml", ".rels")):
            marks += check_xml(archive.read(info))
    if marks > limits.XML_MARKUP.value:
        raise OverLimitError(
            _("it has {marks} tags and attributes", marks=marks), limits.XML_MARKUP
        )


def _docx(data: bytes) -> str:
    """Return the paragraphs and table cells of a Word file, in order."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table, _Cell
    from lxml.etree import XMLSyntaxError

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _within_bounds(archive)
    try:
        document = Document(io.BytesIO(data))
    except (PackageNotFoundError, XMLSyntaxError) as error:
        raise ValueError(str(error)) from error
    except ValueError as error:  # its message names a Python object
        raise ValueError(_("its content type is not the type of a .docx file")) from error
    blocks: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            # Read each cell once, even if it spans several columns or rows.
            blocks += [
                "\t".join(_Cell(cell, item).text for cell in row._tr.tc_lst) for row in item.rows
            ]
        else:
            blocks.append(item.text)
    return _joined(blocks)


def _odt(data: bytes) -> str:
    """Return the paragraphs and headings of an OpenDocument text, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _within_bounds(archive)
        content = archive.read("content.xml")
    root = parse_xml(content)
    space = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    blocks: list[str] = []
    length = sum(_spaces(element, space) for element in root.iter(f"{space}s"))
    for element in root.iter(f"{space}p", f"{space}h"):
        _refuse_long(length)
        if not any(above.tag == f"{space}note" for above in element.iterancestors()):
            blocks.append(_odt_text(element, space))
            length += len(blocks[-1])
    return _joined(blocks)


def _spaces(element: Any, space: str) -> int:
    return min(int(element.get(f"{space}c", "1") or 1), 1000)


def _refuse_long(length: int) -> None:
    """Raise OverLimitError if a document has too much text."""
    if length > limits.DOCUMENT_TEXT.value:
        raise OverLimitError(
            _("its text has {length} characters", length=length), limits.DOCUMENT_TEXT
        )


def _odt_text(element: object, space: str) -> str:
    """Return the text of a paragraph with its spaces, tabs and line breaks."""
    from lxml import etree

    written: list[str] = []
    signs = {f"{space}tab": "\t", f"{space}line-break": "\n"}
    assert isinstance(element, etree._Element)  # noqa: S101  root.iter yields elements
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if node.tag == f"{space}s":
                written.append(" " * _spaces(node, space))
            written.append(signs.get(str(node.tag), node.text or ""))
        elif node is not element:
            written.append(node.tail or "")
    return "".join(written)


def _joined(blocks: list[str]) -> str:
    """Join paragraphs with blank lines between them."""
    return (
        "\n\n".join(block.rstrip() for block in blocks if block.strip()) + "\n"
        if any(block.strip() for block in blocks)
        else ""
    )
