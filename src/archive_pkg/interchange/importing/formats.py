"""Detect the format of a file, and import it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from archive_pkg import plugins
from archive_pkg.interchange.importing import (
    cmif,
    datacite,
    dublin_core,
    ead,
    marcxml,
    mods,
    tei,
    tropy,
)
from archive_pkg.interchange.importing.watched_xml import XmlSource, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archive_pkg.interchange.importing.imported_record import Imported

ROUND_TRIP_FIELDS = {
    "tei": tei.ROUND_TRIP_FIELDS,
    "cmif": cmif.ROUND_TRIP_FIELDS,
    "ead3": ead.ROUND_TRIP_FIELDS,
    "ead2002": ead.ROUND_TRIP_FIELDS,
    "datacite": datacite.ROUND_TRIP_FIELDS,
    "mods": mods.ROUND_TRIP_FIELDS,
    "dc": dublin_core.ROUND_TRIP_FIELDS,
    "tropy-json": tropy.ROUND_TRIP_FIELDS,
}
"""For each format, the fields that survive an export to it and an import from it."""

_OTHER_ROOTS = {
    "TEI.2": "Convert it from TEI P4 to P5.",
    "resource": "Convert it to DataCite kernel 4.",
    **dict.fromkeys(("PcGts", "alto"), "Draft a record from its text: archive-pkg draft."),
}


_READERS: Mapping[str, Callable[[XmlSource], list[Imported]]] = {
    "http://ead3.archivists.org/schema/": ead.read,
    "urn:isbn:1-931666-22-9": ead.read,
    "http://datacite.org/schema/kernel-4": datacite.read,
    "http://www.loc.gov/mods/v3": mods.read,
    "http://www.loc.gov/MARC21/slim": marcxml.read,
}
"""The readers by the namespace of the root element."""
_IN_HEAD = (
    b"http://www.tei-c.org/ns/1.0",
    b"<eadheader",
    dublin_core.DC.encode(),
    dublin_core.DCTERMS.encode(),
    *(namespace.encode() for namespace in _READERS),
)
_HEAD = 8192


@dataclass(frozen=True, slots=True)
class Importer:
    """A reader of files in a format that another project adds.

    Attributes:
        recognizes: Whether a file is in the format, by its first 8,192 bytes.
        read: The function that drafts records, with the arguments and errors of `read` below.
        round_trip_fields: The fields that survive an export to the format and an import from it.
    """

    recognizes: Callable[[bytes], bool]
    read: Callable[[bytes, str, str], Sequence[Imported]]
    round_trip_fields: frozenset[str] = field(default_factory=frozenset)


def is_description(data: bytes) -> bool:
    """Return whether `read` supports a file, by its first bytes."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if tropy.recognizes(head):
        return True
    if head.startswith(b"<") and any(namespace in head for namespace in _IN_HEAD):
        return True
    return _importer(data) is not None


def _importer(data: bytes) -> tuple[Importer, str, str] | None:
    """Return another project's importer that recognizes a file, its name and that project."""
    for name, point in plugins.entries(plugins.IMPORTERS).items():
        importer, project = plugins.load(point, Importer), plugins.provider(point)
        with plugins.blamed(project, name):
            if importer.recognizes(data[:_HEAD]):
                return importer, name, project
    return None


def read(data: bytes, name: str, record_id: str = "") -> list[Imported]:
    """Draft records from a TEI letter, a CMIF file, an EAD finding aid or a description.

    The importers that other projects add read further formats, and see the file first. Entities
    are not expanded, and nothing is fetched. The reports of the records list the content of the
    file that no record has.

    Args:
        data: The file's bytes.
        name: The file's path or name, for findings.
        record_id: The id for a record without an id in the file, and the beginning of such ids if
            there are several; empty for the file's name without its ending.

    Raises:
        InvalidError: The file is not XML, is too large, declares entities, is in a different
            format, or cannot be made into a valid record.
        PluginError: Another project's importer failed.
    """
    if found := _importer(data):
        importer, provided, project = found
        with plugins.blamed(project, provided):
            return list(importer.read(data, name, record_id))
    if tropy.recognizes(data[:_HEAD]):
        return tropy.read(data, name, record_id or PurePath(name).stem)
    source = XmlSource(data, name, record_id)
    if source.namespace == "http://www.tei-c.org/ns/1.0":
        return tei.read(source, data)
    reader = _READERS.get(source.namespace, ead.read if source.root.tag == "ead" else None)
    dublin = (f"{{{dublin_core.DC}}}*", f"{{{dublin_core.DCTERMS}}}*")
    if reader is None and next(source.root.iter(*dublin), None) is not None:
        reader = dublin_core.read
    if reader:
        return reader(source)
    root = str(source.root.tag)
    namespace, _, element = root.removeprefix("{").rpartition("}")
    space = f" of {namespace}" if namespace else ""
    hint = _OTHER_ROOTS.get(
        element, "Use TEI P5, CMIF, EAD, MODS, MARCXML, Dublin Core, DataCite 4 or Tropy's JSON-LD."
    )
    raise refuse_unknown(
        name, f"its root element is “{element}”{space}, which cannot be imported", hint
    )
