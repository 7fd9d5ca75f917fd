"""Write METS 1, with Dublin Core, PREMIS and the structure of the files.

If `premis.xml` is in the same folder, as in a package, METS refers to it with its digest instead of
repeating it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive_pkg.interchange import derived_facts
from archive_pkg.interchange.exporting import dublin_core, premis
from archive_pkg.interchange.markup import XLINK, XSI, Element, label, put, root, say, serialize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive_pkg.interchange.export_context import ExportContext
    from archive_pkg.records.models import Part, Record

NAMESPACE = "http://www.loc.gov/METS/"
SCHEMA = "http://www.loc.gov/standards/mets/mets.xsd"

_CHECKSUMS = {"sha512": "SHA-512", "sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}
"""METS's names of digests, the strongest first. METS allows only one digest for a file."""

MAPPING = premis.MAPPING | {
    field: f"dmdSec, Dublin Core: {place}"
    for field, place in dublin_core.MAPPING.items()
    if field not in premis.MAPPING
}
MAPPING |= {
    "id": "mets, OBJID; dmdSec and amdSec",
    "title": "mets, LABEL; dmdSec and amdSec",
    "type": "mets, TYPE; dmdSec and amdSec",
    "parts.kind": "structMap, div TYPE; amdSec",
    "parts.title": "structMap, div LABEL; amdSec",
    "parts.part_of": "structMap, div within a div; amdSec",
    "parts.file": "fileSec, FLocat; amdSec",
    "parts.span": "structMap, area (the bytes of a text in UTF-8); amdSec",
    "parts.media_type": "fileSec, MIMETYPE; dmdSec and amdSec",
    "parts.sha256": "fileSec, CHECKSUM; amdSec",
}


def write(records: Sequence[Record], context: ExportContext) -> bytes:
    """Return the record in METS."""
    [record] = records
    mets = root(NAMESPACE, "mets", {"mets": NAMESPACE, "xlink": XLINK, "xsi": XSI})
    title = _line(record.title)
    label(mets, xsi_schemaLocation=f"{NAMESPACE} {SCHEMA}")
    label(mets, OBJID=record.id, LABEL=title, TYPE=record.document_type.label)
    creator = put(put(mets, "metsHdr"), "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    say(creator, "name", context.software)
    if context.made:
        # CREATEDATE requires a time of day, which is not known.
        say(creator, "note", f"Created on {context.made}.")
    described = put(mets, "dmdSec", ID="dmd")
    dublin_core.element(record, context, _wrapped(described, "DC"))
    kept = put(put(mets, "amdSec", ID="amd"), "digiprovMD", ID="premis")
    beside = context.beside.get(premis.FILE)
    if beside is None:
        premis.element(record, context, _wrapped(kept, "PREMIS"))
    else:
        _refer(kept, "PREMIS", premis.FILE, beside)
    numbers = {path: f"file-{number}" for number, path in enumerate(record.files, 1)}
    if numbers:
        _files(mets, record, numbers, context)
    letter = put(
        put(mets, "structMap", TYPE="LOGICAL"),
        "div",
        TYPE=record.type,
        LABEL=title,
        DMDID="dmd",
        ADMID="premis",
    )
    _divisions(letter, record, numbers, context)
    return serialize(mets)


def _divisions(
    letter: Element, record: Record, numbers: dict[str, str], context: ExportContext
) -> None:
    """Add a division for each part, within the division of the first part that it belongs to.

    A text that was made from an enclosure, such as its translation, is within the enclosure.
    """
    below: dict[str, list[Part]] = {}
    bonds = derived_facts.bonds(record)
    for part in record.parts:
        sources = part.made_from if bonds[part.id] == "other" else ()
        below.setdefault(next(iter((*part.part_of, *sources)), ""), []).append(part)
    waiting = [(letter, part) for part in below.get("", ())]
    while waiting:
        parent, part = waiting.pop(0)
        division = put(
            parent, "div", TYPE=part.kind, LABEL=_line(derived_facts.part_title(record, part))
        )
        area = _area(part, context)
        if area:
            begin, end = map(str, area)
            pointer = put(division, "fptr")
            say(
                pointer, "area", FILEID=numbers[str(part.file)], BETYPE="BYTE", BEGIN=begin, END=end
            )
        elif part.file:
            say(division, "fptr", FILEID=numbers[part.file])
        waiting += [(division, inner) for inner in below.get(part.id, ())]


def _area(part: Part, context: ExportContext) -> tuple[int, int] | None:
    """Return the numbers of the first and last byte of a part that is a portion of a file.

    METS counts in bytes, so that the result is None unless the file is known to be UTF-8.
    """
    text, facts = context.texts.get(part.id), context.files.get(part.file or "")
    if text is None or facts is None or not part.span or part.span.end <= part.span.start:
        return None
    before, within = (
        len(piece.encode("utf-8", "surrogatepass"))
        for piece in (text[: part.span.start], text[part.span.start : part.span.end])
    )
    mark = facts.size - len(text.encode("utf-8", "surrogatepass"))
    return (mark + before, mark + before + within - 1) if mark in (0, 3) else None


def _line(text: str) -> str:
    """Return a string on one line, for an attribute."""
    return " ".join(text.split())


def _wrapped(section: Element, kind: str) -> Element:
    """Add the elements for a document of another format, and return the innermost one."""
    return put(put(section, "mdWrap", MDTYPE=kind, MIMETYPE="text/xml"), "xmlData")


def _refer(section: Element, kind: str, name: str, document: bytes) -> None:
    say(
        section,
        "mdRef",
        LOCTYPE="URL",
        xlink_href=name,
        MDTYPE=kind,
        MIMETYPE="text/xml",
        SIZE=str(len(document)),
        CHECKSUM=hashlib.sha256(document).hexdigest(),
        CHECKSUMTYPE=_CHECKSUMS["sha256"],
    )


def _files(mets: Element, record: Record, numbers: dict[str, str], context: ExportContext) -> None:
    group = put(put(mets, "fileSec"), "fileGrp", USE="document")
    for path, number in numbers.items():
        parts = [part for part in record.parts if part.file == path]
        facts = context.files.get(path)
        digests = context.digests(record, path)
        strongest = next((name for name in _CHECKSUMS if name in digests), None)
        entry = put(
            group,
            "file",
            ID=number,
            MIMETYPE=next((part.media_type for part in parts if part.media_type), None),
            SIZE=str(facts.size) if facts else None,
            CHECKSUM=digests[strongest] if strongest else None,
            CHECKSUMTYPE=_CHECKSUMS[strongest] if strongest else None,
        )
        say(entry, "FLocat", LOCTYPE="URL", xlink_href=quote(f"{context.folder}{path}"))
