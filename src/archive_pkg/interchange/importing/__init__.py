"""Import TEI, CMIF, EAD, MODS, MARCXML, Dublin Core, DataCite and Tropy files as draft records."""

from archive_pkg.interchange.importing.formats import (
    ROUND_TRIP_FIELDS,
    Importer,
    is_description,
    read,
)
from archive_pkg.interchange.importing.imported_record import Imported
from archive_pkg.interchange.importing.record_folders import FiledImport, file_imported, file_letter

__all__ = [
    "ROUND_TRIP_FIELDS",
    "FiledImport",
    "Imported",
    "Importer",
    "file_imported",
    "file_letter",
    "is_description",
    "read",
]
