"""Many packages on a shelf: bulk work, an index, audits over the years, and repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg.holdings.auditing import Audited, Budget, audit
    from archive_pkg.holdings.building import Options, build_many
    from archive_pkg.holdings.bulk import Done, guarded, run
    from archive_pkg.holdings.crews import crew_for
    from archive_pkg.holdings.each import (
        Depositing,
        Each,
        check_one,
        export_one,
        finding_twins,
        verify_one,
    )
    from archive_pkg.holdings.heads import SignedHead, sign_head
    from archive_pkg.holdings.index import refresh
    from archive_pkg.holdings.likeness import Candidate, duplicates
    from archive_pkg.holdings.meters import Meter, metering
    from archive_pkg.holdings.overview import Overview
    from archive_pkg.holdings.questions import Hit, Index, Query
    from archive_pkg.holdings.repairing import accept, repair
    from archive_pkg.holdings.shelves import LAYOUTS, Shelf, make_shelf, open_shelf
    from archive_pkg.holdings.subjects import (
        find_letters,
        find_packages,
        find_records,
        find_sources,
    )

_MODULES = {
    "auditing": (
        "Audited",
        "Budget",
        "audit",
    ),
    "building": (
        "Options",
        "build_many",
    ),
    "bulk": (
        "Done",
        "guarded",
        "run",
    ),
    "crews": ("crew_for",),
    "likeness": (
        "Candidate",
        "duplicates",
    ),
    "each": (
        "Depositing",
        "Each",
        "check_one",
        "export_one",
        "finding_twins",
        "verify_one",
    ),
    "heads": (
        "SignedHead",
        "sign_head",
    ),
    "index": ("refresh",),
    "meters": (
        "Meter",
        "metering",
    ),
    "overview": ("Overview",),
    "questions": (
        "Hit",
        "Index",
        "Query",
    ),
    "repairing": (
        "accept",
        "repair",
    ),
    "shelves": (
        "LAYOUTS",
        "Shelf",
        "make_shelf",
        "open_shelf",
    ),
    "subjects": (
        "find_letters",
        "find_packages",
        "find_records",
        "find_sources",
    ),
}

__all__ = [
    "LAYOUTS",
    "Audited",
    "Budget",
    "Candidate",
    "Depositing",
    "Done",
    "Each",
    "Hit",
    "Index",
    "Meter",
    "Options",
    "Overview",
    "Query",
    "Shelf",
    "SignedHead",
    "accept",
    "audit",
    "build_many",
    "check_one",
    "crew_for",
    "duplicates",
    "export_one",
    "find_letters",
    "find_packages",
    "find_records",
    "find_sources",
    "finding_twins",
    "guarded",
    "make_shelf",
    "metering",
    "open_shelf",
    "refresh",
    "repair",
    "run",
    "sign_head",
    "verify_one",
]

__getattr__ = names_from(__name__, _MODULES)
