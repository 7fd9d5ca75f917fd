"""A collection of many packages: bulk work, an index, audits over the years, and repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.executors import executor_for
from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg.collection.audits.auditing import Audited, Budget, audit
    from archive_pkg.collection.audits.heads import SignedHead, sign_head
    from archive_pkg.collection.audits.repairing import accept, repair
    from archive_pkg.collection.bulk.building import Options, build_many
    from archive_pkg.collection.bulk.each import Each, verify_one
    from archive_pkg.collection.bulk.meters import Meter, metering
    from archive_pkg.collection.bulk.operations import (
        Depositing,
        check_one,
        export_one,
        finding_twins,
    )
    from archive_pkg.collection.bulk.running import Done, guarded, run
    from archive_pkg.collection.bulk.subjects import (
        find_letters,
        find_packages,
        find_records,
        find_sources,
    )
    from archive_pkg.collection.index.duplicates import Candidate, duplicates
    from archive_pkg.collection.index.questions import Hit, Index, Query
    from archive_pkg.collection.index.refreshing import refresh
    from archive_pkg.collection.reports.overview import Overview
    from archive_pkg.collection.shelves import LAYOUTS, Shelf, make_shelf, open_shelf

_MODULES = {
    "audits.auditing": (
        "Audited",
        "Budget",
        "audit",
    ),
    "bulk.building": (
        "Options",
        "build_many",
    ),
    "bulk.running": (
        "Done",
        "guarded",
        "run",
    ),
    "index.duplicates": (
        "Candidate",
        "duplicates",
    ),
    "bulk.each": ("Each", "verify_one"),
    "bulk.operations": ("Depositing", "check_one", "export_one", "finding_twins"),
    "audits.heads": (
        "SignedHead",
        "sign_head",
    ),
    "index.refreshing": ("refresh",),
    "bulk.meters": (
        "Meter",
        "metering",
    ),
    "reports.overview": ("Overview",),
    "index.questions": (
        "Hit",
        "Index",
        "Query",
    ),
    "audits.repairing": (
        "accept",
        "repair",
    ),
    "shelves": (
        "LAYOUTS",
        "Shelf",
        "make_shelf",
        "open_shelf",
    ),
    "bulk.subjects": (
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
    "duplicates",
    "executor_for",
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
