"""Many packages on a shelf: bulk work, an index, audits over the years, and repair."""

from archive_pkg.holdings.building import Options, build_many
from archive_pkg.holdings.bulk import Done
from archive_pkg.holdings.crews import crew_for
from archive_pkg.holdings.shelves import LAYOUTS, Shelf, make_shelf, open_shelf
from archive_pkg.holdings.subjects import find_packages, find_records

__all__ = [
    "LAYOUTS",
    "Done",
    "Options",
    "Shelf",
    "build_many",
    "crew_for",
    "find_packages",
    "find_records",
    "make_shelf",
    "open_shelf",
]
