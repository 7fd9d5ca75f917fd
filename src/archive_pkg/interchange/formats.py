"""List the formats, and export records in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from archive_pkg import plugins
from archive_pkg.errors import UsageError
from archive_pkg.interchange.export_context import ExportContext
from archive_pkg.messages import in_english
from archive_pkg.version import SOFTWARE

if TYPE_CHECKING:
    from archive_pkg.records.models import Record

Writer = Callable[[Sequence["Record"], ExportContext], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which records can be written.

    Attributes:
        name: The name on the command line.
        title: The name and version of the standard.
        file: The name of the file in a package's `metadata/`.
        media_type: The media type of the file.
        module: The full name of the module that writes the format, which has a `MAPPING`. It is
            imported when it is needed.
        writer: The function in the module that writes the format.
        collects: Whether one file can hold many letters.
        of_correspondence: Whether the format describes correspondence only.
        of_scans: Whether the format describes documents with scans only.
        packaged: Whether `build --metadata all` includes the format.
        dates: How the format expresses dates: "edtf", or "days" (years, months, days and ranges).
        provider: The project that provides the format; empty for this program.
    """

    name: str
    title: str
    file: str
    media_type: str
    module: str
    writer: str = "write"
    collects: bool = False
    dates: str = "edtf"
    of_correspondence: bool = False
    of_scans: bool = False
    packaged: bool = True
    provider: str = ""

    @property
    def is_xml(self) -> bool:
        """Whether the format is XML, which cannot hold every character."""
        return self.media_type.endswith("xml")

    @property
    def mapping(self) -> Mapping[str, str]:
        """Where each field of a record goes in the format.

        An entry covers all fields below it that have no entry of their own.
        """
        mapping: Mapping[str, str] = self._load("MAPPING")
        return mapping

    def takes(self, record: Record) -> bool:
        """Return whether the format describes documents such as the record's."""
        from archive_pkg.interchange.derived_facts import scans

        return bool(
            (record.document_type.correspondence or not self.of_correspondence)
            and (not self.of_scans or scans(record))
        )

    @property
    def limits(self) -> str:
        """The documents that the format describes, in words; empty if it describes all."""
        return "correspondence" if self.of_correspondence else "scans" if self.of_scans else ""

    @in_english
    def write(self, records: Sequence[Record], context: ExportContext) -> bytes:
        """Return a document with the records. The bytes depend only on the arguments."""
        writer: Writer = self._load(self.writer)
        with plugins.blamed(self.provider, self.name):
            return writer(records, context)

    def _load(self, name: str) -> Any:
        with plugins.blamed(self.provider, self.name):
            return getattr(import_module(self.module), name)


_XML = "application/xml"
_JSON = "application/json"
_LINKED = "application/ld+json"
_TEI = "application/tei+xml"
_CSL = "application/vnd.citationstyles.csl+json"

FORMATS: Mapping[str, Format] = {
    item.name: replace(item, module=f"archive_pkg.interchange.exporting.{item.module}")
    for item in (
        Format("datacite", "DataCite 4.7 (XML)", "datacite.xml", _XML, "datacite", dates="days"),
        Format(
            "datacite-json",
            "DataCite 4.7 (JSON)",
            "datacite.json",
            _JSON,
            "datacite",
            "write_json",
            dates="days",
        ),
        Format("dc", "Dublin Core (oai_dc)", "dc.xml", _XML, "dublin_core"),
        Format("tei", "TEI P5", "tei.xml", _TEI, "tei", dates="days"),
        Format(
            "cmif",
            "CMIF",
            "cmif.xml",
            _TEI,
            "cmif",
            collects=True,
            dates="days",
            of_correspondence=True,
            packaged=False,
        ),
        Format("ead3", "EAD3 1.1.1", "ead3.xml", _XML, "ead3", collects=True),
        Format("ead2002", "EAD 2002", "ead.xml", _XML, "ead2002", collects=True, packaged=False),
        Format("mods", "MODS 3.8", "mods.xml", _XML, "mods", collects=True, packaged=False),
        Format("premis", "PREMIS 3.0", "premis.xml", _XML, "premis"),
        Format("mets", "METS 1", "mets.xml", _XML, "mets"),
        Format(
            "rico",
            "RiC-O 1.1 (JSON-LD)",
            "rico.jsonld",
            _LINKED,
            "rico",
            collects=True,
            packaged=False,
        ),
        Format("prov", "PROV-JSON", "prov.json", _JSON, "prov"),
        Format(
            "ro-crate",
            "RO-Crate 1.3",
            "ro-crate-metadata.json",
            _LINKED,
            "ro_crate",
            packaged=False,
        ),
        Format("schema-org", "schema.org (JSON-LD)", "schema-org.jsonld", _LINKED, "schema_org"),
        Format(
            "annotations",
            "W3C Web Annotations (JSON-LD)",
            "annotations.jsonld",
            _LINKED,
            "annotations",
            packaged=False,
        ),
        Format(
            "iiif",
            "IIIF Presentation 3.0 (JSON-LD)",
            "iiif.json",
            _LINKED,
            "iiif",
            of_scans=True,
            packaged=False,
        ),
        Format("csl", "CSL-JSON", "csl.json", _CSL, "csl", collects=True, dates="days"),
        Format("sword", "SWORD 3 (JSON)", "sword.json", _LINKED, "sword", packaged=False),
        Format(
            "archivematica",
            "Archivematica's metadata.csv",
            "metadata.csv",
            "text/csv",
            "archivematica",
            packaged=False,
        ),
        Format(
            "atom",
            "AtoM's CSV (ISAD)",
            "atom.csv",
            "text/csv",
            "atom",
            collects=True,
            packaged=False,
        ),
        Format(
            "archivesspace",
            "ArchivesSpace's bulk import (CSV)",
            "archivesspace.csv",
            "text/csv",
            "archivesspace",
            collects=True,
            packaged=False,
        ),
        Format(
            "omeka",
            "Omeka S (CSV)",
            "omeka.csv",
            "text/csv",
            "omeka",
            collects=True,
            packaged=False,
        ),
        Format(
            "islandora",
            "Islandora Workbench (CSV)",
            "islandora.csv",
            "text/csv",
            "islandora",
            collects=True,
            packaged=False,
        ),
        Format(
            "tropy",
            "Tropy (CSV)",
            "tropy.csv",
            "text/csv",
            "tropy",
            collects=True,
            packaged=False,
        ),
        Format(
            "tropy-json",
            "Tropy (JSON-LD)",
            "tropy.jsonld",
            _LINKED,
            "tropy",
            "write_json",
            collects=True,
            packaged=False,
        ),
        Format(
            "invenio",
            "InvenioRDM (JSON)",
            "invenio.json",
            _JSON,
            "invenio",
            packaged=False,
        ),
        Format(
            "dataverse",
            "Dataverse (JSON)",
            "dataset.json",
            _JSON,
            "dataverse",
            packaged=False,
        ),
        Format("bibtex", "BibTeX", "bibtex.bib", "application/x-bibtex", "bibtex", collects=True),
    )
}
"""The formats of this program by name."""


def find_format(name: str) -> Format:
    """Return the format with a name: one of `FORMATS`, or one that another project provides.

    Raises:
        UsageError: There is no such format. The hint names a similar format, or all formats.
        PluginError: The other project's format cannot be loaded.
    """
    if name in FORMATS:
        return FORMATS[name]
    others = plugins.entries(plugins.FORMATS)
    if name in others:
        loaded: Format = plugins.load(others[name], Format)
        return replace(loaded, name=name, provider=plugins.provider(others[name]))
    known = [*FORMATS, *others]
    near = get_close_matches(name, known, 1)
    raise UsageError(
        f"{name} is not a known format",
        f"Did you mean {near[0]}?" if near else f"The formats are {', '.join(known)}.",
    )


def export(
    name: str, record: Record | Sequence[Record], context: ExportContext | None = None
) -> bytes:
    """Export a record, or several, in a format.

    The bytes depend only on the arguments and the version of this software.

    Args:
        name: The format's name.
        record: The record, or several records for a format that collects letters in one file. A
            format of correspondence leaves out documents of other types.
        context: Texts, files and other data that a record does not hold.

    Returns:
        The document, encoded.

    Raises:
        UsageError: The format is unknown. Or no record was given, several were given for a format
            that holds one, none of the documents is of a type that the format describes, or the
            format requires something that is not known.
    """
    chosen = find_format(name)
    records = list(record) if isinstance(record, Sequence) else [record]
    if not records or (len(records) > 1 and not chosen.collects):
        collecting = ", ".join(item.name for item in FORMATS.values() if item.collects)
        raise UsageError(
            f"a {chosen.title} file holds one document, but you gave {len(records)}",
            f"Write one file per document, or use a format for many: {collecting}.",
        )
    taken = [one for one in records if chosen.takes(one)]
    if not taken:
        raise none_taken(chosen)
    return chosen.write(taken, context or ExportContext(software=SOFTWARE))


def none_taken(chosen: Format) -> UsageError:
    """Return the error for a format that describes none of the given records."""
    return UsageError(
        f"{chosen.title} describes {chosen.limits} only, and none of these documents "
        + ("is correspondence" if chosen.of_correspondence else "has a scan as an image"),
        "Choose another format, such as tei, or correct the record.",
    )
