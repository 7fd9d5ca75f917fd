"""A collection of many packages: bulk work, an index, audits over the years, and repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive_pkg.executors import executor_for
from archive_pkg.lazy import names_from

if TYPE_CHECKING:
    from archive_pkg.collection.audits.auditing import AuditResult, Budget, audit
    from archive_pkg.collection.audits.repairing import accept, repair
    from archive_pkg.collection.audits.signed_heads import SignedHead, sign_head
    from archive_pkg.collection.bulk.building import Options, build_many
    from archive_pkg.collection.bulk.byte_counting import ByteCounter, counting_bytes
    from archive_pkg.collection.bulk.for_each import ForEach, verify_one
    from archive_pkg.collection.bulk.operations import (
        Depositing,
        check_one,
        export_one,
        marking_duplicate_ids,
    )
    from archive_pkg.collection.bulk.running import Done, guarded, run
    from archive_pkg.collection.bulk.searching import (
        find_letters,
        find_packages,
        find_records,
        find_sources,
    )
    from archive_pkg.collection.index.duplicates import Candidate, duplicates
    from archive_pkg.collection.index.queries import Hit, Index, Query
    from archive_pkg.collection.index.refreshing import refresh
    from archive_pkg.collection.opening import LAYOUTS, Collection, make_collection, open_collection
    from archive_pkg.collection.reports.overview import Overview

_MODULES = {
    "audits.auditing": (
        "AuditResult",
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
    "bulk.for_each": ("ForEach", "verify_one"),
    "bulk.operations": ("Depositing", "check_one", "export_one", "marking_duplicate_ids"),
    "audits.signed_heads": (
        "SignedHead",
        "sign_head",
    ),
    "index.refreshing": ("refresh",),
    "bulk.byte_counting": (
        "ByteCounter",
        "counting_bytes",
    ),
    "reports.overview": ("Overview",),
    "index.queries": (
        "Hit",
        "Index",
        "Query",
    ),
    "audits.repairing": (
        "accept",
        "repair",
    ),
    "opening": (
        "LAYOUTS",
        "Collection",
        "make_collection",
        "open_collection",
    ),
    "bulk.searching": (
        "find_letters",
        "find_packages",
        "find_records",
        "find_sources",
    ),
}

__all__ = [
    "LAYOUTS",
    "AuditResult",
    "Budget",
    "ByteCounter",
    "Candidate",
    "Collection",
    "Depositing",
    "Done",
    "ForEach",
    "Hit",
    "Index",
    "Options",
    "Overview",
    "Query",
    "SignedHead",
    "accept",
    "audit",
    "build_many",
    "check_one",
    "counting_bytes",
    "duplicates",
    "executor_for",
    "export_one",
    "find_letters",
    "find_packages",
    "find_records",
    "find_sources",
    "guarded",
    "make_collection",
    "marking_duplicate_ids",
    "open_collection",
    "refresh",
    "repair",
    "run",
    "sign_head",
    "verify_one",
]

__getattr__ = names_from(__name__, _MODULES)
