"""Detect the format of a file, and import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.interchange.importing import cmif, datacite, ead3, tei
from archive_pkg.interchange.importing.watched_xml import XmlSource, refuse_unknown

if TYPE_CHECKING:
    from archive_pkg.interchange.importing.imported_record import Imported

READS = {"tei": tei.READS, "cmif": cmif.READS, "ead3": ead3.READS, "datacite": datacite.READS}
"""The fields that an export and import preserve, by format."""

_ELDER = {
    "TEI.2": "Convert it from TEI P4 to P5.",
    "ead": "Convert it from EAD 2002 to EAD3.",
    "resource": "Convert it to DataCite kernel 4.",
}


_NAMESPACES = (
    b"http://www.tei-c.org/ns/1.0",
    b"http://ead3.archivists.org/schema/",
    b"http://datacite.org/schema/kernel-4",
)
_HEAD = 8192


def is_description(data: bytes) -> bool:
    """Return whether the beginning of a file is that of a format `read` supports."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and any(namespace in head for namespace in _NAMESPACES)


def read(data: bytes, name: str, record_id: str = "") -> list[Imported]:
    """Draft records from a TEI letter, a CMIF file, an EAD3 finding aid or DataCite's XML.

    No entity is expanded and nothing is fetched. What the records lack from the file is in
    their reports.

    Args:
        data: The file's bytes.
        name: Its path or name, for findings.
        record_id: The id of the record if the file names none; defaults to the file's name
            without its ending.

    Raises:
        InvalidError: The file is not XML, declares entities, or is in another format.
    """
    source = XmlSource(data, name, record_id)
    match source.namespace:
        case "http://www.tei-c.org/ns/1.0":
            return tei.read(source, data)
        case "http://ead3.archivists.org/schema/":
            return ead3.read(source)
        case "http://datacite.org/schema/kernel-4":
            return datacite.read(source)
    root = str(source.root.tag)
    hint = _ELDER.get(root.rpartition("}")[2], "Use TEI P5, CMIF, EAD3 or DataCite 4.")
    raise refuse_unknown(name, f"its root element is “{root}”, which is not a known format", hint)
