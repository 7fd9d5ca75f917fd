"""Other people's descriptions read in: TEI, CMIF, EAD3 and DataCite to draft records."""

from archive_pkg.crosswalks.incoming.drafts import Imported
from archive_pkg.crosswalks.incoming.reading import READS, read

__all__ = ["READS", "Imported", "read"]
