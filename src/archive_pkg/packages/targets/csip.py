"""Write an E-ARK CSIP 2 information package, or a SIP: a folder that METS.xml describes, not a bag.

    <id>/METS.xml
         metadata/descriptive/dc.xml, ead3.xml   metadata/preservation/premis.xml
         representations/letter/METS.xml, data/…
         schemas/package.xsd   documentation/README.txt

package.xsd imports the published schemas from their addresses. The numbers in docstrings are those
of the specifications' requirements (CSIP 2.1, SIP 2.2).
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from archive_pkg import storage
from archive_pkg.interchange import FORMATS, derived_facts
from archive_pkg.interchange.exporting import dublin_core, ead3, premis
from archive_pkg.interchange.markup import XLINK, XSI, label, put, root, say, serialize
from archive_pkg.packages import layout, payload_files
from archive_pkg.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from archive_pkg.interchange import ExportContext
    from archive_pkg.interchange.markup import Element
    from archive_pkg.records import Record

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
PROFILES = {
    "AIP": "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml",
    "SIP": "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml",
}
"""The METS profile by the type of the package."""
METS_SCHEMA = "http://www.loc.gov/standards/mets/mets.xsd"
CSIP_SCHEMA = "https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd"
REPRESENTATION = "letter"
SCHEMAS = "schemas/package.xsd"

_SCHEMAS = (
    (METS, METS_SCHEMA),
    (CSIP, CSIP_SCHEMA),
    (premis.NAMESPACE, premis.SCHEMA),
    (dublin_core.OAI_DC, f"{dublin_core.OAI_DC[:-1]}.xsd"),
    (ead3.NAMESPACE, "https://www.loc.gov/ead/ead3.xsd"),
)
_AGENTS = {"person": "INDIVIDUAL", "organization": "ORGANIZATION"}
_DESCRIPTIVE = (("dc", "DC"), ("ead3", "OTHER"))


def write_csip(
    folder: Path, record: Record, files: Path, context: ExportContext, kind: str = "AIP"
) -> Path:
    """Write the package into a folder that does not exist yet. Return the folder of the files.

    Args:
        folder: The package's folder.
        record: The record.
        files: The folder that the parts' paths are relative to.
        context: What exports need besides the record. Its `made` is the date of all documents.
        kind: "AIP", or "SIP". A SIP names the `Source-Organization` that is given as submitter.
    """
    package = _Package(folder, record, context, kind)
    data = f"representations/{REPRESENTATION}/data"
    for path in record.files:
        with storage.open_beneath(files, path) as stream:
            package.copy(f"{data}/{path}", stream, _media_type(record, path))
    package.add(f"{data}/{layout.RECORD}", payload_files.record_bytes(record), "application/json")
    seen = replace(context, folder=f"../../{data}/")
    for name, _ in _DESCRIPTIVE:
        document = FORMATS[name].write([record], seen)
        package.add(f"metadata/descriptive/{FORMATS[name].file}", document, "application/xml")
    kept = FORMATS["premis"].write([record], seen)
    package.add("metadata/preservation/premis.xml", kept, "application/xml")
    package.add(SCHEMAS, _schema(), "application/xml")
    package.add("documentation/README.txt", _readme(record).encode(), "text/plain")
    inner = f"representations/{REPRESENTATION}"
    package.add(f"{inner}/METS.xml", package.representation_mets(inner), "application/xml")
    package.add("METS.xml", package.package_mets(inner), "application/xml")
    return folder / data


def _media_type(record: Record, path: str) -> str:
    known = (part.media_type for part in record.parts if part.file == path)
    guess = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return next(filter(None, known), guess)


def _schema() -> bytes:
    """Return a schema that imports the published schemas of the package's documents."""
    schema = root("http://www.w3.org/2001/XMLSchema", "schema")
    for namespace, address in _SCHEMAS:
        say(schema, "import", namespace=namespace, schemaLocation=address)
    return serialize(schema)


def _readme(record: Record) -> str:
    return (
        f"{record.title}\n\n"
        f"The {record.document_type.word}'s files, unchanged as received, and its record "
        "(record.json) are in\n"
        f"representations/{REPRESENTATION}/data. METS.xml lists every file with its SHA-256.\n"
        "metadata/ has the record as Dublin Core, EAD3 and PREMIS.\n"
    )


def _of_letters(element: Element) -> Element:
    """Label an element with the content type "letters", which E-ARK does not define."""
    return label(
        element, csip_CONTENTINFORMATIONTYPE="OTHER", csip_OTHERCONTENTINFORMATIONTYPE="letters"
    )


class _Package:
    """Writes files, and the METS documents that list them."""

    def __init__(self, folder: Path, record: Record, context: ExportContext, kind: str) -> None:
        self.folder = folder
        self.record = record
        self.context = context
        self.kind = kind
        self.moment = f"{context.made}T00:00:00Z"
        self.file_data: dict[str, dict[str, str]] = {}

    def add(self, path: str, data: bytes, media_type: str) -> None:
        """Write a file, and keep its size and checksum for METS."""
        self.copy(path, io.BytesIO(data), media_type)

    def copy(self, path: str, source: BinaryIO, media_type: str) -> None:
        """Write a file from a stream, and keep its size and checksum for METS."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            while block := source.read(1 << 20):
                file.write(block)
                digest.update(block)
                size += len(block)
        self.file_data[path] = {
            "MIMETYPE": media_type,
            "SIZE": str(size),
            "CREATED": self.moment,
            "CHECKSUM": digest.hexdigest(),
            "CHECKSUMTYPE": "SHA-256",
        }

    def package_mets(self, inner: str) -> bytes:
        """Return METS.xml of the package."""
        mets = self._mets(self.record.id, self.record.title)
        described = []
        for number, (name, kind) in enumerate(_DESCRIPTIVE, 1):
            section = put(mets, "dmdSec", ID=f"dmd-{number}", CREATED=self.moment, STATUS="CURRENT")
            other = "EAD3" if kind == "OTHER" else None
            path = f"metadata/descriptive/{FORMATS[name].file}"
            self._reference(section, path, MDTYPE=kind, OTHERMDTYPE=other)
            described.append(f"dmd-{number}")
        kept = put(put(mets, "amdSec"), "digiprovMD", ID="premis", STATUS="CURRENT")
        path = "metadata/preservation/premis.xml"
        self._reference(kept, path, MDTYPE="PREMIS", MDTYPEVERSION="3.0")
        section = put(mets, "fileSec", ID="files")
        self._group(section, "Documentation", "documentation", ["documentation/README.txt"])
        representation = f"Representations/{REPRESENTATION}"
        self._group(section, "Schemas", "schemas", [SCHEMAS])
        self._group(section, representation, "representation", [f"{inner}/METS.xml"])
        top = self._structure(mets, self.record.id)
        say(
            top,
            "div",
            ID="div-metadata",
            LABEL="Metadata",
            DMDID=" ".join(described),
            ADMID="premis",
        )
        documents = put(top, "div", ID="div-documentation", LABEL="Documentation")
        say(documents, "fptr", FILEID="documentation")
        schemas = put(top, "div", ID="div-schemas", LABEL="Schemas")
        say(schemas, "fptr", FILEID="schemas")
        everything = put(top, "div", ID="div-representations", LABEL="Representations")
        say(everything, "fptr", FILEID="representation")
        data = put(top, "div", ID="div-representation", LABEL=representation)
        say(
            data,
            "mptr",
            LOCTYPE="URL",
            xlink_type="simple",
            xlink_title="representation",
            xlink_href=f"{inner}/METS.xml",
        )
        return serialize(mets)

    def representation_mets(self, inner: str) -> bytes:
        """Return METS.xml of the representation."""
        mets = self._mets(REPRESENTATION, f"The files of: {self.record.title}")
        section = put(mets, "fileSec", ID="files")
        paths = [path for path in self.file_data if path.startswith(f"{inner}/data/")]
        self._group(section, "Data", "data", paths, f"{inner}/")
        top = self._structure(mets, REPRESENTATION)
        data = put(top, "div", ID="div-data", LABEL="Data")
        say(data, "fptr", FILEID="data")
        return serialize(mets)

    def _mets(self, name: str, title: str) -> Element:
        """Return a METS root with its header (CSIP1-CSIP16, SIP1-SIP25)."""
        mets = root(METS, "mets", {None: METS, "csip": CSIP, "xlink": XLINK, "xsi": XSI})
        label(mets, xsi_schemaLocation=f"{METS} {METS_SCHEMA} {CSIP} {CSIP_SCHEMA}")
        label(
            mets,
            OBJID=name,
            LABEL=" ".join(title.split()),
            TYPE="Mixed",
            PROFILE=PROFILES[self.kind],
        )
        _of_letters(mets)
        header = put(
            mets,
            "metsHdr",
            CREATEDATE=self.moment,
            LASTMODDATE=self.moment,
            csip_OAISPACKAGETYPE=self.kind,
        )
        agent = put(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
        say(agent, "name", "archive-pkg")
        say(agent, "note", VERSION, csip_NOTETYPE="SOFTWARE VERSION")
        if self.kind == "SIP":
            self._submission(header)
        return mets

    def _submission(self, header: Element) -> None:
        """Add the archival creator, the submitter and the contact (SIP9-SIP25)."""
        creators = derived_facts.creators(self.record)
        if len(creators) == 1 and creators[0].kind in _AGENTS:
            creator = put(header, "agent", ROLE="ARCHIVIST", TYPE=_AGENTS[creators[0].kind])
            say(creator, "name", creators[0].name)
        submitter = put(header, "agent", ROLE="CREATOR", TYPE="ORGANIZATION")
        say(submitter, "name", self.context.given["Source-Organization"])
        contact = self.context.project.settings.contact
        if contact.name:
            person = put(header, "agent", ROLE="CREATOR", TYPE="INDIVIDUAL")
            say(person, "name", contact.name)
            if contact.email:
                say(person, "note", contact.email)

    def _reference(self, section: Element, path: str, **kinds: str | None) -> None:
        reference = put(section, "mdRef", LOCTYPE="URL", xlink_type="simple", **kinds)
        label(reference, xlink_href=path, **self.file_data[path])

    def _group(
        self, section: Element, use: str, name: str, paths: list[str], beneath: str = ""
    ) -> Element:
        group = _of_letters(put(section, "fileGrp", USE=use, ID=name))
        for number, path in enumerate(paths, 1):
            entry = put(group, "file", ID=f"{name}-{number}", **self.file_data[path])
            address = quote(path.removeprefix(beneath))
            say(entry, "FLocat", LOCTYPE="URL", xlink_type="simple", xlink_href=address)
        return group

    def _structure(self, mets: Element, name: str) -> Element:
        """Add the structural map, and return its top division (CSIP80-CSIP90)."""
        structure = put(mets, "structMap", ID="structure", TYPE="PHYSICAL", LABEL="CSIP")
        return put(structure, "div", ID="div-package", LABEL=name)
